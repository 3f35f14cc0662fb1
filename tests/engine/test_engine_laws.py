"""The laws of the engine, on random flows and random conversations.

Total, deterministic; a session equals itself after JSON; a second identical press changes nothing; replaying the
records and withdrawals gives the answers; no answer is on file to a question not shown on the path; what is recorded
is canonical and within its kind; at most 100 texts and one question an event; an illegal event changes nothing; who
goes back in the middle of an answer finds it again as they left it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from anyflow import flows, good, legal, text
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from flows import kinds, prompts, verbs
from flows.effects import Amend, Arm, Consented, Note, Record, Send, Withdraw
from flows.engine import Step, advance, begin, left, recap
from flows.events import Blocked, Commanded, Event, Moved, Pressed, Rang, Returned, Said, Shared
from flows.flow import Ask, End, Flow, Say, YesNo, make_flow
from flows.messages import plain_text
from flows.recap import OPEN
from flows.session import Answer, Given, Session, Stage
from flows.turn import open_ask

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
# ruff: noqa: SIM905 (long lists of words read better as text)
TYPED = (
    *"oui|non|1|2|3|1, 2|1 et 3|0|7|-3|3,5|34 ans|velo|En bus|tren|tout|continue|modifier 1".split("|"),
    *"stop|retour|passer|reprendre|terminé|envoyer|je ne sais pas|sans opinion|garder|aide|blanc|aucun".split("|"),
    *"12/03/2026|12 mars|2026-03-12|bonjour à tous|pas le bus|pas le train|recommencer|Retirer le dernier".split("|"),
    *"3 1 2|En bus > À vélo|1 2|2: 3|velo 3, bus 1|bus +1|3 0 5 2|bien|pas bien|En bus: passable|mal, bien".split("|"),
    *"1 oui, 2 non|tous sauf le 1|jeudi|1 peut-être|1 2 3 4|sans le bus|-1|Pas de préférence|ça suffit".split("|"),
    *("", "\u202e\u200b", "🎉" * 5000, "x" * 301),
)
TOKENS = (
    *("0", "1", "2", "-0", "-1", "9", "skip", "back", "done", "dk", "abs", "keep", "send", "e0", "e1", "", "x"),
    *("blank", "none", "0.1", "1.0", "1.2", "0.-1", "2.x", "9.0", "0.yes", "1.maybe", "2.no", "t0", "t1", "again"),
    *("0n", "0o", "1s", "b0", "on", "@0", "@2", "+2", "+4", "list"),
)
COMMANDS = ("start", "again", "back", "skip", "stop", "resume", "myvote", "language", "help", "poll", "")


ELSEWHERE = (
    Blocked(at=AT),
    Returned(at=AT),
    Moved(at=AT, to_chat="y"),
    Shared(at=AT, what="photo"),
    Shared(at=AT, what="location", spot="here"),
    Shared(at=AT, what=""),
    Rang(at=AT, timer="close", subject="s1"),
    Rang(at=AT, timer="remind", subject="s1", detail="0"),
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

    @rule(what=st.sampled_from(["photo", "location"]))
    def share(self, what: str) -> None:
        self.happens(Shared(at=AT, what=what, ref="r1", spot="48.85661,2.35222"))

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
        assert before.open is not None
        self.happens(Said(at=AT, text=good(kinds.seen(ask, before.id), which, before.open.draft)))
        assert self.session.seq > before.seq

    @precondition(lambda self: self.half_answered is not None)
    @rule()
    def go_back_in_the_middle_of_an_answer(self) -> None:
        """Who looks at the question before, and keeps it, finds their answer as they left it."""
        ask, opened = self.half_answered, self.session.open
        assert ask is not None
        assert opened is not None
        self.happens(Pressed(at=AT, data=prompts.data(opened.id, prompts.BACK)))
        if self.session.open == opened:  # nothing lies before it
            return
        assert self.session.drafts[ask.name] == opened.draft
        self.happens(Said(at=AT, text="garder"))
        if self.session.open is not None and self.session.open.step == ask.name:
            assert self.session.open.draft == opened.draft
        elif self.session.stage is not Stage.SENT:
            assert self.session.drafts[ask.name] == opened.draft

    @property
    def half_answered(self) -> Ask | None:
        """The open question, when there is something given that is not on file."""
        opened = self.session.open
        ask = open_ask(self.flow, opened, self.session.id)
        if ask is None or opened is None or self.session.stage is Stage.PAUSED or not kinds.drafted(ask.kind):
            return None
        present = self.session.answers.get(ask.name)
        return ask if opened.draft != kinds.draft(ask, present.value if present else None) else None

    # What must hold

    def happens(self, event: Event) -> None:
        before = self.session
        step = advance(self.flow, before, event)
        assert advance(self.flow, self.through_json(before), event) == step
        self.session = step.session
        if before.stage is Stage.DECLINED and step.session.stage is not Stage.DECLINED:
            self.said.clear()  # who did not agree and comes back begins anew
        self.check_count(before, step)
        self.check_sizes(step, isinstance(event, Pressed))
        if before.stage is Stage.DECLINED and step.session.stage is not Stage.DECLINED:
            self.said = []  # who did not agree and comes back begins anew
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
                    legal(ask, answer)
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
        drawn = {ask.name for ask in trail.drawn}
        assert set(session.answers) <= drawn | {ask.name for ask in trail.asked}
        assert left(self.flow, session) == len(trail.asked) - len(session.answers.keys() - drawn)
        assert plain_text(recap(self.flow, session, session.lang).body)
        opened = session.open
        assert set(session.drafts) <= {ask.name for ask in trail.asked} - {opened.step if opened else ""}
        assert not session.drafts or opened is not None
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
