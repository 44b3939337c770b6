"""Guards: what people do behind the service's back, on Manifold and in its files, while a proposal stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from crux_builders import REVIEWERS, World
from service_builders import ALONE, Scene, scene

from bot.resolving import Resolver
from bot.review.deciding import decide
from bot.review.desk import Card, cards, vote
from bot.store import posts, schema, schema_talk
from bot.verifying import verify
from resolvers.errors import Refusal

TOKEN = {"discord_token": "a.token.nobody-has", "discord_guild": 1}
"""Discord is set up, so that alarms are kept for it; nothing connects here."""


@pytest.fixture
async def decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Two markets are decided and proposed, and traders have been told."""
    async with scene(tmp_path, monkeypatch, variables=TOKEN) as there:
        await there.once("collect", "plan")
        there.at(5).publisher.rows["two"] = ("88.5", "north")
        await there.once("collect")
        await there.at(9).once("collect", "judge", "resolve")
        yield there


def card(there: Scene, slug: str = "reach-85") -> Card:
    return [one for one in cards(there.store, living=False) if one.market.slug == slug][-1]


def agree(there: Scene, *people: str) -> None:
    for person in people or ("ann", "ben"):
        vote(there.store, card(there), person=person, said="approve", because="I read it", reviewers=REVIEWERS)


async def by_hand(there: Scene, who: str, what: str, **told: object) -> None:
    """Somebody's own request about reach-85."""
    import httpx

    headers = {"Authorization": f"Key {there.sandbox.accounts[who].key}"}
    async with httpx.AsyncClient(base_url=there.url, trust_env=False, headers=headers) as client:
        answer = await client.post(f"/v0/market/{card(there).market.market_id}/{what}", json=told)
    assert answer.status_code == 200, answer.text


def recorded(there: Scene) -> int:
    with there.store.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(schema.audit)).scalar_one())


def alarms(there: Scene) -> list[str]:
    with there.store.reading() as connection:
        found = connection.execute(sa.select(schema_talk.posts).where(schema_talk.posts.c.kind == "alert"))
        return [posts.Post(*row).wanted["text"] for row in found]


async def test_resolved_by_hand_to_what_was_agreed_it_is_found_so_and_told(decided: Scene) -> None:
    agree(decided)
    await decided.once("resolve")
    await by_hand(decided, "creator", "resolve", outcome="YES")
    assert await decided.at(12).once("resolve") == {"resolved": ["reach-85"]}
    assert verify(decided.store).whole


async def test_resolved_by_hand_otherwise_it_is_left_alone_tried_ever_more_seldom_and_told_once_a_day(
    decided: Scene,
) -> None:
    """Each try turns the card and fills the record: nobody could dispute what changes every minute."""
    agree(decided)
    await decided.once("resolve")
    await by_hand(decided, "mod", "resolve", outcome="CANCEL")
    decided.at(12)
    tried, grown = 0, []
    for minute in range(90):
        decided.at(12 + minute / 1440)
        tried += "refused" in await decided.once("resolve")
        grown.append(recorded(decided))
    assert (tried, len(set(grown))) == (6, 6)  # three times, then after 10, 30 and 70 minutes
    assert grown[-1] == grown[75]
    (alarm,) = alarms(decided)
    assert "is resolved to CANCEL by account" in alarm
    assert "`crux review 1 dispute` stops it" in alarm
    vote(decided.store, card(decided), person="cat", said="dispute", because="it is N/A", reviewers=REVIEWERS)
    assert card(decided).proposal.state == "disputed"
    assert verify(decided.store).whole


async def test_a_person_who_types_the_command_is_not_kept_waiting_by_what_was_refused_before(world: World) -> None:
    await world.agreed()
    told = {"contractId": world.market("reach-85").market_id}
    await world.say("mod", f"/v0/market/{told['contractId']}/resolve", outcome="CANCEL")
    world.at(12)
    for _ in range(5):
        assert [one.did for one in await world.everything()][-1] == "refused"
    patient = Resolver(world.store, replace(world.resolver.outbox, patient=True), world.platform.carrier())
    (held,) = [one for one in await patient.resolve_all() if one.slug == "reach-85"]
    assert (held.did, "refused 5 times, tried again at 2020-01-18 00:40 UTC" in held.because) == ("held", True), held


async def test_a_market_that_manifold_no_longer_knows_keeps_no_other_from_its_end(decided: Scene) -> None:
    decided.sandbox.state.markets.restore(card(decided).market.market_id, None)
    one = card(decided, "when-80")
    for person in ("ann", "ben"):
        vote(decided.store, card(decided, "when-80"), person=person, said="approve", because="yes", reviewers=REVIEWERS)
    assert (await decided.once("resolve"))["announced"] == ["when-80"]
    assert (await decided.at(12).once("resolve"))["resolved"] == ["when-80"]
    assert card(decided, "when-80").proposal.id == one.proposal.id


async def test_a_vote_stands_though_its_reviewer_is_taken_out_of_the_debate_and_they_say_no_more(
    decided: Scene,
) -> None:
    """What was said by somebody who might is on the record for good; whoever doubts it disputes."""
    agree(decided, "ann")
    decided.edit("debate.yaml", ALONE.replace("ann: {}, ", ""))
    await decided.once("plan")
    around = decided.service.around
    assert set(around.debate.reviewers) == {"ben", "cat"}
    with pytest.raises(Refusal, match="'ann' is no reviewer"):
        await decide(around, card(decided).proposal.id, None, actor=None, person="ann", said="dispute", because="no")
    await decide(around, card(decided).proposal.id, None, actor=None, person="ben", said="approve", because="I read it")
    assert card(decided).proposal.state == "approved"
    assert verify(decided.store).whole
