"""When the cards of a consultation are drawn again.

The one rule: **a card is drawn when it leaves**. What waits in the outbox is only its name under a key that names the
next beat of three seconds: a thousand votes before that beat are one row and one edit, and the edit shows every vote
counted before it left. The unique key decides; nobody has to remember when the last edit was.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bot import letters
from bot.letters import Card
from storage import outbox
from storage.cards import hung
from storage.database import Connection
from storage.outbox import Rank

BEAT_MS = 3_000
"""A card is edited at most once in so long: people read it, and platforms limit edits."""


def after_votes(connection: Connection, voted: Collection[str], now_ms: int, lang: str) -> list[dict[str, Any]]:
    """Outbox rows for the cards of consultations in which a ballot moved."""
    beat = now_ms // BEAT_MS + 1
    return [_edit(id, place, lang, str(beat), beat * BEAT_MS) for id, place in hung(connection, voted)]


def after_change(connection: Connection, id: str, change: str, now_ms: int, lang: str) -> list[dict[str, Any]]:
    """Outbox rows for the cards of a consultation that was closed, extended, corrected: drawn again at once. `change`
    makes the key of this change."""
    return [_edit(id, place, lang, change, now_ms) for id, place in hung(connection, [id])]


def _edit(id: str, place: str, lang: str, beat: str, due_ms: int) -> dict[str, Any]:
    return {
        "key": f"card:{id}:{place}:{beat}",
        "adapter": place.partition(":")[0],
        "place": place,
        "payload": letters.write(Card(id, lang)),
        "prompt": None,
        "replaces": f"card:{id}",
        "rank": int(Rank.BROADCAST),
        "resend": True,
        "due_ms": due_ms,
        "state": outbox.WAITING,
        "consultation": id,
        "coalesce": None,
        "mailing": None,
    }
