"""yes and first_date: the first run of a condition in [opens, T)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from resolvers.evidence import Instant, instant
from resolvers.outcome import Answers, No, NotApplicable, Outcome, Yes
from resolvers.rules.asks import Place, open_places
from resolvers.rules.coverage import shown
from resolvers.rules.judging import Judging, NaState
from resolvers.rules.knowing import Knowing
from resolvers.rules.nodes import row_sets
from resolvers.rules.outcomes import FirstDateOutcome, YesOutcome
from resolvers.rules.runs import Found, Run, RunFinder
from resolvers.verdict import Step, Verdict

How = YesOutcome | FirstDateOutcome

CAN_COME = "it can come true until"
"""What a verdict begins with while nothing came true and time is left."""


class Running(Judging):
    """Judges a question that asks whether, or when first, something was true."""

    _onwards: Found | None = None

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
        if run is None or run.end > at:
            return None
        places = self.ever_open(how, at)  # a later run than the first possible one may be what an answer completes
        until = self.may_come(run.because, at, lambda: places)
        return self.pending(how, f"{self.before_na(run)}: {run.because}", until, places) if until is not None else None

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
            if (until := self.may_come(earlier.because, earlier.end, lambda: self.open_in(how, earlier))) is not None:
                return self.pending(how, because, until, self.open_in(how, earlier))
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
            return self.pending(how, self.so_far(how), None, self.open_in(how, open_run) if open_run else ())
        if na.stage == "early":
            return self.pending(how, f"N/A is still open: {na.because}", na.until)
        if open_run is not None:
            if (until := self.may_come(open_run.because, self.decides, lambda: self.ever_open(how))) is not None:
                return self.pending(how, open_run.because, until, self.ever_open(how))
            if due is not None:
                return self.look_due(how, due.because, self.decides, due)
            return self.unknown(how, f"a run from {shown(open_run.t0)} may have been: {open_run.because}", open_run)
        if unseen := self.unseen(how.when, self.decides):
            return self.look_due(how, unseen, self.decides, None)
        step = self.last_step(how)
        words = "NO" if isinstance(how, YesOutcome) else how.never
        because = f"{words}: there was no such time before {shown(self.decides)}; at the end {compared(step)}"
        return self.made("decided", because, (step,), self.never(how), at=self.decides)

    def so_far(self, how: How) -> str:
        """What there is yet to wait for: the end of a run that was seen to begin, or for one to begin at all.

        It says the same until it is judged anew, whatever day it is read on.
        """
        run = self.onwards(how).certain
        if run is None or run.t0 > self.as_of:
            return f"{CAN_COME} {shown(self.decides)}, and be corrected until {shown(self.decides + self.settle)}"
        lasts = f"it has to stay so until {shown(run.end)}, and " if run.end > run.t0 else ""
        return f"true from {shown(run.t0)}; {lasts}corrections count until {shown(run.k)}"

    def onwards(self, how: How) -> Found:
        """What will be found if everything stays as it is; looked for once."""
        if self._onwards is None:
            finder = RunFinder(self.evaluator, how.when, self.opens, self.decides, self.how, self.settle, onwards=True)
            self._onwards = finder.find()
        return self._onwards

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

    def open_in(self, how: How, run: Run) -> Sequence[Place]:
        """Where a run that may have been is open, as known at its end and when it had settled."""
        if not self.rule.panels():
            return ()  # nobody asks
        span, of = max(how.when.length.us, 1), how.when.of
        ways = [self.knowing(k) for k in dict.fromkeys((run.end, run.k))]
        return [place for way in ways for place in open_places(self.evaluator, of, way, run.t0, run.t0 + span)]

    def ever_open(self, how: How, before: Instant | None = None) -> Sequence[Place]:
        """Where the condition was open at all before T, or an earlier instant, whatever could be known of it."""
        if not self.rule.panels():
            return ()
        way = "envelope" if self.how == "fixed" else self.how
        high = self.decides if before is None else max(before, self.opens + 1)
        return open_places(self.evaluator, how.when.of, Knowing(way, self.as_of), self.opens, high)

    def pending(self, how: How, because: str, until: Instant | None, places: Sequence[Place] = ()) -> Verdict:
        """Not decided yet: until when, what comes out if nothing more is seen, and which panels could turn it.

        `places` are where it was open before.
        """
        leaning, decided_at = self.leaning(how)
        now = max(min(self.as_of, self.decides - 1), 0)
        step = self.tracer(Knowing(self.way_now, self.as_of)).step(how.when, now)
        when = until if until is not None else decided_at
        if self.as_of < self.opens:
            because = f"it opens at {shown(self.opens)}"
        asks = self.asks(lambda: [self.place(how.when, now), *places])
        told = f"{because}; now {compared(step)}"
        return self.made("pending", told, (step,), until=when, leaning=leaning, asks=asks)

    @property
    def way_now(self) -> str:
        return "first" if self.how == "first" else "fixed"

    def leaning(self, how: How) -> tuple[Outcome | None, Instant]:
        """What comes out if nothing more is seen, and when that would be decided."""
        last = self.decides + self.settle
        found = self.onwards(how)
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
    if step.node == "along":
        return f"{step.words}: {step.value} ({step.because})"
    if step.steps and step.node in ("hold", "logic", "at_least", "window"):
        return "; ".join(dict.fromkeys(compared(inner) for inner in step.steps[:3]))
    return f"{step.words}: {step.value}"
