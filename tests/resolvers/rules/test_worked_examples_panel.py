"""Worked example 4 of the rule language: posts on agents against posts on forecasting, some struck by a panel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from rule_worlds import seen, spec, world

from markets.yaml12 import read_yaml
from resolvers.evidence import EvidenceInMemory
from resolvers.outcome import No, Yes
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.judge import judge
from resolvers.rules.panels import source_of
from resolvers.rules.rule import Rule

FEED = spec("rss", {"text": "text", "published": {"type": "date", "is": "published"}})
MARKET = r"""
rows:
  posts: {from: rss, within: {from: 2027-01-01, before: 2028-01-01}, clock: published}
values:
  agents: {count: rows, of: posts, where: {text: {matching: '\bagent(s|ic)?\b'}}}
  forecasts:
    count: rows
    of: posts
    where: {text: {matching: '\b(super)?forecast|prediction market'}}
    panel:
      question: Is the post about forecasting events?
      limbs:
        events: It is about foretelling events, and not weather, climate, sales or traffic.
resolve:
  yes:
    all:
      - agents >= 60 count
      - agents >= 10 * max(forecasts, 1)
na: {when: lost(rss), if_refused: 50%}
"""
OPENS, CLOSES = datetime(2026, 12, 5, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
DECIDES = datetime(2028, 1, 15, tzinfo=UTC)
LAST = (DECIDES - datetime(2027, 1, 1, tzinfo=UTC)).days
"""T in days of the made world."""


def market() -> Rule:
    blocks = read_yaml(MARKET.encode()).value
    found, faults = compile_rule(
        RuleBlocks(opens=OPENS, closes=CLOSES, decides=DECIDES, **blocks),
        sources={"rss": FEED},
        defaults=HouseDefaults(),
    )
    assert found is not None and not faults, faults
    return found


def feed(agents: int = 84, forecasts: int = 11) -> dict[str, dict[str, str]]:
    texts = {f"a{n}": "On an agentic model" for n in range(agents)}
    texts |= {f"f{n}": "A superforecasting note" for n in range(forecasts)}
    return {key: {"text": text, "published": "2027-06-01"} for key, text in texts.items()}


def evidence(what: Rule, answers: Mapping[str, str]) -> EvidenceInMemory:
    """The feed as it stood around T, and what the panel had answered three days after it."""
    board = seen(FEED, dict.fromkeys(range(-30, LAST + 30, 5), feed()))
    panel = source_of(what.panels()[0])
    if not answers:
        return world(board)
    return world(board, seen(panel, {LAST + 3: {key: {"events": said} for key, said in answers.items()}}))


def says(struck: int, open_: int = 0) -> dict[str, str]:
    """Eleven posts, of which the panel strikes some and cannot agree on others."""
    said = ["no"] * struck + ["unclear"] * open_ + ["yes"] * (11 - struck - open_)
    return {f"f{n}": text for n, text in enumerate(said)}


@pytest.mark.parametrize(("struck", "outcome"), [(4, Yes()), (2, No())])
def test_example_4_the_panels_strikes_decide(struck: int, outcome: object):
    what = market()
    found = judge("lab-agent-posts-2027", what, evidence(what, says(struck)), DECIDES + timedelta(days=10))
    assert (found.state, found.outcome) == ("decided", outcome), found.because


def test_example_4_without_the_panel_the_count_is_an_interval_and_the_second_limb_unknown():
    what = market()
    waiting = judge("lab-agent-posts-2027", what, evidence(what, {}), DECIDES + timedelta(days=10))
    over = judge("lab-agent-posts-2027", what, evidence(what, {}), DECIDES + timedelta(days=14))
    assert (waiting.state, waiting.until) == ("pending", DECIDES + timedelta(days=14))
    assert [ask.keys for ask in waiting.asks] == [tuple(f"f{n}" for n in range(11))]
    assert (over.state, over.outcome, over.asks) == ("unknown", None, ())
    told = [(step.words, step.value) for step in over.trace.steps[0].steps[0].steps]
    assert told[0][1] == "true"
    second = over.trace.steps[0].steps[0].steps[1]
    assert (second.value, second.steps[1].value) == ("unknown", "10 to 110")


def test_example_4_no_agreement_on_what_matters_is_never_a_guess():
    what = market()
    found = judge("lab-agent-posts-2027", what, evidence(what, says(2, 4)), DECIDES + timedelta(days=20))
    enough = judge("lab-agent-posts-2027", what, evidence(what, says(6, 4)), DECIDES + timedelta(days=20))
    assert (found.state, found.outcome) == ("unknown", None)
    assert (enough.state, enough.outcome) == ("decided", Yes())
