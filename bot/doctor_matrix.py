"""The doctor on Matrix: the homeserver, the account and its device, the keys, the rooms, and being pushed to.

The one rule: it looks and changes nothing; `adapters.matrix.checkup` asks.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import ConfigError, Settings
from bot.matrixaccount import settings_of
from locales import tr, trn
from storage import inbox
from storage.database import Database, StorageError

if TYPE_CHECKING:
    from adapters.matrix.checkup import Checkup

Line = tuple[bool, str]
"""Whether all is well, and how it stands."""


async def lines(settings: Settings, path: Path | None) -> list[Line]:
    """In the order in which one would mend them."""
    lang, section = settings.locale, settings.matrix
    if section.homeserver is None:
        return [(True, tr(lang, "Matrix: not set up (PALABRE_MATRIX__HOMESERVER is empty)."))]
    try:
        from adapters.matrix.checkup import Refusal, Unanswered, examine
    except ImportError:
        return [(False, tr(lang, "Matrix: more libraries are needed. Run: pip install 'palabre[matrix]'"))]
    try:
        account = settings_of(settings, known=_was_read(settings, path))
        found = await examine(account)
    except ConfigError as error:
        return [(False, tr(lang, "Matrix: {trouble}", trouble=error))]
    except (Unanswered, Refusal) as error:
        text = tr(lang, "Matrix: {server} gives no answer ({why}).", server=section.homeserver, why=error)
        return [(False, text)]
    version = found.version or "?"
    text = tr(lang, "Matrix: {server} answers and knows Matrix {version}.", server=section.homeserver, version=version)
    return [
        (True, text),
        *_account(lang, found),
        *_keys(lang, settings, found),
        *_rooms(lang, found),
        *_pushing(lang, found),
    ]


def _was_read(settings: Settings, path: Path | None) -> bool:
    """Was this account read before? Then its keys must be there."""
    if path is not None and not path.exists():
        return False
    try:
        database = Database(settings.database.url, read_only=True)
        with database.transaction() as connection:
            found, _polled = inbox.cursor(connection, "matrix")
        database.close()
    except StorageError:
        return False
    return found is not None


def _account(lang: str, found: Checkup) -> list[Line]:
    why = found.trouble
    if why:
        return [(False, tr(lang, "Matrix: the account is refused ({why}). Run: palabre matrix login", why=why))]
    if not found.user:
        return [(True, tr(lang, "Matrix: no device yet; `palabre run` makes it."))]
    text = tr(lang, "Matrix: the account is {person}, device {device}.", person=found.user, device=found.device)
    return [(True, text)]


def _keys(lang: str, settings: Settings, found: Checkup) -> list[Line]:
    folder = settings.matrix.store.absolute()
    if found.key_trouble:
        return [(False, tr(lang, "Matrix: {trouble}", trouble=found.key_trouble))]
    match found.keys:
        case "own":
            said = tr(lang, "Matrix: the keys in {folder} are those of the device. Keep a copy of them.", folder=folder)
        case "in use":
            said = tr(lang, "Matrix: Palabre is working with the keys in {folder}.", folder=folder)
        case "foreign":
            wrong = tr(
                lang,
                "Matrix: the keys in {folder} are not those of the device. Put the folder back from the backup.",
                folder=folder,
            )
            return [(False, wrong)]
        case "none" | "unpublished":
            return []
    return [(True, said), _signature(lang, found)]


def _signature(lang: str, found: Checkup) -> Line:
    if found.signed is None:
        return True, tr(lang, "Matrix: the device shows no keys yet; `palabre run` publishes them.")
    if not found.signed:
        return False, tr(
            lang,
            "Matrix: the account has not signed its device, so apps may refuse to write to it. Start Palabre once with "
            "PALABRE_MATRIX__PASSWORD set; its log says more.",
        )
    key = found.fingerprint
    return True, tr(lang, "Matrix: the account has signed its device, whose fingerprint is {key}.", key=key)


def _rooms(lang: str, found: Checkup) -> list[Line]:
    if found.silenced:
        return [(False, _silenced(lang, room)) for room in found.silenced]
    if not found.rooms:
        return []
    n = found.rooms
    text = trn(lang, "Matrix: Palabre may write in its {n} room.", "Matrix: Palabre may write in its {n} rooms.", n)
    return [(True, text)]


def _silenced(lang: str, room: str) -> str:
    return tr(
        lang,
        "Matrix: Palabre may not write in {room}. Someone who administrates the room has to raise its level there.",
        room=room,
    )


def _pushing(lang: str, found: Checkup) -> list[Line]:
    if found.pushing is None:
        return []
    if not found.pushing:
        return [(True, tr(lang, "Matrix: the homeserver reaches Palabre and pushes what people write."))]
    text = tr(
        lang,
        "Matrix: the homeserver does not reach Palabre ({why}). Is Palabre running? Is the url of the registration "
        "file right?",
        why=found.pushing,
    )
    return [(False, text)]
