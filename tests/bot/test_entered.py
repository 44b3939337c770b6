"""Guards: where a verdict hangs on a row of the debate's own lists, it is told by whom the row was entered and why."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from crux_builders import HEAD, STOOD, Crux, World, day, living

from bot.discord import cards
from bot.discord.buttons_cards import evidence_text
from bot.discord.posts import view_of
from bot.store.entered import Entered, entered

LABS = """\
publisher: This debate
licence: CC0 1.0
fetch: {file: registries/labs.csv}
read:
  format: csv
  key: key
  columns: {kind: text, evidence: {type: text, optional: true}, by: text, second_by: {type: text, optional: true}}
"""
SHEET = b"""\
key,kind,evidence,by,second_by
base,agent,https://example.org/base,ann,
one,agent,,ann,
two,predictor,https://example.org/two?a=1&b=_x_,ann,ben
"""
KIND = f"""\
question: Which kind of row will lead?
{HEAD}rows:
  ours: {{from: board, label: {{kind: labs}}}}
values:
  top: {{argmax: score, of: ours}}
resolve:
  choice: top.kind
  answers: {{Predictor: predictor, Agent: agent, Neither: else}}
{STOOD}fine_print: |
  Rows shown before {{closes}} count. Which row is which stands in the list of labs.
  If the board is lost, archived copies count once reviewers have accepted them.
"""
CHANGES = {
    "sources/labs.yaml": LABS,
    "registries/labs.csv": SHEET.decode(),
    "markets/which-kind.yaml": KIND.replace("{opens}", "2020-01-06").replace("{closes}", "2020-03-06"),
}
TWO = Entered("labs", "two", "https://example.org/two?a=1&b=_x_", ("ann", "ben"))


async def decided(world: World) -> None:
    world.at(1).see()
    world.see_bytes(SHEET, "labs")
    await world.open_markets()
    world.at(5).see(two=("88.5", "north"))
    for number in range(10, 96, 5):
        world.at(number).see()
        world.see_bytes(SHEET, "labs")


async def test_the_card_says_of_a_label_who_entered_it_and_on_what_evidence(tmp_path: Path) -> None:
    async with living(tmp_path, CHANGES) as world:
        await decided(world)
        assert ("which-kind", "proposed") in world.propose()
        seen = world.card("which-kind")
        with world.store.reading() as connection:
            found = entered(connection, seen.proposal.verdict.citations())
        assert set(found.values()) == {TWO}
        made = cards.render(view_of(world.store, seen, day(95)))
        speaks = next(one["value"] for one in made.embed["fields"] if one["name"] == "Evidence for")
        told = "entered by ann and ben, on example.org `https://example.org/two?a=1&b=_x_`"
        assert told in speaks
        assert told in evidence_text(seen, {}, found)


def test_the_terminal_says_so_too_of_proposals_and_of_verdicts(tmp_path: Path, crux: Crux) -> None:
    told = "  labs: two: entered by ann and ben, on https://example.org/two?a=1&b=_x_"

    async def play() -> None:
        async with living(tmp_path, CHANGES) as world:
            await decided(world)

    asyncio.run(play())
    crux.on(tmp_path / "debate", tmp_path / "crux.sqlite")
    asof = ("--as-of", f"{day(95):%Y-%m-%d}")
    proposed = crux("propose", "which-kind").out.splitlines()
    assert proposed == ["which-kind: proposed, proposal 1: Predictor", told]
    assert told in crux("verdict", "which-kind", *asof).out.splitlines()
    assert told in crux("proposals").out.splitlines()
    assert crux("proposals", "--json").json[-1]["entered"] == [told.strip()]
    assert "entered" not in crux("verdict", "reach-85", *asof).out


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Entered("s", "k", "", ("ann",)), "entered by ann, with no evidence given"),
        (Entered("s", "k", "https://a.b/c", ()), "entered on https://a.b/c"),
    ],
)
def test_what_was_left_out_of_a_row_is_said(row: Entered, words: str) -> None:
    assert row.words() == words


async def test_what_stands_in_a_list_cannot_break_out_of_a_card(tmp_path: Path) -> None:
    row = Entered("labs", "two", "@everyone [x](https://evil.example)", ("<@1>\n# ann",))
    async with living(tmp_path, CHANGES) as world:
        await decided(world)
        world.propose()
        cite = world.card("which-kind").proposal.verdict.citations()[0]
    line = cards.cite_line(cite, row=row)
    assert "\n" not in line
    assert "@everyone" not in line
    assert "](https" not in line
    assert "<@" not in line
