"""One place to kill in: a sandbox process, a store, a debate folder; copied from a prepared one in no time."""

from __future__ import annotations

import contextlib
import functools
import json
import multiprocessing
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, TypedDict, Unpack

import driver

from markets.sandbox.serving import serve

HERE = Path(__file__).parent
PATIENCE_S = 60.0
"""How long a process may take before the test gives up on it; it takes some tenths of a second."""

ENDED = re.compile(r"^-- exit (\d+)\n", re.MULTILINE)

PROCESSES = multiprocessing.get_context("forkserver")
"""Real processes, forked from a server that has imported Crux and begun nothing: it saves a second for each."""
PROCESSES.set_forkserver_preload(
    [
        "__main__",
        "anyio._backends._asyncio",
        "bot.app",
        "bot.cli",
        "bot.collecting",
        "bot.commands.desk",
        "bot.opening",
        "bot.ready",
        "bot.proposing",
        "bot.resolving",
        "bot.verifying",
        "encodings.idna",
        "encodings.utf_16_le",
        "encodings.utf_8_sig",
        "markets.lint.baseline",
        "markets.lint.history",
        "markets.sandbox.serving",
        "tomllib",
        "typer._adapters",
        "typer._click.decorators",
        "urllib.request",
        "warmed",
    ]
)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a process ended (-9: by SIGKILL) and each of its commands, what it said, and the points that it passed."""

    code: int
    codes: tuple[int, ...]
    out: str
    err: str
    points: tuple[str, ...]


class How(TypedDict, total=False):
    """What may be ordered of a process besides its commands: see driver.Order."""

    kill_at: int
    haste: float
    go: str
    line_s: float


@dataclass(slots=True)
class Stage:
    """A running sandbox with a folder beside it that holds the store and the debate."""

    folder: Path
    url: str
    accounts: dict[str, Any]
    orders: int = 0

    def run(self, *commands: str, **how: Unpack[How]) -> Ran:
        """Run commands (each a line of words) one after the other in one process, to its end."""
        return self.begin(*commands, **how).end()

    def begin(self, *commands: str, **how: Unpack[How]) -> Begun:
        """The same without waiting for its end."""
        order, out = self._order(commands, how)
        process = PROCESSES.Process(target=driver.run, args=(str(order),))
        process.start()

        def ended() -> int:
            process.join(PATIENCE_S)
            assert process.exitcode is not None, f"{commands} did not end in {PATIENCE_S} s"
            return process.exitcode

        return Begun(out, ended)

    def program(self, *commands: str, **how: Unpack[How]) -> Ran:
        """The same in a process that is started as any program is: not forked, Python and all."""
        order, out = self._order(commands, how)
        command = [sys.executable, str(HERE / "driver.py"), str(order)]
        return _ran(subprocess.run(command, cwd=self.folder, timeout=PATIENCE_S, check=False).returncode, out)

    def _order(self, commands: Sequence[str], how: How) -> tuple[Path, Path]:
        self.orders += 1
        out = self.folder / f"run-{self.orders}"
        out.mkdir()
        environment = {
            **({"CRUX_MANIFOLD_URL": self.url} if self.url else {}),
            "CRUX_MANIFOLD_KEY": self.accounts["creator"],
            "CRUX_DATABASE_URL": f"sqlite:///{self.store}",
            "CRUX_DEBATE": str(self.debate),
        }
        order = driver.Order([line.split() for line in commands], environment, self.url, str(out), **how)
        return order.write(out / "order.json"), out

    def look(self, board: str) -> Ran:
        """What `crux collect` fetches while the publisher shows this board."""
        with published(board):
            return self.run("collect")

    @property
    def store(self) -> Path:
        return self.folder / "crux.sqlite"

    @property
    def debate(self) -> Path:
        return self.folder / "debate"

    def edit(self, name: str, before: str, after: str) -> None:
        """Change one place in a file of the debate."""
        path = self.debate / name
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1
        path.write_text(text.replace(before, after), encoding="utf-8")

    def state(self) -> dict[str, Any]:
        """All that the sandbox remembers."""
        with urllib.request.urlopen(f"{self.url}/sandbox/state") as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def at(self, moment: datetime) -> None:
        """Set everybody's clock."""
        driver.set_clock(self.url, moment)

    def later(self, than_now: timedelta) -> None:
        self.at(driver.clock_of(self.url) + than_now)

    def wait(self, seconds: float) -> None:
        """Let real time pass: what Manifold is slow at ends meanwhile."""
        time.sleep(seconds)

    def wait_until(self, there: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not there():
            assert time.monotonic() < end
            time.sleep(0.002)

    def misbehave(self, *rules: dict[str, Any]) -> None:
        """The sandbox's faults from now on; none ends them."""
        driver.told(self.url, "faults", {"rules": list(rules)})

    def post(self, who: str, path: str, body: dict[str, Any]) -> Any:
        """What somebody else does on Manifold."""
        headers = {"Authorization": f"Key {self.accounts[who]}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", json.dumps(body).encode(), headers, method="POST")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


@dataclass(frozen=True, slots=True)
class Begun:
    """A process on its way, which writes to the folder `out`."""

    out: Path
    ended: Callable[[], int]

    @property
    def ready(self) -> bool:
        """Whether it only waits for its `go`."""
        return (self.out / "ready").exists()

    def end(self) -> Ran:
        return _ran(self.ended(), self.out)


def _ran(code: int, out: Path) -> Ran:
    said = {name: (out / name).read_text(encoding="utf-8") if (out / name).exists() else "" for name in _SAID}
    codes = tuple(int(found) for found in ENDED.findall(said["stdout"]))
    return Ran(code, codes, ENDED.sub("", said["stdout"]), said["stderr"], tuple(said["points"].splitlines()))


_SAID = ("stdout", "stderr", "points")


def without_sandbox(folder: Path, prepared: Path) -> Stage:
    """A stage whose sandbox is only the file that commands with --sandbox serve in their own process."""
    shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("run-*", "*.lock", "address"))
    return Stage(folder, "", {"creator": ""})


@functools.cache
def _warm() -> None:
    """Start the server that forks, with this folder among those it imports from: Python 3.11 does not hand ours on."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = f"{HERE}{os.pathsep}{before}" if before else str(HERE)
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        os.environ.update({"PYTHONPATH": before} if before else {})


@contextmanager
def stage(folder: Path, prepared: Path | None = None) -> Iterator[Stage]:
    """A stage in `folder`, as it was when `prepared` was left, or quite new."""
    _warm()
    if prepared is None:
        folder.mkdir(parents=True)
        shutil.copytree(HERE / "debate", folder / "debate")
        source = folder / "debate" / "sources" / "scores.yaml"
        source.write_text(source.read_text(encoding="utf-8").replace(":9/", f":{_publisher()}/"), encoding="utf-8")
    else:
        shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("run-*", "*.lock", "address"))
    process = PROCESSES.Process(target=_serve, args=(str(folder), _port()))
    process.start()
    try:
        url = _address(folder / "address", process)
        accounts = json.loads((folder / "accounts.json").read_text(encoding="utf-8"))
        made = Stage(folder, url, accounts)
        kept = folder / "clock"
        made.at(datetime.fromisoformat(kept.read_text(encoding="utf-8")) if kept.exists() else driver.START)
        yield made
        kept.write_text(driver.clock_of(url).isoformat(), encoding="utf-8")
    finally:
        process.terminate()
        process.join(PATIENCE_S)


def _serve(folder: str, port: int) -> None:
    """The sandbox's process: its first line says where it is."""
    file = os.open(f"{folder}/address", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115  # until the end
    serve(Path(folder) / "sandbox.jsonl", port, Path(folder) / "accounts.json")


@contextmanager
def published(board: str) -> Iterator[None]:
    """The publisher's web server, up for one look."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(board.encode())

        def log_message(self, *_: object) -> None:
            """Nothing is told of its visitors."""

    with HTTPServer(("127.0.0.1", _publisher()), Page) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield
        finally:
            server.shutdown()
            serving.join()


@functools.cache
def _publisher() -> int:
    """The publisher's port, the same whenever it is up."""
    return _free()


@functools.cache
def _port() -> int:
    """One port for all the stages of this process, one after the other: a store belongs to one address."""
    return _free()


def _free() -> int:
    """A free port, from below the numbers that outgoing connections take."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _address(path: Path, process: Any) -> str:
    for _ in range(int(PATIENCE_S / 0.005)):
        if path.exists() and (said := path.read_text(encoding="utf-8")).endswith("\n"):
            return said.strip()
        assert process.is_alive(), "the sandbox did not start"
        time.sleep(0.005)
    raise AssertionError("the sandbox did not say where it is")
