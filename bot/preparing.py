"""Conversations in which an organiser prepares a consultation, question by question, on the same engine as any other.

    begin(turn, name, script)       -> the first question
    go_on(turn, live)               -> the question where they stopped
    complete(live, step)            -> has everything been answered and sent?
    reopen(turn, live, question)    -> back to one question, because its answer cannot be
    finish(turn, live, step)        -> it is over: the answers are forgotten

The one rule: what is answered here is no ballot. A session needs a consultation, so each script has a row of its own in
the state `INTERNAL`, which is none of a consultation's: no menu, list, page or result names that state, so none finds
it, and its id holds a colon, which no id that people type can. It has no key: no ballot and no counter is ever written
(`Turn.withdraw` and `Turn.apply` leave it out), and `bot.upkeep` forgets what is left alone for a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from bot.letters import Whole
from bot.scene import Live
from bot.turn import Turn
from flows import prompts
from flows.effects import Amend
from flows.engine import Step, advance
from flows.engine import begin as begin_session
from flows.events import Commanded, Pressed
from flows.flow import Flow, ResultsMode, Secrecy
from flows.load import LIBRARY, load_file
from flows.session import Session, Stage
from storage import consultations, people, sessions
from storage.consultations import INTERNAL, Consultation
from storage.instants import ms

SCRIPTS = LIBRARY.parent / "wizards"
_PREFIX = "new:"
_UNFINISHED = (Stage.ACTIVE, Stage.RECAP, Stage.PAUSED)


@dataclass(frozen=True, slots=True)
class Script:
    """What is asked: a flow, and its text."""

    flow: Flow
    source: str


@cache
def script(name: str) -> Script:
    """A script that ships with Palabre."""
    loaded = load_file(SCRIPTS / f"{name}.yaml")
    assert loaded.flow is not None, "\n".join(map(str, loaded.mistakes))
    return Script(loaded.flow, loaded.source)


def about(live: Live) -> str:
    """The name that this was begun with."""
    return live.consultation.id.removeprefix(_PREFIX)


def prepares(live: Live) -> bool:
    return live.consultation.state == INTERNAL


def complete(live: Live, step: Step) -> bool:
    """Would this step send what was prepared?"""
    return prepares(live) and step.session.stage is Stage.SENT and live.session.stage is not Stage.SENT


# --- Asking ----------------------------------------------------------------------------------------------------------


def begin(turn: Turn, name: str, asked: Script) -> None:
    """Ask the first question; what the same person had begun under this name is forgotten."""
    scene = turn.scene
    scene.flush()
    desk = _desk(turn, _PREFIX + name, asked)
    before = sessions.find(scene.connection, turn.participant, desk.id)
    if before is not None:
        _forget(turn, before.id)
    id = people.new_id()
    step = begin_session(asked.flow, session=str(id), lang=turn.lang, at=turn.event.at)
    live = Live(
        id=id,
        participant=turn.participant,
        consultation=desk,
        flow=asked.flow,
        lane=turn.item.lane,
        place=turn.item.place,
        session=step.session,
        last_ms=ms(turn.event.at),
        token=None,
        dirty=True,
    )
    scene.lives[id] = scene.new_sessions[id] = live
    scene.focus(turn.item.lane, id)
    turn.apply(live, step)


def go_on(turn: Turn, live: Live) -> None:
    """Show what is open again, here."""
    live.lane, live.place, live.dirty = turn.item.lane, turn.item.place, True
    turn.scene.focus(turn.item.lane, live.id)
    turn.apply(live, advance(live.flow, live.session, Commanded(at=turn.event.at, name="start")))


def begun(turn: Turn) -> list[Live]:
    """What this person has begun and not finished, the latest first."""
    turn.scene.flush()
    found = []
    for row in sessions.of_participant(turn.scene.connection, turn.participant):
        if row.consultation.startswith(_PREFIX) and row.stage in _UNFINISHED:
            found.append(turn.scene.lives.get(row.id) or turn.scene.adopt(row))
    return found


def reopen(turn: Turn, live: Live, question: str) -> None:
    """Put one question again; its answer stands until another replaces it."""
    opened = live.session.open
    assert opened is not None, "what is read over is open"
    data = prompts.data(opened.id, f"e{live.flow.index[question]}")
    turn.apply(live, advance(live.flow, live.session, Pressed(at=turn.event.at, data=data)))


# --- The end ---------------------------------------------------------------------------------------------------------


def finish(turn: Turn, live: Live, step: Step) -> Session:
    """Take the buttons away and forget the conversation; what was answered in it."""
    for effect in step.effects:
        if isinstance(effect, Amend) and (ref := _shown_as(turn, effect.prompt)):
            turn.post(live.place, Whole(effect.message, live.session.lang, only_edit=True), replaces=ref)
    turn.scene.focus(turn.item.lane, None)
    turn.scene.flush()
    _forget(turn, live.id)
    return step.session


def _shown_as(turn: Turn, prompt: str) -> str | None:
    """The messenger's reference of a question that was shown: the row that knows it goes with the session."""
    if isinstance(turn.event, Pressed) and turn.event.message is not None:
        return turn.event.message
    found = sessions.shown(turn.scene.connection, [prompt]).get(prompt)
    return found.ref if found else None


def _forget(turn: Turn, session: int) -> None:
    turn.scene.lives.pop(session, None)
    sessions.drop(turn.scene.connection, session)


# --- The row that carries it -----------------------------------------------------------------------------------------


def _desk(turn: Turn, id: str, asked: Script) -> Consultation:
    """The row for conversations under this id, going on with the script as it is now."""
    connection, now, version = turn.scene.connection, ms(turn.scene.now), asked.flow.version
    found = turn.scene.consultation(id)
    if found is not None and found.version == version:
        return found
    consultations.add_version(connection, version, asked.flow.id, asked.source, now)
    if found is None:
        made = row(id, version, now)
        consultations.add(connection, made)
    else:
        consultations.set_version(connection, id, found.version, version, now)
    turn.scene.by_id.pop(id, None)
    desk = turn.scene.consultation(id)
    assert desk is not None
    return desk


def row(id: str, version: str, now_ms: int) -> Consultation:
    """A row for a script: no state of a consultation, no key, no hours."""
    modes = {"results": ResultsMode.AT_CLOSE.value, "secrecy": Secrecy.CONFIDENTIAL.value}
    return consultations.blank(id, version, INTERNAL, zone="UTC", now_ms=now_ms, **modes)
