"""Guards: structured logs of our parts and the libraries alike, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from service_builders import chosen

from bot.service.logs import configure, handler_for
from bot.service.redacting import redactor

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789ab"
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=80)
AROUND = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)


@contextmanager
def logged(form: str, *secrets: str) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of the standard library that writes as the service does."""
    stream = io.StringIO()
    logger = logging.getLogger("a.library")
    handler = handler_for(secrets, form, stream)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield logger, stream
    finally:
        logger.removeHandler(handler)


@settings(max_examples=150, deadline=None)
@given(secret=SECRETS, before=AROUND, after=AROUND, form=st.sampled_from(["text", "json"]))
def test_no_secret_survives_in_message_arguments_or_exceptions(secret: str, before: str, after: str, form: str) -> None:
    with logged(form, secret) as (logger, stream):
        text = f"{before}{secret}{after}"
        logger.info("said %s", text)
        logger.info("held %r", {"key": [text]})
        logger.info(text.replace("%", "%%"))
        logger.warning("more", extra={"headers": {"Authorization": text}})
        try:
            raise RuntimeError(text)
        except RuntimeError:
            logger.exception("failed")
    assert secret not in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Authorization: Bot {TOKEN}", TOKEN),
        (f"{{'Authorization': 'Bot {TOKEN}'}}", TOKEN),
        (f"the token {TOKEN} is refused", TOKEN),
        ("POST https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb246 has returned 404", "aW50ZXJhY3Rpb246"),
        ("PATCH /webhooks/123/s3cr3t-tok_en/messages/@original", "s3cr3t-tok_en"),
        ("POST /interactions/123/aW50ZXJhY3Rpb246/callback", "aW50ZXJhY3Rpb246"),
        ("connecting to postgresql+psycopg://crux:hunter2-hunter2@db/crux failed", "hunter2-hunter2"),
        ("Authorization: Key 12345678-aaaa-bbbb-cccc-1234567890ab", "12345678-aaaa-bbbb-cccc-1234567890ab"),
    ],
)
def test_what_discord_and_manifold_send_as_secrets_is_hidden_though_nobody_named_it(
    form: str, text: str, secret: str
) -> None:
    with logged(form) as (logger, stream):
        logger.warning("%s", text)
    assert secret not in stream.getvalue()
    assert "[hidden]" in stream.getvalue()


def test_what_is_no_secret_stays_as_it_is() -> None:
    text = "judged reach-85 at https://manifold.markets/crux/reach-85: a Key point; 12 of 34"
    assert redactor(["some-secret"])(text) == text


@pytest.fixture
def put_back() -> Iterator[None]:
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level


def test_one_line_an_event_as_json_with_the_libraries_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put_back: None
) -> None:
    stream = io.StringIO()
    configure(chosen(monkeypatch, tmp_path, manifold_key="k3y-of-manifold", service_log="json"), stream)
    extra = {"job": "plan", "key": "k3y-of-manifold", "nothing": None}
    logging.getLogger("crux.jobs").info("ran", extra=extra)
    structlog.get_logger("crux.other").info("said by structlog", key="k3y-of-manifold")
    logging.getLogger("httpx").info("HTTP Request: GET https://example.org/?key=x")
    logging.getLogger("discord.gateway").warning("shard %s\nis late", 0)
    ours, other, theirs = map(json.loads, stream.getvalue().splitlines())
    assert (ours["event"], ours["job"], ours["key"], ours["level"], ours["logger"]) == (
        "ran", "plan", "[hidden]", "info", "crux.jobs",
    )  # fmt: skip
    assert "nothing" not in ours
    assert (other["event"], other["key"]) == ("said by structlog", "[hidden]")
    assert (theirs["event"], theirs["level"]) == ("shard 0\nis late", "warning")
