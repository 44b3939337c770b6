"""Rules as an author writes them: the YAML of a market file, without the fields that are for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rule_worlds import day

from markets.yaml12 import read_yaml
from resolvers.errors import Fault
from resolvers.rules.compile import RuleBlocks, compile_rule
from resolvers.rules.defaults import HouseDefaults
from resolvers.rules.rule import Rule
from resolvers.sources.spec import SourceSpec

TIMES = ("opens", "closes", "decides")
BLOCKS = ("rows", "values", "resolve", "na")


def faults_of(text: str, *sources: SourceSpec) -> tuple[Rule | None, list[Fault]]:
    """The rule that a market's YAML makes, and every fault; opens on day 0 and closes on day 100 if it says nothing."""
    document = read_yaml(text.encode())
    assert not document.faults, document.faults
    found = document.value
    times = {name: _day(found[name]) for name in TIMES if name in found}
    blocks = RuleBlocks(
        opens=times.get("opens", day(0)),
        closes=times.get("closes", day(100)),
        decides=times.get("decides"),
        **{name: found[name] for name in BLOCKS if name in found},
        overrides={name: value for name, value in found.items() if name not in (*TIMES, *BLOCKS)},
    )
    return compile_rule(blocks, sources={source.id: source for source in sources}, defaults=HouseDefaults())


def rule_of(text: str, *sources: SourceSpec) -> Rule:
    made, faults = faults_of(text, *sources)
    assert made is not None, "\n".join(f"{fault.loc} {fault.message}" for fault in faults)
    return made


def told(text: str, *sources: SourceSpec) -> list[tuple[str, tuple[str | int, ...], str]]:
    """The code, place and message of every error of a market's YAML."""
    return [(fault.code, fault.loc, fault.message) for fault in faults_of(text, *sources)[1] if fault.level == "error"]


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days_until(text: str) -> float:
    """A date as a day of the made world."""
    return (_day(text) - day(0)) / timedelta(days=1)
