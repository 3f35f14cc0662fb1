"""The laws of the engine, on random flows and random conversations.

Total, deterministic; a session equals itself after JSON; a second identical press changes nothing; replaying the
records and withdrawals gives the answers; no answer is on file to a question not shown on the path; at most 100 texts
and one question an event; an illegal event changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from flows import prompts, verbs
from flows.effects import Amend, Arm, Consented, Note, Record, Send, Withdraw
from flows.engine import Step, advance, begin, left, recap
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
    Kind,
    Number,
    OneOf,
    Reminder,
    Say,
    Scale,
    Text,
    Timeout,
    Words,
    YesNo,
    make_flow,
)
from flows.flow import Step as FlowStep
from flows.messages import plain_text
from flows.recap import OPEN
from flows.session import Answer, Given, Session, Stage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CODES = ("velo", "bus", "train", "stop")
LABELS = ("À vélo", "En bus", "En train", "Stop")
TYPED = (
    *("oui", "non", "1", "2", "3", "1, 2", "1 et 3", "0", "7", "-3", "3,5", "34 ans", "velo", "En bus", "tren", "tout"),
    *(
        "stop",
        "retour",
        "passer",
        "reprendre",
        "terminé",
        "envoyer",
        "je ne sais pas",
        "sans opinion",
        "garder",
        "aide",
    ),
    *("modifier 1", "12/03/2026", "12 mars", "2026-03-12", "bonjour à tous", "continue"),
    *("", "\u202e\u200b", "🎉" * 5000, "x" * 301),
)
TOKENS = ("0", "1", "2", "-0", "-1", "9", "skip", "back", "done", "dk", "abs", "keep", "send", "e0", "e1", "", "x")
COMMANDS = ("start", "again", "back", "skip", "stop", "resume", "myvote", "language", "help", "poll", "")


ELSEWHERE = (
    Blocked(at=AT),
    Returned(at=AT),
    Moved(at=AT, to_chat="y"),
    Shared(at=AT, what="photo"),
    Shared(at=AT, what=""),
    Rang(at=AT, timer="close", subject="s1"),
    Rang(at=AT, timer="remind", subject="s1", detail="0"),
)


def good(kind: Kind, which: int) -> str:
    """Something to type that answers a question of this kind."""
    match kind:
        case OneOf(choices=choices):
            return str(which % len(choices) + 1)
        case AnyOf(choices=choices, at_least=least):
            places = range(which % len(choices), which % len(choices) + max(least, 1))
            return ", ".join(str(place % len(choices) + 1) for place in places)
        case Scale(low=low, high=high):
            return str(low + which % (high - low + 1))
        case Number():
            return str(which)
        case Words():
            return f"réponse {which}"
        case Day():
            return f"{which + 1} mars 2026"
        case YesNo():
            return "oui" if which % 2 else "non"


def text(words: str) -> Text:
    return Text({"fr": words, "en": words})


def offered(count: int) -> tuple[Choice, ...]:
    pairs = zip(CODES[:count], LABELS[:count], strict=True)
    return tuple(Choice(code=code, label=text(label)) for code, label in pairs)


KINDS: st.SearchStrategy[Kind] = st.one_of(
    st.builds(lambda n: OneOf(choices=offered(n)), st.integers(2, 4)),
    st.builds(
        lambda n, least, most: AnyOf(choices=offered(n), at_least=min(least, most or n, n), at_most=most),
        st.integers(2, 4),
        st.integers(0, 3),
        st.sampled_from([None, 1, 2, 3]),
    ),
    st.builds(lambda low, size: Scale(low=low, high=low + size), st.integers(-2, 1), st.integers(1, 10)),
    st.builds(lambda whole: Number(min=0, max=120, whole=whole), st.booleans()),
    st.builds(lambda long: Words(max=300, long=long), st.booleans()),
    st.just(Day(min=date(2020, 1, 1))),
    st.just(YesNo()),
)


def conditions(names: list[tuple[str, Kind]]) -> st.SearchStrategy[str | None]:
    """Conditions over earlier questions, as organisers may write them."""
    if not names:
        return st.none()

    def about(name: str, kind: Kind) -> list[str]:
        general = [f"{name} == skipped", f"{name} != skipped", f"{name} == dont_know", f"not ({name} == abstain)"]
        match kind:
            case OneOf() | AnyOf():
                return [*general, f"{name} in ['velo', 'bus']", f"'bus' in {name}", f"not ('velo' in {name})"]
            case YesNo():
                return [*general, f"{name} == yes", f"{name} != yes", f"not ({name} == no)"]
            case Scale() | Number():
                return [*general, f"{name} >= 2", f"{name} < 2", f"not ({name} > 1)"]
            case _:
                return general

    single = st.sampled_from([source for name, kind in names for source in about(name, kind)])
    joined = st.builds(lambda a, op, b: f"({a}) {op} ({b})", single, st.sampled_from(["and", "or"]), single)
    return st.one_of(st.none(), single, single, joined)


@st.composite
def flows(draw: Callable[..., object]) -> Flow:
    """A random flow: every verb and kind, jumps both ways, conditions, timeouts."""

    def pick(strategy: st.SearchStrategy[object]) -> object:
        return draw(strategy)

    verbs_drawn = pick(st.lists(st.sampled_from(["ask", "ask", "ask", "ask", "ask", "say", "goto", "end"]), max_size=9))
    plan = ["ask", "ask", *verbs_drawn, "end"]  # type: ignore[misc]
    names = [f"{verb[0]}{i}" for i, verb in enumerate(plan)]
    steps: list[FlowStep] = []
    asked: list[tuple[str, Kind]] = []
    for i, (verb, name) in enumerate(zip(plan, names, strict=True)):
        source = pick(conditions(asked))
        when = parse(source) if isinstance(source, str) else None
        flag = st.booleans()
        if verb == "ask":
            kind = pick(KINDS)
            to = pick(st.sampled_from([None, None, *names[i + 1 :]]))
            timeout = Timeout(after=timedelta(days=1), to=to) if pick(flag) else None  # type: ignore[arg-type]
            steps.append(
                Ask(
                    name=name,
                    text=text(f"{name} ? {{left}}" if pick(flag) else f"{name} ?"),
                    kind=kind,  # type: ignore[arg-type]
                    when=when,
                    optional=bool(pick(flag)),
                    dont_know=bool(pick(flag)),
                    abstain=bool(pick(flag)),
                    timeout=timeout,
                    consent="contact" if isinstance(kind, YesNo) and pick(flag) else None,
                    wording=f"w{i}",
                )
            )
            asked.append((name, kind))  # type: ignore[arg-type]
        elif verb == "say":
            steps.append(Say(name=name, text=text(f"{name}.\n\n{{title}} {{{{x}}}}"), when=when))
        elif verb == "goto":
            steps.append(Goto(name=name, to=str(pick(st.sampled_from(names))), when=when))
        else:
            steps.append(End(name=name, text=text("Merci"), when=when if i < len(plan) - 1 else None))
    return make_flow(
        steps=tuple(steps),
        id="x",
        version="v",
        lang="fr",
        langs=("fr", "en"),
        title=text("Titre"),
        recap=pick(st.booleans()),
        reminders=(Reminder(to=Audience.UNFINISHED, text=text("{left} !"), after=timedelta(days=1)),),
    )


class Conversation(RuleBasedStateMachine):
    """One person, one flow, anything that may happen to them."""

    flow: Flow
    session: Session

    @initialize(flow=flows(), lang=st.sampled_from(["fr", "en"]))
    def start(self, flow: Flow, lang: str) -> None:
        self.flow = flow
        self.file: dict[str, Answer] = {}
        self.seen: list[str] = []
        self.said: list[str] = []
        first = begin(flow, session="s1", lang=lang, at=AT)
        assert begin(flow, session="s1", lang=lang, at=AT) == first
        self.session = first.session
        self.replay(first)
        self.check_place()

    # What may happen

    @rule(which=st.integers(0, 30))
    def press_a_button_of_the_last_messages(self, which: int) -> None:
        if self.seen:
            self.happens(Pressed(at=AT, data=self.seen[-1 - which % len(self.seen)]))

    @rule(which=st.integers(0, 5))
    def press_what_is_open(self, which: int) -> None:
        opened = self.session.open
        mine = [data for data in self.seen if opened and data.startswith(f"1.{opened.id}.")]
        if mine:
            self.happens(Pressed(at=AT, data=mine[which % len(mine)]))

    @rule(token=st.sampled_from(TOKENS))
    def forge_a_button(self, token: str) -> None:
        prompt = self.session.open.id if self.session.open else "nobody"
        self.happens(Pressed(at=AT, data=prompts.data(prompt, token)))

    @rule(data=st.text(max_size=30))
    def forge_any_data(self, data: str) -> None:
        self.happens(Pressed(at=AT, data=data))

    @rule(words=st.one_of(st.sampled_from(TYPED), st.sampled_from(TYPED), st.text(max_size=20)))
    def type_something(self, words: str) -> None:
        self.happens(Said(at=AT, text=words))

    @rule(name=st.sampled_from(COMMANDS), argument=st.sampled_from(["", "fr", "en", "fr-FR", "zz"]))
    def command(self, name: str, argument: str) -> None:
        self.happens(Commanded(at=AT, name=name, argument=argument))

    @rule(late=st.sampled_from([0, 0, 0, 1, -1]))
    def time_out(self, late: int) -> None:
        before = self.session
        self.happens(Rang(at=AT, timer="timeout", subject="s1", fence=before.seq + late))
        if late:
            assert self.session == before

    @rule(detail=st.sampled_from(["0", "1", "x", ""]))
    def remind(self, detail: str) -> None:
        before = self.session
        self.happens(Rang(at=AT, timer="remind", subject="s1", detail=detail))
        assert self.session == before

    @rule(event=st.sampled_from(ELSEWHERE))
    def something_that_is_no_answer(self, event: Event) -> None:
        before = self.session
        self.happens(event)
        assert self.session == before

    @rule(which=st.integers(0, 9), back=st.booleans())
    def answer(self, which: int, back: bool) -> None:
        """A good answer to what is open, now and then after a step back."""
        if back and which > 6:
            self.happens(Commanded(at=AT, name="back"))
        self.happens(Commanded(at=AT, name="resume"))
        if self.session.stage is Stage.SENT and self.session.open is None:
            self.happens(Commanded(at=AT, name="myvote"))
        ask = self.flow.step(self.session.open.step) if self.session.open and self.session.open.step != OPEN else None
        if not isinstance(ask, Ask):
            self.happens(Said(at=AT, text=str(which % 4)))
            return
        before = self.session
        self.happens(Said(at=AT, text=good(ask.kind, which)))
        assert self.session.seq > before.seq

    # What must hold

    def happens(self, event: Event) -> None:
        before = self.session
        step = advance(self.flow, before, event)
        assert advance(self.flow, self.through_json(before), event) == step
        self.session = step.session
        self.check_count(before, step)
        self.check_sizes(step, isinstance(event, Pressed))
        self.replay(step)
        self.check_place()
        if isinstance(event, Pressed):
            assert advance(self.flow, self.session, event).session == self.session

    def through_json(self, session: Session) -> Session:
        data = json.loads(json.dumps(session.to_json()))
        again = Session.from_json(data, id=session.id, flow=session.flow, seq=session.seq)
        assert again == session
        return again

    def check_count(self, before: Session, step: Step) -> None:
        after = step.session
        if after.seq == before.seq:
            assert after == before
            assert not any(isinstance(one, Record | Withdraw | Consented | Arm | Amend) for one in step.effects)
        else:
            assert after.seq == before.seq + 1
            ask = self.flow.step(after.open.step) if after.open and after.open.step in self.flow.index else None
            waits = isinstance(ask, Ask) and ask.timeout and ask.name not in after.answers
            armed = [one for one in step.effects if isinstance(one, Arm)]
            assert len(armed) == (1 if waits and after.stage is not Stage.PAUSED else 0)

    def check_sizes(self, step: Step, pressed: bool) -> None:
        says = {one.name for one in self.flow.steps if isinstance(one, Say)}
        sent = [one for one in step.effects if isinstance(one, Send)]
        assert len(sent) <= 101
        assert sum(one.step not in says for one in sent) <= 1
        if pressed:
            assert sum(isinstance(one, Note) for one in step.effects) <= 1
            assert sum(isinstance(one, Amend) for one in step.effects) <= 1
        for one in step.effects:
            match one:
                case Note(text=words):
                    assert 0 < len(words) <= 200
                case Send(message=message) | Amend(message=message):
                    assert plain_text(message.body).strip()
                    for button in message.prompt.buttons if message.prompt else ():
                        assert button.label
                        assert len(button.data.encode()) <= 64
                case _:
                    pass

    def replay(self, step: Step) -> None:
        for effect in step.effects:
            match effect:
                case Record(question=question, answer=answer, before=before, wording=wording):
                    assert self.file.get(question) == before
                    ask = self.flow.step(question)
                    assert isinstance(ask, Ask)
                    assert ask.wording == wording
                    self.file[question] = answer
                    self.check_value(ask, answer)
                case Withdraw(question=question, before=before):
                    assert self.file.pop(question) == before
                case Send(message=message) | Amend(message=message) if message.prompt:
                    self.seen += [button.data for button in message.prompt.buttons]
                case _:
                    pass
            if isinstance(effect, Send) and isinstance(self.flow.steps[self.flow.index.get(effect.step, -1)], Say):
                self.said.append(effect.step)
        assert self.file == self.session.answers
        assert len(self.said) == len(set(self.said))

    def check_value(self, ask: Ask, answer: Answer) -> None:
        """What is recorded is a legal answer to its question."""
        value = answer.value
        if answer.given is not Given.ANSWER:
            assert value is None
            assert answer.given is not Given.DONT_KNOW or ask.dont_know
            assert answer.given is not Given.ABSTAIN or ask.abstain
            assert answer.given is not Given.SKIPPED or ask.optional or ask.timeout
            return
        match ask.kind:
            case OneOf(choices=choices):
                assert value in {choice.code for choice in choices}
            case AnyOf(choices=choices, at_least=least, at_most=most):
                assert isinstance(value, tuple)
                assert value == tuple(choice.code for choice in choices if choice.code in value)
                assert least <= len(value) <= (most or len(choices))
            case Scale(low=low, high=high):
                assert isinstance(value, int)
                assert low <= value <= high
            case Number(whole=whole):
                assert isinstance(value, int) or (isinstance(value, float) and not whole)
                assert 0 <= value <= 120
            case Words(max=most):
                assert isinstance(value, str)
                assert 0 < len(value) <= most
            case Day():
                assert isinstance(value, str)
                assert date.fromisoformat(value) >= date(2020, 1, 1)
            case YesNo():
                assert value in ("yes", "no")

    def check_place(self) -> None:
        session = self.session
        trail = verbs.walk(
            self.flow,
            session.answers,
            said=session.said,
            timed_out=session.timed_out,
            reopened=session.reopened,
        )
        assert trail.answers == session.answers
        assert all(session.answers[name].given is Given.SKIPPED for name in session.timed_out)
        assert set(session.answers) <= {ask.name for ask in trail.asked}
        assert left(self.flow, session) == len(trail.asked) - len(session.answers)
        assert plain_text(recap(self.flow, session, session.lang).body)
        opened = session.open
        stage = session.before_pause if session.stage is Stage.PAUSED else session.stage
        if stage is Stage.ACTIVE:
            assert opened is not None
        if opened is not None and opened.step != OPEN:
            assert trail.here is not None
            assert trail.here.name == opened.step
            assert stage is not Stage.RECAP
        if stage is Stage.RECAP:
            assert opened is not None
            assert trail.here is None


TestConversation = Conversation.TestCase
TestConversation.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_session_of_another_flow_never_breaks_anything() -> None:
    """An open prompt that names no question, answers to questions that are not there."""
    flow = make_flow(
        steps=(Ask(name="a", text=text("a ?"), kind=YesNo()), End(name="end", text=text("Merci"))),
        id="x",
        version="v",
        lang="fr",
        langs=("fr",),
        title=text("T"),
    )
    session = begin(flow, session="s1", lang="fr", at=AT).session
    assert session.open is not None
    strange = Session.from_json(
        {
            **session.to_json(),
            "open": [session.open.id, "gone", ["x"], 2],
            "answers": {"gone": ["answer", "x"]},
            "reopened": "gone",
        },
        id="s1",
        flow="v",
        seq=4,
    )
    for words in TYPED:
        advance(flow, strange, Said(at=AT, text=words))
    for name in COMMANDS:
        advance(flow, strange, Commanded(at=AT, name=name))
    for token in ("0", "skip", "send", "e0"):
        advance(flow, strange, Pressed(at=AT, data=prompts.data(session.open.id, token)))
    advance(flow, strange, Rang(at=AT, timer="timeout", subject="s1", fence=4))
