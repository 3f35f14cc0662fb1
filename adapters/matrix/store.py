"""The folder of the account: who we are, the keys, and what waits for a key. One process holds it.

    account.json     user, device, access token                          (mode 600)
    signing.json     the cross-signing keys, sealed                      (mode 600)
    crypto.db        the encryption keys, each sealed by nio with the store key
    desk.db          what waits for a key, invitations, reactions, where a new account begins to read
    lock             held as long as somebody works with the folder

The one rule: **a device is kept for ever**. Its keys are here alone; without them nothing that was ever sent to it can
be read. So a folder that should be here and is not is refused with a sentence, and never made anew in silence.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from Crypto.Cipher import AES

from adapters.matrix.settings import MatrixSettings

KEYS = "crypto.db"


class StoreError(Exception):
    """The folder cannot be used; says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A device of ours, logged in."""

    homeserver: str
    user: str
    device: str
    token: str = field(repr=False)


class Store:
    """The folder, held from `open` to `close`."""

    def __init__(self, settings: MatrixSettings) -> None:
        self.folder = settings.store
        self._settings = settings
        self._lock: int | None = None
        self._key = ""

    def open(self) -> None:
        """Take the folder for this process; `StoreError` when that cannot be."""
        if self._lock is not None:
            return
        if self.lost:
            raise StoreError(
                f"The Matrix encryption keys are missing: {self.folder.absolute() / KEYS} was used before and is not "
                "there now. Put the folder back from the backup. If it is lost for good, log in again with `palabre "
                "matrix login --new-device`: what people wrote meanwhile in encrypted chats cannot be read any more."
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # A lock of the process, not of the file handle: nobody else may have it, and we may open it again.
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"The folder {self.folder} of the Matrix keys cannot be used: {error.strerror}") from None
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise StoreError(
                f"Another Palabre already works with the Matrix keys in {self.folder.absolute()}. "
                "Stop it, or set PALABRE_MATRIX__STORE to a folder of its own (with a login of its own)."
            ) from None
        self._lock = handle
        self._key = self._settings.store_key or self._own_key()

    @property
    def lost(self) -> bool:
        """Were keys used before that are not here now?"""
        used = self._settings.known or (self.folder / "account.json").exists()
        return used and not (self.folder / KEYS).exists()

    @property
    def key(self) -> str:
        """What seals the keys in the folder."""
        assert self._key, "the store is not open"
        return self._key

    def account(self) -> Account | None:
        """The device that is logged in, if one is."""
        found = self._read("account.json")
        if found is None:
            return None
        try:
            return Account(**found)
        except TypeError:
            raise StoreError(f"{self.folder / 'account.json'} cannot be read; put it back from the backup.") from None

    def keep_account(self, account: Account) -> None:
        fields = {name: getattr(account, name) for name in account.__slots__}
        self._write("account.json", orjson.dumps(fields))

    def sealed(self, name: str) -> bytes | None:
        """What was kept sealed under `name`; `StoreError` under another key than it was sealed with."""
        found = self._read(name)
        if found is None:
            return None
        cipher = AES.new(self._sealing_key(), AES.MODE_GCM, nonce=bytes.fromhex(found["nonce"]))
        try:
            return cipher.decrypt_and_verify(bytes.fromhex(found["data"]), bytes.fromhex(found["tag"]))
        except ValueError:
            raise wrong_key(self.folder) from None

    def seal(self, name: str, data: bytes) -> None:
        cipher = AES.new(self._sealing_key(), AES.MODE_GCM)
        hidden, tag = cipher.encrypt_and_digest(data)
        fields = {"nonce": cipher.nonce.hex(), "data": hidden.hex(), "tag": tag.hex()}
        self._write(name, orjson.dumps(fields))

    def set_aside(self) -> None:
        """Move what belongs to the old device out of the way; nothing is thrown away."""
        aside = self.folder / f"old-{secrets.token_hex(4)}"
        aside.mkdir(mode=0o700)
        for file in self.folder.glob("*.*"):
            if file.is_file():
                file.replace(aside / file.name)

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _sealing_key(self) -> bytes:
        return hashlib.scrypt(self.key.encode(), salt=b"palabre.matrix.sealed", n=2**14, r=8, p=1, dklen=32)

    def _own_key(self) -> str:
        """Without a key in the settings: one of our own in a file beside the folder, so that a copy of the folder
        alone opens nothing."""
        file = self.folder.with_name(self.folder.name + ".key")
        if file.exists():
            return file.read_text().strip()
        if (self.folder / KEYS).exists():
            raise StoreError(
                f"The key of the Matrix keys is missing: put {file.absolute()} back from the backup, or set "
                "PALABRE_MATRIX__STORE_KEY."
            )
        key = secrets.token_urlsafe(32)
        self._write_file(file, key.encode())
        return key

    def _read(self, name: str) -> dict[str, Any] | None:
        file = self.folder / name
        if not file.exists():
            return None
        try:
            found = orjson.loads(file.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            raise StoreError(f"{file} cannot be read; put it back from the backup.") from None
        return found if isinstance(found, dict) else None

    def _write(self, name: str, data: bytes) -> None:
        self._write_file(self.folder / name, data)

    @staticmethod
    def _write_file(file: Path, data: bytes) -> None:
        """Whole or not at all, also when the power goes."""
        fresh = file.with_name(file.name + ".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)


def wrong_key(folder: Path) -> StoreError:
    return StoreError(
        f"The Matrix keys in {folder.absolute()} are locked with another key: set PALABRE_MATRIX__STORE_KEY to the one "
        "that was used before."
    )
