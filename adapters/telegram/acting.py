"""What moderators have done in a group: a message deleted, a person muted or banned until a time, and taken back.

The one rule: doing it twice is no mistake. A message that is gone, a person who is banned already or was never there
to be unbanned: what was wanted is so, and that is success. An act whose answer was lost is therefore simply done again.

Telegram ends mutes and bans by itself at `until_date`, but takes less than 30 seconds or more than 366 days to mean for
ever; so ends are kept between the two. https://core.telegram.org/bots/api#restrictchatmember
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.base import Action, File, Lacking, Place, Refused, SendError
from adapters.pictures import MAX_BYTES, fetched
from adapters.telegram import errors
from adapters.telegram.transport import Lost, NotSent, Reply, Transport

ACTS = frozenset({"delete", "mute", "unmute", "ban", "unban"})
SHORTEST, LONGEST = timedelta(seconds=60), timedelta(days=365)
FILE_SECONDS = 30.0
_RIGHTS = {"can_delete_messages": ("delete",), "can_restrict_members": ("mute", "unmute", "ban", "unban")}
"""https://core.telegram.org/bots/api#chatmemberadministrator"""
IN_SMALL_GROUPS = frozenset({"delete", "ban"})
"""A group that is no supergroup can only delete and put out; who was put out may simply be asked in again."""
_EVERYTHING = {
    f"can_{right}": True
    for right in (
        "send_messages",
        "send_audios",
        "send_documents",
        "send_photos",
        "send_videos",
        "send_video_notes",
        "send_voice_notes",
        "send_polls",
        "send_other_messages",
        "add_web_page_previews",
        "change_info",
        "invite_users",
        "pin_messages",
        "manage_topics",
        "edit_tag",
        "react_to_messages",
    )
}
"""What lifts a restriction; what the group forbids to everybody stays forbidden.
https://core.telegram.org/bots/api#chatpermissions"""

# The sentences that the published server writes: https://github.com/tdlib/telegram-bot-api
_DONE = ("message to delete not found", "message identifier is not specified", "message_id_invalid")
_NOT_THERE = ("user not found", "participant_id_invalid", "user_id_invalid", "invalid user_id", "user is deactivated")
_HIGHER = ("is an administrator", "chat owner", "user_admin_invalid", "can't restrict self", "can't remove self")
_OTHER_KIND = ("supergroup", "private chat", "method is available")


class Acting:
    """One bot in its groups. `me` gives its id, None before it is known."""

    def __init__(self, transport: Transport, me: Callable[[], int | None], now: Callable[[], datetime]) -> None:
        self._transport = transport
        self._me = me
        self._now = now

    async def act(self, action: Action) -> None:
        chat = _chat(action.place)
        if not is_group(action.place):
            raise Refused("nobody is moderated in a private chat", lacking=Lacking.KIND)
        method, payload = self._call(action)
        reply = await self._ask(method, {"chat_id": chat, **payload})
        if reply.ok or _is_so(action.act, reply):
            return
        raise await self._failure(action, reply)

    async def rights(self, place: Place) -> frozenset[str]:
        """https://core.telegram.org/bots/api#getchatmember"""
        if not is_group(place):
            return frozenset()
        reply = await self._ask("getChatMember", {"chat_id": _chat(place), "user_id": await self._own_id()})
        member = reply.body.get("result")
        if not reply.ok or not isinstance(member, Mapping):
            raise errors.failure(reply, editing=True)
        held = _held(member)
        return held if is_large(place) else held & IN_SMALL_GROUPS

    async def fetch(self, file_id: str) -> File:
        """https://core.telegram.org/bots/api#getfile"""
        reply = await self._ask("getFile", {"file_id": file_id})
        found = reply.body.get("result")
        if not reply.ok or not isinstance(found, Mapping):
            raise _of_file(reply)
        path, size = found.get("file_path"), found.get("file_size")
        if not isinstance(path, str) or (type(size) is int and size > MAX_BYTES):
            raise Refused("the picture is too large")
        try:
            data = await self._transport.download(path, MAX_BYTES + 1, seconds=FILE_SECONDS)
        except (NotSent, Lost) as problem:
            raise errors.broken(problem, editing=True) from None
        return await fetched(data)

    def _call(self, action: Action) -> tuple[str, dict[str, Any]]:
        """https://core.telegram.org/bots/api#deletemessage #restrictchatmember #banchatmember #unbanchatmember"""
        if action.act == "delete":
            return "deleteMessage", {"message_id": _number(action.ref)}
        person = {"user_id": _number(action.person)}
        match action.act:
            case "mute":
                end = self._end(action.until)
                return "restrictChatMember", person | {"permissions": {"can_send_messages": False}} | end
            case "unmute":
                return "restrictChatMember", person | {"permissions": _EVERYTHING}
            case "ban":
                return "banChatMember", person | self._end(action.until)
            case "unban":
                return "unbanChatMember", person | {"only_if_banned": True}
            case _:
                raise Refused(f"unknown act {action.act!r}", lacking=Lacking.KIND)

    def _end(self, until: datetime | None) -> dict[str, int]:
        if until is None:
            return {}
        now = self._now()
        return {"until_date": round(min(max(until, now + SHORTEST), now + LONGEST).timestamp())}

    async def _own_id(self) -> int:
        """Who we are, also before anything was read."""
        known = self._me()
        if known is not None:
            return known
        reply = await self._ask("getMe", {})
        result = reply.body.get("result")
        found = result.get("id") if reply.ok and isinstance(result, Mapping) else None
        if type(found) is not int:
            raise errors.failure(reply, editing=True)
        return found

    async def _failure(self, action: Action, reply: Reply) -> SendError:
        """What stands in the way; Telegram says the same sentence of several things, so we look."""
        found = errors.failure(reply, editing=True)
        if reply.status != 400 or reply.parameter("migrate_to_chat_id") is not None:
            return found
        if action.act != "delete" and _says(reply, _NOT_THERE):
            return Refused(reply.description, lacking=Lacking.SUBJECT)
        if _says(reply, _HIGHER):
            return Refused(reply.description, lacking=Lacking.STANDING)
        if not isinstance(found, Refused):
            return found
        if action.act not in await self.rights(action.place):
            kind = not is_large(action.place) and action.act not in IN_SMALL_GROUPS
            return Refused(reply.description, lacking=Lacking.KIND if kind else Lacking.RIGHT)
        return Refused(reply.description, lacking=Lacking.KIND if _says(reply, _OTHER_KIND) else Lacking.SUBJECT)

    async def _ask(self, method: str, payload: Mapping[str, Any]) -> Reply:
        try:
            return await self._transport.call(method, payload)
        except (NotSent, Lost) as problem:
            raise errors.broken(problem, editing=True) from None
        except TypeError as problem:  # orjson: something that no JSON can carry
            raise Refused(f"cannot be written as JSON ({problem})") from None


def is_group(place: Place) -> bool:
    return place.chat.startswith("-")


def is_large(place: Place) -> bool:
    """A supergroup, by its number. https://core.telegram.org/api/bots/ids"""
    return _chat(place) < -1_000_000_000_000


def _held(member: Mapping[str, Any]) -> frozenset[str]:
    match member.get("status"):
        case "creator":
            return ACTS
        case "administrator":
            return frozenset(act for right, acts in _RIGHTS.items() if member.get(right) is True for act in acts)
        case _:
            return frozenset()


def _is_so(act: str, reply: Reply) -> bool:
    """Is what was wanted so already?"""
    if reply.status != 400:
        return False
    if act == "delete":
        return _says(reply, _DONE)
    return act in ("unban", "unmute") and _says(reply, _NOT_THERE)


def _of_file(reply: Reply) -> SendError:
    """A file that is no more is nobody's going away."""
    found = errors.failure(reply, editing=True)
    return Refused(reply.description) if reply.status == 400 else found


def _says(reply: Reply, sentences: tuple[str, ...]) -> bool:
    said = reply.description.lower()
    return any(sentence in said for sentence in sentences)


def _chat(place: Place) -> int:
    return _number(place.chat)


def _number(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise Refused(f"not a number of Telegram: {text[:40]!r}", lacking=Lacking.SUBJECT)
    return int(text)
