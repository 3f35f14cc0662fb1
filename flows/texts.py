"""Texts: is every language there, is every blank known?

The one rule: the languages of a flow are those of its title, and each text has exactly these. Nobody reads half a
consultation in another language than their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flows import blanks
from flows.fields import ONLY
from flows.flow import Text
from flows.mistakes import Notebook, Page, Path, suggestion
from flows.placed import Origin
from locales import tr


class Texts:
    """Reads the texts of one flow that is written in `langs`. Unless that is `sure`, no text is blamed for its
    languages."""

    def __init__(self, langs: tuple[str, ...], notes: Notebook, *, sure: bool = True) -> None:
        self.langs = langs
        self.sure = sure
        self.notes = notes

    def none(self) -> Text:
        """Stands for a text that could not be read."""
        return Text(dict.fromkeys(self.langs, "…"))

    def spoken(self, page: Page, path: Path, form: Mapping[str, str], origin: Origin) -> Text:
        """A text of `say`, `ask`, `end` or a reminder: it may have blanks, which stay in it."""
        return Text(self.read(page, path, form, origin, blanks.BLANKS))

    def label(self, page: Page, path: Path, form: Mapping[str, str], origin: Origin) -> Text:
        """A title or the label of a choice: no blanks but those of its block; braces come out single."""
        texts = self.read(page, path, form, origin, ())
        return Text({lang: blanks.fill(text, {}) for lang, text in texts.items()})

    def read(
        self, page: Page, path: Path, form: Mapping[str, str], origin: Origin, allowed: Collection[str]
    ) -> dict[str, str]:
        """The text in each language of the flow, blanks of the block filled."""
        self.blanks(page, path, form, {*allowed, *origin.fills})
        written = {origin.lang if lang == ONLY else lang: text for lang, text in form.items()}
        self.languages(page, path, form, written, origin)
        spare = written.get(origin.lang) or next(iter(written.values()))
        return {
            lang: blanks.replaced(
                written.get(lang, spare), {name: texts.get(lang, "") for name, texts in origin.fills.items()}
            )
            for lang in self.langs
        }

    def languages(
        self, page: Page, path: Path, form: Mapping[str, str], written: Mapping[str, str], origin: Origin
    ) -> None:
        if not self.sure:
            return
        lang = self.notes.lang
        needed = [one for one in self.langs if origin.block is None or one in origin.spoken]
        if missing := [one for one in needed if one not in written]:
            what = tr(lang, "missing translation: {list}", list=", ".join(missing))
            example = "{" + ", ".join(f"{one}: ..." for one in needed) + "}"
            self.notes.mistake(page, path, what, tr(lang, "write {example}", example=example))
        if origin.block is None:
            for extra in (one for one in written if one not in self.langs and ONLY not in form):
                what = tr(lang, "the title is not written in '{word}'", word=extra)
                hint = tr(lang, "translate the title too, or remove this text")
                self.notes.mistake(page, (*path, extra), what, hint, key=True)

    def blanks(self, page: Page, path: Path, form: Mapping[str, str], allowed: Collection[str]) -> None:
        lang = self.notes.lang
        for key, text in form.items():
            here: Path = path if key == ONLY else (*path, key)
            for offset, piece in blanks.strays(text, allowed):
                if self.notes.full:
                    return
                if piece in ("{", "}"):
                    what = tr(lang, "this brace stands alone")
                    hint = tr(lang, "write {example}", example=piece * 2)
                elif not allowed:
                    what = tr(lang, "no blank is possible here: {word}", word=piece)
                    hint = tr(lang, "write {example}", example="{" + piece + "}")
                else:
                    what = tr(lang, "there is no blank {word}", word=piece)
                    hint = suggestion(lang, piece, [f"{{{name}}}" for name in sorted(allowed)])
                self.notes.mistake(page, here, what, hint, offset=offset)
