"""Telling people: in the places where a consultation was announced, to its organisers, to those who took part.

The one rule: a place gets the language of the instance, a person their own; nobody who paused is written to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from bot import hanging
from bot.letters import Whole
from bot.reminders import PAGE, lane_of
from bot.rights import Act, may
from bot.scene import Scene
from bot.turn import Turn
from flows.flow import Flow
from flows.messages import Message
from flows.session import Stage
from storage import audit, consultations, mailings, people, sessions
from storage.consultations import Consultation
from storage.instants import ms
from storage.outbox import Rank
from storage.sessions import Stored

Telling = Callable[[str], Message]
"""A message, in a language."""


def update_scene(scene: Scene, consultation: Consultation) -> None:
    """Let the rest of this batch see the new state, hours and wording."""
    scene.by_id[consultation.id] = consultation
    for live in scene.lives.values():
        if live.consultation.id == consultation.id:
            live.consultation = consultation
            live.flow = scene.flows.of(scene.connection, consultation, live.flow.version)


def note(turn: Turn, act: str, id: str, detail: str = "") -> None:
    """Write an act of the person who asks into the audit."""
    who = str(turn.participant)
    audit.note(turn.scene.connection, at_ms=ms(turn.scene.now), who=who, act=act, subject=id, detail=detail)


def redraw(turn: Turn, id: str) -> None:
    """Show the cards of a consultation as it stands now."""
    scene = turn.scene
    scene.out += hanging.after_change(scene.connection, id, turn.key(), ms(scene.now), scene.rules.lang)


def tell_places(turn: Turn, id: str, telling: Telling) -> None:
    """In every place where a consultation was announced."""
    lang = turn.scene.rules.lang
    for place in consultations.announced(turn.scene.connection, id):
        turn.post(place, Whole(telling(lang), lang), rank=Rank.BROADCAST, consultation=id)


def tell_in_private(turn: Turn, participants: Sequence[int], telling: Telling) -> int:
    """To people in private; how many of them can be reached."""
    found = people.addresses(turn.scene.connection, participants)
    for one in found:
        lang = one.lang or turn.scene.rules.lang
        turn.post(one.place, Whole(telling(lang), lang))
    return len(found)


def colleagues(turn: Turn, id: str, act: Act) -> list[int]:
    """Everybody but the person who asks who may do this to a consultation."""
    found = _may(turn.scene, id, act)
    return [one for one in found if one != turn.participant]


def in_charge(scene: Scene, id: str) -> list[int]:
    """Who answers for a consultation: those named for it, else for a place where it was announced, else for all."""
    connection = scene.connection
    for scopes in ([id], consultations.announced(connection, id), ["*"]):
        held = people.holders(connection, *scopes) if scopes else []
        found = [one for one, role, scope in held if may([(role, scope)], Act.OUTCOME, consultation=id, place=scope)]
        if found:
            return list(dict.fromkeys(found))
    return []


def _may(scene: Scene, id: str, act: Act) -> list[int]:
    places = consultations.announced(scene.connection, id)
    held = people.holders(scene.connection, "*", id, *places)
    return list(
        dict.fromkeys(one for one, role, scope in held if may([(role, scope)], act, consultation=id, place=scope))
    )


def next_page(turn: Turn, timer: str, id: str, detail: str) -> None:
    """Go on with the next people: of a mailing, when most letters of this page have left; else at once."""
    if turn.mailing is not None:
        mailings.go_on(turn.scene.connection, turn.mailing, detail)
        return
    turn.scene.follow(timer, id, lane=lane_of(id), place="", key=f"{timer}:{id}.{turn.item.id}.{detail}", detail=detail)


def participants_page(turn: Turn, id: str, after: int) -> tuple[list[tuple[Stored, str]], str | None]:
    """The next people who took part and did not say stop, each with their language; and where the page after begins."""
    page = sessions.page(turn.scene.connection, id, after, PAGE)
    found = [
        (row, str(orjson.loads(row.state)["lang"]) if row.state else turn.scene.rules.lang)
        for row in page
        if row.stage not in (Stage.PAUSED, Stage.DECLINED)
    ]
    return found, str(page[-1].id) if len(page) == PAGE else None


def flow_of(scene: Scene, consultation: Consultation) -> Flow:
    return scene.flows.of(scene.connection, consultation)
