"""A debate's arguments: the claims, who holds them and how firmly, read from claims.yaml and stances.yaml.

Both files lie beside debate.yaml, which has the axes, the voices and the lexicon; a debate may have none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from markets.debate_checks import check_claims, check_stances, check_voices
from markets.debate_spec import AxisSpec, Claim, ClaimsFile, Stance, StancesFile, VoiceSpec
from markets.file import File, Parse, open_file, parsed, validated
from markets.spec import DebateSpec
from resolvers.errors import Fault

M = TypeVar("M", bound=BaseModel)

CLAIMS, STANCES = "claims.yaml", "stances.yaml"


@dataclass(frozen=True)
class Arguments:
    """What is argued: the axes, the claims on them, the voices, their stances in the order of the file, the words."""

    axes: Mapping[str, AxisSpec] = field(default_factory=dict)
    voices: Mapping[str, VoiceSpec] = field(default_factory=dict)
    lexicon: Mapping[str, Decimal] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    stances: tuple[Stance, ...] = ()

    def in_force(self, at: datetime | None = None) -> tuple[Stance, ...]:
        """The newest stance of each voice on each thing, of those dated by `at` (undated ones are always)."""
        found: dict[tuple[str, tuple[str, str]], Stance] = {}
        for stance in self.stances:
            if at is None or stance.as_of is None or stance.as_of <= at:
                found[stance.voice, stance.about] = stance
        return tuple(found.values())


@dataclass
class Argued:
    """What came of reading: `claims` are the known names, None where nobody could say (no file, or one with faults)."""

    arguments: Arguments | None = None
    claims: frozenset[str] | None = None
    faults: list[Fault] = field(default_factory=list)
    stances: File | None = None


def load_arguments(folder: Path, debate: DebateSpec | None, parse: Parse = parsed) -> Argued:
    """Read both files as far as they are there; without axes and claims there are no arguments."""
    found = Argued()
    claims_file, claims = _read(folder / CLAIMS, ClaimsFile, parse)
    stances_file, stances = _read(folder / STANCES, StancesFile, parse)
    if claims is not None and claims_file is not None:
        found.claims = frozenset(claims.claims)
        check_claims(claims_file, claims.claims, debate.axes if debate else None)
    if stances is not None and stances_file is not None:
        known = frozenset() if claims_file is None else found.claims
        check_stances(stances_file, stances.stances, debate, known)
    found.stances = stances_file
    found.faults = [fault for file in (claims_file, stances_file) if file is not None for fault in file.all_faults()]
    if debate is not None and (debate.axes or claims is not None):
        found.arguments = Arguments(
            axes=debate.axes,
            voices=debate.voices,
            lexicon=debate.lexicon,
            claims=claims.claims if claims else {},
            stances=stances.stances if stances else (),
        )
    return found


def _read(path: Path, model: type[M], parse: Parse) -> tuple[File | None, M | None]:
    if not path.exists():
        return None, None
    file = open_file(path, parse)
    return file, validated(file, model, file.value) if isinstance(file.document.value, dict) else None


def stances_of(stances: Iterable[Stance], claims: Iterable[str], market: str) -> tuple[Stance, ...]:
    """The stances that speak of a market: on one of the claims it bears on, or on the market outright."""
    wanted = set(claims)
    return tuple(stance for stance in stances if stance.claim in wanted or stance.market == market)


__all__ = ["Argued", "Arguments", "check_voices", "load_arguments", "stances_of"]
