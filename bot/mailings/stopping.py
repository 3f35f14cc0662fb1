"""Pausing a mailing, going on with it, stopping it: the same from a chat and from the command line.

The one rule: a word that changes nothing is no mistake; whoever says it sees how it stands.
"""

from __future__ import annotations

from storage import audit, mailings
from storage.database import Connection
from storage.mailings import Mailing

PAUSE, RESUME, STOP = "pause", "resume", "stop"
WORDS = {
    "pause": PAUSE,
    "resume": RESUME,
    "reprendre": RESUME,
    "stop": STOP,
    "arreter": STOP,
    "arrêter": STOP,
}


def change(connection: Connection, mailing: Mailing, word: str, who: str, now_ms: int) -> None:
    """Do what `word` (one of the three) says, and write it down."""
    match word:
        case "pause":
            done = mailings.pause(connection, mailing.id)
        case "resume":
            done = mailings.resume(connection, mailing.id, now_ms)
        case _:
            done = mailings.stop(connection, mailing.id, now_ms)
    if done:
        act = f"{word} sending"
        audit.note(connection, at_ms=now_ms, who=who, act=act, subject=mailing.consultation, detail=str(mailing.id))
