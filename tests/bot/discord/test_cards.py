"""Guards: what a review card shows, whatever the verdict, and that Discord takes every one of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crux_builders import World, day
from discord_limits import faults
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_text import OUTSIDE, TOKEN

from bot.discord.cards import CardView, cite_line, criterion_of, render
from bot.discord.cards_message import Rendered, lines, of_body
from bot.discord.cards_trace import leaves, nearest, sides
from bot.discord.posts import view_of
from bot.review.desk import Card
from bot.review.earlier import Earlier
from bot.review.quorum import Doubts, Quorum
from bot.store.entered import Entered
from bot.store.proposals import NEXT
from bot.store.reviews import CATEGORIES, Objection, Review
from markets.fields import utf16
from resolvers.outcome import Answers, No, NotApplicable, Probability, Yes
from resolvers.verdict import Citation, Step, Verdict

AT = datetime(2020, 1, 11, tzinfo=UTC)
TEXT = st.one_of(OUTSIDE, st.text(max_size=20), st.sampled_from(["x" * 6000, "[a](https://b.c) @everyone " * 200])).map(
    lambda text: text.encode("utf-8", "ignore").decode()  # a verdict is JSON, which no half of a character enters
)
OUTCOMES = st.one_of(
    st.sampled_from([Yes(), No(), NotApplicable(), Probability(percent=Decimal("37.5"))]),
    TEXT.map(lambda text: Answers(weights={text or "a": Decimal(100)}, value=text)),
)
CITES = st.builds(
    Citation, source=TEXT, key=TEXT, column=TEXT, text=st.none() | TEXT, observation=st.uuids().map(str),
    snapshot=st.just(1), body=st.just("ab" * 32), seen_at=st.just(AT),
)  # fmt: skip
VALUES = st.one_of(st.sampled_from(["true", "false", "unknown", "88.5%", "85%", "1,200 days", "-3", "none"]), TEXT)


def steps(below: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    return st.builds(
        Step, node=st.sampled_from(["compare", "all", "hold", "reduce", "field"]), words=TEXT, value=VALUES,
        cites=st.lists(CITES, max_size=3).map(tuple), steps=st.lists(below, max_size=3).map(tuple),
    )  # fmt: skip


TRACES = st.recursive(st.builds(Step, node=st.just("reduce"), words=TEXT, value=VALUES), steps, max_leaves=12)
REVIEWS = st.builds(
    Review, id=st.just(1), proposal=st.just(1), round=st.just(1), revision=st.just(0), person=TEXT,
    vote=st.sampled_from(["approve", "reject", "ask", "dispute", "retract"]), because=TEXT, at=st.just(AT),
    category=st.none() | st.sampled_from(CATEGORIES),
)  # fmt: skip
OBJECTIONS = st.builds(
    Objection, id=st.just(1), proposal=st.just(1), comment_id=st.just("c"), by=TEXT, text=TEXT, at=st.just(AT),
    answered_by=st.none() | TEXT, answer=st.none(), answered_at=st.none() | st.just(AT),
)  # fmt: skip


def shown(world: World, card: Card, **more: Any) -> Rendered:
    return render(replace(view_of(world.store, card, world.clock.at), **more))


async def test_the_card_of_a_plain_proposal_is_this_very_message(world: World) -> None:
    await world.decided()
    real = world.card()
    golden = Path(__file__).with_name("golden_card.json").read_text(encoding="utf-8")
    assert shown(world, real, role=5).body() == json.loads(golden.replace("{version}", real.proposal.version[:8]))


async def test_any_verdict_fits_into_what_discord_takes_and_shows_outcome_criterion_and_ids(world: World) -> None:
    await world.decided()
    real = world.card()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        question=TEXT, criterion=TEXT, because=TEXT, trace=TRACES, outcome=OUTCOMES,
        reviews=st.lists(REVIEWS, max_size=9), objections=st.lists(OBJECTIONS, max_size=9), taken=st.none() | TEXT,
        state=st.sampled_from([*NEXT, "rejected", "superseded", "withdrawn", "undone"]),
        doubts=st.builds(Doubts, second=st.none() | TEXT, share=st.just(Decimal("0.1")), open=st.booleans()),
    )  # fmt: skip
    def fits(
        question: str, criterion: str, because: str, trace: Step, outcome: Any, reviews: list[Review],
        objections: list[Objection], taken: str | None, state: Any, doubts: Doubts,
    ) -> None:  # fmt: skip
        verdict = Verdict.model_construct(**{**dict(real.proposal.verdict), "because": because, "trace": trace})
        text = verdict.model_copy(update={"outcome": outcome}).model_dump_json()
        proposal = replace(real.proposal, outcome=outcome, verdict_json=text, state=state)
        card = replace(
            real, proposal=proposal, frozen=replace(real.frozen, question=question), reviews=tuple(reviews),
            objections=tuple(objections), taken_by=taken, doubts=doubts, quorum=Quorum(3, (because,)),
            earlier=Earlier(1, outcome, AT, "undone", AT, ((question, because),)) if taken else None,
        )  # fmt: skip
        rows = {one.observation: Entered(one.source, one.key, one.key, (one.column,)) for one in verdict.citations()}
        made = render(CardView(card, criterion, tuple(reviews), role=5, entered=rows))
        assert faults(made) == []
        said = {one["name"]: one["value"] for one in made.embed["fields"]}
        assert said["Criterion"].startswith("> ")
        assert made.embed["footer"]["text"] == f"P1 r0 · rules {proposal.version[:8]}…"
        assert "Proposed: " in made.embed["description"]
        assert of_body(made.body()) == made
        told = re.sub(r"<t:\d+:[FRd]>", "", "\n".join([made.embed["description"], *said.values()]))
        everything = "".join(each.group() for each in TOKEN.finditer(told) if each["code"] is None)
        assert re.search(r"@everyone|(?<!\\)\]\(|<[@#]|<t:", everything) is None

    fits()


WIDE = {"key": "k" * 60, "column": "c" * 40, "source": "s" * 40, "text": "t" * 60}


async def test_a_card_that_is_too_long_loses_evidence_first_and_never_its_criterion(world: World) -> None:
    await world.decided()
    real = world.card()
    cite = real.proposal.verdict.citations()[0]
    many = tuple(cite.model_copy(update={"observation": str(n), **WIDE}) for n in range(40))
    leaf = Step(node="compare", words="w" * 200, value="true", cites=many)
    trace = Step(
        node="all",
        words="",
        value="true",
        steps=tuple(leaf.model_copy(update={"words": f"{n}" * 200}) for n in range(9)),
    )
    verdict = real.proposal.verdict.model_copy(update={"trace": trace, "because": "because " * 90})
    said = tuple(Review(n, 1, 1, 0, f"p{n}" * 20, "reject", "r" * 900, AT) for n in range(9))
    against = tuple(Objection(n, 1, "c", f"t{n}" * 20, "o" * 900, AT, None, None, None) for n in range(9))
    proposal = replace(real.proposal, verdict_json=verdict.model_dump_json())
    frozen = replace(real.frozen, question="q" * 300)
    card = replace(real, proposal=proposal, frozen=frozen, reviews=said, objections=against)
    made = render(CardView(card, "c" * 980, said))
    told = {one["name"]: one["value"] for one in made.embed["fields"]}
    assert (faults(made), told["Criterion"]) == ([], "> " + "c" * 980)
    shown_cells = told["Evidence for"].count("•")
    assert 1 <= shown_cells < 6
    assert told["Evidence for"].endswith(f"… and {40 - shown_cells} more")
    assert told["Objections of traders"].count("•") >= 3


async def test_what_may_be_pressed_depends_on_the_state(world: World) -> None:
    await world.decided()
    real = world.card()

    def labels(state: Any, **more: Any) -> list[str]:
        card = replace(real, proposal=replace(real.proposal, state=state), **more.pop("card", {}))
        return [one.label for one in shown(world, card, **more).buttons][:-2]

    objection = Objection(1, 1, "c", "eve", "no", AT, None, None, None)
    assert labels("proposed") == ["Approve", "Reject…", "Ask…", "Dispute…", "Take"]
    assert labels("proposed", card={"taken_by": "ann"}) == ["Approve", "Reject…", "Ask…", "Dispute…"]
    assert labels("agreed") == ["Dispute…"]
    assert labels("agreed", card={"objections": (objection,)}) == ["Dispute…", "Answer objection…"]
    assert labels("resolved", undo_until=AT) == ["Undo…"]
    assert [labels(state) for state in ("disputed", "resolving", "resolved", "rejected", "withdrawn")] == [[]] * 5


async def test_the_price_is_named_and_whether_it_disagrees(world: World) -> None:
    await world.decided()
    real = world.card()
    doubts = Doubts(share=Decimal("0.07"), open=True, sampled_at=AT)
    told = [shown(world, replace(real, doubts=one)).embed["description"] for one in (Doubts(), doubts)]
    assert "Price: not known" in told[0]
    assert "Price: the market gives this outcome 7% (<t:1578700800:R>); it DISAGREES" in told[1]


@pytest.mark.parametrize(
    ("share", "even", "open_", "said"),
    [
        ("0.91", "0.5", True, "gives this outcome 91% (<t:1578700800:R>); it agrees"),
        ("0.3333", "0.33333333", True, "gives this outcome 33% (<t:1578700800:R>); it says nothing either way"),
        ("0.40", "0.5", True, "gives this outcome 40% (<t:1578700800:R>); it leans the other way"),
        ("0.07", "0.5", False, "gave this outcome 7% (<t:1578700800:R>); it disagreed; trading is closed"),
    ],
)
async def test_what_the_price_says_of_the_outcome_is_said_in_plain_words(
    world: World, share: str, even: str, open_: bool, said: str
) -> None:
    await world.decided()
    doubts = Doubts(share=Decimal(share), even=Decimal(even), open=open_, sampled_at=AT)
    assert f"Price: the market {said}\n" in shown(world, replace(world.card(), doubts=doubts)).embed["description"]


async def test_trading_that_has_ended_closed_and_does_not_close(world: World) -> None:
    await world.decided()
    closes = int(day(60).timestamp())
    told = shown(world, world.card()).embed["description"]
    world.at(61)
    later = shown(world, world.card()).embed["description"]
    assert f"; trading closes <t:{closes}:F> (<t:{closes}:R>)\n" in told
    assert f"; trading closed <t:{closes}:F> (<t:{closes}:R>)\n" in later


async def test_figures_are_as_long_as_it_takes_to_tell_them_from_threshold_and_figure_before(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.at(4).see(two=("84.99999999999991", "north"))
    world.at(5).see(two=("85.00012345678912", "north"))
    world.at(9).see()
    world.propose()
    made = shown(world, world.card())
    told = {one["name"]: one["value"] for one in made.embed["fields"]}
    assert "was 85.0001%, against 85%" in made.embed["description"]
    assert "Turns if 85.0001% were 0.000123 points lower, past 85%" in made.embed["description"]
    assert "— 85.0001% against 85%: **0.000123 points over**" in told["The rule, leaf by leaf"]
    assert told["Evidence for"].startswith("• 85.0001: two, score (board, seen ")
    dated = shown(world, world.card("when-80"))
    assert dated.content == "Proposal 2: before 2020-02-05 — 2020-01-10 00:00 UTC"
    assert "**Proposed: before 2020-02-05 — 2020-01-10 00:00 UTC**" in dated.embed["description"]


async def test_a_figure_exactly_at_its_threshold_is_not_told_which_way_it_would_turn(world: World) -> None:
    """Guards: "at most 5 days" with 5 days does not turn if they were lower."""
    await world.decided()
    both = (Step(node="count", words="the lag", value="5 days"), Step(node="number", words="5 days", value="5 days"))
    trace = Step(node="compare", words="the lag is at most 5 days", value="true", steps=both)
    seen = world.card()
    verdict = seen.proposal.verdict.model_copy(update={"trace": trace})
    made = shown(world, replace(seen, proposal=replace(seen.proposal, verdict_json=verdict.model_dump_json())))
    assert "\nExactly at 5 days: the smallest move may turn it\n" in made.embed["description"]


async def test_where_a_row_is_picked_the_card_says_which_figure_another_row_must_beat(world: World) -> None:
    world.see()
    await world.at(1).open_markets()
    world.see(two=("88.49182739105591", "north"))
    world.weekly(63).see()
    world.propose()
    told = shown(world, world.card("leader")).embed
    assert "Turns if another row showed a higher figure than the leading one's 88.49%\n" in told["description"]


def test_a_cell_that_only_says_its_own_name_is_told_as_a_row_that_is_there() -> None:
    def cite(column: str, text: str | None) -> str:
        return cite_line(
            Citation(source="s", key="two", column=column, text=text, observation="o", snapshot=1, body="b", seen_at=AT)
        )

    seen = "(s, seen <t:1578700800:d>)"
    assert [cite("key", "two"), cite("name", "two")] == [f"• there is a row two {seen}"] * 2
    assert [cite("score", None), cite("score", "5.1")] == [f"• unknown: two, score {seen}", f"• 5.1: two, score {seen}"]


async def test_deadlines_are_given_in_the_readers_own_time(world: World) -> None:
    await world.agreed()
    told = shown(world, world.card()).embed["description"]
    until = int(day(11).timestamp())
    assert f"Deadline: traders may object until <t:{until}:F> (<t:{until}:R>)" in told
    undo = shown(world, world.card(), undo_until=AT + timedelta(minutes=10)).embed["description"]
    assert "Deadline: it can be undone until <t:1578701400:F> (<t:1578701400:R>)" in undo


async def test_a_card_asks_for_a_thread_once_somebody_disputes(world: World) -> None:
    await world.decided()
    world.vote("ann")
    assert shown(world, world.card()).thread is None
    world.vote("ben", "dispute", because="the harness differs")
    assert shown(world, world.card()).thread == "P1 Will a row reach 85%?"


def compared(
    left: str, right: str, value: str = "true", node: str = "compare", cites: tuple[Citation, ...] = ()
) -> Step:
    parts = (Step(node="reduce", words="it", value=left, cites=cites), Step(node="literal", words=right, value=right))
    return Step(node=node, words=f"it against {right}", value=value, steps=parts)


@pytest.mark.parametrize(
    ("left", "right", "apart"),
    [
        ("88.5%", "85%", "3.5 points over"), ("80%", "85%", "5 points under"), ("85%", "85%", "exactly at it"),
        ("1,200 days", "365 days", "835 days over"), ("7", "10", "3 under"), ("unknown", "85%", ""),
        ("5 days", "5%", ""), ("north", "south", ""),
    ],
)  # fmt: skip
def test_each_leaf_says_how_far_it_is_from_its_threshold(left: str, right: str, apart: str) -> None:
    assert [leaf.apart() for leaf in leaves(compared(left, right))] == [apart]


async def test_a_figure_and_a_unit_from_outside_stay_small_and_without_markup_on_the_card(world: World) -> None:
    await world.decided()
    real = world.card()
    trace = compared(f"{'9' * 3000} [x](https://evil.example)", "1 [x](https://evil.example)")
    verdict = real.proposal.verdict.model_copy(update={"trace": trace})
    card = replace(real, proposal=replace(real.proposal, verdict_json=verdict.model_dump_json()))
    made = render(CardView(card, "it is so"))
    assert faults(made) == []
    assert "](https" not in json.dumps(made.embed)


def test_the_leaf_that_would_turn_first_is_the_nearest() -> None:
    trace = Step(node="all", words="", value="true", steps=(compared("88%", "85%"), compared("86%", "85%")))
    found = nearest(leaves(trace))
    assert found is not None
    assert (found.measured, nearest(())) == ("86%", None)


def test_what_holds_against_the_outcome_is_evidence_against_it() -> None:
    def cite(name: str) -> Citation:
        return Citation(source="s", key=name, column="c", text="1", observation=name, snapshot=1, body="b", seen_at=AT)

    trace = Step(
        node="any", words="", value="true",
        steps=(compared("9%", "8%", "true", cites=(cite("for"),)), compared("1%", "8%", "false", cites=(cite("con"),))),
    )  # fmt: skip
    given_ = {"slug": "s", "as_of": AT, "state": "decided", "because": "", "semantics": 1, "trace": trace}
    yes, no = Verdict(outcome=Yes(), **given_), Verdict(outcome=No(), **given_)
    assert [[one.key for one in side] for side in sides(yes)] == [["for"], ["con"]]
    assert [[one.key for one in side] for side in sides(no)] == [["con"], ["for"]]


def test_the_criterion_is_the_line_that_traders_read() -> None:
    text = "intro\n## How this resolves\n\n- YES if it rains.\n- N/A if the station closes.\n\n## When\n\n- later\n"
    assert [criterion_of(text), criterion_of(text, NotApplicable())] == [
        "YES if it rains.",
        "N/A if the station closes.",
    ]


@given(st.lists(st.text(alphabet="ab😀", min_size=1, max_size=300), min_size=1, max_size=30), st.integers(700, 1024))
def test_lines_that_do_not_fit_are_counted(given_: list[str], budget: int) -> None:
    made = lines(given_, budget)
    kept = [one for one in made.split("\n") if not one.startswith("… and ")]
    said = re.search(r"… and (\d+) more", made)
    assert utf16(made) <= budget
    assert (kept == given_[: len(kept)], len(kept) + (int(said[1]) if said else 0)) == (True, len(given_))
