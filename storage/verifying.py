"""Is the audit whole? Every row against the chain, and every decision against the audit, both ways.

The one rule: what is wrong is named by its row. A row whose content was changed does not fit its own hash; where one
was taken out or put in, the next row does not follow; a decision and its line in the audit say the same or are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from storage.audit import digest
from storage.tables import audit, decisions

Fault = Literal["altered", "broken", "unwritten", "undecided"]


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong with row `id` of the audit, or of the decisions (`unwritten`).

    altered     its content is not what was written
    broken      it does not follow the row before: one was taken out, put in, or written anew
    unwritten   a decision that the audit does not know, or knows otherwise
    undecided   a line about a decision that is not on file
    """

    fault: Fault
    id: int


def breaches(connection: Connection) -> list[Breach]:
    """Everything that is wrong, in order; nothing when all is well."""
    return [*_chain(connection), *_decisions(connection)]


def _chain(connection: Connection) -> Iterator[Breach]:
    before = ""
    for row in connection.execute(select(audit).order_by(audit.c.id)).mappings():
        written = digest(row["before"], row["at_ms"], row["who"], row["act"], row["subject"], row["detail"])
        if row["hash"] != written:
            yield Breach("altered", int(row["id"]))
        elif row["before"] != before:
            yield Breach("broken", int(row["id"]))
        before = row["hash"]


_BY_AUTHORS = ("accepted",)
"""What an author does with a case; it is no decision of a moderator's."""
_OVERTAKEN = "overtaken"
"""Decided, and found impossible in the same breath: the line says so, whatever was decided."""


def _decisions(connection: Connection) -> Iterator[Breach]:
    lines = [
        (int(row.id), (row.detail.partition(":")[0], row.who, row.at_ms), row.detail)
        for row in connection.execute(select(audit).where(audit.c.act == "decide").order_by(audit.c.id))
    ]
    left: dict[tuple[str, str, int], list[tuple[int, str]]] = {}
    for id, key, detail in lines:
        left.setdefault(key, []).append((id, detail))
    for row in connection.execute(select(decisions).order_by(decisions.c.id)):
        known = left.get((str(row.case), str(row.who), row.at_ms), [])
        meant = " ".join(part for part in (f"{row.case}:", row.outcome, row.reason or "", row.detail) if part)
        fitting = next((one for one in known if _says(one[1], meant, f"{row.case}: {_OVERTAKEN}")), None)
        if fitting is None:
            yield Breach("unwritten", int(row.id))
        else:
            known.remove(fitting)
    for id, _key, detail in lines:
        unmatched = any(id == one for one, _detail in left[_key])
        if unmatched and not _is_of_author(detail):
            yield Breach("undecided", id)


def _says(detail: str, *meant: str) -> bool:
    """A line about a group names the group behind what was decided."""
    return any(detail == one or detail.startswith(f"{one} ") for one in meant)


def _is_of_author(detail: str) -> bool:
    return detail.partition(": ")[2].split(" ", 1)[0] in _BY_AUTHORS
