"""Saying a sentence: fallback, blanks and plural forms."""

from pathlib import Path

import pytest

from locales import fill, tr, trn
from locales.catalogs import plural, read_sentences

SECRET = "do-not-show"


class Holder:
    """Something whose attributes must never be read by a text."""

    token = SECRET

    def __str__(self) -> str:
        return "holder"


@pytest.mark.parametrize("lang", ["fr", "en", "de", "", "fr-FR", "../en"])
def test_a_sentence_without_translation_is_said_in_english(lang: str) -> None:
    assert tr(lang, "No catalog has this, {name}.", name="Léa") == "No catalog has this, Léa."


@pytest.mark.parametrize(("n", "said"), [(0, "0 hats"), (1, "1 hat"), (2, "2 hats")])
def test_a_plural_without_translation_counts_as_english_does(n: int, said: str) -> None:
    assert trn("fr", "{n} hat", "{n} hats", n) == said


@pytest.mark.parametrize(
    "text",
    [
        "{a.token}",
        "{a[0]}",
        "{0.__class__}",
        "{a.__class__.__init__.__globals__}",
        "{a!r}",
        "{a:>9999999}",
        "{a:{b}}",
        "{}",
        "{unknown}",
        "{",
        "}{",
        "{a",
    ],
)
def test_only_plain_names_are_blanks(text: str) -> None:
    said = fill(text, {"a": Holder(), "b": 3})
    assert SECRET not in said
    assert said == text.replace("{b}", "3")


def test_what_fills_a_blank_is_never_read_as_text() -> None:
    assert fill("{a} and {b}", {"a": "{b}", "b": "{a}"}) == "{b} and {a}"


@pytest.mark.parametrize("name", ["lang", "sentence", "one", "many"])
def test_blanks_may_have_any_name(name: str) -> None:
    assert tr("en", "Say {%s}." % name, **{name: "it"}) == "Say it."  # noqa: UP031
    assert trn("en", "one", "many {%s}" % name, 2, **{name: "it"}) == "many it"  # noqa: UP031


@pytest.mark.parametrize(
    ("lang", "n", "form"),
    [
        ("fr", 0, "singular"),
        ("fr", 1, "singular"),
        ("fr", 2, "plural"),
        ("fr", 21, "plural"),
        ("fr", 1_000_000, "plural"),
        ("en", 0, "plural"),
        ("en", 1, "singular"),
        ("en", 2, "plural"),
    ],
)
def test_plural_forms_follow_cldr(lang: str, n: int, form: str) -> None:
    assert plural(lang, ("singular", "plural"), n) == form


def test_a_catalog_leaves_out_what_is_not_ready(tmp_path: Path) -> None:
    path = tmp_path / "palabre.po"
    path.write_text(
        'msgid "Ready"\nmsgstr "Prêt"\n\n#, fuzzy\nmsgid "Doubtful"\nmsgstr "Douteux"\n\n'
        'msgid "Empty"\nmsgstr ""\n\n'
        'msgid "{n} vote"\nmsgid_plural "{n} votes"\nmsgstr[0] "{n} voix"\nmsgstr[1] "{n} voix"\n\n'
        'msgid "Half"\nmsgid_plural "Halves"\nmsgstr[0] "Moitié"\nmsgstr[1] ""\n',
        encoding="utf-8",
    )
    assert read_sentences(path, "fr") == {"Ready": "Prêt", "{n} vote": ("{n} voix", "{n} voix")}
