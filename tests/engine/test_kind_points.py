"""Score, dots and quadratic votes: what is shown, pressed and typed, and the laws of their drafts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import kinds
from flows.flow import Ask, Choice, Points, Text
from flows.kinds import Partly, Taken, Wrong, points, purse
from flows.messages import plain_text
from flows.prompts import read as read_data
from flows.session import Answer, Given, Value

LABELS = {"velo": "À vélo", "bus": "En bus", "tram": "Un tramway jusqu'à la gare", "l3": "Ligne 3"}


def text(words: str) -> Text:
    return Text({"en": words})


def some(count: int = 4) -> tuple[Choice, ...]:
    named = list(LABELS.items()) + [(f"o{i}", f"Option {i}") for i in range(5, count + 1)]
    return tuple(Choice(code=code, label=text(label)) for code, label in named[:count])


SCORE = Points(choices=some(), most=5)
DOTS = Points(choices=some(), most=5, total=10)
QUADRATIC = Points(choices=some(), most=10, total=100, squared=True)
MANY = Points(choices=some(20), most=5, total=10)
LARGE = Points(choices=some(3), most=100, total=100)
KINDS = (SCORE, DOTS, QUADRATIC, MANY, LARGE, Points(choices=some(2), most=1), Points(choices=some(20), most=10))


def asked(kind: Points) -> Ask:
    return Ask(name="q", text=text("?"), kind=kind)


def typed(kind: Points, words: str, *kept: str) -> Any:
    reply = points.read(kind, words, "en", "en", kept)
    match reply:
        case Taken(value):
            return value
        case Partly(draft):
            return draft
        case Wrong(why):
            return why
    return None


def shown(kind: Points, *kept: str) -> list[str]:
    return plain_text(points.blocks(kind, "en", "en", kept)).split("\n")


def keys(kind: Points, *kept: str) -> dict[str, str]:
    found, _ = points.buttons(kind, "en", "en", "P", kept)
    return {button.label: (read_data(button.data) or ("", ""))[1] for button in found}


# Typed


@pytest.mark.parametrize(
    ("kind", "words", "meant"),
    [
        (SCORE, "3 0 5 2", (("velo", 3), ("bus", 0), ("tram", 5), ("l3", 2))),
        (SCORE, "3, 0, 5, 2", (("velo", 3), ("bus", 0), ("tram", 5), ("l3", 2))),
        (SCORE, "３ ０ ٥ 2", (("velo", 3), ("bus", 0), ("tram", 5), ("l3", 2))),
        (SCORE, "3 - 5 -", (("velo", 3), ("tram", 5))),
        (SCORE, "à vélo 1, bus 2, tramway 3, ligne 3 4", (("velo", 1), ("bus", 2), ("tram", 3), ("l3", 4))),
        (DOTS, "3 0 5 2", (("velo", 3), ("tram", 5), ("l3", 2))),
        (DOTS, "1 0 0 0", (("velo", 1),)),
        (QUADRATIC, "7 7 1 1", (("velo", 7), ("bus", 7), ("tram", 1), ("l3", 1))),
    ],
)
def test_who_answers_for_every_option_has_answered(kind: Points, words: str, meant: Value) -> None:
    assert typed(kind, words, "bus=1") == meant


@pytest.mark.parametrize(
    ("words", "draft"),
    [
        ("vélo 3, bus 2", ("velo=3", "bus=2")),
        ("velo 3 bus 2", ("velo=3", "bus=2")),
        ("2: 5", ("bus=5",)),
        ("2 = 5 ; 3 → 1", ("bus=5", "tram=1")),
        ("2: 5 3: 1", ("bus=5", "tram=1")),
        ("la deuxième 4", ("bus=4",)),
        ("3 points pour le bus", ("bus=3",)),
        ("3 for bus", ("bus=3",)),
        ("bus 3 points", ("bus=3",)),
        ("bus trois", ("bus=3",)),
        ("ligne 3 4", ("l3=4",)),
        ("Ligne 3: 4", ("l3=4",)),
        ("tramvay 2", ("tram=2",)),
        ("vélo 3\nbus 2", ("velo=3", "bus=2")),
        ("vélo 3 et bus 2", ("velo=3", "bus=2")),
    ],
)
def test_points_for_some_options_wait_for_done(words: str, draft: tuple[str, ...]) -> None:
    assert typed(DOTS, words) == draft


def test_more_and_less_start_from_what_is_there() -> None:
    assert typed(DOTS, "vélo +1", "velo=2", "bus=1") == ("velo=3", "bus=1")
    assert typed(DOTS, "vélo -1", "velo=2") == ("velo=1",)
    assert typed(DOTS, "vélo −2", "velo=2") == ()
    assert typed(DOTS, "vélo +4", "velo=2") == "One option can get 5 points at most, and never less than 0."
    assert typed(DOTS, "vélo 0", "velo=2", "bus=1") == ("bus=1",)


@pytest.mark.parametrize("words", ["", "x", "🎉", "1 oui", "velo 3 velo 4", "velo, bus", "9999999999", "-", ":"])
def test_not_understood(words: str) -> None:
    assert typed(DOTS, words, "velo=1") is None


def test_too_many_points_say_how_many_are_left() -> None:
    assert typed(DOTS, "bus 5", "velo=5", "tram=3") == "That takes 5 more, and you have only 2 points left."
    assert typed(DOTS, "bus 1", "velo=5", "tram=5") == "You have no points left. Take some away elsewhere first."
    assert typed(DOTS, "5 5 5 0") == "That takes 15 more, and you have only 10 points left."
    assert typed(QUADRATIC, "bus 7", "velo=8") == "That takes 49 more, and you have only 36 points left."
    assert typed(QUADRATIC, "bus 11") == "One option can get 10 votes at most, and never less than 0."
    assert typed(SCORE, "bus 6") == "Please choose a whole number from 0 to 5."


def test_numbers_that_could_mean_two_things_are_asked_about() -> None:
    assert typed(DOTS, "1 3") == ("There are 4 options: please type 4 numbers, or name the options, for example: 2: 3.")
    assert typed(DOTS, "3") == ("How many points for “Un tramway jusqu'à la gare”? Please type, for example: 3: 3.")
    assert typed(QUADRATIC, "vélo") == "How many votes for “À vélo”? Please type, for example: 1: 3."


# One card after the other


def test_a_score_takes_one_number_an_option() -> None:
    kept: tuple[str, ...] = ()
    assert shown(SCORE)[-1] == "1. À vélo — your score, from 0 to 5? “–” gives none."
    for words in ("3", "4/5", "-", "cinq"):
        kept = typed(SCORE, words, *kept)
    assert kept == ("velo=3", "bus=4", "l3=5")
    assert shown(SCORE, *kept) == [
        "1. À vélo — ●●●○○ 3",
        "2. En bus — ●●●●○ 4",
        "3. Un tramway jusqu'à la gare — no score",
        "4. Ligne 3 — ●●●●● 5",
        "",
        "To give or change points, choose an option or type its number.",
    ]
    assert points.done(SCORE, kept, "en") == Taken((("velo", 3), ("bus", 4), ("l3", 5)))


def test_a_card_opens_again_by_its_button_its_number_or_its_name() -> None:
    kept = ("velo=3", "bus=4", "tram=0", "l3=5")
    assert keys(SCORE, *kept)["En bus · 4"] == "1"
    opened = (*kept, "@bus")
    assert points.press(SCORE, "1", kept, "en") == Partly(opened)
    assert {typed(SCORE, words, *kept) for words in ("2", "en bus", "bus", "la deuxième")} == {opened}
    assert keys(SCORE, *opened) == {"0": "1.0", "1": "1.1", "2": "1.2", "3": "1.3", "4": "1.4", "5": "1.5", "–": "1.x"}
    assert points.press(SCORE, "1.x", opened, "en") == Partly(("velo=3", "tram=0", "l3=5"))
    assert points.press(SCORE, "1.4", opened, "en") == Partly(kept)


def test_all_left_out_is_not_asked_for_ever() -> None:
    kept: tuple[str, ...] = ()
    for at in range(4):
        reply = points.press(SCORE, f"{at}.x", kept, "en")
        assert isinstance(reply, Partly)
        kept = reply.draft
    assert kept == ("@",)
    assert "@" not in " ".join(shown(SCORE, *kept))
    assert points.done(SCORE, kept, "en") == Wrong("Please score at least one option first.")


# The purse


def test_the_purse_is_shown_below_the_options() -> None:
    assert shown(DOTS, "velo=3", "tram=1") == [
        "1. À vélo — ●●● 3",
        "2. En bus — 0",
        "3. Un tramway jusqu'à la gare — ● 1",
        "4. Ligne 3 — 0",
        "",
        "██████░░░░ 6 points left of 10",
    ]
    assert shown(QUADRATIC, "velo=3", "tram=9") == [
        "1. À vélo — ●●● 3 (cost: 9, one more: 7)",
        "2. En bus — 0 (one more: 1)",
        "3. Un tramway jusqu'à la gare — ●●●●●●●●● 9 (cost: 81)",
        "4. Ligne 3 — 0 (one more: 1)",
        "",
        "█░░░░░░░░░ 10 points left of 100",
    ]


def test_each_option_has_its_two_buttons() -> None:
    found, columns = points.buttons(DOTS, "en", "en", "P", ("velo=3",))
    assert columns == 2
    assert [button.label for button in found[:6]] == [
        "− 1. À vélo",
        "+ 1. À vélo · 3",
        "− 2. En bus",
        "+ 2. En bus · 0",
        "− 3. Un tramway…",
        "+ 3. Un tramway… · 0",
    ]
    assert keys(DOTS, "velo=3")["+ 1. À vélo · 3"] == "0.4"
    assert points.press(DOTS, "0.4", ("velo=3",), "en") == Partly(("velo=4",))
    assert points.press(DOTS, "0.-1", (), "en") == Wrong(points_limit(), mild=True)
    assert points.press(DOTS, "0.6", ("velo=5",), "en") == Wrong(points_limit(), mild=True)


def points_limit() -> str:
    return "One option can get 5 points at most, and never less than 0."


def test_many_options_and_large_purses_are_opened_one_at_a_time() -> None:
    found, columns = points.buttons(MANY, "en", "en", "P", ("velo=3",))
    assert (len(found), columns) == (20, 2)
    assert list(keys(MANY, "velo=3", "bus=5", "@tram")) == ["0", "1", "2"]
    assert points.press(MANY, "2.2", ("velo=3", "@tram"), "en") == Partly(("velo=3", "tram=2"))
    assert list(keys(LARGE, "velo=30", "bus=50", "@velo")) == [
        "0",
        "10",
        "20",
        "25",
        "29",
        "30",
        "31",
        "35",
        "40",
        "50",
    ]


def test_an_empty_ballot_is_no_answer() -> None:
    assert points.done(DOTS, (), "en") == Wrong("Please give at least one point first.")
    assert typed(DOTS, "0 0 0 0") == "Please give at least one point first."
    assert points.done(DOTS, ("velo=1",), "en") == Taken((("velo", 1),))


def test_in_words() -> None:
    assert points.said(DOTS, (("velo", 3), ("bus", 2)), "en", "en") == "À vélo 3, En bus 2"
    assert points.said(SCORE, (("velo", 0),), "en", "en") == "À vélo 0"
    assert points.hint(DOTS, "en").startswith("You have 10 points to share out, at most 5 on one option.")
    assert "1 vote costs 1 point" in points.hint(QUADRATIC, "en")
    for kind in KINDS:
        assert points.example(kind) in points.hint(kind, "en")
        assert typed(kind, points.example(kind)) is not None
        assert "for example" in points.expected(kind, "fr") or "exemple" in points.expected(kind, "fr")


@pytest.mark.parametrize(
    "token",
    ["", ".", "x", "-", "4.1", "04.1", "0.", "0.7", "0.-2", "0.01", "0.+1", "٠.1", "0.١", "99999999.1", "0.9999999"],
)
def test_forged_buttons_mean_nothing(token: str) -> None:
    assert points.press(DOTS, token, (), "en") is None


# Laws


def valid(kind: Points, kept: tuple[str, ...]) -> bool:
    """Written as the kind itself would write it, and within what there is."""
    state = purse.ballot(kind, kept)
    fits = kind.total is None or purse.spent(kind, state.given) <= kind.total
    within = all(0 <= one <= kind.most for one in state.given.values())
    return fits and within and purse.kept_as(kind, state.given, state.card) == kept


TYPED = (
    "1",
    "4",
    "-",
    "3 0 5 2",
    "vélo 3, bus 2",
    "2: 5",
    "vélo +1",
    "vélo -1",
    "bus",
    "9 9 9 9",
    "tout",
    "oui",
    "0 0",
)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("press"), st.builds(lambda a, b: f"{a}.{b}", st.integers(0, 21), st.integers(-1, 101))),
        st.tuples(st.just("press"), st.one_of(st.integers(0, 21).map(str), st.just("0.x"), st.text(max_size=8))),
        st.tuples(st.just("offered"), st.integers(0, 50).map(str)),
        st.tuples(st.just("type"), st.one_of(st.sampled_from(TYPED), st.text(max_size=20))),
    ),
    max_size=20,
)


@given(kind=st.sampled_from(KINDS), moves=MOVES, lang=st.sampled_from(["fr", "en"]))
def test_whatever_comes_the_draft_stays_valid(kind: Points, moves: list[tuple[str, str]], lang: str) -> None:
    kept: tuple[str, ...] = ()
    for way, what in moves:
        if way == "offered":
            found, columns = points.buttons(kind, lang, "en", "P", kept)
            assert 1 <= columns <= 7
            token = (read_data(found[int(what) % len(found)].data) or ("", ""))[1]
            reply = points.press(kind, token, kept, lang)
            assert reply is not None, token
        else:
            look = (
                points.press if way == "press" else lambda *given: points.read(given[0], given[1], lang, "en", given[2])
            )
            reply = look(kind, what, kept, lang)
            token = what if way == "press" else ""
        match reply:
            case Partly(draft):
                assert valid(kind, draft)
                if token:
                    assert points.press(kind, token, draft, lang) == reply, "pressed twice is pressed once"
                kept = draft
            case Taken(value):
                assert points.done(kind, points.draft(value), lang) == reply
                assert points.said(kind, value, lang, "en")
            case Wrong(why):
                assert why
        assert plain_text(points.blocks(kind, lang, "en", kept)).strip()
        assert all(
            button.label and len(button.label) <= 36 for button in points.buttons(kind, lang, "en", "P", kept)[0]
        )


@given(kind=st.sampled_from(KINDS), data=st.data())
def test_an_answer_survives_its_draft(kind: Points, data: st.DataObject) -> None:
    given_points: dict[str, int] = {}
    for choice in kind.choices:
        least = 0 if kind.total is None else 1
        most = purse.top(kind, given_points, choice.code)
        if most >= least and data.draw(st.booleans()):
            given_points[choice.code] = data.draw(st.integers(least, most))
    if given_points:
        value = tuple(given_points.items())
        ask = asked(kind)
        assert kinds.done(ask, kinds.draft(ask, value), "en") == Taken(value)
        assert kinds.say(ask, Answer(Given.ANSWER, value), "en", "en")
