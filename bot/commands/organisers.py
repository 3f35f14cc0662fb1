"""How things stand: `/status` for those who look after consultations, `/results` for everybody."""

from __future__ import annotations

from bot import marks
from bot.commands import Command
from bot.commands.meant import meant, state
from bot.followup import standing
from bot.letters import Results
from bot.rights import Act
from bot.turn import Turn
from bot.visibility import published, shown_to_voter, visible
from bot.wording import hours, title
from flows.messages import Bold, Message, Paragraph, Plain
from flows.session import Stage
from locales import tr, trn
from storage import changes, consultations, sessions
from storage.consultations import Consultation
from storage.instants import ms


def status(turn: Turn, _argument: str) -> None:
    """/status: every consultation that is not put away, its state, and how many take part. No drafts in a group."""
    connection = turn.scene.connection
    alive = ("draft", "review", "scheduled", "open", "closing", "closed", "answered")
    runs = consultations.all_of(connection, *alive)
    found = [run for run in runs if turn.may(Act.STATUS, run.id) and (turn.item.private or published(run))]
    if not found:
        turn.say(tr(turn.lang, "There is no consultation at the moment. To make one: /poll or /new."))
        return
    turn.say(Message(body=tuple(_standing(turn, run) for run in found)))


def _standing(turn: Turn, run: Consultation) -> Paragraph:
    lang = turn.lang
    flow = turn.scene.flows.of(turn.scene.connection, run)
    about = hours(run, lang)
    plain = about and run.state in ("scheduled", "open", "closed")
    lines = ["" if plain else tr(lang, "It is {state}.", state=state(run.state, lang)), *_people(turn, run), about]
    lines += standing.sentences(turn.scene.connection, run, flow, ms(turn.scene.now), lang, all_of_it=True)
    outcome = changes.outcome_of(turn.scene.connection, run.id)
    if outcome is not None:
        lines.append(tr(lang, "Followed up by {who}, until {day}.", who=outcome.who, day=marks.day(outcome.due, lang)))
    elif run.state == "closed":
        lines.append(tr(lang, "People have not been told yet what comes of it: /outcome {id}", id=run.id))
    return Paragraph((Bold(f"{title(flow, lang)} ({run.id})"), Plain("\n" + "\n".join(line for line in lines if line))))


def _people(turn: Turn, run: Consultation) -> list[str]:
    """How many take part, once they can."""
    if run.opened_ms is None:
        return []
    stages = sessions.stages(turn.scene.connection, run.id)
    finished = stages.get(Stage.SENT, 0)
    started = sum(stages.values()) - stages.get(Stage.DECLINED, 0)
    said = [trn(turn.lang, "{n} person has taken part.", "{n} people have taken part.", started)]
    if started:
        said.append(trn(turn.lang, "{n} of them has finished.", "{n} of them have finished.", finished))
    return said


def results(turn: Turn, argument: str) -> None:
    """/results: the result, when it may be seen."""
    found = meant(turn, "results", None, argument, "open", "closing", "closed", "answered", "archived")
    if found is None:
        return
    consultation, flow, _rest = found
    if not may_see(turn, consultation):
        text = tr(
            turn.lang, "The result of “{title}” is shown to nobody before the closing.", title=title(flow, turn.lang)
        )
        turn.say(text)
        return
    turn.post(turn.item.place, Results(consultation.id, turn.lang), consultation=consultation.id)


def may_see(turn: Turn, consultation: Consultation) -> bool:
    """May this person see the result here and now?"""
    return visible(consultation) or (_finished(turn, consultation) and shown_to_voter(consultation))


def _finished(turn: Turn, consultation: Consultation) -> bool:
    """Has this person answered to the end, and asks in private?"""
    stored = sessions.find(turn.scene.connection, turn.participant, consultation.id)
    return turn.item.private and stored is not None and stored.stage == Stage.SENT


COMMANDS = (
    Command(
        name="status",
        aliases=("etat", "état"),
        act=status,
        about=lambda lang: tr(lang, "how the consultations stand"),
        needs=Act.STATUS,
    ),
    Command(
        name="results",
        aliases=("resultats", "résultats"),
        act=results,
        about=lambda lang: tr(lang, "show a result"),
        in_group=True,
    ),
)
