"""When cases wait too long or too many: the desk is told, at most once in twelve hours. And the summary for whoever
takes over.

The one rule: an alarm is noted on the desk by compare-and-set before it is sent; two cases that come due together make
one alarm.
"""

from __future__ import annotations

from datetime import timedelta

from bot.letters import Whole
from bot.moderation import card, desks, words
from bot.rights import Act
from bot.turn import Turn
from bot.wording import span
from flows.messages import Block, Bold, Bullets, Message, Paragraph, Plain, message, paragraph
from locales import tr, trn
from storage import cases, people
from storage import desks as stored
from storage.cases import OPEN, Case
from storage.instants import ms, when
from storage.outbox import Rank

LATE = timedelta(hours=12)
MANY = 20
TIMER = "backlog"


def watch(turn: Turn, case: Case) -> None:
    """Look again when this case has waited too long; at once when too many do."""
    _arm(turn, case, LATE)
    waiting = cases.waiting(turn.scene.connection, [case.scope], ms(turn.scene.now))
    if waiting.n > MANY:
        _alarm(turn, case)


def ring(turn: Turn, case: Case) -> None:
    """A case has waited for another twelve hours."""
    if case.state == OPEN:
        _alarm(turn, case)
        _arm(turn, case, LATE)


def _arm(turn: Turn, case: Case, after: timedelta) -> None:
    scene = turn.scene
    due = ms(scene.now + after)
    scene.arm(f"{TIMER}:{case.id}", TIMER, f"case:{case.id}", due_ms=due, lane=f"case|{case.id}")


def _alarm(turn: Turn, case: Case) -> None:
    scene, now = turn.scene, ms(turn.scene.now)
    before = ms(scene.now - LATE)
    found = desks.places(scene, case)
    for place in found:
        if stored.alarm(scene.connection, place, now, before):
            scopes = stored.scopes_of(scene.connection, place)
            everything = None if desks.EVERYTHING in scopes else scopes
            said = told(turn, everything, scene.rules.lang)
            turn.post(place, Whole(said, scene.rules.lang))
    if not found:
        for one in people.addresses(scene.connection, desks.in_charge(scene, case.scope, Act.DESK)):
            lang = one.lang or scene.rules.lang
            key = f"{TIMER}:{case.scope[:180]}:{one.participant}:{now // (ms(scene.now) - before)}"
            scene.send(one.place, Whole(told(turn, [case.scope], lang), lang), key=key, rank=Rank.BROADCAST)


def told(turn: Turn, scopes: list[str] | None, lang: str) -> Message:
    """How many wait, and since when."""
    waiting = cases.waiting(turn.scene.connection, scopes, ms(turn.scene.now))
    return message(_standing(turn, waiting, lang), tr(lang, "/cases shows them, the oldest first."))


def _standing(turn: Turn, waiting: cases.Waiting, lang: str) -> str:
    if not waiting.n or waiting.oldest_ms is None:
        return tr(lang, "No case waits.")
    age = span(turn.scene.now - when(waiting.oldest_ms), lang)
    return trn(lang, "{n} case waits, for {age}.", "{n} cases wait, the oldest for {age}.", waiting.n, age=age)


def summary(turn: Turn, scopes: list[str] | None) -> Message:
    """What somebody needs who takes over: what waits, who holds what, what was noted, what was decided of late."""
    scene, lang = turn.scene, turn.lang
    connection, now = scene.connection, ms(scene.now)
    waiting = cases.waiting(connection, scopes, now)
    blocks: list[Block | str] = [paragraph(Bold(_standing(turn, waiting, lang)))]
    if waiting.escalated:
        blocks.append(
            trn(lang, "{n} of them is for the organisers.", "{n} of them are for the organisers.", waiting.escalated)
        )
    lines = [line for case in cases.open_in(connection, scopes, 50) if (line := _noted(turn, case))]
    if lines:
        blocks += [tr(lang, "Taken on, or with a note:"), Bullets(tuple((Plain(line),) for line in lines))]
    done = cases.outcomes_since(connection, scopes, ms(scene.now - timedelta(days=1)))
    if done:
        said = ", ".join(f"{words.outcome(code, lang)}: {n}" for code, n in sorted(done.items()))
        blocks.append(Paragraph((Plain(tr(lang, "In the last 24 hours: {outcomes}.", outcomes=said)),)))
    return message(*blocks)


def _noted(turn: Turn, case: Case) -> str:
    """A case that somebody holds or has noted something on, in a line; else empty."""
    scene, lang = turn.scene, turn.lang
    to = turn.participant if turn.item.private else None
    notes = [one for one in stored.notes_of(scene.connection, case.id) if one.text]
    holder = case.held(ms(scene.now))
    parts = []
    if holder is not None:
        parts.append(tr(lang, "taken on by {code}", code=words.named(scene.connection, holder, lang, to=to)))
    if notes:
        who = words.named(scene.connection, notes[-1].who, lang, to=to)
        parts.append(f"{who}: {card.shortened(notes[-1].text)}")
    return f"{case.id} — {'; '.join(parts)}" if parts else ""
