"""Every command there is, in the order in which /help tells them."""

from __future__ import annotations

from rapidfuzz import process

from bot.commands import (
    Command,
    answer,
    appeals,
    broadcasts,
    citizens,
    contributions,
    help,
    lifecycle,
    link,
    map,
    moderators,
    new,
    organisers,
    outcome,
    poll,
    roles,
    seconds,
    why,
)
from bot.moderation import reporting, watching
from bot.turn import Turn
from locales import tr


def _help(turn: Turn, _argument: str) -> None:
    help.tell(turn, ALL)


HELP = Command(name="help", aliases=("aide",), act=_help, about=lambda lang: tr(lang, "this list"), in_group=True)
_START, *_REST = citizens.COMMANDS
ALL: tuple[Command, ...] = (
    _START,
    HELP,
    *_REST,
    *link.COMMANDS,
    *poll.COMMANDS,
    *new.COMMANDS,
    *organisers.COMMANDS,
    *why.COMMANDS,
    *map.COMMANDS,
    *lifecycle.COMMANDS,
    *outcome.COMMANDS,
    *broadcasts.COMMANDS,
    *roles.COMMANDS,
    *seconds.COMMANDS,
    *answer.COMMANDS,
    *contributions.COMMANDS,
    *moderators.AUTHORS,
    *appeals.COMMANDS,
    *moderators.COMMANDS,
    *reporting.COMMANDS,
    *watching.COMMANDS,
)

_BY_WORD = {word: command for command in ALL for word in (command.name, *command.aliases)}


def find(word: str) -> Command | None:
    """The command of this name or alias, without its slash."""
    return _BY_WORD.get(word.lower())


def nearest(word: str, allowed: tuple[Command, ...] = ALL) -> str | None:
    """The name or alias that `word` was probably meant to be."""
    words = [name for command in allowed for name in (command.name, *command.aliases)]
    found = process.extractOne(word.lower(), words, score_cutoff=65)
    return str(found[0]) if found else None
