"""Read a catalog as a proofreader does: every mistake becomes one line that says what to mend.

The one rule: a translation keeps the blanks of its sentence. A lost `{closes}` hides the hour from the reader; an
invented one shows braces.
"""

from __future__ import annotations

from collections.abc import Iterator

from babel import Locale
from babel.messages.catalog import Catalog, Message

from locales.catalogs import BLANK


def proofread(catalog: Catalog, template: Catalog, lang: str) -> Iterator[str]:
    """The mistakes of `catalog` against the sentences of `template`."""
    for wanted in template:
        if not wanted.id:
            continue
        entry = catalog.get(wanted.id)
        if entry is None or not complete(entry):
            yield f"{lang}: missing translation: {first_id(wanted)!r}"
        elif entry.id != wanted.id:
            yield f"{lang}: out of date: {first_id(wanted)!r} has another plural form in the code"
        elif entry.fuzzy:
            yield f"{lang}: fuzzy, read it again: {first_id(wanted)!r}"
        else:
            yield from wrong_blanks(entry, lang)
    for entry in catalog:
        if entry.id and template.get(entry.id) is None:
            yield f"{lang}: no longer said by the code: {first_id(entry)!r}"
    for entry in catalog.obsolete.values():
        yield f"{lang}: obsolete (python -m locales.extract --prune takes it away): {first_id(entry)!r}"


def complete(entry: Message) -> bool:
    """Does the entry say something in each of its forms?"""
    return all(forms(entry))


def wrong_blanks(entry: Message, lang: str) -> Iterator[str]:
    """Blanks that a translation lost or invented. In a plural, `{n}` may be left out of the form that is used for 1
    and nothing else ("one question left"); the French singular also says 0, so there it must stay."""
    ids = entry.id if isinstance(entry.id, (list, tuple)) else (entry.id,)
    wanted = blanks(ids[-1])
    may_lack_n = len(ids) > 1 and Locale.parse(lang).plural_form(0) != "one"
    for place, text in enumerate(forms(entry)):
        lost = wanted - blanks(text) - ({"n"} if may_lack_n and place == 0 else set())
        invented = blanks(text) - wanted
        for name in sorted(lost):
            yield f"{lang}: lost {{{name}}}: {first_id(entry)!r} -> {text!r}"
        for name in sorted(invented):
            yield f"{lang}: invented {{{name}}}: {first_id(entry)!r} -> {text!r}"


def blanks(text: str) -> set[str]:
    return set(BLANK.findall(text))


def forms(entry: Message) -> tuple[str, ...]:
    """What an entry says: one form, or one per plural category."""
    return tuple(entry.string) if isinstance(entry.string, (list, tuple)) else (str(entry.string or ""),)


def first_id(entry: Message) -> str:
    return str(entry.id[0] if isinstance(entry.id, (list, tuple)) else entry.id)
