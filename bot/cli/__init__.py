"""The command line. Exit status: 0 done, 1 the thing asked for has mistakes or is not possible, 2 wrong usage."""

from bot.cli import audit, consultations, files, proposals, server
from bot.cli.group import main

__all__ = ["audit", "consultations", "files", "main", "proposals", "server"]
