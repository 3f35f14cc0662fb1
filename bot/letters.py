"""What an outbox row carries: a whole message, or the name of one that is made when it leaves.

The one rule: results, their explanation and cards are stored by name (consultation, language) and made at the moment
of sending, so that ten thousand rows stay small, a card shows every vote counted before it leaves, and a person who
erased their data is not sent anything made before.
"""

from __future__ import annotations

from dataclasses import dataclass
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


Made: TypeAlias = Results | Card | Why
"""What is made when it leaves."""

Letter: TypeAlias = Whole | Made


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


def read(payload: str) -> Letter:
    """The letter that `write` wrote."""
    data = orjson.loads(payload)
    if "r" in data:
        return Results(data["r"], data["l"])
    if "c" in data:
        return Card(data["c"], data["l"])
    if "y" in data:
        return Why(data["y"], data["l"])
    return Whole(messages.from_json(data["m"]), data["l"], data["e"])
