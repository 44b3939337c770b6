"""What would have to change on Manifold for it to agree with the files: a value, with its cost and its checksum.

Pure: definitions, what we opened, what is live, limits and the clock go in; the same input gives the same plan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from markets.fields import in_words, plain
from markets.live import LiveMarket
from markets.manifold import Creation, creation_key
from markets.spec import MarketSpec

Field = Literal["question", "closes", "description"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A market of ours as it was last known to us: what was posted, which version is frozen, what was paid in.

    `text` is the sha256 of the Markdown last posted, `fingerprint` that of Manifold's own document read back after it;
    `subsidy_mana` is the sum of our subsidies by Manifold's ledger, `subsidies` their row ids there; `updates` counts
    what we wrote anew since, so that putting the same drift back twice is two writes.
    """

    slug: str
    market_id: str
    version: str
    question: str
    closes: datetime
    text: str
    fingerprint: str
    subsidy_mana: Decimal = Decimal(0)
    subsidies: tuple[str, ...] = ()
    opening: int = 1
    updates: int = 0


@dataclass(frozen=True, slots=True)
class Create:
    """Make a market that is not there yet."""

    slug: str
    version: str
    creation: Creation
    opening: int = 1
    kind: Literal["create"] = "create"

    @property
    def cost_mana(self) -> Decimal:
        return self.creation.cost_mana

    def words(self) -> str:
        subsidy = f", {plain(self.creation.subsidy_mana)} of it subsidy" if self.creation.subsidy_mana else ""
        return f"create {self.slug}: {self.creation.market_type}, {plain(self.cost_mana)} mana{subsidy}"


@dataclass(frozen=True, slots=True)
class Update:
    """Write one field anew; none of what is frozen changes by it."""

    slug: str
    market_id: str
    field: Field
    before: str
    after: str
    number: int = 0
    kind: Literal["update"] = "update"

    @property
    def cost_mana(self) -> Decimal:
        return Decimal(0)

    def words(self) -> str:
        return f"update {self.slug}: {self.field}"


@dataclass(frozen=True, slots=True)
class Fund:
    """Pay more subsidy in, up to `target_mana` in all; `seen` are the ledger rows that were there before."""

    slug: str
    market_id: str
    amount_mana: Decimal
    target_mana: Decimal
    seen: tuple[str, ...] = ()
    kind: Literal["fund"] = "fund"

    @property
    def cost_mana(self) -> Decimal:
        return self.amount_mana

    def words(self) -> str:
        return f"fund {self.slug}: {plain(self.amount_mana)} mana, {plain(self.target_mana)} in all"


Change = Create | Update | Fund


@dataclass(frozen=True, slots=True)
class Drift:
    """Manifold moved though the file did not: shown, and put back only where that is asked for."""

    slug: str
    field: Literal["question", "closes", "description", "market", "type"]
    ours: str
    theirs: str

    def words(self) -> str:
        return f"drift {self.slug}: {self.field} is {self.theirs}, we posted {self.ours}"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The file says something else than what the market opened with: shown, never applied."""

    slug: str
    opened: str
    file: str

    def words(self) -> str:
        return (
            f"new version {self.slug}: the file is now {self.file[:12]}, the market opened with {self.opened[:12]} "
            "and keeps it; undo the edit, or ask the new question under a new slug"
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A definition that makes no change now, and why."""

    slug: str
    because: str

    def words(self) -> str:
        return f"waiting {self.slug}: {self.because}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one plan may do; `yes_many` and a higher `max_mana` are a person's further word."""

    max_mana: Decimal = Decimal(5000)
    changed_pct: Decimal = Decimal(25)
    yes_many: bool = False


@dataclass(frozen=True)
class Plan:
    """The changes in the order they are carried out, and all that is only shown."""

    changes: tuple[Change, ...] = ()
    drifts: tuple[Drift, ...] = ()
    new_versions: tuple[NewVersion, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def cost_mana(self) -> Decimal:
        return sum((change.cost_mana for change in self.changes), Decimal(0))

    @property
    def checksum(self) -> str:
        """sha256 of the changes as canonical JSON: who applies by it carries out what was reviewed, nothing else."""
        rows = sorted(json.dumps(asdict(change), sort_keys=True, default=_canonical) for change in self.changes)
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    def only(self, slugs: Iterable[str]) -> Plan:
        """The part of the plan about these markets."""
        kept = frozenset(slugs)
        return Plan(
            tuple(each for each in self.changes if each.slug in kept),
            tuple(each for each in self.drifts if each.slug in kept),
            tuple(each for each in self.new_versions if each.slug in kept),
            tuple(each for each in self.waiting if each.slug in kept),
        )

    def lines(self) -> list[str]:
        """The plan as people read it, one line a thing."""
        return [each.words() for each in (*self.changes, *self.drifts, *self.new_versions, *self.waiting)]


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
    restore: frozenset[str] = frozenset(),
    only: Sequence[str] | None = None,
) -> Plan:
    """The difference between the definitions and Manifold.

    `known` goes by slug, `live` by market id (None: Manifold has no such market); `openings` numbers a slug's further
    openings; drift of the slugs in `restore` is put back. Limits are checked after `only` has cut the plan down.
    """
    draft = _Draft()
    by_slug = {spec.slug: spec for spec in specs}
    for slug in sorted({*by_slug, *known}):
        spec, opened = by_slug.get(slug), known.get(slug)
        if opened is not None:
            _standing(draft, spec, opened, live.get(opened.market_id), now, slug in restore)
        elif spec is not None:
            _missing(draft, spec, now, account_id, (openings or {}).get(slug, 1))
    whole = Plan(tuple(draft.changes), tuple(draft.drifts), tuple(draft.new_versions), tuple(draft.waiting))
    cut = whole if only is None else whole.only(only)
    standing = sum(1 for market in live.values() if market is not None and not market.resolved)
    return Plan(cut.changes, cut.drifts, cut.new_versions, cut.waiting, tuple(_refusals(cut, limits, standing)))


def _missing(draft: _Draft, spec: MarketSpec, now: datetime, account_id: str, opening: int) -> None:
    if now < spec.opens:
        draft.waiting.append(Waiting(spec.slug, f"opens {in_words(spec.opens)}"))
    elif now >= spec.closes:
        draft.waiting.append(
            Waiting(spec.slug, f"closed {in_words(spec.closes)}, before it was ever opened: move its dates")
        )
    else:
        draft.changes.append(Create(spec.slug, spec.version, creation_of(spec, account_id, opening), opening))


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
    draft: _Draft, spec: MarketSpec | None, opened: Opened, market: LiveMarket | None, now: datetime, restore: bool
) -> None:
    if market is None:
        draft.drifts.append(
            Drift(opened.slug, "market", opened.market_id, "not there any more: ask Manifold's moderators")
        )
        return
    drifts = [] if market.resolved else _drifts(opened, market)
    draft.drifts += drifts
    if spec is None:
        draft.waiting.append(
            Waiting(opened.slug, "its file is gone; the market stays and resolves by what it opened with")
        )
        return
    if spec.version != opened.version:
        draft.new_versions.append(NewVersion(opened.slug, opened.version, spec.version))
        return
    if market.resolved:
        return
    drifted: set[str] = {drift.field for drift in drifts}
    draft.changes += _updates(spec, opened, market, drifted if restore else set(), drifted)
    draft.changes += _funds(draft, spec, opened, market, now)


def _drifts(opened: Opened, market: LiveMarket) -> list[Drift]:
    found: list[Drift] = []
    if market.question != opened.question:
        found.append(Drift(opened.slug, "question", repr(opened.question), repr(market.question)))
    if not same_moment(market.closes, opened.closes):
        theirs = in_words(market.closes) if market.closes else "not set"
        found.append(Drift(opened.slug, "closes", in_words(opened.closes), theirs))
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


def text_hash(markdown: str) -> str:
    """sha256 of a description as posted."""
    return hashlib.sha256(markdown.encode()).hexdigest()


def same_moment(live: datetime | None, wanted: datetime) -> bool:
    """Whether two moments agree as far as Manifold keeps them, to the millisecond."""
    return live is not None and abs(live - wanted) < timedelta(milliseconds=1)


def _canonical(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} stands in no plan")
