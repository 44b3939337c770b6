"""Private routes under /sandbox/ by which tests in other processes set the clock and the faults and see the state."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from markets.sandbox.accounts import accounts_json
from markets.sandbox.entities import to_json

if TYPE_CHECKING:
    from markets.sandbox.server import Sandbox

Reply = Callable[[web.Request], Awaitable[web.Response]]


def control_routes(app: web.Application, sandbox: Sandbox) -> None:
    """Add the private routes."""
    app.router.add_get("/sandbox/clock", _local(lambda request: _clock(sandbox)))
    app.router.add_post("/sandbox/clock", _local(lambda request: _set_clock(sandbox, request)))
    app.router.add_get("/sandbox/faults", _local(lambda request: _faults(sandbox)))
    app.router.add_post("/sandbox/faults", _local(lambda request: _set_faults(sandbox, request)))
    app.router.add_get("/sandbox/state", _local(lambda request: _state(sandbox)))
    app.router.add_get("/sandbox/accounts", _local(lambda request: _accounts(sandbox)))


def _local(reply: Reply) -> Reply:
    """Answer on loopback only."""

    async def answer(request: web.Request) -> web.Response:
        if not ipaddress.ip_address(request.remote or "0.0.0.0").is_loopback:  # noqa: S104  # an address that is refused
            raise web.HTTPNotFound
        try:
            return await reply(request)
        except (ValueError, TypeError, KeyError) as error:
            return web.json_response({"message": str(error)}, status=400)

    return answer


async def _clock(sandbox: Sandbox) -> web.Response:
    return web.json_response({"now": sandbox.clock(), "fixed": sandbox.clock.fixed is not None})


async def _set_clock(sandbox: Sandbox, request: web.Request) -> web.Response:
    """{"now": unix ms} stops the clock there, {"now": null} lets it run again."""
    at = (await request.json())["now"]
    sandbox.clock.fixed = None if at is None else int(at)
    return await _clock(sandbox)


async def _faults(sandbox: Sandbox) -> web.Response:
    return web.json_response({"rules": sandbox.faults.rows()})


async def _set_faults(sandbox: Sandbox, request: web.Request) -> web.Response:
    """{"rules": [...]} or a bare list replaces all rules; a single rule is added to them."""
    body: Any = await request.json()
    rows = body.get("rules", body) if isinstance(body, dict) else body
    if isinstance(rows, dict):
        sandbox.faults.add(**rows)
    else:
        sandbox.faults.set(rows)
    return await _faults(sandbox)


async def _state(sandbox: Sandbox) -> web.Response:
    tables = {f"{table.name}s": [to_json(row) for row in table] for table in sandbox.state.tables}
    return web.json_response({"now": sandbox.clock(), **tables})


async def _accounts(sandbox: Sandbox) -> web.Response:
    return web.json_response(accounts_json(sandbox.state))
