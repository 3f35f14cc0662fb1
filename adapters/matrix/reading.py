"""What an event of Matrix tells us, read from the raw JSON, one event at a time. Pure.

The one rule: an event that makes no sense is `Malformed` and nothing else; it never stops the others. Only the few
fields below are read, and each is checked, because everything in an event was written by somebody we do not know.
https://spec.matrix.org/latest/client-server-api/#room-event-format
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.base import Inbound, Place, Refused
from adapters.matrix import pollforms
from adapters.spots import spot
from flows.events import Event, Overheard, Pressed, Said, Shared

Raw = Mapping[str, Any]

MESSAGE, STICKER, REACTION = "m.room.message", "m.sticker", "m.reaction"
ENCRYPTED, REDACTION, MEMBER = "m.room.encrypted", "m.room.redaction", "m.room.member"
TOMBSTONE = "m.room.tombstone"
STATE = (MEMBER, "m.room.encryption", "m.room.power_levels", "m.room.create", "m.room.name", TOMBSTONE)

_KINDS = {"m.image": "photo", "m.audio": "voice", "m.video": "video", "m.file": "document", "m.location": "location"}
_DIGIT_EMOJI = {f"{digit}\ufe0f\u20e3": str(digit) for digit in range(10)} | {
    f"{digit}\u20e3": str(digit) for digit in range(10)
}
_TEN = "\U0001f51f"
_GEO = re.compile(r"geo:(-?[0-9]{1,3}(?:\.[0-9]{1,20})?),(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)(?:[,;].*)?", re.DOTALL)
_FLOW_FILE = (".yaml", ".yml")
MAX_FILE = 65_536
"""Bytes of a flow file; a larger one is not fetched."""
MAX_REF = 255
"""Of a photo; a room id and an event id may be 255 bytes each, and are a fourth of that."""


class Malformed(Exception):
    """The event does not have the form that the specification promises. Carries no content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where an event happened, as far as reading it needs to know."""

    adapter: str
    room: str
    private: bool
    me: str


def read(event: Raw, view: View, *, ours: bool, admin: bool) -> Inbound | None:
    """What `event` tells, if it concerns us. `ours` says that what it answers (`answered`) is a message of ours,
    `admin` that its sender administrates the room. Talk among the members of a room is `Overheard`."""
    try:
        return _read(event, view, ours, admin)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as problem:
        raise Malformed(type(problem).__name__) from None


def answered(event: Raw) -> str | None:
    """The message that a reply or a reaction is about, the poll that a response is about; the road wants to know only
    about ours."""
    relates = _relates(event)
    if event.get("type") in pollforms.RESPONSES:
        return _id(relates.get("event_id")) if relates.get("rel_type") == "m.reference" else None
    if event.get("type") == REACTION:
        return _id(relates.get("event_id")) if relates.get("rel_type") == "m.annotation" else None
    if relates.get("rel_type") == "m.thread" and relates.get("is_falling_back") is True:
        return None  # "answers" the last message of its thread only for clients that know no threads
    reply = relates.get("m.in_reply_to")
    return _id(reply.get("event_id")) if isinstance(reply, Mapping) else None


def photo_ref(adapter: str, room: str, event: str) -> str:
    """What names the picture of a message."""
    return f"{adapter}:{room}/{event}"


def photo_of(ref: str) -> tuple[str, str]:
    """(room, event) of `photo_ref`; Refused when it is none."""
    room, slash, event = ref.partition(":")[2].rpartition("/$")
    if not slash or not room.startswith("!") or not event:
        raise Refused(f"not a picture of Matrix: {ref[:40]!r}")
    return room, f"${event}"


def quoted(event: Raw | None) -> tuple[str, ...]:
    """A message that a command answers: its id, who wrote it, its words; nothing when it cannot be read."""
    content = event.get("content") if event is not None else None
    if event is None or not isinstance(content, Mapping) or "state_key" in event:
        return ()
    try:
        words = content.get("body") if event.get("type") == MESSAGE else "\n".join(pollforms.asked(event)[0])
        text = words if isinstance(words, str) else ""
        return event_id(event), sender(event), _without_fallback(text) if answered(event) else text
    except Malformed:
        return ()


def is_edit(event: Raw) -> bool:
    """An edited text is not an answer. The relation is readable on encrypted events too."""
    return _relates(event).get("rel_type") == "m.replace"


def redacted(event: Raw) -> str | None:
    """The event that a redaction takes away; since room version 11 the id is inside the content.
    https://spec.matrix.org/latest/rooms/v11/"""
    if event.get("type") != REDACTION:
        return None
    content = event.get("content")
    inside = content.get("redacts") if isinstance(content, Mapping) else None
    return _id(event.get("redacts")) or _id(inside)


def reaction(event: Raw) -> str:
    """What somebody put on a message: the number that a number sign stands for, else the sign or word itself."""
    key = _relates(event).get("key")
    if not isinstance(key, str) or not key.strip():
        raise Malformed("key")
    key = key.strip()
    if key == _TEN:
        return "10"
    digits = [_DIGIT_EMOJI.get(part) for part in _parts(key)]
    return "".join(digit for digit in digits if digit) if digits and all(digits) else key[:100]


def when(event: Raw) -> datetime:
    stamp = event["origin_server_ts"]
    if type(stamp) is not int:
        raise TypeError("not a time")
    return datetime.fromtimestamp(stamp / 1000, UTC)


def event_id(event: Raw) -> str:
    found = _id(event.get("event_id"))
    if found is None:
        raise Malformed("event_id")
    return found


def sender(event: Raw) -> str:
    found = event.get("sender")
    if not isinstance(found, str) or not found.startswith("@") or len(found) > 255:
        raise Malformed("sender")
    return found


def _read(event: Raw, view: View, ours: bool, admin: bool) -> Inbound | None:
    if sender(event) == view.me or "state_key" in event or "redacted_because" in _unsigned(event):
        return None
    match event.get("type"):
        case "m.room.message":
            happened = _message(event, view, ours, admin)
        case "m.sticker":
            happened = Shared(at=when(event), what="sticker") if view.private or ours else None
        case "m.reaction":
            target = answered(event)
            happened = Pressed(at=when(event), data=reaction(event), message=target) if ours and target else None
        case _:
            happened = None
    return None if happened is None else inbound(event, view, happened)


def inbound(event: Raw, view: View, happened: Event, *, suffix: str = "") -> Inbound:
    """Something that happened where and by whom `event` says."""
    return Inbound(
        key=event_id(event) + suffix,
        place=Place(view.adapter, view.room, None if view.private else _thread(event)),
        person=sender(event),
        event=happened,
        private=view.private,
    )


def _message(event: Raw, view: View, ours: bool, admin: bool) -> Event | None:
    content = event["content"]
    if not content:
        return None  # redacted before we saw it
    if is_edit(event):
        return None if view.private else _edited(event)
    kind = content["msgtype"]
    if kind in ("m.text", "m.emote"):
        text = content["body"]
        if not isinstance(text, str):
            raise TypeError("not a text")
        words = _without_fallback(text) if answered(event) else text
        if not (view.private or ours or words.startswith(("/", "!"))):
            return _overheard(event, words)
        return Said(at=when(event), text=words, reply_to=answered(event) if ours else None, admin=admin)
    if kind == "m.notice" or str(kind).startswith("m.key.verification"):
        return None  # what programs say to programs is answered by no program
    if not (view.private or ours):
        return _overheard(event, _caption(content))
    what = _KINDS.get(str(kind), "other")
    if what == "document" and view.private and (name := _flow_file(content)):
        return Shared(at=when(event), what=what, name=name)
    ref = photo_ref(view.adapter, view.room, event_id(event)) if what == "photo" else ""
    return Shared(
        at=when(event),
        what=what,
        text=_caption(content),
        ref=ref if len(ref) <= MAX_REF else "",
        spot=_spot(content.get("geo_uri")) if what == "location" else "",
    )


def _overheard(event: Raw, words: str, *, of: str = "") -> Event | None:
    """Talk that is not for us; `of` is the message that it changes."""
    if not words.strip():
        return None
    return Overheard(at=when(event), text=words, ref=of or event_id(event), edited=bool(of))


def _edited(event: Raw) -> Event | None:
    """The new words of a message. https://spec.matrix.org/latest/client-server-api/#event-replacements"""
    new = event["content"].get("m.new_content")
    of = _id(_relates(event).get("event_id"))
    words = new.get("body") if isinstance(new, Mapping) else None
    return _overheard(event, words, of=of) if isinstance(words, str) and of is not None else None


def _caption(content: Raw) -> str:
    """The words under a file: `body`, where the name of the file stands apart from it.
    https://spec.matrix.org/latest/client-server-api/#media-captions"""
    words, name = content.get("body"), content.get("filename")
    return words if isinstance(words, str) and isinstance(name, str) and words != name else ""


def _flow_file(content: Raw) -> str:
    """The name of a flow file that is small enough to read. Where words stand under a file, its name stands apart."""
    name, info = content.get("filename", content.get("body")), content.get("info")
    size = info.get("size") if isinstance(info, Mapping) else None
    if not isinstance(name, str) or not name.lower().endswith(_FLOW_FILE):
        return ""
    return name[:120] if size is None or (type(size) is int and size <= MAX_FILE) else ""


def _spot(uri: Any) -> str:
    """`48.85661,2.35222` of `geo:48.85661,2.35222;u=35`. https://www.rfc-editor.org/rfc/rfc5870"""
    found = _GEO.fullmatch(uri) if isinstance(uri, str) else None
    return spot(float(found[1]), float(found[2])) if found else ""


def _without_fallback(text: str) -> str:
    """A reply without the quotation that old clients put in front of it.
    https://spec.matrix.org/v1.12/client-server-api/#fallbacks-for-rich-replies"""
    lines = text.split("\n")
    if not lines[0].startswith("> <"):
        return text
    rest = next((at for at, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    if rest < len(lines) and not lines[rest]:
        rest += 1
    return "\n".join(lines[rest:])


def _thread(event: Raw) -> str | None:
    relates = _relates(event)
    return _id(relates.get("event_id")) if relates.get("rel_type") == "m.thread" else None


def _relates(event: Raw) -> Raw:
    content = event.get("content")
    relates = content.get("m.relates_to") if isinstance(content, Mapping) else None
    return relates if isinstance(relates, Mapping) else {}


def _unsigned(event: Raw) -> Raw:
    found = event.get("unsigned")
    return found if isinstance(found, Mapping) else {}


def _id(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith("$") and len(value) <= 255 else None


def _parts(key: str) -> list[str]:
    """A run of number signs, sign by sign; anything else as it is."""
    parts: list[str] = []
    for character in key:
        if character in "\ufe0f\u20e3" and parts:
            parts[-1] += character
        else:
            parts.append(character)
    return parts
