"""Guards: the commands of reviewers, admins and everybody else; who has not the role changes nothing."""

from __future__ import annotations

import pytest
from commands_builders import Town
from discord_server import ClientRefuses, Forged

from bot.discord.commands.system import lag_words
from bot.review.pausing import paused
from bot.review.people import Actor, issue_code, redeem
from bot.store import markets


async def test_the_queue_and_a_card_for_oneself_show_what_waits(town: Town) -> None:
    queue = await town.slash(town.ann, "review queue")
    assert "P1 **YES** — Will a row reach 85%?: WAITING FOR REVIEWERS, 2 of 2 approvals missing" in queue.text
    shown = await town.slash(town.ann, "review show", proposal="P1")
    (message,) = shown.messages
    assert message.ephemeral
    assert message.buttons[:4] == ["Approve", "Reject…", "Ask…", "Dispute…"]


async def test_approving_from_ones_own_copy_of_the_card_counts_as_on_the_card(town: Town) -> None:
    shown = await town.slash(town.ann, "review show", proposal="1")
    asked = await town.press(town.ann, shown, "Approve")
    done = await town.press(town.ann, asked, asked.messages[-1].buttons[0])
    assert "ann: approve is on the record" in done.text
    assert [(one.person, one.vote) for one in town.bot.world.card().reviews] == [("ann", "approve")]


async def test_taking_shows_on_the_card_who_looks_into_it(town: Town) -> None:
    assert "taken by ann" in (await town.slash(town.ann, "review take", proposal="#1")).text
    assert town.bot.world.card().taken_by == "ann"


async def test_proposing_judges_now_and_says_what_the_rule_says_or_why_nothing_is_proposed(town: Town) -> None:
    early = await town.slash(town.ann, "review propose", market="reach-95")
    assert "Nothing is proposed: judged as of <t:" in early.text
    assert "No outcome is made up by hand" in early.text
    same = await town.slash(town.ann, "review propose", market="reach-85")
    assert "the living proposal says so already" in same.text


async def test_whoever_has_a_market_proposed_cannot_approve_it(town: Town) -> None:
    world = town.bot.world
    for person in ("ben", "cat"):
        world.vote(person, "reject", seen=world.card())
    made = await town.slash(town.ann, "review propose", market="reach-85")
    assert "Proposal 3 is proposed" in made.text
    assert world.card().proposal.proposed_by == "ann"
    await world.everything()
    town.bot.nudge()
    await town.bot.card()
    shown = await town.slash(town.ann, "review show", proposal="3")
    asked = await town.press(town.ann, shown, "Approve")
    done = await town.press(town.ann, asked, asked.messages[-1].buttons[0])
    assert world.card().reviews == ()
    assert "ann" in done.text


async def test_a_dispute_asks_for_its_ground_and_stops_the_proposal(town: Town) -> None:
    form = await town.ann.slash("dispute", {"proposal": "1"})
    assert form.modal is not None
    values = {"What is wrong": "wrong value", "Why": "The board shows 78.5 by now."}
    sent = await (await town.ann.submit(form.modal, values)).settled()
    assert "dispute is on the record" in sent.text
    assert town.bot.world.card().proposal.state == "disputed"


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("review queue", {}),
        ("review take", {"proposal": "1"}),
        ("review propose", {"market": "reach-95"}),
        ("dispute", {"proposal": "1"}),
        ("fund market", {"market": "reach-85", "amount": 10}),
        ("evidence add", {"market": "reach-85"}),
        ("evidence accept", {"submission": 1, "because": "it is good"}),
        ("admin pause", {"because": "a bad feeling"}),
        ("admin resume", {}),
        ("admin sync", {}),
    ],
)
async def test_somebody_without_the_role_gets_nothing_done_even_by_force(
    town: Town, path: str, options: dict[str, object]
) -> None:
    done = await (await town.bob.slash(path, options, force=True)).settled()
    assert "This needs the role" in done.text
    assert done.modal is None


@pytest.mark.parametrize("place", ["other guild", "dm"])
async def test_nothing_is_decided_from_another_server_or_a_direct_message(town: Town, place: str) -> None:
    for path, options in (("dispute", {"proposal": "1"}), ("admin pause", {"because": "from afar"})):
        forged = Forged(place=place)
        done = await (await town.ann.slash(path, options, force=True, forged=forged)).settled()
        assert ("another" in done.text) or ("direct messages" in done.text), done.text
    assert town.bot.world.card().proposal.state == "proposed"
    assert paused(town.bot.world.store) is None


async def test_a_pause_stands_until_it_is_ended_and_nothing_is_proposed_meanwhile(town: Town) -> None:
    done = await town.slash(town.ada, "admin pause", because="the board looks odd")
    there = paused(town.bot.world.store)
    assert there is not None and there.because == "the board looks odd" and "ada" in there.by
    assert "paused" in done.text
    assert "Nothing is proposed now" in (await town.slash(town.ann, "review propose", market="reach-95")).text
    assert "Nothing is paused" in (await town.slash(town.ada, "admin resume")).text
    assert paused(town.bot.world.store) is None


async def test_the_commands_are_given_to_discord_anew_when_an_admin_says_so(town: Town) -> None:
    before = sum("/commands" in one for one in town.server.requests)
    done = await town.slash(town.ada, "admin sync")
    assert "has the commands" in done.text
    assert sum("/commands" in one for one in town.server.requests) == before + 1


async def test_mana_is_added_once_after_a_second_press_within_the_budget_and_told_to_all(town: Town) -> None:
    world = town.bot.world
    asked = await town.slash(town.ann, "fund market", market="reach-85", amount=50)
    assert "which has 200?" in asked.text, asked.text
    assert "of the budget are left" in asked.text
    done = await town.press(town.ann, asked, "Yes, add 50 mana")
    assert "50 mana were added to reach-85" in done.text
    again = await town.press(town.ann, asked, "Yes, add 50 mana")
    assert "50 mana were added" in again.text
    assert world.market("reach-85").subsidy_mana == 250
    with world.store.reading() as connection:
        assert markets.find(connection, "small", "reach-85") is not None
    there = town.server.channels["announce"]
    await town.server.until(lambda: any("50 mana were added" in one.text for one in there.messages), 60)


async def test_more_mana_than_the_budget_leaves_is_refused_before_anything_is_paid(town: Town) -> None:
    done = await town.slash(town.ann, "fund market", market="reach-85", amount=6000)
    assert "over the limit of 5000" in done.text
    assert "Mana: " in (await town.slash(town.ann, "fund status")).text


async def test_a_code_links_an_account_to_a_person_once(town: Town) -> None:
    code = issue_code(town.bot.world.store, "small", "ben", "discord")
    assert "linked to nobody" in (await town.slash(town.bob, "link show")).text
    assert "**ben**" in (await town.slash(town.bob, "link code", code=code)).text
    assert "You are **ben**: discord bob" in (await town.slash(town.bob, "link show")).text
    assert "no code that works" in (await town.slash(town.sue, "link code", code=code)).text


async def test_a_linked_account_gets_a_code_for_its_terminal_and_an_unlinked_one_none(town: Town) -> None:
    store = town.bot.world.store
    assert "linked to nobody yet" in (await town.slash(town.bob, "link terminal")).text
    await town.slash(town.bob, "link code", code=issue_code(store, "small", "ben", "discord"))
    told = (await town.slash(town.bob, "link terminal")).text
    code = told.rpartition("--code ")[2].strip("`")
    assert redeem(store, "small", Actor("terminal", "ben@home", "ben@home"), code) == "ben"


async def test_status_help_debate_and_scoreboard_tell_how_things_are(town: Town) -> None:
    status = (await town.slash(town.bob, "status")).text
    assert "Proposals open: 2" in status and "Mana: " in status and "lag" in status
    assert "/market" in (await town.slash(town.bob, "help")).text
    debate = (await town.slash(town.bob, "debate")).text
    assert "A small debate" in debate and "4 open" in debate and "2 have to agree" in debate
    assert "0 markets resolved" in (await town.slash(town.bob, "scoreboard")).text


async def test_a_claim_that_nobody_knows_is_said_to_be_unknown(town: Town) -> None:
    assert "No claim is called" in (await town.slash(town.bob, "claim", name="nonsense")).text


async def test_asking_answers_as_the_chat_does_also_in_a_direct_message(town: Town) -> None:
    shown = await town.slash(town.bob, "ask", question="how close is reach-85?")
    assert "88.5" in shown.text
    assert shown.messages[0].ephemeral


async def test_asking_in_a_direct_message_is_answered_and_no_other_command_is_offered_there(town: Town) -> None:
    direct = town.server.world.direct(town.bob.user)
    shown = await (await town.bob.slash("ask", {"question": "how close is reach-85?"}, channel=direct)).settled()
    assert "88.5" in shown.text
    assert "/market" in (await (await town.bob.slash("help", channel=direct)).settled()).text
    with pytest.raises(ClientRefuses):
        await town.bob.slash("status", channel=direct)
    town.server.forgive("not offered in direct messages")


async def test_a_confirmation_that_arrives_too_late_to_be_acknowledged_pays_nothing(town: Town) -> None:
    asked = await town.slash(town.ann, "fund market", market="reach-85", amount=50)
    town.server.faults.answer("POST", r"/interactions/.*/callback", 404, times=1)
    await town.ann.press(asked, "Yes, add 50 mana", wait=False)
    await town.server.until(lambda: "404" in "".join(town.server.requests[-3:]), 30)
    await town.slash(town.bob, "help")
    assert town.bot.world.market("reach-85").subsidy_mana == 200


async def test_every_button_of_the_card_still_works_after_lists_forms_and_confirmations(town: Town) -> None:
    card = await town.bot.card()
    await town.slash(town.bob, "market list")
    await town.press(town.bob, await town.slash(town.bob, "market show", market="reach-85"), "Why?")
    await town.slash(town.ann, "fund market", market="reach-85", amount=5)
    form = await town.sue.slash("evidence add", {"market": "reach-85"})
    assert form.modal is not None
    await town.told(await town.bob.dm("how close is the row that will reach?"))
    assert "Evidence of proposal 1" in (await town.press(town.bob, card, "Evidence (1)")).text
    assert "taken by ann" in (await town.press(town.ann, card, "Take")).text
    asked = await town.press(town.ann, card, "Approve")
    assert asked.messages[-1].buttons == ["Yes, approve P1"]


@pytest.mark.parametrize("heartbeat", [float("inf"), float("nan"), 41.3, -1.0])
def test_a_heartbeat_that_was_not_measured_is_not_told_as_a_lag(heartbeat: float) -> None:
    assert lag_words(0.085, heartbeat) == "85 ms for an answer"


def test_a_heartbeat_that_was_measured_stands_beside_how_long_this_answer_took() -> None:
    assert lag_words(0.085, 0.0402) == "85 ms for an answer, 40 ms for a heartbeat"
