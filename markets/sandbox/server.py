"""The sandbox as a server: requests in, answers out, each change in the state file before its answer leaves.

Order of checks (body, route, key, schema, action) and transport errors: manifold.md section 1.1, looked at 2026-11-21.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import secrets
from collections.abc import Callable
from contextlib import nullcontext
from email.utils import formatdate
from pathlib import Path
from typing import Any

from aiohttp import web

from markets.sandbox.accounts import seed
from markets.sandbox.actions.create import refuse_used_key
from markets.sandbox.actions.liquidity import drizzle_all
from markets.sandbox.clock import Clock, wall_clock
from markets.sandbox.control import control_routes
from markets.sandbox.entities import Account
from markets.sandbox.errors import Refusal, invalid, unexpected
from markets.sandbox.faults import STALE_MS, Faults, Rule
from markets.sandbox.journal import Journal
from markets.sandbox.routes import Route, Router, routes
from markets.sandbox.state import State
from markets.sandbox.wire.body import query_props, read_body
from markets.sandbox.wire.numbers import js_value
from markets.sandbox.world import World

__all__ = ["Faults", "Sandbox"]

CONFLICT = "Transaction conflict. Please try again."
RACE_SECONDS = 0.002  # how long a keyed creation stays open for a second one to collide with
SHUTDOWN_SECONDS = 1.0  # that open requests get when the sandbox stops

log = logging.getLogger(__name__)


class Sandbox:
    """A Manifold on 127.0.0.1; with no path it forgets everything when stopped.

    Now gives unix milliseconds; rng, when given, makes every id repeatable; drizzle lets added liquidity reach the
    pools with time.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        now: Callable[[], int] = wall_clock,
        rng: random.Random | None = None,
        faults: Faults | None = None,
        drizzle: bool = False,
    ) -> None:
        self.clock = Clock(now)
        self.state = State(rng or secrets.SystemRandom())
        self.faults = faults or Faults()
        self.drizzle = drizzle
        self._journal = Journal(path)
        self._router = Router(routes(self.clock))
        self._runner: web.AppRunner | None = None
        self._journal.load(self.state)
        seed(self.state, self.clock())
        self.state.open_changes.clear()

    @property
    def accounts(self) -> dict[str, Account]:
        """The accounts by the part they play, with their present balances."""
        return {account.actor: account for account in self.state.accounts}

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve; the base URL."""
        self._journal.open(self.state)
        app = web.Application()
        control_routes(app, self)
        app.router.add_route("*", "/{tail:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        return f"http://{host}:{bound}"

    async def stop(self) -> None:
        """Stop serving and close the state file."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self._journal.close()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        response = await self._given(request)
        response.headers["Date"] = formatdate(self.clock() / 1000, usegmt=True)
        return response

    async def _given(self, request: web.Request) -> web.StreamResponse:
        found = self._router.find(request.method, request.path)
        template = found[0].path if found else request.path
        rule = self.faults.pick(request.method, request.path, template)
        if rule is not None:
            return await self._misbehave(request, rule)
        response = _response(*await self._answer(request))
        if found and found[0].cache and response.status == 200:
            response.headers["Cache-Control"] = found[0].cache
        return response

    async def _misbehave(self, request: web.Request, rule: Rule) -> web.StreamResponse:
        match rule.what:
            case "503":
                return _response(503, {"message": CONFLICT})
            case "500":
                return _response(500, unexpected().body())
            case "drop":
                return _drop(request)
            case "slow":
                await asyncio.sleep(rule.ms / 1000)
            case "stale_reads" if request.method == "GET":
                return _response(*await self._answer(request, behind=STALE_MS))
        answer = await self._answer(request)
        if rule.what == "drop_after_work":
            return _drop(request)
        return _response(500, unexpected().body()) if rule.what == "work_then_500" else _response(*answer)

    async def _answer(self, request: web.Request, behind: int = 0) -> tuple[int, Any]:
        """Status and body; a refusal is an answer like any other."""
        try:
            body = await read_body(request)
            found = self._router.find(request.method, request.path)
            if found is None:
                raise _no_route(request)
            route, parts = found
            account = None if route.private is None else self._account(request)
            given = query_props(request) if request.method == "GET" else body
            props = _checked(route, {**given, **parts})
            await self._allow_race(route, props)
            return 200, self._work(route, props, account, behind)
        except Refusal as refusal:
            return refusal.status, refusal.body()

    async def _allow_race(self, route: Route, props: dict[str, Any]) -> None:
        """Two creations with one key at the same time collide as on the real server: the later one gets a 500."""
        if route.path != "/v0/market" or "idempotencyKey" not in props:
            return
        refuse_used_key(World(self.state, self.clock()), props)
        await asyncio.sleep(RACE_SECONDS)
        if props["idempotencyKey"] in self.state.markets.rows:
            raise unexpected()

    def _account(self, request: web.Request) -> Account:
        key = _key(request.headers.get("Authorization"))
        found = self.state.accounts.where("key", key)
        if not found:
            raise Refusal(401, "No private user exists with the provided API key.")
        return found[0]

    def _work(self, route: Route, props: dict[str, Any], account: Account | None, behind: int) -> Any:
        """Do what the route does, all of it or nothing."""
        world = World(self.state, self.clock())
        try:
            if self.drizzle:
                drizzle_all(world)
            with self.state.as_of(world.now - behind) if behind else nullcontext():
                if route.private is not None and account is not None:
                    result = route.private(world, props, account)
                else:
                    assert route.public is not None
                    result = route.public(world, props)
        except Refusal:
            self.state.rollback()
            raise
        except Exception:  # the edge of a server: whatever broke is logged and answered with its generic 500
            self.state.rollback()
            log.exception("%s %s", route.method, route.path)
            raise unexpected() from None
        self._journal.write(self.state.commit(world.now))
        return js_value(result)


def _checked(route: Route, props: dict[str, Any]) -> dict[str, Any]:
    result = route.schema(props, ())
    if result.status != "valid":
        raise invalid(result.faults)
    value: dict[str, Any] = result.value
    return value


def _key(header: str | None) -> str:
    """The API key in an Authorization header."""
    if not header:
        raise Refusal(401, "Missing Authorization header.")
    parts = header.split(" ")
    if len(parts) != 2:
        raise Refusal(401, "Invalid Authorization header.")
    if parts[0] not in ("Key", "Bearer"):
        raise Refusal(401, 'Invalid auth scheme; must be "Key" or "Bearer".')
    if parts[0] == "Bearer":
        raise Refusal(500, "Error validating token.")
    return parts[1]


def _no_route(request: web.Request) -> Refusal:
    hint = "Please check your URL for any misspellings or refer to app.ts"
    return Refusal(404, f"The requested route '{request.path}' does not exist. {hint}")


def _response(status: int, body: Any) -> web.Response:
    return web.json_response(body, status=status, dumps=_dumps)


def _dumps(body: Any) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def _drop(request: web.Request) -> web.StreamResponse:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
