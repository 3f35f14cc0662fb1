"""The whole road on both databases, for what comes damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from damaging import Mill
from postgres import address, on_both


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "mill")


@pytest.fixture
def mill(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Mill]:
    found = Mill(address(request, kind, tmp_path / "mill.db"))
    yield found
    found.close()
