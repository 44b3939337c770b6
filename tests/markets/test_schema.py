"""Guards: JSON Schemas by which editors complete the files and mark typos."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from market_builders import MARKET, REPLAY, SOURCE, as_json

from markets.schema import schemas
from markets.yaml12 import read_yaml

FILES = [
    *(("market", file) for file in sorted(REPLAY.glob("markets/*.yaml"))),
    *(("source", file) for file in sorted(REPLAY.glob("sources/*.yaml"))),
    ("debate", REPLAY / "debate.yaml"),
]


def complaints(kind: str, raw: bytes) -> list[str]:
    value = as_json(read_yaml(raw).value)
    return [error.message for error in jsonschema.Draft202012Validator(schemas()[kind]).iter_errors(value)]


@pytest.mark.parametrize("kind", ["market", "source", "debate"])
def test_each_schema_is_one(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas()[kind])


@pytest.mark.parametrize(("kind", "file"), FILES, ids=[file.stem for _, file in FILES])
def test_every_bundled_file_fits_its_schema(kind: str, file: Path) -> None:
    assert complaints(kind, file.read_bytes()) == []


def test_a_market_may_call_answers_neutral_by_their_texts() -> None:
    assert complaints("market", MARKET.encode() + b"\nneutral: [U undisclosed]\n") == []
    assert len(complaints("market", MARKET.encode() + b"\nneutral: {U: true}\n")) == 1


ASKING = """\
question: Will a paper show {n}% before July 2025?
opens: "{opens}"
closes: 2025-07-01
subsidy: "{n}"
panel: {seats: 5, agree: 4}
each: [{n: 70, opens: 2025-01-01}, {n: 80, opens: 2025-01-02}]
rows:
  papers:
    from: board
    where: {lab: {listed_in: other, as: name, from: day, for: 90 days, where: rank <= 20}}
    panel: {question: Does it?, limbs: {so: It does so.}, seats: 3, agree: 2, for: 7 days, redraw: 1, default: no}
resolve:
  yes: {panel: {question: Is it?, limbs: {so: It is.}}, over: papers}
  hold: "{n} days"
"""


def test_what_people_are_asked_and_families_fit_the_schema() -> None:
    assert complaints("market", ASKING.encode()) == []
    for typo in (("over:", "ofer:"), ("limbs: {so: It is.}", "limb: {so: It is.}"), ("listed_in:", "listed:")):
        assert complaints("market", ASKING.replace(*typo).encode()) != []


@pytest.mark.parametrize(
    ("kind", "text", "typo"),
    [
        ("market", MARKET, ("subsidy", "subsidi")),
        ("market", MARKET, ("max:", "maks:")),
        ("market", MARKET, ("from:", "form:")),
        ("market", MARKET, ("  yes:", "  yess:")),
        ("market", MARKET, ("2025-07-01", "1 July 2025")),
        ("source", SOURCE, ("publisher", "publischer")),
        ("source", SOURCE, ("unit: percent", "units: percent")),
        ("source", SOURCE, ("format: csv", "format: xls")),
    ],
)
def test_a_typo_is_marked(kind: str, text: str, typo: tuple[str, str]) -> None:
    assert complaints(kind, text.encode()) == []
    assert complaints(kind, text.replace(*typo).encode()) != []
