"""What people read: blanks, hours, progress, the recap, and what they typed themselves."""

from __future__ import annotations

from datetime import datetime

from talking import MOBILITY, MODE, Chat, flow_of, text

from flows.flow import Ask, End, Say, Window, Words, YesNo


def test_blanks_and_the_closing_hour_with_its_zone() -> None:
    window = Window(zone="Europe/Paris", closes=datetime(2026, 3, 21, 20))  # noqa: DTZ001 (wall time by contract)
    flow = flow_of(
        Say(name="hello", text=text("{{{left}}} questions before {closes}")),
        MODE,
        End(name="end", text=text("Bye")),
        window=window,
    )
    chat = Chat(flow)
    assert "{1} questions before Saturday" in chat.shown
    assert "Paris" in chat.shown


def test_progress_is_told_when_it_is_certain() -> None:
    chat = Chat(MOBILITY)
    assert "Question 1" in chat.shown
    assert "Question 1 of" not in chat.shown
    chat.press("Bus")
    assert "Question 2 of 3" in chat.shown


def test_the_recap_names_the_question_out_of_a_long_text() -> None:
    long = "First, some words.\n\n• One.\n\nDo you agree?\n\nTake your time."
    flow = flow_of(Ask(name="a", text=text(long), kind=YesNo()), End(name="end", text=text("Bye")))
    assert "1. Do you agree? → Yes" in Chat(flow).say("oui").shown


def test_what_a_citizen_typed_is_only_ever_plain() -> None:
    flow = flow_of(Ask(name="why", text=text("Why?"), kind=Words()), End(name="end", text=text("Bye")))
    evil = "<b>*_[x](javascript:1)"
    chat = Chat(flow).say(evil)
    seen = repr(chat.effects)
    assert f"Plain(text='{evil}')" in seen or f"\\n✔ {evil}" in seen
    assert "Bold(" not in seen
    assert all(evil not in node for node in seen.split("Italic(")[1:])
