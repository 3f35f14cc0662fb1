"""From one raw update to what happened, reading only the dozen fields that matter.

The one rule: one update at a time, and an update that cannot be read is only ever its own loss. `read` returns None for
what does not concern us and raises `Malformed` for what does not have the form that the Bot API promises; the caller
counts it and goes on. https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adapters.base import Inbound, Place
from adapters.pictures import MAX_BYTES
from adapters.spots import spot
from flows.events import Blocked, Event, Moved, Overheard, Pressed, Returned, Said, Shared

UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""What we ask for, always in full: the list stays on the server between starts.
https://core.telegram.org/bots/api#getupdates (allowed_updates)"""

_ANONYMOUS_ADMIN = 1087968824
_NO_PERSON = frozenset({777000, _ANONYMOUS_ADMIN, 136817688})
"""Telegram itself (posts forwarded from a linked channel), anonymous group admins, people writing as a channel:
several people may stand behind one of them. https://core.telegram.org/bots/api#message (sender_chat)"""
MAX_FILE = 65_536
"""Bytes of a flow file; a larger one is not fetched."""
LARGE_ENOUGH = 1280
"""Points; Telegram makes sizes of 90, 320, 800, 1280 and 2560 of each photo."""
MAX_FILE_ID = 200
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
_FLOW_FILE = (".yaml", ".yml")
_INCOMPLETE = (KeyError, TypeError, ValueError, IndexError)
"""What is missing from a photo, a place or a quotation: the message itself is read all the same."""
_OUT = frozenset({"left", "kicked"})
_CONTENT = (
    ("photo", "photo"),
    ("voice", "voice"),
    ("video_note", "video"),
    ("video", "video"),
    ("animation", "video"),
    ("sticker", "sticker"),
    ("venue", "location"),
    ("location", "location"),
    ("contact", "contact"),
    ("document", "document"),
    ("audio", "other"),
    ("poll", "other"),
    ("dice", "other"),
    ("story", "other"),
    ("game", "other"),
    ("paid_media", "other"),
    ("checklist", "other"),
)
"""What people share, the most telling field first: an animation also carries `document`, a venue `location`."""


class Malformed(Exception):
    """The update does not have the form that the Bot API promises. Carries no content."""


@dataclass(frozen=True, slots=True)
class Me:
    """Who the bot is, in `getMe`'s words; `name` in small letters."""

    id: int
    name: str


def read(update: Mapping[str, Any], me: Me, adapter: str, now: datetime) -> Inbound | None:
    """What `update` tells, if it concerns us. `now` is the time of what carries none."""
    try:
        return _read(update, me, adapter, now)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as problem:
        raise Malformed(type(problem).__name__) from None


def callback_id(update: Mapping[str, Any]) -> str | None:
    """What `answerCallbackQuery` needs, when the update is a press."""
    query = update.get("callback_query")
    found = query.get("id") if isinstance(query, Mapping) else None
    return found if isinstance(found, str) else None


def _read(update: Mapping[str, Any], me: Me, adapter: str, now: datetime) -> Inbound | None:
    key = str(_number(update["update_id"]))
    if (query := update.get("callback_query")) is not None:
        return _press(query, key, adapter, now)
    if (change := update.get("my_chat_member")) is not None:
        return _membership(change, key, adapter)
    if (message := update.get("message")) is not None:
        return _message(message, key, me, adapter)
    if (edited := update.get("edited_message")) is not None:
        return _changed(edited, key, adapter)
    return None


def _press(query: Mapping[str, Any], key: str, adapter: str, now: datetime) -> Inbound | None:
    person, message, data = query["from"], query.get("message"), query.get("data")
    if message is None or data is None or person["id"] in _NO_PERSON:
        return None  # below an inline result, or a game: we send neither
    event = Pressed(at=now, data=_text(data), message=str(_number(message["message_id"])))
    return _inbound(key, message, person, event, adapter)


def _membership(change: Mapping[str, Any], key: str, adapter: str) -> Inbound | None:
    """https://core.telegram.org/bots/api#chatmemberupdated"""
    before, after = change.get("old_chat_member"), _is_in(change["new_chat_member"])
    if before is not None and _is_in(before) == after:
        return None  # promoted, renamed, restricted: still there, or still away
    at = _time(change["date"])
    return _inbound(key, change, change["from"], Returned(at=at) if after else Blocked(at=at), adapter)


def _message(message: Mapping[str, Any], key: str, me: Me, adapter: str) -> Inbound | None:
    person = message.get("from")
    if (moved := _migration(message, adapter)) is not None:
        place, to_chat = moved
        event = Moved(at=_time(message["date"]), to_chat=to_chat)
        who = str(_number(person["id"])) if person else ""
        return Inbound(key=key, place=place, person=who, event=event, private=False)
    if person is None:
        return None
    if person["id"] == _ANONYMOUS_ADMIN:
        return _unnamed(message, key, me, adapter)
    if _speaks_for_others(message, person):
        return None
    said = _content(message, me, adapter)
    return None if said is None else _inbound(key, message, person, said, adapter)


def _changed(message: Mapping[str, Any], key: str, adapter: str) -> Inbound | None:
    """The new words of a message in a group. In private an edited text is not an answer, and a live location that
    moves is an edit as well. https://core.telegram.org/bots/api#update (edited_message)"""
    person = message.get("from")
    if person is None or message["chat"]["type"] == "private" or _speaks_for_others(message, person):
        return None
    words = _words(message)
    if not words.strip():
        return None
    at = _time(message["edit_date"] if "edit_date" in message else message["date"])
    event = Overheard(at=at, text=words, ref=str(_number(message["message_id"])), edited=True)
    return _inbound(key, message, person, event, adapter)


def _speaks_for_others(message: Mapping[str, Any], person: Mapping[str, Any]) -> bool:
    return bool(person["id"] in _NO_PERSON or person.get("is_bot") or "sender_chat" in message)


def _words(message: Mapping[str, Any]) -> str:
    """The text, or the words under what is shared."""
    return _text(message.get("text", message.get("caption", "")))


def _unnamed(message: Mapping[str, Any], key: str, me: Me, adapter: str) -> Inbound | None:
    """A command of an administrator who writes as the group: it must be answered, though nobody can know whose it is.
    Only `Said.unnamed` comes of it, and never a vote."""
    said = _content(message, me, adapter)
    if not isinstance(said, Said) or not said.text.startswith("/"):
        return None
    return _inbound(key, message, message["from"], replace(said, unnamed=True), adapter)


def file_wanted(update: Mapping[str, Any]) -> tuple[str, str] | None:
    """(file id, name) of a flow file that somebody sends in private and that is small enough to read."""
    message = update.get("message")
    document = message.get("document") if isinstance(message, Mapping) else None
    if not isinstance(message, Mapping) or not isinstance(document, Mapping):
        return None
    id, name, size = document.get("file_id"), document.get("file_name"), document.get("file_size")
    chat = message.get("chat")
    private = isinstance(chat, Mapping) and chat.get("type") == "private"
    if not (private and isinstance(id, str) and isinstance(name, str) and name.lower().endswith(_FLOW_FILE)):
        return None
    return (id, name[:120]) if type(size) is int and size <= MAX_FILE else None


def _migration(message: Mapping[str, Any], adapter: str) -> tuple[Place, str] | None:
    """A group that became a supergroup says so twice, in the old chat and in the new one; either will do.
    https://core.telegram.org/bots/api#message (migrate_to_chat_id)"""
    if (new := message.get("migrate_to_chat_id")) is not None:
        return Place(adapter, str(_number(message["chat"]["id"]))), str(_number(new))
    if (old := message.get("migrate_from_chat_id")) is not None:
        return Place(adapter, str(_number(old))), str(_number(message["chat"]["id"]))
    return None


def _content(message: Mapping[str, Any], me: Me, adapter: str) -> Event | None:
    answered = _answered(message, me)
    private = message["chat"]["type"] == "private"
    at = _time(message["date"])
    text = message.get("text")
    if text is not None:
        words = _addressed(_text(text), me)
        if words is None:
            return None
        if not (private or answered or words.startswith("/")):
            return _overheard(message, at)
        poll, several = _quoted_poll(message) if words.startswith("/") else ((), False)
        quoted = () if private or answered or not words.startswith("/") else _quoted(message)
        return Said(at=at, text=words, reply_to=answered, poll=poll, several=several, quoted=quoted)
    what = next((name for field, name in _CONTENT if field in message), None)
    if what is None:
        return None  # a service message
    return _shared(message, what, at, adapter) if private or answered else _overheard(message, at)


def _overheard(message: Mapping[str, Any], at: datetime) -> Event | None:
    """Talk among the members of a group. Telegram shows it only to bots that administrate the group, or whose owner
    switched the privacy mode off. https://core.telegram.org/bots/features#privacy-mode"""
    words = _words(message)
    if not words.strip():
        return None
    return Overheard(at=at, text=words, ref=str(_number(message["message_id"])))


def _shared(message: Mapping[str, Any], what: str, at: datetime, adapter: str) -> Shared:
    """Something that is no text, with what is needed of it. A photo sent as a file is a photo."""
    caption = _text(message.get("caption", ""))
    file = _photo(message["photo"]) if what == "photo" else _photo_file(message) if what == "document" else ""
    if file or what == "photo":
        return Shared(at=at, what="photo", text=caption, ref=f"{adapter}:{file}" if file else "")
    return Shared(at=at, what=what, spot=_spot(message["location"]) if "location" in message else "")


def _spot(location: Mapping[str, Any]) -> str:
    """https://core.telegram.org/bots/api#location"""
    try:
        return spot(float(location["latitude"]), float(location["longitude"]))
    except _INCOMPLETE:
        return ""


def _photo(sizes: Any) -> str:
    """The largest size that is large enough to be looked at and no larger. The sizes come smallest first.
    https://core.telegram.org/bots/api#photosize"""
    try:
        fitting = [size for size in sizes if max(_number(size["width"]), _number(size["height"])) <= LARGE_ENOUGH]
        return _file_id((fitting[-1] if fitting else sizes[0])["file_id"])
    except _INCOMPLETE:
        return ""


def _photo_file(message: Mapping[str, Any]) -> str:
    """https://core.telegram.org/bots/api#document"""
    document = message["document"]
    size = document.get("file_size")
    if document.get("mime_type") not in _PICTURES or (type(size) is int and size > MAX_BYTES):
        return ""
    return _file_id(document.get("file_id"))


def _file_id(value: Any) -> str:
    """A name that Telegram gave; a longer one than it ever gives is none."""
    return value if isinstance(value, str) and len(value) <= MAX_FILE_ID else ""


def _quoted(message: Mapping[str, Any]) -> tuple[str, ...]:
    """The message of somebody else that a command replies to: its number, who wrote it, its words. Who writes as a
    channel or as the group is nobody in particular. https://core.telegram.org/bots/api#message (reply_to_message)"""
    original = message.get("reply_to_message")
    if original is None or "forum_topic_created" in original:
        return ()
    try:
        author = original.get("from") or {}
        known = bool(author) and not _speaks_for_others(original, author)
        words = _words(original) or "\n".join(_quoted_poll(message)[0])
        return str(_number(original["message_id"])), str(_number(author["id"])) if known else "", words
    except _INCOMPLETE:
        return ()


def _answered(message: Mapping[str, Any], me: Me) -> str | None:
    """The message of ours that this one replies to. In a forum every message "replies" to the creation of its topic."""
    original = message.get("reply_to_message")
    if original is None or "forum_topic_created" in original or (original.get("from") or {}).get("id") != me.id:
        return None
    return str(_number(original["message_id"]))


def _quoted_poll(message: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The native poll that a command replies to: its question and options, and whether it takes several answers.
    https://core.telegram.org/bots/api#poll"""
    poll = (message.get("reply_to_message") or {}).get("poll")
    if poll is None:
        return (), False
    options = tuple(_text(option["text"]) for option in poll["options"])
    return (_text(poll["question"]), *options), poll.get("allows_multiple_answers") is True


def _addressed(text: str, me: Me) -> str | None:
    """`/poll@our_bot what` as `/poll what`; None when the command is for another bot.
    https://core.telegram.org/bots/features#commands"""
    if not text.startswith("/"):
        return text
    command = text.split(maxsplit=1)[0]
    rest = text[len(command) :]
    word, at, name = command.partition("@")
    if not at:
        return text
    return word + rest if name.lower() == me.name else None


def _inbound(key: str, where: Mapping[str, Any], person: Mapping[str, Any], event: Event, adapter: str) -> Inbound:
    chat = where["chat"]
    locale = person.get("language_code")
    return Inbound(
        key=key,
        place=Place(adapter, str(_number(chat["id"])), _thread(where)),
        person=str(_number(person["id"])),
        event=event,
        private=chat["type"] == "private",
        locale=locale if isinstance(locale, str) else None,
    )


def _thread(where: Mapping[str, Any]) -> str | None:
    """The forum topic. Plain reply threads carry the same number without `is_topic_message`; General is 1 and must
    not be sent back. https://core.telegram.org/bots/api#message (message_thread_id)"""
    thread = where.get("message_thread_id")
    if thread is None or where.get("is_topic_message") is not True or thread == 1:
        return None
    return str(_number(thread))


def _is_in(member: Mapping[str, Any]) -> bool:
    """https://core.telegram.org/bots/api#chatmember"""
    if member["status"] in _OUT:
        return False
    return member["status"] != "restricted" or member.get("is_member") is not False


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("not a number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _time(value: Any) -> datetime:
    return datetime.fromtimestamp(_number(value), UTC)
