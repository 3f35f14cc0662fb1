"""How much one person, and one group, may say: enough for anybody at their fastest, not for a machine.

    a person   300 at once, then two a second, whatever they send
    a group    1,000 typed messages at once, then ten a second; presses are never counted against a group, because in
               a lively one they are the votes of hundreds

Whoever is above is told once, in private, that the rest was not read. The service as a whole needs no bucket: it stores
before it reads on, and the doors that others push through (`adapters.telegram.webhook`, `adapters.web`) say "later"
while too much waits.

The one rule: the time is that of the messages, and what is spent is written down only after the commit. So what a
messenger held while we were away is no flood, and a batch that is handed over again because the database stood still
counts once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.base import Batch, Inbound, messenger_of
from flows.events import Pressed

MOST_KEPT = 50_000
"""So many people and groups are remembered; who said nothing for the longest time is forgotten first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then `each` a second. The token bucket of https://en.wikipedia.org/wiki/Token_bucket"""

    burst: int
    each: float


PERSON = Rate(300, 2.0)
GROUP = Rate(1_000, 10.0)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was left at a moment (seconds since 1970), and whether its owner knows that it was empty."""

    left: float
    at: float
    told: bool = False


@dataclass(slots=True)
class Sifted:
    """What may come in; what came first of what may not; and the buckets as they are if all of this is stored."""

    batches: list[tuple[str, Batch]] = field(default_factory=list)
    tell: list[tuple[str, Inbound]] = field(default_factory=list)
    buckets: dict[str, Bucket] = field(default_factory=dict)


class Allowance:
    """The buckets of one process, in memory: a process that starts again starts with full ones."""

    def __init__(self, person: Rate = PERSON, group: Rate = GROUP, most: int = MOST_KEPT) -> None:
        self._person, self._group, self._most = person, group, most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def sift(self, arrived: Sequence[tuple[str, Batch]], held: frozenset[str], now: float) -> Sifted:
        """What of `arrived` may come in, for the adapters in `held`; the others have doors of their own. Changes
        nothing: `spend` does, once it is stored."""
        sifted = Sifted()
        for name, batch in arrived:
            if messenger_of(name) in held:
                kept = tuple(item for item in batch.items if self._may(sifted, name, item, now))
                sifted.batches.append((name, replace(batch, items=kept)))
            else:
                sifted.batches.append((name, batch))
        return sifted

    def spend(self, buckets: Mapping[str, Bucket]) -> None:
        """What `sift` let in was stored."""
        for key, bucket in buckets.items():
            self._buckets[key] = bucket
            self._buckets.move_to_end(key)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)

    def _may(self, sifted: Sifted, adapter: str, item: Inbound, now: float) -> bool:
        at = min(item.event.at.timestamp(), now)
        crowded = not item.private and not isinstance(item.event, Pressed)
        if crowded and not self._take(sifted, str(replace(item.place, thread=None)), self._group, at):
            return False
        person = f"{messenger_of(adapter)}|{item.person}"
        if self._take(sifted, person, self._person, at):
            return True
        if item.private and not sifted.buckets[person].told:
            sifted.buckets[person] = replace(sifted.buckets[person], told=True)
            sifted.tell.append((adapter, item))
        return False

    def _take(self, sifted: Sifted, key: str, rate: Rate, at: float) -> bool:
        old = sifted.buckets.get(key) or self._buckets.get(key) or Bucket(rate.burst, at)
        left = min(rate.burst, old.left + max(0.0, at - old.at) * rate.each)
        took = left >= 1
        # Told once until a tenth has filled again: somebody who goes on is not told at every token.
        told = old.told and left < rate.burst / 10
        sifted.buckets[key] = Bucket(left - took, max(old.at, at), told)
        return took
