"""A Palabre in a process of its own, the Bot API emulator in another, and a crowd of people who press buttons.

The one rule: the emulator holds the watch, keeps the limits and plans the faults, never the bot.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from bot.bench.walking import flow_text

PATIENCE = 120.0
ORGANISER = 9


class Bot:
    """A Palabre in a folder of its own, in front of an emulator."""

    def __init__(self, folder: str, url: str, token: str, questions: int, **settings: str) -> None:
        self.folder, self.url = folder, url
        (Path(folder) / "bench.yaml").write_text(flow_text(questions))
        self.environment = {
            **clean_environment(),
            "PALABRE_TELEGRAM__TOKEN": token,
            "PALABRE_TELEGRAM__BASE_URL": url,
            "PALABRE_WEB__ENABLED": "false",
            "PALABRE_OWNERS": f"telegram:{ORGANISER}",
            "PALABRE_QUIET": "00:00-00:00",
            "PALABRE_LOG": "ERROR",
            **{f"PALABRE_{name}": value for name, value in settings.items()},
        }
        self.command = [sys.executable, "-m", "bot.cli"]
        publish = [*self.command, "publish", "bench.yaml", "--open", "now"]
        subprocess.run(publish, cwd=folder, env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def running(self, program: str | None = None, **settings: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """`palabre run`, or another module that serves."""
        more = {f"PALABRE_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", program] if program is not None else [*self.command, "run"]
        return processing(command, self.folder, self.environment | more)

    def one(self, query: str) -> Any:
        with sqlite3.connect(f"file:{self.folder}/palabre.db?mode=ro", uri=True, timeout=30) as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else None

    def until(self, query: str, wanted: object) -> None:
        end = time.monotonic() + PATIENCE
        while self.one(query) != wanted:
            if time.monotonic() > end:
                raise RuntimeError(f"still not {wanted}: {query}")
            time.sleep(0.1)


def clean_environment() -> dict[str, str]:
    """Ours without the settings of any Palabre that somebody has here."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")}


def pushed(port: int) -> dict[str, str]:
    """The settings with which Telegram pushes to this port."""
    return {
        "TELEGRAM__MODE": "webhook",
        "TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram/in",
        "TELEGRAM__RATE_LIMITS": "false",
        "WEB__ENABLED": "true",
        "WEB__LISTEN": f"127.0.0.1:{port}",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


def memory(pid: int) -> float:
    """Resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return 0.0


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
