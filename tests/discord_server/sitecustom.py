"""Pointing discord.py 2.7.1 at the local server: the attributes that hold Discord's addresses, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import yarl

SITECUSTOMIZE = '''"""Made by a test: once discord.py is imported, its addresses are those of a local server."""

import importlib.abc
import importlib.machinery
import sys

REST = {rest!r}
GATEWAY = {gateway!r}
CDN = {cdn!r}


def _rest(module):
    module.Route.BASE = REST


def _gateway(module):
    module.DiscordWebSocket.DEFAULT_GATEWAY = module.yarl.URL(GATEWAY)


def _cdn(module):
    module.Asset.BASE = CDN


POINTED = {{"discord.http": _rest, "discord.gateway": _gateway, "discord.asset": _cdn}}


class Pointing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name not in POINTED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        run = spec.loader.exec_module

        def run_and_point(module):
            run(module)
            POINTED[name](module)

        spec.loader.exec_module = run_and_point
        return spec


sys.meta_path.insert(0, Pointing())
'''


class Addressed(Protocol):
    """A server with its addresses."""

    @property
    def rest_address(self) -> str: ...

    @property
    def gateway_address(self) -> str: ...

    @property
    def cdn_address(self) -> str: ...


def pointing_at(server: Addressed, folder: Path) -> dict[str, str]:
    """Variables for a subprocess: PYTHONPATH begins with `folder`/pointing, where a `sitecustomize.py` is written."""
    place = folder / "pointing"
    place.mkdir(parents=True, exist_ok=True)
    text = SITECUSTOMIZE.format(rest=server.rest_address, gateway=server.gateway_address, cdn=server.cdn_address)
    (place / "sitecustomize.py").write_text(text, encoding="utf-8")
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(place), *([before] if before else [])])}


@contextmanager
def pointed_at(server: Addressed) -> Iterator[None]:
    """discord.py in this process speaks to the server until the block ends."""
    import discord.asset
    import discord.gateway
    import discord.http

    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    cdn = discord.asset.Asset.BASE
    discord.asset.Asset.BASE = server.cdn_address
    discord.http.Route.BASE = server.rest_address
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway_address)
    try:
        yield
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before
        discord.asset.Asset.BASE = cdn
