"""Conditions: what they mean for each kind of answer, and that nothing but comparisons is ever understood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.conditions import All, Among, Compare, Either, Has, Is, Node, Not, write
from flows.expr import Unreadable, both, parse, renamed
from flows.session import Answer, Given

ANSWERS = {
    "mode": Answer(Given.ANSWER, "bus"),
    "themes": Answer(Given.ANSWER, ("air", "water")),
    "age": Answer(Given.ANSWER, 30),
    "ratio": Answer(Given.ANSWER, 2.5),
    "day": Answer(Given.ANSWER, "2026-03-21"),
    "agree": Answer(Given.ANSWER, "yes"),
    "class": Answer(Given.ANSWER, "x"),
    "left_out": Answer(Given.SKIPPED),
    "unknown": Answer(Given.DONT_KNOW),
    "blank": Answer(Given.ABSTAIN),
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("mode == 'bus'", True),
        ('mode == "velo"', False),
        ("mode != 'velo'", True),
        ("'bus' == mode", True),
        ("mode in ['bus', 'velo']", True),
        ("mode not in ['bus', 'velo']", False),
        ("'air' in themes", True),
        ("'fire' in themes", False),
        ("'fire' not in themes", True),
        ("themes in ['fire', 'water']", True),
        ("age >= 18 and age < 65", True),
        ("18 <= age < 30", False),
        ("18 < age", True),
        ("ratio > 2 and ratio <= 2.5", True),
        ("age == -3", False),
        ("day >= '2026-03-01'", True),
        ("day < '2026-03-21'", False),
        ("agree == yes", True),
        ("agree == no or not agree == no", True),
        ("class == 'x'", True),
        ("left_out == skipped", True),
        ("left_out != skipped", False),
        ("mode == skipped", False),
        ("mode != skipped", True),
        ("unknown == dont_know and blank == abstain", True),
        ("unknown == abstain", False),
        ("left_out == 'a'", False),
        ("left_out != 'a'", True),
        ("unknown < 3", False),
        ("unknown > 3", False),
        ("'a' in blank", False),
        ("'a' not in blank", True),
        ("blank in ['a']", False),
        ("never == 'a'", False),
        ("never != 'a'", False),
        ("never == skipped", False),
        ("never != skipped", False),
        ("'a' in never", False),
        ("'a' not in never", False),
        ("never not in ['a']", False),
        ("not never == 'a'", True),
        ("never < 3 or (mode == 'bus' and (age > 3 or never > 3))", True),
        ("mode < 3", False),
        ("age < '3'", False),
        ("themes < 'b'", False),
    ],
)
def test_what_a_condition_means(source: str, expected: bool) -> None:
    assert parse(source).holds(ANSWERS) is expected


def test_blank_and_none_are_words_of_votes_beside_a_question() -> None:
    assert parse("vote == blank").tree == parse("blank == vote").tree == Is("vote", Given.BLANK, False)
    assert parse("none != none").tree == Is("none", Given.NONE, True)
    assert parse("none == 'none' and 'blank' in blank").reads == {"none", "blank"}
    with pytest.raises(Unreadable):
        parse("blank in none")


def test_it_knows_what_it_reads() -> None:
    assert parse("a == 1 and ('x' in b or c == skipped) and not d in ['e']").reads == {"a", "b", "c", "d"}
    assert parse("mode  ==  'bus'").source == "mode  ==  'bus'"


def test_two_conditions_hold_both_or_none() -> None:
    first, second = parse("a == 1"), parse("b == 2 or b == 3")
    joined = both(first, second)
    assert joined is not None
    assert joined.source == "a == 1 and (b == 2 or b == 3)"
    assert both(None, second) is second
    assert both(first, None) is first
    assert both(None, None) is None


def test_renaming_changes_questions_and_nothing_else() -> None:
    expr = renamed(parse("mode == 'mode' and 'x' in themes and age != 3"), {"mode": "p_mode", "themes": "p_themes"})
    assert expr == parse(expr.source)
    assert expr.source == "p_mode == 'mode' and 'x' in p_themes and age != 3"
    assert expr.reads == {"p_mode", "p_themes", "age"}


@settings(deadline=None)
@given(st.text(alphabet=" ()[]'\"=!<>,.andotri_xyz019-é’\n", max_size=40) | st.text(max_size=40))
def test_any_text_is_read_or_refused_at_a_place_inside_it(source: str) -> None:
    try:
        place = 0 if parse(source).holds(ANSWERS) else len(source)
    except Unreadable as error:
        place = error.at
    assert 0 <= place <= len(source)


names = st.sampled_from(["mode", "themes", "age", "import", "class", "left_out", "never", "blank", "none"])
words = st.text(alphabet="abc é'-", max_size=5) | st.text(alphabet='abc "', max_size=5)
literals = words.filter(lambda word: not ("'" in word and '"' in word)) | st.integers(-99, 99) | st.just(2.5)
tests = (
    st.builds(Compare, names, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), literals)
    | st.builds(Is, names, st.sampled_from([given for given in Given if given is not Given.ANSWER]), st.booleans())
    | st.builds(Has, names, literals, st.booleans())
    | st.builds(Among, names, st.lists(literals, min_size=1, max_size=3).map(tuple), st.booleans())
)
nodes: st.SearchStrategy[Node] = st.recursive(
    tests,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Either(tuple(parts)))
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(nodes)
def test_what_is_written_is_read_back(tree: Node) -> None:
    assert parse(write(tree)).holds(ANSWERS) is parse(write(parse(write(tree)).tree)).holds(ANSWERS)
    assert parse(write(tree)).tree == tree
