"""The cards of `grade`: one for each item and criterion, and where a person stands among them.

The one rule: the place is worked out from the draft, never stored. It is the card that was taken up again, else the
first one without a word among those dealt so far, else the break between two deals, else the end.

    ("anne=good", "paul.price=")     a grade; a card passed without one (an opinion that somebody does not have)
    "+14"                            fourteen items have been dealt, because the person asked for more
    "@3"                             the fourth card has been taken up again
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flows.flow import Choice, Criterion, Grades
from flows.kinds.choices import index
from flows.kinds.reply import Partly, Taken, Wrong
from flows.session import Pairs, Value
from locales import tr, trn


def key(item: Choice, criterion: Criterion) -> str:
    """The name of one judgement in an answer: the item, and the criterion where there are several."""
    return f"{item.code}.{criterion.code}" if criterion.code else item.code


def passes(kind: Grades) -> bool:
    """May a card be passed? In a matrix, yes. In majority judgment an option without a grade counts as the worst, so
    leaving one out would be a judgement that nobody made."""
    return bool(kind.criteria[0].code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """The cards in the order shown. `said` has the grade of each card that was answered, empty where it was passed;
    `asked` is how many items the person asked for; `again` is the card taken up again."""

    kind: Grades
    said: Mapping[str, str]
    asked: int = 0
    again: int | None = None

    @property
    def keys(self) -> list[str]:
        return [key(item, criterion) for item in self.kind.items for criterion in self.kind.criteria]

    @property
    def dealt(self) -> int:
        """How many items have been dealt: whole batches, as far as anything was said."""
        kind = self.kind
        if kind.batch is None:
            return len(kind.items)
        last = max((i for i, name in enumerate(self.keys) if name in self.said), default=0) // len(kind.criteria)
        return min(max(self.asked, (last // kind.batch + 1) * kind.batch), len(kind.items))

    @property
    def cards(self) -> int:
        """How many cards have been dealt."""
        return self.dealt * len(self.kind.criteria)

    @property
    def here(self) -> int | None:
        """The card to answer; None at a break and at the end."""
        return self.again if self.again is not None else self.open

    @property
    def open(self) -> int | None:
        """The first card that nothing was said to."""
        return next((i for i, name in enumerate(self.keys[: self.cards]) if name not in self.said), None)

    @property
    def before(self) -> int | None:
        """The card before this one."""
        here = self.here
        at = (self.cards if here is None else here) - 1
        return at if at >= 0 else None

    @property
    def more(self) -> int:
        """How many items a further deal would bring."""
        return min(self.kind.batch or 0, len(self.kind.items) - self.dealt)

    @property
    def further(self) -> int:
        """How many items there would be after a further deal."""
        return self.dealt + self.more

    @property
    def whole(self) -> bool:
        """Has something been said to every card there is?"""
        return len(self.said) == len(self.keys)

    @property
    def value(self) -> Pairs:
        """The grades given: what is the answer, or what is kept of it so far."""
        return tuple((name, self.said[name]) for name in self.keys if self.said.get(name))

    def item_number(self, card: int) -> int:
        return card // len(self.kind.criteria)

    def criterion(self, card: int) -> Criterion:
        return self.kind.criteria[card % len(self.kind.criteria)]

    # Moves

    def answered(self, card: int, grade: str) -> Deck:
        """With this grade, or passed where it is empty. Who had taken the card up again goes on with the other
        questions about the same item, then to where they came from."""
        said, again = {**self.said, self.keys[card]: grade}, self.again
        if again == card:
            follows = card + 1
            again = follows if follows % len(self.kind.criteria) and self.keys[follows] in said else None
        return replace(self, said=said, again=again)

    def laid_down(self) -> Deck:
        return replace(self, again=None)

    def taken_up(self, card: int) -> Deck:
        return replace(self, again=card if self.keys[card] in self.said else None)

    def dealt_more(self, items: int) -> Deck:
        return replace(self, asked=items, again=None)

    def draft(self) -> tuple[str, ...]:
        words = [f"{name}={self.said[name]}" for name in self.keys if name in self.said]
        words += [f"+{self.asked}"] if self.asked else []
        words += [f"@{self.again}"] if self.again is not None else []
        return tuple(words)


def deck(kind: Grades, kept: tuple[str, ...]) -> Deck:
    """The cards as the draft leaves them."""
    grades = {
        key(item, criterion): {grade.code for grade in criterion.grades}
        for item in kind.items
        for criterion in kind.criteria
    }
    said: dict[str, str] = {}
    asked, again = 0, None
    for word in kept:
        name, equals, grade = word.partition("=")
        if equals and name in grades and (grade in grades[name] or (not grade and passes(kind))):
            said[name] = grade
        elif word.startswith("+"):
            asked = index(word[1:], len(kind.items) + 1) or 0
        elif word.startswith("@"):
            again = index(word[1:], len(grades))
    found = Deck(kind=kind, said=said, asked=asked)
    return found if again is None or again >= found.cards else found.taken_up(again)


def draft(value: Value) -> tuple[str, ...]:
    """The draft that an earlier answer is changed from."""
    pairs = value if isinstance(value, tuple) else ()
    return tuple(f"{one[0]}={one[1]}" for one in pairs if isinstance(one, tuple))


# Answers


def done(kind: Grades, kept: tuple[str, ...], lang: str) -> Taken | Wrong:
    """What was given is the answer: all of it, or in batches as much as there is."""
    cards = deck(kind, kept)
    if cards.whole or (kind.batch is not None and cards.said):
        return Taken(cards.value)
    missing = 1 if kind.batch is not None else len(cards.keys) - len(cards.said)
    return Wrong(trn(lang, "Please give {n} more grade.", "Please give {n} more grades.", missing))


def moved(before: Deck, after: Deck) -> Partly:
    """A step further; in a matrix dealt in batches, what was given is kept at once."""
    new = before.kind.batch is not None and before.value != after.value
    return Partly(after.draft(), keep=after.value if new else None)


# In words


def labels(cards: Deck, card: int, lang: str, default: str) -> list[str]:
    return [grade.label.read(lang, default) for grade in cards.criterion(card).grades]


def told(cards: Deck, item: int, lang: str, default: str) -> str:
    """An item with its grades: "Anne: Good"."""
    return tr(
        lang,
        "{item}: {grade}",
        item=cards.kind.items[item].label.read(lang, default),
        grade=", ".join(given(cards, item, lang, default)) or tr(lang, "no opinion"),
    )


def given(cards: Deck, item: int, lang: str, default: str) -> list[str]:
    """The grades of an item, one for each criterion, a dash where there is none; empty where there are none at all."""
    wide = len(cards.kind.criteria)
    found = []
    for card in range(item * wide, (item + 1) * wide):
        code = cards.said.get(cards.keys[card])
        grades = {grade.code: grade.label.read(lang, default) for grade in cards.criterion(card).grades}
        found.append(grades.get(code or "", "–"))
    return found if set(found) != {"–"} else []
