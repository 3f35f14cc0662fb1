"""Telegram's HTML as its server reads it: the text that people see and its entities, or the error that a bot gets.

The one rule: stricter rather than kinder. A tag that is unknown, open or crossed refuses the whole message, as it does
in life. https://core.telegram.org/bots/api#html-style
"""

from __future__ import annotations

import re
from html import unescape

_NAMES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
}
_SAME_NAME = ("code", "pre", "blockquote", "tg-emoji", "tg-time")
TAGS = frozenset((*_NAMES, *_SAME_NAME))
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)?([^<>]*)(>?)")
_ATTRIBUTE = re.compile(r"""\s+([a-z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.-]+))?""")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
# What the server takes out of every text: carriage returns, direction overrides, marks that grow over other lines.
_DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PLAIN = re.compile(r"[^<&\r\u2028-\u202e\u0333\u033f\u030a\x00-\x08\x0b\x0c\x0e-\x1f]*")

Entity = dict[str, str | int]


class BadHtml(Exception):
    """The sentence after `Bad Request: can't parse entities: `."""


def units(text: str) -> int:
    """Length as Telegram counts, in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """What the server keeps of any text."""
    return _CONTROLS.sub(" ", _DROPPED.sub("", text))


def parse(source: str) -> tuple[str, list[Entity]]:
    """The text without markup, trimmed, and its entities."""
    if _PLAIN.fullmatch(source):
        return source.strip(), []
    source = clean(source)
    text, entities = _read(source)
    start = len(text) - len(text.lstrip())
    return text.strip(), _shifted(entities, units(text[:start]), units(text.strip()))


def _read(source: str) -> tuple[str, list[Entity]]:
    pieces: list[str] = []
    length = at = 0
    opened: list[tuple[str, int, dict[str, str]]] = []
    entities: list[Entity] = []
    for tag in _TAG.finditer(source):
        piece = _unescaped(source[at : tag.start()])
        pieces.append(piece)
        length += units(piece)
        at = tag.end()
        offset = len(source[: tag.start()].encode())
        closing, name, rest, end = tag.groups()
        name = (name or "").lower()
        if not end:
            raise BadHtml(f"Unclosed {'end' if closing else 'start'} tag at byte offset {offset}")
        if closing:
            if not opened:
                raise BadHtml(f"Unexpected end tag at byte offset {offset}")
            expected, start, attributes = opened.pop()
            if name != expected:
                raise BadHtml(f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{name}>"')
            if length > start:
                entities.append(_entity(expected, start, length - start, attributes))
        else:
            if name not in TAGS:
                raise BadHtml(f'Unsupported start tag "{name}" at byte offset {offset}')
            opened.append((name, length, _attributes(name, rest, offset)))
    if opened:
        raise BadHtml(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    pieces.append(_unescaped(source[at:]))
    return "".join(pieces), entities


def _attributes(name: str, rest: str, offset: int) -> dict[str, str]:
    found = {key: (value or "").strip("\"'") for key, value in _ATTRIBUTE.findall(rest)}
    if _ATTRIBUTE.sub("", rest).strip():
        raise BadHtml(f"Unexpected end of name token at byte offset {offset}")
    if name == "span" and found.get("class") != "tg-spoiler":
        raise BadHtml(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    return found


def _entity(tag: str, offset: int, length: int, attributes: dict[str, str]) -> Entity:
    entity: Entity = {"type": _NAMES.get(tag, tag), "offset": offset, "length": length}
    if tag == "a":
        entity["url"] = _unescaped(attributes.get("href", ""))
    return entity


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def _shifted(entities: list[Entity], cut: int, end: int) -> list[Entity]:
    """Entities after the text was trimmed by `cut` units at its head, to `end` units."""
    if not cut:
        return [entity for entity in entities if int(entity["offset"]) < end]
    return [
        {**entity, "offset": max(int(entity["offset"]) - cut, 0)}
        for entity in entities
        if cut <= int(entity["offset"]) < cut + end
    ]
