"""The forms of `ask`: what every question may carry, and the kinds of questions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from flows import times
from flows.fields import Choices, Date, Duration, Form, Name, Or, Slug, Target, TextForm

KINDS = (
    *("one_of", "any_of", "scale", "rating", "number", "short_text", "long_text", "date", "yes_no"),
    *("photo", "place"),
)


def _true_is_empty(value: Any) -> Any:
    return {} if value is True else value


def _after(value: Any) -> Any:
    return {"after": value} if isinstance(value, str) else value


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


class AskedForm(Form):
    """What everything that people are asked may carry."""

    text: TextForm
    when: str | None = Field(None, description="Asked only if this is true, for example: mode == 'bus'")
    optional: bool = Field(False, description="true lets people skip the question.")
    timeout: (
        Annotated[TimeoutForm, BeforeValidator(_after), Or({"type": "string", "pattern": times.DURATION})] | None
    ) = Field(None, description="How long the question waits, and where to go then.")
    personal: bool = Field(False, description="true keeps the answers out of public results.")


class QuestionForm(AskedForm):
    """What every question may carry, votes included."""

    dont_know: bool = Field(False, description='true adds the answer "I don\'t know".')
    abstain: bool = Field(False, description='true adds the answer "I abstain".')


class AskForm(QuestionForm):
    """Ask one question, of exactly one kind."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [kind]} for kind in KINDS],
            "dependentRequired": {"at_least": ["any_of"], "at_most": ["any_of"], "consent": ["yes_no"]},
        }
    )

    ask: Name = Field(description="The name of this step; it is the column in the export.")
    one_of: Choices | None = Field(None, description="Pick one: code -> label.")
    any_of: Choices | None = Field(None, description="Pick several: code -> label.")
    at_least: int | None = Field(None, ge=0, description="any_of: the fewest to pick (1 unless told).")
    at_most: int | None = Field(None, ge=1, description="any_of: the most to pick.")
    scale: ScaleForm | None = None
    rating: int | None = Field(None, ge=2, le=10, description="Stars from 1 to this number.")
    number: Annotated[NumberForm, BeforeValidator(_true_is_empty), Or({"const": True})] | None = None
    short_text: Annotated[ShortTextForm, BeforeValidator(_true_is_empty), Or({"const": True})] | None = None
    long_text: Annotated[LongTextForm, BeforeValidator(_true_is_empty), Or({"const": True})] | None = None
    date: Annotated[DateForm, BeforeValidator(_true_is_empty), Or({"const": True})] | None = None
    yes_no: Literal[True] | None = Field(None, description="true: yes or no.")
    photo: Literal[True] | None = Field(None, description="true: a picture.")
    place: Literal[True] | None = Field(None, description="true: a place, shared or typed as an address.")
    consent: Slug | None = Field(None, description="With yes_no: the purpose that a yes agrees to.")
