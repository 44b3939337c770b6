"""The debate folder as the service reads it again and again: the last reading that could be used stays in use."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from pathlib import Path

from bot.store import Store
from bot.store.source_names import claim_names
from markets.load import Loaded, Reader
from resolvers.errors import InputFault, Refusal


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

    def first(self) -> Loaded:
        """The first reading; InputFault with every fault where it cannot be used, for there is none to fall back on."""
        found = self.reader.load(self.path)
        if not found.usable or found.debate is None:
            raise InputFault([fault for fault in found.faults if fault.level == "error"] or found.faults)
        claim_names(self.store, found.debate.debate, found.sources)
        self._take(found)
        return found

    def reread(self) -> bool:
        """Whether the folder says something else than before, faults and all; blocks while it reads."""
        found = self.reader.load(self.path)
        wrong = self._wrong(found)
        changed = wrong != self.faults
        self.faults = wrong
        if wrong or found == self._good:
            return changed
        self._take(found)
        return True

    def _take(self, found: Loaded) -> None:
        """Use this reading from now on. It stays for long, and a collector that walked it all would stop the loop."""
        self._good, self.version = found, self.version + 1
        gc.freeze()

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
