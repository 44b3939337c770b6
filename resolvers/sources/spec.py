"""How a source is described: where to look (`fetch:`, changeable) and how to read it (`read:`, frozen at opening)."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from resolvers.durations import Duration

COLUMN_NAME = r"^[a-z_][a-z0-9_]*$"
SOURCE_ID = r"^[a-z0-9][a-z0-9_.-]*$"
"""File name without .yaml. A view is written `source.view`, so the part before the last dot is tried first."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FetchSpec(_Strict):
    """Where and how often to look. Not frozen: a publisher may move a file, and the change is on the record."""

    url: str | None = None
    file: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    every: Duration = Duration.of_days(1)
    late: Duration = Duration.of_days(3)
    stale: Duration = Duration.of_days(14)

    @field_validator("url")
    @classmethod
    def _on_the_web(cls, url: str | None) -> str | None:
        if url is not None and not is_web_address(url):
            raise ValueError(f"{url!r} is no address of the web; write it as https://example.org/data.json")
        return url

    @model_validator(mode="after")
    def _one_address(self) -> FetchSpec:
        if (self.url is None) == (self.file is None):
            raise ValueError("give either url (a publisher's address) or file (a registry of ours), one of the two")
        return self


def is_web_address(url: str) -> bool:
    """Whether a look can be sent there: http or https, a host, a port that is one, nothing that breaks a request."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isprintable() and not any(char.isspace() for char in url)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _as_column(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


class Column(_Strict):
    """One column. A `unit` makes it a number; without one it is text unless `type` says otherwise.

    `from` is the published header (CSV) or a JMESPath inside the row (JSON, YAML); the column's own name by default.
    A row with a number outside `between` (inclusive, in the column's unit) is quarantined: what stood before stands on,
    or that figure is unknown. `format` says how a bare date is written. A column that no row has at all refuses the
    body, for it was renamed, unless it is `optional`.
    """

    source: str | None = Field(default=None, alias="from")
    type: Literal["number", "text", "bool", "date"] | None = None
    unit: str | None = None
    between: tuple[Decimal | None, Decimal | None] | None = None
    format: Literal["yyyy-mm-dd", "d/m/yyyy", "m/d/yyyy"] = "yyyy-mm-dd"
    optional: bool = False
    is_: Literal["published"] | None = Field(default=None, alias="is")

    @property
    def kind(self) -> Literal["number", "text", "bool", "date"]:
        return self.type or ("number" if self.unit or self.between else "text")

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if self.kind != "number" and (self.unit or self.between):
            raise ValueError(f"a column of {self.kind} has no unit and no between; leave out one of the two")
        low, high = self.between or (None, None)
        if low is not None and high is not None and low > high:
            raise ValueError(f"between: {low} is more than {high}, so no figure would do; write the lower one first")
        return self


class Walk(_Strict):
    """Rows that hang in a mapping: walk `each` (a path, or one a level) and keep the mapping's keys as `key_as`.

    `listed_in` is a JMESPath to a list of keys: rows not listed there are ignored, listed ones without a row reported.
    """

    each: str | list[str]
    key_as: str | list[str]
    listed_in: str | None = None

    def levels(self) -> tuple[list[str], list[str]]:
        """The paths to walk and the names of their keys, outermost first."""
        return _listed(self.each), _listed(self.key_as)

    @model_validator(mode="after")
    def _a_name_a_level(self) -> Self:
        paths, names = self.levels()
        if not paths or len(paths) != len(names):
            raise ValueError(f"each has {len(paths)} levels, key_as {len(names)} names; write one name for each level")
        return self


PATH_CHARS = 500
PATH_DEPTH = 60
"""More than any table needs; what is nested far deeper exhausts the stack of whoever looks it up."""


def _path_fault(expression: str) -> str:
    shown = repr(expression if len(expression) <= 80 else f"{expression[:79]}…")
    if len(expression) > PATH_CHARS:
        return f"{shown} has {len(expression)} characters: a path has at most {PATH_CHARS}"
    try:
        parsed = jmespath.compile(expression).parsed
    except RecursionError:
        return f"{shown} is nested too deeply: write it flatter"
    except (JMESPathError, ValueError) as error:
        return f"{shown} is no JMESPath: {(str(error).splitlines() or [''])[0]}"
    return _node_fault(parsed, shown)


def _node_fault(parsed: Any, shown: str) -> str:
    """What no document could mend: a slice in steps of none, and nesting without end."""
    level = [parsed]
    for _ in range(PATH_DEPTH):
        level = [node for node in level if isinstance(node, dict)]
        if any(node["type"] == "slice" and node["children"][2] == 0 for node in level):
            return f"{shown} has a slice in steps of 0: leave the step out, or write another"
        level = [child for node in level for child in node.get("children", [])]
        if not level:
            return ""
    return f"{shown} is nested over {PATH_DEPTH} deep: write it flatter"


class View(_Strict):
    """A standing filter of the rows, a map or a formula as a market's `where:`, kept here so that it freezes too."""

    where: dict[str, Any] | str


class ReadSpec(_Strict):
    """How bytes become rows. Everything here is frozen by hash when a market that uses the source opens.

    `key` is what the publisher tells rows apart by (several columns are joined by ` | `). `require` holds what must
    stand in the document for it to be this source: paths to exact texts (JSON, YAML) or headers whose every cell reads
    so (CSV). `ignore` names published columns that are deliberately not read. `anchor` is a row known for good.
    `complete` says that a row gone from the list was taken back by the publisher, and not merely moved; such a list may
    also have no row at all.
    """

    format: Literal["json", "yaml", "csv"]
    rows: str | Walk | None = None
    key: str | list[str]
    columns: dict[Annotated[str, Field(pattern=COLUMN_NAME)], Annotated[Column, BeforeValidator(_as_column)]]
    ignore: list[str] = Field(default_factory=list)
    require: dict[str, str] = Field(default_factory=dict)
    views: dict[Annotated[str, Field(pattern=COLUMN_NAME)], View] = Field(default_factory=dict)
    anchor: dict[str, str] | None = None
    complete: bool = False
    settle: Duration | None = None
    zone: str = "UTC"

    def key_fields(self) -> list[str]:
        """The published names that make the key, in order."""
        return _listed(self.key)

    def published(self, column: str) -> str:
        """Where a column of ours is found: its header or its path in the row."""
        return self.columns[column].source or column

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (LookupError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone; write a name such as UTC or Europe/Berlin") from None
        return zone

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        faults = [*self._shape_faults(), *self._anchor_faults(), *self._path_faults()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _shape_faults(self) -> list[str]:
        faults = []
        if self.format == "csv" and self.rows is not None:
            faults.append("rows: a CSV file has one table; leave rows out")
        if not self.key_fields():
            faults.append("key: name at least one column")
        if not self.columns:
            faults.append("columns: name at least one")
        return faults

    def _anchor_faults(self) -> list[str]:
        if self.anchor is None:
            return []
        faults = [f"anchor: there is no column {name!r}" for name in self.anchor if name not in {"key", *self.columns}]
        if "key" not in self.anchor or len(self.anchor) < 2:
            faults.append("anchor: give the key of a known row and at least one column's value in it")
        return faults

    def _path_faults(self) -> list[str]:
        if self.format == "csv":
            return []
        walk = self.rows if isinstance(self.rows, Walk) else None
        paths = [*self.key_fields(), *map(self.published, self.columns), *self.require]
        paths += [*walk.levels()[0], *filter(None, [walk.listed_in])] if walk else [str(self.rows or "@")]
        return [fault for expression in paths if (fault := _path_fault(expression))]

    def canonical(self) -> str:
        """The block as canonical JSON (sorted keys, no spaces): what is hashed and stored."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"))

    def hash(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()


class SourceSpec(_Strict):
    """One source file. `id` is the file's name and is filled in by whoever loads it.

    For whoever writes criteria on it: `rewrites` says that the publisher changes old figures; `moved_by` who could move
    them on purpose; `lag` how long after it happened a thing may first show; `republish` whether bodies may be shown.
    """

    id: str = Field(pattern=SOURCE_ID)
    publisher: str
    licence: str
    attribution: str = ""
    rewrites: bool = False
    moved_by: Literal["nobody", "traders", "us"] = "nobody"
    lag: Duration | None = None
    republish: bool | None = None
    fetch: FetchSpec
    read: ReadSpec
