"""The web chat adapter: `build` makes it, `WebAdapter.routes` are its pages, `Shelf` is what it asks of storage, and
`Drawer` of whoever keeps photos."""

from __future__ import annotations

from adapters.web.adapter import Invitation, WebAdapter, WebSettings
from adapters.web.drawer import Drawer, MemoryDrawer
from adapters.web.shelf import MemoryShelf, Shelf

__all__ = ["Drawer", "Invitation", "MemoryDrawer", "MemoryShelf", "Shelf", "WebAdapter", "WebSettings", "build"]


def build(settings: WebSettings) -> WebAdapter:
    """The adapter, ready to be mounted and asked."""
    return WebAdapter(settings)
