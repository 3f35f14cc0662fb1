"""Leases on a real PostgreSQL: two connections, the database's clock, and somebody who stood still."""

import time

import psycopg
import pytest

from storage import leases
from storage.database import Database
from storage.leases import LeaseLost


@pytest.fixture
def database(postgresql):
    found = Database(postgresql.url)
    yield found
    found.close()


def take(database, owner, seconds=30.0):
    with database.transaction() as connection:
        return leases.take(connection, "telegram", owner, seconds)


def test_one_at_a_time(database):
    first = take(database, "a")
    assert first is not None
    assert take(database, "b") is None
    assert take(database, "a") is None


def test_whoever_comes_after_the_time_is_over_has_another_epoch(database):
    first = take(database, "a", seconds=0.05)
    time.sleep(0.1)
    second = take(database, "b")
    assert second.epoch == first.epoch + 1
    with database.transaction() as connection:
        assert not leases.renew(connection, first, 30)
        assert leases.renew(connection, second, 30)
        leases.give_back(connection, first)  # not ours to give
        assert leases.holders(connection) == {"telegram": "b"}


def test_a_late_holder_whom_nobody_replaced_goes_on(database):
    first = take(database, "a", seconds=0.05)
    time.sleep(0.1)
    with database.transaction() as connection:
        leases.confirm(connection, {"telegram": first.epoch})
        assert leases.renew(connection, first, 30)
    assert take(database, "b") is None


def test_given_back_it_is_free_at_once_and_its_epoch_never_comes_again(database):
    first = take(database, "a")
    with database.transaction() as connection:
        leases.give_back(connection, first)
        assert leases.holders(connection) == {}
    assert take(database, "b").epoch == first.epoch + 1


def test_confirm_says_which_are_lost_and_nothing_of_the_transaction_stays(database):
    first = take(database, "a", seconds=0.05)
    time.sleep(0.1)
    take(database, "b")

    def late(connection):
        connection.exec_driver_sql("INSERT INTO meta (name, value) VALUES ('late', 'x')")
        leases.confirm(connection, {"telegram": first.epoch})

    with pytest.raises(LeaseLost) as lost:
        database.within(late)
    assert lost.value.names == {"telegram"}
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM meta WHERE name = 'late'").scalar() == 0


def test_nobody_takes_it_before_a_confirmed_transaction_has_ended(database):
    first = take(database, "a", seconds=0.05)
    time.sleep(0.1)
    with database.transaction() as writing:
        leases.confirm(writing, {"telegram": first.epoch})
        assert take(database, "b") is None
    assert take(database, "b") is not None


def test_the_time_is_the_databases(database, postgresql):
    take(database, "a", seconds=60)
    with psycopg.connect(postgresql.url) as raw:
        left = raw.execute("SELECT until_ms - extract(epoch FROM now()) * 1000 FROM leases").fetchone()[0]
    assert 50_000 < left <= 60_100


def test_the_same_on_sqlite(tmp_path):
    from storage import migrate

    database = Database(f"sqlite:///{tmp_path / 'palabre.db'}")
    migrate.upgrade(database)
    first = take(database, "a", seconds=0.05)
    assert take(database, "b") is None
    time.sleep(0.1)
    assert take(database, "b").epoch == first.epoch + 1
    database.close()
