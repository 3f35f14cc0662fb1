"""A crowd through Telegram: the emulator in one process, the bot in another, people who press as soon as they are
answered.

The one rule: Palabre and the stock bot meet the same crowd, on the same emulator, in the same run. Palabre does more
for each press (it edits the answered question, then asks the next one); that is not taken off.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.bench.road import flow_text

PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a crowd lived through: presses a second, milliseconds until the reply, the bot's memory and processor."""

    presses: int
    per_second: float
    reply_p50_ms: float
    reply_p95_ms: float
    memory_mb: float
    cpu_ms: float
    """Processor time of the bot for each press."""


def measure_palabre(people: int, presses: int, crowds: int = 1) -> Run:
    """A consultation of `presses` questions; crowds of `people` answer all of them, one crowd after the other."""
    with TemporaryDirectory() as folder, emulator() as (url, token):
        (Path(folder) / "bench.yaml").write_text(flow_text(presses))
        environment = {
            **os.environ,
            "PALABRE_TELEGRAM__TOKEN": token,
            "PALABRE_TELEGRAM__BASE_URL": url,
            "PALABRE_TELEGRAM__RATE_LIMITS": "false",
            "PALABRE_WEB__ENABLED": "false",
            "PALABRE_LOG": "ERROR",
        }
        palabre = [sys.executable, "-m", "bot.cli"]
        publish = [*palabre, "publish", "bench.yaml", "--open", "now"]
        subprocess.run(publish, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        with processing([*palabre, "run"], folder, environment) as bot:
            return _measure(url, bot, people, presses, crowds)


def measure_stock(people: int, presses: int, crowds: int = 1) -> Run:
    """The same crowd in front of python-telegram-bot as it comes."""
    with TemporaryDirectory() as folder, emulator() as (url, token):
        command = [sys.executable, "-m", "adapters.telegram.stock", url, token, f"{folder}/votes.db"]
        with processing(command, folder, dict(os.environ)) as bot:
            return _measure(url, bot, people, presses, crowds)


def _measure(url: str, bot: subprocess.Popen[bytes], people: int, presses: int, crowds: int) -> Run:
    crowd(url, people=1, presses=1, first=900_000)
    before = processor(bot.pid)
    found = [crowd(url, people=people, presses=presses, first=1_000_000 + people * number) for number in range(crowds)]
    spent = processor(bot.pid) - before
    done = sum(figures["presses"] for figures in found)
    middle = sorted(found, key=lambda figures: float(figures["presses_per_second"]))[crowds // 2]
    return Run(
        presses=done,
        per_second=done / sum(figures["seconds"] for figures in found),
        reply_p50_ms=middle["reply_ms"]["p50"],
        reply_p95_ms=middle["reply_ms"]["p95"],
        memory_mb=_memory(bot.pid),
        cpu_ms=spent * 1000 / done,
    )


def crowd(url: str, **people: float) -> dict[str, Any]:
    """Let a crowd loose and wait until everybody is through."""
    ask(url, {"do": "crowd", "opening": "/start", "choice": 0, **people})
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(0.2)
        figures = ask(url, {"do": "figures"})
        if figures["done"]:
            return figures
    raise RuntimeError(f"the crowd got stuck: {figures}")


def ask(url: str, request: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(request).encode()
    call = urllib.request.Request(f"{url}/control", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(call, timeout=PATIENCE + 30) as answer:
        reply: dict[str, Any] = json.load(answer)
    return reply


@contextmanager
def emulator() -> Iterator[tuple[str, str]]:
    """The Bot API emulator in a process of its own: (address, token)."""
    command = [sys.executable, "-m", "adapters.telegram_emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url, token = process.stdout.readline().split()
            yield url, token
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@contextmanager
def processing(command: list[str], folder: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            time.sleep(0.5)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _memory(pid: int) -> float:
    """Resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return 0.0


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
