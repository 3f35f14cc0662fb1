"""How evenly statements were shown.

The one rule: it is a figure about us, not about the statements. The Gini coefficient is 0 where each was shown as often
as every other, and close to 1 where one was shown and the others were not (C. Gini, 1912; the form for sorted numbers).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction


def gini(counts: Iterable[int]) -> Fraction:
    """The Gini coefficient of numbers that are not negative; 0 where there is nothing to share out."""
    ordered = sorted(counts)
    n, whole = len(ordered), sum(ordered)
    if not whole:
        return Fraction(0)
    weighted = sum((2 * place - n - 1) * count for place, count in enumerate(ordered, 1))
    return Fraction(weighted, n * whole)
