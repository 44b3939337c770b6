"""`crux panels` and `crux panel`: the whole of it in a terminal, at the real time, on a sandbox of one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crux_builders import Crux, folder, seen_now, verified
from panel_builders import SLUG, debate, market

from bot.review.people import Actor, issue_code, redeem
from bot.store import open_store

BECAUSE = "Xyzzy: their page names no reward"


@pytest.fixture
def here(crux: Crux, tmp_path: Path) -> Crux:
    """The market is open on a sandbox, and the board was seen just now."""
    opens = datetime.now(UTC)
    days = {"opens": f"{opens:%Y-%m-%d}", "closes": f"{opens + timedelta(days=60):%Y-%m-%d}"}
    files = {"debate.yaml": debate(("fred", "gina", "hugo")), f"markets/{SLUG}.yaml": market(**days)}
    made = folder(tmp_path / "debate", files, opens=opens, closes=opens + timedelta(days=60))
    seen_now(made, tmp_path / "crux.sqlite")
    ran = crux.on(made, tmp_path / "crux.sqlite")("apply", "--sandbox", tmp_path / "box.jsonl")
    assert ran.code == 0, ran.err
    return crux


def test_a_panel_is_opened_answered_and_closed_in_a_terminal(here: Crux, tmp_path: Path) -> None:
    box = ("--sandbox", tmp_path / "box.jsonl")
    [panel] = here("panels", "--now", *box, "--json").json
    assert (panel["rows"], sorted(panel["seats"]), panel["votes"]) == (["base", "one"], ["fred", "gina", "hugo"], [])
    both = ("--limb", "data=yes", "--limb", "free=yes", "--because", BECAUSE, *box)
    for row in ("base", "one"):
        for person in panel["seats"][:2]:
            before = here("panel", panel["id"], "show", "--json")
            assert BECAUSE not in before.out + here("panel", panel["id"]).out
            ran = here("panel", panel["id"], "answer", "--as", person, "--row", row, *both, "--json")
            assert ran.code == 0, ran.err
    assert (ran.json["state"], [one["because"] for one in ran.json["votes"]]) == ("answered", [BECAUSE] * 4)
    assert here("panels").out == "no panel is open\n"
    assert BECAUSE in here("panel", panel["id"]).out
    assert "asks" not in here("verdict", SLUG, "--json").json[0]
    assert verified(tmp_path / "crux.sqlite").whole


def test_nobody_answers_from_a_terminal_for_someone_who_has_an_account_there(here: Crux, tmp_path: Path) -> None:
    """One person, one vote on panels too: fred speaks as himself, and this account is not his."""
    box = ("--sandbox", tmp_path / "box.jsonl")
    assert here("panels", "--now", *box).code == 0
    store = open_store(tmp_path / "crux.sqlite", now=lambda: datetime.now(UTC))
    code = issue_code(store, "small", "fred", "terminal")
    assert redeem(store, "small", Actor("terminal", "1001@elsewhere", "fred@elsewhere"), code) == "fred"
    store.close()
    said = ("--row", "one", "--limb", "data=yes", "--limb", "free=yes", "--because", BECAUSE)
    ran = here("panel", 1, "answer", "--as", "fred", *said, *box)
    assert (ran.code, "fred speaks as fred@elsewhere in a terminal" in ran.err) == (1, True)
    assert here("panel", 1, "answer", "--as", "gina", *said, *box).code == 0


def test_what_is_wrong_with_an_answer_is_told_at_once(here: Crux, tmp_path: Path) -> None:
    box = ("--sandbox", tmp_path / "box.jsonl")
    assert here("panels", "--now", *box).code == 0
    answered = ("panel", 1, "answer", "--as", "fred", "--because", "so", *box)
    refused = [
        here("panel", 1, "anser"),
        here(*answered, "--row", "one", "--limb", "data:yes", "--limb", "free=no", "--limb", "free=yes"),
        here(*answered, "--limb", "data=yes", "--limb", "free=no"),
        here("panel", 1, "answer", "--row", "one"),
        here("panel", 9),
    ]
    assert [one.code for one in refused] == [1] * 5
    for one, told in zip(
        refused,
        (
            "say show or answer",
            "write NAME=yes, NAME=no or NAME=unclear; --limb free is given twice",
            "say which row you answer with --row: base, one",
            "say who you are: --as NAME",
            "there is no panel 9; `crux panels` lists them",
        ),
        strict=True,
    ):
        assert told in one.err
