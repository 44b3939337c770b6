"""Each rule that Discord has, or that a careful bot keeps, is told when it is broken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from discord_server import ClientRefuses, DiscordServer
from discord_server.command_limits import command_faults
from discord_server.example import PATIENCE_S, raw, running


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiscordServer]:
    """One bot for all the tests that only look at what was newly reported."""
    with running(tmp_path_factory.mktemp("lived_in")) as (server, _):
        yield server


def test_autocomplete_offers_twenty_five_choices_at_most(lived_in: DiscordServer) -> None:
    typed = lived_in.person("eve").autocomplete("market show", "market", "many", wait=False)
    before = lived_in.problems()
    one = lived_in.run(typed)
    lived_in.run(lived_in.until(lambda: any(f"/{one.id}/" in request for request in lived_in.requests)))
    told = [each for each in lived_in.problems() if each not in before]
    assert len(told) == 1 and "autocomplete choices: 26" in told[0], told


CHOICE = {"name": "n" * 100, "value": "v" * 100}
OPTION = {"type": 3, "name": "o", "description": "d"}
MANY = [OPTION | {"name": f"o{n}"} for n in range(26)]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ({"name": "Show", "description": "d"}, "Show: the name 'Show' is not 1 to 32 small letters, digits, - or _"),
        ({"name": "show", "description": "x" * 101}, "show: description has 101 characters, the most is 100"),
        (
            {"name": "s", "description": "d", "options": [OPTION | {"name": f"o{n}"} for n in range(26)]},
            "s: options: 26",
        ),
        ({"name": "s", "description": "d", "options": [OPTION, OPTION]}, "s: two options are called 'o'"),
        ({"name": "x" * 33, "type": 3}, "name has 33 characters, the most is 32"),
    ],
)
def test_a_command_past_a_limit_is_refused(command: dict[str, Any], sentence: str) -> None:
    told = command_faults(command)
    assert len(told) == 1 and sentence in told[0], told


def test_the_words_of_one_command_are_eight_thousand_at_most() -> None:
    options = [OPTION | {"name": f"o{n}", "choices": [CHOICE] * 25} for n in range(3)]
    assert command_faults({"name": "s", "description": "d", "options": options}) == [
        "s: 15011 characters in all, the most is 8000"
    ]


def news(server: DiscordServer, act: Callable[[], object]) -> list[str]:
    """Problems that were not there before `act`."""
    before = server.problems()
    act()
    return [one for one in server.problems() if one not in before]


def rows(*labels: str, count: int = 1) -> list[dict[str, Any]]:
    buttons = [{"type": 2, "style": 1, "label": one, "custom_id": f"{n}"} for n, one in enumerate(labels)]
    return [
        {"type": 1, "components": [dict(b, custom_id=f"{b['custom_id']}:{n}") for b in buttons]} for n in range(count)
    ]


def select(options: int) -> list[dict[str, Any]]:
    listed = [{"label": str(n), "value": str(n)} for n in range(options)]
    return [{"type": 1, "components": [{"type": 3, "custom_id": "s", "options": listed}]}]


TWICE = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "a", "custom_id": "x"}] * 2}]
BAD_MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "content": ({"content": "x" * 2001}, "content has 2001 characters"),
    "no words": ({"content": ""}, "the message is empty"),
    "embeds": ({"embeds": [{"title": "a"}] * 11}, "embeds: 11"),
    "title": ({"embeds": [{"title": "x" * 257}]}, "embeds[0].title has 257"),
    "description": ({"embeds": [{"description": "x" * 4097}]}, "embeds[0].description has 4097"),
    "fields": ({"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, "embeds[0].fields: 26"),
    "field name": ({"embeds": [{"fields": [{"name": "x" * 257, "value": "b"}]}]}, "fields[0].name has 257"),
    "field value": ({"embeds": [{"fields": [{"name": "a", "value": "x" * 1025}]}]}, "fields[0].value has 1025"),
    "footer": ({"embeds": [{"title": "a", "footer": {"text": "x" * 2049}}]}, "embeds[0].footer has 2049"),
    "all embeds": ({"embeds": [{"description": "x" * 3001}] * 2}, "all embeds together have 6002"),
    "rows": ({"content": "a", "components": rows("a", count=6)}, "rows: 6"),
    "buttons": ({"content": "a", "components": rows(*"abcdef")}, "rows[0] components: 6"),
    "label": ({"content": "a", "components": rows("x" * 81)}, "rows[0][0].label has 81"),
    "custom_id twice": ({"content": "a", "components": TWICE}, "custom_id 'x' is used 2 times"),
    "options": ({"content": "a", "components": select(26)}, "options: 26"),
    "Components V2": ({"flags": 1 << 15, "components": [{"type": 10, "content": "a"}]}, "does not speak Components V2"),
    "nonce": ({"content": "a", "nonce": "x" * 26}, "nonce has 26"),
    "reply to nothing": ({"content": "a", "message_reference": {"message_id": "5"}}, "Unknown message"),
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_a_message_past_a_limit_is_refused_and_told(lived_in: DiscordServer, name: str) -> None:
    body, sentence = BAD_MESSAGES[name]
    chat = lived_in.channels["chat"]
    told = news(lived_in, lambda: raw(lived_in, "POST", f"/channels/{chat.id}/messages", body))
    assert (
        len(told) == 1
        and sentence in told[0]
        and "was answered 400 (50035 Invalid Form Body)" in told[0].replace("Unknown message)", "Invalid Form Body)")
    ), told


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"content": "@everyone look"}, "a message pings @everyone: allowed_mentions is omitted"),
        (
            {"content": "@here", "allowed_mentions": {"parse": ["everyone"]}},
            "a message pings @everyone: allowed_mentions parses",
        ),
        ({"content": "hi <@&ROLE>"}, "a message pings Reviewer: allowed_mentions is omitted"),
        (
            {"content": "hi <@USER>", "allowed_mentions": {"parse": ["users"]}},
            "a message pings eve: allowed_mentions parses",
        ),
        ({"embeds": [{"image": {"url": "attachment://gone.png"}}]}, "attachment://gone.png has no such file"),
    ],
)
def test_what_discord_lets_pass_but_should_not_happen_is_told(
    lived_in: DiscordServer, body: dict[str, Any], sentence: str
) -> None:
    ids = {"ROLE": str(lived_in.roles["Reviewer"].id), "USER": str(lived_in.person("eve").id)}
    whole = json.loads(json.dumps(body).replace("ROLE", ids["ROLE"]).replace("USER", ids["USER"]))
    chat = lived_in.channels["chat"]
    told = news(lived_in, lambda: raw(lived_in, "POST", f"/channels/{chat.id}/messages", whole))
    assert len(told) == 1 and sentence in told[0], told


def test_a_role_named_by_id_may_be_pinged_and_words_in_code_ping_nobody(lived_in: DiscordServer) -> None:
    role, chat = lived_in.roles["Reviewer"], lived_in.channels["chat"]
    body = {"content": f"{role.mention} `@everyone`", "allowed_mentions": {"parse": [], "roles": [str(role.id)]}}
    told = news(lived_in, lambda: raw(lived_in, "POST", f"/channels/{chat.id}/messages", body))
    assert chat.last is not None
    assert (told, chat.last.pings) == ([], frozenset({"Reviewer"}))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"bytes_each": 10 * 1024 * 1024 + 1, "alt": "a"}, "0.png has 10485761 bytes"),
        ({"bytes_each": 1, "alt": ""}, "the picture 0.png has no alt text"),
        ({"bytes_each": 1, "alt": "x" * 1025}, "alt text of 0.png has 1025 characters"),
        ({"bytes_each": 1, "alt": "a", "count": 11}, "files: 11"),
    ],
)
def test_files_have_limits_and_alt_texts(lived_in: DiscordServer, options: dict[str, object], sentence: str) -> None:
    eve = lived_in.person("eve")
    told = news(lived_in, lambda: lived_in.run(lived_in.run(eve.slash("upload", options)).settled(60)))
    assert len(told) == 1 and sentence in told[0], told


TYPED = {"type": 4, "style": 1, "custom_id": "w"}
LABEL = {"type": 18, "label": "Why", "component": TYPED}


def modal(**other: Any) -> dict[str, Any]:
    return {"type": 9, "data": {"custom_id": "m", "title": "Form", "components": [LABEL]} | other}


def label(**other: Any) -> list[dict[str, Any]]:
    return [LABEL | other]


HELLO = {"type": 4, "data": {"content": "hello"}}
BAD_ANSWERS: dict[str, tuple[list[Any], str]] = {
    "twice": ([HELLO, HELLO], "was answered a second time"),
    "a modal after a defer": ([{"type": 5}, modal()], "was deferred, and then sent a modal"),
    "an update of nothing": (
        [{"type": 7, "data": {"content": "x"}}, HELLO],
        "an answer of type 7 does not fit /answers",
    ),
    "modal title": ([modal(title="x" * 46), HELLO], "modal title has 46"),
    "modal without parts": ([modal(components=[]), HELLO], "modal components: 0"),
    "modal with six parts": ([modal(components=[LABEL] * 6), HELLO], "modal components: 6"),
    "modal ids twice": ([modal(components=[LABEL] * 2), HELLO], "custom_id 'w' is used 2 times"),
    "label": ([modal(components=label(label="x" * 46)), HELLO], "modal[0].label has 46"),
    "description": ([modal(components=label(description="x" * 101)), HELLO], "modal[0].description has 101"),
    "value": ([modal(components=label(component=TYPED | {"value": "x" * 4001})), HELLO], "value has 4001"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_that_breaks_a_rule_is_told(lived_in: DiscordServer, name: str) -> None:
    bodies, sentence = BAD_ANSWERS[name]
    eve = lived_in.person("eve")

    def act() -> None:
        done = lived_in.run(eve.slash("answers", {"bodies": json.dumps(bodies)}, force=True))
        path = f"POST /interactions/{done.id}"
        lived_in.run(lived_in.until(lambda: sum(path in one for one in lived_in.requests) == len(bodies)))

    assert any(sentence in one for one in news(lived_in, act)), lived_in.problems()


def test_a_first_answer_that_comes_too_late_is_refused_and_told(lived_in: DiscordServer) -> None:
    def act() -> None:
        given = {"bodies": json.dumps([HELLO]), "after": "go on"}
        done = lived_in.run(lived_in.person("eve").slash("answers", given, wait=False))
        lived_in.run(lived_in.until(lambda: done.delivered_at is not None))
        lived_in.clock.advance(PATIENCE_S)
        lived_in.run(lived_in.person("eve").dm("go on"))
        lived_in.run(lived_in.until(lambda: any(f"/{done.id}/" in one for one in lived_in.requests)))
        assert (done.failed, done.messages) == (True, [])

    told = news(lived_in, act)
    assert any("eve's /answers was answered after 2" in one and one.endswith("not 20") for one in told), told


def test_a_follow_up_after_fifteen_minutes_is_refused_and_told(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        done = server.run(server.person("eve").slash("market show", {"market": "x"}))
        server.clock.advance(901)
        path = f"/webhooks/{server.application_id}/{done.token}"
        assert raw(server, "POST", path, {"content": "late"}) == "HTTPException 401 50027"
        assert "eve's /market show: its token was used after 15 min; 15 are allowed" in server.problems()


def test_other_rules_of_rest_are_kept(tmp_path: Path) -> None:
    with running(tmp_path) as (server, _):
        said = server.run(server.person("bob").say("chat", "mine"))
        chat = f"/channels/{said.channel.id}"
        thread = {"name": "T", "auto_archive_duration": 1440}
        tries = [
            ("GET", "/voice/regions", {}),
            ("PATCH", f"{chat}/messages/{said.id}", {"content": "yours"}),
            ("POST", f"{chat}/messages/{said.id}/threads", {"name": "x" * 101}),
            ("POST", f"{chat}/messages/{said.id}/threads", thread),
            ("POST", f"{chat}/messages/{said.id}/threads", thread),
            ("PATCH", f"/channels/{said.id}", {"archived": True}),
            ("PATCH", f"/channels/{said.id}", {"name": "U"}),
            ("PATCH", f"/channels/{said.id}", {"archived": False, "name": "U"}),
            ("PUT", f"/applications/{server.application_id}/commands", [{"name": "Bad Name", "description": ""}]),
            ("GET", f"{chat}/messages/1", {}),
        ]
        told = [raw(server, *one) for one in tries]
        assert told == [
            "NotFound 404 0", "Forbidden 403 50005", "HTTPException 400 50035", "ok", "HTTPException 400 160004", "ok",
            "HTTPException 400 50083", "ok", "HTTPException 400 50035", "NotFound 404 10008",
        ]  # fmt: skip
        assert len(server.problems()) == 7


def test_more_than_fifty_requests_a_second_are_told() -> None:
    server = DiscordServer()
    for _ in range(51):
        server.world.pace.count()
    assert (server.peak_rps, server.problems()) == (51, ["51 requests within one second; Discord allows 50"])


def test_a_disabled_button_is_pressed_by_force_only(lived_in: DiscordServer) -> None:
    eve, chat = lived_in.person("eve"), lived_in.channels["chat"]
    row = {
        "type": 1,
        "components": [{"type": 2, "style": 1, "label": "Old", "custom_id": "act:Approve", "disabled": True}],
    }
    raw(lived_in, "POST", f"/channels/{chat.id}/messages", {"content": "old card", "components": [row]})
    card = chat.last
    assert card is not None

    def act() -> None:
        with pytest.raises(ClientRefuses, match="it is disabled"):
            lived_in.run(eve.press(card, "Old"))

    assert news(lived_in, act) == ["eve could not: press 'Old': it is disabled"]
    pressed = lived_in.run(lived_in.run(eve.press(card, "Old", force=True)).settled())
    assert (card.disabled_buttons, pressed.text) == (["Old"], "You may not.")
