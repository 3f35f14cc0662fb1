"""Ballots, and the counters kept beside them.

The one rule: a ballot is keyed by (consultation, token, question), where the token is a keyed hash of the participant.
The database refuses a second ballot; destroying the consultation's key unlinks ballot and person for good. The table
has no row id and no time, because the order of rows re-linked 100 of 100 ballots in a test.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from flows.session import Answer
from storage.tables import ballots, consents, tallies
from storage.writing import Row, many, upsert


def token(key: bytes, participant: int) -> str:
    """The 32 characters that stand for a participant in one consultation."""
    return hmac.new(key, participant.to_bytes(8, "big"), sha256).hexdigest()[:32]


def put(connection: Connection, rows: Sequence[Row]) -> None:
    upsert(connection, ballots, rows, update=("answer", "wording"))


_TAKE = delete(ballots).where(
    ballots.c.consultation == bindparam("in_consultation"),
    ballots.c.token == bindparam("by_token"),
    ballots.c.question == bindparam("on_question"),
)


def take(connection: Connection, rows: Sequence[Row]) -> None:
    """Withdraw ballots: rows of `in_consultation`, `by_token`, `on_question`."""
    many(connection, _TAKE, rows)


def all_of(connection: Connection, consultation: str) -> list[tuple[str, str, Answer, str]]:
    """(token, question, answer, wording) of each ballot of a consultation."""
    query = select(ballots.c.token, ballots.c.question, ballots.c.answer, ballots.c.wording).where(
        ballots.c.consultation == consultation
    )
    return [(row[0], row[1], Answer.from_json(orjson.loads(row[2])), row[3]) for row in connection.execute(query)]


def of_token(connection: Connection, consultation: str, by: str) -> list[dict[str, Any]]:
    query = select(ballots.c.question, ballots.c.answer, ballots.c.wording).where(
        ballots.c.consultation == consultation, ballots.c.token == by
    )
    return [
        {"question": row[0], "answer": orjson.loads(row[1]), "wording": row[2]} for row in connection.execute(query)
    ]


def pairs(
    connection: Connection, consultation: str, first: str, second: str, group: str | None = None
) -> list[tuple[Answer, Answer, Answer | None, int]]:
    """How many people gave which answer to `first` and which to `second`, and, with `group`, which to that question
    (None where they were not asked). Nobody is read one by one."""
    one, two, three = ballots.alias(), ballots.alias(), ballots.alias()
    joined = one.join(two, (two.c.consultation == one.c.consultation) & (two.c.token == one.c.token))
    third: Any = literal("")
    if group is not None:
        mine = (three.c.consultation == one.c.consultation) & (three.c.token == one.c.token)
        joined = joined.outerjoin(three, mine & (three.c.question == group))
        third = func.coalesce(three.c.answer, "")
    query = (
        select(one.c.answer, two.c.answer, third, func.count())
        .select_from(joined)
        .where(one.c.consultation == consultation, one.c.question == first, two.c.question == second)
        .group_by(one.c.answer, two.c.answer, third)
        .order_by(one.c.answer, two.c.answer, third)
    )
    return [
        (_answer(row[0]), _answer(row[1]), _answer(row[2]) if row[2] else None, int(row[3]))
        for row in connection.execute(query)
    ]


def _answer(text: str) -> Answer:
    return Answer.from_json(orjson.loads(text))


def erase(connection: Connection, consultation: str, by: str) -> None:
    connection.execute(delete(ballots).where(ballots.c.consultation == consultation, ballots.c.token == by))


def voters(connection: Connection, consultation: str) -> int:
    """How many different people have a ballot."""
    query = select(func.count(func.distinct(ballots.c.token))).where(ballots.c.consultation == consultation)
    return int(connection.execute(query).scalar_one())


# --- Counters --------------------------------------------------------------------------------------------------------


def count(connection: Connection, deltas: dict[tuple[str, str, str], int]) -> None:
    """Add to the counters (consultation, question, code), one statement for the whole batch. In one order everywhere:
    two processes that count the same answers never wait for each other in a ring."""
    rows = [{"consultation": c, "question": q, "code": code, "n": n} for (c, q, code), n in sorted(deltas.items()) if n]
    many(connection, _COUNT[connection.dialect.name], rows)


def _counting(dialect: Any) -> Any:
    statement = dialect.insert(tallies)
    return statement.on_conflict_do_update(
        index_elements=["consultation", "question", "code"], set_={"n": tallies.c.n + statement.excluded.n}
    )


_COUNT = {"sqlite": _counting(sqlite), "postgresql": _counting(postgresql)}


def counters(connection: Connection, consultation: str) -> dict[str, dict[str, int]]:
    """question -> code -> count, as kept while the consultation runs."""
    query = select(tallies.c.question, tallies.c.code, tallies.c.n).where(tallies.c.consultation == consultation)
    found: dict[str, dict[str, int]] = {}
    for question, code, n in connection.execute(query):
        found.setdefault(question, {})[code] = n
    return found


# --- Consents --------------------------------------------------------------------------------------------------------


def consent(connection: Connection, rows: Sequence[Row]) -> None:
    upsert(connection, consents, rows, update=("wording", "lang", "given", "at_ms"))


def consents_of(connection: Connection, participant: int) -> list[dict[str, Any]]:
    query = select(consents).where(consents.c.participant == participant)
    return [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]
