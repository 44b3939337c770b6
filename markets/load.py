"""A debate folder -> everything it defines, with every fault of every file at once, each at its line and column.

    debate.yaml  claims.yaml  stances.yaml  markets/*.yaml  sources/*.yaml  registries/*.csv

Codes: Y-… the YAML itself · F-… fields · R-… the rule · U-… units · S-… sources · A-… arguments.
A path is printed as the user gave the folder. Nothing here needs a store, a network or a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markets.debate import Argued, Arguments, check_voices, load_arguments
from markets.debate_events import event_fault
from markets.file import Written, open_file, validated
from markets.load_market import Shared, load_markets
from markets.load_source import load_source
from markets.spec import DebateSpec, MarketSpec
from resolvers.errors import Fault
from resolvers.rules.faults import nearest
from resolvers.rules.panels import is_panel
from resolvers.sources.spec import SourceSpec


@dataclass(frozen=True)
class Loaded:
    """What a folder defines; a file with an error is in none of the three, its faults are in `faults`.

    `written` has every market as its author wrote it, by slug; `arguments` is None in a debate without axes and claims.
    """

    debate: DebateSpec | None
    markets: dict[str, MarketSpec]
    sources: dict[str, SourceSpec]
    faults: tuple[Fault, ...]
    written: Mapping[str, Written] = field(default_factory=dict)
    arguments: Arguments | None = None

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
    argued = load_arguments(path, debate)
    sources, broken = _sources(path, faults)
    chosen = None if only is None else {each.resolve() for each in only}
    unread = DebateSpec.model_construct(debate="unread", title="unread")
    shared = Shared(debate or unread, sources, broken, claims=argued.claims)
    markets: dict[str, MarketSpec] = {}
    for file in sorted((path / "markets").glob("*.yaml")):
        if chosen is None or file.resolve() in chosen:
            specs, found = load_markets(file, shared)
            faults += found
            for spec in specs if debate is not None else ():
                if spec.slug in markets:
                    taken = f"another file makes a market called {spec.slug!r} too: rename one of them"
                    faults.append(Fault("F-SLUG", taken, path=str(file), line=1, column=1))
                markets.setdefault(spec.slug, spec)
    if only is None:
        _check_stances(argued, markets, faults)
    faults += [*argued.faults, *_misplaced(path)]
    ordered = sorted(faults, key=lambda fault: (fault.path, fault.line, fault.column, fault.code))
    panels = {source.id: source for spec in markets.values() for source in spec.sources if is_panel(source.id)}
    told = tuple(dict.fromkeys(ordered))
    return Loaded(debate, markets, {**sources, **panels}, told, shared.written, argued.arguments)


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
    if debate is not None:
        check_voices(reading, debate)
    found = reading.all_faults()
    faults += found
    return None if found else debate


def _check_stances(argued: Argued, markets: Mapping[str, MarketSpec], faults: Sequence[Fault]) -> None:
    """Stances on a market outright: that there is such a market (once all could be read), with such an event."""
    if argued.stances is None or argued.arguments is None:
        return
    found = []
    for place, stance in enumerate(argued.arguments.stances):
        if stance.market is not None and stance.market in markets:
            said = event_fault(markets[stance.market], stance.event or "YES")
            found += [Fault("A-EVENT", said, ("stances", place, "event"))] if said else []
        elif stance.market is not None and not faults:
            said = f"there is no market {stance.market!r}{nearest(stance.market, markets)}"
            found.append(Fault("A-MARKET", said, ("stances", place, "market")))
    argued.faults += argued.stances.also(found)


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
