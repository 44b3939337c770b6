"""Starts the real `crux` command line again and again, each time as a process that may be killed; run as a program.

It imports Crux once and then does nothing but fork, so that a death costs no second start of Python. What a test
replaces is replaced here, in the child: the clock is one that the test moves, the publisher is on this machine, waits
are shorter. The product knows nothing of it. Orders come as lines of JSON, an answer goes out for each.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import json
import os
import struct
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

HASTE = 100.0
"""How many times faster than they say our processes wait; the clock moves on by what they say."""


@dataclass(frozen=True)
class Order:
    """One process: what is typed after `crux`, its environment, where it speaks, and where things are."""

    command: Sequence[str]
    environment: dict[str, str]
    out: str
    clock: str
    rest: str
    gateway: str

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


class SharedClock:
    """The real time and what has been added to it by anybody: eight bytes in a file that all processes look at."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._file).st_size == 0:
            os.pwrite(self._file, struct.pack("d", 0.0), 0)

    def added_s(self) -> float:
        return float(struct.unpack("d", os.pread(self._file, 8, 0))[0])

    def add(self, seconds: float) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.pwrite(self._file, struct.pack("d", self.added_s() + seconds), 0)
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.added_s())

    def ms(self) -> int:
        return int(self.now().timestamp() * 1000)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / HASTE)
        self.add(seconds - seconds / HASTE)

    def close(self) -> None:
        os.close(self._file)


def replaced(where: object, name: str, by: object) -> None:
    """Put something else in a seam of the product, in this process only."""
    setattr(where, name, by)


def carry_out(order: Order) -> int:
    """Be that process, to its end; its exit code."""
    import discord.gateway
    import discord.http
    import yarl

    import bot.app
    import bot.discord.posts_sending
    import bot.discord.supervisor
    import bot.platform
    import bot.service.running
    import resolvers.fetch
    from bot.cli import main
    from bot.discord.posts_pace import Pace
    from bot.service.running import Launch
    from resolvers.fetch import Limits

    os.environ.update(order.environment)
    clock = SharedClock(Path(order.clock))
    near = partial(Limits, private_ok=True, attempts=1, total_s=5.0)
    quick = partial(Pace, gap_s=0.05, old_gap_s=0.05, poll_s=0.2, redraw_s=1.0, first_wait_s=0.0, longest_wait_s=0.0)
    replaced(bot.app, "wall_clock", clock.now)
    replaced(resolvers.fetch, "Limits", near)
    replaced(bot.service.running, "Launch", partial(Launch, sleep=clock.sleep))
    replaced(bot.platform, "connect", partial(bot.platform.connect, sleep=clock.sleep))
    replaced(bot.discord.posts_sending, "Pace", quick)
    replaced(bot.discord.supervisor, "FIRST_S", 0.1)
    replaced(discord.http.Route, "BASE", order.rest)
    replaced(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(order.gateway))
    try:
        main(list(order.command))
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def child(line: str) -> None:
    """What a forked process does; it never comes back."""
    order = Order(**json.loads(line))
    there = os.open(order.out, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, mine in ((0, nothing), (1, there), (2, there)):
        os.dup2(mine, number)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115  # until the end
    code = carry_out(order)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def preload() -> None:
    """Everything that a service imports or makes on its way; nothing of it starts a thread or opens a socket."""
    import bot.charts
    import bot.commands.reviewing
    import bot.discord.supervisor
    import bot.service.running  # noqa: F401
    from bot.cli import command
    from markets.pausing import put_out_of_sight
    from resolvers.tls import trusted

    command()
    trusted()
    gc.collect()
    put_out_of_sight()  # or each child's collector would walk over it, and copy it to note that it did


def main() -> None:
    """An order starts a process and is answered with its number; a number asks how it ended (null: it lives)."""
    preload()
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, int):
            ended, status = os.waitpid(asked, os.WNOHANG)
            print(json.dumps(os.waitstatus_to_exitcode(status) if ended else None), flush=True)
            continue
        number = os.fork()
        if number == 0:
            child(line)
        print(number, flush=True)


if __name__ == "__main__":
    main()
