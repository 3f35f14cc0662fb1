"""What people put forward: from the form of a `propose`, `react`, `sign` or `draw` to its `Kind`, checked.

The one rule: a setting that could never take effect would be a promise that nobody keeps, so it is a mistake. Which
other steps these ones name is checked by `flows.referring`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from flows import standard
from flows.flow import (
    Answering,
    Checked,
    Choice,
    Goal,
    Kind,
    Lot,
    Policy,
    Propose,
    React,
    Sign,
    Stand,
    Text,
)
from flows.labels import Labels
from flows.mistakes import Notebook, Path
from flows.placed import Placed
from flows.proposing import (
    STANDS,
    AnswersForm,
    ContributionForm,
    DrawForm,
    ProposeForm,
    ReactForm,
    SignForm,
    qualified,
)
from locales import tr

FEWEST = 20
"""Characters that must be left to say something in."""
FEW = 3
"""Fewer statements than this tell nothing about the people who judge them."""


class Contributions:
    """Makes what is put forward in one flow."""

    def __init__(self, labels: Labels, notes: Notebook) -> None:
        self.labels = labels
        self.notes = notes

    def mistake(self, step: Placed, path: Path, what: str, hint: str, *, key: bool = False) -> None:
        self.notes.mistake(step.page, (*step.path, *path), what, hint, key=key)

    def make(self, step: Placed, form: ContributionForm | DrawForm) -> Kind:
        """The kind; some kind all the same when there are mistakes."""
        match form:
            case ProposeForm():
                return self.propose(step, form)
            case ReactForm():
                return self.react(step, form)
            case SignForm():
                return self.sign(step, form)
            case DrawForm():
                return Lot(arms=tuple(form.among.items()))
            case _:
                assert_never(form)

    # What is proposed

    def propose(self, step: Placed, form: ProposeForm) -> Propose:
        self.apart(step, form)
        opener = self.optional(step, ("opener",), form.opener)
        amends = self.optional(step, ("amends",), form.amends)
        self.room(step, form, opener, amends)
        if form.per is not None and form.per.month and form.per.year and form.per.year < form.per.month:
            what = tr(self.notes.lang, "a year allows fewer than a month")
            self.mistake(step, ("per", "year"), what, tr(self.notes.lang, "at least {n}", n=form.per.month))
        if form.moderate == "after":
            what = tr(self.notes.lang, "everybody reads a proposal before a moderator does")
            hint = tr(self.notes.lang, "moderate: before, or newcomers, lets a moderator read first")
            self.notes.remark(step.page, (*step.path, "moderate"), what, hint)
        final = step.origin.final
        return Propose(
            max=form.max,
            most=form.most,
            month=form.per.month if form.per else None,
            year=form.per.year if form.per else None,
            opener=opener,
            categories=self.labels.choices(step, ("categories",), form.categories or {}),
            category=form.category and final(form.category),
            similar=form.similar,
            near=form.near and final(form.near),
            within=form.within or 50,
            photo=form.photo and final(form.photo),
            amends=amends,
            checked=Checked(form.moderate),
            answering=self.answering(step, form.answers) if form.answers is not None else None,
        )

    def apart(self, step: Placed, form: ProposeForm) -> None:
        """Keys that say the same in two ways, or say nothing alone."""
        lang = self.notes.lang
        if form.categories is not None and form.category is not None:
            what = tr(lang, "categories and category stand together")
            hint = tr(lang, "keep categories to ask for it here, or category to take it from an earlier question")
            self.mistake(step, ("category",), what, hint, key=True)
        if form.within is not None and form.near is None and "near" not in step.broken:
            what = tr(lang, "{key} goes only with {kind}", key="within", kind="near")
            self.mistake(step, ("within",), what, tr(lang, "remove it"), key=True)
        if form.amends is not None and form.opener is not None:
            what = tr(lang, "opener does not go with amends")
            hint = tr(lang, "remove it: a new wording begins as the text does")
            self.mistake(step, ("opener",), what, hint, key=True)

    def room(self, step: Placed, form: ProposeForm, opener: Text | None, amends: Text | None) -> None:
        """Is there room for what people want to say?"""
        lang = self.notes.lang
        if "max" in step.broken:
            return
        if opener is not None and (longest := _longest(opener)) + FEWEST > form.max:
            what = tr(lang, "behind this opener {n} characters are left", n=max(form.max - longest, 0))
            hint = tr(lang, "shorten it, or raise max: it counts the opener, and at least {n} should be left", n=FEWEST)
            self.mistake(step, ("opener",), what, hint)
        if amends is not None and (longest := _longest(amends)) > form.max:
            what = tr(lang, "this text has {n} characters, and a new wording at most {max}", n=longest, max=form.max)
            hint = tr(lang, "raise max, at most {n}; or cut the text into several steps", n=1000)
            self.mistake(step, ("amends",), what, hint)

    def optional(self, step: Placed, path: Path, form: object) -> Text | None:
        return self.labels.text(step, path, form) if isinstance(form, dict) else None

    def answering(self, step: Placed, form: AnswersForm) -> Answering:
        states = standard.states(self.labels.texts.langs)
        if form.states is not None:
            states = self.labels.choices(step, ("answers", "states"), form.states)
        self.later(step, ("answers", "remind"), form.remind)
        self.listed(step, form)
        return Answering(
            states=states,
            due=form.due,
            remind=tuple(form.remind),
            by=form.by and step.origin.final(form.by),
            confirm=self.optional(step, ("answers", "confirm"), form.confirm),
            each=self.labels.choices(step, ("answers", "each"), form.each) if form.each else (),
            top=form.top or 10,
        )

    def listed(self, step: Placed, form: AnswersForm) -> None:
        """Proposals go to one addressee each, or the best of them to all."""
        lang = self.notes.lang
        for key in ("by", "confirm") if form.each is not None else ():
            if getattr(form, key) is not None:
                what = tr(lang, "{key} and {other} stand together", key=key, other="each")
                self.mistake(step, ("answers", key), what, tr(lang, "remove it"), key=True)
        if form.top is not None and form.each is None:
            what = tr(lang, "{key} goes only with {kind}", key="top", kind="each")
            self.mistake(step, ("answers", "top"), what, tr(lang, "remove it"), key=True)

    def later(self, step: Placed, path: Path, some: Sequence[timedelta]) -> None:
        place = next((place for place in range(1, len(some)) if some[place] <= some[place - 1]), None)
        if place is not None:
            what = tr(self.notes.lang, "this reminder does not come after the one before it")
            self.mistake(step, (*path, place), what, tr(self.notes.lang, "begin with the shortest time"))

    # What is judged

    def react(self, step: Placed, form: ReactForm) -> React:
        lang = self.notes.lang
        if form.of is None and form.statements is None and step.broken.isdisjoint({"of", "statements"}):
            what = tr(lang, "there is nothing to judge here")
            hint = tr(lang, "add statements, or of with the name of a propose step")
            self.mistake(step, (), what, hint)
        if form.other_side is not None and form.of is None and "of" not in step.broken:
            what = tr(lang, "{key} goes only with {kind}", key="other_side", kind="of")
            self.mistake(step, ("other_side",), what, tr(lang, "remove it"), key=True)
        statements = self.labels.statements(step, ("statements",), form.statements or {})
        if form.of is None and 0 < len(statements) < FEW and "statements" not in step.broken:
            what = tr(lang, "few statements tell little about what people think")
            self.notes.remark(step.page, (*step.path, "statements"), what, tr(lang, "at least {n}", n=FEW))
        final = step.origin.final
        return React(
            stands=self.stands(step, form),
            statements=statements,
            of=form.of and final(form.of),
            batch=form.batch,
            most=form.most,
            policy=Policy(form.policy),
            other_side=form.other_side and final(form.other_side),
        )

    def stands(self, step: Placed, form: ReactForm) -> tuple[Stand, ...]:
        found = standard.stands(self.labels.texts.langs)
        if form.choices is not None:
            own = {code: text for code in STANDS if (text := getattr(form.choices, code)) is not None}
            labels = self.labels.choices(step, ("choices",), own)
            found = tuple(Stand(code=one.code, label=one.label) for one in labels)
        qualifiers = {code: self.qualifiers(step, code, found, form) for code in qualified(form)}
        return tuple(Stand(code=one.code, label=one.label, qualifiers=qualifiers.get(one.code, ())) for one in found)

    def qualifiers(self, step: Placed, code: str, stands: tuple[Stand, ...], form: ReactForm) -> tuple[Choice, ...]:
        if code not in [one.code for one in stands] and "choices" not in step.broken:
            what = tr(self.notes.lang, "nobody can answer {word} here: choices leaves it out", word=code)
            self.mistake(step, ("qualifiers", code), what, tr(self.notes.lang, "remove it"), key=True)
        return self.labels.choices(step, ("qualifiers", code), qualified(form)[code])

    # What is signed

    def sign(self, step: Placed, form: SignForm) -> Sign:
        goals = tuple(
            Goal(at=one.at, say=self.optional(step, ("goals", place, "say"), one.say), open=one.open)
            for place, one in enumerate(form.goals)
        )
        self.goals(step, goals)
        return Sign(named=form.named, reason=form.reason, contact=form.contact, goals=goals)

    def goals(self, step: Placed, goals: tuple[Goal, ...]) -> None:
        lang = self.notes.lang
        for place, goal in enumerate(goals):
            if place and goal.at <= goals[place - 1].at:
                what = tr(lang, "this goal is not higher than the one before it")
                self.mistake(step, ("goals", place, "at"), what, tr(lang, "begin with the lowest goal"))
            if goal.say is None and goal.open is None:
                what = tr(lang, "nothing happens at this goal")
                self.mistake(step, ("goals", place), what, tr(lang, "add say, or open with the id of a consultation"))
        if not goals and "goals" not in step.broken:
            what = tr(lang, "this petition has no goal")
            example = "goals: [{at: 100, say: ...}]"
            hint = tr(lang, "people like to know what for; add for example {example}", example=example)
            self.notes.remark(step.page, step.path, what, hint)


def _longest(text: Text) -> int:
    return max(len(words) for words in text.by_lang.values())
