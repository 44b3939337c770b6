"""Charts as files for Discord, drawn away from the loop, with the same numbers in words for those who see none."""

from __future__ import annotations

import hashlib
import io

import discord

from bot import charts, scoreboard_chart
from bot.chat.store_tools import StoreTools
from bot.discord import price_course
from bot.discord.cards_trace import is_drawn
from bot.discord.text import plain
from bot.judging import asked
from bot.service.surroundings import Surroundings
from bot.store import load_evidence
from markets.score_board import Board
from resolvers.backtest.leading import asks_who, leads
from resolvers.errors import CruxError
from resolvers.verdict import Verdict

ALT_CHARS = 1000


async def market_chart(
    around: Surroundings, tools: StoreTools, slug: str, verdict: Verdict | None
) -> discord.File | None:
    """A market's evidence over time; None where it hangs on no figure, or nothing was seen of it."""
    if verdict is None or not is_drawn(verdict):
        return None
    decided_at = verdict.instant if verdict.state == "decided" else None
    title = tools.titles.title(slug)
    question = title.question if title else slug
    price = await around.threads.read(price_course.of_market, around.store, around.debate.debate, slug, verdict)
    backdrop = await around.threads.read(_behind, tools, slug, verdict)
    data = await around.threads.draw(
        charts.png, verdict, question, decided_at=decided_at, price=price, backdrop=backdrop
    )
    return _file(slug, data, charts.alt_text(verdict, decided_at, price=price, backdrop=backdrop))


def _behind(tools: StoreTools, slug: str, verdict: Verdict) -> charts.Backdrop:
    """Where the answers part and who led when, by the rule that holds; in a thread."""
    try:
        (question,) = asked(tools.store, tools.loaded, [slug])
        if not asks_who(question.rule):
            return charts.behind(question.rule)
        evidence = load_evidence(tools.store, question.sources, verdict.as_of)
    except CruxError:  # the chart of a verdict that stands is worth having without it
        return charts.BARE
    return charts.behind(question.rule, leads(question.rule, evidence, verdict.as_of))


async def scoreboard_picture(around: Surroundings, found: Board, title: str) -> discord.File:
    """The debate's axes."""
    data = await around.threads.draw(scoreboard_chart.png, found, title)
    return _file("scoreboard", data, scoreboard_chart.alt_text(found))


def _file(name: str, data: bytes, alt: str) -> discord.File:
    """Named by its bytes, so that no app shows an older one in its place."""
    digest = hashlib.sha256(data).hexdigest()[:12]
    return discord.File(io.BytesIO(data), filename=f"{name}-{digest}.png", description=plain(alt, ALT_CHARS))
