"""Somebody in front of the engine, for tests that tell a conversation step by step.

chat = Chat(MOBILITY).press("Bus").say("34")
assert chat.at == "age" and "✔ Bus" in chat.shown
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from flows import prompts
from flows.effects import Amend, Note, Record, Send, Withdraw
from flows.engine import advance, begin
from flows.events import Commanded, Event, Pressed, Said
from flows.expr import parse
from flows.flow import (
    AnyOf,
    Ask,
    Choice,
    End,
    Flow,
    Number,
    OneOf,
    Say,
    Step,
    Text,
    make_flow,
)
from flows.messages import Button, plain_text
from flows.session import Answer, Given, Stage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def text(words: str) -> Text:
    return Text({"en": words})


def choices(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=text(code.capitalize())) for code in codes)


def flow_of(*steps: Step, **fields: object) -> Flow:
    given: dict[str, object] = {
        "id": "mobility",
        "version": "v1",
        "lang": "en",
        "langs": ("en",),
        "title": text("Getting around"),
        **fields,
    }
    return make_flow(steps=steps, **given)


MODE = Ask(name="mode", text=text("How do you come?"), kind=OneOf(choices=choices("bike", "bus", "car")), wording="w1")
BRAKES = Ask(
    name="brakes",
    text=text("What keeps you?"),
    kind=AnyOf(choices=choices("danger", "distance", "theft"), at_most=2),
    when=parse("mode != 'bike'"),
)
AGE = Ask(name="age", text=text("Your age?"), kind=Number(min=12, max=110), optional=True)
MOBILITY = flow_of(
    Say(name="hello", text=text("Three questions.")), MODE, BRAKES, AGE, End(name="thanks", text=text("Thank you!"))
)


class Chat:
    """One person in front of the engine; keeps the file of answers as the road would."""

    def __init__(self, flow: Flow, lang: str = "en") -> None:
        self.flow = flow
        self.file: dict[str, Answer] = {}
        step = begin(flow, session="s1", lang=lang, at=AT)
        self.session, self.effects = step.session, step.effects
        self.keyboard: tuple[Button, ...] = ()
        self.note()

    def note(self) -> None:
        for effect in self.effects:
            match effect:
                case Record(question=question, answer=answer, before=before):
                    assert self.file.get(question) == before
                    self.file[question] = answer
                case Withdraw(question=question, before=before):
                    assert self.file.pop(question) == before
                case Send(message=message) | Amend(message=message) if message.prompt:
                    self.keyboard = message.prompt.buttons
                case _:
                    pass
        assert self.file == self.session.answers

    def on(self, event: Event) -> Chat:
        step = advance(self.flow, self.session, event)
        self.session, self.effects = step.session, step.effects
        self.note()
        return self

    def say(self, words: str) -> Chat:
        return self.on(Said(at=AT, text=words))

    def command(self, name: str, argument: str = "") -> Chat:
        return self.on(Commanded(at=AT, name=name, argument=argument))

    def token(self, token: str, prompt: str | None = None) -> Chat:
        opened = prompt or (self.session.open.id if self.session.open else "none")
        return self.on(Pressed(at=AT, data=prompts.data(opened, token)))

    def buttons(self) -> dict[str, Button]:
        return {button.label: button for button in self.keyboard}

    def press(self, label: str) -> Chat:
        return self.on(Pressed(at=AT, data=self.buttons()[label].data))

    def stage(self) -> Stage:
        return self.session.stage

    @property
    def shown(self) -> str:
        """Everything put in front of the person by the last event."""
        return "\n".join(words(self.effects))

    @property
    def at(self) -> str | None:
        return self.session.open.step if self.session.open else None


def words(effects: Iterable[object]) -> Iterable[str]:
    for effect in effects:
        match effect:
            case Send(message=message):
                yield "< " + plain_text(message.body)
            case Amend(message=message):
                yield "~ " + plain_text(message.body)
            case Note(text=note):
                yield "! " + note
            case _:
                pass


def answer(value: object) -> Answer:
    return Answer(Given.ANSWER, value)  # type: ignore[arg-type]
