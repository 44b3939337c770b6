"""A debate folder -> everything it defines, with every fault of every file at once, each at its line and column.

    debate.yaml  markets/*.yaml  sources/*.yaml  registries/*.csv

Codes: Y-… the YAML itself · F-… fields · R-… the rule · U-… units · S-… sources. A path is printed as the user gave
the folder. Nothing here needs a store, a network or a clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from markets.faults import AT_KEY, faults_of
from markets.spec import (
    DESCRIPTION_CHARS,
    OVERRIDES,
    SLUG,
    SMALLEST_TIER_MANA,
    DebateSpec,
    MarketFile,
    MarketSpec,
    ReviewSpec,
    faulty_answers,
    faulty_question,
)
from markets.yaml12 import Document, placed, read_yaml
from resolvers.errors import Fault
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.compile_where import compile_where
from resolvers.rules.faults import Faults
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SOURCE_ID, Column, SourceSpec

M = TypeVar("M", bound=BaseModel)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
"""Stand in for times that could not be read, so that the rest of a rule is checked all the same."""


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


@dataclass
class _Reading:
    """One file on its way: the faults found so far, still without places."""

    path: Path
    document: Document
    faults: list[Fault] = field(default_factory=list)

    @property
    def value(self) -> dict[str, Any]:
        return self.document.value if isinstance(self.document.value, dict) else {}

    def add(self, code: str, message: str, *loc: str | int) -> None:
        self.faults.append(Fault(code, message, loc=loc))

    def all_faults(self) -> list[Fault]:
        found = [*self.document.faults, *self._placed()]
        return [replace(fault, path=str(self.path)) for fault in found]

    def _placed(self) -> list[Fault]:
        if self.document.value is None and not self.document.text.strip():
            return [replace(fault, line=1, column=1) for fault in self.faults]
        return placed(self.document.text, self.faults, AT_KEY)


def load_debate(path: Path, only: Sequence[Path] | None = None) -> Loaded:
    """Read the debate in the folder `path`; with `only`, of its markets those whose files are named."""
    if not (path / "debate.yaml").is_file():
        what = "has no debate.yaml: name a debate's folder, or make one with `crux init`"
        return Loaded(None, {}, {}, (Fault("F-FOLDER", f"{path} {what}", path=str(path), line=1, column=1),))
    faults: list[Fault] = []
    debate = _debate(path / "debate.yaml", faults)
    sources, broken = _sources(path, faults)
    chosen = None if only is None else {each.resolve() for each in only}
    shared = _Shared(debate or DebateSpec.model_construct(debate="unread", title="unread"), sources, broken)
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


@dataclass(frozen=True)
class _Shared:
    """What every market of a debate rests on; `broken` are sources whose own file has faults."""

    debate: DebateSpec
    sources: Mapping[str, SourceSpec]
    broken: frozenset[str]


def _misplaced(path: Path) -> list[Fault]:
    """Files with an ending that nobody would read, which is worse than a fault in them."""
    return [
        Fault("F-FOLDER", f"{file.name} is not read: call it {file.stem}.yaml", path=str(file), line=1, column=1)
        for folder in ("markets", "sources")
        for file in sorted((path / folder).glob("*"))
        if file.suffix in (".yml", ".json", ".YAML", ".YML")
    ]


def _open(file: Path) -> _Reading:
    try:
        raw = file.read_bytes()
    except OSError as error:
        fault = Fault("F-FILE", f"cannot be read: {error.strerror}", line=1, column=1)
        return _Reading(file, Document("", None, (fault,)))
    reading = _Reading(file, read_yaml(raw))
    value = reading.document.value
    if not isinstance(value, dict) and not reading.document.faults:
        reading.add("F-VALUE", "the file is empty" if value is None else "a block of `key: value` lines is wanted here")
    return reading


def _validated(reading: _Reading, model: type[M], value: Mapping[str, Any]) -> M | None:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        reading.faults += faults_of(error, model, value)
        return None


def _debate(file: Path, faults: list[Fault]) -> DebateSpec | None:
    reading = _open(file)
    debate = _validated(reading, DebateSpec, reading.value) if isinstance(reading.document.value, dict) else None
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


def load_source(file: Path, folder: Path) -> tuple[SourceSpec | None, list[Fault]]:
    """One source file of the debate in `folder`; its id is the file's name."""
    reading = _open(file)
    spec = None
    if not re.match(SOURCE_ID, file.stem):
        reading.add("S-ID", f"{file.stem!r} is no id: name the file with a-z, 0-9, dot, dash or underscore")
    elif isinstance(reading.document.value, dict):
        if "id" in reading.value:
            reading.add("F-UNKNOWN", "`id` is no key here: the file's name is the id", "id")
        rest = {key: value for key, value in reading.value.items() if key != "id"}
        spec = _validated(reading, SourceSpec, {**_texts(rest), "id": file.stem})
        if spec is not None:
            _check_views(reading, spec)
            if spec.fetch.file is not None:
                _check_registry(reading, folder, spec.fetch.file)
    return spec, reading.all_faults()


def _texts(value: dict[str, Any]) -> dict[str, Any]:
    """Numbers in `anchor` and `require` as the text they were written in: they are compared exactly."""
    read = value.get("read")
    if not isinstance(read, dict):
        return value
    blocks = {name: read[name] for name in ("anchor", "require") if isinstance(read.get(name), dict)}
    changed = {name: {key: _as_text(each) for key, each in block.items()} for name, block in blocks.items()}
    return {**value, "read": {**read, **changed}}


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, Decimal)) else value


def _check_views(reading: _Reading, spec: SourceSpec) -> None:
    """A view is checked where it stands, not only once a market uses it."""

    def column_of(name: str, loc: tuple[str | int, ...], offset: int | None) -> Column | None:
        column = spec.read.columns.get(name)
        if column is None:
            said = f"the source has no column {name!r}; it has {', '.join(sorted(spec.read.columns))}"
            reading.faults.append(Fault("S-UNKNOWN-COLUMN", said, loc, offset))
        return column

    found = Faults()
    for name, view in spec.read.views.items():
        compile_where(view.where, column_of, ("read", "views", name, "where"), found)
    reading.faults += [_coded(fault, ()) for fault in found.found]


def _check_registry(reading: _Reading, folder: Path, name: str) -> None:
    home = folder.resolve()
    target = (folder / name).resolve()
    if not target.is_relative_to(home):
        reading.add(
            "S-FILE", f"{name} lies outside the debate's folder: keep registries in registries/", "fetch", "file"
        )
    elif not target.is_file():
        reading.add("S-FILE", f"{name} is not there: add it, or mend the address", "fetch", "file")


def load_market(file: Path, shared: _Shared) -> tuple[MarketSpec | None, list[Fault]]:
    """One market file: its fields, its rule, and the limits of what Manifold takes."""
    reading = _open(file)
    spec = None
    if not re.match(SLUG, file.stem):
        reading.add("F-SLUG", f"{file.stem!r} is no slug: name the file with 3 to 60 of a-z, 0-9 and dash")
    if isinstance(reading.document.value, dict):
        fields = _validated(reading, MarketFile, reading.value)
        review = _review(reading, shared.debate)
        rule = _rule(reading, fields, shared)
        if fields is not None:
            _check_fields(reading, fields)
        if fields is not None and rule is not None:
            _check_rule(reading, fields, rule)
        errors = [each for each in (*reading.document.faults, *reading.faults) if each.level == "error"]
        if fields is not None and rule is not None and review is not None and not errors:
            spec = _spec(file.stem, fields, rule, review, shared)
            if len(spec.description) > DESCRIPTION_CHARS:
                long = f"{len(spec.description):,} characters of description; at most {DESCRIPTION_CHARS:,}: shorten it"
                reading.add("F-LENGTH", long, "fine_print")
                spec = None
    return spec, reading.all_faults()


def _spec(slug: str, fields: MarketFile, rule: Rule, review: ReviewSpec, shared: _Shared) -> MarketSpec:
    return MarketSpec(
        debate=shared.debate.debate,
        slug=slug,
        question=fields.question,
        subsidy_mana=fields.subsidy,
        tier_mana=fields.tier,
        initial_pct=fields.initial,
        topics=fields.topics,
        rule=rule,
        sources=tuple(shared.sources[each] for each in rule.sources()),
        bears_on=fields.bears_on,
        fine_print=fields.fine_print,
        allow=fields.allow,
        review=review,
        reviewers=tuple(shared.debate.reviewers),
    )


def _review(reading: _Reading, debate: DebateSpec) -> ReviewSpec | None:
    """The debate's review settings with what the market says otherwise."""
    given = reading.value.get("review")
    if given is None:
        return debate.review
    if not isinstance(given, dict):
        return None  # said by the field's own check
    before = debate.review.model_dump(mode="json")
    if "declare" in given:
        before.pop("window")
    merged = {**before, **given}
    try:
        review = ReviewSpec.model_validate(merged)
    except ValidationError as error:
        found = faults_of(error, ReviewSpec, merged)
        reading.faults += [replace(fault, loc=("review", *fault.loc)) for fault in found]
        return None
    if len(debate.reviewers) < review.quorum:
        reading.add(
            "F-VALUE",
            f"review.quorum: {review.quorum} must agree, {len(debate.reviewers)} are named",
            "review",
            "quorum",
        )
    return review


def _rule(reading: _Reading, fields: MarketFile | None, shared: _Shared) -> Rule | None:
    """The compiled rule; where the fields have faults the rule is still read for its own."""
    value = reading.value
    blocks = {name: value.get(name) for name in ("rows", "values", "resolve", "na")}
    if not isinstance(blocks["resolve"], dict) or any(
        each is not None and not isinstance(each, dict) for each in blocks.values()
    ):
        return None
    overrides = {name: value[name] for name in OVERRIDES if value.get(name) is not None}
    rule, faults = compile_rule(
        RuleBlocks(
            opens=fields.opens if fields else LONG_AGO,
            closes=fields.closes if fields else FAR_AHEAD,
            decides=fields.decides if fields else None,
            rows=blocks["rows"] or {},
            values=blocks["values"] or {},
            resolve=blocks["resolve"],
            na=blocks["na"],
            overrides=overrides if fields else {},
        ),
        sources=shared.sources,
        defaults=shared.debate.defaults,
    )
    reading.faults += [_coded(fault, shared.broken) for fault in faults]
    return rule if fields else None


def _coded(fault: Fault, broken: Iterable[str]) -> Fault:
    """A rule's fault under its full code; one about a source whose own file has faults says only that."""
    if fault.code == "unknown-source":
        for name in broken:
            if re.search(rf"^no source '{re.escape(name)}[.']", fault.message):
                return replace(
                    fault, code="S-BROKEN", message=f"the source {name} has faults of its own: mend them first"
                )
    room = {"unit": "U", "unknown-source": "S", "unknown-view": "S", "unknown-column": "S"}.get(fault.code, "R")
    return replace(fault, code=f"{room}-{fault.code.upper()}")


def _check_fields(reading: _Reading, fields: MarketFile) -> None:
    said = faulty_question(fields.question)
    if said:
        reading.add("F-QUESTION", said, "question")
    if fields.opens >= fields.closes:
        reading.add("F-TIMES", "closes is not after opens: trading needs time", "closes")
    if fields.decides is not None and fields.decides < fields.closes:
        reading.add("F-TIMES", "decides lies before closes: people would trade on a known answer", "decides")
    if 0 < fields.subsidy < 1:
        reading.add("F-MANA", f"subsidy: {fields.subsidy} is under 1 mana: write 0 or at least 1", "subsidy")
    if fields.tier < SMALLEST_TIER_MANA:
        reading.add(
            "F-MANA", f"tier: {fields.tier} is under {SMALLEST_TIER_MANA} mana, the least Manifold takes", "tier"
        )
    if fields.initial is not None and not 1 <= fields.initial <= 99:
        reading.add("F-VALUE", f"initial: {fields.initial}% is not within 1% and 99%", "initial")
    if fields.initial is not None and "yes" not in fields.resolve:
        reading.add("F-VALUE", "initial: only a yes-or-no question takes one: take it out", "initial")


def _check_rule(reading: _Reading, fields: MarketFile, rule: Rule) -> None:
    if rule.market_type != "BINARY":
        for said in faulty_answers(rule.answers()):
            reading.add("R-ANSWERS", said, "resolve")
