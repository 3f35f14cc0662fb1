"""/help: what one can type, in one's own language, and the open question again."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import Command
from bot.commands.citizens import pass_on
from bot.turn import Turn
from flows.messages import Bold, Bullets, Message, Paragraph, Plain
from locales import tr


def tell(turn: Turn, commands: Sequence[Command]) -> None:
    """List those of `commands` that this person may use."""
    lang = turn.lang
    items = tuple(
        (Bold(f"/{_word(entry, lang)}"), Plain(f" — {entry.about(lang)}"))
        for entry in commands
        if entry.about is not None and entry.is_for(turn)
    )
    intro = tr(lang, "Answer with the buttons, or by typing: a number, the words of a choice, yes or no.")
    turn.say(Message(body=(Paragraph((Plain(intro),)), Bullets(items))))
    live = turn.live
    if live is not None and turn.accepts(live):
        pass_on(turn, "again")


def _word(entry: Command, lang: str) -> str:
    return entry.aliases[0] if lang == "fr" and entry.aliases else entry.name
