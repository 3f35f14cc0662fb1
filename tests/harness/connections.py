"""Whom this process speaks to: every address that it connects to or sends to, every name that it looks up.

    with connections.heard() as known:
        ...
    assert known <= {("127.0.0.1", 8080)}

The one rule: Python tells of these things through audit hooks (https://docs.python.org/3/library/audit_events.html),
which nothing above it can go around; a hook that was put in stays for ever, so there is one, and it is silent while
nobody listens. (uvloop connects without Python's sockets: what is listened to has to run on asyncio's own loop.)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Address = tuple[str, int | str | None]
"""A host or a number of one, and the port; of a file, its path and nothing."""

_LISTENING: list[set[Address]] = []
_LOOKED_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_FETCHED = ("urllib.Request", "ftplib.connect", "http.client.connect", "smtplib.connect")
PRECIOUS = ("/etc/passwd", "/etc/shadow")
"""Files that nothing here has any business with: to open one counts as speaking to it."""


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if not _LISTENING:
        return
    found = _address(event, args)
    if found is not None:
        for one in _LISTENING:
            one.add(found)


def _address(event: str, args: tuple[Any, ...]) -> Address | None:
    if event in ("socket.connect", "socket.sendto"):
        return args[1][:2] if isinstance(args[1], tuple) else None
    if event in _LOOKED_UP:
        host, *more = args
        return str(host), more[0] if more else None
    if event in _FETCHED:
        return str(args[0]), str(args[1]) if len(args) > 1 else None
    if event == "open" and args[0] in PRECIOUS:
        return args[0], None
    return None


sys.addaudithook(_hear)


@contextmanager
def heard() -> Iterator[set[Address]]:
    """Everything that is spoken to in the meantime."""
    found: set[Address] = set()
    _LISTENING.append(found)
    try:
        yield found
    finally:
        _LISTENING[:] = [one for one in _LISTENING if one is not found]
