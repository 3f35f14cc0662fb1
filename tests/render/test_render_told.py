"""Buttons whose use the text tells by itself."""

from __future__ import annotations

from adapters.base import Capabilities
from adapters.render import plan, text_of
from flows.messages import Button, Message, Prompt, from_json, message, to_json

LONG = "x" * 40


def asked() -> Message:
    buttons = (
        Button(label="+ À vélo · 3", data="1.p.0.4", told=True),
        Button(label=LONG, data="1.p.0.2", told=True),
        Button(label="Done", data="1.p.done", quiet=True),
    )
    return message("1. À vélo — 3", prompt=Prompt(id="p", buttons=buttons, columns=2))


def test_they_are_left_out_where_nothing_can_be_pressed() -> None:
    (part,) = plan(asked(), Capabilities(max_text=1000), lang="en")
    assert text_of(part) == "1. À vélo — 3\n\nYou can also type: done"


def test_they_are_not_written_out_when_they_are_too_long() -> None:
    (part,) = plan(asked(), Capabilities(max_text=1000, buttons=10, button_label=20), lang="en")
    assert text_of(part) == "1. À vélo — 3"
    assert [[button.label for button in row] for row in part.rows] == [["+ À vélo · 3", "x" * 19 + "…"], ["Done"]]


def test_they_survive_being_stored() -> None:
    assert from_json(to_json(asked())) == asked()
