"""The catalogs: read once from the `.po` files, asked for one sentence at a time."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

LANGUAGES = ("fr", "en")
_HERE = Path(__file__).parent
_BLANK = re.compile(r"\{(\w+)\}")


def fill(text: str, blanks: dict[str, object]) -> str:
    """`text` with each `{name}` replaced by `blanks[name]`; unknown names stay as they are."""
    if "{" not in text:
        return text
    return _BLANK.sub(lambda match: str(blanks.get(match[1], match[0])), text)


def tr(lang: str, sentence: str, **blanks: object) -> str:
    """`sentence` in `lang` with its blanks filled; English where there is no translation."""
    found = _sentences(lang).get(sentence, sentence)
    return fill(found if isinstance(found, str) else sentence, blanks)


def trn(lang: str, one: str, many: str, n: int, **blanks: object) -> str:
    """The plural form of a sentence for the count `n`, which also fills the blank `{n}`."""
    forms = _sentences(lang).get(one)
    tag = Locale.parse(lang if isinstance(forms, tuple) else "en").plural_form(n)
    if not isinstance(forms, tuple):
        forms = (one, many)
    return fill(forms[0] if tag == "one" else forms[-1], {"n": n, **blanks})


@cache
def _sentences(lang: str) -> dict[str, str | tuple[str, ...]]:
    """What the catalog of `lang` says, by message id; for plurals the id is the singular."""
    path = _HERE / lang / "LC_MESSAGES" / "palabre.po"
    if lang not in LANGUAGES or not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file, locale=lang)
    said: dict[str, str | tuple[str, ...]] = {}
    for entry in catalog:
        if not entry.id or entry.fuzzy:
            continue
        if isinstance(entry.id, str):
            if entry.string:
                said[entry.id] = str(entry.string)
        elif all(entry.string):
            said[entry.id[0]] = tuple(entry.string)
    return said
