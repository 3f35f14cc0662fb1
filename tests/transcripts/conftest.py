"""The transcripts' own modules, importable by name; a migrated database to copy."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once."""
    from house import empty_database

    return empty_database(tmp_path_factory.mktemp("template"))
