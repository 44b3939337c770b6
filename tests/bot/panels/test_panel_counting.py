"""What votes come to, by the pure rules: quorum on each limb, and what stands answered over many draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.review.panel_counting import Answer, Counted, Record, answer_of, over
from resolvers.durations import Duration
from resolvers.rules.panels import FACT, Limb, Panel

TERMS = Panel(
    question="Is it so?",
    limbs=(Limb(name="a", text="It is."), Limb(name="b", text="It was.")),
    seats=3,
    agree=2,
    time=Duration.of_days(2),
    until=datetime(2020, 3, 1, tzinfo=UTC),
    redraw=2,
)
SEATS = ("ann", "ben", "cat")


@dataclass(frozen=True)
class Said:
    person: str
    key: str
    limbs: dict[str, str]


def votes(key: str, *words: str) -> list[Said]:
    """`yn` is yes to the first limb and no to the second; u is unclear."""
    long = {"y": "yes", "n": "no", "u": "unclear"}
    return [
        Said(person, key, {"a": long[word[0]], "b": long[word[1]]})
        for person, word in zip(SEATS, words, strict=False)
    ]  # fmt: skip


def draw(**said: list[str]) -> Counted:
    return Counted(TERMS, tuple(said), [vote for key, words in said.items() for vote in votes(key, *words)])


@pytest.mark.parametrize(
    ("words", "said", "told"),
    [
        (["yy", "yy"], "yes", "2 of 3"), (["yy", "yy", "yy"], "yes", "3 of 3"), (["yy", "yy", "ny"], "yes", "2 of 3"),
        (["yn", "nn", "un"], "no", "3 of 3"), (["uu", "uu", "yy"], "unclear", "2 of 3"), (["yy", "yn", "yu"], None, ""),
        (["yy"], None, ""), ([], None, ""),
    ],
)  # fmt: skip
def test_a_row_is_answered_by_the_quorum_on_each_limb_or_one_limb_not_met(
    words: list[str], said: str | None, told: str
) -> None:
    found = answer_of(TERMS, votes("p", *words))
    assert (found and found.said, found.votes if found else "") == (said, told)


@pytest.mark.parametrize(
    ("words", "done"),
    [([], False), (["yy"], False), (["yy", "yy"], True), (["yy", "ny"], False), (["yn", "un"], True),
     (["yu", "ny"], False), (["yy", "nn", "uu"], True)],
)  # fmt: skip
def test_a_draw_is_over_when_nothing_that_is_missing_can_change_an_answer(words: list[str], done: bool) -> None:
    assert over(TERMS, ("p",), votes("p", *words), SEATS) is done


def test_the_answer_about_a_fact_is_said_once_for_it_is_about_its_instant() -> None:
    record = Record()
    record.end(draw(**{FACT: ["nn", "nn"]}))
    assert [*record.answers] == [FACT]
    record.end(draw(p=["yy", "yy"]))
    assert [*record.answers] == ["p"]


def test_a_row_that_is_asked_anew_without_agreement_stands_unanswered() -> None:
    record = Record()
    record.end(draw(p=["yy", "yy"], q=["nn", "nn"]))
    record.end(draw(p=["yy", "nn", "uu"]))
    assert record.answers == {"q": Answer("q", {"a": "no", "b": "no"}, "2 of 3")}
    assert record.tries == {"p": 1, "q": 0}


def test_where_they_agree_that_nobody_can_tell_no_others_are_asked() -> None:
    record = Record()
    record.end(draw(p=["uu", "uu"]))
    assert record.tries["p"] == 1 + TERMS.redraw
