"""How the demo ends: a table of what became of each question, and what to type next."""

from __future__ import annotations

from typing import Any

from bot import say
from bot.demo.play import Played
from bot.review.desk import cards
from bot.say import many
from bot.store import open_store


def tell(played: Played, json: bool) -> None:
    """Print the end of the demo: one JSON document, or the table and the commands to type next."""
    if json:
        say.document(as_json(played))
        return
    rows = _rows(played)
    say.table("What became of the questions", ("market", "state", "outcome", "on the evidence of"), rows)
    found = played.verified
    say.line(
        f"{many(played.counts.snapshots, 'look')} at sources, {many(played.counts.observations, 'observation')}, "
        f"{played.counts.quarantined} quarantined; {many(found.proposals, 'proposal')}, "
        f"{many(found.resolutions, 'resolution')}, "
        f"{found.verified} verified, {len(found.broken)} broken; {played.mana_spent} mana spent; "
        f"{len(played.charts)} charts in {played.folder / 'charts'}"
    )
    say.line()
    say.line("Go on from here:")
    for text in _next(played):
        say.line(f"  {text}")


def as_json(played: Played) -> dict[str, Any]:
    """The demo's one JSON document."""
    found = played.verified
    return {
        "markets": len([one for one in played.questions if one.market]),
        "snapshots": played.counts.snapshots,
        "observations": played.counts.observations,
        "quarantined": played.counts.quarantined,
        "proposals": found.proposals,
        "resolutions": found.resolutions,
        "verified": found.verified,
        "broken": len(found.broken) + len(found.bodies) + len(found.record),
        "mana_spent": float(played.mana_spent),
        "charts": [str(path) for path in played.charts],
        "database": str(played.database),
        "outcomes": {row[0]: row[2] for row in _rows(played)},
    }


def _rows(played: Played) -> list[tuple[str, str, str, str]]:
    """One row a market: slug, state, outcome or what it waits for, the cell that decided it."""
    store = open_store(played.database, now=lambda: played.verdicts[0].as_of)
    try:
        newest = {card.market.slug: card for card in cards(store, living=False)}
    finally:
        store.close()
    rows: list[tuple[str, str, str, str]] = []
    for question, verdict in zip(played.questions, played.verdicts, strict=True):
        card = newest.get(question.slug)
        if card is None:
            until = f"until {say.short(verdict.until)[:10]}" if verdict.until else ""
            rows.append((question.slug, verdict.state, until, verdict.because))
            continue
        cites = card.proposal.verdict.citations()
        cell = f"{cites[0].key}: {cites[0].text}, seen {say.short(cites[0].seen_at)[:10]}" if cites else ""
        rows.append((question.slug, card.proposal.state, card.proposal.outcome.words(), cell))
    return rows


def _next(played: Played) -> list[str]:
    crux = say.program()
    said = [
        f"export CRUX_DATABASE_URL=sqlite:///{played.database} CRUX_DEBATE={played.folder / 'debate'}",
        f"{crux} verify                                # walk every resolution back to its bytes",
        f"{crux} proposals                             # what is still open",
    ]
    for number in played.left_open[:1]:
        said.append(f'{crux} review {number} approve --as first-reader --because "I read the cited rows"')
        said.append(f'{crux} review {number} approve --as second-reader --because "so did I"')
        said.append(
            f"{crux} resolve --sandbox {played.folder / 'sandbox.jsonl'}   # the notice; then 48 hours to object"
        )
    said.append(f"{crux} verdict --as-of 2025-04-28            # what would have been said on that day")
    return said
