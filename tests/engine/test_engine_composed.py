"""A question is put into words once for all who stand at the same place: nobody sees a difference."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from talking import MODE, Chat, flow_of, text

from flows.effects import Effect, Send
from flows.engine import advance, begin
from flows.events import Pressed, Said
from flows.expr import parse
from flows.flow import Ask, Choice, End, Flow, OneOf, Window, YesNo
from flows.load import load_file
from flows.messages import Button, plain_text
from flows.session import Session

LIBRARY = Path(__file__).parents[2] / "flows" / "library"

AT = datetime(2026, 3, 2, tzinfo=UTC)
PEOPLE, MOVES = 12, 30
WORDS = ("oui", "1", "3", "back", "skip", "75011", "Plus de bancs dans le parc", "2026-04-01", "changer 1")

Moves = list[tuple[tuple[Effect, ...], Session]]


def wander(flow: Flow, person: int, before: Callable[[], None]) -> Moves:
    """What one person sees who presses and types at random."""
    dice = random.Random(person)
    step = begin(flow, session=f"s{person}", lang=flow.langs[person % len(flow.langs)], at=AT)
    seen: Moves = [(step.effects, step.session)]
    for _ in range(MOVES):
        before()
        buttons = [one.data for effect in step.effects if isinstance(effect, Send) for one in _buttons(effect)]
        event = (
            Pressed(at=AT, data=dice.choice(buttons))
            if buttons and dice.random() < 0.8
            else Said(at=AT, text=dice.choice(WORDS))
        )
        step = advance(flow, step.session, event)
        seen.append((step.effects, step.session))
    return seen


def _buttons(effect: Send) -> tuple[Button, ...]:
    return effect.message.prompt.buttons if effect.message.prompt else ()


@pytest.mark.parametrize("file", sorted(LIBRARY.glob("*.yaml")), ids=lambda file: file.stem)
def test_who_comes_later_sees_what_the_first_would_have_seen(file: Path) -> None:
    flow = load_file(file).flow
    assert flow is not None
    alone = replace(flow)
    for person in range(PEOPLE):
        assert wander(flow, person, lambda: None) == wander(alone, person, alone.composed.clear)


def test_the_words_are_shared_and_the_prompt_is_not() -> None:
    flow = flow_of(MODE, End(name="end", text=text("Bye")))
    one, other = (begin(flow, session=id, lang="en", at=AT) for id in ("s1", "s2"))
    (first,), (second,) = ([e.message for e in step.effects if isinstance(e, Send)] for step in (one, other))
    assert first.prompt
    assert second.prompt
    assert first.body is second.body
    assert first.prompt.id != second.prompt.id
    assert all(first.prompt.id in button.data for button in first.prompt.buttons)
    assert all(second.prompt.id in button.data for button in second.prompt.buttons)


def test_a_run_with_other_hours_tells_its_own() -> None:
    window = Window(zone="Europe/Paris", closes=datetime(2026, 3, 21, 20))  # noqa: DTZ001 (wall time by contract)
    ask = Ask(name="a", text=text("Until {closes}: yes?"), kind=YesNo())
    flow = flow_of(ask, End(name="end", text=text("Bye")), window=window)
    assert "Saturday 21 March" in Chat(flow).shown
    later = replace(flow, window=replace(window, closes=datetime(2026, 3, 22, 20)))  # noqa: DTZ001 (as above)
    assert "Sunday 22 March" in Chat(later).shown


def test_what_is_left_is_told_to_each() -> None:
    """At the second of three questions, one has two before them; another has come back and has one."""
    steps = (
        Ask(name="a", text=text("First?"), kind=YesNo()),
        Ask(name="b", text=text("{left} left. Second?"), kind=YesNo(), when=parse("a == 'yes'")),
        Ask(name="c", text=text("Third?"), kind=YesNo()),
        End(name="end", text=text("Bye")),
    )
    flow = flow_of(*steps)
    assert "2 left. Second?" in Chat(flow).say("yes").shown
    back = Chat(flow).say("no").say("yes").say("1").say("yes")
    assert "1 left. Second?" in back.shown


def test_an_order_of_ones_own_is_not_shared() -> None:
    kind = OneOf(choices=tuple(Choice(code=f"c{i}", label=text(f"L{i}")) for i in range(8)))
    flow = flow_of(Ask(name="a", text=text("Which?"), kind=kind, shuffle=True), End(name="end", text=text("Bye")))
    orders = set()
    for person in range(6):
        step = begin(flow, session=f"s{person}", lang="en", at=AT)
        sent = [effect for effect in step.effects if isinstance(effect, Send)]
        orders.add(tuple(button.label for effect in sent for button in _buttons(effect)))
    assert len(orders) > 3
    assert flow.composed == {}


def test_nothing_of_a_person_is_kept() -> None:
    flow = flow_of(
        MODE, Ask(name="b", text=text("{left} left. Sure?"), kind=YesNo()), End(name="end", text=text("Bye"))
    )
    Chat(flow).press("Bus").say("oui")
    assert flow.composed
    for shown in flow.composed.values():
        assert shown.prompt.id == ""
        assert "Bus" not in plain_text(shown.body)
