"""Menus answered by typing: the buttons that were shown last, kept until the next message.

The one rule: a menu holds for one reply. A number typed later belongs to the question that is open, not to a menu that
scrolled away.

A menu may remember a text for its buttons (a reason, an outcome), which would not fit into the 64 bytes that a button
carries; and it may take whatever else is typed as the end of a command. A line that is a command is never taken so.
"""

from __future__ import annotations

from typing import TypeAlias

import orjson

from flows import reading
from flows.messages import Prompt
from flows.prompts import command, read_command

Shown: TypeAlias = tuple[str, str, bool, str]
"""Label, data, quiet, what is added to the argument. The entry for free text has no label."""


def write(prompt: Prompt, *, more: str = "", free: str = "") -> str | None:
    """The buttons of a menu as they are kept; None when there is nothing to type."""
    shown = [
        [button.label, button.data, button.quiet, "" if button.quiet else more]
        for button in prompt.buttons
        if button.url is None
    ]
    if free:
        name, _, argument = free.partition(" ")
        shown.append(["", command(name, argument), False, ""])
    return orjson.dumps(shown).decode() if shown else None


def pick(menu: str, text: str) -> tuple[str, str] | None:
    """(command, argument) of the button that somebody means by a number, its words, or a yes or no; else what a menu
    for free text makes of it."""
    shown = _read(menu)
    buttons = [one for one in shown if one[0]]
    if text[:1] in ("/", "!"):
        return _typed(buttons, text[1:])
    choices = [button for button in buttons if not button[2]] or buttons
    meant = _numbered(choices, text) or _decided(buttons, text) or _named(buttons, text)
    if meant is not None:
        return _command(meant)
    free = next((one for one in shown if not one[0]), None)
    if free is None or reading.control(text) is not None:
        return None
    if reading.yes_no(text, strict=True) is not None:
        return next((_command(one) for one in buttons if one[2]), None) if not reading.yes_no(text) else None
    return _command((*free[:3], text.strip()))


def pressed(menu: str, data: str) -> tuple[str, str] | None:
    """(command, argument) of a button that carries `data`, with what the menu remembers for it."""
    found = next((one for one in _read(menu) if one[1] == data and one[0]), None) if menu else None
    return _command(found) if found else read_command(data)


def _read(menu: str) -> list[Shown]:
    """The entries of a menu; the first ones ended after `quiet`."""
    return [(label, data, quiet, more[0] if more else "") for label, data, quiet, *more in orjson.loads(menu)]


def _command(shown: Shown) -> tuple[str, str] | None:
    found = read_command(shown[1])
    return (found[0], f"{found[1]} {shown[3]}".strip()) if found else None


def _typed(buttons: list[Shown], line: str) -> tuple[str, str] | None:
    """A command that one of the buttons stands for, typed out: it gets what the menu remembers."""
    words = " ".join(line.split())
    found = next((one for one in buttons if one[3] and words == _as_typed(one[1])), None)
    return _command(found) if found else None


def _as_typed(data: str) -> str:
    return " ".join(read_command(data) or ()).strip()


def _numbered(choices: list[Shown], text: str) -> Shown | None:
    place = reading.place(text, len(choices))
    return choices[place] if place is not None else None


def _named(buttons: list[Shown], text: str) -> Shown | None:
    at = reading.pick(text, [button[0] for button in buttons])
    return buttons[at] if isinstance(at, int) else None


def _decided(buttons: list[Shown], text: str) -> Shown | None:
    """A menu of one thing to do and one way out is a question: yes does it, no leaves it."""
    if len(buttons) != 2 or [button[2] for button in buttons] != [False, True]:
        return None
    answer = reading.yes_no(text, strict=True)
    return None if answer is None else buttons[0 if answer else 1]
