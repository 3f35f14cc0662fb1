"""The laws of the engine where people put forward and judge: random conversations with a pool in memory.

Total, deterministic; a session equals itself after JSON; a second identical press changes nothing; data that nobody
waits for changes nothing. No statement is served to somebody who has judged it; the stances add up to one a number; the
count on file is what was judged and sent; only messages that can be answered keep buttons; nobody is sent more than
they may; whoever stopped finds what they had.
"""

from __future__ import annotations

import json
from typing import cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from pooled import AT, STANDS, STATEMENTS, TOPICS, Talk, a_flow, cards, idea, text

from flows import prompts
from flows.effects import Amend, Fetch, Note, Proposed, Record, Send, Stance
from flows.engine import advance, pointed
from flows.events import Card, Commanded, Event, Fetched, Pressed, Rang, Said, Shared
from flows.flow import Ask, Choice, Flow, Lot, OneOf, Propose, React, YesNo
from flows.kinds import served
from flows.messages import plain_text
from flows.recap import OPEN
from flows.session import Given, Session, Stage

# ruff: noqa: SIM905 (long lists of words read better as text)
TYPED = (
    *"d'accord|pas d'accord|neutre|pour|contre|1|2|3|0|annuler|encore|assez|oui|non|Priorité|passer|retour".split("|"),
    *"envoyer|modifier|laisser tomber|différent|terminé|stop|reprendre|aide|je ne sais pas|sans avis|garder".split("|"),
    *"planter des arbres|planter des arbres en ville|peindre les bancs|un texte à moi|Voirie|Il faut des bancs".split(
        "|"
    ),
    *("", "🎉", "x" * 80, "\u202e", "IL FAUT DES BANCS PARTOUT ET DES ARBRES", "=1+1 <b>oui</b>"),
)
TOKENS = (
    *"a~p1|d~p2|n~p9|a~|u~p1|u~|+a0~p1|-a0~p1|+d0~p1|+a9~p1|more|done|s0~p1|s1~p9|mine|alone|k0|k1|send|change".split(
        "|"
    ),
    *"leave|another|skip|back|keep|0|1|e0|out||~|a~p1~p1".split("|"),
)
COMMANDS = ("start", "again", "back", "skip", "stop", "resume", "myvote", "language")


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    flag = st.booleans()
    mode = Ask(name="mode", text=text("Comment ?"), kind=OneOf(choices=TOPICS), optional=draw(flag))
    arm = Ask(name="arm", text=text(""), kind=Lot(arms=(("control", 1), ("texts", 3))))
    judge = cards(
        "idea",
        optional=draw(flag),
        statements=STATEMENTS[: draw(st.integers(0, 4))],
        stands=STANDS[: draw(st.integers(2, 3))],
        batch=draw(st.integers(1, 3)),
        most=draw(st.sampled_from([None, 1, 3])),
    )
    write = idea(
        optional=draw(flag),
        most=draw(st.integers(1, 3)),
        max=60,
        opener=draw(st.sampled_from([None, text("Il faut", "We should")])),
        categories=draw(st.sampled_from([(), TOPICS])),
        category=draw(st.sampled_from([None, "mode"])),
        similar=draw(flag),
        month=draw(st.sampled_from([None, None, 2])),
        amends=draw(st.sampled_from([None, None, text("planter des arbres")])),
    )
    keep = Ask(name="keep", text=text("Garder ?"), kind=YesNo(), consent="keep")
    asks: list[Ask] = draw(st.permutations([judge, write]))
    asks = [*([mode] if draw(flag) else []), *([arm] if draw(flag) else []), *asks]
    kept = draw(st.sampled_from([None, None, "first", "last"]))
    asks = [keep, *asks] if kept == "first" else [*asks, keep] if kept == "last" else asks
    return a_flow(*asks, recap=draw(flag), keep="keep" if kept else None)


class Contributing(RuleBasedStateMachine):
    """One person who judges and puts forward, a pool that grows while they do."""

    chat: Talk

    @initialize(flow=flows(), lang=st.sampled_from(["fr", "en"]), link=st.sampled_from([None, None, 1, 2, 99]))
    def start(self, flow: Flow, lang: str, link: int | None) -> None:
        drafts = {"cards": served.shared(link)} if link else {}
        self.chat = Talk(flow=flow, lang=lang, drafts=drafts).begin()
        self.pressed: list[str] = []
        self.check()

    # What may happen

    @rule(words=st.sampled_from(TYPED))
    def type_something(self, words: str) -> None:
        self.happens(Said(at=AT, text=words))

    @rule(which=st.integers(0, 9))
    def press_what_is_there(self, which: int) -> None:
        opened = self.chat.session.open
        alive = [self.chat.shown.get(one) for one in (opened.behind, opened.id)] if opened else []
        found = [one.data for shown in alive if shown and shown.prompt for one in shown.prompt.buttons]
        if found:
            self.press(found[which % len(found)])

    @rule(which=st.integers(0, 30))
    def press_an_old_button(self, which: int) -> None:
        if self.pressed:
            self.press(self.pressed[-1 - which % len(self.pressed)])

    @rule(token=st.sampled_from(TOKENS), behind=st.booleans())
    def forge_a_button(self, token: str, behind: bool) -> None:
        opened = self.chat.session.open
        self.press(prompts.data((opened.behind if behind else opened.id) if opened else "nobody", token))

    @rule(name=st.sampled_from(COMMANDS), argument=st.sampled_from(["", "fr", "en"]))
    def command(self, name: str, argument: str) -> None:
        self.happens(Commanded(at=AT, name=name, argument=argument))

    @rule(late=st.sampled_from([0, 1]))
    def time_out(self, late: int) -> None:
        self.happens(Rang(at=AT, timer="timeout", subject="s1", fence=self.chat.session.seq + late))

    @rule(what=st.sampled_from(["photo", "location"]))
    def send_something(self, what: str) -> None:
        self.happens(Shared(at=AT, what=what, ref="r1", spot="48.85,2.35"))

    @rule(words=st.sampled_from(["Il faut des arbres en ville", "planter des arbres", "Il faut moins de bruit"]))
    def somebody_else_puts_something_forward(self, words: str) -> None:
        self.chat.pool.put("idea", words)

    @rule(which=st.integers(0, 5))
    def a_moderator_takes_something_away(self, which: int) -> None:
        others = [one for one in self.chat.pool.held if one.number not in self.chat.pool.stances]
        if others:
            self.chat.pool.held.remove(others[which % len(others)])

    @rule(number=st.integers(1, 6))
    def come_by_a_link(self, number: int) -> None:
        step = pointed(self.chat.flow, self.chat.session, "cards", number)
        assert step == pointed(self.chat.flow, self.through_json(self.chat.session), "cards", number)
        self.chat.take(step)
        self.check()

    @rule(
        want=st.sampled_from(["cards", "similar", "left", ""]), question=st.sampled_from(["cards", "idea", "mode", "x"])
    )
    def data_that_nobody_waits_for(self, want: str, question: str) -> None:
        before = self.chat.session
        event = Fetched(at=AT, question=question, want=want, cards=(Card(number=77, text="?", proof="p"),), left=0)
        assert advance(self.chat.flow, before, event).session == before
        assert advance(self.chat.flow, before, event).effects == ()

    @rule()
    def stop_and_come_back(self) -> None:
        chat = self.chat
        if chat.session.stage is not Stage.ACTIVE or chat.session.open is None:
            return
        before = chat.session.open
        self.happens(Commanded(at=AT, name="stop"))
        self.happens(Commanded(at=AT, name="resume"))
        assert chat.session.open is not None
        assert (chat.session.open.step, chat.session.open.draft) == (before.step, before.draft)

    # What must hold

    def press(self, data: str) -> None:
        self.pressed.append(data)
        event = Pressed(at=AT, data=data)
        self.happens(event)
        assert advance(self.chat.flow, self.chat.session, event).session == self.chat.session

    def happens(self, event: Event) -> None:
        chat, before = self.chat, self.chat.session
        judged = set(chat.pool.stances)
        step = advance(chat.flow, before, event)
        assert advance(chat.flow, self.through_json(before), event) == step
        if step.session.seq == before.seq:
            assert step.session == before
            assert not any(isinstance(one, Record | Stance | Proposed | Fetch | Amend) for one in step.effects)
        effects = chat.happens(event)
        self.check_effects(effects, judged, pressed=isinstance(event, Pressed))
        self.check()

    def through_json(self, session: Session) -> Session:
        data = json.loads(json.dumps(session.to_json()))
        again = Session.from_json(data, id=session.id, flow=session.flow, seq=session.seq)
        assert again == session
        return again

    def check_effects(self, effects: list[object], judged: set[int], *, pressed: bool) -> None:
        if pressed:
            assert sum(isinstance(one, Note) for one in effects) <= 1
        assert sum(isinstance(one, Fetch) for one in effects) <= 4
        for one in effects:
            match one:
                case Send(message=message) | Amend(message=message):
                    assert plain_text(message.body).strip()
                    for button in message.prompt.buttons if message.prompt else ():
                        assert button.label
                        assert len(button.data.encode()) <= 64
                case Proposed(text=words):
                    kind = cast(Propose, self.ask("idea").kind)
                    assert 0 < len(words) <= kind.max
                case Stance(number=number, value=None):
                    assert number in judged
                case _:
                    pass

    def ask(self, name: str) -> Ask:
        step = self.chat.flow.step(name)
        assert isinstance(step, Ask)
        return step

    def check(self) -> None:
        chat = self.chat
        kept = chat.flow.keep is None or (chat.file.get("keep") is not None and chat.file["keep"].value == "yes")
        if kept:
            assert chat.file == dict(chat.session.answers)
        else:
            assert not chat.file, "what nobody said to keep is nowhere but in the session"
            assert not chat.pool.stances
        self.check_counts()
        self.check_cards()
        opened = chat.session.open
        alive = {opened.id, opened.behind} if opened is not None else set()
        assert chat.alive <= alive, "buttons that mean nothing"
        assert "arm" not in chat.flow.index or opened is None or opened.step != "arm", "nobody is asked about a lot"
        if opened is not None and opened.step != OPEN and chat.session.stage is not Stage.PAUSED:
            assert opened.id in chat.shown, "something is open, and nothing was shown"

    def check_counts(self) -> None:
        chat = self.chat
        judged = [one for one in chat.pool.stances.values() if one.question == "cards"]
        answer = chat.file.get("cards")
        if answer is not None and answer.given is Given.ANSWER:
            assert answer.value == len(judged)
        else:
            assert not judged
        kind = cast(React, self.ask("cards").kind)
        if kind.most is not None:
            assert len(judged) <= kind.most + self.linked
        written = chat.file.get("idea")
        if written is not None and written.given is Given.ANSWER:
            assert isinstance(written.value, int)
            assert 0 <= written.value <= cast(Propose, self.ask("idea").kind).most

    @property
    def linked(self) -> int:
        """Who comes by a link sees what they came for, beyond any most."""
        return sum(one.via == "shared" for one in self.chat.pool.stances.values())

    def check_cards(self) -> None:
        """What is in front of somebody is not what they have judged already."""
        opened = self.chat.session.open
        if opened is not None and opened.step == "cards":
            here = served.read(opened.draft)
            assert here.card is None or here.card.number not in self.chat.pool.stances


TestContributing = Contributing.TestCase
TestContributing.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_lot_is_drawn_once_and_in_proportion() -> None:
    arm = Ask(name="arm", text=text(""), kind=Lot(arms=(("control", 10), ("texts", 90))))
    flow = a_flow(
        arm, Ask(name="mode", text=text("Comment ?"), kind=OneOf(choices=(Choice(code="a", label=text("A")),)))
    )
    chat = Talk(flow=flow).begin()
    assert chat.file["arm"].value in ("control", "texts")
    assert "Comment" in chat.last
    chat.commands("back")
    assert "Comment" in "".join(chat.texts)
    chat.commands("myvote")
    assert "arm" not in chat.last
