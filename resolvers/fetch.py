"""The one HTTP door: a polite, bounded, conditional look at a source, which never raises for what the network does.

Every answer is a value: bytes with status 200, a 304, another status, or status 0 where there was no usable answer,
each with a `because`. Bounds: bytes after inflation, seconds in all, redirects, attempts; only http and https, and
never an address inside our own network unless the caller says so (the demo and the tests, on 127.0.0.1).
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from httpx_secure import SSRFProtectionError, httpx_ssrf_protection

from resolvers.no_answer import why_no_answer
from resolvers.sources.spec import SourceSpec
from resolvers.tls import trusted

INFLATE_STEP = 64 * 1024
"""Bytes inflated at a time: httpx's own decoder turns one packet of zeros into 64 MiB (libraries tried 2026-11)."""

SCHEMES = frozenset({"http", "https"})
ZIPPED = frozenset({"gzip", "x-gzip", "deflate"})
MAX_VALIDATOR_CHARS = 512
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PATIENT = frozenset({429, 500, 502, 503, 504})
"""Statuses that another try a little later may mend."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one look may cost. Sizes in bytes (after inflation too), times in seconds."""

    max_bytes: int = 64 * 1024 * 1024
    total_s: float = 60.0
    connect_s: float = 15.0
    attempts: int = 3
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    redirects: int = 5
    private_ok: bool = False
    user_agent: str = "crux/0.1 (prediction market evidence)"


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last good answer said of its version, so that the next look may be answered with 304."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One look: `body` only with status 200, status 0 where no answer came that could be used."""

    status: int
    body: bytes | None
    etag: str | None
    last_modified: str | None
    seen_at: datetime
    because: str = ""
    content_type: str | None = field(default=None, compare=False)  # what the publisher calls it: no part of what it is


Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One attempt: what came, and whether (and when) trying again could help."""

    status: int
    because: str = ""
    body: bytes | None = None
    etag: str | None = None
    last_modified: str | None = None
    again: bool = False
    wait_s: float | None = None
    content_type: str | None = None


class _NoAnswer(Exception):
    """What came cannot be used, and asking again would bring the same."""


def open_client(limits: Limits) -> httpx.AsyncClient:
    """A client for `fetch`: no proxies or keys from the environment, no redirects of its own, no private addresses."""
    client = httpx.AsyncClient(
        trust_env=False,
        verify=trusted(),
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=limits.connect_s),  # the whole look has a deadline of its own
        headers={"User-Agent": limits.user_agent, "Accept-Encoding": "gzip"},
    )
    return client if limits.private_ok else httpx_ssrf_protection(client)


async def fetch(
    client: httpx.AsyncClient,
    source: SourceSpec,
    since: Validators | None = None,
    *,
    now: Clock,
    sleep: Sleep,
    limits: Limits,
    base: Path | None = None,
) -> Fetched:
    """Look at a source once, asking again a few times where that may help; `base` is the debate's folder."""
    if source.fetch.file is not None:
        answer = await asyncio.to_thread(_look_at_file, source.fetch.file, base, since, limits)
    else:
        answer = await _patiently(client, source, since or Validators(), now, sleep, limits)
    return Fetched(
        answer.status, answer.body, answer.etag, answer.last_modified, now(), answer.because, answer.content_type
    )


async def _patiently(
    client: httpx.AsyncClient, source: SourceSpec, since: Validators, now: Clock, sleep: Sleep, limits: Limits
) -> _Answer:
    wait_s = limits.first_wait_s
    for attempt in range(1, limits.attempts + 1):
        answer = await _attempt(client, source, since, now, limits)
        pause = wait_s if answer.wait_s is None else answer.wait_s
        if not answer.again or attempt == limits.attempts or pause > limits.longest_wait_s:
            break
        await sleep(pause)
        wait_s *= 2
    return answer


async def _attempt(
    client: httpx.AsyncClient, source: SourceSpec, since: Validators, now: Clock, limits: Limits
) -> _Answer:
    try:
        async with asyncio.timeout(limits.total_s):
            return await _follow(client, source, since, now, limits)
    except TimeoutError:
        return _Answer(0, f"no whole answer within {limits.total_s:g} s: stopped")
    except SSRFProtectionError as error:
        return _Answer(0, f"refused: {error.hostname} is a private address")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        return _Answer(0, f"refused: the address or a header of this source cannot be sent: {error}")
    except _NoAnswer as error:
        return _Answer(0, str(error))
    except httpx.HTTPError as error:
        return _Answer(0, f"no answer: {why_no_answer(error, httpx.URL(source.fetch.url or '').host)}", again=True)


async def _follow(
    client: httpx.AsyncClient, source: SourceSpec, since: Validators, now: Clock, limits: Limits
) -> _Answer:
    url = httpx.URL(source.fetch.url or "")
    origin = (url.scheme, url.host, url.port)
    for _ in range(limits.redirects + 1):
        if url.scheme not in SCHEMES:
            raise _NoAnswer(f"refused: {url.scheme or 'no scheme'} is neither http nor https")
        own = source.fetch.headers if (url.scheme, url.host, url.port) == origin else {}
        async with client.stream("GET", url, headers={**own, **_conditions(since)}) as response:
            if response.status_code not in REDIRECTS or "location" not in response.headers:
                return await _answer(response, since, now, limits)
            target = url.join(response.headers["location"])
        if url.scheme == "https" and target.scheme == "http":
            raise _NoAnswer(f"refused: a redirect from https to http at {target.host}")
        url = target
    raise _NoAnswer(f"refused: more than {limits.redirects} redirects")


def _conditions(since: Validators) -> dict[str, str]:
    told = {"If-None-Match": _sendable(since.etag), "If-Modified-Since": _sendable(since.last_modified)}
    return {name: value for name, value in told.items() if value}


def _sendable(validator: str | None) -> str | None:
    """A validator that can be sent back as it came; any other is dropped, for it would spoil every later look."""
    if validator is None or len(validator) > MAX_VALIDATOR_CHARS:
        return None
    return validator if validator.isascii() and validator.isprintable() else None


async def _answer(response: httpx.Response, since: Validators, now: Clock, limits: Limits) -> _Answer:
    status, headers = response.status_code, response.headers
    etag, last_modified = _sendable(headers.get("etag")), _sendable(headers.get("last-modified"))
    if status == 304 and _conditions(since):
        return _Answer(304, "unchanged", None, etag or since.etag, last_modified or since.last_modified)
    if status != 200:
        wait_s = _asked_to_wait(headers.get("retry-after"), now)
        asks = "" if wait_s is None else f", asks to wait {wait_s:g} s"
        because = f"HTTP {status} {httpx.codes.get_reason_phrase(status)}".rstrip() + asks
        return _Answer(status, because, again=status in PATIENT, wait_s=wait_s)
    body = b"".join([chunk async for chunk in _bounded(response, limits)])
    return _Answer(200, "", body, etag, last_modified, content_type=headers.get("content-type"))


def _asked_to_wait(text: str | None, now: Clock) -> float | None:
    """Retry-After in seconds, from a number or an HTTP date (RFC 9110, 10.2.3); None where it says neither.

    A date in the past asks for no wait, one outside the calendar says nothing.
    """
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - now()).total_seconds()) if until.tzinfo else None
    except (ValueError, OverflowError):
        return None


async def _bounded(response: httpx.Response, limits: Limits) -> AsyncIterator[bytes]:
    """The body in pieces, inflated by ourselves, given up as soon as it is over the limit."""
    told = response.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:18]) > limits.max_bytes:
        raise _too_long(limits)
    zipped = _zipped(response.headers.get("content-encoding", "").strip().lower())
    inflater = _Inflater(limits.max_bytes)
    received = 0
    async for raw in response.aiter_raw():
        received += len(raw)
        if received > limits.max_bytes:
            raise _too_long(limits)
        for piece in inflater.feed(raw) if zipped else (raw,):
            yield piece
    if zipped and not inflater.whole:
        raise _NoAnswer("not usable: the compressed body ends early")


def _zipped(encoding: str) -> bool:
    if encoding not in {"", "identity", *ZIPPED}:
        raise _NoAnswer(f"not usable: content-encoding {encoding[:40]!r}, which was not asked for")
    return encoding in ZIPPED


def _too_long(limits: Limits) -> _NoAnswer:
    return _NoAnswer(f"over-long: more than {limits.max_bytes} bytes, stopped")


class _Inflater:
    """Inflates gzip or zlib in small steps, so that a bomb is met at the limit and not after it went off."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.left = max_bytes
        self.inner = zlib.decompressobj(47)
        self.whole = True

    def feed(self, raw: bytes) -> list[bytes]:
        pieces = []
        try:
            while raw:
                if self.inner.eof:
                    self.inner = zlib.decompressobj(47)  # a gzip file may hold several members (RFC 1952, 2.2)
                piece = self.inner.decompress(raw, INFLATE_STEP)
                self.left -= len(piece)
                if self.left < 0:
                    raise _NoAnswer(f"over-long: inflates to more than {self.max_bytes} bytes, stopped")
                pieces.append(piece)
                raw = self.inner.unused_data if self.inner.eof else self.inner.unconsumed_tail
        except zlib.error as error:
            raise _NoAnswer(f"not usable: the compressed body is broken: {error}") from error
        self.whole = self.inner.eof
        return pieces


def _look_at_file(name: str, base: Path | None, since: Validators | None, limits: Limits) -> _Answer:
    """A registry of ours: a file inside the debate's folder and nowhere else, whatever links say."""
    if base is None:
        return _Answer(0, f"{name}: no debate folder was given to look in")
    try:
        root = base.resolve(strict=True)
        path = (root / name).resolve()
        if Path(name).is_absolute() or not path.is_relative_to(root):
            return _Answer(0, f"refused: {name} leads out of the debate's folder; keep the file inside it")
        if not path.exists():
            return _Answer(404, f"HTTP 404: there is no file {name} in the debate's folder")
        if not path.is_file():
            return _Answer(0, f"refused: {name} is not a plain file")
        with path.open("rb") as file:
            body = file.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        return _Answer(0, f"{name} cannot be read: {error}")
    if len(body) > limits.max_bytes:
        return _Answer(0, f"over-long: {name} has more than {limits.max_bytes} bytes")
    etag = f'"{hashlib.sha256(body).hexdigest()}"'
    return _Answer(304, "unchanged", None, etag) if since and since.etag == etag else _Answer(200, "", body, etag)
