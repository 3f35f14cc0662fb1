"""Votes on a card where nothing can be pressed: a number or a word in answer to it, or a sign put on it.

The one rule: **a sign says what is meant, never "the other way round"**. Putting 2 on a card chooses the second choice,
taking it off takes that choice back; doing either twice, or both in another order, ends where the person left it.
"""

from __future__ import annotations

from bot import cards, presses
from bot.turn import Turn
from flows import kinds, prompts, reading, shared
from flows.events import Pressed
from flows.flow import AnyOf, Ask, Flow
from flows.session import Answer, Given
from storage import sessions
from storage.cards import shown_as
from storage.consultations import Consultation

TAKEN = "⌫"
"""In front of a sign that was taken off again."""
_APART = {
    shared.BLANK: Given.BLANK,
    shared.NONE: Given.NONE,
    shared.DONT_KNOW: Given.DONT_KNOW,
    shared.ABSTAIN: Given.ABSTAIN,
}


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
    if ask is None:
        return not off and _kept_private(turn, consultation, flow, words)
    token = _token(turn, consultation, flow, ask, words)
    if token is None:
        return False
    before = _before(turn, consultation.id, ask)
    if token == shared.WITHDRAW:
        if not off:
            cards.press(turn, consultation.id, token)
        return True
    held = _holds(ask, token, before, turn.lang)
    toggled = isinstance(ask.kind, AnyOf) and token not in _APART
    if held != off and (off or toggled):
        return True  # it is as they want it already
    cards.press(turn, consultation.id, shared.WITHDRAW if off and not toggled else token)
    return True


def _kept_private(turn: Turn, consultation: Consultation, flow: Flow, words: str) -> bool:
    """Somebody answers on a card, in front of everybody, what is asked in private. Other words and signs are talk."""
    if not presses.seen(turn.item.adapter) or consultation.state != "open":
        return False
    langs = _langs(turn)
    if not any(_choice(ask, words, lang, flow.lang) is not None for ask in flow.asks[:1] for lang in langs):
        return False
    presses.refuse(turn, consultation)
    return True


def _token(turn: Turn, consultation: Consultation, flow: Flow, ask: Ask, words: str) -> str | None:
    """What a press on the button with this number or these words would send: a choice, or one of the words that stand
    below the list. The card is written in the language of the instance; who votes may speak another."""
    for lang in _langs(turn):
        found = _choice(ask, words, lang, flow.lang)
        if found is not None:
            return found
        below = [one for one in cards.ballot(consultation, flow, ask, lang) if one.quiet]
        at = reading.exact(words, [one.label for one in below])
        if isinstance(at, int) and (pressed := prompts.read_card(below[at].data)) is not None:
            return pressed[1]
    return None


def _langs(turn: Turn) -> tuple[str, ...]:
    return tuple(dict.fromkeys((turn.scene.rules.lang, turn.lang)))


def _choice(ask: Ask, words: str, lang: str, default: str) -> str | None:
    """The place of the choice that somebody means."""
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
    if token in _APART:
        return before.given is _APART[token]
    if isinstance(ask.kind, AnyOf):
        held = before.value if isinstance(before.value, tuple) else ()
        return ask.kind.choices[int(token)].code in held
    match kinds.press(ask, token, lang):
        case kinds.Taken(value):
            return before.value == value
        case _:
            return False
