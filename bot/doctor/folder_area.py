"""The debate folder: whether it can be used, and whether its sources' names are its own in this store."""

from __future__ import annotations

from pathlib import Path

from bot import debates
from bot.doctor.checks import Check, ok, wrong
from bot.say import many
from bot.service.one_debate import require_this_debate
from bot.store import Store
from bot.store.source_names import claim_names
from markets.load import Loaded, load_debate
from markets.spec import DebateSpec
from resolvers.errors import Fault, Refusal

MOST = 20


def examine(given: Path | None, store: Store | None) -> tuple[Loaded | None, list[Check]]:
    """What the folder defines, or None where it cannot be used."""
    try:
        folder = debates.debate_folder(given)
    except Refusal as refusal:
        return None, [wrong("debate", str(refusal), "choose one; crux init makes one")]
    loaded = load_debate(folder)
    errors = [fault for fault in loaded.faults if fault.level == "error"]
    if errors or loaded.debate is None:
        found = [wrong("debate", str(fault), _mend(fault)) for fault in errors[:MOST]]
        return None, found or [wrong("debate", f"{folder} defines no debate", "write its debate.yaml")]
    if store is not None:
        try:
            claim_names(store, loaded.debate.debate, loaded.sources)
        except Refusal as refusal:
            return loaded, [wrong("debate", str(refusal), "rename them")]
        try:
            require_this_debate(store, folder, loaded.debate.debate)
        except Refusal as refusal:
            because, _, remedy = str(refusal).partition(". ")
            return loaded, [wrong("debate", because, remedy)]
    few = _few(loaded.debate)
    if few:
        return loaded, [wrong("reviewers", few, "name more reviewers in debate.yaml")]
    holds = f"{many(len(loaded.markets), 'market')}, {many(len(loaded.published), 'source')}"
    return loaded, [ok("debate", f"{folder}: {holds}")]


def _mend(fault: Fault) -> str:
    if fault.code != "F-FOLDER":
        return "mend that line; crux check shows them all"
    return "look whether --debate or CRUX_DEBATE names the right folder; crux check says all that is wrong with it"


def _few(debate: DebateSpec) -> str:
    """Why the first doubt would leave a proposal waiting for good; empty where enough people are named.

    That nobody at all could agree is refused when the file is read; the steps after that are the house's.
    """
    named, ladder = len(debate.reviewers), debate.review.ladder
    if debate.review.declare or len(ladder) < 2 or named >= ladder[1]:
        return ""
    return f"{named} are named, and {ladder[1]} must agree after a dispute or against the price: it would wait for good"
