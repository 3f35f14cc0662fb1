"""A worker in a process of its own, as `palabre run` has one beside others, without any messenger.

    PALABRE_DATABASE__URL=... python -m bot.bench.worker

The one rule: it measures nothing. It is given presses, says that it has them, begins when it is told to, and says when
nothing waits any more; whoever started it holds the watch.
"""

from __future__ import annotations

import os
import pickle
import sys

from bot.bench import walking
from bot.upkeep import calm_collector
from storage.database import Database


def main(url: str) -> None:
    database = Database(url)
    road = walking.road_on(database, alone=False)
    calm_collector()
    while (items := pickle.load(sys.stdin.buffer)) is not None:
        _say("ready")
        pickle.load(sys.stdin.buffer)
        _say(sum(thought.events for thought in walking.through(road, items)))
    database.close()


def _say(word: object) -> None:
    pickle.dump(word, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(os.environ["PALABRE_DATABASE__URL"])
