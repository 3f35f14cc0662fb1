"""What the inbox, the outbox, the timers, the audit and the states of a consultation promise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import inspect, select

from storage import audit, ballots, consultations, inbox, outbox, timers
from storage.database import Database
from storage.tables import inbox as inbox_table
from storage.writing import Row


def event(key: str, lane: str, **more: object) -> Row:
    return {
        "adapter": "telegram",
        "key": key,
        "lane": lane,
        "place": lane.partition("|")[0],
        "person": lane.partition("|")[2],
        "event": "{}",
        "private": True,
        "locale": None,
        "at_ms": 0,
        "state": inbox.NEW,
        **more,
    }


def letter(key: str, **more: object) -> Row:
    return {
        "key": key,
        "adapter": "telegram",
        "place": "telegram:1",
        "payload": "{}",
        "prompt": None,
        "replaces": None,
        "consultation": None,
        "rank": 0,
        "resend": True,
        "due_ms": 0,
        "state": outbox.WAITING,
        "coalesce": None,
        **more,
    }


def keys_due(database: Database, *, now: int = 0, n: int = 100, held: tuple[str, ...] = ()) -> list[str]:
    with database.transaction() as connection:
        return [found.key for found in outbox.due(connection, now, n, held, ["telegram"])]


# --- Inbox -----------------------------------------------------------------------------------------------------------


def test_the_same_key_twice_is_one_row(database: Database) -> None:
    for _ in range(2):
        with database.transaction() as connection:
            inbox.receive(connection, [event("a", "telegram:1|1"), event("a", "telegram:1|1")], 0)
            inbox.receive(connection, [event("a", "web:1|1", adapter="web")], 0)
    with database.transaction() as connection:
        assert inbox.waiting(connection) == 2


def test_a_key_handled_already_is_not_handled_again(database: Database) -> None:
    with database.transaction() as connection:
        inbox.receive(connection, [event("a", "telegram:1|1")], 0)
        names, items = inbox.claim(connection, 64)
        inbox.finish(connection, [item.id for item in items])
        inbox.release(connection, names, 0)
        inbox.receive(connection, [event("a", "telegram:1|1")], 1)
        assert inbox.claim(connection, 64)[1] == []


def test_a_lane_keeps_its_order_and_its_rest(database: Database) -> None:
    n = inbox.PER_LANE + 5
    with database.transaction() as connection:
        inbox.receive(connection, [event(f"{i}", "telegram:1|1") for i in range(n)], 0)
        inbox.receive(connection, [event("other", "telegram:2|2")], 0)
    handled: list[str] = []
    with database.transaction() as connection:
        names, items = inbox.claim(connection, 64)
        handled += [item.key for item in items if item.lane == "telegram:1|1"]
        assert len(handled) == inbox.PER_LANE
        assert len(items) == inbox.PER_LANE + 1
        inbox.finish(connection, [item.id for item in items])
        inbox.release(connection, names, 0)
    with database.transaction() as connection:
        names, items = inbox.claim(connection, 64)
        assert names == ["telegram:1|1"]
        handled += [item.key for item in items]
        inbox.finish(connection, [item.id for item in items])
        inbox.release(connection, names, 0)
    assert handled == [f"{i}" for i in range(n)]
    with database.transaction() as connection:
        assert inbox.claim(connection, 64) == ([], [])


def test_the_lane_that_waits_longest_is_claimed_first(database: Database) -> None:
    with database.transaction() as connection:
        for since, lane in [(30, "c"), (10, "a"), (20, "b")]:
            inbox.receive(connection, [event(lane, f"telegram:{lane}|1")], since)
        inbox.receive(connection, [event("a2", "telegram:a|1")], 99)
        assert inbox.claim(connection, 2)[0] == ["telegram:a|1", "telegram:b|1"]


def test_three_failures_set_aside(database: Database) -> None:
    with database.transaction() as connection:
        inbox.receive(connection, [event("a", "telegram:1|1")], 0)
        id = inbox.claim(connection, 1)[1][0].id
        assert [inbox.failed(connection, id, "X", give_up_at=3) for _ in range(3)] == [False, False, True]
        assert (inbox.waiting(connection), inbox.set_aside(connection)) == (0, 1)


def test_what_an_erased_person_said_is_emptied_and_not_handled_again(database: Database) -> None:
    lane = "telegram:4711|4711"
    with database.transaction() as connection:
        inbox.receive(connection, [event("900", lane, event='{"text": "secret"}', locale="fr")], 0)
        inbox.receive(connection, [event("4711:k1", lane, adapter="web"), event("timer@9", lane, adapter="clock")], 0)
        inbox.receive(connection, [event("other", "telegram:5|5")], 0)
        names, items = inbox.claim(connection, 64)
        inbox.finish(connection, [item.id for item in items])
        inbox.receive(connection, [event("901", lane)], 0)
        inbox.forget_lanes(connection, [])
        inbox.forget_lanes(connection, [lane])
        left = {row.key: row for row in connection.execute(select(inbox_table))}
        assert sorted(left) == ["900", "901", "other"], "what names them is gone, and what rang by itself"
        gone = left["900"]
        assert (gone.lane, gone.place, gone.person, gone.event, gone.locale) == ("", "", "", "", None)
        assert left["other"].person == "5"
        assert left["901"].person == "4711", "what was not handled yet is"
        inbox.release(connection, names, 0)
        inbox.receive(connection, [event("900", lane)], 1)
        assert [item.key for item in inbox.claim(connection, 64)[1]] == ["901"]


# --- Outbox ----------------------------------------------------------------------------------------------------------


def test_a_key_is_sent_once(database: Database) -> None:
    with database.transaction() as connection:
        outbox.put(connection, [letter("1.0")])
        outbox.put(connection, [letter("1.0", payload="other"), letter("1.1")])
        assert outbox.counts(connection) == {"waiting": 2}
        assert [found.payload for found in outbox.due(connection, 0, 9, (), ["telegram"])] == ["{}", "{}"]


def test_replies_leave_before_broadcasts_and_nothing_before_its_time(database: Database) -> None:
    with database.transaction() as connection:
        rows = [("b1", 9, 0), ("r1", 0, 0), ("late", 0, 500), ("t", 5, 0), ("b2", 9, 0), ("r2", 0, 0)]
        outbox.put(connection, [letter(key, rank=rank, due_ms=due) for key, rank, due in rows])
    assert keys_due(database) == ["r1", "r2", "t", "b1", "b2"]
    assert keys_due(database, now=500) == ["r1", "late", "r2", "t", "b1", "b2"]
    assert keys_due(database, n=2, held=("r1",)) == ["r2", "t"]


def test_what_waits_for_an_absent_messenger_holds_up_nobody(database: Database) -> None:
    with database.transaction() as connection:
        outbox.put(connection, [letter(f"m{i}", adapter="matrix", place="matrix:x") for i in range(300)])
        outbox.put(connection, [letter("here", rank=9)])
    assert keys_due(database, n=200) == ["here"]


def test_after_a_stop_what_may_be_repeated_waits_again(database: Database) -> None:
    with database.transaction() as connection:
        outbox.put(connection, [letter("question"), letter("reminder", resend=False), letter("done"), letter("later")])
        outbox.mark_sending(connection, ["question", "reminder", "done"])
        outbox.settle(connection, [{"row": "done", "new_state": outbox.SENT, "new_ref": "7", "new_reason": None}])
    with database.transaction() as connection:
        assert outbox.recover(connection) == (1, 1)
        assert outbox.counts(connection) == {"waiting": 2, "sent": 1, "unsure": 1}
        assert outbox.recover(connection) == (0, 0)
    assert keys_due(database) == ["question", "later"]


def test_a_place_that_is_gone_gets_nothing_more(database: Database) -> None:
    with database.transaction() as connection:
        outbox.put(connection, [letter("a"), letter("b", place="telegram:2")])
        outbox.fail_place(connection, "telegram:1", "blocked")
    assert keys_due(database) == ["b"]


# --- Timers ----------------------------------------------------------------------------------------------------------


def timer(key: str, due_ms: int, **more: object) -> Row:
    row: Row = {"key": key, "timer": "close", "subject": "s", "lane": "l", "detail": "", "fence": None}
    return {**row, "due_ms": due_ms, "wall": None, "zone": None, "late": "fire", **more}


def test_a_timer_is_replaced_by_its_key(database: Database) -> None:
    with database.transaction() as connection:
        timers.arm(connection, [timer("a", 10), timer("b", 20)])
        timers.arm(connection, [timer("a", 30, detail="new")])
        assert [found.key for found in timers.due(connection, 25, 9)] == ["b"]
        assert [(found.key, found.detail) for found in timers.due(connection, 30, 9)] == [("b", ""), ("a", "new")]
        timers.forget(connection, "s")
        assert timers.next_due(connection) is None


# --- Consultations, ballots, audit -----------------------------------------------------------------------------------


def consultation(id: str, state: str) -> consultations.Consultation:
    made = consultations.blank(id, "v", state, results="live", secrecy="open", zone="UTC", now_ms=0)
    return replace(made, key=b"k")


def test_a_state_changes_once_and_only_along_its_path(database: Database) -> None:
    with database.transaction() as connection:
        consultations.add_version(connection, "v", "f", "text", 0)
        consultations.add(connection, consultation("c", "open"))
        assert consultations.change_state(connection, "c", "open", "closing", cut_ms=5)
        assert not consultations.change_state(connection, "c", "open", "closing", cut_ms=9)
        with pytest.raises(ValueError, match="cannot go from closing to open"):
            consultations.change_state(connection, "c", "closing", "open")
        found = consultations.get(connection, "c")
        assert found is not None
        assert (found.state, found.cut_ms) == ("closing", 5)
        assert consultations.destroy_key(connection, "c", 7)
        assert not consultations.destroy_key(connection, "c", 8)


def test_one_ballot_a_token_and_question(database: Database) -> None:
    row = {"consultation": "c", "token": "t", "question": "q", "answer": '["answer","a"]', "wording": "w"}
    with database.transaction() as connection:
        consultations.add_version(connection, "v", "f", "text", 0)
        consultations.add(connection, consultation("c", "open"))
        ballots.put(connection, [row, {**row, "answer": '["answer","b"]'}])
        assert [(found[0], found[2].value) for found in ballots.all_of(connection, "c")] == [("t", "b")]
        columns = [column["name"] for column in inspect(connection).get_columns("ballots")]
        assert not any("ms" in name or name in ("id", "seq") for name in columns)
        if connection.dialect.name == "sqlite":
            with pytest.raises(Exception, match="no such column"):
                connection.exec_driver_sql("SELECT rowid FROM ballots")


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("UPDATE audit SET who = 'somebody else' WHERE id = 3", 3),
        ("UPDATE audit SET detail = 'x' WHERE id = 2", 2),
        ("UPDATE audit SET at_ms = 9 WHERE id = 5", 5),
        ("DELETE FROM audit WHERE id = 2", 3),
    ],
)
def test_the_audit_names_the_first_row_that_was_changed(database: Database, change: str, row: int) -> None:
    with database.transaction() as connection:
        for i in range(5):
            audit.note(connection, at_ms=i, who="w", act="close", subject=f"s{i}")
        assert audit.verify(connection) is None
        connection.exec_driver_sql(change)
        assert audit.verify(connection) == row
