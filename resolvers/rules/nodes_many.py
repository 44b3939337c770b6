"""Nodes over several things at once: k of n, a value per calendar period, sources that must agree, some of the top.

Like all nodes they hold no evidence. `nodes.py` makes them part of the closed union and completes their fields.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime, Field

from resolvers.durations import Duration
from resolvers.rules.defaults import Clock
from resolvers.rules.filters import RELATIONS, Filter, columns_of
from resolvers.rules.node_base import _Node, date_words
from resolvers.rules.phrase import Phrase
from resolvers.rules.said_apart import DIFFER, Asides, of_filter

if TYPE_CHECKING:
    from resolvers.rules.nodes import Compare, Node, RowsNode, Window

Per = Literal["month", "quarter", "year"]
MONTHS: dict[Per, int] = {"month": 1, "quarter": 3, "year": 12}
"""How many months each period has."""
Relation = Literal[">=", ">", "<=", "<", "==", "!="]


class AtLeast(_Node):
    """At least `n` of several conditions are true at the same time.

    True once `n` are known to be true, false once too many are known to be false for that, else unknown.

    Example:
        values:
          a: {max: score, from: board, where: {key: a}}
          b: {max: score, from: board, where: {key: b}}
          c: {max: score, from: board, where: {key: c}}
        resolve:
          yes: {at_least: 2, of: [a >= 50%, b >= 50%, c >= 50%]}
    """

    kind: Literal["at_least"] = "at_least"
    n: int = Field(ge=1)
    parts: tuple[Node, ...]

    def _say(self) -> Phrase:
        inner = Phrase.listed([Phrase.of("({})", part.words()) for part in self.parts], ", ")
        hold = "hold" if self.n > 1 else "holds"
        return Phrase.of("at least {} of these {}: {}", str(self.n), hold, inner, figures=[str(self.n)])


class Series(_Node):
    """One value for each whole calendar month, quarter or year (UTC): a trend, where a single reading is not enough.

    Under `value` only the rows count whose clock lies in the period; the value is read `read` after the period's end
    (0 days where nothing is said), and is unknown before that. `from` and `before` begin a period. The value's unit is
    the series' unit. It stands only in `at_least`, and its last reading lies before T.

    Example:
        values:
          share: {per: month, from: 2027-01-01, before: 2027-04-01, value: {count: rows, from: board}, read: 5 days}
        resolve:
          yes: {at_least: 1, rises: share}
    """

    kind: Literal["series"] = "series"
    per: Per
    since: AwareDatetime
    before: AwareDatetime
    of: Node
    read: Duration = Duration.of_days(0)
    clock: Clock = "seen"

    def _say(self) -> Phrase:
        ends = [date_words(self.since), date_words(self.before)]
        verb = "first seen" if self.clock == "seen" else "dated by their publisher"
        lag, figures = "at its end", ends
        if self.read.us:
            lag, figures = f"{self.read} after its end", [*ends, str(self.read)]
        text = "[{}], taken for each {} from {} on and before {} over the rows {} in it, read {}"
        return Phrase.of(text, self.of.words(), self.per, *ends, verb, lag, figures=figures)

    def starts(self) -> tuple[datetime, ...]:
        """Where the periods begin; each ends where the next begins, the last at `before`."""
        found, at = [], self.since.astimezone(UTC)
        while at < self.before:
            found.append(at)
            at = following(at, self.per)
        return tuple(found)

    def names(self) -> tuple[str, ...]:
        """The periods as people name them: 2027-03, 2027 Q1, 2027."""
        return tuple(period_name(at, self.per) for at in self.starts())

    @cached_property
    def parts(self) -> tuple[Window, ...]:
        """The value of each period, as nodes that any other code can judge."""
        from resolvers.rules.series import readings  # they are made of nodes, which are made of these

        return readings(self)


class Along(_Node):
    """At least `n` of the periods of a series satisfy something, or of the changes from one to the next rise or fall.

    An equal pair neither rises nor falls. Counted as in `at_least`: an unreadable period leaves only what hangs on it
    open.

    Example:
        values:
          papers: {per: month, from: 2027-01-01, before: 2027-04-01, value: {count: rows, from: board}}
        resolve:
          yes: {at_least: 2, each: papers, is: ">= 3"}
    """

    kind: Literal["along"] = "along"
    n: int = Field(ge=1)
    how: Literal["rises", "falls", "each"]
    of: Series
    op: Relation | None = None
    bar: Node | None = None

    def _say(self) -> Phrase:
        figure, per = str(self.n), self.of.per
        if self.how == "each":
            assert self.op is not None and self.bar is not None
            return Phrase.of(
                "in at least {} {}, {}, is {} {}", figure, f"{per}s" if self.n > 1 else per, self.of.words(),
                RELATIONS[self.op], self.bar.words(), figures=[figure],
            )  # fmt: skip
        what = self.how.removesuffix("s")
        verb = f"is a {what}" if self.n == 1 else f"are {what}s"
        text = "at least {} of the changes from one {} to the next {} (an equal pair is none) of {}"
        return Phrase.of(text, figure, per, verb, self.of.words(), figures=[figure])

    @cached_property
    def parts(self) -> tuple[Compare, ...]:
        """The conditions of which `n` must hold."""
        from resolvers.rules.series import conditions

        return conditions(self)

    def names(self) -> tuple[str, ...]:
        """What each condition is about: a period, or a pair of them."""
        names = self.of.names()
        if self.how == "each":
            return names
        return tuple(f"{one} to {other}" for one, other in pairwise(names))


class Agree(_Node):
    """One value that several sources must each show: where they differ nothing is decided.

    Equal everywhere, it is the value; where two are known to differ the verdict is `conflicting` and names both; where
    one is silent or open it is unknown. The unit is the column's.

    Example:
        values:
          best: {max: score, agree: [board, mirror]}
        resolve:
          yes: best >= 85%
    """

    kind: Literal["agree"] = "agree"
    parts: tuple[Node, ...] = Field(min_length=2)

    def _say(self) -> Phrase:
        return Phrase.of("the value that agrees between {}", Phrase.listed([p.words() for p in self.parts], " and "))

    def asides(self) -> Asides:
        return (DIFFER,)


class Among(_Node):
    """Those of the top rows that pass a filter: first the top is taken, then the filter.

    A row whose cell or label cannot be read may or may not count.

    Example:
        values:
          few: {top: score, n: 3, from: board}
          small: {count: rows, of: few, where: {class: P1}}
        resolve:
          yes: small >= 2
    """

    kind: Literal["among"] = "among"
    of: RowsNode
    where: Filter

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that the filter reads."""
        return columns_of(self.where)

    def _say(self) -> Phrase:
        return Phrase.of("those of [{}] where {}", self.of.words(), self.where.words())

    def asides(self) -> Asides:
        return of_filter(self.where)


def following(at: datetime, per: Per) -> datetime:
    """The beginning of the next period."""
    month = at.month - 1 + MONTHS[per]
    return at.replace(year=at.year + month // 12, month=month % 12 + 1)


def begins(at: datetime, per: Per) -> bool:
    """Whether a period begins exactly here."""
    day = at.astimezone(UTC)
    return day == datetime(day.year, day.month, 1, tzinfo=UTC) and (day.month - 1) % MONTHS[per] == 0


def period_name(at: datetime, per: Per) -> str:
    """2027-03, 2027 Q1 or 2027."""
    if per == "year":
        return str(at.year)
    return f"{at.year} Q{(at.month + 2) // 3}" if per == "quarter" else f"{at.year}-{at.month:02d}"
