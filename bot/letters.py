"""What an outbox row carries: a whole message, or the name of one that is made when it leaves.

The one rule: results are stored by name (`results`, consultation, language) and made at the moment of sending, so that
ten thousand rows stay small and a person who erased their data is not sent anything made before.
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


Letter: TypeAlias = Whole | Results


def write(letter: Letter) -> str:
    match letter:
        case Whole(message, lang, only_edit):
            return orjson.dumps({"m": messages.to_json(message), "l": lang, "e": only_edit}).decode()
        case Results(consultation, lang):
            return orjson.dumps({"r": consultation, "l": lang}).decode()


def read(payload: str) -> Letter:
    """The letter that `write` wrote."""
    data = orjson.loads(payload)
    if "r" in data:
        return Results(data["r"], data["l"])
    return Whole(messages.from_json(data["m"]), data["l"], data["e"])
