"""Guards: each source by its own pace, with a jitter of its own that is the same on every machine."""

from __future__ import annotations

from datetime import timedelta

from crux_builders import SOURCE, day
from hypothesis import given
from hypothesis import strategies as st

from bot.service.due import MOST_JITTER, due, due_at, jitter
from bot.store.last_looks import LastLook
from markets.yaml12 import read_yaml
from resolvers.durations import Duration
from resolvers.sources.spec import FetchSpec, SourceSpec

NAMES = st.from_regex(r"[a-z][a-z0-9]{2,12}", fullmatch=True)
PACES = st.integers(1, 30 * 86_400).map(lambda seconds: Duration(seconds=seconds))


def source(name: str, every: Duration) -> SourceSpec:
    told = read_yaml(SOURCE.encode()).value
    assert isinstance(told, dict)
    fetch = FetchSpec(url="http://127.0.0.1:9/scores.csv", every=every)
    return SourceSpec.model_validate({**told, "id": name, "fetch": fetch})


@given(name=NAMES, every=PACES)
def test_a_source_is_due_after_its_pace_and_a_jitter_within_bounds(name: str, every: Duration) -> None:
    one, last = source(name, every), LastLook(day(1), 0)
    at = due_at(one, last)
    assert at is not None
    assert every <= at - last.at <= every + min(every / 10, MOST_JITTER)
    assert due({name: one}, {name: last}, at) == [one]
    assert due({name: one}, {name: last}, at - timedelta(microseconds=1)) == []
    assert jitter(one) == jitter(source(name, every))


@given(name=NAMES, every=PACES, failures=st.integers(1, 200))
def test_a_source_that_fails_is_never_asked_less_often_than_its_pace(name: str, every: Duration, failures: int) -> None:
    at = due_at(source(name, every), LastLook(day(1), failures))
    assert at is not None
    assert timedelta(0) < at - day(1) <= every


def test_jitter_tells_sources_of_one_pace_apart() -> None:
    found = {jitter(source(f"board{number}", Duration.of_days(1))) for number in range(50)}
    assert len(found) == 50


def test_those_never_looked_at_come_first_then_those_that_waited_longest() -> None:
    pace = Duration.of_days(1)
    names = {name: source(name, pace) for name in ("new", "old", "older", "fresh")}
    looks = {"old": LastLook(day(1), 0), "older": LastLook(day(0), 0), "fresh": LastLook(day(4.5), 0)}
    assert [one.id for one in due(names, looks, day(5))] == ["new", "older", "old"]
