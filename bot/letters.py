"""What an outbox row carries: a whole message, or the name of one that is made when it leaves.

The one rule: results, their explanation and cards are stored by name (consultation, language) and made at the moment
of sending, so that ten thousand rows stay small, a card shows every vote counted before it leaves, and a person who
erased their data is not sent anything made before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import orjson

from flows import messages
from flows.messages import Message


@dataclass(frozen=True, slots=True)
class Whole:
    """A message as it stands. `only_edit`: where the platform cannot edit, nothing is shown."""

    message: Message
    lang: str
    only_edit: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a consultation as they are when the letter leaves."""

    consultation: str
    lang: str


@dataclass(frozen=True, slots=True)
class Card:
    """A consultation as a group sees it, with its buttons, as it is when the letter leaves. An empty `lang` is the
    language of the instance."""

    consultation: str
    lang: str


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of a result."""

    consultation: str
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Nothing to show but something to do in the group that it goes to: `delete` the message `ref`; `mute`, `unmute`,
    `ban` or `unban` the `person` (the platform's id), until `until` (None: without an end). Doing it twice is no
    mistake. Where it is not possible, the moderators in the place `desk` are told why, in `lang`."""

    act: str
    ref: str = ""
    person: str = ""
    until: datetime | None = None
    desk: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A case as moderators see it, as it is when the letter leaves. `only_edit`: where a card cannot be changed,
    nothing is shown."""

    case: int
    lang: str
    only_edit: bool = False


@dataclass(frozen=True, slots=True)
class Map:
    """Where one person stands among all. It names their session, which goes when they erase their data."""

    consultation: str
    session: int
    lang: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a mailing is. `only_edit`: where a message cannot be changed, nothing is shown."""

    mailing: int
    lang: str
    only_edit: bool = False


Made: TypeAlias = Results | Card | Why | CaseCard | Map | Progress
"""What is made when it leaves."""

Letter: TypeAlias = Whole | Made | Do


def write(letter: Letter) -> str:
    match letter:
        case Whole(message, lang, only_edit):
            return orjson.dumps({"m": messages.to_json(message), "l": lang, "e": only_edit}).decode()
        case Results(consultation, lang):
            return orjson.dumps({"r": consultation, "l": lang}).decode()
        case Card(consultation, lang):
            return orjson.dumps({"c": consultation, "l": lang}).decode()
        case Why(consultation, lang):
            return orjson.dumps({"y": consultation, "l": lang}).decode()
        case CaseCard(id, lang, only_edit):
            return orjson.dumps({"k": id, "l": lang, "e": only_edit}).decode()
        case Map(consultation, session, lang):
            return orjson.dumps({"p": [consultation, session], "l": lang}).decode()
        case Progress(id, lang, only_edit):
            return orjson.dumps({"b": id, "l": lang, "e": only_edit}).decode()
        case Do():
            until = letter.until.isoformat() if letter.until is not None else None
            about = [letter.act, letter.ref, letter.person, until, letter.desk]
            return orjson.dumps({"d": about, "l": letter.lang}).decode()


def read(payload: str) -> Letter:
    """The letter that `write` wrote."""
    data = orjson.loads(payload)
    if "r" in data:
        return Results(data["r"], data["l"])
    if "c" in data:
        return Card(data["c"], data["l"])
    if "p" in data:
        consultation, session = data["p"]
        return Map(consultation, session, data["l"])
    if "k" in data:
        return CaseCard(data["k"], data["l"], data["e"])
    if "b" in data:
        return Progress(data["b"], data["l"], data["e"])
    if "y" in data:
        return Why(data["y"], data["l"])
    if "d" in data:
        act, ref, person, until, desk = data["d"]
        end = datetime.fromisoformat(until) if until is not None else None
        return Do(act=act, ref=ref, person=person, until=end, desk=desk, lang=data["l"])
    return Whole(messages.from_json(data["m"]), data["l"], data["e"])
