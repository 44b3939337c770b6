"""`crux check` and `crux schema`: files before there is a store, a network or a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import say
from bot.commands.options import Debate, Json
from resolvers.errors import Fault


def register(app: typer.Typer) -> None:
    app.command()(check)
    app.command()(schema)


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Debate folders or single files; the chosen debate if none.", show_default=False),
    ] = None,
    debate: Debate = None,
    json: Json = False,
) -> None:
    """Read a debate's files and name every fault of every file at once; exit 1 if there is an error."""
    from bot.debates import check_paths

    markets, faults = check_paths(paths or [], debate)
    if json:
        say.document({"markets": markets, "faults": [_as_json(fault) for fault in faults]})
    else:
        for fault in faults:
            say.line(str(fault))
        say.aside(f"{markets} markets, {len(faults)} faults")
    if any(fault.level == "error" for fault in faults):
        raise typer.Exit(1)


def schema(
    folder: Annotated[Path, typer.Argument(help="Where to write the schemas; made if it is not there.")] = Path(
        "schemas"
    ),
    json: Json = False,
) -> None:
    """Write JSON Schemas of market, source and debate files, so that editors complete and check them."""
    from json import dumps

    from markets.schema import schemas

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in schemas().items():
        path = folder / f"{name}.schema.json"
        path.write_text(dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        written.append(str(path))
    if json:
        say.document({"written": written})
    else:
        for path_text in written:
            say.line(path_text)


def _as_json(fault: Fault) -> dict[str, str | int]:
    return {
        "path": fault.path,
        "line": fault.line,
        "column": fault.column,
        "code": fault.code,
        "level": fault.level,
        "message": fault.message,
    }
