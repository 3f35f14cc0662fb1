"""Points as people type them: "3 0 5 2", "vélo 3, bus 2", "2: 5", "vélo +1", "3 points pour le bus", "4" on a card.

The one rule: who answers for every option at once has answered; anything less is shown and waits for "done". Numbers
that could be read in two ways are asked about, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from flows import reading
from flows.flow import Points
from flows.kinds.choices import which
from flows.kinds.purse import ballot, carded, done, kept_as, put
from flows.kinds.reply import Partly, Reply, Wrong
from flows.words import NUMBERS
from locales import tr

LONGEST = reading.LONGEST * 4
_UNIT = r"(?:points?|pts?|voix|votes?|credits?|crédits?)"
_FIGURE = r"[+-]?\d{1,6}"
_ROW = re.compile(r"(?:\d{1,6}|-)(?:[\s,;|]+(?:\d{1,6}|-))*")
_SINGLE = re.compile(rf"(\d{{1,6}})\s*(?:{_UNIT}|(?:/|sur|out of|of)\s*(\d{{1,6}}))?", re.IGNORECASE)
_AFTER = re.compile(rf"(.+?)(?:\s*[:=→]\s*|\s+)({_FIGURE}|-)\s*{_UNIT}?", re.IGNORECASE | re.DOTALL)
_BEFORE = re.compile(rf"({_FIGURE})\s*{_UNIT}?\s*(?:pour|sur|aux|au|à|a|for|to|on)\s+(.+)", re.IGNORECASE | re.DOTALL)
_APART = re.compile(r"[,;\n]+|\s+(?:et|and|puis|then)\s+", re.IGNORECASE)
_ALONE = re.compile(_FIGURE)


@dataclass(frozen=True, slots=True)
class Named:
    """One option with what it gets: this many points, so many more (`by`), no score (neither), or nothing said."""

    at: int
    points: int | None = None
    by: int | None = None
    silent: bool = False


def read(kind: Points, text: str, lang: str, default: str, kept: tuple[str, ...]) -> Reply:
    """What a typed reply means for the ballot so far."""
    if len(text) > LONGEST:
        return None
    labels = [choice.label.read(lang, default) for choice in kind.choices]
    at = reading.exact(text, labels)
    if isinstance(at, int):
        return _named(kind, labels, at, kept, lang)
    plain = figures(text)
    if _ROW.fullmatch(plain):
        numbers = [None if one == "-" else int(one) for one in re.findall(r"\d+|-", plain)]
        return _row(kind, labels, numbers, kept, lang)
    card = ballot(kind, kept).card
    single = _single(kind, plain) if card is not None else None
    if card is not None and single is not None:
        return put(kind, kept, {card: single}, lang)
    return _pieces(kind, labels, plain, kept, lang)


def figures(text: str) -> str:
    """The text with its digits and signs as we write them."""
    text = unicodedata.normalize("NFKC", reading.clean(text)).translate(_SIGNS)
    return "".join(str(unicodedata.decimal(one, one)) for one in text).strip(" .!")


_SIGNS = str.maketrans("−–—‑", "----")


def _row(kind: Points, labels: list[str], numbers: list[int | None], kept: tuple[str, ...], lang: str) -> Reply:
    """Nothing but numbers: one for each option, one for the card that is open, or the place of an option."""
    card = ballot(kind, kept).card
    if len(numbers) == len(labels):
        return _whole(kind, dict(enumerate(numbers)), lang)
    if len(numbers) == 1 and card is not None:
        return put(kind, kept, {card: numbers[0]}, lang)
    if len(numbers) == 1 and numbers[0] is not None and 1 <= numbers[0] <= len(labels):
        return _named(kind, labels, numbers[0] - 1, kept, lang)
    if len(numbers) == 1:
        return None
    return Wrong(
        tr(
            lang,
            "There are {count} options: please type {count} numbers, or name the options, for example: {example}.",
            count=len(labels),
            example=_example(kind, "2"),
        )
    )


def _named(kind: Points, labels: list[str], at: int, kept: tuple[str, ...], lang: str) -> Reply:
    """An option alone: open its card, or ask how many points are meant."""
    if carded(kind):
        return Partly(kept_as(kind, ballot(kind, kept).given, at))
    example = _example(kind, str(at + 1))
    if kind.squared:
        sentence = tr(
            lang,
            "How many votes for “{label}”? Please type, for example: {example}.",
            label=labels[at],
            example=example,
        )
    else:
        sentence = tr(
            lang,
            "How many points for “{label}”? Please type, for example: {example}.",
            label=labels[at],
            example=example,
        )
    return Wrong(sentence, mild=True)


def _example(kind: Points, name: str) -> str:
    return f"{name}: {min(kind.most, 3)}"


def _whole(kind: Points, points: dict[int, int | None], lang: str) -> Reply:
    """A ballot that answers for every option: nothing of the draft remains."""
    if kind.total is not None:
        points = {at: some or 0 for at, some in points.items()}
    match put(kind, (), points, lang):
        case Partly(draft):
            return done(kind, draft, lang)
        case reply:
            return reply


def _single(kind: Points, plain: str) -> int | None:
    """The number typed on a card: "4", "4 points", "4/5", "quatre"."""
    found = _SINGLE.fullmatch(plain)
    if found:
        return int(found[1]) if found[2] is None or int(found[2]) == kind.most else None
    words = [word for word in reading.fold(plain).split() if word not in ("point", "points", "voix", "vote", "votes")]
    return NUMBERS.get(" ".join(words))


def _pieces(kind: Points, labels: list[str], plain: str, kept: tuple[str, ...], lang: str) -> Reply:
    pieces = [" ".join(piece.split()) for piece in _APART.split(plain) if piece.strip()]
    if len(pieces) == 1:
        pieces = _pairs(plain) or pieces
    found: list[Named] = []
    for piece in pieces:
        one = _piece(piece, labels)
        if not isinstance(one, Named):
            return which(one, labels, lang, alone=reading.single(plain))
        found.append(one)
    if not found or len({one.at for one in found}) < len(found):
        return None
    if any(one.silent for one in found):
        return _named(kind, labels, found[0].at, kept, lang) if len(found) == 1 else None
    given = ballot(kind, kept).given
    points = {
        one.at: one.points if one.by is None else given.get(kind.choices[one.at].code, 0) + one.by for one in found
    }
    if len(points) == len(labels) and all(one.by is None for one in found):
        return _whole(kind, points, lang)
    if kind.total is not None:
        points = {at: some or 0 for at, some in points.items()}
    return put(kind, kept, points, lang)


def _pairs(plain: str) -> list[str]:
    """Names and figures in turn, without anything between the pairs: "vélo 3 bus 2", "2: 5 3: 1"."""
    pairs: list[str] = []
    name: list[str] = []
    for word in re.sub("[:=→]", " ", plain).split():
        if name and _ALONE.fullmatch(word):
            pairs.append(f"{' '.join(name)} {word}")
            name = []
        else:
            name.append(word)
    return pairs if len(pairs) > 1 and not name else []


def _piece(piece: str, labels: list[str]) -> Named | reading.Unsure | None:
    """One option and its points."""
    at = reading.exact(piece, labels)
    if isinstance(at, int):
        return Named(at, silent=True)
    if found := _AFTER.fullmatch(piece):
        return _of(found[1], found[2], labels)
    if found := _BEFORE.fullmatch(piece):
        return _of(_without_article(found[2]), found[1], labels)
    words = piece.split()
    if len(words) > 1 and (number := NUMBERS.get(reading.fold(words[-1]))) is not None:
        return _of(" ".join(words[:-1]), str(number), labels)
    picked = reading.pick(piece, labels)
    return Named(picked, silent=True) if isinstance(picked, int) else picked


def _of(name: str, points: str, labels: list[str]) -> Named | reading.Unsure | None:
    at = reading.pick(name.strip(" :=-"), labels)
    if not isinstance(at, int):
        return at
    if points == "-":
        return Named(at)
    return Named(at, by=int(points)) if points[0] in "+-" else Named(at, points=int(points))


def _without_article(name: str) -> str:
    return re.sub(r"^(?:le|la|les|the)\s+|^l['’]", "", name, flags=re.IGNORECASE)
