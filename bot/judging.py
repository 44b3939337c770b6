"""Asking the rules: which definition each market is judged by, on which evidence, and what has turned since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bot.frozen import Frozen
from bot.store import Store, load_evidence
from bot.store import markets as opened
from bot.store.counting import newest_snapshot
from bot.store.timelines import sizes
from bot.store.verdicts import evidence_name, get_many, newest_snapshots, put_many
from markets.load import Loaded
from markets.pausing import without_collecting
from resolvers.errors import Outside, Refusal
from resolvers.rules.cache import Cache
from resolvers.rules.faults import nearest
from resolvers.rules.judge import judge
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec
from resolvers.verdict import Verdict

TRIES = 5
"""How often all is judged anew because something was recorded meanwhile."""

FEW = 20
"""Markets that are looked for one by one; more are found sooner among all."""

MOST_SPANS = 200_000
"""Spans of evidence held at once, where no question needs more: about 200 MiB with all that is made of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to judge: by its frozen definition if its market has opened, by its file before that."""

    slug: str
    version: str
    rule: Rule
    sources: Mapping[str, SourceSpec]
    market: opened.Market | None = None
    frozen: Frozen | None = None


def asked(store: Store, loaded: Loaded, slugs: Sequence[str] | None = None) -> list[Asked]:
    """The questions of a debate, or those named; Refusal names the nearest slug for one that is not there."""
    assert loaded.debate is not None
    with store.reading() as connection, without_collecting():
        there = _opened(connection, loaded.debate.debate, slugs or ())
        found = []
        for slug in sorted({*there, *loaded.markets} if not slugs else set(slugs)):
            market = there.get(slug)
            if market is None and slug not in loaded.markets:
                known = {one.slug for one in opened.every(connection, loaded.debate.debate)} | {*loaded.markets}
                raise Refusal(f"no market is called {slug!r}{nearest(slug, known)}; `crux status` lists them")
            if market is None:
                spec = loaded.markets[slug]
                found.append(Asked(slug, spec.version, spec.rule, {source.id: source for source in spec.sources}))
            else:
                frozen = Frozen.of(opened.spec(connection, market.version))
                found.append(Asked(slug, market.version, frozen.rule, frozen.sources(loaded.sources), market, frozen))
    return found


def _opened(connection: sa.Connection, debate: str, slugs: Sequence[str]) -> dict[str, opened.Market]:
    """The markets of a debate that have opened, by slug; of the named ones alone where they are few."""
    if not 0 < len(slugs) <= FEW:
        return {market.slug: market for market in opened.every(connection, debate)}
    found = {slug: opened.find(connection, debate, slug) for slug in slugs}
    return {slug: market for slug, market in found.items() if market is not None}


@dataclass(slots=True)
class _Group:
    """Questions that can read the same evidence: no source has two read blocks among them."""

    sources: dict[str, SourceSpec] = field(default_factory=dict)
    members: list[Asked] = field(default_factory=list)

    def takes(self, each: Asked) -> bool:
        return all(
            self.sources[name].read == source.read for name, source in each.sources.items() if name in self.sources
        )


def _grouped(questions: Iterable[Asked]) -> list[_Group]:
    groups: list[_Group] = []
    for each in questions:
        group = next((one for one in groups if one.takes(each)), None)
        if group is None:
            group = _Group()
            groups.append(group)
        group.sources.update(each.sources)
        group.members.append(each)
    return groups


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts in the order asked, how many rules had to be evaluated, and the newest look they know of."""

    questions: tuple[Asked, ...]
    verdicts: tuple[Verdict, ...]
    evaluated: int
    last_snapshot: int


def judge_all(store: Store, questions: Sequence[Asked], as_of: datetime, known_on: datetime | None = None) -> Judged:
    """Judge every question as of an instant; what was judged on the same evidence before is taken from the cache.

    A look that is recorded meanwhile would be in some verdicts and not in others, so all is judged again then.
    """
    for _ in range(TRIES):
        before = _newest(store)
        with without_collecting():  # until all evidence is let go: none of it is ever in a cycle
            judged = _judged(store, questions, as_of, known_on, before)
        if _newest(store) == before:
            return judged
    raise Outside("evidence comes in faster than it can be judged: try again when collecting is done")


def _newest(store: Store) -> int:
    with store.reading() as connection:
        return newest_snapshot(connection)


def _judged(
    store: Store, questions: Sequence[Asked], as_of: datetime, known_on: datetime | None, last_snapshot: int
) -> Judged:
    found: dict[str, Verdict] = {}
    evaluated = 0
    for group in _grouped(questions):
        newest = newest_snapshots(store, group.sources)
        names = _evidence_names(group, newest)
        kept = {} if known_on else _kept(store, group, as_of, names)
        found |= kept
        fresh = [each for each in group.members if each.slug not in kept]
        for part in _parts(store, fresh):
            made = _fresh(store, part, as_of, known_on)
            evaluated += len(made)
            found |= made
            if known_on is None:
                _keep(store, part, made, names)
    return Judged(tuple(questions), tuple(found[each.slug] for each in questions), evaluated, last_snapshot)


def _parts(store: Store, questions: Sequence[Asked]) -> Iterator[list[Asked]]:
    """The questions in parts that share no source, so that the evidence of one is let go before the next is loaded.

    Those with the most evidence come first, while there are the fewest verdicts to hold beside it; small ones are put
    together.
    """
    if not questions:
        return
    with store.reading() as connection:
        spans = sizes(connection, {name for each in questions for name in each.sources})
    weighed = [(sum(spans.get(name, 0) for name in sources), some) for some, sources in _connected(questions)]
    part: list[Asked] = []
    held = 0
    for weight, some in sorted(weighed, key=lambda each: -each[0]):
        if part and held + weight > MOST_SPANS:
            yield part
            part, held = [], 0
        part, held = [*part, *some], held + weight
    yield part


def _connected(questions: Iterable[Asked]) -> list[tuple[list[Asked], set[str]]]:
    """Questions that share a source, or are joined by others that do, each such set with its sources."""
    found: list[tuple[list[Asked], set[str]]] = []
    by_sources: dict[frozenset[str], list[Asked]] = {}
    for each in questions:
        by_sources.setdefault(frozenset(each.sources), []).append(each)
    for sources, some in by_sources.items():
        met = [one for one in found if not sources.isdisjoint(one[1])]
        found = [one for one in found if sources.isdisjoint(one[1])]
        members = [each for own, _ in met for each in own]
        found.append(([*members, *some], {*sources, *(name for _, names in met for name in names)}))
    return found


def _fresh(store: Store, part: Sequence[Asked], as_of: datetime, known_on: datetime | None) -> dict[str, Verdict]:
    sources = {name: source for each in part for name, source in each.sources.items()}
    evidence = load_evidence(store, sources, as_of, known_on)
    cache = Cache()
    found = {each.slug: judge(each.slug, each.rule, evidence, as_of, cache=cache) for each in part}
    cache.close()
    return found


def _kept(store: Store, group: _Group, as_of: datetime, names: Mapping[str, str]) -> dict[str, Verdict]:
    wanted = {(each.version, names[each.slug]): each.slug for each in group.members}
    with store.reading() as connection:
        there = get_many(connection, set(names.values()), as_of)
    return {wanted[key]: verdict for key, verdict in there.items() if key in wanted}


def _keep(store: Store, fresh: Sequence[Asked], made: Mapping[str, Verdict], names: Mapping[str, str]) -> None:
    rows = [(each.version, names[each.slug], made[each.slug]) for each in fresh]
    with store.transaction(durable=False) as connection:
        put_many(connection, rows)


def _evidence_names(group: _Group, newest: Mapping[str, int]) -> dict[str, str]:
    """What all is known of each question's sources, as a short name: the same name, the same evidence.

    By slug. Within a group a source has one read block, so that questions on the same sources share the name.
    """
    reads = {name: (source.read.hash(), newest.get(name, 0)) for name, source in group.sources.items()}
    found: dict[frozenset[str], str] = {}
    names = {}
    for each in group.members:
        sources = frozenset(each.sources)
        if sources not in found:
            found[sources] = evidence_name({name: reads[name] for name in sources})
        names[each.slug] = found[sources]
    return names
