"""python -m markets.sandbox: serve a sandbox from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from markets.sandbox.serving import serve


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m markets.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--state", type=Path, help="the state file; without it everything is forgotten at the end")
    parser.add_argument("--accounts", type=Path, help="write the accounts' keys to this file")
    parser.add_argument("--drizzle", action="store_true", help="let added liquidity reach the pools with time")
    given = parser.parse_args()
    serve(given.state, given.port, given.accounts, drizzle=given.drizzle)


if __name__ == "__main__":
    main()
