"""How a consultation stands with what it promised: signatures and their goals, official answers and which are late.

The one rule: how many answers are overdue is told to everybody, always. Signatures are a result, and told when that may
be seen.
"""

from __future__ import annotations

from bot.followup import owing, thresholds
from bot.visibility import visible
from flows.flow import Flow
from storage.consultations import Consultation
from storage.database import Connection


def sentences(
    connection: Connection, run: Consultation, flow: Flow, now_ms: int, lang: str, *, all_of_it: bool = False
) -> list[str]:
    """Each as a sentence; none where nothing was promised. `all_of_it`: for those who look after it."""
    counted = all_of_it or visible(run)
    return [
        *(thresholds.sentences(connection, run.id, flow, lang) if counted else ()),
        *owing.sentences(connection, run, flow, now_ms, lang),
    ]
