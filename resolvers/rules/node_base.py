"""What every node of a rule has in common: a name by content, and the English it speaks."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar

from resolvers.rules.naming import Named, once
from resolvers.rules.phrase import Phrase


class _Node(Named):
    shared: ClassVar[bool] = False
    """Whether many markets ask for this very node, so that its English is worth keeping for all of them."""

    def words(self) -> Phrase:
        """The English of the node, with its figures."""
        return self._spoken

    def asides(self) -> tuple[Phrase, ...]:
        """What a trader has to know besides: sentences that a rule tells once, however many nodes ask for them."""
        return ()

    @once
    def _spoken(self) -> Phrase:
        return _said(self) if self.shared else self._say()

    def _say(self) -> Phrase:
        raise NotImplementedError


@lru_cache(maxsize=4096)
def _said(node: _Node) -> Phrase:
    return node._say()


@lru_cache(maxsize=4096)
def date_words(at: datetime) -> str:
    """An instant as people read it: a bare day where it is midnight UTC."""
    moment = at.astimezone(UTC)
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return moment.date().isoformat()
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC" if moment.second else "%Y-%m-%d %H:%M UTC")


def missing(value: object) -> bool:
    """Whether a field that few rules use says nothing: then it is left out of the canonical form."""
    return value is None or value is False
