"""Single values of a flow file: names, codes, texts, lengths of time, shares, and what each must look like.

The one rule: a value is judged by itself alone. Its mistakes carry a code of ours (`palabre_name`, `palabre_share`),
never a sentence: `flows.faults` has the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Annotated, Any

from babel.numbers import list_currencies
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, TypeAdapter, WithJsonSchema
from pydantic_core import PydanticCustomError

from flows import times

NAME = r"^[a-z][a-z0-9_]{0,39}$"
SLUG = r"^[a-z0-9][a-z0-9-]{0,39}$"
CODE = r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,39}$"
LANG = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
FRACTION = r"^(?:[0-9]{1,4}/[1-9][0-9]{0,3}|[0-9]{1,4}(?:\.[0-9]{1,15})?)$"
PERCENT = r"^([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%$"
SLOT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?)?$"
BLOCK = r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.yaml)?$"
RESERVED = frozenset(
    {"and", "or", "not", "in", "yes", "no", "skipped", "dont_know", "abstain", "true", "false"}
    | {"title", "closes", "left"}
)
GIVEN_CODES = frozenset({"skipped", "dont_know", "abstain"})
MOST_CHOICES = 100
USUAL_GRADES = (5, 6, 7)
MOST_PEOPLE = 1_000_000_000
ONLY = ""
"""The language key of a text written without a language."""


def _wrong(code: str, **ctx: Any) -> PydanticCustomError:
    return PydanticCustomError("palabre_" + code, code, ctx or None)


def _said(value: Any) -> str:
    """What was written, as text: a number or true/false among texts is taken as its characters."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise _wrong("text")


def _text(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        text = _said(value)
        if not text:
            raise _wrong("empty_text")
        return {ONLY: text}
    if not value:
        raise _wrong("empty_text")
    texts = {}
    for lang, one in value.items():
        if not re.fullmatch(LANG[1:-1], lang):
            raise _wrong("language", at=lang, word=lang)
        if isinstance(one, dict | list) or one is None or not _said(one):
            raise _wrong("empty_text", at=lang)
        texts[lang] = _said(one)
    return texts


def _matching(pattern: str, code: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern[1:-1], value):
            raise _wrong(code, word=_shown(value))
        return value

    return read


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, str | int | float) else ""
    return text if len(text) <= 40 else text[:39] + "…"


def _name(value: Any) -> str:
    name = _matching(NAME, "name")(value)
    if name in RESERVED or re.fullmatch(r"goto_[0-9]+", name):
        raise _wrong("reserved", word=name)
    return name


def _code(value: Any) -> str:
    code = _matching(CODE, "code")(value)
    if code in GIVEN_CODES:
        raise _wrong("given_code", word=code)
    return code


def _duration(value: Any) -> timedelta:
    span = times.duration(value) if isinstance(value, str) else None
    if span is None:
        raise _wrong("duration", word=_shown(value))
    return span


def _moment(value: Any) -> datetime:
    found = times.moment(value) if isinstance(value, str) else None
    if found is None:
        raise _wrong("moment", word=_shown(value))
    return found


def _zone(value: Any) -> str:
    if not isinstance(value, str) or times.zone(value) is None:
        raise _wrong("zone", word=_shown(value))
    return value


def _date(value: Any) -> date:
    try:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise _wrong("date", word=_shown(value)) from None


def _slot(value: Any) -> date | datetime:
    """A day, or a day and an hour."""
    try:
        if not isinstance(value, str) or not re.fullmatch(SLOT[1:-1], value, re.ASCII):
            raise ValueError
        return datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    except ValueError:
        raise _wrong("slot", word=_shown(value)) from None


def _quorum(value: Any) -> int | Fraction:
    """A number of people, or a share of all who could take part."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_PEOPLE:
        return value
    share = _fraction(value) if isinstance(value, str) and value.endswith("%") else None
    if share is None or not 0 < share <= 1:
        raise _wrong("quorum", word=_shown(value))
    return share


def _share(value: Any) -> tuple[Fraction, bool]:
    """A share to reach; with True, to exceed."""
    if value == "majority":
        return Fraction(1, 2), True
    share = None if isinstance(value, bool) else _fraction(str(value))
    if share is None or not 0 < share <= 1:
        raise _wrong("share", word=_shown(value))
    return share, False


def _fraction(text: str) -> Fraction | None:
    """`2/3`, `50%` or `0.5`; None for anything else."""
    if found := re.fullmatch(PERCENT[1:-1], text, re.ASCII):
        return Fraction(found[1]) / 100
    if re.fullmatch(FRACTION[1:-1], text, re.ASCII):
        return Fraction(text)
    return None


@cache
def currencies() -> tuple[str, ...]:
    """The codes of all currencies, of today and before (ISO 4217, as CLDR lists them)."""
    return tuple(sorted(list_currencies()))


def _currency(value: Any) -> str:
    if not isinstance(value, str) or value not in currencies():
        raise _wrong("currency", word=_shown(value))
    return value


def _grades(value: Any) -> int | dict[str, Mapping[str, str]]:
    """The number of usual grades, or grades of one's own."""
    if isinstance(value, bool | int | float | str):
        if value in USUAL_GRADES and not isinstance(value, bool):
            return int(value)
        raise _wrong("grades", word=_shown(value))
    return _OWN_GRADES.validate_python(value)


class Or:
    """In the JSON Schema: the model, or this short form of it."""

    def __init__(self, short: dict[str, Any]) -> None:
        self.short = short

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return {"anyOf": [self.short, handler(core)]}


_TEXT_SCHEMA: dict[str, Any] = {
    "description": "A text, or one per language: {fr: ..., en: ...}",
    "anyOf": [
        {"type": ["string", "number", "boolean"]},
        {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {LANG: {"type": ["string", "number", "boolean"]}},
            "additionalProperties": False,
        },
    ],
}


def _pattern(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


TextForm = Annotated[Mapping[str, str], PlainValidator(_text), WithJsonSchema(_TEXT_SCHEMA)]
Code = Annotated[str, PlainValidator(_code), _pattern(CODE)]
Choices = Annotated[dict[Code, TextForm], Field(min_length=2, max_length=MOST_CHOICES)]
Name = Annotated[str, PlainValidator(_name), _pattern(NAME)]
Target = Annotated[str, PlainValidator(_matching(NAME, "name")), _pattern(NAME)]
Slug = Annotated[str, PlainValidator(_matching(SLUG, "slug")), _pattern(SLUG)]
Lang = Annotated[str, PlainValidator(_matching(LANG, "language")), _pattern(LANG)]
BlockName = Annotated[str, PlainValidator(_matching(BLOCK, "block")), _pattern(BLOCK)]
Duration = Annotated[timedelta, PlainValidator(_duration), _pattern(times.DURATION)]
Moment = Annotated[datetime, PlainValidator(_moment), _pattern(times.WALL_TIME)]
Zone = Annotated[str, PlainValidator(_zone), WithJsonSchema({"type": "string"})]
Date = Annotated[date, PlainValidator(_date), _pattern(r"^\d{4}-\d{2}-\d{2}$")]


_OWN_GRADES: TypeAdapter[dict[str, Mapping[str, str]]] = TypeAdapter(
    Annotated[dict[Code, TextForm], Field(min_length=2, max_length=10)], config=ConfigDict(strict=True)
)
_GRADES_SCHEMA: dict[str, Any] = {
    "description": "5, 6 or 7 usual grades, or your own from best to worst: code -> label",
    "anyOf": [
        {"enum": list(USUAL_GRADES)},
        {
            "type": "object",
            "minProperties": 2,
            "maxProperties": 10,
            "patternProperties": {CODE: _TEXT_SCHEMA},
            "additionalProperties": False,
        },
    ],
}
_SHARE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"const": "majority"},
        {"type": "string", "pattern": FRACTION},
        {"type": "string", "pattern": PERCENT},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    ]
}
_QUORUM_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MOST_PEOPLE},
        {"type": "string", "pattern": PERCENT},
    ]
}

Grades = Annotated[int | dict[str, Mapping[str, str]], PlainValidator(_grades), WithJsonSchema(_GRADES_SCHEMA)]
SlotForm = Annotated[date | datetime, PlainValidator(_slot), _pattern(SLOT)]
Quorum = Annotated[int | Fraction, PlainValidator(_quorum), WithJsonSchema(_QUORUM_SCHEMA)]
Share = Annotated[tuple[Fraction, bool], PlainValidator(_share), WithJsonSchema(_SHARE_SCHEMA)]
Currency = Annotated[str, PlainValidator(_currency), _pattern(r"^[A-Z]{3}$")]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)
