"""Commands: what a line that begins with `/` (or `!`) asks for, one function each.

The one rule: a command is known by one canonical name and any number of aliases, French ones among them; buttons that
do the same carry the canonical name. Whether somebody may use it is decided here, once, before the function runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.turn import Turn

Act = Callable[[Turn, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`role` names who may use it: everybody, or organisers (owners are organisers). `about` tells it in
    /help (None: not told there). `in_group` says that it may be used where others read."""

    name: str
    aliases: tuple[str, ...]
    act: Act
    about: Callable[[str], str] | None
    role: str = "everybody"
    in_group: bool = False
