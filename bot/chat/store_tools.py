"""The tools of an answer, from the store and the files as they are now; short reads, each in one view of the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

import sqlalchemy as sa

from bot.chat.best_shown import best_of
from bot.chat.matching import Title, Titles
from bot.chat.naming import speller
from bot.chat.tools import MOST_HAPPENINGS, Best, Happening, MarketNow, Price, Purse, SourceNow
from bot.frozen import Frozen
from bot.judging import asked, judge_all
from bot.review.desk import Card
from bot.review.desk import card as card_of
from bot.review.people import Actor, person_of
from bot.scoring import Standing, standing
from bot.service.figures import source_states
from bot.store import Store, ledger, markets, phrases, prices, proposals, schema, schema_service
from bot.store.acts_told import SAID
from bot.store.markets import Market
from bot.store.proposals import Proposal
from bot.store.verdicts import newest_of
from markets.load import Loaded
from resolvers.errors import CruxError
from resolvers.evidence import instant, moment
from resolvers.rules.panels import is_panel
from resolvers.rules.rule import Rule
from resolvers.verdict import Verdict

FRESH = timedelta(hours=2)
"""A verdict that was kept within this time is told as it stands; an older one is judged anew first."""
FOREVER = datetime.max.replace(tzinfo=UTC)
MOST_WAITING = 200


def titles_of(loaded: Loaded) -> Titles:
    """The search index over the markets of a debate; built once for what was loaded, with all that is asked with."""
    speller()
    arguments = loaded.arguments
    return Titles(
        (
            Title(slug, spec.question, spec.answers, (_criteria(spec.rule), spec.fine_print, spec.baseline))
            for slug, spec in loaded.markets.items()
        ),
        claims=[Title(name, claim.text) for name, claim in arguments.claims.items()] if arguments else (),
        sources=[*loaded.published],
        voices=list(arguments.voices) if arguments else (),
    )


def _criteria(rule: Rule) -> str:
    return " ".join(f"{phrase.text[:1].upper()}{phrase.text[1:].rstrip('.')}." for phrase in rule.phrases())


@dataclass
class StoreTools:
    """Implements bot.chat.tools.Tools. Make one for each answer; `titles` may be shared by all of one load.

    `shown` says of a proposal's number whether it may be spoken of yet: nobody here learns of it before traders do.
    `past`: `now` is an instant that has gone by, and all is told as it stood then.
    """

    store: Store
    loaded: Loaded
    now: datetime
    titles: Titles = field(repr=False)
    shown: Callable[[int], bool] = lambda number: True
    past: bool = False
    _verdicts: dict[str, Verdict | None] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _debate(self) -> str:
        assert self.loaded.debate is not None
        return self.loaded.debate.debate

    @cached_property
    def _opened(self) -> dict[str, Market]:
        with self.store.reading() as connection:
            return {market.slug: market for market in markets.every(connection, self._debate)}

    @cached_property
    def _outcomes(self) -> dict[int, str]:
        """Market -> what it was resolved to, in words: one read for all, as there may be ten thousand."""
        with self.store.reading() as connection:
            return proposals.resolved_to(connection)

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
        there = self._one(slug)
        done = self._resolved(there) if there is not None and self._state(there) == "resolved" else None
        return self._now(slug, there, done.outcome.words() if done else None, self._frozen(slug, there))

    def _frozen(self, slug: str, there: Market | None) -> Frozen | None:
        """What holds for an opened market whose file is gone, or says something else by now."""
        spec = self.loaded.markets.get(slug)
        if there is None or (spec is not None and spec.version == there.version):
            return None
        with self.store.reading() as connection:
            return Frozen.of(markets.spec(connection, there.version))

    def _now(self, slug: str, there: Market | None, outcome: str | None, frozen: Frozen | None = None) -> MarketNow:
        spec, state = self.loaded.markets.get(slug), self._state(there)
        holds = frozen or spec
        reads = frozen.reads if frozen else [source.id for source in spec.sources] if spec else ()
        return MarketNow(
            slug=slug,
            question=holds.question if holds else slug,
            state=state,
            url=there.url if there else None,
            opens=there.opened_at if there else spec.opens if spec else None,
            closes=there.closes_at if there else spec.closes if spec else None,
            decides=holds.rule.decides if holds else None,
            criteria=_criteria(holds.rule) if holds else "",
            sources=tuple(name for name in reads if not is_panel(name)),
            resolved_at=there.resolved_at if there else None,
            outcome=outcome if state == "resolved" else None,
            past=self.past,
            subsidy_mana=there.subsidy_mana if there else None,
        )

    def _state(self, there: Market | None) -> str:
        """The market's state now, or as it was at an instant gone by."""
        if there is None or (self.past and there.opened_at > self.now):
            return "defined"
        if not self.past:
            return markets.state_now(there, self.now)
        if there.resolved_at is not None and there.resolved_at <= self.now:
            return "resolved"
        return "closed" if there.closes_at is not None and there.closes_at <= self.now else "open"

    def at(self, then: datetime) -> StoreTools:
        """The same as it stood at an earlier instant, by what had been seen by then."""
        return replace(self, now=then, past=True)

    def purse(self) -> Purse:
        """The debate's mana, from the ledger."""
        debate = self.loaded.debate
        assert debate is not None
        with self.store.reading() as connection:
            spent = ledger.spent_mana(connection, debate.debate)
            committed = ledger.committed_mana(connection, debate.debate)
        return Purse(spent, committed - spent, debate.limits.budget)

    def best(self, source: str, said: Collection[str] = ()) -> Best | None:
        """The best figure that a source shows now, of the column that was spoken of."""
        return best_of(self.store, self.loaded.sources[source], self.now, said)

    def markets(self) -> tuple[MarketNow, ...]:
        opened = self._opened
        named = ((slug, opened.get(slug)) for slug in sorted({*opened, *self.loaded.markets}))
        return tuple(self._now(slug, there, self._outcomes.get(there.id) if there else None) for slug, there in named)

    def verdict(self, slug: str) -> Verdict | None:
        """The verdict that stands: of the resolution where there is one, else the newest; None where it cannot be."""
        if slug not in self._verdicts:
            self._verdicts[slug] = self._judged(slug)
        return self._verdicts[slug]

    def _judged(self, slug: str) -> Verdict | None:
        there = self._one(slug)
        if there is not None and self._state(there) == "resolved":
            done = self._resolved(there)
            return done.verdict if done else None
        if there is not None and not self.past:
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
        if there is None or self.past:
            return None
        with self.store.reading() as connection:
            found = proposals.living(connection, there.id)
        return card_of(self.store, found.id) if found and self.shown(found.id) else None

    def price(self, slug: str) -> Price | None:
        there = self._one(slug)
        if there is None:
            return None
        with self.store.reading() as connection:
            samples = prices.series(connection, there.id, limit=1, until=self.now if self.past else None)
        return Price(samples[0].at, samples[0].shares) if samples else None

    def board(self) -> Standing:
        return standing(self.store, self.loaded, {})

    def sources(self, slug: str | None = None) -> tuple[SourceNow, ...]:
        wanted = set(self.market(slug).sources) if slug else set(self.loaded.sources)
        chosen = {name: source for name, source in self.loaded.sources.items() if name in wanted}
        return tuple(
            SourceNow(one.id, one.state, one.because, moment(one.newest) if one.newest is not None else None)
            for one in source_states(self.store, self.loaded, self.now, chosen)
        )

    def happenings(
        self, since: datetime, slug: str | None = None, until: datetime | None = None
    ) -> tuple[Happening, ...]:
        """What came about since then and before `until`, oldest first: openings, proposals and what became of them,
        new evidence.
        """
        within = (since, until or FOREVER)
        found = [*self._of_markets(*within), *self._of_proposals(*within), *self._of_reviews(*within)]
        found = [one for one in found if slug is None or one.slug == slug]
        wanted = set(self.market(slug).sources) if slug else None
        found += list(self._of_sources(*within, wanted))
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
            done = proposals.listing(connection, states=["resolved"], market=market.id)
        return done[-1] if done else None

    def _of_markets(self, since: datetime, until: datetime) -> Iterable[Happening]:
        for slug, market in self._opened.items():
            if since <= market.opened_at < until:
                yield Happening(market.opened_at, slug, "opened")
            if market.resolved_at is not None and since <= market.resolved_at < until:
                yield Happening(market.resolved_at, slug, f"resolved {self._outcomes.get(market.id, '')}".strip())

    def _of_proposals(self, since: datetime, until: datetime) -> Iterable[Happening]:
        slugs = {market.id: slug for slug, market in self._opened.items()}
        table = schema.proposals.c
        recent = sa.or_(
            sa.and_(table.created_at >= since, table.created_at < until),
            sa.and_(table.closed_at >= since, table.closed_at < until),
        )
        newest = sa.select(schema.proposals).where(recent).order_by(table.id.desc()).limit(MOST_HAPPENINGS)
        with self.store.reading() as connection:
            rows = connection.execute(newest).all()
        for one in (proposals.read(row._asdict()) for row in reversed(rows)):
            if one.market not in slugs or not self.shown(one.id):
                continue
            if since <= one.created_at < until:
                words = f"{one.outcome.words()} was proposed (proposal {one.id})"
                yield Happening(one.created_at, slugs[one.market], words)
            if one.closed_at is not None and since <= one.closed_at < until and one.state != "resolved":
                yield Happening(one.closed_at, slugs[one.market], f"proposal {one.id} was {one.state}")

    def _of_reviews(self, since: datetime, until: datetime) -> Iterable[Happening]:
        """What people said of proposals, which their cards show as well."""
        review, proposal, market = schema.reviews.c, schema.proposals.c, schema.markets.c
        joined = schema.reviews.join(schema.proposals, review.proposal == proposal.id)
        joined = joined.join(schema.markets, proposal.market == market.id)
        statement = sa.select(review.at, market.slug, review.person, review.vote, review.proposal)
        ours = sa.and_(review.at >= since, review.at < until, market.debate == self._debate)
        with self.store.reading() as connection:
            rows = connection.execute(
                statement.select_from(joined).where(ours).order_by(review.id.desc()).limit(MOST_HAPPENINGS)
            ).all()
        for at, slug, person, vote, number in reversed(rows):
            if self.shown(number):
                yield Happening(at, slug, f"{person} {SAID[vote]} proposal {number}")

    def _of_sources(self, since: datetime, until: datetime, wanted: set[str] | None) -> Iterable[Happening]:
        """Sources that showed something new: how many bodies that had not been seen before."""
        table = schema.snapshots.c
        first = sa.select(table.source, table.body, sa.func.min(table.seen_at).label("at"))
        first = first.where(table.body.is_not(None)).group_by(table.source, table.body)
        seen = sa.func.min(table.seen_at)
        new = first.having(sa.and_(seen >= instant(since), seen < instant(until))).subquery()
        statement = sa.select(new.c.source, sa.func.count(), sa.func.max(new.c.at)).group_by(new.c.source)
        with self.store.reading() as connection:
            rows = connection.execute(statement).all()
        for source, number, at in rows:
            if (wanted is None and source in self.loaded.sources) or source in (wanted or ()):
                times = "once" if number == 1 else f"{number} times"
                yield Happening(moment(at), None, f"{source} showed something new {times}", source)
