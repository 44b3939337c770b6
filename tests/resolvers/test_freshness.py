"""A source's state: silence is no news, and a page taken down is not a page without news."""

from __future__ import annotations

import pytest

from resolvers.durations import Duration
from resolvers.evidence import Instant, Sighting, SightingState, SourceEvidence
from resolvers.freshness import SourceState, is_gone, state_of
from resolvers.sources.spec import SourceSpec

DAY = Duration.of_days(1).us
READ = {"format": "csv", "key": "k", "columns": {"k": "text"}}
FETCH = {"url": "https://example.org/x.csv", "late": "3 days", "stale": "7 days"}
SPEC = SourceSpec.model_validate({"id": "s", "publisher": "P", "licence": "L", "fetch": FETCH, "read": READ})


Look = tuple[int, SightingState, str]


def looks(*told: Look) -> SourceEvidence:
    """A source looked at on these days, with what came of it."""
    sightings = (Sighting(n, day * DAY, day * DAY, state, None, why) for n, (day, state, why) in enumerate(told, 1))
    return SourceEvidence(SPEC, tuple(sightings), ())


def state(day: int, *told: Look) -> tuple[str, Instant | None, str, Instant | None]:
    """(state, since in days, because, newest in days) as of a day."""
    found = state_of(looks(*told), day * DAY)
    days = [None if at is None else at // DAY for at in (found.since, found.newest)]
    return found.state, days[0], found.because, days[1]


GOOD1: Look = (1, "good", "")
GOOD2: Look = (2, "good", "")


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (4, ("live", 1, "", 2)),
        (5, ("live", 1, "", 2)),
        (6, ("late", 5, "no good sighting for 3 days", 2)),
        (9, ("late", 5, "no good sighting for 3 days", 2)),
        (10, ("stale", 9, "no good sighting for 7 days", 2)),
        (17, ("lost", 16, "no good sighting for 14 days", 2)),
    ],
)
def test_a_silent_source_grows_late_then_stale_then_lost(day: int, wanted: tuple[str, int, str, int]) -> None:
    assert state(day, GOOD1, GOOD2) == wanted


def test_a_source_never_looked_at_or_never_good_is_never_known() -> None:
    assert state(5) == ("never", None, "never looked at", None)
    assert state(5, (3, "failed", "HTTP 500")) == ("never", 3, "HTTP 500", None)


def test_what_was_seen_later_than_the_instant_asked_for_does_not_count() -> None:
    assert state(1, GOOD1, (2, "refused", "shifted")) == ("live", 1, "", 1)


def test_a_failed_look_alone_changes_nothing_until_the_last_good_one_is_old() -> None:
    failed: Look = (3, "failed", "no whole answer within 60 s: stopped")
    assert state(4, GOOD1, GOOD2, failed) == ("live", 1, "", 2)
    because = "no good sighting for 3 days; the last look: no whole answer within 60 s: stopped"
    assert state(6, GOOD1, GOOD2, failed) == ("late", 5, because, 2)


@pytest.mark.parametrize("trouble", ["refused", "unreadable"])
def test_a_body_that_cannot_be_used_is_told_since_the_first_one_until_a_good_one(trouble: SightingState) -> None:
    told: tuple[Look, ...] = (GOOD1, (2, trouble, "first"), (3, "failed", "HTTP 500"), (4, trouble, "second"))
    assert state(5, *told) == (trouble, 2, "second", 1)
    assert state(5, *told, (5, "good", "")) == ("live", 5, "", 5)


def test_a_failed_look_after_a_refused_body_does_not_make_the_source_good_again() -> None:
    assert state(3, GOOD1, (2, "refused", "anchor"), (3, "failed", "HTTP 500")) == ("refused", 2, "anchor", 1)


@pytest.mark.parametrize("because", ["HTTP 404 Not Found", "HTTP 410 Gone"])
def test_a_page_taken_down_is_removed_and_a_server_in_trouble_is_not(because: str) -> None:
    assert state(3, GOOD1, (2, "failed", because)) == ("removed", 2, because, 1)
    assert state(3, GOOD1, (2, "failed", "HTTP 503")) == ("live", 1, "", 1)
    assert is_gone(Sighting(1, 0, 0, "failed", None, because))
    assert not is_gone(Sighting(1, 0, 0, "refused", None, because))


def test_lost_is_by_the_bound_the_market_gives_even_where_the_source_calls_it_live() -> None:
    found = state_of(looks(GOOD1), 3 * DAY, Duration.of_days(1))
    assert found == SourceState("s", "lost", 2 * DAY, "no good sighting for 1 day", DAY)


def test_a_live_source_is_live_since_its_last_silence() -> None:
    assert state(21, GOOD1, (20, "good", ""), (21, "good", "")) == ("live", 20, "", 21)
