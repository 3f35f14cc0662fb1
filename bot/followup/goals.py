"""A goal of a petition was reached: what was declared happens, once.

The one rule: what cannot be done is told to whoever answers for the petition, never passed over.
"""

from __future__ import annotations

from babel.numbers import format_decimal

from bot.followup import mentions, reached, steps
from bot.letters import Whole
from bot.office.publishing import OfficeError, release
from bot.office.telling import flow_of, in_charge, next_page, redraw, tell_in_private, tell_places
from bot.turn import Turn
from bot.wording import title
from flows import wording
from flows.events import Rang
from flows.flow import Flow, Goal
from flows.messages import Bold, Message, Prompt, message, paragraph
from locales import tr
from storage import audit, consultations, replies
from storage.consultations import Consultation
from storage.instants import ms
from storage.outbox import Rank

NEWS = "goal_told"
PAGE = 2_000


def ring(turn: Turn, event: Rang, run: Consultation, flow: Flow) -> None:
    """A goal was reached just now."""
    question, at, _after = event.detail.rsplit(".", 2)
    goal = _goal(flow, question, int(at))
    if goal is None:
        return
    redraw(turn, run.id)
    if goal.say is not None:
        tell_places(turn, run.id, lambda lang: _told(flow, goal, lang))
        due = reached.polite(turn, run)
        key, lane = f"{NEWS}:{run.id}:{question}:{at}", f"consultation:{run.id}"
        turn.scene.arm(key, NEWS, run.id, due_ms=due, lane=lane, detail=event.detail)
    if goal.open is not None:
        _open(turn, run, flow, goal, goal.open)


def ring_told(turn: Turn, event: Rang, run: Consultation, flow: Flow) -> None:
    """Tell the next page of those who signed."""
    question, at, after = event.detail.rsplit(".", 2)
    goal = _goal(flow, question, int(at))
    if goal is None or goal.say is None:
        return
    tokens = sorted(replies.signers(turn.scene.connection, run.id, question))
    for person in reached.whose(turn, run, tokens[int(after) : int(after) + PAGE]).values():
        line, out = mentions.mute(run.id, person.lang)
        shown = _told(flow, goal, person.lang)
        shown = message(*shown.body, line, prompt=Prompt(id="", buttons=(out,)))
        letter = Whole(shown, person.lang)
        turn.post(person.place, letter, rank=Rank.BROADCAST, resend=False, consultation=run.id)
    if int(after) + PAGE < len(tokens):
        next_page(turn, NEWS, run.id, f"{question}.{at}.{int(after) + PAGE}")


def _goal(flow: Flow, question: str, at: int) -> Goal | None:
    petition = steps.petitions(flow).get(question)
    return next((goal for goal in petition.goals if goal.at == at), None) if petition else None


def _told(flow: Flow, goal: Goal, lang: str) -> Message:
    said = goal.say
    assert said is not None
    n = format_decimal(goal.at, locale=lang)
    text = wording.write(flow, said, lang, 0)
    head = tr(lang, "“{title}” has reached {n} signatures.", title=title(flow, lang), n=n)
    return message(paragraph(Bold(head)), *wording.paragraphs(text))


def _open(turn: Turn, run: Consultation, flow: Flow, goal: Goal, id: str) -> None:
    """Open the consultation that was declared; or tell why it cannot be."""
    scene = turn.scene
    other = scene.consultation(id)
    try:
        opened = _released(turn, other, id)
    except OfficeError as error:
        _tell(turn, run, flow, goal, str(error))
        return
    at = ms(scene.now)
    audit.note(scene.connection, at_ms=at, who="palabre", act="open", subject=opened.id, detail=f"{run.id} {goal.at}")
    name = title(flow_of(scene, opened), scene.rules.lang)
    _tell(turn, run, flow, goal, tr(scene.rules.lang, "“{title}” is open now.", title=name))


def _released(turn: Turn, other: Consultation | None, id: str) -> Consultation:
    lang = turn.scene.rules.lang
    if other is None or other.state == consultations.INTERNAL:
        raise OfficeError(tr(lang, "“{id}” was to be opened, but there is no such consultation.", id=id))
    if other.state == "review":
        raise OfficeError(tr(lang, "“{id}” was to be opened, but a colleague is still reading it.", id=id))
    if other.state not in ("draft", "scheduled"):
        raise OfficeError(tr(lang, "“{id}” was to be opened, but it has been open already.", id=id))
    return release(turn.scene, other, lang)


def _tell(turn: Turn, run: Consultation, flow: Flow, goal: Goal, what: str) -> None:
    def telling(lang: str) -> Message:
        n = format_decimal(goal.at, locale=lang)
        head = tr(lang, "“{title}” has reached {n} signatures.", title=title(flow, lang), n=n)
        return message(paragraph(Bold(head)), what)

    tell_in_private(turn, in_charge(turn.scene, run.id), telling)
