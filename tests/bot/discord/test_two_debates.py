"""Guards: two debates that are served from one store by turns each have all of their acts copied to their channel."""

from __future__ import annotations

import sqlalchemy as sa
from crux_builders import World

from bot.discord.posts import copy_record
from bot.store import audit, posts, schema_talk


def act(world: World, debate: str, what: str) -> None:
    """Somebody in a terminal links an account to a person of that debate."""
    with world.store.transaction() as connection:
        told = {"debate": debate, "person": what, "via": "terminal", "account": what}
        audit.append(connection, at=world.clock.at, actor=what, act="link", subject=f"person {what}", payload=told)


def keys(world: World) -> list[str]:
    with world.store.reading() as connection:
        return [row.key for row in connection.execute(sa.select(schema_talk.posts).order_by(schema_talk.posts.c.id))]


async def test_what_was_done_about_a_debate_while_another_was_served_is_copied_once_it_is_served_again(
    world: World,
) -> None:
    act(world, "small", "ann")
    assert copy_record(world.store, "small", 0) == 1
    act(world, "small", "ben")  # by hand, while the service serves the other
    act(world, "other", "zoe")
    assert copy_record(world.store, "other", 0) == 1
    assert copy_record(world.store, "small", 3) == 1
    assert copy_record(world.store, "small", 3) == 0


async def test_a_copy_made_before_the_marks_were_apart_is_gone_on_from(world: World) -> None:
    act(world, "small", "ann")
    with world.store.transaction() as connection:
        posts.want(connection, "record", "record:1", "channel:audit", {"content": "ann"}, at=world.clock.at)
    act(world, "small", "ben")
    assert copy_record(world.store, "small", 99) == 1
    assert keys(world) == ["record:1", "record:small:2"]
