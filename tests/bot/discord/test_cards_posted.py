"""Guards: a card is posted once, edited in place, and never goes dead."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from crux_builders import World
from discord_builders import Bot, playing, server
from discord_server import DiscordServer, Forged, Interaction, Message, Person

from bot.review.desk import card
from bot.store import schema_talk


async def still_works(bot: Bot, who: Person, older: Message) -> None:
    """A press on an older card is answered: no flow has unregistered its buttons."""
    pressed = await (await who.press(older, "Evidence (1)")).settled()
    assert "judged as of" in pressed.text, pressed


async def form(who: Person, card_: Message, label: str, because: str, **more: str) -> Interaction:
    """Open a form by its button, fill it in and send it."""
    opened = await who.press(card_, label)
    names = {"category": "What is wrong"}
    values = {names[name]: value for name, value in more.items()}
    assert opened.modal is not None
    return await (await who.submit(opened.modal, {opened.modal.labels[-1]: because, **values})).settled()


async def test_a_proposal_gets_one_card_that_says_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        posted = await bot.card()
        await bot.settled()
        for said in (
            "Will a row reach 85%?", "Proposed: YES", "WAITING FOR REVIEWERS", "88.5% against 85%: **3.5 points over**",
            "> YES if, at some time from opening to T", "88.5: two, score (board, seen <t:1578700800:d>)",
            "Turns if 88.5% were 3.5 points lower", "Votes: 0 of 2 approve", "P1 r0 · rules ",
        ):  # fmt: skip
            assert said in posted.text, said
        ((name, alt),) = posted.alt_texts.items()
        assert (name[:3], posted.files[name][:4], "70.5 percent from 2020-01-06, 88.5 percent" in str(alt)) == (
            "p1-",
            b"\x89PNG",
            True,
        )
        assert (posted.pings, list(posted.links)) == ({"Reviewer"}, ["Market"])
        assert (len(bot.cards(1)), len(bot.cards(2)), there.problems()) == (1, 1, [])


async def test_two_presses_make_an_approval_and_the_card_shows_it_in_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted, other = bot.reviewer("ann", "ann"), await bot.card(), await bot.card("when-80")
        asked = await (await ann.press(posted, "Approve")).settled()
        assert ("YES" in asked.text, "revision 0" in asked.text, asked.messages[0].ephemeral) == (True, True, True)
        assert world.card().reviews == ()
        told = await (await ann.press(asked, asked.messages[0].buttons[0])).settled()
        assert "1 more of 2 must approve" in told.text
        await there.until(lambda: "Votes: 1 of 2 approve" in posted.text)
        assert (len(bot.cards(1)), posted.pings, "resolve" in bot.woken) == (1, {"Reviewer"}, False)
        await still_works(bot, ann, other)
        assert there.problems() == []


async def test_of_two_reviewers_who_press_at_once_one_decides_and_the_other_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    world.vote("ann")
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ben, cat, posted = bot.reviewer("ben", "ben"), bot.reviewer("cat", "cat"), await bot.card()
        asked = [await (await who.press(posted, "Approve")).settled() for who in (ben, cat)]
        pressed = await asyncio.gather(
            *(who.press(one, one.messages[0].buttons[0]) for who, one in zip((ben, cat), asked, strict=True))
        )
        told = sorted([(await one.settled()).text for one in pressed], key=lambda text: "on the record" in text)
        assert ("on the record" in told[1], "is approved now" in told[0]) == (True, True), told
        after = world.card()
        assert ([one.vote for one in after.reviews], after.proposal.state) == (["approve"] * 2, "approved")
        await still_works(bot, ben, posted)
        assert there.problems() == []


async def test_a_press_that_is_replayed_too_late_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted = bot.reviewer("ann", "ann"), await bot.card()
        asked = await (await ann.press(posted, "Approve")).settled()
        confirmed = await ann.press(asked, asked.messages[0].buttons[0], wait=False)
        await confirmed.settled()
        said = len(world.card().reviews)
        there.replay(confirmed, expired=True)
        there.replay(confirmed)
        taken = await bot.card(having=lambda one: "Votes: 1 of 2" in one.text)
        late = await ann.press(taken, "Take")
        await late.settled()
        assert (said, len(world.card().reviews)) == (1, 1)
        assert there.problems() == []


async def test_a_click_of_which_discord_says_that_it_failed_decides_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted = bot.reviewer("ann", "ann"), await bot.card()
        asked = await (await ann.press(posted, "Approve")).settled()
        there.faults.answer("POST", r"/callback", 404, code=10062)
        failed = await ann.press(asked, asked.messages[0].buttons[0], wait=False)
        await there.until(lambda: any("/callback" in one for one in there.faults.met))
        later = await bot.approve(ann, posted)
        assert (failed.messages, "on the record" in later.text, len(world.card().reviews)) == ([], True, 1)


@pytest.mark.parametrize(
    ("forged", "roles", "reads"),
    [
        (Forged(), (), "This needs the role Reviewer"),
        (Forged(place="other guild"), ("Reviewer",), "another"),
        (Forged(place="dm"), ("Reviewer",), "Nothing is decided in direct messages"),
        (Forged(webhook=True), ("Reviewer",), "Bots are not served"),
    ],
)
async def test_a_forged_press_is_refused_and_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, forged: Forged, roles: tuple[str, ...], reads: str
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted, before = bot.reviewer("ann", "ann"), await bot.card(), world.card()
        asked = await (await ann.press(posted, "Approve")).settled()
        eve = there.person("eve", roles=roles)
        targets = [(asked.messages[0], asked.messages[0].buttons[0])]
        targets += [(posted, f"r1:{verb}:1:0") for verb in ("approve", "reject", "dispute", "take")]
        for message, button in targets:
            pressed = await (await eve.press(message, button, force=True, forged=forged)).settled()
            assert reads in pressed.text, pressed
        assert world.card() == before


async def test_who_has_the_role_but_is_no_known_person_is_told_how_to_become_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        told = await (await bot.reviewer("new").press(await bot.card(), "Approve")).settled()
        assert ("not linked to a person" in told.text, there.problems()) == (True, [])


async def test_a_button_of_an_older_revision_says_what_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, ben, posted = bot.reviewer("ann", "ann"), bot.reviewer("ben", "ben"), await bot.card()
        old = await (await ann.press(posted, "Approve")).settled()
        typed = await ann.press(posted, "Reject…")
        await form(ben, posted, "Dispute…", "the harness differs", category="wrong source")
        told = await (await ann.press(old, old.messages[0].buttons[0])).settled()
        assert "changed since you looked: proposal 1 is disputed now; ben said dispute: the harness" in told.text
        late = await (await ann.submit(typed.modal, {"What is wrong": "too early", "Why": "give it a week"})).settled()
        assert ("changed since you looked" in late.text, "give it a week" in late.text) == (True, True)
        assert [one.person for one in world.card().reviews] == ["ben"]
        await still_works(bot, ann, await bot.card("when-80"))
        assert there.problems() == []


async def test_an_approval_is_taken_back_by_the_same_card_while_another_is_missing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, ben, posted = bot.reviewer("ann", "ann"), bot.reviewer("ben", "ben"), await bot.card()
        assert "Retract approval…" not in posted.buttons
        done = await bot.approve(ann, posted)
        assert done.messages[-1].buttons == ["Retract approval…"], "where it was given it can be taken back as well"
        await there.until(lambda: "Retract approval…" in posted.buttons)
        others = await ben.press(posted, "Retract approval…")
        refused = await (await ben.submit(others.modal, {"Why": "she cannot mean it"})).settled()
        assert "ben has no approval of proposal 1 to retract" in refused.text
        opened = await ann.press(posted, "Retract approval…")
        told = await (await ann.submit(opened.modal, {"Why": "that was the wrong button"})).settled()
        assert "ann: retract is on the record; no Manifold account is linked" in told.text
        await there.until(lambda: "Retract approval…" not in posted.buttons)
        await bot.settled()
        assert "Votes: 0 of 2 approve" in posted.text
        assert "ann takes the approval back: that was the wrong button" in posted.text
        assert [one.vote for one in world.card().reviews] == ["approve", "retract"]
        assert there.problems() == []


async def test_a_dispute_makes_one_thread_with_the_reasons_of_everybody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    world.vote("cat", because="the row is there")
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted = bot.reviewer("ann", "ann"), await bot.card()
        await form(ann, posted, "Dispute…", "the row was *withdrawn* @everyone", category="tampered source")
        await there.until(lambda: there.threads and len(there.threads[0].messages) == 2)
        said = [one.text for one in there.threads[0].messages]
        assert said[0] == "**cat** approves: the row is there"
        assert said[1] == "**ann** disputes (tampered source): the row was \\*withdrawn\\* @\u200beveryone"
        await bot.settled()
        assert (len(there.threads), there.threads[0].name) == (1, "P1 Will a row reach 85%?")
        assert ("DISPUTED" in posted.text, "collect" in bot.woken, there.problems()) == (True, True, [])


async def test_old_buttons_work_after_a_restart_and_no_card_is_posted_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted = bot.reviewer("ann", "ann"), await bot.card()
        await bot.settled()
        opened = await ann.press(posted, "Ask…")
        await bot.restart()
        lost = await (await ann.submit(opened.modal, {"Your question": "is it the *same* harness?"})).settled()
        assert ("nothing was decided" in lost.text, "is it the \\*same\\* harness?" in lost.text) == (True, True)
        assert "1 more of 2" in (await bot.approve(ann, posted)).text
        await bot.settled()
        assert (len(bot.cards(1)), len(bot.cards(2)), there.identified, there.problems()) == (1, 1, 2, [])


async def test_what_was_decided_while_the_client_was_gone_is_on_the_card_when_it_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        posted = await bot.card()
        await bot.settled()
        await bot.end()
        world.approve()
        bot.begin()
        await there.until(lambda: "APPROVED by reviewers" in posted.text, 60)
        assert (posted.buttons, len(bot.cards(1))) == (["Dispute…", "Evidence (1)", "Market"], 1)


async def test_a_deleted_card_is_posted_anew_without_a_ping(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted, other = bot.reviewer("ann", "ann"), await bot.card(), await bot.card("when-80")
        await bot.settled()
        there.delete_message(posted)
        again = await bot.card(having=lambda one: one is not posted and not one.deleted)
        assert (again.pings, "1 more of 2" in (await bot.approve(ann, again)).text) == (frozenset(), True)
        await bot.end()
        there.delete_message(other)
        world.vote("cat", seen=world.card("when-80"))
        bot.begin()
        fresh = await bot.card("when-80", having=lambda one: one is not other and not one.deleted)
        await still_works(bot, ann, fresh)


@pytest.mark.parametrize("fault", ["lose", "cut"])
async def test_a_card_whose_answer_was_lost_stands_once(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        order = there.faults.lose if fault == "lose" else there.faults.cut
        order("POST", rf"/channels/{there.channels['review'].id}/messages$", times=2)
        await bot.begin().up()
        posted = [await bot.card(), await bot.card("when-80")]
        await bot.settled()
        assert [len(bot.cards(number)) for number in (1, 2)] == [1, 1]
        await still_works(bot, bot.reviewer("ann"), posted[0])


async def test_a_post_that_was_begun_when_the_process_died_is_found_and_not_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        await bot.card()
        await bot.settled()
        await bot.end()
        forget(world, "card:1")
        there.clock.advance(3600)  # the nonce is no longer known
        bot.begin()
        await bot.up()
        await there.until(lambda: bot.post("card:1").state == "done")
        assert len(bot.cards(1)) == 1


def forget(world: World, key: str) -> None:
    """As it stands when the process dies between sending and writing down that it was sent."""
    with world.store.transaction() as connection:
        before = {"state": "sending", "message": None, "shown": 0, "attempts": 1}
        connection.execute(sa.update(schema_talk.posts).where(schema_talk.posts.c.key == key).values(**before))


async def test_a_channel_that_may_not_be_written_is_one_alarm_and_stops_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        refused = rf"/channels/{there.channels['review'].id}/messages$"
        there.faults.answer("POST", refused, 403, code=50013, times=2)
        await bot.begin().up()
        await there.until(lambda: bot.counted().get("parked") == 2)
        await there.until(lambda: [one for one in audit(there) if "does not let Crux post" in one])
        await bot.settled()
        assert len([one for one in audit(there) if "does not let Crux post" in one]) == 1
        await bot.restart()
        await bot.card()


def audit(there: DiscordServer) -> list[str]:
    return [one.text for one in there.channels["audit"].messages]


async def test_decisions_are_copied_to_the_audit_channel_each_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        await bot.approve(bot.reviewer("ann", "ann"), await bot.card())
        await there.until(lambda: any("**ann** approves **YES** on `reach-85`" in one for one in audit(there)))
        await bot.restart()
        await bot.settled()
        assert len([one for one in audit(there) if "**ann** approves **YES** on `reach-85`" in one]) == 1
        assert there.problems() == []


async def test_a_card_that_was_taken_shows_by_whom(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted = bot.reviewer("ann", "ann"), await bot.card()
        assert "taken by ann" in (await (await ann.press(posted, "Take")).settled()).text
        await there.until(lambda: "Taken by ann" in posted.text)
        assert ("Take" in posted.buttons, there.problems()) == (False, [])


async def every_button_works(who: Person, older: Message) -> None:
    """Each button of the card is answered by a text or a form."""
    for label in older.buttons:
        if label not in older.links:
            pressed = await (await who.press(older, label)).settled()
            assert pressed.modal is not None or pressed.text, pressed
            assert "older Crux" not in pressed.text
            assert "went wrong" not in pressed.text


async def test_every_button_of_an_older_card_works_after_each_flow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, ben, cat = (bot.reviewer(name, name) for name in ("ann", "ben", "cat"))
        posted, older = await bot.card(), await bot.card("when-80")
        await every_button_works(cat, older)
        await there.until(lambda: "Take" not in older.buttons)
        await bot.approve(ann, posted)
        await every_button_works(cat, older)
        await form(ben, posted, "Ask…", "is it the same harness?")
        await every_button_works(cat, older)
        await ann.press(posted, "Reject…")  # a form that is opened and never sent
        await every_button_works(cat, older)
        await form(cat, posted, "Dispute…", "the harness differs", category="ambiguous")
        await every_button_works(cat, older)
        there.delete_message(posted)
        await bot.card(having=lambda one: not one.deleted and one is not posted)
        await every_button_works(cat, older)
        await bot.restart()
        await every_button_works(cat, older)
        assert there.problems() == []


@pytest.mark.parametrize("custom_id", ["r0:approve:1:0", "r1:explode:1:0"])
async def test_a_button_of_an_unknown_kind_says_that_its_card_is_old(
    world: World, monkeypatch: pytest.MonkeyPatch, custom_id: str
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        ann, posted = bot.reviewer("ann", "ann"), await bot.card()
        posted.components[0]["components"][0]["custom_id"] = custom_id
        pressed = await (await ann.press(posted, custom_id, force=True)).settled()
        assert "button of an older Crux" in pressed.text
        assert card(world.store, 1).reviews == ()


async def test_a_card_whose_chart_cannot_be_drawn_is_posted_without_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch, begin=False) as bot:
        bot.around.threads.drawing.shutdown()  # nothing is drawn any more, as where the disk has no font
        await bot.begin().up()
        posted = await bot.card()
        assert (posted.files, "Proposed: YES" in posted.text, there.problems()) == ({}, True, [])
