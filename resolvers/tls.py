"""The authorities that every HTTPS client of ours trusts, read once a process: it takes as long as a small command."""

from __future__ import annotations

import functools
import ssl

import httpx


@functools.cache
def trusted() -> ssl.SSLContext:
    """certifi's list, for `verify=`; nothing of the environment. Read when first wanted, some 25 ms; one for all."""
    return httpx.create_ssl_context(trust_env=False)
