"""The question of an `ask`: from its form to its `Kind`, checked.

The one rule: a question has exactly one kind, and somebody must be able to give each answer it promises.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.asking import KINDS, AskForm
from flows.flow import AnyOf, Day, Kind, Number, OneOf, Photo, Scale, Spot, Words, YesNo
from flows.labels import Labels
from flows.mistakes import Notebook
from flows.placed import Placed
from locales import tr

MAX_SPAN = 20


class Questions:
    """Makes the kinds of the questions of one flow."""

    def __init__(self, labels: Labels, notes: Notebook) -> None:
        self.labels = labels
        self.notes = notes

    def make(self, step: Placed, form: AskForm) -> Kind:
        """The kind; some kind all the same when there are mistakes."""
        given = [kind for kind in KINDS if getattr(form, kind) is not None]
        if not step.broken & {*KINDS} and len(given) != 1:
            self.count(step, given)
        self.companions(step, form)
        if form.one_of is not None:
            return OneOf(choices=self.labels.choices(step, ("one_of",), form.one_of))
        if form.any_of is not None:
            return self.any_of(step, form, form.any_of)
        if form.scale is not None or form.rating is not None:
            return self.scale(step, form)
        if form.number is not None:
            low, high = form.number.min, form.number.max
            self.ends(step, "number", low, high)
            return Number(min=low, max=high, whole=not form.number.decimals)
        if form.long_text is not None:
            return Words(max=form.long_text.max, long=True)
        if form.date is not None:
            self.ends(step, "date", form.date.min, form.date.max)
            return Day(min=form.date.min, max=form.date.max)
        if form.yes_no is not None:
            return YesNo()
        if form.photo is not None:
            self.photo(step, form)
            return Photo()
        if form.place is not None:
            return Spot()
        return Words(max=form.short_text.max if form.short_text is not None else 300)

    def count(self, step: Placed, given: list[str]) -> None:
        lang = self.notes.lang
        if given:
            what = tr(lang, "this question has two kinds: {list}", list=", ".join(given))
            self.notes.mistake(step.page, (*step.path, given[1]), what, tr(lang, "keep one of them"), key=True)
        else:
            what = tr(lang, "this question has no kind")
            self.notes.mistake(step.page, step.path, what, tr(lang, "add one of: {list}", list=", ".join(KINDS)))

    def companions(self, step: Placed, form: AskForm) -> None:
        """Keys that mean something only beside a certain kind."""
        needs = {"at_least": "any_of", "at_most": "any_of", "consent": "yes_no"}
        for key, kind in needs.items():
            if getattr(form, key) is not None and getattr(form, kind) is None and kind not in step.broken:
                what = tr(self.notes.lang, "{key} goes only with {kind}", key=key, kind=kind)
                self.notes.mistake(step.page, (*step.path, key), what, tr(self.notes.lang, "remove it"), key=True)

    def any_of(self, step: Placed, form: AskForm, choices: Mapping[str, Mapping[str, str]]) -> AnyOf:
        made = self.labels.choices(step, ("any_of",), choices)
        at_least = 1 if form.at_least is None else form.at_least
        how_many(self.notes, step, "any_of", form.at_least, form.at_most, len(made))
        return AnyOf(choices=made, at_least=at_least, at_most=form.at_most)

    def scale(self, step: Placed, form: AskForm) -> Scale:
        if form.scale is None:
            return Scale(low=1, high=form.rating or 5)
        low, high = form.scale.low_end, form.scale.high_end
        lang, path = self.notes.lang, (*step.path, "scale")
        if low >= high:
            what = tr(lang, "this scale goes nowhere")
            self.notes.mistake(step.page, (*path, "to"), what, tr(lang, "at least {n}", n=low + 1))
        elif high - low > MAX_SPAN:
            what = tr(lang, "this scale has too many steps")
            self.notes.mistake(step.page, (*path, "to"), what, tr(lang, "at most {n}", n=low + MAX_SPAN))
        ends = {
            key: self.labels.label(step, ("scale", key), text)
            for key, text in (("low", form.scale.low), ("high", form.scale.high))
            if text is not None
        }
        return Scale(low=low, high=high, low_label=ends.get("low"), high_label=ends.get("high"))

    def photo(self, step: Placed, form: AskForm) -> None:
        if not form.optional and "optional" not in step.broken:
            what = tr(self.notes.lang, "whoever cannot send a picture cannot go on")
            hint = tr(self.notes.lang, "add {example}: not every messenger takes pictures", example="optional: true")
            self.notes.remark(step.page, (*step.path, "photo"), what, hint)

    def ends(self, step: Placed, kind: str, low: object, high: object) -> None:
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            what = tr(self.notes.lang, "min is more than max")
            hint = tr(self.notes.lang, "exchange the two")
            self.notes.mistake(step.page, (*step.path, kind, "max"), what, hint)


def how_many(notes: Notebook, step: Placed, kind: str, at_least: int | None, at_most: int | None, there: int) -> None:
    """Can somebody pick that few, that many of the choices under the key `kind`?"""
    lang = notes.lang
    for key, value in (("at_least", at_least), ("at_most", at_most)):
        if value is not None and value > there and kind not in step.broken:
            what = tr(lang, "{key} is more than there are choices", key=key)
            notes.mistake(step.page, (*step.path, key), what, tr(lang, "at most {n}", n=there))
    fewest = 1 if at_least is None else at_least
    if at_most is not None and fewest > at_most:
        what = tr(lang, "at_least is more than at_most")
        notes.mistake(step.page, (*step.path, "at_most"), what, tr(lang, "at least {n}", n=fewest))
