"""The evidence pack: what is known of the rows that people are asked about, and where anyone can check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.judging import Asked
from bot.store import Store, load_evidence
from bot.store.panel_rows import Shown
from resolvers.evidence import Span, instant, moment
from resolvers.rules.filters import Met, asking_of
from resolvers.rules.nodes import Among, Rows
from resolvers.rules.panels import FACT, Panel
from resolvers.sources.spec import SourceSpec

PICKED = " is "
"""Stands between a picked row's key and the text that is put to people with it: `system is R2`."""


def pack_of(store: Store, question: Asked, terms: Panel, keys: Sequence[str], as_of: datetime) -> tuple[Shown, ...]:
    """Each row as it was known at `as_of`, in every source that shows it; nothing for a question about no row."""
    wanted = [key for key in keys if key != FACT]
    if not wanted:
        return ()
    sources = {name: question.sources[name] for name in _sources(question, terms) if name in question.sources}
    evidence = load_evidence(store, sources, as_of)
    return tuple(
        shown
        for key in wanted
        for name, source in sources.items()
        for shown in _shown(key, source, evidence.source(name).spans, terms.from_pick)
    )


def last_of(terms: Panel, pack: Sequence[Shown], until: datetime) -> datetime:
    """From when on an answer comes too late: for a row with a default its own time, as the rules count it."""
    starts = [instant(datetime.fromisoformat(one.first_seen)) for one in pack]
    return min([until, *(moment(terms.last_for(start)) for start in starts)])


def _sources(question: Asked, terms: Panel) -> list[str]:
    """The sources whose rows the panel is asked about: of the row sets that ask it, or all for a picked row."""
    sets = [node for node in question.rule.nodes() if isinstance(node, Rows)]
    asking = [
        node.where
        for node in question.rule.nodes()
        if isinstance(node, Rows | Among)
        and any(isinstance(part, Met) and part.panel.source == terms.source for part in asking_of(node.where))
    ]
    mine = [rows for rows in sets if rows.where in asking]
    return list(dict.fromkeys(use.source for rows in (mine or sets) for use in rows.sources))


def _shown(key: str, source: SourceSpec, spans: Sequence[Span], picked: bool) -> Iterator[Shown]:
    """The row's newest state in one source; `first_seen` is when the row itself was, under whichever key."""
    of_key = [span for span in spans if span.key == key or (picked and key.startswith(span.key + PICKED))]
    if not of_key:
        return
    now = of_key[-1]
    first = min(span.since for span in spans if span.row == now.row)
    link = source.fetch.url or source.fetch.file or ""
    seen = moment(first).isoformat()
    yield Shown(key, source.id, dict(now.cells), seen, now.snapshot, now.body, link)
