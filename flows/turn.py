"""One event being thought through: a draft of the session to come, and the effects so far.

The one rule: a turn begins with `Turn.of` and ends with `Turn.step`, which counts the event. Who has nothing to change
makes no turn and returns `same`, so that an event that changed nothing leaves the session untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flows import keeping, kinds, prompts, recap, supplied, verbs
from flows.effects import Amend, Arm, Consented, Effect, Forget, Note, Record, Send, Withdraw
from flows.flow import Ask, Flow, Lot, Propose
from flows.kinds import lot, proposing, served, staged
from flows.messages import Block, Message, message
from flows.session import Answer, Given, OpenPrompt, Session, Stage, Value
from flows.trail import Trail
from flows.verbs import ask as asking
from flows.verbs import end as ending
from flows.verbs import say as saying
from locales import tr

LIMIT = 100
"""Texts sent in one event, at most; the others follow with the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an event came to: the session after it, and what must be done."""

    session: Session
    effects: tuple[Effect, ...]


def same(session: Session, *effects: Effect) -> Step:
    """Nothing changed; perhaps something is said."""
    return Step(session=session, effects=effects)


def reply(session: Session, *sentences: str) -> Step:
    """Nothing changed; these sentences are the answer."""
    return same(session, Send(message=message(*sentences)))


@dataclass(slots=True, kw_only=True)
class Turn:
    flow: Flow
    old: Session
    lang: str
    stage: Stage
    before_pause: Stage
    answers: dict[str, Answer]
    said: tuple[str, ...]
    open: OpenPrompt | None
    reopened: str | None
    timed_out: tuple[str, ...]
    drafts: dict[str, tuple[str, ...]]
    effects: list[Effect] = field(default_factory=list)

    @staticmethod
    def of(flow: Flow, old: Session) -> Turn:
        """A draft that is still the old session; somebody who had stopped goes on."""
        return Turn(
            flow=flow,
            old=old,
            lang=old.lang,
            stage=old.before_pause if old.stage is Stage.PAUSED else old.stage,
            before_pause=old.before_pause,
            answers=dict(old.answers),
            said=old.said,
            open=old.open,
            reopened=old.reopened,
            timed_out=old.timed_out,
            drafts=dict(old.drafts),
        )

    def step(self) -> Step:
        self._arm()
        old = self.old
        session = Session(
            id=old.id,
            flow=old.flow,
            lang=self.lang,
            seq=old.seq + 1,
            stage=self.stage,
            before_pause=self.before_pause,
            answers=self.answers,
            said=self.said,
            open=self.open,
            reopened=self.reopened,
            timed_out=self.timed_out,
            drafts=self.drafts,
        )
        return Step(session=session, effects=tuple(self.effects))

    def _arm(self) -> None:
        """Whatever moved the session on has also put its timer out, so a question with a timeout sets it again."""
        ask = self.ask
        if ask and ask.timeout and ask.name not in self.answers and self.stage is not Stage.PAUSED:
            self.effects.append(Arm(timer="timeout", after=ask.timeout.after))
        given = self.answers or self.drafts or (self.open and self.open.draft)
        if given and not self.kept:
            self.effects.append(Arm(timer=keeping.TIMER, after=keeping.HELD))

    @property
    def ask(self) -> Ask | None:
        return open_ask(self.flow, self.open, self.old.id)

    @property
    def kept(self) -> bool:
        return keeping.kept(self.flow, self.answers)

    def walk(self) -> Trail:
        return verbs.walk(self.flow, self.answers, said=self.said, timed_out=self.timed_out, reopened=self.reopened)

    # Moves

    def record(self, ask: Ask, answer: Answer) -> None:
        """Put an answer on file; a consent before the answers that it allows."""
        name = ask.name
        if isinstance(answer.value, tuple):
            answer = self._canonical(name, answer)
        before = self.answers.get(name) if self.kept else None
        if name == self.flow.keep:
            self._keep(ask, answer)
        elif ask.consent is not None:
            self._consent(ask, given=answer.given is Given.ANSWER and answer.value == "yes")
        if self.kept:
            self._file(ask, answer, before)
        self.answers[name] = answer
        self.drafts.pop(name, None)
        if name in self.timed_out:
            self.timed_out = tuple(one for one in self.timed_out if one != name)
        if self.reopened == name:
            self.reopened = None

    def _file(self, ask: Ask, answer: Answer, before: Answer | None) -> None:
        self.effects.append(Record(question=ask.name, answer=answer, before=before, wording=ask.wording))

    def _keep(self, ask: Ask, answer: Answer) -> None:
        """The person says whether to keep what was answered. A no where nothing was kept is written nowhere."""
        was, before = self.kept, dict(self.answers)
        self.answers[ask.name] = answer
        if self.kept is was:
            return
        self._consent(ask, self.kept)
        for step in self.flow.asks:
            if step.name not in before:
                continue
            if was:
                self.effects.append(Withdraw(question=step.name, before=before[step.name]))
            elif step.name != ask.name:
                self._file(step, before[step.name], None)

    def _canonical(self, name: str, answer: Answer) -> Answer:
        step = self.flow.step(name)
        return kinds.canonical(step, answer) if isinstance(step, Ask) else answer

    def _consent(self, ask: Ask, given: bool) -> None:
        self.effects.append(Consented(purpose=ask.consent or "", wording=ask.wording, lang=self.lang, given=given))

    def note(self, text: str) -> None:
        self.effects.append(Note(text=text))

    def close(self, *, only_edit: bool = True) -> None:
        """Take the buttons away from the open message; it keeps its words, and shows the answer if there is one."""
        if self.open is None:
            return
        ask, opened = self.ask, self.open
        self.open = None
        if ask is None:
            shown = recap.recap(self.flow, replace(self.old, answers=self.answers), self.lang)
        else:
            self._lay_aside(ask, opened.draft)
            self.leave_behind(ask, opened)
            if staged.wants(ask, opened.draft):
                return  # there is no message yet
            answer, left = self.answers.get(ask.name), self._left_before(ask)
            shown = asking.settled(self.flow, ask, answer, self.lang, left, opened.draft)
        self.effects.append(Amend(prompt=opened.id, message=shown, only_edit=only_edit))

    def leave_behind(self, ask: Ask, opened: OpenPrompt) -> None:
        """The message before the open one can no longer be pressed."""
        shown = staged.behind(ask, opened.draft, self.lang, self.flow.lang, opened.behind) if opened.behind else None
        if shown is not None:
            self.effects.append(Amend(prompt=opened.behind, message=Message(body=shown.body), only_edit=True))

    def contribute(self, ask: Ask, effects: Sequence[Effect]) -> None:
        """What leaves the conversation besides answers, with what earlier answers add to it."""
        if self.kept:
            self.effects += [supplied.complete(ask, effect, self.answers) for effect in effects]

    def _lay_aside(self, ask: Ask, draft: tuple[str, ...]) -> None:
        """A question left in the middle of its answer is found again as it was left."""
        present = self.answers.get(ask.name)
        unfinished = present is None or self.reopened == ask.name
        if unfinished and kinds.drafted(ask.kind) and draft != kinds.draft(ask, present.value if present else None):
            self.drafts[ask.name] = draft

    def _left_before(self, ask: Ask) -> int:
        """`{left}` as the question said it, where it says it."""
        if not asking.tells_left(ask):
            return 0
        old = self.old
        return verbs.walk(self.flow, old.answers, said=old.said, timed_out=old.timed_out, reopened=old.reopened).left

    def settle(self, before: Sequence[Block] = ()) -> None:
        """Go where the answers lead: withdraw what is no longer asked, send the texts on the way, show what is open."""
        trail = self.drawn(self.walk())
        self._withdraw(trail)
        self._forget_drafts(trail)
        self.reopened = trail.reopened
        for say in trail.says[:LIMIT]:
            self.effects.append(Send(message=saying.show(self.flow, say, self.lang, trail.left), step=say.name))
        if trail.says:
            self.said += tuple(say.name for say in trail.says[:LIMIT])
        if len(trail.says) > LIMIT:
            self.open = None
            return
        here = trail.here
        if here is not None:
            self.show(here, trail, before)
        elif not self.kept:
            self.finish(trail)
        elif self.stage is Stage.SENT:
            self.confirm(before)
        elif self.flow.recap and any(ask.consent is None for ask in trail.asked):
            self.show_recap(trail, before)
        else:
            self.finish(trail)

    def drawn(self, trail: Trail) -> Trail:
        """The trail once each lot that the person stands at is drawn: nobody is asked about those."""
        while (here := trail.here) is not None and isinstance(here.kind, Lot):
            self.record(here, Answer(Given.ANSWER, lot.drawn(here.kind, f"{self.old.id}\0{here.name}")))
            trail = self.walk()
        return trail

    def _withdraw(self, trail: Trail) -> None:
        if len(trail.answers) == len(self.answers):
            return
        unkept = self.kept and not keeping.kept(self.flow, trail.answers)
        for step in self.flow.steps:
            if step.name in self.answers and (unkept or step.name not in trail.answers):
                if isinstance(step, Ask) and step.consent is not None and self.answers[step.name].value == "yes":
                    self._consent(step, given=False)
                if self.kept:
                    self.effects.append(Withdraw(question=step.name, before=self.answers[step.name]))
        self.answers = trail.answers
        self.timed_out = tuple(name for name in self.timed_out if name in trail.answers)

    def _forget_drafts(self, trail: Trail) -> None:
        """Of what is not asked any more, nothing is kept; a link that somebody came by may be asked about later."""
        if self.drafts:
            asked = {ask.name for ask in trail.asked}
            self.drafts = {
                name: draft for name, draft in self.drafts.items() if name in asked or draft[:1] == (served.SHARED,)
            }

    def show(
        self,
        ask: Ask,
        trail: Trail,
        before: Sequence[Block] = (),
        after: Sequence[Block] = (),
        draft: tuple[str, ...] | None = None,
        behind: str = "",
    ) -> None:
        """Put a question in front of the person, as a new message; or fetch what it needs first. `behind` is the id of
        the message before it, where that one may still be pressed."""
        ask = kinds.seen(ask, self.old.id)
        aside = self.drafts.pop(ask.name, None)
        if draft is None:
            draft = aside
        if draft is None:
            present = self.answers.get(ask.name)
            draft = kinds.draft(ask, present.value if present else None)
        if self.stage is Stage.RECAP:
            self.stage = Stage.ACTIVE
        prompt = prompts.prompt_id(self.old.id, self.old.seq + 1, ask.name)
        self.open = OpenPrompt(id=prompt, step=ask.name, draft=draft, behind=behind)
        if (fetch := staged.wants(ask, draft)) is not None:
            if before or after:
                self.effects.append(Send(message=Message(body=(*before, *after))))
            self.effects.append(supplied.complete(ask, fetch, self.answers))
            return
        shown = asking.show(ask, trail, self.lang, prompt, draft=draft, before=before, after=after)
        self.effects.append(Send(message=shown, step=ask.name))

    def tick(self, draft: tuple[str, ...], ask: Ask, opened: OpenPrompt) -> None:
        """Show how far the answer has come, in the message that is there."""
        self.open = OpenPrompt(id=opened.id, step=opened.step, draft=draft, behind=opened.behind)
        shown = asking.show(ask, self.walk(), self.lang, opened.id, draft=draft)
        self.effects.append(Amend(prompt=opened.id, message=shown))

    def keep_so_far(self, ask: Ask, value: Value) -> None:
        """Put this much of the answer on file; the question stays open."""
        self.record(ask, Answer(Given.ANSWER, value))
        self.reopened = ask.name

    def take_off(self, ask: Ask) -> None:
        """Nothing of the answer is left: it goes off the file; the question stays open."""
        before = self.answers.pop(ask.name, None)
        self.reopened = None
        if before is not None and self.kept:
            self.effects.append(Withdraw(question=ask.name, before=before))

    def reopen(self, ask: Ask, trail: Trail) -> None:
        """Open an answered question again; the answer stands until another one replaces it."""
        self.close()
        self.reopened = ask.name
        self.show(ask, trail)

    def reshow(self, before: Sequence[Block] = (), after: Sequence[Block] = ()) -> None:
        """Show what is open once more, as far as it was answered."""
        ask, draft = self.ask, self.open.draft if self.open else ()
        was_recap = self.open is not None and self.open.step == recap.OPEN
        self.close()
        if ask is not None:
            trail = self.walk()
            if self.lang != self.old.lang:
                draft = staged.anew(ask, draft)
            if isinstance(ask.kind, Propose):
                draft = proposing.come_back(draft)
            self.show(ask, trail, before, after, draft if kinds.drafted(ask.kind) else None)
        elif was_recap:
            self.show_recap(self.walk(), before)
        else:
            self.settle(before)

    def show_recap(self, trail: Trail, before: Sequence[Block] = ()) -> None:
        if self.stage is Stage.SENT:
            self.drafts = {}
        else:
            self.stage = Stage.RECAP
        prompt = prompts.prompt_id(self.old.id, self.old.seq + 1, recap.OPEN)
        sent = self.stage is Stage.SENT
        shown = recap.show(trail, self.lang, prompt, sent=sent, before=before)
        self.open = OpenPrompt(id=prompt, step=recap.OPEN)
        self.effects.append(Send(message=shown, step=recap.STEP))

    def finish(self, trail: Trail) -> None:
        """The end of the path: the last words."""
        declined = self._declined(trail) or not self.kept
        self.stage, self.open = Stage.DECLINED if declined else Stage.SENT, None
        self.drafts = {}
        step = trail.end.name if trail.end else ""
        last = ending.show(self.flow, trail.end, self.lang, answered=bool(trail.asked) and not declined)
        self.effects.append(Send(message=last, step=step))
        if not self.kept:
            self.let_go()

    def let_go(self) -> None:
        """Empty what nobody said to keep. Which texts were said tells as much as the answers they depend on."""
        self.stage, self.open, self.reopened = Stage.DECLINED, None, None
        self.answers, self.drafts, self.said, self.timed_out = {}, {}, (), ()
        self.effects.append(Forget())

    def _declined(self, trail: Trail) -> bool:
        """Did the person refuse what had to be agreed to, and so was asked nothing?"""
        consents = [ask for ask in trail.asked if ask.consent is not None]
        refused = any((answer := self.answers.get(ask.name)) and answer.value == "no" for ask in consents)
        return refused and len(consents) == len(trail.asked)

    def confirm(self, before: Sequence[Block] = ()) -> None:
        """Nothing is open any more for somebody who had already finished."""
        self.open = None
        self.drafts = {}
        done = tr(self.lang, "Your answers are up to date.") + " " + ending.until(self.flow, self.lang)
        self.effects.append(Send(message=Message(body=(*before, *message(done).body))))


def open_ask(flow: Flow, opened: OpenPrompt | None, session: str) -> Ask | None:
    """The question that waits for an answer, as this session sees it, if it is one."""
    if opened is None or opened.step == recap.OPEN:
        return None
    at = flow.index.get(opened.step)
    step = None if at is None else flow.steps[at]
    return kinds.seen(step, session) if isinstance(step, Ask) else None
