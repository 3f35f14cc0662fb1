"""The draft of `react`: how far somebody is with statements to judge, as a few short words that survive JSON.

The one rule: the draft carries everything that was shown (number, text, proof), so that a press is understood without
asking anybody, and a card that was withdrawn meanwhile can still be read by whoever has it in front of them.

    ()                       nothing judged yet: the first card has to be fetched
    ("shared", "12")         the same, beginning with number 12, because somebody came by a link to it
    n=3 b=2                  judged so far; judged since the batch began
    c=<card> v=served        the card in front of the person, and how they came to it
    q=4.9                    the numbers promised after it
    x=7                      seen before, not judged and not in front of the person now: counted as seen already
    l=<card> s=agree w=served f=urgent.costly
                             the last card judged: as what, how they came to it, with which words
    told                     it was judged by typing, and the next card says so
    rest                     at a break (or at the end): go on, or that is enough

A card is one word: number, 1 when it is official, supports, proof and text, apart by tabs.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.events import Card

SERVED, SHARED, SIMILAR = "served", "shared", "similar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What somebody thought of a card."""

    card: Card
    stand: str
    via: str = SERVED
    qualifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    judged: int = 0
    dealt: int = 0
    card: Card | None = None
    via: str = SERVED
    queue: tuple[int, ...] = ()
    seen: tuple[int, ...] = ()
    last: Judged | None = None
    told: bool = False
    rest: bool = False

    def write(self) -> tuple[str, ...]:
        card, last = self.card, self.last
        kept = {
            "n": _number(self.judged),
            "b": _number(self.dealt),
            "c": card and write_card(card),
            "v": self.via if self.via != SERVED else "",
            "q": ".".join(map(str, self.queue)),
            "x": ".".join(map(str, self.seen)),
            "l": last and write_card(last.card),
            "s": last and last.stand,
            "w": last.via if last and last.via != SERVED else "",
            "f": last and ".".join(last.qualifiers),
        }
        flags = (name for name, on in (("told", self.told), ("rest", self.rest)) if on)
        return (*(f"{name}={value}" for name, value in kept.items() if value), *flags)


def read(kept: tuple[str, ...]) -> Served:
    """The draft that `Served.write` wrote; whatever else it is given, something that can be gone on from."""
    if len(kept) == 2 and kept[0] == SHARED and (number := _count(kept[1])):
        return Served(queue=(number,), via=SHARED)
    pairs = fields(kept)
    last = read_card(pairs.get("l", ""))
    return Served(
        judged=_count(pairs.get("n", "")),
        dealt=_count(pairs.get("b", "")),
        card=read_card(pairs.get("c", "")),
        via=pairs.get("v", SERVED),
        queue=_numbers(pairs.get("q", "")),
        seen=_numbers(pairs.get("x", "")),
        last=None
        if last is None
        else Judged(
            card=last,
            stand=pairs.get("s", ""),
            via=pairs.get("w", SERVED),
            qualifiers=tuple(filter(None, pairs.get("f", "").split("."))),
        ),
        told="told" in kept,
        rest="rest" in kept,
    )


def aside(here: Served) -> tuple[int, ...]:
    """What counts as seen once the card in front of the person is put away unjudged."""
    return here.seen if here.card is None else (*here.seen, here.card.number)


def shared(number: int) -> tuple[str, ...]:
    """The draft of somebody who comes by a link to one statement and has not reached the question yet."""
    return (SHARED, str(number))


def fields(kept: tuple[str, ...]) -> dict[str, str]:
    """The words of a draft that are `name=value`."""
    return {name: value for name, equals, value in (word.partition("=") for word in kept) if equals}


def write_card(card: Card) -> str:
    kind = "1" if card.official else "w" if card.waiting else ""
    return "\t".join((str(card.number), kind, str(card.supports), card.proof, card.text))


def read_card(word: str) -> Card | None:
    parts = word.split("\t", 4)
    if len(parts) != 5 or not (number := _count(parts[0])):
        return None
    kind, supports, proof, text = parts[1:]
    return Card(
        number=number,
        text=text,
        official=kind == "1",
        supports=_count(supports),
        proof=proof,
        waiting=kind == "w",
    )


def _numbers(word: str) -> tuple[int, ...]:
    return tuple(number for one in word.split(".") if (number := _count(one)))


def _number(value: int) -> str:
    return str(value) if value else ""


def _count(word: str) -> int:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0
