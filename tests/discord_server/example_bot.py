"""A small discord.py program for the server's own tests: a card with a file, buttons, forms, talk, and raw requests.

Run as a script with EXAMPLE_TOKEN and EXAMPLE_INTENTS; ends with 3 on a bad token, 4 on an intent that is not allowed.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import sys
from typing import Any, Self

import aiohttp
import discord
from discord import app_commands

MARKETS = ("Reversal curse", "Reasoning board", "Shutdown")
BAD_TOKEN, BAD_INTENT = 3, 4


class Act(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"act:(?P<verb>\w+)"):
    """A button that outlives the process."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        super().__init__(discord.ui.Button(label=verb, custom_id=f"act:{verb}"))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str]) -> Self:
        return cls(match["verb"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        if self.verb == "Reject":
            await interaction.response.send_modal(Reasons())
            return
        try:
            await interaction.response.defer()
        except discord.HTTPException as refused:
            print(f"not counted: {refused.code}", flush=True)
            return
        assert interaction.message is not None
        reviewers = {role.name for role in getattr(interaction.user, "roles", [])}
        if "Reviewer" not in reviewers or interaction.guild is None or interaction.guild.name == "":
            await interaction.followup.send("You may not.", ephemeral=True)
            return
        chart = discord.File(io.BytesIO(b"newer"), "chart-2.png", description="the score is 32")
        said = f"Approved by {interaction.user.name}"
        await interaction.message.edit(content=said, embed=None, view=None, attachments=[chart])


class Reasons(discord.ui.Modal, title="Reject"):
    """A form of today's shape: Labels around a select and a text."""

    category: discord.ui.Label[Self] = discord.ui.Label(
        text="Category",
        component=discord.ui.Select(options=[discord.SelectOption(label="Source"), discord.SelectOption(label="Rule")]),
    )
    why: discord.ui.Label[Self] = discord.ui.Label(
        text="Why", component=discord.ui.TextInput(style=discord.TextStyle.paragraph, max_length=50)
    )

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        category, why = self.category.component, self.why.component
        assert isinstance(category, discord.ui.Select) and isinstance(why, discord.ui.TextInput)
        await interaction.response.send_message(f"{category.values[0]}: {why.value}", ephemeral=True)


def card() -> dict[str, Any]:
    view = discord.ui.View(timeout=None)
    for verb in ("Approve", "Reject"):
        view.add_item(Act(verb))
    view.add_item(discord.ui.Button(label="Market", url="https://manifold.example/x"))
    embed = discord.Embed(title="Proposal 17", description="YES").set_image(url="attachment://chart.png")
    chart = discord.File(io.BytesIO(b"PNG bytes"), "chart.png", description="the score rises to 31")
    return {"embed": embed, "file": chart, "view": view}


class Bot(discord.Client):
    """Answers mentions and direct messages, and has a command for each thing that the tests try."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none(), guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.told_to_go_on = asyncio.Event()

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Act)
        commands: list[Any] = [market, raw, answers, upload, take, look, admin, form, pick, post_card, use_as_evidence]
        for command in commands:
            self.tree.add_command(command)
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot:
            return
        if message.content == "go on":
            self.told_to_go_on.set()
        if message.guild is None or self.user in message.mentions:
            async with message.channel.typing():
                pass
            await message.reply(f"You said {message.clean_content!r}.", mention_author=False)
        else:
            print(f"overheard {message.content!r}", flush=True)

    async def on_raw_message_delete(self, deleted: discord.RawMessageDeleteEvent) -> None:
        print(f"deleted {deleted.message_id}", flush=True)


market = app_commands.Group(name="market", description="Markets")


@market.command(description="Show a market")
async def show(interaction: discord.Interaction[Any], market: str) -> None:
    await interaction.response.send_message(f"Showing {market}", ephemeral=True)


@show.autocomplete("market")
async def offered(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
    if typed == "many":
        return [app_commands.Choice(name=str(n), value=str(n)) for n in range(26)]
    found = [one for one in MARKETS if one.lower().startswith(typed.lower())]
    return [app_commands.Choice(name=one, value=one) for one in found]


@market.command(description="Why, after some thought")
async def why(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.edit_original_response(content="Because.")
    further = await interaction.followup.send("And so.", ephemeral=True, wait=True)
    await further.edit(content="And also because.")
    third = await interaction.followup.send("Never mind.", ephemeral=True, wait=True)
    await third.delete()
    assert (await interaction.original_response()).content == "Because."


@app_commands.command(name="card", description="Post a card")
async def post_card(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    channel = interaction.channel
    assert isinstance(channel, discord.TextChannel)
    posted = await channel.send(**card(), nonce="card:17:1")
    thread = await posted.create_thread(name="P17")
    await thread.send("Evidence")
    await posted.pin()
    fetched = await channel.fetch_message(posted.id)
    chart = await fetched.attachments[0].read()
    seen = [one.id async for one in channel.history(limit=5)]
    pinned = [one.id async for one in channel.pins()]
    same = seen == pinned == [posted.id]
    await interaction.edit_original_response(content=f"Posted with {chart.decode()}, found again: {same}")


@app_commands.command(name="raw", description="Any request")
async def raw(interaction: discord.Interaction[Any], method: str, path: str, body: str) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        await interaction.client.http.request(discord.http.Route(method, path), json=json.loads(body))
        told = "ok"
    except discord.HTTPException as refused:
        told = f"{type(refused).__name__} {refused.status} {refused.code}"
    except discord.DiscordException as refused:
        told = type(refused).__name__
    except (OSError, aiohttp.ClientError):
        told = "cut"
    await interaction.edit_original_response(content=told)


@app_commands.command(name="answers", description="Answer raw, one body after another")
async def answers(interaction: discord.Interaction[Bot], bodies: str, after: str = "") -> None:
    if after:
        await interaction.client.told_to_go_on.wait()
    route = discord.http.Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback")
    for body in json.loads(bodies):
        try:
            await interaction.client.http.request(route, json=body)
        except discord.HTTPException as refused:
            print(f"refused {refused.code}", flush=True)


@app_commands.command(name="upload", description="Send files")
async def upload(interaction: discord.Interaction[Any], bytes_each: int, alt: str, count: int = 1) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    assert isinstance(interaction.channel, discord.TextChannel)
    picture = b"x" * bytes_each
    files = [discord.File(io.BytesIO(picture), f"{n}.png", description=alt or None) for n in range(count)]
    try:
        await interaction.channel.send(files=files)
        told = "ok"
    except discord.HTTPException as refused:
        told = str(refused.code)
    await interaction.edit_original_response(content=told)


@app_commands.command(name="take", description="A person and a file")
async def take(interaction: discord.Interaction[Any], who: discord.Member, file: discord.Attachment) -> None:
    told = f"{who.name} {[role.name for role in who.roles[1:]]} {file.filename} {(await file.read()).decode()}"
    await interaction.response.send_message(told, ephemeral=True)


class Everything(discord.ui.Modal, title="Everything"):
    """Each newer part that a form may hold."""

    words: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("Read this.")
    stance: discord.ui.Label[Self] = discord.ui.Label(
        text="Stance",
        component=discord.ui.RadioGroup(options=[discord.RadioGroupOption(label=one) for one in ("for", "against")]),
    )
    about: discord.ui.Label[Self] = discord.ui.Label(
        text="About",
        component=discord.ui.CheckboxGroup(options=[discord.CheckboxGroupOption(label=one) for one in ("a", "b", "c")]),
    )
    sure: discord.ui.Label[Self] = discord.ui.Label(text="Sure", component=discord.ui.Checkbox())
    proof: discord.ui.Label[Self] = discord.ui.Label(text="Proof", component=discord.ui.FileUpload(required=False))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        parts: list[Any] = [one.component for one in (self.stance, self.about, self.sure, self.proof)]
        told = f"{parts[0].value} {parts[1].values} {parts[2].value} {[one.filename for one in parts[3].values]}"
        await interaction.response.send_message(told, ephemeral=True)


@app_commands.command(name="look", description="Ask for everything there is")
async def look(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    client: Bot = interaction.client
    guild = await client.fetch_guild(interaction.guild_id or 0)
    member = await guild.fetch_member(interaction.user.id)
    parts = [guild.name, member.name, (await client.fetch_user(member.id)).name]
    parts += [f"{len(one)}" for one in (await guild.fetch_roles(), await guild.fetch_channels())]
    parts += [f"{len(await client.tree.fetch_commands())}", f"{[one.name async for one in client.fetch_guilds()]}"]
    parts += [(await client.application_info()).name]
    try:
        await interaction.user.send("Privately.")
    except discord.Forbidden as refused:
        parts.append(f"no message: {refused.code}")
    await interaction.edit_original_response(content=", ".join(parts))


@app_commands.command(name="admin", description="For those who manage the guild")
@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
async def admin(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_message("At your service.")


@app_commands.command(name="form", description="A form with everything")
async def form(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_modal(Everything())


class Picker(discord.ui.View):
    """Two selects that change the message on which they stand."""

    @discord.ui.select(placeholder="Letter", options=[discord.SelectOption(label=one) for one in "abc"], max_values=2)
    async def letter(self, interaction: discord.Interaction[Any], select: discord.ui.Select[Picker]) -> None:
        await interaction.response.edit_message(content=f"letters {select.values}")

    @discord.ui.select(cls=discord.ui.UserSelect[Any], placeholder="Person")
    async def person(self, interaction: discord.Interaction[Any], select: discord.ui.UserSelect[Any]) -> None:
        await interaction.response.edit_message(content=f"person {select.values[0].name}")


@app_commands.command(name="pick", description="Selects")
async def pick(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_message("nothing yet", view=Picker(timeout=None), ephemeral=True)


@app_commands.context_menu(name="Use as evidence")
async def use_as_evidence(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    await interaction.response.send_message(f"Noted: {message.content}", ephemeral=True)


async def main() -> int:
    client = Bot(discord.Intents(int(os.environ["EXAMPLE_INTENTS"])))
    try:
        async with client:
            await client.start(os.environ["EXAMPLE_TOKEN"])
    except discord.LoginFailure:
        return BAD_TOKEN
    except discord.PrivilegedIntentsRequired:
        return BAD_INTENT
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
