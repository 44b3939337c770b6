"""choice and number: a value read at T, once what was seen there is settled."""

from __future__ import annotations

from resolvers.evidence import Instant, instant
from resolvers.outcome import Answers, NotApplicable, Outcome
from resolvers.rules.answers import bucketed, chosen
from resolvers.rules.asks import Place
from resolvers.rules.confirming import confirmed
from resolvers.rules.coverage import shown
from resolvers.rules.judging import Judging
from resolvers.rules.knowing import Knowing
from resolvers.rules.making import moment
from resolvers.rules.nodes import row_sets
from resolvers.rules.outcomes import ChoiceOutcome, NumberOutcome
from resolvers.rules.panels import Panel
from resolvers.rules.rebuilding import rebuilt
from resolvers.verdict import Step, Verdict

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
        read: Place = (how.root(), self.decides, point.knowing)
        if outcome is None and (until := self.may_come(because, self.decides, lambda: [read])) is not None:
            return self.pending(how, because, until, read)
        step = self.tracer(point.knowing).step(how.root(), self.decides, drawn=True)
        if na.stage == "judged" and na.truth.value is None:
            return self.made("unknown", f"it is open whether this is N/A: {na.because}", (step,), at=self.decides)
        if outcome is None:
            return self.made(
                "unknown", f"at {shown(self.decides)} {step.words} is open: {because}", (step,), at=self.decides
            )
        told = f"At {shown(self.decides)} {step.words} was {step.value}: {outcome.words()}"
        if isinstance(how, ChoiceOutcome) and how.confirm is not None:
            return self.confirmed(how, how.confirm, point.knowing, told, step, outcome)
        return self.made("decided", told, (step,), outcome, at=self.decides)

    def confirmed(
        self, how: ChoiceOutcome, panel: Panel, knowing: Knowing, told: str, step: Step, outcome: Answers
    ) -> Verdict:
        """What was picked, once a panel has said that it is right; where it says otherwise nobody knows the answer."""
        found = self.evaluator.texts(how.of, knowing).value_at(self.decides)
        until = self.picked_at(how, knowing) + panel.draws_us
        panel = rebuilt(panel, until=moment(until))
        said = confirmed(panel, found, self.evaluator, self.tracer(knowing))
        steps = (step, said.step)
        if said.value:
            return self.made("decided", told, steps, outcome, at=self.decides)
        if said.asks:
            because = f"{told}, to be confirmed: {said.because}"
            return self.made("pending", because, steps, until=panel.last, leaning=outcome, asks=said.asks)
        return self.made("unknown", f"{told}; but {said.because}", steps, at=self.decides)

    def picked_at(self, how: ChoiceOutcome, knowing: Knowing) -> Instant:
        """When there was something to confirm: once the reading had settled and nothing that may come late was open."""
        listed = {part.source for part in self.rule.listings()}
        own = {use.source for rows in row_sets(how.of) for use in rows.sources} - listed
        late = [self.evaluator.cache.table(name) for name in self.rule.sources() if name not in own]
        came = {since for table in late for since in table.since}
        came |= {end for _, end in self.listed_ends()} | {panel.last for panel in self.rule.panels()}
        for at in (knowing.k, *sorted(at for at in came if knowing.k < at < self.as_of)):
            then = Reading(self.slug, self.rule, self.evaluator.cache.earlier(at), moment(at), self.semantics)
            point = then.point(how.root(), self.decides)
            if point.knowing is not None and then.value(how, point.knowing, self.decides)[0] is not None:
                return at
        return self.as_of

    @property
    def now(self) -> str:
        return "first" if self.how == "first" else "fixed"

    def value(self, how: How, knowing: Knowing, at: Instant) -> tuple[Answers | None, str]:
        """The answer at an instant, or why it is open."""
        if isinstance(how, ChoiceOutcome):
            return chosen(how, self.evaluator.texts(how.of, knowing).value_at(at))
        return bucketed(how, self.evaluator.amounts(how.of, knowing, at, at + 1).values[0])

    def pending(self, how: How, because: str, until: Instant, *read: Place) -> Verdict:
        knowing = Knowing(self.now, self.as_of)
        now = min(self.as_of, self.decides)
        leaning: Outcome | None = self.value(how, knowing, now)[0]
        na = self.rule.na
        if na is not None and instant(na.at) + self.settle > self.as_of and self.na_leaning():
            leaning, until = NotApplicable(if_refused=na.if_refused), instant(na.at) + self.settle
        step = self.tracer(knowing).step(how.root(), now, drawn=True)
        told = f"{because}; now {step.words} is {step.value}"
        asks = self.asks(lambda: read or [self.place(how.root(), now)])
        return self.made("pending", told, (step,), until=until, leaning=leaning, asks=asks)
