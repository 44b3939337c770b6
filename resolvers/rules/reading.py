"""choice and number: a value read at T, once what was seen there is settled."""

from __future__ import annotations

from resolvers.evidence import Instant, instant
from resolvers.outcome import Answers, NotApplicable, Outcome
from resolvers.rules.answers import bucketed, chosen
from resolvers.rules.coverage import shown
from resolvers.rules.judging import Judging
from resolvers.rules.knowing import Knowing
from resolvers.rules.outcomes import ChoiceOutcome, NumberOutcome
from resolvers.verdict import Verdict

How = ChoiceOutcome | NumberOutcome


class Reading(Judging):
    """Judges a question that asks for a value at T."""

    def verdict(self, how: How) -> Verdict:
        na = self.na_state()
        if na.stage == "judged" and na.truth.value is True:
            return self.na_decided(na)
        point = self.point(how.root(), self.decides)
        if point.knowing is None and point.lost:
            step = self.tracer(Knowing(self.now, self.as_of)).step(how.root(), self.decides, drawn=True)
            return self.made("unknown", point.because, (step,), at=self.decides)
        if point.knowing is None:
            return self.pending(how, point.because, point.until)
        if na.stage == "early":
            return self.pending(how, f"N/A is still open: {na.because}", na.until)
        outcome, because = self.value(how, point.knowing, self.decides)
        if outcome is None and self.labels_may_come(because, self.decides):
            return self.pending(how, because, self.decides + self.label_settle)
        step = self.tracer(point.knowing).step(how.root(), self.decides, drawn=True)
        if na.stage == "judged" and na.truth.value is None:
            return self.made("unknown", f"it is open whether this is N/A: {na.because}", (step,), at=self.decides)
        if outcome is None:
            return self.made(
                "unknown", f"at {shown(self.decides)} {step.words} is open: {because}", (step,), at=self.decides
            )
        told = f"At {shown(self.decides)} {step.words} was {step.value}: {outcome.words()}"
        return self.made("decided", told, (step,), outcome, at=self.decides)

    @property
    def now(self) -> str:
        return "first" if self.how == "first" else "fixed"

    def value(self, how: How, knowing: Knowing, at: Instant) -> tuple[Answers | None, str]:
        """The answer at an instant, or why it is open."""
        if isinstance(how, ChoiceOutcome):
            return chosen(how, self.evaluator.texts(how.of, knowing).value_at(at))
        return bucketed(how, self.evaluator.amounts(how.of, knowing, at, at + 1).values[0])

    def pending(self, how: How, because: str, until: Instant) -> Verdict:
        knowing = Knowing(self.now, self.as_of)
        now = min(self.as_of, self.decides)
        leaning: Outcome | None = self.value(how, knowing, now)[0]
        na = self.rule.na
        if na is not None and instant(na.at) + self.settle > self.as_of and self.na_leaning():
            leaning, until = NotApplicable(if_refused=na.if_refused), instant(na.at) + self.settle
        step = self.tracer(knowing).step(how.root(), now, drawn=True)
        told = f"{because}; now {step.words} is {step.value}"
        return self.made("pending", told, (step,), until=until, leaning=leaning)
