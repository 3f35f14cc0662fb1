"""A long ranking made of comparisons: which of these two do you prefer?

Each option in turn finds its place among those already in order by halving (binary insertion), so that n options take
at most about n log2 n comparisons: 29 for 11 of them. With a limit of m places, an option that falls behind the last
place is left out.

The one rule: the draft is the answer it started from (codes, usually none), then one word with a letter for each
comparison made, and everything else follows from it. Who stops early has ranked what is in order by then.

    ("velo", "bus")        a ranking on file, opened again and not touched
    (":nos",)              three comparisons: the newcomer won, the other one won, neither
"""

from __future__ import annotations

from dataclasses import dataclass

from flows import reading
from flows.flow import Order
from flows.kinds.reply import Partly, Reply
from flows.messages import Block, Bold, Bullets, Button, Italic, Plain, paragraph
from flows.prompts import data
from flows.words import EQUAL
from locales import tr

NEW, OLD, SAME = "n", "o", "s"
AGAIN, ON = "again", "on"
_MARK = ":"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the comparisons stand. `pair` is what is asked now, as (newcomer, the one it is compared with); None when
    all is in order. `left` is how many more comparisons it may take."""

    placed: tuple[str, ...]
    pair: tuple[str, str] | None
    made: int
    left: int


def begun(kept: tuple[str, ...]) -> bool:
    """Is there anything that the person has said?"""
    return any(one != _MARK for one in kept)


def _parts(kind: Order, kept: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The ranking that the comparisons started from, and their outcomes."""
    known = {choice.code for choice in kind.choices}
    base = tuple(code for code in dict.fromkeys(kept) if code in known)
    return base, "".join(word.removeprefix(_MARK) for word in kept[-1:] if word.startswith(_MARK))


def comparing(kept: tuple[str, ...]) -> bool:
    """Are two options being compared, rather than a ranking looked at?"""
    return not kept or kept[-1].startswith(_MARK)


def state(kind: Order, kept: tuple[str, ...], most: int) -> State:
    base, outcomes = _parts(kind, kept)
    order, newcomers = list(base[:most]), [choice.code for choice in kind.choices if choice.code not in base]
    if not order:
        order.append(newcomers.pop(0))
    made = 0
    for at, new in enumerate(newcomers):
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if made == len(outcomes):
                left = (high - low).bit_length() + _worst(len(order), len(newcomers) - at - 1, most)
                return State(placed=tuple(order), pair=(new, order[middle]), made=made, left=left)
            low, high = _halved(outcomes[made], low, middle, high)
            made += 1
        order.insert(low, new)
        del order[most:]
    return State(placed=tuple(order), pair=None, made=made, left=0)


def _halved(outcome: str, low: int, middle: int, high: int) -> tuple[int, int]:
    """Where the newcomer can still go. One that is as good as another stands right behind it."""
    if outcome == NEW:
        return low, middle
    return (middle + 1, high) if outcome == OLD else (middle + 1, middle + 1)


def _worst(length: int, newcomers: int, most: int) -> int:
    """How many comparisons it takes at most to place newcomers into an order that was one shorter."""
    return sum(min(length + more, most).bit_length() for more in range(1, newcomers + 1))


def _shown(now: State) -> list[tuple[str, str]]:
    """The two options as (outcome if preferred, code), the newcomer first every other time."""
    new, old = now.pair or ("", "")
    pair = [(NEW, new), (OLD, old)]
    return pair if now.made % 2 else pair[::-1]


# What is shown


def buttons(kind: Order, lang: str, default: str, prompt: str, kept: tuple[str, ...], most: int) -> list[Button]:
    now, named = state(kind, kept, most), {choice.code: choice.label.read(lang, default) for choice in kind.choices}
    offered = []
    if now.pair and comparing(kept):
        offered = [
            Button(label=named[code], data=data(prompt, f"{now.made}{outcome}")) for outcome, code in _shown(now)
        ]
    ways = _ways(now, kept, lang)
    return offered + [Button(label=word, data=data(prompt, token), quiet=True) for token, word in ways]


def _ways(now: State, kept: tuple[str, ...], lang: str) -> list[tuple[str, str]]:
    """What can be done besides choosing one of the two (token and label)."""
    if now.pair and not comparing(kept):
        return [(ON, tr(lang, "Go on comparing")), (AGAIN, tr(lang, "Start again"))]
    ways = [(f"{now.made}{SAME}", tr(lang, "No preference"))] if now.pair else []
    if now.made:
        ways.append((f"b{now.made - 1}", tr(lang, "Previous comparison")))
    if not now.pair:
        ways.append((AGAIN, tr(lang, "Start again")))
    return ways


def blocks(kind: Order, lang: str, default: str, kept: tuple[str, ...], most: int) -> tuple[Block, ...]:
    now = state(kind, kept, most)
    if now.pair and comparing(kept):
        about = tr(lang, "Comparison {number} of about {total}", number=now.made + 1, total=now.made + now.left)
        return (paragraph(Bold(tr(lang, "Which do you prefer?")), Italic("\n" + about)),)
    named = {choice.code: choice.label.read(lang, default) for choice in kind.choices}
    listed = Bullets(tuple((Plain(named[code]),) for code in now.placed), numbered=True)
    return (paragraph(Italic(tr(lang, "Your order:"))), listed)


# What came in


def press(kind: Order, token: str, kept: tuple[str, ...], most: int) -> Reply:
    if token == AGAIN:
        return Partly(())
    base, outcomes = _parts(kind, kept)
    now = state(kind, kept, most)
    if token == ON:
        return Partly(kept if comparing(kept) else (*base, _MARK))
    number, outcome = (token[1:], "") if token.startswith("b") else (token[:-1], token[-1:])
    if not (number.isascii() and number.isdigit() and len(number) < 5 and str(int(number)) == number):
        return None
    at = int(number)
    if not outcome:
        return Partly(_drafted(base, outcomes[:at]) if at < now.made else kept)
    if outcome not in (NEW, OLD, SAME):
        return None
    if at == now.made and now.pair and comparing(kept):
        return Partly(_drafted(base, outcomes[:at] + outcome))
    return Partly(kept) if at < now.made else None


def _drafted(base: tuple[str, ...], outcomes: str) -> tuple[str, ...]:
    return (*base, _MARK + outcomes) if base or outcomes else ()


def back(kind: Order, kept: tuple[str, ...], most: int) -> Partly | None:
    """One comparison back; None at the first."""
    base, outcomes = _parts(kind, kept)
    made = state(kind, kept, most).made
    return Partly(_drafted(base, outcomes[: made - 1])) if made else None


def read(kind: Order, text: str, lang: str, default: str, kept: tuple[str, ...], most: int) -> Reply:
    """One of the two, neither, or one of the words beside them."""
    now = state(kind, kept, most)
    ways = _ways(now, kept, lang)
    found = reading.exact(text, [word for _, word in ways])
    if isinstance(found, int):
        return press(kind, ways[found][0], kept, most)
    if not (now.pair and comparing(kept)):
        return None
    named = {choice.code: choice.label.read(lang, default) for choice in kind.choices}
    shown = _shown(now)
    at = reading.pick(text, [named[code] for _, code in shown])
    if isinstance(at, int):
        return press(kind, f"{now.made}{shown[at][0]}", kept, most)
    return press(kind, f"{now.made}{SAME}", kept, most) if reading.fold(text) in EQUAL else None
