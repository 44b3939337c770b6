"""yes and first_date: the first run of a condition in [opens, T)."""

from __future__ import annotations

from decimal import Decimal

from resolvers.evidence import Instant, instant
from resolvers.outcome import Answers, No, NotApplicable, Outcome, Yes
from resolvers.rules.coverage import shown
from resolvers.rules.judging import Judging, NaState
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import row_sets
from resolvers.rules.outcomes import FirstDateOutcome, YesOutcome
from resolvers.rules.runs import Found, Run, RunFinder
from resolvers.verdict import Step, Verdict

How = YesOutcome | FirstDateOutcome


class Running(Judging):
    """Judges a question that asks whether, or when first, something was true."""

    def verdict(self, how: How) -> Verdict:
        found = RunFinder(self.evaluator, how.when, self.opens, self.decides, self.how, self.settle).find()
        na = self.na_state()
        run = found.certain
        before_na = run is not None and (self.rule.na is None or run.end <= instant(self.rule.na.at))
        if run is not None and (before_na or na.stage == "none" or (na.stage == "judged" and na.truth.value is False)):
            return self.ran(how, run, found)
        if na.stage == "judged" and na.truth.value is True and not before_na:
            return self.may_precede(how, found) or self.na_decided(na)
        if run is not None and na.stage == "early":
            return self.pending(how, f"the run is complete, but N/A comes first: {na.because}", na.until)
        if na.stage == "judged" and na.truth.value is None and (run is not None or self.over):
            return self.unknown(how, f"it is open whether this is N/A: {na.because}", run)
        return self.not_ran(how, found, na)

    def may_precede(self, how: How, found: Found) -> Verdict | None:
        """A run that would come before N/A and may still turn out to be one: by a label, or by a look that is due."""
        assert self.rule.na is not None
        at = instant(self.rule.na.at)
        run, due = found.possible, found.waiting
        if due is not None and due.end <= at:
            return self.look_due(how, f"{self.before_na(due)}: {due.because}", at, due)
        labelled = any(rows.labels for rows in row_sets(how.when))
        if run is not None and run.end <= at and labelled and self.as_of < at + self.label_settle:
            return self.pending(how, f"{self.before_na(run)}: {run.because}", at + self.label_settle)
        return None

    def before_na(self, run: Run) -> str:
        return f"a run from {shown(run.t0)} may have come before N/A"

    def look_due(self, how: How, because: str, at: Instant, run: Run | None) -> Verdict:
        """Pending while the look that is missing may reasonably come, unknown from then on."""
        until = self.look_until(at)
        return self.pending(how, because, until) if self.as_of < until else self.unknown(how, because, run)

    @property
    def over(self) -> bool:
        """Whether no run can be complete, settled and new any more."""
        return self.as_of >= self.decides + self.settle

    def bucket(self, how: How, t0: Instant) -> Outcome:
        if isinstance(how, YesOutcome):
            return Yes()
        return Answers(weights={how.bucket(t0): Decimal(100)}, value=shown(t0))

    def knowing(self, k: Instant) -> Knowing:
        return Knowing(self.how, k)

    def ran(self, how: How, run: Run, found: Found) -> Verdict:
        """A certain run; unless an earlier possible one would give another answer."""
        outcome = self.bucket(how, run.t0)
        earlier = found.possible
        if earlier is not None and isinstance(how, FirstDateOutcome) and how.bucket(earlier.t0) != how.bucket(run.t0):
            because = f"it may have begun before {shown(run.t0)}, at {shown(earlier.t0)}: {earlier.because}"
            if self.labels_may_come(earlier.because, earlier.end):
                return self.pending(how, because, earlier.end + self.label_settle)
            if found.waiting is not None and found.waiting.t0 < run.t0:
                return self.look_due(how, because, earlier.end, earlier)
            return self.unknown(how, because, earlier)
        step = self.tracer(self.knowing(run.k)).step(how.when, run.t0)
        return self.made("decided", self.told(how, run, step), (step,), outcome, at=run.t0)

    def told(self, how: How, run: Run, step: Step) -> str:
        """One sentence with the figures."""
        lasting = f" and stayed true for {how.when.length}" if how.when.length.us else ""
        return f"True from {shown(run.t0)}{lasting}: {compared(step)}"

    def not_ran(self, how: How, found: Found, na: NaState) -> Verdict:
        """No certain run so far."""
        open_run, due = found.possible, found.waiting
        if not self.over:
            if due is not None:
                return self.pending(how, f"true from {shown(due.t0)}, but {due.because}", self.look_until(due.end))
            return self.pending(how, "it can still come true", None)
        if na.stage == "early":
            return self.pending(how, f"N/A is still open: {na.because}", na.until)
        if open_run is not None:
            late = self.decides + self.label_settle
            if self.labels_may_come(open_run.because, self.decides):
                return self.pending(how, open_run.because, late)
            if due is not None:
                return self.look_due(how, due.because, self.decides, due)
            return self.unknown(how, f"a run from {shown(open_run.t0)} may have been: {open_run.because}", open_run)
        if unseen := self.unseen(how.when, self.decides):
            return self.look_due(how, unseen, self.decides, None)
        step = self.last_step(how)
        words = "NO" if isinstance(how, YesOutcome) else how.never
        because = f"{words}: there was no such time before {shown(self.decides)}; at the end {compared(step)}"
        return self.made("decided", because, (step,), self.never(how), at=self.decides)

    def never(self, how: How) -> Outcome:
        if isinstance(how, YesOutcome):
            return No()
        return Answers(weights={how.never: Decimal(100)})

    def last_step(self, how: How) -> Step:
        """The condition at the end of the window, as known when no run could come any more."""
        return self.tracer(self.knowing(self.settled(how.when, self.decides))).step(how.when, self.decides - 1)

    def unknown(self, how: How, because: str, run: Run | None) -> Verdict:
        if run is None:
            return self.made("unknown", because, (self.last_step(how),))
        step = self.tracer(self.knowing(run.k)).step(how.when, run.t0)
        return self.made("unknown", because, (step,))

    def pending(self, how: How, because: str, until: Instant | None) -> Verdict:
        """Not decided yet: until when, and what comes out if nothing more is seen."""
        leaning, decided_at = self.leaning(how)
        now = max(min(self.as_of, self.decides - 1), 0)
        step = self.tracer(Knowing(self.way_now, self.as_of)).step(how.when, now)
        when = until if until is not None else decided_at
        if self.as_of < self.opens:
            because = f"it opens at {shown(self.opens)}"
        return self.made("pending", f"{because}; now {compared(step)}", (step,), until=when, leaning=leaning)

    @property
    def way_now(self) -> str:
        return "first" if self.how == "first" else "fixed"

    def leaning(self, how: How) -> tuple[Outcome | None, Instant]:
        """What comes out if nothing more is seen, and when that would be decided."""
        last = self.decides + self.settle
        found = RunFinder(
            self.evaluator, how.when, self.opens, self.decides, self.how, self.settle, onwards=True
        ).find()
        run = found.certain
        na_at = instant(self.rule.na.at) if self.rule.na is not None else None
        na_open = na_at is not None and na_at + self.settle > self.as_of and (run is None or run.end > na_at)
        if na_at is not None and na_open and self.na_leaning():
            assert self.rule.na is not None
            return NotApplicable(if_refused=self.rule.na.if_refused), na_at + self.settle
        if run is not None:
            return self.bucket(how, run.t0), run.k
        if found.possible is not None:
            return None, last
        return self.never(how), last


def compared(step: Step) -> str:
    """The first comparison under a step as a sentence: both sides with their figures."""
    if step.node == "compare" and len(step.steps) == 2:
        left, right = step.steps
        return f"{left.words} was {left.value}, against {right.words}" + (
            f" at {right.value}" if right.node not in ("literal",) else ""
        )
    if step.steps and step.node in ("hold", "logic", "window"):
        return "; ".join(dict.fromkeys(compared(inner) for inner in step.steps[:3]))
    return f"{step.words}: {step.value}"
