"""The commands as a whole: exit codes, one JSON document on stdout, settings, the review desk in a terminal, copies."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from crux_builders import DEBATE, NOT_RUN, Crux, World, body, elsewhere, folder, harm, living

TOP = Path(__file__).parents[2]


async def _played(path: Path) -> None:
    async with living(path) as world:
        await world.decided()


@pytest.fixture
def decided(tmp_path: Path, crux: Crux) -> Crux:
    """Commands today, on a debate played up to two proposals in January 2020."""
    asyncio.run(_played(tmp_path))
    return crux.on(tmp_path / "debate", tmp_path / "crux.sqlite")


def vote(crux: Crux, person: str, said: str = "approve", *more: object, number: int = 1) -> object:
    return crux("review", number, said, "--as", person, "--because", "I read the row", *more, "--json")


# One document, four exit codes -------------------------------------------------------------------------------------


def test_every_command_prints_one_json_document_and_nothing_else_on_stdout(decided: Crux, tmp_path: Path) -> None:
    state = tmp_path / "sandbox.jsonl"
    raw = tmp_path / "body.csv"
    raw.write_bytes(body({"base": ("10.0", "south")}))
    commands = [
        ["check"],
        ["schema", tmp_path / "schemas"],
        ["plan", "--sandbox", state],
        ["apply", "--sandbox", state],
        ["collect"],
        ["import", "board", raw, "--seen-at", "2020-02-01"],
        ["sources"],
        ["verdict"],
        ["propose"],
        ["proposals"],
        ["proposals", "--all"],
        ["review", "1", "ask", "--as", "ann", "--because", "which row?"],
        ["resolve", "--sandbox", state],
        ["verify"],
        ["status"],
        ["db", "backup", tmp_path / "copy.sqlite"],
        ["db", "upgrade"],
        ["db", "restore", tmp_path / "copy.sqlite"],
    ]
    codes = {}
    for command in commands:
        ran = decided(*command, "--json")
        json.loads(ran.out)
        assert "Traceback" not in ran.err, command
        codes[" ".join(str(each) for each in command[:2])] = ran.code
    assert {name: code for name, code in codes.items() if code} == {"collect": 3}


@pytest.mark.parametrize(
    "arguments",
    [["chekc"], ["review", "1"], ["review", "one", "approve", "--as", "ann", "--because", "x"], ["import"], ["--no"]],
)
def test_wrong_usage_exits_2(decided: Crux, arguments: list[str]) -> None:
    ran = decided(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err
    assert ran.err


def test_without_arguments_it_shows_its_commands(crux: Crux) -> None:
    ran = crux()
    assert ran.code in (0, 2)
    for name in ("demo", "check", "plan", "apply", "collect", "import", "verdict", "review", "resolve", "verify"):
        assert name in ran.out + ran.err


@pytest.mark.parametrize("group", [(), ("db",), ("new",), ("discord",)])
def test_a_list_of_commands_says_the_first_sentence_of_each_whole(crux: Crux, group: tuple[str, ...]) -> None:
    crux.patch.setenv("COLUMNS", "60")
    shown = crux(*group, "--help").out
    assert "..." not in shown.partition("Commands:")[2]
    assert max(map(len, shown.splitlines())) <= 60


def test_a_long_line_of_the_list_of_commands_is_wrapped(crux: Crux) -> None:
    crux.patch.setenv("COLUMNS", "60")
    told = "Carry out a plan, change by change; after a crash the same command goes on, and makes nothing twice."
    assert told in " ".join(crux("--help").out.split())


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_trouble_and_the_store_takes_no_harm(tmp_path: Path, closed: str) -> None:
    database = tmp_path / "crux.sqlite"
    env = os.environ | {"CRUX_DEBATE": str(folder(tmp_path / "debate")), "CRUX_DATABASE_URL": f"sqlite:///{database}"}
    crux = f"'{sys.executable}' -m bot.cli"
    for command in ("status", "collect labs", "status"):
        ran = subprocess.run(["sh", "-c", f"{crux} {command} {closed}"], capture_output=True, text=True, env=env)
        assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), command
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_trouble_outside_exits_3_in_one_sentence(decided: Crux, tmp_path: Path) -> None:
    database = tmp_path / "crux.sqlite"
    harm(database, "bodies", ("UPDATE bodies SET bytes = x'00', codec = 'raw'", ()))
    for table in ("reading_rows", "readings", "spans", "timelines"):
        harm(database, table, (f"DELETE FROM {table}", ()))
    ran = decided("verdict")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("crux: the stored bytes of body ")
    assert "crux db restore" in ran.err


def test_the_console_script_and_the_module_are_the_same_program(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CRUX_")}
    for program in ([str(Path(sys.executable).with_name("crux"))], [sys.executable, "-m", "bot.cli"]):
        ran = subprocess.run([*program, "check", str(folder(tmp_path))], capture_output=True, text=True, env=env)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", f"4 markets, 0 faults\n{NOT_RUN}")


# Settings ----------------------------------------------------------------------------------------------------------


def test_a_variable_that_no_setting_reads_is_pointed_out(decided: Crux) -> None:
    decided.set(manifold_kye="secret")
    ran = decided("status", "--json")
    assert (ran.code, ran.err) == (
        0,
        "crux: CRUX_MANIFOLD_KYE is set, but no setting has that name; did you mean 'CRUX_MANIFOLD_KEY'?; "
        "it does nothing\n",
    )


def test_without_a_setting_the_state_lives_in_the_users_data_directory(crux: Crux, tmp_path: Path) -> None:
    ran = crux("status", "--debate", folder(tmp_path / "debate"), "--json")
    assert ran.json["database"] == str(tmp_path / "data" / "crux" / "crux.sqlite")
    assert [row["state"] for row in ran.json["markets"]] == ["defined"] * 4
    assert ran.json["open_proposals"] == 0


def test_status_names_the_store_and_every_market(decided: Crux, tmp_path: Path) -> None:
    ran = decided("status", "--json")
    assert (ran.json["database"], ran.json["debate"]) == (str(tmp_path / "crux.sqlite"), str(tmp_path / "debate"))
    assert {row["slug"]: (row["type"], row["state"]) for row in ran.json["markets"]} == {
        "leader": ("MULTIPLE_CHOICE", "open"),
        "reach-85": ("BINARY", "open"),
        "reach-95": ("BINARY", "open"),
        "when-80": ("DATE", "open"),
    }
    assert ran.json["open_proposals"] == 2


@pytest.mark.parametrize("url", ["nonsense", "nonsense://x", "sqlite://", "sqlite:////proc/none/crux.sqlite"])
def test_a_database_url_that_cannot_be_is_told_in_one_sentence(crux: Crux, tmp_path: Path, url: str) -> None:
    crux.patch.chdir(tmp_path)
    crux.set(database_url=url, debate=folder(tmp_path / "debate"))
    ran = crux("status")
    assert "Traceback" not in ran.err
    assert ran.code in (0, 1, 3)
    assert url == "nonsense" or ran.err.startswith("crux: ")


def test_a_folder_is_no_store_and_the_remedy_is_named(crux: Crux, tmp_path: Path) -> None:
    crux.set(debate=folder(tmp_path / "debate"))
    for url in (tmp_path, f"sqlite:///{tmp_path}"):
        crux.set(database_url=url)
        for command in (["status"], ["db", "upgrade"]):
            ran = crux(*command)
            said = (
                f"crux: CRUX_DATABASE_URL: {tmp_path} is a folder; name a file in it, as {tmp_path / 'crux.sqlite'}\n"
            )
            assert (ran.code, ran.out, ran.err) == (1, "", said)


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("manifold_key", "schlüssel", "CRUX_MANIFOLD_KEY has characters that cannot be sent; copy it again"),
        ("manifold_key", "a\nb", "CRUX_MANIFOLD_KEY has characters that cannot be sent; copy it again"),
        ("contact", "müller@example.org", "CRUX_CONTACT has characters that cannot be sent"),
        ("manifold_url", "http://[::", "CRUX_MANIFOLD_URL: 'http://[::' is no address of the web; write https://"),
        ("manifold_url", "file:///x", "CRUX_MANIFOLD_URL: 'file:///x' is no address of the web; write https://"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_with_its_remedy(
    decided: Crux, setting: str, value: str, said: str
) -> None:
    decided.set(**{setting: value})
    ran = decided("plan")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"crux: {said}")
    assert setting != "manifold_key" or value not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["review", "99999999999999999999", "approve", "--as", "ann", "--because", "x"],
        ["review", "1", "answer", "--as", "ann", "--because", "x", "--objection", "99999999999999999999"],
        ["accept", "99999999999999999999", "--as", "ann", "--because", "x"],
    ],
)
def test_a_number_larger_than_any_row_has_is_wrong_usage(decided: Crux, arguments: list[str]) -> None:
    ran = decided(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_the_largest_number_that_a_row_could_have_is_looked_for(decided: Crux) -> None:
    ran = decided("review", 2**63 - 1, "approve", "--as", "ann", "--because", "x")
    assert (ran.code, ran.err) == (1, f"crux: there is no proposal {2**63 - 1}; `crux proposals` lists them\n")


def test_what_stands_in_an_error_cannot_steer_the_terminal(crux: Crux, tmp_path: Path) -> None:
    crux.on(folder(tmp_path / "debate"), tmp_path / "crux.sqlite")
    for arguments in (
        ["collect", "\x1b]0;gone\x07board"],
        ["check", tmp_path / "\x1b[2Jnone"],
        ["verdict", "--debate", folder(tmp_path / "\x1b[2J\x9bodd", {"markets/reach-85.yaml": "question: [\n"})],
    ):
        ran = crux(*arguments)
        assert (ran.code, ran.out) == (1, "")
        assert [char for char in ran.err if not char.isprintable() and char != "\n"] == []
        assert "\ufffd" in ran.err or "\\x1b" in ran.err


def test_a_file_that_is_no_store_is_refused_untouched(crux: Crux, tmp_path: Path) -> None:
    path = tmp_path / "crux.sqlite"
    path.write_bytes(b"my diary\n" * 500)
    ran = crux.on(folder(tmp_path / "debate"), path)("status")
    assert ran.code == 1
    assert "is no database of Crux" in ran.err
    assert path.read_bytes() == b"my diary\n" * 500


def test_a_time_at_the_edge_of_the_calendar_is_taken(decided: Crux) -> None:
    for at in ("0001-01-01", "9999-12-31"):
        ran = decided("verdict", "reach-95", "--as-of", at, "--known-on", at, "--json")
        assert (ran.code, len(ran.json)) == (0, 1)


def test_where_nothing_is_new_to_propose_a_named_market_is_told_with_its_reason(decided: Crux) -> None:
    (first, second) = decided("propose", "leader").out.splitlines()
    assert first == "nothing new to propose; 1 open market judged"
    assert second.startswith("  leader: ") and len(second) > 30
    assert decided("propose").out.splitlines()[-1].endswith("; `crux verdict` says why of each")


# The review desk in a terminal -------------------------------------------------------------------------------------


def test_review_by_the_command(decided: Crux) -> None:
    (first, _) = decided("proposals", "--json").json
    assert (first["id"], first["slug"], first["state"], first["approvals_wanted"]) == (1, "reach-85", "proposed", 2)
    assert first["cells"][0]["text"] == "88.5"
    assert vote(decided, "ann").json["approvals_wanted"] == 1
    again = vote(decided, "ann")
    assert (again.code, again.out) == (1, "")
    assert "one person, one vote" in again.err
    assert vote(decided, "ben").json["state"] == "approved"
    shown = decided("proposals").out
    assert "proposal 1: reach-85 -> YES  [approved]" in shown
    assert "ann: approve: I read the row" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1", "approve", "--as", "anne", "--because", "x"], "'anne' is no reviewer; did you mean 'ann'"),
        (["1", "aprove", "--as", "ann", "--because", "x"], "did you mean 'approve'"),
        (["1", "approve", "--as", "ann", "--because", " "], "say why: --because TEXT"),
        (["99", "approve", "--as", "ann", "--because", "x"], "there is no proposal 99; `crux proposals` lists them"),
        (["1", "answer", "--as", "ann", "--because", "x"], "say which objection to proposal 1 you answer"),
    ],
)
def test_a_review_that_cannot_be_is_refused_with_its_remedy(decided: Crux, arguments: list[str], said: str) -> None:
    ran = decided("review", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert decided("proposals", "--json").json[0]["reviews"] == []


def test_resolve_by_the_command_once_its_window_has_passed(tmp_path: Path, crux: Crux) -> None:
    quick = {"debate.yaml": DEBATE.replace("48 hours", "1 second")}

    async def play() -> None:
        async with living(tmp_path, quick) as world:
            await world.decided()

    asyncio.run(play())
    crux.on(tmp_path / "debate", tmp_path / "crux.sqlite")
    state = tmp_path / "sandbox.jsonl"
    told = crux("resolve", "--sandbox", state, "--json").json
    assert [(each["slug"], each["did"]) for each in told] == [("reach-85", "published"), ("when-80", "published")]
    vote(crux, "ann")
    vote(crux, "ben")
    ran = crux("resolve", "--sandbox", state, "--json")
    assert [(each["slug"], each["did"]) for each in ran.json] == [("reach-85", "announced"), ("reach-85", "waiting")]
    time.sleep(3.2)  # the window, and as long as replies may show late
    ran = crux("resolve", "--sandbox", state, "--json")
    assert [(each["slug"], each["did"], each["because"]) for each in ran.json] == [("reach-85", "resolved", "YES")]
    assert crux("resolve", "--sandbox", state, "--json").json == []
    (found,) = elsewhere(state, ("/v0/search-markets?term=&limit=100", None))
    assert [(one["question"], one["resolution"]) for one in found if one["isResolved"]] == [
        ("Will a row reach 85%?", "YES")
    ]
    assert crux("verify", "--json").json["verified"] == 1


async def test_text_from_traders_cannot_steer_the_reviewers_terminal(world: World, crux: Crux) -> None:
    await world.decided()
    await world.bet("trader1")
    world.approve()
    await world.carry_on()
    await world.reply("trader1", "\x1b[2J\x1b]0;gone\x07 done\n\nproposal 9: all is well  [resolved]")
    await world.carry_on()
    assert world.card().objections
    crux.on(world.folder, world.database)
    shown = (await asyncio.to_thread(crux, "proposals")).out
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert not any(line.startswith("proposal 9") for line in shown.splitlines())
    told = (await asyncio.to_thread(crux, "proposals", "--json")).out
    assert "\x1b" not in told


async def test_an_answer_by_the_command_frees_the_resolution(world: World, crux: Crux) -> None:
    await world.decided()
    await world.bet("trader1")
    world.approve()
    await world.carry_on()
    await world.reply("trader1", "a typo")
    await world.carry_on()
    crux.on(world.folder, world.database)
    ran = await asyncio.to_thread(crux, "review", 1, "answer", "--as", "cat", "--because", "no typo", "--json")
    assert [(one["by"], one["answered_by"], one["answer"]) for one in ran.json["objections"]] == [
        ("trader1", "cat", "no typo")
    ]
    world.at(11.001)
    assert [one.did for one in await world.carry_on()] == ["resolved"]


# Several debates in one store --------------------------------------------------------------------------------------


def other(path: Path) -> Path:
    """Another debate, whose reviewers are other people."""
    told = DEBATE.replace("debate: small", "debate: other").replace("{ann: {}, ben: {}, cat: {}}", "{dan: {}, eve: {}}")
    made = folder(path, {"debate.yaml": told})
    for part in ("markets", "sources"):
        shutil.rmtree(made / part)
    return made


def test_two_debates_in_one_store_may_not_mean_different_sources_by_one_name(decided: Crux, tmp_path: Path) -> None:
    told = folder(tmp_path / "third", {"debate.yaml": DEBATE.replace("debate: small", "debate: third")})
    assert decided("verdict").code == 0
    ran = decided("verdict", "--debate", told)
    assert (ran.code, "another debate in this store has sources of these names: board (of small)" in ran.err) == (
        1,
        True,
    )


def test_reviewers_of_one_debate_have_no_word_in_another(decided: Crux, tmp_path: Path) -> None:
    ran = decided("review", 1, "approve", "--as", "dan", "--because", "x", "--debate", other(tmp_path / "other"))
    assert (ran.code, ran.out) == (1, "")
    assert "proposal 1 is of the debate small, and this is other" in ran.err
    assert decided("proposals", "--json").json[0]["reviews"] == []


def test_resolving_one_debate_leaves_the_others_alone(decided: Crux, tmp_path: Path) -> None:
    vote(decided, "ann")
    vote(decided, "ben")
    state = tmp_path / "sandbox.jsonl"
    assert decided("resolve", "--debate", other(tmp_path / "other"), "--sandbox", state, "--json").json == []
    assert decided("proposals", "--json").json[0]["state"] == "approved"
    told = decided("resolve", "--sandbox", state, "--json").json
    assert [one["did"] for one in told] == ["announced", "published", "waiting"]


# Copies ------------------------------------------------------------------------------------------------------------


def test_a_copy_can_be_put_back_and_what_it_replaces_is_kept(decided: Crux, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "one.sqlite"
    assert decided("db", "backup", copy, "--json").json == {"copy": str(copy)}
    vote(decided, "ann")
    ran = decided("db", "restore", copy, "--json")
    assert ran.code == 0
    assert decided("proposals", "--json").json[0]["reviews"] == []
    decided.set(database_url=f"sqlite:///{ran.json['kept']}")
    assert [one["person"] for one in decided("proposals", "--json").json[0]["reviews"]] == ["ann"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder where nobody may make a file")
def test_a_copy_that_cannot_be_written_says_nothing_against_the_store(decided: Crux) -> None:
    ran = decided("db", "backup", "/proc/self/crux.sqlite")
    assert (ran.code, ran.out) == (3, "")
    assert "cannot be copied to /proc/self/crux.sqlite: " in ran.err
    assert ran.err.endswith("look at the room on that disk, and at the rights of both files and their folders\n")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder where nobody may make a file")
@pytest.mark.parametrize("option", ["--state", "--accounts"])
def test_a_sandbox_that_cannot_keep_its_files_does_not_blame_the_port(crux: Crux, option: str) -> None:
    ran = crux("sandbox", option, "/proc/self/nothing/sandbox.jsonl")
    assert (ran.code, "port" in ran.err, "/proc/self/nothing" in ran.err) == (3, False, True)


def test_a_copy_is_never_written_over_and_no_store_is_lost_to_a_bad_one(decided: Crux, tmp_path: Path) -> None:
    copy, bad = tmp_path / "one.sqlite", tmp_path / "bad.sqlite"
    decided("db", "backup", copy)
    ran = decided("db", "backup", copy)
    assert (ran.code, "exists already; choose another name" in ran.err) == (1, True)
    bad.write_bytes(b"no copy" * 100)
    for given in (bad, tmp_path / "none.sqlite"):
        ran = decided("db", "restore", given)
        assert (ran.code, "Traceback" in ran.err) == (1, False)
    assert len(decided("proposals", "--json").json) == 2


# Where the environment is read ------------------------------------------------------------------------------------


def test_nothing_but_the_settings_reads_the_environment() -> None:
    readers = set()
    for room in ("bot", "markets", "resolvers", "migrations"):
        for path in (TOP / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                named = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb", "putenv")
                brought = (
                    isinstance(node, ast.ImportFrom)
                    and node.module == "os"
                    and any(each.name in ("environ", "getenv", "environb") for each in node.names)
                )
                if named or brought:
                    readers.add(path.relative_to(TOP).as_posix())
    assert readers == {"bot/settings.py"}


def test_below_the_bot_nothing_asks_the_system_for_the_time() -> None:
    """The clock is an argument: only the sandbox, which is a server, has one of its own to fall back on."""
    askers = set()
    for room in ("markets", "resolvers"):
        for path in (TOP / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    owner = node.func.value
                    whose = owner.id if isinstance(owner, ast.Name) else ""
                    if (whose, node.func.attr) in {
                        ("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"),
                        ("time", "time_ns"), ("random", "random"), ("random", "randint"),
                    }:  # fmt: skip
                        askers.add(path.relative_to(TOP).as_posix())
    assert askers <= {"markets/sandbox/clock.py"}
