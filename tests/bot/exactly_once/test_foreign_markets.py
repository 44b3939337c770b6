"""Nothing foreign is adopted: what answers to our key must be ours and ask what we ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from books import books
from scenes import OPENING, Theatre
from stage import Stage

from markets.manifold import creation_key

ASKED = {
    "who-leads": ("Whose system leads the made-up benchmark at the start of February 2026?", "MULTIPLE_CHOICE"),
    "half-solved": ("Will a system solve 50% of the made-up benchmark before February 2026?", "BINARY"),
}


@pytest.mark.parametrize(
    ("who", "question", "because"),
    [
        ("trader1", ASKED["half-solved"][0], "belongs to another account"),
        ("trader1", "Is this something else?", "belongs to another account"),
        ("creator", "Is this something else?", "asks something else"),
    ],
)
def test_what_stands_under_our_key_but_is_not_ours_is_refused_and_not_paid(
    theatre: Theatre, who: str, question: str, because: str
) -> None:
    with theatre.stage(OPENING) as there:
        foreign = planted(there, who, question)
        before = balance(there)
        first, second = there.run("apply"), there.run("apply")
        assert first.codes == second.codes == (1,)
        assert "half-solved: refused: " in first.out
        assert f"answers to our key but {because}: nothing foreign is adopted" in first.out
        end = books(there)
        assert [market[0] for market in end.markets] == ["who-leads"]  # the other market is made all the same
        assert [end.committed_mana, end.spent_mana] == [Decimal(300)] * 2
        assert balance(there) == before - 300
        assert {row["id"]: row["question"] for row in end.rows("markets")} == {
            foreign: question,
            end.markets[0][1]: ASKED["who-leads"][0],
        }


def test_killed_while_it_finds_a_foreign_market_it_still_adopts_nothing(theatre: Theatre) -> None:
    with theatre.stage(OPENING) as there:
        planted(there, "trader1", ASKED["half-solved"][0])
        points = there.run("apply").points
        wanted = books(there)
    for number, name in list(enumerate(points[:16], 1))[7::2]:
        with theatre.stage(OPENING) as there:
            planted(there, "trader1", ASKED["half-solved"][0])
            there.run("apply", kill_at=number)
            there.run("apply")
            assert books(there) == wanted, f"killed at point {number}, {name}"


def test_a_market_of_ours_that_no_outbox_row_made_is_adopted_without_paying_again(theatre: Theatre) -> None:
    """A store that was lost: the same key, our account, the same question; what it lacks is not paid in by itself."""
    with theatre.stage(OPENING) as there:
        planted(there, "creator", ASKED["half-solved"][0])
        before = balance(there)
        assert there.run("apply").codes == (0,)
        end = books(there)
        assert [(market[0], market[4]) for market in end.markets] == [("half-solved", 0), ("who-leads", 200)]
        assert balance(there) == before - 300


def planted(there: Stage, who: str, question: str) -> str:
    """A market made through the API under the key that our half-solved will have."""
    me = next(row["id"] for row in there.state()["accounts"] if row["actor"] == "creator")
    key: str = creation_key(me, "killed", "half-solved", 1)
    body: dict[str, Any] = {"question": question, "outcomeType": "BINARY", "liquidityTier": 100, "idempotencyKey": key}
    there.post(who, "/v0/market", body | {"closeTime": 1769904000000, "visibility": "public"})
    return key


def balance(there: Stage) -> float:
    return next(float(row["balance"]) for row in there.state()["accounts"] if row["actor"] == "creator")
