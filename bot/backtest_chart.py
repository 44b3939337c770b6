"""A backtest as a picture: the metric as it was seen, the threshold, the first decision, and what was revised later."""

from __future__ import annotations

from dataclasses import replace

from bot import charts
from bot.backtesting import Backtest
from bot.chart_said import NEITHER, Said
from resolvers.backtest.days import Course
from resolvers.backtest.leading import leads
from resolvers.rules.retrace import retrace
from resolvers.verdict import Step, Verdict


def seen_and_later(found: Backtest) -> tuple[Step, Step]:
    """The rule's figures over the history: each instant as known then, and all of them as known on the last day."""
    rule, evidence, first = found.rule, found.evidence, found.course.days[0].at
    return (
        retrace(rule, evidence, found.last, as_seen=True, since=first),
        retrace(rule, evidence, found.last, since=first),
    )


def _verdict(found: Backtest) -> Verdict:
    """What the picture is about: the first decision, else how it stood on the last day; its lines go to the last."""
    first = found.course.first_decision
    verdict = first.verdict if first else found.course.days[-1].verdict
    return verdict.model_copy(update={"as_of": found.last})


def said(course: Course) -> Said:
    """What would have been said from when on."""
    turns = [course.days[0], *(after for _, after in course.turns())]
    return tuple((each.at, each.says.words() if each.says else NEITHER) for each in turns)


def backdrop(found: Backtest) -> charts.Backdrop:
    """What the traces do not say."""
    led = leads(found.rule, found.evidence, found.last, as_seen=True, since=found.course.days[0].at)
    return replace(charts.behind(found.rule, led), said=said(found.course))


def png(found: Backtest, question: str, *, dark: bool = False) -> bytes:
    """The chart as PNG, 1200 by 675."""
    first = found.course.first_decision
    seen, later = seen_and_later(found)
    return charts.png(
        _verdict(found),
        question,
        decided_at=first.at if first else None,
        seen=seen,
        later=later,
        palette=charts.DARK if dark else charts.LIGHT,
        backdrop=backdrop(found),
    )


def alt_text(found: Backtest) -> str:
    """The chart in words, with the same numbers."""
    first = found.course.first_decision
    seen, later = seen_and_later(found)
    return charts.alt_text(_verdict(found), first.at if first else None, seen, later=later, backdrop=backdrop(found))
