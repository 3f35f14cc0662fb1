"""Labels on narrow buttons, and amounts as small bars: for kinds whose message lists everything in full above.

The one rule: a label that had to be shortened carries its number in the list, so that two long labels that begin alike
can still be told apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

CELLS = 10


def fitted(labels: Sequence[str], most: int) -> list[str]:
    """The labels in at most `most` characters each; all of them with their number as soon as one is too long."""
    if all(len(label) <= most for label in labels):
        return list(labels)
    return [shortened(f"{number}. {label}", most) for number, label in enumerate(labels, 1)]


def shortened(label: str, most: int) -> str:
    if len(label) <= most:
        return label
    end = max(most - 1, 1)
    while end > 1 and (unicodedata.category(label[end])[0] == "M" or "\u200d" in label[end - 1 : end + 1]):
        end -= 1
    return label[:end].rstrip() + "…"


def bar(part: int, whole: int) -> str:
    """How much of the whole: ten cells, the first one filled as soon as there is anything, the last one only when
    nothing is missing."""
    filled = part * CELLS // whole if whole > 0 else 0
    if part > 0 and not filled:
        filled = 1
    return "█" * filled + "░" * (CELLS - filled)
