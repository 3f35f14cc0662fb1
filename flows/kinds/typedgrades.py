"""Typed grades: one for the card that is shown, several for this one and the next, or each beside its name.

The one rule: a word that makes another grade of the one offered ("fairly good" where only "good" is) is asked about,
never taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows import reading
from flows.kinds import choices
from flows.kinds.cards import Deck, done, labels, moved, passes, told
from flows.kinds.reply import Partly, Reply, Wrong
from flows.words import DEGREES
from locales import tr, trn

MANY, PAIR = re.compile(r"[,;/\n]+"), re.compile(r"\s*[:=]\s*")


def read_card(cards: Deck, here: int, text: str, lang: str, default: str) -> Reply:
    named = labels(cards, here, lang, default)
    at = reading.exact(text, named)
    if at is None and passes(cards.kind) and reading.control(text) in ("opinion", "dont_know", "skip"):
        return moved(cards, cards.answered(here, ""))
    if at is None:
        several = _several(cards, here, text, lang, default)
        if isinstance(several, Partly):
            return several
        at = None if several is not None and PAIR.search(text) else _grade(text, named)
        if several is not None and not isinstance(at, int):
            return several
    if isinstance(at, int):
        return moved(cards, cards.answered(here, cards.criterion(here).grades[at].code))
    return choices.which(at, named, lang, alone=True)


def _grade(text: str, named: Sequence[str]) -> int | reading.Unsure | None:
    """The grade that is meant. "Fairly good" is not "good", where nobody offered it: then it is asked about."""
    at = reading.pick(text, named)
    if not isinstance(at, int) or reading.place(text, len(named)) == at:
        return at
    typed, label = (DEGREES.intersection(reading.fold(one).split()) for one in (text, named[at]))
    return at if typed == label else reading.Unsure((at,))


def read_break(cards: Deck, text: str, kept: tuple[str, ...], lang: str) -> Reply:
    if reading.control(text) == "resume" or reading.place(text, 1) == 0 or reading.yes_no(text) is True:
        return moved(cards, cards.dealt_more(cards.further))
    return done(cards.kind, kept, lang) if reading.yes_no(text) is False else None


def read_end(cards: Deck, text: str, lang: str, default: str) -> Reply:
    items = range(len(cards.kind.items))
    whole = reading.exact(text, [told(cards, item, lang, default) for item in items])
    if whole is None and PAIR.search(text) and (pairs := _several(cards, 0, text, lang, default)):
        return pairs
    named = [item.label.read(lang, default) for item in cards.kind.items]
    at = reading.pick(text, named) if whole is None else whole
    if isinstance(at, int):
        return moved(cards, cards.taken_up(at * len(cards.kind.criteria)))
    return choices.which(at, named, lang, alone=True)


def _several(cards: Deck, here: int, text: str, lang: str, default: str) -> Reply:
    """Several grades in one message: "good, poor, good" for this card and the next, or "Anne: good, Paul: poor". None
    where nothing of it is one."""
    pieces = [piece.strip() for piece in MANY.split(reading.clean(text)) if piece.strip()]
    if len(pieces) == 1 and re.fullmatch(r"\d{1,2}(?:\s+\d{1,2})+", pieces[0]):
        pieces = pieces[0].split()
    if pieces and len(cards.kind.criteria) == 1 and all(PAIR.search(piece) for piece in pieces):
        return _paired(cards, [PAIR.split(piece, maxsplit=1) for piece in pieces], lang, default)
    if len(pieces) < 2:
        return None
    following = [card for card in range(here, cards.cards) if cards.again is not None or _unsaid(cards, card)]
    if len(pieces) > len(following):
        return Wrong(
            trn(
                lang,
                "That is more than one grade, and there is {n} card left.",
                "These are more grades than there are cards left: {n}.",
                len(following),
            )
        )
    return _graded(cards, list(zip(following, pieces, strict=False)), lang, default)


def _unsaid(cards: Deck, card: int) -> bool:
    return cards.keys[card] not in cards.said


def _paired(cards: Deck, pairs: Sequence[Sequence[str]], lang: str, default: str) -> Reply:
    named = [item.label.read(lang, default) for item in cards.kind.items[: cards.dealt]]
    found: list[tuple[int, str]] = []
    cards_named = [reading.pick(name, named) for name, _ in pairs]
    if not any(card is not None for card in cards_named):
        return None
    for card, (name, grade) in zip(cards_named, pairs, strict=True):
        if not isinstance(card, int):
            strange = Wrong(tr(lang, "I do not find “{word}” in the list.", word=name[:60]))
            return (choices.which(card, named, lang) if card else None) or strange
        found.append((card, grade))
    return _graded(cards, found, lang, default)


def _graded(cards: Deck, pieces: Sequence[tuple[int, str]], lang: str, default: str) -> Reply:
    """Each card with its grade; or the first word that is none, where others are."""
    after, strange = cards, ""
    for card, word in pieces:
        grade = _grade(word, labels(cards, card, lang, default))
        if isinstance(grade, int):
            after = after.answered(card, cards.criterion(card).grades[grade].code)
        else:
            strange = strange or word
    if not strange:
        return moved(cards, after)
    if after is cards:
        return None
    named = ", ".join(labels(cards, pieces[0][0], lang, default))
    return Wrong(tr(lang, "I do not find “{word}” among the grades: {grades}.", word=strange[:60], grades=named))
