"""What Crux costs, always against something measured in the same run: `python tests/bench judge --json`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import backtesting
import judging
import loading
import service


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one bench and print its figures."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    benches = parser.add_subparsers(required=True, metavar="BENCH")
    judge = benches.add_parser("judge", help=judging.__doc__)
    judge.add_argument("--markets", type=int, default=1000)
    judge.add_argument("--observations", type=int, default=100_000)
    judge.add_argument("--sources", type=int, default=30)
    judge.add_argument("--seed", type=int, default=1)
    judge.add_argument("--json", action="store_true")
    judge.set_defaults(run=lambda given: judging.run(given.markets, given.observations, given.sources, given.seed))
    backtest = benches.add_parser("backtest", help=backtesting.__doc__)
    backtest.add_argument("--markets", type=int, default=50)
    backtest.add_argument("--observations", type=int, default=5_000)
    backtest.add_argument("--sources", type=int, default=30)
    backtest.add_argument("--days", type=int, default=365)
    backtest.add_argument("--seed", type=int, default=1)
    backtest.add_argument("--json", action="store_true")
    backtest.set_defaults(
        run=lambda given: backtesting.run(given.markets, given.observations, given.sources, given.days, given.seed)
    )
    load = benches.add_parser("load", help=loading.__doc__)
    load.add_argument("--markets", type=int, default=10_000)
    load.add_argument("--json", action="store_true")
    load.set_defaults(run=lambda given: loading.run(given.markets))
    serve = benches.add_parser("service", help=service.__doc__)
    serve.add_argument("--markets", type=int, default=10_000)
    serve.add_argument("--observations", type=int, default=1_000_000)
    serve.add_argument("--sources", type=int, default=30)
    serve.add_argument("--seed", type=int, default=1)
    serve.add_argument("--json", action="store_true")
    serve.set_defaults(run=lambda given: service.run(given.markets, given.observations, given.sources, given.seed))
    given = parser.parse_args(arguments)
    found = given.run(given)
    if given.json:
        print(json.dumps(found, indent=1))
    else:
        for name, value in found.items():
            print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
