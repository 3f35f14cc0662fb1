"""Going back, changing, stopping, coming back: an answer stands until another one replaces it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from talking import AGE, AT, BRAKES, MOBILITY, MODE, Chat, answer, flow_of, text

from flows.engine import recap
from flows.events import Rang
from flows.flow import Ask, End, Text, Timeout, YesNo, make_flow
from flows.messages import plain_text
from flows.session import Answer, Given, Stage


def test_a_change_withdraws_what_is_no_longer_asked() -> None:
    chat = Chat(MOBILITY).press("Bus").say("1").say("34")
    assert chat.stage() is Stage.RECAP
    chat.say("1")
    assert chat.at == "mode"
    assert chat.buttons()["Bus"].chosen
    assert "Your answer so far: Bus" in chat.shown
    chat.press("Bike")
    assert "brakes" not in chat.file
    assert chat.stage() is Stage.RECAP


def test_a_change_that_opens_a_question_asks_it_and_keeps_the_later_answer() -> None:
    chat = Chat(MOBILITY).press("Bike").say("34").press("Change 1").press("Car")
    assert chat.at == "brakes"
    chat.say("theft")
    assert chat.stage() is Stage.RECAP
    assert chat.file["age"] == answer(34)


def test_back_shows_the_question_before_with_its_answer() -> None:
    chat = Chat(MOBILITY)
    chat.command("back")
    assert "first question" in chat.shown
    assert "Back" not in chat.buttons()
    chat.press("Bus").press("Back")
    assert chat.at == "mode"
    assert chat.session.answers["mode"] == answer("bus")
    chat.press("Keep my answer")
    assert chat.at == "brakes"
    chat.say("retour").say("la première")
    assert "brakes" not in chat.file
    assert chat.at == "age"
    assert chat.file["mode"] == answer("bike")


def test_stop_and_resume() -> None:
    chat = Chat(MOBILITY).press("Bus").say("stop")
    assert chat.stage() is Stage.PAUSED
    assert "kept" in chat.shown
    before = chat.session
    chat.say("theft")
    assert "/resume" in chat.shown
    assert chat.session == before
    chat.say("reprendre")
    assert chat.stage() is Stage.ACTIVE
    assert chat.at == "brakes"
    assert "What keeps you?" in chat.shown


def test_a_press_on_the_open_question_goes_on_after_a_stop() -> None:
    chat = Chat(MOBILITY).command("stop").token("1")
    assert chat.stage() is Stage.ACTIVE
    assert chat.file["mode"] == answer("bus")


def test_start_again_welcomes_back() -> None:
    chat = Chat(MOBILITY).command("start")
    assert "Welcome back!" in chat.shown
    assert "How do you come?" in chat.shown
    assert chat.shown.count("< ") == 1


def test_the_language_can_change_at_any_time() -> None:
    flow = make_flow(
        steps=(
            Ask(name="a", text=Text({"fr": "Alors ?", "en": "Well?"}), kind=YesNo()),
            End(name="end", text=Text({"fr": "Merci", "en": "Thanks"})),
        ),
        id="x",
        version="v",
        lang="fr",
        langs=("fr", "en"),
        title=Text({"fr": "T", "en": "T"}),
    )
    chat = Chat(flow, lang="fr")
    assert "Alors ?" in chat.shown
    chat.command("language", "en")
    assert "Well?" in chat.shown
    before = chat.session
    chat.command("language", "xx")
    assert "fr" in chat.shown
    assert chat.session == before


def test_changing_after_sending_confirms_and_stays_sent() -> None:
    chat = Chat(MOBILITY).press("Bike").say("34").say("envoyer")
    assert chat.stage() is Stage.SENT
    chat.command("myvote")
    assert "Send" not in chat.buttons()
    chat.press("Change 2")
    assert chat.stage() is Stage.SENT
    chat.say("35")
    assert chat.stage() is Stage.SENT
    assert "up to date" in chat.shown
    assert chat.file["age"] == answer(35)
    chat.say("hello?")
    assert "/myvote" in chat.shown


def test_without_recap_the_end_is_sent_at_once() -> None:
    flow = flow_of(MODE, End(name="end", text=text("Bye until {closes}, {title}.")), recap=False)
    chat = Chat(flow).press("Car")
    assert chat.stage() is Stage.SENT
    assert "Bye until , Getting around." in chat.shown


def test_recap_to_read() -> None:
    chat = Chat(MOBILITY)
    assert "not answered anything" in plain_text(recap(MOBILITY, chat.session, "en").body)
    chat.press("Bus")
    shown = recap(MOBILITY, chat.session, "en")
    assert shown.prompt is None
    assert "1. How do you come? → Bus" in plain_text(shown.body)
    chat.command("myvote")
    assert "→ Bus" in chat.shown
    assert chat.at == "brakes"


def test_a_question_called_recap_is_a_question() -> None:
    flow = flow_of(Ask(name="recap", text=text("Recap?"), kind=YesNo()), End(name="end", text=text("Bye")))
    chat = Chat(flow).say("oui")
    assert chat.stage() is Stage.RECAP
    chat.say("1")
    assert chat.at == "recap"
    chat.say("non")
    assert chat.file["recap"] == answer("no")


def test_a_half_made_answer_waits_while_somebody_looks_back() -> None:
    chat = Chat(MOBILITY).press("Bus").press("Danger").press("Back")
    assert chat.at == "mode"
    assert chat.session.drafts == {"brakes": ("danger",)}
    assert "brakes" not in chat.file
    chat.press("Keep my answer")
    assert chat.buttons()["Danger"].chosen
    assert chat.session.drafts == {}
    chat.say("back").say("car").press("Done")
    assert chat.file["brakes"] == answer(("danger",))


def test_a_half_made_answer_is_dropped_when_its_question_is_no_longer_asked() -> None:
    chat = Chat(MOBILITY).press("Bus").press("Danger").press("Back").press("Bike")
    assert chat.session.drafts == {}
    chat.press("Back").press("Bus")
    assert chat.session.open is not None
    assert chat.session.open.draft == ()


def test_a_half_made_change_waits_too_until_it_is_made_given_up_or_sent() -> None:
    chat = Chat(MOBILITY).press("Bus").say("1").say("34").press("Change 2").press("Theft").press("Back")
    chat.press("Keep my answer")
    assert chat.stage() is Stage.RECAP
    assert chat.session.drafts == {"brakes": ("danger", "theft")}
    chat.press("Change 2")
    assert chat.buttons()["Theft"].chosen
    chat.press("Keep my answer").press("Change 2")
    assert not chat.buttons()["Theft"].chosen
    chat.press("Theft").press("Back").press("Keep my answer").press("Send")
    assert chat.session.drafts == {}
    assert chat.file["brakes"] == answer(("danger",))


def test_a_half_made_answer_is_no_answer_to_a_timeout() -> None:
    brakes = replace(BRAKES, timeout=Timeout(after=timedelta(days=1)))
    chat = Chat(flow_of(MODE, brakes, AGE, End(name="end", text=text("Bye")))).press("Bus").press("Danger")
    chat.press("Back").press("Keep my answer")
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=chat.session.seq))
    assert chat.file["brakes"] == Answer(Given.SKIPPED)
    assert chat.session.drafts == {}
