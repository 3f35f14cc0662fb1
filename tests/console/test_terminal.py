"""What a terminal shows of a part."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Part
from adapters.terminal import clean, colours, language, show, width
from flows.messages import Bold, Bullets, Italic, Link, Plain, message, paragraph


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(*blocks: object, columns: int | None = None, colour: bool = False) -> str:
    return show(Part(body=message(*blocks).body), columns=columns, colour=colour)  # type: ignore[arg-type]


def test_lines_end_between_words_and_lists_keep_their_margin() -> None:
    items = ((Plain("Davantage de bus le soir"),), (Plain("Rien"),))
    assert shown("Que faut-il changer ?", Bullets(items, numbered=True), columns=16) == (
        "Que faut-il\nchanger ?\n\n1. Davantage de\n   bus le soir\n2. Rien"
    )


def test_wide_letters_take_two_columns_and_accents_none() -> None:
    assert shown("投票 投票", columns=8) == "投票\n投票"
    assert shown("e\u0301te\u0301 ici", columns=7) == "e\u0301te\u0301 ici"


def test_styles_only_where_there_are_colours() -> None:
    block = paragraph(Bold("Oui"), " ", Italic("non"), " ", Link("page", "https://ville.fr"))
    assert shown(block) == "Oui non page (https://ville.fr)"
    assert shown(block, colour=True, columns=8) == "\x1b[1mOui\x1b[22m \x1b[3mnon\x1b[23m\npage\n(https://ville.fr)"


def test_colours_are_for_terminals_that_want_them() -> None:
    assert colours(Screen(), {"TERM": "xterm"})
    assert not colours(io.StringIO(), {"TERM": "xterm"})
    assert not colours(Screen(), {"NO_COLOR": "1"})
    assert not colours(Screen(), {"TERM": "dumb"})


def test_lines_have_a_width_on_terminals_only() -> None:
    assert width(io.StringIO()) is None
    assert isinstance(width(Screen()), int)


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_GB"}, "en"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LC_ALL": "POSIX"}, None),
        ({}, None),
    ],
)
def test_the_language_of_the_terminal(environ: dict[str, str], lang: str | None) -> None:
    assert language(environ) == lang


@given(st.text(), st.integers(1, 80))
def test_no_word_is_lost_by_wrapping(text: str, columns: int) -> None:
    assert shown(text, columns=columns).split() == clean(text).split()
