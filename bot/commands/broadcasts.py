"""`/broadcasts`: what goes to many people at the moment, how far it is, and stopping it.

The one rule: whoever may remind people of a consultation may stop what is sent for it, whoever sent it off.
"""

from __future__ import annotations

from bot import menus
from bot.commands import Command
from bot.mailings import stopping, told
from bot.office import OfficeError
from bot.office.telling import flow_of
from bot.rights import Act
from bot.turn import Turn
from flows.events import Pressed
from flows.messages import Message
from locales import tr
from storage import mailings
from storage.consultations import Consultation
from storage.instants import ms
from storage.mailings import Mailing

LATEST = 5
"""So many are shown when none is on its way."""


def broadcasts(turn: Turn, argument: str) -> None:
    """/broadcasts, /broadcasts pause 7, /broadcasts resume 7, /broadcasts stop 7."""
    turn.scene.flush()
    word, _, number = argument.strip().lower().partition(" ")
    if not word:
        _list(turn)
        return
    mailing, run = _meant(turn, number.strip())
    _change(turn, mailing, run, word)


def _list(turn: Turn) -> None:
    connection = turn.scene.connection
    found = [(one, run) for one in mailings.alive(connection) if (run := _mine(turn, one)) is not None]
    if not found:
        ended = [(one, run) for one in mailings.latest(connection, LATEST) if (run := _mine(turn, one)) is not None]
        turn.say(tr(turn.lang, "Nothing is on its way to many people at the moment."))
        found = ended
    for one, run in found:
        turn.say(_drawn(turn, one, run))


def _change(turn: Turn, mailing: Mailing, run: Consultation, said: str) -> None:
    connection, word = turn.scene.connection, stopping.WORDS.get(said)
    if word is None:
        raise OfficeError(tr(turn.lang, "For example: /broadcasts pause {id}", id=mailing.id))
    stopping.change(connection, mailing, word, str(turn.participant), ms(turn.scene.now))
    after = mailings.get(connection, mailing.id) or mailing
    drawn = _drawn(turn, after, run)
    if isinstance(turn.event, Pressed) and turn.event.message is not None:
        turn.put_away(drawn)
        turn.scene.show_menu(turn.item.lane, menus.write(drawn.prompt) if drawn.prompt is not None else None)
    else:
        turn.say(drawn)


def _drawn(turn: Turn, mailing: Mailing, run: Consultation) -> Message:
    return told.draw_of(turn.scene, mailing.id, run, flow_of(turn.scene, run), turn.lang)


def _mine(turn: Turn, mailing: Mailing) -> Consultation | None:
    """The consultation of a mailing, when this person may do something about it."""
    run = turn.scene.consultation(mailing.consultation)
    return run if run is not None and turn.may(Act.REMIND, run.id) else None


def _meant(turn: Turn, number: str) -> tuple[Mailing, Consultation]:
    found = None
    if number.isascii() and number.isdecimal() and len(number) < 18:
        found = mailings.get(turn.scene.connection, int(number))
    run = _mine(turn, found) if found is not None else None
    if found is None or run is None:
        raise OfficeError(tr(turn.lang, "This is not on its way (any more). To see what is: /broadcasts"))
    return found, run


COMMANDS = (
    Command(
        name="broadcasts",
        aliases=("envois",),
        act=broadcasts,
        about=lambda lang: tr(lang, "what is being sent to many people"),
        needs=Act.REMIND,
    ),
)
