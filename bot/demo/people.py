"""The demo's made-up people: traders who bet a little, and reviewers who read from a script and say so."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from bot.review.desk import answer, cards, unanswered, vote
from bot.store import Store
from bot.store.markets import Market
from markets.sandbox.server import Sandbox

READERS = ("first-reader", "second-reader", "third-reader")
"""The third is asked where two are not enough, as after a dispute."""
NUMBERS = {2: "both", 3: "all three"}
DISPUTED = "aider-polyglot-85-2025"
"""The proposal that the second reader disputes once."""
OBJECTED = "bfcl-prompted-within-3"
"""The proposal that a trader objects to, and a reader answers."""
LEFT_OPEN = "bfcl-v4-leader-2026"
"""The proposal that nobody votes on, so that whoever runs the demo can."""


@dataclass(slots=True)
class Traders:
    """Two accounts on the sandbox that buy a little of each side when a market opens."""

    client: httpx.AsyncClient
    sandbox: Sandbox

    async def bet(self, market: Market) -> None:
        """Each puts a few mana on an answer."""
        answers = list(market.answers.values())
        for number, who in enumerate(("trader1", "trader2")):
            bet: dict[str, object] = {"contractId": market.market_id, "amount": 20 + 10 * number}
            bet |= {"outcome": "YES" if number == 0 or answers else "NO"}
            if answers:
                bet["answerId"] = answers[number % len(answers)]
            (await self.client.post("/v0/bet", json=bet, headers=self._key(who))).raise_for_status()

    async def object(self, market: Market, comment_id: str) -> None:
        """A holder replies to the notice."""
        said = "I hold NO and I doubt it: was the prompted row really on the same board that day?"
        body = {"contractId": market.market_id, "markdown": said, "replyToCommentId": comment_id}
        (await self.client.post("/v0/comment", json=body, headers=self._key("trader2"))).raise_for_status()

    def _key(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Key {self.sandbox.accounts[who].key}"}


@dataclass(slots=True)
class Readers:
    """Reviewers who approve what the rules decided; one dispute and one answer are in the script."""

    store: Store
    disputed: set[str] = field(default_factory=set)

    def read(self) -> list[str]:
        """Vote on what is open and answer objections; returns what was said, a line each."""
        said: list[str] = []
        for card in cards(self.store):
            slug = card.market.slug
            for one in unanswered(card.objections):
                text = "Yes: both rows stand in the same file of the same day; the receipt names its bytes."
                answer(self.store, one.id, person=READERS[0], text=text, reviewers=READERS)
                said.append(f"{slug}: {READERS[0]} answers {one.by}'s objection")
            if slug == LEFT_OPEN or card.proposal.state != "proposed":
                continue
            if slug == DISPUTED and slug not in self.disputed:
                self.disputed.add(slug)
                because = "I cannot tell whether that row will stand; look at the source again."
                vote(self.store, card, person=READERS[1], said="dispute", because=because, reviewers=READERS)
                said.append(f"{slug}: {READERS[1]} disputes proposal {card.proposal.id}")
                continue
            agreed = READERS[: card.quorum.needed]
            for person in agreed:
                because = "The cited cells are in the body, and the rule says what they mean."
                card = vote(self.store, card, person=person, said="approve", because=because, reviewers=READERS)
            said.append(f"{slug}: {NUMBERS[len(agreed)]} readers approve proposal {card.proposal.id}")
        return said
