"""One request to Manifold and what its answer means: refused, try again, or nobody knows.

A read is repeated politely. A write is sent once: where its answer is a 500, a 502, a 504, a time-out or a cut line,
the state is unknown and only a read-back tells (proved on the real server: a resolve answered 500 and had been paid).
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from resolvers.errors import Outside, Refusal, StateUnknown
from resolvers.tls import trusted

Sleep = Callable[[float], Awaitable[None]]

READ_TIMEOUT_S = 30.0
WRITE_TIMEOUT_S = 90.0
"""A resolution notifies every holder before it answers; statements are cut at 60 s."""

CONNECT_TIMEOUT_S = 10.0
READ_ATTEMPTS = 5
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
FULL_WAIT_S = 4.0
"""The first wait where a minute's requests are used up and nobody says for how long: with its doublings, a minute."""

MAX_ANSWER_BYTES = 16 * 1024 * 1024
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Failures before the first byte left: nothing can have happened."""


class Refused(Refusal):
    """Manifold understood the request and said no (4xx); sending it again changes nothing."""

    def __init__(self, status: int, message: str, details: tuple[str, ...] = ()) -> None:
        self.status = status
        self.message = message
        self.details = details
        told = f"{message} ({'; '.join(details)})" if details else message
        super().__init__(f"Manifold refused ({status}): {told}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what could be parsed of the body (None where it is no JSON)."""

    status: int
    body: Any
    text: str

    @property
    def message(self) -> str:
        said = self.body.get("message") if isinstance(self.body, Mapping) else None
        return said if isinstance(said, str) else " ".join(self.text.split())[:200]

    @property
    def details(self) -> tuple[str, ...]:
        rows = self.body.get("details") if isinstance(self.body, Mapping) else None
        if not isinstance(rows, list):
            return ()
        return tuple(f"{row.get('field') or 'request'}: {row.get('error')}" for row in rows if isinstance(row, Mapping))

    @property
    def is_ours(self) -> bool:
        """Whether the application itself answered, not a load balancer before it."""
        return isinstance(self.body, Mapping) and "message" in self.body


class Wire:
    """Requests to one base address with one key; the key stands in a header and in no text.

    `dated` is the server's own clock as of its newest answer that can be read, to the second; None before the first.
    """

    def __init__(self, base_url: str, key: str | None, sleep: Sleep) -> None:
        self.dated: datetime | None = None
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers={"Authorization": f"Key {key}"} if key else {},
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            follow_redirects=False,
            trust_env=False,
            verify=trusted(),
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def read(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """GET, repeated up to five times while the trouble may pass; Refused at once on a 4xx."""
        wait = FIRST_WAIT_S
        because = ""
        for attempt in range(READ_ATTEMPTS):
            if attempt:
                await self._sleep(wait)
                wait *= 2
            try:
                answer = await self._send("GET", path, query=query, timeout_s=READ_TIMEOUT_S)
            except httpx.HTTPError as error:
                because = f"{type(error).__name__} on GET {path}"
                continue
            if answer.status < 300 and answer.body is not None:
                return answer.body
            if answer.status < 500 and answer.status != 429 and answer.is_ours:
                raise Refused(answer.status, answer.message, answer.details)
            because = f"GET {path} was answered with {answer.status}: {answer.message}"
            wait = max(wait, asked_wait_s(answer.message) or FULL_WAIT_S) if answer.status == 429 else wait
        raise Outside(f"Manifold cannot be read: {because}; try again in some minutes")

    async def write(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST, once. Refused: it said no. Outside: it certainly did not happen. StateUnknown: read back."""
        try:
            answer = await self._send("POST", path, body=body, timeout_s=WRITE_TIMEOUT_S)
        except NOT_SENT as error:
            raise Outside(f"Manifold cannot be reached ({type(error).__name__}): nothing was sent, try again") from None
        except httpx.HTTPError as error:
            raise StateUnknown(f"POST {path} was sent and its answer never came ({type(error).__name__})") from None
        if answer.status < 300 and answer.body is not None:
            return answer.body
        if answer.status in (429, 503) and answer.is_ours:
            raise Outside(f"Manifold is busy ({answer.status}): {answer.message}; nothing was done, try again")
        if 400 <= answer.status < 500 and answer.is_ours:
            raise Refused(answer.status, answer.message, answer.details)
        raise StateUnknown(f"POST {path} was answered with {answer.status}: {answer.message}")

    async def _send(
        self,
        method: str,
        path: str,
        *,
        timeout_s: float,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        timeout = httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S)
        content = None if body is None else json.dumps(body, default=_number, allow_nan=False).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        async with self._http.stream(
            method, path, params=query, content=content, headers=headers, timeout=timeout
        ) as response:
            raw = bytearray()
            async for chunk in response.aiter_bytes():
                raw += chunk
                if len(raw) > MAX_ANSWER_BYTES:
                    raise httpx.ReadError("the answer is over 16 MiB")
        answer = _parsed(response.status_code, bytes(raw))
        if answer.body is not None:  # a network's login page has a clock of its own
            self.dated = dated(response.headers.get("Date", "")) or self.dated
        return answer


def dated(text: str) -> datetime | None:
    """A Date header (RFC 9110, 5.6.7) as a moment; None where it is none, or of no zone that anybody named."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


def asked_wait_s(message: str) -> float:
    """`Please wait N seconds` -> N, at most a minute."""
    found = re.search(r"wait (\d{1,5}) second", message)
    return min(float(found[1]), LONGEST_WAIT_S) if found else 0.0


def _parsed(status: int, raw: bytes) -> Answer:
    text = raw.decode("utf-8", "replace")
    try:
        return Answer(status, json.loads(text), text)
    except (ValueError, RecursionError):
        return Answer(status, None, text)


def _number(value: object) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} does not go over the wire")
