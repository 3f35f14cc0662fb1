"""`palabre try` where people put forward and judge: the pool is in memory, and the record says what it got."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pooled import TOPICS, a_flow, cards, idea, text

from bot.trying import play
from flows.flow import Flow

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
FLOW = a_flow(
    cards("idea", batch=3), idea(optional=True, most=2, opener=text("Il faut", "We should"), categories=TOPICS)
)


def played(flow: Flow, *typed: str, lang: str = "en") -> str:
    screen, source = io.StringIO(), iter((*typed, None))
    play(
        flow,
        lang=lang,
        read=lambda: next(source),
        write=lambda words: screen.write(words + "\n"),
        now=NOON,
        repro=True,
    )
    return screen.getvalue()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_record_names_judgements_texts_and_supports(lang: str) -> None:
    said = played(
        FLOW, "#agree", "#priority", "#disagree", "#neutral", "#enough", "plant trees", "#green", "#send", lang=lang
    )
    assert 'file: cards=3, idea=1, #1=agree(priority), #2=disagree, #3=neutral, idea#5="' in said


def test_buttons_of_the_card_before_can_be_pressed() -> None:
    said = played(FLOW, "#agree", "#undo", "#disagree", "#enough")
    assert "file: cards=1, #1=disagree" in said
    assert "(undo) " in said


def test_what_was_put_forward_here_is_found_again() -> None:
    said = played(
        FLOW, "1", "assez", "planter des arbres", "#green", "#send", "#another", "planter des arbres", "#support1"
    )
    assert "Is it this one?" in said or "(support1)" in said
    assert "#5=agree" in said


def test_what_was_put_forward_here_can_be_judged() -> None:
    flow = a_flow(idea(), cards("idea", statements=()))
    said = played(flow, "planter des arbres", "#send", "#agree")
    assert 'file: idea=1, cards=1, #1=agree, idea#1="planter des arbres"' in said
