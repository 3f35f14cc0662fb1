"""Groups by lot, pictures and places: what is asked of nobody, and what is sent instead of typed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talking import AT, Chat, answer, flow_of, text

from flows.effects import Record, Send, Withdraw
from flows.engine import begin, left
from flows.events import Event, Shared
from flows.expr import parse
from flows.flow import Ask, End, Flow, Goto, Lot, Photo, Say, Spot, YesNo
from flows.kinds import Taken, Wrong, lot, spot
from flows.messages import plain_text
from flows.session import Given, Stage
from locales import tr

ARMS = Lot(arms=(("control", 10), ("texts", 90)))


def shared(what: str, *, ref: str = "", spot: str = "", caption: str = "") -> Event:
    return Shared(at=AT, what=what, ref=ref, spot=spot, text=caption)


# Groups by lot

DRAW = Ask(name="arm", text=text("Group drawn by lot"), kind=ARMS, wording="wl")
AGREE = Ask(name="agree", text=text("Agree?"), kind=YesNo())
TEXTS = Say(name="texts", text=text("Read this."), when=parse("arm == 'texts'"))
NO_TEXTS = Say(name="none", text=text("Nothing to read."), when=parse("arm != 'texts'"))
ONLY = Ask(name="only", text=text("And now?"), kind=YesNo(), when=parse("arm == 'texts'"))
BYE = End(name="end", text=text("Bye"))
TRIAL = flow_of(AGREE, DRAW, TEXTS, NO_TEXTS, ONLY, BYE)


def arm_of(session: str) -> str:
    return lot.drawn(ARMS, f"{session}\0arm")


def of_arm(flow: Flow, arm: str) -> Chat:
    """Somebody whom the lot puts into `arm`."""
    name = next(f"s{i}" for i in range(1000) if arm_of(f"s{i}") == arm)
    chat = Chat(flow)
    step = begin(flow, session=name, lang="en", at=AT)
    chat.session, chat.effects, chat.file = step.session, step.effects, {}
    chat.note()
    return chat


def test_groups_come_in_proportion_to_their_weights() -> None:
    kind = Lot(arms=(("a", 1), ("b", 2), ("c", 7)))
    found = Counter(lot.drawn(kind, f"{i:x}\0arm") for i in range(10_000))
    # Four standard deviations of a count of n draws with chance p are 4 * sqrt(n * p * (1 - p)).
    assert abs(found["a"] - 1000) < 120
    assert abs(found["b"] - 2000) < 160
    assert abs(found["c"] - 7000) < 184


def test_two_draws_of_one_flow_do_not_fall_together() -> None:
    kind = Lot(arms=(("a", 1), ("b", 1)))
    same = sum(lot.drawn(kind, f"{i}\0first") == lot.drawn(kind, f"{i}\0second") for i in range(10_000))
    assert abs(same - 5000) < 200


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(1, 1000), min_size=2, max_size=10), st.text(max_size=20))
def test_the_order_of_the_groups_does_not_matter(arms: dict[str, int], salt: str) -> None:
    written = tuple(arms.items())
    assert lot.drawn(Lot(arms=written), salt) == lot.drawn(Lot(arms=written[::-1]), salt)
    assert lot.drawn(Lot(arms=written), salt) in arms


@pytest.mark.parametrize("arm", ["control", "texts"])
def test_a_lot_is_drawn_when_it_is_reached_and_nobody_is_asked(arm: str) -> None:
    chat = of_arm(TRIAL, arm)
    assert chat.file == {}
    chat.say("yes")
    assert chat.file["arm"] == answer(arm)
    (drawn,) = [effect for effect in chat.effects if isinstance(effect, Record) and effect.question == "arm"]
    assert drawn.wording == "wl"
    assert ("Read this." in chat.shown) is (arm == "texts")
    assert ("Nothing to read." in chat.shown) is (arm == "control")
    assert "drawn" not in chat.shown
    assert arm not in chat.shown


def test_a_lot_is_in_no_recap_and_no_count_of_questions() -> None:
    chat = of_arm(TRIAL, "texts").say("yes")
    assert "Question 2 of 2" in chat.shown
    assert left(chat.flow, chat.session) == 1
    chat.say("no")
    assert chat.stage() is Stage.RECAP
    assert "1. Agree?" in chat.shown
    assert "2. And now?" in chat.shown
    assert "Group" not in chat.shown
    assert "Change 3" not in chat.buttons()


def test_back_passes_over_a_lot() -> None:
    chat = of_arm(TRIAL, "texts").say("yes").say("back")
    assert chat.at == "agree"
    chat.say("no")
    assert chat.file["arm"] == answer("texts")
    assert chat.at == "only"


def test_a_lot_that_is_no_longer_on_the_way_is_taken_off_and_falls_the_same_again() -> None:
    flow = flow_of(AGREE, replace(DRAW, when=parse("agree == yes")), ONLY, BYE)
    chat = of_arm(flow, "texts").say("yes")
    assert chat.file["arm"] == answer("texts")
    chat.say("back").say("no")
    assert "arm" not in chat.file
    assert any(isinstance(effect, Withdraw) and effect.question == "arm" for effect in chat.effects)
    chat.press("Change 1").say("yes")
    assert chat.file["arm"] == answer("texts")
    assert chat.at == "only"


def test_lots_one_after_the_other_and_at_the_end() -> None:
    second = Ask(name="half", text=text("x"), kind=Lot(arms=(("a", 1), ("b", 1))), when=parse("arm == 'texts'"))
    flow = flow_of(DRAW, second, AGREE, replace(DRAW, name="last"), BYE)
    chat = of_arm(flow, "texts")
    assert {"arm", "half"} == chat.file.keys()
    chat.say("yes")
    assert {"arm", "half", "agree", "last"} == chat.file.keys()
    assert chat.stage() is Stage.RECAP


def test_a_lot_can_lead_elsewhere() -> None:
    flow = flow_of(DRAW, Goto(name="goto_1", to="end", when=parse("arm == 'control'")), AGREE, BYE)
    assert of_arm(flow, "texts").at == "agree"
    chat = of_arm(flow, "control")
    assert chat.at is None
    assert chat.stage() is Stage.SENT


def test_who_comes_back_after_taking_everything_back_falls_into_the_same_group() -> None:
    chat = of_arm(TRIAL, "texts").say("yes").say("yes").press("Send").command("myvote").press("Withdraw my answers")
    assert chat.file == {}
    chat.command("start").say("yes")
    assert chat.file["arm"] == answer("texts")


# Pictures

PICTURE = Ask(name="picture", text=text("A photo?"), kind=Photo(), optional=True)
WHERE = Ask(name="where", text=text("Where?"), kind=Spot())
REPORT = flow_of(PICTURE, WHERE, BYE)


def test_a_photo_is_the_answer() -> None:
    chat = Chat(REPORT)
    assert "Send one photo." in chat.shown
    chat.on(shared("photo", ref="file-77", caption="A hole, skip"))
    assert chat.file["picture"] == answer("file-77")
    assert "✔ a photo" in chat.shown
    assert "file-77" not in chat.shown
    assert chat.at == "where"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("words", ["passer", "skip", "Passer", "next"])
def test_who_has_no_photo_goes_on(lang: str, words: str) -> None:
    chat = Chat(REPORT, lang)
    assert tr(lang, "Skip") in chat.shown
    chat.say(words)
    assert chat.file["picture"].given is Given.SKIPPED
    assert chat.at == "where"


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (shared("photo"), "did not arrive whole"),
        (shared("document"), "send it as a photo instead"),
        (shared("video"), "I received your video, but I cannot use it here. Please send a photo"),
        (shared("voice"), "Please send a photo"),
        (shared("location", spot="48.8,2.3"), "Please send a photo, or type “Skip”"),
    ],
)
def test_what_is_no_photo_is_told(event: Event, says: str) -> None:
    chat = Chat(REPORT).on(event)
    assert says in chat.shown
    assert chat.at == "picture"
    assert chat.file == {}


def test_words_are_no_photo_and_the_third_time_help_comes() -> None:
    chat = Chat(REPORT).say("there is a hole")
    assert "Please send a photo, or type “Skip” to go on without one." in chat.shown
    chat.say("really").say("a big one")
    assert "here is how to answer" in chat.shown
    assert "A photo?" in chat.shown


def test_a_photo_that_is_needed_does_not_offer_to_skip() -> None:
    chat = Chat(flow_of(replace(PICTURE, optional=False), BYE))
    assert "Skip" not in chat.shown
    chat.say("skip")
    assert "needs an answer" in chat.shown
    assert chat.file == {}


def test_another_photo_replaces_the_first() -> None:
    chat = Chat(REPORT).on(shared("photo", ref="one")).say("back").on(shared("photo", ref="two"))
    assert chat.file["picture"] == answer("two")


def test_a_photo_for_another_question_is_not_taken() -> None:
    chat = Chat(REPORT).say("skip").on(shared("photo", ref="late"))
    assert "I cannot use it here. Please share a location" in chat.shown
    assert chat.file["picture"].given is Given.SKIPPED


def test_a_photo_while_paused_changes_nothing() -> None:
    chat = Chat(REPORT).say("stop").on(shared("photo", ref="x"))
    assert chat.file == {}
    assert "/resume" in chat.shown


# Places


def at_where() -> Chat:
    return Chat(REPORT).say("skip")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("48.85661,2.35222", "48.85661,2.35222"),
        ("48.856613333, 2.352222", "48.85661,2.35222"),
        ("-33.5,151", "-33.50000,151.00000"),
        ("0,0", "0.00000,0.00000"),
    ],
)
def test_a_location_is_the_answer(sent: str, kept: str) -> None:
    chat = at_where().on(shared("location", spot=sent))
    assert chat.file["where"] == answer(kept)


@pytest.mark.parametrize("sent", ["", "91,0", "0,181", "here", "48.8", "48.8;", "nan,nan", "1e3,2"])
def test_a_location_that_is_nowhere_is_told(sent: str) -> None:
    chat = at_where().on(shared("location", spot=sent))
    assert "I could not read this location" in chat.shown
    assert chat.at == "where"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3 rue de la Paix, Paris", "3 rue de la Paix, Paris"),
        ("  12 High  Street\nLeeds ", "12 High Street Leeds"),
        ("48.8566, 2.3522", "48.85660,2.35220"),
        ("48.8566 2.3522", "48.85660,2.35220"),
        ("devant l'école", "devant l'école"),
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_address_can_be_typed(typed: str, kept: str, lang: str) -> None:
    chat = Chat(REPORT, lang).say("passer").say(typed)
    assert chat.file["where"] == answer(kept)


@pytest.mark.parametrize("typed", ["12", "?!", "48", "91.5, 2.0", "3, 4", "..."])
def test_what_is_no_address_is_asked_about(typed: str) -> None:
    chat = at_where().say(typed)
    assert "where" not in chat.file
    assert chat.at == "where"


def test_an_address_too_long_is_told_and_does_not_count() -> None:
    chat = at_where()
    for _ in range(4):
        chat.say("a" * 310)
        assert "10 characters too long: at most 300 fit" in chat.shown
    assert chat.session.open is not None
    assert chat.session.open.tries == 0


def test_a_place_is_said_in_words() -> None:
    chat = at_where().on(shared("location", spot="48.85661,2.35222"))
    (recap,) = [effect for effect in chat.effects if isinstance(effect, Send)]
    assert "the place 48.85661, 2.35222" in plain_text(recap.message.body)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_spot_is_read_as_it_is_written(lat: float, lon: float) -> None:
    found = spot.point(spot.written(lat, lon))
    assert found is not None
    assert abs(found[0] - lat) < 1e-5
    assert abs(found[1] - lon) < 1e-5


@given(st.text(max_size=400))
def test_whatever_is_typed_is_an_address_or_asked_about(typed: str) -> None:
    match spot.read(typed, "fr"):
        case None | Wrong():
            pass
        case Taken(value):
            assert isinstance(value, str)
            assert 0 < len(value) <= spot.LONGEST
            assert "\n" not in value
