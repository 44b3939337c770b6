"""One service serves one debate: it is not started by a slip on a store whose open markets are another debate's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.say import many
from bot.service.overview import other_debates
from bot.store import Store, markets
from resolvers.errors import Refusal

MEANT = "--another-debate"


def require_this_debate(
    store: Store, folder: Path, debate: str, *, meant: bool = False, tell: Callable[[str], None] = lambda line: None
) -> None:
    """Refusal where the store has open markets of another debate and none of this one, unless that is `meant`.

    A store may hold several debates, but one service at a time runs a store: while it serves this one, nobody judges
    or resolves the others. Where both have markets, somebody has chosen so before, and it is only said.
    """
    others = other_debates(store, debate)
    if not others:
        return
    named = ", ".join(f"{other} ({many(number, 'open market')})" for other, number in others.items())
    with store.reading() as connection:
        served = bool(markets.every(connection, debate))
    if meant or served:
        tell(f"this service serves the debate {debate} alone; nobody judges or resolves {named} meanwhile")
        return
    raise Refusal(
        f"{folder} is the debate {debate}, but this store, {store.name}, holds the open markets of another: {named}. "
        f"Name that one's folder with --debate or CRUX_DEBATE, or give {debate} a store of its own with "
        f"CRUX_DATABASE_URL; if the others are to wait while this one is served, say {MEANT}"
    )
