"""An empty database: a real SQLite file in a temporary folder, or one on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import address, on_both

from storage import migrate
from storage.database import Database


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    own = [name for name in ("file", "kind") if name in metafunc.definition.obj.__code__.co_varnames]
    if "kind" not in own:
        on_both(metafunc, "database", *(["database"] if "file" in own else []))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "palabre.db"


@pytest.fixture
def database(request: pytest.FixtureRequest, kind: str, file: Path) -> Iterator[Database]:
    database = Database(address(request, kind, file))
    migrate.upgrade(database)
    yield database
    database.close()
