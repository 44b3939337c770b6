"""Plan and apply with the store between: what we know of each market, and writing down what came of each change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.frozen import as_opened
from bot.platform import Platform
from bot.ready import held
from bot.review.pausing import paused
from bot.scoring import keep_edits, keep_inputs
from bot.store import Store
from bot.store import markets as opened
from bot.store.outbox import Outbox
from bot.surveying import Survey, Surveyor
from markets.apply import Applied, apply_changes, finish, opened_after, require
from markets.changes import Change
from markets.load import Loaded
from markets.outbox import CREATION, Entry, Write, rests_on_a_proposal, write_of
from markets.plan import Limits, Opened, Plan, plan
from markets.spec import MarketSpec
from resolvers.errors import Refusal

PART = 10
"""Changes that are carried out in one turn of writing: some requests each, and others wait that long."""

MOVED_ON = "not begun: the files or Manifold have moved on since it was planned; look at `crux plan` again"


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes and carries out plans for one debate on one platform.

    `gated`: a market that the lint, with what the store knows, does not find ready is not opened. `early`: what would
    keep it from opening is also told of a market whose day has not come.
    """

    store: Store
    loaded: Loaded
    platform: Platform
    gated: bool = False
    early: bool = False

    async def recover(self) -> Applied:
        """Close what an earlier process had begun, before anything new is planned."""
        done = await finish(self._outbox, self.platform.carrier())
        self.write_down()
        return done

    def has_begun(self) -> bool:
        """Whether there is anything for `recover` to close."""
        return any(not rests_on_a_proposal(each.write) for each in self._outbox.open_entries())

    async def plan(
        self, limits: Limits, *, only: Sequence[str] | None = None, restore: frozenset[str] = frozenset()
    ) -> Plan:
        """The difference between the files and Manifold, as it is now."""
        return (await self.draw(limits, only=only, restore=restore))[0]

    async def draw(
        self,
        limits: Limits,
        survey: Survey | None = None,
        *,
        only: Sequence[str] | None = None,
        restore: frozenset[str] = frozenset(),
    ) -> tuple[Plan, Survey]:
        """The difference as a survey shows it, or one made now; and the survey with what was read for its sake.

        That is what we have written to since the survey, and whole, each market that is named, or that the plan would
        change. A plan over its limits is only shown: for it nothing more is read.
        """
        survey = await self._surveyor.look(self._known()) if survey is None else survey
        known = self._known()
        held_back, kept = self._held(known) if self.gated else None, self._kept(known)
        named = {known[slug].market_id for slug in {*(only or ()), *restore} & known.keys()}
        wanted = sorted({*survey.outdated(known), *(named - survey.whole)})
        while True:
            if wanted:
                survey = survey.seeing(known, await self._surveyor.whole(known, wanted))
            made = plan(
                self.loaded.markets.values(),
                known,
                survey.live,
                limits,
                self.store.now(),
                account_id=self.platform.account.id,
                held=held_back,
                frozen=kept,
                restore=restore,
                only=only,
            )
            changed = set() if made.refusals else {each.market_id for each in made.changes if each.kind != "create"}
            wanted = sorted(changed - survey.whole)
            if not wanted:
                return made, survey

    def is_outdated(self, survey: Survey) -> bool:
        """Whether we have written anything since that a plan of it would have to know."""
        return bool(survey.outdated(self._known()))

    def _known(self, *slugs: str) -> dict[str, Opened]:
        return opened_after(self._outbox.settled_entries(None, *slugs))

    async def apply(
        self, reviewed: Plan, *, checksum: str | None = None, tell: Callable[[str], None] = lambda line: None
    ) -> Applied:
        """Carry out a plan; definitions, and what scores will rest on, are frozen before the first is created.

        Refusal while all is paused; a pause that comes meanwhile stops it before the next change, and what was done
        until then is written down.
        """
        require(reviewed, checksum)
        done = await self._carried(reviewed.changes, tell)
        self.keep_edits()
        return done

    async def apply_part(
        self,
        part: Sequence[Change],
        *,
        restore: frozenset[str] = frozenset(),
        tell: Callable[[str], None] = lambda line: None,
    ) -> Applied:
        """Carry out some changes of a reviewed plan in a turn of their own, if they still are what was reviewed.

        Others may have written since: the markets are read again, and a market of which another change would be made
        by now, or none, is left alone and told as stale. Once all parts are done, `keep_edits`.
        """
        self._refuse_if_paused()
        now = await self._again(frozenset(each.slug for each in part), restore)
        moved = {each.slug for each in {*part} ^ {*now}}
        left = [each for each in part if each.slug not in moved]
        done = await self._carried(left, tell) if left else Applied()
        done.stale += [(write_of(each), MOVED_ON) for each in part if each.slug in moved]
        return done

    async def _again(self, slugs: frozenset[str], restore: frozenset[str]) -> tuple[Change, ...]:
        """What would change of these markets now, each read whole just now; what was ready a moment ago still is."""
        known = self._known(*slugs)
        live = await self._surveyor.whole(known, [each.market_id for each in known.values()])
        specs = [self.loaded.markets[slug] for slug in sorted(slugs & self.loaded.markets.keys())]
        made = plan(
            specs,
            known,
            live,
            Limits(yes_many=True),
            self.store.now(),
            account_id=self.platform.account.id,
            restore=restore,
        )
        return made.changes

    async def _carried(self, changes: Sequence[Change], tell: Callable[[str], None]) -> Applied:
        """Carry them out, and write down what came of them also where a pause ends it."""
        self._refuse_if_paused()
        self._freeze(changes)

        def next_one(line: str) -> None:
            self._refuse_if_paused()
            tell(line)

        slugs = [each.slug for each in changes]
        try:
            done = await apply_changes(changes, self._outbox, self.platform.carrier(), next_one)
        except Refusal:
            self.write_down(*slugs)
            raise
        self.write_down(*slugs)
        return done

    def keep_edits(self) -> None:
        """What was edited of what scores rest on, once a plan is carried out."""
        keep_edits(self.store, self.loaded)

    def _refuse_if_paused(self) -> None:
        if (stop := paused(self.store)) is not None:
            raise Refusal(f"{stop.words()}; nothing is applied until `crux resume`")

    def _held(self, known: Mapping[str, Opened]) -> dict[str, str]:
        """Why each market that could open now may not."""
        now = self.store.now()
        there = [(slug, each) for slug, each in self.loaded.markets.items() if slug not in known and now < each.closes]
        return held(self.store, self.loaded, [slug for slug, each in there if self.early or each.opens <= now])

    def _kept(self, known: Mapping[str, Opened]) -> dict[str, str]:
        """The definitions that markets opened with, by version, where their files say something else by now."""
        defined = self.loaded.markets
        here = [(one.version, defined[slug].version) for slug, one in known.items() if slug in defined]
        return as_opened(self.store, [version for version, now in here if version != now])

    @property
    def _debate(self) -> str:
        assert self.loaded.debate is not None
        return self.loaded.debate.debate

    @property
    def _outbox(self) -> Outbox:
        assert self.loaded.debate is not None
        return self.platform.outbox(self.store, self.loaded.debate)

    @property
    def _surveyor(self) -> Surveyor:
        return Surveyor(self.store, self.platform.client, self.platform.account.id)

    def _freeze(self, changes: Sequence[Change]) -> None:
        at = self.store.now()
        created = [change.slug for change in changes if change.kind == "create"]
        if not created:
            return
        with self.store.transaction() as connection:
            for slug in created:
                freeze(connection, self.loaded.markets[slug], at)
            keep_inputs(connection, self.loaded, created, at)

    def write_down(self, *slugs: str) -> None:
        """Make our rows of markets (of these, if any are named) agree with what the outbox knows to have happened.

        Reads only settled entries, so a process that died between the two is made good by the next; again changes
        nothing.
        """
        settled = self._outbox.settled_entries(None, *slugs)
        with self.store.reading() as connection:
            if slugs:
                found = [opened.find(connection, self._debate, *each) for each in _openings(settled)]
            else:
                found = list(opened.every(connection, self._debate))
        there = {(one.slug, one.opening): one for one in found if one is not None}
        made = [entry for entry in settled if _is_news(entry, there)]
        moved = {slug: now for slug, now in opened_after(settled).items() if not _agrees(now, there)}
        if not made and not moved:
            return
        with self.store.transaction() as connection:
            for entry in made:
                assert entry.found is not None
                self._opened(connection, entry.write, entry.found)
            for slug, now in moved.items():
                self._agree(connection, slug, now)

    def _opened(self, connection: sa.Connection, write: Write, found: Mapping[str, Any]) -> None:
        creation = CREATION.validate_python(write.payload["creation"])
        opened.opened(
            connection,
            debate=self._debate,
            slug=write.slug,
            opening=write.payload["opening"],
            version=write.payload["version"],
            market_id=found["market_id"],
            url=found["url"],
            type=creation.market_type,
            answers=found["answers"],
            at=self._since(found),
            closes_at=creation.closes,
            subsidy_mana=creation.subsidy_mana,
        )

    def _since(self, found: Mapping[str, Any]) -> datetime:
        """Since when the market lives: by Manifold's clock, for it may be written down much later (law 1)."""
        now = self.store.now()
        return min(datetime.fromisoformat(found["created_at"]), now) if found.get("created_at") else now

    def _agree(self, connection: sa.Connection, slug: str, now: Opened) -> None:
        there = opened.find(connection, self._debate, slug, now.opening)
        if there is None or (there.subsidy_mana, there.closes_at) == (now.subsidy_mana, now.closes):
            return
        opened.change(
            connection, there, act="update", at=self.store.now(), subsidy_mana=now.subsidy_mana, closes_at=now.closes
        )


def _openings(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    """The creations among them, by slug and number of the opening."""
    return [(one.write.slug, one.write.payload["opening"]) for one in entries if one.write.kind == "create"]


def _is_news(entry: Entry, there: Mapping[tuple[str, int], opened.Market]) -> bool:
    """Whether a creation has no row of its market yet, or one that speaks of another."""
    if entry.write.kind != "create" or entry.found is None:
        return False
    row = there.get((entry.write.slug, entry.write.payload["opening"]))
    return row is None or (row.market_id, row.version) != (entry.found["market_id"], entry.write.payload["version"])


def _agrees(now: Opened, there: Mapping[tuple[str, int], opened.Market]) -> bool:
    row = there.get((now.slug, now.opening))
    return row is not None and (row.subsidy_mana, row.closes_at) == (now.subsidy_mana, now.closes)


def freeze(connection: sa.Connection, spec: MarketSpec, at: datetime) -> None:
    """Keep a definition for all time, under its hash."""
    opened.freeze(
        connection,
        version=spec.version,
        debate=spec.debate,
        slug=spec.slug,
        canonical=spec.frozen(),
        description=spec.description,
        sources=spec.rule.sources(),
        at=at,
    )
