"""What the two ways of judging (runs, and readings at T) have in common: instants, N/A, and the making of verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from resolvers.evidence import Instant, instant
from resolvers.outcome import NotApplicable, Outcome
from resolvers.rules.asks import Place, asks_at
from resolvers.rules.cache import Cache
from resolvers.rules.coverage import shown
from resolvers.rules.evaluate import Evaluator
from resolvers.rules.exact import FALSE, Truth
from resolvers.rules.filters import asking_of, together
from resolvers.rules.joint import CONFLICT
from resolvers.rules.knowing import Knowing, Late
from resolvers.rules.lines import UNLABELLED
from resolvers.rules.listing import UNLISTED, Listing
from resolvers.rules.looks import WAITS
from resolvers.rules.making import built, moment
from resolvers.rules.nodes import Node, Rows, Window
from resolvers.rules.rule import Rule
from resolvers.rules.steps import FAR_AHEAD, LONG_AGO
from resolvers.rules.trace import Tracer
from resolvers.verdict import Ask, Step, Verdict, VerdictState

WAYS = {"final_after": "fixed", "first_release": "first", "as_known_at": "vintage"}


@dataclass(frozen=True, slots=True)
class Point:
    """Reading at one instant: what counts as known, or until when it cannot be read yet and why.

    `lost`: it should have been readable by now, but the look that settles it did not come.
    """

    knowing: Knowing | None
    until: Instant = 0
    because: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class NaState:
    """Where N/A stands: there is no such clause, it is too early (`until`), or its condition as judged."""

    stage: Literal["none", "early", "judged"]
    truth: Truth = FALSE
    until: Instant = 0
    because: str = ""
    knowing: Knowing | None = None


class Judging:
    """One rule, one instant."""

    def __init__(self, slug: str, rule: Rule, cache: Cache, as_of: datetime, semantics: int) -> None:
        self.slug, self.rule, self.semantics = slug, rule, semantics
        self.as_of = instant(as_of)
        self.opens, self.decides = instant(rule.opens), instant(rule.decides)
        self.settle = rule.settlement.wait_us
        self.how = WAYS[rule.settlement.how]
        self.evaluator = Evaluator(cache, rule.defaults, self.settle, self.as_of)
        self.label_settle = rule.defaults.label_settle.us

    def point(self, node: Node, at: Instant) -> Point:
        """How a node is read at an instant, once what was seen there is settled."""
        if self.as_of < at:
            return Point(None, at + self.settle, f"it is read at {shown(at)}")
        late, waiting = self.evaluator.late_readings([node], at)
        if waiting:
            until = at + self.evaluator.defaults.lost_after.us
            return Point(
                None,
                until,
                f"a source did not answer at {shown(at)}; its first good sighting by {shown(until)} may serve",
            )
        end = max([at, *(t for _, _, t in late)])
        if self.as_of < end + self.settle:
            return Point(None, end + self.settle, f"corrections still count until {shown(end + self.settle)}")
        if unseen := self.unseen(node, end, late):
            return Point(None, self.look_until(end), unseen, self.as_of >= self.look_until(end))
        return Point(Knowing(self.how, self.settled(node, end, late), late))

    def settled(self, node: Node, end: Instant, late: Late = ()) -> Instant:
        """When what ended at `end` is settled: after `settle`, or at the first good look where none came by then."""
        look = self.evaluator.looks(node, self.settle, late).value_at(end)
        return look if LONG_AGO < look < FAR_AHEAD else end + self.settle

    def unseen(self, node: Node, end: Instant, late: Late = ()) -> str:
        """Which look at a source is still due after `end`, in words; empty where none is."""
        if self.evaluator.looks(node, self.settle, late).value_at(end) != FAR_AHEAD:
            return ""
        return f"{WAITS} {shown(end)} of {self.evaluator.unseen(node, end, self.settle, late)}"

    def look_until(self, end: Instant) -> Instant:
        """How long a look that is due is waited for."""
        return end + self.settle + self.evaluator.defaults.lost_after.us

    def na_state(self) -> NaState:
        """The N/A clause at its stated instant."""
        na = self.rule.na
        if na is None:
            return NaState("none")
        at = instant(na.at)
        point = self.point(na.when, at)
        if point.knowing is None and point.lost:
            return NaState("judged", Truth(None, point.because), because=point.because)
        if point.knowing is None:
            return NaState("early", until=point.until, because=point.because)
        truth = self.evaluator.truths(na.when, point.knowing, at, at + 1).values[0]
        until = self.may_come(truth.because, at, lambda: [self.place(na.when, at)]) if truth.value is None else None
        if until is not None:
            return NaState("early", until=until, because=truth.because)
        return NaState("judged", truth, because=truth.because, knowing=point.knowing)

    def na_leaning(self) -> bool:
        """Whether N/A would come out if nothing more were seen."""
        na = self.rule.na
        if na is None:
            return False
        at = min(instant(na.at), self.as_of)
        knowing = Knowing("fixed" if self.how != "first" else "first", self.as_of)
        return self.evaluator.truths(na.when, knowing, at, at + 1).values[0].value is True

    def may_come(self, because: str, end: Instant, places: Callable[[], Sequence[Place]]) -> Instant | None:
        """Until when what is missing may still come: a label, a panel's answer, the end of a row's own time.

        An answer may turn what another reason keeps open, so panels are asked about the open `places` themselves.
        """
        ends = [end + self.label_settle] if UNLABELLED in because else []
        ends += [over for found, over in self.listed_ends() if found is None] if UNLISTED in because else []
        ends += [instant(ask.until) for ask in self.asks(places)]
        until = max(ends, default=self.as_of)
        return until if self.as_of < until else None

    def listed_ends(self) -> Iterator[tuple[bool | None, Instant]]:
        """For each row that is asked whether it was listed: what is found, and when its own time is over."""
        for rows in {node: None for node in self.rule.nodes() if isinstance(node, Rows)}:
            for part in asking_of(rows.where):
                listing = self.evaluator.asked(part)
                for use in rows.sources if isinstance(listing, Listing) else ():
                    assert isinstance(listing, Listing)
                    table = self.evaluator.cache.table(use.source)
                    yield from listing.ends(table, together(use.where, rows.where), self.decides)

    def asks(self, places: Callable[[], Sequence[Place]]) -> tuple[Ask, ...]:
        """The panels that could turn what is open, N/A included, where the rule has any."""
        if not self.rule.panels():
            return ()
        na = self.rule.na
        also = [self.place(Window(of=na.when, at=na.at), instant(na.at))] if na is not None else []
        return asks_at(self.evaluator, [*places(), *also])

    def place(self, node: Node, at: Instant) -> Place:
        """A node at an instant, with all that is known by now."""
        return node, at, Knowing("first" if self.how == "first" else "fixed", self.as_of)

    def tracer(self, knowing: Knowing) -> Tracer:
        return Tracer(self.evaluator, knowing, self.opens, max(min(self.decides, self.as_of), self.opens + 1))

    def root(self, value: str, steps: tuple[Step, ...]) -> Step:
        """The top of the trace."""
        return built(
            Step, node="outcome", words=self.rule.outcome.words().text, value=value, unit=None, at=None, known_at=None,
            because="", cites=(), series=(), steps=steps,
        )  # fmt: skip

    def na_decided(self, state: NaState) -> Verdict:
        na = self.rule.na
        assert na is not None and state.knowing is not None
        outcome = NotApplicable(if_refused=na.if_refused)
        step = self.tracer(state.knowing).step(na.when, instant(na.at))
        because = f"N/A: at {shown(instant(na.at))} {na.when.words().text}"
        return self.made("decided", because, (step,), outcome, at=instant(na.at))

    def made(
        self,
        state: VerdictState,
        because: str,
        steps: tuple[Step, ...],
        outcome: Outcome | None = None,
        *,
        until: Instant | None = None,
        leaning: Outcome | None = None,
        at: Instant | None = None,
        asks: tuple[Ask, ...] = (),
    ) -> Verdict:
        if state == "unknown" and CONFLICT in because:
            state = "conflicting"
        # Every part was made by this engine, so nothing is validated a second time.
        return built(
            Verdict,
            slug=self.slug,
            as_of=moment(self.as_of),
            state=state,
            outcome=outcome,
            because=because,
            until=None if until is None else moment(until),
            leaning=leaning,
            instant=None if at is None else moment(at),
            asks=asks,
            semantics=self.semantics,
            trace=self.root(outcome.words() if outcome else state, steps),
        )
