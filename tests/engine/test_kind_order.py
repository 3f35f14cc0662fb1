"""Rankings: chosen in order, typed, and made of comparisons."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.base import Capabilities
from adapters.render import plan
from flows import kinds
from flows.effects import Amend, Send
from flows.engine import Step, advance, begin
from flows.events import Pressed, Said
from flows.flow import Ask, Choice, End, Flow, Order, Text, make_flow
from flows.kinds import Partly, Taken, Wrong
from flows.messages import from_json, plain_text, to_json
from flows.prompts import read as read_data
from flows.session import Answer, Given, Session

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = (
    *("Vélo", "Bus", "Train", "Tram", "Marche", "Trottinette", "Bateau", "Métro", "Navette", "Covoiturage"),
    *("Taxi", "Funiculaire", "Roller", "Calèche"),
)


def text(words: str) -> Text:
    return Text({"fr": words, "en": words})


def order(count: int = 3, **fields: object) -> Order:
    offered = tuple(Choice(code=name.lower().replace("é", "e"), label=text(name)) for name in NAMES[:count])
    return Order(choices=offered, **fields)  # type: ignore[arg-type]


def ask(kind: Order) -> Ask:
    return Ask(name="rang", text=text("Dans quel ordre ?"), kind=kind)


def typed(kind: Order, words: str, kept: tuple[str, ...] = ()) -> kinds.Reply:
    return kinds.read(ask(kind), words, "en", "en", kept)


def pressed(kind: Order, kept: tuple[str, ...], *tokens: str) -> tuple[str, ...]:
    for token in tokens:
        moved = kinds.press(ask(kind), token, "en", kept)
        assert isinstance(moved, Partly), (token, moved)
        kept = moved.draft
    return kept


def offered(kind: Order, kept: tuple[str, ...]) -> dict[str, str]:
    """token -> label of what can be pressed."""
    shown, _ = kinds.buttons(ask(kind), "en", "en", "p", None, kept)
    return {(read_data(button.data) or ("", ""))[1]: button.label for button in shown}


def numbers(kind: Order, kept: tuple[str, ...]) -> list[int]:
    shown, _ = kinds.buttons(ask(kind), "en", "en", "p", None, kept)
    return [button.number for button in shown if not button.quiet]


# --- Chosen one after the other ---------------------------------------------------------------------------------------


def test_each_press_gives_the_next_place_and_the_last_one_is_given_by_itself() -> None:
    kind = order(3)
    assert offered(kind, ()) == {"0": "Vélo", "1": "Bus", "2": "Train"}
    kept = pressed(kind, (), "1")
    assert offered(kind, kept) == {"0": "Vélo", "2": "Train", "t0": "Take the last one back"}
    kept = pressed(kind, kept, "2")
    assert kept == ("bus", "train", "velo")
    assert offered(kind, kept) == {"t1": "Take the last one back", "again": "Start again"}
    assert pressed(kind, kept, "t1") == ("bus",)
    assert pressed(kind, kept, "again") == ()


def test_what_is_left_keeps_its_numbers() -> None:
    assert numbers(order(4), ("velo", "train")) == [2, 4]
    assert typed(order(4), "4", ("velo", "train")) == Partly(("velo", "train", "tram", "bus"))


def test_the_message_lists_the_order_so_far() -> None:
    kind = order(4)
    assert kinds.blocks(ask(kind), "en", "en", ()) == ()
    assert plain_text(kinds.blocks(ask(kind), "en", "en", ("bus", "velo"))) == "Your order so far: 1. Bus, 2. Vélo"
    assert plain_text(kinds.blocks(ask(kind), "en", "en", ("bus", "velo", "tram", "train"))).startswith("Your order: ")


def test_done_waits_until_there_are_enough() -> None:
    kind = order(5, at_least=2)
    assert kinds.step_forward(ask(kind), ("bus",), "en") == ""
    assert kinds.done(ask(kind), ("bus",), "en") == Wrong("Please put 1 more in order.")
    assert kinds.step_forward(ask(kind), ("bus", "velo"), "en") == "Done"
    assert kinds.done(ask(kind), ("bus", "velo"), "en") == Taken(("bus", "velo"))
    assert isinstance(kinds.done(ask(order(5, at_least=0)), (), "en"), Wrong), "an order of none says nothing"


def test_at_most() -> None:
    kind = order(4, at_most=2)
    kept = pressed(kind, (), "3", "0")
    assert kept == ("tram", "velo")
    assert [token for token in offered(kind, kept) if token.isdecimal()] == []
    assert isinstance(kinds.press(ask(kind), "1", "en", kept), Wrong)
    assert isinstance(typed(kind, "1 2 3"), Wrong)
    assert typed(kind, "2 1") == Taken(("bus", "velo"))
    kind = order(2, at_most=1)
    assert pressed(kind, (), "1") == ("bus",), "the last one is not placed by itself where it may not be placed"


@pytest.mark.parametrize("token", ["", "9", "00", "-1", "t", "t9", "t-1", "x", "done", "0.1", "²", "n", "3n", "b0"])
def test_a_token_that_means_nothing(token: str) -> None:
    assert kinds.press(ask(order(3)), token, "en", ("bus",)) is None


# --- Typed ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        *("3 1 2", "3, 1, 2", "3>1>2", "3 > 1 > 2", "3-1-2", "3. 1. 2.", "3;1;2", "train, vélo, bus"),
        *("Train puis vélo puis bus", "trian, vello, bus", "train then velo then bus", "le train, le vélo et le bus"),
        *("1. train\n2. vélo\n3. bus", "train, vélo", "train -> vélo", "train → vélo → bus", "train > velo > bus"),
    ],
)
def test_a_whole_ranking_in_one_message(words: str) -> None:
    assert typed(order(3), words) == Taken(("train", "velo", "bus"))


def test_one_name_is_put_next() -> None:
    kind = order(4)
    assert typed(kind, "bus") == Partly(("bus",))
    assert typed(kind, "la troisième", ("bus",)) == Partly(("bus", "train"))
    assert typed(kind, "tram, train", ("bus",)) == Partly(("bus", "tram", "train", "velo"))
    assert typed(kind, "Bus", ("velo", "bus")) == Wrong("“Bus” already has place 2.", mild=True)


def test_a_ranking_typed_anew_replaces_the_one_begun() -> None:
    assert typed(order(4), "bus, velo, tram, train", ("velo", "tram")) == Taken(("bus", "velo", "tram", "train"))


def test_the_ways_back_can_be_typed() -> None:
    assert typed(order(4), "take the last one back", ("bus", "velo")) == Partly(("bus",))
    assert typed(order(4), "start again", ("bus", "velo")) == Partly(())
    assert typed(order(4), "start again", ()) is None


def test_too_few_typed_are_kept_and_the_rest_is_asked_for() -> None:
    kind = order(5, at_least=4)
    assert typed(kind, "bus, train") == Partly(("bus", "train"), "Please put 2 more in order.")


def test_what_is_wrong_is_named() -> None:
    assert typed(order(3), "2 1 2") == Wrong("“Bus” is there twice. Please name each one once.")
    assert typed(order(3), "vélo, avion, bus") == Wrong(
        "I do not find “avion” in the list. Please choose in order, or type the numbers, your first choice first, "
        "for example: 3 1 2."
    )
    assert typed(order(3), "1 2 9") == Wrong(
        "I do not find “9” in the list. Please choose in order, or type the numbers, your first choice first, "
        "for example: 3 1 2."
    )
    assert typed(order(3), "bonjour") is None
    unsure = typed(order(4), "tra, bus")
    assert isinstance(unsure, Wrong)
    assert "“Train” (3) or “Tram” (4)" in unsure.why


def test_labels_that_hold_a_separator() -> None:
    kind = Order(
        choices=(
            Choice(code="both", label=text("Bus et tram")),
            Choice(code="cafe", label=text("Café, thé")),
            Choice(code="walk", label=text("Marche")),
        )
    )
    assert typed(kind, "Bus et tram") == Partly(("both",))
    assert typed(kind, "marche, bus et tram") == Taken(("walk", "both", "cafe"))
    assert typed(kind, "Café, thé") == Partly(("cafe",))


# --- In words ---------------------------------------------------------------------------------------------------------


def test_in_words() -> None:
    kind = order(3)
    assert kinds.say(ask(kind), said(("bus", "velo")), "en", "en") == "1. Bus, 2. Vélo"
    assert kinds.say(ask(kind), said(()), "en", "en") == "none"


def said(codes: tuple[str, ...]) -> Answer:
    return Answer(Given.ANSWER, codes)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Choose in order, your first choice first; what you leave out comes last. Then “Done”."),
        ({"at_least": 5}, "Put them all in order, your first choice first. Then “Done”."),
        ({"at_most": 1}, "Choose one. Then “Done”."),
        ({"at_least": 3, "at_most": 3}, "Choose 3 in order, your first choice first. Then “Done”."),
        ({"at_least": 2, "at_most": 3}, "Choose 2 to 3 in order, your first choice first. Then “Done”."),
        ({"at_most": 3}, "Choose up to 3 in order, your first choice first. Then “Done”."),
        ({"at_least": 2}, "Choose at least 2 in order, your first choice first. Then “Done”."),
    ],
)
def test_the_hint_says_how_many(fields: dict[str, int], says: str) -> None:
    assert kinds.hint(ask(order(5, **fields)), "en", "en") == says


# --- Laws -------------------------------------------------------------------------------------------------------------

ORDERS = st.builds(
    lambda n, least, most, pairwise: order(n, at_least=least, at_most=most, pairwise=pairwise),
    st.integers(2, 6),
    st.integers(0, 6),
    st.sampled_from([None, 1, 2, 3, 9]),
    st.booleans(),
)
TOKENS = st.one_of(
    st.sampled_from([*map(str, range(6)), "t0", "t1", "t2", "again", "on", "done", "", "x", "-1"]),
    st.builds(lambda n, letter: f"{n}{letter}", st.integers(0, 12), st.sampled_from("nosx")),
    st.builds(lambda n: f"b{n}", st.integers(0, 12)),
    st.text(max_size=8),
)
WORDS = st.one_of(
    st.sampled_from(
        ["1", "2", "3 1 2", "1 1", "vélo", "vélo > bus", "bus, avion", "oui", "no preference", "start again"]
    ),
    st.sampled_from(
        ["go on comparing", "previous comparison", "le premier", "égal", "take the last one back", ">", ","]
    ),
    st.text(max_size=20),
    st.lists(st.sampled_from(NAMES), max_size=4).map(", ".join),
)
MOVES = st.lists(st.one_of(st.tuples(st.just("press"), TOKENS), st.tuples(st.just("type"), WORDS)), max_size=25)


def move(kind: Order, kept: tuple[str, ...], how: str, what: str) -> tuple[str, ...]:
    one = ask(kind)
    reply = kinds.press(one, what, "en", kept) if how == "press" else kinds.read(one, what, "en", "en", kept)
    match reply:
        case Partly(after, _, keep):
            assert keep is None
            if how == "press":
                assert kinds.press(one, what, "en", after) in (Partly(after), None), "a press twice does what one does"
            return after
        case Taken(value):
            check_value(kind, value)
            return kept
        case Wrong(why):
            assert why
    return kept


def check_value(kind: Order, value: object) -> None:
    one = ask(kind)
    assert isinstance(value, tuple)
    assert 0 < len(set(value)) == len(value)
    assert set(value) <= {choice.code for choice in kind.choices}
    assert kind.at_most is None or len(value) <= kind.at_most
    assert kinds.done(one, kinds.draft(one, value), "en") == Taken(value), "an answer is its own draft"
    assert kinds.say(one, said(value), "en", "en")


@settings(max_examples=300, deadline=None)
@given(ORDERS, MOVES)
def test_whatever_is_pressed_or_typed(kind: Order, moves: list[tuple[str, str]]) -> None:
    kept: tuple[str, ...] = ()
    one = ask(kind)
    for how, what in moves:
        kept = move(kind, kept, how, what)
        tokens = offered(kind, kept)
        assert all(kinds.press(one, token, "en", kept) is not None for token in tokens), "every button does something"
        assert all(tokens.values())
        finished = kinds.done(one, kept, "en")
        assert isinstance(finished, Taken) == bool(kinds.step_forward(one, kept, "en"))
        assert isinstance(finished, Taken) or tokens, "there is always a way on"
        if isinstance(finished, Taken):
            check_value(kind, finished.value)
        plain_text(kinds.blocks(one, "en", "en", kept))


@settings(max_examples=200, deadline=None)
@given(st.permutations(range(5)), st.data())
def test_pressed_or_typed_the_same_ranking(wanted: list[int], data: st.DataObject) -> None:
    kind = order(5)
    codes = tuple(kind.choices[i].code for i in wanted)
    cut = data.draw(st.integers(2, 4))
    assert pressed(kind, (), *(str(i) for i in wanted[:4])) == codes
    assert typed(kind, " ".join(str(i + 1) for i in wanted)) == Taken(codes)
    first = typed(kind, " ".join(str(i + 1) for i in wanted[:cut]))
    assert first == Taken(codes if cut == 4 else codes[:cut])


# --- Two at a time ----------------------------------------------------------------------------------------------------


def compared(kind: Order, wanted: list[str], kept: tuple[str, ...] = ()) -> tuple[tuple[str, ...], int]:
    """Answer every comparison by a wanted order; the draft at the end, and how many it took."""
    names = {choice.label.read("en", "en"): choice.code for choice in kind.choices}
    count = 0
    while pair := [token for token, label in offered(kind, kept).items() if token[-1] in "no" and label in names]:
        labels = offered(kind, kept)
        best = min(pair, key=lambda token: wanted.index(names[labels[token]]))
        kept = pressed(kind, kept, best)
        count += 1
    return kept, count


def worst(count: int, most: int) -> int:
    return sum(min(length, most).bit_length() for length in range(1, count))


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 14), st.sampled_from([None, 1, 3]), st.data())
def test_a_consistent_preference_gives_exactly_that_order(count: int, most: int | None, data: st.DataObject) -> None:
    kind = order(count, at_most=most, pairwise=True)
    wanted = data.draw(st.permutations([choice.code for choice in kind.choices]))
    kept, made = compared(kind, wanted)
    assert kinds.done(ask(kind), kept, "en") == Taken(tuple(wanted[:most]))
    assert made <= worst(count, most or count)
    assert sum(map(len, kept)) <= made + 1, "a draft stays short"


def test_eleven_options_take_at_most_29_comparisons() -> None:
    assert worst(11, 11) == 29
    kind = order(11, pairwise=True)
    assert "Comparison 1 of about 29" in plain_text(kinds.blocks(ask(kind), "en", "en", ()))


@settings(max_examples=100, deadline=None)
@given(st.permutations([name.lower().replace("é", "e") for name in NAMES[:11]]))
def test_the_count_never_grows(wanted: list[str]) -> None:
    kind, last = order(11, pairwise=True), 29
    kept: tuple[str, ...] = ()
    names = {choice.label.read("en", "en"): choice.code for choice in kind.choices}
    while "Comparison" in (shown := plain_text(kinds.blocks(ask(kind), "en", "en", kept))):
        number, total = (int(word) for word in shown.split() if word.isdecimal())
        assert number <= total <= last
        last = total
        labels = offered(kind, kept)
        pair = [token for token in labels if token[-1] in "no" and labels[token] in names]
        kept = pressed(kind, kept, min(pair, key=lambda token: wanted.index(names[labels[token]])))


def test_a_comparison_can_be_taken_back_and_none_made() -> None:
    kind = order(11, pairwise=True)
    kept = pressed(kind, (), "0n", "1o", "2n")
    assert pressed(kind, kept, "b2") == pressed(kind, (), "0n", "1o")
    assert pressed(kind, kept, "b2", "b2") == pressed(kind, kept, "b2")
    assert kinds.back(ask(kind), kept, answered=False) == Partly(pressed(kind, (), "0n", "1o"))
    assert kinds.back(ask(kind), (), answered=False) is None
    assert pressed(kind, kept, "0n") == kept, "a press of an earlier comparison changes nothing"


def test_no_preference_puts_one_right_behind_the_other() -> None:
    kind = order(3, pairwise=True)
    assert kinds.done(ask(kind), pressed(kind, (), "0o", "1s"), "en") == Taken(("velo", "bus", "train"))
    kept = pressed(kind, (), "0s")
    assert kinds.done(ask(kind), kept, "en") == Taken(("velo", "bus"))


def test_stopping_early_counts_what_is_in_order() -> None:
    kind = order(11, pairwise=True)
    assert kinds.step_forward(ask(kind), (), "en") == ""
    assert isinstance(kinds.done(ask(kind), (), "en"), Wrong), "the first of the list is nobody's first choice yet"
    kept = pressed(kind, (), "0n")
    assert kinds.step_forward(ask(kind), kept, "en") == "Done"
    assert kinds.done(ask(kind), kept, "en") == Taken(("bus", "velo"))


def test_a_ranking_on_file_is_looked_at_then_gone_on_with() -> None:
    kind = order(4, pairwise=True)
    kept = kinds.draft(ask(kind), ("bus", "velo"))
    assert "Bus" in plain_text(kinds.blocks(ask(kind), "en", "en", kept))
    assert offered(kind, kept) == {"on": "Go on comparing", "again": "Start again"}
    kept = pressed(kind, kept, "on")
    final, _ = compared(kind, ["bus", "tram", "velo", "train"], kept)
    assert kinds.done(ask(kind), final, "en") == Taken(("bus", "tram", "velo", "train"))
    assert pressed(kind, kept, "on") == kept


def test_comparisons_by_typing() -> None:
    kind = order(11, pairwise=True)
    assert typed(kind, "1") == Partly((":o",)), "the first shown is the one that was there"
    assert typed(kind, "le premier") == Partly((":o",))
    assert typed(kind, "bus") == Partly((":n",))
    assert typed(kind, "pareil") == typed(kind, "No preference") == Partly((":s",))
    assert typed(kind, "tram") is None
    assert typed(kind, "Previous comparison", (":no",)) == Partly((":n",))
    assert typed(kind, "3 1 2") is None, "here, numbers are not those of the list"
    assert typed(kind, "tram, vélo, bus") == Taken(("tram", "velo", "bus"))


# --- In a conversation ------------------------------------------------------------------------------------------------


def flow(kind: Order) -> Flow:
    return make_flow(
        id="r",
        version="v",
        lang="en",
        langs=("en",),
        title=text("R"),
        steps=(ask(kind), End(name="end", text=text("Thanks"))),
        recap=False,
    )


def shown(step: Step) -> list[str]:
    return [plain_text(effect.message.body) for effect in step.effects if isinstance(effect, Send | Amend)]


def test_a_ranking_in_a_conversation() -> None:
    step = begin(flow(order(4)), session="s", lang="en", at=AT)
    for words, expected in (
        ("bus", "Your order so far: 1. Bus"),
        ("avion, train", "I do not find “avion” in the list."),
        ("3", "Your order so far: 1. Bus, 2. Train"),
        ("2", "“Bus” already has place 1."),
        ("take the last one back", "Your order so far: 1. Bus"),
        ("done", "✔ 1. Bus"),
    ):
        step = advance(flow(order(4)), step.session, Said(at=AT, text=words))
        assert any(expected in one for one in shown(step)), (words, shown(step))
        assert Session.from_json(step.session.to_json(), id="s", flow="v", seq=step.session.seq) == step.session
    assert step.session.answers["rang"].value == ("bus",)


def test_typed_back_takes_back_a_comparison_before_it_leaves_the_question() -> None:
    kind = order(11, pairwise=True)
    step = begin(flow(kind), session="s", lang="en", at=AT)
    for words, number in (("1", 2), ("2", 3), ("retour", 2), ("retour", 1)):
        step = advance(flow(kind), step.session, Said(at=AT, text=words))
        assert any(f"Comparison {number} of" in one for one in shown(step)), (words, shown(step))
    step = advance(flow(kind), step.session, Said(at=AT, text="retour"))
    assert shown(step) == ["This is the first question: there is nothing before it."]


def test_presses_edit_the_message_in_place() -> None:
    step = begin(flow(order(3)), session="s", lang="en", at=AT)
    assert step.session.open is not None
    press = Pressed(at=AT, data=f"1.{step.session.open.id}.2", message="m")
    step = advance(flow(order(3)), step.session, press)
    (amended,) = step.effects
    assert isinstance(amended, Amend)
    assert from_json(to_json(amended.message)) == amended.message, "the numbers outlive a restart"
    again = advance(flow(order(3)), step.session, press)
    assert again.session is step.session
    assert not again.effects


def test_the_list_keeps_its_numbers_where_there_are_no_buttons() -> None:
    step = begin(flow(order(4)), session="s", lang="en", at=AT)
    step = advance(flow(order(4)), step.session, Said(at=AT, text="3"))
    sent = next(effect.message for effect in step.effects if isinstance(effect, Send))
    (part,) = plan(sent, Capabilities(max_text=4000), lang="en")
    assert "1. Vélo\n2. Bus\n4. Tram" in plain_text(part.body)
