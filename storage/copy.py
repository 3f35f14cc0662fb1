"""Copy a live SQLite database whole.

The one rule: never copy the file. A copy of the main file of a database in use lacks what is still in the write-ahead
log ("no such table" in a test); SQLite's own backup takes everything.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def copy_to(source: Path, target: Path) -> None:
    """A consistent copy of `source` at `target`."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
