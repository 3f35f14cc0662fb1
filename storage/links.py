"""One person on several messengers: the codes that link them, what moves when they become one, what is remembered when
they part.

The one rule: nobody is ever two people halfway. `join` and `part` belong into one transaction with everything that the
caller moves beside them, begun by `lock`, so that two workers never hold half a person each.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from storage.people import identity as identity_at
from storage.tables import (
    ballots,
    case_notes,
    cases,
    consents,
    consultations,
    conversations,
    decisions,
    fixes,
    formers,
    identities,
    pairing_tries,
    pairings,
    participants,
    proposals,
    reports,
    roles,
    sanctions,
    seconds,
    separations,
    sessions,
    signatures,
    stances,
    subscriptions,
    timers,
    verdicts,
)
from storage.writing import upsert

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
CODES = 3
"""So many codes of one person work at the same time: a second /link must not spoil the one being typed."""


def lock(connection: Connection, *some: int) -> None:
    """From here to the commit, nobody else takes part as one of these people: their rows first, then their sessions,
    each in order. A vote that another worker is writing is waited for, and read afterwards."""
    known = select(participants.c.id).where(participants.c.id.in_(some)).order_by(participants.c.id)
    connection.execute(known.with_for_update()).all()
    held = select(sessions.c.id).where(sessions.c.participant.in_(some)).order_by(sessions.c.id)
    connection.execute(held.with_for_update()).all()


# --- Codes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pairing:
    """A code that waits to be typed on another messenger; `lane` is where it was asked for."""

    participant: int
    lane: str
    until_ms: int


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def offer(connection: Connection, code: str, participant: int, lane: str, now_ms: int, until_ms: int) -> None:
    """Write down that whoever types this code is this person. The last few codes of a person work beside each other;
    those that are over are kept for a day, so that they can be told from those that never were."""
    mine = select(pairings.c.code).where(pairings.c.participant == participant).order_by(pairings.c.until_ms.desc())
    surplus = list(connection.execute(mine.offset(CODES - 1)).scalars())
    old = pairings.c.until_ms < now_ms - DAY_MS
    connection.execute(delete(pairings).where(pairings.c.code.in_(surplus) | old))
    row = {"code": _digest(code), "participant": participant, "lane": lane, "until_ms": until_ms}
    upsert(connection, pairings, [row], update=("participant", "lane", "until_ms"))


def pairing(connection: Connection, code: str) -> Pairing | None:
    query = select(pairings.c.participant, pairings.c.lane, pairings.c.until_ms).where(pairings.c.code == _digest(code))
    row = connection.execute(query).first()
    return Pairing(*row) if row else None


def use(connection: Connection, code: str) -> bool:
    """Take a code out of use, as the first one; False when somebody was faster."""
    return connection.execute(delete(pairings).where(pairings.c.code == _digest(code))).rowcount == 1


def withdraw_codes(connection: Connection, participant: int) -> None:
    connection.execute(delete(pairings).where(pairings.c.participant == participant))


def tries(connection: Connection, participant: int, now_ms: int) -> int:
    """How many wrong codes somebody has typed within the hour that began with the first of them."""
    query = select(pairing_tries.c.n).where(
        pairing_tries.c.participant == participant, pairing_tries.c.since_ms > now_ms - HOUR_MS
    )
    return int(connection.execute(query).scalar() or 0)


def wrong(connection: Connection, participant: int, now_ms: int) -> None:
    """Somebody typed a code that is none."""
    n = tries(connection, participant, now_ms)
    row = {"participant": participant, "n": n + 1, "since_ms": now_ms}
    upsert(connection, pairing_tries, [row], update=("n",) if n else ("n", "since_ms"))


# --- Becoming one ----------------------------------------------------------------------------------------------------


def join(connection: Connection, stays: int, goes: int) -> None:
    """`goes` is `stays` from now on: everything that hangs on the person moves, and `goes` is no more. Where both have
    a session in one consultation the caller has dropped one of them, and moved what hangs on its token."""
    for table in (identities, conversations, sanctions, sessions):
        mine = table.c.participant
        connection.execute(update(table).where(mine == goes).values(participant=stays))
    _merge_wishes(connection, stays, goes)
    for table, beside in ((roles, ("role", "scope")), (consents, ("consultation", "purpose")), (reports, ("case",))):
        _merge(connection, table, beside, stays, goes)
    _merge_office(connection, stays, goes)
    _remember_former(connection, stays, goes)


def _merge(connection: Connection, table: Any, beside: Sequence[str], stays: int, goes: int) -> None:
    """Move the rows of a table, but for those that are there already."""
    other = table.alias()
    same = [other.c[name] == table.c[name] for name in beside]
    there = select(other.c.participant).where(other.c.participant == stays, *same).exists()
    connection.execute(delete(table).where(table.c.participant == goes, there))
    connection.execute(update(table).where(table.c.participant == goes).values(participant=stays))


def _merge_wishes(connection: Connection, stays: int, goes: int) -> None:
    """Whoever wanted to be left alone on either messenger is left alone."""
    unwilling = select(subscriptions.c.consultation).where(
        subscriptions.c.participant == goes, subscriptions.c.wants.is_(False)
    )
    silent = list(connection.execute(unwilling).scalars())
    mine = and_(subscriptions.c.participant == stays, subscriptions.c.consultation.in_(silent))
    connection.execute(update(subscriptions).where(mine).values(wants=False))
    _merge(connection, subscriptions, ("consultation",), stays, goes)


def _merge_office(connection: Connection, stays: int, goes: int) -> None:
    """What somebody did and asked for as an organiser or moderator, so that four eyes are never two of the same."""
    for column in (
        cases.c.author,
        cases.c.claimed_by,
        cases.c.decided_by,
        case_notes.c.who,
        decisions.c.who,
        seconds.c.who,
        consultations.c.owner,
    ):
        connection.execute(update(column.table).where(column == goes).values({column.name: stays}))
    connection.execute(update(fixes).where(fixes.c.who == str(goes)).values(who=str(stays)))
    own = and_(cases.c.author == stays, cases.c.claimed_by == stays)
    connection.execute(update(cases).where(own).values(claimed_by=None, claimed_until_ms=None))
    about = select(seconds.c.id, seconds.c.detail).where(seconds.c.detail.like(f"% {goes} %"))
    for id, detail in connection.execute(about).all():
        renamed = detail.replace(f" {goes} ", f" {stays} ")
        connection.execute(update(seconds).where(seconds.c.id == id).values(detail=renamed))


def _remember_former(connection: Connection, stays: int, goes: int) -> None:
    """The audit cannot be rewritten: it knows people by numbers, and colleagues by codes, that are read on here."""
    columns = (participants.c.lang, participants.c.since_ms, participants.c.code)
    found = {
        id: list(told)
        for id, *told in connection.execute(
            select(participants.c.id, *columns).where(participants.c.id.in_((stays, goes)))
        )
    }
    lang, since_ms, code = found[stays]
    other_lang, other_since_ms, other_code = found[goes]
    connection.execute(update(formers).where(formers.c.participant == goes).values(participant=stays))
    kept = other_code if code is not None else None
    connection.execute(insert(formers).values(former=goes, participant=stays, code=kept))
    connection.execute(delete(participants).where(participants.c.id == goes))
    merged = {"lang": lang or other_lang, "since_ms": min(since_ms, other_since_ms), "code": code or other_code}
    connection.execute(update(participants).where(participants.c.id == stays).values(**merged))


def formers_of(connection: Connection, participant: int | None = None) -> list[tuple[int, int]]:
    """(former number, number now) of everybody, or of one person, who was two people once."""
    query = select(formers.c.former, formers.c.participant)
    if participant is not None:
        query = query.where(formers.c.participant == participant)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(formers.c.former))]


def drop_consents(connection: Connection, participant: int, consultation: str) -> None:
    """What somebody agreed to there no longer holds: the same person has answered otherwise since."""
    mine = and_(consents.c.participant == participant, consents.c.consultation == consultation)
    connection.execute(delete(consents).where(mine))


def forget_session(connection: Connection, session: int) -> None:
    """No conversation is about this session any more."""
    connection.execute(update(conversations).where(conversations.c.session == session).values(session=None))


# --- Tokens ----------------------------------------------------------------------------------------------------------


def on_file(connection: Connection, consultation: str, token: str) -> bool:
    """Has somebody left anything in a consultation?"""
    queries = [
        select(table.c.consultation).where(table.c.consultation == consultation, table.c.token == token)
        for table in (ballots, stances, signatures)
    ]
    queries.append(
        select(proposals.c.consultation).where(proposals.c.consultation == consultation, proposals.c.author == token)
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in queries)


def move_votes(connection: Connection, consultation: str, before: str, after: str) -> None:
    """What somebody answered, judged and signed hangs on another token, under which nothing is on file."""
    for table in (ballots, stances, signatures):
        mine = _of(table, consultation, before)
        connection.execute(update(table).where(mine).values(token=after))


def move_words(connection: Connection, consultation: str, before: str, after: str) -> None:
    """What somebody put forward, and what they say of the answers to it, hangs on another token."""
    written = and_(proposals.c.consultation == consultation, proposals.c.author == before)
    connection.execute(update(proposals).where(written).values(author=after))
    here = select(proposals.c.id).where(proposals.c.consultation == consultation)
    other = verdicts.alias()
    said = select(other.c.token).where(other.c.token == after, other.c.proposal == verdicts.c.proposal).exists()
    mine = and_(verdicts.c.token == before, verdicts.c.proposal.in_(here))
    connection.execute(delete(verdicts).where(mine, said))
    connection.execute(update(verdicts).where(mine).values(token=after))


def own_judged(connection: Connection, consultation: str, token: str) -> list[int]:
    """The proposals of somebody that they judge themselves."""
    query = (
        select(proposals.c.id)
        .join(stances, stances.c.proposal == proposals.c.id)
        .where(_of(stances, consultation, token), proposals.c.author == token)
    )
    return list(connection.execute(query).scalars())


def _of(table: Any, consultation: str, token: str) -> ColumnElement[bool]:
    return and_(table.c.consultation == consultation, table.c.token == token)


# --- Parting ---------------------------------------------------------------------------------------------------------


def identity_of(lane: str, place: str) -> str:
    """The identity that speaks in a lane: a lane is named `place|person`."""
    return identity_at(place.partition(":")[0], lane[len(place) + 1 :])


def lanes_apart(connection: Connection, participant: int, identity: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The lanes of one identity of a person, and (lane, place) of all the others, those first where one can be written
    to in private."""
    query = select(conversations.c.lane, conversations.c.place).where(conversations.c.participant == participant)
    best_first = query.order_by(conversations.c.private.desc(), conversations.c.reachable.desc(), conversations.c.lane)
    its, others = [], []
    for lane, place in connection.execute(best_first):
        if identity_of(lane, place) == identity:
            its.append(lane)
        else:
            others.append((lane, place))
    return its, others


def part(connection: Connection, participant: int, identity: str, new: int, now_ms: int) -> None:
    """`identity` is a person of its own from now on, under the number `new`. Everything else stays, and is told where
    the person can still be written to; what holds against the person holds against both."""
    its, others = lanes_apart(connection, participant, identity)
    lang = connection.execute(select(participants.c.lang).where(participants.c.id == participant)).scalar()
    connection.execute(insert(participants).values(id=new, lang=lang, since_ms=now_ms))
    connection.execute(update(identities).where(identities.c.identity == identity).values(participant=new))
    theirs = conversations.c.lane.in_(its)
    connection.execute(update(conversations).where(theirs).values(participant=new, session=None, menu=None))
    lane, place = others[0] if others else ("", "")
    for table in (sessions, subscriptions):
        here = and_(table.c.participant == participant, table.c.lane.in_(its))
        connection.execute(update(table).where(here).values(lane=lane, place=place))
    connection.execute(update(timers).where(timers.c.lane.in_(its)).values(lane=lane))
    for row in connection.execute(select(sanctions).where(sanctions.c.participant == participant)).mappings().all():
        copied = {str(name): value for name, value in row.items() if name != "id"}
        connection.execute(insert(sanctions).values(**{**copied, "participant": new}))
    withdraw_codes(connection, participant)


def _mark(key: bytes, identity: str) -> str:
    return hmac.new(key, f"separated {identity}".encode(), sha256).hexdigest()


def bar(connection: Connection, runs: Sequence[tuple[str, bytes]], identity: str) -> None:
    """Whoever this is has taken part in these consultations, as somebody else."""
    rows = [{"consultation": id, "mark": _mark(key, identity)} for id, key in runs]
    upsert(connection, separations, rows, update=())


def unbar(connection: Connection, runs: Sequence[tuple[str, bytes]], some: Sequence[str]) -> None:
    """They are the same person again."""
    for id, key in runs:
        marks = [_mark(key, identity) for identity in some]
        here = and_(separations.c.consultation == id, separations.c.mark.in_(marks))
        connection.execute(delete(separations).where(here))


def marks(connection: Connection, consultation: str) -> frozenset[str]:
    query = select(separations.c.mark).where(separations.c.consultation == consultation)
    return frozenset(connection.execute(query).scalars())


def is_barred(known: frozenset[str], key: bytes, some: Sequence[str]) -> bool:
    """Is one of these identities among the marks of a consultation?"""
    return any(_mark(key, identity) in known for identity in some)


def forget(connection: Connection, consultation: str) -> None:
    """The key of a consultation is destroyed: nobody is looked for any more."""
    connection.execute(delete(separations).where(separations.c.consultation == consultation))


# --- Reading on ------------------------------------------------------------------------------------------------------


def now(connection: Connection, participant: int) -> int:
    """Who somebody is today that other rows know by a former number."""
    found = connection.execute(select(formers.c.participant).where(formers.c.former == participant)).scalar()
    return participant if found is None else int(found)


def place_of(connection: Connection, lane: str) -> str | None:
    """The place of a conversation that can be written to."""
    query = select(conversations.c.place).where(conversations.c.lane == lane, conversations.c.reachable)
    found: str | None = connection.execute(query).scalar()
    return found
