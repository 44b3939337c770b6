"""The copy of the record as the audit channel reads it: who did what, to which outcome of which market, and why.

Of a proposal that has no card yet only its number is told: the channel learns no more than traders do. How anybody
voted on a panel that is open stands in no act, and so in no line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.discord.autocomplete import put_up
from bot.discord.text import safe
from bot.say import many
from bot.store import markets, proposals
from bot.store.acts_told import PLATFORMS
from bot.store.audit import Act
from bot.told_short import answer, readable
from markets.fields import utf16

COPIED = ("proposal ", "plan ", "panel ", "switch pause", "person ", "objection ", "submission ")
"""Beginnings of the subjects whose acts are copied; fetches, openings and our own bookkeeping would drown them."""
ROOM = 1900
"""UTF-16 units of one message."""
WHY = 300
SAID: Mapping[str, str] = {
    "propose": "puts forward",
    "approve": "approves",
    "reject": "rejects",
    "ask": "asks about",
    "dispute": "disputes",
    "retract": "takes back the approval of",
    "object": "objects to",
    "answer": "answers an objection to",
    "receipt": "writes the receipt of",
}
"""What somebody said of a proposal; any other act on one is the state that it came to."""
OF_PANELS: Mapping[str, str] = {
    "panel-open": "opens",
    "panel-later": "adds rows to",
    "panel-draw": "draws the seats of",
    "panel-waits": "could not seat anybody on",
    "panel-vote": "has voted on",
    "panel-end": "closes a draw of",
    "panel-withdraw": "withdraws",
}
"""Act -> what was done to a panel."""


def messages(connection: sa.Connection, acts: Sequence[Act]) -> Iterator[tuple[int, str]]:
    """(number of the last act in it, text) of as many messages as these acts take, in order."""
    names = _names(connection, acts)
    kept: list[str] = []
    last, before = 0, ""
    for act in acts:
        told: Mapping[str, Any] = json.loads(act.payload)
        because = str(told.get("because") or told.get("text") or told.get("answer") or "")
        line = _line(act, told, names, "" if because == before and act.act not in SAID else because)
        if kept and sum(utf16(each) + 1 for each in kept) + utf16(line) > ROOM:
            yield last, "\n".join(kept)
            kept = []
        kept.append(line)
        last, before = act.id, because
    if kept:
        yield last, "\n".join(kept)


def _names(connection: sa.Connection, acts: Sequence[Act]) -> dict[str, str]:
    """Subject -> the outcome and the market of each proposal that has a card."""
    numbers = [int(act.subject.removeprefix("proposal ")) for act in acts if act.subject.startswith("proposal ")]
    found = {}
    for number in put_up(connection, sorted(set(numbers))):
        one = proposals.get(connection, number)
        slug = markets.market(connection, one.market).slug
        found[f"proposal {number}"] = f"**{safe(answer(one.outcome), 120)}** on `{slug}` (P{number})"
    return found


def _line(act: Act, told: Mapping[str, Any], names: Mapping[str, str], because: str) -> str:
    kind = act.subject.partition(" ")[0]
    secret = kind == "proposal" and act.subject not in names
    what = _unsaid(act) if secret else _what(kind, act, told, names)
    ended = kind == "switch" and not told.get("value")  # that it goes on says all
    told_plainly = readable(because) if act.actor == "crux" else because
    why = f": {safe(told_plainly, WHY, commands=True)}" if because and not secret and not ended else ""
    return f"<t:{int(act.at.timestamp())}:f> {what}{why} `{act.id} {act.hash[:12]}`"


def _unsaid(act: Act) -> str:
    return f"**{_who(act)}** works on {safe(act.subject, 60)}; what it says is told with its card"


def _what(kind: str, act: Act, told: Mapping[str, Any], names: Mapping[str, str]) -> str:
    who, name = f"**{_who(act)}**", names.get(act.subject, safe(act.subject, 60))
    if kind == "proposal":
        category = f" ({safe(str(told['category']), 40)})" if told.get("category") else ""
        said = SAID.get(act.act)
        return f"{who} {said}{category} {name}" if said else f"{name} is now {act.act.upper()}, by {who}"
    if kind == "panel":
        return f"{who} {OF_PANELS.get(act.act, safe(act.act, 40))} {name}"
    if kind == "person":
        person, platform = safe(act.subject.removeprefix("person "), 60), str(told.get("platform", ""))
        platform = PLATFORMS.get(platform, safe(platform, 40))
        if act.act != "link":
            return f"the {platform} account of **{person}** is theirs no more, by {who}"
        return f"{safe(str(told.get('name', '')), 60)} on {platform} is **{person}** from now on, by {who}"
    if kind == "plan":
        cost = f", {told['cost_mana']} mana" if "cost_mana" in told else ""
        changes = f": {many(len(told['lines']), 'change')}{cost}" if "lines" in told else ""
        return (
            f"{name} is {'made' if act.act == 'plan' else safe(act.act.removeprefix('plan-'), 30)}{changes}, by {who}"
        )
    if kind == "switch":
        return f"{who} {'pauses everything' if told.get('value') else 'lets everything go on'}"
    return f"{who} {safe(act.act, 40)} {name}"


def _who(act: Act) -> str:
    """A name; an account of Discord is shown as Discord shows it, and nobody is pinged by it."""
    platform, _, account = act.actor.partition(" ")
    if platform == "discord" and account.isdigit():
        return f"<@{account}>"
    return safe(act.actor, 60)
