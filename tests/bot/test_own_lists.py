"""Guards: a cell of the debate's own list that nobody can read is told by check, doctor, log and sources alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from crux_builders import Crux, folder

from markets.registries import registry_faults
from resolvers.sources.spec import SourceSpec

SIZES = """\
publisher: This debate
licence: CC0 1.0
fetch: {file: registries/sizes.csv}
read:
  format: csv
  key: [maker, name]
  columns:
    params: {unit: count, between: [0, 1000]}
    since: {type: date}
"""
HEAD = "maker,name,params,since\n"
GOOD = f"{HEAD}north,one,7,2026-01-02\n"
ODD = f'{HEAD}north,one,7,2026-01-02\n\nnorth,"two\nlines",seven,2026-01-02\nnorth,three,5000,last week\n'
LINE = "registries/sizes.csv:4:1: S-CELL (warning): north | two"


@pytest.fixture
def here(crux: Crux, tmp_path: Path) -> Crux:
    files = {"sources/sizes.yaml": SIZES, "registries/sizes.csv": ODD}
    return crux.on(folder(tmp_path / "debate", files), tmp_path / "crux.sqlite")


def told(text: str, tmp_path: Path, **read: object) -> list[tuple[int, str, str]]:
    (tmp_path / "sizes.csv").write_text(text, encoding="utf-8")
    columns = {"params": {"unit": "count", "between": [0, 1000]}, "since": {"type": "date"}}
    spec = {"id": "sizes", "publisher": "us", "licence": "CC0 1.0", "fetch": {"file": "sizes.csv"}}
    block = {"format": "csv", "key": ["maker", "name"], "columns": columns, **read}
    source = SourceSpec.model_validate({**spec, "read": block})
    return [(fault.line, fault.code, fault.level) for fault in registry_faults(tmp_path, {"sizes": source})]


def test_each_odd_cell_is_told_at_the_line_on_which_its_row_begins(tmp_path: Path) -> None:
    assert told(ODD, tmp_path) == [(4, "S-CELL", "warning"), (6, "S-CELL", "warning"), (6, "S-CELL", "warning")]
    assert told(GOOD, tmp_path) == []


def test_a_list_that_cannot_be_used_at_all_is_told_and_one_that_waits_for_its_first_row_is_not(tmp_path: Path) -> None:
    assert told(HEAD, tmp_path) == []
    assert told("maker,nome,params,since\nnorth,one,7,2026-01-02\n", tmp_path) == [(1, "S-REGISTRY", "warning")]
    assert told(GOOD, tmp_path, anchor={"key": "north | two", "params": "7"}) == [(1, "S-REGISTRY", "warning")]
    assert told('maker,name\n"open', tmp_path) == [(1, "S-REGISTRY", "warning")]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b'maker,name,params,since\r\n"', b"\x00\n1", b"a\n" * 200_000])
def test_whatever_bytes_a_list_holds_they_are_a_warning_at_most(tmp_path: Path, raw: bytes) -> None:
    told(GOOD, tmp_path)
    (tmp_path / "sizes.csv").write_bytes(raw)
    columns = {"params": {"unit": "count"}}
    spec = {"id": "sizes", "publisher": "us", "licence": "CC0 1.0", "fetch": {"file": "sizes.csv"}}
    source = SourceSpec.model_validate({**spec, "read": {"format": "csv", "key": "maker", "columns": columns}})
    assert [fault.level for fault in registry_faults(tmp_path, {"sizes": source})] == ["warning"]


def test_the_check_tells_of_it_without_a_store_and_lets_it_pass(here: Crux) -> None:
    ran = here("check")
    assert (ran.code, LINE in ran.out, "4 markets, 3 faults" in ran.err) == (0, True, True)
    assert LINE in here("check", "--ready").out


@pytest.mark.parametrize("name", ["registries/sizes.csv", "sources/sizes.yaml"])
def test_it_is_told_of_the_list_or_its_source_alone(here: Crux, tmp_path: Path, name: str) -> None:
    assert LINE in here("check", tmp_path / "debate" / name).out
    assert here("check", tmp_path / "debate" / "sources" / "labs.yaml").out == ""


def test_the_doctor_and_the_log_tell_of_it_once_it_was_collected(here: Crux, tmp_path: Path) -> None:
    assert here("collect", "sizes").code == 0
    assert "sizes: unknown-cell: north | two" in here("sources").out
    line = next(line for line in here("doctor").out.splitlines() if "source sizes:" in line)
    assert line.startswith("wrong ") and "mend registries/sizes.csv; crux check shows every place in it" in line
    assert "params: 'seven' is not a number: this cell is unknown" in line
    (look,) = [line for line in here("log").out.splitlines() if "looked at sizes" in line]
    assert "; nobody can read north | two" in look and look.endswith("and 1 more: mend the file")
    (tmp_path / "debate" / "registries" / "sizes.csv").write_text(GOOD, encoding="utf-8")
    assert here("collect", "sizes").code == 0
    assert "source sizes" not in here("doctor").out
    assert "nobody can read" not in here("log").out.splitlines()[-1]


def test_collecting_says_how_many_cells_nobody_could_read_of_which_columns_and_where_they_are_named(here: Crux) -> None:
    ran = here("collect", "sizes")
    assert (ran.code, ran.out) == (
        0,
        "sizes: good, 2 new observations, 1 quarantined: north | three, 2 cells could not be read (params 1, since 1): "
        "`crux sources` names each; mend registries/sizes.csv (snapshot 1)\n",
    )
    (again,) = here("collect", "sizes", "--json").json
    assert (again["state"], again["new_observations"], again["unread"]) == ("good", 0, {"params": 1, "since": 1})


def test_collecting_a_list_that_can_be_read_says_nothing_of_cells(here: Crux, tmp_path: Path) -> None:
    (tmp_path / "debate" / "registries" / "sizes.csv").write_text(GOOD, encoding="utf-8")
    assert here("collect", "sizes").out == "sizes: good, 1 new observations (snapshot 1)\n"
