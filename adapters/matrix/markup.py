"""A part as Matrix takes it: plain words, and HTML beside them where there is any markup.

The one rule: markup comes from nodes alone. The text of every node is escaped, so nothing that anybody wrote can become
markup. https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any, assert_never

from flows.messages import Block, Bold, Bullets, Inline, Italic, Link, Paragraph, Plain, plain_text

MAX_TEXT = 4000
"""UTF-16 units. An event holds 65,536 bytes (https://spec.matrix.org/latest/client-server-api/#size-limits): an edit
carries its words as words, as HTML and once more for old clients, at most nine bytes a unit, and encryption adds a
third."""
_PAGES = ("https://", "http://", "mailto:", "tel:", "matrix:")
"""What a link may open; anything else is written out."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def content(body: tuple[Block, ...]) -> dict[str, Any]:
    """The content of a text message. The empty mentions keep "@room" and names in it from ringing anybody.
    https://spec.matrix.org/latest/client-server-api/#user-and-room-mentions"""
    said: dict[str, Any] = {"msgtype": "m.text", "body": _clean(plain_text(body)), "m.mentions": {}}
    if _marked(body):
        said |= {"format": "org.matrix.custom.html", "formatted_body": html(body)}
    return said


def edited(content: dict[str, Any], ref: str) -> dict[str, Any]:
    """The same as an edit of the message `ref`. https://spec.matrix.org/latest/client-server-api/#event-replacements"""
    fallback = {name: value for name, value in content.items() if name not in ("format", "formatted_body")}
    return {
        **fallback,
        "body": "* " + str(content.get("body", "")),
        "m.new_content": content,
        "m.relates_to": {"rel_type": "m.replace", "event_id": ref},
    }


def html(body: Iterable[Block]) -> str:
    """Paragraphs, with lists as lists."""
    return "".join(_block(block) for block in body)


def _marked(body: tuple[Block, ...]) -> bool:
    return any(isinstance(block, Bullets) or any(not isinstance(part, Plain) for part in block.parts) for block in body)


def _block(block: Block) -> str:
    match block:
        case Paragraph(parts):
            return f"<p>{_inline(parts)}</p>"
        case Bullets(items, numbered):
            tag = "ol" if numbered else "ul"
            return f"<{tag}>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + f"</{tag}>"
        case _:
            assert_never(block)


def _inline(parts: Iterable[Inline]) -> str:
    return "".join(_node(part) for part in parts)


def _node(part: Inline) -> str:
    match part:
        case Plain(text):
            return _text(text)
        case Bold(text):
            return f"<strong>{_text(text)}</strong>"
        case Italic(text):
            return f"<em>{_text(text)}</em>"
        case Link(text, url):
            if url.lower().startswith(_PAGES):
                return f'<a href="{escape(_clean(url))}">{_text(text)}</a>'
            return _text(text if text == url else f"{text} ({url})")
        case _:
            assert_never(part)


def _text(text: str) -> str:
    return escape(_clean(text), quote=False).replace("\n", "<br>")


def _clean(text: str) -> str:
    """Without half characters, which no JSON carries, and without controls, which no client shows."""
    return _CONTROLS.sub("", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
