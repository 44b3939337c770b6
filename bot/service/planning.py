"""Planning as the service does it: a changed folder becomes a plan card; what people approved is carried out, once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.jobs import Told
from bot.opening import PART, Planner
from bot.platform import Platform
from bot.review.pausing import paused
from bot.scoring import keep_edits
from bot.service.exchange import Connected
from bot.service.folder import DebateFolder
from bot.service.folder_alert import news_of_folder, tell_of_folder
from bot.service.surroundings import Surroundings
from bot.store import Store, outbox, plan_cards
from bot.store import schema_service as schema
from bot.store.counting import newest_snapshot
from bot.store.plan_cards import PlanCard
from bot.store.posts import want
from bot.surveying import Survey
from markets.apply import Applied
from markets.changes import Change, Drift, Limits, Plan, in_parts
from markets.fields import plain
from markets.outbox import write_of
from markets.plan import unread
from markets.spec import DebateSpec

ANEW = timedelta(hours=1)
"""A plan is made at least this often, for Manifold may have moved though no file did."""

SHOWN = 200
"""Lines kept of each part of a plan; the count is kept beside them."""

APPLY_FOR_S = 45.0
"""How long a run carries out parts of a plan; the next run goes on, by the files and Manifold as they are then."""

LET_OTHERS_S = 0.3
"""Between two parts: longer than other processes wait before they look again whether it is their turn."""

FIRST_FAULTS = 5
"""Markets named in an alert; `crux plan` has all of them."""

CRUX = "crux"


@dataclass
class Planning:
    """The `plan` job."""

    around: Surroundings
    exchange: Connected
    folder: DebateFolder
    elapsed: Callable[[], float] = time.monotonic
    _made_at: datetime | None = None
    _made_on: tuple[object, ...] = ()
    _came: dict[int, Applied] = field(default_factory=dict)

    async def run(self) -> Told:
        """Read the folder again; plan where something moved; apply what is approved, or small enough to need nobody."""
        threads, store = self.around.threads, self.around.store
        await threads.read(self.folder.reread)
        debate = self.around.debate.debate
        if (news := await threads.read(news_of_folder, store, debate, self.folder.faults)) is not None:
            await threads.write(tell_of_folder, store, debate, news)
            self.around.wake("post")
        told: dict[str, Any] = {"markets": len(self.around.loaded().markets)}
        told |= {"faults": list(self.folder.faults[:SHOWN])} if self.folder.faults else {}
        card = await threads.write(say_faults, store, self.around.debate.debate, self.folder.faults)
        if not self.exchange.may_write:
            return told | {"skipped": "no key is set: read-only"}
        halted = await threads.read(paused, store)
        approved = card is not None and card.state == "approved" and halted is None
        on = (*await threads.read(self._on), halted is None)
        if (
            not approved
            and on == self._made_on
            and self._made_at
            and timedelta(0) <= store.now() - self._made_at < ANEW
        ):
            return told | ({"card": card.state} if card else {})
        came = await self._plan(halted is None)
        self._made_on, self._made_at = (*await threads.read(self._on), halted is None), store.now()
        for name in ("post", "judge") if came.get("applied") else ("post",):
            self.around.wake(name)
        if came.get("left") or came.get("stale"):
            self.around.wake("plan")
        return told | came

    async def _plan(self, may_apply: bool) -> dict[str, Any]:
        """Manifold is read before the turn of writing to it is taken: that may take minutes, and others resolve."""
        around, faults = self.around, self.folder.faults
        made, survey = await self.exchange.look(lambda there: _planner(around, there).draw(_limits(around)))

        async def act(there: Platform) -> Put:
            return await _put(around, there, (made, survey), faults, may_apply)

        put = await self.exchange.carry(act)
        return put.told if put.approved is None else put.told | await self._apply(put.approved, put.made)

    async def _apply(self, card: PlanCard, made: Plan) -> dict[str, Any]:
        """Carry out an approved plan in parts, each in a turn of its own, for as long as a run should take.

        What is left then is planned anew from files and Manifold as they are by then, as the rest of the same card.
        """
        around, came = self.around, self._came.setdefault(card.id, Applied())
        parts = in_parts([each for each in made.changes if write_of(each).key not in came.begun], PART)
        until, done, left = self.elapsed() + APPLY_FOR_S, Applied(), sum(map(len, parts))
        for number, part in enumerate(parts):
            if number and self.elapsed() >= until:
                break
            if number:
                await self.exchange.sleep(LET_OTHERS_S)
            ended = await self.exchange.carry(partial(_carry_part, around, part))
            for each in (done, came):  # a later part may fail, and this one is not begun again then
                each.add(ended)
            left -= len(part)
        told = {"applied": len(done.done), "refused": len(done.refused), "open": len(done.open)}
        if left or done.stale:
            return told | {"left": left} | ({"stale": len(done.stale)} if done.stale else {})
        await around.threads.write(_finish, around, card, came)
        self._came.clear()
        return told | {"card": "applied"}

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


async def _carry_part(around: Surroundings, part: tuple[Change, ...], there: Platform) -> Applied:
    return await _planner(around, there).apply_part(part)


def _finish(around: Surroundings, card: PlanCard, came: Applied) -> None:
    """All parts are carried out."""
    keep_edits(around.store, around.loaded())
    applied(around.store, card, came)


@dataclass(frozen=True, slots=True)
class Put:
    """A plan as it was put to people, what a run tells of it, and its card where it is to be carried out now."""

    made: Plan
    told: dict[str, Any]
    approved: PlanCard | None = None


async def _put(
    around: Surroundings, there: Platform, drawn: tuple[Plan, Survey], faults: Sequence[str], may_apply: bool
) -> Put:
    """What an earlier run had begun comes first; then the plan, its card, and whether it is carried out.

    What is applied is read again in its turn, and is what was approved; else it is a plan of its own, put to people.
    """
    planner, (made, survey) = _planner(around, there), drawn
    if may_apply:
        await planner.recover()
    if planner.is_outdated(survey):
        made, survey = await planner.draw(_limits(around), survey)
    card = _card(around, made, faults, may_apply)
    unseen = card is not None and is_unseen(card, made)
    if card is not None and card.state == "approved" and may_apply and not unseen and len(made.changes) <= PART:
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
        return Put(made, told)
    return Put(made, told, card)


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
        if there is not None and (is_unseen(there, made) or is_rest_of(connection, there, made)):
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


def is_rest_of(connection: sa.Connection, there: PlanCard, made: Plan) -> bool:
    """Whether a plan is what is left of an approved one that is being carried out: nothing in it is new to people.

    What it lacks has been begun since; where something else is missing, the files have changed and it is another plan.
    """
    marks: Mapping[str, str] = there.summary.get("marks", {})
    if there.state != "approved" or there.decided_at is None or not made.changes or made.refusals:
        return False
    mine = made.marks.keys()
    if there.checksum == made.checksum or not mine < marks.keys():
        return False
    missing = {slug for mark, slug in marks.items() if mark not in mine}
    return missing <= outbox.touched_since(connection, there.debate, there.decided_at)


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
    """The plan was carried out, as far as it could be; what is left makes a plan of its own.

    What a run that was cut short, or a process that died, had done of it stands in the outbox only.
    """
    parts = [f"{write.kind} {write.slug} refused: {because}" for write, because in done.refused]
    parts += [f"{write.kind} {write.slug} open: {because}" for write, because in done.open]
    with store.transaction() as connection:
        mine = {*card.summary.get("marks", {}).values()}
        made = outbox.done_since(connection, card.debate, card.decided_at or card.made_at)
        parts.insert(0, f"{max(len(done.done), sum(slug in mine for slug in made))} done")
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
        "marks": made.marks,
        "touches": sorted({change.slug for change in made.changes if change.kind != "create"}),
        "refusals": list(made.refusals),
        "waiting": [each.words() for each in made.waiting[:SHOWN]],
        "drifts": [*(each.words() for each in made.drifts), *(each.words() for each in made.new_versions)][:SHOWN],
        "faults": list(faults[:SHOWN]),
    }
