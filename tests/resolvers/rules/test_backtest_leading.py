"""Who led when: what the text of a picked row said through a history, as it was seen and with all that is known."""

from __future__ import annotations

from rule_worlds import BOARD, daily, day, rule, seen, world

from resolvers.backtest.leading import leads

TOP = {"top": {"argmax": "score", "from": "board"}}
ASKED = {"choice": "top.class", "answers": {"A": "a", "B": "b", "Another": "else"}}


def evidence():
    """a leads, b from day 10; on day 20 b is corrected to below a."""
    shown = {0: rows("70", "60"), 10: rows("70", "80"), 20: rows("70", "65")}
    return world(seen(BOARD, daily(shown, 40)))


def rows(a, b):
    return {"x": {"score": a, "class": "a"}, "y": {"score": b, "class": "b"}}


def told(found):
    return [(each.what, [(at, who) for at, who in each.steps]) for each in found]


def test_who_led_is_told_as_it_was_seen_and_with_all_that_is_known_since():
    asked = rule(ASKED, BOARD, values=TOP, closes=50)
    seen_then = leads(asked, evidence(), day(30), as_seen=True)
    assert told(seen_then) == [("the class", [(day(0), "a"), (day(10), "b"), (day(20), "a")])]
    assert told(leads(asked, evidence(), day(15))) == [("the class", [(day(0), "b")])], "y is known to read 80 by then"


def test_a_rule_that_asks_for_no_text_of_a_row_has_no_leaders():
    asked = rule({"yes": "best >= 85%"}, BOARD, values={"best": {"max": "score", "from": "board"}}, closes=50)
    assert leads(asked, evidence(), day(30)) == ()
