"""S: sources that are missing, alone, stale, movable, rewritten, or the market itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from markets.fields import in_words
from markets.lint.code import Case, code, loaded
from markets.lint.examples import SEEN
from markets.lint.subject import Found, Seen, Subject, opening
from markets.lint.unmatched import strange_values
from resolvers.evidence import Instant, SourceEvidence, instant, moment
from resolvers.rules.nodes import Rows, State
from resolvers.rules.panels import is_panel

LOST_WORDS = re.compile(
    r"\b(?:lost|gone|removed|disappears?|vanish(?:es)?|taken down|goes away"
    r"|no longer (?:there|published|shown|reachable)"
    r"|unreachable|cannot be (?:read|reached))\b",
    re.IGNORECASE,
)
IN_TRUTH = re.compile(r"\b(actually|really|truly|in fact|in reality|genuinely|in truth)\b", re.IGNORECASE)
CLOSED_LICENCE = re.compile(
    r"all rights reserved|proprietary|none stated|not stated|unstated|unknown|unclear|no licen[cs]e|no redistribution"
    r"|\b(?:CC[ -]?)?BY-(?:NC|ND|NC-SA|NC-ND)\b|\bN[CD]\b|non-?commercial",
    re.IGNORECASE,
)
FROZEN_AFTER = timedelta(days=180)
RECENT = timedelta(days=7)
LIVE = timedelta(hours=1)
"""A look that is on record this soon after it was made was made by us; what is imported comes later."""
LOSS = opening(
    "lost", "gone", "removed", "disappear", "disappears", "vanish", "vanishes", "unreachable", taken="taken down",
    goes="goes away", longer="no longer", cannot="cannot be",
)  # fmt: skip
TRUTH_WORDS = opening(
    "actually", "really", "truly", "genuinely", fact="in fact", reality="in reality", truth="in truth",
)  # fmt: skip


loaded(
    "S01",
    "error",
    "No source named for value {name}.",
    """Every value starts from rows: `from:` a source, or `of:` a row set that has one.""",
    fires=Case({"{max: score, from: board}": "{max: score}"}),
    quiet=Case(
        {
            "{max: score, from: board}": "{max: score, of: all_rows}",
            "values:": "rows:\n  all_rows: {from: board}\nvalues:",
        }
    ),
)


def unguarded(it: Subject) -> Iterator[Found]:
    """Every source that stands alone, whatever the fine print says of it."""
    guarded = {node.source for node in it.of(State)}
    published = {source.id for source in it.sources if source.fetch.url is not None}
    for rows in it.of(Rows):
        used = {use.source for use in rows.sources}
        if len(used) == 1 and used <= published and not used & guarded:
            (name,) = used
            guarded |= used
            said = f"{name} is the only source and nothing is said of its loss"
            yield Found(
                f"{said}: add a second source, or `na: {{when: removed({name}), if_refused: …}}`", it.named(name)
            )


@code(
    "S02",
    "error",
    "One source only, and no fallback or lost-source clause.",
    by="rule",
    first=unguarded,
    fires=Case({"na: {when: removed(board), if_refused: NO}\n": ""}),
    quiet=Case(
        {
            "na: {when: removed(board), if_refused: NO}\n": "",
            "ran it.": "ran it. If the board is lost, reviewers read archived copies.",
        }
    ),
)
def alone(it: Subject) -> Iterator[Found]:
    """A web page can go. Name a second source (`from: [a, b]`), or say what then happens: `na: {when: removed(a), …}`,
    a condition on the source's state, or a sentence about it in the fine print.
    """
    if not any(it.at(match.start())[0] == ("fine_print",) for match in it.opened(LOST_WORDS, LOSS)):
        yield from unguarded(it)


@code(
    "S03",
    "not-ready",
    "Source {id} is frozen or stale: newest row {date}.",
    needs="store",
    fires=Case(looks=(("2026-05-01", SEEN), ("2026-11-30", SEEN))),
    quiet=Case(looks=(("2026-11-01", SEEN), ("2026-11-30", SEEN))),
)
def frozen_source(it: Subject) -> Iterator[Found]:
    """A source without a new row for 180 days has stopped: the market would ask about a dead page."""
    for seen, evidence in _published(it):
        newest = max((span.since for span in evidence.spans), default=None)
        if newest is not None and moment(newest) + FROZEN_AFTER <= seen.now:
            said = f"{evidence.spec.id} has shown nothing new since {in_words(moment(newest))}, over 180 days"
            yield Found(f"{said}: name a source that lives", it.named(evidence.spec.id))


@code(
    "S04",
    "not-ready",
    "No stored snapshot of {id} within 7 days of opening.",
    needs="store",
    fires=Case(looks=(("2026-11-20", SEEN),)),
    quiet=Case(looks=(("2026-11-30", SEEN),)),
)
def no_snapshot(it: Subject) -> Iterator[Found]:
    """Whether a market is decent can only be told from what its sources show as it opens. Run `crux collect`.

    Of a list of sources (`from: [a, b]`) it is enough that one was read.
    """
    known = list(_evidence(it))
    read = {found.spec.id for seen, found in known if any(moment(at) + RECENT >= seen.now for at in _good(found))}
    spared = read | _made_up_for(it, read)
    for _, evidence in known:
        if evidence.spec.id in spared:
            continue
        good = _good(evidence)
        name = evidence.spec.id
        if not good:
            tried = "has never been read" if not evidence.sightings else "was never once read without trouble"
            yield Found(f"{name} {tried}: run `crux collect {name}`", it.named(name))
        else:
            said = f"{name} was last read on {in_words(moment(max(good)))}, over 7 days ago"
            yield Found(f"{said}: run `crux collect {name}`", it.named(name))


@code(
    "S05",
    "warning",
    "Not stated whether the question is about what the source says or about the fact itself.",
    by="passage",
    fires=Case({"whoever ran it.": "whoever really ran it."}),
    quiet=Case({"whoever ran it.": "whoever ran it, as the board shows it."}),
)
def about_the_fact(it: Subject) -> Iterator[Found]:
    """A rule is always about what its sources show, and its description says so. Words such as really, actually or in
    fact make readers think of the truth behind the source, which nobody here looks up: take them out, or ask a panel.
    """
    for match in () if it.panels else it.opened(IN_TRUTH, TRUTH_WORDS):
        loc, offset = it.at(match.start())
        said = f"{match.group()!r} asks about the fact, but the rule reads what its sources show"
        yield Found(f"{said}: take the word out", loc, offset)


@code(
    "S06",
    "error",
    "No revision rule for a source that rewrites history.",
    by="rule",
    fires=Case(source={"licence: CC0 1.0": "licence: CC0 1.0\nrewrites: true"}),
    quiet=Case(
        {"yes: best >= 85%": "yes: best >= 85%\n  settle: first_release"},
        {"licence: CC0 1.0": "licence: CC0 1.0\nrewrites: true"},
    ),
)
def rewritten(it: Subject) -> Iterator[Found]:
    """Where a publisher changes old figures (`rewrites: true` in the source's file), the house's default is not enough:
    the market or the source says which knowledge counts, with `settle`.
    """
    resolve = it.value["resolve"]
    if "settle" in resolve or "settle" in it.value:
        return
    for source in it.sources:
        if source.rewrites and source.read.settle is None:
            said = f"{source.id} rewrites its history, and nothing says which figures count"
            remedy = "write `settle: first_release`, or `settle: 30 days` and the 30 days in the text too"
            yield Found(f"{said}: {remedy}", it.named(source.id))


@code(
    "S07",
    "warning",
    "Source can be moved by traders or by us.",
    by="rule",
    fires=Case(source={"licence: CC0 1.0": "licence: CC0 1.0\nmoved_by: traders"}),
    quiet=Case(source={"licence: CC0 1.0": "licence: CC0 1.0\nmoved_by: nobody"}),
)
def movable(it: Subject) -> Iterator[Found]:
    """Downloads, stars and our own runs go where somebody with a position wants them (`moved_by:` in the source)."""
    for source in it.sources:
        if source.moved_by != "nobody":
            who = "traders" if source.moved_by == "traders" else "us"
            said = f"{source.id} can be moved by {who}: ask about something that a bet cannot buy"
            yield Found(said, it.named(source.id))


@code(
    "S08",
    "warning",
    "Licence of {id} forbids republishing; quote values only.",
    by="rule",
    fires=Case(source={"licence: CC0 1.0": "licence: All rights reserved"}),
    quiet=Case(source={"licence: CC0 1.0": "licence: CC BY 4.0"}),
)
def closed_licence(it: Subject) -> Iterator[Found]:
    """Evidence that may not be shown cannot be checked by others: quote single values, keep the bodies to yourself.

    Seen from the licence's words (not stated, all rights reserved, NC, ND). `republish: no` in the source settles it:
    its bodies are kept to ourselves and only values are quoted; `republish: yes` says that the words mislead.
    """
    for source in it.sources:
        if source.republish is None and _closed(source.licence):
            said = f"{source.id} may not be republished (licence: {source.licence}): quote single values only"
            yield Found(f"{said}, and write `republish: no` in its file", it.named(source.id))


@lru_cache(maxsize=1024)
def _closed(licence: str) -> bool:
    return CLOSED_LICENCE.search(licence) is not None


@code(
    "S09",
    "error",
    "A source is the market itself, its price, or another market.",
    fires=Case(
        source={
            "https://board.example/scores.csv": "https://api.manifold.markets/v0/slug/will-a-row-of-the-board-reach-85-be"
        }
    ),
    quiet=Case(
        source={
            "https://board.example/scores.csv": "https://manifold.example/v0/slug/will-a-row-of-the-board-reach-85-be"
        }
    ),
)
def reads_a_market(it: Subject) -> Iterator[Found]:
    """A market that reads its own price can be moved by trading in it: an error. One that reads another market rests on
    what people bet there: a warning, to be waived with the reason.
    """
    for source in it.sources:
        last = _asked_there(source.fetch.url or "")
        if last is None:
            continue
        own = _slugged(it.spec.question)
        if last == it.spec.slug or (len(last) >= 20 and own.startswith(last)) or (own and last == own):
            yield Found(f"{source.id} is this market itself: name a source outside", it.named(source.id))
        else:
            said = f"{source.id} is another market: what it shows is what people bet"
            yield Found(said, it.named(source.id), level="warning")


@code(
    "S10",
    "not-ready",
    "Nobody has looked at {id} live; all of it was imported.",
    needs="store",
    fires=Case(looks=(("2026-11-30 imported", SEEN),)),
    quiet=Case(looks=(("2026-11-29 imported", SEEN), ("2026-11-30", SEEN))),
)
def never_live(it: Subject) -> Iterator[Found]:
    """An address that was never fetched may not answer, or answer in another form. Run `crux collect` once.

    Of a list of sources (`from: [a, b]`) it is enough that one was fetched.
    """
    fetched = {found.spec.id for _, found in _evidence(it) if _was_fetched(found)}
    spared = fetched | _made_up_for(it, fetched)
    for _, evidence in _published(it):
        name = evidence.spec.id
        if name not in spared and _good(evidence):
            yield Found(f"{name} was only ever imported: run `crux collect {name}` once", it.named(name))


@code(
    "S11",
    "not-ready",
    "It opens before its sources were first looked at.",
    needs="store",
    fires=Case({"opens: 2026-12-05": "opens: 2026-11-20"}, looks=(("2026-11-30", SEEN),)),
    quiet=Case({"opens: 2026-12-05": "opens: 2026-11-20"}, looks=(("2026-11-19", SEEN), ("2026-11-25", SEEN))),
)
def opens_unseen(it: Subject) -> Iterator[Found]:
    """What stood there between the opening and the first look nobody knows: it may have been true, so that it could
    never be said that it was not. Collect first, and let it open afterwards.
    """
    from markets.lint.today import blind_beginning

    if blind_beginning(it):
        said = f"it opens on {in_words(it.spec.opens)}, and what its sources showed from then on was not looked at"
        yield Found(f"{said}: nobody could ever say that it did not come true; write a later `opens`", ("opens",))


@code(
    "S12",
    "warning",
    "A filter or an answer names a value that no row of the source has ever had.",
    needs="store",
    fires=Case({"from: board}": "from: board, where: {lab: suoth}}"}, looks=(("2026-11-30", SEEN),)),
    quiet=Case({"from: board}": "from: board, where: {lab: south}}"}, looks=(("2026-11-30", SEEN),)),
)
def no_such_value(it: Subject) -> Iterator[Found]:
    """A value that is misspelt lets no row through, or leaves an answer's row to another answer, and nothing else would
    tell. Told of a value that is like one on record but for the spelling; and of one that is none of a column's few
    kinds (at most 12 in 20 rows or more), where a filter lets nothing through. If it is yet to come, waive it with
    that reason.
    """
    for found in strange_values(it):
        said = f"no row of {' or '.join(found.sources)} on record has {found.value!r} as its {found.column}"
        known = f"did you mean {found.near!r}?" if found.near else f"rows have {', '.join(found.known)}"
        yield Found(f"{said}: {known}", it.place_of(found.value))


@lru_cache(maxsize=1024)
def _asked_there(url: str) -> str | None:
    """The last part of an address on Manifold, by which it names a market; None of any other address."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host != "manifold.markets" and not host.endswith(".manifold.markets"):
        return None
    return parts.path.rstrip("/").rpartition("/")[2].lower()


def _good(evidence: SourceEvidence) -> list[Instant]:
    """When it was read without trouble."""
    return [sight.seen_at for sight in evidence.sightings if sight.state == "good"]


def _was_fetched(evidence: SourceEvidence) -> bool:
    soon = LIVE // timedelta(microseconds=1)
    return any(sight.state == "good" and sight.recorded_at - sight.seen_at <= soon for sight in evidence.sightings)


def _made_up_for(it: Subject, good: set[str]) -> set[str]:
    """The sources that are only read in lists, each of which has a good one: the first that answers is read."""
    lists = [{use.source for use in rows.sources} for rows in it.of(Rows)]
    alone = {label.registry for rows in it.of(Rows) for label in rows.labels}
    alone |= {part.source for part in it.spec.rule.listings()}
    short = set().union(*(names for names in lists if not names & good))
    return set().union(*lists) - short - alone


def _evidence(it: Subject) -> Iterator[tuple[Seen, SourceEvidence]]:
    """What is known of every source, up to now; of panels nothing, for nobody is asked before the market opens."""
    assert it.seen is not None
    until = instant(it.seen.now)
    for source in it.sources:
        if is_panel(source.id):
            continue
        found = it.seen.evidence.source(source.id)
        kept = tuple(sight for sight in found.sightings if sight.seen_at <= until)
        yield it.seen, SourceEvidence(found.spec, kept, found.spans)


def _published(it: Subject) -> Iterator[tuple[Seen, SourceEvidence]]:
    """The same without registries of ours, which live in a file beside the debate."""
    return ((seen, found) for seen, found in _evidence(it) if found.spec.fetch.url is not None)


def _slugged(question: str) -> str:
    """About how Manifold makes an address of a question: lower case, dashes, cut at 35 characters or so."""
    return re.sub(r"[^a-z0-9]+", "-", question.lower()).strip("-")
