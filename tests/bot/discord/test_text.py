"""Guards: every outside text goes through one sanitiser, and nothing of it does anything on Discord."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.text import address, cleaned, code, paragraph, plain, safe
from markets.fields import utf16

LIVE = "*_~`|[]<>#\\"
MARKUP = st.sampled_from(
    ["@everyone", "@here", "<@1>", "<@&22>", "<#3>", "</go:4>", "<t:5:R>", "<id:home>", "<:x:6>", "<a:x:7>", "](",
     "[a](https://b.example)", "https://x.example/`y`", "ftp://x", "# ", "- ", "1. ", "-# ", "> ", "```", "||", "**",
     "\u202e", "\u200b", "\u200d", "\ufe0f", "\n", "\x1b[31m", "＠", "＜", "ﬁ", "é", "é", "漢", "𝕏", "\ud800", "\\"]
)  # fmt: skip
OUTSIDE = st.lists(st.one_of(MARKUP, st.text(max_size=8)), max_size=40).map("".join)


TOKEN = re.compile(r"(?P<escaped>\\[^0-9A-Za-z\s])|`(?P<code>[^`]*)`|(?P<bare>.)", re.DOTALL)
"""As Discord reads: an escape, a code span, or a character that may be markup."""


def shown(text: str) -> str:
    """What a reader sees: escapes and code marks taken away, and nothing invisible."""
    pieces = [
        (each["escaped"] or "")[1:] + (each["code"] or "") + (each["bare"] or "") for each in TOKEN.finditer(text)
    ]
    return "".join(pieces).replace("\u200b", "")


def live(text: str) -> list[str]:
    """Every piece of markup in the text that Discord would act upon."""
    bare = "".join(each["bare"] or "\0" for each in TOKEN.finditer(text))
    raw = "".join("" if each["code"] is not None else each.group() for each in TOKEN.finditer(text))
    found = [each for each in bare if each in LIVE]
    found += re.findall(r"[a-z]+://|@everyone|@here|<[@#/:]|<t:|<a:|<id:", raw)
    found += re.findall(r"^(?:[-+*]|\d+[.)])\s", text)
    return found + [each for each in text if unicodedata.category(each)[0] == "C" and each != "\u200b"]


@given(OUTSIDE, st.integers(1, 300))
def test_no_markup_of_an_outside_text_is_live_and_its_budget_holds(text: str, budget: int) -> None:
    made = safe(text, budget)
    assert (live(made), utf16(made) <= budget) == ([], True)


@given(OUTSIDE)
def test_what_was_made_safe_reads_the_same_when_it_is_made_safe_again(text: str) -> None:
    once = shown(safe(text, 100_000))
    assert shown(safe(once, 100_000)) == once


@given(OUTSIDE, st.integers(1, 200))
def test_a_place_without_markdown_gets_no_backslashes_and_no_pings(text: str, budget: int) -> None:
    made = plain(text, budget)
    assert (utf16(made) <= budget, "\n" in made, re.search(r"@(?!\u200b)", made)) == (True, False, None)
    assert cleaned(made) == made.replace("\u200b", "").replace("…", "...")


@given(OUTSIDE, st.integers(3, 200))
def test_nothing_breaks_out_of_a_code_span(text: str, budget: int) -> None:
    for made in (code(text, budget), address(text, budget)):
        span = made[made.index("`") :]
        assert (utf16(made) <= budget, span.count("`"), span[0], span[-1]) == (True, 2, "`", "`")


@given(OUTSIDE, st.integers(1, 300))
def test_every_line_of_a_persons_own_words_is_safe(text: str, budget: int) -> None:
    made = paragraph(text, budget)
    assert ([found for line in made.splitlines() for found in live(line)], utf16(made) <= budget) == ([], True)


@pytest.mark.parametrize(
    ("outside", "reads"),
    [
        ("[Official source](https://evil.example/x)", "\\[Official source\\](`https://evil.example/x)`"),
        ("@everyone <@12> <#3> </go:4> <t:5:R>", "@\u200beveryone \\<\u200b@\u200b12\\> \\<\u200b\\#3\\> "
         "\\<\u200b/go:4\\> \\<\u200bt:5:R\\>"),
        ("1. first", "1\\. first"),
        ("-# small print", "\\-\\# small print"),
        ("good\u202egnp.exe", "goodgnp.exe"),
        ("two\n\n  lines", "two lines"),
        ("https://аррӏе.example/", "`https://xn--80ak6aa92e.example/`"),
        ("3 < 5 and a_b", "3 \\<\u200b 5 and a\\_b"),
    ],
)  # fmt: skip
def test_known_tricks_come_out_as_plain_words(outside: str, reads: str) -> None:
    assert safe(outside, 300) == reads


@given(OUTSIDE, st.integers(1, 300))
def test_commands_in_code_make_no_markup_of_an_outside_text_live(text: str, budget: int) -> None:
    made = safe(text, budget, commands=True)
    assert (live(made), utf16(made) <= budget) == ([], True)


def test_a_command_in_a_sentence_of_ours_stands_in_code_and_nothing_else_does() -> None:
    told = "type `/link code`, `crux link ann --here` or `>=`; `[x](y)` and `@everyone` are none"
    in_code = "type `/link code`, `crux link ann --here` or `>=`; "
    assert safe(told, 300, commands=True).startswith(in_code + "\\`\\[x\\](y)\\` and \\`@")
    assert safe(told, 300).startswith("type \\`/link code\\`, ")


def test_an_address_shows_its_host_and_itself_in_code() -> None:
    assert address("https://a.example/x?y=`1`", 100) == "a.example `https://a.example/x?y=ʼ1ʼ`"


def test_a_text_that_is_too_long_is_cut_between_whole_characters() -> None:
    assert [safe("**bold**", budget) for budget in (1, 4, 7)] == ["…", "\\*…", "\\*\\*bo…"]
    assert [safe("see https://a.example/long/way", budget) for budget in (10, 20)] == ["see…", "see `https://a.exa`…"]
