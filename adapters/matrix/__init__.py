"""Matrix: `build(settings)` gives an adapter on the contract of `adapters.base`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from adapters.matrix.adapter import MatrixAdapter
from adapters.matrix.login import LoginError, log_in
from adapters.matrix.registration import Registration
from adapters.matrix.settings import MatrixSettings
from adapters.matrix.store import Account, StoreError

__all__ = ["Account", "LoginError", "MatrixAdapter", "MatrixSettings", "Registration", "StoreError", "build", "log_in"]

PRIVATE_PRESSES = False
"""In rooms; said beside `build`, so that it is known where no account is logged in."""

PRIVATE_PRESSES = False
"""In rooms; said beside `build`, so that it is known where no account is logged in."""


def build(settings: MatrixSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> MatrixAdapter:
    """The Matrix adapter; `now` dates what Matrix does not. `StoreError` when the keys cannot be used."""
    return MatrixAdapter(settings, now=now)
