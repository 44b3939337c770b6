"""Guards: the plan is a value, apply carries out what was reviewed, drift is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crux_builders import FAR, PATIENCE, Crux, World, elsewhere, folder, harm, seen_now, served

from bot.platform import connect
from resolvers.errors import Outside

MARKETS = ["leader", "reach-85", "reach-95", "when-80"]
COST = 4 * (100 + 200)
SOON = datetime(2099, 1, 1, tzinfo=UTC)
LATER = datetime(2099, 6, 1, tzinfo=UTC)


@pytest.fixture
def debate(tmp_path: Path) -> Path:
    return folder(tmp_path / "debate", **FAR)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.jsonl"


@pytest.fixture
def there(crux: Crux, debate: Path, tmp_path: Path, state: Path) -> Crux:
    """A debate whose markets are ready to open now, a new store, a Manifold in a file."""
    seen_now(debate, tmp_path / "crux.sqlite")
    return crux.on(debate, tmp_path / "crux.sqlite")


def market_id(state: Path, question: str) -> str:
    (found,) = elsewhere(state, ("/v0/search-markets?term=&limit=100", None))
    return next(one["id"] for one in found if one["question"].startswith(question))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def changes(planned: Any) -> list[tuple[str, str]]:
    return [(each["kind"], each["slug"]) for each in planned["changes"]]


def balance(state: Path) -> float:
    return float(elsewhere(state, ("/v0/me", None))[0]["balance"])


def test_a_plan_says_what_would_change_and_cost_and_changes_nothing(there: Crux, state: Path) -> None:
    first, again = there("plan", "--sandbox", state, "--json"), there("plan", "--sandbox", state, "--json")
    assert (first.code, again.code) == (0, 0)
    assert set(first.json) == {
        "checksum",
        "cost_mana",
        "changes",
        "texts",
        "drifts",
        "new_versions",
        "waiting",
        "refusals",
    }
    assert changes(first.json) == [("create", slug) for slug in MARKETS]
    assert (first.json["cost_mana"], first.json["refusals"]) == (str(COST), [])
    assert again.json["checksum"] == first.json["checksum"]
    assert balance(state) == 1_000_000


def test_apply_opens_them_once(there: Crux, state: Path) -> None:
    ran = there("apply", "--sandbox", state, "--json")
    assert ran.code == 0
    assert [(each["kind"], each["slug"], each["how"]) for each in ran.json["done"]] == [
        ("create", slug, "done") for slug in MARKETS
    ]
    assert balance(state) == 1_000_000 - COST
    again = there("apply", "--sandbox", state, "--json")
    assert (again.code, again.json["done"], balance(state)) == (0, [], 1_000_000 - COST)


def test_apply_by_checksum_carries_out_the_reviewed_plan_and_no_other(there: Crux, state: Path, debate: Path) -> None:
    checksum = there("plan", "--sandbox", state, "--json").json["checksum"]
    edit(debate / "markets" / "leader.yaml", "subsidy: 200", "subsidy: 300")
    ran = there("apply", "--sandbox", state, "--checksum", checksum[:12])
    assert ran.code == 1
    assert f"not {checksum[:12]}: look at `crux plan` again" in ran.err
    assert balance(state) == 1_000_000
    edit(debate / "markets" / "leader.yaml", "subsidy: 300", "subsidy: 200")
    assert there("apply", "--sandbox", state, "--checksum", checksum[:12]).code == 0
    assert balance(state) == 1_000_000 - COST


def test_a_start_of_the_checksum_that_is_too_short_is_refused(there: Crux, state: Path) -> None:
    checksum = there("plan", "--sandbox", state, "--json").json["checksum"]
    assert there("apply", "--sandbox", state, "--checksum", checksum[:4]).code == 1
    assert there("apply", "--sandbox", state, "--checksum", "").code == 1
    assert balance(state) == 1_000_000


def test_only_carries_out_a_part(there: Crux, state: Path) -> None:
    ran = there("apply", "--sandbox", state, "--only", "leader", "--only", "when-80", "--json")
    assert [each["slug"] for each in ran.json["done"]] == ["leader", "when-80"]
    assert changes(there("plan", "--sandbox", state, "--json").json) == [("create", "reach-85"), ("create", "reach-95")]


def test_only_with_a_slug_that_is_not_there_names_the_nearest(there: Crux, state: Path) -> None:
    ran = there("plan", "--sandbox", state, "--only", "reach-855")
    assert (ran.code, ran.out) == (1, "")
    assert "no market is called 'reach-855'; did you mean 'reach-85'" in ran.err


def test_a_plan_over_the_limit_of_mana_is_refused_until_somebody_says_more(there: Crux, state: Path) -> None:
    ran = there("plan", "--sandbox", state, "--max-mana", COST - 1)
    assert ran.code == 1
    assert f"the plan costs {COST} mana, over the limit of {COST - 1}" in ran.out
    ran = there("apply", "--sandbox", state, "--max-mana", COST - 1)
    assert ran.code == 1
    assert balance(state) == 1_000_000
    assert there("apply", "--sandbox", state, "--max-mana", COST).code == 0


@pytest.mark.parametrize("most", ["nan", "-1", "-inf", "much"])
def test_a_limit_that_is_no_amount_is_refused_in_one_sentence(there: Crux, state: Path, most: str) -> None:
    ran = there("apply", "--sandbox", state, "--max-mana", most)
    assert ran.code in (1, 2)
    assert "--max-mana" in ran.err
    assert not state.exists() or balance(state) == 1_000_000


def test_what_another_client_changed_shows_as_three_lines(there: Crux, state: Path) -> None:
    there("apply", "--sandbox", state)
    market = market_id(state, "Will a row reach 85")
    told = {"question": "Will it?", "closeTime": 4_000_000_000_000, "descriptionMarkdown": "ours now"}
    elsewhere(state, (f"/v0/market/{market}/update", told))
    ran = there("plan", "--sandbox", state, "--json")
    assert [(each["slug"], each["field"]) for each in ran.json["drifts"]] == [
        ("reach-85", "question"),
        ("reach-85", "closes"),
        ("reach-85", "description"),
    ]
    assert (ran.json["changes"], ran.json["new_versions"], ran.code) == ([], [], 0)
    lines = there("plan", "--sandbox", state).out.splitlines()
    assert [line.split(" is ")[0] for line in lines if line.startswith("drift ")] == [
        "drift reach-85: question",
        "drift reach-85: closes",
        "drift reach-85: description",
    ]


def test_drift_is_put_back_only_where_that_is_asked_for(there: Crux, state: Path) -> None:
    there("apply", "--sandbox", state)
    market = market_id(state, "Will a row reach 85")
    before = elsewhere(state, (f"/v0/market/{market}", None))[0]
    told = {"question": "Will it?", "closeTime": 4_000_000_000_000, "descriptionMarkdown": "ours now"}
    elsewhere(state, (f"/v0/market/{market}/update", told))
    assert there("apply", "--sandbox", state, "--json").json["done"] == []
    ran = there("apply", "--sandbox", state, "--restore", "reach-85", "--json")
    assert (ran.code, [each["kind"] for each in ran.json["done"]]) == (0, ["update"] * 3)
    after = elsewhere(state, (f"/v0/market/{market}", None))[0]
    for name in ("question", "closeTime", "description"):
        assert after[name] == before[name], name
    assert there("plan", "--sandbox", state, "--json").json["drifts"] == []


def test_a_file_changed_after_opening_is_a_new_version_and_is_not_applied(
    there: Crux, state: Path, debate: Path
) -> None:
    there("apply", "--sandbox", state)
    edit(debate / "markets" / "reach-85.yaml", "best >= 85%", "best >= 86%")
    ran = there("plan", "--sandbox", state, "--json")
    assert ([each["slug"] for each in ran.json["new_versions"]], ran.json["changes"]) == (["reach-85"], [])
    ran = there("apply", "--sandbox", state, "--json")
    assert (ran.code, ran.json["done"]) == (0, [])
    assert "85%" in there("verdict", "reach-85", "--json").out
    assert "86%" not in there("verdict", "reach-85", "--json").out


def test_an_edit_after_opening_is_told_part_by_part(there: Crux, state: Path, debate: Path) -> None:
    there("apply", "--sandbox", state)
    edit(debate / "markets" / "reach-85.yaml", "best >= 85%", "best >= 86%")
    edit(debate / "markets" / "reach-85.yaml", "Will a row", "Does a row")
    parts = ["question", "the rule (rows, values, resolve)"]
    assert there("plan", "--sandbox", state, "--json").json["new_versions"][0]["differs"] == parts
    assert f"and keeps it; they differ in {', '.join(parts)}; undo the edit" in there("plan", "--sandbox", state).out


def test_what_is_not_open_yet_can_be_read_whole_with_all_that_keeps_it(crux: Crux, tmp_path: Path, state: Path) -> None:
    crux.on(folder(tmp_path / "debate", opens=SOON, closes=LATER), tmp_path / "crux.sqlite")
    ran = crux("plan", "--sandbox", state, "--text")
    assert ran.code == 0
    assert f"waiting leader: opens {SOON:%Y-%m-%d}; not ready: S04: board has never been read" in ran.out
    whole = ran.out.partition("--- leader, as it would be posted once it may open ---\n")[2].partition("\n--- ")[0]
    assert whole.startswith(
        "Question: Whose row will lead?\nAnswers: North | South | Another\n"
        f"Trading closes {LATER:%Y-%m-%d}; it costs 300 mana, 200 of it subsidy\n\n## How this resolves\n"
    )
    (row,) = [row for row in crux("plan", "--sandbox", state, "--json").json["waiting"] if row["slug"] == "leader"]
    assert row["text"] in whole
    assert "## Fine print" in row["text"]
    ran = crux("apply", "--sandbox", state)
    assert (ran.code, ran.out) == (0, "nothing to change\n")
    assert ran.err == "waiting: 4 markets; crux plan says of each why\n"


def test_what_would_be_opened_now_is_shown_with_its_question(there: Crux, state: Path) -> None:
    shown = there("plan", "--sandbox", state, "--text", "--only", "reach-85").out
    assert "--- reach-85, as it would be posted ---\nQuestion: Will a row reach 85%?\nTrading closes" in shown


def test_more_subsidy_in_the_file_funds_the_market_once(there: Crux, state: Path, debate: Path) -> None:
    there("apply", "--sandbox", state)
    edit(debate / "markets" / "leader.yaml", "subsidy: 200", "subsidy: 250")
    ran = there("apply", "--sandbox", state, "--json")
    assert [(each["kind"], each["slug"]) for each in ran.json["done"]] == [("fund", "leader")]
    there("apply", "--sandbox", state)
    assert balance(state) == 1_000_000 - COST - 50


def test_more_than_a_quarter_of_the_live_markets_is_changed_only_with_a_further_word(
    there: Crux, state: Path, debate: Path
) -> None:
    there("apply", "--sandbox", state)
    for slug in ("leader", "when-80"):
        edit(debate / "markets" / f"{slug}.yaml", "subsidy: 200", "subsidy: 250")
    ran = there("apply", "--sandbox", state)
    assert ran.code == 1
    assert "the plan changes 2 of 4 live markets, over 25 percent" in ran.err
    assert balance(state) == 1_000_000 - COST
    assert there("apply", "--sandbox", state, "--yes-many").code == 0
    assert balance(state) == 1_000_000 - COST - 100


def test_without_a_key_crux_only_reads(there: Crux) -> None:
    for command in (["plan"], ["apply"], ["resolve"]):
        ran = there(*command)
        assert (ran.code, ran.out) == (1, "")
        assert "no key is set, so Crux only reads: set CRUX_MANIFOLD_KEY" in ran.err
    assert there("verdict", "--json").code == 0


def test_a_store_of_another_account_or_another_manifold_is_refused(there: Crux, state: Path, tmp_path: Path) -> None:
    with served() as (url, keys):
        there.set(manifold_url=url, manifold_key=keys["creator"])
        assert there("apply", "--only", "leader").code == 0
        there.set(manifold_key=keys["trader1"])
        ran = there("apply")
        assert ran.code == 1
        assert "store of another account" in ran.err
        assert "CRUX_DATABASE_URL" in ran.err
    ran = there("apply", "--sandbox", state)
    assert ran.code == 1
    assert "store of another account" in ran.err


def test_a_key_that_manifold_does_not_know_is_told_without_the_key(there: Crux) -> None:
    with served() as (url, _):
        there.set(manifold_url=url, manifold_key="00000000-0000-4000-8000-00000000beef")
        ran = there("plan")
        assert ran.code in (1, 3)
        assert "beef" not in ran.err + ran.out
        assert "Traceback" not in ran.err


async def test_a_manifold_that_does_not_answer_is_trouble_outside(world: World) -> None:
    with pytest.raises(Outside, match="Manifold cannot be read: ConnectError"):
        async with connect(
            "http://127.0.0.1:9", "no-key", world.store, address="here", patience=PATIENCE, sleep=world.clock.sleep
        ):
            raise AssertionError("nobody is there")


def test_a_database_of_a_newer_schema_is_refused_untouched(there: Crux, tmp_path: Path, state: Path) -> None:
    there("status")
    database = tmp_path / "crux.sqlite"
    harm(database, "alembic_version", ("UPDATE alembic_version SET version_num = '9999'", ()))
    before = database.read_bytes()
    for command in (["plan", "--sandbox", state], ["status"], ["verify"], ["db", "upgrade"]):
        ran = there(*command)
        assert ran.code == 1, command
        assert "has schema 9999, newer than" in ran.err
        assert "update Crux" in ran.err
    assert database.read_bytes() == before
