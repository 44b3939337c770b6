"""A chart for each resolution: what decided it, and what the sources say by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.charts import alt_text, behind, png
from bot.judging import Asked
from bot.review.desk import cards
from bot.store import Store, load_evidence
from resolvers.rules.retrace import retrace


def draw_all(store: Store, questions: Sequence[Asked], now: datetime, folder: Path) -> tuple[Path, ...]:
    """One PNG a resolution in `folder`, with its words beside it; returns the pictures' paths."""
    folder.mkdir(exist_ok=True)
    asked = {question.slug: question for question in questions}
    drawn = []
    for card in cards(store, living=False):
        if card.receipt is None:
            continue
        question = asked[card.market.slug]
        verdict, then = card.proposal.verdict, card.proposal.as_of
        seen = retrace(question.rule, load_evidence(store, question.sources, then), then, as_seen=True)
        later = retrace(question.rule, load_evidence(store, question.sources, now), now)
        path = folder / f"{card.market.slug}.png"
        decided = verdict.instant or card.proposal.as_of
        backdrop = behind(card.frozen.rule)
        title = card.frozen.question
        path.write_bytes(png(verdict, title, decided_at=decided, seen=seen, later=later, backdrop=backdrop))
        words = alt_text(verdict, decided, seen, later=later, backdrop=backdrop)
        path.with_suffix(".txt").write_text(f"{words}\n", encoding="utf-8")
        drawn.append(path)
    return tuple(drawn)
