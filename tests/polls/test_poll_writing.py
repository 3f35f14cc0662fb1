"""A poll as a file: whatever was typed comes out of the loader as it went in."""

# ruff: noqa: DTZ001 (wall times)
from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.polls.line import read
from bot.polls.model import PollLine
from bot.polls.writing import codes, flow_text, poll_id
from flows.fields import CODE, GIVEN_CODES, SLUG
from flows.flow import (
    AnyOf,
    Ask,
    Every,
    Flow,
    Grades,
    Method,
    OneOf,
    Order,
    Points,
    ResultsMode,
    Rule,
    Secrecy,
    Slots,
    make_flow,
)
from flows.load import load_text
from flows.reading import clean
from flows.tally.outcome import Cut
from flows.wording import write

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
PARIS = "Europe/Paris"
BASE = PollLine(question="Quel jour ?", choices=("mardi", "jeudi"), zone=PARIS, opens=datetime(2026, 11, 20, 15, 30))


def flow_of(line: PollLine, lang: str = "fr") -> Flow:
    text = flow_text(line, id=poll_id(line.question, ()), lang=lang, zone=line.zone)
    loaded = load_text(text, "poll", lang="en")
    assert loaded.flow is not None, [str(one) for one in loaded.mistakes] + [text]
    return loaded.flow


def typed(text: str) -> tuple[Flow, Ask, Rule]:
    """What a line becomes."""
    line = read(text, now=NOW, zone=PARIS, lang="fr", place_public=True)
    assert isinstance(line, PollLine), [str(one) for one in line]
    flow = flow_of(line)
    ask = flow.asks[0]
    assert ask.rule is not None
    return flow, ask, ask.rule


def test_a_plain_poll() -> None:
    flow, ask, rule = typed("Quel jour ? | mardi | jeudi")
    assert (flow.id, flow.lang, flow.langs, flow.recap) == ("quel-jour", "fr", ("fr",), False)
    assert (flow.results, flow.secrecy) == (ResultsMode.LIVE, Secrecy.OPEN)
    assert flow.window is not None
    assert (flow.window.zone, flow.window.closes, flow.window.every) == (PARIS, None, None)
    assert isinstance(ask.kind, OneOf)
    assert [(one.code, one.label.by_lang) for one in ask.kind.choices] == [
        ("mardi", {"fr": "mardi"}),
        ("jeudi", {"fr": "jeudi"}),
    ]
    assert ask.name == "vote"
    assert rule == Rule(method=Method.PLURALITY)


def test_settings_arrive() -> None:
    flow, ask, rule = typed(
        "Quel jour ? | mardi | jeudi | 3d confidential max=2 quorum=25% inscrits=120 seuil=2/3 tie=draw shuffle add "
        "blank"
    )
    assert (flow.results, flow.secrecy) == (ResultsMode.AT_CLOSE, Secrecy.CONFIDENTIAL)
    assert flow.window is not None
    assert flow.window.closes == datetime(2026, 11, 23, 15, 30)
    assert isinstance(ask.kind, AnyOf)
    assert (ask.kind.at_least, ask.kind.at_most) == (1, 2)
    assert (ask.shuffle, ask.add, ask.blank, ask.none) == (True, True, True, False)
    assert rule == Rule(
        method=Method.APPROVAL,
        quorum=Fraction(1, 4),
        electorate=120,
        threshold=Fraction(2, 3),
        tie=Cut.DRAW,
    )


def test_what_comes_back() -> None:
    flow, _, _ = typed("Quel jour ? | mardi | jeudi | weekly 2d 8 times")
    assert flow.window is not None
    assert flow.window.opens == datetime(2026, 11, 20, 15, 30)
    assert flow.window.closes == datetime(2026, 11, 22, 15, 30)
    assert (flow.window.every, flow.window.until) == (Every.WEEK, datetime(2027, 1, 8, 15, 30))


@pytest.mark.parametrize("every", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize("now", [NOW, datetime(2026, 10, 23, 13, tzinfo=UTC), datetime(2027, 3, 26, 13, tzinfo=UTC)])
def test_what_comes_back_all_the_time_loads_over_every_change_of_clocks(every: str, now: datetime) -> None:
    line = read(f"Quel jour ? | mardi | jeudi | {every} 5 times", now=now, zone=PARIS, lang="fr", place_public=True)
    assert isinstance(line, PollLine)
    assert flow_of(line).window is not None


def test_each_method_becomes_its_question() -> None:
    kinds = {
        "method=approval": AnyOf,
        "method=score most=7": Points,
        "method=dots points=8 each=3": Points,
        "method=quadratic": Points,
        "ranked": Order,
        "irv min=2": Order,
        "borda max=2": Order,
        "stv seats=2": Order,
        "jugement majoritaire mentions=5": Grades,
    }
    for said, kind in kinds.items():
        _, ask, _ = typed(f"Quel jour ? | mardi | jeudi | samedi | {said}")
        assert isinstance(ask.kind, kind), said
    _, ask, rule = typed("Adopter la charte ? | method=consent reason=none")
    assert isinstance(ask.kind, OneOf)
    assert rule.method is Method.CONSENT


def test_dates_to_choose_from() -> None:
    _, ask, _ = typed("Quand ? | mardi 18h | 3 décembre | zone=Indian/Reunion dates")
    assert isinstance(ask.kind, Slots)
    assert [slot.at for slot in ask.kind.slots] == [datetime(2026, 11, 24, 18), date(2026, 12, 3)]
    assert ask.kind.zone == "Indian/Reunion"


def test_yes_or_no_leaves_room_for_no_opinion() -> None:
    _, ask, _ = typed("On se voit jeudi ?")
    assert isinstance(ask.kind, OneOf)
    assert [one.code for one in ask.kind.choices] == ["oui", "non"]
    assert ask.abstain


def test_more_than_half_is_more_than_half() -> None:
    _, _, rule = typed("Quel jour ? | mardi | jeudi | majority")
    assert (rule.threshold, rule.strictly) == (Fraction(1, 2), True)


# --- Any text survives -----------------------------------------------------------------------------------------------

HOSTILE = [
    'a": "b',
    "\\",
    "\\n",
    "}}{title}{{",
    "{title}",
    "# comment",
    "- item",
    "&anchor *alias !tag",
    "a: b",
    "'",
    "|",
    ">",
    "%TAG",
    "---",
    "...",
    "null",
    "~",
    "no",
    "12:30",
    "0x10",
    "\u2028line",
    "😀",
    "👩‍👩‍👧",
    "\U000e0041",
    "\u00a0x",
    "\uffff",
    "مرحبا",
    "<b>&amp;",
    "${HOME}",
    "x" * 100,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back_as_they_were(text: str) -> None:
    _survives(replace(BASE, question=text, choices=(text, "autre")))


SOMETHING = st.text(min_size=1, max_size=60).map(clean).filter(lambda text: bool(text.strip()))


@settings(max_examples=150, deadline=None)
@given(question=SOMETHING, choices=st.lists(SOMETHING, min_size=2, max_size=6, unique_by=str.casefold))
def test_any_question_and_choices_survive(question: str, choices: list[str]) -> None:
    _survives(replace(BASE, question=question, choices=tuple(choices), closes=datetime(2026, 12, 1, 18)))


def _survives(line: PollLine) -> None:
    flow = flow_of(line)
    ask = flow.asks[0]
    assert isinstance(ask.kind, OneOf)
    assert flow.title.read("fr", "fr") == line.question.strip()
    assert write(flow, ask.text, "fr", 0) == line.question.strip()
    assert [one.label.read("fr", "fr") for one in ask.kind.choices] == [one.strip() for one in line.choices]
    assert make_flow(steps=flow.steps, id="x", version="", lang="fr", langs=("fr",), title=flow.title).asks == flow.asks


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=2, max_size=20))
def test_codes_are_codes_and_no_two_are_the_same(labels: list[str]) -> None:
    found = codes(labels)
    assert len(set(found)) == len(labels)
    assert all(re.fullmatch(CODE, code) for code in found)
    assert not {*found} & {*GIVEN_CODES, "blank", "none"}


def test_codes_are_readable() -> None:
    assert codes(["À vélo", "en bus", "En bus", "🚀", "None", "x" * 90]) == [
        "a_velo",
        "en_bus",
        "en_bus_2",
        "option_4",
        "none_2",
        "x" * 36,
    ]


def test_ids_are_short_and_free() -> None:
    assert poll_id("Quel jour ?", ()) == "quel-jour"
    assert poll_id("Quel jour ?", {"quel-jour", "quel-jour-2"}) == "quel-jour-3"
    assert poll_id("?", ()) == "poll"
    assert poll_id("Où nous retrouvons-nous pour la fête de la ville ?", ()) == "ou-nous-retrouvons-nous-pour-la"


@given(st.text(max_size=80))
def test_an_id_is_one(question: str) -> None:
    assert re.fullmatch(SLUG, poll_id(question, {"poll"}))
