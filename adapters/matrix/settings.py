"""What must be known to talk to a homeserver. The one rule: neither `repr` nor an error message shows a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from adapters.matrix.registration import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixSettings:
    """`store` is the folder of the encryption keys; `store_key` locks it (without one, a key is made and kept in a file
    beside the folder). `invites` names who may invite the bot, as patterns with commas between (`@*:ville.fr`).
    `known` says that this account was read before: then a missing store is refused, never made anew. With a
    `registration` the homeserver pushes what happens to us, and no login is needed.

    `back_off` bounds the waits (seconds) while the server refuses us, `retry` those after a broken network. `patience`
    is for how long later words of somebody wait for earlier ones whose key is on its way."""

    homeserver: str
    user: str = ""
    password: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    device_id: str | None = None
    store: Path = Path("palabre-matrix")
    store_key: str | None = field(default=None, repr=False)
    invites: str = "*"
    known: bool = False
    registration: Registration | None = None
    back_off: tuple[float, float] = (5.0, 300.0)
    retry: tuple[float, float] = (1.0, 60.0)
    patience: float = 15.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.homeserver)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(
                "PALABRE_MATRIX__HOMESERVER must be the address of the homeserver, such as https://matrix.ville.fr"
            )
        if self.registration is None and not (
            self.password or self.access_token or (self.store / "account.json").exists()
        ):
            raise ValueError(
                "The Matrix account is not logged in: run `palabre matrix login`, or set PALABRE_MATRIX__PASSWORD "
                "(or PALABRE_MATRIX__ACCESS_TOKEN and PALABRE_MATRIX__DEVICE_ID)"
            )
        if self.password and not self.user:
            raise ValueError("PALABRE_MATRIX__USER is missing: the account of the bot, such as @palabre:ville.fr")

    def welcomes(self, person: str) -> bool:
        """May this person invite us?"""
        return any(fnmatchcase(person, pattern.strip()) for pattern in self.invites.split(",") if pattern.strip())
