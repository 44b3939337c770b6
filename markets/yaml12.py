"""YAML as a forecaster means it: `NO` is a word, a date is text, a number is exact, nothing is repaired in silence.

A strict part of YAML 1.2 (https://yaml.org/spec/1.2.2/, looked at 2026-11-21): only `true` and `false` are truth
values, whole numbers are int, all others Decimal with the digits as written, everything else is text. Faults, each at
its line and column: duplicate keys, keys that are no text, tabs, anchors, aliases, tags, a second document, control
characters, over 1 MB, nested over 50 deep. The fast path is libyaml; positions are worked out only after a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from markets.unreadable import unreadable
from resolvers.errors import Fault

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_DIGITS = 60
"""More than any score, count or instant needs; keeps arithmetic on hostile numbers cheap."""

MAX_EXPONENT = 30

ODD = re.compile(r"[&*!\t]")
ODD_WORD = re.compile(r"(?<![^\s\[\]{},:?\-\"'])(?:[&*](?!\s)|!)|\t")
ODD_LINE = re.compile(r"[\n\r\x85\u2028\u2029](?:%|[ \-?]{24,})")
"""Without one of these there is no anchor, alias or tag (they begin where a word may), no tab and no directive, and no
block nesting over 50 deep. In three steps: the first two are quick, and most files have neither."""

MAX_BRACKETS = 40
NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
STRING, MAPPING, SEQUENCE, NULL, BOOL, INT, FLOAT = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq", "null", "bool", "int", "float")
)
FORMS = (
    (NULL, r"^(?:~|null|)$", ["~", "n", ""]),
    (BOOL, r"^(?:true|false)$", list("tf")),
    (INT, r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    (FLOAT, r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", list("-0123456789")),
)
FIRST = {
    first: tuple((tag, re.compile(form)) for tag, form, firsts in FORMS if first in firsts)
    for first in sorted({first for _, _, firsts in FORMS for first in firsts})
}
"""By the first letter of a plain text: what it may be other than text."""


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file read: `value` (None where it cannot be made out) and every fault, each with line and column."""

    text: str
    value: Any
    faults: tuple[Fault, ...]


class OddKeys(Exception):
    """Somewhere a key is doubled or no text: the slow path says where."""


class Words(yaml.CSafeLoader):
    """Composes without meaning: for positions."""


class _Loader(yaml.CSafeLoader):
    """Composes and constructs with the meaning above; odd keys raise."""

    lenient = False
    wild = False
    """Whether a number was over-long, or its exponent; in its place stands 0."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: Any) -> str:
        """The tag of a node: asked for every node, so that the first letter of most texts tells enough."""
        if kind is not yaml.ScalarNode:
            return MAPPING if kind is yaml.MappingNode else SEQUENCE
        if implicit[0] and (not value or value[0] in FIRST):
            for tag, form in FIRST.get(value[:1], ()):
                if form.match(value):
                    return tag
        return STRING

    def construct_document(self, node: yaml.Node) -> Any:
        return self._value(node)

    def _value(self, node: yaml.Node) -> Any:
        """What a node means. Nothing is shared or recursive here, for anchors have no place in a definition."""
        tag, value = node.tag, node.value
        if tag == STRING:
            return value
        if tag == MAPPING:
            return self._mapping(value)
        if tag == SEQUENCE:
            return [self._value(each) for each in value]
        if tag == NULL:
            return None
        return value == "true" if tag == BOOL else self._number(value)

    def _number(self, text: str) -> int | Decimal:
        if _too_big(text):
            self.wild = True
            return 0  # a fault, from _wild_numbers
        return int(text) if text.lstrip("-").isdigit() else Decimal(text)

    def _mapping(self, pairs: list[tuple[yaml.Node, yaml.Node]]) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in pairs:
            key = key_node.value
            if key_node.tag != STRING or key in found:
                if not self.lenient:
                    raise OddKeys
                if not isinstance(key, str) or key in found:
                    continue
            found[key] = self._value(value_node)
        return found


class _Lenient(_Loader):
    """The first of doubled keys counts, so that the rest of a faulty file can be checked all the same."""

    lenient = True


Words.yaml_implicit_resolvers = {}


def printable(text: str) -> bool:
    """Whether a text is made of letters, signs, spaces and `\\n` only: a quick look, and a strict one."""
    return text.replace("\n", "").isprintable()


def simple(text: str) -> bool:
    """Whether a text has nothing in it that has to be read closely, and no line ends but `\\n`: a quick look that may
    say no where there is nothing. Odd keys, wild numbers and how many brackets there are it does not see.
    """
    if not printable(text) or "\n---" in text or "\n..." in text or ODD_LINE.search(text):
        return False
    return not ("&" in text or "*" in text or "!" in text) or ODD_WORD.search(text) is None


def pairs_of(text: str) -> list[tuple[yaml.Node, Any]]:
    """The keys of a simple text's outermost mapping, each with its place, and what stands under them.

    None of a text that is no mapping, or that has a wild number. Raises OddKeys and yaml.YAMLError.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return []
        value = loader.construct_document(node)
        return [] if loader.wild else [(key, value[key.value]) for key, _ in node.value]
    finally:
        loader.dispose()


def read_yaml(raw: bytes) -> Document:
    """Bytes of one file -> its value and faults; never raises on what is in the bytes."""
    if len(raw) > MAX_BYTES:
        wanted = f"over {MAX_BYTES:,} bytes: a definition is smaller; keep data in sources and registries"
        return Document("", None, (Fault("Y-SIZE", wanted, line=1, column=1),))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place_of(raw[: error.start].decode("utf-8"), error.start)
        return Document(
            "", None, (Fault("Y-ENCODING", "not UTF-8 text: save the file as UTF-8", line=line, column=column),)
        )
    if not _odd(text):
        try:
            return Document(text, yaml.load(text, Loader=_Loader), tuple(_wild_numbers(text)))  # noqa: S506 (a SafeLoader)
        except OddKeys:
            pass
        except yaml.YAMLError as error:
            return Document(text, None, (unreadable(text, error),))
    return _read_closely(text)


def _odd(text: str) -> bool:
    """Whether a text has to be read closely, for it may hold what has no place in a definition."""
    if ODD_LINE.search(text) or ODD_LINE.match(f"\n{text[:24]}") or (ODD.search(text) and ODD_WORD.search(text)):
        return True
    return NOT_PRINTABLE.search(text) is not None or _brackets(text) > MAX_BRACKETS


def _read_closely(text: str) -> Document:
    """The slow path: every fault that can be found at once, and the value where that is still safe."""
    unprintable = [
        _at(text, found.start(), "Y-CHARACTER", f"the character {found.group()!r} is not printable: take it out")
        for found in NOT_PRINTABLE.finditer(text)
    ]
    if unprintable:
        return Document(text, None, tuple(unprintable))
    faults = list(_tabs(text))
    fatal, events = _scan_events(text)
    said = {fault.line for fault in (*faults, *events) if fault.code != "Y-SYNTAX"}
    faults += [fault for fault in events if not (fault.code == "Y-SYNTAX" and fault.line in said)]
    value = None
    if not fatal:
        try:
            value = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
        except OddKeys:
            faults += _odd_keys(text)
            value = yaml.load(text, Loader=_Lenient)  # noqa: S506 (a SafeLoader)
        faults += _wild_numbers(text)
    ordered = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
    return Document(text, value, ordered)


def _tabs(text: str) -> Iterator[Fault]:
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line:
            yield Fault("Y-TAB", "a tab: write spaces", line=number, column=line.index("\t") + 1)


def _scan_events(text: str) -> tuple[bool, list[Fault]]:
    """(the value must not be built, faults): anchors, aliases, tags, depth, further documents, syntax."""
    faults: list[Fault] = []
    fatal, depth, documents = False, 0, 0
    anchors: set[str] = set()
    try:
        for event in yaml.parse(text, Loader=Words):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    faults.append(
                        _from_mark("Y-DOCUMENTS", "a second document begins: one file holds one", event.start_mark)
                    )
                    return True, faults
            for code, message, deadly in _odd_event(event):
                faults.append(_from_mark(code, message, event.start_mark))
                fatal = fatal or deadly
            anchor = getattr(event, "anchor", None)
            fatal = fatal or anchor in anchors  # the same twice: libyaml does not compose it
            anchors |= {anchor} if anchor else set()
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                faults.append(
                    _from_mark("Y-DEPTH", f"nested over {MAX_DEPTH} deep: write it flatter", event.start_mark)
                )
                return True, faults
    except yaml.YAMLError as error:
        return True, [*faults, unreadable(text, error)]
    return fatal, faults


def _odd_event(event: yaml.Event) -> Iterator[tuple[str, str, bool]]:
    """(code, message, whether the value must not be built) of what has no place in a definition."""
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        yield "Y-ALIAS", f"*{anchor} stands for something written elsewhere: write that out (or quote the text)", True
    elif anchor:
        yield "Y-ANCHOR", f"&{anchor} names this place for reuse: take it out", False
    if tag:
        yield "Y-TAG", f"{tag} is a tag: take it out (or quote the text)", True


def _odd_keys(text: str) -> list[Fault]:
    """Doubled keys and keys that are no text, all of them."""
    faults: list[Fault] = []
    pending: list[yaml.Node | None] = [yaml.compose(text, Loader=_Loader)]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.SequenceNode):
            pending.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            before: yaml.Node | None = None
            for key, value in node.value:
                faults.extend(_odd_key(key, seen, before))
                pending.append(value)
                before = value
    return faults


def _odd_key(key: yaml.Node, seen: dict[str, int], before: yaml.Node | None) -> Iterator[Fault]:
    """What is wrong with a key; `before` is the value that stands before it."""
    if before is not None and (before.tag, key.tag) == (INT, INT) and _adjoining(before, key):
        yield _from_mark("Y-KEY", f"a decimal has a point: write {before.value}.{key.value}", before.start_mark)
    elif key.tag != STRING:
        word = f'"{key.value}"' if isinstance(key.value, str) else "a plain word"
        yield _from_mark("Y-KEY", f"a key is text here: write {word}", key.start_mark)
    elif key.value in seen:
        message = f"{key.value} stands here twice (first on line {seen[key.value]}): keep one"
        yield _from_mark("Y-DUPLICATE", message, key.start_mark)
    else:
        seen[key.value] = key.start_mark.line + 1


def _adjoining(before: yaml.Node, key: yaml.Node) -> bool:
    """Whether only a comma stands between the two, as in `0,70`."""
    return bool(before.end_mark.index + 1 == key.start_mark.index)


def _too_big(text: str) -> bool:
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa) > MAX_DIGITS or len(exponent) > 4 or abs(int(exponent or "0")) > MAX_EXPONENT


MAYBE_WILD = re.compile(rf"[0-9.](?:[eE][-+0-9]|[0-9.]{{{MAX_DIGITS - 1}}})")
WILD = re.compile(rf"(?<![\w.])-?[0-9][0-9.]*(?:[eE][-+]?[0-9]+|(?<=[0-9.]{{{MAX_DIGITS}}}))(?![\w.])")
"""What may be a number of over-long or exponent form; looked at again node by node."""


def _wild_numbers(text: str) -> Iterator[Fault]:
    if not MAYBE_WILD.search(text) or not WILD.search(text):
        return
    pending: list[yaml.Node | None] = [yaml.compose(text, Loader=_Loader)]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.ScalarNode):
            if node.tag.rpartition(":")[2] in ("int", "float") and _too_big(node.value):
                message = f"a number of over {MAX_DIGITS} digits or beyond 1e{MAX_EXPONENT}: quote it if it is a name"
                yield _from_mark("Y-NUMBER", message, node.start_mark)
        elif isinstance(node, yaml.SequenceNode):
            pending.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            pending.extend(value for _, value in node.value)


def _brackets(text: str) -> int:
    return text.count("[") + text.count("{")


def _place_of(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _at(text: str, offset: int, code: str, message: str) -> Fault:
    line, column = _place_of(text, offset)
    return Fault(code, message, line=line, column=column)


def _from_mark(code: str, message: str, mark: Any) -> Fault:
    return Fault(code, message, line=mark.line + 1, column=mark.column + 1)
