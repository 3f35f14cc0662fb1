"""A place on earth as adapters tell it: latitude and longitude in degrees, about a metre apart at the fifth digit.

The one rule: what is not on earth is no place. A program can send any number.
"""

from __future__ import annotations


def spot(lat: float, lon: float) -> str:
    """`48.85661,2.35222`; empty for what is not on earth (a number that is none included)."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return ""
    return f"{lat:.5f},{lon:.5f}"
