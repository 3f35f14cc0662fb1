"""What was reported close by.

The one rule: a box on the map finds the rows, the distance on the globe decides.
"""

from __future__ import annotations

import math

from bot.contributions.similar import OFFERED
from storage import proposals
from storage.database import Connection
from storage.proposals import Proposal

EARTH = 6_371_009.0
"""Mean radius in metres."""
_DEGREE = math.pi / 180


def find(
    connection: Connection,
    consultation: str,
    pool: str,
    spot: tuple[float, float],
    metres: float,
    *,
    not_by: str | None = None,
    n: int = OFFERED,
) -> list[Proposal]:
    """The published proposals within so many metres, the nearest first; none written by `not_by`."""
    lat, lon = spot
    high = metres / EARTH / _DEGREE
    wide = min(high / max(math.cos(lat * _DEGREE), 1e-6), 180.0)
    found = [
        one
        for west, east in _spans(lon - wide, lon + wide)
        for one in proposals.within(
            connection, consultation, pool, south=lat - high, north=lat + high, west=west, east=east
        )
    ]
    far = {one.id: distance(spot, (one.lat or 0.0, one.lon or 0.0)) for one in found}
    near = (one for one in found if far[one.id] <= metres and (not_by is None or one.author != not_by))
    return sorted(near, key=lambda one: (far[one.id], one.id))[:n]


def _spans(west: float, east: float) -> list[tuple[float, float]]:
    """The same longitudes without crossing the date line."""
    if east - west >= 360:
        return [(-180, 180)]
    if west < -180:
        return [(-180, east), (west + 360, 180)]
    if east > 180:
        return [(west, 180), (-180, east - 360)]
    return [(west, east)]


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two points on the globe (haversine)."""
    lat, lon, lat2, lon2 = (degrees * _DEGREE for degrees in (*one, *other))
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def spot_of(text: str) -> tuple[float, float] | None:
    """Latitude and longitude of `48.85661,2.35222`; None for anything else, such as a typed address."""
    lat, comma, lon = text.partition(",")
    try:
        found = float(lat), float(lon)
    except ValueError:
        return None
    return found if comma and abs(found[0]) <= 90 and abs(found[1]) <= 180 else None
