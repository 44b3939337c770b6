"""Discord's limits on a message and a modal, and what a careful author adds; each a list of sentences, at best empty.

Numbers: discord-api-docs, message, components and interactions pages, as read for Crux in August 2026.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from discord_server.state import BUTTON, COMPONENTS_V2, JSON, LINK_STYLE, SELECTS, controls

CONTENT, EMBEDS, ALL_EMBEDS, FILES, FILE_BYTES, ALT_TEXT = 2000, 10, 6000, 10, 10 * 1024 * 1024, 1024
TITLE, DESCRIPTION, FIELDS, FIELD_NAME, FIELD_VALUE, FOOTER, AUTHOR = 256, 4096, 25, 256, 1024, 2048, 256
ROWS, BUTTONS, LABEL, CUSTOM_ID, OPTIONS, OPTION_TEXT, PLACEHOLDER = 5, 5, 80, 100, 25, 100, 150
MODAL_TITLE, MODAL_PARTS, MODAL_LABEL, MODAL_DESCRIPTION, TYPED, MODAL_PLACEHOLDER = 45, 5, 45, 100, 4000, 100
CHOICES, CHOICE_TEXT = 25, 100
ROW, TEXT_INPUT, TEXT_DISPLAY, IN_LABEL, UPLOAD, RADIOS, CHECKBOXES, CHECKBOX = 1, 4, 10, 18, 19, 21, 22, 23
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def too_long(where: str, text: object, most: int, least: int = 0) -> list[str]:
    length = len(str(text or ""))
    if length > most:
        return [f"{where} has {length} characters, the most is {most}"]
    return [f"{where} has {length} characters, the least is {least}"] if length < least else []


def too_many(where: str, of: int, most: int, least: int = 0) -> list[str]:
    return [] if least <= of <= most else [f"{where}: {of}, wanted {least} to {most}"]


def message_faults(body: JSON, files: dict[str, int], *, must_say: bool = True) -> list[str]:
    """Why Discord would refuse the message; `files` is name to size in bytes."""
    if int(body.get("flags") or 0) & COMPONENTS_V2:
        return ["this server does not speak Components V2; send content, embeds and rows"]
    embeds, components = body.get("embeds") or [], body.get("components") or []
    faults = too_long("content", body.get("content"), CONTENT) + too_many("embeds", len(embeds), EMBEDS)
    for number, embed in enumerate(embeds):
        faults += _embed_faults(f"embeds[{number}]", embed)
    whole = sum(map(_embed_length, embeds))
    faults += [f"all embeds together have {whole} characters, the most is {ALL_EMBEDS}"] if whole > ALL_EMBEDS else []
    faults += component_faults(components) + file_faults(body, files)
    if must_say and not (body.get("content") or embeds or files or body.get("attachments") or components):
        faults.append("the message is empty")
    return faults


def _embed_faults(where: str, embed: JSON) -> list[str]:
    fields = embed.get("fields") or []
    faults = too_long(f"{where}.title", embed.get("title"), TITLE)
    faults += too_long(f"{where}.description", embed.get("description"), DESCRIPTION)
    faults += too_long(f"{where}.footer", (embed.get("footer") or {}).get("text"), FOOTER)
    faults += too_long(f"{where}.author", (embed.get("author") or {}).get("name"), AUTHOR)
    faults += too_many(f"{where}.fields", len(fields), FIELDS)
    for number, one in enumerate(fields):
        faults += too_long(f"{where}.fields[{number}].name", one.get("name"), FIELD_NAME, 1)
        faults += too_long(f"{where}.fields[{number}].value", one.get("value"), FIELD_VALUE, 1)
    return faults


def _embed_length(embed: JSON) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts += [(embed.get("author") or {}).get("name")]
    texts += [text for one in embed.get("fields") or [] for text in (one.get("name"), one.get("value"))]
    return sum(len(str(text)) for text in texts if text)


def component_faults(rows: list[JSON]) -> list[str]:
    """Rows of a message: at most five, each with five buttons or one select."""
    faults = too_many("rows", len(rows), ROWS)
    for number, row in enumerate(rows):
        where, inside = f"rows[{number}]", row.get("components") or []
        if row.get("type") != ROW:
            faults.append(f"{where} is of type {row.get('type')}; this server speaks rows only, no Components V2")
            continue
        selects = [one for one in inside if one.get("type") in SELECTS]
        faults += too_many(f"{where} components", len(inside), 1 if selects else BUTTONS, 1)
        for place, one in enumerate(inside):
            faults += _control_faults(f"{where}[{place}]", one)
    return faults + duplicate_ids(controls(rows))


def duplicate_ids(parts: Iterable[JSON]) -> list[str]:
    counted = Counter(str(one["custom_id"]) for one in parts if one.get("custom_id"))
    return [f"custom_id {name!r} is used {count} times" for name, count in counted.items() if count > 1]


def _control_faults(where: str, one: JSON) -> list[str]:
    if one.get("type") == BUTTON:
        faults = too_long(f"{where}.label", one.get("label"), LABEL)
        if one.get("style") == LINK_STYLE:
            return faults + ([] if one.get("url") else [f"{where}: a link without an address"])
        if not (one.get("label") or one.get("emoji")):
            faults.append(f"{where}: a button needs a label or an emoji")
        return faults + too_long(f"{where}.custom_id", one.get("custom_id"), CUSTOM_ID, 1)
    if one.get("type") in SELECTS:
        return _select_faults(where, one, PLACEHOLDER)
    return [f"{where} is of type {one.get('type')}, which no message may hold"]


def _select_faults(where: str, one: JSON, placeholder: int) -> list[str]:
    faults = too_long(f"{where}.custom_id", one.get("custom_id"), CUSTOM_ID, 1)
    faults += too_long(f"{where}.placeholder", one.get("placeholder"), placeholder)
    return faults + (_option_faults(where, one.get("options") or [], OPTIONS, 1) if one.get("type") == 3 else [])


def _option_faults(where: str, options: list[JSON], most: int, least: int) -> list[str]:
    faults = too_many(f"{where} options", len(options), most, least)
    for number, option in enumerate(options):
        faults += too_long(f"{where}.options[{number}].label", option.get("label"), OPTION_TEXT, 1)
        faults += too_long(f"{where}.options[{number}].value", option.get("value"), OPTION_TEXT, 1)
        faults += too_long(f"{where}.options[{number}].description", option.get("description"), OPTION_TEXT)
    twice = [value for value, count in Counter(one.get("value") for one in options).items() if count > 1]
    return faults + [f"{where}: option value {value!r} is used twice" for value in twice]


def file_faults(body: JSON, files: dict[str, int]) -> list[str]:
    faults = too_many("files", len(body.get("attachments") or files), FILES)
    faults += [
        f"{name} has {size} bytes, the most is {FILE_BYTES}" for name, size in files.items() if size > FILE_BYTES
    ]
    for one in body.get("attachments") or []:
        faults += too_long(f"alt text of {one.get('filename') or one.get('id')}", one.get("description"), ALT_TEXT)
    return faults


def careless(embeds: list[JSON], alt_texts: dict[str, str | None]) -> list[str]:
    """What Discord would let pass and a reader would not: pictures that are not there, pictures without alt text."""
    named = [str((one.get(part) or {}).get("url") or "") for one in embeds for part in ("image", "thumbnail")]
    wanted = [name.removeprefix("attachment://") for name in named if name.startswith("attachment://")]
    faults = [f"attachment://{name} has no such file" for name in wanted if name not in alt_texts]
    for name, alt in alt_texts.items():
        if name.lower().endswith(IMAGES) and not alt:
            faults.append(f"the picture {name} has no alt text")
    return faults


def modal_faults(modal: JSON) -> list[str]:
    parts = modal.get("components") or []
    faults = too_long("modal title", modal.get("title"), MODAL_TITLE, 1)
    faults += too_long("modal custom_id", modal.get("custom_id"), CUSTOM_ID, 1)
    faults += too_many("modal components", len(parts), MODAL_PARTS, 1)
    for number, part in enumerate(parts):
        faults += _modal_part_faults(f"modal[{number}]", part)
    return faults + duplicate_ids(controls(parts))


def _modal_part_faults(where: str, part: JSON) -> list[str]:
    if part.get("type") == TEXT_DISPLAY:
        return too_long(where, part.get("content"), TYPED, 1)
    if part.get("type") == ROW:
        inside = part.get("components") or []
        return [fault for one in inside for fault in _input_faults(where, one)] + too_many(where, len(inside), 1, 1)
    if part.get("type") != IN_LABEL:
        return [f"{where} is of type {part.get('type')}; a modal holds Labels, rows and texts"]
    faults = too_long(f"{where}.label", part.get("label"), MODAL_LABEL, 1)
    faults += too_long(f"{where}.description", part.get("description"), MODAL_DESCRIPTION)
    return faults + _input_faults(where, part.get("component") or {})


def _input_faults(where: str, one: JSON) -> list[str]:
    if one.get("type") == TEXT_INPUT:
        faults = too_long(f"{where}.custom_id", one.get("custom_id"), CUSTOM_ID, 1)
        faults += too_long(f"{where}.label", one.get("label"), MODAL_LABEL)
        faults += too_long(f"{where}.placeholder", one.get("placeholder"), MODAL_PLACEHOLDER)
        faults += too_long(f"{where}.value", one.get("value"), TYPED)
        faults += too_many(f"{where}.min_length", int(one.get("min_length") or 0), TYPED)
        return faults + too_many(f"{where}.max_length", int(one.get("max_length") or TYPED), TYPED, 1)
    if one.get("type") in SELECTS:
        return _select_faults(where, one, PLACEHOLDER)
    if one.get("type") in (RADIOS, CHECKBOXES):
        least = 2 if one.get("type") == RADIOS else 1
        return _option_faults(where, one.get("options") or [], 10, least)
    known = one.get("type") in (UPLOAD, CHECKBOX)
    return [] if known else [f"{where} holds a component of type {one.get('type')}, which no modal may hold"]


def choice_faults(choices: list[JSON]) -> list[str]:
    faults = too_many("autocomplete choices", len(choices), CHOICES)
    for number, one in enumerate(choices):
        faults += too_long(f"choices[{number}].name", one.get("name"), CHOICE_TEXT, 1)
        if isinstance(one.get("value"), str):
            faults += too_long(f"choices[{number}].value", one["value"], CHOICE_TEXT)
    return faults
