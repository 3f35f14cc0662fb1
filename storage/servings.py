"""The log of what was served: from which pool, by which policy, with which seed, and what was chosen.

The one rule: a row says nothing about who was served: no token, no time. It is there so that anybody can choose again
and see that the same comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from storage.tables_proposals import servings


@dataclass(frozen=True, slots=True)
class Serving:
    """`pool` is what `flows.exposure.write` made of the candidates; `chosen` are numbers with spaces between."""

    id: int
    question: str
    policy: str
    seed: int
    pool: str
    chosen: str


_ADD = insert(servings)


def add(
    connection: Connection, consultation: str, *, question: str, policy: str, seed: int, pool: str, chosen: str
) -> None:
    row = {"consultation": consultation, "question": question, "policy": policy}
    connection.execute(_ADD, {**row, "seed": seed, "pool": pool, "chosen": chosen})


def all_of(connection: Connection, consultation: str, *, page: int = 1_000) -> Iterator[Serving]:
    """Every serving of a consultation, oldest first, read page by page."""
    last = 0
    while True:
        query = (
            select(
                servings.c.id,
                servings.c.question,
                servings.c.policy,
                servings.c.seed,
                servings.c.pool,
                servings.c.chosen,
            )
            .where(servings.c.consultation == consultation, servings.c.id > last)
            .order_by(servings.c.id)
            .limit(page)
        )
        found = [Serving(*row) for row in connection.execute(query)]
        yield from found
        if len(found) < page:
            return
        last = found[-1].id


def count(connection: Connection, consultation: str) -> dict[str, int]:
    """How many servings there were, by question."""
    query = (
        select(servings.c.question, func.count())
        .where(servings.c.consultation == consultation)
        .group_by(servings.c.question)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}
