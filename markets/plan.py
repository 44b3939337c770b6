"""What would have to change on Manifold for it to agree with the files: a value, with its cost and its checksum.

Pure: definitions, what we opened, what is live, limits and the clock go in; the same input gives the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from markets.changes import (
    Change,
    Create,
    Drift,
    Fund,
    Limits,
    NewVersion,
    Opened,
    Plan,
    Update,
    Waiting,
    same_moment,
    text_hash,
)
from markets.edits import differing
from markets.fields import in_words, plain
from markets.live import LiveMarket
from markets.manifold import Creation, creation_key
from markets.manifold.bodies import CLOSE_ENOUGH, creation_cost
from markets.spec import MarketSpec

UNREAD = "not in Manifold's list, and not read this time: a later plan does"


@dataclass
class _Draft:
    changes: list[Change] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)
    new_versions: list[NewVersion] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)


def plan(
    specs: Iterable[MarketSpec],
    known: Mapping[str, Opened],
    live: Mapping[str, LiveMarket | None],
    limits: Limits,
    now: datetime,
    *,
    account_id: str,
    openings: Mapping[str, int] | None = None,
    held: Mapping[str, str] | None = None,
    frozen: Mapping[str, str] | None = None,
    restore: frozenset[str] = frozenset(),
    only: Sequence[str] | None = None,
) -> Plan:
    """The difference between the definitions and Manifold.

    `known` goes by slug, `live` by market id (None: Manifold has no such market; not there: nobody has read it this
    time, and nothing is said of it); `openings` numbers a slug's further openings; `held` says why markets that are not
    there may not be opened yet; `frozen` has definitions as they were kept when markets opened, by version, to tell in
    what an edited file differs; drift of the slugs in `restore` is put back. Limits are checked after `only` has cut
    the plan down.
    """
    draft = _Draft()
    by_slug = {spec.slug: spec for spec in specs}
    asked = _asked(known, live)
    for slug in sorted({*by_slug, *known}):
        spec, opened = by_slug.get(slug), known.get(slug)
        if opened is not None and opened.market_id not in live:
            draft.waiting.append(Waiting(slug, UNREAD))
        elif opened is not None:
            _standing(draft, spec, opened, live[opened.market_id], now, slug in restore, frozen or {})
        elif spec is not None:
            opening = (openings or {}).get(slug, 1)
            twin = asked.get(in_short(spec.question))
            because = [*_keeping(spec, limits, now, (held or {}).get(slug)), *twice(twin, by_slug)]
            if not because:
                asked[in_short(spec.question)] = slug
            _missing(draft, spec, because, account_id, opening)
    whole = Plan(tuple(draft.changes), tuple(draft.drifts), tuple(draft.new_versions), tuple(draft.waiting))
    cut = whole if only is None else whole.only(only)
    standing = sum(1 for market in live.values() if market is not None and not market.resolved)
    return Plan(cut.changes, cut.drifts, cut.new_versions, cut.waiting, tuple(_refusals(cut, limits, standing)))


def unread(made: Plan) -> frozenset[str]:
    """The markets of which a plan says nothing, for they could not be read: they may need changes all the same."""
    return frozenset(each.slug for each in made.waiting if each.because == UNREAD)


def _asked(known: Mapping[str, Opened], live: Mapping[str, LiveMarket | None]) -> dict[str, str]:
    """What our markets ask that stand on Manifold unresolved, or have not been read this time -> the market's slug."""
    standing = {
        slug: opened
        for slug, opened in known.items()
        if opened.market_id not in live or not ((market := live[opened.market_id]) is None or market.resolved)
    }
    return {in_short(opened.question): slug for slug, opened in sorted(standing.items(), reverse=True)}


def in_short(question: str) -> str:
    """A question as two are compared: letters and spaces aside."""
    return " ".join(question.split()).casefold()


def twice(twin: str | None, files: Mapping[str, MarketSpec]) -> list[str]:
    """One question is asked once: a file that was only renamed would be opened, and paid for, a second time.

    `twin` is the slug of the market that asks it already.
    """
    if twin is None:
        return []
    if twin in files:
        return [f"{twin} asks the same question: word one of them so that traders can tell them apart"]
    return [
        f"the same question is open as {twin}, whose file is gone: if this is that file renamed, name it "
        f"{twin}.yaml again; if not, word the question so that traders can tell them apart"
    ]


def _keeping(spec: MarketSpec, limits: Limits, now: datetime, held: str | None) -> list[str]:
    """All that keeps a market from opening now; where only its cost would, it is planned and the plan is refused."""
    because = []
    if now < spec.opens:
        because.append(f"opens {in_words(spec.opens)}")
    if now >= spec.closes:
        because.append(f"closed {in_words(spec.closes)}, before it was ever opened: move its dates")
    if held is not None:
        because.append(held)
    if because and (cost := cost_mana(spec)) > limits.max_mana:
        because.append(f"it will cost {plain(cost)} mana, over the limit of {plain(limits.max_mana)}")
    return because


def _missing(draft: _Draft, spec: MarketSpec, because: Sequence[str], account_id: str, opening: int) -> None:
    if because:
        draft.waiting.append(Waiting(spec.slug, "; ".join(because), unopened=True))
    else:
        draft.changes.append(Create(spec.slug, spec.version, creation_of(spec, account_id, opening), opening))


def cost_mana(spec: MarketSpec) -> Decimal:
    """What opening a market costs, subsidy included."""
    return creation_cost(spec.market_type, len(spec.answers), spec.tier_mana) + spec.subsidy_mana


def price(spec: MarketSpec) -> str:
    """The same in words: `300 mana, 200 of it subsidy`."""
    subsidy = f", {plain(spec.subsidy_mana)} of it subsidy" if spec.subsidy_mana else ""
    return f"{plain(cost_mana(spec))} mana{subsidy}"


def creation_of(spec: MarketSpec, account_id: str, opening: int = 1) -> Creation:
    """A definition as the market that Manifold is to make of it."""
    return Creation(
        key=creation_key(account_id, spec.debate, spec.slug, opening),
        question=spec.question,
        market_type=spec.market_type,
        description=spec.description,
        closes=spec.closes,
        tier_mana=spec.tier_mana,
        subsidy_mana=spec.subsidy_mana,
        initial_pct=spec.initial_pct,
        answers=spec.answers,
        midpoints=tuple(Decimal(each) for each in spec.rule.midpoints()),
        unit=spec.rule.unit or "number",
    )


def _standing(
    draft: _Draft,
    spec: MarketSpec | None,
    opened: Opened,
    market: LiveMarket | None,
    now: datetime,
    restore: bool,
    frozen: Mapping[str, str],
) -> None:
    if market is None:
        draft.drifts.append(
            Drift(opened.slug, "market", opened.market_id, "not there any more: ask Manifold's moderators")
        )
        return
    moved = drifts(opened, market)
    draft.drifts += moved
    if spec is None:
        draft.waiting.append(
            Waiting(opened.slug, "its file is gone; the market stays and resolves by what it opened with")
        )
        return
    if spec.version != opened.version:
        before = frozen.get(opened.version)
        told = () if before is None else differing(before, spec.frozen())
        draft.new_versions.append(NewVersion(opened.slug, opened.version, spec.version, told))
        return
    if market.resolved:
        return
    drifted: set[str] = {drift.field for drift in moved}
    draft.changes += _updates(spec, opened, market, drifted if restore else set(), drifted)
    draft.changes += _funds(draft, spec, opened, market, now)


def _resolved_elsewhere(opened: Opened, market: LiveMarket) -> list[Drift]:
    """A resolution that was none of our doing, or one of ours that somebody took back or changed."""
    theirs = market.resolution if market.resolved else None
    paid_pct = None if market.resolution_probability is None else market.resolution_probability * 100
    elsewhere = (
        opened.resolution_pct is not None
        and paid_pct is not None
        and abs(paid_pct - float(opened.resolution_pct)) >= CLOSE_ENOUGH
    )
    if market.resolved == (opened.resolution is not None) and theirs == opened.resolution and not elsewhere:
        return []
    who = f"by account {market.resolver_id or 'unknown'}"
    at = f" at {paid_pct:g}%" if theirs == "MKT" and paid_pct is not None else ""
    ours = f" at {plain(opened.resolution_pct)}%" if opened.resolution_pct is not None else ""
    said = f"{theirs or 'unknown'}{at} {who}" if market.resolved else "taken back"
    return [Drift(opened.slug, "resolution", f"{opened.resolution or 'none'}{ours}", said)]


def drifts(opened: Opened, market: LiveMarket) -> list[Drift]:
    """Where Manifold moved though we did not; what a resolved market says of itself does not count any more."""
    found = _resolved_elsewhere(opened, market)
    if market.resolved:
        return found
    if market.question != opened.question:
        found.append(Drift(opened.slug, "question", repr(opened.question), repr(market.question)))
    if not same_moment(market.closes, opened.trades_until or opened.closes):
        theirs = in_words(market.closes) if market.closes else "not set"
        found.append(Drift(opened.slug, "closes", in_words(opened.trades_until or opened.closes), theirs))
    if market.fingerprint != opened.fingerprint:
        found.append(Drift(opened.slug, "description", opened.fingerprint[:12], market.fingerprint[:12]))
    return found


def _updates(
    spec: MarketSpec, opened: Opened, market: LiveMarket, restore: set[str], drifted: set[str]
) -> Iterable[Update]:
    if "question" in restore:
        yield Update(spec.slug, opened.market_id, "question", market.question, spec.question, opened.updates)
    if "closes" in restore:
        before = market.closes.isoformat() if market.closes else ""
        yield Update(spec.slug, opened.market_id, "closes", before, spec.closes.isoformat(), opened.updates)
    changed = text_hash(spec.description) != opened.text
    if "description" in restore or (changed and "description" not in drifted):
        yield Update(spec.slug, opened.market_id, "description", market.fingerprint, spec.description, opened.updates)


def _funds(draft: _Draft, spec: MarketSpec, opened: Opened, market: LiveMarket, now: datetime) -> Iterable[Fund]:
    more = spec.subsidy_mana - opened.subsidy_mana
    if more < 0:
        paid, wanted = plain(opened.subsidy_mana), plain(spec.subsidy_mana)
        draft.waiting.append(
            Waiting(spec.slug, f"{paid} mana of subsidy are paid, the file says {wanted}: it cannot be taken back")
        )
    elif more > 0 and market.closes is not None and market.closes <= now:
        draft.waiting.append(Waiting(spec.slug, f"{plain(more)} mana of subsidy are missing, but trading is closed"))
    elif more > 0:
        yield Fund(spec.slug, opened.market_id, more, spec.subsidy_mana, tuple(sorted(opened.subsidies)))


def _refusals(cut: Plan, limits: Limits, standing: int) -> Iterable[str]:
    if cut.cost_mana > limits.max_mana:
        yield (
            f"the plan costs {plain(cut.cost_mana)} mana, over the limit of {plain(limits.max_mana)}: "
            f"apply a part of it with --only, or allow it with --max-mana {plain(cut.cost_mana)}"
        )
    touched = {change.slug for change in cut.changes if change.kind != "create"}
    if not limits.yes_many and len(touched) * 100 > limits.changed_pct * standing:
        yield (
            f"the plan changes {len(touched)} of {standing} live markets, over {plain(limits.changed_pct)} percent: "
            "apply a part of it with --only, or allow it with --yes-many"
        )


__all__ = [
    "Change",
    "Create",
    "Drift",
    "Fund",
    "Limits",
    "NewVersion",
    "Opened",
    "Plan",
    "Update",
    "Waiting",
    "cost_mana",
    "creation_of",
    "drifts",
    "plan",
    "price",
    "unread",
]
