"""Serving the sandbox from the command line until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from markets.sandbox.accounts import write_accounts
from markets.sandbox.server import Sandbox


def serve(path: Path | None, port: int, accounts_file: Path | None = None, *, drizzle: bool = False) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT; prints one line with the base URL when ready.

    StateFileError where the state file is another sandbox's at work, or no sandbox's at all.
    """
    asyncio.run(_serve(path, port, accounts_file, drizzle=drizzle))


async def _serve(path: Path | None, port: int, accounts_file: Path | None, *, drizzle: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    sandbox = Sandbox(path, drizzle=drizzle)
    try:
        base_url = await sandbox.start(port=port)
        if accounts_file is not None:
            write_accounts(sandbox.state, accounts_file)
        sys.stdout.write(f"{base_url}\n")
        sys.stdout.flush()
        await stopping.wait()
    finally:
        await sandbox.stop()
