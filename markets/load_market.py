"""Market files: the fields, the rule, and the limits of what Manifold takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from markets import render
from markets.alike import Alike
from markets.debate_events import event_outcomes
from markets.families import Member, gathered, members
from markets.faults import faults_of
from markets.file import File, Written, coded, open_file
from markets.load_empty import check_answers, check_filters
from markets.load_fields import Fields
from markets.spec import (
    DESCRIPTION_CHARS,
    OVERRIDES,
    SLUG,
    SMALLEST_TIER_MANA,
    DebateSpec,
    MarketFile,
    MarketSpec,
    ReviewSpec,
    faulty_answers,
    faulty_question,
)
from resolvers.errors import Fault
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.faults import nearest
from resolvers.rules.known import Known
from resolvers.rules.making import built
from resolvers.rules.panels import source_of
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
"""Stand in for times that could not be read, so that the rest of a rule is checked all the same."""


SHARED = ("rows", "values", "resolve", "na", *OVERRIDES, "review", "closes", "decides")
"""The keys that rule and review hang on, besides the opening."""


@dataclass(slots=True, eq=False)
class Kin:
    """The markets whose blocks of `SHARED` are the very same, and sound: the rule, as the first of them opens.

    `chars` is how long a description one of them has, and an `own` text of so many characters makes any of them.
    """

    rule: Rule
    before: datetime
    """What an opening has to lie before for the rule to be sound."""
    chars: int | None = None


@dataclass(frozen=True)
class Shared:
    """What every market of a debate rests on; `broken` are sources whose own file has faults.

    `written` collects every market as its author wrote it, by slug; `claims` are the known ones, None in a debate that
    has no claims.yaml (or one with faults).
    """

    debate: DebateSpec
    sources: Mapping[str, SourceSpec]
    broken: frozenset[str]
    written: dict[str, Written] = field(default_factory=dict)
    claims: frozenset[str] | None = None
    known: Known = field(default_factory=Known)
    fields: Fields = field(default_factory=Fields)
    reviews: Alike[ReviewSpec] = field(default_factory=Alike)
    kin: Alike[Kin] = field(default_factory=Alike)
    """What markets before have come to, by blocks that many have in common."""


def load_markets(path: Path, shared: Shared) -> tuple[list[MarketSpec], list[Fault]]:
    """One market file, which makes one market or a family of them, and every fault of it."""
    return made_markets(open_file(path), shared)


def made_markets(file: File, shared: Shared) -> tuple[list[MarketSpec], list[Fault]]:
    """The same of a file that is open."""
    path = file.path
    made = members(file) if isinstance(file.document.value, dict) or "{" not in path.stem else []
    specs = [spec for member in made if (spec := _market(member, shared)) is not None]
    gathered(file, made)
    sound = not any(fault.level == "error" for fault in file.document.faults)
    return specs if sound else [], file.all_faults()


def _market(member: Member, shared: Shared) -> MarketSpec | None:
    """One market: its fields, its rule, and the limits of what Manifold takes."""
    file, spec = member.file, None
    if not re.match(SLUG, member.slug):
        file.add("F-SLUG", f"{member.slug!r} is no slug: name the file with 3 to 60 of a-z, 0-9 and dash")
    if isinstance(file.document.value, dict):
        fields = shared.fields.of(file)
        review = _review(file, shared)
        rule, kin = _rule(file, fields, shared)
        if fields is not None:
            _check_fields(file, fields)
            _check_claims(file, fields, shared.claims)
        if fields is not None and rule is not None:
            _check_rule(file, fields, rule)
            _check_neutral(file, fields, rule)
        errors = [each for each in (*file.document.faults, *file.faults) if each.level == "error"]
        if fields is not None and rule is not None and review is not None and not errors:
            spec = _spec(member.slug, fields, rule, review, shared)
            chars = _chars(spec, kin)
            if chars > DESCRIPTION_CHARS:
                long = f"{chars:,} characters of description; at most {DESCRIPTION_CHARS:,}: shorten it"
                file.add("F02", long, "fine_print")
                spec = None
            elif _contradicted(file, spec):
                spec = None
            else:
                shared.written[spec.slug] = Written(str(file.path), file.document.text, file.value, kin)
    return spec


def _spec(slug: str, fields: MarketFile, rule: Rule, review: ReviewSpec, shared: Shared) -> MarketSpec:
    panels = {panel.source: source_of(panel) for panel in rule.panels()}
    return built(
        MarketSpec,
        debate=shared.debate.debate,
        slug=slug,
        question=fields.question,
        subsidy_mana=fields.subsidy,
        tier_mana=fields.tier,
        initial_pct=fields.initial,
        topics=fields.topics,
        rule=rule,
        sources=tuple(panels.get(each) or shared.sources[each] for each in rule.sources()),
        bears_on=fields.bears_on,
        neutral=fields.neutral,
        baseline=fields.baseline,
        fine_print=fields.fine_print,
        allow=fields.allow,
        review=review,
        reviewers=tuple(shared.debate.reviewers),
    )


def _chars(spec: MarketSpec, kin: Kin | None) -> int:
    """How many characters the description has, or more than that, where that is not too many either."""
    if kin is not None and kin.chars is not None:
        most = kin.chars + render.most_of_own(spec)
        if most <= DESCRIPTION_CHARS:
            return most
    chars = render.length(spec)
    if kin is not None and kin.chars is None:
        kin.chars = chars
    return chars


def _review(file: File, shared: Shared) -> ReviewSpec | None:
    """The debate's review settings with what the market says otherwise."""
    given = file.value.get("review")
    if given is None:
        return shared.debate.review
    known = shared.reviews.of([given])
    if known is not None:
        return known
    before = len(file.faults)
    review = _reviewed(file, given, shared.debate)
    if review is not None and len(file.faults) == before:
        shared.reviews.keep([given], review)
    return review


def _reviewed(file: File, given: Any, debate: DebateSpec) -> ReviewSpec | None:
    if not isinstance(given, dict):
        return None  # said by the field's own check
    before = debate.review.frozen()
    if "declare" in given:
        before.pop("window")
    if "quorum" in given:
        before.pop("rising", None)
    merged = {**before, **given}
    try:
        review = ReviewSpec.model_validate(merged)
    except ValidationError as error:
        found = faults_of(error, ReviewSpec, merged)
        file.faults += [replace(fault, loc=("review", *fault.loc)) for fault in found]
        return None
    if len(debate.reviewers) < review.quorum:
        file.add(
            "F-VALUE",
            f"review.quorum: {review.quorum} must agree, {len(debate.reviewers)} are named",
            "review",
            "quorum",
        )
    elif review.rising and len(debate.reviewers) < max(review.rising):
        file.add(
            "F-VALUE",
            f"review.rising: {max(review.rising)} must agree, {len(debate.reviewers)} are named",
            "review",
            "rising",
        )
    return review


def _rule(file: File, fields: MarketFile | None, shared: Shared) -> tuple[Rule | None, Kin | None]:
    """The compiled rule, and whose rule it is as well; that of kin, where it would open in time for it."""
    value = file.value
    parts = [value.get(name) for name in SHARED]
    kin = shared.kin.of(parts) if fields is not None else None
    if kin is not None and fields is not None and fields.opens < kin.before:
        return kin.rule.opening_at(fields.opens), kin
    before = len(file.faults)
    rule = _own_rule(file, fields, shared)
    if rule is not None and kin is None and len(file.faults) == before:
        kin = shared.kin.keep(parts, Kin(rule, rule.opens_before))
    return rule, kin


def _told(fields: MarketFile | None, faults: Sequence[Fault], shared: Shared) -> list[Fault]:
    """The faults of a rule by their codes; not those of its ends, which the fields' own check tells as T04."""
    said = {("closes",), ("decides",)}
    backwards = fields is not None and not fields.opens < fields.closes <= (fields.decides or fields.closes)
    of_ends = [fault for fault in faults if fault.code == "window" and (backwards or fault.loc in said)]
    told = [coded(fault, shared.broken) for fault in faults if fault not in of_ends]
    first = {fault.message: place for place, fault in reversed([*enumerate(told)]) if fault.code == "S-BROKEN"}
    return [fault for place, fault in enumerate(told) if first.get(fault.message, place) == place]


def _own_rule(file: File, fields: MarketFile | None, shared: Shared) -> Rule | None:
    """The rule of these very blocks; where the fields have faults the rule is still read for its own."""
    value = file.value
    blocks = {name: value.get(name) for name in ("rows", "values", "resolve", "na")}
    if not isinstance(blocks["resolve"], dict) or any(
        each is not None and not isinstance(each, dict) for each in blocks.values()
    ):
        return None
    overrides = {name: value[name] for name in OVERRIDES if value.get(name) is not None}
    rule, faults = _compiled(
        RuleBlocks(
            opens=fields.opens if fields else LONG_AGO,
            closes=fields.closes if fields else FAR_AHEAD,
            decides=fields.decides if fields else None,
            rows=blocks["rows"] or {},
            values=blocks["values"] or {},
            resolve=blocks["resolve"],
            na=blocks["na"],
            overrides=overrides if fields else {},
        ),
        shared,
    )
    if faults:
        file.faults += _told(fields, faults, shared)
    check_answers(file, blocks["resolve"].get("answers"))
    for name, block in blocks.items():
        check_filters(file, block, (name,))
    if rule is None and not any(fault.level == "error" for fault in faults):
        file.add("R-SHAPE", "no rule comes of this: name the rows, the value and how it resolves", "resolve")
    return rule if fields else None


def _compiled(blocks: RuleBlocks, shared: Shared) -> tuple[Rule | None, list[Fault]]:
    try:
        return compile_rule(blocks, sources=shared.sources, defaults=shared.debate.defaults, known=shared.known)
    except OverflowError:  # a moment whose zone takes it out of the calendar
        said = "a time in this rule lies outside the calendar: write one that a question could be about"
        return None, [Fault("calendar", said, loc=("resolve",))]
    except RecursionError:
        return None, [Fault("depth", "this rule is nested too deeply to be read: write it flatter", loc=("resolve",))]


def _check_fields(file: File, fields: MarketFile) -> None:
    said = faulty_question(fields.question)
    if said:
        file.add("F01" if "at most" in said else "F-QUESTION", said, "question")
    if fields.opens >= fields.closes:
        file.add("T04", "closes is not after opens: trading needs time", "closes")
    if fields.decides is not None and fields.decides < fields.closes:
        file.add("T04", "decides lies before closes: people would trade on a known answer", "decides")
    if 0 < fields.subsidy < 1:
        file.add("F-MANA", f"subsidy: {fields.subsidy} is under 1 mana: write 0 or at least 1", "subsidy")
    if fields.tier < SMALLEST_TIER_MANA:
        file.add("F-MANA", f"tier: {fields.tier} is under {SMALLEST_TIER_MANA} mana, the least Manifold takes", "tier")
    if fields.initial is not None and not 1 <= fields.initial <= 99:
        file.add("F-VALUE", f"initial: {fields.initial}% is not within 1% and 99%", "initial")
    if fields.initial is not None and "yes" not in fields.resolve:
        file.add("F-VALUE", "initial: only a yes-or-no question takes one: take it out", "initial")


def _check_claims(file: File, fields: MarketFile, claims: frozenset[str] | None) -> None:
    for place, link in enumerate(fields.bears_on):
        if claims is not None and link.claim not in claims:
            file.add(
                "L01", f"there is no claim {link.claim!r}{nearest(link.claim, claims)}", "bears_on", place, "claim"
            )


def _check_neutral(file: File, fields: MarketFile, rule: Rule) -> None:
    """Neutral answers are answers of the market, each once, and not all of them."""
    answers = rule.answers() or ("YES", "NO")
    for place, answer in enumerate(fields.neutral):
        loc = ("neutral", place)
        if answer not in answers:
            said = f"neutral: {answer!r} is no answer of this market{nearest(answer, answers)}"
            file.add("L01", f"{said}; its answers: {', '.join(answers)}", *loc)
        elif answer in fields.neutral[:place]:
            file.add("L01", f"neutral: {answer!r} stands here twice: keep one", *loc)
    if fields.neutral and set(answers) <= set(fields.neutral):
        file.add("L01", "neutral: every answer is neutral, so that no outcome tests a claim: leave one out", "neutral")


def _contradicted(file: File, spec: MarketSpec) -> bool:
    """Whether an answer is called neutral that a link speaks of; says so."""
    found = False
    for place, answer in enumerate(spec.neutral):
        link = next((each for each in spec.bears_on if answer in (event_outcomes(spec, each.event) or ())), None)
        if link is not None:
            said = f"neutral: {answer!r} belongs to the event {link.event!r}, by which it speaks of {link.claim}"
            file.add("L01", f"{said}: take it out here, or out of that link", "neutral", place)
            found = True
    return found


def _check_rule(file: File, fields: MarketFile, rule: Rule) -> None:
    if rule.market_type != "BINARY":
        for said in faulty_answers(rule.answers()):
            file.add("F02" if "at most" in said else "R-ANSWERS", said, "resolve")
