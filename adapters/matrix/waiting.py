"""Messages whose key is not here yet: who waits for what, and until when. Pure.

    it arrives without its key      it waits, and so does what the same person says after it, for a few seconds
    the key comes                   it is handed out as if nothing had been
    the seconds pass                its author is told once, and what came after it goes on
    the key comes later             it counts, unless its author said something else meanwhile
    seven days pass                 its author is told that it did not count

The one rule: **a late word never answers another question**. "1" was said to the question of that moment; once its
author went on, it is told to have come too late, never counted for what is asked now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from adapters.base import Inbound
from adapters.matrix.desk import Held
from adapters.matrix.machine import Forged, NoKey

KEPT_MS = 7 * 86_400_000

LOCKED, LATE = "locked", "late"
"""What is told of a message: its key is missing; it did not count."""

Lane = tuple[str, str]
Open = Callable[[Held], Awaitable[Inbound | None]]
"""What a waiting message says, None when nothing to us. NoKey, Forged."""
Tell = Callable[[Held, str], Awaitable[Inbound | None]]


@dataclass(slots=True)
class Outcome:
    """What can be handed out now, and what to note once that is stored. `next_ms` is when to look again."""

    items: list[Inbound] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)
    next_ms: int | None = None


async def look(held: Sequence[Held], now_ms: int, patience_ms: int, open: Open, tell: Tell) -> Outcome:
    """Go through everything that waits, each person's words in their order."""
    found = Outcome()
    stuck: set[Lane] = set()
    behind: dict[Lane, list[str]] = {}
    told = {(one.lane, one.session) for one in held if one.passed}
    for one in held:
        if one.lane in stuck:
            continue
        try:
            item = await open(one)
        except Forged:
            found.gone.append(one.event)
            continue
        except NoKey:
            await _keyless(one, found, now_ms, patience_ms, tell, stuck, told)
            if one.lane not in stuck:
                behind.setdefault(one.lane, []).append(one.event)
            continue
        found.gone.append(one.event)
        if one.overtaken and item is not None:
            item = await tell(one, LATE)
        elif item is not None:
            found.overtaken += behind.pop(one.lane, [])
        found.items += [item] if item is not None else []
    return found


async def _keyless(
    one: Held, found: Outcome, now_ms: int, patience_ms: int, tell: Tell, stuck: set[Lane], told: set[tuple[Lane, str]]
) -> None:
    due = one.since_ms + (KEPT_MS if one.passed else patience_ms)
    if now_ms < due:
        found.next_ms = due if found.next_ms is None else min(found.next_ms, due)
        if not one.passed:
            stuck.add(one.lane)
        return
    if one.passed:
        found.gone.append(one.event)
        word = LATE
    else:
        found.passed.append(one.event)
        word = "" if (one.lane, one.session) in told else LOCKED
        told.add((one.lane, one.session))
    item = await tell(one, word) if word else None
    found.items += [item] if item is not None else []


def lanes(held: Sequence[Held]) -> set[Lane]:
    """The people whose words keep their turn now."""
    return {one.lane for one in held if not one.passed}
