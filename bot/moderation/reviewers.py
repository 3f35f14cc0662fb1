"""Who may look at a contested decision.

The one rule: **nobody decides about their own decision**, whatever their role, and nobody about what they wrote.
"""

from __future__ import annotations

from bot.moderation import words
from bot.rights import Act, may
from storage import appeals, cases, consultations, people
from storage.cases import OPEN, Case
from storage.database import Connection


def deciders(connection: Connection, contested: Case, *, sanction: bool) -> set[int]:
    """Who decided what is contested: in the case itself, or about its author when that is what is contested."""
    made = [one for one in cases.decisions_of(connection, contested.id) if one.outcome not in ("escalate", "hide")]
    about_author = {one.who for one in made if words.is_punished(one.outcome)}
    if sanction and about_author:
        return about_author
    found = {one.who for one in made if not words.is_punished(one.outcome)}
    return found | ({contested.decided_by} if contested.decided_by is not None else set())


def others(connection: Connection, case: Case, contested: Case) -> tuple[list[int], list[int]]:
    """(moderators, organisers) who may look at it: not those who decided, not the author."""
    sanction = appeals.sanction_of(case) is not None
    barred = deciders(connection, contested, sanction=sanction) | {case.author or 0}
    scopes = [case.scope, "*"]
    if case.consultation is not None:
        scopes += consultations.announced(connection, case.consultation)
    held = [one for one in people.holders(connection, *scopes) if one[0] not in barred]

    def able(act: Act) -> list[int]:
        found = (who for who, role, at in held if may([(role, at)], act, consultation=case.consultation, place=at))
        return list(dict.fromkeys(found))

    organisers = able(Act.ARBITRATE)
    return [who for who in able(Act.MODERATE) if who not in organisers], organisers


def stuck(connection: Connection, case: Case) -> bool:
    """Is a decision contested, and nobody there who may look at it?"""
    contested = cases.by_id(connection, case.appeal_of) if case.appeal_of is not None else None
    if contested is None or case.state != OPEN:
        return False
    moderators, organisers = others(connection, case, contested)
    return not organisers and (case.escalated or not moderators)
