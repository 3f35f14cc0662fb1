"""`rank`: put options in order, the first choice first, by choosing one after the other or by typing "3 1 2".

The one rule: a button names the draft that it leads to (this option next, back to a length), so that a press delivered
twice does what one does; and an option keeps its number while the list of those left shrinks. When a single option is
left, it takes the last place by itself: there is nothing to choose. The person still says "Done", having read it all.
With `pairwise`, two are asked about at a time: see `flows.kinds.duels`.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows import reading
from flows.flow import Order
from flows.kinds import choices, duels
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from flows.messages import Block, Button, Italic, Plain, paragraph
from flows.prompts import data
from flows.session import Value
from locales import tr, trn

AGAIN = "again"


def labels(kind: Order, lang: str, default: str) -> list[str]:
    return [choice.label.read(lang, default) for choice in kind.choices]


def least(kind: Order) -> int:
    """How many must be put in order: an order of none says nothing."""
    return max(kind.at_least, 1)


def most(kind: Order) -> int:
    """How many may be put in order."""
    count = len(kind.choices)
    return count if kind.at_most is None else max(1, min(kind.at_most, count))


# The draft: the codes so far, the first choice first


def placed(kind: Order, kept: tuple[str, ...]) -> tuple[str, ...]:
    """The order so far."""
    if kind.pairwise:
        return duels.state(kind, kept, most(kind)).placed
    known = {choice.code for choice in kind.choices}
    return tuple(code for code in dict.fromkeys(kept) if code in known)[: most(kind)]


def _whole(kind: Order, codes: tuple[str, ...]) -> tuple[str, ...]:
    """With the last one where it must be, when it alone is left and may be placed."""
    left = [choice.code for choice in kind.choices if choice.code not in codes]
    return (*codes, *left) if codes and len(left) == 1 and len(codes) < most(kind) else codes


def draft(kind: Order, value: Value) -> tuple[str, ...]:
    return tuple(str(code) for code in value) if isinstance(value, tuple) else ()


def done(kind: Order, kept: tuple[str, ...], lang: str) -> Taken | Wrong:
    """The order so far is the answer, if it is long enough."""
    codes = placed(kind, kept)
    missing = least(kind) - len(codes)
    if missing > 0 or not enough(kind, kept):
        return Wrong(_more(max(missing, 1), lang))
    return Taken(codes)


def enough(kind: Order, kept: tuple[str, ...]) -> bool:
    """Can the order so far be the answer?"""
    if kind.pairwise and not duels.begun(kept):
        return False
    return len(placed(kind, kept)) >= least(kind)


def step_forward(kind: Order, kept: tuple[str, ...], lang: str) -> str:
    return tr(lang, "Done") if enough(kind, kept) else ""


def back(kind: Order, kept: tuple[str, ...]) -> Partly | None:
    """One comparison back; None at the first."""
    return duels.back(kind, kept, most(kind))


# What is shown


def buttons(kind: Order, lang: str, default: str, prompt: str, kept: tuple[str, ...]) -> tuple[list[Button], int]:
    """The options that have no place yet, under their numbers; then the ways back."""
    if kind.pairwise:
        return duels.buttons(kind, lang, default, prompt, kept, most(kind)), 1
    codes = placed(kind, kept)
    full = len(codes) >= most(kind)
    offered = [
        Button(label=label, data=data(prompt, str(i)), number=i + 1)
        for i, (choice, label) in enumerate(zip(kind.choices, labels(kind, lang, default), strict=True))
        if choice.code not in codes and not full
    ]
    ways = [Button(label=word, data=data(prompt, token), quiet=True) for token, word in _back(kind, codes, lang)]
    return offered + ways, 1


def _back(kind: Order, codes: tuple[str, ...], lang: str) -> list[tuple[str, str]]:
    """The ways back into the order: one step (two where the last place was given by itself), or all of it."""
    if not codes:
        return []
    back = len(codes) - (2 if len(codes) == len(kind.choices) else 1)
    ways = [(f"t{max(back, 0)}", tr(lang, "Take the last one back"))]
    return [*ways, (AGAIN, tr(lang, "Start again"))] if back > 0 else ways


def blocks(kind: Order, lang: str, default: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    if kind.pairwise:
        return duels.blocks(kind, lang, default, kept, most(kind))
    codes = placed(kind, kept)
    if not codes:
        return ()
    whole = len(codes) >= most(kind)
    head = tr(lang, "Your order:") if whole else tr(lang, "Your order so far:")
    return (paragraph(Italic(head), Plain(" " + said(kind, codes, lang, default))),)


def said(kind: Order, value: Value, lang: str, default: str) -> str:
    named = {choice.code: choice.label.read(lang, default) for choice in kind.choices}
    codes = [str(code) for code in value] if isinstance(value, tuple) else []
    ranks = [f"{rank}. {named.get(code, code)}" for rank, code in enumerate(codes, 1)]
    return ", ".join(ranks) or tr(lang, "none")


def hint(kind: Order, lang: str) -> str:
    if kind.pairwise:
        rule = tr(lang, "Two at a time: choose the one you prefer.")
        stop = tr(lang, "You can stop early with “{done}”: what was not compared comes last.", done=tr(lang, "Done"))
        if (first := most(kind)) < len(kind.choices):
            rule += " " + trn(lang, "Only the first {n} counts.", "Only the first {n} count.", first)
        return f"{rule} {stop}"
    at_least, at_most, count = least(kind), most(kind), len(kind.choices)
    if at_least >= count:
        rule = tr(lang, "Put them all in order, your first choice first.")
    elif at_most == 1:
        rule = tr(lang, "Choose one.")
    elif at_least == at_most:
        rule = tr(lang, "Choose {n} in order, your first choice first.", n=at_most)
    elif at_least > 1 and at_most < count:
        rule = tr(lang, "Choose {least} to {most} in order, your first choice first.", least=at_least, most=at_most)
    elif at_most < count:
        rule = tr(lang, "Choose up to {n} in order, your first choice first.", n=at_most)
    elif at_least > 1:
        rule = tr(lang, "Choose at least {n} in order, your first choice first.", n=at_least)
    else:
        rule = tr(lang, "Choose in order, your first choice first; what you leave out comes last.")
    return rule + " " + tr(lang, "Then “{done}”.", done=tr(lang, "Done"))


def expected(kind: Order, lang: str) -> str:
    if kind.pairwise:
        return tr(lang, "Please choose one of the two, or type 1 or 2.")
    return tr(
        lang,
        "Please choose in order, or type the numbers, your first choice first, for example: {example}.",
        example=_example(kind),
    )


def _example(kind: Order) -> str:
    count = min(most(kind), 3)
    return " ".join(("3 1 2" if len(kind.choices) > 2 else "2 1").split()[:count])


# What came in


def press(kind: Order, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    if kind.pairwise:
        return duels.press(kind, token, kept, most(kind))
    codes = placed(kind, kept)
    if token == AGAIN:
        return Partly(())
    if token.startswith("t"):
        length = choices.index(token[1:], len(kind.choices))
        return None if length is None else Partly(codes[:length])
    at = choices.index(token, len(kind.choices))
    if at is None:
        return None
    code = kind.choices[at].code
    if code in codes:
        return Partly(codes)
    if wrong := _too_many(kind, len(codes) + 1, lang):
        return Wrong(wrong)
    return Partly(_whole(kind, (*codes, code)))


def read(kind: Order, text: str, lang: str, default: str, kept: tuple[str, ...]) -> Reply:
    """One option is put next. Several are the whole ranking, or what follows in the one begun."""
    named = labels(kind, lang, default)
    found = reading.in_order(text, named)
    if kind.pairwise:
        if isinstance(found, tuple) and len(found) > 1 and any(map(str.isalpha, text)):
            return _ranked(kind, found, named, lang, kept)
        return duels.read(kind, text, lang, default, kept, most(kind))
    if (token := _way_back(kind, text, lang, placed(kind, kept))) is not None:
        return press(kind, token, kept, lang)
    if isinstance(found, tuple):
        return _ranked(kind, found, named, lang, kept)
    if found:
        return choices.which(found, named, lang, alone=reading.single(text))
    return _unknown(kind, text, named, lang)


def _way_back(kind: Order, text: str, lang: str, codes: tuple[str, ...]) -> str | None:
    ways = _back(kind, codes, lang)
    found = reading.exact(text, [word for _, word in ways])
    return ways[found][0] if isinstance(found, int) else None


def _unknown(kind: Order, text: str, named: Sequence[str], lang: str) -> Reply:
    """Name the word that is no option, in a reply that names some."""
    word = reading.strange(text, named)
    if not word or len(word) > 60 or reading.fold(word) == reading.fold(text):
        return None
    sentence = tr(lang, "I do not find “{word}” in the list.", word=reading.clean(word))
    return Wrong(sentence + " " + expected(kind, lang))


def _ranked(kind: Order, found: tuple[int, ...], named: Sequence[str], lang: str, kept: tuple[str, ...]) -> Reply:
    twice = next((i for place, i in enumerate(found) if i in found[:place]), None)
    if twice is not None:
        return Wrong(tr(lang, "“{label}” is there twice. Please name each one once.", label=named[twice]))
    codes, before = tuple(kind.choices[i].code for i in found), () if kind.pairwise else placed(kind, kept)
    if len(codes) == 1 and codes[0] in before:
        place = before.index(codes[0]) + 1
        return Wrong(
            tr(lang, "“{label}” already has place {place}.", label=named[found[0]], place=place),
            mild=True,
        )
    goes_on = before and not set(codes) & set(before)
    ranking = (*before, *codes) if goes_on else codes
    if wrong := _too_many(kind, len(ranking), lang):
        return Wrong(wrong)
    ranking = _whole(kind, ranking)
    if len(codes) == 1 or goes_on:
        return Partly(ranking)
    return Taken(ranking) if len(ranking) >= least(kind) else Partly(ranking, _more(least(kind) - len(ranking), lang))


def _too_many(kind: Order, count: int, lang: str) -> str:
    """Why these are too many; empty when they are not."""
    if count <= most(kind):
        return ""
    return trn(lang, "You can put only {n} in order here.", "You can put at most {n} in order here.", most(kind))


def _more(missing: int, lang: str) -> str:
    return tr(lang, "Please put {n} more in order.", n=missing)
