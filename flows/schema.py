"""The form of a flow file: pydantic models of everything that may be written, and the JSON Schema made from them.

    python -m flows.schema > flows/flow-1.schema.json

The one rule: these models say what a single place of the file may look like, nothing more. Whatever needs two places
at once (a name used elsewhere, a missing translation, a loop) belongs to `flows.check`. Nobody ever reads pydantic's
own sentences: `flows.faults` says each of its errors in our words. Single values are in `flows.fields`, questions in
`flows.asking`, votes in `flows.voting`, what people put forward in `flows.proposing`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter

from flows.asking import AskForm, DateForm, LongTextForm, NumberForm, ScaleForm, ShortTextForm, TimeoutForm
from flows.fields import BlockName, Duration, Form, Lang, Moment, Name, Slug, Target, TextForm, Zone
from flows.proposing import (
    CONTRIBUTIONS,
    AnswersForm,
    ContributionForm,
    DrawForm,
    GoalForm,
    PerForm,
    QualifiersForm,
    StandsForm,
)
from flows.voting import BALLOTS, AnyBallotForm, CriterionForm, ProjectForm

VERBS = (
    *("say", "ask", "vote", "rank", "grade", "budget", "propose", "react", "sign"),
    *("draw", "goto", "end", "include"),
)
MOST_STEPS = 500


class SayForm(Form):
    """Say something."""

    say: Name = Field(description="The name of this step.")
    text: TextForm
    when: str | None = Field(None, description="Shown only if this is true, for example: mode == 'bus'")


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


PlacedForm: TypeAlias = SayForm | AskForm | AnyBallotForm | ContributionForm | DrawForm | GotoForm | EndForm
StepForm: TypeAlias = PlacedForm | IncludeForm


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
    keep: Name | None = Field(None, description="Answers are kept only after a yes to this yes_no question.")


class FlowForm(HeadForm):
    """A consultation."""

    window: WindowForm | None = None
    reminders: list[ReminderForm] = Field([], max_length=20)
    steps: list[StepForm] = Field(min_length=1, max_length=MOST_STEPS)


class BlockHeadForm(Form):
    """What a block says about itself."""

    palabre: Literal[1] = Field(description="The version of the format.")
    block: BlockName
    lang: Lang = Field(description="The language of texts written without one.")
    blanks: list[Name] = Field([], max_length=20, description="The blanks to fill with `with`.")


class BlockForm(BlockHeadForm):
    """Steps that several consultations share."""

    steps: list[StepForm] = Field(min_length=1, max_length=MOST_STEPS)


FORMS: Mapping[str, type[Form]] = {
    "say": SayForm,
    "ask": AskForm,
    **BALLOTS,
    **CONTRIBUTIONS,
    "draw": DrawForm,
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
    "criteria": CriterionForm,
    "projects": ProjectForm,
    "per": PerForm,
    "answers": AnswersForm,
    "choices": StandsForm,
    "qualifiers": QualifiersForm,
    "goals": GoalForm,
}
"""The forms that stand under a key of a step."""


def keys_of(form: type[Form]) -> tuple[str, ...]:
    """The keys that may be written in `form`: its verb first, then in the order in which they are documented."""
    keys = [field.alias or name for name, field in form.model_fields.items()]
    return tuple(sorted(keys, key=lambda key: FORMS.get(key) is not form))


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
