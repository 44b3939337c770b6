"""One screen of everything, from the store alone: what a person in a terminal or on Discord asks first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.ready import standing
from bot.reports import market_rows
from bot.review.panel_words import seats_row
from bot.review.panels import open_panels
from bot.review.pausing import paused
from bot.service.cut_off import begun_rows
from bot.service.figures import source_states
from bot.service.job_words import outcome
from bot.service.undecided import undecided
from bot.settings import Settings
from bot.store import Store, job_runs, leases, ledger, markets, plan_cards, proposals, switches, whole_reads
from bot.store.plan_cards import PlanCard
from bot.told_short import answer
from markets.load import Loaded
from markets.spec import DebateSpec
from resolvers.durations import Duration
from resolvers.evidence import moment
from resolvers.freshness import SourceState

NOT_WORTH_TELLING = ("live",)


def job_rows(settings: Settings, store: Store) -> list[dict[str, Any]]:
    """Each job: how often, its last run and what came of it, and when the next is expected (None with no service)."""
    with store.reading() as connection:
        newest, failing = job_runs.newest(connection), job_runs.failing(connection)
        lease = leases.held(connection)
    lives = lease is not None and lease.expires_at >= store.now()
    rows = []
    for name in type(settings.service.every).model_fields:
        every: Duration = getattr(settings.service.every, name)
        last = newest.get(name)
        rows.append(
            {
                "job": name,
                "every": str(every),
                "last": last.started_at if last else None,
                "state": last.state if last else "never ran",
                "because": last.because if last else "",
                "came": outcome(last) if last else "",
                "seconds": round(last.seconds, 3) if last and last.seconds is not None else None,
                "next": last.started_at + every if last and lives else None,
                "failed since": failing.get(name, 0) or None,
            }
        )
    return rows


def service_row(store: Store) -> dict[str, Any]:
    """Who runs this store, and whether that service lives."""
    with store.reading() as connection:
        lease = leases.held(connection)
    lives = lease is not None and lease.expires_at >= store.now()
    return {
        "running": lives,
        "holder": lease.holder if lease else None,
        "until": lease.expires_at if lease else None,
    }


def pause_row(store: Store) -> dict[str, Any] | None:
    """The pause that stands."""
    found = paused(store)
    return None if found is None else {"by": found.by, "because": found.because, "since": found.since}


def plan_row(store: Store, debate: str) -> dict[str, Any] | None:
    """The plan that waits."""
    with store.reading() as connection:
        card = plan_cards.living(connection, debate)
    return None if card is None else plan_as_row(card)


def plan_as_row(card: PlanCard) -> dict[str, Any]:
    return {
        "checksum": card.checksum,
        "state": card.state,
        "cost_mana": f"{card.cost_mana:f}",
        "changes": card.changes,
        "lines": list(card.lines),
        "refusals": list(card.refusals),
        "faults": list(card.faults),
        "by": card.by,
        "because": card.because,
        "made_at": card.made_at,
        "revision": card.revision,
    }


def sources_not_live(store: Store, loaded: Loaded) -> list[dict[str, Any]]:
    """The sources that a person might have to do something about."""
    return [
        {
            "id": one.id,
            "state": one.state,
            "since": _moment(one.since),
            "because": one.because,
            "words": source_words(one),
        }
        for one in source_states(store, loaded, store.now())
        if one.state not in NOT_WORTH_TELLING
    ]


def source_words(one: SourceState) -> str:
    """How a source stands: `never read: the name … could not be resolved`, `stale: no good sighting for …`."""
    if one.state != "never":
        return f"{one.state}: {one.because}" if one.because else one.state
    return "never looked at yet" if one.since is None else f"never read: {one.because.removeprefix('no answer: ')}"


def mana_row(store: Store, debate: DebateSpec | None) -> dict[str, Any]:
    """The debate's purse; with no debate, what the whole store has spent."""
    name = debate.debate if debate is not None else None
    with store.reading() as connection:
        spent = ledger.spent_mana(connection, name)
        committed = ledger.committed_mana(connection, name)
    budget = debate.limits.budget if debate is not None else None
    return {
        "spent": f"{spent:f}",
        "reserved": f"{committed - spent:f}",
        "budget": None if budget is None else f"{budget:f}",
    }


def proposal_rows(store: Store, debate: str | None) -> list[dict[str, Any]]:
    """Every living proposal and what it waits for, of one debate or of the whole store."""
    with store.reading() as connection:
        there = {one.id: one for one in markets.every(connection, debate)}
        found = [one for one in proposals.listing(connection) if one.market in there and one.closed_at is None]
    return [
        {
            "id": one.id,
            "slug": there[one.market].slug,
            "outcome": one.outcome.words(),
            "answer": answer(one.outcome),
            "state": one.state,
            "waits_for": waits_for(one, store.now()),
        }
        for one in found
    ]


def waits_for(proposal: proposals.Proposal, now: datetime) -> str:
    """What a proposal needs next, in words."""
    if proposal.state == "proposed":
        return "reviewers"
    if proposal.state == "approved":
        return "its notice on Manifold"
    if proposal.state == "disputed":
        return "being judged again"
    if proposal.state == "agreed" and proposal.window_until is not None and now < proposal.window_until:
        return f"traders, who may object until {proposal.window_until:%Y-%m-%d %H:%M} UTC"
    return "being resolved on Manifold"


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


@dataclass(frozen=True, slots=True)
class Folder:
    """The debate folder as it was found: None where none is chosen or nothing can be read; `faults` say what is wrong.

    `named` is the debate's name where its debate.yaml still says one.
    """

    path: Path | None
    loaded: Loaded | None
    faults: tuple[str, ...] = ()

    @property
    def named(self) -> DebateSpec | None:
        return self.loaded.debate if self.loaded is not None else None

    @property
    def usable(self) -> Loaded | None:
        return self.loaded if not self.faults and self.named is not None else None


def screen(settings: Settings, store: Store, folder: Folder) -> dict[str, Any]:
    """Everything on one screen; with files that cannot be used, what the store says all the same."""
    debate, usable = folder.named, folder.usable
    name = debate.debate if debate is not None else None
    found, owner = proposal_rows(store, name), store.owner()
    stand = standing(store, usable) if usable is not None else None
    return {
        "database": store.name,
        "platform": owner[0] if owner else None,
        "debate": str(folder.path) if folder.path is not None else None,
        "name": name,
        "faults": list(folder.faults),
        "service": service_row(store),
        "discord": discord_row(store),
        "pause": pause_row(store),
        "mana": mana_row(store, debate),
        "begun": begun_rows(store, name),
        "markets": market_rows(store, name, folder.loaded.markets if folder.loaded and name else {}),
        "gone": gone_rows(store, name),
        "others": other_debates(store, name) if name else {},
        "open_proposals": len(found),
        "proposals": found,
        "panels": [seats_row(card) for card in open_panels(store, name)] if name else [],
        "undecided": undecided(store, name),
        "plan": plan_row(store, name) if name else None,
        "sources": sources_not_live(store, folder.loaded) if folder.loaded else [],
        "jobs": job_rows(settings, store),
        "clean": stand.clean if stand else None,
        "ready": stand.ready if stand else None,
        "waits": stand.waits if stand else {},
        "standing": stand.words() if stand else "",
        "because": stand.because if stand else {},
        "edited": stand.edited if stand else {},
    }


def gone_rows(store: Store, debate: str | None) -> dict[str, str]:
    """The unresolved markets that Manifold knows no longer -> that in words."""
    with store.reading() as connection:
        return {each.slug: each.words() for each in whole_reads.gone_markets(connection, debate)}


def other_debates(store: Store, debate: str) -> dict[str, int]:
    """The other debates of this store -> how many of their markets are not resolved."""
    with store.reading() as connection:
        living = Counter(one.debate for one in markets.every(connection, living=True) if one.debate != debate)
    return dict(sorted(living.items()))


def discord_row(store: Store) -> str | None:
    """How Discord stood when it last changed; None where it was never reached."""
    with store.reading() as connection:
        there = switches.switched(connection, "discord")
    if there is None:
        return None
    told = f"{there.value['standing']} since {there.at:%Y-%m-%d %H:%M} UTC"
    return f"{told}: {there.value['because']}" if there.value["because"] else told
