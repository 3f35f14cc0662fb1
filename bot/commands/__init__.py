"""Commands: what a line that begins with `/` (or `!`) asks for, one function each.

The one rule: a command is known by one canonical name and any number of aliases, French ones among them; buttons that
do the same carry the canonical name. Whether somebody may use it is decided here, once, before the function runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.rights import Act
from bot.turn import Turn

Do = Callable[[Turn, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`needs` is what one must be allowed to do, somewhere, to use it; to what, the command itself asks. `about` tells
    it in /help (None: not told there) to everybody, or with `told_to` to those who may do that. `in_group` says that
    it may be used where others read; one that needs a right is decided by `rights.IN_GROUP`."""

    name: str
    aliases: tuple[str, ...]
    act: Do
    about: Callable[[str], str] | None
    needs: Act | None = None
    told_to: Act | None = None
    in_group: bool = False

    def is_for(self, turn: Turn) -> bool:
        """Is this person told of it?"""
        wanted = self.needs or self.told_to
        return wanted is None or turn.might(wanted)
