"""Which words of a line are settings: words -> `Setting`, `Trouble` (meant as one, and not understood) or `Unknown`.

The one rule: this says what words could be. Whether they are settings where they stand, or part of a choice, is
decided in `bot.polls.splitting`, which sees the whole line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rapidfuzz import fuzz, process

from bot.polls import values, when
from bot.polls.tokens import Token, said
from bot.polls.words import (
    COMPACT_UNITS,
    KEYS,
    METHODS,
    NUMBERED,
    UNITS,
    UNTIL,
    WORDS,
    YES,
    Family,
    Span,
    Value,
    Weight,
    key_in,
    plain,
    squash,
    three_days,
    value_in,
)
from flows.flow import Method
from flows.words import NUMBERS
from locales import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`first` and `last` are places in the list of words; a closing hour keeps its phrase, since only the whole line
    says on whose clock it is."""

    family: Family
    value: Value
    weight: Weight
    said: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Words that begin like a setting and do not end like one."""

    said: str
    sentence: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A word that is no setting. `near` is the one that it may be meant to be."""

    said: str
    first: int
    near: str | None = None


Item: TypeAlias = Setting | Trouble | Unknown

_COMPACT = re.compile(r"(\d{1,4})([a-z]+)")
_TIMES = re.compile(r"(\d{1,3})x")
_SMALL_JOINTS = frozenset({"et", "and", "avec", "with"})
_ANY_NOW = datetime(2026, 1, 5, 12)  # noqa: DTZ001 (on the wall; whether a phrase is a date does not depend on it)
_MOST_WORDS = 8


def scan(words: Sequence[Token], lang: str) -> list[Item]:
    """Every word, as part of an item, in order."""
    found: list[Item] = []
    at = 0
    while at < len(words):
        item = _item(words, at, lang)
        if isinstance(item, Unknown) and words[at].word in _SMALL_JOINTS and found and at + 1 < len(words):
            following = _item(words, at + 1, lang)
            if isinstance(following, Setting) and isinstance(found[-1], Setting):
                item = following
        found.append(item)
        at = (item.first if isinstance(item, Unknown) else item.last) + 1
    return found


def _item(words: Sequence[Token], at: int, lang: str) -> Item:
    token = words[at]
    if token.key:
        return _keyed(words, at, lang) or Unknown(said=said(words[at : at + 1]), first=at)
    if "?" in token.text:
        return Unknown(said=token.text, first=at)
    for look in (_until, _length, _rounds, _numbered, _phrase, _method):
        found = look(words, at, lang)
        if found is not None:
            return found
    return Unknown(said=token.text, first=at, near=_near_word(token))


# --- A word or a phrase by itself ------------------------------------------------------------------------------------


def _phrase(words: Sequence[Token], at: int, lang: str) -> Item | None:
    for size in range(min(5, len(words) - at), 0, -1):
        run = words[at : at + size]
        word = (
            WORDS.get(squash(" ".join(one.text for one in run)))
            if not any(one.key or "?" in one.text for one in run)
            else None
        )
        if word is not None:
            return Setting(
                family=word.family,
                value=word.value,
                weight=word.weight,
                said=said(run),
                first=at,
                last=at + size - 1,
            )
    return None


def _method(words: Sequence[Token], at: int, lang: str) -> Item | None:
    """The name of a method that is an everyday word too: "dots points=8"."""
    found = METHODS.get(words[at].word)
    return None if found is None else _setting(Family.METHOD, found, words, at, 1, Weight.FAINT)


_STRONG_WORDS = {
    name: word.shown
    for name, word in WORDS.items()
    if word.weight is Weight.STRONG and " " not in word.shown and len(name) > 4
}


def _near_word(token: Token) -> str | None:
    word = token.word
    if len(word) < 5:
        return None
    found = process.extractOne(word, tuple(_STRONG_WORDS), scorer=fuzz.ratio, score_cutoff=82)
    return _STRONG_WORDS[found[0]] if found else None


# --- How long, until when --------------------------------------------------------------------------------------------


def _length(words: Sequence[Token], at: int, lang: str) -> Item | None:
    """`3d`, `3 jours`, `1 semaine`, `une semaine`, `pendant 3 jours`."""
    if words[at].word in _DURING:
        found = span(words, at + 1) if at + 1 < len(words) else None
        return _setting(Family.LASTS, found[0], words, at, found[1] + 1, Weight.WEAK) if found else None
    found = span(words, at)
    if found is None:
        return None
    value, size = found
    weight = Weight.LOOSE
    compact = _COMPACT.fullmatch(plain(words[at].text)) if size == 1 else None
    if compact is not None and compact[2] in COMPACT_UNITS:
        weight = Weight.STRONG
    return _setting(Family.LASTS, value, words, at, size, weight)


_DURING = frozenset({"pendant", "durant", "for", "during"})


def span(words: Sequence[Token], at: int) -> tuple[Span, int] | None:
    """The length of time that begins at a word, and how many words it takes."""
    text = plain(words[at].text)
    compact = _COMPACT.fullmatch(text)
    if compact is not None and compact[2] in UNITS:
        return _lasting(int(compact[1]), compact[2], 1)
    if at + 1 >= len(words) or words[at + 1].key:
        return None
    unit = squash(words[at + 1].text)
    number = int(text) if re.fullmatch(r"\d{1,4}", text) else 1 if text in ("a", "an") else NUMBERS.get(text)
    return _lasting(number, unit, 2) if number is not None and unit in UNITS and len(unit) > 2 else None


def _lasting(count: int, unit: str, size: int) -> tuple[Span, int] | None:
    one = UNITS[unit]
    return Span(months=one.months * count, days=one.days * count, rest=one.rest * count), size


def _until(words: Sequence[Token], at: int, lang: str) -> Item | None:
    if words[at].word not in UNTIL:
        return None
    begin = at + 1
    if begin < len(words) and words[at].word == "jusque" and words[begin].word in ("a", "au", "le"):
        begin += 1
    found = _deadline(words, at, begin, lang)
    if isinstance(found, Trouble) and (begin >= len(words) or not when.looks_dated(_after_article(words, begin))):
        return None
    return found


def _after_article(words: Sequence[Token], at: int) -> str:
    small = {"le", "la", "the", "au", "a", "ce", "on"}
    return words[at + 1].text if words[at].word in small and at + 1 < len(words) else words[at].text


def _deadline(words: Sequence[Token], at: int, begin: int, lang: str, head: str = "") -> Item:
    """The longest date that begins at `begin`; `head` is what stood beside the sign."""
    parts = [*([head] if head else []), *(one.text for one in words[begin : begin + _MOST_WORDS] if not one.key)]
    for size in range(len(parts), 0, -1):
        phrase = " ".join(parts[:size])
        if when.read(phrase, _ANY_NOW, "UTC") is not None:
            taken = begin - at + size - (1 if head else 0)
            if at + taken < len(words) and when.is_hour(words[at + taken].text):
                break
            return _setting(Family.UNTIL, phrase, words, at, taken, Weight.SURE)
    rest = [*([Token(text=head, begin=0, end=0)] if head else []), *words[begin:]]
    lasting = span(rest, 0) if rest else None
    if lasting is not None:
        taken = begin - at + lasting[1] - (1 if head else 0)
        return _setting(Family.LASTS, lasting[0], words, at, taken, Weight.SURE)
    size = begin - at
    while at + size < len(words) and size <= _MOST_WORDS and isinstance(_bare(words, at + size, lang), Unknown):
        size += 1
    run = words[at : at + size]
    phrase = " ".join([*([head] if head else []), *(one.text for one in run[begin - at :])])
    guess = when.nearest(phrase, _ANY_NOW, "UTC")
    if guess is not None:
        sentence = tr(
            lang, "I do not understand “{word}”. Did you mean “{near}”?", word=said(run), near=f"{_opening(run)}{guess}"
        )
    else:
        example = tr(lang, "until Friday 6pm")
        sentence = tr(
            lang,
            "I do not understand the date in “{word}”. Write for example: {example}",
            word=said(run),
            example=example,
        )
    return Trouble(said=said(run), sentence=sentence, first=at, last=at + size - 1)


def _opening(run: Sequence[Token]) -> str:
    return f"{run[0].key}{run[0].sign}" if run[0].key else f"{run[0].text} "


def _bare(words: Sequence[Token], at: int, lang: str) -> Item:
    """A word apart from closing hours, which would look for their end again."""
    if words[at].key:
        return _keyed(words[at : at + 1], 0, lang) or Unknown(said=words[at].text, first=at)
    if words[at].word in UNTIL:
        return Trouble(said=words[at].text, sentence="", first=at, last=at)
    found = _rounds(words, at, lang) or _phrase(words, at, lang)
    return found if found is not None else Unknown(said=words[at].text, first=at)


def _rounds(words: Sequence[Token], at: int, lang: str) -> Item | None:
    """`8 times`, `8 fois`, `8x`."""
    text = plain(words[at].text)
    if match := _TIMES.fullmatch(text):
        return _setting(Family.TIMES, int(match[1]), words, at, 1, Weight.WEAK)
    if at + 1 < len(words) and words[at + 1].word in ("times", "fois"):
        number = int(text) if re.fullmatch(r"\d{1,3}", text) else NUMBERS.get(text)
        if number:
            return _setting(Family.TIMES, number, words, at, 2, Weight.WEAK)
    return None


# --- A key and its value ---------------------------------------------------------------------------------------------


def _numbered(words: Sequence[Token], at: int, lang: str) -> Item | None:
    """`quorum 30`, `seuil de 2/3`, `au plus 2`."""
    for size in (2, 1):
        key = KEYS.get(squash(" ".join(one.text for one in words[at : at + size])))
        after = at + size
        if key is None or key[0] not in NUMBERED or any(one.key for one in words[at:after]):
            continue
        if after < len(words) and words[after].word in ("de", "of", "a", "at"):
            after += 1
        if after < len(words) and re.fullmatch(r"\d+([/.,]\d+)?%?", words[after].text):
            value = values.number(key[0], words[after].text)
            if value is not None:
                return _setting(key[0], value, words, at, after - at + 1, Weight.STRONG)
    return None


def _keyed(words: Sequence[Token], at: int, lang: str) -> Item | None:
    """`key=value`. None when it is none of ours: an equation, a sentence with a colon."""
    token = words[at]
    name = squash(token.key)
    if name not in KEYS:
        return _switched(token, at, lang) or (_misspelt(token, at, lang) if token.sign == "=" else None)
    family = KEYS[name][0]
    begin = at + 1
    if family is Family.UNTIL:
        found: Item = _deadline(words, at, begin, lang, token.text)
    elif family is Family.LASTS:
        rest = [*([Token(text=token.text, begin=0, end=0)] if token.text else []), *words[begin:]]
        lasting = span(rest, 0) if rest else None
        if lasting is None:
            advice = tr(
                lang, "Write for example: {example}", example=f"{key_in(family, lang, token.key)}={three_days(lang)}"
            )
            found = _bad(words[at : at + 1], at, advice, lang)
        else:
            size = lasting[1] + (0 if token.text else 1)
            found = _setting(Family.LASTS, lasting[0], words, at, size, Weight.SURE)
    else:
        found = _valued(family, words, at, lang)
    return None if token.sign == ":" and isinstance(found, Trouble) and family is not Family.UNTIL else found


def _switched(token: Token, at: int, lang: str) -> Item | None:
    """`hidden=yes`: a word that needs no value."""
    word = WORDS.get(squash(token.key))
    if word is None or token.sign != "=":
        return None
    if squash(token.text) in YES:
        return _setting(word.family, word.value, [token], 0, 1, Weight.SURE, at)
    return _bad([token], at, tr(lang, "Write “{word}” alone, or leave it out.", word=token.key), lang)


def _valued(family: Family, words: Sequence[Token], at: int, lang: str) -> Item:
    """The longest run of words that is a value of `family`."""
    token = words[at]
    if token.text:
        texts = [token.text, *(one.text for one in words[at + 1 : at + 4] if not one.key)]
        offset = 1
    else:
        texts = [one.text for one in words[at + 1 : at + 5] if not one.key]
        offset = 2
    for size in range(len(texts), 0, -1):
        value = values.value(family, " ".join(texts[:size]))
        if value is not None:
            return _setting(family, value, words, at, size + offset - 1, Weight.SURE)
    taken = offset if texts else 1
    return _bad(words[at : at + taken], at, values.advice(family, token, texts[0] if texts else "", lang), lang)


def _setting(
    family: Family, value: Value, words: Sequence[Token], at: int, size: int, weight: Weight, first: int | None = None
) -> Setting:
    run = words[at : at + size]
    first = at if first is None else first
    return Setting(family=family, value=value, weight=weight, said=said(run), first=first, last=first + size - 1)


def _bad(run: Sequence[Token], at: int, advice: str, lang: str) -> Trouble:
    sentence = tr(lang, "I do not understand “{word}”. {advice}", word=said(run), advice=advice)
    return Trouble(said=said(run), sentence=sentence, first=at, last=at + len(run) - 1)


def _misspelt(token: Token, at: int, lang: str) -> Trouble | None:
    """A key that nearly is one of ours, with the value that was probably meant."""
    name = squash(token.key)
    near = process.extractOne(name, tuple(KEYS), scorer=fuzz.ratio, score_cutoff=70) if len(name) > 2 else None
    if near is None:
        return None
    family, shown = KEYS[near[0]]
    value = token.text
    if family is Family.METHOD:
        close = process.extractOne(squash(value), tuple(METHODS), scorer=fuzz.ratio, score_cutoff=55)
        value = value_in(family, METHODS[close[0]] if close else Method.APPROVAL, lang)
    sentence = tr(
        lang,
        "I do not understand “{word}”. Did you mean “{near}”?",
        word=said([token]),
        near=f"{key_in(family, lang, shown)}={value}",
    )
    return Trouble(said=said([token]), sentence=sentence, first=at, last=at)
