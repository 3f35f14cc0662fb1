"""Somebody adds a choice to a vote that lets people do so.

The one rule: the list only grows, and slowly. A new choice is a new version of the flow, taken by compare-and-set; a
choice that is there already is pointed out, and nobody fills a list alone.
"""

from __future__ import annotations

from dataclasses import replace

from bot.office.telling import redraw, update_scene
from bot.polls.model import LONGEST_CHOICE
from bot.polls.writing import codes
from bot.turn import Turn
from flows import reading
from flows.adding import extended
from flows.flow import AnyOf, Ask, Flow, OneOf
from flows.load import load_text
from locales import tr
from storage import audit, ballots, consultations
from storage.consultations import Consultation
from storage.instants import ms

MOST = 30
EACH = 3
"""Choices that one person can add to one vote."""
ACT = "add choice"


def open_list(flow: Flow) -> Ask | None:
    """The vote of this flow to which people may add choices, if it has one."""
    return next((ask for ask in flow.asks if ask.add and isinstance(ask.kind, OneOf | AnyOf)), None)


def add(turn: Turn, consultation: Consultation, words: str) -> str:
    """Add a choice; what to tell the person."""
    scene, lang = turn.scene, turn.lang
    flow = scene.flows.of(scene.connection, consultation)
    ask = open_list(flow)
    if ask is None or consultation.state != "open":
        return tr(lang, "Nobody can add a choice here.")
    label = " ".join(reading.clean(words).split())
    if refused := _refused(turn, consultation, flow, ask, label):
        return refused
    taken = _taken(ask)
    code = codes([*taken.values(), label])[-1]
    while code in taken:
        code += "_"
    if not _go_on_with(turn, consultation, extended(_source(turn, consultation), ask.name, code, label)):
        return tr(lang, "Somebody else changed the list at the same moment. Please try again.")
    audit.note(
        scene.connection,
        at_ms=ms(scene.now),
        who=_who(turn, consultation),
        act=ACT,
        subject=consultation.id,
        detail=label,
    )
    redraw(turn, consultation.id)
    return tr(lang, "“{choice}” is on the list now. Everybody can vote for it.", choice=label)


def _refused(turn: Turn, consultation: Consultation, flow: Flow, ask: Ask, label: str) -> str:
    """Why this cannot be added; empty when it can."""
    lang, taken = turn.lang, _labels(flow, ask, turn.lang)
    if not label:
        return tr(lang, "Write the choice that you want to add.")
    if len(label) > LONGEST_CHOICE:
        return tr(lang, "This is too long for a choice: at most {n} characters.", n=LONGEST_CHOICE)
    at = reading.exact(label, taken)
    if isinstance(at, int):
        return tr(lang, "“{choice}” is on the list already: you can vote for it.", choice=taken[at])
    if len(taken) >= MOST:
        return tr(lang, "The list is full: it has {n} choices.", n=len(taken))
    mine = audit.count(turn.scene.connection, who=_who(turn, consultation), act=ACT, subject=consultation.id)
    if mine >= EACH:
        return tr(lang, "You have added {n} choices already; leave room for others.", n=mine)
    return ""


def _who(turn: Turn, consultation: Consultation) -> str:
    """A citizen is written down by the token of this consultation, which loses its owner with the key."""
    assert consultation.key is not None, "an open consultation has its key"
    return ballots.token(consultation.key, turn.participant)


def _taken(ask: Ask) -> dict[str, str]:
    kind = ask.kind
    assert isinstance(kind, OneOf | AnyOf)
    return {choice.code: next(iter(choice.label.by_lang.values()), "") for choice in kind.choices}


def _labels(flow: Flow, ask: Ask, lang: str) -> list[str]:
    kind = ask.kind
    assert isinstance(kind, OneOf | AnyOf)
    return [choice.label.read(lang, flow.lang) for choice in kind.choices]


def _source(turn: Turn, consultation: Consultation) -> str:
    return consultations.source(turn.scene.connection, consultation.version)


def _go_on_with(turn: Turn, consultation: Consultation, source: str | None) -> bool:
    """Let the consultation go on with the longer list."""
    loaded = load_text(source, consultation.id) if source else None
    if loaded is None or loaded.flow is None:
        return False
    connection, now, version = turn.scene.connection, ms(turn.scene.now), loaded.flow.version
    consultations.add_version(connection, version, loaded.flow.id, loaded.source, now)
    if not consultations.set_version(connection, consultation.id, consultation.version, version, now):
        return False
    update_scene(turn.scene, replace(consultation, version=version))
    return True
