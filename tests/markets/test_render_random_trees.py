"""Guards: the description is composed of the nodes' phrases, says what any rule does, and reads as prose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import get_args

from random_trees import tree

from markets.render import length
from markets.spec import DESCRIPTION_CHARS, MarketSpec
from resolvers import units
from resolvers.rules.nodes import Node, children, date_words
from resolvers.rules.phrase import named, spoken

SEEDS = range(400)
QUOTED = re.compile("“[^”]*”")
TWICE = re.compile(r"\b([A-Za-z]+) \1\b", re.IGNORECASE)
ONE_OF_MANY = re.compile(
    r"(?<![\d.,:-])1 (days|hours|minutes|weeks|points|seats|months|quarters|years|times|places|changes)\b"
)
NAMES = re.compile(r"\b(?:board|mirror)\.(?:open_only|long)\b|\bpanel\.[0-9a-f]{12}\b")
SECTIONS = ("How this resolves", "When", "Where we look", "Who decides", "Fine print", "May change, on the record")


@cache
def made(seed: int) -> MarketSpec:
    return tree(seed)


@cache
def plain(seed: int) -> str:
    """The description without its escapes."""
    return re.sub(r"\\(.)", r"\1", made(seed).description)


def section(seed: int, name: str) -> list[str]:
    """The bullets under a heading."""
    after = plain(seed).split(f"## {name}\n\n", 1)[1].split("\n\n", 1)[0]
    return [line.removeprefix("- ") for line in after.split("\n")]


def prose(seed: int) -> Iterator[str]:
    """Every sentence that we compose, without what others wrote (in quotes) and without the names of views."""
    for name in ("How this resolves", "When", "Who decides"):
        for line in section(seed, name):
            yield NAMES.sub("VIEW", QUOTED.sub("“”", line))


def balanced(text: str) -> bool:
    open_: list[str] = []
    for char in text:
        if char in "([":
            open_.append(char)
        elif char in ")]" and (not open_ or open_.pop() + char not in ("()", "[]")):
            return False
    return not open_


def test_a_description_reads_as_prose() -> None:
    for seed in SEEDS:
        for line in prose(seed):
            assert line[:1].isupper(), line
            assert line.endswith("."), line
            assert not TWICE.search(line), line
            assert not ONE_OF_MANY.search(line), line
            assert balanced(line), line
            for wrong in ("  ", "_", "..", " .", " ,", ";;", "()", "[]", "None", "{", "}", "<", "Decimal", "datetime"):
                assert wrong not in line, (wrong, line)


def test_a_description_says_all_that_decides() -> None:
    for seed in SEEDS:
        rule, text = made(seed).rule, plain(seed)
        how, house = " ".join(section(seed, "How this resolves")), rule.defaults
        wanted = [date_words(rule.opens), date_words(rule.closes), f"T is {date_words(rule.decides)}"]
        wanted += [str(house.bridge), str(house.max_age), str(house.lost_after), "Rows count from when"]
        wanted += ["rows that tie"] if any(node.kind == "pick" for node in rule.nodes()) else []
        settling = {"first_release": "first showed", "as_known_at": "as known at the deciding instant"}
        wanted.append(settling.get(rule.settlement.how, f"as corrected up to {rule.settlement.after} after"))
        if rule.na is not None:
            wanted += ["N/A if, read at", date_words(rule.na.at), "where N/A is not granted: "]
        for answer in rule.answers() if rule.type == "choice" else ():
            wanted.append(f"“{answer}”")
        assert [each for each in wanted if each not in how] == []
        review = made(seed).review
        people = " ".join(section(seed, "Who decides"))
        assert ("2 reviewers must agree" if not review.declare else "One interested person resolves") in people
        assert str(review.window) in people
        assert [heading for heading in re.findall(r"^## (.*)$", text, re.MULTILINE) if heading not in SECTIONS] == []


def test_every_figure_source_and_column_of_the_tree_stands_in_the_criteria() -> None:
    for seed in SEEDS:
        rule = made(seed).rule
        how = " ".join(section(seed, "How this resolves"))
        wanted = {figure for phrase in rule.phrases() for figure in phrase.figures}
        for node in told(made(seed)):
            wanted |= set(_figures(node))
        for panel in rule.panels():
            wanted |= {panel.question, *(limb.text.rstrip(".") for limb in panel.limbs)}
        sources = {source for source in rule.sources() if not source.startswith("panel.")}
        assert {each for each in (*wanted, *sources) if each not in how} == set()


def told(market: MarketSpec) -> Iterator[Node]:
    """Every node as its author wrote it: a series, and not the windows that are made of it."""
    waiting = [*market.rule.roots()]
    while waiting:
        node = waiting.pop()
        yield node
        if node.kind == "along":
            waiting += [node.of, *([node.bar] if node.bar is not None else [])]
        elif node.kind == "series":
            waiting.append(node.of)
        else:
            waiting += children(node)


def _figures(node: Node) -> Iterator[str]:
    """What the author's block of this node said in figures and names, read from the node and not from its words."""
    if node.kind == "literal":
        yield (
            units.show(units.exact(node.value), node.unit)
            if node.value is not None
            else " or ".join(map(named, node.texts))
        )
    elif node.kind == "window":
        yield from (date_words(at) for at in (node.at, node.since, node.before) if at is not None)
    elif node.kind in ("at_least", "along"):
        yield f"at least {node.n} "
    elif node.kind == "series":
        yield from (date_words(node.since), date_words(node.before), f"each {node.per}")
    elif node.kind == "hold" and node.length.us:
        yield f"without a break for {node.length}"
    elif node.kind == "state":
        yield f"{node.source} is {node.state}"
    elif node.kind == "rows" and len(node.sources) > 1:
        yield "the first that answers of"
    elif node.kind == "reduce":
        yield from [spoken(node.column)] if node.column else []
        yield from [units.show(units.exact(node.q), "percent")] if node.q is not None else []
        yield from [f"per {node.per}"] if node.per is not None else []
    elif node.kind == "pick":
        yield from [spoken(node.column), *([f"the top {node.n} by"] if node.how == "top" else [])]


def test_a_description_is_no_longer_than_manifold_takes_and_has_no_empty_line_of_a_list() -> None:
    for seed in SEEDS:
        text = made(seed).description
        assert len(text) == length(made(seed)) <= DESCRIPTION_CHARS
        assert not re.search(r"^-\s*$", text, re.MULTILINE)
        assert "\n\n\n" not in text


def test_every_kind_of_node_was_read_aloud() -> None:
    """Prints how often each kind occurred, so that a run shows what it covered."""
    found = Counter(node.kind for seed in SEEDS for node in told(made(seed)))
    found.update(f"outcome {made(seed).rule.type}" for seed in SEEDS)
    print(dict(sorted(found.items())))
    kinds = {str(kind.model_fields["kind"].default) for kind in get_args(get_args(Node)[0])}
    kinds |= {f"outcome {each}" for each in ("yes", "choice", "number", "first_date")}
    assert {kind for kind in kinds if found[kind] < 10} == set()
