"""The sources that a row set reads: each with its view, and the registries whose columns are joined to it."""

from __future__ import annotations

from pydantic import Field

from resolvers.durations import Duration
from resolvers.rules.filters import Filter
from resolvers.rules.naming import Named
from resolvers.rules.node_base import missing
from resolvers.rules.phrase import Phrase, spoken


class SourceUse(Named):
    """One source of a list: its id, the view that was named, and the filter that stands for both view and `where`."""

    source: str
    view: str | None = None
    where: Filter | None = None
    unless_frozen: Duration | None = Field(default=None, exclude_if=missing)
    """The source is passed over while it has shown no new row for this long."""

    @property
    def name(self) -> str:
        return f"{self.source}.{self.view}" if self.view else self.source

    def words(self) -> Phrase:
        """The source's name; what its view keeps is told once for the whole rule (`kept`)."""
        said = Phrase(self.name)
        if self.where is not None and self.view is None:
            said = Phrase.of("{} (those where {})", said, self.where.words())
        if self.unless_frozen is not None:
            figure = str(self.unless_frozen)
            said = Phrase.of("{} (unless it has shown no new row for {})", said, figure, figures=[figure])
        return said

    def kept(self) -> Phrase | None:
        """What is meant by the view, as a sentence; None without one."""
        if self.view is None or self.where is None:
            return None
        return Phrase.of("The name {} stands for the rows of {} where {}", self.name, self.source, self.where.words())


class Label(Named):
    """A column joined from a registry: the registry row whose key is the row's key."""

    column: str
    registry: str

    def words(self) -> Phrase:
        """Where the column comes from, as a sentence."""
        return Phrase(f"A row's {spoken(self.column)} is what {self.registry} says under the row's key")
