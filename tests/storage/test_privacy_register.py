"""Every column says what it holds about people, and the register is made of that."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import Column

from storage.register import markdown, rows
from storage.tables import OnErase, Personal, metadata

COLUMNS = [column for table in metadata.tables.values() for column in table.columns]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_each_column_carries_its_note(column: Column[object]) -> None:
    assert "personal" in column.info, f"{column}: write `plain(...)` or `personal(...)` in storage/tables.py"
    note = column.info["personal"]
    if note is not None:
        assert isinstance(note, Personal)
        assert all((note.category, note.purpose, note.retention))
        assert isinstance(note.on_erase, OnErase)


def test_a_column_that_addresses_or_names_somebody_is_never_plain() -> None:
    telling = {"person", "lane", "participant", "identity", "token", "answer", "event", "payload", "entry", "who"}
    for column in COLUMNS:
        assert column.name not in telling or column.info["personal"] is not None, column


def test_the_register_lists_them_all() -> None:
    personal = [column for column in COLUMNS if column.info["personal"] is not None]
    assert len(rows()) == len(personal)
    done = subprocess.run([sys.executable, "-m", "storage.register"], capture_output=True, text=True, check=True)
    assert done.stdout == markdown()
    for column in personal:
        assert f"| `{column.table.name}.{column.name}` |" in done.stdout
