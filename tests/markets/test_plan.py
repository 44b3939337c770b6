"""Guards: the plan is a value with a checksum, costs and limits; drift shows line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_builders import ACCOUNT, DEBATE, MARKET, NOW, REPLAY, live, loaded, opened, spec

from markets.changes import Create, Drift, Fund, Limits, Plan, Update
from markets.load import load_debate
from markets.plan import plan
from markets.spec import MarketSpec

BUNDLED = list(load_debate(REPLAY).markets.values())
MOMENTS = st.integers(0, 730).map(lambda days: datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=days))
WIDE = Limits(max_mana=Decimal(100_000), yes_many=True)


@pytest.fixture
def market(tmp_path: Path) -> MarketSpec:
    return spec(tmp_path)


def planned(specs, known=(), shown=(), limits=WIDE, now=NOW, **more):  # type: ignore[no-untyped-def]  # a test's shorthand
    return plan(
        specs,
        {each.slug: each for each in known},
        {each.id: each for each in shown},
        limits,
        now,
        account_id=ACCOUNT,
        **more,
    )


def test_a_market_that_is_not_there_is_created_at_its_cost(market: MarketSpec) -> None:
    found = planned([market])
    assert [(type(change), change.slug) for change in found.changes] == [(Create, "reach-85")]
    assert found.cost_mana == Decimal(300)


def test_a_market_before_its_opening_or_after_its_closing_is_not_created(market: MarketSpec) -> None:
    early = planned([market], now=datetime(2024, 12, 31, tzinfo=UTC))
    late = planned([market], now=datetime(2025, 7, 1, tzinfo=UTC))
    assert (early.changes, late.changes) == ((), ())
    assert early.waiting[0].because == "opens 2025-01-01"
    assert late.waiting[0].because.startswith("closed 2025-07-01")


def test_nothing_is_to_do_where_manifold_agrees(market: MarketSpec) -> None:
    assert planned([market], [opened(market)], [live(market)]) == Plan()


def test_what_another_client_changed_shows_as_three_lines(market: MarketSpec) -> None:
    moved = live(market, question="Other?", closes=market.closes + timedelta(days=1), fingerprint="other")
    found = planned([market], [opened(market)], [moved])
    assert [drift.field for drift in found.drifts] == ["question", "closes", "description"]
    assert found.changes == ()


def test_drift_is_put_back_only_where_asked_for(market: MarketSpec) -> None:
    moved = live(market, question="Other?", closes=market.closes + timedelta(days=1), fingerprint="other")
    found = planned([market], [opened(market)], [moved], restore=frozenset({"reach-85"}))
    assert [(change.kind, change.field) for change in found.changes] == [  # type: ignore[union-attr]  # all are updates
        ("update", "question"),
        ("update", "closes"),
        ("update", "description"),
    ]


def test_a_file_changed_after_opening_is_a_new_version_and_not_applied(market: MarketSpec, tmp_path: Path) -> None:
    changed = spec(tmp_path, MARKET.replace("85%", "90%").replace("subsidy: 200", "subsidy: 900"))
    found = planned([changed], [opened(market)], [live(market)])
    assert found.changes == ()
    assert [(each.opened, each.file) for each in found.new_versions] == [(market.version, changed.version)]


def test_a_changed_address_is_an_update_of_the_description_alone(market: MarketSpec, tmp_path: Path) -> None:
    changed = loaded(tmp_path, {"debate.yaml": DEBATE.replace("second-reader", "another-reader")}).markets["reach-85"]
    found = planned([changed], [opened(market)], [live(market)])
    assert [(type(each), each.field) for each in found.changes] == [(Update, "description")]  # type: ignore[union-attr]


def test_more_subsidy_is_paid_as_the_difference(market: MarketSpec, tmp_path: Path) -> None:
    more = spec(tmp_path, MARKET.replace("subsidy: 200", "subsidy: 350.5"))
    found = planned([more], [opened(market, subsidies=("t1",))], [live(market)])
    assert found.changes == (Fund("reach-85", opened(market).market_id, Decimal("150.5"), Decimal("350.5"), ("t1",)),)


def test_less_subsidy_cannot_be_taken_back_and_is_said(market: MarketSpec, tmp_path: Path) -> None:
    less = spec(tmp_path, MARKET.replace("subsidy: 200", "subsidy: 50"))
    found = planned([less], [opened(market)], [live(market)])
    assert found.changes == ()
    assert "cannot be taken back" in found.waiting[0].because


def test_a_resolved_market_is_left_alone(market: MarketSpec, tmp_path: Path) -> None:
    more = spec(tmp_path, MARKET.replace("subsidy: 200", "subsidy: 500"))
    done = live(market, resolved=True, resolution="NO", closes=NOW, fingerprint="other")
    assert planned([more], [opened(market, resolution="NO")], [done]) == Plan()


@pytest.mark.parametrize(
    ("ours", "shown", "told"),
    [
        (None, {"resolved": True, "resolution": "NO", "resolver_id": "them"}, ("none", "NO by account them")),
        ("YES", {"resolved": True, "resolution": "NO", "resolver_id": "them"}, ("YES", "NO by account them")),
        ("YES", {}, ("YES", "taken back")),
    ],
)
def test_a_resolution_that_is_not_ours_is_drift(
    market: MarketSpec, ours: str | None, shown: dict[str, object], told: tuple[str, str]
) -> None:
    found = planned([market], [opened(market, resolution=ours)], [live(market, **shown)])
    assert (found.drifts, found.changes) == ((Drift("reach-85", "resolution", *told),), ())


@pytest.mark.parametrize(("paid", "told"), [(0.1, ("MKT at 60%", "MKT at 10% by account mod")), (0.6, None)])
def test_a_resolution_changed_to_another_probability_is_drift(
    market: MarketSpec, paid: float, told: tuple[str, str] | None
) -> None:
    ours = opened(market, resolution="MKT", resolution_pct=Decimal(60))
    shown = live(market, resolved=True, resolution="MKT", resolution_probability=paid, resolver_id="mod")
    wanted = () if told is None else (Drift("reach-85", "resolution", *told),)
    assert planned([market], [ours], [shown]).drifts == wanted


def test_trading_that_we_closed_for_a_proposal_is_no_drift(market: MarketSpec) -> None:
    shut, closed = opened(market, trades_until=NOW), live(market, closes=NOW)
    assert planned([market], [shut], [closed]) == Plan()
    assert [one.field for one in planned([market], [shut], [live(market)]).drifts] == ["closes"]


def test_of_a_market_that_nobody_has_read_this_time_nothing_is_said(market: MarketSpec, tmp_path: Path) -> None:
    more = spec(tmp_path, MARKET.replace("subsidy: 200", "subsidy: 500"))
    found = planned([more], [opened(market)])
    assert (found.changes, found.drifts) == ((), ())
    assert found.waiting[0].because == "not in Manifold's list, and not read this time: a later plan does"


def test_a_market_that_is_gone_or_whose_file_is_gone_is_said(market: MarketSpec) -> None:
    known = opened(market)
    gone = plan([market], {known.slug: known}, {known.market_id: None}, WIDE, NOW, account_id=ACCOUNT)
    assert [one.field for one in gone.drifts] == ["market"]
    assert planned([], [opened(market)], [live(market)]).waiting[0].because.startswith("its file is gone")


def test_a_plan_over_the_mana_limit_is_refused_with_its_remedy(market: MarketSpec) -> None:
    found = planned([market], limits=Limits(max_mana=Decimal(299)))
    assert len(found.refusals) == 1
    assert "--max-mana 300" in found.refusals[0]


@pytest.mark.parametrize(("touched", "refused"), [(1, 0), (2, 1)])
def test_over_a_quarter_of_the_live_markets_is_not_changed_without_a_word(touched: int, refused: int) -> None:
    specs = BUNDLED[:4]
    known = [
        opened(each, subsidy_mana=Decimal(0) if n < touched else each.subsidy_mana) for n, each in enumerate(specs)
    ]
    shown = [live(each) for each in specs]
    now = datetime(2024, 6, 1, tzinfo=UTC)
    assert len(planned(specs, known, shown, Limits(max_mana=Decimal(10_000)), now).refusals) == refused
    assert planned(specs, known, shown, WIDE, now).refusals == ()


def test_only_cuts_the_plan_and_its_checksum(market: MarketSpec) -> None:
    whole = planned(BUNDLED, now=datetime(2025, 9, 2, tzinfo=UTC))
    part = planned(BUNDLED, now=datetime(2025, 9, 2, tzinfo=UTC), only=["gso-best-2025"])
    assert [change.slug for change in part.changes] == ["gso-best-2025"]
    assert part.checksum == whole.only(["gso-best-2025"]).checksum != whole.checksum


def test_what_is_held_back_is_not_opened_and_says_why(market: MarketSpec) -> None:
    made = planned([market], now=market.opens, held={market.slug: "not ready: S04: never read"})
    assert made.changes == ()
    assert [waiting.words() for waiting in made.waiting] == ["waiting reach-85: not ready: S04: never read"]


def test_all_that_keeps_a_market_from_opening_is_told_at_once(market: MarketSpec) -> None:
    early = datetime(2024, 12, 31, tzinfo=UTC)
    tight = Limits(max_mana=Decimal(250))
    made = planned([market], now=early, limits=tight, held={market.slug: "not ready: S04: never read"})
    assert [(waiting.words(), waiting.unopened) for waiting in made.waiting] == [
        (
            "waiting reach-85: opens 2025-01-01; not ready: S04: never read; "
            "it will cost 300 mana, over the limit of 250",
            True,
        )
    ]


def test_a_market_that_only_costs_too_much_is_planned_and_the_plan_refused(market: MarketSpec) -> None:
    made = planned([market], limits=Limits(max_mana=Decimal(250)))
    assert ([change.slug for change in made.changes], made.waiting) == (["reach-85"], ())
    assert made.refusals[0].startswith("the plan costs 300 mana, over the limit of 250")


def test_a_file_that_was_renamed_does_not_open_its_market_a_second_time(market: MarketSpec) -> None:
    renamed = market.model_copy(update={"slug": "reached-85", "question": f" {market.question.upper()}"})
    made = planned([renamed], [opened(market)], [live(market)])
    assert made.changes == ()
    assert [waiting.words() for waiting in made.waiting] == [
        "waiting reach-85: its file is gone; the market stays and resolves by what it opened with",
        "waiting reached-85: the same question is open as reach-85, whose file is gone: if this is that file renamed, "
        "name it reach-85.yaml again; if not, word the question so that traders can tell them apart",
    ]
    unread = planned([renamed], [opened(market)])
    assert (unread.changes, unread.waiting[1:]) == ((), made.waiting[1:])


def test_of_two_files_that_ask_the_same_question_one_opens(market: MarketSpec) -> None:
    copied = market.model_copy(update={"slug": "reached-85"})
    made = planned([copied, market])
    assert [change.slug for change in made.changes] == ["reach-85"]
    assert made.waiting[0].because.startswith("reach-85 asks the same question: word one of them")
    assert planned([copied, market], [opened(market)], [live(market)]).waiting == made.waiting


def test_a_question_may_be_asked_again_once_its_market_is_resolved_or_gone(market: MarketSpec) -> None:
    again = market.model_copy(update={"slug": "reached-85"})
    resolved = replace(live(market), resolved=True, resolution="YES")
    made = planned([again], [replace(opened(market), resolution="YES")], [resolved])
    assert [change.slug for change in made.changes] == ["reached-85"]


def test_a_new_version_says_in_what_the_file_differs(market: MarketSpec, tmp_path: Path) -> None:
    changed = spec(tmp_path, MARKET.replace("85%", "90%").replace("closes: 2025-07-01", "closes: 2025-08-01"))
    kept = {market.version: market.frozen()}
    (told,) = planned([changed], [opened(market)], [live(market)], frozen=kept).new_versions
    assert told.differs == ("question", "closes (2025-07-01, now 2025-08-01)", "the rule (rows, values, resolve)")
    assert "and keeps it; they differ in question, closes (2025-07-01, now 2025-08-01), the rule" in told.words()
    (untold,) = planned([changed], [opened(market)], [live(market)]).new_versions
    assert (untold.differs, "differ" in untold.words()) == ((), False)


def test_what_has_opened_is_held_back_by_nothing(market: MarketSpec) -> None:
    known, shown = [opened(market)], [live(market)]
    assert planned([market], known, shown, now=NOW, held={market.slug: "x"}) == planned([market], known, shown, now=NOW)


@given(st.permutations(BUNDLED))
def test_a_plan_does_not_depend_on_the_order_of_the_files(specs: list[MarketSpec]) -> None:
    now = datetime(2025, 9, 2, tzinfo=UTC)
    assert planned(specs, now=now).checksum == planned(BUNDLED, now=now).checksum


@given(st.sets(st.sampled_from(range(len(BUNDLED)))), MOMENTS)
def test_the_plan_of_an_applied_state_is_empty(there: set[int], now: datetime) -> None:
    known = [opened(BUNDLED[n]) for n in sorted(there)]
    first = planned(BUNDLED, known, [live(BUNDLED[n]) for n in sorted(there)], now=now)
    made = [each for each in BUNDLED if each.slug in {change.slug for change in first.changes}]
    after = [*known, *(opened(each) for each in made)]
    shown = [live(each) for each in BUNDLED if each.slug in {one.slug for one in after}]
    assert planned(BUNDLED, after, shown, now=now).changes == ()


@given(MOMENTS)
def test_the_checksum_does_not_move_with_the_clock(moment: datetime) -> None:
    polyglot = [each for each in BUNDLED if each.slug == "aider-polyglot-90-2025"]
    at = min(max(moment, polyglot[0].opens), polyglot[0].closes - timedelta(days=1))
    assert planned(polyglot, now=at).checksum == planned(polyglot, now=polyglot[0].opens).checksum


def test_the_checksum_moves_with_every_word_of_the_plan(market: MarketSpec) -> None:
    change = planned([market]).changes[0]
    other = replace(change, creation=replace(change.creation, question="Another?"))
    assert Plan((change,)).checksum != Plan((other,)).checksum


def test_a_drift_line_names_both_sides() -> None:
    assert (
        Drift("a-slug", "question", "'Ours?'", "'Theirs?'").words()
        == "drift a-slug: question is 'Theirs?', we posted 'Ours?'"
    )
