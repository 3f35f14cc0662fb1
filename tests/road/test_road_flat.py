"""A vote costs the database as much in a large consultation as in a small one.

Counted in steps of SQLite's machine, which do not depend on how busy the computer is: a statement that reads all votes
to find one shows at once.
"""

from __future__ import annotations

import pytest

from bot.bench import scale

STEP = 100
FEW, MANY = 300, 6_000


def steps(voters: int) -> int:
    """Hundreds of steps for a thousand votes in a poll in which so many have voted, half of them changes."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    with scale.filled(voters) as (road, _flow):
        with road.database.transaction() as connection:
            raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.set_progress_handler(count, STEP)
        spent = list(scale.pressed(road, voters, scale.BY_HALVES, times=1))
        raw.set_progress_handler(None, 0)
        assert len(spent) == 1
    return taken


@pytest.mark.sqlite
def test_a_vote_takes_as_many_steps_among_thousands_as_among_hundreds() -> None:
    few, many = steps(FEW), steps(MANY)
    assert many < 1.2 * few, (few, many)
