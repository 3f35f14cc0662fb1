"""Where the web chat keeps the photos that people send in it, and those that it has to show.

The one rule: a name is a random word or the hash of the photo, never anything that somebody chose; what is no such name
is not even looked for.
"""

from __future__ import annotations

import re
from typing import Protocol

NAMES = re.compile(r"[0-9a-f]{32}")


def photo_address(name: str) -> str:
    """Where the page finds a photo."""
    return f"/chat/photo/{name}.jpg"


class Drawer(Protocol):
    """What the web adapter asks of whoever keeps files."""

    async def put(self, name: str, data: bytes) -> None:
        """Keep a photo under a name; putting it again changes nothing."""
        ...

    async def read(self, name: str) -> bytes | None:
        """The photo; None when there is none of that name."""
        ...


class MemoryDrawer:
    """A drawer that lasts as long as the process: for tests and for trying things."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    async def put(self, name: str, data: bytes) -> None:
        self._files.setdefault(name, data)

    async def read(self, name: str) -> bytes | None:
        return self._files.get(name)
