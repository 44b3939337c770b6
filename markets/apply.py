"""Carrying out, boringly: each write is first a row, then sent, read back and closed.

After a crash at any point the open rows are read back before anything else. What cannot be repeated safely is sent
again only when a patient read-back has not found it; a 500 or a cut line is never followed by a blind second try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from markets.changes import Change, Opened, Plan, text_hash
from markets.manifold import Manifold, Refused
from markets.manifold.wire import Sleep
from markets.outbox import CREATION, OUTCOME, Entry, Outbox, Patience, Write, moment_in, rests_on_a_proposal, write_of
from markets.steps import Differs, Found, Step, step_of
from resolvers.errors import Outside, Refusal, StateUnknown
from resolvers.outcome import Outcome, Probability

ATTEMPTS = 4
FIRST_WAIT_S = 1.0


@dataclass(frozen=True)
class Carrier:
    """What every write needs: a client of our account, a way to wait, and how long to wait for certainty."""

    client: Manifold
    account_id: str
    sleep: Sleep
    patience: Patience = field(default_factory=Patience)


@dataclass
class Applied:
    """What came of applying: done with what was read back, refused or left open with the reason; one of them a write.

    What is left open may or may not have happened: its row stays, and the next run reads it back first. What is
    `stale` was not begun: files or Manifold have moved since it was planned.
    """

    done: list[tuple[Write, Found]] = field(default_factory=list)
    refused: list[tuple[Write, str]] = field(default_factory=list)
    open: list[tuple[Write, str]] = field(default_factory=list)
    stale: list[tuple[Write, str]] = field(default_factory=list)

    def add(self, other: Applied) -> None:
        """What came of a further part."""
        self.done += other.done
        self.refused += other.refused
        self.open += other.open
        self.stale += other.stale

    @property
    def begun(self) -> frozenset[str]:
        """The keys of the writes that were begun, whatever came of them."""
        return frozenset(write.key for write, _ in (*self.done, *self.refused, *self.open))


async def carry_out(entry: Entry, carrier: Carrier) -> Found:
    """Make one entry true on Manifold and return what was read back; a settled entry returns what it found then.

    Refusal: certain that it had no effect. StateUnknown or Outside: leave the entry open and come again.
    """
    if entry.found is not None:
        return dict(entry.found)
    step = step_of(entry, carrier.client, carrier.account_id)
    if not entry.fresh or step.looks_first:
        found = await _first_look(step, entry, carrier)
        if found is not None:
            return found
    return await _send_until_seen(step, entry, carrier)


async def _first_look(step: Step, entry: Entry, carrier: Carrier) -> Found | None:
    """What a write that may have been sent before has left; only what cannot be repeated is waited for."""
    if entry.fresh or step.repeatable:
        return await step.look(last=False)
    return await _seen(step, carrier, carrier.patience.in_flight_s)


async def _send_until_seen(step: Step, entry: Entry, carrier: Carrier) -> Found:
    wait = FIRST_WAIT_S
    trouble: Outside = Outside(f"{entry.write.key} was never tried")
    sent_before = not entry.fresh
    for attempt in range(ATTEMPTS):
        if attempt:
            await carrier.sleep(wait)
            wait *= 2
        try:
            await step.send()
        except Refused as refused:
            found = await _seen_after_refusal(step, carrier, refused, sent_before)
            if found is None:
                raise
            return found
        except StateUnknown as unknown:
            trouble, sent_before = unknown, True
            found = await _seen(step, carrier, _patience(step, carrier))
            if found is not None:
                return found
        except Outside as outside:
            trouble = outside
        else:
            found = await _seen(step, carrier, carrier.patience.stale_s)
            if found is not None:
                return found
            raise StateUnknown(
                f"{entry.write.key}: Manifold said yes, but it cannot be read back yet: run this again later"
            )
    raise trouble


async def _seen_after_refusal(step: Step, carrier: Carrier, refused: Refused, sent_before: bool) -> Found | None:
    """What a refused write may have done when it was sent before; what no earlier sending can have made is refused."""
    if not step.may_be_done(refused):
        return None
    try:
        return await _seen(step, carrier, carrier.patience.stale_s)
    except Differs as differs:
        if sent_before:
            raise
        raise Refusal(str(differs)) from None


def _patience(step: Step, carrier: Carrier) -> float:
    return carrier.patience.stale_s if step.repeatable else carrier.patience.in_flight_s


async def _seen(step: Step, carrier: Carrier, patience_s: float) -> Found | None:
    """Look until the write is seen or `patience_s` have been slept away; waits 1, 2, 4, 8, 8, … seconds."""
    waited, wait = 0.0, FIRST_WAIT_S
    while waited < patience_s:
        found = await step.look(last=False)
        if found is not None:
            return found
        pause = min(wait, patience_s - waited)
        await carrier.sleep(pause)
        waited += pause
        wait = min(wait * 2, 8.0)
    return await step.look(last=True)


async def perform(write: Write, outbox: Outbox, carrier: Carrier) -> Found:
    """One write from its row to its closing."""
    return await _close(outbox.begin(write), outbox, carrier)


async def _close(entry: Entry, outbox: Outbox, carrier: Carrier) -> Found:
    try:
        found = await carry_out(entry, carrier)
    except Refusal as refusal:
        outbox.drop(entry, str(refusal))
        raise
    if entry.found is None:
        outbox.settle(entry, found)
    return found


async def finish(outbox: Outbox, carrier: Carrier) -> Applied:
    """Close every row that an earlier process left open; comes before any new plan.

    What rests on a proposal is left to who knows whether that still stands: people may have disputed it meanwhile.
    """
    applied = Applied()
    for entry in outbox.open_entries():
        if rests_on_a_proposal(entry.write):
            continue
        try:
            applied.done.append((entry.write, await _close(entry, outbox, carrier)))
        except Refusal as refusal:
            applied.refused.append((entry.write, str(refusal)))
        except Outside as outside:
            applied.open.append((entry.write, str(outside)))
    return applied


async def close_without_sending(entry: Entry, outbox: Outbox, carrier: Carrier, because: str) -> Found | None:
    """Close an open row as it is: settled where an earlier process had sent it, else dropped; never sent now.

    Looks as long as a request may still be worked on. StateUnknown or Outside: the row stays open.
    """
    found = await _seen(step_of(entry, carrier.client, carrier.account_id), carrier, carrier.patience.in_flight_s)
    if found is None:
        outbox.drop(entry, because, sent=False)
    else:
        outbox.settle(entry, found)
    return found


def require(plan: Plan, checksum: str | None = None) -> None:
    """Refusal where a plan is over its limits or is not the one that `checksum` names."""
    if checksum is not None and checksum != plan.checksum:
        raise Refusal(f"the plan is now {plan.checksum[:12]}, not {checksum[:12]}: look at `crux plan` again")
    if plan.refusals:
        raise Refusal("\n".join(plan.refusals))


async def apply_changes(
    changes: Iterable[Change], outbox: Outbox, carrier: Carrier, tell: Callable[[str], None] = lambda line: None
) -> Applied:
    """Carry out some changes of a reviewed plan; one that is refused or stays open is told and stops no other."""
    applied = Applied()
    for change in changes:
        tell(change.words())
        write = write_of(change)
        try:
            applied.done.append((write, await perform(write, outbox, carrier)))
        except Refusal as refusal:
            applied.refused.append((write, str(refusal)))
        except Outside as outside:
            applied.open.append((write, str(outside)))
    return applied


def opened_after(entries: Iterable[Entry]) -> dict[str, Opened]:
    """Slug -> what we know of its market, from the settled entries in the order they were settled."""
    known: dict[str, Opened] = {}
    for entry in entries:
        write, found = entry.write, entry.found
        if found is None:
            continue
        if write.kind == "create":
            known[write.slug] = _created(write, found)
        elif write.slug in known and write.payload.get("market_id") == known[write.slug].market_id:
            known[write.slug] = _changed(known[write.slug], write, found)
    return known


def _created(write: Write, found: Any) -> Opened:
    creation = CREATION.validate_python(write.payload["creation"])
    return Opened(
        slug=write.slug,
        market_id=found["market_id"],
        version=write.payload["version"],
        question=creation.question,
        closes=creation.closes,
        text=text_hash(creation.description),
        fingerprint=found["fingerprint"],
        subsidy_mana=Decimal(found["subsidy_mana"]),
        subsidies=tuple(found["subsidies"]),
        opening=write.payload["opening"],
    )


def _changed(opened: Opened, write: Write, found: Any) -> Opened:
    if write.kind == "fund":
        paid = opened.subsidy_mana + Decimal(found["amount_mana"])
        return replace(opened, subsidy_mana=paid, subsidies=(*opened.subsidies, *found["subsidies"]))
    if write.kind == "resolve":
        outcome: Outcome = OUTCOME.validate_python(write.payload["outcome"])
        pct = outcome.percent if isinstance(outcome, Probability) else None
        return replace(opened, resolution=found.get("resolution"), resolution_pct=pct)
    if write.kind == "unresolve":
        ends = moment_in(found["closes"]) if found.get("closes") else opened.trades_until
        return replace(opened, resolution=None, resolution_pct=None, trades_until=ends)
    if write.kind == "trading":
        return replace(opened, trades_until=moment_in(found["closes"]))
    if write.kind != "update":
        return opened
    opened = replace(opened, updates=opened.updates + 1)
    if write.payload["field"] == "question":
        return replace(opened, question=found["question"])
    if write.payload["field"] == "closes":
        return replace(opened, closes=moment_in(found["closes"]), trades_until=None)
    return replace(opened, text=found["text"], fingerprint=found["fingerprint"])
