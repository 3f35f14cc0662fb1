"""A number that moves: its value now, how fast it changes, and how far that may go before an answer changes.

The Method of Equal Shares is often counted again and again with one unit more for everybody. Most of these counts go
exactly as the one before. With moving numbers one count tells how many units can be added until any comparison in it
would come out otherwise; the counts between are the same, step by step, and need not be made.

The one rule: whatever decides is a comparison of two numbers with `<`. A decision that looks at a value in another way
would not be noticed, and a count that is not the same would be left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TypeAlias


@dataclass(slots=True)
class Horizon:
    """The least number of units at which a comparison made so far would come out otherwise; None: never."""

    units: int | None = None

    def lower(self, units: int) -> None:
        if self.units is None or units < self.units:
            self.units = units


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """`value + slope * units`, of which the first is compared and the rest remembered."""

    value: int
    slope: int
    horizon: Horizon

    def __mul__(self, factor: int) -> Moving:
        return Moving(self.value * factor, self.slope * factor, self.horizon)

    def __add__(self, other: Amount) -> Moving:
        if isinstance(other, Moving):
            return Moving(self.value + other.value, self.slope + other.slope, self.horizon)
        return Moving(self.value + other, self.slope, self.horizon)

    def __sub__(self, other: Amount) -> Moving:
        return self + other * -1

    def __rsub__(self, other: int) -> Moving:
        return self * -1 + other

    def __lt__(self, other: Amount) -> bool:
        apart = self - other
        if apart.value < 0 < apart.slope:
            self.horizon.lower(-(apart.value // apart.slope))
        elif apart.slope < 0 <= apart.value:
            self.horizon.lower(apart.value // -apart.slope + 1)
        return apart.value < 0

    def __gt__(self, other: int) -> bool:
        return self * -1 < -other


Amount: TypeAlias = int | Moving


def common_divisor(amount: Amount, whole: int) -> int:
    """The greatest number that divides both (and the slope, where there is one)."""
    if isinstance(amount, Moving):
        return gcd(amount.value, amount.slope, whole)
    return gcd(amount, whole)


def divided(amount: Amount, divisor: int) -> Amount:
    """An amount divided by a number that divides it."""
    if isinstance(amount, Moving):
        return Moving(amount.value // divisor, amount.slope // divisor, amount.horizon)
    return amount // divisor
