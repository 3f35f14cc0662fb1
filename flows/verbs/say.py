"""`say`: a text that is sent once, when the path first leads past it."""

from __future__ import annotations

from flows.flow import Flow, Say
from flows.messages import Message
from flows.trail import Trail
from flows.wording import paragraphs, write


def walk(step: Say, trail: Trail, at: int) -> int:
    """Pass the text; note it when nobody has read it yet."""
    if step.name not in trail.said and not trail.halted and trail.shows(step):
        trail.says.append(step)
    return at + 1


def show(flow: Flow, step: Say, lang: str, left: int) -> Message:
    return Message(body=paragraphs(write(flow, step.text, lang, left)))
