"""The fields of a market file: each checked once for all files in which the very same block says it."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from markets.file import File, validated
from markets.spec import MarketFile
from resolvers.rules.making import built

DEFAULTS = {name: field.get_default(call_default_factory=True) for name, field in MarketFile.model_fields.items()}
REQUIRED = tuple(name for name, field in MarketFile.model_fields.items() if field.is_required())
PLAIN = frozenset(
    name for name, field in MarketFile.model_fields.items() if field.annotation is str and not field.metadata
)
"""Fields that are any text."""


class Fields:
    """What the fields of files before were read as, by their blocks."""

    def __init__(self) -> None:
        self._known: dict[str, dict[int, tuple[Any, Any]]] = {name: {} for name in MarketFile.model_fields}
        """By field and block: the block, which is kept so that no other can take its place, and what it was read as."""

    def of(self, file: File) -> MarketFile | None:
        """The fields of a file, and where they have faults each of these; as by validating the whole, field by field,
        for no field of a market file asks what stands in another.
        """
        given = file.value
        found = dict(DEFAULTS)
        for name, value in given.items():
            if name in PLAIN and type(value) is str:
                found[name] = value
                continue
            read = self._known[name].get(id(value)) or self._read(name, value) if name in found else None
            if read is None:
                return validated(file, MarketFile, given)
            found[name] = read[1]
        if any(name not in given for name in REQUIRED):
            return validated(file, MarketFile, given)
        return built(MarketFile, **found)

    def _read(self, name: str, value: Any) -> tuple[Any, Any] | None:
        """The block and what it is read as; None for one that has a fault."""
        try:
            known = self._known[name][id(value)] = (value, _alone(name).validate_python(value))
        except ValidationError:
            return None
        return known


@cache
def _alone(name: str) -> TypeAdapter[Any]:
    """What checks one field of a market file by itself."""
    field = MarketFile.model_fields[name]
    kind: Any = field.annotation
    return TypeAdapter(Annotated[(kind, *field.metadata)] if field.metadata else kind)
