"""The road on PostgreSQL, thought in one process or in several.

The one rule: everybody has their presses before the watch starts, and it stops when the last of them has nothing to do,
so that nothing is counted but storing and thinking.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.base import Inbound
from bot.bench import walking
from storage.database import Database
from storage.moving import move


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Events a second, and how many cores the whole machine kept busy meanwhile (0 where the system does not say)."""

    per_second: float
    busy: float


def fill(url: str, file: Path) -> None:
    """Put what the file holds into an empty database."""
    source, target = Database(f"sqlite:///{file}"), Database(url)
    try:
        move(source, target)
    finally:
        source.close()
        target.close()


def measure_crew(url: str, workers: int, rounds: int) -> Rate:
    """So many workers take the same number of people each through `rounds` questions. The database holds people who
    were asked the first, which is not counted: with it statements are prepared."""
    psycopg: Any = importlib.import_module("psycopg")
    spent = busy = 0.0
    events, seen, answered = 0, 0, 0
    with ExitStack() as all_of_them, psycopg.connect(url, autocommit=True) as line:
        crew = [all_of_them.enter_context(_worker(url)) for _ in range(workers)]
        for round in range(1, rounds + 1):
            said = line.execute(_LETTERS, (seen,)).fetchall()
            seen = max(row[0] for row in said)
            items = list(walking.presses((row[1:] for row in said), round))
            _give(crew, [items[at::workers] for at in range(workers)])
            began, worked = time.perf_counter(), _busy()
            _give(crew, ["go"] * workers)
            answered += len(items)
            if round > 1:
                spent += time.perf_counter() - began
                busy += _busy() - worked
                events += len(items)
        counted = line.execute("SELECT count(*) FROM ballots").fetchone()[0]
        assert counted == answered, f"{counted} ballots of {answered}"
        _send(crew, [None] * workers)
    return Rate(per_second=events / spent, busy=busy / spent)


_LETTERS = 'SELECT id, "key", place, payload FROM outbox WHERE id > %s AND replaces IS NULL ORDER BY id'


@contextmanager
def _worker(url: str) -> Iterator[subprocess.Popen[bytes]]:
    command, environment = [sys.executable, "-m", "bot.bench.worker"], {**os.environ, "PALABRE_DATABASE__URL": url}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _give(crew: Sequence[subprocess.Popen[bytes]], words: Sequence[str | list[Inbound]]) -> None:
    """Tell each something, then wait until all have answered."""
    _send(crew, words)
    for process in crew:
        assert process.stdout is not None
        pickle.load(process.stdout)


def _send(crew: Sequence[subprocess.Popen[bytes]], words: Sequence[object]) -> None:
    for process, word in zip(crew, words, strict=True):
        assert process.stdin is not None
        pickle.dump(word, process.stdin)
        process.stdin.flush()


def _busy() -> float:
    """Seconds of processor time that all cores together have worked since the machine started."""
    try:
        fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    except OSError:
        return 0.0
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / os.sysconf("SC_CLK_TCK")
