"""One person's word on a proposal, from Discord or a terminal alike: looked into first, then taken down once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.review import once, people
from bot.review.desk import Card, Word, allowed, card, card_in, taken_down
from bot.review.interests import TryAgain, looked, refuse_if_held
from bot.review.people import Actor
from bot.review.quorum import Vote
from bot.say import many
from bot.service.surroundings import Surroundings
from bot.store import Store, reviews
from bot.store.reviews import Category
from resolvers.errors import Refusal

__all__ = ["Actor", "Category", "Decided", "decide"]


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a word: the card as it stands, whether this word was taken down, and what to tell the person."""

    card: Card
    won: bool
    told: str


async def decide(
    around: Surroundings,
    proposal: int,
    revision: int | None,
    *,
    actor: Actor | None,
    person: str,
    said: Vote,
    because: str,
    category: Category | None = None,
    key: str | None = None,
) -> Decided:
    """Take down what a person says of a proposal whose `revision` they saw, if nobody was faster.

    Their positions and the price are read first; then one transaction decides by compare-and-swap. The same `key`
    (a press's id) again does nothing and gives the first outcome. Refusal carries text for the person.
    """
    done = await around.threads.read(once.before, around.store, key)
    if done is not None:
        return Decided(await around.threads.read(card, around.store, proposal), done.taken, done.told)
    try:
        return await _decide(around, proposal, revision, actor, Word(person, said, because, category), key)
    except TryAgain:
        raise
    except Refusal as refusal:
        what, account = f"{said} proposal {proposal}", _account(actor)
        await around.threads.write(once.refused, around.store, key, account=account, what=what, words=str(refusal))
        raise


async def _decide(
    around: Surroundings, proposal: int, revision: int | None, actor: Actor | None, word: Word, key: str | None
) -> Decided:
    debate = around.debate
    seen = await around.threads.read(card, around.store, proposal)
    if seen.market.debate != debate.debate:
        raise Refusal(f"proposal {proposal} is of the debate {seen.market.debate}, and this is {debate.debate}")
    await around.threads.read(people.may_speak, around.store, debate.debate, actor, word.person)
    await around.threads.read(unmoved, around.store, seen, revision)
    allowed(seen, word, debate.reviewers)
    found = await looked(around, seen, word.person)
    refuse_if_held(found, word.person)
    via = actor.platform if actor else None
    ready = Word(word.person, word.said, word.because, word.category, via, {"positions": found.positions}, found.price)
    told = _told(ready, not found.positions["accounts"])
    put = await around.threads.write(
        _put_down, around.store, seen, ready, _account(actor), key, told, tuple(debate.reviewers)
    )
    after = put.card
    if word.said == "dispute":
        around.wake("collect")
    elif after.proposal.state == "approved":
        around.wake("resolve")
    around.wake("post")
    return put


def _put_down(
    store: Store, seen: Card, word: Word, account: str, key: str | None, told: str, named: Collection[str]
) -> Decided:
    with store.transaction() as connection:
        taken_down(connection, store, seen, word)
        after = card_in(connection, store, seen.proposal.id)
        put = Decided(after, True, told + _next(after, named))
        act = f"{word.said} proposal {seen.proposal.id}"
        once.keep(connection, key, account=account, act=act, at=store.now(), came=once.Came(True, put.told))
    return put


def unmoved(store: Store, now: Card, revision: int | None) -> None:
    """Refusal where the proposal is not what the person saw, with what has changed since."""
    if revision is None or revision == now.proposal.revision:
        return
    with store.reading() as connection:
        said = reviews.reviews(connection, now.proposal, all_rounds=True)
    last = next((one for one in reversed(said) if one.revision >= revision), None)
    who = f"; {last.person} said {last.vote}: {last.because}" if last else ""
    raise Refusal(f"changed since you looked: proposal {now.proposal.id} is {now.proposal.state} now{who}. Look again")


def _account(actor: Actor | None) -> str:
    return f"{actor.platform} {actor.account}" if actor else ""


def _told(word: Word, unlinked: bool) -> str:
    more = "; no Manifold account is linked, so no positions were read" if unlinked else ""
    return f"{word.person}: {word.said} is on the record{more}"


def _next(after: Card, named: Collection[str]) -> str:
    """What follows from the word, where `named` people review."""
    state = after.proposal.state
    if state == "proposed":
        why = f" ({'; '.join(after.quorum.because)})" if after.quorum.because else ""
        few = f"debate.yaml names only {many(len(named), 'reviewer')}: name more"
        stuck = few if after.quorum.needed > len(named) else after.stuck(named)
        return f"; {after.wanted} more of {after.quorum.needed} must approve{why}{f'; {stuck}' if stuck else ''}"
    words = {
        "approved": "the quorum is reached, and the notice that begins the traders' window follows",
        "rejected": "the proposal has ended",
        "disputed": "the sources are looked at again, and it is judged again",
    }
    return f"; {words.get(state, f'it is {state} now')}"
