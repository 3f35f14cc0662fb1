"""The doctor on Telegram: the token, privacy mode, the webhook, and what we may do in the groups that count on us.

The one rule: it looks and changes nothing; `adapters.telegram.checking` asks.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.base import Place
from bot import bots
from bot.config import ConfigError, Settings
from locales import tr

if TYPE_CHECKING:
    from adapters.telegram import TelegramSettings
    from adapters.telegram.checking import Account, Seat

Line = tuple[bool, str]

MANY = 100
"""So many updates that wait at Telegram mean that nobody fetches them."""
RECENT = timedelta(hours=1)
"""A webhook that failed longer ago works again."""


async def lines(settings: Settings, places: Collection[str], watched: Collection[str], now: datetime) -> list[Line]:
    """In the order in which one would mend them. `places` are the groups with a card or a desk."""
    lang = settings.locale
    if settings.telegram.token is None:
        return [(True, tr(lang, "Telegram: not set up (PALABRE_TELEGRAM__TOKEN is empty)."))]
    try:
        ours = bots.settings_of(settings.telegram)
    except ConfigError as error:
        return [(False, f"Telegram: {error}")]
    told: list[Line] = []
    for name, known in ours.items():
        told += await _of_bot(settings, known, name, _of(places, name), _of(watched, name), now)
    return told + _of_nobody(settings, {*places, *watched})


async def _of_bot(
    settings: Settings,
    known: TelegramSettings,
    name: str,
    places: Collection[str],
    watched: Collection[str],
    now: datetime,
) -> list[Line]:
    """One bot, and the groups that it is in."""
    from adapters.telegram.checking import look

    lang = settings.locale
    groups = sorted({_chat(place) for place in {*places, *watched}})
    try:
        account = await look(known, groups)
    except Exception as error:
        number = bots.number_of(name)
        if not number:
            return [(False, tr(lang, "Telegram: the token is refused or the server unreachable ({why}).", why=error))]
        text = tr(
            lang,
            "Telegram: the token of bot {number} in PALABRE_TELEGRAM__MORE_TOKENS is refused or the server unreachable "
            "({why}).",
            number=number,
            why=error,
        )
        return [(False, text)]
    told = [(True, tr(lang, "Telegram: the bot is @{name}.", name=account.name))]
    told += _webhook(lang, known, account, now)
    told += _privacy(lang, name, account, {_chat(place) for place in watched})
    return told + [_group(lang, f"{name}:{chat}", account.seats[chat]) for chat in groups]


def _of_nobody(settings: Settings, places: Collection[str]) -> list[Line]:
    """Groups of a bot that is not ours any more: nothing can be written there."""
    left = sorted(place for place in places if Place.parse(place).adapter not in settings.telegram.bots)
    return [
        (
            False,
            tr(
                settings.locale,
                "Telegram: {place} belongs to a bot whose token is not in PALABRE_TELEGRAM__MORE_TOKENS. Put it back, "
                "or announce the consultation there with another bot.",
                place=place,
            ),
        )
        for place in left
    ]


def _of(places: Collection[str], name: str) -> list[str]:
    return [place for place in places if Place.parse(place).adapter == name]


def _chat(place: str) -> str:
    return Place.parse(place).chat


def _webhook(lang: str, section: TelegramSettings, account: Account, now: datetime) -> list[Line]:
    """https://core.telegram.org/bots/api#getwebhookinfo"""
    host = urlsplit(account.url).netloc
    told: list[Line] = []
    if section.mode == "polling" and account.url:
        text = tr(
            lang,
            "Telegram: it pushes to {host}, but PALABRE_TELEGRAM__MODE says polling. Starting Palabre takes that away; "
            "if another program uses this token, give Palabre one of its own.",
            host=host,
        )
        told.append((False, text))
    elif section.mode == "webhook" and account.url != (section.webhook_url or ""):
        text = tr(
            lang,
            "Telegram: it pushes to {host}, not to PALABRE_TELEGRAM__WEBHOOK_URL. Start Palabre.",
            host=host or tr(lang, "nowhere"),
        )
        told.append((False, text))
    failed = account.last_error_at is None or now - account.last_error_at < RECENT
    if section.mode == "webhook" and account.last_error and failed:
        text = tr(lang, "Telegram: its last push failed ({why}). Look at the address, and whether HTTPS works there.",
                  why=account.last_error)  # fmt: skip
        told.append((False, text))
    if account.pending > MANY:
        text = tr(lang, "Telegram: {n} updates wait there. Is Palabre running?", n=account.pending)
        told.append((False, text))
    well = tr(lang, "Telegram: updates come by {mode}, {n} wait.", mode=section.mode, n=account.pending)
    return told or [(True, well)]


def _privacy(lang: str, name: str, account: Account, watched: Collection[str]) -> list[Line]:
    """An administrator sees everything anyway. https://core.telegram.org/bots/features#privacy-mode"""
    if not watched or account.reads_all:
        return []
    deaf = [chat for chat in sorted(watched) if account.seats[chat].status not in ("administrator", "creator")]
    return [
        (
            False,
            tr(
                lang,
                "Telegram: privacy mode hides what people write in {place}, which is watched. Make the bot an "
                "administrator there, or send /setprivacy to @BotFather and add the bot to the group anew.",
                place=f"{name}:{chat}",
            ),
        )
        for chat in deaf
        if account.seats[chat].may_write
    ]


def _group(lang: str, place: str, seat: Seat) -> Line:
    if not seat.status or seat.status in ("left", "kicked"):
        why = seat.why or seat.status
        text = tr(lang, "Telegram: the bot is not in {place} ({why}). Add it again.", place=place, why=why)
        return False, text
    if not seat.may_write:
        return False, tr(lang, "Telegram: the bot may not write in {place}. Give it that right.", place=place)
    return True, tr(lang, "Telegram: the bot may write in {place}.", place=place)
