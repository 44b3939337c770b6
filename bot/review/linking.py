"""Linking a Manifold account: its owner posts a code under any market, and the comment is read back."""

from __future__ import annotations

from bot.review.people import CODE, Actor, hashed, issue_code, redeem
from bot.service.surroundings import Surroundings
from bot.store import Store, identities
from bot.store.identities import Code
from resolvers.errors import Refusal


async def begin(around: Surroundings, person: str, username: str) -> str:
    """The code that this account has to post; Refusal where nobody has that name, or it is declared as another's."""
    found = await around.exchange.client.account(username)
    if found is None:
        raise Refusal(
            f"nobody on Manifold is called {username!r}: write the name as it stands in the profile's address"
        )
    for other, spec in around.debate.reviewers.items():
        if other != person and spec and spec.manifold and spec.manifold.casefold() == found.username.casefold():
            raise Refusal(f"debate.yaml says that {found.username} is {other}: one account is one person")
    debate = around.debate.debate
    return await around.threads.write(issue_code, around.store, debate, person, "manifold", account=found.id)


async def confirm(around: Surroundings, person: str) -> str:
    """Read the comments of the account that was asked to post a code, and link it; returns its name.

    Refusal where no code waits, or none of its newest comments shows it yet.
    """
    waiting = await around.threads.read(_waiting, around.store, around.debate.debate, person)
    if waiting is None or waiting.account is None:
        raise Refusal(f"no code waits for {person}: `crux link {person} --manifold USERNAME` makes one, for 15 minutes")
    for comment in await around.exchange.client.comments_by(waiting.account):
        shown = next((code for code in CODE.findall(comment.text) if hashed(code) == waiting.hash), None)
        if shown is not None and comment.user_id == waiting.account:
            actor = Actor("manifold", waiting.account, comment.username or waiting.account)
            await around.threads.write(redeem, around.store, around.debate.debate, actor, shown)
            return actor.name
    raise Refusal("the code stands in none of the account's newest comments yet; Manifold shows them a little late")


def _waiting(store: Store, debate: str, person: str) -> Code | None:
    with store.reading() as connection:
        codes = identities.open_codes(connection, debate, person, "manifold", store.now())
    return codes[-1] if codes else None
