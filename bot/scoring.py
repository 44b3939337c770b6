"""The scoreboard from the store: which markets resolved, on their inputs as frozen at the opening and as edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.scoring_record import Recorded, frozen_arguments, known_at, recorded
from bot.store import Store, markets, resolutions
from bot.store import score_inputs as kept
from bot.store.markets import Market
from bot.store.score_inputs import ARGUMENTS, History, Version
from markets.debate_events import Shares, shares_of
from markets.load import Loaded
from markets.score_arguments import edited_names, scored_arguments
from markets.score_board import Board, board
from markets.score_document import as_document as document_of
from markets.score_inputs import ScoreInputs, inputs_of, stands_as_edited, stands_when_frozen, text_of
from markets.score_markets import Played
from resolvers.outcome import Outcome

Prices = Mapping[str, Shares]
"""Manifold's market id -> what the market costs now."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The scoreboard as frozen; `edited` is the same on today's files, where they differ.

    `changed` are the markets whose inputs differ, `argued` the axes, claims and voices (`voice nora`) that do.
    `unfrozen` markets had no inputs on record when they opened; the earliest that came later stand in for them.
    `rewritten` are stances that are on record and that the files no longer have: rows are only ever added.
    """

    frozen: Board
    edited: Board | None
    changed: tuple[str, ...]
    unfrozen: tuple[str, ...]
    rewritten: tuple[str, ...] = ()
    argued: tuple[str, ...] = ()


def as_document(found: Standing) -> dict[str, Any]:
    """Both versions of the board, and which markets' inputs were edited or never frozen."""
    return {
        "frozen": document_of(found.frozen),
        "edited": document_of(found.edited) if found.edited else None,
        "changed": list(found.changed),
        "argued": list(found.argued),
        "unfrozen": list(found.unfrozen),
        "rewritten": list(found.rewritten),
    }


@dataclass(frozen=True, slots=True)
class Awaited:
    """A market that has not resolved: whether it has opened, and until when it is decided at the latest."""

    slug: str
    opened: bool
    decides: datetime


def awaited(store: Store, loaded: Loaded) -> tuple[Awaited, ...]:
    """What the scoreboard waits for, those that have opened first, then by the day on which they are decided."""
    assert loaded.debate is not None
    with store.reading() as connection:
        there = {each.slug: each.state for each in markets.every(connection, loaded.debate.debate)}
    left = [spec for slug, spec in loaded.markets.items() if there.get(slug) != "resolved"]
    found = [Awaited(spec.slug, spec.slug in there, spec.rule.decides) for spec in left]
    return tuple(sorted(found, key=lambda each: (not each.opened, each.decides, each.slug)))


@dataclass(frozen=True, slots=True)
class _Two:
    """One market on both versions of its inputs."""

    frozen: Played
    edited: Played
    was_frozen: bool

    @property
    def differs(self) -> bool:
        """Whether an edit changes anything that is scored; a stance that came too late for this market does not."""
        then, now = (each.inputs.model_dump(exclude={"stances"}) for each in (self.frozen, self.edited))
        return then != now or self.frozen.stands != self.edited.stands


def keep_inputs(connection: sa.Connection, loaded: Loaded, slugs: Iterable[str], at: datetime) -> tuple[str, ...]:
    """Put the scoring inputs of these markets, and the debate's arguments, on record as the files have them now.

    Returns the markets whose inputs are new there, and the debate's own name where its arguments are.
    """
    assert loaded.debate is not None
    made = {slug: inputs_of(loaded.markets[slug], loaded.arguments) for slug in slugs if slug in loaded.markets}
    told = {slug: (one.version, one.canonical()) for slug, one in made.items()}
    if told:
        argued = scored_arguments(loaded.arguments)
        told[ARGUMENTS] = (argued.version, argued.canonical())
    new = kept.keep(connection, loaded.debate.debate, told, at)
    return tuple(slug if slug != ARGUMENTS else loaded.debate.debate for slug in new)


def keep_edits(store: Store, loaded: Loaded) -> tuple[str, ...]:
    """Put what was edited since on record, for every market that has opened; returns those, as `keep_inputs`."""
    assert loaded.debate is not None
    with store.transaction() as connection:
        opened = dict.fromkeys(each.slug for each in markets.every(connection, loaded.debate.debate))
        return keep_inputs(connection, loaded, opened, store.now())


def standing(store: Store, loaded: Loaded, prices: Prices | None = None) -> Standing:
    """The debate's scoreboard: every market that has opened, resolved as our record has it."""
    assert loaded.debate is not None
    with store.reading() as connection:
        opened = markets.every(connection, loaded.debate.debate)
        histories = kept.histories(connection, loaded.debate.debate)
        outcomes = {one.market: one.outcome for one in resolutions.every(connection) if one.done_at}
        known = known_at(connection, [each for each in opened if each.id in outcomes])
    argued = histories.pop(ARGUMENTS, History())
    on_record, today = recorded(histories.values(), argued), scored_arguments(loaded.arguments)
    stood = frozen_arguments(argued, on_record, today)
    seen = _Seen(outcomes, known, prices or {}, store.now())
    found = [two for each in opened if (two := _two(each, histories.get(each.slug), loaded, seen)) is not None]
    changed, renamed = [two.frozen.slug for two in found if two.differs], edited_names(stood, today)
    edited = [two.edited for two in found]
    return Standing(
        frozen=board(stood, [two.frozen for two in found], on_record.since),
        edited=board(today, edited, on_record.since) if changed or renamed else None,
        changed=tuple(changed),
        unfrozen=tuple(two.frozen.slug for two in found if not two.was_frozen),
        rewritten=_rewritten(on_record, loaded),
        argued=renamed,
    )


def _rewritten(on_record: Recorded, loaded: Loaded) -> tuple[str, ...]:
    """`opener on demo-tips: guesses` of each stance that was on record and is gone."""
    there = {text_of(stance) for stance in loaded.arguments.stances} if loaded.arguments else set()
    return tuple(
        f"{stance.voice} on {stance.about[0]}: {stance.word if stance.credence is None else stance.credence}"
        for text, stance in on_record.stances.items()
        if text not in there
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """By the store's number: what came of each market, and when its answer was known; prices as they are `now`."""

    outcomes: Mapping[int, Outcome]
    known: Mapping[int, datetime]
    prices: Prices
    now: datetime


def _two(each: Market, history: History | None, loaded: Loaded, seen: _Seen) -> _Two | None:
    """A market on its frozen inputs and on today's; None where neither the record nor the files have any."""
    versions = history.versions if history else []
    at_opening = history.opened.get(each.opening) if history else None
    stood = at_opening or (versions[0] if versions else None)
    spec = loaded.markets.get(each.slug)
    today = inputs_of(spec, loaded.arguments) if spec else None
    frozen = ScoreInputs.of(stood.told) if stood else today
    if frozen is None:
        return None
    resolved_at, known = (each.resolved_at if each.id in seen.outcomes else None), seen.known.get(each.id)
    bare = Played(frozen, each.opened_at, resolved_at, None, seen.prices.get(each.market_id), (), _name(each), known)
    if resolved_at:
        bare = replace(bare, shares=shares_of(seen.outcomes[each.id]))
    given = _given_in_time(versions, at_opening, known)
    until = max(known, each.opened_at) if known else seen.now
    then = stands_when_frozen(frozen, each.opened_at, None if at_opening else given)
    edited = stands_as_edited(today or frozen, frozen, each.opened_at, until, given)
    return _Two(
        replace(bare, stands=then), replace(bare, inputs=today or frozen, stands=edited), at_opening is not None
    )


def _given_in_time(
    versions: Sequence[Version], at_opening: Version | None, known: datetime | None
) -> frozenset[str] | None:
    """The stances on record at the opening, or before the answer was known; None while it is open: all may count."""
    if known is None:
        return None
    early = [one for one in versions if one.at < known] + ([at_opening] if at_opening else [])
    return frozenset(text_of(stance) for one in early for stance in ScoreInputs.of(one.told).stances)


def _name(each: Market) -> str:
    return each.slug if each.opening == 1 else f"{each.slug} (opening {each.opening})"
