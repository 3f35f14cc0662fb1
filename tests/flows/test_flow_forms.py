"""What a good file becomes: every key of the format in the `Flow` it makes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flows.expr import parse
from flows.flow import (
    AnyOf,
    Ask,
    Audience,
    Choice,
    Day,
    End,
    Every,
    Flow,
    Goto,
    Number,
    OneOf,
    Reminder,
    ResultsMode,
    Say,
    Scale,
    Secrecy,
    Text,
    Timeout,
    Window,
    Words,
    YesNo,
)
from flows.load import load_text

FULL = """\
palabre: 1
id: a-full-flow
lang: fr
title: {en: Everything, fr: Tout}
summary: {fr: "Un {{résumé}}", en: A summary}
window:
  opens: 2026-03-01T08:00:00+01:00
  closes: 2026-03-21 20:00
  zone: America/Martinique
  every: month
  until: 2026-12-31T12:00Z
reminders:
  - {after: 2d, text: {fr: "Encore {left}", en: "{left} left"}}
  - {before: 90m, to: subscribed, text: {fr: "Fin {closes}", en: "{title} ends"}}
results: after_vote
secrecy: open
recap: false
forget: 2w
steps:
  - say: hello
    text: {fr: Bonjour, en: Hello}
  - ask: one
    text: {fr: Un ?, en: One?}
    one_of:
      a: {fr: A, en: A}
      2: {fr: 2026, en: true}
    dont_know: true
    timeout: 36h
  - ask: many
    text: {fr: Plusieurs ?, en: Many?}
    any_of: {x: {fr: X, en: X}, y: {fr: Y, en: Y}, z: {fr: Z, en: Z}}
    at_least: 0
    at_most: 2
    abstain: true
  - ask: scale
    text: {fr: Échelle ?, en: Scale?}
    scale: {from: -2, to: 2, low: {fr: bas, en: low}, high: {fr: haut, en: high}}
    optional: true
    timeout: {after: 2d, to: day}
  - ask: stars
    when: "'x' in many or one in ['a', '2']"
    text: {fr: Étoiles ?, en: Stars?}
    rating: 5
    optional: true
  - ask: age
    text: {fr: Âge ?, en: Age?}
    number: {min: 12, max: 110.5, decimals: true}
    personal: true
  - ask: count
    text: {fr: Combien ?, en: How many?}
    number: true
  - ask: short
    text: {fr: Court ?, en: Short?}
    short_text: true
  - ask: shorter
    text: {fr: Court ?, en: Short?}
    short_text: {max: 140}
  - ask: long
    text: {fr: Long ?, en: Long?}
    long_text: true
  - ask: day
    text: {fr: Jour ?, en: Day?}
    date: {min: 2026-01-01, max: 2026-12-31}
  - ask: anyday
    text: {fr: Jour ?, en: Day?}
    date: true
  - ask: agree
    text: {fr: D'accord ?, en: Agreed?}
    yes_no: true
    consent: my-purpose
  - goto: one
    when: agree == no
  - goto: bye
    when: count > 3
  - end: early
    when: anyday >= '2026-06-01'
    text: {fr: Tôt, en: Early}
  - end: bye
    text: {fr: Au revoir, en: Bye}
"""


def text(fr: str, en: str) -> Text:
    return Text({"fr": fr, "en": en})


def load(source: str) -> Flow:
    loaded = load_text(source, "f")
    assert loaded.flow is not None, loaded.mistakes
    return loaded.flow


def ask(name: str) -> Ask:
    step = load(FULL).step(name)
    assert isinstance(step, Ask)
    return step


def test_the_head() -> None:
    flow = load(FULL)
    assert (flow.id, flow.lang, flow.langs) == ("a-full-flow", "fr", ("fr", "en"))
    assert flow.title == text("Tout", "Everything")
    assert flow.summary == text("Un {résumé}", "A summary")
    assert (flow.results, flow.secrecy, flow.recap) == (ResultsMode.AFTER_VOTE, Secrecy.OPEN, False)
    assert flow.forget == timedelta(weeks=2)


def test_times_become_wall_times_of_the_zone() -> None:
    assert load(FULL).window == Window(
        zone="America/Martinique",
        opens=datetime.fromisoformat("2026-03-01T03:00"),
        closes=datetime.fromisoformat("2026-03-21T20:00"),
        every=Every.MONTH,
        until=datetime.fromisoformat("2026-12-31T08:00"),
    )


def test_reminders_keep_their_blanks() -> None:
    assert load(FULL).reminders == (
        Reminder(to=Audience.UNFINISHED, after=timedelta(days=2), text=text("Encore {left}", "{left} left")),
        Reminder(to=Audience.SUBSCRIBED, before=timedelta(minutes=90), text=text("Fin {closes}", "{title} ends")),
    )


def test_the_steps_in_order_with_generated_names() -> None:
    flow = load(FULL)
    names = "hello one many scale stars age count short shorter long day anyday agree goto_1 goto_2 early bye"
    assert [step.name for step in flow.steps] == names.split()
    assert flow.index == {name: place for place, name in enumerate(names.split())}
    assert flow.step("hello") == Say(name="hello", text=text("Bonjour", "Hello"))
    assert flow.step("goto_1") == Goto(name="goto_1", to="one", when=parse("agree == no"))
    assert flow.step("early") == End(name="early", text=text("Tôt", "Early"), when=parse("anyday >= '2026-06-01'"))


def test_the_kinds_of_questions() -> None:
    two = Choice(code="2", label=text("2026", "true"))
    assert ask("one").kind == OneOf(choices=(Choice(code="a", label=text("A", "A")), two))
    many = ask("many").kind
    assert isinstance(many, AnyOf)
    assert (many.at_least, many.at_most, [choice.code for choice in many.choices]) == (0, 2, ["x", "y", "z"])
    assert ask("scale").kind == Scale(low=-2, high=2, low_label=text("bas", "low"), high_label=text("haut", "high"))
    assert ask("stars").kind == Scale(low=1, high=5)
    assert ask("age").kind == Number(min=12, max=110.5, whole=False)
    assert ask("count").kind == Number()
    assert ask("short").kind == Words(max=300)
    assert ask("shorter").kind == Words(max=140)
    assert ask("long").kind == Words(max=2000, long=True)
    assert ask("day").kind == Day(min=date(2026, 1, 1), max=date(2026, 12, 31))
    assert ask("anyday").kind == Day()
    assert ask("agree").kind == YesNo()


def test_what_a_question_may_carry() -> None:
    assert ask("one").dont_know
    assert ask("one").timeout == Timeout(after=timedelta(hours=36))
    assert ask("many").abstain
    assert ask("scale").optional
    assert ask("scale").timeout == Timeout(after=timedelta(days=2), to="day")
    assert ask("age").personal
    assert ask("agree").consent == "my-purpose"
    assert ask("stars").when == parse("'x' in many or one in ['a', '2']")


def test_what_is_left_out_has_its_default() -> None:
    flow = load("palabre: 1\nid: x\nlang: fr\ntitle: T\nsteps: [{end: bye, text: Fin}]\n")
    assert flow.window is None
    assert flow.reminders == ()
    assert (flow.results, flow.secrecy, flow.recap) == (ResultsMode.AT_CLOSE, Secrecy.CONFIDENTIAL, True)
    assert flow.forget == timedelta(days=7)
    assert flow.langs == ("fr",)
    assert flow.steps == (End(name="bye", text=Text({"fr": "Fin"})),)


def test_an_ambiguous_autumn_hour_is_taken() -> None:
    head = "palabre: 1\nid: x\nlang: fr\ntitle: T\nwindow: {closes: 2026-10-25T02:30}\n"
    window = load(head + "steps: [{end: bye, text: Fin}]\n").window
    assert window is not None
    assert window.closes == datetime.fromisoformat("2026-10-25T02:30")
    assert window.zone == "Europe/Paris"
