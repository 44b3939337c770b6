"""Plain builders for tests of the store: a clock, a source, bodies as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.store import Store, markets, proposals
from resolvers.outcome import Outcome, Yes
from resolvers.sources.spec import SourceSpec
from resolvers.verdict import Step, Verdict

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


@dataclass
class Clock:
    """Time that stands until it is told to go on."""

    at: datetime = field(default_factory=lambda: day(1000))

    def __call__(self) -> datetime:
        return self.at


def source(name: str = "board", **read: Any) -> SourceSpec:
    """A CSV source: `model` is the key, `score` a percentage of at most 100, `org` a text."""
    block: dict[str, Any] = {
        "format": "csv",
        "key": "model",
        "columns": {"score": {"unit": "percent", "between": [0, 100]}, "org": "text"},
    }
    return SourceSpec.model_validate(
        {
            "id": name,
            "publisher": "somebody",
            "licence": "CC0",
            "fetch": {"url": "https://example.org/board.csv"},
            "read": block | read,
        }
    )


def body(rows: Mapping[str, tuple[str, str]]) -> bytes:
    """Rows of model -> (score, org) as the source's CSV."""
    lines = ["model,score,org", *(f"{model},{score},{org}" for model, (score, org) in rows.items())]
    return ("\n".join(lines) + "\n").encode()


@dataclass(frozen=True)
class Answer:
    """What the HTTP door brings back."""

    status: int
    body: bytes | None
    seen_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    because: str = ""


def opened(store: Store, slug: str = "m", *, sources: tuple[str, ...] = ("board",), at: datetime | None = None) -> int:
    """A market that lives on Manifold since `at`; its number in the store."""
    with store.transaction() as connection:
        when = at or day(0)
        markets.freeze(connection, version=f"v-{slug}", debate="d", slug=slug, canonical="{}", description="text",
                       sources=sources, at=when)  # fmt: skip
        return markets.opened(connection, debate="d", slug=slug, opening=1, version=f"v-{slug}", market_id=f"id-{slug}",
                              url="http://m/", type="BINARY", answers={}, at=when, closes_at=None).id  # fmt: skip


def decided(slug: str = "m", outcome: Outcome | None = None) -> Verdict:
    trace = Step(node="yes", words="it came true", value="true")
    return Verdict(slug=slug, as_of=day(10), state="decided", outcome=outcome or Yes(), because="it did", semantics=1,
                   trace=trace)  # fmt: skip


def proposed(store: Store, slug: str = "m") -> proposals.Proposal:
    market = opened(store, slug)
    with store.transaction() as connection:
        return proposals.propose(connection, market=market, version=f"v-{slug}", verdict=decided(slug),
                                 last_snapshot=0, at=day(11))  # fmt: skip
