"""News of a petition, to those who signed it and agreed to be written to.

The one rule: at most once a month, and whoever sends it reads the number of people first, never a name.
"""

from __future__ import annotations

from datetime import timedelta

from bot.followup import mentions, reached, steps
from bot.letters import Whole
from bot.office.publishing import OfficeError
from bot.office.telling import next_page, note
from bot.turn import Turn
from bot.wording import moment, title
from flows.events import Rang
from flows.flow import Flow
from flows.messages import Bold, Message, Prompt, message, paragraph
from locales import tr
from storage import audit, replies
from storage.consultations import Consultation
from storage.instants import ms, when
from storage.outbox import Rank

TIMER = "news"
ACT = "news"
PAUSE = timedelta(days=30)
PAGE = 2_000
LONGEST = 2_000
_MS = timedelta(milliseconds=1)


def tokens(turn: Turn, run: Consultation, flow: Flow) -> set[str]:
    """Those who signed and agreed to be written to."""
    found: set[str] = set()
    for question in steps.petitions(flow):
        found |= replies.signers(turn.scene.connection, run.id, question, contact=True)
    return found


def reach(turn: Turn, run: Consultation, flow: Flow) -> int:
    """How many people the news would reach now."""
    return len(reached.whose(turn, run, tokens(turn, run, flow)))


def too_soon(turn: Turn, run: Consultation) -> str:
    """Why nothing can be sent yet; empty when it can."""
    last = audit.last(turn.scene.connection, run.id, ACT)
    if last is None or ms(turn.scene.now) - last.at_ms >= PAUSE // _MS:
        return ""
    said = moment(when(last.at_ms + PAUSE // _MS), run.zone, turn.lang)
    return tr(
        turn.lang,
        "Those who signed had news less than a month ago. You can write to them again from {when}.",
        when=said,
    )


def send(turn: Turn, run: Consultation, text: str) -> None:
    """Have news told. `OfficeError` says why not. Of two organisers who send at once, the second is told."""
    scene = turn.scene
    scene.flush()
    replies.lock(scene.connection, run.id)
    if told := too_soon(turn, run):
        raise OfficeError(told)
    note(turn, ACT, run.id, text)
    due, lane = reached.polite(turn, run), f"consultation:{run.id}"
    scene.arm(f"{TIMER}:{run.id}", TIMER, run.id, due_ms=due, lane=lane, detail="0")


def ring(turn: Turn, event: Rang, run: Consultation, flow: Flow) -> None:
    """Tell the news to the next page of those who signed."""
    deed = audit.last(turn.scene.connection, run.id, ACT)
    if deed is None:
        return
    after, found = int(event.detail), sorted(tokens(turn, run, flow))
    for person in reached.whose(turn, run, found[after : after + PAGE]).values():
        letter = Whole(told(run, flow, deed.detail, person.lang), person.lang)
        turn.post(person.place, letter, rank=Rank.BROADCAST, resend=False, consultation=run.id)
    if after + PAGE < len(found):
        next_page(turn, TIMER, run.id, str(after + PAGE))


def told(run: Consultation, flow: Flow, text: str, lang: str) -> Message:
    """News as a signer reads it."""
    head = tr(lang, "News of “{title}”, which you signed:", title=title(flow, lang))
    line, out = mentions.mute(run.id, lang)
    return message(paragraph(Bold(head)), text, line, prompt=Prompt(id="", buttons=(out,)))
