"""The people behind tokens: who must be told what became of something.

The one rule: no link from a token to a person is stored. The tokens of everybody who takes part are made again and
compared; once the key of the consultation is destroyed, nobody is found any more, whatever anybody wants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flows.session import Stage
from storage import ballots, people, sessions
from storage.consultations import Consultation
from storage.database import Connection

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Somebody who can be written to in private. `stopped`: they said that they want no more messages."""

    participant: int
    lane: str
    place: str
    lang: str | None
    stopped: bool = False


def whose(connection: Connection, consultation: Consultation, tokens: Collection[str]) -> dict[str, Reached]:
    """token -> person, for those who can be written to."""
    if consultation.key is None or not tokens:
        return {}
    wanted = set(tokens)
    by_participant: dict[int, str] = {}
    stopped: set[int] = set()
    for participant, stage in sessions.people_of(connection, consultation.id):
        token = ballots.token(consultation.key, participant)
        if token in wanted:
            by_participant[participant] = token
            if stage in (Stage.PAUSED.value, Stage.DECLINED.value):
                stopped.add(participant)
    return {
        by_participant[one.participant]: Reached(
            participant=one.participant,
            lane=one.lane,
            place=one.place,
            lang=one.lang,
            stopped=one.participant in stopped,
        )
        for some in _by_the_hundred(list(by_participant))
        for one in people.addresses(connection, some)
    }


def _by_the_hundred(participants: Sequence[int]) -> Iterator[Sequence[int]]:
    """A statement has room for so many values only."""
    for start in range(0, len(participants), AT_ONCE):
        yield participants[start : start + AT_ONCE]
