"""Understand what people type, in French and English, whatever language the conversation is in.

The one rule: never guess against somebody. A reply that could mean two choices is asked about, and a word such as
"pas" or "in-" is never taken for a slip of the finger: "insatisfait" is not "satisfait" badly typed.

Matching works on a folded copy (no case, accents or punctuation); what is recorded is what was written, see `clean`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from flows.words import ALL, CONTROLS, FILLER, NEGATIONS, NO, NOTHING, NUMBERS, ORDINALS, SIGNS, SMALL, YES

LONGEST = 400
"""Nobody types a label longer than this; what is longer is text, and is not compared with labels."""

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_JOINERS = re.compile("[\u200c\u200d]+")
_NOT_WORD = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_NUMERO = "№"


@dataclass(frozen=True, slots=True)
class Unsure:
    """The reply fits several choices (or fits one only by turning its sense round): ask which one was meant."""

    choices: tuple[int, ...]


def clean(text: str) -> str:
    """What is recorded: as written, without invisible characters that could turn or hide text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _INVISIBLE.sub("", text)
    if "\u200d" in text or "\u200c" in text:
        text = _JOINERS.sub(_joiner, text)
    return text.strip()


def _joiner(match: re.Match[str]) -> str:
    """Joiners stay where they make one sign of two: in emoji, and in scripts that need them."""
    text, at = match.string, match.start()
    if len(match[0]) > 1:
        return ""  # each is beside a sign that joins nothing
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or not after:
        return ""
    kinds = unicodedata.category(before)[0], unicodedata.category(after)[0]
    if match[0] == "\u200d" and kinds[1] == "S" and (kinds[0] == "S" or before == "\ufe0f"):
        return match[0]
    wide = before > "\u0500" and after > "\u0500"
    return match[0] if wide and kinds[0] in "LM" and kinds[1] in "LM" else ""


def fold(text: str) -> str:
    """The text as it is compared: small letters, no accents, no punctuation, single spaces, ASCII digits."""
    text = text[:LONGEST]
    if not text.isascii():
        text = clean(unicodedata.normalize("NFKC", text.replace(_NUMERO, "n "))).casefold().translate(_LETTERS)
        text = "".join(map(_base, unicodedata.normalize("NFKD", text)))
    return " ".join(_NOT_WORD.sub(" ", text.casefold()).split())


_label = lru_cache(maxsize=4096)(fold)
"""`fold` for labels, which come again and again. What people type is never kept in a cache."""


def _base(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


# Words that steer the conversation


def control(text: str) -> str | None:
    """The control word that this is: skip, back, stop, resume, done, dont_know, opinion, abstain, blank, none, help,
    keep, send, withdraw, again, myvote; None for everything else."""
    bare = text.strip()
    if bare in ("?", "？", "??"):
        return "help"
    return CONTROLS.get(fold(bare))


def yes_no(text: str, *, strict: bool = False) -> bool | None:
    """Yes, no, or neither. "oui bof" is a yes; with `strict`, only a plain yes is one."""
    sign = SIGNS.get(clean(text).rstrip("\ufe0f🏻🏼🏽🏾🏿"))
    if sign is not None:
        return sign
    folded = fold(text)
    if folded in YES:
        return True
    if folded in NO:
        return False
    words = folded.split()
    if strict or not 1 < len(words) <= 5 or len(text) > LONGEST:
        return None
    if words[0] in YES and not NEGATIONS.intersection(words) and "mais" not in words and "but" not in words:
        return True
    if words[0] in NO and not YES.intersection(words) and "mais" not in words and "but" not in words:
        return False
    return None


# Numbers, places in a list


def number(text: str) -> int | float | None:
    """The one number in the text: "34 ans", "3,5", "1 200", "-4", "trente-quatre"; None when there is none, or two."""
    if len(text) > LONGEST:
        return None
    plain = "".join(map(_base, unicodedata.normalize("NFKC", clean(text)).casefold()))
    found = _FIGURES.findall(plain)
    if len(found) == 1:
        return _figure(found[0])
    return None if found else _in_words(fold(text))


_FIGURES = re.compile(r"(?<![\w.,])[-−–]?\s?\d(?:[\d.,'’\u00a0\u202f ]*\d)?(?:e\d+)?")
_GROUPED = re.compile(r"-?\d{1,3}(?:[ .,']\d{3})+")


def _figure(written: str) -> int | float | None:
    text = re.sub(r"[\s\u00a0\u202f]+", " ", written.replace("−", "-").replace("–", "-").replace("’", "'"))
    text = text.replace("- ", "-")
    if "e" in text or len(text) > 24:
        return None
    if _GROUPED.fullmatch(text) and len(set(re.sub(r"[-\d]", "", text))) == 1:
        separator = next(char for char in text if char in " .,'")
        if separator in " '" or text.count(separator) > 1:
            return int(text.replace(separator, ""))
    parts = re.fullmatch(r"(-?)((?:\d{1,3}(?:[ '.,]\d{3})+)|\d+)(?:[.,](\d+))?", text)
    if parts is None:
        return None
    sign, whole, decimals = parts[1], re.sub(r"[ '.,]", "", parts[2]), parts[3]
    if decimals is None and re.search(r"[.,]", parts[2]):
        whole, _, decimals = re.sub(r"[ ']", "", parts[2]).replace(",", ".").rpartition(".")
    if len(whole) > 15:
        return None
    if decimals is None or not decimals.strip("0"):
        return int(sign + whole)
    return float(f"{sign}{whole}.{decimals}")


def _in_words(folded: str) -> int | None:
    """A number written out: the longest run of words that is one, unless there are two of them."""
    words = folded.split()
    sign = -1 if words[:1] in (["moins"], ["minus"]) else 1
    found: list[int] = []
    at = 1 if sign < 0 else 0
    while at < len(words):
        for size in range(min(5, len(words) - at), 0, -1):
            value = NUMBERS.get(" ".join(words[at : at + size]))
            if value is not None:
                found.append(value)
                at += size - 1
                break
        at += 1
    return sign * found[0] if len(found) == 1 else None


_PLACE = re.compile(r"(\d{1,3})(?:e|eme|er|ere|re|nd|nde|st|rd|th)?")


def place(text: str, count: int) -> int | None:
    """The index that the text names in a list of `count`: "2", "2.", "n°2", "la deuxième", "the last one"."""
    words = fold(text).split()
    if len(words) > 8:
        return None
    while len(words) > 1 and words[0] in FILLER:
        words.pop(0)
    while len(words) > 1 and words[-1] in FILLER:
        words.pop()
    rest = " ".join(words)
    if figure := _PLACE.fullmatch(rest):
        index = int(figure[1]) - 1
    elif rest in ORDINALS:
        index = ORDINALS[rest] - 1 if ORDINALS[rest] > 0 else count + ORDINALS[rest]
    elif rest in NUMBERS:
        index = NUMBERS[rest] - 1
    else:
        return None
    return index if 0 <= index < count else None


# Choices


def exact(text: str, labels: Sequence[str]) -> int | Unsure | None:
    """The label that the text is, but for case, accents and punctuation."""
    folded = fold(text)
    same = [i for i, label in enumerate(labels) if _label(label) == folded]
    if not folded:
        bare = clean(text)
        same = [i for i in same if clean(labels[i]) == bare]
    elif not same:
        tight = folded.replace(" ", "")
        same = [i for i, label in enumerate(labels) if _label(label).replace(" ", "") == tight]
    if len(same) > 1:
        bare = clean(text)
        same = [i for i in same if clean(labels[i]) == bare] or same
    return None if not same else same[0] if len(same) == 1 else Unsure(tuple(same))


def pick(text: str, labels: Sequence[str]) -> int | Unsure | None:
    """The one choice that the text means: its label, its place, a part of its label, its label with a typo."""
    found = exact(text, labels)
    if found is not None or not text or len(text) > LONGEST:
        return found
    index = place(text, len(labels))
    return index if index is not None else roughly(text, labels)


def roughly(text: str, labels: Sequence[str]) -> int | Unsure | None:
    """A choice by a yes or no, by a part of its label, or by its label with a typo."""
    folded = fold(text)
    if not folded:
        return None
    for look in (_by_yes_no, _by_part, _by_mention, _by_typo):
        found = look(folded, labels)
        if found:
            return found[0] if len(found) == 1 and _same_sense(folded, _label(labels[found[0]])) else Unsure(found)
    return None


def _same_sense(text: str, label: str) -> bool:
    """Does the label say no exactly when the text does?"""
    return bool(NEGATIONS.intersection(text.split())) == bool(NEGATIONS.intersection(label.split()))


def _weighty(folded: str) -> list[str]:
    words = folded.split()
    return [word for word in words if word not in SMALL] or words


def _by_yes_no(text: str, labels: Sequence[str]) -> tuple[int, ...]:
    side = YES if text in YES else NO if text in NO else None
    if side is None:
        return ()
    return tuple(i for i, label in enumerate(labels) if _label(label).split(" ", 1)[0] in side)


def _by_part(text: str, labels: Sequence[str]) -> tuple[int, ...]:
    """The labels that begin like the text; else those that hold all its words, the last perhaps unfinished."""
    if len(text) < 2:
        return ()
    folded = [_label(label) for label in labels]
    begins = tuple(i for i, label in enumerate(folded) if label.startswith(text + " "))
    if len(begins) == 1:
        return begins
    words = _weighty(text)
    whole = tuple(i for i, label in enumerate(folded) if set(words) <= set(label.split()))
    if whole:
        return whole
    if len(words[-1]) < 3 and not text.isdecimal():
        return tuple(i for i, label in enumerate(folded) if label.startswith(text)) if len(text) > 2 else ()
    if words[-1].isdecimal():
        return ()
    return tuple(
        i
        for i, label in enumerate(folded)
        if set(words[:-1]) <= set(label.split()) and any(word.startswith(words[-1]) for word in label.split())
    )


def _by_mention(text: str, labels: Sequence[str]) -> tuple[int, ...]:
    """The labels whose weighty words are all in the text: "je viens en bus"."""
    words = set(text.split())
    if len(words) > 30:
        return ()
    found = {i: _weighty(_label(label)) for i, label in enumerate(labels)}
    hits = {i: mine for i, mine in found.items() if mine and words.issuperset(mine) and any(map(_telling, mine))}
    longest = [i for i in hits if not any(set(hits[i]) < set(other) for other in hits.values())]
    return tuple(longest)


def _telling(word: str) -> bool:
    return len(word) > 2 and word not in SMALL and word not in YES and word not in NO


def _by_typo(text: str, labels: Sequence[str]) -> tuple[int, ...]:
    """The labels nearest to the text, within the slips that its length allows; else those with such a word."""
    written = {text.replace(" ", ""), "".join(_weighty(text))}
    folded = [_label(label) for label in labels]
    nearest = _nearest(written, [{label.replace(" ", ""), "".join(_weighty(label))} for label in folded])
    if nearest or " " in text:
        return nearest
    return _nearest(written, [{word for word in _weighty(label) if len(word) > 4} for label in folded])


def _nearest(written: set[str], forms: Sequence[set[str]]) -> tuple[int, ...]:
    found = [min((_slips(one, form) for form in mine for one in written), default=_FAR) for mine in forms]
    least = min(found, default=_FAR)
    return tuple(i for i, distance in enumerate(found) if distance == least < _FAR)


_FAR = 99


def _slips(text: str, form: str) -> int:
    """How many slips of the finger make `text` of `form`; `_FAR` when it is more than that."""
    size = min(len(text), len(form))
    allowed = 0 if size < 4 else 1 if size < 7 else 2
    if not allowed or any(map(str.isdigit, text + form)):
        return _FAR
    distance = OSA.distance(text, form, score_cutoff=allowed)
    if distance > allowed:
        return _FAR
    swapped = text[:2] == form[1::-1]
    if distance == 1 and (text[0] == form[0] or swapped):
        return 1
    return distance if text[:2] == form[:2] or swapped else _FAR


# Several choices


_APART = (re.compile(r"[,;/\n+&•]+"), re.compile(r"\s+(?:et|and|ou|or|puis|then)\s+", re.IGNORECASE))


def several(text: str, labels: Sequence[str]) -> tuple[int, ...] | Unsure | None:
    """The choices that the text names: "1, 3", "1 et 3", "velo et bus", "1 3"; in the order of the list."""
    if len(text) > LONGEST * 4:
        return None
    found = _several(clean(text), labels, 0)
    return tuple(sorted(set(found))) if isinstance(found, tuple) else found


def in_order(text: str, labels: Sequence[str]) -> tuple[int, ...] | Unsure | None:
    """The choices that the text names, in the order in which it names them: "3 1 2", "3 > 1 > 2", "bus puis velo".
    What is named twice is there twice."""
    return None if len(text) > LONGEST * 4 else _several(_apart(text), labels, 0)


def strange(text: str, labels: Sequence[str]) -> str:
    """The first word or words, among those that stand apart in a list, that name none of the choices."""
    pieces = [_apart(text)]
    for separator in _APART:
        pieces = [part for piece in pieces for part in separator.split(piece)]
    return next((piece.strip() for piece in pieces if piece.strip() and pick(piece, labels) is None), "")


def single(text: str) -> bool:
    """Is this one thing, rather than a list?"""
    return not any(separator.search(_apart(text)) for separator in _APART)


_ARROWS = re.compile(r"\s*(?:[-=]?>|→|≻)\s*")


def _apart(text: str) -> str:
    """Signs of "better than", and whatever stands between figures alone, as the signs that part a list."""
    text = clean(text)
    return ";".join(re.findall(r"\d+", text)) if re.fullmatch(r"[\d\s.,)>-]+", text) else _ARROWS.sub(";", text)


def all_or_none(text: str, labels: Sequence[str]) -> tuple[int, ...] | Unsure | None:
    """All of them, or none of them, said in one word that is no label."""
    folded = fold(text)
    if (folded not in ALL and folded not in NOTHING) or exact(text, labels) is not None:
        return None
    return tuple(range(len(labels))) if folded in ALL else ()


def _several(text: str, labels: Sequence[str], depth: int) -> tuple[int, ...] | Unsure | None:
    whole = exact(text, labels)
    if whole is None:
        whole = place(text, len(labels))
    if isinstance(whole, int):
        return (whole,)
    for separator in _APART[depth:]:
        pieces = [piece.strip() for piece in separator.split(text) if piece.strip()]
        if len(pieces) > 1:
            found = _all(pieces, labels, depth + 1)
            return found if found is not None else _misspelt(text, labels)
        depth += 1
    pieces = text.split()
    if len(pieces) > 1 and all(re.fullmatch(r"\d{1,3}[.)]?", piece) for piece in pieces):
        return _all(pieces, labels, depth)
    return _one(text, labels)


def _all(pieces: Sequence[str], labels: Sequence[str], depth: int) -> tuple[int, ...] | Unsure | None:
    found: list[int] = []
    for piece in pieces:
        one = _several(piece, labels, depth)
        if not isinstance(one, tuple):
            return one
        found.extend(one)
    return tuple(found)


def _misspelt(text: str, labels: Sequence[str]) -> tuple[int, ...] | None:
    """One label that holds a separator itself, with a typo: "bus et trma"."""
    found = _by_typo(fold(text), labels)
    return found if len(found) == 1 else None


def _one(text: str, labels: Sequence[str]) -> tuple[int, ...] | Unsure | None:
    found = pick(text, labels)
    return (found,) if isinstance(found, int) else found
