"""What is wrong with the settings, each with its name, what it is, what was wanted, and what to do; no secret shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    """`crux.toml: service.port: 'http' will not do, wanted: a number from 1 to 65535; write port = 8080`."""
    place = tuple(str(part) for part in each["loc"])
    if each["type"] == "extra_forbidden":
        group = _group(model, place[:-1])
        elsewhere = next((group for group, name in _leaves(model) if group and name == place[-1]), None)
        remedy = meant(place[-1], group.model_fields)
        remedy = remedy or (f"; write it under [{elsewhere}]" if elsewhere and len(place) == 1 else "")
        remedy = remedy or f"; write one of {', '.join(group.model_fields)}, or take it out"
        return f"{given.named(place)}: there is no such setting{remedy}"
    place, field = _field(model, place)
    name = given.named(place)
    if each["type"] == "value_error":
        said = str(each["ctx"]["error"])
        return f"{name}{said}" if said[:1] in " :" else f"{name}: {said}"
    shown = "what it is set to" if field is None or _secret(field) else _shown(each["input"])
    wanted, remedy = _wanted(place, field, given, each)
    return f"{name}: {shown} will not do, wanted: {wanted}; {remedy}"


def _wanted(place: tuple[str, ...], field: FieldInfo | None, given: Given, each: Mapping[str, Any]) -> tuple[str, str]:
    """What should stand there, and what to do about it, as it is written where this one stands."""
    inner = None if field is None else field.annotation
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        names = ", ".join(inner.model_fields)
        return f"a group of settings: {names}", f"write [{'.'.join(place)}] on a line of its own, and these under it"
    wanted = (field.description if field is not None else None) or "a value"
    text = each["type"] in ("string_type", "path_type") and "quotation" not in wanted
    wanted += ", as text in quotation marks" if text else ""
    extra = field.json_schema_extra if field is not None else None
    if isinstance(extra, Mapping) and "remedy" in extra:
        return wanted, str(extra["remedy"])
    if field is None or not field.examples:
        return wanted, "set it anew or take it out"
    example = field.examples[0]
    if place in given.names:
        return wanted, f"set it to {example}"
    return wanted, f"write {place[-1]} = {_toml(example)}"


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, int | float) else f'"{value}"'


def _leaves(model: type[BaseModel], group: str = "") -> Iterator[tuple[str, str]]:
    """(group as it is written in the file, name) of every setting."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _leaves(inner, f"{group}.{name}".lstrip("."))
        else:
            yield group, name


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
    text = f"'{value}'" if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"
