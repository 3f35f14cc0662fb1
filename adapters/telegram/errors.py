"""What a refusal of the Bot API means for the outbox: one of the four errors of `adapters.base`.

The one rule: a new message whose fate is unknown is `Unsure`, an edit never is. Showing the same content twice in the
same message changes nothing, so an edit may always be tried again.

The Bot API documents its codes but not its sentences (https://core.telegram.org/bots/api#making-requests); those below
are what its published server writes (https://github.com/tdlib/telegram-bot-api).
"""

from __future__ import annotations

from adapters.base import Gone, Later, Refused, SendError, Unsure
from adapters.telegram.transport import Lost, NotSent, Reply

BROKEN_WAIT = 2.0
"""After a 5xx or a broken connection."""
TOKEN_WAIT = 60.0
"""While the token is refused: nothing can leave, nothing must be lost."""

NOT_MODIFIED = "message is not modified"
NO_TEXT = "there is no text in the message to edit"
_NO_THREAD = ("message thread not found", "topic_deleted", "topic_closed")
_NOBODY = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "bot was kicked",
    "bot was blocked",
    "group chat was deactivated",
    "chat was deleted",
)


def failure(reply: Reply, *, editing: bool) -> SendError:
    """Why Telegram did not take a message."""
    migrated = reply.parameter("migrate_to_chat_id")
    if migrated is not None:
        return Gone(reply.description, moved_to=str(migrated))
    match reply.status:
        case 429:
            return Later(float(max(reply.parameter("retry_after") or 0, 1)), hasty=True)
        case 401 | 404:
            return Later(TOKEN_WAIT, whole=True)
        case 403:
            return Gone(reply.description or "forbidden")
        case 400 if _says(reply, _NOBODY):
            return Gone(reply.description)
        case 200 | 504:
            # A gateway that gave up waiting, or an answer nobody can read: the message may be there.
            unreadable = f"unreadable answer with status {reply.status}"
            return Later(BROKEN_WAIT, broken=True) if editing else Unsure(unreadable)
        case status if status >= 500 or 300 <= status < 400:
            # Who sends us elsewhere is not the Bot API, but a proxy or the page of a hotel's network before it.
            return Later(BROKEN_WAIT, broken=True)
        case status:
            return Refused(reply.description or f"status {status}")


def broken(problem: NotSent | Lost, *, editing: bool) -> SendError:
    """What a connection that failed means."""
    if isinstance(problem, NotSent) or editing:
        return Later(BROKEN_WAIT, broken=True)
    return Unsure(str(problem))


def is_unchanged(reply: Reply) -> bool:
    """The message already shows this: for an edit, success."""
    return reply.status == 400 and NOT_MODIFIED in reply.description.lower()


def is_picture(reply: Reply) -> bool:
    """The message to edit is a picture: its words are a caption."""
    return reply.status == 400 and NO_TEXT in reply.description.lower()


def is_thread_gone(reply: Reply) -> bool:
    """The forum topic was deleted or closed; the General topic remains."""
    return reply.status == 400 and _says(reply, _NO_THREAD)


def _says(reply: Reply, sentences: tuple[str, ...]) -> bool:
    said = reply.description.lower()
    return any(sentence in said for sentence in sentences)
