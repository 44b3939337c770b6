"""A market being drafted: its faults before it is a file, what its figure shows today, how it would have behaved."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from bot.backtesting import Backtest, as_document, backtest
from bot.judging import Asked
from bot.store import load_evidence
from markets.drafting import NAMES, VALUES, Answers, by_option, filled, option_of, placed, source_of, written
from markets.lint.run import lint
from markets.lint.subject import Subject
from markets.load_market import Shared, load_markets
from markets.spec import SLUG, MarketSpec
from resolvers import units
from resolvers.errors import Fault, Refusal
from resolvers.evidence import moment
from resolvers.rules.cache import Cache
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.faults import nearest
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import Compare, unit_of
from resolvers.rules.outcomes import YesOutcome
from resolvers.sources.spec import SourceSpec
from resolvers.units import Exact

BEHIND = {
    "source": ("metric", "threshold", "question"),
    "how": ("metric", "threshold", "question"),
    "metric": ("threshold", "question"),
    **dict.fromkeys(("threshold", "hold", "closes"), ("question",)),
}
"""Answers that cannot be checked while another is wrong."""
INSTEAD = {"how": "max", "subsidy": "200"}
"""What stands in for an answer that is left out, where nothing at all would be a fault too."""


@dataclass(frozen=True, slots=True)
class Current:
    """What the figure showed at the newest good look, `seen_at`: as text with its unit, None where nobody knows."""

    shown: str | None
    seen_at: datetime | None
    now: datetime

    def words(self) -> str:
        if self.seen_at is None:
            return "nothing was collected yet; `crux collect` looks now"
        said = self.shown if self.shown is not None else "not known"
        return f"{said}, as seen on {self.seen_at:%Y-%m-%d %H:%M} UTC, {age(self.now - self.seen_at)} ago"


def age(span: timedelta) -> str:
    """`3 days`, `5 hours`, `1 minute`."""
    for length, unit in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        number = span // length
        if number >= 1:
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "under a minute"


@dataclass(frozen=True)
class Drafting:
    """The debate that a market is drafted for."""

    app: App

    @property
    def claims(self) -> frozenset[str] | None:
        """The debate's claims by name; None where it has none at all."""
        found = self.app.loaded.arguments
        return frozenset(found.claims) if found is not None else None

    def source(self, answers: Answers) -> SourceSpec | None:
        return source_of(answers.source, self.app.loaded.sources)

    def taken(self, slug: str) -> bool:
        """Whether there is a market, or a file, of that name."""
        named = re.fullmatch(SLUG, slug) is not None
        return slug in self.app.loaded.markets or (named and (self.app.folder / "markets" / f"{slug}.yaml").exists())

    def text(self, answers: Answers, standing: str = "") -> str:
        source = self.source(answers)
        board = source.id if source is not None and source.fetch.url is not None else ""
        return written(answers, self._today(), board=board, standing=standing)

    def tried(self, answers: Answers) -> tuple[MarketSpec | None, list[Fault]]:
        """The market as `crux check` would find it, and every fault; what is not answered yet is stood in for."""
        if answers.how not in VALUES:
            said = f"{answers.how!r} is no way of reducing that can be drafted{nearest(answers.how, VALUES)}"
            return None, [Fault("R-UNKNOWN-NAME", said, ("how",)), *self.tried(replace(answers, how="max"))[1]]
        if answers.slug and not re.fullmatch(SLUG, answers.slug):
            said = f"{answers.slug!r} is no slug: name the file with 3 to 60 of a-z, 0-9 and dash"
            return None, [Fault("F-SLUG", said, ("slug",)), *self.tried(replace(answers, slug=""))[1]]
        whole = filled(answers, self._today(), self.app.loaded.sources)
        debate = self.app.debate
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{whole.slug}.yaml"
            text = self.text(whole)
            path.write_text(text, encoding="utf-8")
            shared = Shared(debate, self.app.loaded.sources, frozenset(), claims=self.claims)
            specs, found = load_markets(path, shared)
        faults = [placed(each, text) for each in found if each.code != "R-UNUSED"] or found
        if len(specs) != 1:
            return None, faults
        others = (*self.app.loaded.markets.values(), specs[0])
        it = Subject(specs[0], shared.written[specs[0].slug], debate, others, self.app.loaded.arguments)
        return specs[0], [*faults, *lint(it)]

    def faults(self, answers: Answers) -> list[Fault]:
        """Every fault of every answer at once: what one hides is looked for again with that one left out, once each."""
        spec, found = self.tried(answers)
        kept, wrong, left_out = answers, set[str](), set[str]()
        while spec is None:
            told = (by_option(found, kept).keys() & {name for name in NAMES if getattr(kept, name)}) - left_out
            wrong |= told | {hidden for name in told for hidden in BEHIND.get(name, ())}
            if not told:
                break
            left_out |= told
            kept = replace(kept, **{name: INSTEAD.get(name, "") for name in told})
            spec, more = self.tried(kept)
            found += [each for each in more if option_of(each, kept) not in {*wrong, ""} and each not in found]
        return found

    def current(self, spec: MarketSpec) -> Current:
        """The left side of the draft's comparison, as it stood when its sources were last seen well."""
        how = spec.rule.outcome.how
        assert isinstance(how, YesOutcome) and isinstance(how.when.of, Compare)
        now = self.app.store.now()
        evidence = load_evidence(self.app.store, {source.id: source for source in spec.sources}, now)
        looks = [look.seen_at for each in evidence.sources.values() for look in each.sightings if look.state == "good"]
        if not looks:
            return Current(None, None, now)
        at, cache = max(looks), Cache()
        cache.turn_to(evidence, at)
        evaluator = Evaluator(cache, spec.rule.defaults, spec.rule.settlement.wait_us, at)
        node = how.when.of.left
        found = evaluator.amounts(node, Knowing("fixed", at), at, at + 1).values[0]
        return Current(_shown(found.low, found.high, unit_of(node)), moment(at), now)

    def backtest(self, spec: MarketSpec) -> Backtest | None:
        """The draft lived through on the stored history; None where there is none."""
        sources = {source.id: source for source in spec.sources}
        try:
            return backtest(self.app.store, Asked(spec.slug, spec.version, spec.rule, sources), None, None)
        except Refusal:
            return None

    def _today(self) -> datetime:
        return self.app.store.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _shown(low: Exact, high: Exact, unit: str) -> str | None:
    """`85%`, or `22 to 25` where rows may or may not count; None where nobody can say."""
    if isinstance(low, float) or isinstance(high, float):
        return None
    return units.show(low, unit) if low == high else f"{units.show(low, unit)} to {units.show(high, unit)}"


def summary(found: Backtest) -> dict[str, Any]:
    """The few things of a backtest that a draft is told."""
    whole = as_document(found)
    last = whole["days"][-1]
    return {
        "from": whole["from"],
        "to": whole["to"],
        "days": len(whole["days"]),
        "as_if_opened": whole["as_if_opened"],
        "first_decision": whole["first_decision"],
        "flips": len(whole["flips"]),
        "unknown_days": sum(each["days"] for each in whole["unknown"]),
        "last": {"state": last["state"], "leaning": last["leaning"], "because": last["because"]},
    }
