"""A vote costs the database as much in a large consultation as in a small one, and many at once no more than few.

Counted in steps of SQLite's machine and in statements, which do not depend on how busy the computer is: a statement
that reads all votes to find one shows at once, and so does one that is made for each event.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.bench import scale, walking
from flows.events import Said
from storage import ballots

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


def statements(folder: Path, people: int, *, typed: bool) -> int:
    """How many statements the answers of so many people to one question take, in one batch."""
    folder.mkdir()
    road, _flow = walking.make_road(str(folder), 3)
    openings = walking.openings(people)
    _seconds, thoughts = walking.timed(road, openings)
    said = Said(at=walking.START, text="2")
    answers = [replace(one, key=f"typed.{one.key}", event=said) for one in openings]
    made: list[str] = []
    event.listen(road.database.engine, "before_cursor_execute", lambda *told: made.append(told[2]))
    walking.timed(road, answers if typed else walking.answers(thoughts, 0))
    taken = len(made)
    with road.database.transaction() as connection:
        assert len(ballots.all_of(connection, "mesure")) == people
    road.database.close()
    return taken


@pytest.mark.sqlite
@pytest.mark.parametrize("typed", [False, True], ids=["pressed", "typed"])
def test_many_answers_at_once_take_as_many_statements_as_few(tmp_path: Path, typed: bool) -> None:
    few, many = (statements(tmp_path / str(people), people, typed=typed) for people in (5, 80))
    assert few == many
