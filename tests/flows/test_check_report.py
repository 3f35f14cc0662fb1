"""What `palabre check` prints."""

from __future__ import annotations

import json

from bot.checking import render_report
from flows.load import load_text

BAD = (
    "palabre: 2\nid: x\nlang: en\ntitle: T\nsteps:\n  - ask: a\n    text: x\n    rating: 5\n  - end: bye\n    text: x\n"
)


def test_one_line_for_each_mistake_and_remark_in_order() -> None:
    assert render_report(load_text(BAD, "f.yaml")).splitlines() == [
        "f.yaml:1:10: palabre: this version of the format is not known - write palabre: 1",
        "f.yaml:6:5: ask a: remark: nobody can leave this question without an opinion"
        " - add optional, dont_know or abstain: true",
        "1 mistake to correct.",
    ]


def test_a_good_file_says_what_it_is() -> None:
    loaded = load_text(BAD.replace("palabre: 2", "palabre: 1"), "f.yaml")
    assert loaded.flow is not None
    last = render_report(loaded).splitlines()[-1]
    assert last == f"x is ready: 1 question; languages: en; version {loaded.flow.version[:16]}."


def test_colours_only_when_asked() -> None:
    loaded = load_text(BAD, "f.yaml")
    assert "\x1b" not in render_report(loaded)
    assert "\x1b[31m" in render_report(loaded, colour=True)


def test_json_for_programs() -> None:
    data = json.loads(render_report(load_text(BAD, "f.yaml"), as_json=True))
    assert [(one["level"], one["line"], one["column"]) for one in data] == [("mistake", 1, 10), ("remark", 6, 5)]
    assert set(data[0]) == {"level", "file", "line", "column", "where", "what", "hint"}
    clean = BAD.replace("palabre: 2", "palabre: 1").replace("rating: 5", "number: true")
    assert json.loads(render_report(load_text(clean, "f"), as_json=True)) == []


def test_what_a_file_says_cannot_colour_the_terminal() -> None:
    loaded = load_text('palabre: 1\ntitle: x\n"\\x1b[31m\\x9b": y\n', "f.yaml", lang="en")
    assert "\x1b" not in render_report(loaded)
    assert "\x9b" not in render_report(loaded)
