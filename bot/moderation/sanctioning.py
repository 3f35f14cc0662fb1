"""And the author? The second step on a card, after a text was refused, removed or deleted.

The one rule: one sanction for each decision, by compare-and-set on the turn of the case; it is a row of `decisions` and
a line of the audit like every other. The ladder proposes, a person chooses.
"""

from __future__ import annotations

from bot.moderation import aftermath, deciding, desks, ladder, sanctions, words
from bot.moderation.tokens import Token
from bot.rights import Act
from bot.turn import Turn
from locales import tr
from storage import appeals, cases
from storage import desks as stored
from storage.cases import Case
from storage.instants import ms


def press(turn: Turn, case: Case, number: int, token: Token) -> None:
    """A button of the second step. Whether this person moderates here was asked before."""
    lang = turn.lang
    rung = ladder.rung_of(token.verb, token.more)
    if not deciding.may(turn, case, Act.SANCTION):
        turn.tell(tr(lang, "Only moderators can do this."))
    elif not aftermath.asks(turn.scene.connection, case):
        turn.tell(tr(lang, "This button is no longer in use."))
        desks.amend(turn, case, quietly=True)
    elif case.turn != number:
        turn.tell(tr(lang, "This case has changed since you saw it. Here is how it stands now."))
        desks.amend(turn, case, at=turn.item.place)
    elif reason := deciding.hindrance(turn, case):
        turn.tell(reason)
    elif rung is None:
        view = ladder.VIEW if token.verb == ladder.VIEW and not token.more else ""
        stored.turn_to(turn.scene.connection, case.id, view, at=turn.item.place)
        desks.amend(turn, case, at=turn.item.place)
    elif not appeals.step(turn.scene.connection, case):
        deciding.second(turn, case.id)
    else:
        _impose(turn, case, rung)


def _impose(turn: Turn, case: Case, rung: ladder.Rung) -> None:
    scene = turn.scene
    made = sanctions.impose(turn, case, rung, case.reason)
    outcome, detail = words.punished(rung.kind), str(made.id)
    cases.record(
        scene.connection,
        case.id,
        who=turn.participant,
        outcome=outcome,
        reason=case.reason,
        detail=detail,
        at_ms=ms(scene.now),
    )
    deciding.note(turn, case, outcome, case.reason, detail)
    reached = sanctions.tell(turn, case, made)
    stored.turn_to(scene.connection, case.id, "")
    fresh = cases.by_id(scene.connection, case.id)
    assert fresh is not None
    desks.amend(turn, fresh)
    turn.tell(deciding.done(turn.lang, reached=reached))
