"""`score`, `dots`, `quadratic`: points for options, in one message that is edited in place.

Two ways to give them. From one purse, with few options and few points each, every option has its two buttons, one
point less and one more. Everywhere else options are opened one at a time, as a card: its numbers are the buttons, and a
score goes on to the next option by itself, so that a ballot takes one tap an option. The list with all points stands
above in both, and what is left of the purse right above the buttons, where a small screen shows it.

The one rule: a button says how many points its option will have ("2.3": the third option, three points), not how many
more, so that a press delivered twice does what one press does.
"""

from __future__ import annotations

from math import isqrt

from flows.flow import Points
from flows.kinds.choices import index
from flows.kinds.narrow import bar, fitted
from flows.kinds.purse import STEPS, Ballot, ballot, carded, cost, done, kept_as, left, number, put, top
from flows.kinds.reply import Partly, Reply
from flows.kinds.typedpoints import read
from flows.messages import Block, Bold, Bullets, Button, Italic, Paragraph, Plain, paragraph
from flows.prompts import data
from flows.session import Value
from locales import tr, trn

HALF_ROW, ROW, LONG_LIST = 14, 7, 8
"""Characters of a label on half a row of a small phone; numbers in a row; options from which on two share a row."""
NONE = "x"
"""In a token: no score."""


__all__ = ["blocks", "buttons", "done", "draft", "expected", "hint", "press", "read", "said"]


def labels(kind: Points, lang: str, default: str) -> list[str]:
    return [choice.label.read(lang, default) for choice in kind.choices]


# What is shown


def buttons(kind: Points, lang: str, default: str, prompt: str, kept: tuple[str, ...]) -> tuple[list[Button], int]:
    state = ballot(kind, kept)
    if state.card is not None:
        return _numbers(kind, prompt, state, state.card)
    if carded(kind):
        return _list(kind, labels(kind, lang, default), prompt, state)
    return _steppers(kind, labels(kind, lang, default), prompt, state)


def _steppers(kind: Points, named: list[str], prompt: str, state: Ballot) -> tuple[list[Button], int]:
    """Two buttons an option; both name it, for those who hear the screen instead of seeing it."""
    found: list[Button] = []
    for at, (choice, label) in enumerate(zip(kind.choices, fitted(named, HALF_ROW), strict=True)):
        points = state.given.get(choice.code, 0)
        found.append(Button(label=f"− {label}", data=data(prompt, f"{at}.{points - 1}"), told=True))
        found.append(Button(label=f"+ {label} · {points}", data=data(prompt, f"{at}.{points + 1}"), told=True))
    return found, 2


def _list(kind: Points, named: list[str], prompt: str, state: Ballot) -> tuple[list[Button], int]:
    """A button an option, to open its card."""
    wide = len(named) <= LONG_LIST
    found = []
    for at, label in enumerate(fitted(named, HALF_ROW * 2 if wide else HALF_ROW)):
        points = state.given.get(kind.choices[at].code)
        shown = label if points is None else f"{label} · {points}"
        found.append(Button(label=shown, data=data(prompt, str(at)), chosen=points is not None, told=True))
    return found, 1 if wide else 2


def _numbers(kind: Points, prompt: str, state: Ballot, at: int) -> tuple[list[Button], int]:
    """A card: its numbers, and a dash for no score."""
    code = kind.choices[at].code
    points = state.given.get(code, 0 if kind.total is not None else None)
    found = [
        Button(label=str(one), data=data(prompt, f"{at}.{one}"), chosen=one == points)
        for one in _ladder(points or 0, top(kind, state.given, code))
    ]
    if kind.total is None:
        found.append(Button(label="–", data=data(prompt, f"{at}.{NONE}"), told=True))
    rows = -(-len(found) // ROW)
    return found, -(-len(found) // rows)


def _ladder(now: int, highest: int) -> list[int]:
    """The numbers to choose from: all of them, or steps up and down from where it stands."""
    if highest <= 20:
        return list(range(highest + 1))
    steps = {now + step for step in (-50, -20, -10, -5, -1, 0, 1, 5, 10, 20, 50)}
    return sorted({0, highest} | {one for one in steps if 0 <= one <= highest})


def blocks(kind: Points, lang: str, default: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    state = ballot(kind, kept)
    named = labels(kind, lang, default)
    items = tuple(
        (Plain(f"{label} — {_stands(kind, state.given, choice.code, lang)}"),)
        for choice, label in zip(kind.choices, named, strict=True)
    )
    found: list[Block] = [Bullets(items, numbered=True)]
    if kind.total is not None:
        free = left(kind, state.given)
        words = trn(lang, "{n} point left of {total}", "{n} points left of {total}", free, total=kind.total)
        found.append(Paragraph((Plain(bar(free, kind.total) + " "), Bold(words))))
    if state.card is not None:
        found.append(_card(kind, named, state, state.card, lang))
    elif carded(kind):
        found.append(paragraph(Italic(tr(lang, "To give or change points, choose an option or type its number."))))
    return tuple(found)


def _card(kind: Points, named: list[str], state: Ballot, at: int, lang: str) -> Block:
    most = top(kind, state.given, kind.choices[at].code)
    if kind.total is None:
        words = tr(lang, "your score, from {low} to {high}? “–” gives none.", low=0, high=most)
    else:
        words = tr(lang, "how many, from {low} to {high}?", low=0, high=most)
    return Paragraph((Bold(f"{at + 1}. {named[at]}"), Plain(" — " + words)))


def _stands(kind: Points, given: dict[str, int], code: str, lang: str) -> str:
    """What one option has, as dots and in figures."""
    points = given.get(code, 0)
    if kind.total is None:
        if code not in given:
            return tr(lang, "no score")
        return f"{'●' * points}{'○' * (kind.most - points)} {points}" if kind.most <= STEPS else str(points)
    shown = f"{'●' * points} {points}" if 0 < points <= STEPS else str(points)
    if not kind.squared:
        return shown
    words = [tr(lang, "cost: {cost}", cost=cost(kind, points))] if points else []
    if points < top(kind, given, code):
        words.append(tr(lang, "one more: {cost}", cost=cost(kind, points + 1) - cost(kind, points)))
    return f"{shown} ({', '.join(words)})" if words else shown


def hint(kind: Points, lang: str) -> str:
    finish = tr(lang, "Then “{done}”.", done=tr(lang, "Done"))
    typing = tr(lang, "You can also type, for example: {example}.", example=example(kind))
    return f"{_rule(kind, lang)} {finish} {typing}"


def _rule(kind: Points, lang: str) -> str:
    if kind.total is None:
        return tr(lang, "Score the options from {low} to {high}; you can leave some out.", low=0, high=kind.most)
    if kind.squared:
        return trn(
            lang,
            "You have {n} point. On one option, 1 vote costs 1 point, 2 votes cost 4, 3 votes cost 9 and so on.",
            "You have {n} points. On one option, 1 vote costs 1 point, 2 votes cost 4, 3 votes cost 9 and so on.",
            kind.total,
        )
    if kind.most < kind.total:
        return trn(
            lang,
            "You have {n} point to share out, at most {most} on one option.",
            "You have {n} points to share out, at most {most} on one option.",
            kind.total,
            most=kind.most,
        )
    return trn(lang, "You have {n} point to give.", "You have {n} points to share out as you like.", kind.total)


def expected(kind: Points, lang: str) -> str:
    return tr(
        lang,
        "Please give points with the buttons, or type the number of an option and its points, for example: {example}.",
        example=f"2: {min(kind.most, 3)}",
    )


def example(kind: Points) -> str:
    """Something that could be typed: a number for each option, or a few of them by their place."""
    most, count = min(kind.most, kind.total or kind.most), len(kind.choices)
    if count <= 6 and (kind.total is None or most >= 3):
        row = [min(most, points) for points in (3, 0, 2, 0, 0, 0)[:count]]
        if kind.total is None or sum(cost(kind, points) for points in row) <= kind.total:
            return " ".join(map(str, row))
    return f"2: {min(most, isqrt(kind.total or 9) if kind.squared else 3)}"


def draft(value: Value) -> tuple[str, ...]:
    """The draft that an earlier answer is changed from: its list, with no card open."""
    if not isinstance(value, tuple):
        return ()
    return tuple(f"{one[0]}={one[1]}" for one in value if isinstance(one, tuple))


def said(kind: Points, value: Value, lang: str, default: str) -> str:
    """An answer in words."""
    given = dict(one for one in value if isinstance(one, tuple)) if isinstance(value, tuple) else {}
    some = [
        f"{choice.label.read(lang, default)} {given[choice.code]}" for choice in kind.choices if choice.code in given
    ]
    return ", ".join(some) if some else tr(lang, "none")


# What came in


def press(kind: Points, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    place, dot, points = token.partition(".")
    at = index(place, len(kind.choices))
    if at is None:
        return None
    if not dot:
        return Partly(kept_as(kind, ballot(kind, kept).given, at)) if carded(kind) else None
    if points == NONE and kind.total is None:
        return put(kind, kept, {at: None}, lang)
    wanted = -1 if points == "-1" else number(points, kind.most + 1)
    return None if wanted is None else put(kind, kept, {at: wanted}, lang)
