"""A message before it is sent: plain values that fit Discord's limits, which a row keeps and a fingerprint names.

Limits: discord.com/developers/docs/resources/message, looked at 2026-11-20; lengths are counted in UTF-16 units, which
is never less than what Discord counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from bot.store.types import canonical
from markets.fields import utf16

CONTENT, VALUE, EMBED, LABEL, CUSTOM_ID, ROWS = 2000, 1024, 6000, 80, 100, 5

Style = Literal["primary", "secondary", "success", "danger", "link"]


@dataclass(frozen=True, slots=True)
class Button:
    """One button: pressed (`does` is its custom_id) or followed (`does` is the address of a link)."""

    label: str
    style: Style
    does: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message: `mark` is how its footer begins, by which it is found again; `chart` the proposal that is drawn.

    `mentions` are the roles that its first sending may ping. `thread` names the thread that hangs on it; `final` says
    that it will not change any more.
    """

    content: str
    embed: Mapping[str, Any]
    buttons: tuple[Button, ...] = ()
    chart: int | None = None
    alt: str = ""
    mentions: tuple[int, ...] = ()
    mark: str = ""
    thread: str | None = None
    final: bool = False

    def body(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {**asdict(self), "mentions": list(self.mentions), "buttons": [asdict(one) for one in self.buttons]}

    @property
    def fingerprint(self) -> str:
        """Two messages that show the same have the same."""
        return hashlib.sha256(canonical(self.body()).encode()).hexdigest()


def of_body(body: Mapping[str, Any]) -> Rendered:
    """Back from a row."""
    told = dict(body)
    told["buttons"] = tuple(Button(**one) for one in told["buttons"])
    return Rendered(**{**told, "mentions": tuple(told["mentions"])})


def size(embed: Mapping[str, Any]) -> int:
    """What counts towards the limit of a whole embed."""
    texts = [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
    texts += [each for one in embed.get("fields", []) for each in (one["name"], one["value"])]
    return sum(map(utf16, texts))


def lines(given: Sequence[str], budget: int = VALUE, more: int = 0) -> str:
    """As many whole lines as fit, and how many did not (with `more` left out before); the first is always there."""
    kept: list[str] = []
    left = budget - utf16(_rest(len(given) + more))
    for line in given:
        if kept and utf16(line) + 1 > left:
            break
        kept.append(line)
        left -= utf16(line) + 1
    rest = len(given) - len(kept) + more
    return "\n".join(kept) + (_rest(rest) if rest else "")


def _rest(number: int) -> str:
    return f"\n… and {number} more"


def when(at: datetime) -> str:
    """A moment in each reader's own zone, and how far off it is."""
    unix = int(at.timestamp())
    return f"<t:{unix}:F> (<t:{unix}:R>)"


def day(at: datetime) -> str:
    """A date in each reader's own zone."""
    return f"<t:{int(at.timestamp())}:d>"


def ago(at: datetime) -> str:
    """How far off a moment is, as each reader's app counts it."""
    return f"<t:{int(at.timestamp())}:R>"


def web(url: str) -> str | None:
    """An address that Discord takes for a link; None where it would refuse it."""
    good = url.startswith(("https://", "http://")) and url.isascii() and url.isprintable() and " " not in url
    return url if good and len(url) <= 512 else None
