"""The forms of the verbs by which people put something forward: `propose`, `react`, `sign`; and of `draw`.

The one rule: these forms say what one step may look like. Which other questions a step builds on is checked by
`flows.referring`, and what two of its own keys say together by `flows.contributions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field

from flows.asking import AskedForm
from flows.fields import MOST_PEOPLE, Choices, Code, Duration, Form, Name, Or, Slug, Target, TextForm

STANDS = ("agree", "disagree", "neutral")
MOST_QUALIFIERS = 4
MOST_STATEMENTS = 200
MOST_PROPOSALS = 10_000
"""More than this, nobody puts forward and nobody judges."""


def _true_is_empty(value: Any) -> Any:
    return {} if value is True else value


class PerForm(Form):
    """How many somebody may put forward over time, in all consultations of this name."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    month: int | None = Field(None, ge=1, le=MOST_PROPOSALS, description="In 30 days.")
    year: int | None = Field(None, ge=1, le=MOST_PROPOSALS, description="In 365 days.")


class AnswersForm(Form):
    """The official answer that each proposal is owed."""

    states: Annotated[dict[Code, TextForm], Field(min_length=2, max_length=10)] | None = Field(
        None, description="How an answer can end: code -> label. Unless told: taken_up, studied, refused."
    )
    by: Target | None = Field(None, description="The one_of question whose choices are those who answer.")
    each: Choices | None = Field(
        None, description="After the closing, each of these people answers the most agreed proposals: code -> name."
    )
    top: int | None = Field(None, ge=1, le=20, description="With each: how many proposals are put to them (10).")
    due: Duration = Field(timedelta(days=30), description="How long after publication the answer is due.")
    remind: Annotated[list[Duration], Field(max_length=10)] = Field(
        [], description="How long after publication those who answer are reminded: [7d, 21d]"
    )
    confirm: TextForm | None = Field(None, description="Asked of the author after the answer: did this answer you?")


class ProposeForm(AskedForm):
    """People put something forward."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {"within": ["near"]},
            "dependentSchemas": {
                "categories": {"properties": {"category": False}},
                "amends": {"properties": {"opener": False}},
            },
        }
    )

    propose: Name = Field(description="The name of this step; it is the column in the export.")
    opener: TextForm | None = Field(None, description="How each proposal begins: We should")
    max: int = Field(140, ge=20, le=1000, description="The most characters, the opener included.")
    most: int = Field(1, ge=1, le=50, description="How many proposals a person may send.")
    per: PerForm | None = Field(None, description="How many in a month, in a year: {month: 5, year: 20}")
    categories: Choices | None = Field(None, description="Asked after the text: code -> label.")
    category: Target | None = Field(None, description="Or: the one_of question whose answer is the category.")
    similar: bool = Field(True, description="false does not look for similar proposals first.")
    near: Target | None = Field(None, description="The place question: earlier proposals near it are shown first.")
    within: int | None = Field(None, ge=1, le=5000, description="With near: how near, in metres (50 unless told).")
    photo: Target | None = Field(None, description="The photo question whose picture goes with the proposal.")
    amends: TextForm | None = Field(None, description="A text; people propose another wording of it.")
    moderate: Literal["before", "newcomers", "after"] = Field(
        "before", description="When a moderator reads it: before others do, only of newcomers, or after."
    )
    answers: Annotated[AnswersForm, BeforeValidator(_true_is_empty), Or({"const": True})] | None = None


class StandsForm(Form):
    """Own words on the buttons."""

    agree: TextForm
    disagree: TextForm
    neutral: TextForm | None = Field(None, description="Without it, there is no third button.")


_Qualifiers = Annotated[dict[Code, TextForm], Field(min_length=1, max_length=MOST_QUALIFIERS)]


class QualifiersForm(Form):
    """Words that people may add to what they think of a statement."""

    agree: _Qualifiers | None = Field(None, description="code -> label, at most 4.")
    disagree: _Qualifiers | None = Field(None, description="code -> label, at most 4.")
    neutral: _Qualifiers | None = Field(None, description="code -> label, at most 4.")


class ReactForm(AskedForm):
    """People judge statements, one after the other."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["of"]}, {"required": ["statements"]}],
            "dependentRequired": {"other_side": ["of"]},
        }
    )

    react: Name = Field(description="The name of this step; it is the column in the export.")
    of: Target | None = Field(None, description="The propose step whose proposals are judged.")
    statements: Annotated[dict[Code, TextForm], Field(min_length=1, max_length=MOST_STATEMENTS)] | None = Field(
        None, description="The organiser's own statements: code -> text."
    )
    choices: StandsForm | None = None
    qualifiers: QualifiersForm | None = None
    batch: int = Field(10, ge=1, le=50, description="How many are shown before people are asked to go on.")
    most: int | None = Field(None, ge=1, le=MOST_PROPOSALS, description="The most that one person judges.")
    policy: Literal["least_seen", "bandit", "polis"] = Field(
        "least_seen", description="Which statements are shown next; it is published."
    )
    other_side: Target | None = Field(
        None, description="The question whose answer is a side: only what other sides proposed is shown."
    )


class GoalForm(Form):
    """What happens at a number of signatures."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["say"]}, {"required": ["open"]}]})

    at: int = Field(ge=1, le=MOST_PEOPLE, description="How many signatures.")
    say: TextForm | None = Field(None, description="What is said to those who signed.")
    open: Slug | None = Field(None, description="The id of the consultation that opens.")


class SignForm(AskedForm):
    """A petition to sign."""

    sign: Name = Field(description="The name of this step; it is the column in the export.")
    named: bool = Field(True, description="false does not ask for a name.")
    reason: int = Field(280, ge=0, le=1000, description="How long a reason may be; 0 does not ask for one.")
    contact: bool = Field(True, description="false does not ask whether the author may write.")
    goals: Annotated[list[GoalForm], Field(max_length=20)] = Field([], description="What happens at which number.")


class DrawForm(Form):
    """People are put into groups by lot; nobody is asked."""

    model_config = ConfigDict(json_schema_extra={"required": ["draw", "among"]})

    draw: Name = Field(description="The name of this step; it is the column in the export.")
    among: Annotated[dict[Code, Annotated[int, Field(ge=1, le=1000)]], Field(min_length=2, max_length=10)] = Field(
        description="The groups and their weights: {control: 10, texts: 90}"
    )
    when: str | None = Field(None, description="Drawn only if this is true.")


ContributionForm: TypeAlias = ProposeForm | ReactForm | SignForm

CONTRIBUTIONS: Mapping[str, type[AskedForm]] = {"propose": ProposeForm, "react": ReactForm, "sign": SignForm}


def qualified(form: ReactForm) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """The qualifiers of each stand that has some."""
    given = form.qualifiers
    if given is None:
        return {}
    return {code: found for code in STANDS if (found := getattr(given, code)) is not None}
