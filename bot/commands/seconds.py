"""`/second`: the second person agrees, or does not, to what an organiser asked for.

The one rule: whoever agrees must be allowed to do the thing itself, at the moment of agreeing.
"""

from __future__ import annotations

from bot.commands import Command, lifecycle, roles
from bot.office import OfficeError, seconding
from bot.turn import Turn
from locales import tr


def second(turn: Turn, argument: str) -> None:
    """The buttons under the question to the second person."""
    turn.scene.flush()
    number, _, word = argument.strip().partition(" ")
    if not (number.isascii() and number.isdecimal() and len(number) < 18) or word not in ("ok", "no"):
        raise OfficeError(tr(turn.lang, "This button is no longer in use."))
    asked = seconding.open_to(turn, int(number))
    match asked.act:
        case seconding.CLOSE:
            lifecycle.second_close(turn, asked, agrees=word == "ok")
        case seconding.OWNER:
            roles.second_owner(turn, asked, agrees=word == "ok")
        case _:
            raise OfficeError(tr(turn.lang, "This button is no longer in use."))


COMMANDS = (Command(name="second", aliases=(), act=second, about=None),)
