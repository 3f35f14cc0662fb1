"""Take figures, group by group: say each as soon as it is there, and write the page after each group.

The one rule: a group that fails stops nobody. It is said so, on the page too, and the command ends with status 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from bot.bench import machine, page
from bot.bench.figure import Found, Group, LeftOut, Size, line
from bot.bench.groups import GROUPS
from bot.upkeep import calm_collector

QUICK = 10
"""Part of the work that is done to see that it runs."""


def measure(names: Sequence[str], *, quick: bool, rounds: int, write: Path | None, say: Callable[[str], None]) -> bool:
    """The groups of these names, or all. False when one of them failed. Raises `page.Elsewhere` before anything is
    measured when the page to write holds figures of another machine."""
    run = page.Run(
        machine=machine.machine(),
        versions=machine.versions(),
        day=datetime.now(UTC).date(),
        load=machine.load(),
        rounds=1 if quick else rounds,
        quick=quick,
    )
    wanted = [group for group in GROUPS if not names or group.name in names]
    old = write.read_text(encoding="utf-8") if write is not None and write.exists() else ""
    if len(wanted) < len(GROUPS):
        page.require_same_machine(old, run.machine)
    say(f"{run.machine}\n{run.versions}")
    if run.load.warning:
        say(run.load.warning)
    calm_collector()
    size = Size(rounds=run.rounds, share=QUICK if quick else 1)

    def keep(found: Mapping[str, Sequence[Found]]) -> None:
        if write is not None:
            write.write_text(page.page(old, run, GROUPS, found), encoding="utf-8")

    return take(wanted, size, say, keep)[1]


Keep: TypeAlias = Callable[[Mapping[str, Sequence[Found]]], None]


def take(
    groups: Sequence[Group], size: Size, say: Callable[[str], None], keep: Keep
) -> tuple[dict[str, list[Found]], bool]:
    """What each group found, and whether none broke off; `keep` is called with it after each group."""
    found: dict[str, list[Found]] = {}
    well = True
    for group in groups:
        say(f"{group.name}: {group.title}")
        found[group.name] = []
        well &= _take(group, size, found[group.name], say)
        keep(found)
    return found, well


def _take(group: Group, size: Size, found: list[Found], say: Callable[[str], None]) -> bool:
    """Add what is found to `found`, one by one; False when it broke off."""
    try:
        for one in group.measure(size):
            found.append(one)
            say(line(one))
    except Exception as error:
        found.append(LeftOut(group=group.name, sentence=f"Broke off: {type(error).__name__}: {error}"))
        say(line(found[-1]))
        return False
    return True
