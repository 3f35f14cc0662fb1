"""What a refusal of the homeserver means for the outbox: one of the four errors of `adapters.base`.

The one rule: a message whose answer was lost is `Later`, never `Unsure`. Each message carries its own transaction id,
so the homeserver drops a second one, and sending again is always right.
"""

from __future__ import annotations

from adapters.base import Gone, Later, Refused, SendError
from adapters.matrix.transport import Reply, Unanswered

BROKEN_SECONDS = 3.0
REFUSED_SECONDS = 60.0
"""While the server does not accept our token; the log says what to do."""


def broken(problem: Unanswered) -> SendError:
    return Later(BROKEN_SECONDS, whole=True, broken=True)


def failure(reply: Reply, *, in_room: bool, moved_to: str | None = None) -> SendError:
    """The error for an answer that is no success. `in_room` says whether we are (still) in the room, `moved_to` the
    room that replaced it."""
    if reply.status == 429:
        return Later(max(reply.wait or 0.0, 0.1), whole=True)
    if reply.status == 401 or reply.code in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        return Later(REFUSED_SECONDS, whole=True)
    if reply.status >= 500 or reply.status == 408:
        return Later(max(reply.wait or 0.0, BROKEN_SECONDS), broken=True)
    if moved_to is not None and reply.status in (403, 404):
        return Gone("the room was replaced", moved_to=moved_to)
    if reply.status in (403, 404) and not in_room:
        return Gone(reply.sentence)
    return Refused(reply.sentence)
