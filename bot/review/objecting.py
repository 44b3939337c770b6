"""A reviewer answers a trader's objection: who holds shares in the market may not wave it away."""

from __future__ import annotations

from bot.review import once, people
from bot.review.desk import card, reviewer
from bot.review.interests import looked, refuse_if_held
from bot.review.people import Actor
from bot.service.surroundings import Surroundings
from bot.store import Store, reviews
from bot.store.reviews import Objection
from resolvers.errors import Refusal


async def answer(
    around: Surroundings, objection: int, *, actor: Actor | None, person: str, text: str, key: str | None = None
) -> str:
    """Answer it, once; the answer is posted under the objection, and the resolution is held no longer by it.

    Returns what to tell. Refusal: answered already, no reviewer, no text, or shares in the market.
    """
    done = await around.threads.read(once.before, around.store, key)
    if done is not None:
        return done.told
    debate = around.debate
    await around.threads.read(people.may_speak, around.store, debate.debate, actor, person)
    reviewer(person, debate.reviewers)
    if not text.strip():
        raise Refusal("say what the answer is: --because TEXT; it is posted under the objection")
    there = await around.threads.read(_objection, around.store, objection)
    seen = await around.threads.read(card, around.store, there.proposal)
    if seen.market.debate != debate.debate:
        raise Refusal(f"objection {objection} is of the debate {seen.market.debate}, and this is {debate.debate}")
    refuse_if_held(await looked(around, seen, person), person)
    told = f"{person} has answered {there.by}'s objection; the answer is posted under it"
    await around.threads.write(_put_down, around.store, objection, person, text, actor, key, told)
    around.wake("resolve")
    around.wake("post")
    return told


def _objection(store: Store, number: int) -> Objection:
    with store.reading() as connection:
        return reviews.objection(connection, number)


def _put_down(
    store: Store, objection: int, person: str, text: str, actor: Actor | None, key: str | None, told: str
) -> None:
    account = f"{actor.platform} {actor.account}" if actor else ""
    at, act = store.now(), f"answer objection {objection}"
    with store.transaction() as connection:
        reviews.answered(connection, objection, by=person, answer=text, at=at)
        once.keep(connection, key, account=account, act=act, at=at, came=once.Came(True, told))
