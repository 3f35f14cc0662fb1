"""Cases answered by writing, and their timers.

The one rule: in a group only an answer to the card itself counts: a number or the words of a button do what the button
does, a line that begins with "note" is kept. Any other answer is talk among the members. A sign put on the card is such
an answer; one that is taken off again takes nothing back.
"""

from __future__ import annotations

from bot import menus
from bot.moderation import appealing, backlog, claiming, deciding, desks, sanctions, tokens
from bot.signs import TAKEN
from bot.turn import Turn
from flows import prompts
from flows.events import Pressed, Rang, Said
from locales import tr
from storage import cases
from storage import desks as stored
from storage.cases import OPEN, Case

TIMERS = {
    claiming.TIMER: claiming.ring,
    backlog.TIMER: backlog.ring,
    deciding.UNHIDE: deciding.unhide,
    appealing.SOON: appealing.soon,
    appealing.LATE: appealing.late,
    sanctions.TIMER: sanctions.ring,
}
_NOTE = ("note", "noter")


def ring(turn: Turn, event: Rang) -> None:
    """A timer of a case came due."""
    number = event.subject.partition(":")[2]
    turn.scene.flush()
    case = cases.by_id(turn.scene.connection, int(number)) if number.isdecimal() else None
    if case is not None:
        TIMERS[event.timer](turn, case)


def answer(turn: Turn, ref: str, words: str) -> bool:
    """An answer to the message `ref`, in a group; False when that is no card of a case."""
    hung = stored.shown_as(turn.scene.connection, turn.item.place, ref)
    if hung is None:
        return False
    turn.scene.flush()
    case = cases.by_id(turn.scene.connection, hung.case)
    if case is not None:
        _take(turn, case, words)
    return True


def sign(turn: Turn, event: Pressed) -> bool:
    """A sign put on, or taken off, a message of ours; False when that is no card of a case. It is answered as something
    typed is: where people put signs, there is no note that only they would see."""
    if event.message is None or prompts.read(event.data) is not None:
        return False  # a button of a question: the database is not asked for each answer
    if stored.shown_as(turn.scene.connection, turn.item.place, event.message) is None:
        return False
    if event.data.startswith(TAKEN):
        return True
    turn.event = Said(at=event.at, text=event.data, reply_to=event.message)
    return answer(turn, event.message, event.data)


def _take(turn: Turn, case: Case, words: str) -> None:
    first, _, rest = words.strip().partition(" ")
    if first.lower().strip(":,") in _NOTE:
        _note(turn, case, rest)
        return
    prompt = desks.offered(turn, case).prompt
    menu = menus.write(tokens.typed(prompt)) if prompt is not None else None
    meant = menus.pick(menu, words) if menu is not None else None
    if meant is None:
        if case.state != OPEN and words.strip().isdecimal():
            deciding.second(turn, case.id)
        return
    _id, number, token = meant[1].split(" ")
    deciding.press(turn, case.id, int(number), token)


def _note(turn: Turn, case: Case, text: str) -> None:
    if not deciding.may(turn, case):
        turn.tell(tr(turn.lang, "Only moderators can do this."))
    elif claiming.note(turn, case, text):
        turn.tell(tr(turn.lang, "Noted."))
