"""Projects in a basket that holds only so much: what is shown, pressed and typed, and the laws of the draft."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import kinds
from flows.flow import Ask, Basket, Project, Text
from flows.kinds import Partly, Taken, Wrong, basket
from flows.messages import plain_text
from flows.prompts import read as read_data


def project(code: str, label: str, cost: int) -> Project:
    return Project(code=code, label=Text({"en": label}), cost=cost)


TOWN = (
    project("piste", "Piste cyclable", 40_000),
    project("skate", "Skate park, côté gare", 35_000),
    project("jardin", "Jardin partagé", 12_000),
    project("lum", "Éclairage solaire de la promenade du bord de l'eau", 30_000),
)
KIND = Basket(projects=TOWN, limit=80_000, currency="EUR")
TWO = Basket(projects=TOWN, limit=80_000, currency="EUR", at_least=2, at_most=2)
KINDS = (
    KIND,
    TWO,
    Basket(projects=TOWN, limit=1_000_000, currency="JPY", at_least=0),
    Basket(projects=TOWN, limit=10, currency="CHF", at_least=0, at_most=1),
)


def typed(words: str, *kept: str, kind: Basket = KIND) -> Any:
    reply = basket.read(kind, words, "en", "en", kept)
    match reply:
        case Partly(draft):
            return draft
        case Wrong(why):
            return why
    return reply


@pytest.mark.parametrize(
    ("words", "kept", "draft"),
    [
        ("1 3", (), ("piste", "jardin")),
        ("1, 3", (), ("piste", "jardin")),
        ("1 et 3", (), ("piste", "jardin")),
        ("+1 +3", (), ("piste", "jardin")),
        ("3", ("piste",), ("piste", "jardin")),
        ("3", ("jardin",), ("jardin",)),
        ("piste et jardin", (), ("piste", "jardin")),
        ("jradin", (), ("jardin",)),
        ("la deuxième", (), ("skate",)),
        ("skate park, côté gare", (), ("skate",)),
        ("-1", ("piste", "jardin"), ("jardin",)),
        ("− 1", ("piste", "jardin"), ("jardin",)),
        ("3 -1", ("piste",), ("jardin",)),
        ("2, -1", ("piste", "jardin"), ("skate", "jardin")),
        ("sans la piste", ("piste", "jardin"), ("jardin",)),
        ("remove 1", ("piste", "jardin"), ("jardin",)),
        ("le skate mais pas le jardin", ("jardin",), ("skate",)),
        ("aucun", ("piste", "jardin"), ()),
        ("-2", ("piste",), ("piste",)),
    ],
)
def test_typed(words: str, kept: tuple[str, ...], draft: tuple[str, ...]) -> None:
    assert typed(words, *kept) == draft


@pytest.mark.parametrize("words", ["", "🎉", "99", "0", "2-3", "1 -1", "oui", "piscine", "x" * 5000, "-"])
def test_not_understood(words: str) -> None:
    assert typed(words, "piste") is None


def test_what_does_not_fit_is_refused_with_how_much_is_missing() -> None:
    assert typed("2", "piste", "jardin") == (
        "“Skate park, côté gare” costs €7,000 more than what is left (€28,000). Take something out first."
    )
    assert typed("1 2 3") == "Together these cost €7,000 more than what is left (€80,000)."
    assert typed("tous") == "Together these cost €37,000 more than what is left (€80,000)."
    assert basket.press(KIND, "1", ("piste", "jardin"), "fr") == basket.read(KIND, "2", "fr", "en", ("piste", "jardin"))
    assert typed("2 -3", "piste", "jardin") == ("piste", "skate")


def test_as_many_as_it_holds() -> None:
    assert typed("éclairage", "jardin", "skate", kind=TWO) == "The basket holds 2 projects at most. Take one out first."
    assert basket.done(TWO, ("piste",), "en") == Wrong("Please choose 1 more project.")
    assert basket.done(TWO, ("piste", "jardin"), "en") == Taken(("piste", "jardin"))
    assert basket.done(KIND, (), "en") == Wrong("Please choose 1 more project.")
    assert basket.done(KINDS[2], (), "en") == Taken(())
    assert basket.said(KIND, (), "en", "en") == "no project"
    assert "Choose exactly 2 projects." in basket.hint(TWO, "en")


def test_shown_with_what_is_left() -> None:
    assert plain_text(basket.blocks(KIND, "en", "en", ("piste", "jardin"))).split("\n") == [
        "1. ✔ Piste cyclable — €40,000",
        "2. Skate park, côté gare — €35,000 (too much now)",
        "3. ✔ Jardin partagé — €12,000",
        "4. Éclairage solaire de la promenade du bord de l'eau — €30,000 (too much now)",
        "",
        "2 projects in the basket: €52,000",
        "███░░░░░░░ €28,000 left of €80,000",
    ]
    found, columns = basket.buttons(KIND, "fr", "en", "P", ("piste",))
    assert columns == 1
    assert [(button.label, button.data, button.chosen) for button in found[:2]] == [
        ("1. Piste cyclable · 40\u202f000\xa0€", "1.P.-0", True),
        ("2. Skate park, côté ga… · 35\u202f000\xa0€", "1.P.1", False),
    ]


def test_money_in_words() -> None:
    assert basket.amount(12_000, "EUR", "fr") == "12\u202f000\xa0€"
    assert basket.amount(12_000, "EUR", "en") == "€12,000"
    assert basket.amount(12_000, "XYZ", "zz") == "12000 XYZ"
    assert basket.amount(0, "CHF", "fr") == "0\xa0CHF"
    assert basket.said(KIND, ("piste", "jardin"), "en", "en") == "Piste cyclable, Jardin partagé (€52,000)"


@pytest.mark.parametrize("token", ["", "-", "4", "-4", "--1", "01", "٠", "1.1", "x", "9" * 40])
def test_forged_buttons_mean_nothing(token: str) -> None:
    assert basket.press(KIND, token, ("piste",), "en") is None


def test_a_press_delivered_twice_does_what_one_does() -> None:
    once = basket.press(KIND, "0", (), "en")
    assert once == Partly(("piste",)) == basket.press(KIND, "0", ("piste",), "en")
    assert basket.press(KIND, "-0", ("piste",), "en") == Partly(()) == basket.press(KIND, "-0", (), "en")


TYPED = ("1 3", "1, -3", "-1", "sans 2", "tous", "aucun", "piste", "oui", "+4", "skate park, côté gare", "4 -4")
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just(True), st.one_of(st.integers(-5, 5).map(str), st.text(max_size=6))),
        st.tuples(st.just(False), st.one_of(st.sampled_from(TYPED), st.text(max_size=30))),
    ),
    max_size=20,
)


@given(kind=st.sampled_from(KINDS), moves=MOVES, lang=st.sampled_from(["fr", "en"]))
def test_whatever_comes_the_basket_holds(kind: Basket, moves: list[tuple[bool, str]], lang: str) -> None:
    kept: tuple[str, ...] = ()
    for pressed, what in moves:
        reply = basket.press(kind, what, kept, lang) if pressed else basket.read(kind, what, lang, "en", kept)
        match reply:
            case Partly(draft):
                assert basket.total(kind, {*draft}) <= kind.limit
                assert kind.at_most is None or len(draft) <= kind.at_most
                assert draft == basket.in_order(kind, {*draft})
                assert not pressed or basket.press(kind, what, draft, lang) == reply
                kept = draft
            case Wrong(why):
                assert why
            case other:
                assert other is None
        assert plain_text(basket.blocks(kind, lang, "en", kept)).strip()
        for button in basket.buttons(kind, lang, "en", "P", kept)[0]:
            assert len(button.label) <= 36
            token = (read_data(button.data) or ("", ""))[1]
            assert basket.press(kind, token, kept, lang) is not None


@given(kind=st.sampled_from(KINDS), data=st.data())
def test_an_answer_survives_its_draft(kind: Basket, data: st.DataObject) -> None:
    codes: list[str] = []
    for one in kind.projects:
        room = kind.limit - basket.total(kind, {*codes})
        if one.cost <= room and len(codes) < (kind.at_most or 99) and data.draw(st.booleans()):
            codes.append(one.code)
    if len(codes) >= kind.at_least:
        ask = Ask(name="q", text=Text({"en": "?"}), kind=kind)
        assert kinds.done(ask, kinds.draft(ask, tuple(codes)), "en") == Taken(tuple(codes))
        assert basket.said(kind, tuple(codes), "en", "en")
