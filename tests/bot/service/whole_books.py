"""The three sides at the end, held against one another: our store, the sandbox's journal, Discord's messages.

What the test counted it counted itself, apart from the product.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from crux_builders import MARKETS
from whole_builders import Whole, footer

from bot.store import proposals, reviews
from bot.store.ledger import Budget
from bot.store.outbox import Outbox
from bot.store.reviews import Review
from bot.verifying import verify

MARK = re.compile(r"crux-[0-9a-f]{10}")


Said = Mapping[int, Sequence[Review]]
"""Proposal -> all that was said of it, in every round."""


def held_against_one_another(there: Whole) -> None:
    """Everything once, nothing lost, nothing against the rules; AssertionError with what is not so."""
    with there.store.reading() as connection:
        listed = proposals.listing(connection)
        said = {one.id: reviews.reviews(connection, one, all_rounds=True) for one in listed}
    resolved_once_and_rightly(there, listed, said)
    on_manifold_once(there)
    no_vote_is_lost_or_counted_twice(there, said)
    on_discord_once(there)
    found = verify(there.store)
    assert found.whole, found
    assert "Traceback" not in there.log, there.log[there.log.index("Traceback") - 500 :][:4000]


def resolved_once_and_rightly(there: Whole, listed: Sequence[proposals.Proposal], said: Said) -> None:
    """One resolution a market, by enough people, and after its window."""
    done = [one for one in listed if one.state == "resolved"]
    assert sorted(one.market for one in done) == list(range(1, len(MARKETS) + 1)), done
    rows = Outbox(there.store, "small", Budget("small", None)).rows()
    assert sum(row.kind == "resolve" and row.state == "done" for row in rows) == len(MARKETS)
    assert resolutions_in_journal(there.path / "sandbox.jsonl") == len(MARKETS)
    for one in done:
        votes = list({each.person: each.vote for each in said[one.id] if each.round == one.round}.values())
        assert votes.count("approve") >= 2 + votes.count("reject"), (one.id, votes)
        assert not {"ask", "dispute"} & set(votes), (one.id, votes)
        assert one.window_until is not None
        assert one.closed_at is not None
        assert one.closed_at >= one.window_until


def on_manifold_once(there: Whole) -> None:
    """Each question one market, and each comment of ours once, by the mark that it bears."""
    state, me = there.sandbox.state, there.sandbox.accounts["creator"]
    questions = Counter(row.question for row in state.markets)
    assert (len(questions), set(questions.values())) == (len(MARKETS), {1}), questions
    marks = Counter(tuple(MARK.findall(json.dumps(row.content))) for row in state.comments if row.user_id == me.id)
    assert all(marks), "a comment of ours bears no mark"
    assert set(marks.values()) == {1}, [mark for mark, many in marks.items() if many > 1]


def on_discord_once(there: Whole) -> None:
    """Each proposal one card, each notice and each line of the record one message, and no rule of Discord's broken."""
    shown = {name: there.discord.channels[name].messages for name in ("review", "announce", "audit")}
    cards = Counter(footer(one).split(" r")[0] for one in shown["review"] if footer(one))
    assert {name: many for name, many in cards.items() if many > 1} == {}
    for name in ("announce", "audit"):
        texts = Counter(one.text for one in shown[name])
        assert {text: many for text, many in texts.items() if many > 1} == {}
    assert there.discord.problems() == []


def resolutions_in_journal(path: Path) -> int:
    """How often a market went from unresolved to resolved in the sandbox's journal."""
    was: dict[str, bool] = {}
    turned = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        for table, row in json.loads(line):
            if table == "market":
                now = bool(row.get("resolution"))
                turned += now and not was.get(row["id"], False)
                was[row["id"]] = now
    return turned


def no_vote_is_lost_or_counted_twice(there: Whole, said: Said) -> None:
    """Whoever was told that a word counts finds it on the record; nobody's is there who did not send it, or twice."""
    stands: Counter[tuple[str, int, str]] = Counter(
        (one.person, number, one.vote) for number, each in said.items() for one in each
    )
    told = Counter((one.person, one.proposal, one.said) for one in there.told)
    assert {key: many for key, many in told.items() if stands[key] < many} == {}, "a vote was told and is lost"
    assert {key: many for key, many in stands.items() if many > there.sent[key]} == {}, "a vote that nobody cast"
    counted = [one for each in said.values() for one in each if one.vote in reviews.COUNTED]
    rounds = Counter((one.person, one.proposal, one.round) for one in counted)
    assert max(rounds.values(), default=1) == 1, rounds
