"""The parts of a market file's schema that ask people, ask other sources, or make a family."""

from __future__ import annotations

from typing import Any

from resolvers.durations import FORM as DURATION_FORM
from resolvers.rules.compile_panel import (
    DEFAULTS,
    LONGEST_LIMB,
    LONGEST_QUESTION,
    MOST_LIMBS,
    MOST_REDRAWS,
    MOST_SEATS,
)
from resolvers.sources.spec import COLUMN_NAME

Schema = dict[str, Any]

FILLED: Schema = {"type": "string", "pattern": r"\{[a-z_][a-z0-9_]*\}"}
"""A name in braces, for which a family puts in each row's value."""
TEXT: Schema = {"type": "string", "minLength": 1}
TIME: Schema = {"anyOf": [{"type": "string", "pattern": DURATION_FORM.pattern, "examples": ["14 days"]}, FILLED]}
SETTINGS: Schema = {
    "seats": {"type": "integer", "minimum": 1, "maximum": MOST_SEATS},
    "agree": {"type": "integer", "minimum": 1, "maximum": MOST_SEATS},
    "for": TIME,
    "redraw": {"type": "integer", "minimum": 0, "maximum": MOST_REDRAWS},
    "default": {"enum": list(DEFAULTS)},
}
PANEL: Schema = {
    "description": "a question to people: yes where every limb is met",
    "type": "object",
    "additionalProperties": False,
    "required": ["question", "limbs"],
    "properties": {
        "question": {"type": "string", "minLength": 1, "maxLength": LONGEST_QUESTION},
        "limbs": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": MOST_LIMBS,
            "additionalProperties": False,
            "patternProperties": {COLUMN_NAME: {"type": "string", "minLength": 1, "maxLength": LONGEST_LIMB}},
        },
        **SETTINGS,
    },
}
ASKED: Schema = {
    "description": "a panel answers yes for a row of `over`, or for the fact itself",
    "type": "object",
    "additionalProperties": False,
    "required": ["panel"],
    "properties": {"panel": {"$ref": "#/$defs/panel"}, "over": TEXT},
}
CONFIRM: Schema = {
    "description": "people confirm what was picked before it decides",
    "anyOf": [{"const": "panel"}, {"type": "object", "additionalProperties": False, "properties": SETTINGS}],
}
LISTED: Schema = {
    "description": "the cell stood in another source at some time in the `for` from this row's date `from` on",
    "type": "object",
    "additionalProperties": False,
    "required": ["listed_in", "from", "for"],
    "properties": {"listed_in": TEXT, "as": TEXT, "from": TEXT, "for": TIME, "where": {"type": ["string", "object"]}},
}
EACH: Schema = {
    "description": "one market a row: the row's values stand for their names in braces, as {n}",
    "type": "array",
    "minItems": 1,
    "maxItems": 100,
    "items": {"type": "object", "minProperties": 1, "additionalProperties": {"type": ["string", "number"]}},
}


def of_a_family(schema: Schema) -> Schema:
    """The same field in a file that may be a family: a name in braces will do wherever a text or number has a form."""
    plain = schema.get("type") in ("number", "integer") or (schema.get("type") == "string" and "pattern" in schema)
    return {"anyOf": [schema, FILLED]} if plain else schema
