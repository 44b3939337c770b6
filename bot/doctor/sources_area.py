"""The sources: each that does not speak as it should, and what to look at."""

from __future__ import annotations

from bot.doctor.checks import Check, not_set_up, ok, wrong
from bot.service.figures import source_states
from bot.service.overview import source_words
from bot.store import Store
from bot.store.counting import newest_notes
from markets.load import Loaded
from markets.registries import mendable

REMEDY = {
    "late": "look whether its page still appears; crux collect {0} looks at once",
    "stale": "look whether its page still appears; its markets wait. crux collect {0} looks at once",
    "lost": "crux collect {0} looks at once; if it is gone for good, put in archived bodies with crux import {0}",
    "removed": "the page is gone: mend the address in sources/{0}.yaml, or put in archived bodies with crux import {0}",
    "refused": "the page is another document now: compare it with read: in sources/{0}.yaml",
    "unreadable": "the page's form has changed: compare it with read: in sources/{0}.yaml",
    "never": "crux collect {0} looks at once",
}

MOST = 3
"""Cells of a list that are told in its line."""


def examine(store: Store, loaded: Loaded) -> list[Check]:
    """A line for each source in trouble, or one for all."""
    states = source_states(store, loaded, store.now())
    found = [
        (not_set_up if one.because == "never looked at" else wrong)(
            f"source {one.id}", source_words(one), REMEDY[one.state].format(one.id)
        )
        for one in states
        if one.state != "live"
    ]
    found += _own_lists(store, loaded)
    return found or [ok("sources", f"{len(states)} live")]


def _own_lists(store: Store, loaded: Loaded) -> list[Check]:
    """A line for each list of the debate's own with a row that nobody can read, as it was last collected."""
    notes = newest_notes(store)
    found = []
    for name, source in sorted(loaded.published.items()):
        odd = mendable(notes.get(name, [])) if source.fetch.file is not None else []
        if odd:
            more = f" (and {len(odd) - MOST} more)" if len(odd) > MOST else ""
            remedy = f"mend {source.fetch.file}; crux check shows every place in it"
            found.append(wrong(f"source {name}", f"{'; '.join(odd[:MOST])}{more}", remedy))
    return found
