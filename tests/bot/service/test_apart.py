"""Guards: a large body is read in a process of its own, so that the loop waits for nothing; all else stays the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from crux_builders import START, World, body, day
from new_stores import new_store
from service_builders import Scene

from bot.collecting import LARGE_BYTES
from bot.service.apart import Apart
from bot.store import by_source, load_evidence, record
from resolvers.errors import Outside

MANY = {
    f"row {number:05}": (f"{number % 90}.5", "a lab whose name takes up some room here") for number in range(20_000)
}
LARGE = START | MANY
PATIENT_S = 150.0


async def test_what_another_process_reads_is_what_this_one_would_have_read(world: World, tmp_path: Path) -> None:
    board, raw = world.loaded.sources["board"], body(LARGE)
    here = new_store(tmp_path / "here.sqlite", now=world.clock)
    came = [
        record(world.store, board, raw, seen_at=day(1), read=Apart().read),
        record(here, board, raw, seen_at=day(1)),
    ]
    told = [load_evidence(store, {"board": board}, day(2)).source("board") for store in (world.store, here)]
    here.close()
    assert came[0] == came[1]
    assert (told[0].sightings, list(told[0].spans)) == (told[1].sightings, list(told[1].spans))
    assert (came[0].state, came[0].new_observations) == ("good", len(LARGE))
    assert [span.key for span in told[0].spans] == list(LARGE)


async def test_a_body_that_was_not_read_to_its_end_stays_on_record_and_is_read_by_whoever_needs_it(
    world: World,
) -> None:
    board, apart = world.loaded.sources["board"], Apart()
    apart.close()
    with pytest.raises(Outside, match="board: the process that read it ended with -9 before it was done"):
        record(world.store, board, body(START), seen_at=day(1), read=apart.read)
    assert by_source(world.store)["board"].snapshots == 1
    spans = load_evidence(world.store, {"board": board}, day(2)).source("board").spans
    assert [span.key for span in spans] == list(START)


async def test_what_crux_says_of_a_body_that_cannot_be_read_is_said_across_the_processes(world: World) -> None:
    with pytest.raises(Outside, match=r"the stored bytes of body nowhere are damaged \(they are gone\)"):
        Apart().read(world.store, world.loaded.sources["board"], "nowhere")


@pytest.mark.parametrize(("rows", "apart"), [(START, False), (LARGE, True)])
async def test_the_service_reads_large_bodies_apart_and_small_ones_itself(
    there: Scene, rows: dict[str, tuple[str, str]], apart: bool
) -> None:
    """A place where nothing more is read tells which of them were to be read there."""
    assert (len(body(rows)) > LARGE_BYTES) == apart
    there.publisher.rows, there.service.collecting.patience_s = rows, PATIENT_S
    await there.once("plan")
    there.service.collecting.stop_reading()
    told = await there.once("collect")
    assert ("before it was done" in told.get("failed", {}).get("board", "")) == apart
    assert by_source(there.store)["board"].snapshots == 1


async def test_a_large_body_is_collected_whole(there: Scene) -> None:
    there.publisher.rows, there.service.collecting.patience_s = LARGE, PATIENT_S
    await there.once("plan", "collect")
    assert by_source(there.store)["board"].observations == len(LARGE)
