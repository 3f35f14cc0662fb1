"""Answers by buttons and by typing: what is taken, and what is refused without losing anything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from talking import AT, MOBILITY, Chat, answer, choices, flow_of, text

from flows.effects import Amend, Consented, Note, Record, Send
from flows.events import Commanded, Pressed, Shared
from flows.expr import parse
from flows.flow import AnyOf, Ask, Day, End, OneOf, Order, Scale, Words, YesNo
from flows.session import Answer, Given, Session, Stage


def test_a_whole_conversation_with_buttons() -> None:
    chat = Chat(MOBILITY)
    assert "Three questions." in chat.shown
    assert "How do you come?" in chat.shown
    chat.press("Bus")
    assert [type(effect) for effect in chat.effects] == [Record, Amend, Note, Send]
    assert "~ How do you come?\n✔ Bus" in chat.shown
    assert "up to 2" in chat.shown
    chat.press("Danger").press("Theft")
    assert chat.session.open is not None
    assert chat.session.open.draft == ("danger", "theft")
    chat.press("Done")
    assert chat.file["brakes"] == answer(("danger", "theft"))
    chat.say("34 ans")
    assert chat.stage() is Stage.RECAP
    assert "1. How do you come? → Bus" in chat.shown
    chat.press("Send")
    assert chat.stage() is Stage.SENT
    assert "Thank you!" in chat.shown
    assert "/myvote" in chat.shown


def test_one_press_makes_at_most_a_note_an_amend_and_a_send() -> None:
    chat = Chat(MOBILITY).press("Bus")
    for kind in (Note, Amend, Send):
        assert sum(isinstance(effect, kind) for effect in chat.effects) <= 1


def test_the_same_press_twice_does_what_one_does() -> None:
    chat = Chat(MOBILITY)
    bus = chat.buttons()["Bus"].data
    chat.press("Bus")
    before = chat.session
    chat.on(Pressed(at=AT, data=bus))
    assert chat.session == before
    assert [type(effect) for effect in chat.effects] == [Note]
    danger = chat.on(Commanded(at=AT, name="again")).buttons()["Danger"].data
    chat.on(Pressed(at=AT, data=danger))
    ticked = chat.session
    chat.on(Pressed(at=AT, data=danger))
    assert chat.session == ticked
    assert chat.effects == ()


def test_at_most_and_at_least_are_said_in_a_note() -> None:
    chat = Chat(MOBILITY).press("Car").press("Danger").press("Theft")
    before = chat.session
    chat.press("Distance")
    assert chat.shown == "! You can choose at most 2 answers here."
    assert chat.session == before
    chat.press("Danger").press("Theft").press("Done")
    assert chat.shown == "! Please choose 1 more answer."
    assert chat.at == "brakes"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1, 3", ("danger", "theft")),
        ("theft and danger", ("danger", "theft")),
        ("2", ("distance",)),
        ("dangr", ("danger",)),
    ],
)
def test_any_of_by_typing(typed: str, value: tuple[str, ...]) -> None:
    chat = Chat(MOBILITY).press("Car").say(typed)
    assert chat.file["brakes"] == answer(value)
    assert chat.at == "age"


def test_any_of_typed_too_few_are_kept_until_there_are_enough() -> None:
    kind = AnyOf(choices=choices("danger", "distance", "theft"), at_least=2)
    chat = Chat(flow_of(Ask(name="brakes", text=text("What?"), kind=kind), End(name="end", text=text("Bye"))))
    chat.say("theft")
    assert "1 more" in chat.shown
    chat.say("danger")
    assert chat.file["brakes"] == answer(("danger", "theft"))


def test_any_of_may_be_finished_with_a_yes() -> None:
    chat = Chat(MOBILITY).press("Bus").press("Theft").say("ok")
    assert chat.file["brakes"] == answer(("theft",))


def test_skip_needs_an_optional_question() -> None:
    chat = Chat(MOBILITY)
    before = chat.session
    chat.command("skip")
    assert "needs an answer" in chat.shown
    assert chat.session == before
    chat.press("Bike").say("passer")
    assert chat.file["age"] == Answer(Given.SKIPPED)
    assert "skipped" in chat.shown


def test_two_short_words_then_help() -> None:
    chat = Chat(MOBILITY).say("zeppelin")
    assert "did not understand" in chat.shown
    assert chat.at == "mode"
    chat.say("🚀")
    assert "still do not" in chat.shown
    chat.say("")
    assert "1 Bike · 2 Bus · 3 Car" in chat.shown
    assert "How do you come?" in chat.shown
    assert "“stop”" in chat.shown
    chat.press("Bus")
    assert chat.file["mode"] == answer("bus")


def test_a_reply_that_fits_two_choices_is_asked_about() -> None:
    kind = OneOf(choices=choices("very happy", "rather happy", "sad"))
    chat = Chat(flow_of(Ask(name="mood", text=text("Mood?"), kind=kind), End(name="end", text=text("Bye"))))
    before = chat.session
    chat.say("happy")
    assert "“Very happy” (1) or “Rather happy” (2)" in chat.shown
    assert chat.session == before


def test_a_label_wins_over_a_control_word() -> None:
    kind = OneOf(choices=choices("stop", "go", "back"))
    chat = Chat(flow_of(Ask(name="light", text=text("Light?"), kind=kind), End(name="end", text=text("Bye"))))
    chat.say("STOP")
    assert chat.file["light"] == answer("stop")


def test_a_numbered_label_wins_over_its_place() -> None:
    kind = OneOf(choices=choices("3 ans", "2 ans", "1 an"))
    flow = flow_of(Ask(name="many", text=text("How many?"), kind=kind), End(name="end", text=text("Bye")))
    assert Chat(flow).say("3 ans").file["many"] == answer("3 ans")
    assert Chat(flow).say("3").file["many"] == answer("1 an")


def test_old_foreign_and_forged_presses_change_nothing() -> None:
    chat = Chat(MOBILITY)
    for data in ("", "1", "1.x", "2.a.b", "1.someoneelse.0", "c.resume.s1", "1..", "é" * 64, "1.a.b.c", "\x00"):
        before = chat.session
        chat.on(Pressed(at=AT, data=data))
        assert chat.session == before
    for token in ("9", "-1", "007", "٣", "e0", "send", "done", "keep", "skip", "dk", "abs", "back", "1e3", "², "):
        before = chat.session
        chat.token(token)
        assert chat.session == before
        assert any(isinstance(effect, Note) for effect in chat.effects)


def test_text_too_long_is_refused_with_its_excess_and_nothing_is_lost() -> None:
    flow = flow_of(Ask(name="why", text=text("Why?"), kind=Words(max=10)), End(name="end", text=text("Bye")))
    chat = Chat(flow)
    before = chat.session
    chat.say("🎉" * 5000)
    assert "4990 characters too long" in chat.shown
    assert chat.session == before
    chat.say("\u202eolleh\u200b\u2066 ok\u0000")
    assert chat.file["why"] == answer("olleh ok")


def test_empty_text_is_told() -> None:
    flow = flow_of(Ask(name="why", text=text("Why?"), kind=Words(max=10)), End(name="end", text=text("Bye")))
    chat = Chat(flow)
    for nothing in ("", " ", "\u200b\u200d", "\u202e"):
        chat.command("again").say(nothing)
        assert "empty" in chat.shown
        assert not chat.file


@pytest.mark.parametrize(
    "what", ["photo", "voice", "video", "document", "sticker", "location", "contact", "other", "?"]
)
def test_what_is_not_words_is_named_and_changes_nothing(what: str) -> None:
    chat = Chat(MOBILITY)
    before = chat.session
    chat.on(Shared(at=AT, what=what))
    assert "I received" in chat.shown
    assert "choose one of the answers" in chat.shown
    assert chat.session == before


def test_dont_know_and_abstain_are_recorded_apart() -> None:
    ask = Ask(name="a", text=text("A?"), kind=YesNo(), dont_know=True, abstain=True, optional=True)
    flow = flow_of(ask, End(name="end", text=text("Bye")))
    assert Chat(flow).say("je sais pas").file["a"] == Answer(Given.DONT_KNOW)
    assert Chat(flow).say("sans opinion").file["a"] == Answer(Given.ABSTAIN)
    assert Chat(flow).press("I'd rather not say").file["a"] == Answer(Given.ABSTAIN)
    assert Chat(flow).press("I don't know").file["a"] == Answer(Given.DONT_KNOW)
    assert Chat(flow).press("Skip").file["a"] == Answer(Given.SKIPPED)
    assert Chat(flow).say("ouais").file["a"] == answer("yes")


def test_consent_comes_before_the_record_and_is_taken_back_with_it() -> None:
    flow = flow_of(
        Ask(name="more", text=text("More?"), kind=YesNo()),
        Ask(name="ok", text=text("OK?"), kind=YesNo(), consent="contact", when=parse("more == yes"), wording="w9"),
        End(name="end", text=text("Bye")),
    )
    chat = Chat(flow).say("yes").say("oui bof")
    assert "ok" not in chat.file
    chat.say("oui")
    kinds = [effect for effect in chat.effects if isinstance(effect, Consented | Record)]
    assert kinds[0] == Consented(purpose="contact", wording="w9", lang="en", given=True)
    assert isinstance(kinds[1], Record)
    chat.say("1").say("non")
    assert Consented(purpose="contact", wording="w9", lang="en", given=False) in chat.effects
    assert "ok" not in chat.file


def test_the_help_is_there_for_the_asking() -> None:
    ask = Ask(name="a", text=text("A?"), kind=YesNo(), dont_know=True, optional=True)
    chat = Chat(flow_of(ask, End(name="end", text=text("Bye")))).say("aide")
    assert "“I don't know”, “Skip”, “stop”" in chat.shown


def test_scale_and_date_questions() -> None:
    flow = flow_of(
        Ask(
            name="note", text=text("Note?"), kind=Scale(low=0, high=10, low_label=text("Bad"), high_label=text("Good"))
        ),
        Ask(name="when", text=text("When?"), kind=Day()),
        End(name="end", text=text("Bye")),
    )
    chat = Chat(flow)
    assert "From 0 (Bad) to 10 (Good)." in chat.shown
    chat.say("11")
    assert "from 0 to 10" in chat.shown
    chat.say("1")
    assert chat.file["note"] == answer(1)
    chat.say("12 mars")
    assert "year" in chat.shown
    chat.say("12/03/2026")
    assert chat.file["when"] == answer("2026-03-12")


ONE = Ask(name="one", text=text("Which?"), kind=OneOf(choices=choices("bike", "bus")))
SEVERAL = Ask(name="some", text=text("Which ones?"), kind=AnyOf(choices=choices("bike", "bus")))
FREE = Ask(name="why", text=text("Why?"), kind=Words())
LAST = End(name="end", text=text("Bye"))


@pytest.mark.parametrize("ask", [ONE, SEVERAL, replace(ONE, kind=Order(choices=choices("bike", "bus", "car")))])
def test_a_plain_yes_says_that_it_was_meant(ask: Ask) -> None:
    chat = Chat(flow_of(ask, LAST)).say("not the bus")
    assert "Did you mean “Bus” (2)?" in chat.shown
    again = Session.from_json(chat.session.to_json(), id="s1", flow="v1", seq=chat.session.seq)
    assert again == chat.session
    chat.say("Yes!")
    ranked = chat.session.open is not None and chat.session.open.draft == ("bus",)
    assert ranked or chat.file[ask.name].value in ("bus", ("bus",))


def test_a_plain_no_asks_again_and_is_not_held_against_anybody() -> None:
    chat = Chat(flow_of(ONE, LAST)).say("not the bus").say("no")
    assert "Please choose one of the answers" in chat.shown
    assert "Sorry" not in chat.shown
    assert chat.session.open is not None
    assert (chat.session.open.meant, chat.session.open.tries) == ("", 0)


@pytest.mark.parametrize("between", ["zeppelin", "happy", "retour", "passer", ""])
def test_a_yes_stands_only_for_what_was_asked_right_before(between: str) -> None:
    chat = Chat(flow_of(ONE, LAST)).say("not the bus").say(between).say("yes")
    assert not chat.file


def test_a_yes_that_is_itself_a_choice_is_that_choice() -> None:
    ask = replace(ONE, kind=OneOf(choices=choices("yes", "bus")))
    chat = Chat(flow_of(ask, LAST)).say("not the bus").say("yes")
    assert chat.file["one"] == answer("yes")


def test_free_text_is_never_guessed_at() -> None:
    chat = Chat(flow_of(FREE, LAST)).say("not the bus")
    assert chat.file["why"] == answer("not the bus")
    chat = Chat(flow_of(ONE, FREE, LAST)).say("not the bus").say("2").say("oui")
    assert chat.file["why"] == answer("oui")


def test_part_of_a_list_is_asked_about_without_a_yes() -> None:
    """A yes would stand for less than what was typed."""
    chat = Chat(flow_of(SEVERAL, LAST)).say("1, not the bus")
    assert "Did you mean “Bus” (2)?" in chat.shown
    assert chat.session.open is not None
    assert chat.session.open.meant == ""


def test_a_note_under_a_press_stays_short() -> None:
    ask = replace(ONE, dont_know=True, abstain=True, blank=True, none=True)
    chat = Chat(flow_of(ask, LAST)).token("skip")
    assert len(chat.shown) < 200
    assert "Blank vote" in chat.command("skip").shown
