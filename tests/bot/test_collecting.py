"""Law 2: a look that goes wrong in a way nobody foresaw costs no other source its look."""

from __future__ import annotations

import httpx
import pytest
from crux_builders import START, World, body

from bot.collecting import look_at_all
from bot.store import by_source
from resolvers.errors import Outside
from resolvers.fetch import Limits
from resolvers.sources.spec import SourceSpec

LIMITS = Limits(private_ok=True, attempts=1, total_s=20)


async def test_an_unforeseen_failure_of_one_source_names_it_and_the_others_are_on_the_record(world: World) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/bad":
            raise RuntimeError("nobody foresaw this")
        return httpx.Response(200, stream=httpx.ByteStream(body(START)))

    board = world.loaded.sources["board"]

    def at(name: str, path: str) -> SourceSpec:
        fetched = board.fetch.model_copy(update={"url": f"http://127.0.0.1:9/{path}"})
        return board.model_copy(update={"id": name, "fetch": fetched})

    sources = [at("first", "bad"), at("second", "good"), at("third", "good")]
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(Outside, match=r"^first: .*nobody foresaw this.*the other 2 of 3 sources are on the record"):
            await look_at_all(client, world.store, sources, base=world.folder, limits=LIMITS, sleep=world.clock.sleep)
    looks = {name: counted.snapshots for name, counted in by_source(world.store).items()}
    assert (looks.get("first"), looks["second"], looks["third"]) == (None, 1, 1)
