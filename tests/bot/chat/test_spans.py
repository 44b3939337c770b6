"""Guards: a span or a day that is said is the one that is told, and what came about in it is told of it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asking_builders import NOW, asked
from crux_builders import World
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.dating import dated
from bot.chat.spans import instant_said, span
from bot.chat.spelling import evened, marked
from bot.chat.wording import Said, read, respoken

SPANS = {
    "what changed since Monday?": "Since 2026-11-16",
    "whats new since last friday": "Since 2026-11-20",
    "anything since yesterday": "Since 2026-11-20",
    "what moved over the last 3 days": "Since 2026-11-18",
    "recap of the past 24h": "Since 2026-11-20",
    "news of the last couple of weeks": "Since 2026-11-07",
    "what changed in the last two months": "Since 2026-09-21",
    "what happened in October?": "From 2026-10-01 to 2026-10-31",
    "what happened in december": "From 2025-12-01 to 2025-12-31",
    "what happened on 3 November": "On 2026-11-03",
    "what changed between Oct 1st and the 15th of October": "From 2026-10-01 to 2026-10-15",
    "what changed from 2026-11-01 to now": "Since 2026-11-01",
    "what changed from 1 to 15 november": "From 2026-11-01 to 2026-11-15",
    "what moved between the 3rd and the 9th of October 2025": "From 2025-10-03 to 2025-10-09",
    "news from nov 2 to 5": "From 2026-11-02 to 2026-11-05",
    "what changed from September to October": "From 2026-09-01 to 2026-10-31",
    "any updates since nov 1, 2025": "Since 2025-11-01",
    "what changed since Monday until yesterday": "From 2026-11-16 to 2026-11-20",
    "what changed this month": "Since 2026-11-01",
    "anything new today": "Since 2026-11-21",
    "anything since the day before yesterday?": "Since 2026-11-19",
    "what changed the day before yesterday": "On 2026-11-19",
    "neues seit vorgestern?": "Since 2026-11-19",
    "was gibt es neues seit Montag": "Since 2026-11-16",
}
DAYS = {
    "what would it have said on 1 October?": "2026-10-01 23:59:59",
    "what did the evidence show last Friday?": "2026-11-20 23:59:59",
    "how close was it back in July": "2026-07-31 23:59:59",
    "where did it stand a month ago": "2026-10-21 00:00:00",
    "what was it 3 weeks ago": "2026-10-31 00:00:00",
    "how close was it before 1 October": "2026-09-30 23:59:59",
    "the verdict as of 2026-09-15": "2026-09-15 23:59:59",
    "how high was it yesterday": "2026-11-20 23:59:59",
    "how high was it the day before yesterday": "2026-11-19 23:59:59",
    "how close was it last week": "2026-11-15 23:59:59",
    "how close was it in the last month": "2026-10-31 23:59:59",
    "how close was reach-85 a week ago": "2026-11-14 00:00:00",
}
NO_TIME = (
    "how close is it?",
    "what changed since 30 February?",
    "what changed since 2027-01-01?",
    "what may I ask?",
    "what changed since 9999-12-31?",
    "what happened in December 9999?",
    "how close was it on 31.12.9999?",
    "has the sun moved?",
    "how many did it 5 times",
)


def said(text: str) -> Said:
    return respoken(read(marked(text)), evened)


@pytest.mark.parametrize(("text", "told"), SPANS.items())
def test_a_span_is_the_one_that_is_said(text: str, told: str) -> None:
    found = dated(said(text), NOW, changing=False)
    assert found.span is not None
    assert (found.span.words(), found.at) == (told, None)


@pytest.mark.parametrize(("text", "told"), DAYS.items())
def test_a_day_gone_by_is_the_one_that_is_said(text: str, told: str) -> None:
    found = dated(said(text), NOW, changing=False)
    assert found.at is not None
    assert (f"{found.at:%Y-%m-%d %H:%M:%S}", found.span) == (told, None)


@pytest.mark.parametrize("text", NO_TIME)
def test_what_names_no_time_that_has_begun_is_left_as_it_is(text: str) -> None:
    found = dated(said(text), NOW, changing=False)
    assert (found.words, found.span, found.at) == (said(text), None, None)


def test_the_figure_in_a_name_before_a_time_is_no_part_of_the_time() -> None:
    found = dated(said("how close was reach-85 8 hours ago"), NOW, changing=False)
    assert (found.words.words, found.at) == (("how", "close", "was", "reach-85"), NOW - timedelta(hours=8))


@given(st.dates(max_value=(NOW - timedelta(days=1)).date()), st.sampled_from(("%Y-%m-%d", "%-d.%-m.%Y", "%B %-d %Y")))
def test_any_day_gone_by_begins_its_own_span_and_ends_with_itself(on: object, written: str) -> None:
    begun = datetime.fromisoformat(f"{on}").replace(tzinfo=UTC)
    if begun.year < 1000:  # no year of four digits
        return
    words = said(f"since {begun.strftime(written)}").words
    told, ended = span(words, NOW), instant_said(words, NOW)
    assert told is not None and ended is not None
    assert (told.since, ended) == (begun, begun + timedelta(days=1, microseconds=-1))


@given(st.text(alphabet="abcdefgmnoprstuwy 0123456789-.", max_size=60))
def test_no_span_begins_later_than_now_or_ends_before_it_begins(text: str) -> None:
    for told in (f"what changed since {text}", f"what changed in {text}", text):
        found = span(said(told).words, NOW)
        if found is not None and not found.opening:
            assert found.since <= NOW
            assert found.until is None or found.since < found.until <= NOW
        assert (instant_said(said(told).words, NOW) or NOW) <= NOW


async def test_what_changed_is_told_of_the_span_that_is_asked_for(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    world.at(9).see(south=("84.0", "x"))
    world.at(18)
    usual = asked(world, "what changed about reach-85?")
    assert usual.lines == ("Nothing was seen to change about it since 2020-01-17.",)
    since = asked(world, "what changed about reach-85 since 10 January?").lines[0]
    assert since.startswith("Since 2020-01-10: ") and "was 71%, is 84% (south in board, seen 2020-01-15)" in since
    before = asked(world, "what changed about reach-85 between 6 January and 8 January").lines[0]
    assert before.startswith("From 2020-01-06 to 2020-01-08: ") and "84%" not in before


async def test_what_changed_since_it_opened_begins_with_the_opening(world: World) -> None:
    early = asked(world, "what changed on reach-85 since it opened?")
    assert early.lines[0].startswith("It has not opened yet; it opens 2020-01-06")
    await world.decided()
    told = asked(world, "what changed on reach-85 since it opened?")
    assert told.lines[0].startswith("Since 2020-01-07, when it opened: ")
    assert any("YES was proposed" in line for line in told.lines)
    whole = asked(world, "what changed since the markets opened?").lines[0]
    assert whole.startswith("Since 2020-01-07, when it opened, the last 2 and 4 more before them: ")


async def test_what_changed_until_a_day_begins_with_the_opening(world: World) -> None:
    await world.decided()
    world.at(12)
    for said in ("what changed on reach-85 before 10 January?", "what changed on reach-85 until 9 January?"):
        told = asked(world, said).lines
        assert told == ("From 2020-01-07, when it opened, to 2020-01-09: 2020-01-07: opened.",)
    early = asked(world, "what changed on reach-85 before 3 January?")
    assert early.lines == ("It had not opened by then; it opened 2020-01-07 00:00 UTC.",)
    assert asked(world, "what changed before 3 January?").lines[0].startswith("No market of this debate had opened by")


async def test_a_day_that_is_part_of_a_markets_name_is_no_day_to_look_back_to(world: World) -> None:
    world.at(1).see(south=("71.0", "x"))
    world.at(20)
    assert "As of" not in asked(world, "how close is the one that was to reach 85").lines[0]
