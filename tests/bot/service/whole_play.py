"""Accidents by a seed, and the way to the end: who presses, what fails, what dies, and when."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx
from crux_builders import MARKETS
from whole_builders import LEASE_S, REVIEWERS, Whole

from bot.review.desk import Card, cards
from bot.store import markets, posts
from bot.store.last_looks import last_looks
from bot.store.ledger import Budget
from bot.store.outbox import Outbox

MANIFOLD = ("POST /v0/market", "POST /v0/comment", "POST /v0/market/{contractId}/resolve", "GET *", "POST *")
HARM = ("work_then_500", "500", "503", "drop", "drop_after_work", "stale_reads", "slow")
MESSAGES = r"/channels/\d+/messages"
LOOKS = ("fails", "rubbish", "cuts off", "never ends")
RUBBISH = (b"", b"\x00\xff", b"question: [\n", b"- 1\n- 2\n")
TRADERS = ("trader1", "trader2", "trader4")
MOST_ROUNDS = 40


@dataclass
class Play:
    """Accidents by a seed; what it does is drawn once, whatever comes of it."""

    there: Whole
    draw: random.Random
    disputed: Counter[str] = field(default_factory=Counter)
    rejected: bool = False

    async def some(self, steps: int) -> None:
        """So many accidents, chosen beforehand: which ones the seed says, whatever comes of them."""
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6, self.it_is_killed), (4, self.time_passes), (3, self.manifold_fails), (3, self.discord_fails),
            (2, self.the_publisher_fails), (2, self.the_board_changes), (9, self.somebody_presses), (2, self.two_press),
            (1, self.the_terminal_speaks), (1, self.a_card_is_deleted), (2, self.a_trader_acts),
            (1, self.it_stands_still), (1, self.it_is_ended), (1, self.all_is_paused), (1, self.the_folder_is_rubbish),
        ]  # fmt: skip
        chosen = self.draw.choices([act for _, act in acts], [often for often, _ in acts], k=steps)
        await self.it_begins()
        for act in chosen:
            await self.there.up()
            self.there.met[act.__name__.replace("_", " ")] += 1
            await act()

    async def it_begins(self) -> None:
        """The board is seen before midnight, after it the markets open, and before long two of them are decided."""
        await self.there.up()
        await self.it_opens_and_is_decided()

    async def it_opens_and_is_decided(self) -> None:
        await self.there.until(lambda: "board" in last_looks(self.there.store), "the board is seen")
        await self.there.later(hours=26)
        await self.there.until(lambda: len(self.opened()) == len(MARKETS), "the markets are open")
        self.there.publisher.rows["two"] = ("88.5", "north")
        for _ in range(3):
            await self.there.later(hours=26)

    def opened(self) -> tuple[markets.Market, ...]:
        with self.there.store.reading() as connection:
            return markets.every(connection, "small")

    def living(self) -> list[Card]:
        return cards(self.there.store)

    async def it_is_killed(self) -> None:
        """At a moment of its own: in its first steps, at work, or while somebody presses."""
        what = self.draw.choice(("at rest", "at work", "while pressed", "starting"))
        self.there.met[f"killed {what}"] += 1
        if what == "at work":
            await self.there.later(hours=self.draw.uniform(2, 8))
        elif what == "starting":
            await self.there.kill()
            self.there.clock.add(LEASE_S)
            self.there.service = await self.there.begin()
        pressing = asyncio.create_task(self.somebody_presses()) if what == "while pressed" else None
        await asyncio.sleep(self.draw.uniform(0, 0.9 if what == "starting" else 0.4))
        await self.there.kill()
        if pressing is not None:
            await pressing

    async def time_passes(self) -> None:
        await self.there.later(hours=self.draw.choice((3, 12, 30, 50)))

    async def manifold_fails(self) -> None:
        self.there.sandbox.faults.add(
            self.draw.choice(MANIFOLD), self.draw.choice(HARM), times=self.draw.randint(1, 3), ms=300
        )

    async def discord_fails(self) -> None:
        faults, method = self.there.discord.faults, self.draw.choice(("POST", "PATCH"))
        what, times = self.draw.choice(("lose", "cut", "500", "429", "gateway", "anew", "ack")), self.draw.randint(1, 3)
        if what in ("lose", "cut"):
            getattr(faults, what)(method, MESSAGES, times=times)
        elif what in ("500", "429"):
            faults.answer(method, MESSAGES, int(what), times=times)
        elif what == "ack":
            faults.lose("POST", r"/interactions/", times=1)
        elif what == "gateway":
            faults.drop_gateway()
        else:
            faults.invalidate_sessions()

    async def the_publisher_fails(self) -> None:
        self.there.publisher.next_ones.append(self.draw.choice(LOOKS))

    async def the_board_changes(self) -> None:
        value = self.draw.choice(("62.0", "81.5", "88.5", "96.5", "84.0"))
        self.there.publisher.rows["two"] = (value, "north")

    async def somebody_presses(self) -> None:
        living = [one for one in self.living() if self.there.card(one.proposal.id) is not None]
        if not living:
            return
        card = self.draw.choice(living)
        number, slug = card.proposal.id, card.market.slug
        name, what = self.draw.choice(REVIEWERS), self.draw.random()
        if what < 0.7:
            await self.there.approve(name, number)
        elif what < 0.8:
            await self.there.form(name, number, "Ask…", "ask")
        elif what < 0.9 and not self.disputed[slug]:
            self.disputed[slug] += 1
            await self.there.form(name, number, "Dispute…", "dispute")
        elif not self.rejected:
            self.rejected = True
            await self.there.form(name, number, "Reject…", "reject")

    async def two_press(self) -> None:
        living = [one.proposal.id for one in self.living() if self.there.card(one.proposal.id) is not None]
        if living:
            number, (first, second) = self.draw.choice(living), self.draw.sample(REVIEWERS, 2)
            await asyncio.gather(self.there.approve(first, number), self.there.approve(second, number))

    async def the_terminal_speaks(self) -> None:
        for one in self.living()[:1]:
            name = self.draw.choice(REVIEWERS)
            self.there.sent[name, one.proposal.id, "approve"] += 1
            code, said = await self.there.crux(
                "review", str(one.proposal.id), "approve", "--as", name, "--because", "I read the board"
            )
            assert code in (0, 1, 3), said
            assert "Traceback" not in said, said
            self.there.met[f"the terminal's word: {'taken' if code == 0 else 'refused'}"] += 1

    async def a_card_is_deleted(self) -> None:
        for one in self.living()[:1]:
            card = self.there.card(one.proposal.id)
            if card is not None:
                self.there.discord.delete_message(card)

    async def a_trader_acts(self) -> None:
        there = [one for one in self.opened() if one.state != "resolved"]
        if not there:
            return
        market = self.draw.choice(there)
        notices = [row for row in self.there.sandbox.state.comments if row.contract_id == market.market_id]
        if notices and self.draw.random() < 0.3:
            told = {
                "contractId": market.market_id,
                "replyToCommentId": self.draw.choice(notices).id,
                "markdown": "Why?",
            }
            await self.says("/v0/comment", told)
        elif market.type == "BINARY":
            bet = {"contractId": market.market_id, "amount": 20, "outcome": self.draw.choice(("YES", "NO"))}
            await self.says("/v0/bet", bet)

    async def says(self, path: str, told: Mapping[str, object]) -> None:
        who = self.draw.choice(TRADERS)
        headers = {"Authorization": f"Key {self.there.sandbox.accounts[who].key}"}
        async with httpx.AsyncClient(base_url=self.there.url, trust_env=False) as client:
            try:
                await client.post(path, json=told, headers=headers)
            except httpx.HTTPError:
                return

    async def it_stands_still(self) -> None:
        """Stopped for longer than its lease, it is followed; awake again it does nothing more, and says why."""
        there = self.there
        assert there.service is not None
        first = there.service
        os.kill(first, signal.SIGSTOP)
        there.deaths += 1
        there._forsake()
        there.clock.add(LEASE_S)
        told = there.log.count("crux.service: started")
        second = await there.begin()
        while there.log.count("crux.service: started") == told:
            if await there.mother.ended(second) is not None:  # the first sleeps with the store's lock in its hand
                assert re.search("another process has been writing to (this|the) store for too long", there.log)
                there.met["slept holding the lock"] += 1
                os.kill(first, signal.SIGCONT)
                return
            await asyncio.sleep(0.05)
        there.service = second
        os.kill(first, signal.SIGCONT)
        await there.gone(first, 1)

    async def it_is_ended(self) -> None:
        await self.there.end()

    async def all_is_paused(self) -> None:
        code, said = await self.there.crux("pause", "--as", "ann", "--because", "let us look at it")
        assert code == 0, said
        await self.there.later(hours=3)
        code, said = await self.there.crux("resume", "--as", "ann")
        assert code == 0, said

    async def the_folder_is_rubbish(self) -> None:
        path = self.there.path / "debate/markets/reach-85.yaml"
        good = path.read_bytes()
        path.write_bytes(self.draw.choice(RUBBISH))
        await asyncio.sleep(0.5)
        if self.draw.random() < 0.5:
            await self.there.kill()
        path.write_bytes(good)

    async def to_the_end(self) -> None:
        """Nothing fails any more; everybody agrees, and time passes, until every market is resolved."""
        there = self.there
        there.sandbox.faults.clear()
        there.discord.faults.heal()
        there.publisher.next_ones.clear()
        await there.up()
        for _ in range(MOST_ROUNDS):
            if not self.unresolved():
                break
            await self.they_agree()
            await there.later(hours=26)
            await asyncio.sleep(0.3)
        assert not self.unresolved(), self.stuck()
        await there.until(self.all_said, "everything that is to stand does")
        await there.end()

    def unresolved(self) -> list[str]:
        done = {one.slug for one in self.opened() if one.state == "resolved"}
        return sorted(set(MARKETS) - done)

    def stuck(self) -> str:
        found = [
            (one.market.slug, one.proposal.id, one.proposal.state, one.wanted, one.quorum) for one in self.living()
        ]
        return f"{self.unresolved()}: {found}\n{self.there.log[-5000:]}"

    async def they_agree(self) -> None:
        for one in self.living():
            for objection in one.objections:
                if objection.answered_at is None:
                    told = ("--as", "fay", "--objection", str(objection.id), "--because", "the board says so")
                    await self.there.crux("review", str(one.proposal.id), "answer", *told)
            if one.proposal.state == "proposed":
                for name in REVIEWERS:
                    await self.there.approve(name, one.proposal.id)
        for slug in self.unresolved():
            ended = [one for one in cards(self.there.store, living=False) if one.market.slug == slug]
            if ended and ended[-1].proposal.state == "rejected":
                await self.there.crux("propose", slug)

    def all_said(self) -> bool:
        with self.there.store.reading() as connection:
            waiting = {"open", "sending"} & set(posts.counted(connection))
        return not waiting and not Outbox(self.there.store, "small", Budget("small", None)).open_entries()
