"""Labels of choices: every language there, short enough for a button, no two alike."""

from __future__ import annotations

from collections.abc import Mapping

from flows.flow import Choice, Text
from flows.mistakes import Notebook, Path
from flows.placed import Placed
from flows.texts import Texts
from locales import tr

LONG_LABEL = 40
LONGEST_LABEL = 100
LONGEST_STATEMENT = 300


class Labels:
    """Makes the labels of one flow."""

    def __init__(self, texts: Texts, notes: Notebook) -> None:
        self.texts = texts
        self.notes = notes

    def choices(
        self, step: Placed, path: Path, forms: Mapping[str, Mapping[str, str]], *tail: str
    ) -> tuple[Choice, ...]:
        """The choices that stand at `path` of the step, one a code; `tail` leads from there to the label."""
        labels = {code: self.label(step, (*path, code, *tail), form) for code, form in forms.items()}
        self.unlike(step, path, forms, labels, *tail)
        return tuple(Choice(code=code, label=label) for code, label in labels.items())

    def statements(self, step: Placed, path: Path, forms: Mapping[str, Mapping[str, str]]) -> tuple[Choice, ...]:
        """The statements that stand at `path` of the step: each stands in a message, and needs no button."""
        found = {code: self.statement(step, (*path, code), form) for code, form in forms.items()}
        self.unlike(step, path, forms, found)
        return tuple(Choice(code=code, label=text) for code, text in found.items())

    def statement(self, step: Placed, path: Path, form: Mapping[str, str]) -> Text:
        text = self.text(step, path, form)
        lang = self.notes.lang
        longest = max(len(words) for words in text.by_lang.values())
        if longest > LONGEST_STATEMENT:
            what = tr(lang, "this statement has {n} characters", n=longest)
            hint = tr(lang, "at most {n}; one idea that can be judged as a whole is best", n=LONGEST_STATEMENT)
            self.notes.mistake(step.page, (*step.path, *path), what, hint)
        return text

    def unlike(
        self,
        step: Placed,
        path: Path,
        forms: Mapping[str, Mapping[str, str]],
        labels: Mapping[str, Text],
        *tail: str,
    ) -> None:
        """Whoever sees two choices must be able to tell them apart."""
        seen: dict[tuple[str, str], str] = {}
        for code, label in labels.items():
            for lang, text in label.by_lang.items():
                twin = seen.setdefault((lang, text.casefold()), code)
                if twin != code and len(forms[code]) == len(label.by_lang):
                    what = tr(self.notes.lang, "{code} has the same label as {twin}", code=code, twin=twin)
                    hint = tr(self.notes.lang, "give each choice its own words")
                    self.notes.mistake(step.page, (*step.path, *path, code, *tail), what, hint)

    def label(self, step: Placed, path: Path, form: Mapping[str, str]) -> Text:
        """What stands on a button."""
        label = self.text(step, path, form)
        lang = self.notes.lang
        longest = max(len(text) for text in label.by_lang.values())
        where = (*step.path, *path)
        if longest > LONGEST_LABEL:
            what = tr(lang, "this label has {n} characters", n=longest)
            hint = tr(lang, "at most {n}; put the details into the text of the question", n=LONGEST_LABEL)
            self.notes.mistake(step.page, where, what, hint)
        elif longest > LONG_LABEL:
            what = tr(lang, "this label has {n} characters", n=longest)
            hint = tr(lang, "some messengers cut buttons after {n}; a shorter label reads better", n=LONG_LABEL)
            self.notes.remark(step.page, where, what, hint)
        return label

    def text(self, step: Placed, path: Path, form: Mapping[str, str]) -> Text:
        """A text without blanks, of any length."""
        return self.texts.label(step.page, (*step.path, *path), form, step.origin)
