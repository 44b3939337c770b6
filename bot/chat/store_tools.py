"""The tools of an answer, from the store and the files as they are now; short reads, each in one view of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import sqlalchemy as sa

from bot.chat.matching import Title, Titles
from bot.chat.naming import speller
from bot.chat.tools import Happening, MarketNow, Price, SourceNow
from bot.judging import asked, judge_all
from bot.review.desk import Card
from bot.review.desk import card as card_of
from bot.review.people import Actor, person_of
from bot.scoring import Standing, standing
from bot.service.figures import source_states
from bot.store import Store, markets, phrases, prices, proposals, schema, schema_service
from bot.store.markets import Market
from bot.store.proposals import Proposal
from bot.store.verdicts import newest_of
from markets.load import Loaded
from markets.spec import MarketSpec
from resolvers.errors import CruxError
from resolvers.evidence import instant, moment
from resolvers.rules.panels import is_panel
from resolvers.verdict import Verdict

FRESH = timedelta(hours=2)
"""A verdict that was kept within this time is told as it stands; an older one is judged anew first."""
MOST_HAPPENINGS = 200
MOST_WAITING = 200
SAID = {"approve": "approved", "reject": "rejected", "ask": "asked about", "dispute": "disputed"}


def titles_of(loaded: Loaded) -> Titles:
    """The search index over the markets of a debate; built once for what was loaded, with all that is asked with."""
    speller()
    arguments = loaded.arguments
    return Titles(
        (
            Title(slug, spec.question, spec.answers, (_criteria(spec), spec.fine_print, spec.baseline))
            for slug, spec in loaded.markets.items()
        ),
        claims=[Title(name, claim.text) for name, claim in arguments.claims.items()] if arguments else (),
        sources=[name for name in loaded.sources if not is_panel(name)],
        voices=list(arguments.voices) if arguments else (),
    )


def _criteria(spec: MarketSpec) -> str:
    return " ".join(f"{phrase.text[:1].upper()}{phrase.text[1:].rstrip('.')}." for phrase in spec.rule.phrases())


@dataclass
class StoreTools:
    """Implements bot.chat.tools.Tools. Make one for each answer; `titles` may be shared by all of one load.

    `shown` says of a proposal's number whether it may be spoken of yet: nobody here learns of it before traders do.
    """

    store: Store
    loaded: Loaded
    now: datetime
    titles: Titles = field(repr=False)
    shown: Callable[[int], bool] = lambda number: True

    @cached_property
    def _debate(self) -> str:
        assert self.loaded.debate is not None
        return self.loaded.debate.debate

    @cached_property
    def _opened(self) -> dict[str, Market]:
        with self.store.reading() as connection:
            return {market.slug: market for market in markets.every(connection, self._debate)}

    def _one(self, slug: str) -> Market | None:
        """The newest opening of a market; of one, as there may be ten thousand."""
        with self.store.reading() as connection:
            return markets.find(connection, self._debate, slug)

    def slug_of_proposal(self, number: int) -> str | None:
        """Its market; None where there is none of that number, or it may not be spoken of yet."""
        proposal, market = schema.proposals.c, schema.markets.c
        statement = sa.select(market.slug).join_from(schema.markets, schema.proposals, proposal.market == market.id)
        with self.store.reading() as connection:
            ours = statement.where(proposal.id == number, market.debate == self._debate)
            found: str | None = connection.execute(ours).scalar_one_or_none()
        return found if found is not None and self.shown(number) else None

    def slug_at(self, address: str) -> str | None:
        """The market at an address: ours by the store, or by its short name as the last part of the path."""
        bare = address.rstrip("/)>.,!?").partition("?")[0].partition("#")[0]
        market = schema.markets.c
        with self.store.reading() as connection:
            ours = sa.select(market.slug).where(market.debate == self._debate, market.url == bare)
            found = connection.execute(ours.limit(1)).scalar_one_or_none()
        last = bare.rpartition("/")[2].lower()
        return found or (last if self.titles.title(last) is not None else None)

    def market(self, slug: str) -> MarketNow:
        return self._now(slug, self._one(slug))

    def _now(self, slug: str, there: Market | None) -> MarketNow:
        spec = self.loaded.markets.get(slug)
        done = self._resolved(there) if there is not None and there.state == "resolved" else None
        return MarketNow(
            slug=slug,
            question=spec.question if spec else slug,
            state=there.state if there else "defined",
            url=there.url if there else None,
            opens=there.opened_at if there else spec.opens if spec else None,
            closes=there.closes_at if there else spec.closes if spec else None,
            decides=spec.decides if spec else None,
            criteria=_criteria(spec) if spec else "",
            sources=tuple(source.id for source in spec.sources if not is_panel(source.id)) if spec else (),
            resolved_at=there.resolved_at if there else None,
            outcome=done.outcome.words() if done else None,
        )

    def markets(self) -> tuple[MarketNow, ...]:
        opened = self._opened
        return tuple(self._now(slug, opened.get(slug)) for slug in sorted({*opened, *self.loaded.markets}))

    def verdict(self, slug: str) -> Verdict | None:
        """The verdict that stands: of the resolution where there is one, else the newest; None where it cannot be."""
        there = self._one(slug)
        if there is not None and there.state == "resolved":
            done = self._resolved(there)
            return done.verdict if done else None
        if there is not None:
            with self.store.reading() as connection:
                kept = newest_of(connection, there.version)
            if kept is not None and self.now - kept.as_of <= FRESH:
                return kept
        try:
            (verdict,) = judge_all(self.store, asked(self.store, self.loaded, [slug]), self.now).verdicts
        except CruxError:
            return None
        return verdict

    def verdicts_at(self, slugs: Sequence[str], at: datetime) -> dict[str, Verdict]:
        """The verdicts as they stood at an earlier instant, by slug; none of what cannot be judged."""
        if not slugs:
            return {}
        try:
            judged = judge_all(self.store, asked(self.store, self.loaded, slugs), at, known_on=at)
        except CruxError:
            return {}
        return {question.slug: verdict for question, verdict in zip(judged.questions, judged.verdicts, strict=True)}

    def card(self, slug: str) -> Card | None:
        there = self._one(slug)
        if there is None:
            return None
        with self.store.reading() as connection:
            found = proposals.living(connection, there.id)
        return card_of(self.store, found.id) if found and self.shown(found.id) else None

    def price(self, slug: str) -> Price | None:
        there = self._one(slug)
        if there is None:
            return None
        with self.store.reading() as connection:
            sample = prices.newest(connection, there.id)
        return Price(sample.at, sample.shares) if sample else None

    def board(self) -> Standing:
        return standing(self.store, self.loaded, {})

    def sources(self, slug: str | None = None) -> tuple[SourceNow, ...]:
        wanted = set(self.market(slug).sources) if slug else set(self.loaded.sources)
        chosen = {name: source for name, source in self.loaded.sources.items() if name in wanted}
        return tuple(
            SourceNow(one.id, one.state, one.because, moment(one.newest) if one.newest is not None else None)
            for one in source_states(self.store, chosen, self.now)
        )

    def happenings(self, since: datetime, slug: str | None = None) -> tuple[Happening, ...]:
        """What came about since then, oldest first: openings, proposals and what became of them, new evidence."""
        found = [*self._of_markets(since), *self._of_proposals(since), *self._of_reviews(since)]
        found = [one for one in found if slug is None or one.slug == slug]
        wanted = set(self.market(slug).sources) if slug else None
        found += list(self._of_sources(since, wanted))
        return tuple(sorted(found, key=lambda one: one.at)[-MOST_HAPPENINGS:])

    def last_run(self) -> datetime | None:
        table = schema_service.job_runs.c
        with self.store.reading() as connection:
            last: datetime | None = connection.execute(sa.select(sa.func.max(table.ended_at))).scalar_one()
            return last

    def waiting(self) -> tuple[Card, ...]:
        """The proposals that want votes and may be spoken of, the oldest first."""
        ours = {market.id for market in self._opened.values()}
        with self.store.reading() as connection:
            found = proposals.listing(connection, states=["proposed"])
        mine = [one.id for one in found if one.market in ours and self.shown(one.id)]
        return tuple(card_of(self.store, number) for number in mine[:MOST_WAITING])

    def person(self, account: str) -> str | None:
        """Who of the debate an account on Discord belongs to; None where it is linked to nobody."""
        return person_of(self.store, self._debate, Actor("discord", account, ""))

    def keeps(self, account: str) -> bool:
        """Whether sentences of this account may be kept."""
        return phrases.may_keep(self.store, account)

    def _resolved(self, market: Market) -> Proposal | None:
        with self.store.reading() as connection:
            done = [one for one in proposals.listing(connection, market=market.id) if one.state == "resolved"]
        return done[-1] if done else None

    def _of_markets(self, since: datetime) -> Iterable[Happening]:
        for slug, market in self._opened.items():
            if market.opened_at >= since:
                yield Happening(market.opened_at, slug, "opened")
            if market.resolved_at is not None and market.resolved_at >= since:
                done = self._resolved(market)
                yield Happening(market.resolved_at, slug, f"resolved {done.outcome.words() if done else ''}".strip())

    def _of_proposals(self, since: datetime) -> Iterable[Happening]:
        slugs = {market.id: slug for slug, market in self._opened.items()}
        table = schema.proposals.c
        recent = sa.or_(table.created_at >= since, table.closed_at >= since)
        with self.store.reading() as connection:
            rows = connection.execute(sa.select(schema.proposals).where(recent).limit(MOST_HAPPENINGS)).all()
        for one in (proposals.read(row._asdict()) for row in rows):
            if one.market not in slugs or not self.shown(one.id):
                continue
            if one.created_at >= since:
                words = f"{one.outcome.words()} was proposed (proposal {one.id})"
                yield Happening(one.created_at, slugs[one.market], words)
            if one.closed_at is not None and one.closed_at >= since and one.state != "resolved":
                yield Happening(one.closed_at, slugs[one.market], f"proposal {one.id} was {one.state}")

    def _of_reviews(self, since: datetime) -> Iterable[Happening]:
        """What people said of proposals, which their cards show as well."""
        review, proposal, market = schema.reviews.c, schema.proposals.c, schema.markets.c
        joined = schema.reviews.join(schema.proposals, review.proposal == proposal.id)
        joined = joined.join(schema.markets, proposal.market == market.id)
        statement = sa.select(review.at, market.slug, review.person, review.vote, review.proposal)
        ours = sa.and_(review.at >= since, market.debate == self._debate)
        with self.store.reading() as connection:
            rows = connection.execute(
                statement.select_from(joined).where(ours).order_by(review.id.desc()).limit(MOST_HAPPENINGS)
            ).all()
        for at, slug, person, vote, number in rows:
            if self.shown(number):
                yield Happening(at, slug, f"{person} {SAID[vote]} proposal {number}")

    def _of_sources(self, since: datetime, wanted: set[str] | None) -> Iterable[Happening]:
        """Sources that showed something new: how many bodies that had not been seen before."""
        table = schema.snapshots.c
        first = sa.select(table.source, table.body, sa.func.min(table.seen_at).label("at"))
        first = first.where(table.body.is_not(None)).group_by(table.source, table.body)
        new = first.having(sa.func.min(table.seen_at) >= instant(since)).subquery()
        statement = sa.select(new.c.source, sa.func.count(), sa.func.max(new.c.at)).group_by(new.c.source)
        with self.store.reading() as connection:
            rows = connection.execute(statement).all()
        for source, number, at in rows:
            if (wanted is None and source in self.loaded.sources) or source in (wanted or ()):
                times = "once" if number == 1 else f"{number} times"
                yield Happening(moment(at), None, f"{source} showed something new {times}", source)
