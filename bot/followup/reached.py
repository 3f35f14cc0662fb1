"""Who is written to: people found by their tokens, without those who want no news, and not at night.

The one rule: every message of this package to people who took part goes through here. When the key of a consultation
is destroyed, nobody is found.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.contributions import reaching
from bot.turn import Turn
from bot.walltime import after_quiet
from storage import replies
from storage.consultations import Consultation
from storage.instants import ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may be written to, and in which language."""

    participant: int
    place: str
    lang: str


def whose(turn: Turn, run: Consultation, tokens: Collection[str]) -> dict[str, Person]:
    """token -> person, for those who can be written to and did not say that they want no news."""
    connection = turn.scene.connection
    found = {
        token: one
        for token, one in reaching.whose(connection, run, {token for token in tokens if token}).items()
        if not one.stopped
    }
    unwilling = replies.unwilling(connection, run.id, [one.participant for one in found.values()])
    return {
        token: Person(participant=one.participant, place=one.place, lang=one.lang or turn.scene.rules.lang)
        for token, one in found.items()
        if one.participant not in unwilling
    }


def polite(turn: Turn, run: Consultation) -> int:
    """When a message may leave: now, or at the end of the quiet hours."""
    return ms(after_quiet(turn.scene.now, run.zone, turn.scene.rules.quiet))
