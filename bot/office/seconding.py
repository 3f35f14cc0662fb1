"""Four eyes: what one organiser may not do alone where there is another one.

    wanted   is there somebody to ask?
    ask      write it down, and ask everybody who may agree, each in private
    answer   the second person agrees or does not
    ring     two days have passed

The one rule: **whoever asks cannot agree**, and an answer counts once. Where there is nobody to ask it is done, and
both said and written into the audit that it was done alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot import menus
from bot.letters import Whole
from bot.office.publishing import OfficeError
from bot.turn import Turn
from bot.walltime import local
from flows.events import Rang
from flows.messages import Block, Button, Message, Prompt, message
from flows.prompts import command
from locales import tr
from storage import audit, people, seconds
from storage.instants import ms, when
from storage.seconds import AGREED, DECLINED, EXPIRED, WAITING, Asked

TIMER = "second"
WITHIN = timedelta(hours=48)
CLOSE, OWNER = "close", "owner"

Question = Callable[[str], Sequence[Block | str]]
"""What the second person reads, in a language."""


def reachable(turn: Turn, some: Sequence[int]) -> list[int]:
    """Those who can be asked, without the one who asks."""
    others = [one for one in dict.fromkeys(some) if one != turn.participant]
    return [one.participant for one in people.addresses(turn.scene.connection, others)]


def alone(turn: Turn, act: str, subject: str) -> None:
    """Nobody can be asked: that is said and written down, and it goes on."""
    _note(turn, "alone", subject, act)
    turn.say(
        tr(
            turn.lang,
            "A second person should agree to this. There is nobody to ask, so it is noted that you decided alone.",
        )
    )


def ask(turn: Turn, act: str, subject: str, detail: str, others: Sequence[int], question: Question) -> None:
    """Ask for a second person. What is asked already is not asked twice."""
    scene, lang = turn.scene, turn.lang
    scene.flush()
    if seconds.waiting(scene.connection, act, subject):
        raise OfficeError(tr(lang, "A second person was asked already. Nothing happens until somebody has answered."))
    asked = seconds.ask(
        scene.connection, act=act, subject=subject, detail=detail, who=turn.participant, at_ms=ms(scene.now)
    )
    due = ms(scene.now + WITHIN)
    scene.arm(f"{TIMER}:{asked.id}", TIMER, f"{TIMER}:{asked.id}", due_ms=due, lane=f"{TIMER}|{asked.id}")
    _note(turn, "ask second", subject, act)
    people.code_of(scene.connection, turn.participant)
    for one in people.addresses(scene.connection, others):
        said = _question(asked, question, one.lang or scene.rules.lang)
        turn.post(one.place, Whole(said, one.lang or scene.rules.lang))
        assert said.prompt is not None
        people.set_menus(scene.connection, [{"at": one.lane, "shown": menus.write(said.prompt)}])
    turn.say(
        tr(
            lang,
            "A second person has to agree to this, and was asked. If nobody does within two days, nothing happens.",
        )
    )


def _question(asked: Asked, question: Question, lang: str) -> Message:
    buttons = (
        Button(label=tr(lang, "I agree"), data=command("second", f"{asked.id} ok")),
        Button(label=tr(lang, "I do not agree"), data=command("second", f"{asked.id} no"), quiet=True),
    )
    why = tr(lang, "Two people have to agree to this. You have two days.")
    return message(*question(lang), why, prompt=Prompt(id="", buttons=buttons))


# --- The answer ------------------------------------------------------------------------------------------------------


def open_to(turn: Turn, id: int) -> Asked:
    """What this person is asked to agree to; told otherwise why they cannot."""
    lang, asked = turn.lang, seconds.by_id(turn.scene.connection, id)
    if asked is None:
        raise OfficeError(tr(lang, "This button is no longer in use."))
    if asked.who == turn.participant:
        raise OfficeError(tr(lang, "You asked for this yourself: somebody else has to agree."))
    if asked.state != WAITING:
        raise OfficeError(_settled(asked, lang))
    if local(when(asked.at_ms), "UTC") + WITHIN <= local(turn.scene.now, "UTC"):
        raise OfficeError(tr(lang, "The two days are over: nothing was done."))
    return asked


def _settled(asked: Asked, lang: str) -> str:
    match asked.state:
        case "agreed":
            return tr(lang, "Somebody has agreed already: it is done.")
        case "declined":
            return tr(lang, "Somebody did not agree: nothing was done.")
        case _:
            return tr(lang, "The two days are over: nothing was done.")


def answer(turn: Turn, asked: Asked, *, agrees: bool) -> None:
    """Write the answer down, as the first one, and tell whoever asked."""
    if not seconds.settle(turn.scene.connection, asked.id, AGREED if agrees else DECLINED):
        fresh = seconds.by_id(turn.scene.connection, asked.id)
        raise OfficeError(_settled(fresh or asked, turn.lang))
    turn.scene.disarmed.add(f"{TIMER}:{asked.id}")
    _note(turn, "seconded" if agrees else "not seconded", asked.subject, asked.act)
    code = people.code_of(turn.scene.connection, turn.participant)

    def said(lang: str) -> str:
        if agrees:
            return tr(lang, "{code} agreed to what you asked for: it is done.", code=code)
        return tr(lang, "{code} did not agree to what you asked for: nothing was done.", code=code)

    _tell(turn, asked, said)


def ring(turn: Turn, event: Rang) -> None:
    """Nobody answered in time."""
    number = event.subject.partition(":")[2]
    asked = seconds.by_id(turn.scene.connection, int(number)) if number.isdecimal() else None
    if asked is not None and seconds.settle(turn.scene.connection, asked.id, EXPIRED):
        _tell(
            turn, asked, lambda lang: tr(lang, "Nobody agreed within two days to what you asked for: nothing was done.")
        )


def _tell(turn: Turn, asked: Asked, said: Callable[[str], str]) -> None:
    for one in people.addresses(turn.scene.connection, [asked.who]):
        lang = one.lang or turn.scene.rules.lang
        turn.post(one.place, Whole(message(said(lang)), lang))


def _note(turn: Turn, act: str, subject: str, detail: str) -> None:
    at, who = ms(turn.scene.now), str(turn.participant)
    audit.note(turn.scene.connection, at_ms=at, who=who, act=act, subject=subject, detail=detail)
