"""The forms of the voting verbs: `vote`, `rank`, `grade` and `budget`.

The one rule: a setting goes with certain methods only, and `SETTINGS` is the one place that says with which. The
check of a file, the hints of its mistakes and the JSON Schema all read it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field

from flows.asking import QuestionForm
from flows.fields import (
    MOST_PEOPLE,
    Choices,
    Code,
    Currency,
    Duration,
    Form,
    Grades,
    Name,
    Quorum,
    Share,
    SlotForm,
    Target,
    TextForm,
)

MOST_CRITERIA = 20
MOST_MONEY = 1_000_000_000_000

_WITH_OPTIONS = ("plurality", "approval", "score", "dots", "quadratic")
SETTINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "vote": {
        "options": _WITH_OPTIONS,
        "shuffle": _WITH_OPTIONS,
        "at_least": ("approval",),
        "at_most": ("approval",),
        "add": ("plurality", "approval"),
        "most": ("score",),
        "points": ("dots", "quadratic"),
        "each": ("dots",),
        "again": ("plurality",),
        "between": ("plurality",),
        "reason": ("consent",),
        "slots": ("availability",),
        "lasts": ("availability",),
    },
    "rank": {"seats": ("stv",)},
    "grade": {"criteria": ("matrix",), "batch": ("matrix",)},
    "budget": {},
}
"""Verb -> setting -> the methods it goes with. Settings that are not named here go with all methods of their verb."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "plurality": ("options",),
    "approval": ("options",),
    "score": ("options",),
    "dots": ("options",),
    "quadratic": ("options",),
    "consent": (),
    "availability": ("slots",),
    "schulze": ("options",),
    "irv": ("options",),
    "borda": ("options",),
    "stv": ("options",),
    "majority_judgment": ("options",),
    "matrix": ("options", "criteria"),
    "equal_shares": ("projects", "limit"),
    "greedy": ("projects", "limit"),
}
"""What each method cannot do without."""


def _per_method(verb: str, *methods: str) -> dict[str, Any]:
    """For editors: which keys each method needs and which it does not take. The first method needs no name."""
    cases = []
    for method in methods:
        barred = {key: False for key, fits in SETTINGS[verb].items() if method not in fits}
        named = () if method == methods[0] else ("method",)
        cases.append(
            {
                "properties": {"method": {"const": method}, **barred},
                "required": [verb, "text", *named, *NEEDED[method]],
            }
        )
    return {"oneOf": cases} if len(methods) > 1 else cases[0]


class BallotForm(QuestionForm):
    """What every vote may carry."""

    blank: bool = Field(False, description="true adds a blank vote, counted apart.")
    none: bool = Field(False, description='true adds the answer "None of these", counted apart.')
    quorum: Quorum | None = Field(None, description="How many people have to vote: 30, or 25% of electorate.")
    electorate: int | None = Field(None, ge=1, le=MOST_PEOPLE, description="How many people could vote.")
    threshold: Share | None = Field(
        None, description="The share of ballots to reach: 2/3, 50%, or majority (more than half)."
    )
    tie: Literal["open", "order", "draw"] = Field(
        "open", description="open: a tie stays; order: the first in the list; draw: by lot."
    )


class VoteForm(BallotForm):
    """Vote: pick, score, spread points, consent, or say when you are free."""

    model_config = ConfigDict(
        json_schema_extra=_per_method(
            "vote", "plurality", "approval", "score", "dots", "quadratic", "consent", "availability"
        )
    )

    vote: Name = Field(description="The name of this step; it is the column in the export.")
    method: Literal["plurality", "approval", "score", "dots", "quadratic", "consent", "availability"] = Field(
        "plurality", description="How people vote, and how it is counted."
    )
    options: Choices | None = Field(None, description="What to choose from: code -> label.")
    shuffle: bool = Field(False, description="true shows the options to each person in an order of their own.")
    at_least: int | None = Field(None, ge=0, description="approval: the fewest to pick (1 unless told).")
    at_most: int | None = Field(None, ge=1, description="approval: the most to pick.")
    add: bool = Field(False, description="plurality, approval: true lets people add options.")
    most: int | None = Field(None, ge=1, le=10, description="score: from 0 to this for each option (5 unless told).")
    points: int | None = Field(
        None,
        ge=2,
        le=1000,
        description="dots: points to spread (10 unless told). quadratic: credits (100 unless told).",
    )
    each: int | None = Field(None, ge=1, le=1000, description="dots: the most points on one option.")
    reason: Literal["required", "optional", "none"] = Field(
        "required", description="consent: whether those who disagree or block are asked why."
    )
    slots: Annotated[list[SlotForm], Field(min_length=2, max_length=50)] | None = Field(
        None, description="availability: days, or days with an hour: 2026-12-04, 2026-12-03T18:00."
    )
    lasts: Duration | None = Field(None, description="availability: how long it takes: 2h.")
    again: Target | None = Field(
        None, description="The earlier vote with the same options: the result tells how many changed their answer."
    )
    between: Target | None = Field(
        None, description="With again: the draw whose groups are compared, for example a control group."
    )


class RankForm(BallotForm):
    """Put options in order, the best first."""

    model_config = ConfigDict(json_schema_extra=_per_method("rank", "schulze", "irv", "borda", "stv"))

    rank: Name = Field(description="The name of this step; it is the column in the export.")
    method: Literal["schulze", "irv", "borda", "stv"] = Field("schulze", description="How the rankings are counted.")
    options: Choices | None = Field(None, description="What to put in order: code -> label.")
    shuffle: bool = Field(False, description="true shows the options to each person in an order of their own.")
    seats: int | None = Field(None, ge=1, le=100, description="stv: how many are elected.")
    at_least: int | None = Field(None, ge=1, description="The fewest to put in order (1 unless told).")
    at_most: int | None = Field(None, ge=1, description="The most to put in order.")
    pairwise: bool | None = Field(None, description="Ask for two at a time; true above ten options unless told.")


class CriterionForm(Form):
    """One thing to judge by."""

    text: TextForm
    grades: Grades | None = None


class GradeForm(BallotForm):
    """Give a grade to each option, by one criterion or several."""

    model_config = ConfigDict(
        json_schema_extra={
            "required": ["grade", "text", "options"],
            "dependentRequired": {"batch": ["criteria"]},
            "if": {"properties": {"method": {"const": "matrix"}}, "required": ["method"]},
            "then": {"required": ["criteria"]},
            "else": {"if": {"required": ["method"]}, "then": {"properties": {"criteria": False}}},
        }
    )

    grade: Name = Field(description="The name of this step; it is the column in the export.")
    method: Literal["majority_judgment", "matrix"] | None = Field(
        None, description="matrix with criteria, else majority_judgment."
    )
    options: Choices | None = Field(None, description="What gets grades: code -> label.")
    shuffle: bool = Field(False, description="true shows the options to each person in an order of their own.")
    grades: Grades = Field(6, description="5, 6 or 7 usual grades, or your own from best to worst.")
    criteria: Annotated[dict[Code, CriterionForm], Field(min_length=1, max_length=MOST_CRITERIA)] | None = Field(
        None, description="What to judge by: code -> {text, grades}."
    )
    batch: int | None = Field(None, ge=1, le=100, description="With criteria: options shown before people may stop.")


class ProjectForm(Form):
    """Something that costs money."""

    label: TextForm
    cost: int = Field(ge=1, le=MOST_MONEY, description="In whole units of the currency.")


class BudgetForm(BallotForm):
    """Fill a basket of projects without going over the limit."""

    model_config = ConfigDict(json_schema_extra={"required": ["budget", "text", "projects", "limit"]})

    budget: Name = Field(description="The name of this step; it is the column in the export.")
    method: Literal["equal_shares", "greedy"] = Field(
        "equal_shares", description="Which count decides; the other is counted beside it."
    )
    projects: Annotated[dict[Code, ProjectForm], Field(min_length=2, max_length=100)] | None = Field(
        None, description="What money can be spent on: code -> {label, cost}."
    )
    shuffle: bool = Field(False, description="true shows the projects to each person in an order of their own.")
    limit: int | None = Field(None, ge=1, le=MOST_MONEY, description="The money there is, in whole units.")
    currency: Currency = Field("EUR", description="EUR, CHF ... (ISO 4217)")
    at_least: int | None = Field(None, ge=0, description="The fewest projects to pick (1 unless told).")
    at_most: int | None = Field(None, ge=1, description="The most projects to pick.")


AnyBallotForm: TypeAlias = VoteForm | RankForm | GradeForm | BudgetForm

BALLOTS: Mapping[str, type[BallotForm]] = {
    "vote": VoteForm,
    "rank": RankForm,
    "grade": GradeForm,
    "budget": BudgetForm,
}


def method_of(form: AnyBallotForm) -> str:
    """The method, also where it goes without saying."""
    if isinstance(form, GradeForm):
        return form.method or ("matrix" if form.criteria is not None else "majority_judgment")
    return form.method


def belongs(key: str) -> tuple[str, ...]:
    """The methods, or where a verb takes it with all its methods the verbs, that a key of votes goes with."""
    found: list[str] = []
    for verb, form in BALLOTS.items():
        if key in form.model_fields and key not in BallotForm.model_fields and key != "method":
            found.extend(SETTINGS[verb].get(key, (verb,)))
    return tuple(found) or (tuple(BALLOTS) if key in BallotForm.model_fields.keys() - QuestionForm.model_fields else ())


def verb_of(form: AnyBallotForm) -> str:
    """The verb that the form is of."""
    return next(verb for verb, made in BALLOTS.items() if isinstance(form, made))
