"""A crowd through Matrix: a homeserver in one process, the bot in another, people who answer as soon as they are asked.

The one rule: Palabre and the stock bot meet the same crowd, on the same homeserver, in the same run. Palabre does more
for each answer (it stores it, edits the answered question, then asks the next one); that is not taken off.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.bench.figure import Figure, Found, LeftOut, Size
from bot.bench.service import processing, processor
from bot.bench.walking import flow_text

GROUP = "matrix"
PROGRAM = Path(__file__).parents[2] / ".synapse" / "bin" / "python"
"""Where `make test` puts a homeserver."""
PATIENCE = 120.0
_CLIENT = "/_matrix/client/v3"
_FAST = {"per_second": 10_000, "burst_count": 10_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a crowd lived through: answers a second, milliseconds from an answer to what the bot says next, and the
    bot's processor time for each answer."""

    answers: int
    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class _Account:
    user: str
    token: str
    device: str


def figures(size: Size) -> Iterator[Found]:
    if not PROGRAM.exists():
        yield LeftOut(group=GROUP, sentence="No Synapse is installed here: sh tests/live/install-synapse.sh")
        return
    both = [measure_matrix(20 // min(size.share, 4), 25 // min(size.share, 5)) for _ in range(size.rounds)]
    own, bare = sorted(both, key=lambda runs: runs[0].per_second / runs[1].per_second)[size.rounds // 2]
    rows = (
        ("answers", own.per_second, "answers/s", bare.per_second),
        ("reply, p50", own.p50_ms, "ms", bare.p50_ms),
        ("reply, p95", own.p95_ms, "ms", bare.p95_ms),
        ("processor time", own.cpu_ms, "ms/answer", bare.cpu_ms),
    )
    for name, value, unit, floor in rows:
        yield Figure(group=GROUP, name=name, value=value, unit=unit, floor=floor)


def measure_matrix(people: int, answers: int) -> tuple[Run, Run]:
    """(Palabre, the stock bot): as many people, as many answers each, in private chats without encryption."""
    with TemporaryDirectory() as folder, _homeserver(Path(folder)) as url:
        with _palabre(Path(folder), url, answers + 1) as (bot, process):
            ours = asyncio.run(_crowd(url, bot, process, people, answers, opening="!start mesure", answer="1"))
        with _stock(url) as (bot, process):
            stock = asyncio.run(_crowd(url, bot, process, people, answers, opening="bonjour", answer="1"))
        return ours, stock


# --- The bots --------------------------------------------------------------------------------------------------------


@contextmanager
def _palabre(folder: Path, url: str, questions: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    account = _register(url)
    (folder / "bench.yaml").write_text(flow_text(questions), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")},
        "PALABRE_MATRIX__HOMESERVER": url,
        "PALABRE_MATRIX__USER": account.user,
        "PALABRE_MATRIX__ACCESS_TOKEN": account.token,
        "PALABRE_MATRIX__DEVICE_ID": account.device,
        "PALABRE_MATRIX__STORE": str(folder / "keys"),
        "PALABRE_WEB__ENABLED": "false",
        "PALABRE_LOG": "ERROR",
    }
    palabre = [sys.executable, "-m", "bot.cli"]
    publish = [*palabre, "publish", "bench.yaml", "--open", "now"]
    subprocess.run(publish, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    with processing([*palabre, "run"], str(folder), environment) as process:
        yield account.user, process


@contextmanager
def _stock(url: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    account = _register(url)
    command = [sys.executable, "-m", "adapters.matrix.stock", url, account.user, account.token]
    with processing(command, str(Path.cwd()), dict(os.environ)) as process:
        yield account.user, process


# --- The homeserver --------------------------------------------------------------------------------------------------


@contextmanager
def _homeserver(folder: Path) -> Iterator[str]:
    """Synapse on loopback with SQLite and without limits."""
    port = _free_port()
    (folder / "homeserver.yaml").write_text(json.dumps(_config(folder, port)))
    command = [str(PROGRAM), "-m", "synapse.app.homeserver", "-c", str(folder / "homeserver.yaml")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*command, "--generate-keys"], check=True, **quiet)  # type: ignore[call-overload]
    with subprocess.Popen(command, **quiet) as process:  # type: ignore[call-overload]
        try:
            url = f"http://127.0.0.1:{port}"
            _await_homeserver(url)
            yield url
        finally:
            process.kill()


def _config(folder: Path, port: int) -> dict[str, Any]:
    """Settings of Synapse; JSON is YAML."""
    resources = [{"names": ["client"], "compress": False}]
    return {
        "server_name": "bench.test",
        "report_stats": False,
        "listeners": [{"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "resources": resources}],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "pid_file": str(folder / "pid"),
        "macaroon_secret_key": "bench",
        "form_secret": "bench",
        "bcrypt_rounds": 4,
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "user_directory": {"enabled": False},
        "rc_message": _FAST,
        "rc_registration": _FAST,
        "rc_joins_per_room": _FAST,
        "rc_joins": {"local": _FAST, "remote": _FAST},
        "rc_invites": {"per_room": _FAST, "per_user": _FAST, "per_issuer": _FAST},
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_homeserver(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{url}/_matrix/client/versions", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise RuntimeError("the homeserver does not start") from None
            time.sleep(0.1)


def _register(url: str) -> _Account:
    body = {"username": f"p{secrets.token_hex(6)}", "password": secrets.token_hex(8), "auth": {"type": "m.login.dummy"}}
    request = urllib.request.Request(
        f"{url}{_CLIENT}/register", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        said = json.load(answer)
    return _Account(said["user_id"], said["access_token"], said["device_id"])


# --- The crowd -------------------------------------------------------------------------------------------------------


class _Person:
    """Somebody with a private chat, who reads what the bot says there."""

    def __init__(self, session: aiohttp.ClientSession, url: str, account: _Account, bot: str) -> None:
        self.spent: list[float] = []
        self._session = session
        self._url = url
        self._bot = bot
        self._headers = {"Authorization": f"Bearer {account.token}"}
        self._since = ""
        self._room = ""
        self._sent = 0

    async def come(self, opening: str) -> None:
        """Open the chat, wait until the bot is in it, say the first word."""
        made = await self._ask("POST", "createRoom", {"invite": [self._bot], "is_direct": True})
        self._room = made["room_id"]
        await self._read_until(self._came)
        await self._say(opening)
        await self._read_until(self._is_new)

    async def answer(self, words: str, times: int) -> None:
        for _number in range(times):
            began = time.perf_counter()
            await self._say(words)
            await self._read_until(self._is_new)
            self.spent.append(time.perf_counter() - began)

    async def _say(self, words: str) -> None:
        self._sent += 1
        path = f"rooms/{quote(self._room)}/send/m.room.message/t{self._sent}"
        await self._ask("PUT", path, {"msgtype": "m.text", "body": words})

    async def _read_until(self, wanted: Callable[[dict[str, Any]], bool]) -> None:
        """Read on until something comes in our room that is wanted."""
        async with asyncio.timeout(PATIENCE):
            while True:
                since = f"&since={quote(self._since)}" if self._since else ""
                said = await self._ask("GET", f"sync?timeout=30000{since}")
                self._since = said["next_batch"]
                room = said.get("rooms", {}).get("join", {}).get(self._room, {})
                if any(map(wanted, room.get("timeline", {}).get("events", ()))):
                    return

    def _came(self, event: dict[str, Any]) -> bool:
        membership = event.get("content", {}).get("membership")
        return event.get("state_key") == self._bot and membership == "join"

    def _is_new(self, event: dict[str, Any]) -> bool:
        ours = event.get("sender") == self._bot and event.get("type") == "m.room.message"
        return ours and "m.new_content" not in event.get("content", {})

    async def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        address = f"{self._url}{_CLIENT}/{path}"
        async with self._session.request(method, address, json=body, headers=self._headers) as answer:
            said: dict[str, Any] = await answer.json()
            return said


async def _crowd(
    url: str, bot: str, process: subprocess.Popen[bytes], people: int, answers: int, *, opening: str, answer: str
) -> Run:
    """Let everybody answer at once, each as soon as they were asked."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        crowd = [_Person(session, url, await asyncio.to_thread(_register, url), bot) for _number in range(people)]
        for person in crowd:
            await person.come(opening)
        spent, began = processor(process.pid), time.perf_counter()
        await asyncio.gather(*(person.answer(answer, answers) for person in crowd))
        seconds = time.perf_counter() - began
        spent = processor(process.pid) - spent
    all_of_them = sorted(one * 1000 for person in crowd for one in person.spent)
    return Run(
        answers=len(all_of_them),
        per_second=len(all_of_them) / seconds,
        p50_ms=statistics.median(all_of_them),
        p95_ms=all_of_them[int(len(all_of_them) * 0.95)],
        cpu_ms=spent * 1000 / len(all_of_them),
    )
