"""Guards: a command that reads what stands on Manifold, which may take minutes, keeps nobody from writing meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from many_builders import LIST, WHOLE, many, watched
from service_builders import Scene, scene, until

from bot.app import App
from bot.commands import manifold
from markets.changes import Limits
from markets.load import load_debate
from resolvers.errors import Refusal

LIMITS = Limits(yes_many=True)
PAYING = "POST /v0/market/{contractId}/add-liquidity"


@pytest.fixture
async def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Markets stand there, and one of the files asks for more subsidy."""
    async with scene(tmp_path, monkeypatch) as there:
        await there.once("collect", "plan")
        many(there.store, there.sandbox, 30, version=there.service.around.loaded().markets["leader"].version)
        file = there.path / "debate/markets/leader.yaml"
        file.write_text(file.read_text().replace("subsidy: 200", "subsidy: 250"))
        yield there


def app(there: Scene) -> App:
    """A command's surroundings, at the same store and Manifold as the service."""
    folder = there.path / "debate"
    return App(there.service.around.settings, there.store, folder, load_debate(folder))


def taken_at(there: Scene) -> dict[str, set[bool]]:
    """Route -> whether the turn of writing was taken when it was asked for."""
    found, requests = dict[str, set[bool]](), watched(there.sandbox)

    def then(route: str, _: str) -> None:
        try:
            with there.store.alone("manifold"):
                taken = False
        except Refusal:
            taken = True
        found.setdefault(route, set()).add(taken)

    requests.then = then
    return found


async def test_a_plan_by_hand_is_read_while_others_may_write(opened: Scene) -> None:
    taken = taken_at(opened)
    made = await manifold._plan(app(opened), None, None, None, LIMITS)
    assert [each.words() for each in made.changes] == ["fund leader: 50 mana, 250 in all"]
    assert taken == {"GET /v0/me": {False}, LIST: {False}, WHOLE: {False}}


async def test_an_apply_by_hand_reads_first_and_takes_its_turn_only_to_write(opened: Scene) -> None:
    taken = taken_at(opened)
    _, before, done = await manifold._apply(app(opened), None, None, None, None, LIMITS)
    assert (len(before.done), len(done.done), done.refused, done.open) == (0, 1, [], [])
    assert (taken[LIST], taken[PAYING]) == ({False}, {True})
    assert taken[WHOLE] == {False, True}, "the one that is paid for is read again in the turn of writing"


async def test_what_the_service_did_while_a_plan_by_hand_was_read_is_not_done_again(opened: Scene) -> None:
    requests, service = watched(opened.sandbox), list[asyncio.Task[dict[str, Any]]]()
    requests.add(LIST, "slow", times=1, ms=1_000)

    def then(route: str, _: str) -> None:
        if route == LIST and not service:
            service.append(asyncio.create_task(opened.once("plan")))

    requests.then = then
    command = asyncio.create_task(manifold._apply(app(opened), None, None, None, None, LIMITS))
    await until(lambda: bool(service), "the command reads")
    assert (await service[0])["applied"] == 1
    _, _, done = await command
    assert (done.done, done.refused, done.open) == ([], [], [])
    assert requests.counted()[PAYING] == 1
