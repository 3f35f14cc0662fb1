"""Desks: the groups in which moderators work, the cards of cases that hang there, and what moderators note on them.

The one rule: a desk has one card for each case, the newest message that shows it. `view` is what that card offers at
present: what can be decided, or a choice within it (reasons, hours).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from storage import locks
from storage.tables import case_cards, case_notes, conversations, desks, participants
from storage.writing import Row, many, upsert

# --- Desks -----------------------------------------------------------------------------------------------------------


def place(connection: Connection, scope: str, at: str, at_ms: int) -> None:
    """Make a place the desk of a scope; `*` is everything."""
    upsert(connection, desks, [{"scope": scope, "place": at, "since_ms": at_ms}], update=())


def remove(connection: Connection, at: str, scopes: Collection[str]) -> bool:
    """Let a place be no desk of these scopes any more."""
    done = connection.execute(delete(desks).where(desks.c.place == at, desks.c.scope.in_(list(scopes))))
    return done.rowcount > 0


def scopes_of(connection: Connection, at: str) -> list[str]:
    """What a place is the desk of; nothing when it is none."""
    return list(connection.execute(select(desks.c.scope).where(desks.c.place == at).order_by(desks.c.scope)).scalars())


def places_of(connection: Connection, *scopes: str) -> list[str]:
    """The desks of some scopes."""
    query = select(desks.c.place).where(desks.c.scope.in_(scopes)).distinct().order_by(desks.c.place)
    return list(connection.execute(query).scalars())


def all_of(connection: Connection) -> list[tuple[str, str]]:
    """(scope, place) of every desk."""
    query = select(desks.c.scope, desks.c.place).order_by(desks.c.scope, desks.c.place)
    return [(row[0], row[1]) for row in connection.execute(query)]


def alarm(connection: Connection, at: str, now_ms: int, before_ms: int) -> bool:
    """Note that a desk is alarmed now; False when it was since `before_ms`."""
    late = or_(desks.c.alarmed_ms.is_(None), desks.c.alarmed_ms <= before_ms)
    quiet = select(desks.c.place).where(desks.c.place == at, ~late).exists()
    done = connection.execute(update(desks).where(desks.c.place == at, ~quiet).values(alarmed_ms=now_ms))
    return done.rowcount > 0


def move_place(connection: Connection, before: str, after: str) -> None:
    """A group has another address now; the cards that hang in it cannot be changed from there any more."""
    for scope in scopes_of(connection, before):
        place(connection, scope, after, 0)
    connection.execute(delete(desks).where(desks.c.place == before))
    connection.execute(delete(case_cards).where(case_cards.c.place == before))


def lang_of(connection: Connection, at: str) -> str | None:
    """The language of the person whose private chat this is; None for a group, or when it is not known."""
    query = (
        select(participants.c.lang)
        .join(conversations, conversations.c.participant == participants.c.id)
        .where(conversations.c.place == at, conversations.c.private)
    )
    found = connection.execute(query.limit(1)).scalar()
    return None if found is None else str(found)


# --- Cards -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hung:
    """The card of a case in a place; without a `ref` it has not arrived there yet."""

    case: int
    place: str
    ref: str | None
    view: str


_HUNG: Any = select(*(case_cards.c[name] for name in Hung.__slots__))


def hang(connection: Connection, case: int, at: str) -> None:
    """A new card of this case is on its way to a place."""
    row = {"case": case, "place": at, "ref": None, "view": ""}
    upsert(connection, case_cards, [row], update=("ref", "view"))


_REF = (
    update(case_cards)
    .where(case_cards.c.case == bindparam("of"), case_cards.c.place == bindparam("at"))
    .values(ref=bindparam("new_ref"))
)


def set_refs(connection: Connection, rows: Sequence[Row]) -> None:
    """Note where cards were shown: rows of `of` (case), `at` (place) and `new_ref`."""
    many(connection, _REF, rows)


def card(connection: Connection, case: int, at: str) -> Hung | None:
    """The card of a case in one place."""
    row = connection.execute(_HUNG.where(case_cards.c.case == case, case_cards.c.place == at)).first()
    return Hung(*row) if row else None


def cards_of(connection: Connection, case: int) -> list[Hung]:
    """Every card of a case."""
    found = connection.execute(_HUNG.where(case_cards.c.case == case).order_by(case_cards.c.place))
    return [Hung(*row) for row in found]


def shown_as(connection: Connection, at: str, ref: str) -> Hung | None:
    """The card that is the message `ref` in a place; None when it is none."""
    row = connection.execute(_HUNG.where(case_cards.c.place == at, case_cards.c.ref == ref)).first()
    return Hung(*row) if row else None


def turn_to(connection: Connection, case: int, view: str, *, at: str | None = None) -> None:
    """Let the card of a case in a place (or all its cards) offer something else."""
    query = update(case_cards).where(case_cards.c.case == case)
    connection.execute((query if at is None else query.where(case_cards.c.place == at)).values(view=view))


# --- Notes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseNote:
    number: int
    who: int
    text: str
    at_ms: int


def note(connection: Connection, case: int, who: int, text: str, at_ms: int) -> int:
    """Keep what a moderator notes on a case; its number there."""
    locks.alone(connection, "notes", str(case))
    last = connection.execute(select(func.max(case_notes.c.number)).where(case_notes.c.case == case)).scalar()
    number = int(last or 0) + 1
    row = {"case": case, "number": number, "who": who, "text": text, "at_ms": at_ms}
    connection.execute(insert(case_notes), [row])
    return number


def notes_of(connection: Connection, case: int) -> list[CaseNote]:
    """What was noted on a case, oldest first."""
    query = select(*(case_notes.c[name] for name in CaseNote.__slots__)).where(case_notes.c.case == case)
    return [CaseNote(*row) for row in connection.execute(query.order_by(case_notes.c.number))]


def empty_notes(connection: Connection, cases: Collection[int]) -> None:
    """What was noted on old cases goes with their text."""
    connection.execute(update(case_notes).where(case_notes.c.case.in_(list(cases))).values(text=""))
