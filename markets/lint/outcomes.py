"""O: outcomes that are missing or cannot be reached, N/A, and figures that differ between text and rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markets.lint.agreeing import compared, compared_alone
from markets.lint.code import Case, code, loaded
from markets.lint.examples import SEEN
from markets.lint.subject import Found, Subject
from resolvers.rules.filters import Filter, Not, OneOf, conjuncts
from resolvers.rules.nodes import FieldOf, base_rows
from resolvers.rules.outcomes import ChoiceOutcome

EARLY_NO = re.compile(
    r"\b(?:[Rr]esolves?|[Cc]loses?|[Ss]ettles?|goes|counts as|turns)\s+(?:to\s+|as\s+|early\s+)*NO\b[^.;]{0,40}"
    r"\b(?:as soon as|immediately|at once|early|the moment|right away)\b|\bearly NO\b"
)
NO_IF = re.compile(
    r"\b(?:[Rr]esolves?|[Cc]loses?|[Ss]ettles?|goes|turns)\s+(?:to\s+|as\s+)*NO\s+(?:if|when|once)\b[^.;]*"
    r"|\b(?:[Ii]f|[Ww]hen|[Oo]nce)\b[^.;]{0,60}\b(?:resolves?|closes?|settles?|goes|turns)\s+(?:to\s+|as\s+)*NO\b[^.;]*"
)
NOT_EARLY = re.compile(
    r"\b(?:no|not|never|none|nothing|neither|fewer|less|below|under|fails?|failed|otherwise|by then|T|after|N/A"
    r"|refused)\b"
)
"""With one of these the sentence tells what holds after T, or where N/A is refused."""

MOST_NA = 20
"""Percent of the stored days that an N/A clause may cover."""

CHOICE = {
    "Will a row of the board reach 85% before July 2027?": "Whose row will lead the board at the start of July 2027?",
    "best: {max: score, from: board}": "top: {argmax: score, from: board}",
    "yes: best >= 85%": "choice: top.lab\n  answers: {North: north, South: south, Another: else}",
    "if_refused: NO": "if_refused: Another",
    "event: YES": "event: North",
}


@code(
    "O01",
    "error",
    "Outcome missing: YES, NO, N/A, lost source, no quorum must each be reachable or excluded.",
    by="rule",
    fires=Case({**CHOICE, "from: board}": "from: board, where: {lab: north}}"}),
    quiet=Case({**CHOICE, "from: board}": "from: board, where: {lab: [north, south, west]}}"}),
)
def unreachable_answer(it: Subject) -> Iterator[Found]:
    """YES, NO and unknown all have their place by construction. A lost source, and a panel that never agrees, leave it
    open unless `na:` or the panel's `default:` says what stands. What is told here is an answer that nothing leads to:
    its text is one that the row set's own filter lets no row have.
    """
    how = it.spec.rule.outcome.how
    if not isinstance(how, ChoiceOutcome) or not isinstance(how.of, FieldOf):
        return
    rows = base_rows(how.of.of)
    filters = [*conjuncts(rows.where)]
    if len(rows.sources) == 1:
        filters += conjuncts(rows.sources[0].where)
    for answer in how.choices:
        if answer.values and all(_barred(text, how.of.column, filters) for text in answer.values):
            said = f"{answer.label!r} can never come out: the filter lets no such row through"
            yield Found(f"{said}; take the answer out, or widen the filter", ("resolve", "answers", answer.label))


def _barred(text: str, column: str, filters: list[Filter]) -> bool:
    for part in filters:
        if isinstance(part, OneOf) and part.column == column and text not in part.values:
            return True
        denied = part.part if isinstance(part, Not) else None
        if isinstance(denied, OneOf) and denied.column == column and text in denied.values:
            return True
    return False


loaded(
    "O02",
    "error",
    "Choice list is not exhaustive and has no Other, Undisclosed or else.",
    """Somebody new always turns up. Exactly one answer takes every text that no other names: `Another: else`.""",
    fires=Case({**CHOICE, ", Another: else": "", "if_refused: Another": "if_refused: North"}),
    quiet=Case(CHOICE),
)


@code(
    "O03",
    "error",
    "N/A clause without the result used if N/A is refused.",
    by="rule",
    fires=Case({", if_refused: NO": ""}),
    quiet=Case(),
)
def no_refused_form(it: Subject) -> Iterator[Found]:
    """Manifold keeps N/A for its moderators. Each N/A clause also names what stands if they refuse it: NO, an answer,
    or a percentage.
    """
    if it.spec.rule.na is not None and it.spec.rule.na.if_refused is None:
        yield Found("nothing says what stands where N/A is refused: write `if_refused: NO`, or another answer", ("na",))


@code(
    "O04",
    "warning",
    "N/A condition covers more than 20% of backtest days.",
    needs="store",
    fires=Case(
        {
            "when: removed(board)": "when: rows_there < 3",
            "values:\n": "values:\n  rows_there: {count: rows, from: board}\n",
            "ran it.": "ran it. With fewer than 3 rows nothing is asked, nor if the board is lost.",
        },
        looks=(("2026-11-20", SEEN), ("2026-11-27", SEEN), ("2026-11-30", SEEN + "two,60,north,,\n")),
    ),
    quiet=Case(
        {
            "when: removed(board)": "when: rows_there < 2",
            "values:\n": "values:\n  rows_there: {count: rows, from: board}\n",
            "ran it.": "ran it. With fewer than 2 rows nothing is asked, nor if the board is lost.",
        },
        looks=(("2026-11-20", SEEN), ("2026-11-27", SEEN), ("2026-11-30", SEEN + "two,60,north,,\n")),
    ),
)
def often_na(it: Subject) -> Iterator[Found]:
    """A clause that would have been true on more than a fifth of the days on record is no exception but an outcome.

    One over a stretch of time that is not over says nothing of those days.
    """
    from markets.lint.history import share_true
    from markets.lint.today import na_lies_ahead

    na = it.spec.rule.na
    if na is None or na_lies_ahead(it):
        return
    share = share_true(it, na.when)
    if share is not None and share * 100 > MOST_NA:
        said = f"the N/A condition was true in {float(share):.0%} of the time on record"
        yield Found(f"{said}: narrow it, or make it an answer", ("na", "when"))


@code(
    "O05",
    "warning",
    "Early NO possible: rule can still become true.",
    by="prose",
    fires=Case({"whoever ran it.": "whoever ran it. Resolves NO as soon as the board closes."}),
    quiet=Case({"whoever ran it.": "whoever ran it. Resolves NO only after T."}),
)
def early_no(it: Subject) -> Iterator[Found]:
    """The rule never says NO before T: until then the condition can still come true. Prose that promises an early NO
    promises what will not be done.
    """
    if "NO" not in it.text:
        return
    happening = (match for match in NO_IF.finditer(it.text) if not NOT_EARLY.search(match.group()))
    for match in [*EARLY_NO.finditer(it.text), *happening]:
        said = f'"{match.group()}": the rule says NO only after T, for until then it can come true'
        yield Found(f"{said}; take it out", *it.at(match.start()))


@code(
    "O06",
    "error",
    "Title or text claims more or less than the rule: {number/date} in one and not the other.",
    by="passage",
    first=compared_alone,
    fires=Case({"reach 85%": "reach 84%", "whoever ran it.": "whoever ran it, at 85%."}),
    quiet=Case({"before July 2027": "before the end of June 2027", "85% before": "85 percent before"}),
)
def figures_differ(it: Subject) -> Iterator[Found]:
    """Every number, date and year of the question and the fine print occurs in the rule, and every one that the author
    wrote in the rule occurs in the text. `before 2029` is 2029-01-01; `on June 30` ends as July begins. A number in a
    name (`GPT-5`, `pass_rate_2`, `version 4`) is none where the rule reads that very name.

    A figure has to be one of the rule's for the same thing: what the N/A clause, the edges of the answers, a panel or a
    default of the house says justifies only a sentence about that; a number beside a column's name is one that this
    column is held against; `10 times` and `doubled` are factors; what comes before a date ends at it. Figures in words
    count where they claim something (`three of four`, `at least three`, `half of the tasks`).

    How long the question says that it lasts (`for a week`, `for two consecutive months`) something in the rule lasts:
    a `hold`, a window, a series. The question says no figure oftener than the rule has it; fine print that tells one
    figure of the question again tells them all; what is called T is T; and an answer in quotation marks is one of the
    answers.
    """
    yield from compared(it)
