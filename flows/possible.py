"""Which answers a question can have, told from its form: what conditions may compare it with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, assert_never

from flows import standard
from flows.asking import KINDS, AskedForm, AskForm, QuestionForm
from flows.placed import Placed
from flows.proposing import ContributionForm, DrawForm, ProposeForm, ReactForm, SignForm
from flows.session import Given
from flows.voting import AnyBallotForm, BallotForm, BudgetForm, GradeForm, RankForm, VoteForm

AnyQuestionForm: TypeAlias = AskForm | AnyBallotForm | ContributionForm | DrawForm

_SHAPING = frozenset({*KINDS, "method", "options", "projects", "among", "optional", "dont_know", "abstain", "timeout"})


def readable(step: Placed) -> bool:
    """Is it clear which answers the question can have?"""
    if isinstance(step.form, AskForm):
        kinds = [kind for kind in KINDS if getattr(step.form, kind) is not None]
        return len(kinds) == 1 and step.broken.isdisjoint(_SHAPING)
    return step.broken.isdisjoint(_SHAPING | {"blank", "none"})


def codes(form: AnyQuestionForm) -> list[str]:
    """The codes that can be picked; none for questions whose answers are no codes."""
    match form:
        case AskForm():
            return ["yes", "no"] if form.yes_no is not None else list(form.one_of or form.any_of or ())
        case VoteForm(method="consent"):
            return [stance.code for stance in standard.stances(())]
        case VoteForm(method="plurality" | "approval") | RankForm():
            return list(form.options or ())
        case BudgetForm():
            return list(form.projects or ())
        case DrawForm():
            return list(form.among)
        case VoteForm() | GradeForm() | ProposeForm() | ReactForm() | SignForm():
            return []
        case _:
            assert_never(form)


def several(form: AnyQuestionForm) -> bool:
    """Are several codes picked?"""
    match form:
        case AskForm():
            return form.any_of is not None
        case VoteForm():
            return form.method == "approval"
        case RankForm() | BudgetForm():
            return True
        case GradeForm() | ProposeForm() | ReactForm() | SignForm() | DrawForm():
            return False
        case _:
            assert_never(form)


def counted(form: AnyQuestionForm) -> bool:
    """Is the answer how many things somebody did?"""
    return isinstance(form, ProposeForm | ReactForm)


def whole(form: AnyQuestionForm) -> bool:
    """Is there nothing in the answer to compare with?"""
    return isinstance(form, SignForm) or (
        isinstance(form, AskForm) and (form.photo is not None or form.place is not None)
    )


def per_option(form: AnyQuestionForm) -> bool:
    """Does the answer say something of each option, so that it has no single value?"""
    match form:
        case VoteForm():
            return form.method in ("score", "dots", "quadratic", "availability")
        case GradeForm():
            return True
        case AskForm() | RankForm() | BudgetForm() | ProposeForm() | ReactForm() | SignForm() | DrawForm():
            return False
        case _:
            assert_never(form)


def given(form: AnyQuestionForm) -> Mapping[Given, bool]:
    """Which of the ways of not answering there are."""
    return {
        Given.SKIPPED: isinstance(form, AskedForm) and (form.optional or form.timeout is not None),
        Given.DONT_KNOW: isinstance(form, QuestionForm) and form.dont_know,
        Given.ABSTAIN: isinstance(form, QuestionForm) and form.abstain,
        Given.BLANK: isinstance(form, BallotForm) and form.blank,
        Given.NONE: isinstance(form, BallotForm) and form.none,
    }
