"""The question of an `ask`: from its form to its `Kind`, checked.

The one rule: a question has exactly one kind, and somebody must be able to give each answer it promises.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.flow import AnyOf, Choice, Day, Kind, Number, OneOf, Scale, Text, Words, YesNo
from flows.mistakes import Notebook, Path
from flows.placed import Placed
from flows.schema import KINDS, AskForm
from flows.texts import Texts
from locales import tr

LONG_LABEL = 40
LONGEST_LABEL = 100
MAX_SPAN = 20


class Questions:
    """Makes the kinds of the questions of one flow."""

    def __init__(self, texts: Texts, notes: Notebook) -> None:
        self.texts = texts
        self.notes = notes

    def make(self, step: Placed, form: AskForm) -> Kind:
        """The kind; some kind all the same when there are mistakes."""
        given = [kind for kind in KINDS if getattr(form, kind) is not None]
        if not step.broken & {*KINDS} and len(given) != 1:
            self.count(step, given)
        self.companions(step, form)
        if form.one_of is not None:
            return OneOf(choices=self.choices(step, "one_of", form.one_of))
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
        lang = self.notes.lang
        at_least = 1 if form.at_least is None else form.at_least
        for key, value in (("at_least", form.at_least), ("at_most", form.at_most)):
            if value is not None and value > len(choices) and "any_of" not in step.broken:
                what = tr(lang, "{key} is more than there are choices", key=key)
                self.notes.mistake(step.page, (*step.path, key), what, tr(lang, "at most {n}", n=len(choices)))
        if form.at_most is not None and at_least > form.at_most:
            what = tr(lang, "at_least is more than at_most")
            self.notes.mistake(step.page, (*step.path, "at_most"), what, tr(lang, "at least {n}", n=at_least))
        return AnyOf(choices=self.choices(step, "any_of", choices), at_least=at_least, at_most=form.at_most)

    def choices(self, step: Placed, kind: str, forms: Mapping[str, Mapping[str, str]]) -> tuple[Choice, ...]:
        path: Path = (*step.path, kind)
        labels = {code: self.texts.label(step.page, (*path, code), form, step.origin) for code, form in forms.items()}
        seen: dict[tuple[str, str], str] = {}
        for code, label in labels.items():
            self.length(step, (*path, code), label)
            for lang, text in label.by_lang.items():
                twin = seen.setdefault((lang, text.casefold()), code)
                if twin != code and len(forms[code]) == len(label.by_lang):
                    what = tr(self.notes.lang, "{code} has the same label as {twin}", code=code, twin=twin)
                    hint = tr(self.notes.lang, "give each choice its own words")
                    self.notes.mistake(step.page, (*path, code), what, hint)
        return tuple(Choice(code=code, label=label) for code, label in labels.items())

    def length(self, step: Placed, path: Path, label: Text) -> None:
        lang = self.notes.lang
        longest = max(len(text) for text in label.by_lang.values())
        if longest > LONGEST_LABEL:
            what = tr(lang, "this label has {n} characters", n=longest)
            hint = tr(lang, "at most {n}; put the details into the text of the question", n=LONGEST_LABEL)
            self.notes.mistake(step.page, path, what, hint)
        elif longest > LONG_LABEL:
            what = tr(lang, "this label has {n} characters", n=longest)
            hint = tr(lang, "some messengers cut buttons after {n}; a shorter label reads better", n=LONG_LABEL)
            self.notes.remark(step.page, path, what, hint)

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
            key: self.texts.label(step.page, (*path, key), text, step.origin)
            for key, text in (("low", form.scale.low), ("high", form.scale.high))
            if text is not None
        }
        for key, label in ends.items():
            self.length(step, (*path, key), label)
        return Scale(low=low, high=high, low_label=ends.get("low"), high_label=ends.get("high"))

    def ends(self, step: Placed, kind: str, low: object, high: object) -> None:
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            what = tr(self.notes.lang, "min is more than max")
            hint = tr(self.notes.lang, "exchange the two")
            self.notes.mistake(step.page, (*step.path, kind, "max"), what, hint)
