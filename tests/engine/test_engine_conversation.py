"""Conversations with the engine, told step by step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from flows import prompts
from flows.effects import Amend, Arm, Consented, Note, Record, Send, Withdraw
from flows.engine import advance, begin, left, recap
from flows.events import Blocked, Commanded, Event, Moved, Pressed, Rang, Returned, Said, Shared
from flows.expr import parse
from flows.flow import (
    AnyOf,
    Ask,
    Audience,
    Choice,
    Day,
    End,
    Flow,
    Goto,
    Number,
    OneOf,
    Reminder,
    Say,
    Scale,
    Step,
    Text,
    Timeout,
    Window,
    Words,
    YesNo,
    make_flow,
)
from flows.messages import Button, plain_text
from flows.session import Answer, Given, Session, Stage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def text(words: str) -> Text:
    return Text({"en": words})


def choices(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=text(code.capitalize())) for code in codes)


def flow_of(*steps: Step, **fields: object) -> Flow:
    given: dict[str, object] = {
        "id": "mobility",
        "version": "v1",
        "lang": "en",
        "langs": ("en",),
        "title": text("Getting around"),
        **fields,
    }
    return make_flow(steps=steps, **given)


MODE = Ask(name="mode", text=text("How do you come?"), kind=OneOf(choices=choices("bike", "bus", "car")), wording="w1")
BRAKES = Ask(
    name="brakes",
    text=text("What keeps you?"),
    kind=AnyOf(choices=choices("danger", "distance", "theft"), at_most=2),
    when=parse("mode != 'bike'"),
)
AGE = Ask(name="age", text=text("Your age?"), kind=Number(min=12, max=110), optional=True)
MOBILITY = flow_of(
    Say(name="hello", text=text("Three questions.")), MODE, BRAKES, AGE, End(name="thanks", text=text("Thank you!"))
)


class Chat:
    """One person in front of the engine; keeps the file of answers as the road would."""

    def __init__(self, flow: Flow, lang: str = "en") -> None:
        self.flow = flow
        self.file: dict[str, Answer] = {}
        step = begin(flow, session="s1", lang=lang, at=AT)
        self.session, self.effects = step.session, step.effects
        self.keyboard: tuple[Button, ...] = ()
        self.note()

    def note(self) -> None:
        for effect in self.effects:
            match effect:
                case Record(question=question, answer=answer, before=before):
                    assert self.file.get(question) == before
                    self.file[question] = answer
                case Withdraw(question=question, before=before):
                    assert self.file.pop(question) == before
                case Send(message=message) | Amend(message=message) if message.prompt:
                    self.keyboard = message.prompt.buttons
                case _:
                    pass
        assert self.file == self.session.answers

    def on(self, event: Event) -> Chat:
        step = advance(self.flow, self.session, event)
        self.session, self.effects = step.session, step.effects
        self.note()
        return self

    def say(self, words: str) -> Chat:
        return self.on(Said(at=AT, text=words))

    def command(self, name: str, argument: str = "") -> Chat:
        return self.on(Commanded(at=AT, name=name, argument=argument))

    def token(self, token: str, prompt: str | None = None) -> Chat:
        opened = prompt or (self.session.open.id if self.session.open else "none")
        return self.on(Pressed(at=AT, data=prompts.data(opened, token)))

    def buttons(self) -> dict[str, Button]:
        return {button.label: button for button in self.keyboard}

    def press(self, label: str) -> Chat:
        return self.on(Pressed(at=AT, data=self.buttons()[label].data))

    def stage(self) -> Stage:
        return self.session.stage

    @property
    def shown(self) -> str:
        """Everything put in front of the person by the last event."""
        return "\n".join(words(self.effects))

    @property
    def at(self) -> str | None:
        return self.session.open.step if self.session.open else None


def words(effects: Iterable[object]) -> Iterable[str]:
    for effect in effects:
        match effect:
            case Send(message=message):
                yield "< " + plain_text(message.body)
            case Amend(message=message):
                yield "~ " + plain_text(message.body)
            case Note(text=note):
                yield "! " + note
            case _:
                pass


def answer(value: object) -> Answer:
    return Answer(Given.ANSWER, value)  # type: ignore[arg-type]


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
    assert chat.session.open.toggled == ("danger", "theft")
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


def test_skip_needs_an_optional_question() -> None:
    chat = Chat(MOBILITY)
    before = chat.session
    chat.command("skip")
    assert "needs an answer" in chat.shown
    assert chat.session == before
    chat.press("Bike").say("passer")
    assert chat.file["age"] == Answer(Given.SKIPPED)
    assert "skipped" in chat.shown


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


def test_blanks_and_the_closing_hour_with_its_zone() -> None:
    window = Window(zone="Europe/Paris", closes=datetime(2026, 3, 21, 20))  # noqa: DTZ001 (wall time by contract)
    flow = flow_of(
        Say(name="hello", text=text("{{{left}}} questions before {closes}")),
        MODE,
        End(name="end", text=text("Bye")),
        window=window,
    )
    chat = Chat(flow)
    assert "{1} questions before Saturday" in chat.shown
    assert "Paris" in chat.shown


def test_a_forward_goto_leaves_steps_out() -> None:
    flow = flow_of(
        MODE,
        Goto(name="goto_1", to="end", when=parse("mode == 'car'")),
        Ask(name="age", text=text("Age?"), kind=Number()),
        End(name="end", text=text("Bye")),
    )
    chat = Chat(flow).press("Bus").say("30").say("1").press("Car")
    assert chat.stage() is Stage.RECAP
    assert chat.file == {"mode": answer("car")}


def test_an_end_that_comes_earlier_withdraws_what_lies_behind_it() -> None:
    flow = flow_of(
        MODE, End(name="out", text=text("Out"), when=parse("mode == 'car'")), AGE, End(name="e", text=text("Bye"))
    )
    chat = Chat(flow).press("Bus").say("30").say("1").press("Car")
    assert chat.file == {"mode": answer("car")}
    chat.press("Send")
    assert "Out" in chat.shown


def test_any_of_may_be_finished_with_a_yes() -> None:
    chat = Chat(MOBILITY).press("Bus").press("Theft").say("ok")
    assert chat.file["brakes"] == answer(("theft",))


def test_a_backward_goto_opens_its_target_again_and_takes_back_what_it_read() -> None:
    flow = flow_of(
        MODE,
        Ask(name="more", text=text("Another?"), kind=YesNo()),
        Goto(name="goto_1", to="mode", when=parse("more == yes")),
        End(name="end", text=text("Bye")),
    )
    chat = Chat(flow).press("Bus").say("yes")
    assert chat.at == "mode"
    assert chat.file == {"mode": answer("bus")}
    chat.press("Car")
    assert chat.at == "more"
    chat.say("no")
    assert chat.stage() is Stage.RECAP


def test_a_question_left_alone_is_passed() -> None:
    ask = Ask(name="a", text=text("A?"), kind=YesNo(), timeout=Timeout(after=timedelta(days=2)))
    chat = Chat(flow_of(ask, MODE, End(name="end", text=text("Bye"))))
    assert chat.effects[-1] == Arm(timer="timeout", after=timedelta(days=2))
    chat.say("eh?")
    assert isinstance(chat.effects[-1], Arm)
    before = chat.session
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=before.seq - 1))
    assert chat.session == before
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=before.seq))
    assert chat.file["a"] == Answer(Given.SKIPPED)
    assert chat.at == "mode"
    chat.command("back")
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=chat.session.seq))
    chat.say("yes")
    assert chat.file["a"] == answer("yes")


def test_a_timeout_may_lead_elsewhere_until_the_question_is_answered() -> None:
    ask = Ask(name="a", text=text("A?"), kind=YesNo(), timeout=Timeout(after=timedelta(days=2), to="end"))
    chat = Chat(flow_of(ask, MODE, End(name="end", text=text("Bye"))))
    chat.on(Rang(at=AT, timer="timeout", subject="s1", fence=chat.session.seq))
    assert chat.stage() is Stage.RECAP
    assert Session.from_json(chat.session.to_json(), id="s1", flow="v1", seq=chat.session.seq) == chat.session
    chat.say("1").say("oui")
    assert chat.at == "mode"


def test_a_reminder_moves_nothing_and_offers_to_go_on() -> None:
    flow = flow_of(
        MODE,
        AGE,
        End(name="end", text=text("Bye")),
        reminders=(
            Reminder(to=Audience.UNFINISHED, text=text("{left} to go"), after=timedelta(days=2)),
            Reminder(to=Audience.SUBSCRIBED, text=text("Begin?"), after=timedelta(days=2)),
        ),
    )
    chat = Chat(flow).press("Bus")
    before = chat.session
    chat.on(Rang(at=AT, timer="remind", subject="s1", detail="0"))
    assert chat.session == before
    (send,) = chat.effects
    assert isinstance(send, Send)
    assert not send.resend
    assert "1 to go" in chat.shown
    assert prompts.read_command(chat.buttons()["Continue"].data) == ("resume", "s1")
    for detail in ("1", "2", "", "-1", "x", "٣", "9" * 50):
        chat.on(Rang(at=AT, timer="remind", subject="s1", detail=detail))
        assert chat.effects == ()
    chat.say("continue")
    assert chat.at == "age"
    chat.command("stop").on(Rang(at=AT, timer="remind", subject="s1", detail="0"))
    assert chat.effects == ()


@pytest.mark.parametrize(
    "event",
    [
        Blocked(at=AT),
        Returned(at=AT),
        Moved(at=AT, to_chat="x"),
        Rang(at=AT, timer="close", subject="s1"),
        Commanded(at=AT, name="poll"),
    ],
)
def test_other_events_change_nothing(event: Event) -> None:
    chat = Chat(MOBILITY)
    before = chat.session
    chat.on(event)
    assert chat.session == before
    assert chat.effects == ()


def test_left_counts_what_is_open_on_the_path() -> None:
    chat = Chat(MOBILITY)
    assert left(MOBILITY, chat.session) == 2
    chat.press("Bus")
    assert left(MOBILITY, chat.session) == 2
    chat.say("1")
    assert left(MOBILITY, chat.session) == 1


def test_progress_is_told_when_it_is_certain() -> None:
    chat = Chat(MOBILITY)
    assert "Question 1" in chat.shown
    assert "Question 1 of" not in chat.shown
    chat.press("Bus")
    assert "Question 2 of 3" in chat.shown


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


def test_the_recap_names_the_question_out_of_a_long_text() -> None:
    long = "First, some words.\n\n• One.\n\nDo you agree?\n\nTake your time."
    flow = flow_of(Ask(name="a", text=text(long), kind=YesNo()), End(name="end", text=text("Bye")))
    assert "1. Do you agree? → Yes" in Chat(flow).say("oui").shown


def test_the_help_is_there_for_the_asking() -> None:
    ask = Ask(name="a", text=text("A?"), kind=YesNo(), dont_know=True, optional=True)
    chat = Chat(flow_of(ask, End(name="end", text=text("Bye")))).say("aide")
    assert "“I don't know”, “Skip”, “stop”" in chat.shown


def test_what_a_citizen_typed_is_only_ever_plain() -> None:
    flow = flow_of(Ask(name="why", text=text("Why?"), kind=Words()), End(name="end", text=text("Bye")))
    evil = "<b>*_[x](javascript:1)"
    chat = Chat(flow).say(evil)
    seen = repr(chat.effects)
    assert f"Plain(text='{evil}')" in seen or f"\\n✔ {evil}" in seen
    assert "Bold(" not in seen
    assert all(evil not in node for node in seen.split("Italic(")[1:])


def test_a_hundred_texts_an_event_and_the_rest_with_the_next() -> None:
    flow = flow_of(*(Say(name=f"s{i}", text=text(f"Text {i}")) for i in range(150)), MODE)
    chat = Chat(flow)
    assert len(chat.effects) == 100
    assert chat.at is None
    chat.say("hm")
    assert len(chat.effects) == 51
    assert chat.at == "mode"


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


def test_a_question_called_recap_is_a_question() -> None:
    flow = flow_of(Ask(name="recap", text=text("Recap?"), kind=YesNo()), End(name="end", text=text("Bye")))
    chat = Chat(flow).say("oui")
    assert chat.stage() is Stage.RECAP
    chat.say("1")
    assert chat.at == "recap"
    chat.say("non")
    assert chat.file["recap"] == answer("no")
