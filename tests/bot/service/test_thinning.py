"""Guards: a year of service does not grow the store without bound, and nothing goes on which a decision rests."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from crux_builders import World, day
from service_builders import Scene

from bot.store import Store, audit, job_runs, markets, prices, schema
from bot.store.job_runs import RunState
from bot.store.prices import Sample
from bot.store.thinning import RUNS_KEPT, Thinned, thin
from bot.verifying import verify


def sampled(store: Store, market: int, *at: float, near: str = "0") -> None:
    """A sample of the market on each of these days, its share saying which: so many thousandths above `near`."""
    shares = {each: {"YES": Decimal(near) + Decimal(f"{each:.4f}") / 1000} for each in at}
    samples = [Sample(market, day(each), shares[each], Decimal(200)) for each in at]
    with store.transaction() as connection:
        prices.keep(connection, samples)


def left(store: Store, market: int) -> list[datetime]:
    with store.reading() as connection:
        return [one.at for one in reversed(prices.series(connection, market))]


def ran(store: Store, job: str, at: datetime, state: RunState = "done") -> int:
    with store.transaction() as connection:
        number = job_runs.begin(connection, job, at)
        job_runs.end(connection, number, state, at, told={})
    return number


def runs(store: Store) -> list[int]:
    with store.reading() as connection:
        return [one.id for one in reversed(job_runs.recent(connection, 5000))]


async def test_prices_older_than_thirty_days_are_the_last_of_each_day_and_newer_ones_are_whole(there: Scene) -> None:
    await there.once("collect", "plan")
    sampled(there.store, 1, 0.1, 0.5, 0.9, 1.2, 9.1, 9.4, 10.3, 10.6, 39.0)
    sampled(there.store, 2, 0.2, 0.3)
    assert thin(there.store, day(40.5)) == Thinned(prices=4, runs=0, presses=0)
    assert left(there.store, 1) == [day(each) for each in (0.9, 1.2, 9.4, 10.3, 10.6, 39.0)]  # day 10 is not over
    assert left(there.store, 2) == [day(0.3)]
    assert thin(there.store, day(40.5)).rows == 0


async def test_runs_and_presses_older_than_thirty_days_go_but_not_what_tells_how_a_job_stands(there: Scene) -> None:
    store = there.store
    states: tuple[RunState, ...] = ("done", "done", "failed", "failed")
    numbers = [ran(store, "plan", day(each), state) for each, state in enumerate(states)]
    kept = ran(store, "judge", day(39))
    with store.transaction() as connection:
        for name, at in (("old", 1), ("new", 39)):
            row = {"interaction": name, "account": "1", "act": "approve", "at": day(at), "came_of_it": ""}
            connection.execute(schema.presses.insert().values(row))
    assert thin(store, day(40)) == Thinned(prices=0, runs=2, presses=1)
    assert runs(store) == [numbers[1], numbers[3], kept]  # its last good run, its last run
    with store.reading() as connection:
        assert connection.execute(schema.presses.select()).one().interaction == "new"


async def test_good_runs_beyond_the_newest_thousand_go_and_failures_of_the_month_stay(there: Scene) -> None:
    failed = ran(there.store, "often", day(39), "failed")
    with there.store.transaction() as connection:
        for _ in range(RUNS_KEPT + 3):
            job_runs.end(connection, job_runs.begin(connection, "often", day(39)), "done", day(39), told={})
    seldom = ran(there.store, "seldom", day(39))
    assert thin(there.store, day(40)).runs == 3
    assert (len(runs(there.store)), runs(there.store)[0], runs(there.store)[-1]) == (RUNS_KEPT + 2, failed, seldom)


async def test_a_year_of_samples_and_runs_leaves_a_bounded_store_and_the_whole_record(there: Scene) -> None:
    await there.once("collect", "plan")
    with there.store.reading() as connection:
        before, head = len(markets.every(connection)), audit.head(connection)
    for number in range(0, 360, 30):
        sampled(there.store, 1, *(number + hour / 24 for hour in range(0, 720, 6)))
        ran(there.store, "prices", day(number))
        there.at(number)
        await there.once("backup")
    assert len(left(there.store, 1)) < 360 + 2 * 120
    assert len(runs(there.store)) < 10
    with there.store.reading() as connection:
        assert (len(markets.every(connection)), audit.head(connection)) == (before, head)
    assert verify(there.store).whole


async def test_the_backup_job_thins_once_a_day_also_where_no_copies_are_wanted(there: Scene) -> None:
    await there.once("collect", "plan")
    sampled(there.store, 1, 0.1, 0.2)
    assert "thinned" not in await there.at(1).once("backup")
    assert (await there.at(60).once("backup"))["thinned"] == 1
    sampled(there.store, 1, 1.1, 1.2)
    assert "thinned" not in await there.at(60.5).once("backup")
    assert (await there.at(61).once("backup"))["thinned"] == 1


async def test_what_was_approved_at_a_price_verifies_also_after_the_prices_are_thinned(world: World) -> None:
    await world.decided()
    market = world.market("reach-85").id
    sampled(world.store, market, 7.1, 7.2, 9.0, near="0.9")
    world.clock.at += timedelta(hours=1)
    world.approve()
    world.clock.at += timedelta(hours=1)
    sampled(world.store, market, 9.5, near="0.9")  # newer than the one the approval names, and the last of that day
    await world.carry_on()
    assert "resolved" in [stepped.did for stepped in await world.at(12).everything()]
    sampled(world.store, market, 12.4, 12.5, 13.1, 13.2)
    world.at(60)
    assert thin(world.store, world.store.now()).prices == 2  # of day 7 and of day 13
    assert left(world.store, market) == [day(each) for each in (7.2, 9.0, 9.5, 12.4, 12.5, 13.2)]
    found = verify(world.store)
    assert found.whole, found.broken


async def test_thinning_that_failed_is_tried_again_at_the_next_run_and_not_a_day_later(there: Scene) -> None:
    await there.once("collect", "plan")
    sampled(there.store, 1, 0.1, 0.2)
    with there.store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE presses RENAME TO elsewhere")
    assert (await there.at(60).ran("backup")).state == "failed"
    with there.store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO presses")
    sampled(there.store, 1, 1.1, 1.2)
    assert (await there.at(60.1).once("backup"))["thinned"] == 1
