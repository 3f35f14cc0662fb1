"""What goes to many people: page by page, paused, stopped, broken off, each person once and nobody forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.mailings import told
from bot.mailings.running import FEW
from bot.reminders import PAGE
from flows.messages import plain_text
from storage import mailings, outbox, people, sessions
from storage.tables import sessions as sessions_table

MANY = 1_300


@pytest.fixture
def id(town: Any) -> str:
    """An open consultation, an owner, and many people who have begun."""
    id: str = town.publish()
    town.think()
    town.says("boss", "/help")
    version = town.run(id).version
    state = '{"shape":1,"lang":"en","stage":"active","before_pause":"active","answers":{},"said":[],"open":null,'
    state += '"reopened":null}'
    with town.database.transaction() as connection:
        known = people.by_identity(connection, ["web:boss"])
        people.grant(connection, known["web:boss"][0], "owner", "*", 0)
        crowd = [(i, f"telegram:{i}|{i}", f"telegram:{i}") for i in range(1, MANY + 1)]
        begun = {"consultation": id, "version": version, "state": state, "seq": 0, "last_ms": 0}
        people.add(
            connection,
            [{"id": i, "lang": "en", "since_ms": 0} for i, _lane, _place in crowd],
            [],
            [
                {"lane": lane, "place": place, "participant": i, "session": None, "reachable": True, "private": True}
                for i, lane, place in crowd
            ],
        )
        sessions.add(
            connection,
            [
                {"id": i, "participant": i, "lane": lane, "place": place, "stage": "active" if i % 100 else "paused"}
                | begun
                for i, lane, place in crowd
            ],
        )
    return id


def within(town: Any, do: Any) -> Any:
    with town.database.transaction() as connection:
        return do(connection)


def second(town: Any, *, most: int = 200, sends: bool = True) -> list[str]:
    """A second of the service: the clock, thinking, and up to `most` letters leave. Who was written to."""
    town.later(seconds=1)
    town.road.ring()
    town.think()

    def leave(connection: Connection) -> list[str]:
        held = [one for one in outbox.due(connection, town.now_ms, most, (), ["telegram"]) if not one.resend]
        taken_back = outbox.mark_sending(connection, [one.key for one in held])
        gone = [one for one in held if one.key not in taken_back]
        rows = [{"row": one.key, "new_state": outbox.SENT, "new_ref": "1", "new_reason": None} for one in gone]
        outbox.settle(connection, rows if sends else [])
        return [one.place for one in gone]

    return list(within(town, leave))


def waiting(town: Any) -> int:
    return int(town.one("SELECT count(*) FROM outbox WHERE mailing IS NOT NULL AND state IN ('waiting', 'sending')"))


def state(town: Any) -> str:
    return str(town.one("SELECT state FROM mailings"))


def remind(town: Any, id: str) -> None:
    town.says("boss", f"/remind {id} unfinished yes")


EVERYBODY = {f"telegram:{i}" for i in range(1, MANY + 1) if i % 100}


def test_a_few_hundred_letters_at_a_time_each_person_once(town: Any, id: str) -> None:
    remind(town, id)
    seen: list[str] = []
    most = 0
    for _ in range(40):
        seen += second(town, most=100)
        most = max(most, waiting(town))
    assert most < FEW + PAGE
    assert len(seen) == len(set(seen))
    assert set(seen) == EVERYBODY
    assert town.rows("SELECT state, people, left_out, sent FROM mailings") == [("done", 1287, 13, 1287)]
    run = town.run(id)

    def draw(connection: Connection) -> str:
        flow = town.road.flows.of(connection, run)
        mailing = mailings.get(connection, 1)
        assert mailing is not None
        return plain_text(told.draw(connection, mailing, run, flow, "en", town.now, lambda _messenger: 30.0).body)

    assert "13 people were left out" in within(town, draw)


def test_whoever_answers_before_their_page_comes_is_not_disturbed(town: Any, id: str) -> None:
    remind(town, id)
    for _ in range(2):
        second(town, most=100)
    at_it = {"telegram:1250", "telegram:1251"}
    with town.database.transaction() as connection:
        mine = sessions_table.c.place.in_(at_it)
        connection.execute(update(sessions_table).where(mine).values(last_ms=town.now_ms))
    seen = [place for _ in range(40) for place in second(town, most=100)]
    assert state(town) == "done"
    assert "telegram:1249" in seen
    assert at_it.isdisjoint(seen)


def test_whoever_says_stop_before_their_page_is_not_written_to(town: Any, id: str) -> None:
    remind(town, id)
    second(town)
    within(town, lambda connection: connection.exec_driver_sql("UPDATE sessions SET stage = 'paused' WHERE id > 1200"))
    seen = [place for _ in range(40) for place in second(town)]
    assert seen
    assert not {f"telegram:{i}" for i in range(1201, 1301)} & set(seen)
    assert state(town) == "done"


def test_paused_nothing_leaves_whatever_is_held_in_memory_and_it_goes_on_where_it_was(town: Any, id: str) -> None:
    remind(town, id)
    seen = [place for _ in range(3) for place in second(town, most=50)]
    held = within(town, lambda connection: outbox.due(connection, town.now_ms, 100, (), ["telegram"]))
    assert len(held) == 100
    town.says("boss", "/broadcasts pause 1")
    keys = [one.key for one in held]
    assert within(town, lambda connection: outbox.mark_sending(connection, keys)) == frozenset(keys)
    assert [place for _ in range(30) for place in second(town)] == []
    town.database.close()
    town.open()
    within(town, outbox.recover)
    assert [place for _ in range(30) for place in second(town)] == []
    assert state(town) == "paused"
    town.says("boss", "/broadcasts resume 1")
    seen += [place for _ in range(40) for place in second(town)]
    assert len(seen) == len(set(seen))
    assert set(seen) == EVERYBODY
    assert state(town) == "done"


def test_paused_while_a_page_is_asked_for(town: Any, id: str) -> None:
    remind(town, id)
    seen: list[str] = []
    while waiting(town) >= FEW or not seen:
        seen += second(town, most=100)
    assert town.road.ring() > 0  # the next page is in the inbox
    assert within(town, lambda connection: mailings.pause(connection, 1))
    town.think()
    assert [place for _ in range(5) for place in second(town)] == []
    assert within(town, lambda connection: mailings.resume(connection, 1, town.now_ms))
    seen += [place for _ in range(40) for place in second(town)]
    assert len(seen) == len(set(seen))
    assert set(seen) == EVERYBODY


def test_stopped_nobody_else_is_written_to_for_good(town: Any, id: str) -> None:
    remind(town, id)
    seen = second(town) + second(town)
    town.says("boss", "/broadcasts stop 1")
    assert [place for _ in range(30) for place in second(town)] == []
    town.says("boss", "/broadcasts resume 1")
    assert [place for _ in range(30) for place in second(town)] == []
    assert state(town) == "stopped"
    assert 0 < len(seen) < MANY / 2
    assert town.one("SELECT count(*) FROM audit WHERE act = 'stop sending'") == 1


def test_only_who_may_remind_may_pause(town: Any, id: str) -> None:
    remind(town, id)
    second(town)
    town.says("ana", "/broadcasts stop 1")
    town.says("ana", "/broadcasts")
    assert state(town) == "running"
    assert "organisers" in town.texts("web:ana")[-1]


def test_the_messenger_stopped_half_way_those_in_flight_are_unsure_and_told(town: Any, id: str) -> None:
    remind(town, id)
    seen = second(town, most=40)
    flying = second(town, most=40, sends=False)
    town.database.close()
    town.open()
    assert within(town, outbox.recover)[1] == 40
    seen += [place for _ in range(40) for place in second(town)]
    assert not set(seen) & set(flying)
    assert len(seen) == len(set(seen))
    assert set(seen) | set(flying) == EVERYBODY
    assert town.rows("SELECT state, sent, unsure FROM mailings") == [("done", 1247, 40)]


def test_what_is_surely_not_sent_waits_again_and_is_not_unsure_after_a_crash(town: Any, id: str) -> None:
    remind(town, id)
    flying = second(town, most=5, sends=False)
    keys = [row[0] for row in town.rows("SELECT key FROM outbox WHERE mailing IS NOT NULL AND state = 'sending'")]
    assert len(keys) == len(flying) == 5
    within(town, lambda connection: outbox.put_back(connection, keys[:4]))
    assert within(town, outbox.recover)[1] == 1


def test_in_the_quiet_hours_the_next_page_of_a_reminder_waits_for_the_morning(town: Any, id: str) -> None:
    town.now = town.now.replace(hour=19, minute=59, second=58)  # 20:59:58 in Paris
    remind(town, id)
    seen = [place for _ in range(60) for place in second(town)]
    assert 0 < len(seen) <= PAGE
    town.later(hours=11)
    seen += [place for _ in range(40) for place in second(town)]
    assert len(seen) == len(set(seen))
    assert set(seen) == EVERYBODY


def test_a_reminder_that_is_six_hours_late_does_not_leave(town: Any, id: str) -> None:
    remind(town, id)
    with town.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM inbox WHERE state = 'new'")
    town.later(hours=7)
    assert [place for _ in range(3) for place in second(town)] == []
    assert state(town) == "stopped"


def test_nobody_to_write_to_is_no_mailing(town: Any) -> None:
    id = town.publish()
    town.close(id)
    town.ring()
    assert town.rows("SELECT * FROM mailings") == []


def test_before_it_leaves_the_organiser_sees_how_long_it_takes(make_town: Any) -> None:
    whom = {"tele": (100_000, 12), "matr": (3_000_000, 0)}
    paces = {"tele": 28.65, "matr": 0.0}
    assert round(told.lasts(whom, lambda messenger: paces[messenger]) / timedelta(minutes=1)) == 58
    town = make_town(pace=lambda _: 28.65)
    said = told.announced({"tele": (100_000, 12)}, town.rules.pace, town.now, "Europe/Paris", "en")
    assert said.startswith("At the messenger's pace this takes about 58 minutes, until")
    assert told.announced({"tele": (1700, 0)}, town.rules.pace, town.now, "Europe/Paris", "en") == ""
