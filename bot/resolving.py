"""From agreed to resolved: the notice that starts the window, traders' objections, the act itself, its receipt."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from bot import publishing, receipts, undoing
from bot.clocks import both_past, either_past, is_astray
from bot.hearing import Hearing
from bot.jobs import Failure, tried, tried_async
from bot.objections import notices_of, objections
from bot.review import notices
from bot.review.desk import Card, card, readable, unanswered
from bot.review.pausing import paused
from bot.review.quorum import missing
from bot.store import Store, audit, markets, proposals, resolutions, reviews, verdicts
from bot.store.outbox import Outbox, TooSoon
from bot.told_short import measured, shortened
from markets import outbox as writes
from markets.apply import Carrier, close_without_sending, perform
from resolvers.errors import Outside, Refusal
from resolvers.outcome import NotApplicable, same_answer

HEARD = ("proposed", "approved", "disputed")
"""States in which objections are read so that they show on the card; later they are read before each resolution."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """What was done about one proposal, and what it waits for."""

    slug: str
    proposal: int
    did: Literal[
        "published", "closed", "opened", "approved", "announced", "objected", "held", "waiting", "resolved", "undone",
        "refused", "open",
    ]  # fmt: skip
    because: str


@dataclass(frozen=True, slots=True)
class Resolver:
    """The hands that resolve: the store, its outbox, and a carrier to Manifold."""

    store: Store
    outbox: Outbox
    carrier: Carrier
    hearing: Hearing = field(default_factory=Hearing)

    async def announce_all(self) -> list[Stepped]:
        """Post the notice of every approved proposal, once; its window begins when the notice stands.

        Then traders are told of what is newly proposed, and trading is closed or opened where a definition asks for it.
        Nothing while all is paused.
        """
        if paused(self.store) is not None:
            return []
        left = await self._close_notices()
        silent = [step for each in self._living() for step in await self._told(each, self._silence(each))]
        silent += [
            Stepped(each.market.slug, each.proposal.id, "approved", "enough have agreed, by what is known now")
            for each in self._living()
            if publishing.enough_agree(self, each)
        ]
        told = [
            step
            for each in self._living()
            if each.proposal.state == "approved"
            for step in await self._told(each, self._announce(each))
        ]
        return [*left, *silent, *told, *await self._publish()]

    async def _silence(self, listed: Card) -> list[Stepped]:
        """Approve what nobody said anything against, once that was looked for: a reply may have come a moment ago."""
        read_at = self._now()
        if not publishing.silence_lasted(self.store, listed, read_at):
            return []
        heard, seen = await self._objections(listed), card(self.store, listed.proposal.id)
        lasted = publishing.silence_lasted(self.store, seen, self._shown(read_at))
        if not lasted or not publishing.silence_decides(self.store, seen):
            return heard
        because = "nobody said anything against it: auto_after"
        return [Stepped(seen.market.slug, seen.proposal.id, "approved", because)]

    async def _publish(self) -> list[Stepped]:
        """The first notice of every proposal that stands before reviewers; trading as its definition wants it."""
        posted = {one.write.key for one in self.outbox.settled_entries("comment")}
        done = [
            step
            for each in self._living()
            if each.proposal.state == "proposed" and not publishing.is_told(each, posted)
            for step in await self._told(each, self._publish_one(each))
        ]
        for each, living in publishing.newest_of_markets(self):
            done += await self._told(each, self._trade(each, living))
        return done

    async def _publish_one(self, listed: Card) -> list[Stepped]:
        seen = card(self.store, listed.proposal.id)
        if seen.proposal.state != "proposed" or paused(self.store) is not None:
            return []
        because = await publishing.tell_proposed(self, seen)
        return [Stepped(seen.market.slug, seen.proposal.id, "published", because)]

    async def _trade(self, seen: Card, living: bool) -> list[Stepped]:
        halted = paused(self.store) is not None
        because = None if halted else await publishing.set_trading(self, seen, living=living)
        if because is None:
            return []
        return [Stepped(seen.market.slug, seen.proposal.id, "closed" if living else "opened", because)]

    async def undo_all(self) -> list[Stepped]:
        """Take back on Manifold what reviewers have undone; goes on with what an earlier run had begun."""
        return [step for each in undoing.undoing(self) for step in await self._told(each, self._undo(each))]

    async def _undo(self, seen: Card) -> list[Stepped]:
        return [Stepped(seen.market.slug, seen.proposal.id, "undone", await undoing.take_back(self, seen))]

    async def _close_notices(self) -> list[Stepped]:
        """Close the notices that an earlier run left open: kept where they were posted, else dropped.

        Reviewers may have disputed meanwhile; a proposal that still is approved is announced anew, with today's window.
        """
        left = []
        for entry in self.outbox.open_entries():
            notice = writes.notice_of(entry.write)
            if notice is None:
                continue
            try:
                await close_without_sending(entry, self.outbox, self.carrier, "never posted; it is begun anew")
            except Outside as outside:
                left.append(Stepped(entry.write.slug, notice[0], "open", str(outside)))
        return left

    async def resolve_all(self) -> list[Stepped]:
        """Carry out what is agreed, past its window and not objected to; finish what an earlier run had begun."""
        done: list[Stepped] = await self.undo_all()
        if paused(self.store) is not None:
            return done
        for each in self.hearing.begin(self._living(), self._now()):
            if each.proposal.state in HEARD and self.hearing.has_turn(each, self._now()):
                done += await self._told(each, self._objections(each))
            if each.proposal.state in ("agreed", "resolving"):
                done += await self._told(each, self._carry_on(each))
        return [*done, *await self._say()]

    async def _told(self, each: Card, steps: Awaitable[list[Stepped]]) -> list[Stepped]:
        """What came of one proposal; what is refused, or fails outside or in an unforeseen way, stops no other."""

        async def told() -> list[Stepped]:
            try:
                return await steps
            except TooSoon as waits:
                return [Stepped(each.market.slug, each.proposal.id, "held", str(waits))]
            except Refusal as refusal:
                return [Stepped(each.market.slug, each.proposal.id, "refused", str(refusal))]
            except Outside as outside:
                return [Stepped(each.market.slug, each.proposal.id, "open", str(outside))]

        came = await tried_async(f"proposal {each.proposal.id}", told)
        if isinstance(came, Failure):
            return [Stepped(each.market.slug, each.proposal.id, "open", came.because)]
        return came

    async def _carry_on(self, each: Card) -> list[Stepped]:
        """Objections first: where they cannot be read, or not in this run, nothing is resolved."""
        read_at = self._now()
        hear = each.proposal.state == "agreed" and self.hearing.has_turn(each, read_at)
        heard = await self._objections(each) if hear else []
        return [*heard, await self._resolve(card(self.store, each.proposal.id), read_at)]

    def _living(self) -> list[Card]:
        return publishing.still_there(self, readable(self.store, self.outbox.debate))

    async def _announce(self, listed: Card) -> list[Stepped]:
        seen = card(self.store, listed.proposal.id)  # people may have disputed it while others were announced
        proposal = seen.proposal
        if proposal.state != "approved" or paused(self.store) is not None:
            return []
        await self.carrier.client.me()  # when it is by Manifold's clock: no window begins before that
        until = self._window_end(seen)
        alone, silent = seen.frozen.review.declare, (proposal.facts or {}).get("auto_after")
        text = notices.announcement(proposal.verdict, proposal.outcome.words(), until, alone=alone, silent=silent)
        notice = writes.window_notice(seen.market.slug, seen.market.market_id, proposal.id, proposal.round, text)
        posted = (await perform(notice, self.outbox, self.carrier))["comment_id"]
        until = self._window_end(seen)
        with self.store.transaction() as connection:
            proposals.move(
                connection,
                proposal,
                "agreed",
                actor="crux",
                at=self._now(),
                because=f"enough have agreed; traders may object until {notices.utc(until)}",
                window_until=until,
                comment_id=posted,
            )
        return [Stepped(seen.market.slug, proposal.id, "announced", f"traders may object until {notices.utc(until)}")]

    def _window_end(self, seen: Card) -> datetime:
        return either_past(self._now(), self.carrier.client.their_time) + seen.frozen.review.window

    async def _objections(self, seen: Card) -> list[Stepped]:
        """Read back the replies to our notices, and put down those that are objections."""
        posted = notices_of(seen.proposal.id, self.outbox.settled_entries("comment", seen.market.slug))
        posted |= {seen.proposal.comment_id} if seen.proposal.comment_id else frozenset()
        account, known = self.carrier.account_id, {one.comment_id for one in seen.objections}
        replies = await self.hearing.hear(
            seen,
            lambda: objections(self.carrier.client, seen.market.market_id, posted, account_id=account, known=known),
        )
        if not replies:
            return []
        new = []
        with self.store.transaction() as connection:
            for reply in replies:
                stands = reviews.objected(
                    connection,
                    seen.proposal.id,
                    comment_id=reply.id,
                    by=reply.username or reply.user_id,
                    text=reply.text,
                    at=reply.created_at or self._now(),
                )
                if stands:
                    new.append(Stepped(seen.market.slug, seen.proposal.id, "objected", f"{stands.by}: {stands.text}"))
        return new

    async def _say(self) -> list[Stepped]:
        """Post what is owed to traders and not posted yet: answers to objections, and receipts, which come last."""
        posted = {one.write.key for one in self.outbox.settled_entries("comment")}
        return [
            step
            for each in self._speaking(posted)
            for write in receipts.owed(each)
            if write.key not in posted
            for step in await self._told(each, self._post(write))
        ]

    async def _post(self, write: writes.Write) -> list[Stepped]:
        await perform(write, self.outbox, self.carrier)
        return []

    def _speaking(self, posted: Collection[str]) -> list[Card]:
        """The proposals that may owe their traders a word: those agreed on, and resolved ones without a receipt yet."""
        with self.store.reading() as connection:
            there = {one.id: one.market_id for one in markets.every(connection, self.outbox.debate)}
            found = proposals.listing(connection, states=("agreed", "resolving", "resolved", "undone"))
        mine = [one for one in found if one.market in there and receipts.last_key(there[one.market], one) not in posted]
        came = [tried(f"proposal {one.id}", partial(card, self.store, one.id)) for one in mine]
        return [one for one in came if isinstance(one, Card)]

    async def _resolve(self, seen: Card, read_at: datetime) -> Stepped:
        proposal, slug = seen.proposal, seen.market.slug
        write = writes.resolve(slug, seen.market.market_id, f"proposal/{proposal.id}", proposal.outcome)
        if proposal.state == "resolving" and (held := await self._taken_up_again(seen, write)) is not None:
            return held
        if proposal.state == "agreed":
            held = self._held(seen) or self._unheard(seen, read_at)
            if held is not None:
                return held
            if (stop := paused(self.store)) is not None:
                return Stepped(slug, proposal.id, "held", stop.words())
            if (because := self.outbox.too_soon(write.key, proposal.window_until)) is not None:
                return Stepped(slug, proposal.id, "held", because)
            with self.store.transaction() as connection:
                intent = {"outcome": proposal.outcome.model_dump(mode="json"), "market_id": seen.market.market_id}
                proposal, _ = resolutions.begin(connection, proposal, intent=intent, actor="crux", at=self._now())
        try:
            found = await perform(write, self.outbox, self.carrier)
        except Refusal as refusal:
            because = f"{refusal}; {remedy(seen)}"
            with self.store.transaction() as connection:
                proposals.move(connection, proposal, "agreed", actor="crux", at=self._now(), because=because)
            return Stepped(slug, proposal.id, "refused", because)
        self._finish(seen, proposal, found)
        return Stepped(slug, proposal.id, "resolved", measured(proposal.outcome))

    async def _taken_up_again(self, seen: Card, write: writes.Write) -> Stepped | None:
        """What holds a resolution that an earlier run had begun: the evidence turned, and nothing has reached Manifold.

        Whether anything has is looked up there; the proposal is agreed on as before then, and people may dispute it.
        """
        turned = self._turned(seen.proposal)
        if turned is None or not await self._never_came(write):
            return None
        with self.store.transaction() as connection:
            proposals.move(connection, seen.proposal, "agreed", actor="crux", at=self._now(), because=turned)
        return Stepped(seen.market.slug, seen.proposal.id, "held", turned)

    async def _never_came(self, write: writes.Write) -> bool:
        """Whether a write that was begun certainly did not happen; its row is closed then."""
        if any(one.write.key == write.key for one in self.outbox.settled_entries("resolve", write.slug)):
            return False
        mine = [one for one in self.outbox.open_entries() if one.write.key == write.key]
        try:
            ended = [await close_without_sending(one, self.outbox, self.carrier, "the evidence turned") for one in mine]
        except Refusal:
            return False  # somebody resolved it otherwise: trying it again tells people so
        return not any(ended)

    def _held(self, seen: Card) -> Stepped | None:
        proposal, slug = seen.proposal, seen.market.slug
        open_objections = unanswered(seen.objections)
        if open_objections:
            whose = ", ".join(sorted({one.by for one in open_objections}))
            return Stepped(slug, proposal.id, "held", f"objections wait for a reviewer's answer: {whose}")
        if seen.wanted > 0:
            return Stepped(slug, proposal.id, "held", f"{missing(seen.wanted)}: look at `crux verify`")
        if proposal.window_until is None:
            return Stepped(slug, proposal.id, "held", "no notice has begun its window: look at `crux verify`")
        if proposal.as_of > both_past(self._now(), self.carrier.client.their_time):
            when = f"it was judged as of {notices.utc(proposal.as_of)}, and that is yet to come: a clock was wrong"
            because = f"{when}; once it is right `crux review {proposal.id} dispute` has it judged again"
            return Stepped(slug, proposal.id, "held", because)
        if self._now() < proposal.window_until:
            return Stepped(slug, proposal.id, "waiting", f"window open until {notices.utc(proposal.window_until)}")
        turned = self._turned(proposal)
        return Stepped(slug, proposal.id, "held", turned) if turned else None

    def _turned(self, proposal: proposals.Proposal) -> str | None:
        """What the newest verdict kept of its definition says otherwise, if it was judged later; None where nothing.

        Evidence that was accepted since, or seen during a pause, has not come to people yet.
        """
        with self.store.reading() as connection:
            newest = verdicts.newest_of(connection, proposal.version)
        if newest is not None and is_astray(newest.as_of, self._now()):
            newest = verdicts.latest_before(self.store, [proposal.version], self._now()).get(proposal.version)
        if newest is None or newest.as_of <= proposal.as_of or same_answer(newest.outcome, proposal.outcome):
            return None
        said = measured(newest.outcome) if newest.outcome else newest.state
        told = f"judged again at {notices.utc(newest.as_of)} it is {said} ({shortened(newest.because)})"
        return f"{told}: `crux review {proposal.id} dispute` puts it to people again; it goes on if the evidence does"

    def _unheard(self, seen: Card, read_at: datetime) -> Stepped | None:
        """Whether a reply inside the window may not have shown yet when the replies were read, at `read_at`."""
        until, theirs = seen.proposal.window_until, self.carrier.client.their_time
        if until is None or self._shown(read_at) >= until:
            return None
        late = self.carrier.patience.stale_s
        because = f"the window has passed, but Manifold shows replies up to {late:g} s late: run this again"
        if theirs is not None and theirs < until and (read_at - theirs).total_seconds() > late:
            there = f"it is {notices.utc(theirs)} by Manifold's clock, and this machine's is ahead of it: set it right"
            because = f"window open until {notices.utc(until)}: {there}"
        return Stepped(seen.market.slug, seen.proposal.id, "waiting", because)

    def _shown(self, read_at: datetime) -> datetime:
        """Until when replies surely show in what was read then, by whichever clock is behind, ours or Manifold's."""
        stale = timedelta(seconds=self.carrier.patience.stale_s)
        return both_past(read_at, self.carrier.client.their_time) - stale

    def _finish(self, seen: Card, proposal: proposals.Proposal, found: Mapping[str, Any]) -> None:
        """Close the proposal with its receipt, and mark the market resolved, in one transaction."""
        at = self._now()
        with self.store.transaction() as connection:
            told = receipts.receipt(seen, proposal, found, audit.head(connection))
            resolutions.finish(connection, proposal, receipt=told, actor="crux", at=at)
            there = markets.market(connection, seen.market.id)
            markets.change(connection, there, act="resolve", at=at, state="resolved", resolved_at=at)

    def _now(self) -> datetime:
        return self.store.now()


def remedy(seen: Card) -> str:
    """What people can do where Manifold refuses a resolution: no other outcome is chosen for them."""
    told = (
        "nothing is resolved; `crux run` tries it again ever more seldom, up to a day apart, `crux resolve` at once: "
        f"reviewers must decide, `crux review {seen.proposal.id} dispute` stops it"
    )
    clause = seen.frozen.rule.na
    if isinstance(seen.proposal.outcome, NotApplicable) and clause is not None and clause.if_refused is not None:
        told += f"; where N/A is not granted the definition says {clause.if_refused.words()}"
    return told
