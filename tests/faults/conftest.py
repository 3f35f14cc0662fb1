"""The whole road, and the whole service, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from damaging import Mill
from postgres import OnServer, address, on_both


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "mill")
    on_both(metafunc, "elsewhere")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, kind: str) -> OnServer | None:
    """A database on a server, or None: the service keeps everything in a file."""
    return request.getfixturevalue("postgresql") if kind == "postgresql" else None


@pytest.fixture
def mill(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Mill]:
    found = Mill(address(request, kind, tmp_path / "mill.db"))
    yield found
    found.close()
