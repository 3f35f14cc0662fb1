"""A bad day: duplicated presses, and a Bot API that fails, refuses and loses its answers.

The one rule: the emulator plans the faults, and counts how often they were met.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from bot.bench.figure import Figure, Found, Size, at_least, at_most
from bot.bench.service import Bot, ask, crowd, emulator

GROUP = "faults"
KINDS = ("bad_gateway", "later", "lost")
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """The same crowd on a good and on a bad day: presses a second, and by how many the votes are wrong."""

    good: float
    bad: float
    met: int
    wrong: int


def figures(size: Size) -> Iterator[Found]:
    day = measure_faults(400 // size.share, 10)
    yield Figure(
        group=GROUP,
        name="presses on a bad day",
        value=day.bad,
        unit="presses/s",
        floor=day.good,
        reach=at_least(day.bad / day.good, HALF, "at least half of a good day"),
        note=f"the floor is a good day; {day.met} faults met",
    )
    yield Figure(
        group=GROUP,
        name="votes lost or counted twice",
        value=day.wrong,
        unit="votes",
        reach=at_most(day.wrong, 0, "none"),
    )


def measure_faults(people: int, questions: int) -> Faulty:
    """A crowd in good weather; then as many others, while one press in five happens twice and of all calls 2 % each
    end in 502, in 429 and in a lost answer."""
    with TemporaryDirectory() as folder, emulator() as (url, token):
        bot = Bot(folder, url, token, questions, TELEGRAM__RATE_LIMITS="false")
        with bot.running():
            crowd(url, people=1, presses=1, first=900_000)
            good = crowd(url, people=people, presses=questions, first=1_000_000, think=0.5)
            for kind in KINDS:
                ask(url, {"do": "fault", "method": "*", "kind": kind, "times": -1, "seconds": 1, "rate": 0.02})
            bad = crowd(url, people=people, presses=questions, first=2_000_000, think=0.5, twice=0.2)
            met = sum(ask(url, {"do": "status"})["faults"].values())
            ask(url, {"do": "calm"})
            ballots = bot.one("SELECT count(*) FROM ballots")
            counted = bot.one("SELECT sum(n) FROM tallies WHERE code = 'n:answered'")
    wanted = 2 * people * questions + 1
    return Faulty(
        good=good["presses"] / good["seconds"],
        bad=bad["presses"] / bad["seconds"],
        met=met,
        wrong=max(abs(ballots - wanted), abs(counted - wanted)),
    )
