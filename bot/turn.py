"""One event being handled: who, where, what, and what comes of it.

The one rule: everything a turn sends gets the key `<inbox id>.<number>`, counted from zero. Handling the same event
again makes the same keys, and the outbox refuses them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never

import orjson

from bot import menus, rights
from bot.contributions import applying, barring, fetching
from bot.letters import Letter, Results, Whole
from bot.rights import Act
from bot.scene import Live, Note, Scene
from bot.visibility import shown_to_voter
from flows.effects import (
    Amend,
    Arm,
    Consented,
    Disarm,
    Effect,
    Fetch,
    Forget,
    Proposed,
    Record,
    Send,
    Signed,
    Stance,
    Withdraw,
)
from flows.effects import Note as NoteEffect
from flows.engine import Step, advance
from flows.events import Event, Pressed, Said
from flows.flow import Ask, Flow
from flows.messages import Message, message
from flows.prompts import read
from flows.session import Answer, Stage
from flows.tally.counts import deltas
from storage import consultations, people
from storage.inbox import Pending
from storage.instants import ms
from storage.outbox import Rank

_MAILING = re.compile(r"mailing:([0-9]{1,18})[.@]")

FETCHES = 20
"""So many times one event may ask for more data; what is then still missing comes with the next."""
GRACE_MS = 60_000
"""What a platform held at the cut still counts when it was said up to a minute later by the platform's clock."""


@dataclass(slots=True)
class Turn:
    scene: Scene
    item: Pending
    event: Event
    sent: int = 0
    asked: bool = False
    """Was a menu in front of the person when they typed this?"""
    left: str = ""
    """Where the conversation was before it came here: a message that is changed now stands there."""
    held: set[tuple[str, str]] | None = None
    """The roles of this person, once somebody has asked."""
    mailing: int | None = None
    """The mailing that this event is a page of, or whose reminder it brings."""

    def __post_init__(self) -> None:
        if self.item.adapter == "clock" and (found := _MAILING.match(self.item.key)) is not None:
            self.mailing = int(found[1])

    @property
    def participant(self) -> int:
        return self.scene.speakers[self.item.lane].participant

    @property
    def identity(self) -> str:
        """What the messenger calls this person."""
        return people.identity(self.item.adapter, self.item.person)

    @property
    def lang(self) -> str:
        """The language to speak to this person."""
        speaker = self.scene.speakers.get(self.item.lane)
        return (speaker.lang if speaker else None) or self.scene.rules.lang

    @property
    def live(self) -> Live | None:
        """The session that the conversation is about, if any."""
        speaker = self.scene.speakers.get(self.item.lane)
        return self.scene.lives.get(speaker.session) if speaker and speaker.session is not None else None

    def key(self) -> str:
        number, self.sent = self.sent, self.sent + 1
        return f"{self.item.id}.{number}"

    def say(self, *blocks: Message | str) -> None:
        """Answer in the place where the event came from."""
        for block in blocks:
            said = block if isinstance(block, Message) else message(block)
            if said.prompt is not None:
                self.scene.show_menu(self.item.lane, menus.write(said.prompt))
            self.post(self.item.place, Whole(said, self.lang))

    def ask(self, said: Message, *, more: str = "", free: str = "") -> None:
        """Answer with a menu that remembers: `more` is added to what its buttons ask for (a text does not fit into a
        button), `free` is the command, with a space and an argument, that is given whatever else is typed."""
        self.say(said)
        if said.prompt is not None:
            self.scene.show_menu(self.item.lane, menus.write(said.prompt, more=more, free=free))

    def post(
        self,
        place: str,
        letter: Letter,
        *,
        rank: Rank = Rank.REPLY,
        resend: bool = True,
        prompt: str | None = None,
        replaces: str | None = None,
        consultation: str | None = None,
        due_ms: int | None = None,
    ) -> None:
        """Send a letter anywhere, under this turn's next key."""
        self.scene.send(
            place,
            letter,
            key=self.key(),
            rank=rank,
            resend=resend,
            prompt=prompt,
            replaces=replaces,
            consultation=consultation,
            due_ms=due_ms,
            mailing=self.mailing if rank is Rank.BROADCAST and not resend else None,
        )

    def tell(self, text: str) -> None:
        """Answer one person: in a note when they pressed something, else as a message."""
        if isinstance(self.event, Pressed):
            self.note(text)
        else:
            self.say(text)

    def amend(self, said: Message, ref: str) -> None:
        """Put `said` in the place of the message with this reference, here."""
        self.post(self.item.place, Whole(said, self.lang, only_edit=True), replaces=ref)

    def put_away(self, said: Message) -> None:
        """Show the message whose button was pressed as `said`; without one, nothing changes."""
        if isinstance(self.event, Pressed) and self.event.message is not None:
            self.amend(said, self.event.message)

    def note(self, text: str) -> None:
        """A short word to the presser; the press's waiting sign stops in any case."""
        self.scene.notes.append(Note(self.item.adapter, self.item.key, text))

    def accepts(self, live: Live) -> bool:
        """May this event still change an answer? What was said after the closing hour may not, though we notice the
        hour late; what was said before it may, until it is counted. A platform that held it has a clock of its own."""
        consultation = live.consultation
        if consultation.state == consultations.INTERNAL:
            return True
        held = self.item.adapter in self.scene.rules.keeps
        at = ms(self.event.at) - (GRACE_MS if held else 0)
        if consultation.state == "open":
            return consultation.closes_ms is None or at < consultation.closes_ms
        return consultation.state == "closing" and consultation.cut_ms is not None and at < consultation.cut_ms

    def may(self, act: Act, consultation: str | None = None) -> bool:
        """May this person do this here, to a consultation or to something new?"""
        private, connection, held = self.item.private, self.scene.connection, self.roles()
        if consultation is None:
            place = None if private else self.item.place
            return rights.may(held, act, place=place, group_admin=self._group_admin(), private=private)
        places = [None, *consultations.announced(connection, consultation)]
        return any(rights.may(held, act, consultation=consultation, place=one, private=private) for one in places)

    def may_in(self, act: Act, scope: str) -> bool:
        """May this person do this to the whole instance (`*`), or to a place other than this one?"""
        return rights.may(self.roles(), act, place=scope, private=self.item.private)

    def might(self, act: Act) -> bool:
        """Is there anything to which this person may do this, here or in private?"""
        return rights.ever(self.roles(), act) or self.may(act)

    def roles(self) -> set[tuple[str, str]]:
        """(role, scope) pairs of this person."""
        if self.held is None:
            self.held = people.roles_of(self.scene.connection, self.participant)
        return self.held

    def _group_admin(self) -> bool | None:
        """Does this person administrate the group they write in, and was that not switched off?"""
        if not isinstance(self.event, Said) or not self.event.admin:
            return None
        return people.admins_launch(self.scene.connection, self.item.place)

    def speak(self, lang: str) -> None:
        """From here on, speak `lang` to this person."""
        lane = self.item.lane
        self.scene.speakers[lane] = replace(self.scene.speakers[lane], lang=lang)

    def leave(self) -> None:
        """The person was erased: nothing of theirs that is still in memory may be written again."""
        gone = self.participant
        lives = self.scene.lives
        for id in [id for id, live in lives.items() if live.participant == gone]:
            del lives[id]
            self.scene.new_sessions.pop(id, None)
        speakers = self.scene.speakers
        for lane in [lane for lane, speaker in speakers.items() if speaker.participant == gone]:
            del speakers[lane]

    def withdraw(self, live: Live, question: str, answer: Answer) -> None:
        """Take a ballot back on behalf of somebody who leaves."""
        self._record(live, question, answer, None, "")

    # --- What the engine wants done ----------------------------------------------------------------------------------

    def vote(self, live: Live, flow: Flow, step: Step) -> None:
        """A press on a card: the session goes on under the words of the card, which everybody reads now."""
        if step.session is live.session:
            self._apply_all(live, step)
            return
        if live.id not in self.scene.lives:
            self.scene.lives[live.id] = self.scene.new_sessions[live.id] = live
        live.flow = flow
        live.session = replace(step.session, flow=flow.version)
        live.dirty = True
        live.last_ms = ms(self.event.at)
        self._apply_all(live, step)

    def apply(self, live: Live, step: Step) -> None:
        """Put the effects of a step into the scene and remember the session."""
        before = live.session
        self.left = live.place
        self._bring(live)
        step = barring.instead(self, live, step)
        self._go(live, step)
        for _ in range(FETCHES):
            fetch = next((effect for effect in step.effects if isinstance(effect, Fetch)), None)
            if fetch is None:
                break
            step = advance(live.flow, live.session, fetching.answer(self, live, fetch))
            self._go(live, step)
        finished = live.session.stage is Stage.SENT and before.stage is not Stage.SENT
        if finished and shown_to_voter(live.consultation):
            self.post(live.place, Results(live.consultation.id, live.session.lang), consultation=live.consultation.id)

    def _bring(self, live: Live) -> None:
        """The conversation goes on where the person writes, also when it began on another messenger."""
        lane = self.item.lane
        if (
            self.item.private
            and self.item.adapter != "clock"
            and live.lane != lane
            and live.participant == self.participant
        ):
            live.lane, live.place, live.dirty = lane, self.item.place, True

    def _go(self, live: Live, step: Step) -> None:
        """The session as it is after a step, and what the step wants done."""
        before = live.session
        if step.session is not before:
            live.session = step.session
            live.dirty = True
            if step.session.seq != before.seq:
                live.last_ms = ms(self.event.at)
        self._apply_all(live, step)

    def _apply_all(self, live: Live, step: Step) -> None:
        visible = any(isinstance(effect, Send | Amend) for effect in step.effects)
        for effect in step.effects:
            self._apply(live, effect, visible)

    def _apply(self, live: Live, effect: Effect, visible: bool) -> None:
        match effect:
            case Send():
                self._send(live, effect)
            case Amend(prompt=prompt, message=said, only_edit=only_edit):
                letter, ref = Whole(said, live.session.lang, only_edit), self._reference(prompt)
                elsewhere = ref.startswith("prompt:") and prompt not in self.scene.prompts
                place = self.left or live.place if elsewhere else live.place
                self.post(place, letter, replaces=ref, consultation=live.consultation.id)
            case NoteEffect(text=text):
                if isinstance(self.event, Pressed):
                    self.note(text)
                elif not visible:
                    self.say(text)
            case Record(question=question, answer=answer, before=previous, wording=wording):
                self._record(live, question, previous, answer, wording)
            case Withdraw(question=question, before=previous):
                self._record(live, question, previous, None, "")
                applying.take_back(self, live, question)
            case Stance() | Proposed() | Signed():
                applying.apply(self, live, effect)
            case Consented(purpose=purpose, wording=wording, lang=lang, given=given):
                row = {"consultation": live.consultation.id, "participant": live.participant, "purpose": purpose}
                at = ms(self.event.at)
                self.scene.consents.append({**row, "wording": wording, "lang": lang, "given": given, "at_ms": at})
            case Arm(timer=timer, after=after):
                self.arm_session(live, timer, after)
            case Disarm(timer=timer):
                self.scene.disarmed.add(f"{timer}:{live.id}")
            case Forget():
                self.scene.forgotten.append(live)
                self.scene.scrub = True
            case Fetch():
                pass  # answered once everything else of the step is done, see `apply`
            case _:
                assert_never(effect)

    def _send(self, live: Live, effect: Send) -> None:
        prompt = effect.message.prompt
        id = prompt.id if prompt is not None and prompt.id else None
        if id is not None:
            row = {"id": id, "session": live.id, "step": effect.step, "place": live.place, "ref": None}
            self.scene.prompts[id] = row
        rank = Rank.REPLY if effect.resend else Rank.BROADCAST
        letter = Whole(effect.message, live.session.lang)
        self.post(live.place, letter, rank=rank, resend=effect.resend, prompt=id, consultation=live.consultation.id)

    def _reference(self, prompt: str) -> str:
        """The platform's reference of the message that carries `prompt`, or a name that the deliverer looks up."""
        event = self.event
        if isinstance(event, Pressed) and event.message is not None:
            pressed = read(event.data)
            if pressed is not None and pressed[0] == prompt:
                return event.message
        return f"prompt:{prompt}"

    def _record(self, live: Live, question: str, before: Answer | None, after: Answer | None, wording: str) -> None:
        scene, consultation = self.scene, live.consultation.id
        if live.consultation.state == consultations.INTERNAL:
            return  # an organiser prepares something: this is no ballot
        ask = live.flow.step(question)
        assert isinstance(ask, Ask)
        if ask.consent is not None:  # kept in `consents`; whoever refuses has taken no part
            return
        assert live.token is not None, "a consultation whose key is gone takes no ballot"
        key = (consultation, live.token, question)
        scene.voted.add(consultation)
        if after is None:
            scene.votes[key] = None
        else:
            answer = orjson.dumps(after.to_json()).decode()
            row = {"consultation": consultation, "token": live.token, "question": question}
            scene.votes[key] = {**row, "answer": answer, "wording": wording}
        for code, n in deltas(ask, before, after).items():
            counter = (consultation, question, code)
            scene.deltas[counter] = scene.deltas.get(counter, 0) + n

    def arm_session(self, live: Live, timer: str, after: timedelta, *, detail: str = "", due_ms: int = 0) -> None:
        """Set a timer of a session, fenced by its sequence number."""
        self.scene.arm(
            f"{timer}{detail}:{live.id}",
            timer,
            str(live.id),
            due_ms=due_ms or ms(self.event.at + after),
            lane=live.lane,
            detail=detail,
            fence=live.session.seq,
            late="within:21600" if timer == "remind" else "fire",
        )
