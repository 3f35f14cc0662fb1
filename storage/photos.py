"""Which photos are still part of something: by their references in proposals, and in answers that are still somebody's.

The one rule: an answer keeps its photo only as long as it is linked to its author. Once the key of a consultation is
destroyed (or a person erased their data) the session is empty, and the photo goes with it.
"""

from __future__ import annotations

import re

from sqlalchemy import select

from storage.database import Connection
from storage.tables import sessions
from storage.tables_proposals import proposals


def referred(connection: Connection, prefix: str) -> set[str]:
    """Every reference that begins with `prefix` (`web:`), followed by letters and digits."""
    found = set(
        connection.scalars(select(proposals.c.photo).where(proposals.c.photo.startswith(prefix, autoescape=True)))
    )
    reference = re.compile(re.escape(prefix) + "[0-9a-f]{32}")
    states = select(sessions.c.state).where(sessions.c.state.contains(f'"{prefix}', autoescape=True))
    for state in connection.execute(states, execution_options={"yield_per": 500}).scalars():
        found.update(reference.findall(state))
    return {ref for ref in found if ref is not None}
