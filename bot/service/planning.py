"""Planning as the service does it: a changed folder becomes a plan card; what people approved is carried out, once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bot.jobs import Told
from bot.opening import Planner
from bot.platform import Platform
from bot.review.pausing import paused
from bot.service.exchange import Connected
from bot.service.folder import DebateFolder
from bot.service.surroundings import Surroundings
from bot.store import Store, plan_cards
from bot.store import schema_service as schema
from bot.store.counting import newest_snapshot
from bot.store.plan_cards import PlanCard
from bot.store.posts import want
from bot.surveying import Survey
from markets.apply import Applied
from markets.changes import Drift, Limits, Plan
from markets.fields import plain
from markets.plan import unread
from markets.spec import DebateSpec

ANEW = timedelta(hours=1)
"""A plan is made at least this often, for Manifold may have moved though no file did."""

SHOWN = 200
"""Lines kept of each part of a plan; the count is kept beside them."""

FIRST_FAULTS = 5
"""Faults named in an alert; `crux status` has all of them."""

CRUX = "crux"


@dataclass
class Planning:
    """The `plan` job."""

    around: Surroundings
    exchange: Connected
    folder: DebateFolder
    _made_at: datetime | None = None
    _made_on: tuple[object, ...] = ()

    async def run(self) -> Told:
        """Read the folder again; plan where something moved; apply what is approved, or small enough to need nobody."""
        threads, store = self.around.threads, self.around.store
        if await threads.read(self.folder.reread) and self.folder.faults:
            await threads.write(alarm, store, self.around.debate.debate, self.folder.faults)
            self.around.wake("post")
        told: dict[str, Any] = {"markets": len(self.around.loaded().markets)}
        told |= {"faults": list(self.folder.faults[:SHOWN])} if self.folder.faults else {}
        card = await threads.write(say_faults, store, self.around.debate.debate, self.folder.faults)
        if not self.exchange.may_write:
            return told | {"skipped": "no key is set: read-only"}
        halted = await threads.read(paused, store)
        approved = card is not None and card.state == "approved" and halted is None
        on = (*await threads.read(self._on), halted is None)
        if not approved and on == self._made_on and self._made_at and store.now() - self._made_at < ANEW:
            return told | ({"card": card.state} if card else {})
        came = await self._plan(halted is None)
        self._made_on, self._made_at = (*await threads.read(self._on), halted is None), store.now()
        for name in ("post", "judge") if came.get("applied") else ("post",):
            self.around.wake(name)
        return told | came

    async def _plan(self, may_apply: bool) -> dict[str, Any]:
        """Manifold is read before the turn of writing to it is taken: that may take minutes, and others resolve."""
        around, faults = self.around, self.folder.faults
        made, survey = await self.exchange.look(lambda there: _planner(around, there).draw(_limits(around)))

        async def act(there: Platform) -> dict[str, Any]:
            return await _put_and_apply(around, there, (made, survey), faults, may_apply)

        return await self.exchange.carry(act)

    def _on(self) -> tuple[object, ...]:
        """What a plan depends on beside Manifold itself: equal, no plan need be made."""
        store, loaded = self.around.store, self.around.loaded()
        now = store.now()
        ripe = sum(spec.opens <= now for spec in loaded.markets.values())
        over = sum(spec.closes <= now for spec in loaded.markets.values())
        with store.reading() as connection:
            table = schema.plan_cards.c
            decided = connection.execute(sa.select(sa.func.max(table.decided_at))).scalar_one()
            seen = newest_snapshot(connection) if ripe else 0
        return self.folder.version, self.folder.faults, ripe, over, decided, seen


def _planner(around: Surroundings, there: Platform) -> Planner:
    return Planner(around.store, around.loaded(), there, gated=True)


def _limits(around: Surroundings) -> Limits:
    return Limits(max_mana=around.debate.limits.max_mana, changed_pct=around.debate.limits.changed)


async def _put_and_apply(
    around: Surroundings, there: Platform, drawn: tuple[Plan, Survey], faults: Sequence[str], may_apply: bool
) -> dict[str, Any]:
    """What an earlier run had begun comes first; then the plan, its card, and the card's consequences.

    What is applied was read in this turn, and is what was approved; else it is a plan of its own, put to people.
    """
    planner, (made, survey) = _planner(around, there), drawn
    if may_apply:
        await planner.recover()
    if planner.is_outdated(survey):
        made, survey = await planner.draw(_limits(around), survey)
    card = _card(around, made, faults, may_apply)
    unseen = card is not None and is_unseen(card, made)
    if card is not None and card.state == "approved" and may_apply and not unseen:
        made, _ = await planner.draw(_limits(around), survey.forgetting())
        card = _card(around, made, faults, may_apply)
    told: dict[str, Any] = {"changes": len(made.changes), "waiting": len(made.waiting)}
    told |= {"card": card.state if card else None}
    if unseen:
        named = ", ".join(sorted(unread(made))[:FIRST_FAULTS])
        told["held"] = f"the plan before people stays as it is: {named} cannot be read from Manifold just now"
    if made.drifts:
        told["drifts"] = [each.words() for each in made.drifts[:SHOWN]]
        if around.settings.discord.token is not None:
            tell_of_drifts(around.store, around.debate.debate, made.drifts)
    if card is None or card.state != "approved" or not may_apply or unseen:
        return told
    done = await planner.apply(made, checksum=card.checksum)
    applied(around.store, card, done)
    return told | {"card": "applied", "applied": len(done.done), "refused": len(done.refused), "open": len(done.open)}


def _card(around: Surroundings, made: Plan, faults: Sequence[str], may_apply: bool) -> PlanCard | None:
    """The plan's card; approved by itself where that is allowed."""
    card = put_to_people(around.store, around.debate.debate, made, faults)
    if card is None or card.state != "open" or not may_apply or is_unseen(card, made):
        return card
    return by_itself(around.store, card, most_by_itself(around.debate, around.settings.service.auto_apply.max_mana))


def most_by_itself(debate: DebateSpec, operator: Decimal | None) -> Decimal | None:
    """How much a plan may cost and need nobody: what debate.yaml allows, or less where the operator says so."""
    allowed = debate.limits.auto_apply
    if allowed is None:
        return None
    return allowed.max_mana if operator is None else min(allowed.max_mana, operator)


def put_to_people(store: Store, debate: str, made: Plan, faults: Sequence[str]) -> PlanCard | None:
    """The one living card for this plan: made where there is none, told anew where only its surroundings moved.

    A newer plan makes the older stale. A plan without a change needs no card; one that was approved and has nothing
    left to do was carried out by a process that did not live to say so. While a market that the card touches cannot be
    read, nobody knows any of that: the card stays as it is.
    """
    summary, at = _summary(made, faults), store.now()
    with store.transaction() as connection:
        there = plan_cards.living(connection, debate)
        if there is not None and is_unseen(there, made):
            return there
        if there is not None and (there.checksum != made.checksum or not made.changes):
            _close(connection, there, done=not made.changes, at=at)
            there = None
        if not made.changes:
            return None
        if there is None:
            return plan_cards.put(connection, debate, made.checksum, summary=summary, cost_mana=made.cost_mana, at=at)
        return there if there.summary == summary else plan_cards.retell(connection, there, summary)


def is_unseen(there: PlanCard, made: Plan) -> bool:
    """Whether a card touches a market that could not be read for this plan; of an older card nobody knows."""
    missing = unread(made)
    return bool(missing) and not missing.isdisjoint(there.summary.get("touches", missing))


def _close(connection: sa.Connection, there: PlanCard, *, done: bool, at: datetime) -> None:
    if done and there.state == "approved":
        plan_cards.move(connection, there, "applied", by=CRUX, because="carried out; nothing is left to change", at=at)
    else:
        because = "nothing is left to change" if done else "a newer plan takes its place"
        plan_cards.move(connection, there, "stale", by=CRUX, because=because, at=at)


def by_itself(store: Store, card: PlanCard, most: Decimal | None) -> PlanCard:
    """Approve a small plan that breaks no limit; one that was applied before and came back goes to people."""
    if most is None or card.refusals or card.cost_mana > most:
        return card
    table = schema.plan_cards.c
    with store.transaction() as connection:
        same = sa.and_(table.debate == card.debate, table.checksum == card.checksum, table.state == "applied")
        if connection.execute(sa.select(table.id).where(same).limit(1)).one_or_none() is not None:
            return card
        because = f"costs {plain(card.cost_mana)} mana, within auto_apply: {plain(most)}"
        return plan_cards.move(connection, card, "approved", by=CRUX, because=because, at=store.now())


def applied(store: Store, card: PlanCard, done: Applied) -> PlanCard:
    """The plan was carried out, as far as it could be; what is left makes a plan of its own."""
    parts = [f"{len(done.done)} done"]
    parts += [f"{write.kind} {write.slug} refused: {because}" for write, because in done.refused]
    parts += [f"{write.kind} {write.slug} open: {because}" for write, because in done.open]
    with store.transaction() as connection:
        because = "; ".join(parts)
        return plan_cards.move(connection, card, "applied", by=CRUX, because=because, at=store.now(), came=parts)


def say_faults(store: Store, debate: str, faults: Sequence[str]) -> PlanCard | None:
    """Say on the living card that the files cannot be used just now, or no longer; the card as it stands."""
    with store.reading() as connection:
        there = plan_cards.living(connection, debate)
    if there is None or list(there.faults) == list(faults[:SHOWN]):
        return there
    with store.transaction() as connection:
        return plan_cards.retell(connection, there, {**there.summary, "faults": list(faults[:SHOWN])})


def alarm(store: Store, debate: str, faults: Sequence[str]) -> None:
    """Tell the operator once, where Discord is set up, that the files cannot be used just now."""
    name = hashlib.sha256("\n".join(faults).encode()).hexdigest()[:16]
    told = "\n".join(["The debate's files cannot be used; the last good ones stay in use.", *faults[:FIRST_FAULTS]])
    with store.transaction() as connection:
        want(connection, "alert", f"folder/{debate}/{name}", "channel:audit", {"text": told}, at=store.now())


def tell_of_drifts(store: Store, debate: str, drifts: Sequence[Drift]) -> None:
    """Tell the operator once what others changed about our markets there, without a word of theirs."""
    named = ", ".join(f"{each.slug} ({each.field})" for each in drifts[:FIRST_FAULTS])
    more = f" and {len(drifts) - FIRST_FAULTS} more" if len(drifts) > FIRST_FAULTS else ""
    text = (
        f"Others changed our markets on Manifold: {named}{more}. `crux plan` shows what they are now, "
        "`crux apply --restore SLUG` puts back a question, a close time or a description."
    )
    name = hashlib.sha256("\n".join(each.words() for each in drifts).encode()).hexdigest()[:16]
    with store.transaction() as connection:
        body = {"text": text, "mentions": []}
        want(connection, "alert", f"drift/{debate}/{name}", "channel:audit", body, at=store.now())


def _summary(made: Plan, faults: Sequence[str]) -> dict[str, Any]:
    """What people read of a plan."""
    return {
        "lines": [change.words() for change in made.changes[:SHOWN]],
        "changes": len(made.changes),
        "touches": sorted({change.slug for change in made.changes if change.kind != "create"}),
        "refusals": list(made.refusals),
        "waiting": [each.words() for each in made.waiting[:SHOWN]],
        "drifts": [*(each.words() for each in made.drifts), *(each.words() for each in made.new_versions)][:SHOWN],
        "faults": list(faults[:SHOWN]),
    }
