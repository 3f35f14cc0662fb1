"""What is put in front of a person: text as a short tree, an optional prompt, an optional picture.

The one rule: what a citizen typed is always a `Plain` node, and so is every piece of data; markup exists only as
nodes, never as characters inside a text. Nothing anybody writes can become markup on any platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Plain:
    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    text: str


@dataclass(frozen=True, slots=True)
class Italic:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


Inline: TypeAlias = Plain | Bold | Italic | Link


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; a line feed inside a node is a line break."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[tuple[Inline, ...], ...]
    numbered: bool = False


Block: TypeAlias = Paragraph | Bullets


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to press. `data` is what comes back in `Pressed`, at most 64 bytes. `chosen` marks a toggled choice.
    With `url` it opens a page and nothing comes back."""

    label: str
    data: str
    chosen: bool = False
    url: str | None = None
    quiet: bool = False
    """Secondary (skip, back, done): shown after the choices; numbered lists show it as a word to type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The buttons under a message. `id` is the prompt that they belong to, empty for menus outside a session.
    `free` says that typing something else than a button is a normal answer (a text, a number, a date)."""

    id: str
    buttons: tuple[Button, ...]
    free: bool = False
    columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture by reference (for example `chart:17`): the bytes are made when the message leaves, never stored in it.
    `alt` says in words everything that the picture shows."""

    ref: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    body: tuple[Block, ...]
    prompt: Prompt | None = None
    picture: Picture | None = None


def paragraph(*parts: Inline | str) -> Paragraph:
    """A paragraph from nodes and plain strings."""
    return Paragraph(tuple(Plain(part) if isinstance(part, str) else part for part in parts))


def message(*blocks: Block | str, prompt: Prompt | None = None, picture: Picture | None = None) -> Message:
    """A message from blocks and plain strings, one paragraph each."""
    body = tuple(paragraph(block) if isinstance(block, str) else block for block in blocks)
    return Message(body=body, prompt=prompt, picture=picture)


def plain_text(body: tuple[Block, ...]) -> str:
    """The words of a body without any markup: paragraphs apart by an empty line, list items by a line."""
    chunks = []
    for block in body:
        match block:
            case Paragraph(parts):
                chunks.append(inline_text(parts))
            case Bullets(items, numbered):
                marks = (f"{i}." if numbered else "•" for i in range(1, len(items) + 1))
                chunks.append(
                    "\n".join(f"{mark} {inline_text(item)}" for mark, item in zip(marks, items, strict=False))
                )
    return "\n\n".join(chunks)


def inline_text(parts: tuple[Inline, ...]) -> str:
    """The words of some nodes; a link shows its address after its text when the two differ."""
    return "".join(
        f"{part.text} ({part.url})" if isinstance(part, Link) and part.text != part.url else part.text for part in parts
    )
