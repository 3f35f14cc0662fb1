"""Hours of a consultation that change while it runs: later closing, opening again after a closing.

The one rule: what people were promised is never shortened, and a change stays visible as a mark. A result that was to
be hidden until the closing has been seen once it is closed: nobody may vote knowing it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.linking import one
from bot.office.opening import arm_wall
from bot.office.publishing import OfficeError, checked
from bot.office.telling import flow_of, note, redraw, tell_places, update_scene
from bot.reminders import arm_rounds
from bot.scene import Scene
from bot.turn import Turn
from bot.wording import hours, moment, title
from flows.messages import Message, message
from locales import tr
from storage import changes, consultations
from storage.consultations import Consultation
from storage.instants import ms, when

LIVE = "live"


def longer(turn: Turn, consultation: Consultation, closes: datetime) -> int:
    """The instant of a closing hour that keeps what was promised. `OfficeError` says what is in the way."""
    lang, before = turn.lang, consultation.closes_ms
    if before is None:
        sentence = tr(lang, "It has no closing hour: it stays open until you close it. There is nothing to extend.")
        raise OfficeError(sentence)
    if before <= ms(turn.scene.now):
        raise OfficeError(tr(lang, "Its closing hour is over; it is being counted. After that: /reopen."))
    at = checked(closes, consultation.zone, lang)
    if at <= before:
        said = moment(when(before), consultation.zone, lang)
        raise OfficeError(
            tr(lang, "It closes on {when}; that is what people were told. It can only be made longer.", when=said)
        )
    return at


def extend(turn: Turn, consultation: Consultation, closes: datetime) -> Consultation:
    """Close later, at this wall time. `OfficeError` says what is in the way."""
    scene, before, at = turn.scene, consultation.closes_ms, longer(turn, consultation, closes)
    wall = closes.isoformat()
    if not consultations.put_off(scene.connection, consultation.id, before, wall, at):
        raise OfficeError(somebody_was_faster(turn.lang))
    later = replace(consultation, closes_wall=wall, closes_ms=at)
    _arm(scene, later)
    note(turn, "extend", later.id, wall)
    if later.state == "open":
        changes.mark(scene.connection, later.id, "extended", ms(scene.now), before=before, after=at)
        _tell(turn, later, again=False)
    return later


def may_reopen(consultation: Consultation, participants: int) -> bool:
    """Was there nothing hidden to be seen? True for results that everybody saw all along, and where nobody voted."""
    return consultation.results == LIVE or participants == 0


def to_come(turn: Turn, consultation: Consultation, closes: datetime) -> int:
    """The instant of an hour that lies ahead. `OfficeError` when it does not."""
    at = checked(closes, consultation.zone, turn.lang)
    if at <= ms(turn.scene.now):
        raise OfficeError(tr(turn.lang, "That hour is over already."))
    return at


def reopen(turn: Turn, consultation: Consultation, closes: datetime) -> Consultation:
    """Open a closed one again until this wall time. `OfficeError` says what is in the way."""
    scene, lang, now = turn.scene, turn.lang, ms(turn.scene.now)
    at = to_come(turn, consultation, closes)
    changed = {"closes_wall": closes.isoformat(), "closes_ms": at, "closed_ms": None, "cut_ms": None, "result": None}
    if not consultations.change_state(scene.connection, consultation.id, "closed", "open", **changed):
        raise OfficeError(somebody_was_faster(lang))
    changes.mark(scene.connection, consultation.id, "reopened", now, closed=consultation.closed_ms)
    again = replace(
        consultation,
        state="open",
        closes_wall=closes.isoformat(),
        closes_ms=at,
        closed_ms=None,
        cut_ms=None,
        result=None,
    )
    one.counted_again(scene, again)
    scene.disarmed.update({f"forget:{again.id}", f"overdue:{again.id}"})
    _arm(scene, again)
    note(turn, "reopen", again.id, closes.isoformat())
    _tell(turn, again, again=True)
    return again


def somebody_was_faster(lang: str) -> str:
    return tr(lang, "Somebody else has just changed it. Look with /status, then try again.")


def _arm(scene: Scene, consultation: Consultation) -> None:
    update_scene(scene, consultation)
    arm_wall(scene, consultation, "close", consultation.closes_wall, consultation.closes_ms)
    if consultation.state == "open":
        arm_rounds(scene, consultation, flow_of(scene, consultation))


def _tell(turn: Turn, consultation: Consultation, *, again: bool) -> None:
    flow = flow_of(turn.scene, consultation)

    def telling(lang: str) -> Message:
        about, name = hours(consultation, lang), title(flow, lang)
        if again:
            return message(tr(lang, "“{title}” is open again. {hours}", title=name, hours=about))
        return message(tr(lang, "“{title}” stays open longer. {hours}", title=name, hours=about))

    redraw(turn, consultation.id)
    tell_places(turn, consultation.id, telling)
