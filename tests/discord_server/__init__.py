"""A local server that speaks Discord's REST v10 and gateway over real sockets, and people who click as in the client.

    from discord_server import DiscordServer, Forged, Upload, pointed_at, pointing_at

    with DiscordServer.in_thread(channels=["review", "chat"], roles=["Reviewer"]) as server:
        env = os.environ | pointing_at(server, tmp_path) | {"TOKEN": server.token}  # a sitecustomize on PYTHONPATH
        process = subprocess.Popen([sys.executable, "-m", "bot.cli", "run"], env=env)
        server.run(server.until(lambda: server.ready and server.commands))
        ana, bob = server.person("ana", roles=["Reviewer"]), server.person("bob")
        card = server.run(server.until(lambda: server.channels["review"].last))
        click = server.run(ana.press(card, "Reject"))
        sent = server.run(ana.submit(click.modal, {"Why": "the source was withdrawn"}))
        assert server.run(sent.settled()).text == "Rejected."
        shown = server.run(bob.slash("market show", {"market": "x"}))
        bob.autocomplete("market show", "market", "re"); bob.choose(card, "Category", "Source"); bob.dm("why?")
        server.run(bob.menu("Use as evidence", server.run(bob.say("chat", "see https://x.example"))))
        answer = server.run(server.answer_to(server.run(bob.say("chat", "why?", reply_to=card, mention_bot=True))))
        server.run(bob.press(card, "Approve", force=True, forged=Forged(place="other guild")))
        first, second = server.run(server.together(ana.press(card, "Approve"), bob.press(card, "Approve")))
        server.replay(click, expired=True)
        server.faults.answer("POST", r"/channels/\\d+/messages", 429, times=2)
        server.faults.drop_gateway(), server.faults.gateway_down(), server.faults.gateway_up(), server.faults.heal()
        server.delete_message(card), server.revoke_role(ana, "Reviewer"), server.clock.advance(901)
        assert (server.problems(), server.peak_rps < 50) == ([], True)

**Running.** In an async test on one loop: `async with DiscordServer() as server`, and `await x` for `server.run(x)`;
awaiting from another loop works too. `with pointed_at(server):` points discord.py in this process. Whatever waits gives
up with `NeverCame`, which says what was seen. Ids: `server.guild.id .channels["review"].id .roles["Reviewer"].id`.

**Seeing.** `Interaction`: `.acked_after_s .deferred .failed .messages` (new ones; an ephemeral one is this person's
only) `.text .modal .choices`, `await .settled()`, `await .until(lambda i: ...)`. `Message`: `.text .content .embeds
.buttons .disabled_buttons .links .files .alt_texts .pings .ephemeral .pinned .thread .versions .deleted`. `Channel`:
`.messages .last .archived`. `Modal`: `.title .labels .fields .text`. `server.requests .commands .identified .threads`.
`ana.dms` is her conversation with the bot; `ana.slash("help", channel=ana.dm_channel)` uses a command there.

**Faults.** `.answer(method, path, status)` (429 with or without `via`), `.lose` (done, then cut), `.cut` (not done),
`.slow .rest_down .rest_up .drop_gateway .invalidate_sessions .gateway_down .gateway_up .refuse_login .refuse_identify`.
Unseen by the bot: `.delete_message .delete_channel .archive_thread .forbid .grant_role .revoke_role .remove_member
.forget_nonces`.

**Rules.** `problems()` tells what broke one; `forgive("regex")` those that are meant. What the client would not let a
person do raises `ClientRefuses` (unless `force`) and is a problem too. 4xx answers that a test ordered are none.
A loaded machine may be slower than Discord's three seconds: `DiscordServer(answer_within_s=20)` waits longer.
Not modelled: channel overwrites, real rate-limit buckets, voice, Components V2 (refused), user installs, system lines.
"""

from discord_server.faults import Faults
from discord_server.interactions import Choice, Field, Interaction, Modal
from discord_server.people import ClientRefuses, Forged, Person, Upload
from discord_server.server import DiscordServer
from discord_server.sitecustom import pointed_at, pointing_at
from discord_server.state import Channel, Guild, Message, Role
from discord_server.waiting import NeverCame

__all__ = [
    "Channel",
    "Choice",
    "ClientRefuses",
    "DiscordServer",
    "Faults",
    "Field",
    "Forged",
    "Guild",
    "Interaction",
    "Message",
    "Modal",
    "NeverCame",
    "Person",
    "Role",
    "Upload",
    "pointed_at",
    "pointing_at",
]
