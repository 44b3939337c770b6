"""How a source is described: where to look (`fetch:`, changeable) and how to read it (`read:`, frozen at opening)."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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

    @model_validator(mode="after")
    def _one_address(self) -> FetchSpec:
        if (self.url is None) == (self.file is None):
            raise ValueError("give either url (a publisher's address) or file (a registry of ours), one of the two")
        return self


def _as_column(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


class Column(_Strict):
    """One column. A `unit` makes it a number; without one it is text unless `type` says otherwise.

    `from` is the published header (CSV) or a JMESPath inside the row (JSON, YAML); the column's own name by default.
    A row with a number outside `between` (inclusive, in the column's unit) is quarantined.
    """

    source: str | None = Field(default=None, alias="from")
    type: Literal["number", "text", "bool", "date"] | None = None
    unit: str | None = None
    between: tuple[Decimal | None, Decimal | None] | None = None
    is_: Literal["published"] | None = Field(default=None, alias="is")

    @property
    def kind(self) -> Literal["number", "text", "bool", "date"]:
        return self.type or ("number" if self.unit or self.between else "text")


class Walk(_Strict):
    """Rows that hang in a mapping: walk `each` (a path, or one a level) and keep the mapping's keys as `key_as`.

    `listed_in` is a JMESPath to a list of keys: rows not listed there are ignored, listed ones without a row reported.
    """

    each: str | list[str]
    key_as: str | list[str]
    listed_in: str | None = None


class View(_Strict):
    """A standing filter of the source's rows: a map as in a market's `where:`, kept here so that it freezes with it."""

    where: dict[str, Any]


class ReadSpec(_Strict):
    """How bytes become rows. Everything here is frozen by hash when a market that uses the source opens."""

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

    def canonical(self) -> str:
        """The block as canonical JSON (sorted keys, no spaces): what is hashed and stored."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"))

    def hash(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()


class SourceSpec(_Strict):
    """One source file. `id` is the file's name and is filled in by whoever loads it."""

    id: str = Field(pattern=SOURCE_ID)
    publisher: str
    licence: str
    attribution: str = ""
    fetch: FetchSpec
    read: ReadSpec
