"""What a figure was measured on: processor, memory, system, versions.

The one rule: nothing that says whose machine it is. No host name, no path, no address.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.bench import postgres

HALF = 0.5
"""A machine that is busier than this share of its cores tells more about its other work than about us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How busy the machine was before anything began."""

    average: float
    cores: int

    @property
    def warning(self) -> str:
        if self.average <= self.cores * HALF:
            return ""
        return (
            f"Warning: the machine was busy with something else (load average {self.average:.2f} on {self.cores} "
            "cores). These figures are worse than the truth."
        )


def load() -> Load:
    return Load(average=os.getloadavg()[0], cores=cores())


def cores() -> int:
    """Those that we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{_processor()}, {cores()} cores, {memory:.0f} GB of memory, {_system()}"


def versions() -> str:
    """Of what the figures depend on most."""
    told = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}", f"PostgreSQL {_postgres()}"]
    for name, package in (("SQLAlchemy", "sqlalchemy"), ("psycopg", "psycopg"), *_TELEGRAM, ("Palabre", "palabre")):
        try:
            told.append(f"{name} {version(package)}")
        except PackageNotFoundError:
            told.append(f"{name} not installed")
    return ", ".join(told)


_TELEGRAM = (("python-telegram-bot", "python-telegram-bot"),)


def _postgres() -> str:
    return postgres.version() or "not here"


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.machine()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    return f"{name}, {platform.system()} {platform.release().partition('-')[0]} {platform.machine()}"
