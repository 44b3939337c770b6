"""What an answer of Manifold, or none, means: refused, try again, or nobody knows (manifold.md 1.1)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from markets.manifold import Manifold, Refused
from resolvers.errors import Outside, StateUnknown

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """A server that gives the listed answers one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self.seen: list[str] = []
        self.slept: list[float] = []
        self.url = ""
        self.date: str | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"{request.method} {request.headers.get('Authorization')} {await request.text()}")
        status, text = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not status:
            assert request.transport is not None
            request.transport.close()
        headers = {} if self.date is None else {"Date": self.date}
        return web.Response(status=status or 200, text=text, content_type="application/json", headers=headers)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    found = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", found.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


OURS = '{"message": "Transaction conflict. Please try again."}'
BALANCER = "<html>upstream connect error</html>"


@pytest.mark.parametrize(
    "trouble", [(503, OURS), (503, BALANCER), (502, BALANCER), (500, OURS), (0, ""), (200, BALANCER)]
)
async def test_a_read_is_repeated_while_the_trouble_may_pass(server: Server, trouble: tuple[int, str]) -> None:
    server.answers = [trouble, trouble, (200, '{"id": "me", "username": "m", "balance": 1}')]
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        assert (await client.me()).id == "me"
    assert server.slept == [1.0, 2.0]


async def test_a_read_gives_up_after_five_times_and_says_why(server: Server) -> None:
    server.answers = [(503, OURS)]
    async with Manifold(server.url, None, sleep=server.sleep) as client:
        with pytest.raises(Outside, match="Transaction conflict"):
            await client.market("m")
    assert len(server.seen) == 5


async def test_a_read_waits_as_long_as_it_is_told(server: Server) -> None:
    limit = '{"message": "Rate limit exceeded. Please wait 17 seconds before trying again."}'
    server.answers = [(429, limit), (200, '{"id": "me", "username": "m"}')]
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        await client.me()
    assert server.slept == [17.0]


async def test_where_a_minutes_requests_are_used_up_a_read_outlasts_the_minute(server: Server) -> None:
    server.answers = [(429, "slow down")] * 4 + [(200, '{"id": "me", "username": "m"}')]
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        await client.me()
    assert sum(server.slept) >= 60


async def test_a_refusal_is_told_once_with_its_details(server: Server) -> None:
    server.answers = [
        (400, '{"message": "Error validating request.", "details": [{"field": "amount", "error": "too small"}]}')
    ]
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        with pytest.raises(Refused) as told:
            await client.me()
    assert (told.value.status, told.value.details) == (400, ("amount: too small",))
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ((400, '{"message": "no"}'), Refused),
        ((403, '{"message": "no"}'), Refused),
        ((503, OURS), Outside),
        ((429, '{"message": "slow"}'), Outside),
        ((503, BALANCER), StateUnknown),
        ((500, OURS), StateUnknown),
        ((502, BALANCER), StateUnknown),
        ((504, BALANCER), StateUnknown),
        ((404, BALANCER), StateUnknown),
        ((200, BALANCER), StateUnknown),
        ((301, BALANCER), StateUnknown),
        ((0, ""), StateUnknown),
    ],
)
async def test_a_write_is_sent_once_and_its_answer_taken_for_what_it_is(
    server: Server, answer: tuple[int, str], wanted: type[Exception]
) -> None:
    server.answers = [answer]
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        with pytest.raises((Refused, Outside)) as told:
            await client.unresolve("m")
    assert type(told.value) is wanted
    assert server.seen == ['POST Key k {"contractId": "m"}']
    assert server.slept == []


async def test_a_write_to_nobody_was_certainly_not_done() -> None:
    async def no_sleep(seconds: float) -> None:
        raise AssertionError

    async with Manifold("http://127.0.0.1:1", "k", sleep=no_sleep) as client:
        with pytest.raises(Outside) as told:
            await client.unresolve("m")
    assert type(told.value) is Outside


@pytest.mark.parametrize("body", ["[]", "5", '"text"', "null", '{"id": 5}', "[" * 100_000])
async def test_an_answer_of_another_shape_is_trouble_outside_and_no_crash(server: Server, body: str) -> None:
    server.answers = [(200, body)]
    async with Manifold(server.url, None, sleep=server.sleep) as client:
        with pytest.raises(Outside):
            await client.market("m")


async def test_an_unknown_market_is_none_and_an_unknown_route_is_a_refusal(server: Server) -> None:
    server.answers = [
        (404, '{"message": "Contract not found"}'),
        (404, '{"message": "The requested route does not exist."}'),
    ]
    async with Manifold(server.url, None, sleep=server.sleep) as client:
        assert await client.market("m") is None
        with pytest.raises(Refused):
            await client.market("m")


async def test_the_key_stands_in_no_error(server: Server) -> None:
    server.answers = [(500, OURS)]
    async with Manifold(server.url, "very-secret", sleep=server.sleep) as client:
        with pytest.raises(StateUnknown) as told:
            await client.unresolve("m")
    assert "very-secret" not in repr(told.value)


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": "same"}] * 1000,
        [{"id": f"m{n}"} for n in range(999)] + [{}],
        [{"id": f"m{n}"} for n in range(1000)],
        [7] * 1000,
    ],
)
async def test_a_list_that_comes_to_no_end_is_trouble_outside(server: Server, rows: list[Any]) -> None:
    """Guards: a part of a list is never taken for all of it."""
    server.answers = [(200, json.dumps(rows))] * 3
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        with pytest.raises(Outside, match="does not go on after a full page"):
            await client.listed("us")


async def test_a_line_of_a_list_that_cannot_be_read_is_left_out(server: Server) -> None:
    good = {"id": "m1", "creatorId": "us", "question": "Will it?", "outcomeType": "BINARY", "perp": {"new": [1]}}
    server.answers = [(200, json.dumps([good, {"id": "m2"}, 7, None]))]
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        assert list(await client.listed("us")) == ["m1"]


async def test_what_it_is_by_manifolds_clock_is_known_from_its_last_answer_that_can_be_read(server: Server) -> None:
    server.answers = [(200, '{"id": "me", "username": "m", "balance": 1}')]
    server.date = "Fri, 06 Mar 2026 08:49:37 GMT"
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        assert client.their_time is None
        await client.me()
        assert client.their_time == datetime(2026, 3, 6, 8, 49, 37, tzinfo=UTC)
        server.answers, server.date = [(200, BALANCER)], "Fri, 06 Mar 2099 08:49:37 GMT"
        with pytest.raises(Outside):
            await client.me()
        assert client.their_time == datetime(2026, 3, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "date", ["", "soon", "Fri, 06 Mar 2026 08:49:37 -0000", "Fri, 99 Mar 2026 08:49:37 GMT", f"Fri, {'9' * 40} Mar 9"]
)
async def test_a_date_that_is_none_says_nothing_of_the_time(server: Server, date: str) -> None:
    server.answers, server.date = [(200, '{"id": "me", "username": "m", "balance": 1}')], date
    async with Manifold(server.url, "k", sleep=server.sleep) as client:
        await client.me()
        assert client.their_time is None
