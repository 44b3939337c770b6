"""A chart for each resolution: what decided it, and what the sources say by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.backtest_chart import said
from bot.charts import Backdrop, alt_text, behind, curves, png
from bot.judging import Asked
from bot.review.desk import cards
from bot.store import Store, load_evidence
from resolvers.backtest.days import course, every_day
from resolvers.backtest.leading import leads
from resolvers.evidence import Evidence
from resolvers.rules.retrace import retrace
from resolvers.verdict import Step


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
        evidence = load_evidence(store, question.sources, then)
        seen = retrace(question.rule, evidence, then, as_seen=True)
        later = retrace(question.rule, load_evidence(store, question.sources, now), now)
        path = folder / f"{card.market.slug}.png"
        decided = verdict.instant or card.proposal.as_of
        backdrop = _behind(question, evidence, then, seen)
        title = card.frozen.question
        path.write_bytes(png(verdict, title, decided_at=decided, seen=seen, later=later, backdrop=backdrop))
        words = alt_text(verdict, decided, seen, later=later, backdrop=backdrop)
        path.with_suffix(".txt").write_text(f"{words}\n", encoding="utf-8")
        drawn.append(path)
    return tuple(drawn)


def _behind(question: Asked, evidence: Evidence, then: datetime, seen: Step) -> Backdrop:
    """Where the answers part and who led; of a rule that hangs on no figure also what would have been said when."""
    rule = question.rule
    found = behind(rule, leads(rule, evidence, then, as_seen=True))
    if any(not curve.threshold for curve in curves(seen)):
        return found
    return replace(found, said=said(course(question.slug, rule, evidence, every_day(rule.opens, then))))
