"""Numbers as JavaScript writes them: 100, not 100.0."""

from __future__ import annotations

from typing import Any


def js_number(value: float) -> str:
    """A number as JavaScript puts it into a text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    shown = repr(value)
    mantissa, _, exponent = shown.partition("e")
    if not exponent:
        return shown
    if -7 <= int(exponent) < 0:
        return f"{value:.{17 - int(exponent)}f}".rstrip("0") if value else "0"
    sign = "+" if int(exponent) > 0 else "-"
    return f"{mantissa.removesuffix('.0')}e{sign}{abs(int(exponent))}"


def js_value(value: Any) -> Any:
    """A JSON value with whole floats as integers."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, dict):
        return {key: js_value(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [js_value(each) for each in value]
    return value


def defined(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its None values."""
    return {key: value for key, value in row.items() if value is not None}
