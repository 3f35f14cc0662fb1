"""What a terminal shows: a part as lines, bold where there are colours.

The one rule: nothing in a message can steer the terminal. Control characters are dropped from every text, and only this
file writes escape sequences.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Mapping
from typing import Protocol, assert_never

from adapters.base import Part
from flows.messages import Block, Bold, Bullets, Inline, Italic, Link, Paragraph, Plain, inline_text, plain_text

_CONTROLS: dict[int, str | None] = dict.fromkeys((*range(32), *range(127, 160))) | {9: " ", 10: "\n"}
_STYLE = re.compile(r"\x1b\[\d+m")
_MARK = re.compile(r"(?:•|\d{1,3}\.) ")


class Stream(Protocol):
    def isatty(self) -> bool: ...


def colours(stream: Stream, environ: Mapping[str, str]) -> bool:
    """Whether to use colours: https://no-color.org"""
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def width(stream: Stream) -> int | None:
    """How many columns there are; None where lines need no end, as in a file."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def language(environ: Mapping[str, str]) -> str | None:
    """The language that the terminal's settings name (`fr_FR.UTF-8`), if any."""
    said = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    code = re.split(r"[_.@]", said)[0]
    return code if re.fullmatch(r"[a-z]{2,3}", code) else None


def clean(text: str) -> str:
    """`text` without control characters (C0, C1, delete) except line feeds; a tab is a space."""
    return text.translate(_CONTROLS)


def show(part: Part, *, columns: int | None, colour: bool) -> str:
    """A part as text of at most `columns` columns a line, without a line feed at its end."""
    text = plain_text(tuple(_styled_block(block, colour) for block in part.body)).strip("\n")
    return text if columns is None else "\n".join(_wrapped(line, columns) for line in text.split("\n"))


def _styled_block(block: Block, colour: bool) -> Block:
    match block:
        case Paragraph(parts):
            return Paragraph(tuple(_styled(node, colour) for node in parts))
        case Bullets(items, numbered):
            return Bullets(tuple(tuple(_styled(node, colour) for node in item) for item in items), numbered)
        case _:
            assert_never(block)


def _styled(node: Inline, colour: bool) -> Plain:
    text = clean(inline_text((node,)))
    match node:
        case Bold() if colour:
            return Plain(f"\x1b[1m{text}\x1b[22m")
        case Italic() if colour:
            return Plain(f"\x1b[3m{text}\x1b[23m")
        case Plain() | Bold() | Italic() | Link():
            return Plain(text)
        case _:
            assert_never(node)


def _wrapped(line: str, columns: int) -> str:
    """One line as several, broken between words; what follows a list mark stays to the right of it."""
    mark = _MARK.match(line)
    indent = " " * len(mark[0]) if mark else ""
    lines, here, room = [], "", columns
    for word in line.split(" "):
        needed = _columns(word)
        if here.strip() and needed > room:
            lines.append(here.rstrip())
            here, room = indent, columns - len(indent)
        here += word + " "
        room -= needed + 1
    return "\n".join((*lines, here.rstrip()))


def _columns(word: str) -> int:
    """How many columns a word takes: East Asian letters and most emoji two, accents none."""
    return sum(
        0
        if unicodedata.category(letter) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in _STYLE.sub("", word)
    )
