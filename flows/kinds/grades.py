"""`grade`: majority judgment, and the matrix of items and criteria. One card after the other, in one message that is
edited in place; at the end all grades, to read over and to change.

The one rule: a button names the card it is for ("3.2": the fourth card, its third grade), so that a press delivered
twice does what one does, and a late one never grades the wrong card. In a matrix that is dealt in batches, each grade
is on file as soon as it is given (`Partly.keep`), so that whoever leaves has not answered for nothing.
"""

from __future__ import annotations

from flows import reading
from flows.flow import Grades
from flows.kinds.cards import Deck, deck, done, draft, given, key, labels, moved, passes, told
from flows.kinds.choices import index
from flows.kinds.reply import Partly, Reply
from flows.kinds.typedgrades import read_break, read_card, read_end
from flows.messages import Block, Bold, Button, Inline, Italic, Paragraph, Plain, paragraph
from flows.prompts import data
from flows.session import Value
from locales import tr, trn

__all__ = [
    "back",
    "blocks",
    "buttons",
    "done",
    "draft",
    "expected",
    "hint",
    "key",
    "own_word",
    "press",
    "read",
    "said",
    "step_forward",
]

LAST = 3
"""How many of the last items a card recalls."""
LISTED = 30
"""How many items can be chosen from at the end, to change a grade."""
PASS, LIST = "x", "list"


def step_forward(kind: Grades, kept: tuple[str, ...], lang: str) -> str:
    cards = deck(kind, kept)
    if cards.whole:
        return tr(lang, "Done")
    if kind.batch is None or not cards.said:
        return ""
    return tr(lang, "That is enough") if cards.here is None else tr(lang, "Stop here")


# What is shown


def buttons(kind: Grades, lang: str, default: str, prompt: str, kept: tuple[str, ...]) -> tuple[list[Button], int]:
    """The grades of the card; at a break, whether to go on; at the end, the items whose grades can be changed."""
    cards = deck(kind, kept)
    here = cards.here
    if here is not None:
        code = cards.said.get(cards.keys[here])
        shown = [
            Button(label=label, data=data(prompt, f"{here}.{i}"), chosen=cards.criterion(here).grades[i].code == code)
            for i, label in enumerate(labels(cards, here, lang, default))
        ]
    elif cards.more:
        shown = [Button(label=tr(lang, "Continue"), data=data(prompt, f"+{cards.further}"))]
    else:
        shown = [
            Button(label=told(cards, item, lang, default), data=data(prompt, f"@{item * len(kind.criteria)}"))
            for item in range(_listed(cards))
        ]
    quiet = [Button(label=word, data=data(prompt, token), quiet=True) for token, word in _ways(cards, lang)]
    return shown + quiet, 1


def _ways(cards: Deck, lang: str) -> list[tuple[str, str]]:
    """What can be done with a card besides grading it (token and label)."""
    ways = []
    if cards.here is not None and passes(cards.kind):
        ways.append((f"{cards.here}.{PASS}", tr(lang, "No opinion")))
    if cards.again is not None and _listed(cards.laid_down()):
        ways.append((LIST, tr(lang, "All grades")))
    elif cards.before is not None and not _listed(cards):
        ways.append((f"@{cards.before}", tr(lang, "Previous card")))
    return ways


def _listed(cards: Deck) -> int:
    """How many items are there to choose from: at the end all, where a message can hold them."""
    return len(cards.kind.items) if cards.here is None and not cards.more and len(cards.kind.items) <= LISTED else 0


def blocks(kind: Grades, lang: str, default: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    cards = deck(kind, kept)
    if (here := cards.here) is not None:
        return (*_so_far(cards, cards.item_number(here), lang, default), _card(cards, here, lang, default))
    if cards.more:
        seen = tr(lang, "You have seen {n} of {total}.", n=cards.dealt, total=len(kind.items))
        more = trn(lang, "Continue with {n} more?", "Continue with {n} more?", cards.more)
        return (*_so_far(cards, cards.dealt, lang, default), paragraph(seen + " ", Bold(more)))
    if _listed(cards):
        return (paragraph(tr(lang, "Here are your grades. To change one, choose it.")),)
    return _so_far(cards, cards.dealt, lang, default)


def _card(cards: Deck, here: int, lang: str, default: str) -> Block:
    item = cards.item_number(here)
    number = tr(lang, "Option {number} of {total}", number=item + 1, total=cards.dealt)
    parts: list[Inline] = [Italic(number + "\n"), Bold(cards.kind.items[item].label.read(lang, default))]
    if question := cards.criterion(here).label.read(lang, default) if passes(cards.kind) else "":
        parts.append(Plain("\n" + question))
    return Paragraph(tuple(parts))


def _so_far(cards: Deck, upto: int, lang: str, default: str) -> tuple[Block, ...]:
    """The grades of the last items before this one."""
    keys, wide = cards.keys, len(cards.kind.criteria)
    recalled = [
        told(cards, item, lang, default)
        for item in range(upto)
        if any(name in cards.said for name in keys[item * wide : (item + 1) * wide])
    ]
    if not recalled:
        return ()
    some = " · ".join((["…"] if len(recalled) > LAST else []) + recalled[-LAST:])
    return (paragraph(Italic(tr(lang, "So far:")), Plain(" " + some)),)


def said(kind: Grades, value: Value, lang: str, default: str) -> str:
    cards = deck(kind, draft(value))
    judged = [item for item in range(len(kind.items)) if given(cards, item, lang, default)]
    return " · ".join(told(cards, item, lang, default) for item in judged) or tr(lang, "no opinion")


def hint(kind: Grades, lang: str) -> str:
    if kind.batch is not None:
        return tr(lang, "You can stop when you like: each answer counts at once.")
    return tr(lang, "One card after the other: give each card a grade.")


def expected(kind: Grades, lang: str) -> str:
    return tr(lang, "Please choose one of the answers, or type its number.")


# Presses


def press(kind: Grades, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    cards = deck(kind, kept)
    if token.startswith("+"):
        items = index(token[1:], len(kind.items) + 1)
        if items is not None and items <= cards.dealt:
            return Partly(kept)
        return moved(cards, cards.dealt_more(items)) if items == cards.further and cards.open is None else None
    if token == LIST:
        return Partly(cards.laid_down().draft())
    if token.startswith("@"):
        at = index(token[1:], cards.cards)
        return None if at is None else moved(cards, cards.taken_up(at))
    number, _, word = token.partition(".")
    at = index(number, cards.cards)
    if at is None:
        return None
    if word == PASS:
        return moved(cards, cards.answered(at, "")) if passes(kind) else None
    grades = cards.criterion(at).grades
    grade = index(word, len(grades))
    return None if grade is None else moved(cards, cards.answered(at, grades[grade].code))


def back(kind: Grades, kept: tuple[str, ...], *, answered: bool) -> Partly | None:
    """One card back, or from a card to the list of all; None at the first one, and where all is on file already."""
    cards = deck(kind, kept)
    if cards.again is not None and _listed(cards.laid_down()):
        return Partly(cards.laid_down().draft())
    if cards.before is None or (cards.here is None and answered):
        return None
    return moved(cards, cards.taken_up(cards.before))


# Typed replies


def own_word(kind: Grades, text: str, kept: tuple[str, ...]) -> bool:
    """Does a word that usually steers the conversation mean something on this card?"""
    cards, word = deck(kind, kept), reading.control(text)
    if cards.here is None:
        return word == "resume" and cards.more > 0
    return passes(kind) and (word == "opinion" or (word == "skip" and bool(cards.said)))


def read(kind: Grades, text: str, lang: str, default: str, kept: tuple[str, ...]) -> Reply:
    cards = deck(kind, kept)
    ways = _ways(cards, lang)
    found = reading.exact(text, [word for _, word in ways])
    if isinstance(found, int):
        return press(kind, ways[found][0], kept, lang)
    forward = step_forward(kind, kept, lang)
    if forward and reading.exact(text, [forward]) is not None:
        return done(kind, kept, lang)
    if cards.here is not None:
        return read_card(cards, cards.here, text, lang, default)
    if cards.more:
        return read_break(cards, text, kept, lang)
    return read_end(cards, text, lang, default)
