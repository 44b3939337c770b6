"""L: what a market's outcome says about the debate's claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markets.lint.code import Case, code
from markets.lint.form import ln_ratios
from markets.lint.subject import Found, Subject
from markets.spec import MarketSpec
from resolvers.rules.nodes import Pick, Reduce, base_rows

NARROW = (0.8, 1.25)
OTHER = """\
question: Will a row of the board reach 95% before July 2027?
opens: 2026-12-05
closes: 2027-07-01
subsidy: 200
values:
  best: {max: score, from: board}
resolve:
  yes: best >= 95%
na: {when: removed(board), if_refused: NO}
bears_on:
  - {claim: rows-improve, event: YES, if_true: 0.40, if_false: 0.10, cluster: CLUSTER}
fine_print: |
  Any row of the board counts, whoever ran it.
"""


@code(
    "L01",
    "error",
    "Market lists no claim, or p(YES) values are missing, outside (0,1), or LR differs from their ratio.",
    by="links",
    fires=Case({"if_false: 0.30": "if_false: 0"}),
    quiet=Case({"if_false: 0.30": "if_false: 0.01"}),
)
def no_claim(it: Subject) -> Iterator[Found]:
    """A market of a debate tests a claim: how likely its outcome is if the claim is true, and if it is not, both inside
    (0, 1), for an event that can happen. The likelihood ratio is worked out from the two and never written.
    """
    if not it.spec.bears_on and it.arguments is not None:
        yield Found("the market bears on no claim: add `bears_on`, with if_true and if_false", ("question",))
    for place, link in enumerate(it.spec.bears_on):
        for name, share in (("if_true", link.if_true), ("if_false", link.if_false)):
            if not 0 < share < 1:
                said = f"{name}: {share} would settle the claim for good; write a number inside (0, 1)"
                yield Found(said, ("bears_on", place, name))
        wrong = _event_fault(it, link.event)
        if wrong:
            yield Found(wrong, ("bears_on", place, "event"))


def _event_fault(it: Subject, event: str) -> str | None:
    """What is wrong with an event, by whoever knows events; a yes-or-no question has only YES and NO."""
    check: Any = it.shared.get("event_fault")
    if check is not None:
        said = check(it.spec, event)
        return str(said) if said else None
    answers = it.spec.answers
    if not answers and event not in ("YES", "NO"):
        return f"event: {event!r} is no outcome of a yes-or-no question; write YES or NO"
    if it.spec.rule.type == "choice" and event not in answers:
        return f"event: {event!r} is none of the answers ({', '.join(answers)})"
    return None


@code(
    "L02",
    "warning",
    "Every LR within 0.8-1.25: the market barely tests the debate.",
    by="links",
    fires=Case({"if_true: 0.60, if_false: 0.30": "if_true: 0.33, if_false: 0.30"}),
    quiet=Case({"if_true: 0.60, if_false: 0.30": "if_true: 0.39, if_false: 0.30"}),
)
def says_little(it: Subject) -> Iterator[Found]:
    """If the outcome is about as likely under the claim as without it, no outcome moves anybody: ask something else."""
    if not it.spec.bears_on:
        return
    for link in it.spec.bears_on:
        true, false = float(link.if_true), float(link.if_false)
        if not ln_ratios(true, false):
            return
        for ratio in (true / false, (1 - true) / (1 - false)):
            if not NARROW[0] <= ratio <= NARROW[1]:
                return
    yield Found("every likelihood ratio lies within 0.8 and 1.25: the outcome would move nobody", ("bears_on",))


@code(
    "L03",
    "warning",
    "Shares source, metric and window with {id}: put both in one cluster.",
    fires=Case(files={"markets/reach-95.yaml": OTHER.replace("CLUSTER", "other")}),
    quiet=Case(files={"markets/reach-95.yaml": OTHER.replace("CLUSTER", "board")}),
)
def same_cluster(it: Subject) -> Iterator[Found]:
    """Two markets that read one column of one source over one window rise and fall together. In one `cluster:` they
    count together; apart they would count twice. So would one market whose links on one axis name two clusters.
    """
    if not it.spec.bears_on:
        return
    yield from _split(it)
    alike = it.shared.get("alike")
    if alike is None:
        metrics = it.shared["metrics"] = {each.slug: _metric(each) for each in it.others if each.bears_on}
        alike = it.shared["alike"] = _alike(it.others, metrics)
    metric = it.shared["metrics"].get(it.spec.slug)
    own = frozenset(link.cluster for link in it.spec.bears_on)
    for theirs, slug in alike.get(metric, {}).items():
        if slug < it.spec.slug and not (own & theirs) - {None}:
            said = f"it reads the same source and column over the same window as {slug}"
            yield Found(f"{said}: give both one `cluster:`", ("bears_on", 0))
            return


def _split(it: Subject) -> Iterator[Found]:
    """One outcome told to the claims of one axis through two clusters counts twice there."""
    claims = getattr(it.arguments, "claims", None) or {}
    first: dict[str, tuple[str | None, str]] = {}
    for place, link in enumerate(it.spec.bears_on):
        claim = claims.get(link.claim)
        if claim is None:
            continue
        cluster, other = first.setdefault(claim.axis, (link.cluster, link.claim))
        if cluster != link.cluster:
            said = f"{link.claim} and {other} lie on axis {claim.axis}, but in two clusters: one outcome counts twice"
            yield Found(f"{said}; give both one `cluster:`", ("bears_on", place))
            return


def _alike(
    markets: Sequence[MarketSpec], metrics: Mapping[str, object]
) -> dict[object, dict[frozenset[str | None], str]]:
    """Metric -> clusters -> the first market by name that has them."""
    found: dict[object, dict[frozenset[str | None], str]] = {}
    for each in sorted(markets, key=lambda spec: spec.slug):
        if each.bears_on:
            clusters = frozenset(link.cluster for link in each.bears_on)
            found.setdefault(metrics[each.slug], {}).setdefault(clusters, each.slug)
    return found


def _metric(spec: MarketSpec) -> tuple[object, ...]:
    """Sources, columns (of bare rows: which rows) and window: what makes two markets rise and fall together."""
    reads = {
        (node.column or base_rows(node.of).digest, use.source)
        for node in spec.rule.nodes()
        if isinstance(node, Reduce | Pick)
        for use in base_rows(node.of).sources
    }
    return (frozenset(reads), spec.opens, spec.decides)
