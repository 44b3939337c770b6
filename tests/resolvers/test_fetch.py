"""The HTTP door over real sockets: every way a server can misbehave becomes a value, within bounds."""

from __future__ import annotations

import asyncio
import gzip
import resource
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from httpx_secure import httpx_ssrf_protection

from resolvers.fetch import Fetched, Limits, Validators, fetch, open_client
from resolvers.sources.spec import SourceSpec

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NEAR = Limits(private_ok=True, total_s=20)
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def source(url: str | None = None, **fetching: object) -> SourceSpec:
    where = {"url": url, **fetching} if url else fetching
    read = {"format": "csv", "key": "k", "columns": {"k": "text"}}
    return SourceSpec.model_validate({"id": "s", "publisher": "P", "licence": "L", "fetch": where, "read": read})


@asynccontextmanager
async def serving(answer: Answering) -> AsyncIterator[str]:
    """An HTTP server on 127.0.0.1 whose every path is answered by `answer`; gives its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def speaking(raw: bytes) -> AsyncIterator[str]:
    """A server that answers every request with these very bytes and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


class Sleeper:
    """A sleep that takes no time and remembers how long it was asked to last."""

    def __init__(self) -> None:
        self.naps: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.naps.append(seconds)


async def look(
    spec: SourceSpec,
    since: Validators | None = None,
    limits: Limits = NEAR,
    sleep: Sleeper | None = None,
    base: Path | None = None,
) -> Fetched:
    async with open_client(limits) as client:
        return await fetch(client, spec, since, now=lambda: NOON, sleep=sleep or Sleeper(), limits=limits, base=base)


async def test_a_second_look_with_the_validators_of_the_first_is_answered_unchanged() -> None:
    async def answer(request: web.Request) -> web.Response:
        headers = {"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 00:00:00 GMT"}
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304, headers=headers)
        return web.Response(body=b"k\n1\n", headers=headers)

    async with serving(answer) as url:
        first = await look(source(url))
        second = await look(source(url), Validators(first.etag, first.last_modified))
    stamp = "Fri, 20 Nov 2026 00:00:00 GMT"
    assert first == Fetched(200, b"k\n1\n", '"v1"', stamp, NOON, "")
    assert second == Fetched(304, None, '"v1"', stamp, NOON, "unchanged")


async def test_a_304_that_was_never_asked_for_is_not_taken_for_unchanged() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=304)

    async with serving(answer) as url:
        got = await look(source(url))
    assert (got.status, got.body, got.because) == (304, None, "HTTP 304 Not Modified")


async def test_a_body_of_200_megabytes_is_stopped_at_the_limit_without_being_held() -> None:
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"x" * 1024 * 1024)
            sent += 1
        return response

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with serving(answer) as url:
        got = await look(source(url), limits=Limits(private_ok=True, max_bytes=2 * 1024 * 1024))
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert (got.status, got.body, got.because) == (0, None, "over-long: more than 2097152 bytes, stopped")
    assert sent < 100
    assert grown_mib < 60


async def test_a_body_that_announces_itself_over_long_is_not_even_read() -> None:
    async with speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 209715200\r\n\r\n") as url:
        got = await look(source(url))
    assert (got.status, got.body, got.because) == (0, None, "over-long: more than 67108864 bytes, stopped")


async def test_a_server_that_never_ends_its_answer_is_stopped_by_the_total_deadline() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)

    sleep = Sleeper()
    async with serving(answer) as url:
        got = await look(source(url), limits=Limits(private_ok=True, total_s=0.6), sleep=sleep)
    assert (got.status, got.body, got.because) == (0, None, "no whole answer within 0.6 s: stopped")
    assert sleep.naps == []


async def test_a_gzip_of_zeros_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(bytes(100 * 1024 * 1024))

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    async with serving(answer) as url:
        got = await look(source(url), limits=Limits(private_ok=True, max_bytes=1024 * 1024))
    assert len(bomb) < 1024 * 1024
    assert (got.status, got.body, got.because) == (0, None, "over-long: inflates to more than 1048576 bytes, stopped")


@pytest.mark.parametrize("pieces", [[b"k\n1\n"], [b"k\n", b"1\n"]])
async def test_a_gzipped_body_arrives_inflated_whole_even_in_several_members(pieces: list[bytes]) -> None:
    async def answer(request: web.Request) -> web.Response:
        zipped = b"".join(gzip.compress(piece, mtime=0) for piece in pieces)
        return web.Response(body=zipped, headers={"Content-Encoding": "gzip"})

    async with serving(answer) as url:
        got = await look(source(url))
    assert (got.status, got.body) == (200, b"k\n1\n")


@pytest.mark.parametrize(
    ("encoding", "body", "because"),
    [
        ("gzip", gzip.compress(b"k\n1\n", mtime=0)[:-6], "not usable: the compressed body ends early"),
        ("gzip", b"plain", "not usable: the compressed body is broken"),
        ("br", b"\x0b\x02", "not usable: content-encoding 'br', which was not asked for"),
    ],
)
async def test_a_compressed_body_that_cannot_be_trusted_is_no_body(encoding: str, body: bytes, because: str) -> None:
    length = str(len(body)).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: " + encoding.encode() + b"\r\nContent-Length: " + length
    async with speaking(head + b"\r\n\r\n" + body) as url:
        got = await look(source(url))
    assert (got.status, got.body) == (0, None)
    assert got.because.startswith(because)


async def test_a_body_shorter_than_announced_is_no_body() -> None:
    sleep = Sleeper()
    async with speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nk\n1\n") as url:
        got = await look(source(url), sleep=sleep)
    assert (got.status, got.body) == (0, None)
    assert "peer closed connection" in got.because
    assert sleep.naps == [1.0, 2.0]


async def test_an_address_of_our_own_network_is_refused_before_a_request_is_sent() -> None:
    asked = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(body=b"secret")

    async with serving(answer) as url:
        got = await look(source(url), limits=Limits())
    assert (got.status, got.body, got.because) == (0, None, "refused: 127.0.0.1 is a private address")
    assert asked == 0


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    asked = 0

    async def secret(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(body=b"secret")

    async with serving(secret) as inside:

        async def answer(request: web.Request) -> web.Response:
            raise web.HTTPFound(inside)

        async with serving(answer) as outside, httpx.AsyncClient(trust_env=False) as client:
            open_port = httpx.URL(outside).port
            httpx_ssrf_protection(
                client, check_globally_reachable=False, custom_validator=lambda host, ip, port: port == open_port
            )
            got = await fetch(client, source(outside), now=lambda: NOON, sleep=Sleeper(), limits=Limits())
    assert (got.status, got.body, got.because) == (0, None, "refused: 127.0.0.1 is a private address")
    assert asked == 0


async def test_a_redirect_is_followed_but_our_headers_stay_with_the_first_host() -> None:
    seen: list[str | None] = []

    async def final(request: web.Request) -> web.Response:
        seen.append(request.headers.get("X-Key"))
        return web.Response(body=b"k\n1\n")

    async with serving(final) as there:

        async def answer(request: web.Request) -> web.Response:
            seen.append(request.headers.get("X-Key"))
            raise web.HTTPMovedPermanently(there)

        async with serving(answer) as here:
            got = await look(source(here, headers={"X-Key": "ours"}))
    assert (got.status, got.body) == (200, b"k\n1\n")
    assert seen == ["ours", None]


@pytest.mark.parametrize(
    ("target", "because"),
    [
        ("file:///etc/passwd", "refused: file is neither http nor https"),
        ("ftp://example.org/x", "refused: ftp is neither http nor https"),
        ("/again", "refused: more than 5 redirects"),
    ],
)
async def test_redirects_elsewhere_than_the_web_or_without_end_are_refused(target: str, because: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
    async with speaking(head.encode()) as url:
        got = await look(source(url))
    assert (got.status, got.because) == (0, because)


async def test_too_many_requests_waits_as_long_as_asked_and_asks_again() -> None:
    asked = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=429, headers={"Retry-After": "7"}) if asked == 1 else web.Response(body=b"k\n1\n")

    sleep = Sleeper()
    async with serving(answer) as url:
        got = await look(source(url), sleep=sleep)
    assert (got.status, got.body, sleep.naps) == (200, b"k\n1\n", [7.0])


@pytest.mark.parametrize("header", ["1800", "Sat, 21 Nov 2026 12:30:00 GMT"])
async def test_too_many_requests_for_half_an_hour_is_left_for_the_next_turn(header: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": header})

    sleep = Sleeper()
    async with serving(answer) as url:
        got = await look(source(url), sleep=sleep)
    assert (got.status, got.body, got.because) == (429, None, "HTTP 429 Too Many Requests, asks to wait 1800 s")
    assert sleep.naps == []


@pytest.mark.parametrize(
    ("header", "naps"),
    [
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", [1.0, 2.0]),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", [1.0, 2.0]),
        ("soon", [1.0, 2.0]),
        ("Mon, 01 Jan 2024 00:00:00 GMT", [0.0, 0.0]),
    ],
)
async def test_a_time_to_wait_that_is_none_is_passed_over_and_a_past_one_asks_for_no_wait(
    header: str, naps: list[float]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": header})

    sleep = Sleeper()
    async with serving(answer) as url:
        got = await look(source(url), sleep=sleep)
    assert (got.status, got.body, sleep.naps) == (503, None, naps)


@pytest.mark.parametrize("etag", [b'"caf\xe9"', b'"' + b"x" * 600 + b'"', b'"a\tb"'])
async def test_a_validator_that_cannot_be_sent_back_is_dropped_and_spoils_no_later_look(etag: bytes) -> None:
    heads = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: " + etag + b"\r\nLast-Modified: caf\xe9\r\n\r\n"
    async with speaking(heads + b"k\n1\n") as url:
        first = await look(source(url))
        kept_earlier = await look(source(url), Validators(etag.decode("latin-1"), "caf\xe9"))
    assert first == Fetched(200, b"k\n1\n", None, None, NOON, "")
    assert kept_earlier == first


async def test_a_server_error_is_asked_again_and_then_believed() -> None:
    asked = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=500) if asked == 1 else web.Response(body=b"k\n1\n")

    sleep = Sleeper()
    async with serving(answer) as url:
        got = await look(source(url), sleep=sleep)
    assert (got.status, got.body, sleep.naps) == (200, b"k\n1\n", [1.0])


@pytest.mark.parametrize(
    ("status", "because", "tries"),
    [(404, "HTTP 404 Not Found", 1), (410, "HTTP 410 Gone", 1), (503, "HTTP 503 Service Unavailable", 3)],
)
async def test_other_statuses_are_told_without_a_body(status: int, because: str, tries: int) -> None:
    asked = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=status, body=b"<html>")

    async with serving(answer) as url:
        got = await look(source(url))
    assert (got.status, got.body, got.because, asked) == (status, None, because, tries)


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("https://127.0.0.1:1/x", "no answer: 127.0.0.1 takes no connection"),
        ("http://no-such-host.invalid/x", "no answer: the name no-such-host.invalid could not be resolved"),
        ("gopher://example.org/x", "refused: gopher is neither http nor https"),
        ("http://[::1", "refused: the address or a header of this source cannot be sent"),
        ("nonsense", "refused: no scheme is neither http nor https"),
    ],
)
async def test_an_address_where_nobody_answers_is_a_status_of_zero_with_a_reason(url: str, because: str) -> None:
    fetching = source("http://127.0.0.1:9/x").fetch.model_copy(update={"url": url})  # past the check of its file
    got = await look(source("http://127.0.0.1:9/x").model_copy(update={"fetch": fetching}))
    assert (got.status, got.body) == (0, None)
    assert got.because.startswith(because)


async def test_a_server_that_speaks_no_tls_on_an_https_address_is_a_status_of_zero() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nk\n1\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        got = await look(source(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    assert (got.status, got.body) == (0, None)
    assert got.because.startswith("no answer: ")


async def test_a_registry_is_read_from_the_debates_folder_and_unchanged_the_second_time(tmp_path: Path) -> None:
    (tmp_path / "registries").mkdir()
    (tmp_path / "registries" / "systems.csv").write_bytes(b"k\n1\n")
    spec = source(file="registries/systems.csv")
    first = await look(spec, base=tmp_path)
    second = await look(spec, Validators(first.etag), base=tmp_path)
    assert (first.status, first.body) == (200, b"k\n1\n")
    assert (second.status, second.body, second.because) == (304, None, "unchanged")


@pytest.mark.parametrize(
    "name", ["../secret.csv", "a/../../secret.csv", "{outside}/secret.csv", "link.csv", "folder/secret.csv"]
)
async def test_a_registry_cannot_lead_out_of_the_debates_folder(name: str, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as outside:
        (Path(outside) / "secret.csv").write_text("secret")
        (tmp_path / "debate").mkdir()
        (tmp_path / "secret.csv").write_text("secret")
        (tmp_path / "debate" / "link.csv").symlink_to(Path(outside) / "secret.csv")
        (tmp_path / "debate" / "folder").symlink_to(outside)
        named = name.replace("{outside}", outside)
        got = await look(source(file=named), base=tmp_path / "debate")
    wanted = f"refused: {named} leads out of the debate's folder; keep the file inside it"
    assert (got.status, got.body, got.because) == (0, None, wanted)


async def test_a_registry_that_is_missing_no_plain_file_or_too_large_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "large.csv").write_bytes(bytes(11))
    small = Limits(max_bytes=10)
    told = [
        await look(source(file=name), base=tmp_path, limits=small)
        for name in ("none.csv", "folder", "large.csv", "a\0b")
    ]
    assert [(got.status, got.body) for got in told] == [(404, None), (0, None), (0, None), (0, None)]
    assert [got.because for got in told[:3]] == [
        "HTTP 404: there is no file none.csv in the debate's folder",
        "refused: folder is not a plain file",
        "over-long: large.csv has more than 10 bytes",
    ]
