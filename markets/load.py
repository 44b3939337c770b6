"""A debate folder -> everything it defines, with every fault of every file at once, each at its line and column.

    debate.yaml  claims.yaml  stances.yaml  markets/*.yaml  sources/*.yaml  registries/*.csv

Codes: Y-… the YAML itself · F-… fields · R-… the rule · S-… sources · A-… arguments; `crux explain` has each.
A path is printed as the user gave the folder. Nothing here needs a store, a network or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from markets.blocks import Blocks
from markets.debate import STANCES, Argued, Arguments, check_voices, load_arguments
from markets.debate_events import event_fault
from markets.file import File, Parse, Written, open_file, validated
from markets.load_market import Shared, made_markets
from markets.load_misplaced import misplaced
from markets.load_source import load_source
from markets.pausing import without_collecting
from markets.spec import DebateSpec, MarketSpec
from markets.yaml12 import Document
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

    @property
    def published(self) -> dict[str, SourceSpec]:
        """The sources at which somebody looks: all but panels, whose answers people give."""
        return {name: source for name, source in self.sources.items() if not is_panel(name)}


def load_debate(path: Path, only: Sequence[Path] | None = None) -> Loaded:
    """Read the debate in the folder `path`; with `only`, of its markets those whose files are named."""
    return Reader().load(path, only)


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one market file: its markets, its faults, and what its author wrote, by slug."""

    document: Document
    markets: Sequence[MarketSpec]
    faults: Sequence[Fault]
    written: Mapping[str, Written]


@dataclass
class Folder:
    """What is remembered of one debate's folder: documents by file and hash, and markets while `basis` is the same.

    The basis is what every market rests on: the hashes of the other files, and which of them could be used.
    """

    documents: dict[Path, tuple[bytes, Document]] = field(default_factory=dict)
    made: dict[Path, Made] = field(default_factory=dict)
    basis: tuple[object, ...] = ()


class Reader:
    """Loads debates, and remembers: a file whose bytes are as they were is not parsed again, and where debate, sources
    and claims are as they were, not checked again either. What is loaded is the same as without remembering.
    """

    def __init__(self) -> None:
        self.parsed = 0
        """How many files were parsed so far."""
        self._folders: dict[Path, Folder] = {}

    def load(self, path: Path, only: Sequence[Path] | None = None) -> Loaded:
        """Read the debate in the folder `path`; with `only`, of its markets those whose files are named."""
        if not (path / "debate.yaml").is_file():
            what = "has no debate.yaml: name a debate's folder, one with debate.yaml, markets/ and sources/"
            return Loaded(None, {}, {}, (Fault("F-FOLDER", f"{path} {what}", path=str(path), line=1, column=1),))
        with without_collecting():
            return self._load(path, only)

    def _load(self, path: Path, only: Sequence[Path] | None) -> Loaded:
        before = self._folders.get(path, Folder())
        folder = Folder(made=before.made, basis=before.basis)
        parse = self._parse(before, folder, Blocks())
        faults: list[Fault] = []
        debate = _debate(path / "debate.yaml", parse, faults)
        argued = load_arguments(path, debate, parse)
        sources, broken = _sources(path, parse, faults)
        unread = DebateSpec.model_construct(debate="unread", title="unread")
        shared = Shared(debate or unread, sources, broken, claims=argued.claims)
        rest = {file: name for file, (name, _) in folder.documents.items() if file.name != STANCES}
        basis = (rest, frozenset(sources), broken, argued.claims)
        if folder.basis != basis:
            folder.made, folder.basis = {}, basis
        markets: dict[str, MarketSpec] = {}
        for file in _market_files(path, only):
            made = folder.made[file] = self._market(open_file(file, parse), folder.made.get(file), shared)
            faults += made.faults
            shared.written.update(made.written)
            for spec in made.markets if debate is not None else ():
                if spec.slug in markets:
                    taken = f"another file makes a market called {spec.slug!r} too: rename one of them"
                    faults.append(Fault("F-SLUG", taken, path=str(file), line=1, column=1))
                markets.setdefault(spec.slug, spec)
        if only is None:
            _check_stances(argued, markets, faults)
            folder.made = {file: made for file, made in folder.made.items() if file in folder.documents}
        else:
            folder.documents = {**before.documents, **folder.documents}
        self._folders[path] = folder
        faults += [*argued.faults, *misplaced(path)]
        ordered = sorted(faults, key=lambda fault: (fault.path, fault.line, fault.column, fault.code))
        panels = {source.id: source for spec in markets.values() for source in spec.sources if is_panel(source.id)}
        told = tuple(dict.fromkeys(ordered))
        return Loaded(debate, markets, {**sources, **panels}, told, shared.written, argued.arguments)

    def _parse(self, before: Folder, folder: Folder, blocks: Blocks) -> Parse:
        """Documents as they were before, where the bytes are; only what is asked for stays in `folder`."""

        def parse(path: Path, raw: bytes) -> Document:
            name, (known, document) = hashlib.sha256(raw).digest(), before.documents.get(path, (b"", None))
            if document is None or known != name:
                document = blocks.read(raw)
                self.parsed += 1
            folder.documents[path] = (name, document)
            return document

        return parse

    def _market(self, file: File, before: Made | None, shared: Shared) -> Made:
        """What a market file makes; as before where the very document is the same."""
        if before is not None and before.document is file.document:
            return before
        own = replace(shared, written={})
        markets, faults = made_markets(file, own)
        return Made(file.document, markets, faults, own.written)


def _market_files(path: Path, only: Sequence[Path] | None) -> list[Path]:
    files = sorted((path / "markets").glob("*.yaml"), key=str)
    if only is None:
        return files
    chosen = {each.resolve() for each in only}
    return [file for file in files if file.resolve() in chosen]


def _debate(file: Path, parse: Parse, faults: list[Fault]) -> DebateSpec | None:
    reading = open_file(file, parse)
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


def _sources(path: Path, parse: Parse, faults: list[Fault]) -> tuple[dict[str, SourceSpec], frozenset[str]]:
    sources: dict[str, SourceSpec] = {}
    broken: set[str] = set()
    for file in sorted((path / "sources").glob("*.yaml")):
        spec, found = load_source(file, path, parse)
        faults += found
        if spec is None:
            broken.add(file.stem)
        else:
            sources[spec.id] = spec
    return sources, frozenset(broken)
