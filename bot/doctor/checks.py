"""One line of the doctor: what was looked at, how it stands, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "wrong", "not set up"]


@dataclass(frozen=True, slots=True)
class Check:
    """`because` says what is wrong, or what was found; `remedy` what to do about it, where something is to be done."""

    name: str
    state: State
    because: str = ""
    remedy: str = ""

    def words(self) -> str:
        told = f"{self.state:<10} {self.name}" + (f": {self.because}" if self.because else "")
        return f"{told}; {self.remedy}" if self.remedy else told


def ok(name: str, because: str = "") -> Check:
    return Check(name, "ok", because)


def wrong(name: str, because: str, remedy: str) -> Check:
    return Check(name, "wrong", because, remedy)


def not_set_up(name: str, because: str, remedy: str = "") -> Check:
    return Check(name, "not set up", because, remedy)
