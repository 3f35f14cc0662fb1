"""`draw`: each person is put into one of the groups by lot; nobody is asked.

The one rule: the same person always falls into the same group, whatever order the groups are written in, so that
whoever comes back finds the same path.
"""

from __future__ import annotations

from hashlib import blake2b

from flows.flow import Lot
from flows.session import Value


def drawn(kind: Lot, salt: str) -> str:
    """The group of the person whom `salt` names, each in proportion to its weight."""
    arms = sorted(kind.arms)
    whole = sum(weight for _, weight in arms)
    at = int.from_bytes(blake2b(salt.encode(), digest_size=8).digest()) * whole >> 64
    for code, weight in arms:
        if at < weight:
            return code
        at -= weight
    return arms[-1][0]


def said(value: Value) -> str:
    return str(value)
