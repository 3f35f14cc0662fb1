"""Answers that are kept only once the person has said so."""

from datetime import UTC, datetime

from flows import keeping
from flows.effects import Arm, Consented, Effect, Forget, Note, Record, Send, Withdraw
from flows.engine import Step, advance, begin
from flows.events import Commanded, Pressed, Rang, Said
from flows.flow import Flow
from flows.load import from_source
from flows.messages import plain_text
from flows.session import Session, Stage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOURCE = """\
palabre: 1
id: compare
lang: en
title: Who thinks what?
keep: count_me
recap: {recap}
steps:
  - ask: bus
    text: Free buses?
    yes_no: true
    dont_know: true
  - ask: why
    when: bus == yes
    text: Why?
    short_text: true
    optional: true
  - say: same
    when: bus == yes
    text: Alix says the same.
  - ask: count_me
    text: May we count your answers?
    yes_no: true
    consent: counting
  - end: not_kept
    when: count_me == no
    text: Deleted.
  - end: thanks
    text: Counted.
"""


def flow(*, recap: bool = True) -> Flow:
    return from_source(SOURCE.format(recap="true" if recap else "false"))


def talk(flow: Flow, *words: str) -> tuple[Session, list[Effect]]:
    """The session after all this was said, and everything that came of it."""
    step = begin(flow, session="s", lang="en", at=AT)
    effects = list(step.effects)
    for word in words:
        step = advance(flow, step.session, Said(at=AT, text=word))
        effects += step.effects
    return step.session, effects


def filed(effects: list[Effect]) -> dict[str, object]:
    """What is on file after these effects."""
    found: dict[str, object] = {}
    for effect in effects:
        match effect:
            case Record(question=question, answer=answer):
                found[question] = answer.value
            case Withdraw(question=question):
                del found[question]
    return found


def of(effects: list[Effect], kind: type) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, kind)]


def last(effects: list[Effect]) -> str:
    sent = of(effects, Send)[-1]
    assert isinstance(sent, Send)
    return plain_text(sent.message.body)


def test_until_the_question_comes_answers_are_in_the_session_alone() -> None:
    session, effects = talk(flow(), "yes", "They are slow")
    assert set(session.answers) == {"bus", "why"}
    assert not of(effects, Record)
    assert dict(keeping.on_file(flow(), session)) == {}
    assert set(keeping.held(flow(), session)) == {"bus", "why"}


def test_a_yes_puts_everything_on_file_behind_the_consent() -> None:
    session, effects = talk(flow(), "yes", "They are slow", "yes")
    assert filed(effects) == {"bus": "yes", "why": "They are slow", "count_me": "yes"}
    first = next(effect for effect in effects if isinstance(effect, Record | Consented))
    assert isinstance(first, Consented)
    assert first.given
    assert session.stage is Stage.RECAP
    assert keeping.on_file(flow(), session) == session.answers


def test_after_the_yes_a_change_is_a_change() -> None:
    _, effects = talk(flow(), "yes", "They are slow", "yes", "1", "no")
    assert filed(effects) == {"bus": "no", "count_me": "yes"}


def test_a_no_empties_the_session_and_writes_nothing() -> None:
    for recap in (True, False):
        session, effects = talk(flow(recap=recap), "yes", "They are slow", "no")
        assert (dict(session.answers), session.said, session.open) == ({}, (), None)
        assert session.stage is Stage.DECLINED
        assert not of(effects, Record)
        assert not of(effects, Consented)
        assert effects[-1] == Forget()
        assert last(effects) == "Deleted."


def test_a_yes_can_be_taken_back_before_and_after_sending() -> None:
    for words in (("3", "no"), ("send", "/myvote", "3", "no")):
        step = begin(flow(), session="s", lang="en", at=AT)
        effects = list(step.effects)
        for word in ("yes", "They are slow", "yes", *words):
            event = Commanded(at=AT, name=word[1:]) if word.startswith("/") else Said(at=AT, text=word)
            step = advance(flow(), step.session, event)
            effects += step.effects
        assert filed(effects) == {}
        assert [one.given for one in effects if isinstance(one, Consented)] == [True, False]
        assert dict(step.session.answers) == {}
        assert effects[-1] == Forget()


def test_whoever_said_no_can_begin_anew() -> None:
    session, _ = talk(flow(), "yes", "They are slow", "no")
    answered = advance(flow(), session, Said(at=AT, text="hello"))
    assert last(list(answered.effects)) == "Nothing of what you answered was kept. To begin anew, type /start."
    again = advance(flow(), session, Commanded(at=AT, name="start"))
    assert again.session.stage is Stage.ACTIVE
    assert last(list(again.effects)).startswith("Free buses?")


def test_left_alone_for_a_day_they_are_emptied_without_a_word() -> None:
    for words in (("yes",), ("yes", "stop")):
        session, effects = talk(flow(), *words)
        assert [(arm.timer, arm.after) for arm in effects if isinstance(arm, Arm)][-1] == (keeping.TIMER, keeping.HELD)
        rang = Rang(at=AT, timer=keeping.TIMER, subject="s", fence=session.seq)
        step = advance(flow(), session, rang)
        assert dict(step.session.answers) == {}
        assert step.session.stage is Stage.DECLINED
        assert step.effects[-1] == Forget()
        assert not of(list(step.effects), Send)


def test_the_timer_does_nothing_once_the_session_has_moved_on_or_is_kept() -> None:
    early, _ = talk(flow(), "yes")
    late, _ = talk(flow(), "yes", "They are slow")
    assert _rings(late, fence=early.seq).session is late
    kept, effects = talk(flow(), "yes", "They are slow", "yes")
    assert _rings(kept, fence=kept.seq).session is kept
    assert not [arm for arm in effects[-4:] if isinstance(arm, Arm)]


def _rings(session: Session, *, fence: int) -> Step:
    return advance(flow(), session, Rang(at=AT, timer=keeping.TIMER, subject="s", fence=fence))


def test_what_is_only_held_is_not_called_recorded() -> None:
    session, effects = talk(flow())
    asked = of(effects, Send)[-1]
    assert isinstance(asked, Send)
    assert asked.message.prompt is not None
    step = advance(flow(), session, Pressed(at=AT, data=asked.message.prompt.buttons[0].data))
    assert [effect.text for effect in step.effects if isinstance(effect, Note)] == ["Understood."]


def test_stopping_says_how_long_the_answers_wait() -> None:
    _, effects = talk(flow(), "yes", "stop")
    assert "for one day; then they are deleted" in last(effects)


def test_without_keep_nothing_is_different() -> None:
    plain = from_source(SOURCE.format(recap="true").replace("keep: count_me\n", ""))
    session, effects = talk(plain, "yes")
    assert filed(effects) == {"bus": "yes"}
    assert keeping.on_file(plain, session) == session.answers
    assert not of(effects, Arm)
