"""Several Telegram bots for one Palabre, because Telegram lets each write some 30 messages a second.

    telegram          the first bot (PALABRE_TELEGRAM__TOKEN)
    telegram.4343     a further one (PALABRE_TELEGRAM__MORE_TOKENS), named by its number

The one rule: **a place belongs to a bot, a person to the messenger.** Each bot is an adapter of its own, so it has its
own cursor, lease, queue, speed limit and circuit breaker, and each chat is reached by the bot that is in it: no other
could. Who speaks there is `telegram:17` through whichever bot (`storage.people.identity`), so a person has one session,
one ballot, one role and one sanction, and their conversation goes on at the bot that they wrote to last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.base import Adapter, Place, messenger_of
from bot.config import ConfigError, TelegramSection
from bot.pacing import pace
from bot.turn import Turn

if TYPE_CHECKING:
    from adapters.telegram import TelegramSettings


def settings_of(section: TelegramSection) -> dict[str, TelegramSettings]:
    """What each bot needs to know, by the name of its adapter. `ConfigError` says what is missing."""
    try:
        return {name: _of_bot(section, number_of(name), token) for name, token in section.bots.items()}
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _of_bot(section: TelegramSection, number: str, token: str) -> TelegramSettings:
    """By webhook a further bot has a path of its own, and a secret of its own that is made from its token."""
    from adapters.telegram import TelegramSettings

    chosen = section.webhook_secret.get_secret_value() if section.webhook_secret else None
    return TelegramSettings(
        token=token,
        setting=f"PALABRE_TELEGRAM__MORE_TOKENS, bot {number}" if number else "PALABRE_TELEGRAM__TOKEN",
        base_url=section.base_url,
        mode=section.mode,
        webhook_url=_below(section.webhook_url, number) if number else section.webhook_url,
        webhook_secret=None if number else chosen,
        rate_limits=section.rate_limits,
    )


def number_of(name: str) -> str:
    """The number of a further bot, by which its adapter is named; the first has none."""
    return name.partition(".")[2]


def _below(url: str | None, number: str) -> str | None:
    """The address of a further bot, below the first one's."""
    if not url:
        return url
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{number}").geturl()


def ready(adapters: Mapping[str, Adapter], adapter: str) -> tuple[str, ...]:
    """The bots of the same messenger that links can lead to by now; where none can, this adapter itself."""
    same = [name for name in adapters if messenger_of(name) == messenger_of(adapter)]
    found = tuple(name for name in same if (link := getattr(adapters[name], "link", None)) and link(""))
    return found or (adapter,)


def for_poster(turn: Turn) -> tuple[str, int]:
    """(the bot that a link to be handed around leads to, how many there are). Each event has a number, and the bots
    take turns by it; so the same event asked twice gives the same link."""
    bots = turn.scene.rules.bots(turn.item.adapter)
    return bots[turn.item.id % len(bots)], len(bots)


def speed(adapters: Mapping[str, Adapter], messenger: str) -> float:
    """How many messages a second go to everybody on a messenger (the first letters of its places). When none is named,
    on the slowest one, whose bots share the people: that is what they are for."""
    found = {name: pace(it.limits(Place(name, "0")), name) for name, it in adapters.items()}
    if messenger:
        return min((one for name, one in found.items() if one and f"{name}:".startswith(messenger)), default=0.0)
    together: dict[str, float] = {}
    for name, one in found.items():
        together[messenger_of(name)] = together.get(messenger_of(name), 0.0) + one
    return min((one for one in together.values() if one), default=0.0)
