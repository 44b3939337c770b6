"""Reading and linting many definitions, cold, unchanged and with one changed, against the YAML parser alone."""

from __future__ import annotations

import gc
import multiprocessing
import re
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from markets.lint.run import lint_all
from markets.load import Loaded, Reader, load_debate
from markets.pausing import without_collecting
from markets.yaml12 import read_yaml

DEFINITIONS = Path(__file__).resolve().parent.parent.parent / "markets" / "definitions"
DEBATES = ("predictors-vs-agents", "replay")
TRIES = 3
PERCENT = re.compile(r"(?<![\d.])(\d{1,2})%")
LETTERS = "abcdefghij"
LONGEST_QUESTION = 120


def run(markets: int) -> dict[str, Any]:
    """Write that many definitions, half of them in the manner of each bundled debate, and load and lint them all.

    They are written by a process of its own, so that the memory told is what loading takes.
    """
    with tempfile.TemporaryDirectory(prefix="crux-bench-") as folder:
        place = Path(folder)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as another:
            another.submit(made_debates, place, markets).result()
        return measured(place)


def made_debates(place: Path, markets: int) -> None:
    """Copies of the bundled debates with as many markets as wanted, each with its own slug, numbers and prose."""
    for number, name in enumerate(DEBATES):
        home, copied = DEFINITIONS / name, place / name
        shutil.copytree(home, copied, ignore=shutil.ignore_patterns("bodies", "markets"))
        (copied / "markets").mkdir()
        loaded = load_debate(home)
        faulty = {Path(fault.path).name for fault in lint_all(loaded)}
        templates = [file for file in sorted((home / "markets").glob("*.yaml")) if file.name not in faulty]
        for each in range(markets // 2 + (number == 0) * (markets % 2)):
            template = templates[each % len(templates)]
            own = each // len(templates) + 1
            text = varied(template.read_text(encoding="utf-8"), own)
            (copied / "markets" / f"{template.stem[:50]}-{own}.yaml").write_text(text, encoding="utf-8")


def varied(text: str, own: int) -> str:
    """A definition with its own opening, its own percentages where the question has room, and a word of its own.

    Percentages grow alike wherever they stand, so that what is compared, edged or told again stays consistent.
    """
    text = re.sub(r"^opens: (\S+)$", rf"opens: \1T{own // 60 % 24:02}:{own % 60:02}Z", text, count=1, flags=re.M)
    head, links, tail = text.partition("bears_on:\n")
    grown = f".{own:04}".rstrip("0")
    wanted = [PERCENT.sub(rf"\g<1>{grown}%", part) if part else part for part in (head, tail)]
    wanted[0] = re.sub(r"^initial: .*$", "initial: 40%", wanted[0], flags=re.M)
    question = re.search(r"^question: (.*)$", wanted[0], re.M)
    roomy = question is not None and len(question[1].strip("\"'")) <= LONGEST_QUESTION
    if question is not None and roomy and grown in question[1] and "round:" not in text:
        text = f"{wanted[0]}{links}{wanted[1]}"
    word = "".join(LETTERS[int(digit)] for digit in str(own))
    return text.replace("fine_print: |\n", f"fine_print: |\n  Its name among ours is {word}.\n", 1)


def measured(place: Path) -> dict[str, Any]:
    """The YAML parser alone over the same bytes; then everything, cold and warm."""
    folders = [place / name for name in DEBATES]
    files = [file for folder in folders for file in sorted(folder.rglob("*.yaml"))]
    strict_s, plain_s = (_parsing_s(files, parse) for parse in (read_yaml, _plain))
    size = sum(file.stat().st_size for file in files)
    before_kib = _peak_kib()
    reader = Reader()
    loaded, load_s = _timed(lambda: [reader.load(folder) for folder in folders])
    parsed_cold = reader.parsed
    faults, lint_s = _timed(lambda: [fault for each in loaded for fault in lint_all(each)])
    faults += [fault for each in loaded for fault in each.faults]
    cold_kib = _peak_kib()
    again, warm_s = _timed(lambda: [reader.load(folder) for folder in folders])
    parsed_warm, same = reader.parsed - parsed_cold, again == loaded
    changed = sorted((folders[0] / "markets").glob("*.yaml"))[0]
    changed.write_text(changed.read_text(encoding="utf-8") + "# A word more.\n", encoding="utf-8")
    _, changed_s = _timed(lambda: [reader.load(folder) for folder in folders])
    parsed_changed = reader.parsed - parsed_warm - parsed_cold
    count = _markets(loaded)
    cold_s = load_s + lint_s
    return {
        "markets": count,
        "bytes": size,
        "distinct_rules": len({spec.rule.hash() for each in loaded for spec in each.markets.values()}),
        "faults": len(faults),
        "yaml_s": round(strict_s, 3),
        "yaml_plain_s": round(plain_s, 3),
        "load_s": round(load_s, 3),
        "lint_s": round(lint_s, 3),
        "ratio": round(cold_s / strict_s, 2),
        "ratio_plain": round(cold_s / plain_s, 2),
        "ratio_load": round(load_s / strict_s, 2),
        "ratio_warm": round(warm_s / strict_s, 2),
        "ratio_one_changed": round(changed_s / strict_s, 2),
        "ms_per_market": round(cold_s / count * 1000, 3),
        "yaml_ms_per_market": round(strict_s / count * 1000, 3),
        "parsed_cold": parsed_cold,
        "parsed_warm": parsed_warm,
        "parsed_one_changed": parsed_changed,
        "same_when_warm": same,
        "peak_mib": cold_kib // 1024,
        "peak_before_loading_mib": before_kib // 1024,
    }


def _parsing_s(files: Sequence[Path], parse: Callable[[bytes], Any]) -> float:
    """The seconds that parsing alone takes, of several tries the best; without the collector, as when loading."""
    raws = [file.read_bytes() for file in files]
    with without_collecting():
        return min(_timed(lambda: [parse(raw) for raw in raws])[1] for _ in range(TRIES))


def _plain(raw: bytes) -> Any:
    return yaml.load(raw.decode("utf-8"), Loader=yaml.CSafeLoader)


def _markets(loaded: list[Loaded]) -> int:
    return sum(len(each.markets) for each in loaded)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What comes of it, and the seconds of this process's own time: others on the machine do not count."""
    gc.collect()
    start = time.process_time()
    found = work()
    return found, time.process_time() - start
