"""How figures are written in prose: the words and signs for numbers, units and dates, and the one form of them all."""

from __future__ import annotations

import re

MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]  # fmt: skip
MONTH = "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r"|sept)\.?"
WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
LARGE = {"dozen": 12, "hundred": 100, "thousand": 1000}
NUMERALS = WORDS | TENS | LARGE | {"a": 1, "an": 1, "one": 1}
SMALL = rf"(?:{'|'.join(TENS)})(?:[\s-](?:one|{'|'.join(list(WORDS)[:8])})(?!\w))?|{'|'.join(reversed(WORDS))}"
MANY = "|".join(LARGE)
IN_LETTERS = (
    rf"(?>(?:(?:an?|one|{SMALL})\s+)?(?:hundred|thousand)(?:\s+thousand)?(?:\s+(?:and\s+)?(?:{SMALL}|one)(?![\w-]))?"
    rf"|(?:(?:an?|one|{SMALL})\s+)?dozen|{SMALL})(?!\w)(?!\s+(?:{MANY})(?!\w))"
)
"""`eighty-five`, `twelve`, `a hundred and five`: as far as it goes, for the `hundred` of that is another number."""
NO_REST = r"(?<!hundred\s)(?<!thousand\s)(?<!dozen\s)(?<!hundred\sand\s)(?<!thousand\sand\s)"
"""Before a number in letters: nor is it the `five` of those."""
PARTS = {"½": ("50", "0.5"), "¼": ("25", "0.25"), "¾": ("75", "0.75")}
FIRST_YEAR, LAST_YEAR = 1970, 2199

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
UNITS = {
    "%": "percent",
    "percent": "percent",
    "per cent": "percent",
    "percentage points": "points",
    "percentage point": "points",
    "points": "points",
    "point": "points",
    "pp": "points",
    "mana": "mana",
    "usd": "usd",
    "dollars": "usd",
    "elo": "elo",
    "decimal places": "places",
    "decimal place": "places",
    "decimals": "places",
    "decimal": "places",
}
MAGNITUDES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "b": 9, "bn": 9, "t": 12}
UNBROKEN = r"(?:(?:consecutive|straight|successive|full|whole|entire|unbroken)[ ])?"
"""`two consecutive weeks`, `30 full days`: they say no other length."""
UNIT = (
    r"(?:%|per[ ]?cent(?:age[ ]points?)?|points?|pp|seconds?|minutes?|hours?|days?|weeks?"
    r"|mana|usd|dollars|elo|decimals?(?:[ ]places?)?)"
)

DIGIT = re.compile(r"[\d$]")
COMMON = [word for word in WORDS if not word.endswith("teen")]
BEGINNINGS = (*(name[:3] for name in MONTHS), *COMMON, "half", "whole", "http")
SELDOM = {
    "teen": tuple(word for word in WORDS if word.endswith("teen")),
    "ty": tuple(TENS),
    **{sign: (sign,) for sign in PARTS},
}
"""What few texts hold -> how figures begin that have it."""
ONE_LARGE = re.compile(rf"(?<!\w)(?:an?|one)\s+(?:{MANY})")
UNIT_BEGINNINGS = (
    "%", "per", "point", "pp", "second", "minute", "hour", "day", "week", "mana", "usd", "dollar", "elo", "decimal",
)  # fmt: skip
"""How figures begin, in small letters: with a digit, a word, or one of a unit (`a week`, `an hour`)."""
ONE_BEFORE = re.compile(rf"(?:an?|one)[\s-](?:of\s)?{UNBROKEN}\Z")

FIGURE = re.compile(
    rf"""(?:(?P<url>https?://\S+)
      | (?P<iso>(?<![\w-])\d{{4}}-\d{{2}}-\d{{2}})(?:(?:[T ,]|\ at\ )\ ?(?P<clock>\d{{1,2}}:\d{{2}})(?::\d{{2}})?)?
      | (?<!\w)(?P<month1>{MONTH})\s+(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?(?![\d%]|\s?percent)
        (?:,?\s+(?P<year1>\d{{4}}))?(?!\d)
      | (?<!\w)(?P<day2>\d{{1,2}})\s+(?P<month2>{MONTH})(?![a-z])(?:\s+(?P<year2>\d{{4}}))?
      | (?<!\w)(?P<month3>{MONTH})\s+(?P<year3>\d{{4}})(?!\d)
      | (?<!\w)(?:(?P<part4>[QH][1-4])\s?(?P<year4>\d{{4}})|(?P<year5>\d{{4}})[-\s]?(?P<part5>[QH][1-4]))(?!\w)
      | (?<![\w-])(?P<year6>\d{{4}})-(?P<month6>\d{{2}})(?![\w-])
      | (?<![\d:])(?P<time>\d{{1,2}}:\d{{2}})(?![\d:])
      | (?P<dollar>\$\s?)?(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)*)
        (?:(?P<glued>[a-z]+)|(?P<grown>\s(?:thousand|million|billion|trillion)\b))?
        (?:\s?(?P<unit>%)|[\s-]{UNBROKEN}(?P<unit2>{UNIT})(?![a-z]))?
      | (?P<part>[{"".join(PARTS)}])
      | (?<!\w){NO_REST}(?P<word>(?!{MANY}){IN_LETTERS})[\s-]{UNBROKEN}(?P<unit3>{UNIT})(?![a-z])
      | (?<!\w)(?P<loose>half(?!\s+(?:of\s+)?(?:an?|one)\b)|whole|(?:an?|one)
        (?=[\s-](?:of\s)?{UNBROKEN}{UNIT}(?![a-z])))
        (?:[\s-](?:of\s)?{UNBROKEN}(?P<unit4>{UNIT}))?(?![a-z]))
    """,
    re.VERBOSE | re.IGNORECASE,
)


def in_letters(words: str) -> int:
    """`twelve`, `a hundred and five`, `two thousand` as a number."""
    found = 0
    for word in re.split(r"[\s-]+", words.lower()):
        found = max(found, 1) * LARGE[word] if word in LARGE else found + NUMERALS.get(word, 0)
    return found
