"""Nobody waits for all that somebody else sent: lanes get their turn in a round."""

from __future__ import annotations

import pytest

from storage import inbox
from storage.database import Database
from storage.writing import Row

LANES = 8


def waiting(key: str, person: int) -> Row:
    return {
        "adapter": "telegram",
        "key": key,
        "lane": f"telegram:{person}|{person}",
        "place": f"telegram:{person}",
        "person": str(person),
        "event": "{}",
        "private": True,
        "locale": None,
        "at_ms": 0,
        "state": inbox.NEW,
    }


def one_round(database: Database, at_ms: int) -> list[inbox.Pending]:
    with database.transaction() as connection:
        names, items = inbox.claim(connection, LANES)
        inbox.finish(connection, [item.id for item in items])
        inbox.release(connection, names, at_ms)
    return items


@pytest.mark.parametrize("flooders", [LANES, 3 * LANES])
def test_a_newcomer_has_their_turn_before_a_flooder_has_a_second_one(database: Database, flooders: int) -> None:
    each = 5 * inbox.PER_LANE
    with database.transaction() as connection:
        inbox.receive(connection, [waiting(f"{who}.{n}", who) for n in range(each) for who in range(flooders)], 0)
    one_round(database, 1)
    with database.transaction() as connection:
        inbox.receive(connection, [waiting("vote", 999)], 2)
    served: list[str] = []
    for at in range(3, 4 + flooders // LANES):
        items = one_round(database, at)
        if any(item.key == "vote" for item in items):
            break
        served += sorted({item.person for item in items})
    else:
        pytest.fail("the newcomer waits for more than one round of all the others")
    assert len(served) == len(set(served)), "somebody had two turns while the newcomer waited"


def test_of_each_lane_its_first_events_are_taken_in_order(database: Database) -> None:
    most = inbox.PER_LANE
    with database.transaction() as connection:
        inbox.receive(connection, [waiting(f"{n:03}.{who}", who) for n in range(most + 3) for who in range(4)], 0)
    items = one_round(database, 1)
    for who in range(4):
        assert [item.key for item in items if item.person == str(who)] == [f"{n:03}.{who}" for n in range(most)]
    assert [item.id for item in items] == sorted(item.id for item in items)
    rest = one_round(database, 2)
    assert len(rest) == 3 * 4
    assert one_round(database, 3) == []
