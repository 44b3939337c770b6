"""What a test does behind the bot's back: moderators who delete, roles that go, events that come twice."""

from __future__ import annotations

from discord_server import posting
from discord_server.interactions import Interaction
from discord_server.payloads import channel_json, member_json, user_json
from discord_server.people import Person
from discord_server.sessions import Intent
from discord_server.state import Channel, Message
from discord_server.world import World


class Meddling:
    """Acts upon the world which the bot learns of by events only; 4xx answers that follow are no problems."""

    world: World

    def replay(self, one: Interaction, *, expired: bool = False) -> None:
        """Dispatch the same INTERACTION_CREATE again; `expired`: its first answer is refused with 10062."""
        one.ordered, one.expired = True, one.expired or expired
        self.world.sessions.dispatch("INTERACTION_CREATE", one.body)

    def delete_message(self, message: Message) -> None:
        """As a moderator would; requests about it that answer 404 are no problem."""
        self._excuse(message.id)
        posting.delete(self.world, message)

    def delete_channel(self, channel: Channel | str) -> None:
        """A channel (with its threads) or a thread."""
        one = self.world.guild.channels[channel] if isinstance(channel, str) else channel
        for gone in [thread for thread in self.world.guild.threads.values() if thread.parent is one] + [one]:
            self._excuse(gone.id)
            self.world.guild.threads.pop(gone.id, None)
            self.world.guild.channels.pop(gone.name, None) if gone.parent is None else None
            event = "CHANNEL_DELETE" if gone.parent is None else "THREAD_DELETE"
            self.world.sessions.dispatch(event, channel_json(gone), Intent.GUILDS)

    def archive_thread(self, thread: Channel, *, locked: bool = False) -> None:
        """Edits in it are answered 50083 until it is opened; a locked one takes no messages either."""
        self._excuse(thread.id)
        thread.archived, thread.locked = True, locked
        self.world.sessions.dispatch("THREAD_UPDATE", channel_json(thread), Intent.GUILDS)

    def forget_nonces(self) -> None:
        """As Discord does after a few minutes: from then on a nonce keeps nothing from being posted again."""
        self.world.nonces.clear()

    def forbid(self, channel: Channel | str, code: int | None = 50013) -> None:
        """Everything in this channel is answered 403 with this code (50001: not even seen); None ends it."""
        one = self.world.guild.channels[channel] if isinstance(channel, str) else channel
        one.forbidden_code = code

    def grant_role(self, person: Person, role: str) -> None:
        self._change_roles(person, self.world.guild.members[person.id] | {self.world.guild.roles[role].id})

    def revoke_role(self, person: Person, role: str) -> None:
        self._change_roles(person, self.world.guild.members[person.id] - {self.world.guild.roles[role].id})

    def remove_member(self, person: Person) -> None:
        self.world.gone.add(person.id)
        self.world.guild.members.pop(person.id)
        body = {"guild_id": str(self.world.guild.id), "user": user_json(person.user)}
        self.world.sessions.dispatch("GUILD_MEMBER_REMOVE", body, Intent.MEMBERS)

    def _change_roles(self, person: Person, held: set[int]) -> None:
        self.world.guild.members[person.id] = held
        body = member_json(self.world.guild, person.user) | {"guild_id": str(self.world.guild.id)}
        self.world.sessions.dispatch("GUILD_MEMBER_UPDATE", body, Intent.MEMBERS)

    def _excuse(self, identity: int) -> None:
        self.world.gone.add(identity)
        self.world.problems.excuse(identity)
