"""What a reviewer says in a terminal, carried out: the same rules as on Discord, and what follows at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.app import App
from bot.commands.terminal import at_the_desk, myself, speaker
from bot.judging import asked, judge_all
from bot.proposing import propose_all
from bot.review import objecting, people, taking
from bot.review.deciding import decide
from bot.review.desk import Card, card, reviewer
from bot.review.disputes import recollect_due
from bot.review.quorum import Vote
from bot.review.undo import undo
from bot.service.surroundings import Surroundings
from bot.store.reviews import Category
from resolvers.errors import CruxError, Refusal


@dataclass(frozen=True, slots=True)
class Said:
    """One `crux review`, as typed."""

    number: int
    word: str
    named: str | None
    because: str
    category: str | None
    objection: int | None


async def carried_out(app: App, sandbox: Path | None, said: Said) -> tuple[Card, list[str]]:
    """The card afterwards, and lines to tell."""
    person = speaker(app, said.named)
    seen = card(app.store, said.number)
    if seen.market.debate != app.debate.debate:
        raise Refusal(
            f"proposal {said.number} is of the debate {seen.market.debate}, and this is {app.debate.debate}; "
            "name that one's folder with --debate"
        )
    async with at_the_desk(app, sandbox) as around:
        told = await _said(around, seen, person, said)
        if said.word == "dispute":
            told += await look_again(app, seen)
    return card(app.store, said.number), told


async def _said(around: Surroundings, seen: Card, person: str, said: Said) -> list[str]:
    number, debate, me = said.number, around.debate, myself()
    if said.word == "take":
        people.may_speak(around.store, debate.debate, me, person)
        reviewer(person, debate.reviewers)
        return [f"{taking.take(around.store, number, person).taken_by} looks into proposal {number}"]
    if said.word == "answer":
        which = _objection(seen, said.objection)
        return [await objecting.answer(around, which, actor=me, person=person, text=said.because)]
    if said.word == "undo":
        return [await undo(around, number, person, said.because, actor=me)]
    word, category = cast(Vote, said.word), cast(Category | None, said.category)
    came = await decide(
        around,
        number,
        seen.proposal.revision,
        actor=me,
        person=person,
        said=word,
        because=said.because,
        category=category,
    )
    return [came.told]


async def look_again(app: App, seen: Card) -> list[str]:
    """What a dispute asks for, at once: the market's sources are looked at, and it is judged and proposed again."""
    from bot.collecting import collect
    from resolvers.fetch import Limits

    due = recollect_due(app.store, app.debate.debate)
    chosen = [source for name, source in app.loaded.sources.items() if name in due]
    limits = Limits(user_agent=f"crux/0.1 ({app.settings.contact or 'prediction market evidence'})")
    try:
        came = await collect(app.store, chosen, base=app.folder, limits=limits)
        told = [f"looked again at {source.id}: {recorded.state}" for source, recorded in came]
        if any(recorded.state == "failed" for _, recorded in came):
            return [*told, "it stays disputed until its sources can be looked at: then `crux propose` judges it again"]
        judged = judge_all(app.store, asked(app.store, app.loaded, [seen.market.slug]), app.store.now())
        made = propose_all(app.store, judged)
    except CruxError as error:
        return [f"the dispute stands; looking again did not come to its end: {error}"]
    return [
        *told,
        *(f"{one.slug}: {one.did}, proposal {one.proposal.id}: {one.proposal.outcome.words()}" for one in made),
    ]


def _objection(seen: Card, number: int | None) -> int:
    open_ones = [one.id for one in seen.objections if one.answered_at is None]
    if number is not None and number in [one.id for one in seen.objections]:
        return number
    if number is None and len(open_ones) == 1:
        return open_ones[0]
    listed = ", ".join(str(one) for one in open_ones) or "none is open"
    raise Refusal(f"say which objection to proposal {seen.proposal.id} you answer with --objection: {listed}")
