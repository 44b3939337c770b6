"""Plain builders: a debate folder on disk, and specs, live markets and openings in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from markets.changes import Opened, text_hash
from markets.fields import plain
from markets.live import LiveAnswer, LiveMarket
from markets.load import Loaded, load_debate
from markets.manifold import creation_key
from markets.spec import MarketSpec

REPLAY = Path(__file__).parents[2] / "markets" / "definitions" / "replay"
ACCOUNT = "account-of-ours"
NOW = datetime(2025, 3, 1, tzinfo=UTC)

DEBATE = """\
debate: small
title: A small debate
reviewers: {first-reader: {}, second-reader: {}}
"""
SOURCE = """\
publisher: A board
licence: CC0 1.0
fetch: {url: "https://board.example/scores.csv"}
read:
  format: csv
  key: name
  columns:
    score: {unit: percent, between: [0, 100]}
    share: {unit: fraction, between: [0, 1]}
    lab: text
"""
MARKET = """\
question: Will a row reach 85% before July 2025?
opens: 2025-01-01
closes: 2025-07-01
subsidy: 200
values:
  best: {max: score, from: board}
resolve:
  yes: best >= 85%
"""


def folder(path: Path, files: dict[str, str] | None = None) -> Path:
    """A debate folder with one source, one market and whatever `files` (path inside -> text) adds or replaces."""
    contents = {"debate.yaml": DEBATE, "sources/board.yaml": SOURCE, "markets/reach-85.yaml": MARKET, **(files or {})}
    for name, text in contents.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return path


def loaded(path: Path, files: dict[str, str] | None = None) -> Loaded:
    return load_debate(folder(path, files))


def said(found: Loaded, path: Path) -> list[str]:
    """The faults as lines, their paths from the debate's folder on."""
    return [str(replace(fault, path=str(Path(fault.path).relative_to(path)))) for fault in found.faults]


def spec(path: Path, text: str = MARKET, slug: str = "reach-85") -> MarketSpec:
    found = loaded(path, {f"markets/{slug}.yaml": text})
    assert not found.faults, found.faults
    return found.markets[slug]


def opened(market: MarketSpec, **changes: object) -> Opened:
    """The market as we know it right after creating it."""
    key = creation_key(ACCOUNT, market.debate, market.slug, 1)
    made = Opened(
        market.slug,
        key,
        market.version,
        market.question,
        market.closes,
        text_hash(market.description),
        f"print of {market.slug}",
        market.subsidy_mana,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a builder: the caller names fields


def live(market: MarketSpec, **changes: object) -> LiveMarket:
    """The market as Manifold shows it right after we created it."""
    made = LiveMarket(
        id=creation_key(ACCOUNT, market.debate, market.slug, 1),
        slug=market.slug,
        url=f"https://manifold.example/{market.slug}",
        creator_id=ACCOUNT,
        question=market.question,
        market_type=market.market_type,
        closes=market.closes,
        resolved=False,
        answers=tuple(LiveAnswer(f"a{n}", text) for n, text in enumerate(market.answers)),
        fingerprint=f"print of {market.slug}",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a builder: the caller names fields


def with_subsidy(text: str, mana: Decimal) -> str:
    return text.replace("subsidy: 200", f"subsidy: {plain(mana)}")


def as_json(value: Any) -> Any:
    """A document of YAML as JSON has it: a validator of schemas knows no Decimal."""
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value
