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

from adapters.terminal import clean
from flows import kinds, prompts
from flows.flow import AnyOf, Ask, Flow
from flows.messages import Button, Message, plain_text
from flows.session import Answer, Given

PERSON = "Léa"


def says(mark: str, text: str) -> str:
    """What the participant says (`>`) or presses (`#`)."""
    return f"{PERSON:<4} {mark} {text}".rstrip()


def written(flow: Flow, step: str, mark: str, said: Message) -> Iterator[str]:
    """A message of the bot: its lines, then its buttons with their codes, the quiet ones on a line of their own."""
    buttons = said.prompt.buttons if said.prompt else ()
    lines = [line for line in clean(plain_text(said.body)).split("\n") if line.strip()]
    for quiet in (False, True):
        shown = [
            f"({code_of(flow, step, one)}) {'✔ ' if one.chosen else ''}{one.label}"
            for one in buttons
            if one.quiet is quiet
        ]
        if shown:
            lines.append("   ".join(shown))
    for number, line in enumerate(lines):
        yield f"bot  {mark} {line}" if number == 0 else f"       {line}"


def code_of(flow: Flow, step: str, button: Button) -> str:
    """What a button stands for: the code of its choice, or the word of the engine."""
    command, pressed = prompts.read_command(button.data), prompts.read(button.data)
    token = command[0] if command else pressed[1] if pressed else ""
    ask = flow.step(step) if step in flow.index else None
    if not isinstance(ask, Ask):
        return token
    if isinstance(ask.kind, AnyOf):
        number = token.removeprefix("-")
        return ask.kind.choices[int(number)].code if number.isdecimal() else token
    value = kinds.press(ask, token)
    return token if value is None else str(value)


def on_file(answers: Mapping[str, Answer]) -> str:
    """The line that ends a transcript."""
    return f"file: {', '.join(f'{name}={_value(answer)}' for name, answer in answers.items())}".rstrip()


def _value(answer: Answer) -> str:
    if answer.given is not Given.ANSWER:
        return answer.given.value
    if isinstance(answer.value, tuple):
        return "+".join(answer.value)
    text = str(answer.value)
    return text if re.fullmatch(r"[\w.-]+", text) else json.dumps(text, ensure_ascii=False)


def passes(span: timedelta) -> str:
    """Time passes, in the largest unit that fits."""
    minutes = span // timedelta(minutes=1)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"+{minutes // size}{unit}"
    return f"+{minutes}m"
