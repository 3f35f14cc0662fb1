"""What somebody may not do for a while, in words: read wherever people put forward, judge, sign or report.

The one rule: **a sanction takes no vote away**. Questions and votes of a consultation stay open to everybody; only what
others read, or have to deal with, can be withheld for a time.
"""

from __future__ import annotations

from datetime import timedelta

from bot.moderation.ladder import A_DAY
from bot.wording import moment
from locales import tr
from storage import sanctions
from storage.database import Connection
from storage.instants import when
from storage.sanctions import Sanction

_MS = timedelta(milliseconds=1)


def barred(connection: Connection, participant: int, scope: str, now_ms: int) -> Sanction | None:
    """What keeps somebody from contributing there at present: the one that lasts longest."""
    held = [one for one in sanctions.in_force(connection, participant, scope, now_ms) if one.kind in ("mute", "ban")]
    return max(held, key=lambda one: one.until_ms, default=None)


def slowed(connection: Connection, participant: int, scope: str, now_ms: int) -> Sanction | None:
    """What holds somebody to one text a day."""
    held = [one for one in sanctions.in_force(connection, participant, scope, now_ms) if one.kind == "slow"]
    return max(held, key=lambda one: one.until_ms, default=None)


def since(now_ms: int) -> int:
    """Where the day of the slow ones begins."""
    return now_ms - A_DAY // _MS


def told(one: Sanction, lang: str, zone: str) -> str:
    """Why nothing was taken from them: until when, and how to have it looked at."""
    until = moment(when(one.until_ms), zone, lang)
    if one.kind == "slow":
        return tr(
            lang,
            "Until {when} you can send one text a day here, and you have sent one. To have that looked at again: "
            "/appeal {n}",
            when=until,
            n=f"s{one.id}",
        )
    return tr(
        lang,
        "Until {when} you cannot put forward, judge, sign or report anything here. Questions and votes stay open to "
        "you. To have that looked at again: /appeal {n}",
        when=until,
        n=f"s{one.id}",
    )
