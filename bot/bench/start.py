"""How long a start takes: from the command to the first answer that everything is well.

The one rule: the floor pays for the same libraries, because most of a start in Python is importing.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from tempfile import TemporaryDirectory

from bot.bench.figure import Figure, Found, Size, median
from bot.bench.memory import LIBRARIES
from bot.bench.service import PATIENCE, Bot, clean_environment, emulator, free_port

GROUP = "start"
TIMES = 3
"""So many starts in each round."""


def figures(size: Size) -> Iterator[Found]:
    own, bare = [], []
    with TemporaryDirectory() as folder, emulator() as (url, token):
        port = free_port()
        bot = Bot(folder, url, token, 1, WEB__ENABLED="true", WEB__LISTEN=f"127.0.0.1:{port}")
        for _ in range(size.rounds * TIMES):
            own.append(measure_start(bot, port))
            bare.append(measure_bare())
    yield Figure(
        group=GROUP,
        name="from `palabre run` to /health",
        value=median(own),
        unit="s",
        floor=median(bare),
        note=f"the floor is Python that imports {LIBRARIES}",
    )


def measure_start(bot: Bot, port: int) -> float:
    """Seconds until the service says that it is well; the database is there already."""
    began = time.perf_counter()
    with subprocess.Popen([*bot.command, "run"], cwd=bot.folder, env=bot.environment, stdout=subprocess.DEVNULL) as it:
        try:
            while not _well(port):
                if time.perf_counter() - began > PATIENCE:
                    raise RuntimeError("the service does not start")
                time.sleep(0.01)
            return time.perf_counter() - began
        finally:
            it.terminate()


def _well(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def measure_bare() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {LIBRARIES}"], env=clean_environment(), check=True)
    return time.perf_counter() - began
