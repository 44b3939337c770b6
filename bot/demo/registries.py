"""The debate's registries as they would have been kept: a row is added on the day a recorded body first names it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo.recording import Body

FOLDER = "registries"


@dataclass(slots=True)
class Registries:
    """Our own lists were written after all of it had happened; played whole, they would know of systems to come."""

    bundled: Path
    debate: Path
    read: set[Body] = field(default_factory=set)
    published: bytes = b""
    begun: bool = False

    def keep(self, bodies: Iterable[Body]) -> None:
        """Write each list anew with the rows whose key stands in a body published so far; none yet, no file."""
        first, self.begun = not self.begun, True
        new = [body for body in bodies if body not in self.read]
        self.read.update(new)
        self.published += b"\n".join(body.path.read_bytes() for body in new)
        for whole in sorted((self.bundled / FOLDER).glob("*.csv")) if new or first else ():
            rows = list(csv.reader(io.StringIO(whole.read_text(encoding="utf-8"))))
            kept = [row for row in rows[1:] if row[0].encode() in self.published]
            target = self.debate / FOLDER / whole.name
            if kept:
                text = io.StringIO()
                csv.writer(text, lineterminator="\n").writerows([rows[0], *kept])
                target.write_text(text.getvalue(), encoding="utf-8")
            else:
                target.unlink(missing_ok=True)
