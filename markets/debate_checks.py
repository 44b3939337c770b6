"""What takes more than one entry of a debate's files to see: names that nobody knows, circles, stances out of order.

Codes: A-AXIS, A-VOICE, A-CLAIM, A-WORD (unknown names), A-CIRCLE, A-TWICE and A-ORDER (stances), A-HEARSAY.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from markets.debate_spec import Claim, Stance
from markets.fields import in_words
from markets.file import File
from markets.spec import DebateSpec
from resolvers.rules.faults import nearest

EDGES = ("supports", "against", "same_as", "presupposes")


def check_voices(file: File, debate: DebateSpec) -> None:
    """Names that the voices of debate.yaml use."""
    for name, voice in debate.voices.items():
        if voice.by == name:
            file.add("A-VOICE", f"{name} is known from itself: name the voice that speaks of it", "voices", name, "by")
        elif voice.by is not None:
            _known(file, "A-VOICE", "voice", voice.by, debate.voices, ("voices", name, "by"))
        for axis in voice.positions:
            _known(file, "A-AXIS", "axis", axis, debate.axes, ("voices", name, "positions", axis))


def check_claims(file: File, claims: Mapping[str, Claim], axes: Collection[str] | None) -> None:
    """Names that claims use, and circles of presupposition; without `axes` (debate.yaml is broken) those are passed."""
    for name, claim in claims.items():
        if axes is not None:
            _known(file, "A-AXIS", "axis", claim.axis, axes, ("claims", name, "axis"))
        for edge in EDGES:
            _check_edge(file, name, edge, getattr(claim, edge), claims)
    for circle in _circles({name: claim.presupposes for name, claim in claims.items()}):
        said = " presupposes ".join([*circle, circle[0]])
        file.add("A-CIRCLE", f"{said}: none of them could ever count, take one out", "claims", circle[0], "presupposes")


def _check_edge(file: File, name: str, edge: str, others: Sequence[str], claims: Mapping[str, Claim]) -> None:
    for place, other in enumerate(others):
        loc = ("claims", name, edge, place)
        if other == name and edge != "presupposes":  # that circle is told as one
            file.add("A-CLAIM", f"{name} stands under its own `{edge}`: take it out", *loc)
        elif other in others[:place]:
            file.add("A-CLAIM", f"{other} stands twice under `{edge}`: keep one", *loc)
        else:
            _known(file, "A-CLAIM", "claim", other, claims, loc)


def check_stances(
    file: File, stances: Sequence[Stance], debate: DebateSpec | None, claims: Collection[str] | None
) -> None:
    """Names that stances use, and their order: a stance that replaces one is dated later, or it would rewrite it."""
    before: dict[tuple[str, tuple[str, str]], int] = {}
    for place, stance in enumerate(stances):
        loc = ("stances", place)
        if debate is not None:
            _check_names(file, stance, debate, loc)
        if claims is not None and stance.claim is not None:
            _known(file, "A-CLAIM", "claim", stance.claim, claims, (*loc, "claim"))
        earlier = before.get((stance.voice, stance.about))
        if earlier is not None:
            _check_order(file, stances[earlier], stance, earlier, place)
        before[stance.voice, stance.about] = place


def _check_names(file: File, stance: Stance, debate: DebateSpec, loc: tuple[str | int, ...]) -> None:
    for key, word in (("word", stance.word), ("second_reading", stance.second_reading)):
        if word is not None:
            _known(file, "A-WORD", "word of the lexicon", word, debate.lexicon, (*loc, key))
    if not _known(file, "A-VOICE", "voice", stance.voice, debate.voices, (*loc, "voice")):
        return
    voice = debate.voices[stance.voice]
    if voice.hearsay and stance.kind != "read_from_thread":
        said = f"{stance.voice} is known second-hand and gives nothing: write read_from_thread"
        file.add("A-HEARSAY", said, *loc, "kind")
    elif voice.attribution == "unsigned" and stance.kind != "read_from_thread" and not voice.claimed_by:
        said = f"nobody has claimed {stance.voice}: fill in its `claimed_by` in debate.yaml first"
        file.add("A-VOICE", said, *loc, "kind")
    elif stance.kind == "claimed" and voice.attribution != "unsigned":
        file.add("A-VOICE", f"{stance.voice} is {voice.attribution}, not claimed: write given", *loc, "kind")


def _check_order(file: File, old: Stance, new: Stance, earlier: int, place: int) -> None:
    what = f"{new.voice} on {new.about[0]}"
    if old.as_of == new.as_of:
        when = "undated" if new.as_of is None else in_words(new.as_of)
        said = (
            f"{what} stands here twice, both {when} (first as stance {earlier + 1}): keep one, or date a change of mind"
        )
        file.add("A-TWICE", said, "stances", place)
    elif new.as_of is None or (old.as_of is not None and new.as_of < old.as_of):
        when = "undated" if new.as_of is None else f"dated {in_words(new.as_of)}"
        said = f"{what} is {when}, not later than stance {earlier + 1} which it replaces"
        file.add("A-ORDER", f"{said}: rows are only ever added, newest last", "stances", place)


def _known(file: File, code: str, what: str, name: str, known: Collection[str], loc: tuple[str | int, ...]) -> bool:
    if name in known:
        return True
    file.add(code, f"there is no {what} {name!r}{nearest(name, known)}", *loc)
    return False


def _circles(edges: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Every circle once, from its first name on; found without recursion, for a file may chain as it likes."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in edges:
        path: dict[str, Iterator[str]] = (
            {} if start in done else {start: iter(edges[start])}
        )  # what leads here, in order
        while path:
            name, rest = next(reversed(path.items()))
            following = next((other for other in rest if other in edges and other not in done), None)
            if following is None:
                path.pop(name)
                done.add(name)
            elif following in path:
                way = list(path)
                found.append(tuple(way[way.index(following) :]))
            else:
                path[following] = iter(edges[following])
    return found
