"""Reading what a request sends: a JSON body, or a query with its repeated keys.

Manifold.md section 1.1 (content type, body limit, deterministic 500s, arrays in GET), looked at 2026-11-21.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from markets.sandbox.errors import unexpected

MOST_BYTES = 100 * 1024


async def read_body(request: web.Request) -> dict[str, Any]:
    """The JSON body as an object; empty for other content types, a 500 for what is too long or not JSON."""
    if request.method == "GET" or not request.can_read_body:
        return {}
    raw = await _read(request)
    if request.content_type != "application/json" or not raw.strip():
        return {}
    try:
        parsed = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise unexpected() from None
    if isinstance(parsed, list):
        return {str(i): each for i, each in enumerate(parsed)}
    if not isinstance(parsed, dict):
        raise unexpected()
    return parsed


async def _read(request: web.Request) -> bytes:
    """All bytes of the body; a too long one is read to its end, so that the client hears the answer."""
    kept = bytearray()
    size = 0
    try:
        async for chunk in request.content.iter_any():
            size += len(chunk)
            if size <= MOST_BYTES:
                kept += chunk
    except ConnectionResetError:  # the client is gone; nobody hears this answer
        raise unexpected() from None
    if size > MOST_BYTES:
        raise unexpected()
    return bytes(kept)


def _refuse(name: str) -> Any:
    raise ValueError(name)


def query_props(request: web.Request) -> dict[str, Any]:
    """The query: `k[]=a` and a repeated key are lists, a single key is a string."""
    props: dict[str, Any] = {}
    for key in dict.fromkeys(request.query):
        values = request.query.getall(key)
        name = key.removesuffix("[]")
        props[name] = values if key.endswith("[]") or len(values) > 1 else values[0]
    return props
