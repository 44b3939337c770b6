"""From what verdicts ask to panels: one a question, added to while open, withdrawn when nobody asks any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.judging import Asked, asked
from bot.review.panel_pack import last_of, pack_of
from bot.review.panel_record import record_of, shown_of
from bot.store import Store, panels
from bot.store.panel_rows import Panel
from markets.load import Loaded
from resolvers.rules import panels as rules
from resolvers.verdict import Ask, Verdict


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one market asks a panel now."""

    question: Asked
    terms: rules.Panel
    keys: tuple[str, ...]
    as_of: datetime

    @property
    def debate(self) -> str:
        assert self.question.market is not None  # only markets on Manifold ask people
        return self.question.market.debate


def open_due(store: Store, loaded: Loaded, verdicts: Iterable[Verdict]) -> list[Panel]:
    """Open a panel for every question that verdicts on open markets ask, or add the rows to the one that is open.

    Rows that have been through all draws, or were asked for before the newest answer came, are not asked again.
    Returns the panels that were opened or have new rows.
    """
    found = []
    for wanted in _wanted(store, loaded, verdicts):
        made = _put(store, wanted)
        found += [] if made is None else [made]
    return found


def withdraw_due(store: Store, loaded: Loaded, verdicts: Iterable[Verdict]) -> list[Panel]:
    """Close every open panel whose question no verdict asks any more, where all markets that could have been judged."""
    assert loaded.debate is not None
    known = list(verdicts)
    questions = [each for each in asked(store, loaded) if _living(each)]
    found = []
    with store.reading() as connection:
        there = panels.listing(connection, loaded.debate.debate)
    for seen in there:
        could = {each.slug for each in questions if seen.source in each.sources}
        judged = {one.slug: one for one in known if one.slug in could and one.as_of >= seen.opened_at}
        if judged.keys() == could and not any(_asks(one, seen.source) for one in judged.values()):
            found.append(_withdraw(store, seen))
    return found


def _living(question: Asked) -> bool:
    return question.market is not None and question.market.state != "resolved"


def _asks(verdict: Verdict, source: str) -> bool:
    return any(ask.source == source for ask in verdict.asks)


def _wanted(store: Store, loaded: Loaded, verdicts: Iterable[Verdict]) -> Iterator[_Wanted]:
    asking = {one.slug: one for one in verdicts if one.asks}
    if not asking:
        return
    for question in asked(store, loaded, list(asking)):
        if not _living(question):
            continue
        verdict = asking[question.slug]
        for ask in verdict.asks:
            yield _Wanted(question, _terms(question.rule.panels(), ask), ask.keys, verdict.as_of)


def _terms(there: Sequence[rules.Panel], ask: Ask) -> rules.Panel:
    """The rule's panel behind an ask; for a pick its time may run from later than the rule has it."""
    mine = [panel for panel in there if panel.source == ask.source]
    exact = next((panel for panel in mine if panel.until == ask.until), mine[0])
    return exact if exact.until == ask.until else exact.model_copy(update={"until": ask.until})


def _put(store: Store, wanted: _Wanted) -> Panel | None:
    terms = wanted.terms
    with store.reading() as connection:
        keys, there = _new(connection, wanted), panels.living(connection, wanted.debate, terms.source)
    sooner = there is not None and terms.until < there.last
    if not keys and not sooner:
        return None
    pack = pack_of(store, wanted.question, terms, keys or wanted.keys, wanted.as_of)
    last = last_of(terms, pack, terms.until)
    with store.transaction() as connection:
        now = store.now()
        there = panels.living(connection, wanted.debate, terms.source)
        keys = [key for key in _new(connection, wanted) if key in keys]
        pack = tuple(one for one in pack if one.key in keys)
        if now >= last or not (keys or (there is not None and last < there.last)):
            return None
        if there is not None:
            return panels.add_later(connection, there, keys, pack, last, now)
        slug = wanted.question.slug
        return panels.open_panel(
            connection, debate=wanted.debate, slug=slug, terms=terms, keys=keys, pack=pack, last=last, at=now
        )


def _new(connection: sa.Connection, wanted: _Wanted) -> list[str]:
    """Those of the rows that no open panel has, and that have not been through all draws.

    None where the verdict was made before the newest answer or closing: the next one knows of it.
    """
    source = wanted.terms.source
    there = panels.listing(connection, wanted.debate, source=source, living=False)
    ends = [one.closed_at for one in there if one.closed_at] + [panels.newest_answer(connection, source)]
    if any(end is not None and wanted.as_of <= end for end in ends):
        return []
    has = {key for one in there if one.closed_at is None for key in (*one.keys, *one.later)}
    tries = record_of(connection, wanted.debate, source, since=wanted.terms.until).tries
    return [key for key in wanted.keys if key not in has and tries.get(key, 0) <= wanted.terms.redraw]


def _withdraw(store: Store, seen: Panel) -> Panel:
    with store.transaction() as connection:
        return panels.end_draw(
            connection,
            seen,
            to="withdrawn",
            keys=(),
            snapshot=None,
            shown=shown_of(connection, seen, seen.keys),
            because="no market asks this any more",
            at=store.now(),
        )
