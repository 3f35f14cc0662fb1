"""The privacy register, made from the tables: which column holds what about a person, why, and until when.

python -m storage.register        a Markdown table for the record of processing activities
"""

from __future__ import annotations

import sys

from storage.tables import Personal, metadata

_HEAD = ("Column", "What it holds", "Why", "Until when", "In /mydata", "On /erase")


def rows() -> list[tuple[str, ...]]:
    """One row for each column with personal data, in the order of the tables."""
    found: list[tuple[str, ...]] = []
    for table in metadata.tables.values():
        for column in table.columns:
            note: Personal | None = column.info["personal"]
            if note is not None:
                shown = "yes" if note.in_export else "no"
                name = f"`{table.name}.{column.name}`"
                found.append((name, note.category, note.purpose, note.retention, shown, note.on_erase.value))
    return found


def markdown() -> str:
    lines = [_HEAD, ("---",) * len(_HEAD), *rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(markdown())
