"""All areas, one after the other; what one needs of another is handed on, and an area that fails is a line itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.doctor import discord_area, folder_area, manifold_area, service_area, settings_area, sources_area, store_area
from bot.doctor.checks import Check, ok, wrong
from bot.doctor.discord_commands import hash_of_ours
from bot.settings import Settings
from bot.store import Store
from bot.store.engine import Now
from markets.load import Loaded
from resolvers.errors import CruxError

DISCORD = "https://discord.com/api/v10"


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined."""

    debate: Path | None
    sandbox: Path | None
    now: Now
    discord: str = DISCORD


async def examine(patient: Patient) -> list[Check]:
    """Every line; nothing is changed but that a debate's source names become its own."""
    settings, found = settings_area.examine()
    if settings is None:
        return found
    store, told = store_area.examine(settings, patient.now)
    found += told
    try:
        loaded, told = folder_area.examine(patient.debate or settings.debate, store)
        found += told
        found += await _outside(patient, settings, store, loaded)
        if store is not None:
            found += _inside(settings, store, loaded)
    except CruxError as error:
        found.append(wrong("store", str(error), "look at the file and the disk under it"))
    finally:
        if store is not None:
            store.close()
    return found


async def _outside(patient: Patient, settings: Settings, store: Store | None, loaded: Loaded | None) -> list[Check]:
    """What lies beyond this machine."""
    if patient.sandbox is not None:
        manifold = [ok("manifold", f"a sandbox, kept in {patient.sandbox}")]
    else:
        manifold = await manifold_area.examine(settings, store, patient.now)
    ours = None
    if settings.discord.token is not None and store is not None and loaded is not None:
        ours = hash_of_ours(settings, store, patient.debate or settings.debate or Path(), loaded)
    return [*manifold, *await discord_area.examine(settings.discord, store, patient.discord, ours)]


def _inside(settings: Settings, store: Store, loaded: Loaded | None) -> list[Check]:
    sources = [] if loaded is None else sources_area.examine(store, loaded)
    return [*sources, *service_area.examine(settings, store)]
