"""The shape of a text, whatever letters it is disguised in; and a text without the characters that only deceive.

    skeleton("Ｖіаɡrа")   "viagra": two texts that look alike have the same skeleton
    clean("a\\u202eb")     "ab": what is shown is what is there
    tricks("сaѕino")      True: a word of mixed alphabets

Look-alikes come from the confusables of Unicode (https://www.unicode.org/reports/tr39/), through the library
`confusable-homoglyphs`. The one rule: a skeleton is for comparing and is never shown; the text that is kept and shown
is the one that the person wrote, cleaned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category, normalize

MARKS_PER_LETTER = 3
"""Vietnamese and pointed Hebrew need two or three; towers of them cover the lines above and below."""

_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PLAIN_DIRECTION = frozenset("\u200e\u200f\u061c")
"""Marks that texts from right to left need, and which reorder nothing but themselves."""
_JOINERS = frozenset("\u200c\u200d")
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u00ad")
"""Shown as nothing although Unicode does not call all of them format characters."""
_LINE_ENDS = {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_TAG_BASE, _TAG_END = "\U0001f3f4", "\U000e007f"
"""A black flag with tags is the flag of England, Scotland or Wales; tags elsewhere hide words."""

_HARMLESS = re.compile(r"[\n\t\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*")
_WORD = re.compile(r"\w+")
_CAPITAL_I_INSIDE = re.compile(r"(?<=[a-z])I")


# --- Comparing -------------------------------------------------------------------------------------------------------


def skeleton(text: str) -> str:
    """What `text` looks like: without case, accents, hidden characters, and with one letter for all that look like it.
    The same text gives the same skeleton, and so does the skeleton."""
    before = ""
    for _ in range(8):  # a fold may bring forth what the next one folds; two rounds are the rule
        before, text = text, _fold(text)
        if text == before:
            break
    return text


def words(text: str) -> list[str]:
    """The words of the skeleton, in order."""
    return _WORD.findall(skeleton(text))


def _fold(text: str) -> str:
    if text.isascii():
        lower = _CAPITAL_I_INSIDE.sub("l", text).lower()
        return " ".join(lower.translate(_ASCII).split())
    plain = normalize("NFKC", text.translate(_lookalikes(True)))
    lower = _CAPITAL_I_INSIDE.sub("l", plain).translate(_lookalikes(True)).casefold()
    bare = "".join(c for c in normalize("NFKD", lower) if not _unseen(c))
    folded = normalize("NFKC", bare.translate(_lookalikes(False)).translate(_ASCII))
    return " ".join(folded.split())


_ASCII = str.maketrans({"0": "o", "1": "l", "|": "l", "`": "'", '"': "'"})


@lru_cache(maxsize=2)
def _lookalikes(capitals: bool) -> dict[int, str]:
    """Code point -> what it looks like. Capitals have a table of their own, read before case is folded, because a
    Cyrillic В looks like a B but its small letter does not look like a b. So have letters such as the lunate sigma,
    which looks like a c until it is folded to another letter."""
    from confusable_homoglyphs.confusables import confusables_data  # 50 ms, paid by the first text that is compared

    found: dict[int, str] = {}
    for one, others in confusables_data.items():
        if len(one) != 1 or one.isascii() or len(others) != 1:
            continue  # with several look-alikes, a character is the one that the others look like
        like = "m" if others[0]["c"] == "rn" else others[0]["c"]
        if capitals:
            if like.isascii() and like.isalpha() and like != "l" and (one.isupper() or _changes(one)):
                found[ord(one)] = like
        elif not (like.isascii() and like.isupper()) and (like.isascii() or ord(like[0]) < ord(one)):
            found[ord(one)] = "".join(c for c in normalize("NFKD", like.casefold()) if not _unseen(c))
    if not capitals:
        for point, like in _lookalikes(True).items():
            small = ord(chr(point).casefold()[0])
            if small > 127 and not found.get(small, "\xe9").isascii():
                found[small] = like.casefold()  # В is a B, so в must fold to b
    return found


def _changes(char: str) -> bool:
    plain = normalize("NFKC", char)
    return plain != char and not plain.isascii()


@lru_cache(maxsize=4096)
def _unseen(char: str) -> bool:
    """Is this an accent, or something that is not shown at all?"""
    if char < "\u0300":
        return char == "\u00ad" or (char < " " and char not in "\t\n")
    kind = category(char)
    return kind in ("Cf", "Cc", "Cs") or char in _BLANK_LETTERS or _is_accent(char) or _is_selector(char)


def _is_accent(char: str) -> bool:
    """Diacritics of the Latin, Greek and Cyrillic letters. Marks of other writings are vowels: they stay."""
    return (
        "\u0300" <= char <= "\u036f"
        or "\u1ab0" <= char <= "\u1aff"
        or "\u1dc0" <= char <= "\u1dff"
        or "\u20d0" <= char <= "\u20ff"
        or "\ufe20" <= char <= "\ufe2f"
        or "\u0483" <= char <= "\u0489"
    )


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


# --- Cleaning --------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """`text` without control characters, without those that turn the reading direction around or show nothing, and
    with at most three marks on a letter. Line breaks stay, and the joiners of emoji, of Arabic and Indian writing."""
    if _HARMLESS.fullmatch(text):
        return text
    return "".join(_kept(text.replace("\r\n", "\n")))


def _kept(text: str) -> Iterator[str]:
    before, marks, tagged = "", 0, False
    for char in text:
        sort = _sort(char)
        if sort == "plain":
            marks, tagged = 0, False
        elif sort == "mark":
            marks, tagged = marks + 1, False
            if marks > MARKS_PER_LETTER:
                continue
        else:
            char = _LINE_ENDS.get(char, char)
            tagged = char == _TAG_BASE or (tagged and _is_tag(char) and before != _TAG_END)
            if not _stays(char, before, tagged):
                continue
            if char not in _JOINERS and not _is_selector(char):
                marks = 0
        before = char
        yield char


@lru_cache(maxsize=4096)
def _sort(char: str) -> str:
    """`plain` always stays, `mark` up to a number, `odd` is looked at with what stands before it."""
    if _is_selector(char) or char in _BLANK_LETTERS or char in _LINE_ENDS or char == _TAG_BASE:
        return "odd"
    kind = category(char)
    return "mark" if kind in ("Mn", "Me") else "odd" if kind[0] == "C" else "plain"


def _stays(char: str, before: str, tagged: bool) -> bool:
    """Is there something to see in this character, or does the one before it need it?"""
    if char in _JOINERS:
        return _joins(before)
    if _is_selector(char):
        return _selects(before)
    if char in _BLANK_LETTERS or char in _OVERRIDES:
        return False
    kind = category(char)
    if kind == "Cf":
        return char in _PLAIN_DIRECTION or (tagged and char != _TAG_BASE) or _is_number_sign(char)
    return kind != "Cs" and (kind != "Cc" or char in "\n\t")


def _joins(before: str) -> bool:
    """Can a joiner after this character be meant? After an emoji, and in writings whose letters change shape."""
    if not before or before in _JOINERS:
        return False
    if before == "\ufe0f" or "\U0001f3fb" <= before <= "\U0001f3ff":
        return True
    return category(before) == "So" or "\u0600" <= before <= "\u109f" or "\u1780" <= before <= "\u1aaf"


def _selects(before: str) -> bool:
    """Can a variation selector after this character be meant? After symbols, digits of keycaps, and ideographs."""
    if not before or _is_selector(before):
        return False
    return before in "0123456789#*" or category(before) in ("So", "Sm", "Po", "Pd") or "\u1800" <= before <= "\u9fff"


def _is_tag(char: str) -> bool:
    return "\U000e0020" <= char <= _TAG_END


def _is_number_sign(char: str) -> bool:
    """Signs around Arabic numbers are format characters that are seen."""
    return "\u0600" <= char <= "\u0605" or char in "\u06dd\u070f\u08e2"


# --- Suspecting ------------------------------------------------------------------------------------------------------


def tricks(text: str) -> bool:
    """Is something in this text made to be read otherwise by people than by programs? Hidden characters inside words,
    a turned reading direction, towers of marks, words of mixed alphabets, letters of formulas."""
    if _HARMLESS.fullmatch(text):
        return False
    return _hides(text) or any(_disguised(word) for word in _WORD.findall(text))


def _hides(text: str) -> bool:
    kept = clean(text)
    if any(char in _OVERRIDES for char in text) or _marks(text) > _marks(kept):
        return True
    between = zip(text, text[1:], text[2:], strict=False)
    return any(
        (category(middle) == "Cf" or middle in _BLANK_LETTERS)
        and middle != "\u00ad"  # soft hyphens come along with every text copied from a page
        and left.isalnum()
        and right.isalnum()
        and not _stays(middle, left, False)
        for left, middle, right in between
    )


def _marks(text: str) -> int:
    return sum(category(char) in ("Mn", "Me") for char in text)


def _disguised(word: str) -> bool:
    """Does one word mix Latin letters with letters that only look Latin? Units such as µm are no words."""
    if word.isascii() or len(word) < 3:
        return False
    formula = sum("\U0001d400" <= char <= "\U0001d7ff" for char in word)
    if formula > 1:
        return True
    latin = sum(char.isascii() and char.isalpha() for char in word)
    wide = sum("\uff21" <= char <= "\uff5a" for char in word)
    alike = sum(_only_looks_latin(char) for char in word)
    return latin > 0 and wide + alike > 0


@lru_cache(maxsize=4096)
def _only_looks_latin(char: str) -> bool:
    if char < "\u0370" or "\u1d00" <= char <= "\u1fff":
        return False
    like = _lookalikes(char.isupper()).get(ord(char), "")
    return char.isalpha() and len(like) == 1 and like.isascii() and like.isalpha()
