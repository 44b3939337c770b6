"""Why nobody answered, in words that a person can act on: a name, a port, a certificate, a line that broke."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx


def why_no_answer(error: httpx.HTTPError, host: str) -> str:
    """`the name x.example could not be resolved (is it spelled right, and is this machine on the network?)`."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return f"the name {host} could not be resolved (is it spelled right, and is this machine on the network?)"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {host} is not accepted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"{host} speaks no TLS that can be used: {cause.reason or cause}"
        if isinstance(cause, ConnectionRefusedError):
            return f"{host} takes no connection"
    if isinstance(error, httpx.ConnectTimeout):
        return f"{host} did not take the connection in time"
    if isinstance(error, httpx.ConnectError):
        return f"{host} takes no connection"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError | httpx.CloseError):
        return f"the connection to {host} broke off: {error}".rstrip(": ")
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all it came of."""
    at: BaseException | None = error
    for _ in range(10):
        if at is None:
            return
        yield at
        at = at.__cause__ or at.__context__
