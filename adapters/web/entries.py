"""A part as the page receives it: JSON that names its nodes, never HTML.

The one rule: the page builds elements from these nodes and sets their text; no string of ours or of anybody's is
ever parsed as markup. Only addresses that a browser may safely open become links.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from adapters.base import Part
from adapters.pictures import size_of
from flows.messages import Block, Bold, Bullets, Button, Inline, Italic, Link, Paragraph, Plain

_OPENABLE = {"http", "https", "mailto", "tel"}


def part_json(part: Part) -> dict[str, Any]:
    """Body and buttons of `part`, and what it asks for besides words; the picture is the adapter's, which knows where
    its bytes are."""
    return {
        "body": [_block(block) for block in part.body],
        "rows": [[_button(button) for button in row] for row in part.rows],
        **({"wants": part.wants} if part.wants else {}),
    }


def image_json(src: str, alt: str, data: bytes) -> dict[str, Any]:
    """A picture by address, with its size so that nothing jumps when it arrives."""
    width, height = size_of(data) or (0, 0)
    return {"src": src, "alt": alt, "width": width, "height": height}


def image_place(digest: str) -> str:
    """The place on the shelf of the picture with this digest; no chat is called so."""
    return f"web-image:{digest}"


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(parts):
            return {"p": [_inline(part) for part in parts]}
        case Bullets(items, numbered):
            return {"list": [[_inline(part) for part in item] for item in items], "numbered": numbered}


def _inline(part: Inline) -> list[str]:
    match part:
        case Plain(text):
            return ["plain", text]
        case Bold(text):
            return ["bold", text]
        case Italic(text):
            return ["italic", text]
        case Link(text, url):
            if openable(url):
                return ["link", text, url]
            return ["plain", text if text == url else f"{text} ({url})"]


def _button(button: Button) -> dict[str, Any]:
    face: dict[str, Any] = {"label": button.label, "data": button.data}
    if button.chosen:
        face["chosen"] = True
    if button.main:
        face["main"] = True
    elif button.quiet:
        face["quiet"] = True
    if button.url is not None and openable(button.url):
        face["url"] = button.url
    return face


def openable(url: str) -> bool:
    """May a page offer `url` as a link?"""
    try:
        return urlsplit(url).scheme.lower() in _OPENABLE
    except ValueError:
        return False
