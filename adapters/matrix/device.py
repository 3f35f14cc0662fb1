"""One logged-in device: its account, its keys, its rooms. Opened once, by whoever needs it first.

The one rule: nothing is read or sent before the keys are known to be the ones that the homeserver shows others. With
other keys, everything that people send us would be lost in silence.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping

from adapters.matrix import signing
from adapters.matrix.desk import Desk
from adapters.matrix.login import LoginError, account_of, renew
from adapters.matrix.machine import Machine
from adapters.matrix.rooms import Room
from adapters.matrix.settings import MatrixSettings
from adapters.matrix.sharing import Refusal, Sharing
from adapters.matrix.store import Account, Store, StoreError
from adapters.matrix.transport import Homeserver, Reply, Unanswered, path

log = logging.getLogger(__name__)

REMEMBERED = 20_000
"""Messages of which we know whether they are ours."""


class Device:
    """What reading and writing share."""

    def __init__(self, settings: MatrixSettings, store: Store, server: Homeserver, account: Account) -> None:
        self.server = server
        self.store = store
        self.account = account
        self.machine = Machine(store.folder, account.user, account.device, store.key)
        self.sharing = Sharing(server, self.machine)
        self.desk = Desk(store.folder / "desk.db")
        self.direct: set[str] = set()
        self.levels = asyncio.Lock()
        """Held by whoever writes the power levels of a room anew."""
        self._settings = settings
        self._rooms: dict[str, Room] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._ours: OrderedDict[str, bool] = OrderedDict()

    @staticmethod
    async def open(settings: MatrixSettings, store: Store, server: Homeserver) -> Device:
        """Log in if needed, compare keys, publish and sign them. Raises StoreError, LoginError, Refusal, Unanswered."""
        account = await account_of(settings, store, server)
        device = Device(settings, store, server, account)
        try:
            await device._publish()
            await device._read_direct()
        except BaseException:
            device.close()
            raise
        return device

    @property
    def me(self) -> str:
        return self.account.user

    async def renew(self) -> None:
        """A new token for this device, if one can be had; else the log says what to do. Where the server had thrown the
        device out, its keys are published again."""
        try:
            self.account = await renew(self._settings, self.store, self.server, self.account)
            await self._publish()
        except (LoginError, StoreError) as problem:
            log.error("%s", problem)
        except (Unanswered, Refusal):
            pass

    def close(self) -> None:
        self.desk.close()
        self.machine.close()

    # Keys

    async def _publish(self) -> None:
        """Show our keys to others, signed by the account."""
        await self._compare()
        self.store.keep_account(self.account)
        await self.upload_keys()
        await signing.vouch(self.server, self.machine, self.store, self._settings.password)

    async def _compare(self) -> None:
        """Are the keys here the ones of this device on the server?"""
        reply = await self.server.call("POST", path("keys", "query"), {"device_keys": {self.me: []}})
        if not reply.ok:
            raise Refusal(reply)
        found = reply.body.get("device_keys")
        devices = found.get(self.me, {}) if isinstance(found, Mapping) else {}
        shown = devices.get(self.account.device, {}).get("keys", {}).get(f"ed25519:{self.account.device}")
        if shown is not None and shown != self.machine.keys["ed25519"]:
            raise StoreError(
                f"The Matrix encryption keys of device {self.account.device} are not the ones in "
                f"{self.store.folder.absolute()}. Put the folder back from the backup. If it is lost for good, log in "
                "again with `palabre matrix login --new-device`."
            )
        if shown is None and self.machine.olm.account.shared:
            self.machine.olm.account.shared = False  # the server forgot them

    async def _read_direct(self) -> None:
        """https://spec.matrix.org/latest/client-server-api/#mdirect"""
        reply = await self.server.call("GET", path("user", self.me, "account_data", "m.direct"))
        if reply.ok:
            self.direct = {room for rooms in reply.body.values() if isinstance(rooms, list) for room in rooms}
        elif reply.status != 404:
            raise Refusal(reply)

    async def note_direct(self, room: str, person: str) -> None:
        """Somebody opened this room to talk with us alone; each account keeps its own list of these."""
        self.direct.add(room)
        if (known := self._rooms.get(room)) is not None:
            known.direct = True
        address = path("user", self.me, "account_data", "m.direct")
        reply = await self.server.call("GET", address)
        if not reply.ok and reply.status != 404:
            return
        kept = {name: rooms for name, rooms in reply.body.items() if name.startswith("@") and isinstance(rooms, list)}
        if room not in kept.get(person, []):
            await self.server.call("PUT", address, {**kept, person: [*kept.get(person, []), room]})

    async def upload_keys(self) -> None:
        wanted = self.machine.keys_to_upload()
        if not wanted:
            return
        reply = await self.server.call("POST", path("keys", "upload"), wanted)
        if not reply.ok:
            raise Refusal(reply)
        self.machine.uploaded(reply.body.get("one_time_key_counts"))

    # Rooms

    def known_room(self, id: str) -> Room | None:
        """A room whose state was read since the start."""
        return self._rooms.get(id)

    async def room(self, id: str) -> Room:
        """The room as the server knows it; its state is read once after each start and kept up to date from then on.
        Raises Refusal when we are not in it, and Unanswered."""
        async with self._locks.setdefault(id, asyncio.Lock()):
            if id not in self._rooms:
                self._rooms[id] = await self._read_room(id)
            return self._rooms[id]

    async def _read_room(self, id: str) -> Room:
        reply = await self.server.call("GET", path("rooms", id, "state"))
        state = reply.body.get("list")
        if not reply.ok or not isinstance(state, list):
            raise Refusal(reply)
        room = Room.of(id, state)
        if not room.holds(self.me):
            raise Refusal(Reply(403, {"errcode": "M_FORBIDDEN", "error": "not in the room"}))
        self.mark_encrypted(room)
        room.direct = id in self.direct
        return room

    def mark_encrypted(self, room: Room) -> None:
        """What was encrypted once stays so, even if the server forgets it."""
        if room.encrypted:
            self.machine.note_encrypted(room.id)
        room.encrypted = room.encrypted or self.machine.always_encrypted(room.id)

    def forget_room(self, id: str) -> None:
        self._rooms.pop(id, None)
        self._locks.pop(id, None)

    async def in_room(self, id: str) -> bool:
        """Are we in the room, as far as the server tells?"""
        reply = await self.server.call("GET", path("rooms", id, "state", "m.room.member", self.me))
        return reply.ok and reply.body.get("membership") == "join"

    # Our own messages

    def note_ours(self, event: str, ours: bool = True) -> None:
        self._ours[event] = ours
        if len(self._ours) > REMEMBERED:
            self._ours.popitem(last=False)

    async def is_ours(self, room: str, event: str) -> bool:
        """Did we write this message? Asked once."""
        if event not in self._ours:
            reply = await self.server.call("GET", path("rooms", room, "event", event))
            if not reply.final:
                raise Refusal(reply)
            self.note_ours(event, reply.body.get("sender") == self.me)
        return self._ours[event]
