"""Finding and loading the debate folder a command is about."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from markets.lint.run import lint_all
from markets.load import Loaded, load_debate
from markets.registries import registry_faults
from resolvers.errors import Fault, InputFault, Refusal

BUNDLED = Path(str(resources.files("markets"))) / "definitions"
"""The debates that come with Crux."""


def debate_folder(given: Path | None) -> Path:
    """The folder named by --debate or CRUX_DEBATE, else the one we stand in or the settings name; else Refusal."""
    if given is not None:
        return given if given.exists() or not (BUNDLED / given).is_dir() else BUNDLED / given
    if Path("debate.yaml").is_file():
        return Path()
    if (set_there := _in_settings()) is not None:
        return debate_folder(set_there)
    bundled = ", ".join(sorted(path.name for path in BUNDLED.iterdir() if path.is_dir()))
    raise Refusal(
        "no debate is chosen; name its folder with --debate or CRUX_DEBATE, or stand in it "
        f"(bundled, to look at: {bundled})"
    )


def _in_settings() -> Path | None:
    """The folder that the settings file names; read only where nothing nearer says one."""
    from bot.settings import Settings

    return Settings().debate


def load(given: Path | None, *, whole: bool = True) -> tuple[Path, Loaded]:
    """The folder and what it defines; InputFault with every fault if any of it cannot be used.

    Without `whole` its debate.yaml is enough: who may speak stands there, and a broken market silences nobody.
    """
    folder = debate_folder(given)
    loaded = load_debate(folder)
    if loaded.debate is None or (whole and not loaded.usable):
        raise InputFault([fault for fault in loaded.faults if fault.level == "error"] or loaded.faults)
    return folder, loaded


def check_paths(paths: Sequence[Path], debate: Path | None) -> tuple[int, list[str], list[Fault]]:
    """How many markets the given folders or files define, which files define none for what is wrong in them,
    and every fault in them and in their debate.yaml.

    The lint is among them, as far as it sees without a store.
    """
    markets, faults = 0, []
    unread: dict[str, None] = {}
    for folder, only in _asked_for(paths, debate):
        loaded = load_debate(folder, only)
        named = {folder.resolve(), (folder / "debate.yaml").resolve(), *(path.resolve() for path in only or ())}
        markets += len(loaded.markets)
        found = [fault for fault in loaded.faults if only is None or Path(fault.path).resolve() in named]
        read = {each.path for each in loaded.written.values()}
        wrong = [fault.path for fault in loaded.faults if fault.level == "error" and fault.path not in read]
        unread |= dict.fromkeys(path for path in wrong if Path(path).parent.name == "markets" or loaded.debate is None)
        found += _of_registries(folder, loaded, only)
        faults += sorted([*found, *lint_all(loaded)], key=lambda fault: (fault.path, fault.line, fault.column))
    return markets, list(unread), faults


def _of_registries(folder: Path, loaded: Loaded, only: Sequence[Path] | None) -> list[Fault]:
    """What is odd in the debate's own lists; with `only`, in those that are named, by themselves or by their source."""
    named = {path.resolve() for path in only or ()}
    chosen = {
        name: source
        for name, source in loaded.sources.items()
        if only is None
        or {(folder / (source.fetch.file or "")).resolve(), (folder / f"sources/{name}.yaml").resolve()} & named
    }
    return registry_faults(folder, chosen)


def _asked_for(paths: Sequence[Path], debate: Path | None) -> list[tuple[Path, list[Path] | None]]:
    """Folders with the files that are asked for in each (None: all of it)."""
    if not paths:
        return [(debate_folder(debate), None)]
    asked: dict[Path, list[Path] | None] = {}
    for path in paths:
        folder = folder_of(path)
        if path.is_dir():
            asked[path] = None
            continue
        chosen = asked.setdefault(folder, [])
        if chosen is not None:
            chosen.append(path)
    return list(asked.items())


def folder_of(path: Path) -> Path:
    """The debate's folder that a path is, or lies in; Refusal where nothing is there."""
    if not path.exists():
        raise Refusal(f"{path}: there is no such file or folder; name a debate's folder or a file in it")
    if path.is_dir():
        return path
    return path.parent if (path.parent / "debate.yaml").is_file() else path.parent.parent
