"""The one place where everything that fails on Discord arrives, and the base classes that bring it here.

discord.py only logs what a DynamicItem's callback raises and swallows what its check raises; the person would read
"This interaction failed". So every item, form, command and suggestion of ours goes through `told`.
"""

from __future__ import annotations

import functools
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from types import TracebackType
from typing import Any, ClassVar, NoReturn, ParamSpec, Self

import discord
from discord import Interaction, app_commands, ui

from bot.discord.respond import CHOICE, open_modal, respond
from bot.discord.text import paragraph, plain
from resolvers.errors import CruxError, Outside

log = logging.getLogger("crux.discord")

TOLD = 1800
MODAL_S = 3600.0
"""How long a form that was opened is remembered; one sent later gets its own words back."""
P = ParamSpec("P")


def reference() -> str:
    """Four hexadecimal digits by which a person and the log speak of the same failure."""
    return secrets.token_hex(2).upper()


def words(error: BaseException, what: str) -> str:
    """What the person is told; anything that is not meant for people is logged and gets a reference."""
    error = _cause(error)
    if isinstance(error, Outside):
        return paragraph(f"Something outside failed: {error}", TOLD, commands=True)
    if isinstance(error, CruxError):
        return paragraph(str(error), TOLD, commands=True)
    if isinstance(error, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
        return "This command has changed since your Discord last looked: wait a minute, restart Discord, try again."
    if isinstance(error, app_commands.CommandOnCooldown):
        return f"Not so fast: try again in {error.retry_after:.0f} s."
    if isinstance(error, app_commands.CheckFailure):
        return "You may not use this here."
    if isinstance(error, app_commands.TransformerError):
        return f"{paragraph(str(error.value), 200)} cannot be used here: pick one of the suggestions."
    number = reference()
    log.error("%s: %s failed", number, what, exc_info=error)
    return f"Something went wrong here, and nothing was decided by it. It is logged as {number}; tell the operator."


def _cause(error: BaseException) -> BaseException:
    """What was raised by our own code, taken out of what discord.py wraps around it."""
    if isinstance(error, app_commands.CommandInvokeError):
        return error.original
    if isinstance(error, app_commands.TransformerError) and isinstance(error.__cause__, CruxError):
        return error.__cause__
    return error


async def tell(interaction: Interaction[Any], error: BaseException, what: str) -> None:
    """Tell the person, and nobody else, why what they did came to nothing."""
    await respond(interaction, words(error, what))


class told:
    """Whatever is raised inside ends here: `async with told(interaction, "approve"): …`.

    What ends the whole program (a cancelled task, an interrupt) is let through.
    """

    def __init__(self, interaction: Interaction[Any], what: str) -> None:
        self.interaction, self.what = interaction, what

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        await tell(self.interaction, error, self.what)
        return True


class SafeItem(ui.DynamicItem[ui.Button[Any]], template=r"(?!)"):
    """A button that lives as long as its message: all it knows stands in its custom_id. Its act is `press`.

    A subclass names its own template and `from_custom_id`, which must not raise: discord.py tells nobody if it does.
    """

    pattern: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: str) -> None:
        super().__init_subclass__(template=template)
        cls.pattern = re.compile(template)

    async def press(self, interaction: Interaction[Any]) -> None:
        raise NotImplementedError

    async def callback(self, interaction: Interaction[Any]) -> None:
        async with told(interaction, f"button {self.custom_id}"):
            await self.press(interaction)


class SafeModal(ui.Modal):
    """A form; what its `on_submit` raises reaches the one place. Its custom_id is its own, never shared (trap 5)."""

    def __init__(self, title: str) -> None:
        super().__init__(title=plain(title, 45), timeout=MODAL_S)
        self._forms: MutableMapping[str, SafeModal] = {}

    async def on_error(  # type: ignore[override]  # discord.py calls a form's without the item, as its own Modal does
        self, interaction: Interaction[Any], error: Exception, /
    ) -> None:
        await tell(interaction, error, f"form {self.title}")

    async def open(self, interaction: Interaction[Any]) -> bool:
        """Show it to whoever pressed; False where that failed."""
        self._forms = interaction.client.forms
        self._forms[self.custom_id] = self
        return await open_modal(interaction, self)

    def stop(self) -> None:
        """It has been sent; where that was not acknowledged, Discord lets it be sent again: then its words go back."""
        self._forms.pop(self.custom_id, None)
        super().stop()

    async def on_timeout(self) -> None:
        self._forms.pop(self.custom_id, None)


class SafeView(ui.View):
    """The buttons of one message: DynamicItems and links only, made fresh for each sending.

    A view that mixes in an ordinary button, or that is stopped, unregisters the pattern of its DynamicItems for the
    whole bot (trap 3): every older card would go dead.
    """

    def __init__(self, *buttons: SafeItem | ui.Button[Any]) -> None:
        super().__init__(timeout=None)
        for each in buttons:
            self.add_item(each)

    def add_item(self, item: ui.Item[Any]) -> Self:
        if not isinstance(item, ui.DynamicItem) and item.is_dispatchable():
            raise TypeError(f"{item!r} is neither a DynamicItem nor a link: it would unregister the buttons beside it")
        return super().add_item(item)

    def stop(self) -> NoReturn:
        raise TypeError("a view of DynamicItems is never stopped: it would unregister them")

    async def on_error(self, interaction: Interaction[Any], error: Exception, item: ui.Item[Any], /) -> None:
        await tell(interaction, error, f"item {item!r}")


class SafeTree(app_commands.CommandTree[Any]):
    """The commands; whatever one raises reaches the one place, and no foreign server is served."""

    async def interaction_check(self, interaction: Interaction[Any], /) -> bool:
        refused: Callable[[Interaction[Any]], str | None] = interaction.client.refusal
        because = refused(interaction)
        if because is not None:
            await respond(interaction, because)
        return because is None

    async def on_error(self, interaction: Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        command = interaction.command
        await tell(interaction, error, f"command {command.qualified_name if command else '?'}")


Choices = list[app_commands.Choice[str]]


def suggesting(offer: Callable[P, Awaitable[Choices]]) -> Callable[P, Awaitable[Choices]]:
    """For an autocomplete callback: what it raises becomes its one choice, since no message can be sent there."""

    @functools.wraps(offer)
    async def offered(*args: P.args, **kwargs: P.kwargs) -> Choices:
        failed = caught(f"suggestions {offer.__qualname__}")
        found: Choices = []
        with failed:
            found = await offer(*args, **kwargs)
        if failed.words is not None:
            return [app_commands.Choice(name=plain(failed.words, CHOICE), value="")]
        return found

    return offered


class caught:
    """Where there is no press to answer: `words` is what a person may be told of whatever was raised inside."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.words: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.words = words(error, self.what)
        return True


def link_button(label: str, url: str) -> ui.Button[Any]:
    """A button that opens an address of ours (Manifold's); it is never pressed on the bot."""
    return ui.Button(style=discord.ButtonStyle.link, label=label, url=url)
