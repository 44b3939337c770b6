"""People (and other bots, and webhooks) who write, click and type as through the official client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from discord_server import posting
from discord_server.client import ClientRefuses, Resolved, Scene, find_command, pick, slash_body, submit_body
from discord_server.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction, Modal
from discord_server.payloads import message_json
from discord_server.posting import Origin, Upload
from discord_server.sending import HONEST, Forged, payload, send
from discord_server.state import BUTTON, JSON, LINK_STYLE, Channel, Message, User
from discord_server.waiting import Pulse, on_server_loop
from discord_server.world import World

__all__ = ["ClientRefuses", "Forged", "Person", "Upload"]

Card = Message | Interaction | int
Place = Channel | str


class Person:
    """One account; its roles and permissions are read at the moment it acts."""

    def __init__(self, world: World, user: User) -> None:
        self.world, self.user = world, user

    @property
    def pulse(self) -> Pulse:
        return self.world.pulse

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return self.user.mention

    @property
    def roles(self) -> list[str]:
        held = self.world.guild.members.get(self.id, set())
        return [one.name for one in self.world.guild.roles.values() if one.id in held]

    @property
    def dms(self) -> list[Message]:
        """The conversation with the bot, oldest first."""
        return self.world.direct(self.user).messages

    @property
    def dm_channel(self) -> Channel:
        """Where a command goes that is used in the conversation with the bot: `slash(..., channel=ana.dm_channel)`."""
        return self.world.direct(self.user)

    def closes_dms(self) -> None:
        """The bot's direct messages to this person are answered 50007."""
        self.user.dms_open = False

    @on_server_loop
    async def slash(
        self, path: str, options: Mapping[str, object] | None = None, *, channel: Place | None = None,
        force: bool = False, forged: Forged = HONEST, wait: bool = True,
    ) -> Interaction:  # fmt: skip
        """`/market show` is 'market show'; values are plain ones, or a Person, Role, Channel or Upload."""
        place = self._place(channel)
        body = self._allowed(lambda: slash_body(Scene(self.world, self.user, place, force), path, options or {}))
        return await self._act(COMMAND, body, f"/{path}", place, None, force, forged, wait)

    @on_server_loop
    async def autocomplete(
        self, path: str, option: str, typed: str, others: Mapping[str, object] | None = None, *,
        channel: Place | None = None, force: bool = False, forged: Forged = HONEST, wait: bool = True,
    ) -> Interaction:  # fmt: skip
        """Type into an option; what is offered is in `.choices`."""
        given, place = {**(others or {}), option: typed}, self._place(channel)
        body = self._allowed(lambda: slash_body(Scene(self.world, self.user, place, force), path, given, option))
        return await self._act(AUTOCOMPLETE, body, f"typing in /{path} {option}", place, None, force, forged, wait)

    @on_server_loop
    async def press(
        self, card: Card, label_or_id: str, *, force: bool = False, forged: Forged = HONEST, wait: bool = True
    ) -> Interaction:
        """Press a button; with `force` also one that is disabled, gone, or was never there."""
        message = self._message(card)
        control = message.control(label_or_id)
        self._check_control(message, control, label_or_id, force, (BUTTON,))
        custom_id = control["custom_id"] if control and "custom_id" in control else label_or_id
        body = {"custom_id": custom_id, "component_type": BUTTON, "id": 1}
        return await self._act(
            COMPONENT, body, f"press of {label_or_id!r}", message.channel, message, force, forged, wait
        )

    @on_server_loop
    async def choose(
        self,
        card: Card,
        select: str,
        values: object,
        *,
        force: bool = False,
        forged: Forged = HONEST,
        wait: bool = True,
    ) -> Interaction:
        """Choose in a select, named by placeholder or custom_id; one value or several, by label or value."""
        message = self._message(card)
        control = message.control(select)
        self._check_control(message, control, select, force, (3, 5, 6, 7, 8))
        wanted = list(values) if isinstance(values, (list, tuple)) else [values]
        resolved, faults = Resolved(self.world), list[str]()
        shape = control or {"type": 3, "custom_id": select}
        chosen = (
            pick(select, shape.get("options") or [], wanted, faults)
            if shape["type"] == 3
            else [*map(resolved.id_of, wanted)]
        )
        if not int(shape.get("min_values", 1)) <= len(chosen) <= int(shape.get("max_values", 1)):
            faults.append(f"{select!r} takes {shape.get('min_values', 1)} to {shape.get('max_values', 1)} values")
        if faults and not force:
            self._refuse("; ".join(faults))
        body = {"custom_id": shape["custom_id"], "component_type": shape["type"], "id": 1, "values": chosen}
        body |= {"resolved": resolved.parts} if resolved.parts else {}
        return await self._act(COMPONENT, body, f"choice in {select!r}", message.channel, message, force, forged, wait)

    @on_server_loop
    async def submit(
        self, modal: Modal | None, values: Mapping[str, object] | None = None, *, force: bool = False,
        forged: Forged = HONEST, wait: bool = True,
    ) -> Interaction:  # fmt: skip
        """Fill in a modal by label or custom_id and send it."""
        if modal is None:
            raise ClientRefuses("there is no modal to fill in")
        if modal.opened_by.person is not self.user and not force:
            self._refuse(f"{self.name} does not see the modal of {modal.opened_by.person.name}")
        body = self._allowed(lambda: submit_body(self.world, modal, values or {}, force))
        opened_by = modal.opened_by
        return await self._act(
            MODAL_SUBMIT, body, f"form {modal.title!r}", opened_by.channel, opened_by.source, force, forged, wait
        )

    @on_server_loop
    async def menu(
        self, name: str, target: Card | Person, *, force: bool = False, forged: Forged = HONEST, wait: bool = True
    ) -> Interaction:
        """A command from the menu of a message or of a person."""
        resolved = Resolved(self.world)
        if isinstance(target, Person):
            kind, identity, channel = 2, resolved.id_of(target.user), self._place(None)
        else:
            message = self._message(target)
            kind, identity, channel = 3, str(message.id), message.channel
            resolved.parts["messages"] = {identity: message_json(message, self.world.guild)}
        command = self._allowed(lambda: find_command(Scene(self.world, self.user, channel, force), kind, name))
        body = {"id": command["id"], "name": name, "type": kind, "target_id": identity, "resolved": resolved.parts}
        body |= {"guild_id": command["guild_id"]} if "guild_id" in command else {}
        return await self._act(COMMAND, body, f"menu {name!r}", channel, None, force, forged, wait)

    @on_server_loop
    async def say(
        self, channel: Place, text: str, *, reply_to: Card | None = None, mention_bot: bool = False, ping: bool = True,
        files: Sequence[Upload] = (),
    ) -> Message:  # fmt: skip
        """Write a message; a reply pings the other author unless `ping` is False."""
        answered = None if reply_to is None else self._message(reply_to)
        content = f"{self.world.bot.mention} {text}" if mention_bot else text
        also = (answered.author,) if answered is not None and ping else ()
        origin = Origin(reply_to=answered, kind=19 if answered else 0, mentions=also)
        return posting.post(
            self.world, self._place(channel), self.user, {"content": content}, dict(enumerate(files)), origin
        )

    @on_server_loop
    async def dm(self, text: str, *, files: Sequence[Upload] = ()) -> Message:
        """Write to the bot directly."""
        return posting.post(
            self.world, self.world.direct(self.user), self.user, {"content": text}, dict(enumerate(files))
        )

    @on_server_loop
    async def edit(self, message: Message, text: str) -> Message:
        return posting.edit(self.world, message, {"content": text}, {})

    @on_server_loop
    async def delete(self, message: Message) -> None:
        self.world.gone.add(message.id)
        posting.delete(self.world, message)

    def _place(self, channel: Place | None) -> Channel:
        if channel is None:
            return next(iter(self.world.guild.channels.values()))
        return self.world.guild.channels[channel] if isinstance(channel, str) else channel

    def _message(self, card: Card) -> Message:
        if isinstance(card, Interaction):
            if not card.messages:
                raise ClientRefuses(f"{card} has no message")
            return card.messages[-1]
        return self.world.any_message(card) if isinstance(card, int) else card

    def _allowed(self, compose: Callable[[], JSON]) -> JSON:
        """What is composed; a refusal of the client's is also a problem."""
        try:
            return compose()
        except ClientRefuses as refusal:
            self._refuse(str(refusal))

    def _refuse(self, why: str) -> NoReturn:
        self.world.problems.tell(f"{self.name} could not: {why}")
        raise ClientRefuses(f"{self.name} could not: {why}")

    def _check_control(
        self, message: Message, control: JSON | None, name: str, force: bool, kinds: tuple[int, ...]
    ) -> None:
        if force:
            return
        if message.deleted or (message.ephemeral and message.only_for != self.id):
            self._refuse(f"press {name!r}: the message is {'gone' if message.deleted else 'not shown to them'}")
        if control is None or control.get("type") not in kinds:
            self._refuse(f"find {name!r} on the message, which has {message.buttons}")
        elif control.get("disabled") or control.get("style") == LINK_STYLE:
            self._refuse(f"press {name!r}: it is {'disabled' if control.get('disabled') else 'a link'}")

    async def _act(
        self,
        kind: int,
        body: JSON,
        said: str,
        channel: Channel,
        source: Message | None,
        force: bool,
        forged: Forged,
        wait: bool,
    ) -> Interaction:
        world = self.world
        channel = self.dm_channel if forged.place == "dm" else channel
        one = Interaction(world, world.clock.snowflake(), kind, self.user, channel, said, body, source)
        one.sent_at, one.forced = world.clock.seconds(), force or forged != HONEST
        one.versions_before = len(source.versions) if source is not None else 0
        world.interactions[one.id] = one
        send(world, one, payload(world, one, forged))
        if wait:
            within_s = world.answer_within_s + 30
            await world.until(lambda: one.answered_at is not None or one.failed, within_s, f"an answer to {one}")
        return one
