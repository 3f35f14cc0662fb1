"""Menus answered by typing: the buttons that were shown last, kept until the next message.

The one rule: a menu holds for one reply. A number typed later belongs to the question that is open, not to a menu that
scrolled away.
"""

from __future__ import annotations

from typing import TypeAlias

import orjson

from flows import reading
from flows.messages import Prompt
from flows.prompts import read_command

Shown: TypeAlias = tuple[str, str, bool]
"""Label, data, quiet."""


def write(prompt: Prompt) -> str | None:
    """The buttons of a menu as they are kept; None when there is nothing to type."""
    shown = [[button.label, button.data, button.quiet] for button in prompt.buttons if button.url is None]
    return orjson.dumps(shown).decode() if shown else None


def pick(menu: str, text: str) -> tuple[str, str] | None:
    """(command, argument) of the button that somebody means by a number, its words, or a yes or no."""
    buttons = [(label, data, quiet) for label, data, quiet in orjson.loads(menu)]
    choices = [button for button in buttons if not button[2]] or buttons
    meant = _numbered(choices, text) or _decided(buttons, text) or _named(buttons, text)
    return read_command(meant[1]) if meant else None


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
