"""What pydantic found, said in our words: one sentence and one hint for each kind of error.

The one rule: no English sentence of pydantic reaches anybody. An error that is not foreseen here gets a plain sentence
of ours all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from flows import times
from flows.fields import RESERVED, currencies
from flows.mistakes import nearest, suggestion
from flows.voting import belongs
from locales import tr

Said: TypeAlias = tuple[str, str]


def say(lang: str, error: Any, written: Any, keys: tuple[str, ...]) -> Said:
    """(what, hint) for one error. `written` is what stands in the file, `keys` what may stand beside it."""
    kind = str(error["type"])
    facts = error.get("ctx") or {}
    word = str(facts.get("word") or (written if isinstance(written, str | int | float) else ""))
    key = str(error["loc"][-1]) if error["loc"] else ""
    if kind.startswith("palabre_"):
        return _own(lang, kind.removeprefix("palabre_"), word)
    if kind == "missing":
        return tr(lang, "{key} is missing", key=key), _example(lang, key)
    if kind == "extra_forbidden" and len(error["loc"]) == 1 and (takes := belongs(key)):
        return tr(lang, "{key} goes only with {kind}", key=key, kind=", ".join(takes)), tr(lang, "remove it")
    if kind == "extra_forbidden":
        return tr(lang, "{key} is not a key known here", key=key), suggestion(lang, key, keys)
    if kind == "literal_error":
        return _choice(lang, key, word, str(facts.get("expected", "")))
    return _shape(lang, kind, facts)


def _choice(lang: str, key: str, word: str, expected: str) -> Said:
    if key == "palabre":
        return tr(lang, "this version of the format is not known"), tr(lang, "write {example}", example="palabre: 1")
    if key in ("yes_no", "photo", "place"):
        return tr(lang, "{key} takes no settings", key=key), tr(lang, "write {example}", example=f"{key}: true")
    possible = [one.strip().strip("'") for one in expected.replace(" or ", ",").split(",")]
    return tr(lang, "'{word}' is not possible here", word=word), suggestion(lang, word, possible)


def _shape(lang: str, kind: str, facts: Mapping[str, Any]) -> Said:
    """Errors of type and size."""
    match kind:
        case "bool_type" | "bool_parsing":
            return tr(lang, "this is neither true nor false"), tr(lang, "write true or false")
        case "int_type" | "int_parsing" | "int_from_float":
            return tr(lang, "this is not a whole number"), tr(lang, "write a number without quotes, for example 5")
        case "float_type" | "float_parsing" | "finite_number":
            return tr(lang, "this is not a number"), tr(lang, "write a number without quotes, for example 5")
        case "string_type":
            return tr(lang, "a text is expected here"), tr(lang, "put it in double quotes")
        case "list_type":
            return tr(lang, "a list is expected here"), tr(lang, "begin each item on its own line with '- '")
        case "dict_type" | "model_type" | "model_attributes_type":
            return tr(lang, "a group of keys is expected here"), tr(lang, "write key: value on the lines below")
        case "greater_than_equal":
            return tr(lang, "this number is too small"), tr(lang, "at least {n}", n=facts.get("ge"))
        case "less_than_equal":
            return tr(lang, "this number is too large"), tr(lang, "at most {n}", n=facts.get("le"))
        case "too_short":
            return tr(lang, "there are too few here"), tr(lang, "at least {n}", n=facts.get("min_length"))
        case "too_long":
            return tr(lang, "there are too many here"), tr(lang, "at most {n}", n=facts.get("max_length"))
        case _:
            return tr(lang, "this is not possible here"), tr(lang, "look at the description of the format")


def _own(lang: str, code: str, word: str) -> Said:
    """Errors that the models themselves name."""
    said = _OWN.get(code)
    return said(lang, word) if said else _shape(lang, code, {})


_OWN: Mapping[str, Callable[[str, str], Said]] = {
    "text": lambda lang, word: (
        tr(lang, "a text is expected here"),
        tr(lang, "put it in double quotes"),
    ),
    "empty_text": lambda lang, word: (
        tr(lang, "this text is empty"),
        tr(lang, "write what people will read"),
    ),
    "language": lambda lang, word: (
        tr(lang, "'{word}' is not a language code", word=word),
        tr(lang, "write for example {example}", example="fr, en, pt-BR"),
    ),
    "name": lambda lang, word: (
        tr(lang, "'{word}' cannot be a name", word=word),
        tr(lang, "lower case letters a-z, digits and _, a letter first, at most 40"),
    ),
    "reserved": lambda lang, word: (
        tr(lang, "'{word}' is a reserved word", word=word),
        tr(lang, "choose another name than: {list}", list=", ".join(sorted(RESERVED)) + ", goto_1"),
    ),
    "slug": lambda lang, word: (
        tr(lang, "'{word}' cannot be a short name", word=word),
        tr(lang, "lower case letters a-z, digits and -, at most 40"),
    ),
    "block": lambda lang, word: (
        tr(lang, "'{word}' cannot be the name of a block", word=word),
        tr(lang, "a file in this folder or below, such as promise or blocks/promise.yaml"),
    ),
    "code": lambda lang, word: (
        tr(lang, "'{word}' cannot be the code of a choice", word=word),
        tr(lang, "letters a-z without accents, digits, _ and -, at most 40; the label says the rest"),
    ),
    "given_code": lambda lang, word: (
        tr(lang, "'{word}' is recorded apart and cannot be a choice", word=word),
        tr(lang, "use optional, dont_know or abstain: true"),
    ),
    "duration": lambda lang, word: (
        tr(lang, "'{word}' is not a length of time", word=word),
        tr(lang, "write 90m, 36h, 2d or 2w; at most 366 days"),
    ),
    "moment": lambda lang, word: (
        tr(lang, "'{word}' is not a date with an hour", word=word),
        tr(lang, "write for example {example}", example="2026-03-21T20:00"),
    ),
    "date": lambda lang, word: (
        tr(lang, "'{word}' is not a date", word=word),
        tr(lang, "write for example {example}", example="2026-03-21"),
    ),
    "zone": lambda lang, word: _zone(lang, word),
    "slot": lambda lang, word: (
        tr(lang, "'{word}' is neither a date nor a date with an hour", word=word),
        tr(lang, "write for example {example}", example="2026-12-03, 2026-12-03T18:00"),
    ),
    "quorum": lambda lang, word: (
        tr(lang, "'{word}' is neither a number of people nor a percentage", word=word),
        tr(lang, "write for example {example}", example="quorum: 30, quorum: 25%"),
    ),
    "share": lambda lang, word: (
        tr(lang, "'{word}' is not a share between 0 and 1", word=word),
        tr(lang, "write for example {example}", example="2/3, 50%, majority"),
    ),
    "grades": lambda lang, word: (
        tr(lang, "there is no usual scale of '{word}' grades", word=word),
        tr(lang, "write 5, 6 or 7, or your own grades from best to worst"),
    ),
    "currency": lambda lang, word: _currency(lang, word),
}


def _zone(lang: str, word: str) -> Said:
    near = nearest(word, times.zones()) if word else None
    example = tr(lang, "write for example {example}", example="Europe/Paris")
    what = tr(lang, "'{word}' is not a time zone", word=word)
    return what, tr(lang, "did you mean {word}?", word=near) if near else example


def _currency(lang: str, word: str) -> Said:
    near = nearest(word, currencies()) if word else None
    example = tr(lang, "write for example {example}", example="currency: EUR")
    what = tr(lang, "'{word}' is not the code of a currency", word=word)
    return what, tr(lang, "did you mean {word}?", word=near) if near else example


_EXAMPLES: Mapping[str, str] = {
    "palabre": "palabre: 1",
    "id": "id: mobilite",
    "lang": "lang: fr",
    "title": "title: {fr: ..., en: ...}",
    "text": "text: {fr: ..., en: ...}",
    "steps": "steps:",
    "block": "block: promise",
    "after": "after: 2d",
    "from": "from: 0",
    "to": "to: 10",
    "label": "label: {fr: ..., en: ...}",
    "cost": "cost: 12000",
    "at": "at: 100",
    "agree": "agree: {fr: ..., en: ...}",
    "disagree": "disagree: {fr: ..., en: ...}",
    "among": "among: {control: 10, texts: 90}",
}


def _example(lang: str, key: str) -> str:
    return tr(lang, "add for example {example}", example=_EXAMPLES.get(key, f"{key}: ..."))
