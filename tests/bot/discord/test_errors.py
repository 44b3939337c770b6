"""Guards: whatever fails in a button, a form, a command or a suggestion is told in one way, and logged."""

from __future__ import annotations

import logging
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from crux_builders import World
from discord import Interaction, app_commands, ui
from discord_builders import QUICK, Bot, playing, server

from bot.discord import buttons_register
from bot.discord.buttons import Press, Pressed
from bot.discord.client import CruxClient, build
from bot.discord.errors import Choices, SafeModal, SafeView, link_button, suggesting, words
from bot.discord.gate import allowed
from bot.discord.modals import Form
from bot.discord.respond import acknowledge, respond
from bot.discord.supervisor_state import DiscordState
from bot.service.surroundings import Surroundings
from resolvers.errors import Outside, Refusal

BROKEN = re.compile(r"Something went wrong here, and nothing was decided by it\. It is logged as ([0-9A-F]{4})")


@suggesting
async def _offers(interaction: Interaction[Any], typed: str) -> Choices:
    if typed == "broken":
        raise RuntimeError("secret: /home/me")
    raise Refusal("type at least three letters")


def strange(tree: app_commands.CommandTree[Any], around: Surroundings) -> None:
    """Commands and buttons that fail in every way there is."""

    @tree.command(name="fails", description="fails")
    async def fails(interaction: Interaction[Any], how: str) -> None:
        if how == "late":
            await acknowledge(interaction, thinking=True)
        if how == "form":
            await Form("Broken", broken).reason().open(interaction)
            return
        raise {"refusal": Refusal("not *now*"), "outside": Outside("Manifold is away")}.get(how, KeyError("secret"))

    async def broken(interaction: Interaction[Any], given: Any) -> None:
        raise KeyError("secret")

    @tree.command(name="admin", description="for admins")
    async def admin(interaction: Interaction[Any]) -> None:
        allowed(interaction, "admin")
        await respond(interaction, "you are")

    fails.autocomplete("how")(_offers)

    async def explode(interaction: Interaction[Any], pressed: Pressed) -> None:
        if await acknowledge(interaction, thinking=True):
            raise KeyError("secret")

    tree.client.acts["take"] = explode


class Strange(Bot):
    def make(self, around: Surroundings, *, state: DiscordState) -> CruxClient:
        self.client = build(around, registrars=[buttons_register.register, strange], state=state, pace=QUICK)
        return self.client


async def test_every_failure_of_a_command_is_told_to_the_person_alone_and_logged(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with server() as there, playing(world, there, monkeypatch, kind=Strange):
        await there.until(lambda: "fails" in there.commands)
        eve = there.person("eve")
        told = {
            how: (await (await eve.slash("fails", {"how": how})).settled())
            for how in ("refusal", "outside", "bug", "late")
        }
        assert told["refusal"].text == "not \\*now\\*"
        assert told["outside"].text == "Something outside failed: Manifold is away"
        for how in ("bug", "late"):
            found = BROKEN.match(told[how].text)
            assert found is not None, told[how]
            logged = [one for one in caplog.records if found[1] in one.getMessage()]
            assert (len(logged), logged[0].levelno, bool(logged[0].exc_info)) == (1, logging.ERROR, True)
        assert "secret" not in "".join(one.text for one in told.values())
        assert all(one.messages[0].ephemeral for one in told.values())
        opened = await eve.slash("fails", {"how": "form"})
        sent = await (await eve.submit(opened.modal, {"Why": "ten letters or more"})).settled()
        assert BROKEN.match(sent.text)
        assert there.problems() == []


async def test_a_suggestion_that_fails_is_one_choice_that_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server() as there, playing(world, there, monkeypatch, kind=Strange):
        await there.until(lambda: "fails" in there.commands)
        eve = there.person("eve")
        refused = await eve.autocomplete("fails", "how", "ab")
        broken = await eve.autocomplete("fails", "how", "broken")
        assert [one.name for one in refused.choices] == ["type at least three letters"]
        assert [BROKEN.match(one.name) is not None or "Something went wrong" in one.name for one in broken.choices] == [
            True
        ]
        assert there.problems() == []


async def test_a_button_that_fails_says_so_and_no_other_button_goes_dead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch, kind=Strange) as bot:
        ann, posted, older = bot.reviewer("ann", "ann"), await bot.card(), await bot.card("when-80")
        failed = await (await ann.press(posted, "Take")).settled()
        again = await (await ann.press(older, "Evidence (1)")).settled()
        assert (BROKEN.match(failed.text) is not None, "judged as of" in again.text) == (True, True)
        assert there.problems() == []


async def test_a_command_is_refused_without_its_role_and_on_another_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from discord_server import Forged

    async with server() as there, playing(world, there, monkeypatch, kind=Strange):
        await there.until(lambda: "admin" in there.commands)
        eve, ada = there.person("eve", roles=["Reviewer"]), there.person("ada", roles=["Admin"])
        foreign = Forged(place="other guild")
        told = [
            (await (await eve.slash("admin")).settled()).text,
            (await (await ada.slash("admin", forged=foreign, force=True)).settled()).text,
            (await (await ada.slash("admin")).settled()).text,
        ]
        assert "This needs the role Admin" in told[0]
        assert told[1:] == ["Crux serves one server, and this is another.", "you are"]


async def test_a_view_takes_only_buttons_that_cannot_harm_one_another() -> None:
    made = SafeView(Press(Pressed("approve", 1, 0)), link_button("Market", "https://a.example"))
    with pytest.raises(TypeError, match="neither a DynamicItem nor a link"):
        made.add_item(ui.Button(label="ordinary", custom_id="x"))
    with pytest.raises(TypeError, match="never stopped"):
        made.stop()
    assert (made.timeout, len(made.children)) == (None, 2)


async def test_whoever_is_not_linked_reads_the_command_to_type_in_code(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.decided()
    async with server() as there, playing(world, there, monkeypatch) as bot:
        told = await (await bot.reviewer("stranger").press(await bot.card(), "Approve")).settled()
        assert "redeem it with `/link code`, then press again" in told.text


def test_what_a_person_is_told_is_made_safe() -> None:
    assert words(Refusal("no market is called '[x](https://y.example)'"), "x").startswith(
        "no market is called '\\[x\\]"
    )


async def test_a_form_that_was_sent_is_forgotten_so_that_sent_again_its_words_are_given_back() -> None:
    form = SafeModal("Why")
    client = SimpleNamespace(forms={})
    sent = SimpleNamespace(client=client, id=1, response=SimpleNamespace(send_modal=nothing))
    assert await form.open(cast(Any, sent))
    assert list(client.forms) == [form.custom_id]
    form.stop()  # as discord.py does after a form's act, whether Discord heard of it or not
    assert client.forms == {}


async def nothing(_: object) -> None:
    """Discord takes the form."""
