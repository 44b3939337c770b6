"""A plan as `crux plan` shows it: line by line, with the texts that would be posted, or as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import say
from markets.fields import in_words
from markets.plan import Plan, price
from markets.spec import MarketSpec


def show(made: Plan, defined: Mapping[str, MarketSpec], options: str) -> None:
    """The plan, and of the markets in `defined` all that would be posted."""
    for line in made.lines():
        say.line(line)
    if defined:
        _show_texts(made, defined)
    if not made.changes:
        say.line("nothing to change")
    else:
        say.line(f"{say.many(len(made.changes), 'change')}, {made.cost_mana:f} mana, checksum {made.checksum[:12]}")
    for line in made.refusals:
        say.line(f"refused: {line}")
    if made.changes and not made.refusals:
        say.aside(f"carry it out with: {say.program()} apply --checksum {made.checksum[:12]} {options}".rstrip())


def _show_texts(made: Plan, defined: Mapping[str, MarketSpec]) -> None:
    """What would be posted, whole: now, and of what is not open yet once it may open."""
    new = {change.slug for change in made.changes if change.kind == "create"}
    for slug, posted in _texts(made).items():
        _block(f"{slug}, as it would be posted", defined[slug] if slug in new else None, posted)
    for each in made.waiting:
        if each.unopened:
            spec = defined[each.slug]
            _block(f"{each.slug}, as it would be posted once it may open", spec, spec.description)


def _block(title: str, spec: MarketSpec | None, posted: str) -> None:
    """One description; before it, of a market that would be new, what else is posted."""
    head = [] if spec is None else [f"Question: {spec.question}"]
    if spec is not None and spec.answers:
        head.append(f"Answers: {' | '.join(spec.answers)}")
    if spec is not None:
        head.append(f"Trading closes {in_words(spec.closes)}; it costs {price(spec)}")
    for line in ("", f"--- {title} ---", *head, *([""] if head else []), *posted.splitlines(), ""):
        say.line(line)


def _texts(made: Plan) -> dict[str, str]:
    """The descriptions that the plan would post."""
    found = {change.slug: change.creation.description for change in made.changes if change.kind == "create"}
    found |= {
        change.slug: change.after
        for change in made.changes
        if change.kind == "update" and change.field == "description"
    }
    return found


def as_json(made: Plan, defined: Mapping[str, MarketSpec]) -> dict[str, Any]:
    return {
        "checksum": made.checksum,
        "cost_mana": f"{made.cost_mana:f}",
        "changes": [
            {"kind": change.kind, "slug": change.slug, "cost_mana": f"{change.cost_mana:f}", "words": change.words()}
            for change in made.changes
        ],
        "texts": _texts(made),
        "drifts": [
            {"slug": each.slug, "field": each.field, "ours": each.ours, "theirs": each.theirs} for each in made.drifts
        ],
        "new_versions": [
            {"slug": each.slug, "opened": each.opened, "file": each.file, "differs": list(each.differs)}
            for each in made.new_versions
        ],
        "waiting": [
            {
                "slug": each.slug,
                "because": each.because,
                "text": defined[each.slug].description if each.unopened else None,
            }
            for each in made.waiting
        ],
        "refusals": list(made.refusals),
    }
