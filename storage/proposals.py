"""Proposals: what the organiser states and what citizens put forward, to be judged.

The one rule: a state changes only by compare-and-set; of two moderators who press at once, one changes something and
the other is told. Counters move together with the stances they count, see `storage.stances`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select, tuple_, update

from storage import locks
from storage.tables import consultations, flow_versions, sessions
from storage.tables_proposals import proposals

WAITING, PUBLISHED, REFUSED, REWORDED = "waiting", "published", "refused", "reworded"
MERGED, WITHDRAWN, REMOVED, HIDDEN = "merged", "withdrawn", "removed", "hidden"
ORGANISER, PARTICIPANT, LISTED = "organiser", "participant", "listed"

UNREAD = (WAITING, REWORDED)
"""Nobody but its author and moderators has read it."""
STANDING = (WAITING, PUBLISHED, REWORDED, MERGED, HIDDEN)
"""What counts as put forward by somebody: neither refused nor taken back."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One row. `number` is how people and buttons name it within its consultation. `pool` is the propose step it came
    from, or the react step that states it; `code` is the organiser's. `parent` is the id of the proposal that it adds a
    nuance to, `into` of the one it was merged into. `original` is what the author wrote, where a moderator corrected
    it. `status`, `reply`, `answered_ms` and `due_ms` belong to the official answer."""

    id: int
    consultation: str
    number: int
    pool: str
    code: str | None
    source: str
    author: str | None
    text: str
    original: str | None
    lang: str
    category: str | None
    addressee: str | None
    parent: int | None
    into: int | None
    photo: str | None
    lat: float | None
    lon: float | None
    state: str
    reason: str | None
    lot: int
    seen: int
    votes: int
    agree: int
    disagree: int
    neutral: int
    shared: int
    heat: float
    since_ms: int
    published_ms: int | None
    status: str | None
    reply: str | None
    answered_ms: int | None
    due_ms: int | None


_COLUMNS: tuple[Any, ...] = tuple(proposals.c[name] for name in Proposal.__slots__)
_ALL: Any = select(*_COLUMNS)
_BY_ID = _ALL.where(proposals.c.id.in_(bindparam("ids", expanding=True)))
_BY_NUMBER = _ALL.where(
    proposals.c.consultation == bindparam("of"), proposals.c.number.in_(bindparam("numbers", expanding=True))
)

# --- Writing ---------------------------------------------------------------------------------------------------------


def add(
    connection: Connection,
    *,
    consultation: str,
    pool: str,
    text: str,
    lang: str,
    source: str,
    state: str,
    lot: int,
    since_ms: int,
    author: str | None = None,
    code: str | None = None,
    category: str | None = None,
    addressee: str | None = None,
    parent: int | None = None,
    photo: str | None = None,
    lat: float | None = None,
    lon: float | None = None,
) -> Proposal:
    """Put a proposal on file under the next number of its consultation. One that is published at once is so at
    `since_ms`."""
    last = _last_number(connection, consultation)
    row = {
        "consultation": consultation,
        "number": last + 1,
        "pool": pool,
        "code": code,
        "source": source,
        "author": author,
        "text": text,
        "lang": lang,
        "category": category,
        "addressee": addressee,
        "parent": parent,
        "photo": photo,
        "lat": lat,
        "lon": lon,
        "state": state,
        "lot": lot,
        "since_ms": since_ms,
        "published_ms": since_ms if state == PUBLISHED else None,
    }
    return Proposal(*connection.execute(insert(proposals).returning(*_COLUMNS), row).one())


def _last_number(connection: Connection, consultation: str) -> int:
    """The highest number so far. Nobody else numbers anything in this consultation until the commit."""
    locks.alone(connection, "consultation", consultation)
    query = select(func.max(proposals.c.number)).where(proposals.c.consultation == consultation)
    return int(connection.execute(query).scalar() or 0)


def change_state(
    connection: Connection, id: int, before: Collection[str], after: str, *, reason: str | None = None, **values: Any
) -> bool:
    """Move one proposal from one of the states `before` to `after`, with other columns; False when somebody was
    faster. `reason` is kept with it, or taken away."""
    done = connection.execute(
        update(proposals)
        .where(proposals.c.id == id, proposals.c.state.in_(list(before)))
        .values(state=after, reason=reason, **values)
    )
    return done.rowcount == 1


def set_text(connection: Connection, id: int, before: str, after: str, *, corrected: bool) -> bool:
    """Another wording; False when it no longer reads `before`. `corrected`: a moderator did it, and what the author
    wrote is kept beside it."""
    kept: dict[str, Any] = {"original": func.coalesce(proposals.c.original, proposals.c.text)} if corrected else {}
    done = connection.execute(
        update(proposals).where(proposals.c.id == id, proposals.c.text == before).values(text=after, **kept)
    )
    return done.rowcount == 1


def set_values(connection: Connection, id: int, **values: Any) -> None:
    """Other columns of one proposal: its category, its official answer, when that is due."""
    connection.execute(update(proposals).where(proposals.c.id == id).values(**values))


_SHOWN = update(proposals).where(proposals.c.id == bindparam("row")).values(seen=proposals.c.seen + 1)


def shown(connection: Connection, id: int) -> None:
    """One more person has it in front of them."""
    connection.execute(_SHOWN, {"row": id})


def leave(connection: Connection, consultation: str, author: str) -> None:
    """Somebody goes: what waits is withdrawn, what was published stays without an author."""
    theirs = and_(proposals.c.consultation == consultation, proposals.c.author == author)
    connection.execute(update(proposals).where(theirs, proposals.c.state.in_(UNREAD)).values(state=WITHDRAWN))
    gone = (WITHDRAWN, REFUSED)
    connection.execute(
        update(proposals)
        .where(theirs, proposals.c.state.in_(gone))
        .values(text="", original=None, photo=None, lat=None, lon=None)
    )
    connection.execute(update(proposals).where(theirs).values(author=None))


def withdraw(connection: Connection, consultation: str, pool: str, author: str) -> list[int]:
    """The author takes back what waits with a moderator; the ids of what was taken back."""
    theirs = and_(
        proposals.c.consultation == consultation,
        proposals.c.author == author,
        proposals.c.pool == pool,
        proposals.c.state.in_(UNREAD),
    )
    found = list(connection.execute(select(proposals.c.id).where(theirs)).scalars())
    connection.execute(update(proposals).where(proposals.c.id.in_(found), theirs).values(state=WITHDRAWN))
    return found


# --- Finding ---------------------------------------------------------------------------------------------------------


def by_ids(connection: Connection, ids: Collection[int]) -> dict[int, Proposal]:
    if not ids:
        return {}
    return {row[0]: Proposal(*row) for row in connection.execute(_BY_ID, {"ids": list(ids)})}


def by_id(connection: Connection, id: int) -> Proposal | None:
    return by_ids(connection, [id]).get(id)


def by_numbers(connection: Connection, consultation: str, numbers: Collection[int]) -> dict[int, Proposal]:
    if not numbers:
        return {}
    wanted = {"of": consultation, "numbers": list(numbers)}
    return {row[2]: Proposal(*row) for row in connection.execute(_BY_NUMBER, wanted)}


def by_number(connection: Connection, consultation: str, number: int) -> Proposal | None:
    return by_numbers(connection, consultation, [number]).get(number)


def of_pool(
    connection: Connection, consultation: str, pool: str, *states: str, after: int = 0, n: int | None = None
) -> list[Proposal]:
    """The proposals of one step in their order, only those in `states` when some are named; with `n`, so many at most
    after number `after`."""
    query = _ALL.where(
        proposals.c.consultation == consultation, proposals.c.pool == pool, proposals.c.number > after
    ).order_by(proposals.c.number)
    return _read(connection, query, states, n)


def of_consultation(
    connection: Connection, consultation: str, *states: str, after: int = 0, n: int | None = None
) -> list[Proposal]:
    """The same over all steps of a consultation."""
    query = _ALL.where(proposals.c.consultation == consultation, proposals.c.number > after).order_by(
        proposals.c.number
    )
    return _read(connection, query, states, n)


def _read(connection: Connection, query: Any, states: Collection[str], n: int | None) -> list[Proposal]:
    if states:
        query = query.where(proposals.c.state.in_(list(states)))
    if n is not None:
        query = query.limit(n)
    return [Proposal(*row) for row in connection.execute(query)]


def of_author(connection: Connection, consultation: str, author: str) -> list[Proposal]:
    """What one person put forward in a consultation, oldest first."""
    query = _ALL.where(proposals.c.consultation == consultation, proposals.c.author == author)
    return [Proposal(*row) for row in connection.execute(query.order_by(proposals.c.number))]


def codes(connection: Connection, consultation: str, pool: str) -> set[str]:
    """The organiser's codes that are on file already."""
    query = select(proposals.c.code).where(
        proposals.c.consultation == consultation, proposals.c.pool == pool, proposals.c.code.is_not(None)
    )
    return {str(code) for code in connection.execute(query).scalars()}


def merged_into(connection: Connection, consultation: str, id: int) -> list[Proposal]:
    """The proposals that were merged into this one."""
    query = _ALL.where(proposals.c.consultation == consultation, proposals.c.into == id)
    return [Proposal(*row) for row in connection.execute(query.order_by(proposals.c.number))]


def nuances(connection: Connection, consultation: str, id: int) -> list[Proposal]:
    """The published proposals that add a nuance to this one."""
    query = _ALL.where(
        proposals.c.consultation == consultation, proposals.c.parent == id, proposals.c.state == PUBLISHED
    )
    return [Proposal(*row) for row in connection.execute(query.order_by(proposals.c.number))]


def due(connection: Connection, before_ms: int, n: int = 100) -> list[Proposal]:
    """Published proposals that were owed an official answer before an hour and have none, the longest due first."""
    query = _ALL.where(
        proposals.c.due_ms < before_ms, proposals.c.answered_ms.is_(None), proposals.c.state == PUBLISHED
    )
    return [Proposal(*row) for row in connection.execute(query.order_by(proposals.c.due_ms).limit(n))]


def states(connection: Connection, consultation: str, pool: str | None = None) -> dict[str, int]:
    """How many proposals of participants stand in each state."""
    query = select(proposals.c.state, func.count()).where(
        proposals.c.consultation == consultation, proposals.c.source == PARTICIPANT
    )
    if pool is not None:
        query = query.where(proposals.c.pool == pool)
    return {row[0]: int(row[1]) for row in connection.execute(query.group_by(proposals.c.state))}


# --- Limits and trust ------------------------------------------------------------------------------------------------

Person = Sequence[tuple[str, str]]
"""(consultation, token): what one person is called in several consultations."""


def same_flow(connection: Connection, consultation: str) -> list[tuple[str, bytes]]:
    """(id, key) of every consultation of the same flow whose key is not destroyed, this one among them."""
    versions = consultations.join(flow_versions, flow_versions.c.version == consultations.c.version)
    flow = select(flow_versions.c.flow).select_from(versions).where(consultations.c.id == consultation)
    query = (
        select(consultations.c.id, consultations.c["key"])
        .select_from(versions)
        .where(flow_versions.c.flow == flow.scalar_subquery(), consultations.c["key"].is_not(None))
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def taken_part(connection: Connection, participant: int) -> list[tuple[str, bytes]]:
    """(id, key) of every consultation in which somebody has a session and whose key is not destroyed."""
    query = (
        select(consultations.c.id, consultations.c["key"])
        .join(sessions, sessions.c.consultation == consultations.c.id)
        .where(sessions.c.participant == participant, consultations.c["key"].is_not(None))
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def sent(connection: Connection, person: Person, *, since_ms: int = 0, pool: str | None = None) -> dict[str, int]:
    """How many proposals a person has sent since an hour, by state; in one step when `pool` is given."""
    if not person:
        return {}
    query = select(proposals.c.state, func.count()).where(
        tuple_(proposals.c.consultation, proposals.c.author).in_(list(person)), proposals.c.since_ms >= since_ms
    )
    if pool is not None:
        query = query.where(proposals.c.pool == pool)
    return {row[0]: int(row[1]) for row in connection.execute(query.group_by(proposals.c.state))}


# --- Nearby ----------------------------------------------------------------------------------------------------------


def within(
    connection: Connection, consultation: str, pool: str, *, south: float, north: float, west: float, east: float
) -> list[Proposal]:
    """The published proposals inside a box."""
    query = _ALL.where(
        proposals.c.consultation == consultation,
        proposals.c.pool == pool,
        proposals.c.state == PUBLISHED,
        proposals.c.lat.between(south, north),
        proposals.c.lon.between(west, east),
    )
    return [Proposal(*row) for row in connection.execute(query.order_by(proposals.c.number))]


def words(connection: Connection, consultation: str, pool: str, after: int) -> list[tuple[int, str]]:
    """(number, text) of the proposals of a step with a number above `after`, in their order, in whatever state."""
    query = (
        select(proposals.c.number, proposals.c.text, proposals.c.pool)
        .where(proposals.c.consultation == consultation, proposals.c.number > after)
        .order_by(proposals.c.number)
    )  # the pool is looked at here: an index by pool would read all of it for the last few
    return [(row[0], row[1]) for row in connection.execute(query) if row[2] == pool]
