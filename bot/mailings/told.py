"""How a mailing stands, for whoever is in charge: before it leaves, on the way, and what came of it.

The one rule: numbers, never names; and an hour is said only for what lasts longer than the person who asked would wait.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.mailings.running import Reach
from bot.scene import Scene
from bot.wording import moment, span, title
from flows.flow import Flow
from flows.messages import Block, Bold, Button, Message, Prompt, message, paragraph
from flows.prompts import command
from locales import tr, trn
from storage import mailings
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms, when
from storage.mailings import PAUSED, RUNNING, Mailing, Progress

LONG = timedelta(minutes=1)
"""What takes longer is announced with its end."""
PATIENCE = timedelta(seconds=10)
"""What takes longer can be paused and stopped by buttons."""

Pace = Callable[[str], float]
"""Messenger (its first letters; empty: the slowest) -> how many messages a second go to everybody; zero when nothing
limits them."""


def lasts(whom: Reach, pace: Pace) -> timedelta:
    """How long a mailing takes, messengers side by side."""
    spans = [people / pace(messenger) for messenger, (people, _left_out) in whom.items() if pace(messenger)]
    return timedelta(seconds=max(spans, default=0.0))


def announced(whom: Reach, pace: Pace, leaves: datetime, zone: str, lang: str) -> str:
    """How long it will take, and until when; empty when that is soon."""
    takes = lasts(whom, pace)
    if takes < LONG:
        return ""
    until = moment(leaves + takes, zone, lang)
    return tr(
        lang, "At the messenger's pace this takes about {time}, until {when}.", time=span(takes, lang), when=until
    )


def heading(mailing: Mailing, flow: Flow, lang: str) -> str:
    """What is sent, and of which consultation."""
    name = title(flow, lang)
    match mailing.kind:
        case "results":
            return tr(lang, "The result of “{title}”", title=name)
        case "answer":
            return tr(lang, "What comes of “{title}”", title=name)
        case "invite":
            return tr(lang, "“{title}” is open: to those who asked to be told", title=name)
        case _:
            return tr(lang, "Reminder of “{title}”", title=name)


def draw(
    connection: Connection, mailing: Mailing, run: Consultation, flow: Flow, lang: str, now: datetime, pace: Pace
) -> Message:
    """One mailing as a message, with what can be done about it."""
    stands = mailings.progress(connection, mailing.id)
    lines: list[Block | str] = [paragraph(Bold(heading(mailing, flow, lang)))]
    lines.append(" ".join(sentences(mailing, stands, run, lang, now)))
    left = _takes(mailing.people - stands.sent - stands.failed - stands.unsure, pace)
    if mailing.state == RUNNING and stands.sent and left >= LONG:
        lines.append(tr(lang, "It will be finished about {when}.", when=moment(now + left, run.zone, lang)))
    held = mailing.state == RUNNING and mailing.due_ms > ms(now)
    wanted = held or mailing.state == PAUSED or _takes(mailing.people, pace) > PATIENCE
    buttons = _buttons(mailing, lang) if wanted else ()
    return message(*lines, prompt=Prompt(id="", buttons=buttons) if buttons else None)


def draw_of(scene: Scene, id: int, run: Consultation, flow: Flow, lang: str) -> Message:
    """The same, of a mailing by its number."""
    mailing = mailings.get(scene.connection, id)
    assert mailing is not None, "mailings go with their consultation"
    return draw(scene.connection, mailing, run, flow, lang, scene.now, scene.rules.pace)


def _takes(people: int, pace: Pace) -> timedelta:
    """How long so many letters take on the slowest messenger."""
    return timedelta(seconds=max(0, people) / pace("")) if pace("") else timedelta(0)


def sentences(mailing: Mailing, stands: Progress, run: Consultation, lang: str, now: datetime) -> list[str]:
    """How it stands."""
    if mailing.state == RUNNING and mailing.due_ms > ms(now):
        return [tr(lang, "It is quiet time: it leaves {when}.", when=moment(when(mailing.due_ms), run.zone, lang))]
    match mailing.state:
        case "running" if not (stands.sent or stands.failed or stands.unsure):
            return [tr(lang, "The reminder is on its way.") if mailing.kind == "nudge" else tr(lang, "It begins.")]
        case "running":
            return [tr(lang, "Sent to {n} of {all} people.", n=stands.sent, all=mailing.people)]
        case "paused":
            said = tr(
                lang, "Paused. It was sent to {n} of {all} people; the others wait.", n=stands.sent, all=mailing.people
            )
            return [said]
        case "stopped":
            said = trn(
                lang,
                "Stopped. It was sent to {n} person; nobody else is written to.",
                "Stopped. It was sent to {n} people; nobody else is written to.",
                stands.sent,
            )
            return [said, *_missed(mailing, stands, lang)]
        case _:
            sent = Progress(sent=mailing.sent, failed=mailing.failed, unsure=mailing.unsure)
            said = trn(lang, "It was sent to {n} person.", "It was sent to {n} people.", sent.sent)
            return [said, *_missed(mailing, sent, lang)]


def _missed(mailing: Mailing, stands: Progress, lang: str) -> list[str]:
    """Who did not get it."""
    told = []
    if stands.failed:
        told.append(trn(lang, "{n} person could not be reached.", "{n} people could not be reached.", stands.failed))
    if stands.unsure:
        told.append(
            trn(
                lang,
                "For {n} person it is not known whether it arrived: the messenger did not say.",
                "For {n} people it is not known whether it arrived: the messenger did not say.",
                stands.unsure,
            )
        )
    if mailing.left_out:
        told.append(
            trn(
                lang,
                "{n} person was left out: they said stop, or cannot be written to any more.",
                "{n} people were left out: they said stop, or cannot be written to any more.",
                mailing.left_out,
            )
        )
    return told


def _buttons(mailing: Mailing, lang: str) -> tuple[Button, ...]:
    def button(label: str, act: str) -> Button:
        return Button(label=label, data=command("broadcasts", f"{act} {mailing.id}"))

    match mailing.state:
        case state if state == PAUSED:
            return (button(tr(lang, "Go on sending"), "resume"), button(tr(lang, "Stop sending"), "stop"))
        case state if state == RUNNING:
            return (button(tr(lang, "Pause sending"), "pause"), button(tr(lang, "Stop sending"), "stop"))
        case _:
            return ()
