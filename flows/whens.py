"""Is a condition about something that can be true? Each comparison is held against the question it looks at.

The one rule: a condition reads only what was asked before. Everything it compares with must be an answer that the
question can have; a typing mistake in a code would otherwise be a condition that is never true, and nobody would see.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import assert_never

from flows.asking import AskedForm, AskForm, QuestionForm
from flows.conditions import Among, Compare, Has, Is, Literal, Test, tests
from flows.mistakes import Notebook, nearest, suggestion
from flows.placed import Condition, Placed
from flows.possible import AnyQuestionForm, codes, counted, given, per_option, readable, several, whole
from flows.proposing import DrawForm
from flows.session import Given
from flows.voting import BallotForm
from locales import tr


class Whens:
    """Checks the conditions of one flow. `ghosts` are names whose steps could not be read."""

    def __init__(self, steps: tuple[Placed, ...], ghosts: Collection[str], complete: bool, notes: Notebook) -> None:
        self.steps = steps
        self.places: Mapping[str, int] = {step.name: place for place, step in reversed(list(enumerate(steps)))}
        self.ghosts = ghosts
        self.complete = complete
        self.notes = notes

    def check(self, place: int) -> None:
        """Check all conditions around the step at `place`."""
        for condition in self.steps[place].conditions:
            for test in tests(condition.expr.tree):
                self.test(condition, test, place)

    def test(self, condition: Condition, test: Test, place: int) -> None:
        asked = self.places.get(condition.origin.final(test.question))
        if asked is None:
            self.unknown(condition, test, place)
            return
        step = self.steps[asked]
        form = step.form
        if not isinstance(form, AskedForm | DrawForm):
            what = tr(self.notes.lang, "{name} is not a question", name=test.question)
            self.say(condition, test.at, what, self.questions(place, test.question))
        elif asked == place:
            what = tr(self.notes.lang, "{name} is the question of this very step", name=test.question)
            self.say(condition, test.at, what, tr(self.notes.lang, "a condition looks at earlier questions only"))
        elif asked > place:
            line = step.page.tree.spot(step.path).line
            what = tr(self.notes.lang, "{name} is asked later, at line {n}", name=test.question, n=line)
            self.say(condition, test.at, what, tr(self.notes.lang, "move this step behind that question"))
        elif readable(step):
            self.fits(condition, test, form)

    def say(self, condition: Condition, at: int, what: str, hint: str) -> None:
        self.notes.mistake(condition.page, condition.path, what, hint, offset=at)

    def unknown(self, condition: Condition, test: Test, place: int) -> None:
        if test.question in self.ghosts or not self.complete:
            return
        what = tr(self.notes.lang, "there is no question {name}", name=test.question)
        self.say(condition, test.at, what, self.questions(place, test.question))

    def questions(self, place: int, name: str) -> str:
        earlier = [step.name for step in self.steps[:place] if isinstance(step.form, AskedForm | DrawForm)]
        if not earlier:
            return tr(self.notes.lang, "no question is asked before this step")
        return suggestion(self.notes.lang, name, earlier)

    def fits(self, condition: Condition, test: Test, form: AnyQuestionForm) -> None:
        """Can the question have this answer?"""
        match test:
            case Is():
                self.given(condition, test, form)
            case _ if per_option(form):
                what = tr(
                    self.notes.lang,
                    "{name} answers about each option, and cannot be compared with one value",
                    name=test.question,
                )
                self.whole(condition, test, form, what)
            case _ if whole(form):
                what = tr(self.notes.lang, "{name} cannot be compared with a value", name=test.question)
                self.whole(condition, test, form, what)
            case Has(_, value, _, _, value_at):
                self.has(condition, test, form, value, value_at)
            case Among(_, values, _, _, value_ats):
                for value, value_at in zip(values, value_ats, strict=True):
                    self.value(condition, test.question, form, "==", value, value_at)
            case Compare(_, op, value, _, value_at):
                if several(form):
                    what = tr(self.notes.lang, "{name} can have several answers", name=test.question)
                    example = f"{_quoted(value)} in {test.question}"
                    self.say(condition, test.at, what, tr(self.notes.lang, "write {example}", example=example))
                    return
                self.value(condition, test.question, form, op, value, value_at)
            case _:
                assert_never(test)

    def given(self, condition: Condition, test: Is, form: AnyQuestionForm) -> None:
        if given(form).get(test.given, True):
            return
        lang, word = self.notes.lang, test.given.value
        what = tr(lang, "{name} can never be {word}", name=test.question, word=word)
        key = "optional" if test.given is Given.SKIPPED else word
        hint = tr(lang, "add {example} to that question", example=f"{key}: true")
        if word in codes(form):
            example = f"{test.question} {'!=' if test.negated else '=='} '{word}'"
            hint = tr(lang, "if '{word}' is an answer, put it in quotes: {example}", word=word, example=example)
        elif isinstance(form, DrawForm):
            hint = tr(lang, "compare it with: {list}", list=", ".join(f"'{code}'" for code in codes(form)))
        elif not isinstance(form, BallotForm) and test.given in (Given.BLANK, Given.NONE):
            hint = tr(lang, "only votes can be answered so")
        elif not isinstance(form, QuestionForm) and test.given is not Given.SKIPPED:
            hint = tr(lang, "only questions and votes can be answered so")
        self.say(condition, test.value_at, what, hint)

    def has(self, condition: Condition, test: Has, form: AnyQuestionForm, value: Literal, value_at: int) -> None:
        if several(form):
            self.value(condition, test.question, form, "==", value, value_at)
            return
        what = tr(self.notes.lang, "{name} has one answer only", name=test.question)
        example = f"{test.question} == {_quoted(value)}"
        self.say(condition, test.at, what, tr(self.notes.lang, "write {example}", example=example))

    def whole(self, condition: Condition, test: Test, form: AnyQuestionForm, what: str) -> None:
        """Such an answer has no single value to compare with."""
        lang = self.notes.lang
        words = [one.value for one, possible in given(form).items() if possible]
        hint = (
            tr(lang, "compare it with: {list}", list=", ".join(words)) if words else tr(lang, "remove this condition")
        )
        self.say(condition, test.at, what, hint)

    def value(self, condition: Condition, name: str, form: AnyQuestionForm, op: str, value: Literal, at: int) -> None:
        ordered = op not in ("==", "!=")
        if found := codes(form):
            self.code(condition, name, found, ordered, value, at)
        elif counted(form):
            self.number(condition, name, value, at, None)
        elif not isinstance(form, AskForm):
            return
        elif form.scale is not None:
            self.number(condition, name, value, at, None if ordered else (form.scale.low_end, form.scale.high_end))
        elif form.rating is not None:
            self.number(condition, name, value, at, None if ordered else (1, form.rating))
        elif form.number is not None:
            self.number(condition, name, value, at, None)
        elif form.date is not None:
            self.day(condition, name, value, at)
        elif ordered or not isinstance(value, str):
            self.words(condition, name, ordered, value, at)

    def code(self, condition: Condition, name: str, codes: list[str], ordered: bool, value: Literal, at: int) -> None:
        lang = self.notes.lang
        if ordered:
            what = tr(lang, "the answers of {name} have no order", name=name)
            self.say(condition, at, what, tr(lang, "compare it with == or !="))
        elif not isinstance(value, str):
            what = tr(lang, "{name} is compared with a number, and its answers are words", name=name)
            near = nearest(str(value), codes) or codes[0]
            self.say(condition, at, what, tr(lang, "write {example}", example=f"{name} == '{near}'"))
        elif value not in codes:
            what = tr(lang, "{name} has no answer '{word}'", name=name, word=value)
            self.say(condition, at, what, suggestion(lang, value, codes))

    def number(self, condition: Condition, name: str, value: Literal, at: int, ends: tuple[int, int] | None) -> None:
        lang = self.notes.lang
        if isinstance(value, str):
            what = tr(lang, "{name} is compared with a word, and its answers are numbers", name=name)
            number = value if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) else "5"
            self.say(condition, at, what, tr(lang, "write {example}", example=f"{name} == {number}"))
        elif ends is not None and not (ends[0] <= value <= ends[1] and value == int(value)):
            what = tr(lang, "{name} has no answer '{word}'", name=name, word=value)
            self.say(condition, at, what, tr(lang, "whole numbers from {low} to {high}", low=ends[0], high=ends[1]))

    def day(self, condition: Condition, name: str, value: Literal, at: int) -> None:
        try:
            if not isinstance(value, str) or len(value) != 10:
                raise ValueError
            date.fromisoformat(value)
        except ValueError:
            what = tr(self.notes.lang, "{name} is a date", name=name)
            example = f"{name} == '2026-03-21'"
            self.say(condition, at, what, tr(self.notes.lang, "write for example {example}", example=example))

    def words(self, condition: Condition, name: str, ordered: bool, value: Literal, at: int) -> None:
        lang = self.notes.lang
        what = (
            tr(lang, "the answers of {name} have no order", name=name)
            if ordered
            else tr(lang, "{name} is compared with a number, and its answers are words", name=name)
        )
        self.say(condition, at, what, tr(lang, "compare it with == or != and a text in quotes"))


def _quoted(value: Literal) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)
