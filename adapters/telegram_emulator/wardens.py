"""What bots that administrate a group may do there: delete, restrict, ban, take it back, and look who is who.

The one rule: as with everything here, what the real server refuses is refused, with its sentence
(https://github.com/tdlib/telegram-bot-api and its library): no rights, no such person, somebody more powerful, a group
of the wrong kind. An end that is too near or too far means for ever, as the Bot API says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import orjson

from adapters.telegram_emulator.params import decoded, number
from adapters.telegram_emulator.world import ALL_RIGHTS, Chat, Json, Person, Refusal, World

NEAREST, FARTHEST = 30, 366 * 86_400
DELETABLE_SECONDS = 48 * 3600
_TRUE = b"true"
_ADMINISTRATORS = (
    "manage_chat",
    "delete_messages",
    "manage_video_chats",
    "restrict_members",
    "promote_members",
    "change_info",
    "invite_users",
    "post_stories",
    "edit_stories",
    "delete_stories",
)
_PERMISSIONS = frozenset(
    f"can_{right}"
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
)
"""https://core.telegram.org/bots/api#chatpermissions"""


def wardens(world: World) -> dict[str, Callable[[Json], bytes]]:
    """The methods by name."""
    return {
        "deletemessage": partial(_delete, world),
        "restrictchatmember": partial(_restrict, world),
        "banchatmember": partial(_ban, world),
        "unbanchatmember": partial(_unban, world),
        "getchatmember": partial(_member, world),
    }


def _delete(world: World, params: Json) -> bytes:
    """https://core.telegram.org/bots/api#deletemessage"""
    chat = world.place_to_write(number(params, "chat_id"))
    shown = chat.messages.get(number(params, "message_id"))
    if shown is None:
        raise Refusal(400, "Bad Request: message to delete not found")
    admin = chat.bot_may("can_delete_messages")
    if not (shown.ours or chat.private or admin):
        raise Refusal(400, "Bad Request: message can't be deleted")
    if not (admin and chat.kind == "supergroup") and world.clock() - shown.date > DELETABLE_SECONDS:
        raise Refusal(400, "Bad Request: message can't be deleted for everyone")
    del chat.messages[shown.id]
    return _TRUE


def _restrict(world: World, params: Json) -> bytes:
    """https://core.telegram.org/bots/api#restrictchatmember"""
    chat = world.place_to_write(number(params, "chat_id"))
    if chat.kind != "supergroup":
        raise Refusal(400, "Bad Request: method is available only for supergroups")
    permissions = decoded(params.get("permissions"))
    if not isinstance(permissions, dict) or not _PERMISSIONS.issuperset(permissions):
        raise Refusal(400, "Bad Request: can't parse permissions")
    person = _subject(world, chat, params)
    if permissions.get("can_send_messages") is True:
        chat.muted.pop(person.id, None)
    else:
        chat.muted[person.id] = _until(world, params)
    return _TRUE


def _ban(world: World, params: Json) -> bytes:
    """https://core.telegram.org/bots/api#banchatmember"""
    chat = world.place_to_write(number(params, "chat_id"))
    if chat.private:
        raise Refusal(400, "Bad Request: can't ban members in private chats")
    person = _subject(world, chat, params)
    chat.banned[person.id] = _until(world, params) if chat.kind == "supergroup" else 0
    return _TRUE


def _unban(world: World, params: Json) -> bytes:
    """https://core.telegram.org/bots/api#unbanchatmember"""
    chat = world.place_to_write(number(params, "chat_id"))
    if chat.kind != "supergroup":
        raise Refusal(400, "Bad Request: method is available for supergroup and channel chats only")
    person = _subject(world, chat, params)
    chat.banned.pop(person.id, None)
    return _TRUE


def _member(world: World, params: Json) -> bytes:
    """https://core.telegram.org/bots/api#getchatmember"""
    chat = world.place_to_write(number(params, "chat_id"))
    id = number(params, "user_id")
    if id == world.bot.id and not chat.private:
        return orjson.dumps(_own(world, chat))
    person = world.people.get(id)
    if person is None or chat.private:
        raise Refusal(400, "Bad Request: PARTICIPANT_ID_INVALID")
    return orjson.dumps({"user": person.as_json(), **_standing(world, chat, person)})


def _own(world: World, chat: Chat) -> Json:
    if not chat.bot_is_admin:
        return {"user": world.bot.as_json(), "status": "member"}
    return {"user": world.bot.as_json(), **_administrator(chat.bot_rights)}


def _administrator(rights: Collection[str]) -> Json:
    """https://core.telegram.org/bots/api#chatmemberadministrator"""
    held = {f"can_{right}": f"can_{right}" in rights for right in _ADMINISTRATORS}
    return {"status": "administrator", "is_anonymous": False, "can_be_edited": False, **held}


def _standing(world: World, chat: Chat, person: Person) -> Json:
    now = world.clock()
    if chat.holds(chat.banned, person.id, now):
        return {"status": "kicked", "until_date": chat.banned[person.id]}
    if person.id == chat.owner:
        return {"status": "creator", "is_anonymous": False}
    if person.id in chat.admins:
        return _administrator(ALL_RIGHTS)
    if chat.holds(chat.muted, person.id, now):
        silent = dict.fromkeys(_PERMISSIONS, False)
        return {"status": "restricted", "is_member": True, "until_date": chat.muted[person.id], **silent}
    return {"status": "member"}


def _subject(world: World, chat: Chat, params: Json) -> Person:
    """Whom the act is about, if the bot may act on them."""
    person = world.people.get(number(params, "user_id"))
    if person is None:
        raise Refusal(400, "Bad Request: PARTICIPANT_ID_INVALID")
    if not chat.bot_may("can_restrict_members"):
        raise Refusal(400, "Bad Request: not enough rights to restrict/unrestrict chat member")
    if person.id == chat.owner:
        raise Refusal(400, "Bad Request: can't remove chat owner")
    if person.id in chat.admins:
        raise Refusal(400, "Bad Request: user is an administrator of the chat")
    return person


def _until(world: World, params: Json) -> int:
    """When it ends; 0 for never."""
    end: Any = params.get("until_date") or 0
    try:
        end = int(end)
    except (TypeError, ValueError):
        raise Refusal(400, "Bad Request: can't parse until_date") from None
    seconds = end - world.clock()
    return end if NEAREST <= seconds <= FARTHEST else 0
