"""The arithmetic of scoring: honesty is best, clusters are discounted, totals have their words."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from markets.score import brier, log_score, moved, prior_of, pushed, verdict, weight, weights

inside = st.floats(0.01, 0.99)
groups = st.dictionaries(st.text("abc", min_size=1), st.sets(st.sampled_from("xyz"), min_size=1), min_size=1)


@given(belief=inside, said=inside)
def test_whoever_says_what_they_believe_expects_the_best_scores(belief: float, said: float) -> None:
    def expected_log(p: float) -> float:
        return belief * log_score(p, 1) + (1 - belief) * log_score(p, 0)

    def expected_brier(p: float) -> float:
        return belief * brier(p, 1) + (1 - belief) * brier(p, 0)

    assert expected_log(belief) >= expected_log(said) - 1e-12
    assert expected_brier(belief) <= expected_brier(said) + 1e-12


@given(belief=inside, said=inside, if_true=inside, if_false=inside)
def test_honesty_about_a_claim_is_best_too_when_it_is_pushed_through_a_link(
    belief: float, said: float, if_true: float, if_false: float
) -> None:
    assume(abs(if_true - if_false) > 1e-6)
    truly, told = pushed(belief, if_true, if_false), pushed(said, if_true, if_false)
    honest = truly * log_score(truly, 1) + (1 - truly) * log_score(truly, 0)
    other = truly * log_score(told, 1) + (1 - truly) * log_score(told, 0)
    assert honest >= other - 1e-12


@given(inside, st.floats(0, 1))
def test_an_event_that_came_true_in_part_scores_the_mean_of_its_parts(p: float, q: float) -> None:
    assert log_score(p, q) == pytest.approx(q * log_score(p, 1) + (1 - q) * log_score(p, 0))
    assert brier(p, q) == pytest.approx(q * brier(p, 1) + (1 - q) * brier(p, 0))


@given(st.integers(1, 200))
def test_a_cluster_counts_more_the_larger_it_is_but_never_as_two(n: int) -> None:
    """Each of n markets has w = 1 / (1 + 0.5·(n-1)): in all 2n / (n+1)."""
    assert n * weight(n) == pytest.approx(2 * n / (n + 1))
    assert n * weight(n) < (n + 1) * weight(n + 1) < 2


@given(groups)
def test_weights_lie_between_alone_and_most_crowded(clusters: dict[str, set[str]]) -> None:
    found = weights(clusters)
    assert found.keys() == clusters.keys()
    assert all(weight(len(clusters)) <= each <= 1 for each in found.values())
    alone = [
        name for name, mine in clusters.items() if all(mine.isdisjoint(m) for n, m in clusters.items() if n != name)
    ]
    assert all(found[name] == 1 for name in alone)


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (0.0, "no verdict"),
        (log(1.99), "no verdict"),
        (log(2), "leans +"),
        (-log(4.99), "leans -"),
        (log(0.15 / 0.03), "favours +"),
        (log(0.03 / 0.15), "favours -"),
        (log(19.9), "favours +"),
        (log(20), "strongly favours +"),
        (-log(100), "strongly favours -"),
    ],
)
def test_totals_have_their_words_from_even_odds(total: float, words: str) -> None:
    assert verdict(total) == words


def test_positions_stand_for_odds_of_three_a_step() -> None:
    assert [prior_of(position) for position in (-2, -1, 0, 1, 2)] == pytest.approx([0.1, 0.25, 0.5, 0.75, 0.9])


@given(inside, st.floats(-5, 5))
def test_evidence_moves_a_prior_by_its_odds(prior: float, total: float) -> None:
    after = moved(prior, total)
    assert log(after / (1 - after)) == pytest.approx(log(prior / (1 - prior)) + total, abs=1e-9)
