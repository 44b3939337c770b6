"""What goes to Manifold and how what comes back is compared (vectors of manifoldmarkets/manifold 1e3ad3be7)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets.live import LiveAnswer, LiveMarket
from markets.manifold import Creation, creation, creation_cost, creation_key, is_as_intended, resolution
from markets.manifold.wire import asked_wait_s
from resolvers.errors import Refusal
from resolvers.outcome import Answers, No, NotApplicable, Outcome, Probability, Yes

CLOSES = datetime(2030, 1, 1, tzinfo=UTC)
COSTS = [
    ("MULTIPLE_CHOICE", 2, 100, False, 100),
    ("MULTIPLE_CHOICE", 4, 100, False, 100),
    ("MULTIPLE_CHOICE", 5, 100, False, 125),
    ("MULTIPLE_CHOICE", 20, 100, False, 500),
    ("MULTIPLE_CHOICE", 3, 1000, False, 1000),
    ("MULTIPLE_CHOICE", 20, 1000, False, 2000),
    ("MULTIPLE_CHOICE", 4, 100, True, 125),
    ("BINARY", 0, Decimal("137.5"), False, Decimal("137.5")),
]
"""The contract's creation_cost_vectors of the types that Crux makes (it makes no polls and no bounties)."""


def market(kind: str = "MULTIPLE_CHOICE", *texts: str, **more: object) -> LiveMarket:
    answers = tuple(LiveAnswer(f"id-{text}", text) for text in texts)
    base = {"creator_id": "me", "question": "?", "closes": CLOSES, "resolved": False, "answers": answers}
    return LiveMarket(id="m", slug="m", url="", market_type=kind, **(base | more))  # type: ignore[arg-type]  # a builder


SIX_FOUR, FOUR_SIX = {"id-A": 0.6, "id-B": 0.4}, {"id-A": 0.4, "id-B": 0.6}
PARTLY = "CHOOSE_MULTIPLE"
THIRD = Probability(percent=Decimal("33.3"))


def shares(**weights: str) -> Answers:
    return Answers(weights={text: Decimal(weight) for text, weight in weights.items()})


@pytest.mark.parametrize(("kind", "answers", "tier", "other", "cost"), COSTS)
def test_creation_costs_what_manifold_takes(kind: str, answers: int, tier: object, other: bool, cost: object) -> None:
    assert creation_cost(kind, answers, Decimal(str(tier)), with_other=other) == cost


def test_the_key_is_the_low_digits_of_a_hash_over_account_debate_slug_and_opening() -> None:
    number = int(hashlib.sha256(b'["acc","small","reach-85",1]').hexdigest(), 16) % 62**10
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    wanted = "".join(digits[number // 62**place % 62] for place in reversed(range(10)))
    assert creation_key("acc", "small", "reach-85", 1) == wanted


@given(st.lists(st.tuples(st.text(), st.text(), st.text(), st.integers(1, 9)), min_size=2, max_size=2, unique=True))
def test_keys_of_different_openings_differ_and_are_ten_characters(pair: list[tuple[str, str, str, int]]) -> None:
    keys = [creation_key(*each) for each in pair]
    assert all(len(key) == 10 and key.isascii() and key.isalnum() for key in keys)
    assert keys[0] != keys[1]


def test_bodies_of_all_four_types() -> None:
    common = {
        "question": "?", "descriptionMarkdown": "text", "closeTime": 1893456000000, "liquidityTier": Decimal(100),
        "visibility": "public", "idempotencyKey": "abcdefghij",
    }  # fmt: skip
    base = {"key": "abcdefghij", "question": "?", "description": "text", "closes": CLOSES, "tier_mana": Decimal(100)}
    many = {"answers": ("A", "B"), "midpoints": (Decimal(1), Decimal(2))}
    listed = {"answers": ["A", "B"], "shouldAnswersSumToOne": True}

    def body(kind: str, **more: object) -> dict[str, object]:
        return creation(Creation(market_type=kind, **{**base, **more}))  # type: ignore[arg-type]  # a builder

    assert body("BINARY", initial_pct=Decimal(30), subsidy_mana=Decimal(50)) == common | {
        "outcomeType": "BINARY", "initialProb": Decimal(30), "extraLiquidity": Decimal(50),
    }  # fmt: skip
    assert body("MULTIPLE_CHOICE", answers=("A", "B")) == common | listed | {
        "outcomeType": "MULTIPLE_CHOICE", "addAnswersMode": "DISABLED",
    }  # fmt: skip
    points = {"midpoints": [Decimal(1), Decimal(2)]}
    assert body("MULTI_NUMERIC", unit="points", **many) == common | listed | points | {
        "outcomeType": "MULTI_NUMERIC", "unit": "points",
    }  # fmt: skip
    assert body("DATE", **many) == common | listed | points | {"outcomeType": "DATE", "timezone": "UTC"}


@pytest.mark.parametrize(
    ("kind", "outcome", "body"),
    [
        ("BINARY", Yes(), {"outcome": "YES"}),
        ("BINARY", No(), {"outcome": "NO"}),
        ("BINARY", Probability(percent=Decimal("33.3")), {"outcome": "MKT", "probabilityInt": Decimal("33.3")}),
        ("BINARY", NotApplicable(), {"outcome": "CANCEL"}),
        ("DATE", NotApplicable(if_refused=shares(A="100")), {"outcome": "CANCEL"}),
        ("MULTIPLE_CHOICE", shares(A="100"), {"outcome": "CHOOSE_ONE", "answerId": "id-A"}),
        ("MULTI_NUMERIC", shares(A="100", B="0"), {"outcome": "CHOOSE_ONE", "answerId": "id-A"}),
        (
            "MULTIPLE_CHOICE",
            shares(A="60", B="40"),
            {
                "outcome": "CHOOSE_MULTIPLE",
                "resolutions": [{"answerId": "id-A", "pct": Decimal(60)}, {"answerId": "id-B", "pct": Decimal(40)}],
            },
        ),
    ],
)
def test_each_outcome_becomes_its_body(kind: str, outcome: Outcome, body: dict[str, object]) -> None:
    texts = () if kind == "BINARY" else ("A", "B")
    assert resolution(market(kind, *texts), outcome) == body


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [
        (market("MULTIPLE_CHOICE", "A", "B"), Yes()),
        (market("MULTIPLE_CHOICE", "A", "B"), shares(C="100")),
        (market("MULTIPLE_CHOICE", "A", "A"), shares(A="100")),
        (market("MULTIPLE_CHOICE", "A", "B"), shares(A="60", B="30")),
        (market("MULTIPLE_CHOICE", "A", "B"), shares(A="0", B="0")),
        (market("MULTIPLE_CHOICE", "A", "B", sums_to_one=False), shares(A="100")),
        (market("BINARY"), shares(A="100")),
    ],
)
def test_an_outcome_that_does_not_fit_the_market_is_refused_here(shown: LiveMarket, outcome: Outcome) -> None:
    with pytest.raises(Refusal):
        resolution(shown, outcome)


@given(st.integers(2, 30))
def test_equal_shares_always_add_up_to_a_hundred(number: int) -> None:
    texts = [f"answer {n}" for n in range(number)]
    outcome = Answers(weights={text: Decimal(100) / number for text in texts})
    body = resolution(market("MULTIPLE_CHOICE", *texts), outcome)
    assert sum(each["pct"] for each in body["resolutions"]) == 100


@pytest.mark.parametrize(
    ("shown", "outcome", "weights", "wanted"),
    [
        (market("BINARY", resolution="YES"), Yes(), None, True),
        (market("BINARY", resolution="NO"), Yes(), None, False),
        (market("BINARY", resolution="YES", resolution_probability=0.3), Probability(percent=Decimal(30)), None, False),
        (market("BINARY", resolution="MKT", resolution_probability=0.33299999999999996), THIRD, None, True),
        (market("BINARY", resolution="MKT"), Probability(percent=Decimal(50)), None, False),
        (market("BINARY", resolution="CANCEL"), NotApplicable(), None, True),
        (market("DATE", "A", "B", resolution="id-A"), shares(A="100"), None, True),
        (market("DATE", "A", "B", resolution="id-B"), shares(A="100"), None, False),
        (market("DATE", "A", "B", resolution=PARTLY), shares(A="60", B="40"), None, None),
        (market("DATE", "A", "B", resolution=PARTLY), shares(A="60", B="40"), SIX_FOUR, True),
        (market("DATE", "A", "B", resolution=PARTLY), shares(A="60", B="40"), FOUR_SIX, False),
        (market("DATE", "A", "B", "C", resolution=PARTLY), shares(A="60", B="40"), {"id-C": 0.1}, False),
        (market("DATE", "A", "B", resolution=PARTLY), shares(A="60", B="40"), {}, None),
        (market("DATE", "A", "B", resolution=PARTLY), shares(A="60", B="40"), {"id-A": 0.6}, None),
        (market("DATE", "A", "B", "C", resolution=PARTLY), shares(A="60", B="40"), SIX_FOUR | {"id-C": 0.0}, True),
        (market("DATE", "A", "B", "C", resolution=PARTLY), shares(A="60", B="40"), SIX_FOUR | {"id-C": 0.1}, False),
    ],
)  # fmt: skip
def test_what_stands_there_is_compared_with_what_was_meant(
    shown: LiveMarket, outcome: Outcome, weights: dict[str, float] | None, wanted: bool | None
) -> None:
    assert is_as_intended(shown, outcome, weights) is wanted


def test_a_market_of_unknown_fields_is_read_all_the_same() -> None:
    body = {
        "id": "m", "creatorId": "me", "question": "?", "outcomeType": "BRAND_NEW", "closeTime": 10**16, "news": [{}],
        "answers": None, "description": {"type": "doc"},
    }  # fmt: skip
    shown = LiveMarket.parse(body)
    assert (shown.market_type, shown.closes, shown.answers, shown.resolved) == ("BRAND_NEW", None, (), False)


def test_the_wait_that_manifold_asks_for_is_kept_within_a_minute() -> None:
    said = "Rate limit exceeded. Please wait {} seconds before trying again."
    assert [asked_wait_s(said.format(n)) for n in (7, 9999)] == [7.0, 60.0]
    assert asked_wait_s("Slow down") == 0.0
