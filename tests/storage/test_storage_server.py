"""PostgreSQL: the same shape, opened so that nothing is kept in the session, and several who write at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import OnServer, Server
from sqlalchemy import BigInteger, Integer, String

from storage import audit, locks, meta, migrate, shelf
from storage.database import Again, Away, Connection, Database, Full, StorageError
from storage.server import LOCK_MS
from storage.tables import metadata

WRITERS = 4


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result(60) for done in [pool.submit(act) for act in acts]]


# --- The shape -------------------------------------------------------------------------------------------------------


def test_the_migrated_shape_is_the_one_the_tables_say(postgresql: OnServer) -> None:
    """But for the widths, which there are none of: texts of any length, whole numbers of 64 bits, as on SQLite."""
    database = Database(postgresql.url)
    with database.transaction() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    database.close()
    assert [change for change in found if not (isinstance(change, list) and _only_wider(change))] == []


def _only_wider(change: Any) -> bool:
    kind, _schema, _table, _column, _about, there, said = change[0]
    texts = isinstance(there, String) and there.collation == "C" and isinstance(said, String)
    numbers = isinstance(there, BigInteger) and isinstance(said, Integer)
    return len(change) == 1 and kind == "modify_type" and (texts or numbers)


def test_texts_are_compared_byte_by_byte(postgresql: OnServer) -> None:
    collations = postgresql.rows(
        "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND data_type = 'text'"
    )
    assert collations == [("C",)]


def test_several_that_start_at_once_migrate_once(server: Server) -> None:
    name = server.new(of=None)
    databases = [Database(server.url_of(name)) for _ in range(WRITERS)]
    at_once(*(lambda database=database: migrate.upgrade(database) for database in databases))
    assert {migrate.current(database) for database in databases} == {migrate.known()}
    for database in databases:
        database.close()
    server.drop(name)


# --- The line --------------------------------------------------------------------------------------------------------


def test_nothing_is_kept_in_the_session(postgresql: OnServer) -> None:
    """What a pooler would hand on to somebody else: after a transaction the session is as it was before the first."""
    asked = "SELECT name, setting FROM pg_settings WHERE source = 'session' ORDER BY name"
    database = Database(postgresql.url)
    with database.transaction() as connection:
        locks.alone(connection, "consultation", "c")
        inside = {name: setting for name, setting in connection.exec_driver_sql(asked)}  # noqa: C416
        assert inside["lock_timeout"] == str(LOCK_MS)
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
        raw: Any = connection.connection.dbapi_connection
    assert [name for name, _setting in raw.execute(asked).fetchall()] in ([], ["transaction_isolation"])
    assert raw.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
    assert raw.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)
    raw.rollback()
    database.close()


@pytest.mark.parametrize("url", ["postgresql://ana:geheim@127.0.0.1:1/nowhere", "postgres://ana:geheim@127.0.0.1:1/x"])
def test_a_server_that_is_not_there_is_a_sentence_without_the_password(url: str) -> None:
    database = Database(url)
    with pytest.raises(Away, match="cannot be reached") as caught, database.transaction():
        pass
    assert "geheim" not in str(caught.value) + database.name
    database.close()


def test_a_line_that_was_cut_is_a_sentence_and_the_next_one_holds(postgresql: OnServer) -> None:
    database = Database(postgresql.url)

    def cut() -> None:
        with database.transaction() as connection:
            meta.put(connection, "half", "1")
            others = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ? AND pid <> pg_backend_pid()"
            )
            postgresql.rows(others, (postgresql.name,))
            meta.put(connection, "half", "2")

    with pytest.raises(Away):
        cut()
    with database.transaction() as connection:
        assert meta.get(connection, "half") is None
    database.close()


def test_who_may_only_read_is_told_so(postgresql: OnServer) -> None:
    database = Database(postgresql.url, read_only=True)
    with pytest.raises(Full, match="cannot be written"), database.transaction() as connection:
        meta.put(connection, "n", "1")
    database.close()


def test_what_was_written_is_not_in_a_message(postgresql: OnServer) -> None:
    database = Database(postgresql.url)
    with pytest.raises(Exception) as caught, database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO meta (name) VALUES (%s)", ("needle in a haystack",))
    assert "needle" not in str(caught.value).partition("DETAIL")[0]
    database.close()


# --- Several writers -------------------------------------------------------------------------------------------------


def test_two_who_wait_for_each_other_are_run_again(postgresql: OnServer) -> None:
    """One of them is taken back by the server; the whole of it is run once more, and both are done."""
    both = threading.Barrier(2)
    tries: list[str] = []

    def write(first: str, second: str) -> None:
        database = Database(postgresql.url)

        def act(connection: Connection) -> None:
            tries.append(first)
            meta.put(connection, first, second)
            if len(tries) <= 2:
                both.wait(10)
            meta.put(connection, second, first)

        database.within(act)
        database.close()

    at_once(lambda: write("a", "b"), lambda: write("b", "a"))
    assert len(tries) == 3
    assert sorted(postgresql.rows("SELECT name FROM meta WHERE name IN ('a', 'b')")) == [("a",), ("b",)]


def test_what_never_goes_through_is_left_to_the_caller(postgresql: OnServer) -> None:
    database = Database(postgresql.url)
    tries = []

    def act(connection: Connection) -> None:
        tries.append(1)
        connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$")

    with pytest.raises(Again):
        database.within(act)
    assert len(tries) == 8
    database.close()


def test_what_somebody_else_has_added_is_found_the_second_time(postgresql: OnServer) -> None:
    database = Database(postgresql.url)
    found: list[str | None] = []

    def act(connection: Connection) -> None:
        found.append(meta.get(connection, "n"))
        if found[-1] is None:
            postgresql.rows("INSERT INTO meta VALUES ('n', 'theirs')")
            connection.exec_driver_sql("INSERT INTO meta VALUES ('n', 'ours')")

    database.within(act)
    assert found == [None, "theirs"]
    database.close()


def test_the_chain_of_the_audit_holds_and_nobody_gets_the_same_number(postgresql: OnServer) -> None:
    def write(who: int) -> None:
        database = Database(postgresql.url)
        for n in range(10):

            def act(connection: Connection, n: int = n) -> None:
                audit.note(connection, at_ms=n, who=str(who), act="test", subject="s")
                shelf.put(connection, "web:p", f"{who}.{n}", {"text": "x"}, n)

            database.within(act)
        database.close()

    at_once(*(lambda who=who: write(who) for who in range(WRITERS)))
    database = Database(postgresql.url)
    with database.transaction() as connection:
        assert audit.verify(connection) is None
        assert audit.size(connection) == 10 * WRITERS
        assert [number for number, _entry in shelf.since(connection, "web:p", 0)] == list(range(1, 10 * WRITERS + 1))
    database.close()


def test_no_update_is_lost_between_writers(postgresql: OnServer) -> None:
    def add() -> None:
        database = Database(postgresql.url)
        for _ in range(10):

            def act(connection: Connection) -> None:
                locks.alone(connection, "test", "n")
                meta.put(connection, "n", str(int(meta.get(connection, "n") or 0) + 1))

            database.within(act)
        database.close()

    at_once(*([add] * WRITERS))
    assert postgresql.rows("SELECT value FROM meta WHERE name = 'n'") == [(str(10 * WRITERS),)]


def test_who_closes_waits_for_those_who_vote_and_goes_before_those_who_come_later(postgresql: OnServer) -> None:
    order: list[str] = []
    voting, closing = threading.Event(), threading.Event()

    def act(what: str, take: Callable[..., None], before: Callable[[], None], inside: Callable[[], None]) -> None:
        database = Database(postgresql.url)
        before()
        with database.transaction() as connection:
            take(connection, "consultation", "c")
            inside()
            order.append(what)
        database.close()

    def wait_for_the_others() -> None:
        voting.set()
        while len(postgresql.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")) < 2:
            pass

    def come_later() -> None:
        closing.wait(10)
        while not postgresql.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            pass

    def close() -> None:
        voting.wait(10)
        closing.set()

    at_once(
        lambda: act("vote", locks.share, lambda: None, wait_for_the_others),
        lambda: act("close", locks.alone, close, lambda: None),
        lambda: act("late vote", locks.share, come_later, lambda: None),
    )
    assert order == ["vote", "close", "late vote"]


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(StorageError, match=r"SQLite .* PostgreSQL"):
        Database("mysql://ana:geheim@localhost/x")
