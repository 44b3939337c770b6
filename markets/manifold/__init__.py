"""The only room that speaks Manifold: milliseconds, MKT, tiers and idempotency keys stay inside.

Contract: manifoldmarkets/manifold commit 1e3ad3be7 (2026-08-21), and transcripts recorded from that server on
2026-11-21. It shares no code with the sandbox, so that neither can hide the other's mistakes.
"""

from markets.manifold.bodies import Creation, creation, creation_cost, creation_key, is_as_intended, resolution
from markets.manifold.client import Manifold, Probabilities
from markets.manifold.wire import Refused

__all__ = [
    "Creation",
    "Manifold",
    "Probabilities",
    "Refused",
    "creation",
    "creation_cost",
    "creation_key",
    "is_as_intended",
    "resolution",
]
