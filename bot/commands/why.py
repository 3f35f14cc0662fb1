"""How a result came about: `/why` for everybody who may see it; `/export` for those who look after it.

The one rule: the explanation is a result. It is shown to whom, and when, the result is, and no earlier.
"""

from __future__ import annotations

from bot.commands import Command
from bot.commands.meant import meant
from bot.commands.organisers import may_see
from bot.letters import Why
from bot.rights import Act
from bot.turn import Turn
from bot.visibility import visible
from bot.wording import title
from flows.messages import message
from locales import tr


def why(turn: Turn, argument: str) -> None:
    """/why: why the result is what it is, when it may be seen."""
    found = meant(turn, "why", None, argument, "open", "closing", "closed", "answered", "archived")
    if found is None:
        return
    consultation, flow, _rest = found
    if not may_see(turn, consultation):
        name = title(flow, turn.lang)
        turn.say(tr(turn.lang, "The result of “{title}” is shown to nobody before the closing.", title=name))
        return
    turn.post(turn.item.place, Why(consultation.id, turn.lang), consultation=consultation.id)


def export(turn: Turn, argument: str) -> None:
    """/export: how to get the ballots, without names, and count them again."""
    lang = turn.lang
    found = meant(turn, "export", Act.OUTCOME, argument, "open", "closing", "closed", "answered", "archived")
    if found is None:
        return
    consultation, flow, _rest = found
    if not turn.item.private:
        turn.say(tr(lang, "Please ask me in private for that."))
        return
    if not visible(consultation):
        name = title(flow, lang)
        turn.say(tr(lang, "The result of “{title}” is shown to nobody before the closing.", title=name))
        return
    id = consultation.id
    turn.say(
        message(
            tr(
                lang,
                "The ballots, without names, with the result and a program that counts again, are in one file. On the "
                "server, type: palabre export {id} --format zip -o {id}.zip",
                id=id,
            ),
            tr(lang, "To check such a file, anybody can type: palabre verify {id}.zip", id=id),
            tr(lang, "The figures alone are on the page: {url}", url=f"{turn.scene.rules.public_url}/c/{id}"),
        )
    )


COMMANDS = (
    Command(
        name="why",
        aliases=("pourquoi",),
        act=why,
        about=lambda lang: tr(lang, "why a result is what it is"),
        in_group=True,
    ),
    Command(
        name="export",
        aliases=("exporter",),
        act=export,
        about=lambda lang: tr(lang, "get the ballots, without names"),
        needs=Act.OUTCOME,
    ),
)
