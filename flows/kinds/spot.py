"""`place`: a spot on the map, shared or typed as an address.

The one rule: a spot has five decimals, which is about a metre. More would say where in the room somebody stands.
"""

from __future__ import annotations

import re

from flows.events import Shared
from flows.kinds.reply import Reply, Taken, Wrong
from flows.reading import clean
from flows.session import Value
from locales import tr, trn

LONGEST = 300
_POINT = re.compile(r"\s*([-+]?\d{1,3}(?:\.\d{1,20})?)\s*[,; ]\s*([-+]?\d{1,3}(?:\.\d{1,20})?)\s*", re.ASCII)


def point(value: str) -> tuple[float, float] | None:
    """Latitude and longitude of a spot; None of an address in words, and of what is nowhere on Earth."""
    found = _POINT.fullmatch(value)
    if found is None:
        return None
    lat, lon = float(found[1]), float(found[2])
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def written(lat: float, lon: float) -> str:
    """A spot as it is recorded."""
    return f"{lat:.5f},{lon:.5f}"


def received(event: Shared, lang: str) -> Reply:
    """A location that came, or why it cannot be taken; None for anything else."""
    if event.what != "location":
        return None
    found = point(event.spot)
    if found is None:
        return Wrong(
            tr(lang, "I could not read this location. Please send it once more, or type the address."), mild=True
        )
    return Taken(written(*found))


def hint(lang: str) -> str:
    return tr(lang, "Share a location, or type an address: street, number, town.")


def expected(lang: str) -> str:
    return tr(lang, "Please share a location, or type an address.")


def read(text: str, lang: str) -> Reply:
    """Words stay as they were typed; two numbers are a spot."""
    value = " ".join(clean(text).split())
    if found := point(value):
        # Two whole numbers are rather the beginning of an address, or a slip, than a spot.
        return Taken(written(*found)) if value.count(".") == 2 else None
    if not any(sign.isalpha() for sign in value):
        return None
    over = len(value) - LONGEST
    if over <= 0:
        return Taken(value)
    return Wrong(
        trn(
            lang,
            "Your text is {n} character too long: at most {max} fit. Please shorten it and send it again.",
            "Your text is {n} characters too long: at most {max} fit. Please shorten it and send it again.",
            over,
            max=LONGEST,
        ),
        mild=True,
    )


def said(value: Value, lang: str) -> str:
    found = point(str(value))
    return str(value) if found is None else tr(lang, "the place {spot}", spot=f"{found[0]:.5f}, {found[1]:.5f}")
