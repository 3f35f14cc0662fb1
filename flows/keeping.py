"""Whether answers go on file: at once, or only once the person has said so (`keep` in the head of a flow).

The one rule: an answer that nobody said to keep leaves the session nowhere but into nothing. Whoever takes answers off
the file (a change, somebody who leaves) asks here first what is on it: taking away what was never put there would
falsify the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flows.flow import Ask, Flow
from flows.session import Answer, Given, Session

HELD = timedelta(days=1)
"""How long answers that nobody said to keep wait for somebody who stopped on the way."""
TIMER = "unkept"
"""The timer of a session that rings after `HELD`."""


def kept(flow: Flow, answers: Mapping[str, Answer]) -> bool:
    """Do these answers stand on file?"""
    if flow.keep is None:
        return True
    said = answers.get(flow.keep)
    return said is not None and said.given is Given.ANSWER and said.value == "yes"


def on_file(flow: Flow, session: Session) -> Mapping[str, Answer]:
    """The answers of a session that were put on file."""
    return session.answers if kept(flow, session.answers) else {}


def held(flow: Flow, session: Session) -> Mapping[str, Answer]:
    """The answers of a session that are only in the session, until the person says whether to keep them."""
    return {} if kept(flow, session.answers) else session.answers


def listed(flow: Flow, ask: Ask) -> bool:
    """Is the question one to read over? An agreement to take part is not; that answers are kept is."""
    return ask.consent is None or ask.name == flow.keep
