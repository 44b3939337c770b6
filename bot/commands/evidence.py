"""`crux collect`, `crux import`, `crux accept`, `crux verdict`: what was seen, and what the rules make of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import say
from bot.commands.options import LARGEST_ID, AsOf, Debate, Json, KnownOn, Slugs, moment
from resolvers.errors import InputFault, Refusal

if TYPE_CHECKING:
    from bot.app import App
    from bot.store import Recorded
    from resolvers.sources.spec import SourceSpec


def register(app: typer.Typer) -> None:
    app.command()(collect)
    app.command(name="import")(import_)
    app.command(name="accept")(accept_)
    app.command()(verdict)


def collect(
    names: Annotated[
        list[str] | None, typer.Argument(help="Sources by name; all of them if none is named.", show_default=False)
    ] = None,
    debate: Debate = None,
    json: Json = False,
) -> None:
    """Look at the sources now and record whatever comes; exit 3 if one could not be reached.

    Whatever is wrong with other files, sources whose files can be read are looked at; those faults are named (exit 1).
    """
    from bot.app import opened_for_evidence
    from bot.collecting import collect as look
    from bot.store.counting import cells_unread
    from resolvers.fetch import Limits

    with opened_for_evidence(debate) as app:
        chosen = [_looked_at(app, name) for name in names or app.loaded.published]
        limits = Limits(user_agent=f"crux/0.1 ({app.settings.contact or 'prediction market evidence'})")
        came = asyncio.run(look(app.store, chosen, base=app.folder, limits=limits))
        broken = [fault for fault in app.loaded.faults if fault.level == "error"]
        looks = [(source, recorded, cells_unread(app.store, source, recorded.body)) for source, recorded in came]
    _told(looks, json)
    if any(recorded.state == "failed" for _, recorded in came):
        raise typer.Exit(3)
    if broken:
        raise InputFault(broken)


def import_(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source the file is a body of.")],
    file: Annotated[Path, typer.Argument(help="The recorded bytes.")],
    seen_at: Annotated[
        str, typer.Option("--seen-at", help="When they could be seen (ISO, with zone; a date is 00:00 UTC).")
    ],
    debate: Debate = None,
    json: Json = False,
) -> None:
    """Put in a body that was recorded elsewhere; it goes the same way as a fetched one."""
    from bot.app import opened_for_evidence
    from bot.store import record
    from bot.store.counting import cells_unread

    with opened_for_evidence(debate) as app:
        source = _source(app, name)
        recorded = record(app.store, source, _bytes_of(file), seen_at=moment(seen_at, "--seen-at"), via="import")
        unread = cells_unread(app.store, source, recorded.body)
    _told([(source, recorded, unread)], json)
    if recorded.state != "good":
        raise typer.Exit(1)


def accept_(
    snapshot: Annotated[int, typer.Argument(max=LARGEST_ID, help="The import, as `crux sources` numbers it.")],
    person: Annotated[str, typer.Option("--as", help="Who you are in debate.yaml.")],
    because: Annotated[str, typer.Option("--because", help="Why it may count; it stands on the record.")],
    debate: Debate = None,
    json: Json = False,
) -> None:
    """Let an import count that is dated after a market opened; it takes as many reviewers as a resolution."""
    from bot.app import opened_app
    from bot.review.desk import accept_import

    with opened_app(debate) as app:
        counted = accept_import(
            app.store,
            snapshot,
            person=person,
            because=because,
            reviewers=app.debate.reviewers,
            quorum=app.debate.review.quorum,
        )
    if json:
        say.document({"snapshot": snapshot, "counted_as": counted})
    elif counted is None:
        say.line(f"import {snapshot}: accepted by {person}; more reviewers are needed before it counts")
    else:
        say.line(f"import {snapshot}: counts from now on, as snapshot {counted}")


def verdict(
    slugs: Slugs = None,
    debate: Debate = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    json: Json = False,
) -> None:
    """What the rules say, and why; nothing is proposed or changed."""
    from bot.app import opened_app
    from bot.commands.verdict_lines import hung_on, lines
    from bot.judging import asked, judge_all

    with opened_app(debate) as app:
        at = moment(as_of, "--as-of") or app.store.now()
        judged = judge_all(app.store, asked(app.store, app.loaded, slugs), at, moment(known_on, "--known-on"))
        rows = [] if json else hung_on(app.store, judged.verdicts)
    if json:
        unsaid = {"semantics", "instant"}
        said = [(each, unsaid if each.asks else {*unsaid, "asks"}) for each in judged.verdicts]
        say.document([each.model_dump(mode="json", exclude=without) for each, without in said])
        return
    for each, entries in zip(judged.verdicts, rows, strict=True):
        for line in lines(each, entries):
            say.line(line)


def _looked_at(app: App, name: str) -> SourceSpec:
    """A source to look at: never a panel, for each look would say again what people said once."""
    from resolvers.rules.panels import is_panel

    if is_panel(name):
        raise Refusal(f"{name} is a panel: nobody publishes its answers; put them in with crux import {name} FILE")
    return _source(app, name)


def _is_of(path: str, name: str) -> bool:
    """Whether it is the file of a source of that name."""
    return Path(path).stem == name and Path(path).parent.name == "sources"


def _source(app: App, name: str) -> SourceSpec:
    from resolvers.rules.faults import nearest

    if name not in app.loaded.sources:
        broken = [str(one) for one in app.loaded.faults if one.level == "error" and _is_of(one.path, name)]
        if broken:
            raise Refusal(f"{name} cannot be read as it is written: {'; '.join(broken)}")
        raise Refusal(f"no source is called {name!r}{nearest(name, app.loaded.sources)}")
    return app.loaded.sources[name]


def _bytes_of(file: Path) -> bytes:
    """A recorded body, no longer than a fetch would have taken."""
    from resolvers.fetch import Limits

    most = Limits().max_bytes
    if file.exists() and not file.is_file():
        raise Refusal(f"{file} cannot be read: it is no plain file; name the file that holds the body")
    try:
        with file.open("rb") as opened:
            raw = opened.read(most + 1)
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}; name the file that holds the body") from None
    if len(raw) > most:
        raise Refusal(f"{file} has more than {most} bytes, more than a look would take: cut out what is needed")
    return raw


Looked = tuple["SourceSpec", "Recorded", Mapping[str, int]]
"""A source, what became of a look at it, and of each column how many cells nobody could read."""


def _told(came: Sequence[Looked], json: bool) -> None:
    if json:
        say.document([_as_json(*each) for each in came])
        return
    for source, recorded, unread in came:
        more = (
            f", {len(recorded.quarantined)} quarantined: {', '.join(recorded.quarantined)}"
            if recorded.quarantined
            else ""
        )
        waits = "; it counts once reviewers accept it" if recorded.awaits else ""
        because = f": {recorded.because}" if recorded.because else ""
        new = f", {recorded.new_observations} new observations" if recorded.state == "good" else ""
        more += _unread(source, unread)
        say.line(f"{source.id}: {recorded.state}{because}{new}{more}{waits} (snapshot {recorded.snapshot})")


def _unread(source: SourceSpec, unread: Mapping[str, int]) -> str:
    """How many cells are unknown because nobody could read them, of which columns, and where they are named."""
    if not unread:
        return ""
    columns = ", ".join(f"{column} {number}" for column, number in unread.items())
    mend = f"; mend {source.fetch.file}" if source.fetch.file else ""
    return f", {say.many(sum(unread.values()), 'cell')} could not be read ({columns}): `crux sources` names each{mend}"


def _as_json(source: SourceSpec, recorded: Recorded, unread: Mapping[str, int]) -> dict[str, Any]:
    return {
        "source": source.id,
        "snapshot": recorded.snapshot,
        "state": recorded.state,
        "because": recorded.because,
        "body": recorded.body,
        "new_observations": recorded.new_observations,
        "quarantined": list(recorded.quarantined),
        "awaits": recorded.awaits,
    } | ({"unread": dict(unread)} if unread else {})
