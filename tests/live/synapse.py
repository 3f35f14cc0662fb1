"""A real Synapse on loopback with SQLite, and citizens who talk on it with a client of their own.

    async with Synapse(folder) as synapse:
        bot = await synapse.register("palabre")
        lea = await synapse.citizen("lea")           # end-to-end encrypted, like Element
        room = await lea.direct(bot)
        await lea.say(room, "/start")

The one rule: leaving the `async with` ends the server and every client that was started in it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import orjson
import pytest
from nio import (
    AsyncClient,
    AsyncClientConfig,
    Event,
    MegolmEvent,
    RoomCreateError,
    RoomPreset,
    SyncResponse,
    ToDeviceMessage,
)
from nio.store import SqliteStore

PROGRAM = Path(__file__).parents[2] / ".synapse" / "bin" / "python"
PATIENCE = 60.0
ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}

_CONFIG = """
server_name: town.test
pid_file: {folder}/pid
report_stats: false
listeners:
  - {{port: {port}, bind_addresses: ["127.0.0.1"], type: http, resources: [{{names: [client], compress: false}}]}}
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
log_config: {folder}/log.yaml
macaroon_secret_key: tests
form_secret: tests
bcrypt_rounds: 4
enable_registration: true
enable_registration_without_verification: true
trusted_key_servers: []
suppress_key_server_warning: true
user_directory: {{enabled: false}}
"""
_FAST = "{per_second: 10000, burst_count: 10000}"
_UNLIMITED = f"""
rc_message: {_FAST}
rc_registration: {_FAST}
rc_joins_per_room: {_FAST}
rc_login: {{address: {_FAST}, account: {_FAST}}}
rc_joins: {{local: {_FAST}, remote: {_FAST}}}
rc_invites: {{per_room: {_FAST}, per_user: {_FAST}, per_issuer: {_FAST}}}
"""
_LOG = """
version: 1
disable_existing_loggers: false
handlers: {{file: {{class: logging.FileHandler, filename: {folder}/synapse.log}}}}
root: {{level: WARNING, handlers: [file]}}
"""


@dataclass(frozen=True, slots=True)
class Registered:
    user: str
    password: str
    device: str
    token: str


@dataclass
class Shown:
    """One message on a citizen's screen, as it stands after all its edits."""

    id: str
    sender: str
    text: str
    content: dict[str, Any]
    encrypted: bool
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    room: str
    session: str
    secret: str


class Synapse:
    """A homeserver of its own, with or without the limits that every homeserver has by default; `more` are further
    lines of its configuration."""

    def __init__(self, folder: Path, port: int, *, limits: bool = False, more: str = "") -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._limits = limits
        self._more = more
        self._process: asyncio.subprocess.Process | None = None
        self.clients: list[Client] = []

    async def __aenter__(self) -> Synapse:
        if not PROGRAM.exists():
            pytest.skip("No Synapse here: run tests/live/install-synapse.sh to test on a real Matrix homeserver.")
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "homeserver.yaml"
        lines = _CONFIG.format(folder=self.folder, port=self._port) + ("" if self._limits else _UNLIMITED)
        config.write_text(lines + self._more)
        (self.folder / "log.yaml").write_text(_LOG.format(folder=self.folder))
        keys = await self._run("--generate-keys")
        assert await keys.wait() == 0
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self.clients:
            await client.close()
        await self.stop()

    async def _run(self, *arguments: str) -> asyncio.subprocess.Process:
        with (self.folder / "out.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                PROGRAM,
                "-m",
                "synapse.app.homeserver",
                "-c",
                self.folder / "homeserver.yaml",
                *arguments,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    async def start(self) -> None:
        self._process = await self._run()
        end = time.monotonic() + PATIENCE
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{self.url}/_matrix/client/versions") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                assert time.monotonic() < end, (self.folder / "out.log").read_text()[-3000:]
                assert self._process.returncode is None, (self.folder / "out.log").read_text()[-3000:]
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """As a power cut does."""
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    async def register(self, name: str) -> Registered:
        password = f"password of {name}"
        body = {"username": name, "password": password, "auth": {"type": "m.login.dummy"}}
        address = f"{self.url}/_matrix/client/v3/register"
        async with aiohttp.ClientSession() as session, session.post(address, json=body) as answer:
            said = await answer.json()
            assert answer.status == 200, said
        return Registered(said["user_id"], password, said["device_id"], said["access_token"])

    async def citizen(self, name: str, *, encrypted: bool = True) -> Client:
        """Somebody with an account and a client that is running."""
        account = await self.register(name)
        client = Client(self.url, account, self.folder / "clients" / name, encrypted=encrypted)
        self.clients.append(client)
        await client.start()
        return client

    async def ask(
        self, method: str, path: str, token: str, body: Any = None, *, status: int | None = 200
    ) -> dict[str, Any]:
        """One call of the client API in somebody's name."""
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, f"{self.url}{path}", json=body) as answer,
        ):
            said: dict[str, Any] = await answer.json()
            assert status is None or answer.status == status, said
            return said

    async def upload(self, token: str, data: bytes) -> str:
        """Put a file into the media repository; its address."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
        address = f"{self.url}/_matrix/media/v3/upload"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(address, data=data) as answer,
        ):
            said = await answer.json()
            assert answer.status == 200, said
        return str(said["content_uri"])


@dataclass(eq=False)
class Client:
    """A citizen: nio's client, synchronising all the time."""

    url: str
    account: Registered
    folder: Path
    encrypted: bool
    events: list[tuple[str, Event]] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None

    @property
    def user(self) -> str:
        return self.account.user

    async def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = AsyncClientConfig(
            store=SqliteStore if self.encrypted else None,  # type: ignore[arg-type]
            encryption_enabled=self.encrypted,
            pickle_key="a key",
            max_limit_exceeded=100,
        )
        self.nio = AsyncClient(
            self.url, self.user, device_id=self.account.device, store_path=str(self.folder), config=config
        )
        if self.encrypted:
            self.nio.restore_login(self.user, self.account.device, self.account.token)
        else:
            self.nio.user_id, self.nio.access_token = self.user, self.account.token
        await self._sync(0, full_state=True)
        self._task = asyncio.create_task(self._listen())

    async def pause(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def close(self) -> None:
        await self.pause()
        await self.nio.close()

    async def _listen(self) -> None:
        while True:
            try:
                await self._sync(5000)
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0.5)

    async def _sync(self, timeout: int, *, full_state: bool = False) -> None:
        found = await self.nio.sync(timeout, full_state=full_state)
        if not isinstance(found, SyncResponse):
            await asyncio.sleep(0.2)
            return
        for room, data in found.rooms.join.items():
            self.events += [(room, event) for event in data.timeline.events]
        if self.encrypted:
            await self._keep_up()

    async def _keep_up(self) -> None:
        if self.nio.should_upload_keys:
            await self.nio.keys_upload()
        if self.nio.should_query_keys:
            await self.nio.keys_query()
        if self.nio.should_claim_keys:
            await self.nio.keys_claim(self.nio.get_users_for_key_claiming())
        await self.nio.send_to_device_messages()

    # What they do

    async def direct(self, bot: str, *, encrypted: bool | None = None, joined: bool = True) -> str:
        """A private chat with `bot`; its id, once the bot came in (unless `joined` is False)."""
        encrypted = self.encrypted if encrypted is None else encrypted
        room = await self.room(bot, encrypted=encrypted, direct=True)
        if joined and encrypted:
            await self.until(lambda: any(self.nio.device_store.active_user_devices(bot)), "the bot's device")
        if joined:
            await self.until(
                lambda: bot in self.nio.rooms[room].users if room in self.nio.rooms else False, "the bot in the room"
            )
        return room

    async def room(
        self, *invited: str, encrypted: bool = False, direct: bool = False, version: str | None = None
    ) -> str:
        made = await self.nio.room_create(
            is_direct=direct,
            name=None if direct else "Le quartier",
            invite=list(invited),
            preset=RoomPreset.trusted_private_chat if direct else RoomPreset.private_chat,
            initial_state=[ENCRYPTION] if encrypted else [],
            room_version=version,
        )
        assert not isinstance(made, RoomCreateError), made
        await self.until(lambda: made.room_id in self.nio.rooms, "the new room")
        return str(made.room_id)

    async def join(self, room: str) -> None:
        await self.nio.join(room)
        await self.until(lambda: room in self.nio.rooms, "the room")

    async def send(self, room: str, kind: str, content: dict[str, Any]) -> str:
        sent = await self.nio.room_send(room, kind, content, ignore_unverified_devices=True)
        assert hasattr(sent, "event_id"), sent
        return str(sent.event_id)

    async def say(self, room: str, text: str, **more: Any) -> str:
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    async def say_without_key(self, room: str, text: str) -> Key:
        """Say something encrypted under a key that nobody has got; `hand_over` gives it to somebody later."""
        olm = self.nio.olm
        assert olm is not None
        usual = olm.outbound_group_sessions.pop(room, None)
        olm.create_outbound_group_session(room)
        session = olm.outbound_group_sessions[room]
        key = Key(room, session.id, session.session_key)
        session.mark_as_shared()
        sealed = olm.group_encrypt(room, {"type": "m.room.message", "content": {"msgtype": "m.text", "body": text}})
        if usual is not None:
            olm.outbound_group_sessions[room] = usual
        else:
            del olm.outbound_group_sessions[room]
        path = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.encrypted/{uuid4().hex}"
        answer = await self.nio.send(
            "PUT", path, orjson.dumps(sealed), {"Authorization": f"Bearer {self.account.token}"}
        )
        assert answer.status == 200, await answer.text()
        return key

    async def say_to_invited(self, room: str, person: str, text: str) -> None:
        """Say something encrypted to somebody who has not come in yet, as Element does and nio alone does not."""
        olm = self.nio.olm
        assert olm is not None
        olm.users_for_key_query.add(person)
        await self.nio.keys_query()
        await self.nio.keys_claim({person: [one.id for one in olm.device_store.active_user_devices(person)]})
        await self.hand_over(await self.say_without_key(room, text), person)

    async def hand_over(self, key: Key, person: str) -> None:
        olm = self.nio.olm
        assert olm is not None
        content = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": key.room,
            "session_id": key.session,
            "session_key": key.secret,
        }
        for device in olm.device_store.active_user_devices(person):
            session = olm.session_store.get(device.curve25519)
            assert session is not None
            sealed = olm._olm_encrypt(session, device, "m.room_key", content)
            await self.nio.to_device(ToDeviceMessage("m.room.encrypted", person, device.id, sealed))

    async def react(self, room: str, message: str, sign: str) -> str:
        relates = {"rel_type": "m.annotation", "event_id": message, "key": sign}
        return await self.send(room, "m.reaction", {"m.relates_to": relates})

    # What they see

    def screen(self, room: str) -> list[Shown]:
        """The messages of others in a room, as they stand."""
        shown: dict[str, Shown] = {}
        for where, event in list(self.events):
            content = event.source.get("content", {})
            if where != room or event.sender == self.user or "msgtype" not in content:
                continue
            relates = content.get("m.relates_to", {})
            if relates.get("rel_type") == "m.replace":
                old = shown.get(relates["event_id"])
                if old is not None and old.sender == event.sender:
                    old.content, old.text = content["m.new_content"], content["m.new_content"]["body"]
                    old.edits += 1
                continue
            shown[event.event_id] = Shown(event.event_id, event.sender, content["body"], content, event.decrypted)
        return list(shown.values())

    def texts(self, room: str) -> list[str]:
        return [one.text for one in self.screen(room)]

    @property
    def unreadable(self) -> int:
        return sum(isinstance(event, MegolmEvent) for _room, event in self.events)

    async def sees(self, room: str, words: str, *, seconds: float = PATIENCE) -> Shown:
        """The newest message with `words`, once it is there."""

        def found() -> Shown | None:
            return next((one for one in reversed(self.screen(room)) if words in one.text), None)

        shown = await self.until(found, f"{words!r}", seconds=seconds, room=room)
        assert isinstance(shown, Shown)
        return shown

    async def until(self, true: Any, what: str, *, seconds: float = PATIENCE, room: str | None = None) -> Any:
        end = time.monotonic() + seconds
        while not (found := true()):
            if time.monotonic() > end:
                seen = self.texts(room) if room else ""
                raise TimeoutError(f"after {seconds:g} s {self.user} still does not see {what}: {seen}")
            await asyncio.sleep(0.02)
        return found
