"""JSON Schemas of a debate's files, so that editors complete keys and mark typos while one writes.

The fields come from the very models that check them; the rule's blocks, which a compiler checks, are drawn here from
its own lists of words. A schema accepts every correct file; what takes more than one file to see, `crux check` finds.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from markets.debate_spec import ClaimsFile, StancesFile
from markets.fields import MOMENT_FORM
from markets.schema_conditions import series, sources, ties, truth
from markets.schema_panels import CONFIRM, EACH, LISTED, PANEL, of_a_family
from markets.spec import DebateSpec, MarketFile, ReviewSpec
from resolvers.durations import FORM as DURATION_FORM
from resolvers.rules.compile_outcome import EXTRA
from resolvers.rules.compile_values import COLUMN_REDUCES, PICKS, ROW_REDUCES
from resolvers.sources.spec import SourceSpec

CARRIED = ("first", "last", "max", "min")
PLAIN = tuple(head for head in COLUMN_REDUCES if head not in ("quantile", "slope"))
DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = r"^[a-z_][a-z0-9_]*$"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
FORMULA: Schema = {
    "type": ["string", "number"],
    "maxLength": 500,
    "examples": ["best >= 85%", "conditioned >= best - 10 points"],
}
DURATION: Schema = of_a_family({"type": "string", "pattern": DURATION_FORM.pattern, "examples": ["7 days", "48 hours"]})
DATE: Schema = of_a_family({"type": "string", "pattern": MOMENT_FORM + "|^T$", "examples": ["2027-07-01", "T"]})
SOURCES: Schema = {
    "description": "a source, or a list in order of precedence; `source.view` takes one of its views",
    "anyOf": [TEXT, {"type": "array", "items": sources(TEXT, DURATION), "minItems": 1}],
}
AGREE: Schema = {"description": "sources that must say the same", "type": "array", "items": TEXT, "minItems": 2}
WHERE: Schema = {
    "description": "a formula over the row's columns, or a map of columns: a value, a list, present, or a condition",
    "anyOf": [
        {"type": "string", "maxLength": 500},
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/condition"}},
    ],
}
CONDITION: Schema = {
    "anyOf": [
        {"type": ["string", "number", "boolean"]},
        {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1},
        {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "properties": {
                "matching": TEXT,
                "has": {},
                "not": {"$ref": "#/$defs/condition"},
            },
        },
        LISTED,
    ]
}
TRUTH: Schema = {"$ref": "#/$defs/truth"}
VALUE: Schema = {"$ref": "#/$defs/value"}
SERIES = series(FORMULA, DATE, DURATION, VALUE)
WITHIN: Schema = {"type": "object", "additionalProperties": False, "properties": {"from": DATE, "before": DATE}}


def schemas() -> dict[str, Schema]:
    """Name of the kind of file (market, source, debate, claims, stances) -> its schema."""
    found = {"market": _market(), "source": _source(), "debate": _of(DebateSpec)}
    return {**found, "claims": _of(ClaimsFile), "stances": _of(StancesFile)}


def _of(model: type[BaseModel]) -> Schema:
    schema = model.model_json_schema(mode="validation", by_alias=True)
    schema.pop("title", None)
    _as_written(schema)
    return {"$schema": DIALECT, **schema}


def _as_written(node: Any) -> None:
    """Defaults as files write them: numbers as numbers, percentages with their sign."""
    if isinstance(node, list):
        for each in node:
            _as_written(each)
    elif isinstance(node, dict):
        default = node.get("default")
        if isinstance(default, str) and node.get("type") == "number":
            node["default"] = int(default)
        elif isinstance(default, str) and node.get("examples") == ["30%"]:
            node["default"] = f"{default}%"
        for each in node.values():
            _as_written(each)


def _market() -> Schema:
    schema = _of(MarketFile)
    fields = schema["properties"]
    fields["rows"] = _named({"$ref": "#/$defs/rows"}, "row sets: rows of a source, narrowed and labelled")
    fields["values"] = _named({"anyOf": [TRUTH, SERIES]}, "values: what the formulas speak of")
    fields["resolve"] = {"description": "how the question resolves", "oneOf": [_resolve(head) for head in EXTRA]}
    fields["na"] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["when"],
        "properties": {"when": TRUTH, "before": DATE, "if_refused": {"type": ["string", "number"]}},
    }
    review = ReviewSpec.model_json_schema(mode="validation")["properties"]
    fields["review"] = {"type": "object", "additionalProperties": False, "properties": review}
    schema["properties"] = {name: of_a_family(each) for name, each in fields.items()} | {"each": EACH}
    schema.setdefault("$defs", {}).update({"condition": CONDITION, "rows": _block({}), "panel": PANEL})
    schema["$defs"] |= {"value": {"anyOf": _values()}, "truth": truth(FORMULA, SERIES, VALUE)}
    return schema


def _named(each: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "patternProperties": {NAME: each},
    }


def _block(extra: Schema, required: tuple[str, ...] = ()) -> Schema:
    """A block that starts from rows; `from`, `of` and `agree` exclude one another."""
    properties = {
        "from": SOURCES,
        "of": TEXT,
        "agree": AGREE,
        "where": WHERE,
        "label": {"type": "object", "additionalProperties": TEXT},
        "panel": {"$ref": "#/$defs/panel"},
        "within": WITHIN,
        "clock": {"enum": ["seen", "published"]},
        **extra,
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
        "oneOf": [{"required": ["from"]}, {"required": ["of"]}, {"required": ["agree"]}],
    }


def _values() -> list[Schema]:
    carried: Schema = {"carry": {"enum": ["yes", "no", True, False]}, "at": DATE}
    found = [_block({head: TEXT, **(carried if head in CARRIED else {"at": DATE})}, (head,)) for head in PLAIN]
    found += [_block({head: {"const": "rows"}, "at": DATE}, (head,)) for head in ROW_REDUCES]
    found.append(_block({"quantile": TEXT, "q": {"type": "string"}, "at": DATE}, ("quantile", "q")))
    found.append(_block({"slope": TEXT, "per": DURATION, "at": DATE}, ("slope",)))
    more: Schema = {"n": {"type": "integer", "minimum": 1, "maximum": 1000}}
    shared: Schema = {"at": DATE, "ties": ties(TEXT)}
    return found + [_block({head: TEXT, **shared, **(more if head == "top" else {})}, (head,)) for head in PICKS]


def _resolve(head: str) -> Schema:
    extras: dict[str, Schema] = {
        "hold": DURATION,
        "answers": {
            "type": "object",
            "minProperties": 2,
            "additionalProperties": {"anyOf": [{"type": ["string", "number", "boolean"]}, {"type": "array"}]},
        },
        "confirm": CONFIRM,
        "edges": {"type": "array", "minItems": 1, "items": DATE if head == "first_date" else FORMULA},
        "unit": TEXT,
        "round": {"type": "integer", "minimum": 0, "maximum": 9},
        "never": TEXT,
    }
    settle: Schema = {
        "anyOf": [
            DURATION,
            {"enum": ["first_release", "as_known_at"]},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {"final_after": DURATION, "as_known_at": DATE},
            },
        ]
    }
    asked = TRUTH if head in ("yes", "first_date") else FORMULA
    needed = [head] + [name for name in ("answers", "edges") if name in EXTRA[head]]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": needed,
        "properties": {head: asked, **{name: extras[name] for name in EXTRA[head]}, "settle": settle},
    }


def _source() -> Schema:
    schema = _of(SourceSpec)
    schema["properties"].pop("id")
    schema["required"].remove("id")
    read = schema["$defs"]["ReadSpec"]["properties"]
    read["require"] = read["anchor"] = {
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean"]},
    }
    column = read["columns"].get("additionalProperties")
    named = next(iter(read["columns"].get("patternProperties", {}).values()), column)
    either = {"anyOf": [{"enum": ["number", "text", "bool", "date"]}, named]}
    read["columns"] = _named(either, "our names of the columns, and how each is read")
    schema["$defs"]["View"]["properties"]["where"] = WHERE["anyOf"][1]
    schema["$defs"]["condition"] = CONDITION
    return schema
