"""One file per kind of question: its buttons, its hint, how a press and a typed reply are read, the answer in words.

The one rule: a kind knows nothing of the conversation. It gets what came in and says what it means; what happens then
is decided by `flows.answering`.
"""

from __future__ import annotations

from typing import assert_never

from flows import reading
from flows.flow import AnyOf, Ask, Day, Number, OneOf, Scale, Words, YesNo
from flows.kinds import choices, day, number, scale, words, yesno
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from flows.messages import Button
from flows.session import Answer, Given, Value
from locales import tr

__all__ = [
    "Partly",
    "Reply",
    "Taken",
    "Wrong",
    "buttons",
    "expected",
    "free",
    "hint",
    "is_label",
    "press",
    "read",
    "say",
]


def buttons(ask: Ask, lang: str, default: str, prompt: str, chosen: Value) -> tuple[list[Button], int]:
    """The choices to press, with `chosen` marked, and how many columns they make."""
    match ask.kind:
        case OneOf() as kind:
            return choices.buttons(kind, lang, default, prompt, chosen), 1
        case AnyOf() as kind:
            picked = chosen if isinstance(chosen, tuple) else ()
            return choices.toggles(kind, lang, default, prompt, picked), 1
        case Scale() as kind:
            return scale.buttons(kind, prompt, chosen), scale.columns(kind)
        case YesNo():
            return yesno.buttons(lang, prompt, chosen), 2
        case Number() | Words() | Day():
            return [], 1
        case _:
            assert_never(ask.kind)


def free(ask: Ask) -> bool:
    """Is the usual answer typed?"""
    return isinstance(ask.kind, Number | Words | Day)


def hint(ask: Ask, lang: str, default: str) -> str:
    """What the question expects, in a short sentence; empty where the buttons say it all."""
    match ask.kind:
        case OneOf() | YesNo():
            return ""
        case AnyOf() as kind:
            return choices.hint(kind, lang)
        case Scale() as kind:
            return scale.hint(kind, lang, default)
        case Number() as kind:
            return number.expected(kind, lang)
        case Words() as kind:
            return words.hint(kind, lang)
        case Day() as kind:
            return day.expected(kind, lang)
        case _:
            assert_never(ask.kind)


def expected(ask: Ask, lang: str) -> str:
    """What to answer, as a polite request, after something else came."""
    match ask.kind:
        case OneOf() | AnyOf() as kind:
            return choices.expected(kind, lang)
        case Scale() as kind:
            return scale.expected(kind, lang)
        case YesNo():
            return yesno.expected(lang)
        case Number() as kind:
            return number.expected(kind, lang)
        case Words() as kind:
            return words.expected(kind, lang)
        case Day() as kind:
            return day.expected(kind, lang)
        case _:
            assert_never(ask.kind)


def press(ask: Ask, token: str) -> Value:
    """The value of a pressed choice; None when the token means nothing here. `any_of` is toggled, not pressed."""
    match ask.kind:
        case OneOf(choices=offered):
            at = choices.index(token, len(offered))
            return None if at is None else offered[at].code
        case Scale() as kind:
            return scale.press(kind, token)
        case YesNo():
            at = choices.index(token, len(yesno.CODES))
            return None if at is None else yesno.CODES[at]
        case AnyOf() | Number() | Words() | Day():
            return None
        case _:
            assert_never(ask.kind)


def is_label(ask: Ask, text: str, lang: str, default: str) -> bool:
    """Is this the label of a choice? Then it is never taken for a word that steers the conversation."""
    if not isinstance(ask.kind, OneOf | AnyOf):
        return False
    return reading.exact(text, choices.labels(ask.kind, lang, default)) is not None


def read(ask: Ask, text: str, lang: str, default: str, picked: tuple[str, ...]) -> Reply:
    """What a typed reply means; `picked` are the choices of an `any_of` taken so far."""
    match ask.kind:
        case OneOf() as kind:
            return choices.read_one(kind, text, lang, default)
        case AnyOf() as kind:
            return choices.read_any(kind, text, lang, default, picked)
        case Scale() as kind:
            return scale.read(kind, text, lang, default)
        case YesNo():
            return yesno.read(text, lang, consent=ask.consent is not None)
        case Number() as kind:
            return number.read(kind, text, lang)
        case Words() as kind:
            return words.read(kind, text, lang)
        case Day() as kind:
            return day.read(kind, text, lang)
        case _:
            assert_never(ask.kind)


def say(ask: Ask, answer: Answer, lang: str, default: str) -> str:
    """An answer in words."""
    match answer.given:
        case Given.SKIPPED:
            return tr(lang, "skipped")
        case Given.DONT_KNOW:
            return tr(lang, "I don't know")
        case Given.ABSTAIN:
            return tr(lang, "I'd rather not say")
        case Given.ANSWER:
            return _value(ask, answer.value, lang, default)
        case _:
            assert_never(answer.given)


def _value(ask: Ask, value: Value, lang: str, default: str) -> str:
    match ask.kind:
        case OneOf() | AnyOf() as kind:
            return choices.said(kind, value, lang, default)
        case YesNo():
            return yesno.said(value, lang)
        case Number():
            return number.said(value, lang)
        case Day():
            return day.said(str(value), lang)
        case Scale() | Words():
            return str(value)
        case _:
            assert_never(ask.kind)


def example(ask: Ask, lang: str, default: str) -> str:
    """The choices in one line, for somebody who does not see them; empty where there are none, or too many."""
    if not isinstance(ask.kind, OneOf | AnyOf) or len(ask.kind.choices) > 12:
        return ""
    named = choices.labels(ask.kind, lang, default)
    listed = " · ".join(f"{i} {label}" for i, label in enumerate(named, 1))
    return tr(lang, "The answers are: {answers}.", answers=listed)
