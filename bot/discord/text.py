"""The one way in which text from outside reaches a reader on Discord: it shows itself and does nothing (law 11).

`safe` is for places that read markdown (content, embed titles, descriptions, fields), `plain` for those that show every
character as it is (footers, alt texts, names of threads, labels, choices), `code` and `address` for a code span.
Discord's markdown: support.discord.com "Markdown Text 101"; its mention forms: discord.com/developers/docs/reference,
both looked at 2026-11-20.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from markets.fields import utf16

BREAK = "\u200b"
"""Zero-width space: put behind `@` and `<` so that no server and no app takes what follows for a mention."""
CUT = "…"
MARKS_IN_A_ROW = 3
"""More combining marks than any script needs would pile up over the lines above."""
ESCAPED = frozenset("\\*_~`|[]<>#")
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing: padding by which text can be pushed out of sight."""
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,15}://[^\s<>]*", re.IGNORECASE)
MOST_READ = 20_000
"""Characters of a text that are looked at: what one message can show is a tenth of it."""
SHORTEST_ADDRESS = 12
COMMAND = re.compile(r"`(?P<command>[A-Za-z0-9/<>=][A-Za-z0-9 ._/:<>=%-]{0,98})`")
"""A command or a name in code, as Crux writes it: letters that can do nothing, whoever wrote them."""
IN_CODE = re.compile(f"{ADDRESS.pattern}|{COMMAND.pattern}", re.IGNORECASE)
LIST = re.compile(r"(?:[-+]|\d{1,9}[.)])(?=\s|$)|-(?=#)")
"""At the start of a line, what makes a list or small print."""


def safe(text: str, budget: int, *, commands: bool = False) -> str:
    """Text on one line that shows itself in Discord's markdown, at most `budget` UTF-16 units of it (>= 1).

    No mention, link, custom emoji, time stamp, heading, list or format survives; addresses stand in code. `commands`:
    in a sentence of Crux's own, what it put between backticks stays in code.
    """
    return _fitted(list(_atoms(cleaned(text, budget), IN_CODE if commands else ADDRESS)), budget)


def plain(text: str, budget: int) -> str:
    """Text on one line for a place without markdown, at most `budget` UTF-16 units of it (>= 1); pings nobody."""
    return _fitted(["@" + BREAK if each == "@" else each for each in cleaned(text, budget)], budget)


def code(text: str, budget: int) -> str:
    """Text as a code span: what is to be read letter by letter; `budget` (>= 3) includes its two backticks."""
    return f"`{_fitted([_in_code(each) for each in cleaned(text, budget)] or ['-'], budget - 2)}`"


def address(url: str, budget: int) -> str:
    """A link from outside as `host` and the whole address in code: nothing to click, nothing hidden."""
    shown = code(_ascii(cleaned(url)), budget)
    host = safe(_host(cleaned(url)), 80)
    return f"{host} {shown}" if host and utf16(host) + 1 + utf16(shown) <= budget else shown


def paragraph(text: str, budget: int, *, commands: bool = False) -> str:
    """Several lines of a person's own words, each made safe; blank lines are dropped. `commands` as in `safe`."""
    lines: list[str] = []
    left = budget
    for line in text.splitlines():
        if not cleaned(line, 1):
            continue
        if left < 2:
            break
        lines.append(safe(line, left, commands=commands))
        left -= utf16(lines[-1]) + 1
    return "\n".join(lines)


def cleaned(text: str, enough: int = MOST_READ) -> str:
    """NFKC on one line, without control, bidirectional, zero-width, private and blank characters or piles of marks.

    What comes after `enough` characters that show something, and one more, is not looked at.
    """
    kept: list[str] = []
    marks = shown = 0
    for each in unicodedata.normalize("NFKC", text[:MOST_READ]):
        kind = unicodedata.category(each)
        if each.isspace() or kind in ("Zl", "Zp") or each in "\u2800\u3164":
            kept.append(" ")
        elif kind[0] == "C" or each in BLANK or _selects_variation(each):
            continue
        elif kind[0] == "M":
            marks += 1
            if marks <= MARKS_IN_A_ROW:
                kept.append(each)
            continue
        else:
            kept.append(each)
            shown += 1
            if shown > enough:
                break
        marks = 0
    return unicodedata.normalize("NFKC", " ".join("".join(kept).split()))


def _selects_variation(each: str) -> bool:
    return "\ufe00" <= each <= "\ufe0f" or "\U000e0100" <= each <= "\U000e01ef"


def _atoms(text: str, in_code: re.Pattern[str]) -> Iterator[str]:
    """The text in pieces that are kept whole or left out: an escaped character, or an address or command in code."""
    start = LIST.match(text)
    if start is not None:
        yield from start.group()[:-1]
        yield "\\" + start.group()[-1]
        text = text[start.end() :]
    at = 0
    for found in in_code.finditer(text):
        yield from map(_escaped, text[at : found.start()])
        command = found.groupdict().get("command")
        yield f"`{command or _ascii(found.group()).replace('`', '%60').replace('@', '@' + BREAK)}`"
        at = found.end()
    yield from map(_escaped, text[at:])


def _escaped(each: str) -> str:
    if each == "@":
        return "@" + BREAK
    if each == "<":
        return "\\<" + BREAK
    return "\\" + each if each in ESCAPED else each


def _in_code(each: str) -> str:
    return "ʼ" if each == "`" else "@" + BREAK if each == "@" else each


def _fitted(atoms: list[str], budget: int) -> str:
    """As many whole pieces as fit, and an ellipsis where some did not; an address is shortened inside its code."""
    if sum(map(utf16, atoms)) <= budget:
        return "".join(atoms)
    left, kept = budget - utf16(CUT), []
    for each in atoms:
        size = utf16(each)
        if size > left:
            kept += _shortened(each, left)
            break
        kept.append(each)
        left -= size
    return "".join(kept).rstrip() + CUT


def _shortened(atom: str, left: int) -> list[str]:
    if not atom.startswith("`") or left < SHORTEST_ADDRESS:
        return []
    return [f"{atom[: left - 1]}`"]


def _host(url: str) -> str:
    try:
        return _punycode(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def _ascii(url: str) -> str:
    """The address with its host as it is asked for (punycode), so that no look-alike letter passes for another."""
    head, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{head}{mark}{_punycode(host)}{slash}{path}" if mark else url


def _punycode(host: str) -> str:
    if host.isascii():
        return host
    return ".".join(
        part if part.isascii() else "xn--" + part.encode("punycode").decode("ascii") for part in host.split(".")
    )
