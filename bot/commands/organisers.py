"""What organisers may ask: how things stand, a result, an early closing."""

from __future__ import annotations

from bot import office
from bot.commands import Command
from bot.letters import Results
from bot.turn import Turn
from bot.visibility import shown_to_voter, visible
from bot.wording import hours, menu, title
from flows import reading
from flows.flow import Flow
from flows.messages import Bold, Button, Message, Paragraph, Plain, Prompt, message
from flows.prompts import command
from flows.session import Stage
from locales import tr, trn
from storage import audit, consultations, sessions
from storage.consultations import Consultation
from storage.instants import ms


def status(turn: Turn, _argument: str) -> None:
    """/status: every consultation that is not put away, and how many take part."""
    lang, connection = turn.lang, turn.scene.connection
    found = consultations.all_of(connection, "scheduled", "open", "closing", "closed")
    if not found:
        turn.say(menu(lang, []))
        return
    turn.say(Message(body=tuple(_standing(turn, run) for run in found)))


def _standing(turn: Turn, run: Consultation) -> Paragraph:
    lang = turn.lang
    flow = turn.scene.flows.of(turn.scene.connection, run)
    stages = sessions.stages(turn.scene.connection, run.id)
    finished = stages.get(Stage.SENT, 0)
    started = sum(stages.values()) - stages.get(Stage.DECLINED, 0)
    lines = [
        trn(lang, "{n} person has taken part.", "{n} people have taken part.", started),
        trn(lang, "{n} of them has finished.", "{n} of them have finished.", finished) if started else "",
        hours(run, lang),
    ]
    return Paragraph((Bold(f"{title(flow, lang)} ({run.id})"), Plain("\n" + "\n".join(line for line in lines if line))))


def results(turn: Turn, argument: str) -> None:
    """/results: the result, when it may be seen."""
    found = _meant(turn, "results", argument, "open", "closing", "closed", "answered", "archived")
    if found is None:
        return
    consultation, flow = found
    if not (visible(consultation) or (_finished(turn, consultation) and shown_to_voter(consultation))):
        text = tr(
            turn.lang, "The result of “{title}” is shown to nobody before the closing.", title=title(flow, turn.lang)
        )
        turn.say(text)
        return
    turn.post(turn.item.place, Results(consultation.id, turn.lang), consultation=consultation.id)


def _finished(turn: Turn, consultation: Consultation) -> bool:
    """Has this person answered to the end, and asks in private?"""
    stored = sessions.find(turn.scene.connection, turn.participant, consultation.id)
    return turn.item.private and stored is not None and stored.stage == Stage.SENT


def close(turn: Turn, argument: str) -> None:
    """/close: end a consultation before its hour, after asking once."""
    id, _, sure = argument.partition(" ")
    found = _meant(turn, "close", id, "open")
    if found is None:
        return
    consultation, flow = found
    lang = turn.lang
    if sure.strip().lower() not in ("yes", "oui"):
        buttons = (
            Button(label=tr(lang, "Yes, close now"), data=command("close", f"{consultation.id} yes")),
            Button(label=tr(lang, "No, leave it open"), data=command("keep"), quiet=True),
        )
        question = tr(lang, "Close “{title}” now, before its hour? This cannot be undone.", title=title(flow, lang))
        turn.say(message(question, prompt=Prompt(id="", buttons=buttons)))
        return
    scene = turn.scene
    who = str(turn.participant)
    audit.note(scene.connection, at_ms=ms(scene.now), who=who, act="close early", subject=consultation.id)
    office.begin_closing(scene, consultation)
    turn.say(tr(lang, "“{title}” is closing; the result follows in a moment.", title=title(flow, lang)))


def _meant(turn: Turn, name: str, id: str, *states: str) -> tuple[Consultation, Flow] | None:
    """The consultation somebody means: the one named, or the only one there is; else a menu of them is shown."""
    connection, lang = turn.scene.connection, turn.lang
    found = [(run, turn.scene.flows.of(connection, run)) for run in consultations.all_of(connection, *states)]
    titles = [title(flow, lang) for _run, flow in found]
    named = [pair for pair in found if pair[0].id == id.strip()] if id.strip() else found
    if not named and isinstance(at := reading.pick(id, titles), int):
        named = [found[at]]
    if len(named) == 1:
        return named[0]
    if not found:
        turn.say(tr(lang, "There is no such consultation at the moment."))
        return None
    buttons = tuple(
        Button(label=label, data=command(name, run.id)) for label, (run, _flow) in zip(titles, found, strict=True)
    )
    turn.say(message(tr(lang, "Which consultation do you mean?"), prompt=Prompt(id="", buttons=buttons)))
    return None


COMMANDS = (
    Command(
        name="status",
        aliases=("etat", "état"),
        act=status,
        about=lambda lang: tr(lang, "how the consultations stand"),
        role="organiser",
    ),
    Command(
        name="results",
        aliases=("resultats", "résultats"),
        act=results,
        about=lambda lang: tr(lang, "show a result"),
        in_group=True,
    ),
    Command(
        name="close",
        aliases=("cloturer", "clôturer", "fermer"),
        act=close,
        about=lambda lang: tr(lang, "end a consultation now"),
        role="organiser",
    ),
)
