"""What the buttons of a case carry: `m.<case>.<turn>.<verb>[.<more>[.<rule>]]`, at most 64 bytes.

The one rule: the turn goes with the button. One that was shown before the case changed decides nothing. What comes back
is attacker input: `read` promises nothing but the shape.

A verb that needs more (a rule, hours, a number) is a *view* of the card until it has all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.moderation import ladder
from bot.moderation.rules import REASONS
from flows.messages import Button, Prompt
from flows.prompts import command

_BUTTON = re.compile(r"m\.(\d{1,18})\.(\d{1,9})\.([a-z]{1,10}(?:\.[a-z0-9_]{1,16}){0,2})")

RULED = ("no", "out", "del", "word")
"""Verbs that need a rule: refuse, remove, delete, ask to reword."""
TIMED = {"mute": (1, 24, 168), "ban": (24, 168, 720)}
"""Verbs that need a number of hours, and then a rule."""
VERBS = frozenset(
    {"ok", "leave", "hide", "up", "take", "free", "back", "join", "uphold", "reverse", "show", *RULED, *TIMED}
    | ladder.VERBS
)


@dataclass(frozen=True, slots=True)
class Token:
    """`more` is a number: of the proposal to merge into, of hours. `rule` is a code of `rules.REASONS`."""

    verb: str
    more: int = 0
    rule: str = ""

    @property
    def whole(self) -> bool:
        """Does it say all that is needed?"""
        if self.verb in RULED:
            return bool(self.rule)
        if self.verb in TIMED:
            return bool(self.more and self.rule)
        return self.verb != "join" or bool(self.more)

    def __str__(self) -> str:
        return ".".join(part for part in (self.verb, str(self.more) if self.more else "", self.rule) if part)


def data(case: int, turn: int, token: str) -> str:
    return f"m.{case}.{turn}.{token}"


def read(pressed: str) -> tuple[int, int, str] | None:
    """(case, turn, token) of a button of a case; None for anything else."""
    found = _BUTTON.fullmatch(pressed)
    return (int(found[1]), int(found[2]), found[3]) if found else None


def token(text: str) -> Token | None:
    """The token that a button carries; None when there is no such thing to do."""
    verb, *parts = text.split(".")
    if verb not in VERBS:
        return None
    more = 0
    if parts and parts[0].isdecimal() and len(parts[0]) < 10:
        more = int(parts.pop(0))
    rule = parts.pop(0) if parts else ""
    if parts or (rule and rule not in REASONS):
        return None
    if verb in TIMED and more and more not in TIMED[verb]:
        return None
    return Token(verb, more, rule)


def typed(prompt: Prompt) -> Prompt:
    """The same buttons as commands, so that a number or the words of one can be typed instead."""
    return Prompt(id="", buttons=tuple(_as_command(button) for button in prompt.buttons))


def _as_command(button: Button) -> Button:
    found = read(button.data)
    argument = " ".join(map(str, found)) if found else ""
    return Button(label=button.label, data=command("case", argument), quiet=button.quiet)
