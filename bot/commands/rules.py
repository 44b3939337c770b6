"""`crux rules`: the rule language, told from the engine's own docstrings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import say
from bot.commands.options import Json
from resolvers.errors import Refusal

if TYPE_CHECKING:
    from markets.rulebook import Entry


def register(app: typer.Typer) -> None:
    app.command()(rules)


def rules(
    node: Annotated[
        str | None,
        typer.Argument(help="A node, or any word of a rule such as max or hold; all if none.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """What can stand in a market's rule: all of it in a table, or one thing with an example."""
    from markets.rulebook import entries, house_values

    if node is not None:
        found = _entry(node)
        say.document(_as_json(found)) if json else _tell(found)
    elif json:
        say.document({"entries": [_as_json(each) for each in entries().values()], "house": dict(house_values())})
    else:
        _table(list(entries().values()))
        say.line("House defaults where debate.yaml says nothing:")
        for name, value in house_values().items():
            say.line(f"  {name}: {value}")


def _entry(word: str) -> Entry:
    from bot.commands.elsewhere import told_elsewhere
    from markets.rulebook import entry

    try:
        return entry(word)
    except Refusal as refusal:
        raise Refusal(told_elsewhere(word) or str(refusal)) from None


def _table(found: list[Entry]) -> None:
    from markets.rulebook import HEADINGS

    for group, heading in HEADINGS.items():
        say.line(heading)
        for each in (each for each in found if each.group == group):
            say.line(f"  {each.name:10}  {each.says}")
            if each.spelled:
                say.line(f"  {'':10}  in a file: {' '.join(each.spelled)}")
        say.line()
    say.aside(f"more of each, with an example: {say.program()} rules NODE")


def _tell(found: Entry) -> None:
    say.line(f"{found.name} ({found.group})")
    say.line()
    for line in found.text.splitlines():
        say.line(line)
    if found.spelled:
        say.line()
        say.line(f"In a file: {' '.join(found.spelled)}")
    say.line()
    say.line("Example:")
    for line in found.example.splitlines():
        say.line(f"  {line}")


def _as_json(found: Entry) -> dict[str, Any]:
    return {
        "name": found.name,
        "group": found.group,
        "says": found.says,
        "text": found.text,
        "in_a_file": list(found.spelled),
        "example": found.example,
    }
