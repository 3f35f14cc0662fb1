"""`palabre try`: play a flow in the terminal, with the engine alone and no database.

The one rule: nothing is decided here. The engine leads the conversation, `adapters.render` lays it out as for the
console; this file only lends them a clock that can be moved (`+2d`) and writes down what was said.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from os import environ
from typing import assert_never

from babel.dates import format_datetime

from adapters.base import Capabilities
from adapters.render import plan
from adapters.terminal import clean, colours, show, width
from bot.commands.register import find
from bot.transcript import code_of, on_file, passes, says, written
from bot.trypool import Pool
from bot.walltime import after_quiet, instant, local
from flows import prompts, times
from flows.effects import (
    Amend,
    Arm,
    Consented,
    Disarm,
    Effect,
    Fetch,
    Forget,
    Note,
    Proposed,
    Record,
    Send,
    Signed,
    Stance,
    Withdraw,
)
from flows.engine import Step, advance, begin
from flows.events import Commanded, Event, Pressed, Rang, Said
from flows.flow import Audience, Flow
from flows.messages import Message, message
from flows.session import Answer, Session, Stage
from flows.wording import day_in_words
from locales import tr

ZONE = "Europe/Paris"
QUIET = (time(21), time(8))
SESSION = "try"
SCREEN = Capabilities(max_text=20_000)

_COMMAND = re.compile(r"/(\w+)(?:\s+(.*))?", re.DOTALL)


def play(
    flow: Flow,
    *,
    lang: str,
    read: Callable[[], str | None],
    write: Callable[[str], object],
    now: datetime,
    repro: bool = False,
    columns: int | None = None,
    colour: bool = False,
) -> int:
    """Play `flow` until its closing hour or until `read` has no more lines; the exit status. `write` ends its lines
    itself. With `repro` the chat is written once more at the end, as a transcript for a test."""

    def display(said: Message, lang: str) -> None:
        for part in plan(said, SCREEN, lang=lang):
            write(show(part, columns=columns, colour=colour) + "\n")

    def remark(text: str) -> None:
        write(f"({text})\n")

    chat = Chat(flow=flow, lang=lang, now=_start(flow, now), display=display)
    remark(tr(lang, "You are the participant. Type +2d to let two days pass, Ctrl-D to leave."))
    chat.open()
    while (line := read()) is not None:
        span = times.duration(line.strip().removeprefix("+")) if line.strip().startswith("+") else None
        if span is None:
            if not chat.hear(line):
                remark(tr(lang, "Nothing happens: this needs the running service."))
        elif chat.wait(span):
            remark(tr(lang, "It is now {day_and_hour}.", day_and_hour=chat.hour()))
        else:
            remark(tr(lang, "The consultation closes here: {day_and_hour}.", day_and_hour=chat.hour()))
            break
    if repro:
        write("\n".join(chat.transcript()))
    return 0


def in_terminal(flow: Flow, *, lang: str, repro: bool = False) -> int:
    """`play` on the standard streams, from now on (or from the opening, where the flow has hours)."""
    prompt = "> " if sys.stdin.isatty() and sys.stdout.isatty() else ""
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]

    def read() -> str | None:
        try:
            return input(prompt)
        except (EOFError, KeyboardInterrupt):
            sys.stdout.write("\n" if prompt else "")
            return None

    return play(
        flow,
        lang=lang,
        read=read,
        write=lambda text: sys.stdout.write(text + "\n"),
        now=datetime.now(UTC),
        repro=repro,
        columns=width(sys.stdout),
        colour=colours(sys.stdout, environ),
    )


def _start(flow: Flow, now: datetime) -> datetime:
    """Now, if the consultation is open now; else when it opens, or a day before it closes."""
    window = flow.window
    opens = instant(window.opens, window.zone) if window and window.opens else None
    closes = _closing(flow)
    if opens is not None and not (opens <= now and (closes is None or now < closes)):
        return opens
    return now if closes is None or now < closes else closes - timedelta(days=1)


def _closing(flow: Flow) -> datetime | None:
    window = flow.window
    return instant(window.closes, window.zone) if window and window.closes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    due: datetime
    name: str
    fence: int | None = None
    reminder: int | None = None


@dataclass(slots=True, kw_only=True)
class Chat:
    """One conversation, its clock and its record."""

    flow: Flow
    lang: str
    now: datetime
    display: Callable[[Message, str], None]
    session: Session = field(init=False)
    pool: Pool = field(init=False)
    last: datetime = field(init=False)
    timers: dict[str, Timer] = field(default_factory=dict)
    file: dict[str, Answer] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    """What can be pressed under the last question: code -> data."""
    lines: list[str] = field(default_factory=list)

    @property
    def zone(self) -> str:
        return self.flow.window.zone if self.flow.window else ZONE

    def hour(self) -> str:
        return day_in_words(
            format_datetime(local(self.now, self.zone), "EEEE d MMMM y, HH:mm", locale=self.lang), self.lang
        )

    # What happens

    def open(self) -> None:
        self.lines = [
            f"flow {self.flow.id}, {self.lang}, buttons",
            f"at {local(self.now, self.zone):%Y-%m-%d %H:%M}",
            "",
            says(">", f"/start {self.flow.id}"),
        ]
        self.last = self.now
        self.pool = Pool.of(self.flow)
        step = begin(self.flow, session=SESSION, lang=self.lang, at=self.now)
        self.session = step.session
        self._apply(step, pressed=False)
        self._arm_reminders()

    def hear(self, line: str) -> bool:
        """A line of the participant: `#code` presses a button, `/word` is a command, all else is said. False when
        nothing comes of it."""
        text = clean(line).strip()
        pressed = self.buttons.get(text[1:].strip()) if text.startswith("#") else None
        self.lines.append(says("#" if pressed else ">", text[1:].strip() if pressed else text))
        if pressed:
            menu = prompts.read_command(pressed)
            return self._handle(self._command(*menu) if menu else Pressed(at=self.now, data=pressed))
        if found := _COMMAND.fullmatch(text):
            return self._handle(self._command(found[1], found[2] or ""))
        return self._handle(Said(at=self.now, text=line))

    def _command(self, word: str, argument: str) -> Commanded:
        command = find(word)
        name = command.name if command else word
        return Commanded(at=self.now, name="again" if name == "help" else name, argument=argument)

    def wait(self, span: timedelta) -> bool:
        """Let time pass and ring what comes due; False when the consultation closes meanwhile."""
        self.lines.append(passes(span))
        target, closing = self.now + span, _closing(self.flow)
        end = target if closing is None else min(target, closing)
        while due := [timer for timer in self.timers.values() if timer.due <= end]:
            timer = min(due, key=lambda one: one.due)
            self.now = max(self.now, timer.due)
            del self.timers[timer.name]
            self._ring(timer)
        self.now = end
        return closing is None or target < closing

    def _ring(self, timer: Timer) -> None:
        rang = Rang(at=self.now, timer=timer.name, subject=self.session.id, fence=timer.fence)
        if timer.reminder is None:
            if timer.fence == self.session.seq:
                self._handle(rang)
        elif self.session.stage in (Stage.ACTIVE, Stage.RECAP):
            after = self.flow.reminders[timer.reminder].after
            if after is not None and self.last + after > self.now:
                self._arm_reminder(timer.reminder, self.last + after)
            else:
                self._handle(Rang(at=self.now, timer="remind", subject=self.session.id, detail=str(timer.reminder)))

    def _arm_reminders(self) -> None:
        closing = _closing(self.flow)
        for index, reminder in enumerate(self.flow.reminders):
            if reminder.to is Audience.SUBSCRIBED:
                continue
            if reminder.after is not None:
                self._arm_reminder(index, self.now + reminder.after)
            elif reminder.before is not None and closing is not None and closing - reminder.before > self.now:
                self._arm_reminder(index, closing - reminder.before)

    def _arm_reminder(self, index: int, due: datetime) -> None:
        """Reminders wait for the end of the night, and are let go where that is too late."""
        due, closing = after_quiet(due, self.zone, QUIET), _closing(self.flow)
        if closing is None or due < closing:
            name = f"remind{index}"
            self.timers[name] = Timer(due=due, name=name, reminder=index)

    # What comes of it

    def _handle(self, event: Event) -> bool:
        before = self.session
        step = advance(self.flow, before, event)
        self.session = step.session
        if step.session.seq != before.seq:
            self.last = self.now
        self._apply(step, pressed=isinstance(event, Pressed))
        return bool(step.effects)

    def _apply(self, step: Step, *, pressed: bool) -> None:
        visible = any(isinstance(effect, Send | Amend) for effect in step.effects)
        for effect in step.effects:
            self._do(effect, aside=pressed, visible=visible)

    def _do(self, effect: Effect, *, aside: bool, visible: bool) -> None:
        match effect:
            case Send(message=said, step=step):
                self._show("<", said, step)
            case Amend(message=said, only_edit=only_edit):
                self._show("~", said, self.session.open.step if self.session.open else "", silent=only_edit)
            case Note(text=text):
                if aside:
                    self.display(message(text), self.session.lang)
                elif not visible:
                    self._show("<", message(text), "")
            case Record(question=question, answer=answer):
                self.file[question] = answer
            case Withdraw(question=question):
                self.file.pop(question, None)
                self.pool.withdraw(question)
            case Stance() | Proposed() | Signed():
                self.pool.take(effect)
            case Fetch():
                self._handle(self.pool.answer(effect, lang=self.session.lang, at=self.now))
            case Arm(timer=name, after=after):
                self.timers[name] = Timer(due=self.now + after, name=name, fence=self.session.seq)
            case Disarm(timer=name):
                self.timers.pop(name, None)
            case Consented() | Forget():
                pass
            case _:
                assert_never(effect)

    def _show(self, mark: str, said: Message, step: str, *, silent: bool = False) -> None:
        if not silent:
            self.display(said, self.session.lang)
        if said.prompt:
            amended = mark == "~" or not said.prompt.id
            kept = self.buttons if amended else {code: at for code, at in self.buttons.items() if self._behind(at)}
            self.buttons = kept | {code_of(self.flow, step, one, SESSION): one.data for one in said.prompt.buttons}
        self.lines.extend(written(self.flow, step, mark, said, SESSION))

    def _behind(self, data: str) -> bool:
        """Does this button stand under the message before the open one, and can it still be pressed?"""
        opened, found = self.session.open, prompts.read(data)
        return bool(opened and opened.behind and found and found[0] == opened.behind)

    def transcript(self) -> Iterator[str]:
        """The whole chat, and what is on file at its end."""
        yield from self.lines
        yield on_file(self.file, *self.pool.said())
