"""`/map`: where I stand among all who judged statements.

The one rule: it is for the person who asks, in private, and only where the result may be shown to them.
"""

from __future__ import annotations

from bot.commands import Command
from bot.commands.following import those, which
from bot.commands.organisers import may_see
from bot.letters import Map
from bot.opinions import looking
from bot.turn import Turn
from bot.visibility import published
from bot.wording import title
from locales import tr
from storage import sessions

_STATES = ("open", "closing", "closed", "answered", "archived")


def map_(turn: Turn, argument: str) -> None:
    """/map: your place among the others, in words and as a picture."""
    lang = turn.lang
    if not turn.item.private:
        turn.say(tr(lang, "Please ask me in private for that."))
        return
    turn.scene.flush()
    fits = those(turn, lambda run, flow: published(run) and bool(looking.reactions(flow)), *_STATES)
    found = which(turn, "map", argument, fits)
    if found is None:
        return
    consultation, flow, _rest = found
    name = title(flow, lang)
    stored = sessions.find(turn.scene.connection, turn.participant, consultation.id)
    if stored is None:
        turn.say(tr(lang, "You have not taken part in “{title}”, so you have no place on its map.", title=name))
        return
    if not may_see(turn, consultation):
        if consultation.results == "after_vote":
            turn.say(tr(lang, "The map of “{title}” is shown once you have answered to the end.", title=name))
        else:
            turn.say(tr(lang, "The result of “{title}” is shown to nobody before the closing.", title=name))
        return
    turn.post(turn.item.place, Map(consultation.id, stored.id, lang), consultation=consultation.id)


COMMANDS = (
    Command(
        name="map",
        aliases=("carte",),
        act=map_,
        about=lambda lang: tr(lang, "where you stand among the others"),
        in_group=True,
    ),
)
