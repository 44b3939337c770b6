"""`crux check`, `crux explain` and `crux schema`: files before there is a store, a network or a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import say
from bot.commands.options import Debate, Json
from resolvers.errors import Fault, Refusal

if TYPE_CHECKING:
    from bot.ready import Readiness
    from markets.load import Loaded


def register(app: typer.Typer) -> None:
    app.command()(check)
    app.command()(explain)
    app.command()(schema)


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Debate folders or single files; the chosen debate if none.", show_default=False),
    ] = None,
    debate: Debate = None,
    ready: Annotated[
        bool, typer.Option("--ready", help="Open the store too: what keeps each market from opening, and a dry run.")
    ] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="What only people can answer, and which markets have not answered it.")
    ] = False,
    json: Json = False,
) -> None:
    """Read a debate's files and name every fault of every file at once; exit 1 if there is an error.

    With --ready also where a market is not ready to open.
    """
    from bot.debates import check_paths

    if ready or questions:
        folder, files = _whole(paths or [], debate)
        asked = _asked(folder, files, json and not ready, told=not (json and ready)) if questions else {}
        if ready:
            _ready(folder, files, json, asked)
        return
    markets, unread, faults = check_paths(paths or [], debate)
    if json:
        say.document({"markets": markets, "unread": unread, "faults": [_as_json(fault) for fault in faults]})
    else:
        for fault in faults:
            say.line(_told(fault))
        say.aside(f"{say.many(markets, 'market')}, {say.many(len(faults), 'fault')}")
        if unread:
            say.aside(f"not read, for what is wrong in them: {', '.join(unread)}")
        if markets:
            say.aside(_not_run())
    if any(fault.level == "error" for fault in faults):
        raise typer.Exit(1)


def _whole(paths: Sequence[Path], debate: Path | None) -> tuple[Path | None, frozenset[Path] | None]:
    """The debate to look at, and of its markets those whose files are named (None: all of them)."""
    from bot.debates import folder_of

    folders = {folder_of(path).resolve(): folder_of(path) for path in paths}
    if len(folders) > 1:
        raise Refusal("--ready and --questions look at one debate at a time: name files of one folder")
    files = frozenset(path.resolve() for path in paths if path.is_file() and path.name != "debate.yaml")
    return next(iter(folders.values()), debate), files or None


def _chosen(loaded: Loaded, files: frozenset[Path] | None) -> list[str]:
    """The markets of those files."""
    if files is None:
        return list(loaded.markets)
    return [slug for slug in loaded.markets if Path(loaded.written[slug].path).resolve() in files]


def _ready(debate: Path | None, files: frozenset[Path] | None, json: bool, asked: Mapping[str, object]) -> None:
    """The markets with the store's evidence, and in JSON what `asked` has; exit 1 where one may not open."""
    from bot.affording import over_limits, over_together
    from bot.app import opened_app
    from bot.ready import readiness
    from markets.registries import registry_faults

    with opened_app(debate) as app:
        found = readiness(app.store, app.loaded, _chosen(app.loaded, files))
        there = [app.loaded.markets[each.slug] for each in found if not each.opened]
        unopened = [spec for spec in there if app.store.now() < spec.closes]
        over = over_limits(app.store, app.debate, unopened)
        together = over_together(app.store, app.debate, unopened)
    others = [
        fault for fault in app.loaded.faults if fault.path not in {each.path for each in app.loaded.written.values()}
    ]
    others += registry_faults(app.folder, app.loaded.sources) if files is None else []
    ready, clean = sum(each.ready for each in found), sum(each.clean for each in found)
    if json:
        rows = [_as_row(each) | {"over": over.get(each.slug, "")} for each in found]
        faults = [_as_json(fault) for each in found for fault in each.faults] + [_as_json(each) for each in others]
        counts = {"markets": len(found), "clean": clean, "ready": ready}
        say.document({**counts, "dry_run": rows, "faults": faults, **asked})
    else:
        for fault in others:
            say.line(_told(fault))
        for each in found:
            _tell(each, over.get(each.slug))
        if together:
            say.line(together)
        said = f", over the debate's limits {len(over)}" if over else ""
        say.aside(f"clean {clean} of {len(found)}, ready {ready} of {len(found)}{said}")
    if ready < len(found) or over:
        raise typer.Exit(1)


def _as_row(each: Readiness) -> dict[str, object]:
    return {
        "slug": each.slug,
        "ready": each.ready,
        "clean": each.clean,
        "waits": each.waits,
        "today": each.today,
        "edited": each.edited,
    } | ({"twin": each.twin} if each.twin else {})


def _tell(each: Readiness, over: str | None) -> None:
    """What is said of one market, and its dry run."""
    from bot.told_short import shortened

    for fault in each.faults:
        say.line(_told(fault))
    for told in (each.twin, each.edited, over):
        if told:
            say.line(f"{each.slug}: {told}")
    by = "by the file as it is now, " if each.edited else ""
    say.line(f"{each.slug}: {by}if it were decided today: {shortened(each.today)}")


def _asked(debate: Path | None, files: frozenset[Path] | None, json: bool, told: bool) -> Mapping[str, object]:
    """The twelve questions, and per market which are still open; printed where `told`, and as it stands in JSON."""
    from bot.debates import load
    from markets.lint.questions import QUESTIONS, still_open

    _, loaded = load(debate)
    answered = {
        slug: loaded.written[slug].value.get("answered") or {}
        for slug in _chosen(loaded, files)
        if slug in loaded.written
    }
    unanswered = {slug: still_open(said) for slug, said in answered.items()}
    found = {"questions": dict(QUESTIONS), "open": unanswered, "answered": answered}
    if json:
        say.document(found)
    if json or not told:
        return found
    for name, text in QUESTIONS.items():
        say.line(f"{name:3}  {text}")
    for slug, said in answered.items():
        left = " ".join(still_open(said))
        say.line(f"{slug}: {f'open {left}' if left else 'all answered'}")
    return found


def explain(
    code: Annotated[
        str | None, typer.Argument(help="A code such as T02; all of them if none.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """What a fault's code means, with a file that fires it and one that does not."""
    from markets.lint.explain import overview

    if code is not None:
        meant = _meaning(code)
        if json:
            say.document({"code": code.strip().upper(), "text": meant})
        else:
            for text in meant.splitlines():
                say.line(text)
    elif json:
        say.document([{"code": name, "level": level, "says": says} for name, level, says in overview()])
    else:
        for name, level, says in overview():
            say.line(f"{name:16}  {level:9}  {says}")


def _meaning(code: str) -> str:
    from bot.commands.elsewhere import told_elsewhere
    from markets.lint.explain import meaning

    try:
        return meaning(code)
    except Refusal as refusal:
        raise Refusal(told_elsewhere(code) or str(refusal)) from None


def _told(fault: Fault) -> str:
    """The fault on one line; what is no error says so."""
    if fault.level == "error":
        return str(fault)
    return f"{fault.path}:{fault.line}:{fault.column}: {fault.code} ({fault.level}): {fault.message}"


def _not_run() -> str:
    from markets.lint.run import WITH_STORE

    more = "crux check --ready runs them, and tells which file was edited after its market had opened"
    return f"not run without the store: {' '.join(WITH_STORE)} ({more})"


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
