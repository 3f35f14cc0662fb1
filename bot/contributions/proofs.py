"""The word in a card's buttons that shows how somebody came to it.

The one rule: only we can make it, for one session, one proposal and one way. A stance with another word does not
count, and one that came by a shared link cannot pass for one of the fair sequence.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from storage.stances import SERVED, SHARED, SIMILAR

LENGTH = 8


def make(key: bytes, session: int, number: int, via: str) -> str:
    """The word for one card in one session."""
    return hmac.new(key, f"{session}\0{number}\0{via}".encode(), sha256).hexdigest()[:LENGTH]


def read(key: bytes, session: int, number: int, proof: str) -> str | None:
    """How the person came to this card; None when the word is not ours."""
    for via in (SERVED, SHARED, SIMILAR):
        if hmac.compare_digest(make(key, session, number, via).encode(), proof.encode()):
            return via
    return None
