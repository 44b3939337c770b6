"""A web server that plays the publishers: each body from its day on, with ETag and 304 as a static host would."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from aiohttp import web

from bot.demo.recording import Body, PlayedClock


class Publisher:
    """Serves `/SOURCE` on 127.0.0.1; what it answers depends on the played clock alone."""

    def __init__(self, recording: Mapping[str, Sequence[Body]], clock: PlayedClock) -> None:
        self._recording = recording
        self._clock = clock
        self._runner: web.AppRunner | None = None
        self._bytes: dict[Body, tuple[bytes, str]] = {}

    async def start(self) -> str:
        """Listen on a free port; returns the base address."""
        app = web.Application()
        app.router.add_get("/{source}", self._serve)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        body = self._current(request.match_info["source"])
        if body is None:
            return web.Response(status=404, text="nothing published yet")
        raw, etag = self._read(body)
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=raw, headers={"ETag": etag}, content_type="application/octet-stream")

    def _current(self, source: str) -> Body | None:
        published = [body for body in self._recording.get(source, ()) if body.published_at <= self._clock.at]
        return published[-1] if published else None

    def _read(self, body: Body) -> tuple[bytes, str]:
        if body not in self._bytes:
            raw = body.path.read_bytes()
            self._bytes[body] = (raw, f'"{hashlib.sha256(raw).hexdigest()[:32]}"')
        return self._bytes[body]
