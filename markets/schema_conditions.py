"""The parts of a market file's schema that join conditions, follow a value through periods, or break ties."""

from __future__ import annotations

from typing import Any

from markets.schema_panels import ASKED

Schema = dict[str, Any]

TRUTH: Schema = {"$ref": "#/$defs/truth"}
COUNT: Schema = {"type": "integer", "minimum": 1}


def mapping(needed: tuple[str, ...], properties: Schema) -> Schema:
    """A mapping with these keys and no others."""
    return {"type": "object", "additionalProperties": False, "required": list(needed), "properties": properties}


def sources(name: Schema, duration: Schema) -> Schema:
    """One of a list: a source by name, or one that is passed over while it shows no new row."""
    return {"anyOf": [name, mapping(("source",), {"source": name, "unless_frozen": duration})]}


def ties(column: Schema) -> Schema:
    """How equal rows are told apart."""
    dated = [mapping((way,), {way: column}) for way in ("earliest", "latest")]
    return {"anyOf": [{"enum": ["share", "first", "last"]}, *dated]}


def series(formula: Schema, date: Schema, duration: Schema, value: Schema) -> Schema:
    """A value for each whole calendar period."""
    properties = {
        "per": {"enum": ["month", "quarter", "year"]},
        "from": date,
        "before": date,
        "value": {"anyOf": [formula, value]},
        "read": duration,
        "clock": {"enum": ["seen", "published"]},
    }
    return mapping(("per", "from", "before", "value"), properties)


def truth(formula: Schema, series_: Schema, value: Schema) -> Schema:
    """A condition: a formula, a value block, what a panel is asked, or several of these joined or counted."""
    several: Schema = {"type": "array", "minItems": 1, "items": TRUTH}
    of: Schema = {"anyOf": [{"type": "string"}, series_]}
    joined = [
        mapping(("all",), {"all": several}),
        mapping(("any",), {"any": several}),
        mapping(("not",), {"not": TRUTH}),
        mapping(("at_least", "of"), {"at_least": COUNT, "of": several}),
        mapping(("at_least", "rises"), {"at_least": COUNT, "rises": of}),
        mapping(("at_least", "falls"), {"at_least": COUNT, "falls": of}),
        mapping(("at_least", "each", "is"), {"at_least": COUNT, "each": of, "is": {"type": "string"}}),
    ]
    return {"anyOf": [formula, ASKED, *joined, value]}
