"""`end`: the path ends here; nothing after it is asked."""

from __future__ import annotations

from flows.flow import End, Flow
from flows.messages import Message, paragraph
from flows.trail import Trail
from flows.wording import closes, paragraphs, write
from locales import tr


def walk(step: End, trail: Trail, at: int) -> int:
    if not trail.shows(step):
        return at + 1
    if not trail.halted:
        trail.end = step
    return len(trail.flow.steps)


def show(flow: Flow, step: End | None, lang: str, *, answered: bool) -> Message:
    """The last words. Somebody who has answered reads how to change their mind."""
    text = write(flow, step.text, lang, 0) if step else tr(lang, "Thank you. Your answers are recorded.")
    body = paragraphs(text)
    return Message(body=(*body, paragraph(until(flow, lang))) if answered else body)


def until(flow: Flow, lang: str) -> str:
    """How long, and how, answers can still be changed."""
    date = closes(flow, lang)
    if date:
        return tr(lang, "You can change your answers until {closes}: type /myvote.", closes=date)
    return tr(lang, "You can still change your answers: type /myvote.")
