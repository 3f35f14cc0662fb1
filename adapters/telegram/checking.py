"""What Telegram says of our account, of the webhook, and of the groups we are in, for `palabre doctor`.

The one rule: asked once and for reading only; nothing here changes anything at Telegram, and no error shows the token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.telegram.settings import TelegramSettings
from adapters.telegram.transport import Lost, NotSent, Transport

SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What we are in one group: `status` as Telegram calls it, empty when it refuses to say; then `why`."""

    status: str = ""
    may_write: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`reads_all` is False where privacy mode hides what is not meant for us. `url` is that of the webhook."""

    name: str
    reads_all: bool
    url: str
    pending: int
    last_error: str
    last_error_at: datetime | None
    seats: Mapping[str, Seat]


async def look(settings: TelegramSettings, chats: Sequence[str]) -> Account:
    """ConnectionError where the server cannot be reached, ValueError where it refuses the token."""
    transport = Transport(settings.base_url, settings.token, seconds=SECONDS)
    try:
        me = await _asked(transport, "getMe", {})
        hook = await _asked(transport, "getWebhookInfo", {})
        seats = {chat: await _seat(transport, chat, me.get("id")) for chat in chats}
    except (NotSent, Lost) as problem:
        raise ConnectionError(str(problem)) from None
    finally:
        await transport.shutdown()
    at = hook.get("last_error_date")
    return Account(
        name=str(me.get("username") or me.get("first_name") or ""),
        reads_all=me.get("can_read_all_group_messages") is True,
        url=str(hook.get("url") or ""),
        pending=int(hook.get("pending_update_count") or 0),
        last_error=str(hook.get("last_error_message") or ""),
        last_error_at=datetime.fromtimestamp(at, UTC) if isinstance(at, int) else None,
        seats=seats,
    )


async def _asked(transport: Transport, method: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    reply = await transport.call(method, payload)
    result = reply.body.get("result")
    if not reply.ok or not isinstance(result, Mapping):
        raise ValueError(reply.description or f"status {reply.status}")
    return result


async def _seat(transport: Transport, chat: str, me: Any) -> Seat:
    """https://core.telegram.org/bots/api#getchatmember"""
    try:
        member = await _asked(transport, "getChatMember", {"chat_id": int(chat), "user_id": me})
    except ValueError as refusal:
        return Seat(why=str(refusal), may_write=False)
    return seat_of(member)


def seat_of(member: Mapping[str, Any]) -> Seat:
    """https://core.telegram.org/bots/api#chatmember"""
    status = str(member.get("status") or "")
    gone = status in ("left", "kicked")
    silenced = status == "restricted" and member.get("can_send_messages") is not True
    unposting = status == "administrator" and member.get("can_post_messages") is False
    return Seat(status=status, may_write=not (gone or silenced or unposting))
