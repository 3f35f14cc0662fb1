"""A transcript on Matrix: everything that people do becomes the JSON of an event, which the adapter's reader reads, and
everything that Palabre says becomes the content of an event, which is shown as a client shows it.

The one rule: nothing crosses the line but JSON. What the reader does not find in an event, Palabre does not know; what
the writer does not put into one, nobody sees.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from chatfile import Entry
from playing import Player
from stage import GROUPS, NAME, Platform, Seen, Shown

from adapters.base import Capabilities, Inbound, Outgoing
from adapters.matrix import markup, reading
from adapters.matrix.adapter import shown_in
from adapters.matrix.reading import View
from adapters.matrix.rooms import Room
from bot.moderation import tokens
from flows import prompts
from flows.events import Event, Overheard, Pressed, Said, Shared
from flows.messages import Button

SERVER = "town.test"
ME = f"@palabre:{SERVER}"
LONGEST_EVENT = 65_536
"""Bytes: https://spec.matrix.org/latest/client-server-api/#size-limits"""
_KINDS = {"photo": "m.image", "voice": "m.audio", "video": "m.video", "document": "m.file", "location": "m.location"}


def capabilities() -> Capabilities:
    """Those of a chat between two, but for pictures: they need a media repository."""
    chat = Room("!room:town.test", members={ME: "join", f"@someone:{SERVER}": "join"})
    return replace(shown_in(chat, ME), media=frozenset())


class Rooms(Platform):
    """Rooms and what was said in them, as JSON."""

    def __init__(self) -> None:
        super().__init__(capabilities())
        self.events: dict[str, Any] = {}
        self.longest = 0

    def happens(self, person: str, event: Event, *, chat: str = "", locale: str | None = None) -> str:
        """Somebody does something: an event in their room, and what the reader finds in it."""
        chat = chat or person
        if not isinstance(event, Said | Shared | Overheard | Pressed):
            return super().happens(person, event, chat=chat)
        raw = self._stored(f"@{person}:{SERVER}", _at(event.at), *self._content(event, f"$u{self._number + 1}"))
        item = self._read(raw, chat, admin=chat in GROUPS and person in self.administrators)
        self._number += 1
        self._places[raw["event_id"]] = f"{NAME}:{chat}"
        if item is not None:
            self.held.append((self._number, item))
        return str(raw["event_id"])

    def answer(self, key: str, text: str) -> None:
        """Nothing appears: there is no word that only one person sees."""
        self.noted[key] = text

    def _content(self, event: Event, id: str) -> tuple[str, str, dict[str, Any]]:
        """(event id, type, content) of what somebody does with their client."""
        match event:
            case Said(text=text, reply_to=answered, quoted=quoted):
                about = f"${quoted[0]}" if quoted else answered
                relates = {"m.relates_to": {"m.in_reply_to": {"event_id": about}}} if about else {}
                text = f"!{text[1:]}" if text.startswith("/") else text
                return id, reading.MESSAGE, {"msgtype": "m.text", "body": text, **relates}
            case Overheard(text=text, ref=ref, edited=True):
                return id, reading.MESSAGE, markup.edited({"msgtype": "m.text", "body": text}, f"${ref}")
            case Overheard(text=text, ref=ref):
                return f"${ref}", reading.MESSAGE, {"msgtype": "m.text", "body": text}
            case Pressed(data=sign, message=message):
                relates = {"rel_type": "m.annotation", "event_id": message or "", "key": sign}
                return id, reading.REACTION, {"m.relates_to": relates}
            case Shared(what=what, text=text, name=name, spot=spot):
                if what == "sticker":
                    return id, reading.STICKER, {"body": "a sticker", "url": "mxc://town.test/x"}
                kind = _KINDS.get(what, f"m.{what}")
                file = {"filename": name, "body": text or name} if name else {"body": text}
                where = {"geo_uri": f"geo:{spot}"} if spot else {}
                return id, reading.MESSAGE, {"msgtype": kind, "url": "mxc://town.test/x", **file, **where}
        raise AssertionError(f"nobody does this on Matrix: {event}")

    def _stored(self, sender: str, at: int, id: str, kind: str, content: dict[str, Any]) -> Any:
        """The event as the server hands it out, whatever Python made of it."""
        raw = {"event_id": id, "type": kind, "sender": sender, "origin_server_ts": at, "content": content}
        line = orjson.dumps(raw)
        self.longest = max(self.longest, len(line))
        self.events[id] = orjson.loads(line)
        return self.events[id]

    def _read(self, raw: Any, chat: str, *, admin: bool) -> Inbound | None:
        view = View(adapter=NAME, room=chat, private=chat not in GROUPS, me=ME)
        about = reading.answered(raw)
        ours = about is not None and self.events[about]["sender"] == ME
        item = reading.read(raw, view, ours=ours, admin=admin)
        if item is None:
            return None
        if about is not None and not ours and isinstance(item.event, Said):
            id, author, words = reading.quoted(self.events[about])
            item = replace(item, event=replace(item.event, quoted=(id, _named(author), words)))
        return replace(item, person=_named(item.person))

    # --- What Palabre says -------------------------------------------------------------------------------------------

    def _put(self, out: Outgoing, place: str) -> str:
        known = self._by_key.get(out.key)
        if known is not None:
            return known  # the same transaction id: the server shows nothing a second time
        content = markup.content(out.part.body)
        if out.replaces is not None:
            content = markup.edited(content, out.replaces)
        id = f"$m{len(self.events) + 1}"
        sent = self._stored(ME, 0, id, reading.MESSAGE, content)["content"]
        self._by_key[out.key] = id
        new = sent.get("m.new_content")
        if new is not None:
            shown = self.shown[sent["m.relates_to"]["event_id"]]
            self._change(shown, new["body"], ())
            return shown.ref
        self.shown[id] = Shown(id, out.key, place, sent["body"], sent["body"], ())
        self.seen.append(Seen(place, "<", sent["body"]))
        return id


@dataclass(frozen=True, slots=True)
class Choice:
    """A button that was pressed where there are buttons: its words, and the number that a sign on the message may say
    (0: none), in which chat."""

    chat: str
    label: str
    number: int


@dataclass(slots=True)
class Watching(Player):
    """Plays with buttons, and notes what was pressed."""

    choices: dict[int, Choice] = field(default_factory=dict)
    """By the line of the press."""

    def _as_typed(self, entry: Entry, ref: str, button: Button) -> str | None:
        shown = self.world.platform.shown[ref]
        some = [one for one in shown.buttons if not one.quiet and not one.url]
        of_card = prompts.read_card(button.data) or tokens.read(button.data)
        number = some.index(button) + 1 if of_card and button in some else 0
        self.choices[entry.number] = Choice(shown.place.removeprefix(f"{NAME}:"), button.label, number)
        return Player._as_typed(self, entry, ref, button)  # a class with slots is made anew: no `super()`


@dataclass(slots=True)
class OnMatrix(Player):
    """Plays without buttons: in private words are typed, in a group signs are put on the message or it is answered."""

    choices: dict[int, Choice] = field(default_factory=dict)
    signs: int = 0

    @property
    def rooms(self) -> Rooms:
        assert isinstance(self.world.platform, Rooms)
        return self.world.platform

    def _press(self, entry: Entry) -> None:
        choice = self.choices.get(entry.number)
        if choice is None or choice.chat not in GROUPS:
            Player._press(self, entry)
            return
        message = self._offering(choice, entry)
        if choice.number and entry.number % 2:
            self.signs += 1
            sign = "".join(f"{digit}\ufe0f\u20e3" for digit in str(choice.number))
            self._happens(entry, Pressed(at=self.world.now, data=sign, message=message.ref))
        else:
            said = Said(at=self.world.now, text=choice.label, reply_to=message.ref)
            self._happens(Entry(entry.line, ">", who=entry.who, number=entry.number), said)

    def _offering(self, choice: Choice, entry: Entry) -> Shown:
        """The newest message there that offers this choice."""
        for message in reversed(self.rooms.shown.values()):
            if message.place == f"{NAME}:{choice.chat}" and _offers(message.text, choice.label):
                return message
        raise AssertionError(f"line {entry.number}: nobody can choose this on Matrix: {choice}")


def _offers(text: str, label: str) -> bool:
    """Is it one of the numbered choices, or of the words to type that stand last?"""
    lines = text.split("\n")
    typed = lines[-1].partition(": ")[2].lower().split(", ")
    return any(line.partition(". ")[2] == label for line in lines) or label.lower() in typed


def _named(person: str) -> str:
    """Who it is in the transcript."""
    return person.removeprefix("@").partition(":")[0]


def _at(when: datetime) -> int:
    return round(when.timestamp() * 1000)
