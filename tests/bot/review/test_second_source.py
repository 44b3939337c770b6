"""Guards: where a market reads the first source that answers, a live second one that disagrees is heard."""

from __future__ import annotations

from pathlib import Path

import pytest
from crux_builders import MARKETS, SOURCE, START, body, copied, definitions, harm, verified
from desk_builders import FIVE, Desk, desk_in

from bot.verifying import verify

PAIR = {
    "debate.yaml": FIVE,
    "sources/mirror.yaml": SOURCE.replace("scores.csv", "mirror.csv"),
    "markets/reach-85.yaml": definitions()["markets/reach-85.yaml"].replace("from: board", "from: [board, mirror]"),
}


async def proposed(desk: Desk, mirror: dict[str, tuple[str, str]] | None) -> None:
    """YES on reach-85 by the board on day 9; the mirror shows these rows beside it, or is not seen at all."""
    world = desk.world
    for number in (0, 5, 9):
        if number == 5:
            world.rows |= {"two": ("88.5", "north")}
        world.at(number).see()
        if mirror is not None:
            world.see_bytes(body(START | (mirror if number >= 5 else {})), "mirror")
        if number == 0:
            await world.at(1).open_markets()
    assert ("reach-85", "proposed") in world.propose()


async def test_a_second_source_that_says_otherwise_asks_for_one_more_and_verify_hears_it_too(tmp_path: Path) -> None:
    assert "reach-85" in MARKETS
    async with desk_in(tmp_path, PAIR) as desk:
        await proposed(desk, {"two": ("80.0", "north")})
        asked = desk.world.card().quorum
        assert (asked.needed, asked.because) == (3, ("a second source says otherwise: mirror says NO so far",))
        await desk.approve("ann", "ben", "cat")
        assert desk.world.card().proposal.state == "approved"
        assert verify(desk.world.store).whole
        copy = copied(desk.world.database, tmp_path / "copy.sqlite")
        harm(copy, "proposals", ("UPDATE proposals SET second = NULL WHERE second IS NOT NULL", ()))
        broken = {one.slug: one.because for one in verified(copy).broken}
        assert "a second source says mirror says NO so far by the bytes" in broken["reach-85"]


@pytest.mark.parametrize("mirror", [{"two": ("88.0", "north")}, None], ids=["agrees", "silent"])
async def test_one_that_agrees_or_is_silent_asks_for_nobody(
    tmp_path: Path, mirror: dict[str, tuple[str, str]] | None
) -> None:
    async with desk_in(tmp_path, PAIR) as desk:
        await proposed(desk, mirror)
        assert desk.world.card().quorum.needed == 2
        assert verify(desk.world.store).whole
