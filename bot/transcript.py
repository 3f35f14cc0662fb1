"""A chat as text that people can read and tests can replay: the form of transcripts.

    Léa  > 2                            says
    Léa  # bus                          presses the button of this code
    bot  < Comment venez-vous ?         a new message, its buttons as `(code) label`
    bot  ~ Comment venez-vous ? ✔ Bus   a message that was changed
    +2d                                 time passes
    file: mode=bus                      what is on record

The one rule: a transcript shows what was meant, not how one messenger lays it out, so that one text fits them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import assert_never

from adapters.terminal import clean
from flows import kinds, prompts
from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Day,
    Flow,
    Grades,
    Kind,
    Lot,
    Number,
    OneOf,
    Order,
    Photo,
    Points,
    Propose,
    React,
    Scale,
    Sign,
    Slots,
    Spot,
    Words,
    YesNo,
)
from flows.kinds import staged
from flows.messages import Button, Message, plain_text
from flows.session import Answer, Given

PERSON = "Léa"


def says(mark: str, text: str) -> str:
    """What the participant says (`>`) or presses (`#`)."""
    return f"{PERSON:<4} {mark} {text}".rstrip()


def written(flow: Flow, step: str, mark: str, said: Message, session: str = "") -> Iterator[str]:
    """A message of the bot: its lines, then its buttons with their codes, the quiet ones on a line of their own."""
    buttons = said.prompt.buttons if said.prompt else ()
    lines = [line for line in clean(plain_text(said.body)).split("\n") if line.strip()]
    for quiet in (False, True):
        shown = [
            f"({code_of(flow, step, one, session)}) {'✔ ' if one.chosen else ''}{one.label}"
            for one in buttons
            if one.quiet is quiet
        ]
        if shown:
            lines.append("   ".join(shown))
    for number, line in enumerate(lines):
        yield f"bot  {mark} {line}" if number == 0 else f"       {line}"


def code_of(flow: Flow, step: str, button: Button, session: str = "") -> str:
    """What a button stands for: the code of its choice, or the word of the engine. `session` is whose button it is:
    choices may stand in an order of their own."""
    command, pressed = prompts.read_command(button.data), prompts.read(button.data)
    token = command[0] if command else pressed[1] if pressed else ""
    ask = flow.step(step) if step in flow.index else None
    if not isinstance(ask, Ask):
        return token
    if named := staged.code(ask.kind, token):
        return named
    ask = kinds.seen(ask, session)
    if isinstance(reply := kinds.press(ask, token, flow.lang), kinds.Taken):
        return str(reply.value)
    return _move(ask.kind, token) or token


_TOKEN = re.compile(r"-?([0-9]{1,3})(?:\.(.+))?")


def _move(kind: Kind, token: str) -> str:
    """What a button does to an answer made in several moves: the code of its item, and what that gets."""
    found = _TOKEN.fullmatch(token)
    items = _items(kind)
    if found is None or int(found[1]) >= len(items):
        return ""
    at, given = int(found[1]), found[2]
    if given and isinstance(kind, Grades) and given.isdecimal():
        grades = kind.criteria[at % len(kind.criteria)].grades
        given = grades[int(given)].code if int(given) < len(grades) else given
    return f"{items[at]}={given}" if given else items[at]


def _items(kind: Kind) -> list[str]:
    match kind:
        case AnyOf() | Points() | Order():
            return [choice.code for choice in kind.choices]
        case Slots():
            return [slot.code for slot in kind.slots]
        case Basket():
            return [project.code for project in kind.projects]
        case Grades():
            return [
                f"{item.code}.{criterion.code}" if criterion.code else item.code
                for item in kind.items
                for criterion in kind.criteria
            ]
        case OneOf() | Scale() | Number() | Words() | Day() | YesNo():
            return []
        case Propose() | React() | Sign() | Photo() | Spot() | Lot():
            return []
        case _:
            assert_never(kind)


def on_file(answers: Mapping[str, Answer], *more: str) -> str:
    """The line that ends a transcript: the answers, and what else was left behind."""
    return f"file: {', '.join((*(f'{name}={_value(answer)}' for name, answer in answers.items()), *more))}".rstrip()


def _value(answer: Answer) -> str:
    if answer.given is not Given.ANSWER:
        return answer.given.value
    if isinstance(answer.value, tuple):
        return "+".join(one if isinstance(one, str) else f"{one[0]}:{one[1]}" for one in answer.value)
    text = str(answer.value)
    return text if re.fullmatch(r"[\w.-]+", text) else json.dumps(text, ensure_ascii=False)


def passes(span: timedelta) -> str:
    """Time passes, in the largest unit that fits."""
    minutes = span // timedelta(minutes=1)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"+{minutes // size}{unit}"
    return f"+{minutes}m"
