"""`BENCH.md`: the page of figures, written by the command alone.

The one rule: a run of some groups replaces the tables of those groups and leaves the others as they are. So it may not
mix machines: figures that were taken elsewhere are refused, never mended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.bench.figure import HEADS, RULER, Figure, Found, Group, LeftOut, row
from bot.bench.machine import Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When, on what and how carefully it was measured."""

    machine: str
    versions: str
    day: date
    load: Load
    rounds: int
    quick: bool


class Elsewhere(Exception):
    """The page holds figures of another machine."""


_OPENS = """\
# Figures

Written by `make bench`; nobody writes here by hand. A figure means little without its floor: the least that a bare
program can do of the same, on the same machine, in the same run. *Ratio* is the value divided by the floor. *Reached*
says whether what was promised (*Reach*) is so.

"""
_SECTION = re.compile(r"^## (\w+): .*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_MACHINE = re.compile(r"^- Machine: (.*)$", re.MULTILINE)


def require_same_machine(old: str, machine: str) -> None:
    """Raises `Elsewhere` when the page was written on another one."""
    there = _MACHINE.search(old)
    if there is not None and there[1] != machine:
        raise Elsewhere(
            f"The figures in this file come from another machine ({there[1]}). Measure all groups, or name another "
            "file with --write."
        )


def page(old: str, run: Run, groups: Sequence[Group], found: Mapping[str, Sequence[Found]]) -> str:
    """The whole page: `found` anew, what `old` says about the other groups as it was, in the order of `groups`."""
    sections = {match[1]: match[0].rstrip() for match in _SECTION.finditer(old)}
    sections |= {group.name: _section(group, run, found[group.name]) for group in groups if group.name in found}
    told = [sections[group.name] for group in groups if group.name in sections]
    return _OPENS + _about(run) + "\n" + "\n\n".join(told) + "\n"


def _about(run: Run) -> str:
    lines = [
        f"- Machine: {run.machine}",
        f"- Versions: {run.versions}",
        f"- Last run: {run.day.isoformat()}, load average {run.load.average:.2f} at its start",
    ]
    warning = f"\n**{run.load.warning}**\n" if run.load.warning else ""
    return "\n".join(lines) + "\n" + warning


def _section(group: Group, run: Run, found: Sequence[Found]) -> str:
    figures = [one for one in found if isinstance(one, Figure)]
    left_out = [one.sentence for one in found if isinstance(one, LeftOut)]
    parts = [f"## {group.name}: {group.title}", group.about, _taken(run)]
    if figures:
        parts.append("\n".join(("| " + " | ".join(HEADS) + " |", RULER, *map(row, figures))))
    return "\n\n".join((*parts, *left_out))


def _taken(run: Run) -> str:
    rounds = f"the median of {run.rounds} rounds" if run.rounds > 1 else "one round"
    told = f"Measured on {run.day.isoformat()}, {rounds}, load average {run.load.average:.2f} at the start."
    if run.quick:
        told += " **Quick: a tenth of the work, to see that it runs; the figures mean nothing.**"
    if run.load.warning:
        told += f" **{run.load.warning}**"
    return told
