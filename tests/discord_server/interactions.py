"""One interaction from the click to what the person then sees."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from discord_server.limits import IN_LABEL, TEXT_DISPLAY
from discord_server.state import JSON, Channel, Message, User
from discord_server.waiting import Pulse, on_server_loop

if TYPE_CHECKING:
    from discord_server.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
SAY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, OPEN_MODAL = 4, 5, 6, 7, 8, 9
TOKEN_LIVES_S = 900.0
"""After this a follow-up is answered 401 (discord-api-docs, interactions, as read in August 2026)."""


@dataclass(frozen=True)
class Choice:
    """One line that autocomplete offers."""

    name: str
    value: Any


@dataclass(frozen=True)
class Field:
    """One input of a modal; `label` is what stands above it."""

    label: str
    shape: JSON

    @property
    def custom_id(self) -> str:
        return str(self.shape.get("custom_id"))

    @property
    def required(self) -> bool:
        return bool(self.shape.get("required", True))

    @property
    def value(self) -> str:
        return str(self.shape.get("value") or "")

    @property
    def options(self) -> list[str]:
        return [str(one["label"]) for one in self.shape.get("options") or []]


@dataclass(frozen=True, eq=False)
class Modal:
    """A form shown to one person; hand it to `person.submit`."""

    shape: JSON
    opened_by: Interaction

    @property
    def title(self) -> str:
        return str(self.shape.get("title"))

    @property
    def custom_id(self) -> str:
        return str(self.shape.get("custom_id"))

    @property
    def fields(self) -> list[Field]:
        return list(self._fields())

    @property
    def labels(self) -> list[str]:
        return [one.label for one in self._fields()]

    @property
    def text(self) -> str:
        """Title, texts, labels and their descriptions, line by line."""
        lines = [self.title]
        for part in self.shape.get("components") or []:
            lines += [str(part[key]) for key in ("content", "label", "description") if part.get(key)]
        return "\n".join(lines)

    def _fields(self) -> Iterator[Field]:
        for part in self.shape.get("components") or []:
            if part.get("type") == IN_LABEL:
                yield Field(str(part.get("label")), part["component"])
            elif part.get("type") != TEXT_DISPLAY:
                yield from (Field(str(one.get("label")), one) for one in part.get("components") or [])


@dataclass(eq=False, repr=False)
class Interaction:
    """What one person did, and what came back; times are seconds of the server's clock."""

    world: World = field(repr=False)
    id: int
    kind: int
    person: User
    channel: Channel
    said: str
    body: JSON = field(repr=False)
    source: Message | None = None
    token: str = field(default_factory=lambda: f"interaction-{secrets.token_hex(12)}", repr=False)
    sent_at: float = 0.0
    delivered_at: float | None = None
    answered_at: float | None = None
    answer_type: int | None = None
    expired: bool = False
    ordered: bool = False
    forced: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[Choice] = field(default_factory=list)
    updates: int = 0
    versions_before: int = 0

    @property
    def pulse(self) -> Pulse:
        return self.world.pulse

    @property
    def age_s(self) -> float:
        return self.world.clock.seconds() - self.sent_at

    @property
    def acked_after_s(self) -> float | None:
        """From the press to the first answer; None while there is none."""
        return None if self.answered_at is None else self.answered_at - self.sent_at

    @property
    def deferred(self) -> bool:
        return self.answer_type in (DEFER, DEFER_UPDATE)

    @property
    def failed(self) -> bool:
        """Whether the person reads 'This interaction failed'."""
        return self.answered_at is None and (self.expired or self.age_s > self.world.answer_within_s)

    @property
    def messages(self) -> list[Message]:
        """New messages which came of it and still stand; an ephemeral one is seen by this person only."""
        everything = [*([self.original] if self.original else []), *self.followups]
        return [one for one in everything if not one.deleted and not one.loading]

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.messages)

    def problems(self) -> list[str]:
        """That it was never answered, though the client had it and the test did not forge it."""
        waited_s = self.world.clock.seconds() - (self.delivered_at if self.delivered_at is not None else self.sent_at)
        silent = self.answered_at is None and not (self.forced or self.expired or self.ordered)
        if silent and self.delivered_at is not None and waited_s > self.world.answer_within_s:
            return [f"{self.person.name}'s {self.said} was never answered"]
        return []

    def has_settled(self) -> bool:
        """Something final is there to see: a message, a card changed in any way, a modal, choices, or the failure."""
        if self.answer_type == DEFER:
            return self.original is None or not self.original.loading or self.original.deleted
        if self.answer_type == DEFER_UPDATE:
            edited = self.source is not None and (
                self.source.deleted or len(self.source.versions) > self.versions_before
            )
            return self.updates > 0 or bool(self.followups) or edited
        return self.answer_type is not None or self.failed

    @on_server_loop
    async def settled(self, within_s: float = 120.0) -> Interaction:
        await self.world.until(self.has_settled, within_s, f"{self} to be settled")
        return self

    @on_server_loop
    async def until(self, there: Callable[[Interaction], object], within_s: float = 120.0) -> Interaction:
        """Wait until `there(interaction)` is true, such as `lambda i: len(i.messages) == 2`."""
        await self.world.until(lambda: there(self), within_s, f"{self} to become as wanted")
        return self

    def __repr__(self) -> str:
        answer = {
            None: "no answer",
            SAY: "a message",
            DEFER: "deferred",
            DEFER_UPDATE: "deferred update",
            UPDATE: "an update",
        }
        told = answer.get(self.answer_type, f"an answer of type {self.answer_type}")
        return f"{self.person.name}'s {self.said} ({told}; reads {self.text!r})"
