"""Where a market leans another way because a source took back what it had said: reported, and on the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.judging import Judged
from bot.store import Store, audit, load_evidence
from bot.store.verdicts import latest_before
from resolvers.evidence import EvidenceInMemory
from resolvers.outcome import Outcome, same_answer
from resolvers.verdict import Citation, Verdict


@dataclass(frozen=True, slots=True)
class Reversal:
    """A market that leaned one way on figures that have been revised or are gone since."""

    slug: str
    was: Outcome
    now: Outcome | None
    because: tuple[str, ...]

    def words(self) -> str:
        now = self.now.words() if self.now else "nothing"
        return f"{self.slug} leaned {self.was.words()}, now {now}: {'; '.join(self.because)}"


def report_reversals(store: Store, judged: Judged) -> list[Reversal]:
    """Hold each verdict against the last one kept for the same definition; what turned by a revision is recorded.

    New rows that overtake old ones are no reversal: that is what markets are about.
    """
    questions, verdicts = judged.questions, judged.verdicts
    before = latest_before(store, [each.version for each in questions], verdicts[0].as_of) if verdicts else {}
    found = []
    for question, verdict in zip(questions, verdicts, strict=True):
        old = before.pop(question.version, None)  # one after the other is let go of: there are thousands
        was, now = _answer(old), _answer(verdict)
        if old is None or was is None or same_answer(was, now):
            continue
        overtaken = any(cite.seen_at > old.as_of for cite in verdict.citations())
        because = _taken_back(old, load_evidence(store, question.sources, verdict.as_of), overtaken)
        if because:
            found.append(Reversal(question.slug, was, now, because))
    if found:
        _record(store, found)
    return found


def _answer(verdict: Verdict | None) -> Outcome | None:
    return None if verdict is None else verdict.outcome or verdict.leaning


def _taken_back(old: Verdict, evidence: EvidenceInMemory, overtaken: bool) -> tuple[str, ...]:
    """Each cell the old verdict rested on that now reads otherwise, or (where nothing new decides) is gone."""
    told = (_change(cite, evidence, overtaken) for cite in old.citations())
    return tuple(text for text in told if text)


def _change(cite: Citation, evidence: EvidenceInMemory, overtaken: bool) -> str | None:
    spans = [span for span in evidence.source(cite.source).spans if span.key == cite.key]
    standing = [span for span in spans if span.until is None]
    if any(span.observation == cite.observation for span in standing):
        return None
    what = f"{cite.source}: {cite.key}, {cite.column}"
    if not standing:
        return None if overtaken else f"{what} = {cite.text} is gone"
    text = standing[-1].cells.get(cite.column)
    return f"{what} was {cite.text}, is {text}" if text != cite.text and cite.column != "key" else None


def _record(store: Store, found: Sequence[Reversal]) -> None:
    with store.transaction() as connection:
        for one in found:
            payload = {"was": one.was.words(), "now": one.now.words() if one.now else None, "because": one.because}
            audit.append(connection, at=store.now(), actor="crux", act="reversal", subject=one.slug, payload=payload)
