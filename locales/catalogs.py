"""The catalogs: read once from the `.po` files, asked for one sentence at a time."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

LANGUAGES = ("fr", "en")
_HERE = Path(__file__).parent
BLANK = re.compile(r"\{(\w+)\}")


def fill(text: str, blanks: dict[str, object]) -> str:
    """`text` with each `{name}` replaced by `blanks[name]`; unknown names stay as they are."""
    if "{" not in text:
        return text
    return BLANK.sub(lambda match: str(blanks.get(match[1], match[0])), text)


def tr(lang: str, sentence: str, /, **blanks: object) -> str:
    """`sentence` in `lang` with its blanks filled; English where there is no translation."""
    found = _sentences(lang).get(sentence, sentence)
    return fill(found if isinstance(found, str) else found[0], blanks)


def trn(lang: str, one: str, many: str, n: int, /, **blanks: object) -> str:
    """The plural form of a sentence for the count `n`, which also fills the blank `{n}`."""
    forms = _sentences(lang).get(one)
    if isinstance(forms, tuple):
        said = plural(lang, forms, n)
    else:
        said = plural("en", (one, many), n)
    return fill(said, {"n": n, **blanks})


def plural(lang: str, forms: tuple[str, ...], n: int) -> str:
    """The form for the count `n` by the plural rules of CLDR: French says 0 and 1 in the singular, English only 1."""
    return forms[0] if Locale.parse(lang).plural_form(n) == "one" else forms[-1]


def read_sentences(path: Path, lang: str) -> dict[str, str | tuple[str, ...]]:
    """What a `.po` file says, by message id; for plurals the id is the singular. What is fuzzy or unfinished is left
    out, so that the English sentence is said instead."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=lang)
    said: dict[str, str | tuple[str, ...]] = {}
    for entry in catalog:
        if not entry.id or entry.fuzzy:
            continue
        if isinstance(entry.id, str):
            if entry.string:
                said[entry.id] = str(entry.string)
        elif isinstance(entry.string, tuple) and all(entry.string):
            said[entry.id[0]] = entry.string
    return said


@cache
def _sentences(lang: str) -> dict[str, str | tuple[str, ...]]:
    path = _HERE / lang / "LC_MESSAGES" / "palabre.po"
    return read_sentences(path, lang) if lang in LANGUAGES and path.exists() else {}
