"""Looking only where a match may begin finds every match: the tables of openings leave nothing out."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from markets.lint import (
    agreeing,
    figure_forms,
    figures,
    form,
    numbers,
    placed,
    relations,
    roles,
    sources,
    spelled,
    times,
    words,
)
from markets.lint.subject import APART, Openers, matches

TABLES: dict[str, tuple[re.Pattern[str], Openers]] = {
    "vague": (words.VAGUE, words.VAGUE_WORDS),
    "term": (words.TERM, words.TERM_WORDS),
    "open set": (words.OPEN_SET, words.OPEN_WORDS),
    "uttered": (words.UTTERED, words.UTTERED_WORDS),
    "denied twice": (words.DOUBLE_NO, words.DENYING_WORDS),
    "unless": (words.UNLESS, words.UNLESS_WORDS),
    "by a date": (times.BY_DATE, times.BY),
    "relative": (times.RELATIVE, times.RELATIVE_WORDS),
    "open ended": (times.OPEN_ENDED, times.UNTIL_WORDS),
    "lost": (sources.LOST_WORDS, sources.LOSS),
    "in truth": (sources.IN_TRUTH, sources.TRUTH_WORDS),
    "harm": (form.HARM, form.HARM_WORDS),
}
STARTS: dict[str, tuple[re.Pattern[str], Callable[[str], Iterable[int]]]] = {
    "figure": (figure_forms.FIGURE, figures._begins),
    "claim": (spelled.CLAIM, spelled._begins),
}
PLAIN = st.characters(codec="ascii", exclude_characters="\x1c\x1d\x1e\x1f\x0b\x0c")
AROUND = st.text(st.sampled_from(string.ascii_letters + string.digits + " \n-_.,/%$éİ×“"), max_size=8)


def around(pattern: re.Pattern[str]) -> st.SearchStrategy[str]:
    """Texts with two matches of a pattern, or nearly so, and what may stand beside them."""
    match = st.from_regex(pattern, alphabet=PLAIN)
    return st.tuples(AROUND, match, AROUND, match, AROUND).map("".join)


def spans(found: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
    return [match.span() for match in found]


@pytest.mark.parametrize("name", TABLES)
def test_every_match_is_found_where_its_openings_stand(name: str) -> None:
    pattern, openers = TABLES[name]

    @given(around(pattern))
    @settings(max_examples=150, deadline=None)
    def holds(text: str) -> None:
        low = text.lower()
        told = low.encode("ascii", "replace").translate(APART).decode("ascii").split()
        begins = [each for word in told for each in openers.get(word, ())]
        found = spans(matches(pattern, text, low, begins)) if begins else []
        assert found == spans(pattern.finditer(text))

    holds()


@pytest.mark.parametrize("name", STARTS)
def test_every_figure_is_found_where_one_may_begin(name: str) -> None:
    pattern, begins = STARTS[name]

    @given(around(pattern))
    @settings(max_examples=400, deadline=None)
    def holds(text: str) -> None:
        found, end = [], 0
        for at in begins(text):
            match = pattern.match(text, at) if at >= end else None
            if match is not None:
                found.append(match.span())
                end = match.end()
        assert found == spans(pattern.finditer(text))

    holds()


@given(around(agreeing.TWICE))
@settings(max_examples=400, deadline=None)
def test_what_is_named_twice_passes_the_quicker_look(text: str) -> None:
    low = text.lower()
    worded = any(f"{word} {of}" in low for word in spelled.VALUES for of in ("of", "out of", "in"))
    quick = worded or agreeing.JOINED.search(text) or agreeing.OF_AS_MANY.search(text)
    assert quick or not agreeing.TWICE.search(text)


@given(st.from_regex(relations.STRICT_BEFORE, alphabet=PLAIN))
@settings(max_examples=300, deadline=None)
def test_words_that_say_a_relation_end_as_the_quicker_look_expects(text: str) -> None:
    assert text.rstrip().lower().endswith(relations.STRICT_ENDS)


@given(st.from_regex(agreeing.REFERENCE, alphabet=PLAIN))
@settings(max_examples=200, deadline=None)
def test_words_that_refer_elsewhere_end_as_the_quicker_look_expects(text: str) -> None:
    assert text.rstrip().lower().endswith(agreeing.REFERRING)


@given(st.from_regex(placed.INSIDE, alphabet=PLAIN))
@settings(max_examples=200, deadline=None)
def test_words_before_a_stretch_of_time_end_as_the_quicker_look_expects(text: str) -> None:
    assert text.rstrip().lower().endswith(placed.WITHIN)


@given(st.from_regex(roles.OF_NA, alphabet=PLAIN))
@settings(max_examples=200, deadline=None)
def test_what_tells_of_na_has_one_of_its_words(text: str) -> None:
    assert roles._tells_na(text)


@given(st.text(st.sampled_from("<>=-* .5x"), max_size=14), st.sampled_from(["5", "55", ".5", "5 x"]))
@settings(max_examples=1500, deadline=None)
def test_a_formula_holds_a_number_in_every_relation_that_is_written_beside_it(formula: str, number: str) -> None:
    escaped, wanted = re.escape(number), set()
    wanted |= {found[1] for found in re.finditer(rf"(>=|<=|>|<)\s*{escaped}(?![\w.])", formula)}
    wanted |= {numbers.FLIPPED[found[1]] for found in re.finditer(rf"(?<![\w.]){escaped}\s*(>=|<=|>|<)", formula)}
    wanted |= {found[1] for found in re.finditer(rf"(>=|>|<=|<)[^<>]*?(?<![\w.]){escaped}\s*\*", formula)}
    wanted |= set(numbers.SAID) if re.search(rf"-\s*{escaped}(?![\w.])", formula) else set()
    assert numbers._relations(formula, number) == wanted
