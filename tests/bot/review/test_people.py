"""Guards: a person's accounts are linked by a code; one account is one person, one person has one vote."""

from __future__ import annotations

from datetime import timedelta

import pytest
from crux_builders import World
from desk_builders import Desk

from bot.review.linking import begin, confirm
from bot.review.people import CODE, Actor, accounts_of, issue_code, person_of, redeem, unlink
from bot.store import audit, identities
from resolvers.errors import Refusal

ANN = Actor("discord", "111", "Ann on Discord")
BEN = Actor("discord", "222", "Ben on Discord")


def code_for(world: World, person: str = "ann") -> str:
    return issue_code(world.store, "small", person, "discord")


async def test_a_code_links_the_account_that_shows_it_to_the_person_it_was_made_for(world: World) -> None:
    assert redeem(world.store, "small", ANN, code_for(world)) == "ann"
    assert person_of(world.store, "small", ANN) == "ann"
    assert accounts_of(world.store, "small", "ann")["discord"].name == "Ann on Discord"
    assert person_of(world.store, "small", BEN) is None


async def test_a_code_is_typed_as_one_likes_and_is_kept_only_as_its_hash(world: World) -> None:
    code = code_for(world)
    assert CODE.fullmatch(code)
    with world.store.reading() as connection:
        (kept,) = identities.open_codes(connection, "small", "ann", "discord", world.clock.at)
    assert code not in str(kept)
    assert redeem(world.store, "small", ANN, f" {code.lower().replace('-', ' ')} ") == "ann"


async def test_a_code_works_once(world: World) -> None:
    code = code_for(world)
    redeem(world.store, "small", ANN, code)
    with pytest.raises(Refusal, match="no code that works here"):
        redeem(world.store, "small", BEN, code)


async def test_a_code_works_for_fifteen_minutes(world: World) -> None:
    code = code_for(world)
    world.clock.at += timedelta(minutes=15)
    with pytest.raises(Refusal, match="over 15 minutes old"):
        redeem(world.store, "small", ANN, code)
    assert person_of(world.store, "small", ANN) is None


async def test_a_new_code_ends_the_one_before(world: World) -> None:
    first, second = code_for(world), code_for(world)
    with pytest.raises(Refusal, match="no code that works here"):
        redeem(world.store, "small", ANN, first)
    assert redeem(world.store, "small", ANN, second) == "ann"


async def test_a_code_made_for_another_platform_account_or_debate_is_none(world: World) -> None:
    told = issue_code(world.store, "small", "ann", "manifold", account="m1")
    for actor, debate in ((ANN, "small"), (Actor("manifold", "m2", "x"), "small"), (Actor("manifold", "m1", "x"), "o")):
        with pytest.raises(Refusal, match="no code that works here"):
            redeem(world.store, debate, actor, told)
    assert redeem(world.store, "small", Actor("manifold", "m1", "x"), told) == "ann"


async def test_after_five_wrong_tries_in_an_hour_even_the_right_code_is_refused(world: World) -> None:
    code = code_for(world)
    for _ in range(5):
        with pytest.raises(Refusal, match="no code that works"):
            redeem(world.store, "small", ANN, "AAAA-AAAA-AAAA")
    with pytest.raises(Refusal, match="wait an hour"):
        redeem(world.store, "small", ANN, code)
    assert redeem(world.store, "small", BEN, code) == "ann"  # another account's tries are its own
    world.clock.at += timedelta(hours=1, seconds=1)
    assert redeem(world.store, "small", ANN, issue_code(world.store, "small", "cat", "discord")) == "cat"


async def test_one_account_is_one_person_and_one_person_has_one_account_a_platform(world: World) -> None:
    redeem(world.store, "small", ANN, code_for(world))
    with pytest.raises(Refusal, match="ann has the discord account Ann on Discord already"):
        code_for(world)
    with pytest.raises(Refusal, match="this discord account is ann's already: one account is one person"):
        redeem(world.store, "small", ANN, code_for(world, "ben"))


async def test_linking_and_unlinking_are_on_the_record_and_what_is_unlinked_speaks_for_nobody(world: World) -> None:
    redeem(world.store, "small", ANN, code_for(world))
    unlink(world.store, "small", "ann", "discord", by="terminal op@here")
    assert person_of(world.store, "small", ANN) is None
    with world.store.reading() as connection:
        acts = audit.acts(connection, subject="person ann")
    assert [(one.act, one.actor) for one in acts] == [("link", "discord 111"), ("unlink", "terminal op@here")]
    assert redeem(world.store, "small", BEN, code_for(world)) == "ann"


async def test_a_manifold_account_is_linked_by_a_comment_of_its_own_that_shows_the_code(desk: Desk) -> None:
    world = desk.world
    await world.decided()
    with pytest.raises(Refusal, match="no code waits for ann"):
        await confirm(desk.around, "ann")
    username = world.sandbox.accounts["trader1"].username
    code = await begin(desk.around, "ann", username)
    told = {"contractId": world.market("leader").market_id, "markdown": f"my code: {code}"}
    await world.say("trader2", "/v0/comment", **told)  # everybody can read it there: only the account itself counts
    with pytest.raises(Refusal, match="stands in none of the account's newest comments"):
        await confirm(desk.around, "ann")
    await world.say("trader1", "/v0/comment", **told)
    assert await confirm(desk.around, "ann") == username
    assert accounts_of(world.store, "small", "ann")["manifold"].account == world.sandbox.accounts["trader1"].id


async def test_a_name_that_nobody_has_on_manifold_is_refused(desk: Desk) -> None:
    with pytest.raises(Refusal, match="nobody on Manifold is called 'no/body'"):
        await begin(desk.around, "ann", "no/body")
    with pytest.raises(Refusal, match="nobody on Manifold is called 'nobody'"):
        await begin(desk.around, "ann", "nobody")
