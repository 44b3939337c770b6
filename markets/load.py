"""A debate folder -> everything it defines, with every fault of every file at once, each at its line and column.

    debate.yaml  markets/*.yaml  sources/*.yaml  registries/*.csv

Codes: Y-… the YAML itself · F-… fields · R-… the rule · U-… units · S-… sources. A path is printed as the user gave
the folder. Nothing here needs a store, a network or a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markets.file import open_file, validated
from markets.load_market import Shared, load_market
from markets.load_source import load_source
from markets.spec import DebateSpec, MarketSpec
from resolvers.errors import Fault
from resolvers.sources.spec import SourceSpec


@dataclass(frozen=True)
class Loaded:
    """What a folder defines; a file with an error is in none of the three, its faults are in `faults`."""

    debate: DebateSpec | None
    markets: dict[str, MarketSpec]
    sources: dict[str, SourceSpec]
    faults: tuple[Fault, ...]

    @property
    def usable(self) -> bool:
        return not any(fault.level == "error" for fault in self.faults)


def load_debate(path: Path, only: Sequence[Path] | None = None) -> Loaded:
    """Read the debate in the folder `path`; with `only`, of its markets those whose files are named."""
    if not (path / "debate.yaml").is_file():
        what = "has no debate.yaml: name a debate's folder, one with debate.yaml, markets/ and sources/"
        return Loaded(None, {}, {}, (Fault("F-FOLDER", f"{path} {what}", path=str(path), line=1, column=1),))
    faults: list[Fault] = []
    debate = _debate(path / "debate.yaml", faults)
    sources, broken = _sources(path, faults)
    chosen = None if only is None else {each.resolve() for each in only}
    shared = Shared(debate or DebateSpec.model_construct(debate="unread", title="unread"), sources, broken)
    markets: dict[str, MarketSpec] = {}
    for file in sorted((path / "markets").glob("*.yaml")):
        if chosen is None or file.resolve() in chosen:
            spec, found = load_market(file, shared)
            faults += found
            if spec is not None and debate is not None:
                markets[spec.slug] = spec
    faults += _misplaced(path)
    ordered = sorted(faults, key=lambda fault: (fault.path, fault.line, fault.column, fault.code))
    return Loaded(debate, markets, sources, tuple(dict.fromkeys(ordered)))


def _misplaced(path: Path) -> list[Fault]:
    """Files with an ending that nobody would read, which is worse than a fault in them."""
    return [
        Fault("F-FOLDER", f"{file.name} is not read: call it {file.stem}.yaml", path=str(file), line=1, column=1)
        for folder in ("markets", "sources")
        for file in sorted((path / folder).glob("*"))
        if file.suffix in (".yml", ".json", ".YAML", ".YML")
    ]


def _debate(file: Path, faults: list[Fault]) -> DebateSpec | None:
    reading = open_file(file)
    debate = validated(reading, DebateSpec, reading.value) if isinstance(reading.document.value, dict) else None
    found = reading.all_faults()
    faults += found
    return None if found else debate


def _sources(path: Path, faults: list[Fault]) -> tuple[dict[str, SourceSpec], frozenset[str]]:
    sources: dict[str, SourceSpec] = {}
    broken: set[str] = set()
    for file in sorted((path / "sources").glob("*.yaml")):
        spec, found = load_source(file, path)
        faults += found
        if spec is None:
            broken.add(file.stem)
        else:
            sources[spec.id] = spec
    return sources, frozenset(broken)
