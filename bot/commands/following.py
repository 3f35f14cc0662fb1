"""Which consultation a command about contributions means, among those that it can be about.

The one rule: with one there is, nobody has to name it; with several, a menu remembers what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.turn import Turn
from bot.wording import title
from flows.flow import Flow
from flows.messages import Button, Prompt, message
from flows.prompts import command
from locales import tr
from storage import consultations
from storage.consultations import Consultation

Run = tuple[Consultation, Flow]


def those(turn: Turn, fits: Callable[[Consultation, Flow], bool], *states: str) -> list[Run]:
    """The consultations in one of these states that a command can be about."""
    connection = turn.scene.connection
    found = [(run, turn.scene.flows.of(connection, run)) for run in consultations.all_of(connection, *states)]
    return [(run, flow) for run, flow in found if fits(run, flow)]


def which(turn: Turn, name: str, argument: str, found: Sequence[Run]) -> tuple[Consultation, Flow, str] | None:
    """The one that is named first, with the rest of the line; or the only one there is; else a menu is shown."""
    lang, words = turn.lang, argument.strip().split(None, 1)
    rest = words[1] if len(words) > 1 else ""
    named = next(((run, flow) for run, flow in found if words and run.id == words[0].lower()), None)
    if named is not None:
        return (*named, rest)
    if len(found) == 1:
        return (*found[0], argument.strip())
    if not found:
        turn.say(tr(lang, "There is no such consultation at the moment."))
        return None
    titles = [title(flow, lang) for _run, flow in found]
    buttons = tuple(
        Button(label=f"{label} ({run.id})" if titles.count(label) > 1 else label, data=command(name, run.id))
        for label, (run, _flow) in zip(titles, found, strict=True)
    )
    asked = message(tr(lang, "Which consultation do you mean?"), prompt=Prompt(id="", buttons=buttons))
    turn.ask(asked, more=argument.strip())
    return None
