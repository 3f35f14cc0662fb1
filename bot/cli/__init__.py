"""The command line. Exit status: 0 done, 1 the thing asked for has mistakes or is not possible, 2 wrong usage."""

from bot.cli import audit, bench, broadcasts, consultations, files, keeping, proposals, server, status
from bot.cli.group import main

__all__ = ["audit", "bench", "broadcasts", "consultations", "files", "keeping", "main", "proposals", "server", "status"]
