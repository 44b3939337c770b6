"""The seven kinds of write, each as two questions to Manifold: has it happened already, and: do it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from markets.changes import same_moment, text_hash
from markets.live import LiveMarket
from markets.manifold import Manifold, Refused, is_as_intended
from markets.outbox import CREATION, OUTCOME, Entry, Kind, moment_in
from markets.render import text_tag
from resolvers.errors import Refusal, StateUnknown
from resolvers.outcome import Outcome

Found = dict[str, Any]


class Differs(StateUnknown):
    """A market of our account answers to our key but is not what we wanted: ours that drifted, or another intention's.

    Not adopted (law 8). Where a request of ours may have made it, its mana stays reserved, for Manifold may have
    taken it.
    """


@dataclass
class Step(ABC):
    """One entry on its way. `repeatable`: sending it twice cannot do it twice, so a read-back may end sooner."""

    client: Manifold
    account_id: str
    payload: Mapping[str, Any]

    repeatable: ClassVar[bool] = True
    looks_first: ClassVar[bool] = False

    @abstractmethod
    async def look(self, last: bool) -> Found | None:
        """What is there if the write has happened, None if not (yet); `last` says that no later look will follow."""

    @abstractmethod
    async def send(self) -> None:
        """Do it, once."""

    def may_be_done(self, refused: Refused) -> bool:
        """Whether a refusal may only say that it has happened before."""
        return False

    async def _market(self) -> LiveMarket:
        market = await self.client.market(self.payload["market_id"])
        if market is None:
            raise Refusal(f"Manifold knows no market {self.payload['market_id']}: was it deleted?")
        return market


class CreateStep(Step):
    """The key becomes the market's id: whatever answers to it is adopted only if it is ours and what we wanted.

    Another account's is refused for certain: no request of ours made it. Our own that differs may be ours that somebody
    edited before it was read back, so nobody can say that nothing was paid.
    """

    async def look(self, last: bool) -> Found | None:
        wanted = CREATION.validate_python(self.payload["creation"])
        market = await self.client.market(wanted.key)
        if market is None:
            return None
        self._check_ours(market)
        if len(market.answers) < len(wanted.answers) and not last:
            return None
        paid = await self.client.subsidies(wanted.key, self.account_id)
        total = sum((Decimal(str(row.amount_mana)) for row in paid), Decimal(0))
        if total < wanted.subsidy_mana and not last:
            return None
        return {
            "market_id": market.id,
            "url": market.url,
            "market_slug": market.slug,
            "created_at": market.created_at.isoformat() if market.created_at else None,
            "answers": {answer.text: answer.id for answer in market.answers},
            "fingerprint": market.fingerprint,
            "subsidy_mana": str(total),
            "subsidies": [row.id for row in paid],
        }

    def _check_ours(self, market: LiveMarket) -> None:
        wanted = CREATION.validate_python(self.payload["creation"])
        where = f"{market.url or market.id} answers to our key but"
        if market.creator_id != self.account_id:
            raise Refusal(
                f"{where} belongs to another account: nothing foreign is adopted. "
                "Rename the definition, or give it a further opening"
            )
        same = market.question == wanted.question and market.market_type == wanted.market_type
        texts = tuple(answer.text for answer in market.answers)
        if not same or (texts and texts != wanted.answers):
            raise Differs(
                f"{where} asks something else: nothing foreign is adopted. It is {market.question!r} "
                f"({market.market_type}), wanted {wanted.question!r} ({wanted.market_type}); if it was edited there, "
                "put it back on Manifold as wanted and run this again, else rename the definition"
            )

    async def send(self) -> None:
        await self.client.create(CREATION.validate_python(self.payload["creation"]))

    def may_be_done(self, refused: Refused) -> bool:
        return refused.message.startswith("Contract has already been created")


class UpdateStep(Step):
    async def look(self, last: bool) -> Found | None:
        market = await self._market()
        name, after = self.payload["field"], self.payload["after"]
        if name == "question":
            return {"question": market.question} if market.question == after else None
        if name == "closes":
            return {"closes": after} if same_moment(market.closes, moment_in(after)) else None
        if text_tag(market.text) != text_tag(after) or market.fingerprint == self.payload["before"]:
            return None
        return {"text": text_hash(after), "fingerprint": market.fingerprint}

    async def send(self) -> None:
        name, after = self.payload["field"], self.payload["after"]
        await self.client.update(
            self.payload["market_id"],
            question=after if name == "question" else None,
            closes=moment_in(after) if name == "closes" else None,
            description=after if name == "description" else None,
        )


class FundStep(Step):
    """Subsidies take no key: Manifold's ledger is looked at first, and only what is missing there is paid.

    What is there besides the rows we knew of counts towards the amount, whoever paid it: a store put back from an older
    copy does not know of its later payments.
    """

    repeatable = False
    looks_first = True

    async def look(self, last: bool) -> Found | None:
        new = await self._new()
        paid = sum(new.values(), Decimal(0))
        if paid < Decimal(self.payload["amount_mana"]):
            return None
        return {"amount_mana": str(paid), "subsidies": sorted(new)}

    async def send(self) -> None:
        missing = Decimal(self.payload["amount_mana"]) - sum((await self._new()).values(), Decimal(0))
        if missing > 0:
            await self.client.add_liquidity(self.payload["market_id"], missing)

    async def _new(self) -> dict[str, Decimal]:
        """Ledger row -> mana, of our subsidies that were not known when this was planned."""
        rows = await self.client.subsidies(self.payload["market_id"], self.account_id)
        seen = set(self.payload["seen"])
        return {row.id: Decimal(str(row.amount_mana)) for row in rows if row.id not in seen}


class CommentStep(Step):
    """Comments take no key: ours is the one that bears our mark, whichever store posted it."""

    repeatable = False
    looks_first = True

    async def look(self, last: bool) -> Found | None:
        comments = await self.client.comments(self.payload["market_id"], self.account_id)
        marked = [comment for comment in comments if self.payload["mark"] in comment.text]
        return {"comment_id": marked[-1].id} if marked else None

    async def send(self) -> None:
        await self.client.comment(self.payload["market_id"], self.payload["markdown"], self.payload["reply_to"])


class ResolveStep(Step):
    """A resolution takes no key, but a second one is refused; what stands there is compared with what was meant."""

    looks_first = True

    async def look(self, last: bool) -> Found | None:
        market = await self._market()
        if not market.resolved:
            return None
        outcome: Outcome = OUTCOME.validate_python(self.payload["outcome"])
        as_meant = is_as_intended(market, outcome)
        if as_meant is None:
            as_meant = is_as_intended(market, outcome, await self.client.weights(market.id))
        if as_meant:
            at = market.resolved_at.isoformat() if market.resolved_at else None
            return {"resolution": market.resolution, "resolver_id": market.resolver_id, "resolved_at": at}
        if last and as_meant is None:
            raise StateUnknown(f"{market.url or market.id} is resolved, but its shares cannot be read: run this again")
        if last:
            who = "us" if market.resolver_id == self.account_id else f"account {market.resolver_id}"
            raise Refusal(
                f"{market.url or market.id} is resolved to {market.resolution} by {who}, not to {outcome.words()}: "
                "settle it with the moderators; it is not touched"
            )
        return None

    async def send(self) -> None:
        await self.client.resolve(await self._market(), OUTCOME.validate_python(self.payload["outcome"]))

    def may_be_done(self, refused: Refused) -> bool:
        return "already resolved" in refused.message


class UnresolveStep(Step):
    """A stale read may show the time before the resolution, so only the last look counts.

    Resolving has ended trading, and taking that back does not open it: when trading ends now is read back, too.
    """

    async def look(self, last: bool) -> Found | None:
        if not last:
            return None
        market = await self._market()
        if market.resolved:
            return None
        return {"unresolved": True, "closes": market.closes.isoformat() if market.closes else None}

    async def send(self) -> None:
        await self.client.unresolve(self.payload["market_id"])

    def may_be_done(self, refused: Refused) -> bool:
        return refused.message.endswith("is not resolved")


class TradingStep(Step):
    """Sets when trading ends, also to a moment that has passed; a resolved market keeps its own."""

    async def look(self, last: bool) -> Found | None:
        market = await self._market()
        return {"closes": self.payload["closes"]} if same_moment(market.closes, self._at()) else None

    async def send(self) -> None:
        await self.client.update(self.payload["market_id"], closes=self._at())

    def _at(self) -> datetime:
        return moment_in(self.payload["closes"])


STEPS: dict[Kind, type[Step]] = {
    "create": CreateStep,
    "update": UpdateStep,
    "fund": FundStep,
    "comment": CommentStep,
    "resolve": ResolveStep,
    "unresolve": UnresolveStep,
    "trading": TradingStep,
}


def step_of(entry: Entry, client: Manifold, account_id: str) -> Step:
    return STEPS[entry.write.kind](client, account_id, entry.write.payload)
