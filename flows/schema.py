"""The form of a flow file: pydantic models of everything that may be written, and the JSON Schema made from them.

    python -m flows.schema > flows/flow-1.schema.json

The one rule: these models say what a single place of the file may look like, nothing more. Whatever needs two places
at once (a name used elsewhere, a missing translation, a loop) belongs to `flows.check`. Nobody ever reads pydantic's
own sentences: `flows.faults` says each of its errors in our words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, TypeAdapter, WithJsonSchema
from pydantic_core import PydanticCustomError

from flows import times

NAME = r"^[a-z][a-z0-9_]{0,39}$"
SLUG = r"^[a-z0-9][a-z0-9-]{0,39}$"
CODE = r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,39}$"
LANG = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
BLOCK = r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.yaml)?$"
PURPOSE = SLUG
VERBS = ("say", "ask", "goto", "end", "include")
KINDS = ("one_of", "any_of", "scale", "rating", "number", "short_text", "long_text", "date", "yes_no")
RESERVED = frozenset(
    {"and", "or", "not", "in", "yes", "no", "skipped", "dont_know", "abstain", "true", "false"}
    | {"title", "closes", "left"}
)
GIVEN_CODES = frozenset({"skipped", "dont_know", "abstain"})
MOST_STEPS = 500
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


def _true_is_empty(value: Any) -> Any:
    return {} if value is True else value


def _after(value: Any) -> Any:
    return {"after": value} if isinstance(value, str) else value


class _Or:
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
Choices = Annotated[dict[Code, TextForm], Field(min_length=2, max_length=100)]
Name = Annotated[str, PlainValidator(_name), _pattern(NAME)]
Target = Annotated[str, PlainValidator(_matching(NAME, "name")), _pattern(NAME)]
Slug = Annotated[str, PlainValidator(_matching(SLUG, "slug")), _pattern(SLUG)]
Lang = Annotated[str, PlainValidator(_matching(LANG, "language")), _pattern(LANG)]
BlockName = Annotated[str, PlainValidator(_matching(BLOCK, "block")), _pattern(BLOCK)]
Duration = Annotated[timedelta, PlainValidator(_duration), _pattern(times.DURATION)]
Moment = Annotated[datetime, PlainValidator(_moment), _pattern(times.WALL_TIME)]
Zone = Annotated[str, PlainValidator(_zone), WithJsonSchema({"type": "string"})]
Date = Annotated[date, PlainValidator(_date), _pattern(r"^\d{4}-\d{2}-\d{2}$")]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class ScaleForm(Form):
    """Whole numbers between two ends."""

    low_end: int = Field(alias="from", ge=-1000, le=1000, description="The smallest number.")
    high_end: int = Field(alias="to", ge=-1000, le=1000, description="The largest number, at most 20 more than `from`.")
    low: TextForm | None = Field(None, description="What the smallest number means.")
    high: TextForm | None = Field(None, description="What the largest number means.")


class NumberForm(Form):
    """A typed number."""

    min: float | None = Field(None, description="The smallest number taken.")
    max: float | None = Field(None, description="The largest number taken.")
    decimals: bool = Field(False, description="true takes numbers such as 2.5.")


class ShortTextForm(Form):
    """A few words."""

    max: int = Field(300, ge=1, le=1000, description="The most characters taken.")


class LongTextForm(Form):
    """Several sentences."""

    max: int = Field(2000, ge=1, le=4000, description="The most characters taken.")


class DateForm(Form):
    """A calendar date."""

    min: Date | None = Field(None, description="The first date taken.")
    max: Date | None = Field(None, description="The last date taken.")


class TimeoutForm(Form):
    """What happens to a question left alone."""

    after: Duration = Field(description="How long the question waits: 90m, 36h, 2d, 2w.")
    to: Target | None = Field(None, description="The later step to go on with; without it the question is skipped.")


class SayForm(Form):
    """Say something."""

    say: Name = Field(description="The name of this step.")
    text: TextForm
    when: str | None = Field(None, description="Shown only if this is true, for example: mode == 'bus'")


class AskForm(Form):
    """Ask one question, of exactly one kind."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [kind]} for kind in KINDS],
            "dependentRequired": {"at_least": ["any_of"], "at_most": ["any_of"], "consent": ["yes_no"]},
        }
    )

    ask: Name = Field(description="The name of this step; it is the column in the export.")
    text: TextForm
    when: str | None = Field(None, description="Asked only if this is true, for example: mode == 'bus'")
    one_of: Choices | None = Field(None, description="Pick one: code -> label.")
    any_of: Choices | None = Field(None, description="Pick several: code -> label.")
    at_least: int | None = Field(None, ge=0, description="any_of: the fewest to pick (1 unless told).")
    at_most: int | None = Field(None, ge=1, description="any_of: the most to pick.")
    scale: ScaleForm | None = None
    rating: int | None = Field(None, ge=2, le=10, description="Stars from 1 to this number.")
    number: Annotated[NumberForm, BeforeValidator(_true_is_empty), _Or({"const": True})] | None = None
    short_text: Annotated[ShortTextForm, BeforeValidator(_true_is_empty), _Or({"const": True})] | None = None
    long_text: Annotated[LongTextForm, BeforeValidator(_true_is_empty), _Or({"const": True})] | None = None
    date: Annotated[DateForm, BeforeValidator(_true_is_empty), _Or({"const": True})] | None = None
    yes_no: Literal[True] | None = Field(None, description="true: yes or no.")
    optional: bool = Field(False, description="true lets people skip the question.")
    dont_know: bool = Field(False, description='true adds the answer "I don\'t know".')
    abstain: bool = Field(False, description='true adds the answer "I abstain".')
    timeout: (
        Annotated[TimeoutForm, BeforeValidator(_after), _Or({"type": "string", "pattern": times.DURATION})] | None
    ) = Field(None, description="How long the question waits, and where to go then.")
    consent: Slug | None = Field(None, description="With yes_no: the purpose that a yes agrees to.")
    personal: bool = Field(False, description="true keeps the answers out of public results.")


class GotoForm(Form):
    """Go on at another step."""

    goto: Target = Field(description="The name of the step to go on with.")
    when: str | None = Field(None, description="Only if this is true.")


class EndForm(Form):
    """The conversation is over."""

    end: Name = Field(description="The name of this step.")
    text: TextForm
    when: str | None = Field(None, description="Only if this is true.")


class IncludeForm(Form):
    """The steps of a block stand here."""

    include: BlockName = Field(description="The block: a file beside this one, or one that ships with Palabre.")
    fill: Annotated[
        Mapping[str, TextForm] | None, Field(alias="with", description="A text for each blank of the block.")
    ] = None
    prefix: Annotated[Name | None, Field(alias="as", description="Put in front of each name: prefix_name.")] = None
    when: str | None = Field(None, description="The whole block is shown only if this is true.")


StepForm = SayForm | AskForm | GotoForm | EndForm | IncludeForm


class WindowForm(Form):
    """When people can answer."""

    opens: Moment | None = Field(None, description="2026-03-01T08:00, or with an offset.")
    closes: Moment | None = Field(None, description="2026-03-21T20:00, or with an offset.")
    zone: Zone = Field("Europe/Paris", description="Whose clock it is.")
    every: Literal["day", "week", "month"] | None = Field(None, description="The window comes again.")
    until: Moment | None = Field(None, description="With every: the window does not come again after this.")


class ReminderForm(Form):
    """A word to people who have not finished, or not begun."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["after"]}, {"required": ["before"]}]})

    after: Duration | None = Field(None, description="This long after the last answer, or after the opening.")
    before: Duration | None = Field(None, description="This long before closing.")
    to: Literal["unfinished", "subscribed"] = Field("unfinished", description="Who began, or who asked to be told.")
    text: TextForm


class HeadForm(Form):
    """What a consultation says about itself."""

    palabre: Literal[1] = Field(description="The version of the format.")
    id: Slug = Field(description="The short name of the consultation: lower case letters, digits and -.")
    lang: Lang = Field(description="The main language.")
    title: TextForm
    summary: TextForm | None = None
    results: Literal["live", "after_vote", "at_close"] = Field("at_close", description="When results may be seen.")
    secrecy: Literal["open", "confidential"] = Field("confidential", description="open shows names.")
    recap: bool = Field(True, description="false sends answers without reading them over first.")
    forget: Duration = Field(timedelta(days=7), description="How long after closing the link to people is destroyed.")


class FlowForm(HeadForm):
    """A consultation."""

    window: WindowForm | None = None
    reminders: list[ReminderForm] = Field([], max_length=20)
    steps: list[StepForm] = Field(min_length=1, max_length=MOST_STEPS)


class BlockHeadForm(Form):
    """What a block says about itself."""

    palabre: Literal[1] = Field(description="The version of the format.")
    block: Annotated[str, PlainValidator(_matching(BLOCK, "block")), _pattern(BLOCK)]
    lang: Lang = Field(description="The language of texts written without one.")
    blanks: list[Name] = Field([], max_length=20, description="The blanks to fill with `with`.")


class BlockForm(BlockHeadForm):
    """Steps that several consultations share."""

    steps: list[StepForm] = Field(min_length=1, max_length=MOST_STEPS)


FORMS: Mapping[str, type[Form]] = {
    "say": SayForm,
    "ask": AskForm,
    "goto": GotoForm,
    "end": EndForm,
    "include": IncludeForm,
}


NESTED: Mapping[str, type[Form]] = {
    "scale": ScaleForm,
    "number": NumberForm,
    "short_text": ShortTextForm,
    "long_text": LongTextForm,
    "date": DateForm,
    "timeout": TimeoutForm,
}
"""The forms that stand under a key of a step."""


def keys_of(form: type[Form]) -> tuple[str, ...]:
    """The keys that may be written in `form`, in the order in which they are documented."""
    return tuple(field.alias or name for name, field in form.model_fields.items())


def json_schema() -> dict[str, Any]:
    """The published JSON Schema: a file with `block` is a block, all others are consultations."""
    made = TypeAdapter(FlowForm | BlockForm).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Palabre flow, format 1",
        "if": {"required": ["block"]},
        "then": {"$ref": "#/$defs/BlockForm"},
        "else": {"$ref": "#/$defs/FlowForm"},
        "$defs": _tidy(made["$defs"]),
    }


def _tidy(schema: Any) -> Any:
    """Without what editors need not know: a key left out is not a key that says null."""
    if isinstance(schema, list):
        return [_tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _tidy(value) for key, value in schema.items() if (key, value) != ("default", None)}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    if isinstance(kept.get("title"), str):
        del kept["title"]
    options = [one for one in kept.get("anyOf", []) if one != {"type": "null"}]
    if len(options) == 1:
        del kept["anyOf"]
        return {**options[0], **kept}
    return {**kept, "anyOf": options} if options else kept


def published() -> str:
    """The text of `flow-1.schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(published())
