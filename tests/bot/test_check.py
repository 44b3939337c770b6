"""Guards: every fault at once, at its place, with its remedy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from crux_builders import DEBATE, NOT_RUN, SOURCE, Crux, definitions, folder

from bot.debates import BUNDLED
from markets.yaml12 import read_yaml

TEN = """\
question: Will a row reach 85%?
opens: 2020-01-06T12:00
closes: soon
subsidi: 200
tier: -5
values:
  best: {maks: score, from: board}
  other: {max: scor, from: board}
  good: {max: score, from: board}
resolve:
  yes: good >= 85 and best >= 85% and other >= 85%
  holt: 7 days
bears_on:
  - {claim: one-claim, event: YES, if_true: 1.5, if_false: 0.2}
settle: a week
"""
ONE = definitions()["markets/reach-85.yaml"]


def test_a_correct_debate_has_no_fault(crux: Crux, tmp_path: Path) -> None:
    ran = crux("check", folder(tmp_path / "debate"), "--json")
    assert (ran.code, ran.json, ran.err) == (0, {"markets": 4, "unread": [], "faults": []}, "")
    ran = crux("check", folder(tmp_path / "debate"))
    assert (ran.code, ran.out, ran.err) == (0, "", f"4 markets, 0 faults\n{NOT_RUN}")


def test_the_bundled_debate_has_no_fault(crux: Crux) -> None:
    assert crux("check", "--debate", "replay", "--json").json["faults"] == []


def test_ten_faults_in_a_definition_show_as_ten(crux: Crux, tmp_path: Path) -> None:
    path = folder(tmp_path / "debate", {"markets/reach-85.yaml": TEN})
    ran = crux("check", path)
    assert ran.code == 1
    place = f"{path}/markets/reach-85.yaml"
    heads = [line.split(": ")[:2] for line in ran.out.splitlines()]
    assert heads == [
        [f"{place}:2:8", "T01"],
        [f"{place}:3:9", "F-VALUE"],
        [f"{place}:4:1", "F-UNKNOWN"],
        [f"{place}:5:7", "F-VALUE"],
        [f"{place}:7:10", "R-UNKNOWN-KEY"],
        [f"{place}:8:16", "S-UNKNOWN-COLUMN"],
        [f"{place}:11:16", "N01"],
        [f"{place}:12:3", "R-UNKNOWN-KEY"],
        [f"{place}:14:45", "F-VALUE"],
        [f"{place}:15:9", "F-VALUE"],
    ]
    assert ran.err == f"3 markets, 10 faults\nnot read, for what is wrong in them: {place}\n{NOT_RUN}"


def test_as_json_a_fault_has_just_these_keys_and_says_the_same(crux: Crux, tmp_path: Path) -> None:
    path = folder(tmp_path / "debate", {"markets/reach-85.yaml": TEN})
    ran = crux("check", path, "--json")
    assert (ran.code, ran.err) == (1, "")
    assert list(ran.json) == ["markets", "unread", "faults"]
    assert ran.json["markets"] == 3
    for fault in ran.json["faults"]:
        assert list(fault) == ["path", "line", "column", "code", "level", "message"]
        assert fault["level"] == "error"
    told = ["{path}:{line}:{column}: {code}: {message}".format(**fault) for fault in ran.json["faults"]]
    assert told == crux("check", path).out.splitlines()


def test_a_typo_is_answered_with_what_was_meant(crux: Crux, tmp_path: Path) -> None:
    out = crux("check", folder(tmp_path / "debate", {"markets/reach-85.yaml": TEN})).out
    for meant in ("did you mean `subsidy`?", "did you mean 'score'", "did you mean 'hold'"):
        assert meant in out, meant


def test_faults_of_every_file_come_at_once(crux: Crux, tmp_path: Path) -> None:
    path = folder(
        tmp_path / "debate",
        {
            "debate.yaml": DEBATE + "tone: kind\n",
            "sources/labs.yaml": SOURCE.replace("licence", "license"),
            "markets/leader.yaml": ONE.replace("85%", "85"),
            "markets/when-80.yaml": "question: [\n",
        },
    )
    faults = crux("check", path, "--json").json["faults"]
    assert {Path(fault["path"]).name for fault in faults} == {
        "debate.yaml",
        "labs.yaml",
        "leader.yaml",
        "when-80.yaml",
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("best >= 85%", "best >= 85"), "N01"),
        (("best >= 85%", "best >= 85 days"), "N01"),
        (("max: score", "max: skore"), "S-UNKNOWN-COLUMN"),
        (("yes: best >= 85%", "number: best\n  edges: [20%, 10%]"), "N05"),
        (("subsidy: 200", "subsidy: 200\nsubsidy: 300"), "Y-DUPLICATE"),
        (("subsidy: 200", "\tsubsidy: 200"), "Y-TAB"),
        (("subsidy: 200", "subsidy: &mana 200"), "Y-ANCHOR"),
    ],
)
def test_what_bad_input_gets_is_a_refusal_with_its_place(
    crux: Crux, tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    assert change[0] in ONE
    path = folder(tmp_path / "debate", {"markets/reach-85.yaml": ONE.replace(*change)})
    ran = crux("check", path, "--json")
    assert ran.code == 1
    assert code in [fault["code"] for fault in ran.json["faults"]], ran.json
    assert all(fault["line"] > 0 and fault["column"] > 0 for fault in ran.json["faults"])


def test_a_single_file_can_be_checked_by_itself(crux: Crux, tmp_path: Path) -> None:
    path = folder(tmp_path / "debate", {"markets/reach-85.yaml": TEN, "markets/leader.yaml": TEN})
    ran = crux("check", path / "markets" / "leader.yaml", "--json")
    assert len(ran.json["faults"]) == 10
    assert {fault["path"] for fault in ran.json["faults"]} == {str(path / "markets" / "leader.yaml")}
    assert crux("check", path / "markets" / "when-80.yaml", "--json").json == {"markets": 1, "unread": [], "faults": []}


def test_what_could_not_be_read_is_named_beside_the_count(crux: Crux, tmp_path: Path) -> None:
    path = folder(tmp_path / "debate", {"markets/reach-85.yaml": TEN})
    broken = path / "markets" / "reach-85.yaml"
    (path / "markets" / "vague.yaml").write_text(ONE.replace("question: ", "question: Soon: "), encoding="utf-8")
    ran = crux("check", path, "--json")
    assert (ran.json["markets"], ran.json["unread"]) == (3, [str(broken), str(path / "markets" / "vague.yaml")])
    told = crux("check", path).err.splitlines()
    assert told[1] == f"not read, for what is wrong in them: {broken}, {path / 'markets' / 'vague.yaml'}"
    (path / "debate.yaml").write_text("debate: small\n", encoding="utf-8")
    ran = crux("check", path / "markets" / "leader.yaml", "--json")
    assert (ran.json["markets"], ran.json["unread"]) == (0, [str(path / "debate.yaml")])


def test_a_path_that_is_not_there_or_no_debate_is_refused(crux: Crux, tmp_path: Path) -> None:
    ran = crux("check", tmp_path / "none")
    assert (ran.code, "there is no such file or folder" in ran.err) == (1, True)
    ran = crux("check", tmp_path)
    assert (ran.code, "has no debate.yaml" in ran.out) == (1, True)
    stray = tmp_path / "stray.yaml"
    stray.write_text(ONE)
    ran = crux("check", stray)
    assert (ran.code, "has no debate.yaml" in ran.out) == (1, True)


def test_a_file_of_a_debate_that_cannot_be_read_is_never_called_faultless(crux: Crux, tmp_path: Path) -> None:
    path = folder(tmp_path / "debate", {"debate.yaml": DEBATE + "tone: kind\n"})
    ran = crux("check", path / "markets" / "leader.yaml", "--json")
    assert ran.code == 1
    assert [Path(fault["path"]).name for fault in ran.json["faults"]] == ["debate.yaml"]


def test_without_a_debate_it_says_how_to_name_one(crux: Crux, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["check"], ["status"], ["verdict"], ["plan"]):
        ran = crux(*command)
        assert (ran.code, ran.out) == (1, "")
        assert "name its folder with --debate or CRUX_DEBATE, or stand in it (bundled, to look at: " in ran.err


def test_a_debate_with_faults_is_used_by_no_command_and_all_faults_are_named(crux: Crux, tmp_path: Path) -> None:
    path = folder(tmp_path / "debate", {"markets/reach-85.yaml": TEN})
    crux.on(path, tmp_path / "crux.sqlite")
    for command in (["plan"], ["verdict"], ["collect"], ["status"], ["propose"], ["sources"]):
        ran = crux(*command, "--json")
        assert ran.code == 1, command
        assert len(ran.err.splitlines()) == 10
        assert "Traceback" not in ran.err
    assert not (tmp_path / "crux.sqlite").exists()


def test_checking_loads_neither_the_store_nor_discord() -> None:
    told = (
        "import sys\nfrom bot.cli import main\n"
        "try:\n    main(['check', '--debate', 'replay', '--json'])\nexcept SystemExit as ended:\n"
        "    assert not ended.code, ended.code\n"
        "heavy = ('sqlalchemy', 'alembic', 'discord', 'httpx', 'aiohttp', 'matplotlib', 'bot.store')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("CRUX_")}
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, env=env, check=True)
    assert json.loads(ran.stdout)["faults"] == []
    assert ran.stderr.strip() == "[]"


def test_schemas_are_written_for_editors_and_take_every_bundled_file(crux: Crux, tmp_path: Path) -> None:
    ran = crux("schema", tmp_path / "schemas", "--json")
    assert ran.code == 0
    written = [Path(each) for each in ran.json["written"]]
    kinds = {path.name.split(".")[0]: jsonschema.Draft202012Validator(json.loads(path.read_text())) for path in written}
    assert set(kinds) == {"claims", "debate", "market", "source", "stances"}
    named = ("claims.yaml", "debate.yaml", "stances.yaml", "markets/*.yaml", "sources/*.yaml")
    for kind, pattern in zip(("claims", "debate", "stances", "market", "source"), named, strict=True):
        files = sorted(BUNDLED.glob(f"*/{pattern}"))
        assert files
        for file in files:
            value = json.loads(json.dumps(read_yaml(file.read_bytes()).value, default=float))
            assert [error.message for error in kinds[kind].iter_errors(value)] == [], file
    wrong = json.loads(json.dumps(read_yaml(TEN.encode()).value, default=float))
    assert not kinds["market"].is_valid(wrong)
