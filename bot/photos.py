"""Photos that people sent, on their way to somebody else: fetched from the messenger that they were sent in.

The one rule: nothing is kept but for a few minutes, so that the copies of one card need the photo once; who takes a
photo back has taken it back.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from adapters.base import Adapter, Image, Later, SendError

log = logging.getLogger(__name__)

PHOTO = "photo:"
"""In front of the reference of a picture that somebody sent (`flows.events.Shared.ref`)."""
KEPT = 16
KEPT_SECONDS = 300.0


class Photos:
    """Fetches by reference: `telegram:...`, `matrix:...`, `web:...`."""

    def __init__(self, adapters: Mapping[str, Adapter], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._adapters = adapters
        self._monotonic = monotonic
        self._kept: OrderedDict[str, tuple[float, Image]] = OrderedDict()

    async def get(self, ref: str, alt: str) -> Image | None:
        """The photo; None when it can no longer be had. Raises `Later`."""
        known = self._kept.get(ref)
        if known is not None and self._monotonic() - known[0] < KEPT_SECONDS:
            return Image(data=known[1].data, alt=alt, mime=known[1].mime)
        adapter = self._adapters.get(ref.partition(":")[0])
        if adapter is None:
            return None
        try:
            file = await adapter.fetch(ref)
        except Later:
            raise
        except SendError as problem:
            log.info("a photo can no longer be had from %s (%s)", adapter.name, type(problem).__name__)
            return None
        found = Image(data=file.data, alt=alt, mime=file.mime)
        self._kept[ref] = (self._monotonic(), found)
        self._kept.move_to_end(ref)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
