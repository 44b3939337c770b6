"""What pydantic says about a definition, in the words of whoever wrote it: where, what, and what to write instead."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from markets.places import has_path
from resolvers.errors import Fault

Loc = tuple[str | int, ...]

AT_KEY = frozenset({"F-UNKNOWN", "R-UNKNOWN-KEY", "R-UNUSED"})
"""Faults whose place is the key itself, not what stands behind it."""

MEANT = re.compile(r"is no key here: did you mean `([^`]*)`")
"""A mistyped key is told as that, and not as one that is missing as well."""

WRONG_KIND = {
    "string_type",
    "list_type",
    "dict_type",
    "model_type",
    "tuple_type",
    "is_instance_of",
    "model_attributes_type",
}
"""Said once per branch of a union: noise beside what the fitting branch says."""

SAID = {
    "string_type": "text is wanted here",
    "bool_type": "write true or false",
    "int_type": "a whole number is wanted here",
    "list_type": "a list is wanted here, as [one, two]",
    "tuple_type": "a list is wanted here, as [one, two]",
    "dict_type": "a block of `key: value` lines is wanted here",
    "model_type": "a block of `key: value` lines is wanted here",
}


def faults_of(error: ValidationError, model: type[BaseModel], value: Any) -> list[Fault]:
    """Every error of one validation as a Fault with `loc`; `value` is what was validated."""
    details = [(_real(value, each["loc"]), each) for each in error.errors(include_url=False, include_context=True)]
    found: dict[tuple[str, Loc], Fault] = {}
    for loc, each in details:
        kind = each["type"]
        if kind in WRONG_KIND and any(other is not each and _deeper(at, loc, other["type"]) for at, other in details):
            continue
        code, message = _said(kind, each, model, value)
        fault_loc = loc if kind != "missing" else (*loc, str(each["loc"][-1]))
        found.setdefault((code, fault_loc), Fault(code, message, loc=fault_loc))
    typed = {
        (*loc[:-1], near[1]) for (_, loc), fault in found.items() for near in [MEANT.search(fault.message)] if near
    }
    return [fault for (code, loc), fault in found.items() if code != "F-MISSING" or loc not in typed]


def _real(value: Any, loc: Sequence[str | int]) -> Loc:
    return has_path(value, [part for part in loc if part != "[key]"])


def _deeper(other: Loc, loc: Loc, kind: str) -> bool:
    return other[: len(loc)] == loc and (len(other) > len(loc) or kind not in WRONG_KIND)


def _said(kind: str, each: Any, model: type[BaseModel], value: Any) -> tuple[str, str]:
    name = str(each["loc"][-1]) if each["loc"] else ""
    if kind == "extra_forbidden":
        return "F-UNKNOWN", unknown_key(name, keys_of(model, each["loc"][:-1]))
    if kind == "missing":
        return "F-MISSING", f"`{name}` is missing: add it"
    shown = ".".join(str(part) for part in _real(value, each["loc"]))
    prefix = f"{shown}: " if shown else ""
    if kind == "value_error":
        said = str(each["ctx"]["error"])
        return "T01" if " has no zone" in said else "F-VALUE", prefix + said
    if kind == "string_pattern_mismatch":
        return "F-VALUE", f"{prefix}{each['input']!r} does not have the form {each['ctx']['pattern']}"
    if kind == "literal_error":
        return "F-VALUE", f"{prefix}{each['input']!r} is none of {each['ctx']['expected']}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = each["ctx"]["ge" if kind == "greater_than_equal" else "le"]
        return "F-VALUE", f"{prefix}{each['input']} is {'under' if 'ge' in each['ctx'] else 'over'} {bound}"
    if kind == "is_instance_of" and each["ctx"]["class"] == "Duration":
        found = "nothing" if each["input"] is None else str(each["input"])
        return (
            "F-VALUE",
            f"{prefix}{found:.40} is no duration; write a whole number and a unit, as `7 days` or `48 hours`",
        )
    said = SAID.get(kind) or f"{each['msg'][:1].lower()}{each['msg'][1:]}"
    return "F-VALUE", prefix + said


def unknown_key(name: str, known: Iterable[str]) -> str:
    """`subsidi is no key here: did you mean subsidy?`"""
    keys = sorted(known)
    near = get_close_matches(name, keys, n=1, cutoff=0.6)
    return f"`{name}` is no key here: " + (f"did you mean `{near[0]}`?" if near else f"known are {', '.join(keys)}")


def keys_of(model: Any, loc: Sequence[str | int]) -> set[str]:
    """The keys that the model nested at `loc` takes, by the names files use."""
    at: list[Any] = [model]
    for part in loc:
        at = [deeper for each in at for deeper in _step(each, part)] or at
    return {
        str(field.alias or name)
        for each in at
        for branch in _branches(each)
        if _is_model(branch)
        for name, field in branch.model_fields.items()
        if name != "id"
    }


def _step(annotation: Any, part: str | int) -> list[Any]:
    found: list[Any] = []
    for branch in _branches(annotation):
        if _is_model(branch):
            found += [
                field.annotation for name, field in branch.model_fields.items() if str(field.alias or name) == part
            ]
        elif get_origin(branch) in (dict, list, tuple):
            found += [each for each in get_args(branch) if each is not Ellipsis][-1:]
        else:
            continue
    return found


def _branches(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _branches(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [branch for each in get_args(annotation) for branch in _branches(each)]
    return [annotation]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
