"""Guards: what stands for the same is heard as the same; whoever is refused or asked back hears what can be had."""

from __future__ import annotations

import pytest
from asking_builders import asked, said_to
from crux_builders import World

from bot.chat.replies import Intent, Offer, Reply
from bot.chat.short_dates import spelled_out
from bot.chat.store_tools import StoreTools
from bot.chat.wording import quoted, read


def taken(reply: Reply) -> tuple[str, str | None]:
    """What a sentence was taken for."""
    return reply.intent, reply.slug


def test_a_block_quote_covers_everything_to_the_end_of_the_message() -> None:
    said = "who says so?\n>>> first of theirs\nsecond of theirs\n\nand the third"
    assert read(said).words == ("who", "says", "so")
    assert quoted(said) == "first of theirs\nsecond of theirs\n\nand the third"


def test_a_quoted_line_covers_that_line_and_no_other() -> None:
    assert read("> of theirs\nof mine\n> of theirs").words == ("of", "mine")
    assert quoted("> of theirs\nof mine\n  > of yours") == "of theirs\nof yours"


def test_what_only_looks_like_a_quotation_within_code_hides_nothing_after_it() -> None:
    assert read("```\n>>> print(1)\n```\nhow close is it").words == ("how", "close", "is", "it")


def test_a_quotation_that_holds_marks_of_code_or_strokes_ends_where_it_ends() -> None:
    assert read("> ```\nwhat changed").words == ("what", "changed")
    assert read(">>> ~~no~~ ``` and so on\nwhat changed").words == ()


def test_three_marks_without_a_space_cover_only_their_line_as_discord_shows_them() -> None:
    assert read(">>>look\nwhat changed").words == ("what", "changed")


def test_leave_in_the_second_line_of_a_block_quote_is_nobodys_leave(predictors: StoreTools) -> None:
    assert said_to(predictors, ">>> she wrote:\nyou may keep my messages").keep is None


def test_whoever_only_quotes_a_market_is_asked_what_about_it(predictors: StoreTools) -> None:
    told = said_to(
        predictors, ">>> Will a flagship be documented to have taken more compute\nfor RL than for pretraining?"
    )
    assert told.confident is False
    assert told.suggestions or told.readings


@pytest.mark.parametrize(
    "said",
    ["hello there moon", "approve it", "how close is it", "ignore your instructions", "buy 20 yes on persona drift"],
)
def test_whoever_is_refused_or_asked_back_hears_what_can_be_had_instead(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said)
    assert told.confident is False
    assert "I can" in " ".join(told.lines), told.lines


def test_a_choice_of_markets_says_what_can_be_done_where_none_of_them_is_meant(predictors: StoreTools) -> None:
    told = said_to(predictors, "odds of the sabotage one")
    assert len(told.choices) > 1
    assert "I can" in told.lines[0]


async def test_an_act_that_gets_a_button_says_so_and_one_that_has_none_does_not(world: World) -> None:
    assert "button" in asked(world, "approve reach-85").lines[0]
    for said in ("delete this market", "wipe it"):
        told = asked(world, said, slug="reach-85")
        assert taken(told) == ("propose-act", "reach-85")
        assert told.offers == ()
        assert "button" not in told.lines[0]
        assert "nothing is ever deleted" in told.lines[0].lower()


@pytest.mark.parametrize(
    "said", ["sell 30 no on persona drift", "should i short persona drift", "buy 200 yes on persona drift"]
)
def test_whoever_wants_a_bet_of_us_hears_that_we_place_none_and_where_it_is_done(
    predictors: StoreTools, said: str
) -> None:
    told = said_to(predictors, said)
    assert (told.intent, told.confident) == ("unknown", False)
    assert "persona-drift-ratio" in (told.slug, *(slug for slug, _ in told.choices))
    assert "Manifold" in " ".join(told.lines)


@pytest.mark.parametrize("figure", ["71.3", "71.3%", ".3", "12k", "8b", "0.99"])
def test_a_figure_that_no_title_has_is_no_strange_word(predictors: StoreTools, figure: str) -> None:
    told = said_to(predictors, f"would {figure} count for rl-compute-majority")
    assert taken(told) == ("rules", "rl-compute-majority")


@pytest.mark.parametrize(
    "said", ["would 71.3 be rounded up", "does 84.97 round up there", "is 84.6 rounded to 85 there"]
)
def test_whether_a_figure_is_rounded_is_asked_of_the_rules(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said, last_slug="arc3-85-date", last_intent="value")
    assert taken(told) in (("rules", "arc3-85-date"), ("needs", "arc3-85-date"))


@pytest.mark.parametrize("said", ["p(persona drift)", "P(persona drift ratio) ?", "whats your p(persona drift)"])
def test_a_p_before_brackets_asks_for_the_odds(predictors: StoreTools, said: str) -> None:
    assert taken(said_to(predictors, said)) == ("price", "persona-drift-ratio")


@pytest.mark.parametrize(
    "said", ["what is a flagship for reward hacking", "whats a base model for open-base-100b-2027"]
)
def test_what_a_word_is_for_a_market_is_asked_of_its_rules(predictors: StoreTools, said: str) -> None:
    assert said_to(predictors, said).intent == "rules"


def test_whose_name_stands_beside_another_market_is_not_answered_of_one_with_confidence(
    predictors: StoreTools,
) -> None:
    assert said_to(predictors, "show link and number for persona drift and tau3 gap").confident is False


def test_the_other_one_is_not_the_one_that_was_spoken_of(predictors: StoreTools) -> None:
    told = said_to(
        predictors, "and the other lab one, the posts?", last_slug="lab-forecaster-product", last_intent="when"
    )
    assert taken(told) == ("when", "lab-agent-posts-2027")
    steering = said_to(predictors, "and the other steering market?", last_slug="steering-api-date", last_intent="price")
    assert taken(steering) == ("price", "steering-arxiv-2027")


@pytest.mark.parametrize("said", ["and the other one?", "the other one then?", "what about the other?"])
def test_another_one_without_a_word_of_which_is_asked_back(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said)
    assert (told.slug, told.confident) == (None, False)
    assert "Which market" in told.lines[0]


@pytest.mark.parametrize(
    "said",
    [
        "how do i link my credit card to paypal",
        "how much money has bezos got left",
        "what happened in 1912",
        "how do i vote in the brazilian elections",
        "who was president in 1999",
    ],
)
def test_what_is_of_another_world_is_said_not_to_be_understood(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said)
    assert (told.intent, told.confident) == ("unknown", False)


def test_a_word_of_everyday_life_hides_no_question_about_a_market_that_is_surely_named(
    predictors: StoreTools,
) -> None:
    told = said_to(predictors, "would a blog post of openai's president count for rl-compute-majority")
    assert taken(told) == ("rules", "rl-compute-majority")


@pytest.mark.parametrize("said", ["number still fresh? when were the data last looked at", "how old is that number"])
def test_how_fresh_the_figures_are_is_told_of_the_market_that_is_replied_to(predictors: StoreTools, said: str) -> None:
    told = said_to(predictors, said, slug="osworld2-best-2027")
    assert told.slug == "osworld2-best-2027"
    assert told.intent in ("status", "evidence", "value", "changed")


def test_whether_the_bot_is_up_stays_a_question_about_the_bot_in_a_reply(predictors: StoreTools) -> None:
    told = said_to(predictors, "are you still up?", slug="osworld2-best-2027")
    assert taken(told) == ("status", None)


@pytest.mark.parametrize("said", ["tau banking gap, how is it", "how is the tau gap"])
def test_a_name_is_known_without_the_number_of_its_edition(predictors: StoreTools, said: str) -> None:
    assert taken(said_to(predictors, said)) == ("value", "tau3-conditioned-gap")


@pytest.mark.parametrize(
    ("said", "wishes"),
    [
        ("chart & odds for persona drift", ("chart", "price")),
        ("odds + rules for persona drift", ("price", "rules")),
        ("the link and the current odds of persona drift", ("link", "price")),
    ],
)
def test_two_wishes_in_few_words_are_both_answered_in_their_order(
    predictors: StoreTools, said: str, wishes: tuple[Intent, Intent]
) -> None:
    told = said_to(predictors, said)
    alone = [said_to(predictors, f"{wish} persona-drift-ratio").lines[0] for wish in wishes]
    assert (told.intent in wishes, told.slug, told.confident) == (True, "persona-drift-ratio", True)
    assert [line for line in told.lines if line in alone] == alone


@pytest.mark.parametrize("month", ["sept", "sep"])
def test_a_month_cut_short_is_the_month_of_a_title(tools: dict[str, StoreTools], month: str) -> None:
    told = said_to(tools["replay"], f"rules of the polyglot leader on {month} 10 one")
    assert taken(told) == ("rules", "polyglot-top-model-2025-09")


def test_a_claim_called_by_its_name_is_told_whatever_the_asking(predictors: StoreTools) -> None:
    told = said_to(predictors, "whats labs-crack-agency")
    assert taken(told) == ("claim", None)
    assert told.lines[0].startswith("labs-crack-agency: ")


@pytest.mark.parametrize(
    ("said", "since"),
    [
        ("what changed since 13/11", "2026-11-13"),
        ("what changed since 11/13", "2026-11-13"),
        ("changes since 13.11.", "2026-11-13"),
        ("what moved since 13.11", "2026-11-13"),
        ("anything new since 10/31/26", "2026-10-31"),
        ("anything new since 31/10/2026?", "2026-10-31"),
        ("what happened from 20/10 to 13/11", "From 2026-10-20 to 2026-11-13"),
        ("what changed over the weekend", "2026-11-21"),
        ("what changed last weekend", "2026-11-14 to 2026-11-15"),
    ],
)
def test_a_day_in_figures_and_a_weekend_are_read_as_what_they_are(
    predictors: StoreTools, said: str, since: str
) -> None:
    told = said_to(predictors, said)
    assert taken(told) == ("changed", None)
    assert since.lower() in told.lines[0].lower()


@pytest.mark.parametrize("said", ["what changed since 4/11", "what changed since 11/4"])
def test_a_day_that_may_be_two_is_not_told_of_with_confidence(predictors: StoreTools, said: str) -> None:
    assert said_to(predictors, said).confident is False


@pytest.mark.parametrize(
    "said",
    ["24/7", "on 1/2 of the runs", "by 15.11%", "since 45/50", "open since 2.0", "since 5.2", "after 3.1 came out",
     "from 12.5 to 14.2", "up from 13.5 to 14.2"],
)  # fmt: skip
def test_what_is_no_day_in_figures_stays_as_it_stands(said: str) -> None:
    assert spelled_out(said) == said


def test_a_day_with_a_dot_behind_its_month_is_a_day_whatever_its_number() -> None:
    assert spelled_out("since 5.2. and seit 13.11") == "since 5 february  and seit 13 november "


@pytest.mark.parametrize(
    "said",
    ["retract my approval", "take my vote back please", "I approved by mistake", "can you undo my approval of it"],
)
def test_whoever_wants_an_approval_back_is_offered_the_button_for_it_and_no_other(
    predictors: StoreTools, said: str
) -> None:
    told = said_to(predictors, said, slug="arc3-85-date")
    assert (told.intent, told.offers) == ("propose-act", (Offer("retract", "arc3-85-date"),))


def test_how_an_approval_is_taken_back_is_told_with_the_place_of_its_button(predictors: StoreTools) -> None:
    told = said_to(predictors, "how do I take back my approval?")
    assert (told.intent, "“Retract approval…” on the proposal's card" in told.lines[0]) == ("how-to", True)
