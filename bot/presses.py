"""Presses that others see. In a room of Matrix everybody is shown who put which sign on a message, who chose what in a
poll, and every word in answer to a card; on other messengers a press is between the presser and us.

    seen(adapter)        do the others in a group see what somebody presses there?
    told(flow, ...)      what organisers read of it before they publish
    on_card(flow, ...)   what everybody reads of it under a card
    refuse, too_late, in_words     what whoever pressed is told, where a note cannot be shown to them alone

The one rule: **no press that others can see carries a confidential answer.** Only a vote that `flows.shared.votable`
allows on a card is answered in front of others, and it allows no confidential one; what a private question asks is
answered in private, whatever a button carries.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from adapters.base import messenger_of
from bot.letters import Whole
from bot.turn import Turn
from flows.events import Pressed
from flows.flow import Flow, Secrecy
from flows.messages import Button, Prompt, message
from flows.shared import votable
from locales import tr
from storage.consultations import Consultation
from storage.instants import ms
from storage.outbox import Rank

ONCE_IN_MS = 3_600_000
"""Everybody in a room reads what is said to one: the same thing is said there once an hour, however many press."""


@cache
def seen(adapter: str) -> bool:
    """Do the others in a group see what somebody presses there? Known without an account and without a connection: an
    adapter says so beside its `build`. One that cannot be loaded is not trusted."""
    found = next(iter(entry_points(group="palabre.adapters", name=messenger_of(adapter))), None)
    if found is None:
        return False
    try:
        return not getattr(import_module(found.module), "PRIVATE_PRESSES", True)
    except ImportError:
        return True


def told(flow: Flow, adapters: Iterable[str], lang: str) -> list[str]:
    """For organisers: what this means for a flow that is to be put into groups of these messengers."""
    public = ", ".join(name.capitalize() for name in sorted({*adapters}) if seen(name))
    if not public:
        return []
    if flow.secrecy is Secrecy.CONFIDENTIAL:
        sentence = tr(
            lang,
            "On {messenger}, everybody in a room sees what others press and write there. These answers are "
            "confidential, so none is taken in the room: people answer in private, one tap away.",
            messenger=public,
        )
        return [sentence]
    if votable(flow) is not None:
        return [tr(lang, "On {messenger}, everybody in the room sees who votes for what.", messenger=public)]
    return []


def on_card(flow: Flow, adapter: str, lang: str) -> list[str]:
    """For everybody: what they should know before they answer in front of others."""
    if not seen(adapter):
        return []
    if flow.secrecy is Secrecy.CONFIDENTIAL:
        return [tr(lang, "Everybody here sees what others press and write: please answer in private.")]
    if votable(flow) is not None:
        return [tr(lang, "Everybody here sees who votes for what.")]
    return []


def refuse(turn: Turn, consultation: Consultation) -> None:
    """Somebody answers in front of others what is asked in private: it is not taken, and here is the way."""
    rules, lang = turn.scene.rules, turn.lang
    text = tr(lang, "This question is answered in private.")
    _note(turn, text)
    url = rules.link(turn.item.adapter, consultation.id) or f"{rules.public_url}/start/{consultation.id}"
    way = Button(label=tr(lang, "Answer in private"), data="", url=url)
    more = tr(lang, "What you press or write here is seen by everybody, so I have not taken it as an answer.")
    _aloud(turn, "private", consultation, Whole(message(text, more, prompt=Prompt(id="", buttons=(way,))), lang))


def too_late(turn: Turn, consultation: Consultation) -> None:
    """Somebody presses after the closing."""
    text = tr(turn.lang, "This consultation is closed; answers are no longer taken.")
    _note(turn, text)
    _aloud(turn, "closed", consultation, Whole(message(text), turn.lang))


def has_voted(turn: Turn, consultation: Consultation) -> None:
    """Somebody presses who has answered as the person from whom they were separated."""
    text = tr(turn.lang, "You have voted from another messenger already. One person, one vote.")
    _note(turn, text)
    _aloud(turn, "voted", consultation, Whole(message(text), turn.lang))


def in_words(turn: Turn, event: Pressed) -> bool:
    """A number put as a sign on a question in private: the messenger shows signs to more than us, so it is not taken,
    and whoever put it is asked to write it. False for any other press."""
    if not (turn.item.private and event.data.isdecimal() and seen(turn.item.adapter)):
        return False
    turn.say(tr(turn.lang, "Please write the number to me: a sign on a message is less private than words."))
    return True


def _note(turn: Turn, text: str) -> None:
    if isinstance(turn.event, Pressed):
        turn.note(text)


def _aloud(turn: Turn, what: str, consultation: Consultation, letter: Whole) -> None:
    """Say something in the room, where the one whom it is for can be told in no other way."""
    scene, place = turn.scene, turn.item.place
    if turn.item.private or not seen(turn.item.adapter):
        return
    key = f"{what}:{consultation.id}:{place}:{ms(scene.now) // ONCE_IN_MS}"
    scene.send(place, letter, key=key, rank=Rank.BROADCAST, consultation=consultation.id)
