"""Another pair of eyes before the public reads it.

The one rule: nobody approves what they asked to have reviewed.
"""

from __future__ import annotations

from dataclasses import replace

from bot.office.publishing import OfficeError, release
from bot.office.telling import Telling, colleagues, flow_of, note, tell_in_private
from bot.preview import preview
from bot.rights import Act
from bot.turn import Turn
from bot.wording import hours, title
from flows.messages import Button, Message, Prompt, message
from flows.prompts import command
from locales import tr
from storage import audit, consultations, links
from storage.consultations import Consultation
from storage.instants import ms


def ask_review(turn: Turn, consultation: Consultation) -> int:
    """Show a draft to the other organisers; to how many. `OfficeError` when there is nobody."""
    id, flow = consultation.id, flow_of(turn.scene, consultation)
    others = colleagues(turn, id, Act.REVIEW)

    def telling(lang: str) -> Message:
        buttons = (
            Button(label=tr(lang, "Approve"), data=command("review", f"{id} ok")),
            Button(label=tr(lang, "Back to draft"), data=command("review", f"{id} back"), quiet=True),
        )
        asked = tr(lang, "A colleague asks you to read this before it is published ({id}):", id=id)
        typed = tr(lang, "Press a button, or type /review {id} ok or /review {id} back with your reason.", id=id)
        shown = preview(turn.scene, consultation, flow, lang)
        return message(asked, *shown, typed, prompt=Prompt(id="", buttons=buttons))

    reached = tell_in_private(turn, others, telling)
    if not reached:
        sentence = tr(
            turn.lang,
            "There is no other organiser who could be asked. "
            "Give somebody the role with /roles {id} add organiser CODE.",
            id=id,
        )
        raise OfficeError(sentence)
    if consultations.change_state(turn.scene.connection, id, "draft", "review", touched_ms=ms(turn.scene.now)):
        turn.scene.by_id[id] = replace(consultation, state="review")
        note(turn, "review", id)
    return reached


def asked_by(turn: Turn, id: str) -> str:
    """Who asked for the review that is going on."""
    who = audit.last_who(turn.scene.connection, id, "review") or ""
    return str(links.now(turn.scene.connection, int(who))) if who.isdecimal() else who


def approve(turn: Turn, consultation: Consultation) -> Consultation:
    """Open or schedule what was reviewed, and tell who had asked. `OfficeError` says what is in the way."""
    asker = asked_by(turn, consultation.id)
    if asker == str(turn.participant):
        sentence = tr(
            turn.lang,
            "You asked for this review, so somebody else has to approve it. To take it back: /review {id} back",
            id=consultation.id,
        )
        raise OfficeError(sentence)
    done = release(turn.scene, consultation, turn.lang)
    note(turn, "approve", consultation.id)
    flow = flow_of(turn.scene, done)

    def telling(lang: str) -> Message:
        name, about = title(flow, lang), hours(done, lang)
        return message(tr(lang, "“{title}” was approved. {hours}", title=name, hours=about))

    _tell_asker(turn, asker, telling)
    return done


def send_back(turn: Turn, consultation: Consultation, why: str) -> None:
    """Make it a draft again, with a reason for who had asked."""
    id, now = consultation.id, ms(turn.scene.now)
    asker = asked_by(turn, id)
    if not consultations.change_state(turn.scene.connection, id, "review", "draft", touched_ms=now):
        return
    turn.scene.by_id[id] = replace(consultation, state="draft")
    note(turn, "send back", id, why)
    flow = flow_of(turn.scene, consultation)

    def telling(lang: str) -> Message:
        return message(
            tr(lang, "“{title}” is a draft again ({id}). Why: {why}", title=title(flow, lang), id=id, why=why)
        )

    if asker != str(turn.participant):
        _tell_asker(turn, asker, telling)


def _tell_asker(turn: Turn, asker: str, telling: Telling) -> None:
    if asker.isdecimal() and asker != str(turn.participant):
        tell_in_private(turn, [int(asker)], telling)
