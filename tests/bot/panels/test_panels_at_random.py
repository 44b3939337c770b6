"""Panels under anything that people and time may do: what must hold after every step, on a real store."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from crux_builders import BASE, Clock
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from new_stores import new_store

from bot.review.panel_asking import seat
from bot.review.panel_closing import close_if_due
from bot.review.panel_seating import Look, drawn
from bot.review.panels import PanelCard, answer, card_of
from bot.store import bodies, panels, schema
from bot.store.panel_rows import Panel as Sitting
from bot.verifying.paneled import panel_faults
from resolvers.durations import Duration
from resolvers.errors import Refusal
from resolvers.rules.panels import FACT, Limb, Panel, source_of
from resolvers.sources.reading import read_body

PEOPLE = ("ann", "ben", "cat", "dan")
KEYS = ("p", "q", FACT)
LIMBS = ("a", "b")
WORD = st.sampled_from(("yes", "no", "unclear"))
UNTIL = BASE + timedelta(days=40)


def terms_of(seats: int, redraw: int) -> Panel:
    return Panel(
        question="Is it so?", limbs=tuple(Limb(name=name, text=f"{name} is so.") for name in LIMBS), seats=seats,
        agree=seats // 2 + 1, time=Duration.of_days(2), until=UNTIL, redraw=redraw,
    )  # fmt: skip


class Panels(RuleBasedStateMachine):
    """One question of two limbs; rows are asked, seats drawn, votes given, draws counted in any order."""

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        faults = [one.because for one in panel_faults(self.store)]
        self.store.close()
        shutil.rmtree(self.folder)
        assert [one for one in faults if "terms that no definition has" not in one] == []

    @initialize(seats=st.integers(1, 3), redraw=st.integers(0, 2))
    def begin(self, seats: int, redraw: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.store = new_store(self.folder / "crux.sqlite", now=self.clock)
        self.given: dict[tuple[int, str], dict[str, dict[str, str]]] = {}  # draw, row -> person -> limb -> word
        self.asked: dict[int, set[str]] = {}  # draw -> rows it was asked about
        self.told: dict[str, Any] = {}  # the newest body's rows
        self.counted = 0  # the draw whose answers it brought
        self.seen = 0
        self.terms = terms_of(seats, redraw)
        self.source = source_of(self.terms)

    def living(self) -> tuple[Sitting | None, PanelCard | None]:
        with self.store.reading() as connection:
            there = panels.living(connection, "d", self.terms.source)
            return there, card_of(connection, there) if there else None

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, unique=True))
    def ask(self, keys: list[str]) -> None:
        there, _ = self.living()
        at = self.clock.at
        with self.store.transaction() as connection:
            if there is not None:
                new = [key for key in keys if key not in (*there.keys, *there.later)]
                panels.add_later(connection, there, new, (), there.last, at)
            elif at < UNTIL:
                told = {"slug": "s", "terms": self.terms, "keys": keys, "last": UNTIL}
                panels.open_panel(connection, debate="d", pack=(), at=at, **told)  # type: ignore[arg-type]

    @rule(barred=st.sets(st.sampled_from(PEOPLE), max_size=3))
    def draw(self, barred: set[str]) -> None:
        async def interests(person: str) -> Look:
            return Look(person in barred, "holds a position" if person in barred else "")

        there, card = self.living()
        if there is None or card is None or there.until is not None or self.clock.at >= there.last:
            return
        sat = {name for one in card.draws for name in one.seats}
        try:
            drawn(there.terms, there.draw + 1, PEOPLE, sat, interests).send(None)
        except StopIteration as done:  # it waits for nothing here
            seat(self.store, there, done.value)
        _, card = self.living()
        assert card is not None
        assert not barred & set(card.seats)
        self.asked |= {one.draw: set(one.keys) for one in card.draws}

    @rule(person=st.sampled_from((*PEOPLE, "mallory")), key=st.sampled_from(KEYS), words=st.tuples(WORD, WORD))
    def vote(self, person: str, key: str, words: tuple[str, str]) -> None:
        self.clock.at += timedelta(microseconds=1)  # two looks at one instant that say the same are one look
        there, card = self.living()
        if there is None or card is None:
            return
        open_ = there.until is not None and self.clock.at < there.until
        may = open_ and key in card.left.get(person, ())
        limbs = dict(zip(LIMBS, words, strict=True))
        try:
            answer(
                self.store, there.id, person=person, key=key, limbs=limbs, because="so", revision=there.revision,
                looked=Look(False, ""),
            )  # fmt: skip
        except Refusal:
            assert not may
            return
        assert may
        self.given.setdefault((there.draw, key), {})[person] = limbs
        self.look()

    @rule(words=st.tuples(WORD, WORD), key=st.sampled_from(KEYS))
    def everybody_says(self, words: tuple[str, str], key: str) -> None:
        for person in PEOPLE:
            self.vote(person, key, words)

    @rule(
        said=st.dictionaries(st.sampled_from(KEYS), st.tuples(WORD, WORD), min_size=1, max_size=2), split=st.booleans()
    )
    def whole_sitting(self, said: dict[str, tuple[str, str]], split: bool) -> None:
        """Rows are asked and all who sit answer them: with one voice, or each with another."""
        self.ask([*said])
        self.draw(set())
        words = ("yes", "no", "unclear")
        for key, (one, other) in said.items():
            for number, person in enumerate(PEOPLE):
                self.vote(person, key, (words[number % 3], other) if split else (one, other))

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.clock.at += timedelta(hours=hours)

    @rule()
    def close(self) -> None:
        there, _ = self.living()
        self.clock.at += timedelta(microseconds=1)
        if there is not None:
            with self.store.transaction() as connection:
                close_if_due(connection, self.store, there, self.clock.at)
            self.look()

    def look(self) -> None:
        """A new snapshot says what the machine itself has counted, and is read by the source.

        It keeps what was said of all rows but those that were asked anew since, with agreement or without.
        """
        at = schema.snapshots.c
        with self.store.reading() as connection:
            rows = connection.execute(sa.select(at.id, at.body, at.because).where(at.id > self.seen)).all()
            for number, body, because in rows:
                self.seen = number
                self._holds(bodies.get(connection, body), int(because.rpartition(" ")[2]))

    def _holds(self, raw: bytes, draw: int) -> None:
        assert read_body(raw, self.source.id, self.source.read).state == "good"
        told = {row["key"]: row for row in json.loads(raw)["answers"]}
        since = {key for number, keys in self.asked.items() if self.counted < number <= draw for key in keys}
        kept = {key: row for key, row in self.told.items() if key not in since | {FACT}}
        assert {key: row for key, row in told.items() if key not in self.asked[draw]} == kept
        for key in told.keys() & self.asked[draw]:
            self._counted(told[key], list(self.given[draw, key].values()))
        self.told, self.counted = told, draw

    def _counted(self, row: Any, votes: list[dict[str, str]]) -> None:
        counts = [Counter(vote[limb] for vote in votes)[word] for limb, word in row["limbs"].items()]
        assert min(counts) >= self.terms.agree
        assert row["votes"] == f"{min(counts)} of {self.terms.seats}"
        assert set(row["limbs"]) == set(LIMBS) or "no" in row["limbs"].values()

    @invariant()
    def one_panel_lives_and_nobody_sits_or_votes_out_of_turn(self) -> None:
        with self.store.reading() as connection:
            every = panels.listing(connection, "d", living=False)
            assert sum(one.closed_at is None for one in every) <= 1
            for one in every:
                assert one.closed_at is not None or card_of(connection, one).votes == ()
                for each in panels.draws(connection, one.id):
                    assert one.terms.agree <= len(each.seats) <= one.terms.seats
                    votes = [(vote.person, vote.key) for vote in panels.votes(connection, one.id, each.draw)]
                    assert len(votes) == len(set(votes))
                    assert set(votes) <= {(person, key) for person in each.seats for key in each.keys}


TestPanels = Panels.TestCase
TestPanels.settings = settings(
    max_examples=12, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
