"""What must be known to talk to Telegram. The one rule: neither `repr` nor an error message shows a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """`back_off` bounds the waits (seconds) while the token or the poller is wrong, `retry` those after a broken
    network. `rate_limits` False is for a Bot API server of one's own, and for benches. `setting` is where the token
    stands, for whoever has to mend it."""

    token: str = field(repr=False)
    base_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    rate_limits: bool = True
    back_off: tuple[float, float] = (5.0, 300.0)
    retry: tuple[float, float] = (0.1, 60.0)
    setting: str = "PALABRE_TELEGRAM__TOKEN"

    def __post_init__(self) -> None:
        if not self.token.strip():
            raise ValueError(f"{self.setting} is empty: put in it the token that @BotFather gave")
        if self.mode not in ("polling", "webhook"):
            raise ValueError("PALABRE_TELEGRAM__MODE must be polling or webhook")
        if self.mode == "webhook" and not self.webhook_url:
            raise ValueError("PALABRE_TELEGRAM__WEBHOOK_URL is missing: webhook mode needs the public https address")
