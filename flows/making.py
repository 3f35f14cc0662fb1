"""One step in its place -> the step of the `Flow`, checked for what can be seen in it alone.

The one rule: every step is made, whatever is wrong with it, so that no mistake hides another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from flows import standard, versions
from flows.asking import AskedForm, AskForm, QuestionForm
from flows.contributions import Contributions
from flows.flow import Ask, End, Goto, Kind, Method, Rule, Say, Step, Text, Timeout
from flows.labels import Labels
from flows.mistakes import Notebook
from flows.placed import Placed
from flows.proposing import DrawForm, ProposeForm, ReactForm, SignForm
from flows.questions import Questions
from flows.schema import EndForm, GotoForm, SayForm
from flows.texts import Texts
from flows.votes import Votes
from flows.voting import AnyBallotForm, BudgetForm, GradeForm, RankForm, VoteForm, method_of
from locales import tr


class Making:
    """Makes the steps of one flow out of their forms."""

    def __init__(self, texts: Texts, zone: str, notes: Notebook) -> None:
        labels = Labels(texts, notes)
        self.texts = texts
        self.questions = Questions(labels, notes)
        self.votes = Votes(labels, zone, notes)
        self.contributions = Contributions(labels, notes)
        self.notes = notes

    def step(self, step: Placed) -> Step:
        form = step.form
        match form:
            case GotoForm():
                return Goto(name=step.name, to=step.origin.final(form.goto), when=step.when)
            case SayForm():
                return Say(name=step.name, text=self.text(step, form.text), when=step.when)
            case EndForm():
                return End(name=step.name, text=self.text(step, form.text), when=step.when)
            case AskForm():
                return self.ask(step, form)
            case VoteForm() | RankForm() | GradeForm() | BudgetForm():
                return self.ballot(step, form)
            case ProposeForm() | ReactForm() | SignForm():
                return self.question(step, form, self.contributions.make(step, form))
            case DrawForm():
                return self.draw(step, form)
            case _:
                assert_never(form)

    def text(self, step: Placed, form: Mapping[str, str]) -> Text:
        if "text" in step.broken:
            return self.texts.none()
        return self.texts.spoken(step.page, (*step.path, "text"), form, step.origin)

    def ask(self, step: Placed, form: AskForm) -> Ask:
        _exit(step, form, self.notes)
        kind = self.questions.make(step, form)
        made = replace(self.question(step, form, kind), consent=form.consent)
        return replace(made, wording=versions.reason_hash()) if step.reason_of else made

    def ballot(self, step: Placed, form: AnyBallotForm) -> Ask:
        _exit(step, form, self.notes)
        kind, rule = self.votes.make(step, form)
        return replace(
            self.question(step, form, kind, rule),
            blank=form.blank,
            none=form.none,
            shuffle=form.shuffle,
            add=isinstance(form, VoteForm) and form.add,
            again=step.origin.final(form.again) if isinstance(form, VoteForm) and form.again else None,
            between=step.origin.final(form.between) if isinstance(form, VoteForm) and form.between else None,
        )

    def draw(self, step: Placed, form: DrawForm) -> Ask:
        text, kind = standard.lot(self.texts.langs), self.contributions.make(step, form)
        return Ask(name=step.name, text=text, kind=kind, when=step.when, wording=versions.lot_hash(kind))

    def question(self, step: Placed, form: AskedForm, kind: Kind, rule: Rule | None = None) -> Ask:
        """What all questions have."""
        text = self.text(step, form.text)
        return Ask(
            name=step.name,
            text=text,
            kind=kind,
            when=step.when,
            optional=form.optional,
            dont_know=isinstance(form, QuestionForm) and form.dont_know,
            abstain=isinstance(form, QuestionForm) and form.abstain,
            timeout=_timeout(step, form),
            personal=form.personal,
            wording=versions.wording_hash(text, kind, rule),
            rule=rule,
        )


def _timeout(step: Placed, form: AskedForm) -> Timeout | None:
    if form.timeout is None:
        return None
    to = form.timeout.to
    return Timeout(after=form.timeout.after, to=None if to is None else step.origin.final(to))


def _exit(step: Placed, form: AskForm | AnyBallotForm, notes: Notebook) -> None:
    """A choice that nobody may leave open makes people say what they do not think."""
    lang = notes.lang
    way_out = form.optional or form.dont_know or form.abstain
    if isinstance(form, AskForm):
        closed = (form.one_of, form.any_of, form.scale, form.rating, form.yes_no)
        way_out = way_out or form.consent is not None or all(kind is None for kind in closed)
        hint = tr(lang, "add optional, dont_know or abstain: true")
    else:
        nothing_picked = getattr(form, "at_least", None) == 0 or getattr(form, "batch", None) is not None
        way_out = way_out or form.blank or form.none or nothing_picked or method_of(form) == Method.CONSENT
        hint = tr(lang, "add optional, dont_know, abstain, blank or none: true")
        if method_of(form) == Method.AVAILABILITY:
            hint = tr(lang, "add optional, dont_know, abstain or blank: true")
    if not way_out and not step.broken:
        notes.remark(step.page, step.path, tr(lang, "nobody can leave this question without an opinion"), hint)
