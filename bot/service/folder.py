"""The debate folder as the service reads it again and again: the last reading that could be used stays in use."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.say import many
from bot.store import Store
from bot.store.source_names import claim_names
from markets.load import Loaded, Reader
from markets.pausing import put_out_of_sight
from resolvers.errors import InputFault, Refusal
from resolvers.freeing import let_go

FAULTS_LOGGED = 3
"""`crux status`, `crux doctor` and `crux check` have all of them."""

log = logging.getLogger("crux.folder")


@dataclass
class DebateFolder:
    """One debate's folder. `faults` are of the newest reading; `version` counts the readings that brought news."""

    path: Path
    store: Store
    reader: Reader = field(default_factory=Reader)
    faults: tuple[str, ...] = ()
    version: int = 0
    _good: Loaded | None = None

    def loaded(self) -> Loaded:
        """The debate as it was last read without an error."""
        assert self._good is not None, "the folder is read before anything else"
        return self._good

    def first(self, require: Callable[[str], None] = lambda debate: None) -> Loaded:
        """The first reading; InputFault with every fault where it cannot be used, for there is none to fall back on.

        `require` is given the debate's name before its sources' names are taken in the store; it may refuse it.
        """
        found = self.reader.load(self.path)
        if not found.usable or found.debate is None:
            raise InputFault([fault for fault in found.faults if fault.level == "error"] or found.faults)
        require(found.debate.debate)
        claim_names(self.store, found.debate.debate, found.sources)
        gc.collect()  # what reading it left behind; nobody waits yet
        self._take(found)
        return found

    def reread(self) -> bool:
        """Whether the folder says something else than before, faults and all; blocks while it reads."""
        found = self.reader.load(self.path)
        wrong = self._wrong(found)
        before, self.faults = self.faults, wrong
        same = found == self._good
        if wrong != before or not (wrong or same):
            self._tell(found)
        if wrong or same:
            return wrong != before
        self._take(found)
        return True

    @property
    def trouble(self) -> str:
        """Why the newest reading is not in use, in a sentence; empty where it is."""
        if not self.faults:
            return ""
        more = f" (and {len(self.faults) - FAULTS_LOGGED} more)" if len(self.faults) > FAULTS_LOGGED else ""
        told = "; ".join(self.faults[:FAULTS_LOGGED])
        return (
            f"the debate folder {self.path} cannot be used just now, so its last good reading stays in use: "
            f"{many(len(self.faults), 'fault')}: {told}{more}"
        )

    def _tell(self, found: Loaded) -> None:
        """In the log: broken, mended, or changed."""
        about = {"folder": str(self.path), "faults": list(self.faults) or None}
        if self.faults:
            log.warning(self.trouble, extra={"about": about})
            return
        holds = f"{many(len(found.markets), 'market')}, {many(len(found.published), 'source')}"
        log.info(f"the debate folder {self.path} has changed and is in use: {holds}", extra={"about": about})

    def _take(self, found: Loaded) -> None:
        """Use this reading from now on. It stays for long, and a collector that walked it all would stop the loop."""
        before = list(self._good.markets.values()) if self._good else []
        self._good, self.version = found, self.version + 1
        put_out_of_sight()
        let_go(before)

    def _wrong(self, found: Loaded) -> tuple[str, ...]:
        """Why this reading cannot take the place of the last."""
        errors = tuple(str(fault) for fault in found.faults if fault.level == "error")
        if errors or found.debate is None:
            return errors or (f"{self.path}: there is no debate in it any more",)
        ours = self.loaded().debate
        assert ours is not None
        if found.debate.debate != ours.debate:
            return (
                f"{self.path / 'debate.yaml'}: this was the debate {ours.debate}; start the service anew for another",
            )
        try:
            claim_names(self.store, found.debate.debate, found.sources)
        except Refusal as refusal:
            return (str(refusal),)
        return ()
