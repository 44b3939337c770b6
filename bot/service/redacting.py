"""Taking secrets out of text: those we know by their value, and those that Discord's addresses and headers carry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

HIDDEN = "[hidden]"

PATTERNS = (
    (re.compile(r"(?i)\b(Bot|Bearer|Key|Basic)(\s+)[^\s'\"\\,;)\]}]{8,}"), rf"\1\2{HIDDEN}"),
    (re.compile(r"(/webhooks/\d+/)[^/\s'\"?\\]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(/interactions/\d+/)[^/\s'\"?\\]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(://[^\s:/@'\"]*:)[^\s/@'\"]+(?=@)"), rf"\1{HIDDEN}"),
    (re.compile(r"\b[\w-]{23,30}\.[\w-]{5,8}\.[\w-]{25,}"), HIDDEN),
)
"""A header's scheme and what follows it; webhook and interaction tokens; an address's password; a bot token's parts."""

Redact = Callable[[str], str]


def redactor(secrets: Iterable[str]) -> Redact:
    """A function from text to the same text without any of the secrets, however they were quoted on the way."""
    written = sorted({form for secret in secrets if secret for form in _forms(secret)}, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, written))) if written else None

    def redact(text: str) -> str:
        if known is not None:
            text = known.sub(HIDDEN, text)
        for pattern, instead in PATTERNS:
            text = pattern.sub(instead, text)
        return text

    return redact


def _forms(secret: str) -> Iterable[str]:
    """A secret as it may come out of a formatter: as it is, in JSON, in Python's own notation, in an address."""
    forms = {secret, quote(secret, safe=""), quote(secret)}
    for _ in range(2):  # a text in a text: what was quoted is quoted again
        forms |= {json.dumps(form)[1:-1] for form in forms} | {repr(form)[1:-1] for form in forms}
        forms |= {form.replace("'", "\\'") for form in forms}
    return forms
