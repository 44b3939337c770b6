"""The walk over all decisions: derived again from the bytes, held against the record, and told one by one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store import BrokenBody, Store
from bot.store.audit import BrokenLink
from bot.verifying.course import course_faults
from bot.verifying.derived import derived_faults
from bot.verifying.deriving import Deriver, definition_faults, review_of
from bot.verifying.paneled import panel_faults
from bot.verifying.stored import Row, Stored, differing, stored, unlike


@dataclass(frozen=True, slots=True)
class BrokenDecision:
    """A proposal or resolution that its bytes or the record do not bear out, and why."""

    proposal: int
    slug: str
    resolved: bool
    because: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What holds and what does not: resolutions and proposals derived again, and the record and what it tells of.

    `record` names the rows of the record that were changed or cut, and what stands in the tables otherwise than told;
    number 0 where no row tells of it.
    """

    resolutions: int
    verified: int
    proposals: int
    broken: tuple[BrokenDecision, ...]
    bodies: tuple[BrokenBody, ...]
    record: tuple[BrokenLink, ...]

    @property
    def whole(self) -> bool:
        return not (self.broken or self.bodies or self.record)


def verify(store: Store) -> Verified:
    """Derive every decision again from definitions, looks and bytes, and hold all that was seen and done to the record.

    Spoilt values are found, never stumbled over. One line for each decision, the most telling.
    """
    with store.reading() as connection:
        there = stored(connection)
    told = there.told
    numbers = sorted({*there.proposals, *told.proposals})
    done = {number for number, row in there.resolutions.items() if row["done_at"] is not None}
    done |= {number for number, row in told.resolutions.items() if row["done_at"] is not None}
    deriver = Deriver(store)
    broken = []
    for number in numbers:
        faults = _faults(there, deriver, number)
        if faults:
            broken.append(BrokenDecision(number, _slug(there, number), number in done, faults[0]))
    failed = done & {one.proposal for one in broken}
    failed |= done - set(numbers)
    links = there.links or (*told.faults, *_around(there))  # a broken record tells of echoes only
    if not (there.links or there.sighted.looks):  # else what was made of the looks is an echo, too
        links = (*links, *derived_faults(store, deriver.memo), *panel_faults(store))
    damaged = {one.sha256: one for one in there.sighted.bodies} | deriver.damaged
    return Verified(len(done), len(done - failed), len(numbers), tuple(broken), tuple(damaged.values()), links)


def _faults(there: Stored, deriver: Deriver, number: int) -> list[str]:
    row = there.proposals.get(number)
    spec = None if row is None else there.specs.get(row["version"])
    market = None if row is None else there.markets.get(row["market"])
    found = [] if row is None else deriver.faults(row, spec, market, there.resolutions.get(number))
    return [
        *found,
        *course_faults(there, number, review_of(spec)),
        *([] if market is None else _market_faults(there, market)),
    ]


def _slug(there: Stored, number: int) -> str:
    row = there.proposals.get(number)
    market = None if row is None else there.markets.get(row["market"])
    return there.told.slugs.get(number) or (str(market["slug"]) if market else "")


def _market_faults(there: Stored, market: Row) -> list[str]:
    wanted = there.told.markets.get(_place(market))
    if wanted is None:
        return ["its market is on no record"]
    return [f"its market's {fault}" for fault in differing(market, wanted)]


def _place(market: Row) -> tuple[str, int]:
    return (f"{market['debate']}/{market['slug']}", market["opening"])


def _around(there: Stored) -> list[BrokenLink]:
    """What stands round the decisions: looks, markets, definitions, writes to Manifold, their mana, acceptances."""
    told = there.told
    opened = {_place(row): row for row in there.markets.values()}
    strayed = {row["proposal"] for row in (*there.reviews.values(), *there.objections.values())}
    strayed |= set(there.resolutions)
    strayed -= {*there.proposals, *told.proposals}
    return [
        *there.sighted.looks,
        *unlike("market", opened, told.markets, told.opened_by),
        *_definitions(there),
        *unlike(
            "outbox row", there.outbox, told.outbox, {key: row["closing"] or 0 for key, row in told.outbox.items()}
        ),
        *unlike("ledger row of", there.ledger, told.ledger),
        *unlike("identity", there.identities, told.identities),
        *unlike("acceptance of snapshot", there.acceptances, told.acceptances),
        *(BrokenLink(0, f"proposal {number} was voted on or resolved, and is on no record") for number in strayed),
    ]


def _definitions(there: Stored) -> list[BrokenLink]:
    """Definitions whose decisions do not tell it: those of markets without a proposal."""
    judged = {row["version"] for row in there.proposals.values()}
    found = []
    for version in dict.fromkeys(str(row["version"]) for row in there.told.markets.values()):
        if version in judged:
            continue
        spec = there.specs.get(version)
        faults = [f"the definition {version[:12]} is gone"] if spec is None else definition_faults(spec)
        found += [BrokenLink(0, fault) for fault in faults]
    return found
