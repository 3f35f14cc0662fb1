"""Dates to answer with yes, if need be or no: what is shown, pressed and typed, and the laws of their drafts."""

# ruff: noqa: DTZ001 (wall times in the window's zone)
from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.flow import Slot, Slots
from flows.kinds import Partly, Taken, Wrong, slots
from flows.kinds.typedslots import STATES, answers, example
from flows.messages import plain_text
from flows.prompts import read as read_data

TIMES = (
    datetime(2026, 12, 3, 14),
    datetime(2026, 12, 3, 18, 30),
    datetime(2026, 12, 4, 18),
    date(2026, 12, 8),
    datetime(2026, 12, 10, 18),
)


def dates(*some: date | datetime, lasts: timedelta | None = None) -> Slots:
    made = tuple(Slot(code=f"s{i}", at=at) for i, at in enumerate(some, 1))
    return Slots(slots=made, zone="Europe/Paris", lasts=lasts)


KIND = dates(*TIMES, lasts=timedelta(hours=2))
DAYS = dates(date(2026, 12, 3), date(2026, 12, 5))
EVENINGS = dates(datetime(2026, 3, 3, 20), datetime(2026, 3, 10, 20))
KINDS = (KIND, DAYS, EVENINGS, dates(*(datetime(2027, 1, 1, 8) + timedelta(hours=13) * i for i in range(50))))


def typed(words: str, *kept: str, kind: Slots = KIND, lang: str = "fr") -> str | None:
    """The answers as one letter a date, `!` and the reason, or None. A whole answer ends with a point."""
    reply = slots.read(kind, words, lang, kept)
    match reply:
        case Taken(value) if isinstance(value, tuple):
            return "".join(str(one[1])[0] for one in value) + "."
        case Partly(draft):
            found = answers(kind, draft)
            return "".join(found.get(slot.code, "-")[0] for slot in kind.slots)
        case Wrong(why):
            return f"! {why}"
    return None


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        # numbers of the dates that suit
        ("1 3", "y-y--"),
        ("1, 3 et 5", "y-y-y"),
        ("２", "-y---"),
        ("n°2", "-y---"),
        ("no 2", "-y---"),
        ("la deuxième", None),
        ("6", None),
        ("0", None),
        # each with its answer
        ("1 oui, 2 peut-être, 3 non", "ymn--"),
        ("1 oui 2 non 3 si besoin", "ynm--"),
        ("1: oui\n2: non", "yn---"),
        ("1 ✔ 2 ✗ 3 ～", "ynm--"),
        ("oui : 1 3 ; non : 2", "yny--"),
        ("non 2 et 3", "-nn--"),
        ("1 yes, 2 maybe", "ym---"),
        ("1 à la rigueur", "m----"),
        # dates in words
        ("vendredi", "--y--"),
        ("vendredi oui", "--y--"),
        ("pas vendredi", "--n--"),
        ("je peux mardi mais pas vendredi", "--ny-"),
        ("je ne peux pas vendredi", "--n--"),
        ("mardi et vendredi oui", "--yy-"),
        ("jeudi 3 oui", "yy---"),
        ("jeudi 3 décembre si besoin", "mm---"),
        ("jeudi 3 après-midi", "y----"),
        ("jeudi 3 soir oui, mardi non", "-y-n-"),
        ("3/12 14h oui", "y----"),
        ("2026-12-04T18:00 oui", "--y--"),
        ("les jeudis non", "nn--n"),
        ("mar. 8 déc.", "---y-"),
        ("jeu. 3 déc. 18:30", "-y---"),
        ("le 8 décembre", "---y-"),
        ("18h30", "-y---"),
        # all and none
        ("tous", "yyyyy."),
        ("aucun", "nnnnn."),
        ("tous sauf mardi", "yyyny."),
        ("oui non oui non oui", "ynyny."),
        ("oui, peut-être, non, non, oui", "ymnny."),
        ("1 2 3 oui, 4 5 non", "yyynn."),
        # nothing that we understand
        ("samedi", None),
        ("oui", None),
        ("oui non", None),
        ("1 oui, 1 non", None),
        ("bonjour", None),
        ("vendredi prochain peut-être", None),
        ("", None),
        ("🎉", None),
    ],
)
def test_typed(words: str, meant: str | None) -> None:
    assert typed(words) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("Thu, Dec 3 18:30 yes", "-y---"),
        ("yes to friday", "--y--"),
        ("no tuesday", "---n-"),
        ("not tuesday, friday yes", "--yn-"),
        ("all except 2", "ynyyy."),
        ("1 yes, 2 if need be", "ym---"),
        ("Thursday afternoon Dec 3", "y----"),
    ],
)
def test_typed_in_english(words: str, meant: str) -> None:
    assert typed(words, lang="en") == meant


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("thursday", "125"),
        ("thursday yes", "125"),
        ("18h", "35"),
        ("the 4", "34"),
        ("the 8", "4"),
        ("yes to dec", None),
    ],
)
def test_several_dates_that_fit_are_asked_about(words: str, places: str | None) -> None:
    """Also a number that may be a place in the list or a day of the month. Too many to ask about are not understood."""
    asked = typed(words, lang="en")
    if places is None:
        assert asked is None
    else:
        assert str(asked).startswith("! Did you mean")
        assert sorted(re.findall(r"\((\d)\)", str(asked))) == list(places)


@pytest.mark.parametrize("words", ["1, 2 non", "1 non, 3", "jeudi 3 soir, mardi si besoin"])
def test_a_date_without_answer_beside_a_no_is_asked_about(words: str) -> None:
    assert str(typed(words, lang="en")).startswith("! Please give each date its answer, for example: 1 yes")


def test_what_is_typed_joins_what_is_there() -> None:
    assert typed("2 non", "s1=yes", "s2=yes") == "yn---"
    assert typed("oui", "s1=yes") is None, "the conversation takes it for `done`"


def test_shown_by_day_with_the_zone() -> None:
    kept = ("s1=yes", "s4=maybe", "s5=no")
    assert plain_text(slots.blocks(KIND, "en", kept)).split("\n") == [
        "Thursday, December 3, 2026",
        "1. 14:00–16:00 — ✔ yes",
        "2. 18:30–20:30",
        "",
        "Friday, December 4, 2026",
        "3. 18:00–20:00",
        "",
        "Tuesday, December 8, 2026",
        "4. all day — ～ if need be",
        "",
        "Thursday, December 10, 2026",
        "5. 18:00–20:00 — ✗ no",
        "",
        "The hours are Paris time.",
    ]
    assert plain_text(slots.blocks(DAYS, "fr", ())).split("\n") == [
        "1. Jeudi 3 décembre 2026",
        "2. Samedi 5 décembre 2026",
    ]


def test_a_tap_goes_on_to_the_next_answer() -> None:
    kept: tuple[str, ...] = ()
    labels = []
    for _ in range(4):
        found, columns = slots.buttons(KIND, "fr", "P", kept)
        assert columns == 2
        labels.append(found[0].label)
        token = (read_data(found[0].data) or ("", ""))[1]
        reply = slots.press(KIND, token, kept, "fr")
        assert isinstance(reply, Partly)
        assert slots.press(KIND, token, reply.draft, "fr") == reply, "pressed twice is pressed once"
        kept = reply.draft
    assert labels == ["jeu. 3 déc. 14:00", "✔ jeu. 3 déc. 14:00", "～ jeu. 3 déc. 14:00", "✗ jeu. 3 déc. 14:00"]
    assert kept == ("s1=yes",)


def test_done_counts_what_is_open_as_no() -> None:
    assert slots.done(DAYS, ("s2=maybe",), "en") == Taken((("s1", "no"), ("s2", "maybe")))
    assert slots.done(DAYS, (), "en") == Wrong("Please choose at least one date. If none suits you, type “none”.")
    assert "count as no" in slots.hint(DAYS, "en")


def test_in_words() -> None:
    assert slots.said(KIND, (("s1", "yes"), ("s2", "yes"), ("s3", "maybe"), ("s4", "no")), "en") == (
        "yes: Thu, Dec 3 14:00, Thu, Dec 3 18:30 · if need be: Fri, Dec 4 18:00"
    )
    assert slots.said(KIND, tuple((slot.code, "no") for slot in KIND.slots), "en") == "no date"
    assert typed(example("fr")) is not None
    assert typed(example("en"), lang="en") == "ym---"


def test_a_language_that_babel_does_not_know() -> None:
    assert slots.brief(KIND.slots[0], "zz") == "2026-12-03 14:00"
    assert plain_text(slots.blocks(DAYS, "zz", ())).startswith("1. 2026-12-03")


@pytest.mark.parametrize(
    "token", ["", ".", "0", "0.", "0.x", "5.yes", "00.yes", "٠.yes", "-1.yes", "none", "0.yes.yes"]
)
def test_forged_buttons_mean_nothing(token: str) -> None:
    assert slots.press(KIND, token, (), "en") is None


TYPED = ("1 3", "1 oui, 2 non", "tous", "aucun", "jeudi", "tous sauf 1", "18h", "1, 2 non", "oui", "le 3", "31/12 oui")
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just(True), st.builds(lambda a, b: f"{a}.{b}", st.integers(0, 55), st.sampled_from(STATES))),
        st.tuples(st.just(True), st.text(max_size=8)),
        st.tuples(st.just(False), st.one_of(st.sampled_from(TYPED), st.text(max_size=30))),
    ),
    max_size=15,
)


@given(kind=st.sampled_from(KINDS), moves=MOVES, lang=st.sampled_from(["fr", "en"]))
def test_whatever_comes_the_draft_stays_valid(kind: Slots, moves: list[tuple[bool, str]], lang: str) -> None:
    kept: tuple[str, ...] = ()
    for pressed, what in moves:
        reply = slots.press(kind, what, kept, lang) if pressed else slots.read(kind, what, lang, kept)
        match reply:
            case Partly(draft):
                assert tuple(f"{code}={state}" for code, state in answers(kind, draft).items()) == draft
                assert not pressed or slots.press(kind, what, draft, lang) == reply
                kept = draft
            case Taken(value):
                assert slots.done(kind, slots.draft(value), lang) == reply
                assert slots.said(kind, value, lang)
            case Wrong(why):
                assert why
        assert plain_text(slots.blocks(kind, lang, kept)).strip()
        found, columns = slots.buttons(kind, lang, "P", kept)
        assert len(found) == len(kind.slots)
        assert columns in (1, 2)


@given(kind=st.sampled_from(KINDS), data=st.data())
def test_an_answer_survives_its_draft(kind: Slots, data: st.DataObject) -> None:
    value = tuple((slot.code, data.draw(st.sampled_from(STATES))) for slot in kind.slots)
    assert slots.done(kind, slots.draft(value), "en") == Taken(value)
    assert slots.said(kind, value, "en")
