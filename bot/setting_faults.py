"""What is wrong with the settings, each with its name, what it is, what was wanted, and what to do; no secret shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True)
class Given:
    """The values as they were read, by group; `names` says by which variable a place was set, `file` which file."""

    values: dict[str, Any]
    names: dict[tuple[str, ...], str]
    file: str

    def put(self, place: tuple[str, ...], value: str, name: str) -> None:
        """A variable's value over whatever the file says there."""
        group = self.values
        for part in place[:-1]:
            inner = group.get(part)
            group[part] = group = dict(inner) if isinstance(inner, dict) else {}
        group[place[-1]] = value
        self.names[place] = name

    def named(self, place: tuple[str, ...]) -> str:
        """How a person knows the setting: by its variable, or by its place in the file."""
        if place in self.names:
            return self.names[place]
        under = next((name for at, name in self.names.items() if at[: len(place)] == place), None)
        return f"{self.file}: {'.'.join(place)}" if self.file else under or ".".join(place)


def meant(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?` with the closest known name, if one is close."""
    close = get_close_matches(name, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def told(error: ValidationError, given: Given, model: type[BaseModel]) -> list[str]:
    """Every fault as a line."""
    found = [each for each in error.errors(include_url=False) if each["type"] != "is_instance_of"]  # of a union
    return list(dict.fromkeys(_line(each, given, model) for each in found))


def _line(each: Mapping[str, Any], given: Given, model: type[BaseModel]) -> str:
    place = tuple(str(part) for part in each["loc"])
    if each["type"] == "extra_forbidden":
        group = _group(model, place[:-1])
        return (
            f"{given.named(place)}: there is no such setting{meant(place[-1], group.model_fields) or '; take it out'}"
        )
    place, field = _field(model, place)
    name = given.named(place)
    if each["type"] == "value_error":
        said = str(each["ctx"]["error"])
        return f"{name}{said}" if said[:1] in " :" else f"{name}: {said}"
    shown = "what it is set to" if field is None or _secret(field) else _shown(each["input"])
    wanted = (field.description if field is not None else None) or "a value"
    example = f"; write {field.examples[0]}" if field is not None and field.examples else ""
    return f"{name}: {shown} will not do, wanted: {wanted}{example or '; set it anew or take it out'}"


def _group(model: type[BaseModel], place: tuple[str, ...]) -> type[BaseModel]:
    for part in place:
        inner = model.model_fields[part].annotation
        assert isinstance(inner, type) and issubclass(inner, BaseModel)
        model = inner
    return model


def _field(model: type[BaseModel], place: tuple[str, ...]) -> tuple[tuple[str, ...], FieldInfo | None]:
    """The setting that a fault is about: a fault inside a value is one of the value."""
    field: FieldInfo | None = None
    for number, part in enumerate(place):
        if part not in model.model_fields:
            return place[:number], field
        field = model.model_fields[part]
        inner = field.annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return place[: number + 1], field
        model = inner
    return place, field


def _secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"
