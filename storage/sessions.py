"""Sessions, the prompts they showed, and the subscriptions of people who wait for an opening.

The one rule: a session that is going to be changed is locked when it is read, before it is looked at. One person may
speak in two lanes at once (a private chat and a group), and two processes may think about them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from storage.among import among
from storage.consultations import INTERNAL
from storage.tables import consultations, conversations, participants, prompts, sessions, subscriptions
from storage.writing import Row, many, upsert


@dataclass(frozen=True, slots=True)
class Stored:
    """One session as stored; `state` is JSON text."""

    id: int
    participant: int
    consultation: str
    version: str
    lane: str
    place: str
    state: str
    stage: str
    seq: int
    last_ms: int


_COLUMNS: tuple[Any, ...] = (
    sessions.c.id,
    sessions.c.participant,
    sessions.c.consultation,
    sessions.c.version,
    sessions.c.lane,
    sessions.c.place,
    sessions.c.state,
    sessions.c.stage,
    sessions.c.seq,
    sessions.c.last_ms,
)
_BY_ID = select(*_COLUMNS).where(among(sessions.c.id, "ids"))


_LOCKED = _BY_ID.order_by(sessions.c.id).with_for_update()
"""In order, so that two who need the same ones do not wait for each other."""


def by_id(connection: Connection, ids: Sequence[int], *, lock: bool = False) -> dict[int, Stored]:
    """Sessions by their ids; with `lock` they are ours until the commit."""
    if not ids:
        return {}
    rows = connection.execute(_LOCKED if lock else _BY_ID, {"ids": ids}).all()
    return {row[0]: Stored(*row) for row in rows}


def held(connection: Connection, row: Stored) -> Stored:
    """A session that was only read, as it is now, and ours until the commit. On SQLite it always was."""
    if connection.dialect.name == "sqlite":
        return row
    return by_id(connection, [row.id], lock=True).get(row.id, row)


def of_participant(connection: Connection, participant: int) -> list[Stored]:
    """Everything that somebody takes part in, the latest first."""
    latest = (sessions.c.last_ms.desc(), sessions.c.consultation)
    query = select(*_COLUMNS).where(sessions.c.participant == participant).order_by(*latest)
    return [Stored(*row) for row in connection.execute(query)]


def find(connection: Connection, participant: int, consultation: str) -> Stored | None:
    query = select(*_COLUMNS).where(sessions.c.participant == participant, sessions.c.consultation == consultation)
    row = connection.execute(query).first()
    return Stored(*row) if row else None


_OF_VOTERS = (
    select(*_COLUMNS)
    .where(
        # Not the bare column: SQLite would go by its index, through everybody who takes part in these consultations.
        sessions.c.consultation.concat("").in_(bindparam("consultations", expanding=True)),
        sessions.c.participant.in_(bindparam("voters", expanding=True)),
    )
    .order_by(sessions.c.id)
    .with_for_update()
)


def of_voters(connection: Connection, consultations: Collection[str], voters: Collection[int]) -> list[Stored]:
    """The sessions that some people have in some consultations, ours until the commit."""
    wanted = {"consultations": list(consultations), "voters": list(voters)}
    return [Stored(*row) for row in connection.execute(_OF_VOTERS, wanted)]


def people_of(connection: Connection, consultation: str) -> list[tuple[int, str]]:
    """(participant, stage) of each session of a consultation."""
    query = select(sessions.c.participant, sessions.c.stage).where(sessions.c.consultation == consultation)
    return [(row[0], row[1]) for row in connection.execute(query)]


_ADD = insert(sessions)


def add(connection: Connection, rows: Sequence[Row]) -> None:
    many(connection, _ADD, rows)


_SAVE = (
    update(sessions)
    .where(sessions.c.id == bindparam("row"))
    .values(
        version=bindparam("new_version"),
        state=bindparam("new_state"),
        stage=bindparam("new_stage"),
        seq=bindparam("new_seq"),
        lane=bindparam("new_lane"),
        place=bindparam("new_place"),
        last_ms=bindparam("new_last_ms"),
    )
)


def save(connection: Connection, rows: Sequence[Row]) -> None:
    many(connection, _SAVE, rows)


def page(connection: Connection, consultation: str, after: int, n: int) -> list[Stored]:
    """The next `n` sessions of a consultation with an id above `after`, whose place can be reached."""
    query = (
        select(*_COLUMNS)
        .join(conversations, conversations.c.lane == sessions.c.lane)
        .where(sessions.c.consultation == consultation, sessions.c.id > after, conversations.c.reachable)
        .order_by(sessions.c.id)
        .limit(n)
    )
    return [Stored(*row) for row in connection.execute(query)]


def states(connection: Connection, consultation: str) -> list[tuple[str, str]]:
    """The stage and the stored state (JSON text, empty once it was emptied) of each session, in no order."""
    query = select(sessions.c.stage, sessions.c.state).where(sessions.c.consultation == consultation)
    return [(row[0], row[1]) for row in connection.execute(query)]


def stages(connection: Connection, consultation: str) -> dict[str, int]:
    """How many sessions stand in each stage."""
    query = (
        select(sessions.c.stage, func.count()).where(sessions.c.consultation == consultation).group_by(sessions.c.stage)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def places(connection: Connection, consultation: str) -> list[str]:
    """The places where a consultation was answered."""
    query = select(sessions.c.place).where(sessions.c.consultation == consultation).distinct()
    return list(connection.execute(query).scalars())


def empty(connection: Connection, consultation: str) -> None:
    """Empty what the sessions of a consultation remember of answers, and when they were given."""
    values = {"state": "", "last_ms": 0}
    connection.execute(update(sessions).where(sessions.c.consultation == consultation).values(**values))


def drop(connection: Connection, id: int) -> None:
    """Forget a session with everything in it, and its prompts."""
    connection.execute(delete(sessions).where(sessions.c.id == id))


def drop_prepared(connection: Connection, before_ms: int) -> int:
    """Forget what organisers began to prepare and have left alone since then; how many."""
    internal = select(consultations.c.id).where(consultations.c.state == INTERNAL)
    done = connection.execute(
        delete(sessions).where(sessions.c.consultation.in_(internal), sessions.c.last_ms < before_ms)
    )
    return done.rowcount


def talking(connection: Connection, adapter: str, since_ms: int) -> list[Stored]:
    """Sessions with a question in front of somebody on `adapter`, active since `since_ms`."""
    query = (
        select(*_COLUMNS)
        .join(conversations, conversations.c.lane == sessions.c.lane)
        .where(
            sessions.c.stage.in_(["active", "recap"]),
            sessions.c.last_ms >= since_ms,
            sessions.c.place.like(f"{adapter}:%"),
            conversations.c.reachable,
        )
    )
    return [Stored(*row) for row in connection.execute(query)]


# --- Prompts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A prompt that was put in front of somebody; `ref` once the platform told it."""

    id: str
    session: int
    step: str
    place: str
    ref: str | None


_PROMPTS = select(prompts.c.id, prompts.c.session, prompts.c.step, prompts.c.place, prompts.c.ref).where(
    among(prompts.c.id, "ids")
)


def shown(connection: Connection, ids: Sequence[str]) -> dict[str, Shown]:
    if not ids:
        return {}
    return {row[0]: Shown(*row) for row in connection.execute(_PROMPTS, {"ids": list(ids)})}


def add_prompts(connection: Connection, rows: Sequence[Row]) -> None:
    upsert(connection, prompts, rows, update=("place", "ref"))


_REF = update(prompts).where(prompts.c.id == bindparam("row")).values(ref=bindparam("new_ref"))


def set_refs(connection: Connection, rows: Sequence[Row]) -> None:
    """Note where prompts were shown: rows of `row` (prompt id) and `new_ref`."""
    many(connection, _REF, rows)


def forget_prompts(connection: Connection, session: int) -> None:
    """Forget which questions a session was asked; whose prompts they were stays known, so that a press gets a word."""
    connection.execute(update(prompts).where(prompts.c.session == session).values(step=""))


# --- Subscriptions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subscriber:
    participant: int
    lane: str
    place: str
    lang: str | None


def subscribe(
    connection: Connection, participant: int, consultation: str, lane: str, place: str, *, wants: bool
) -> None:
    row = {"participant": participant, "consultation": consultation, "lane": lane, "place": place, "wants": wants}
    upsert(connection, subscriptions, [row], update=("lane", "place", "wants"))


def unsubscribe(connection: Connection, participant: int) -> bool:
    """The person wants to be told nothing more; False when they did not ask to be."""
    done = connection.execute(
        update(subscriptions)
        .where(subscriptions.c.participant == participant, subscriptions.c.wants)
        .values(wants=False)
    )
    return done.rowcount > 0


def subscribers(connection: Connection, consultation: str, after: int, n: int) -> list[Subscriber]:
    """The next `n` people who asked to be told about a consultation and have not started it."""
    started = select(sessions.c.participant).where(sessions.c.consultation == consultation)
    query = (
        select(subscriptions.c.participant, subscriptions.c.lane, subscriptions.c.place, participants.c.lang)
        .join(participants, participants.c.id == subscriptions.c.participant)
        .join(conversations, conversations.c.lane == subscriptions.c.lane)
        .where(
            subscriptions.c.consultation == consultation,
            subscriptions.c.wants,
            subscriptions.c.participant > after,
            subscriptions.c.participant.not_in(started),
            conversations.c.reachable,
        )
        .order_by(subscriptions.c.participant)
        .limit(n)
    )
    return [Subscriber(*row) for row in connection.execute(query)]
