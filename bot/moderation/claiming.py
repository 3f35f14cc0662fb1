"""Taking a case on for a quarter of an hour, so that two people do not read the same one; and noting something on it.

The one rule: what somebody takes on is given back by itself. The timer compares with the time that was set last, so
that taking it on again is not undone by the earlier timer.
"""

from __future__ import annotations

from datetime import timedelta

from bot.moderation import desks, words
from bot.turn import Turn
from locales import tr
from storage import cases
from storage import desks as stored
from storage.cases import Case
from storage.instants import ms

FOR = timedelta(minutes=15)
TIMER = "claim"
LONGEST_NOTE = 500


def claim(turn: Turn, case: Case) -> bool:
    """Take it on for a quarter of an hour, or for another one; False when somebody else has it."""
    scene = turn.scene
    until = ms(scene.now + FOR)
    if not cases.claim(scene.connection, case.id, turn.participant, ms(scene.now), until):
        return False
    scene.arm(f"{TIMER}:{case.id}", TIMER, f"case:{case.id}", due_ms=until, lane=f"case|{case.id}")
    _redrawn(turn, case)
    return True


def give_back(turn: Turn, case: Case) -> bool:
    """Let go of it; False when somebody else holds it, or nobody."""
    scene = turn.scene
    if not cases.give_back(scene.connection, case.id, who=turn.participant):
        return False
    scene.disarmed.add(f"{TIMER}:{case.id}")
    _redrawn(turn, case)
    return True


def ring(turn: Turn, case: Case) -> None:
    """The quarter of an hour is over."""
    if cases.give_back(turn.scene.connection, case.id, until_ms=ms(turn.scene.now)):
        _redrawn(turn, case)


def taken(turn: Turn, case: Case, holder: int) -> str:
    """Who has it, for somebody who comes second."""
    lang, scene = turn.lang, turn.scene
    run = scene.consultation(case.consultation) if case.consultation else None
    until = words.clock(case.claimed_until_ms or 0, words.zone_of(run))
    return tr(
        lang, "{code} has taken this on until {time}.", code=words.named(scene.connection, holder, lang), time=until
    )


def note(turn: Turn, case: Case, text: str) -> bool:
    """Keep a note on a case; False when it is empty."""
    said = " ".join(text.split())[:LONGEST_NOTE]
    if not said:
        return False
    stored.note(turn.scene.connection, case.id, turn.participant, said, ms(turn.scene.now))
    _redrawn(turn, case)
    return True


def _redrawn(turn: Turn, case: Case) -> None:
    fresh = cases.by_id(turn.scene.connection, case.id)
    if fresh is not None:
        desks.amend(turn, fresh, quietly=True)
        desks.offer(turn, fresh)
