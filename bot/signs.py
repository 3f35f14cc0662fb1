"""Votes on a card where nothing can be pressed: a number or a word in answer to it, or a sign put on it.

The one rule: **a sign says what is meant, never "the other way round"**. Putting 2 on a card chooses the second choice,
taking it off takes that choice back; doing either twice, or both in another order, ends where the person left it.
"""

from __future__ import annotations

from bot import cards
from bot.turn import Turn
from flows import kinds, prompts, reading, shared
from flows.events import Pressed
from flows.flow import AnyOf, Ask
from flows.session import Answer
from storage import sessions
from storage.cards import shown_as
from storage.consultations import Consultation

TAKEN = "⌫"
"""In front of a sign that was taken off again."""


def put(turn: Turn, event: Pressed) -> bool:
    """A sign put on, or taken off, a message of ours; False when that message is no card or the sign means nothing."""
    if turn.item.private or event.message is None or prompts.read(event.data) is not None:
        return False
    id = shown_as(turn.scene.connection, turn.item.place, event.message)
    consultation = turn.scene.consultation(id) if id is not None else None
    if consultation is None:
        return False
    words, off = event.data.removeprefix(TAKEN), event.data.startswith(TAKEN)
    return _vote(turn, consultation, words, off=off)


def answer(turn: Turn, consultation: Consultation, words: str) -> bool:
    """A number or the words of a choice, in answer to the card; False when it is something else."""
    return _vote(turn, consultation, words, off=False)


def _vote(turn: Turn, consultation: Consultation, words: str, *, off: bool) -> bool:
    flow = turn.scene.flows.of(turn.scene.connection, consultation)
    ask = shared.votable(flow)
    token = _token(ask, words, turn.lang, flow.lang) if ask is not None else None
    if ask is None or token is None:
        return False
    before = _before(turn, consultation.id, ask)
    held = _holds(ask, token, before, turn.lang)
    several = isinstance(ask.kind, AnyOf)
    if held != off and (off or several):
        return True  # it is as they want it already
    cards.press(turn, consultation.id, shared.WITHDRAW if off and not several else token)
    return True


def _token(ask: Ask, words: str, lang: str, default: str) -> str | None:
    """What a press on the button with this number or these words would send."""
    offered, _columns = kinds.buttons(ask, lang, default, "", None)
    labels = [button.label for button in offered]
    figures = all(label.removeprefix("-").isdecimal() for label in labels)
    found = reading.exact(words, labels) if figures else reading.place(words, len(labels))
    if found is None:
        found = reading.exact(words, labels)
    return str(found) if isinstance(found, int) else None


def _before(turn: Turn, id: str, ask: Ask) -> Answer | None:
    """What this person has voted so far; their session is loaded with it."""
    scene = turn.scene
    for row in sessions.of_voters(scene.connection, {id}, {turn.participant}):
        if row.id not in scene.lives:
            scene.adopt(row)
    own = (live for live in scene.lives.values() if live.participant == turn.participant and live.consultation.id == id)
    live = next(own, None)
    return live.session.answers.get(ask.name) if live is not None else None


def _holds(ask: Ask, token: str, before: Answer | None, lang: str) -> bool:
    """Is this choice what they have chosen, or among it?"""
    if before is None:
        return False
    if isinstance(ask.kind, AnyOf):
        held = before.value if isinstance(before.value, tuple) else ()
        return ask.kind.choices[int(token)].code in held
    match kinds.press(ask, token, lang):
        case kinds.Taken(value):
            return before.value == value
        case _:
            return False
