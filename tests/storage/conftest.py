"""A real SQLite file in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import migrate
from storage.database import Database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "palabre.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{file}")
    migrate.upgrade(database)
    yield database
    database.close()
