"""A debate and its markets in validated form: what the files say, and nothing they do not."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from markets import render
from markets.debate_spec import AxisName, AxisSpec, Credence, Name, VoiceSpec, Word
from markets.fields import Mana, Moment, Percent, Share, utf16
from resolvers.durations import Duration
from resolvers.rules.defaults import Clock, HouseDefaults, Ties
from resolvers.rules.judge import SEMANTICS
from resolvers.rules.rule import MarketType, Rule
from resolvers.sources.spec import SourceSpec

SLUG = r"^[a-z0-9-]{3,60}$"
NAME = r"^[a-z0-9][a-z0-9_-]{1,39}$"
QUESTION_UTF16 = 120
ANSWER_UTF16 = 240
DESCRIPTION_CHARS = 16_000
"""What Manifold's own editor takes; its API would take more."""

SMALLEST_TIER_MANA = 100
TOPICS = 5
ALONE = Duration.of_days(4)
"""The shortest window in which traders may object where one interested person resolves."""
SILENCE = Duration.of_days(2)
"""The shortest `auto_after`: nobody's silence over a night is a word."""
FIRST_OF_REVIEW = ("quorum", "window", "declare")
"""The review keys that every frozen definition names."""

OVERRIDES = ("clock", "max_age", "bridge", "settle", "label_settle", "lost_after", "ties", "panel")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReviewSpec(_Frozen):
    """Who has to agree before a market resolves: `quorum` people, then `window` for traders to object.

    `rising` is how many must agree as the doubts grow: at first, with one doubt, with two… (by default the quorum, one
    more, three more). A doubt is each dispute so far, a price under 20 % on the proposed outcome while the market is
    open, a pool of at least `large_pool_mana` (0 turns that off), and a second source that says otherwise.
    `on_proposed: close` ends trading while a proposal stands. `auto_after` lets a proposal to which nobody said
    anything at all go on by itself; without it no time-out ever does.

    `declare: true` says openly that one interested person resolves; only then is a quorum of 1 allowed, nothing rises,
    and the window is 7 days unless the file says otherwise (never under 4).
    """

    quorum: Annotated[int, Field(strict=True, ge=1, le=9)] = 2
    window: Duration = Duration(hours=48)
    declare: Annotated[bool, Field(strict=True)] = False
    rising: Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=20)], ...], Field(max_length=9)] = ()
    large_pool_mana: Annotated[int, Field(strict=True, ge=0)] = 10_000
    on_proposed: Literal["close", "leave"] = "leave"
    auto_after: Duration | None = None

    @property
    def ladder(self) -> tuple[int, ...]:
        """How many must agree with no doubt, with one, with two, and with any number beyond the last."""
        if self.rising or self.declare:
            return self.rising or (self.quorum,)
        return (self.quorum, self.quorum + 1, self.quorum + 3)

    def frozen(self) -> dict[str, Any]:
        """What is fixed with a definition: what came later is named only where a file says it (the hash stays)."""
        told = self.model_dump(mode="json")
        return {
            name: value
            for name, value in told.items()
            if name in FIRST_OF_REVIEW or getattr(self, name) != type(self).model_fields[name].default
        }

    @model_validator(mode="before")
    @classmethod
    def _longer_alone(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("declare") is True and "window" not in given:
            return {**given, "window": "7 days"}
        return given

    @model_validator(mode="after")
    def _alone_openly(self) -> ReviewSpec:
        if self.declare != (self.quorum == 1):
            raise ValueError("a quorum of 1 and `declare: true` go together: write both, or ask two people")
        if self.declare and self.window < ALONE:
            raise ValueError(f"one person resolves: leave traders at least {ALONE} to object, not {self.window}")
        if not self.window:
            raise ValueError("without a window nobody can object: write 48 hours")
        return self

    @model_validator(mode="after")
    def _rises(self) -> ReviewSpec:
        if self.rising and (self.rising[0] != self.quorum or list(self.rising) != sorted(self.rising)):
            raise ValueError(f"rising begins with the quorum and never falls: write [{self.quorum}, …], as [2, 3, 5]")
        if self.auto_after is not None and self.declare:
            raise ValueError("one interested person resolves, so silence decides nothing: leave auto_after out")
        if self.auto_after is not None and self.auto_after < SILENCE:
            raise ValueError(f"leave reviewers at least {SILENCE} before their silence counts, not {self.auto_after}")
        return self


class ReviewerSpec(_Frozen):
    """A person who reviews, and the Manifold account by which a conflict of interest shows."""

    manifold: str | None = None


class AutoApplySpec(_Frozen):
    """The service applies a plan by itself where it costs at most `max_mana` and breaks no limit."""

    max_mana: Mana


class PanelistSpec(_Frozen):
    """A person who may sit on panels, and the Manifold account (its username) by which a position shows."""

    manifold: str | None = None


class LimitsSpec(_Frozen):
    """How much one apply may do without a further word; `budget` is the whole debate's mana."""

    max_mana: Mana = Decimal(5000)
    budget: Mana | None = None
    changed: Percent = Decimal(25)
    auto_apply: AutoApplySpec | None = None


class DebateSpec(_Frozen):
    """debate.yaml: whose debate, who reviews, and what holds in every market unless it says otherwise.

    Seats of panels are drawn from `panelists`, or from the reviewers where nobody is named. `axes` are the questions
    that divide it, `voices` who takes part, `lexicon` what probability a word stands for.
    """

    debate: str = Field(pattern=NAME)
    title: str = Field(min_length=1, max_length=200)
    about: str = ""
    account: str | None = None
    reviewers: dict[Annotated[str, Field(pattern=NAME)], ReviewerSpec | None] = Field(default_factory=dict)
    panelists: dict[Annotated[str, Field(pattern=NAME)], PanelistSpec | None] = Field(default_factory=dict)
    review: ReviewSpec = ReviewSpec()
    defaults: HouseDefaults = HouseDefaults()
    limits: LimitsSpec = LimitsSpec()
    axes: dict[AxisName, AxisSpec] = Field(default_factory=dict)
    voices: dict[Name, VoiceSpec] = Field(default_factory=dict)
    lexicon: dict[Word, Credence] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _enough_people(self) -> DebateSpec:
        if len(self.reviewers) < self.review.quorum:
            raise ValueError(
                f"{self.review.quorum} reviewers must agree, but {len(self.reviewers)} are named: name more"
            )
        return self

    @model_validator(mode="after")
    def _enough_for_doubts(self) -> DebateSpec:
        if self.review.rising and len(self.reviewers) < max(self.review.rising):
            asked, named = max(self.review.rising), len(self.reviewers)
            raise ValueError(f"review.rising asks for {asked} people, but {named} reviewers are named: name more")
        return self

    @model_validator(mode="after")
    def _one_account_each(self) -> DebateSpec:
        named = [(one.manifold.casefold(), name) for name, one in self.reviewers.items() if one and one.manifold]
        for account, name in named:
            others = [other for known, other in named if known == account and other != name]
            if others:
                raise ValueError(f"{name} and {others[0]} name the same Manifold account: one person, one vote")
        return self


class BearsOn(_Frozen):
    """How an outcome speaks for or against a claim: how likely `event` is if the claim is true, and if it is not."""

    claim: str = Field(min_length=1)
    event: str = Field(min_length=1)
    if_true: Share
    if_false: Share
    cluster: str | None = None


class PanelChange(_Frozen):
    """What a market changes of how the house's panels sit."""

    seats: Annotated[int, Field(strict=True, ge=1)] | None = None
    agree: Annotated[int, Field(strict=True, ge=1)] | None = None
    for_: Duration | None = Field(default=None, alias="for")


class MarketFile(_Frozen):
    """A market file's own keys; the blocks of its rule are read by the rules' compiler.

    `neutral` names answers that are evidence neither way (`neutral: [U undisclosed]`). Any other answer that no link
    names counts as "the event did not happen" for each link.
    """

    question: str
    opens: Moment
    closes: Moment
    decides: Moment | None = None
    subsidy: Mana = Decimal(0)
    tier: Mana = Decimal(100)
    initial: Percent | None = None
    topics: tuple[Annotated[str, Field(min_length=1)], ...] = Field(default=(), max_length=TOPICS)
    rows: dict[str, Any] = Field(default_factory=dict)
    values: dict[str, Any] = Field(default_factory=dict)
    resolve: dict[str, Any]
    na: dict[str, Any] | None = None
    bears_on: tuple[BearsOn, ...] = ()
    neutral: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(), description="answers on which every link of bears_on says nothing, neither for a claim nor against"
    )
    baseline: str = ""
    fine_print: str = ""
    allow: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    answered: dict[Annotated[str, Field(pattern=r"^Q([1-9]|1[0-2])$")], Annotated[str, Field(min_length=1)]] = Field(
        default_factory=dict
    )
    review: dict[str, Any] | None = None
    clock: Clock | None = None
    max_age: Duration | None = None
    bridge: Duration | None = None
    settle: Duration | None = None
    label_settle: Duration | None = None
    lost_after: Duration | None = None
    ties: Ties | None = None
    panel: PanelChange | None = None


class MarketSpec(_Frozen):
    """One market as it will be, or was, asked: everything that Manifold, the rule and the reviewers need."""

    debate: str
    slug: str = Field(pattern=SLUG)
    question: str
    subsidy_mana: Decimal = Decimal(0)
    tier_mana: Decimal = Decimal(100)
    initial_pct: Decimal | None = None
    topics: tuple[str, ...] = ()
    rule: Rule
    sources: tuple[SourceSpec, ...]
    bears_on: tuple[BearsOn, ...] = ()
    neutral: tuple[str, ...] = ()
    baseline: str = ""
    fine_print: str = ""
    allow: dict[str, str] = Field(default_factory=dict)
    review: ReviewSpec
    reviewers: tuple[str, ...] = ()

    @property
    def market_type(self) -> MarketType:
        return self.rule.market_type

    @property
    def opens(self) -> datetime:
        return self.rule.opens

    @property
    def closes(self) -> datetime:
        return self.rule.closes

    @property
    def decides(self) -> datetime:
        """T, the deciding instant."""
        return self.rule.decides

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers in order as posted; none for a yes-or-no question."""
        return self.rule.answers()

    def frozen(self) -> str:
        """Canonical JSON of all that is fixed when the market opens: rule, read blocks, defaults, text, semantics."""
        return json.dumps(self._frozen(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def _frozen(self) -> dict[str, Any]:
        return {
            "debate": self.debate,
            "slug": self.slug,
            "type": self.market_type,
            "question": self.question,
            "answers": list(self.answers),
            "rule": json.loads(self.rule.canonical()),
            "reads": {source.id: json.loads(source.read.canonical()) for source in self.sources},
            "review": self.review.frozen(),
            "text": self.fixed_text,
            "semantics": SEMANTICS,
        }

    @cached_property
    def version(self) -> str:
        """sha256 of `frozen()`: the definition's version, named in the description's last line."""
        return hashlib.sha256(self.frozen().encode()).hexdigest()

    @cached_property
    def fixed_text(self) -> str:
        """The part of the description that the version speaks for."""
        return render.fixed_text(self)

    @cached_property
    def description(self) -> str:
        """The description as posted, in Markdown."""
        return render.description(self)


def faulty_question(question: str) -> str | None:
    """What Manifold would refuse or silently change about a question's text; None if nothing."""
    if not question.strip():
        return "the question is empty: ask something"
    if question != question.strip() or "\n" in question:
        return "the question begins or ends with a space or has a line break: take it out"
    if utf16(question) > QUESTION_UTF16:
        return f"the question has {utf16(question)} characters as Manifold counts; at most {QUESTION_UTF16}: shorten it"
    return None


def faulty_answers(answers: tuple[str, ...]) -> list[str]:
    """What Manifold would cut or silently change about the answers; their number is the rule's matter."""
    found = []
    for answer in answers:
        if answer != answer.strip() or "\n" in answer:
            found.append(f"the answer {answer!r} begins or ends with a space or has a line break: take it out")
        if utf16(answer) > ANSWER_UTF16:
            long = f"the answer {answer[:30]!r}... has {utf16(answer)} characters as Manifold counts"
            found.append(f"{long}; at most {ANSWER_UTF16}: shorten it")
    return found
