"""A part as Telegram takes it: HTML text and an inline keyboard.

The one rule: markup comes from nodes alone. The text of every node is escaped, so nothing that anybody wrote can become
markup or break a message. https://core.telegram.org/bots/api#html-style
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from adapters.base import Part
from flows.messages import Block, Bold, Bullets, Button, Inline, Italic, Link, Paragraph, Plain

MAX_TEXT = 4096
"""UTF-16 units, entities parsed. https://core.telegram.org/bots/api#sendmessage"""
MAX_BUTTONS = 100
"""On one message; not in the documentation, the server refuses more."""
LABEL = 40
"""What a phone shows of a label before it cuts; declared, so that longer labels are written out above."""
MAX_LABEL = 64
"""What we ever put on a button, whatever reaches us."""
MAX_DATA = 64
"""Bytes of callback_data. https://core.telegram.org/bots/api#inlinekeyboardbutton"""
_PAGES = ("https://", "http://", "tg://", "mailto:", "tel:")
"""What a link may open; anything else is written out."""


def html(body: Iterable[Block]) -> str:
    """The words of a body: paragraphs apart by an empty line, list items by a line."""
    return "\n\n".join(_block(block) for block in body)


def keyboard(part: Part) -> dict[str, Any] | None:
    """https://core.telegram.org/bots/api#inlinekeyboardmarkup"""
    rows = [[_button(button) for button in row] for row in part.rows if row]
    return {"inline_keyboard": rows} if rows else None


def _block(block: Block) -> str:
    match block:
        case Paragraph(parts):
            return _inline(parts)
        case Bullets(items, numbered):
            marks = (f"{number}." if numbered else "•" for number in range(1, len(items) + 1))
            return "\n".join(f"{mark} {_inline(item)}" for mark, item in zip(marks, items, strict=False))
        case _:
            assert_never(block)


def _inline(parts: Iterable[Inline]) -> str:
    return "".join(_node(part) for part in parts)


def _node(node: Inline) -> str:
    match node:
        case Plain(text):
            return escape(text)
        case Bold(text):
            return f"<b>{escape(text)}</b>"
        case Italic(text):
            return f"<i>{escape(text)}</i>"
        case Link(text, url) if url.startswith(_PAGES):
            return f'<a href="{escape(url)}">{escape(text)}</a>'
        case Link(text, url):
            return escape(f"{text} ({url})")
        case _:
            assert_never(node)


def escape(text: str) -> str:
    """`text` so that Telegram's HTML reader gives back exactly `text`. Half characters, which no JSON can carry,
    become a question mark."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _button(button: Button) -> dict[str, str]:
    label = button.label if button.label.isascii() else button.label.encode("utf-8", "replace").decode("utf-8")
    if len(label) > MAX_LABEL:
        label = label[: MAX_LABEL - 1].rstrip() + "…"
    return {"text": label, "url": button.url} if button.url else {"text": label, "callback_data": button.data}
