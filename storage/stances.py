"""Stances: what each person thinks of each proposal, and the counters kept beside them.

The one rule: a counter is moved in the transaction of the stance, by the difference between the old stance and the new
one, so that it always equals a recount. Judgements that came by a shared link are counted in `shared` alone: whoever
spreads a link to one proposal must not move its rank in the fair sequence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update

from flows.exposure import NEW_UNDER
from storage.tables_proposals import proposals, stances
from storage.writing import upsert

AGREE, DISAGREE, NEUTRAL = VALUES = ("agree", "disagree", "neutral")
SERVED, SHARED, SIMILAR = "served", "shared", "similar"


@dataclass(frozen=True, slots=True)
class Stance:
    """`value` is agree, disagree or neutral; `via` how the person came to the proposal."""

    value: str
    qualifiers: tuple[str, ...] = ()
    via: str = SERVED


_READ: Any = (stances.c.value, stances.c.qualifiers, stances.c.via)
_OWN: Any = select(*_READ).where(
    stances.c.consultation == bindparam("of"),
    stances.c.token == bindparam("by_token"),
    stances.c.proposal == bindparam("on"),
)
_TAKE = delete(stances).where(
    stances.c.consultation == bindparam("of"),
    stances.c.token == bindparam("by_token"),
    stances.c.proposal == bindparam("on"),
)


def of(connection: Connection, consultation: str, token: str, proposal: int) -> Stance | None:
    """What somebody thinks of a proposal, if they said."""
    row = connection.execute(_OWN, {"of": consultation, "by_token": token, "on": proposal}).first()
    return _stance(*row) if row else None


def put(connection: Connection, consultation: str, token: str, proposal: int, stance: Stance | None) -> Stance | None:
    """Put a stance on file in place of the earlier one, or take it off (None); moves the counters. The earlier one."""
    before = of(connection, consultation, token, proposal)
    if before == stance:
        return before
    if stance is None:
        connection.execute(_TAKE, {"of": consultation, "by_token": token, "on": proposal})
    else:
        row = {"consultation": consultation, "token": token, "proposal": proposal}
        told = {"value": stance.value, "qualifiers": " ".join(stance.qualifiers), "via": stance.via}
        upsert(connection, stances, [{**row, **told}], update=("value", "qualifiers", "via"))
    _move(connection, proposal, before, stance)
    return before


def of_token(connection: Connection, consultation: str, token: str) -> list[tuple[int, Stance]]:
    """(proposal id, stance) of everything that somebody judged."""
    query = select(stances.c.proposal, *_READ).where(stances.c.consultation == consultation, stances.c.token == token)
    return [(row[0], _stance(*row[1:])) for row in connection.execute(query.order_by(stances.c.proposal))]


def of_proposal(connection: Connection, proposal: int) -> list[tuple[str, Stance]]:
    """(token, stance) of everybody who judged a proposal."""
    query = select(stances.c.token, *_READ).where(stances.c.proposal == proposal)
    return [(row[0], _stance(*row[1:])) for row in connection.execute(query.order_by(stances.c.token))]


def all_of(
    connection: Connection, consultation: str, pool: str | None = None
) -> Iterator[tuple[str, int, str, str, str]]:
    """(token, proposal number, value, qualifiers with spaces between, via) of each stance, by token: to count them, to
    group people, to export."""
    query = (
        select(stances.c.token, proposals.c.number, *_READ)
        .join(proposals, proposals.c.id == stances.c.proposal)
        .where(stances.c.consultation == consultation)
        .order_by(stances.c.token, proposals.c.number)
    )
    if pool is not None:
        query = query.where(proposals.c.pool == pool)
    for row in connection.execute(query):
        yield (row[0], row[1], row[2], row[3], row[4])


def leave(
    connection: Connection, consultation: str, token: str, *, pool: str | None = None, via: str | None = None
) -> None:
    """Take back what somebody thinks: of everything, of one step, or only what came in one way."""
    query = (
        select(stances.c.proposal, *_READ)
        .join(proposals, proposals.c.id == stances.c.proposal)
        .where(stances.c.consultation == consultation, stances.c.token == token)
    )
    if pool is not None:
        query = query.where(proposals.c.pool == pool)
    if via is not None:
        query = query.where(stances.c.via == via)
    for proposal, *told in connection.execute(query.order_by(stances.c.proposal)).all():
        connection.execute(_TAKE, {"of": consultation, "by_token": token, "on": proposal})
        _move(connection, proposal, _stance(*told), None)


def _stance(value: str, qualifiers: str, via: str) -> Stance:
    return Stance(value, tuple(qualifiers.split()), via)


# --- Counters --------------------------------------------------------------------------------------------------------

COUNTERS = (*VALUES, "shared")


def _move(connection: Connection, proposal: int, before: Stance | None, after: Stance | None) -> None:
    moved = Counter(dict.fromkeys(COUNTERS, 0))
    if before is not None:
        moved[_counter(before)] -= 1
    if after is not None:
        moved[_counter(after)] += 1
    if any(moved.values()):
        connection.execute(_MOVE, {"row": proposal, **{f"d_{name}": moved[name] for name in COUNTERS}})


def _counter(stance: Stance) -> str:
    return "shared" if stance.via == SHARED else stance.value


def _moving() -> Any:
    """One statement that adds to the counters of a proposal and works out from the new ones how much it divides:
    the share of the smaller camp, doubled, from the tenth vote on."""
    agree, disagree, neutral = (proposals.c[name] + bindparam(f"d_{name}") for name in VALUES)
    votes = agree + disagree + neutral
    smaller = case((agree < disagree, agree), else_=disagree)
    return (
        update(proposals)
        .where(proposals.c.id == bindparam("row"))
        .values(
            agree=agree,
            disagree=disagree,
            neutral=neutral,
            votes=votes,
            shared=proposals.c.shared + bindparam("d_shared"),
            heat=case((votes < NEW_UNDER, 0.0), else_=2.0 * smaller / votes),
        )
    )


_MOVE = _moving()


def recount(connection: Connection, consultation: str) -> dict[int, dict[str, int]]:
    """Proposal id -> counters, from the stances themselves."""
    found: dict[int, dict[str, int]] = {}
    query = select(stances.c.proposal, *_READ).where(stances.c.consultation == consultation)
    for proposal, *told in connection.execute(query):
        counters = found.setdefault(proposal, dict.fromkeys(COUNTERS, 0))
        counters[_counter(_stance(*told))] += 1
    return found


def differences(connection: Connection, consultation: str) -> list[int]:
    """The ids of proposals whose counters differ from their stances; none, as long as the one rule holds."""
    counted = recount(connection, consultation)
    nothing = dict.fromkeys(COUNTERS, 0)
    query: Any = select(proposals.c.id, proposals.c.votes, *(proposals.c[name] for name in COUNTERS)).where(
        proposals.c.consultation == consultation
    )
    wrong = []
    for id, votes, *kept in connection.execute(query.order_by(proposals.c.id)):
        real = counted.get(id, nothing)
        if dict(zip(COUNTERS, kept, strict=True)) != real or votes != sum(real[name] for name in VALUES):
            wrong.append(id)
    return wrong
