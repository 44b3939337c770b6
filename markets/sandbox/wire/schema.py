"""Checking requests the way the server does: the same messages, for the same fields, in the same order.

A value is *valid*, *dirty* (the right type, but a bound or pattern fails) or *aborted* (the wrong type altogether). A
union takes the first valid option, else reports the first dirty one, else says only "Invalid input". Behaviour:
manifold.md section 1.1 and the schema examples of the contract, looked at 2026-11-21.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["valid", "dirty", "aborted"]
MISSING: Any = object()
Path = tuple[str, ...]
JS_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity)", re.ASCII)
RANK: dict[Status, int] = {"valid": 0, "dirty": 1, "aborted": 2}


@dataclass(slots=True)
class Checked:
    """The outcome of a check: the value as it will be used, and the faults found."""

    value: Any
    status: Status = "valid"
    faults: list[dict[str, Any]] = field(default_factory=list)

    def absorb(self, part: Checked) -> None:
        """Take over the faults of a part, and the worse status."""
        self.faults += part.faults
        if RANK[part.status] > RANK[self.status]:
            self.status = part.status


Check = Callable[[Any, Path], Checked]


def fault(path: Path, error: str) -> dict[str, Any]:
    """One entry of `details`; the field is null for the whole object."""
    return {"field": ".".join(path) if path else None, "error": error}


def type_name(value: Any) -> str:
    """The name of a JSON type as the server's messages give it."""
    if value is MISSING:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "nan" if math.isnan(value) else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def aborted(value: Any, path: Path, expected: str) -> Checked:
    """A value of the wrong type."""
    error = "Required" if value is MISSING else f"Expected {expected}, received {type_name(value)}"
    return Checked(value, "aborted", [fault(path, error)])


def bounded(value: Any, path: Path, broken: list[str]) -> Checked:
    """A value of the right type, with the bounds it breaks."""
    return Checked(value, "dirty" if broken else "valid", [fault(path, error) for error in broken])


def utf16_length(text: str) -> int:
    """The length of a text in UTF-16 units, as the server counts it."""
    return len(text.encode("utf-16-le")) // 2


def text(
    *,
    least: int | None = None,
    most: int | None = None,
    exactly: int | None = None,
    pattern: str = "",
    trim: bool = False,
) -> Check:
    """A string with bounds on its length."""

    def check(value: Any, path: Path) -> Checked:
        if not isinstance(value, str):
            return aborted(value, path, "string")
        kept = value.strip() if trim else value
        length = utf16_length(kept)
        broken = ["Invalid"] if pattern and not re.fullmatch(pattern, kept) else []
        if exactly is not None and length != exactly:
            broken.append(f"String must contain exactly {exactly} character(s)")
        if least is not None and length < least:
            broken.append(f"String must contain at least {least} character(s)")
        if most is not None and length > most:
            broken.append(f"String must contain at most {most} character(s)")
        return bounded(kept, path, broken)

    return check


def number(
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    whole: bool = False,
    finite: bool = False,
    coerce: bool = False,
) -> Check:
    """A number with bounds; coerce reads the strings of a query."""

    def check(value: Any, path: Path) -> Checked:
        value = as_number(value) if coerce and value is not MISSING else value
        if type_name(value) != "number":
            return aborted(value, path, "number")
        if whole and not float(value).is_integer():
            return Checked(value, "aborted", [fault(path, "Expected integer, received float")])
        broken = []
        if above is not None and value <= above:
            broken.append(f"Number must be greater than {above}")
        if least is not None and value < least:
            broken.append(f"Number must be greater than or equal to {least}")
        if most is not None and value > most:
            broken.append(f"Number must be less than or equal to {most}")
        if finite and math.isinf(value):
            broken.append("Number must be finite")
        return bounded(value, path, broken)

    return check


def as_number(value: Any) -> Any:
    """A query text as the number JavaScript's Number() makes of it, nan when it makes none."""
    if not isinstance(value, str):
        return math.nan if isinstance(value, (list, dict)) else value
    if not value.strip():
        return 0
    if not JS_NUMBER.fullmatch(value.strip()):
        return math.nan
    parsed = float(value)
    return int(parsed) if parsed.is_integer() else parsed


def boolean() -> Check:
    """True or false, not as text."""
    return lambda value, path: Checked(value) if isinstance(value, bool) else aborted(value, path, "boolean")


def flag() -> Check:
    """True or false as a query gives it."""

    def check(value: Any, path: Path) -> Checked:
        if value in ("true", "false", True, False):
            return Checked(value in ("true", True))
        error = "Required" if value is MISSING else "Invalid input"
        return Checked(value, "aborted", [fault(path, error)])

    return check


def one_of(*options: str) -> Check:
    """One of some words."""
    expected = " | ".join(f"'{option}'" for option in options)

    def check(value: Any, path: Path) -> Checked:
        if value in options:
            return Checked(value)
        if value is MISSING:
            return aborted(value, path, "")
        error = f"Invalid enum value. Expected {expected}, received '{value}'"
        if not isinstance(value, str):
            error = f"Expected {expected}, received {type_name(value)}"
        return Checked(value, "aborted", [fault(path, error)])

    return check


def array(item: Check, *, least: int | None = None, most: int | None = None) -> Check:
    """A list whose items all fit."""

    def check(value: Any, path: Path) -> Checked:
        if not isinstance(value, list):
            return aborted(value, path, "array")
        broken = []
        if least is not None and len(value) < least:
            broken.append(f"Array must contain at least {least} element(s)")
        if most is not None and len(value) > most:
            broken.append(f"Array must contain at most {most} element(s)")
        result = bounded([], path, broken)
        for i, each in enumerate(value):
            part = item(each, (*path, str(i)))
            result.absorb(part)
            result.value.append(part.value)
        return result

    return check


def record(fields: Mapping[str, Check], *, strict: bool = False) -> Check:
    """An object; keys it does not know are refused when strict and dropped otherwise."""

    def check(value: Any, path: Path) -> Checked:
        if not isinstance(value, dict):
            return aborted(value, path, "object")
        result = Checked({})
        for key, part_check in fields.items():
            part = part_check(value.get(key, MISSING), (*path, key))
            result.absorb(part)
            if part.value is not MISSING:
                result.value[key] = part.value
        unknown = [key for key in value if key not in fields]
        if strict and unknown:
            names = ", ".join(f"'{key}'" for key in unknown)
            result.absorb(Checked(None, "dirty", [fault(path, f"Unrecognized key(s) in object: {names}")]))
        return result

    return check


def anything() -> Check:
    """Any value at all, also none."""
    return lambda value, path: Checked(value)


def optional(check: Check, default: Any = MISSING) -> Check:
    """A value that may be left out."""
    return lambda value, path: Checked(default) if value is MISSING else check(value, path)


def nullable(check: Check) -> Check:
    """A value that may be null."""
    return lambda value, path: Checked(None) if value is None else check(value, path)


def union(*options: Check) -> Check:
    """The first option that fits."""

    def check(value: Any, path: Path) -> Checked:
        dirty: Checked | None = None
        for option in options:
            result = option(value, path)
            if result.status == "valid":
                return result
            if result.status == "dirty":
                dirty = dirty or result
        return dirty or Checked(value, "aborted", [fault(path, "Invalid input")])

    return check


def both(left: Check, right: Check) -> Check:
    """A value that fits two checks; the parts of two objects are put together."""

    def check(value: Any, path: Path) -> Checked:
        result, second = left(value, path), right(value, path)
        if isinstance(result.value, dict) and isinstance(second.value, dict):
            result.value = {**result.value, **second.value}
        result.absorb(second)
        return result

    return check


def refined(check: Check, holds: Callable[[Any], bool], error: str) -> Check:
    """A check with one more condition, asked only when the type is right."""

    def both_checks(value: Any, path: Path) -> Checked:
        result = check(value, path)
        if result.status != "aborted" and not holds(result.value):
            result.absorb(Checked(None, "dirty", [fault(path, error)]))
        return result

    return both_checks
