"""`one_of` and `any_of`: pick from a list.

The one rule: a button of `any_of` says what to do, not what to turn round ("2" takes the third choice in, "-2" takes
it out), so that a press delivered twice does what one press does.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows import reading
from flows.flow import AnyOf, Choice, OneOf
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from flows.messages import Button
from flows.prompts import data
from flows.session import Value
from locales import tr, trn


def labels(kind: OneOf | AnyOf, lang: str, default: str) -> list[str]:
    return [choice.label.read(lang, default) for choice in kind.choices]


def index(token: str, count: int) -> int | None:
    """The index that a token names; None unless it is written as we write it and within bounds."""
    if len(token) > 3 or not token.isascii() or not token.isdigit():
        return None
    found = int(token)
    return found if found < count and str(found) == token else None


def buttons(kind: OneOf, lang: str, default: str, prompt: str, chosen: Value) -> list[Button]:
    return [
        Button(label=choice.label.read(lang, default), data=data(prompt, str(i)), chosen=choice.code == chosen)
        for i, choice in enumerate(kind.choices)
    ]


def toggles(kind: AnyOf, lang: str, default: str, prompt: str, chosen: Sequence[str]) -> list[Button]:
    return [
        Button(
            label=choice.label.read(lang, default),
            data=data(prompt, f"-{i}" if choice.code in chosen else str(i)),
            chosen=choice.code in chosen,
        )
        for i, choice in enumerate(kind.choices)
    ]


def toggle(kind: AnyOf, token: str, chosen: tuple[str, ...], lang: str) -> Reply:
    """The choices after a press, in the order of the list; None for a token that means nothing here."""
    at = index(token.removeprefix("-"), len(kind.choices))
    if at is None:
        return None
    code = kind.choices[at].code
    picked = in_order(kind.choices, {*chosen, code} if token[0] != "-" else {*chosen} - {code})
    wrong = too_many(kind, picked, lang) if len(picked) > len(chosen) else ""
    return Wrong(wrong) if wrong else Partly(picked)


def done(kind: AnyOf, chosen: tuple[str, ...], lang: str) -> Taken | Wrong:
    """The choices ticked are the answer, if they are as many as asked for."""
    wrong = too_few(kind, chosen, lang) or too_many(kind, chosen, lang)
    return Wrong(wrong) if wrong else Taken(chosen)


def in_order(choices: Sequence[Choice], codes: set[str]) -> tuple[str, ...]:
    return tuple(choice.code for choice in choices if choice.code in codes)


def said(kind: OneOf | AnyOf, value: Value, lang: str, default: str) -> str:
    """An answer in words."""
    codes = value if isinstance(value, tuple) else (value,)
    words = [choice.label.read(lang, default) for choice in kind.choices if choice.code in codes]
    return ", ".join(words) if words else tr(lang, "none")


def read_one(kind: OneOf, text: str, lang: str, default: str) -> Reply:
    named = labels(kind, lang, default)
    found = reading.pick(text, named)
    if isinstance(found, int):
        return Taken(kind.choices[found].code)
    return which(found, named, lang, alone=True)


def read_any(kind: AnyOf, text: str, lang: str, default: str, before: tuple[str, ...]) -> Reply:
    """The choices typed. Together with those already taken when they alone are not enough."""
    named = labels(kind, lang, default)
    found = reading.all_or_none(text, named)
    if found is None:
        found = reading.several(text, named)
    if not isinstance(found, tuple):
        return which(found, named, lang, alone=reading.single(text))
    typed = tuple(kind.choices[i].code for i in found)
    if wrong := too_many(kind, typed, lang):
        return Wrong(wrong)
    if len(typed) >= kind.at_least:
        return Taken(typed)
    both = in_order(kind.choices, {*typed, *before})
    if wrong := too_many(kind, both, lang):
        return Wrong(wrong)
    return Taken(both) if len(both) >= kind.at_least else Partly(both, too_few(kind, both, lang))


def which(found: reading.Unsure | None, named: Sequence[str], lang: str, *, alone: bool = False) -> Reply:
    """Ask which of several choices was meant; None when nothing was understood. With `alone`, nothing else was typed,
    so that a yes says the same as the label."""
    if found is None or len(found.choices) > 4:
        return None
    options = [tr(lang, "“{label}” ({number})", label=named[i], number=i + 1) for i in found.choices]
    if len(options) == 1:
        why = tr(lang, "Did you mean {option}? Then please type the number.", option=options[0])
        return Wrong(why, mild=True, meant=named[found.choices[0]] if alone else "")
    joined = tr(lang, "{first} or {last}", first=", ".join(options[:-1]), last=options[-1])
    return Wrong(tr(lang, "Did you mean {options}? Please type the number.", options=joined), mild=True)


def too_many(kind: AnyOf, codes: Sequence[str], lang: str) -> str:
    """Why these are too many; empty when they are not."""
    most = kind.at_most
    if most is None or len(codes) <= most:
        return ""
    return trn(lang, "You can choose only {n} answer here.", "You can choose at most {n} answers here.", most)


def too_few(kind: AnyOf, codes: Sequence[str], lang: str) -> str:
    """Why these are too few; empty when they are not."""
    if len(codes) >= kind.at_least:
        return ""
    missing = kind.at_least - len(codes)
    return trn(lang, "Please choose {n} more answer.", "Please choose {n} more answers.", missing)


def hint(kind: AnyOf, lang: str) -> str:
    least, most, done = max(kind.at_least, 0), kind.at_most, tr(lang, "Done")
    if most is not None and most == least:
        rule = trn(lang, "Choose exactly {n} answer.", "Choose exactly {n} answers.", most)
    elif most is not None and least > 1:
        rule = tr(lang, "Choose between {least} and {most} answers.", least=least, most=most)
    elif most is not None and most < len(kind.choices):
        rule = trn(lang, "You can choose {n} answer.", "You can choose up to {n} answers.", most)
    elif least > 1:
        rule = trn(lang, "Choose at least {n} answer.", "Choose at least {n} answers.", least)
    else:
        rule = tr(lang, "You can choose several answers.")
    return rule + " " + tr(lang, "Then “{done}”.", done=done)


def expected(kind: OneOf | AnyOf, lang: str) -> str:
    if isinstance(kind, OneOf):
        return tr(lang, "Please choose one of the answers, or type its number.")
    return tr(lang, "Please choose among the answers, or type their numbers, for example: 1, 2.")
