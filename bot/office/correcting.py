"""A typing mistake in a wording that people already read.

The one rule: after the first answer nobody changes a wording alone. A second organiser approves, the people who have
begun keep the text they began with, every ballot names the text it answered, and the correction stays visible.
"""

from __future__ import annotations

from dataclasses import replace

from bot import marks
from bot.office.hours import somebody_was_faster
from bot.office.publishing import OfficeError
from bot.office.telling import colleagues, flow_of, note, redraw, tell_in_private, tell_places, update_scene
from bot.rights import Act
from bot.turn import Turn
from bot.wording import title
from flows import fixing
from flows.fixing import Change
from flows.flow import Flow
from flows.load import load_text
from flows.messages import Button, Message, Prompt, message
from flows.prompts import command
from locales import tr
from storage import changes, consultations
from storage.changes import Fix
from storage.consultations import Consultation
from storage.instants import ms


def correct(turn: Turn, consultation: Consultation, where: str, lang: str, text: str) -> tuple[list[Change], bool]:
    """Correct one text. What changes, and whether it was done: False when a colleague was asked to approve it."""
    scene, id = turn.scene, consultation.id
    scene.flush()
    before = flow_of(scene, consultation)
    source, after = _rewritten(turn, consultation, before, where, lang, text)
    found = fixing.changes(before, after)
    if not found:
        raise OfficeError(tr(turn.lang, "That is what it says already."))
    if not fixing.same_but_texts(scene.flows.get(scene.connection, before.version), after):
        raise OfficeError(tr(turn.lang, "This would change more than a text, so it was not done."))
    consultations.add_version(scene.connection, after.version, after.id, source, ms(scene.now))
    if not consultations.answered(scene.connection, id):
        _apply(turn, consultation, after.version)
        note(turn, "fix", id, _told(found))
        return found, True
    _ask_colleague(turn, consultation, before, after, found)
    return found, False


def _rewritten(
    turn: Turn, consultation: Consultation, before: Flow, where: str, lang: str, text: str
) -> tuple[str, Flow]:
    source = consultations.source(turn.scene.connection, consultation.version)
    changed = fixing.corrected(source, where, lang, text)
    if changed is None:
        raise OfficeError(
            tr(turn.lang, "There is no text called “{name}” in “{lang}” here.", name=where[:60], lang=lang[:10])
        )
    loaded = load_text(changed, before.id, lang=turn.lang)
    if loaded.flow is None:
        told = "\n".join(f"{mistake.what} - {mistake.hint}" for mistake in loaded.mistakes[:3])
        raise OfficeError(tr(turn.lang, "This text does not fit: {mistakes}", mistakes=told))
    return loaded.source, loaded.flow


def _ask_colleague(turn: Turn, consultation: Consultation, before: Flow, after: Flow, found: list[Change]) -> None:
    id, connection, who = consultation.id, turn.scene.connection, str(turn.participant)
    others = colleagues(turn, id, Act.FIX)
    fix = changes.propose(connection, id, before=before.version, after=after.version, who=who, at_ms=ms(turn.scene.now))

    def telling(lang: str) -> Message:
        buttons = (
            Button(label=tr(lang, "Approve"), data=command("fix", f"{id} ok {fix.number}")),
            Button(label=tr(lang, "Refuse"), data=command("fix", f"{id} no {fix.number}"), quiet=True),
        )
        asked = tr(lang, "A colleague would like to correct the wording of “{title}”:", title=title(before, lang))
        why = tr(lang, "People have already answered, so it needs your agreement, and everybody will see it.")
        typed = tr(lang, "Press a button, or type /fix {id} ok {n} or /fix {id} no {n}.", id=id, n=fix.number)
        return message(asked, marks.compared(found, lang), why, typed, prompt=Prompt(id="", buttons=buttons))

    if not tell_in_private(turn, others, telling):
        changes.decide(connection, id, fix.number, changes.REFUSED)
        sentence = tr(
            turn.lang,
            "People have already answered, so a second organiser has to agree, and there is none who could be asked. "
            "Give somebody the role with /roles {id} add organiser CODE.",
            id=id,
        )
        raise OfficeError(sentence)
    note(turn, "propose fix", id, _told(found))


def approve(turn: Turn, consultation: Consultation, number: int) -> list[Change]:
    """Put a proposed correction in force. `OfficeError` says what is in the way."""
    scene, id, lang = turn.scene, consultation.id, turn.lang
    fix = _waiting(turn, id, number)
    if fix.who == str(turn.participant):
        raise OfficeError(tr(lang, "You proposed this correction, so somebody else has to approve it."))
    if consultation.version != fix.before:
        changes.decide(scene.connection, id, number, changes.REFUSED)
        raise OfficeError(tr(lang, "The wording was changed in the meantime: propose the correction again."))
    if not changes.decide(scene.connection, id, number, changes.APPROVED, by=str(turn.participant)):
        raise OfficeError(somebody_was_faster(lang))
    before, after = (scene.flows.get(scene.connection, version) for version in (fix.before, fix.after))
    found = fixing.changes(before, after)
    if not _apply(turn, consultation, fix.after):
        raise OfficeError(somebody_was_faster(lang))
    detail = [[one.where, one.lang, one.before, one.after] for one in found]
    changes.mark(scene.connection, id, "wording", ms(scene.now), changes=detail)
    note(turn, "approve fix", id, _told(found))
    redraw(turn, id)

    def telling(lang: str) -> Message:
        asked = tr(lang, "The wording of “{title}” was corrected:", title=title(before, lang))
        return message(asked, marks.compared(found, lang))

    tell_places(turn, id, telling)
    if fix.who.isdecimal():
        tell_in_private(turn, [int(fix.who)], telling)
    return found


def refuse(turn: Turn, consultation: Consultation, number: int) -> None:
    """Leave the wording as it is, and tell who proposed to change it."""
    fix = _waiting(turn, consultation.id, number)
    if not changes.decide(turn.scene.connection, consultation.id, number, changes.REFUSED):
        raise OfficeError(somebody_was_faster(turn.lang))
    note(turn, "refuse fix", consultation.id, str(number))
    flow = flow_of(turn.scene, consultation)

    def telling(lang: str) -> Message:
        return message(tr(lang, "Your correction of “{title}” was not approved.", title=title(flow, lang)))

    if fix.who.isdecimal() and fix.who != str(turn.participant):
        tell_in_private(turn, [int(fix.who)], telling)


def _waiting(turn: Turn, id: str, number: int) -> Fix:
    fix = changes.fix(turn.scene.connection, id, number)
    if fix is None or fix.state != changes.WAITING:
        raise OfficeError(tr(turn.lang, "This correction is not waiting any more."))
    return fix


def _apply(turn: Turn, consultation: Consultation, version: str) -> bool:
    now = ms(turn.scene.now)
    if not consultations.set_version(turn.scene.connection, consultation.id, consultation.version, version, now):
        return False
    update_scene(turn.scene, replace(consultation, version=version, touched_ms=now))
    return True


def _told(found: list[Change]) -> str:
    return "; ".join(f"{one.where} ({one.lang}): {one.before} -> {one.after}" for one in found)
