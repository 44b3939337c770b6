"""Runs the real `crux` command line in a process of its own, which kills itself with SIGKILL at a chosen point.

The points lie around every commit of the store and every request to Manifold. They are watched from outside, through
SQLAlchemy's events and httpx's trace; the product knows nothing of them. By hand: `python driver.py ORDER.json`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import stat
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

import bot.app
import bot.platform
import bot.service.exchange
import markets.sandbox.server
import resolvers.fetch
from bot.cli import main as crux
from markets.sandbox.server import Sandbox
from resolvers.fetch import Limits

START = datetime(2026, 1, 2, tzinfo=UTC)
"""When the first command runs: the day after the markets open."""

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
MARKET = re.compile(r"/v0/market/[^/?]+")
POST_POINTS = {
    "http11.send_request_headers.started": "before",
    "http11.send_request_body.started": "half sent",  # the line and headers are out, the body is not
    "http11.send_request_body.complete": "sent",  # nobody knows what will come of it
    "http11.receive_response_headers.complete": "worked, answer unread",
    "http11.response_closed.complete": "after",
}
GET_POINTS = {
    "http11.send_request_headers.started": "before",
    "http11.response_closed.complete": "after",
}


@dataclass(frozen=True)
class Order:
    """What one process is to run: commands one after the other, its environment, and where it dies.

    `kill_at` is the number of a point from 1 on. `haste` None: waiting only moves the sandbox's clock; a number: it
    really waits, so many times faster, and the clock stands still. `go`: begin only when that file is there.
    `line_s`: how long the line to Manifold lives on after the process, as if nobody had told the other end.
    """

    commands: list[list[str]]
    environment: dict[str, str]
    sandbox: str
    out: str
    kill_at: int | None = None
    haste: float | None = None
    go: str | None = None
    line_s: float = 0.0

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path


class Points:
    """Counts the points passed, writes each down before anything else, and dies at the one that was ordered."""

    def __init__(self, path: Path, kill_at: int | None, line_s: float) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._kill_at = kill_at
        self._line_s = line_s
        self._passed = 0

    def reach(self, name: str) -> None:
        self._passed += 1
        self._file.write(f"{name}\n")
        self._file.flush()
        if self._passed == self._kill_at:
            if self._line_s:
                keep_lines(self._line_s)
            os.kill(os.getpid(), signal.SIGKILL)


def keep_lines(seconds: float) -> None:
    """Leave a process behind that holds this one's sockets, and nothing else of it, for a while."""
    if os.fork():
        return
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                os.close(int(name))
    time.sleep(seconds)
    os._exit(0)


class Clock:
    """The sandbox's clock is everybody's: the process reads it at its start, and its waiting moves it on.

    Without a sandbox outside, the clock begins at START and is told to the one within.
    """

    def __init__(self, sandbox: str, haste: float | None) -> None:
        self._sandbox = sandbox
        self._haste = haste
        self._at = clock_of(sandbox) if sandbox else START

    def now(self) -> datetime:
        return self._at

    def milliseconds(self) -> int:
        return round(self._at.timestamp() * 1000)

    async def sleep(self, seconds: float) -> None:
        if self._haste is not None:
            await asyncio.sleep(seconds / self._haste)
            return
        self._at += timedelta(seconds=seconds)
        if self._sandbox:
            set_clock(self._sandbox, self._at)
        await asyncio.sleep(0)


def clock_of(sandbox: str) -> datetime:
    with urllib.request.urlopen(f"{sandbox}/sandbox/clock") as answer:
        return datetime.fromtimestamp(json.load(answer)["now"] / 1000, UTC)


def set_clock(sandbox: str, at: datetime) -> None:
    told(sandbox, "clock", {"now": round(at.timestamp() * 1000)})


def told(sandbox: str, what: str, body: object) -> None:
    """One of the sandbox's private switches, set."""
    request = urllib.request.Request(f"{sandbox}/sandbox/{what}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        answer.read()


def watch_store(reach: Callable[[str], None]) -> None:
    """A point before and after each commit that writes, named by its tables."""
    touched: dict[int, list[str]] = {}
    committed: set[int] = set()

    def before_execute(connection: sa.Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        table = WRITES.match(statement)
        if table is not None:
            tables = touched.setdefault(id(connection.connection.dbapi_connection), [])
            tables += [] if table[1] in tables else [table[1]]

    def before_commit(connection: sa.Connection) -> None:
        dbapi = id(connection.connection.dbapi_connection)
        if dbapi in touched:
            committed.add(dbapi)
            reach(f"before the commit of {', '.join(touched[dbapi])}")

    def given_back(dbapi: Any, _record: Any) -> None:
        tables = touched.pop(id(dbapi), [])
        if id(dbapi) in committed:
            committed.discard(id(dbapi))
            reach(f"after the commit of {', '.join(tables)}")

    sa.event.listen(sa.Engine, "before_cursor_execute", before_execute)
    sa.event.listen(sa.Engine, "commit", before_commit)
    sa.event.listen(sa.Pool, "checkin", given_back)


def watch_wire(reach: Callable[[str], None]) -> None:
    """Five points around each write to Manifold, two around each read."""
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def watched(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        points = POST_POINTS if request.method == "POST" else GET_POINTS
        what = f"{request.method} {MARKET.sub('/v0/market/…', request.url.path)}"

        async def trace(event: str, _told: Any) -> None:
            if event in points:
                reach(f"{what}: {points[event]}")

        request.extensions = {**request.extensions, "trace": trace}
        return await send(self, request)

    replaced(httpx.AsyncHTTPTransport, "handle_async_request", watched)


def replaced(where: object, name: str, by: object) -> None:
    """Put something else in a seam of the product, in this process only."""
    setattr(where, name, by)


def run(order_path: str) -> None:
    """Carry out an order in this process; ends with the last command's exit code, all of them beside the output."""
    order = Order(**json.loads(Path(order_path).read_text(encoding="utf-8")))
    out = Path(order.out)
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(out / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115  # until the end
    os.environ.update(order.environment)
    points, clock = Points(out / "points", order.kill_at, order.line_s), Clock(order.sandbox, order.haste)
    replaced(markets.sandbox.server, "Sandbox", partial(Sandbox, now=clock.milliseconds))  # that of --sandbox
    replaced(bot.app, "wall_clock", clock.now)
    near = partial(Limits, private_ok=True, attempts=1)  # the publisher is on this machine
    replaced(resolvers.fetch, "Limits", near)
    replaced(bot.platform, "connect", partial(bot.platform.connect, sleep=clock.sleep))
    replaced(bot.service.exchange, "connected", partial(bot.service.exchange.connected, sleep=clock.sleep))
    watch_store(points.reach)
    watch_wire(points.reach)
    (out / "ready").touch()
    while order.go is not None and not Path(order.go).exists():
        time.sleep(0.001)
    code = 0
    for command in order.commands:
        code = _crux(command)
        sys.stdout.write(f"-- exit {code}\n")
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _crux(command: list[str]) -> int:
    try:
        crux(command)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


if __name__ == "__main__":
    run(sys.argv[1])
