"""The record in words: who did what to which market, with what outcome, and why; for the log, terminal and Discord."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from bot.store import identities, panels, plan_cards, proposals, schema, submissions
from bot.store import markets as opened
from bot.store.audit import Act
from bot.store.engine import in_trouble
from bot.store.looks_told import look_told
from bot.told_short import answer, readable, shortened
from resolvers.errors import Refusal

Worth = Literal["debug", "info", "warning"]
"""How much an act matters to whoever looks on at night: `debug` for the steps of something that is told anyway."""

OF_NO_MARKET = ("snapshot", "switch", "person", "plan")
"""Kinds of subject that no market has."""

PLATFORMS = {"discord": "Discord", "manifold": "Manifold"}
"""Where an account has a number that says nothing to people."""

CRUX = "crux"

MOST_LINES = 3
"""Of a plan, in one line; its card and `crux status` have all of them."""


@dataclass(frozen=True, slots=True)
class Telling:
    """An act in words. `who` did it, `words` say what and why; `about` holds the same for machines, None left out."""

    act: Act
    words: str
    worth: Worth = "info"
    about: tuple[tuple[str, Any], ...] = ()
    who: str = ""

    @property
    def line(self) -> str:
        """`ann approved proposal 3 (reach-85 → YES): the board shows 88.5%`."""
        return f"{self.who or self.act.actor} {self.words}"

    def row(self) -> dict[str, Any]:
        """As data, for a log or a `--json` answer."""
        named = {"row": self.act.id, "at": self.act.at, "by": self.act.actor, "act": self.act.act}
        return named | {name: value for name, value in self.about if value not in (None, "")}


UNREADABLE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    sa.exc.InvalidRequestError, sa.exc.DatabaseError,
)  # fmt: skip
"""What reading a row says that was damaged, or written by another version."""

_Kind = Callable[[sa.Connection, Act, dict[str, Any]], tuple[str, Worth, dict[str, Any]]]
"""An act of one kind of subject: its words without who did it, what it is worth, and the same as data."""


def tell(connection: sa.Connection, act: Act) -> Telling:
    """One act in words; one of a kind that this version does not know is told by its bare names.

    Whatever of an act cannot be read as it is stored, the others are told: only a store in trouble is an error here.
    """
    try:
        return _told(connection, act)
    except UNREADABLE as error:
        if in_trouble(error):
            raise
        return Telling(act, f"{act.act} {act.subject} (what that was cannot be read: `crux verify`)", "warning")


def _told(connection: sa.Connection, act: Act) -> Telling:
    said = json.loads(act.payload)
    try:
        words, worth, about = _kind(act.subject)(connection, act, said)
    except Refusal:  # what it was about is not in this store: the record is all there is
        words, worth, about = _plain(connection, act, said)
    told = tuple({**about, "because": said.get("because")}.items())
    return Telling(act, words, worth, told, who(connection, act.actor))


def who(connection: sa.Connection, actor: str) -> str:
    """Whoever acted as people call them: an account of Discord or Manifold by its name, where one was ever linked."""
    platform, _, account = actor.partition(" ")
    if platform not in PLATFORMS or not account:
        return actor
    found = identities.last_name(connection, platform, account)
    return f"{found or 'somebody not linked'} on {PLATFORMS[platform]}"


def after(connection: sa.Connection, number: int, limit: int) -> tuple[Act, ...]:
    """The acts behind row `number`, oldest first."""
    table = schema.audit
    rows = connection.execute(sa.select(table).where(table.c.id > number).order_by(table.c.id).limit(limit))
    return tuple(Act(*row) for row in rows)


def lately(connection: sa.Connection, limit: int, *, slug: str | None = None, steps: bool = False) -> list[Telling]:
    """The newest acts worth telling, oldest first; all of them with `steps`, of one market where a `slug` is named."""
    table, found = schema.audit, list[Telling]()
    newest = sa.select(table).order_by(table.c.id.desc())
    if slug is not None:
        newest = newest.where(sa.and_(*(table.c.subject.not_like(f"{kind} %") for kind in OF_NO_MARKET)))
    for row in connection.execute(newest.execution_options(yield_per=200)):
        told = tell(connection, Act(*row))
        if (steps or told.worth != "debug") and (slug is None or dict(told.about).get("market") == slug):
            found.append(told)
        if len(found) == limit:
            break
    return found[::-1]


def _kind(subject: str) -> _Kind:
    first, _, rest = subject.partition(" ")
    if rest:
        return _KINDS.get(first, _plain)
    return _market if "/" in subject else _plain


def _because(act: Act, said: dict[str, Any]) -> str:
    """The reason: a person's as they gave it, Crux's own with times and figures as people read them."""
    given = said.get("because") or ""
    because = "; ".join(map(str, given)) if isinstance(given, list) else str(given)
    return f": {readable(because) if act.actor == CRUX else because}" if because else ""


def _plain(_: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    if act.act == "score-inputs":
        return f"kept the arguments of {act.subject} as they stand", "debug", {}
    if act.act == "reversal":
        words = f"found that a revision turns {act.subject} from {said['was']} to {said['now'] or 'no answer'}"
        about = {"market": act.subject, "was": said["was"], "now": said["now"]}
        return f"{shortened(words)}{_because(act, said)}", "warning", about
    return f"{act.act} {act.subject}{_because(act, said)}", "info", {}


def _market(connection: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    debate, _, slug = act.subject.partition("/")
    about = {"debate": debate, "market": slug}
    if act.act.startswith("outbox-"):
        return _written(act, slug, said, about)
    if act.act == "open":
        there = opened.find(connection, debate, slug, said["opening"])
        url = there.url if there else said["market_id"]
        mana = f", with {_number(there.subsidy_mana)} mana of subsidy" if there and there.subsidy_mana else ""
        return f"opened {slug} on Manifold: {url}{mana}", "info", about | {"url": url}
    if act.act == "resolve":
        return f"closed the row of {slug}: it is resolved on Manifold", "debug", about
    if act.act == "unresolve":
        return f"opened the row of {slug} again: its resolution was taken back on Manifold", "debug", about
    if act.act == "update":
        told = {name.replace("_mana", ""): value for name, value in said.items() if value is not None}
        return f"changed {slug} on Manifold: {', '.join(f'{k} {v}' for k, v in told.items())}", "info", about
    return _plain(connection, act, said)


WRITES = {
    "create": "the opening of {0}",
    "update": "a change of {0}",
    "fund": "more mana for {0}",
    "comment": "a comment on {0}",
    "resolve": "the resolution of {0}",
    "unresolve": "taking back the resolution of {0}",
    "trading": "the closing time of {0}",
}
_SPOKEN = {
    "fund": "put more mana into {0} on Manifold",
    "trading": "changed the time at which trading in {0} closes on Manifold",
}
"""Writes that are no step of something told anyway."""


def _written(act: Act, slug: str, said: dict[str, Any], about: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    """A write to Manifold, begun or ended; what came of it is told by the act that it was for."""
    ended = act.act.removeprefix("outbox-")
    what, about = WRITES.get(said["kind"], f"{said['kind']} of {{0}}").format(slug), about | {"write": said["kind"]}
    if ended == "refused" and said.get("sent") is False:
        return f"gave up {what}, which had never reached Manifold", "debug", about
    if ended == "refused":
        return f"was refused {what} by Manifold{_because(act, said)}", "warning", about
    if ended == "done" and said["kind"] in _SPOKEN:
        return _SPOKEN[said["kind"]].format(slug), "info", about
    return f"{'wrote' if ended == 'done' else 'began to write'} {what} to Manifold", "debug", about


SAID = {
    "approve": "approved",
    "reject": "rejected",
    "ask": "asked about",
    "dispute": "disputed",
    "retract": "took back the approval of",
}
"""How a reviewer's word is told, before the proposal that it was about."""
_BECAME = {
    "approved": "gave the last approval that was missing to {}",
    "agreed": "posted the notice to traders of {}",
    "disputed": "put back {}, to be judged again",
    "proposed": "put {} to the vote anew",
    "resolving": "began to resolve {}",
    "resolved": "resolved {}",
    "undoing": "is taking back {}",
    "undone": "took back {}",
    "rejected": "gave the last rejection that it took to close {}",
    "superseded": "closed {}, which another has overtaken",
    "withdrawn": "withdrew {}",
}
_STEPS = ("resolving", "superseded", "disputed", "receipt")


def _proposal(connection: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    seen = proposals.get(connection, int(act.subject.split()[1]))
    market, outcome = opened.market(connection, seen.market), answer(seen.outcome)
    what = f"proposal {seen.id} ({market.slug} → {outcome})"
    about = {"debate": market.debate, "market": market.slug, "proposal": seen.id, "outcome": seen.outcome.words()}
    worth: Worth = "debug" if act.act in _STEPS else "info"
    if act.act == "propose":
        instead = f", in place of proposal {said['supersedes']}" if said.get("supersedes") else ""
        because = shortened(seen.verdict.because)
        return f"proposed {market.slug} → {outcome} (proposal {seen.id}){instead}: {because}", worth, about
    if act.act in SAID:
        category = f" as {said['category']}" if said.get("category") else ""
        about |= {"category": said.get("category")}
        return f"{SAID[act.act]} {what}{category}{_because(act, said)}", worth, about
    if act.act == "object":
        return f"objected on Manifold to {what}: {said['text']}", "warning", about | {"objection": said["objection"]}
    if act.act == "answer":
        return f"answered objection {said['objection']} to {what}: {said['answer']}", worth, about
    if act.act == "receipt":
        return f"wrote the receipt of {what}", worth, about
    refused = act.act == "agreed" and said.get("from") == "resolving"
    if refused or (act.act == "resolved" and said.get("from") == "undoing"):
        did = "could not resolve" if refused else "could not take back"
        return f"{did} {what}{_because(act, said)}", "warning", about
    if act.act == "approved" and act.actor == CRUX:  # silence decides, or as many have agreed as it takes by now
        return f"took {what} as approved{_because(act, said)}", worth, about
    voted = act.act in ("approved", "rejected")  # whoever voted last has said why in the line before
    why = "" if voted else _because(act, said)
    return f"{_BECAME.get(act.act, f'{act.act} {{}}').format(what)}{why}", worth, about


def _panel(connection: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    seen = panels.get(connection, int(act.subject.split()[1]))
    what, about = f"panel {seen.id} on {seen.slug}", {"debate": seen.debate, "market": seen.slug, "panel": seen.id}
    rows = f"{len(said['keys'])} row{'' if len(said['keys']) == 1 else 's'}" if "keys" in said else ""
    if act.act == "panel-open":
        return f"opened {what}, which is asked about {rows}: “{seen.terms.question}”", "info", about
    if act.act == "panel-draw":
        sit = ", ".join(one["person"] for one in said["placed"] if one["seated"])
        return f"seated {sit or 'nobody'} on {what}, until {said['until'][:16].replace('T', ' ')} UTC", "info", about
    if act.act == "panel-waits":
        return f"could seat nobody on {what}{_because(act, said)}", "warning", about
    if act.act == "panel-vote":
        return f"voted on {what}, about {said['key']}", "info", about
    if act.act == "panel-later":
        return f"added {rows} to {what}", "info", about
    if act.act == "panel-end":
        ended = {"answered": "closed {}", "lapsed": "closed {}, without an answer", "withdrawn": "withdrew {}"}
        words = ended.get(said["state"], "counted the votes of one draw of {}").format(what)
        return f"{words}{_because(act, said)}", "info", about
    return _plain(connection, act, said)


def _plan(connection: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    seen = plan_cards.get(connection, int(act.subject.split()[1]))
    about = {"debate": seen.debate, "plan": seen.checksum[:12], "mana": f"{_number(seen.cost_mana)}"}
    what = f"plan {seen.checksum[:12]} of {seen.debate}"
    if act.act == "plan":
        lines = said["lines"]
        more = f" and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
        return f"made {what}, {about['mana']} mana: {'; '.join(lines[:MOST_LINES])}{more}", "info", about
    did = {"plan-stale": "dropped"}.get(act.act, act.act.removeprefix("plan-"))
    return f"{did} {what}{_because(act, said)}", "info", about


def _switch(_: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    name, value = act.subject.removeprefix("switch "), said["value"]
    if name == "pause":
        return (f"paused everything{_because(act, said)}", "warning", {}) if value else ("ended the pause", "info", {})
    if name == "discord":
        worth: Worth = "warning" if value["standing"] == "stopped" else "info"
        return f"found Discord {value['standing']}{_because(act, value)}", worth, {"standing": value["standing"]}
    if name == "discord.commands":
        return "sent its commands to Discord", "info", {}
    return f"switched {name} to {value}{_because(act, said)}", "info", {}


def _person(_: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    person, platform = act.subject.removeprefix("person "), said["platform"]
    about = {"debate": said["debate"], "person": person}
    if act.act != "link":
        return f"unlinked the {PLATFORMS.get(platform, platform)} account of {person}", "info", about
    if act.actor == f"{platform} {said.get('account')}":  # whoever shows a code links their own account
        return f"is {person} from now on", "info", about
    account = said.get("name") or said.get("account") or "account"
    return f"linked the {PLATFORMS.get(platform, platform)} account {account} to {person}", "info", about


def _submission(connection: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    seen = submissions.get(connection, int(act.subject.split()[1]))
    words = f"{act.act} the link that {seen.name} put forward for {seen.slug} ({seen.url}){_because(act, said)}"
    return words, "info", {"debate": seen.debate, "market": seen.slug, "submission": seen.id}


def _snapshot(connection: sa.Connection, act: Act, said: dict[str, Any]) -> tuple[str, Worth, dict[str, Any]]:
    number = int(act.subject.split()[1])
    if act.act == "accept-import":
        counts = f", and it counts now as look {said['counted_as']}" if said.get("counted_as") else ""
        return f"accepted the import of look {number}{counts}{_because(act, said)}", "info", {"look": number}
    told = look_told(connection, number)
    return told.words, told.worth, {"source": said["source"], "look": number, "rows": told.changed}


_KINDS: dict[str, _Kind] = {
    "proposal": _proposal,
    "panel": _panel,
    "plan": _plan,
    "switch": _switch,
    "person": _person,
    "submission": _submission,
    "snapshot": _snapshot,
}


def _number(mana: Any) -> str:
    return f"{mana.normalize():f}"


def unread(connection: sa.Connection, acts: Sequence[Act]) -> int:
    """How many of these acts come before the first look whose bytes have not been read yet: what it says is to come."""
    for number, act in enumerate(acts):
        if act.act == "look" and not _read(connection, act):
            return number
    return len(acts)


def _read(connection: sa.Connection, act: Act) -> bool:
    """Whether a look's bytes were read; one that cannot be told at all is waited for by nobody."""
    try:
        return look_told(connection, int(act.subject.split()[1])).read
    except UNREADABLE as error:
        if in_trouble(error):
            raise
        return True
