"""Whether markets may open: the lint with what the store knows, and what each would say if it were decided today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.frozen import as_opened
from bot.store import Store, load_evidence, markets
from bot.store.markets import Market
from bot.twins import open_twins
from markets.edits import differing
from markets.lint.run import lint, subjects
from markets.lint.subject import Seen
from markets.lint.today import told
from markets.load import Loaded
from markets.spec import MarketSpec
from resolvers.errors import Fault


@dataclass(frozen=True, slots=True)
class Readiness:
    """One market: `clean` without an error or an unwaived warning, `ready` if nothing keeps it from opening.

    `today` is the dry run in words; `waits` are the codes it waits for, `faults` all that is said of it. What has
    opened waits for nothing, and nothing is said of what would have kept it from opening; where its file says something
    else by now, `edited` tells what holds. `twin` says that an open market asks the same question.
    """

    slug: str
    opened: bool
    today: str
    faults: tuple[Fault, ...]
    edited: str = ""
    twin: str = ""

    @property
    def waits(self) -> tuple[str, ...]:
        stopping = (fault.code for fault in self.faults if fault.level != "warning")
        return () if self.opened else tuple(dict.fromkeys(stopping))

    @property
    def clean(self) -> bool:
        return all(fault.level == "not-ready" for fault in self.faults)

    @property
    def ready(self) -> bool:
        return not self.waits and not self.twin

    def briefly(self) -> str:
        """What it waits for, without the remedies; for a question that is asked already there is one only in words."""
        stopping = (fault for fault in self.faults if fault.level != "warning")
        said = dict.fromkeys(f"{fault.code} {fault.message.partition(': ')[0]}" for fault in stopping)
        return "; ".join([*said, *([self.twin] if self.twin else [])])

    def because(self) -> str:
        """What keeps it from opening, in words."""
        return "; ".join(f"{fault.code}: {fault.message}" for fault in self.faults if fault.level != "warning")


def readiness(
    store: Store, loaded: Loaded, slugs: Sequence[str] | None = None, now: datetime | None = None
) -> list[Readiness]:
    """Every market of a debate (or those named) as of now, judged on what the store has seen of its sources."""
    at = now or store.now()
    wanted = [slug for slug in loaded.markets if slugs is None or slug in slugs]
    sources = {source.id: source for slug in wanted for source in loaded.markets[slug].sources}
    evidence = load_evidence(store, sources, at)
    assert loaded.debate is not None
    with store.reading() as connection:
        there = {market.slug: market for market in markets.every(connection, loaded.debate.debate)}
    edited = {slug: there[slug] for slug in wanted if _is_edited(loaded.markets[slug], there.get(slug))}
    kept = as_opened(store, [market.version for market in edited.values()])
    twins = open_twins(store, loaded, [slug for slug in wanted if slug not in there], there)
    found = []
    for it in subjects(loaded, {slug: Seen(evidence, at, slug in there) for slug in wanted}):
        if it.seen is not None:
            before = [fault for fault in loaded.faults if fault.path == it.written.path]
            said = [fault for fault in lint(it) if fault.level != "not-ready" or not it.seen.opened]
            mine = edited.get(it.spec.slug)
            words = "" if mine is None else _edited(it.spec, mine, kept.get(mine.version))
            found.append(
                Readiness(it.spec.slug, it.seen.opened, told(it), (*before, *said), words, twins.get(it.spec.slug, ""))
            )
    return found


def _is_edited(spec: MarketSpec, market: Market | None) -> bool:
    """Whether it is a living market whose file says something else by now."""
    return market is not None and market.state != "resolved" and market.version != spec.version


def _edited(spec: MarketSpec, market: Market, kept: str | None) -> str:
    """What holds for such a market; `kept` is the definition that it opened with."""
    parts = () if kept is None else differing(kept, spec.frozen())
    where = f"; they differ in {', '.join(parts)}" if parts else ""
    return (
        f"its file was edited since it opened on {market.opened_at:%Y-%m-%d}: the market keeps the text and the rule "
        f"that were frozen then, and is judged by them{where}; undo the edit, or ask the new question under a new slug"
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a debate's markets stand: how many there are, how many are clean, how many may open or have opened.

    `waits` has the codes that each of the others waits for, by slug, `because` the same in words; `edited` tells of
    opened markets, by slug, that keep another text than their files have by now.
    """

    markets: int
    clean: int
    ready: int
    waits: dict[str, tuple[str, ...]]
    because: dict[str, str]
    edited: dict[str, str]

    def words(self) -> str:
        return f"clean {self.clean} of {self.markets}, ready {self.ready} of {self.markets}"


def standing(store: Store, loaded: Loaded) -> Standing:
    """The standing of every market that the files define."""
    found = readiness(store, loaded)
    held_back = [each for each in found if not each.ready]
    return Standing(
        len(found),
        sum(each.clean for each in found),
        len(found) - len(held_back),
        {each.slug: each.waits for each in held_back},
        {each.slug: each.briefly() for each in held_back},
        {each.slug: each.edited for each in found if each.edited},
    )


def held(store: Store, loaded: Loaded, slugs: Sequence[str]) -> dict[str, str]:
    """slug -> why it may not open, of those markets that may not; a question that is asked already the plan tells."""
    if not slugs:
        return {}
    return {each.slug: f"not ready: {each.because()}" for each in readiness(store, loaded, slugs) if each.waits}
