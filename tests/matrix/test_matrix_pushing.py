"""What a homeserver pushes: taken once, answered when it is stored, and never a reason to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from running import free_port
from starlette.applications import Starlette

from adapters.matrix import MatrixSettings
from adapters.matrix.history import Gap
from adapters.matrix.pushing import MAX_BODY, MAX_WAITING, Pushes, as_reading
from adapters.matrix.registration import Registration, RegistrationError, fresh, moved, read, text_of, write
from bot.server import listen, serve_on

BOT = "@palabre:ville.fr"
ROOM = "!quartier:ville.fr"
REGISTRATION = Registration(
    id="palabre", url="http://127.0.0.1:8080", user=BOT, as_token="the one for there", hs_token="the one for here"
)


def said(text: str, number: int = 1, room: str = ROOM) -> dict[str, Any]:
    return {
        "type": "m.room.message",
        "event_id": f"${number}",
        "room_id": room,
        "sender": "@lea:ville.fr",
        "origin_server_ts": 1_772_438_400_000,
        "content": {"msgtype": "m.text", "body": text},
    }


def member(membership: str, who: str = BOT, number: int = 1) -> dict[str, Any]:
    return said("", number) | {"type": "m.room.member", "state_key": who, "content": {"membership": membership}}


def body(*events: Any) -> bytes:
    return orjson.dumps({"events": list(events)})


@asynccontextmanager
async def door(pushes: Pushes) -> AsyncIterator[aiohttp.ClientSession]:
    """The door as the web server opens it."""
    port = free_port()
    serving = asyncio.create_task(serve_on(Starlette(routes=pushes.routes()), listen("127.0.0.1", port)))
    headers = {"Authorization": f"Bearer {REGISTRATION.hs_token}"}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
        yield session
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


# --- Stored, then answered


async def test_a_transaction_is_answered_once_it_is_stored() -> None:
    pushes = Pushes(REGISTRATION)
    answer = asyncio.create_task(pushes.transaction("1", body(said("bonjour"))))
    await pushes.wait()
    assert [event["content"]["body"] for event in pushes.take()] == ["bonjour"]
    await asyncio.sleep(0.01)
    assert not answer.done()
    pushes.settle()
    assert await answer == 200


async def test_the_same_transaction_is_handled_once() -> None:
    pushes = Pushes(REGISTRATION, patience=0.02)
    assert await pushes.transaction("1", body(said("bonjour"))) == 503
    again = asyncio.create_task(pushes.transaction("1", body(said("bonjour"))))
    await pushes.wait()
    assert len(pushes.take()) == 1
    pushes.settle()
    assert await again == 200
    assert await pushes.transaction("1", body(said("bonjour"))) == 200
    assert pushes.take() == []
    # A homeserver that was set up anew counts anew.
    assert await pushes.transaction("1", body(said("autre chose"))) == 503
    assert len(pushes.take()) == 1


async def test_what_was_not_stored_is_handed_out_again() -> None:
    pushes = Pushes(REGISTRATION, patience=0.02)
    assert await pushes.transaction("1", body(said("un", 1))) == 503
    assert await pushes.transaction("2", body(said("deux", 2))) == 503
    assert [event["event_id"] for event in pushes.take()] == ["$1", "$2"]
    pushes.give_back()
    await asyncio.wait_for(pushes.wait(), 1)
    assert [event["event_id"] for event in pushes.take()] == ["$1", "$2"]


async def test_what_makes_no_sense_holds_nothing_back() -> None:
    pushes = Pushes(REGISTRATION, patience=0.02)
    for number, nonsense in enumerate((b"", b"{", b"[]", b'{"events": 3}', b"\xff")):
        assert await pushes.transaction(str(number), nonsense) == 503
    assert await pushes.transaction("9", body(3, None, {}, said("bonjour"), {"room_id": ROOM})) == 503
    answer, lost = as_reading(pushes.take(), BOT, "s1")
    assert [event.get("event_id") for event in answer["rooms"]["join"][ROOM]["timeline"]["events"]] == ["$1", None]
    assert lost == 3
    assert pushes.malformed == 5
    pushes.settle()
    assert await pushes.transaction("0", b"") == 200


async def test_a_crowd_at_the_door_is_sent_away() -> None:
    pushes = Pushes(REGISTRATION, patience=0.02)
    statuses = await asyncio.gather(*(pushes.transaction(str(number), body()) for number in range(MAX_WAITING + 5)))
    assert set(statuses) == {503}
    pushes.take()
    pushes.settle()
    assert await pushes.transaction("0", body()) == 200


# --- Over HTTP


async def test_only_the_homeserver_is_let_in() -> None:
    async with door(Pushes(REGISTRATION, patience=0.02)) as session:
        for headers in ({"Authorization": ""}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer \u00e9"}):
            for method, path in (
                ("PUT", "/_matrix/app/v1/transactions/1"),
                ("PUT", "/transactions/1"),
                ("POST", "/_matrix/app/v1/ping"),
                ("GET", "/_matrix/app/v1/users/@palabre:ville.fr"),
                ("GET", "/rooms/%23quartier:ville.fr"),
                ("GET", "/_matrix/app/v1/thirdparty/protocol/x"),
            ):
                async with session.request(method, path, headers=headers, data=b"{}") as answer:
                    assert answer.status == 403, path
                    assert (await answer.json())["errcode"] == "M_FORBIDDEN"


async def test_the_homeserver_is_answered() -> None:
    pushes = Pushes(REGISTRATION, patience=0.02)
    async with door(pushes) as session:
        async with session.post("/_matrix/app/v1/ping", json={"transaction_id": "x"}) as answer:
            assert (answer.status, await answer.json()) == (200, {})
        for path, status in (
            ("/_matrix/app/v1/users/@palabre:ville.fr", 200),
            ("/_matrix/app/v1/users/@lea:ville.fr", 404),
            ("/_matrix/app/v1/rooms/%23quartier:ville.fr", 404),
            ("/_matrix/app/v1/thirdparty/protocol/x", 404),
        ):
            async with session.get(path) as answer:
                assert answer.status == status, path
        async with session.put("/_matrix/app/v1/transactions/7", data=body(said("bonjour"))) as answer:
            assert answer.status == 503
        assert len(pushes.take()) == 1
        pushes.settle()
        # The same one by the old path, with the token in the address as of old.
        old = f"/transactions/7?access_token={REGISTRATION.hs_token}"
        async with session.put(old, data=body(said("bonjour")), headers={"Authorization": ""}) as answer:
            assert (answer.status, await answer.json()) == (200, {})
        async with session.put("/_matrix/app/v1/transactions/8", data=BytesIO(bytes(MAX_BODY + 1))) as answer:
            assert answer.status == 413
        assert pushes.take() == []


# --- In the form of a reading


def joined(*events: Any) -> Any:
    return as_reading(list(events), BOT, "s1")[0]["rooms"]["join"]


def test_pushed_events_read_like_any_others() -> None:
    asked, came, out = member("invite"), member("join", number=2), member("leave", number=3)
    home, other = said("bonjour", 4), said("salut", 5, "!autre:ville.fr")
    assert joined(home, other)["!autre:ville.fr"] == {"timeline": {"events": [other]}, "pushed": True}
    assert joined(asked, came, home)[ROOM]["timeline"]["events"] == [asked, came, home]
    # That we are asked in or put out is told by /sync, once.
    assert joined(asked) == joined(home, out) == joined(home, member("ban")) == {}
    # What others do with their membership says nothing of ours.
    assert ROOM in joined(member("leave", "@lea:ville.fr"))


async def test_what_was_said_before_we_came_in_is_put_before_what_was_pushed() -> None:
    class Asking:
        async def ask(self, method: str, path: str, *, query: dict[str, str]) -> Any:
            assert "from" not in query
            chunk = [said("encore", 4), member("join", number=3), said("!start", 2), member("invite"), said("hier", 0)]
            return type("Reply", (), {"ok": True, "body": {"chunk": chunk, "end": "t2"}, "sentence": ""})

    pushed = [member("join", number=3), said("encore", 4), said("plus tard", 5)]
    found = await Gap(Asking(), ROOM, BOT).since_invited(pushed)  # type: ignore[arg-type]
    assert [event["event_id"] for event in found] == ["$0", "$1", "$2", "$3", "$4", "$5"]


# --- The registration


def test_a_registration_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "palabre-registration.yaml"
    made = fresh(BOT, "http://127.0.0.1:8080/")
    write(file, made)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read(file, BOT) == made
    assert made.as_token != made.hs_token
    assert len(made.as_token) > 40
    assert made.as_token not in repr(made)
    assert made.hs_token not in repr(made)
    # The account of the bot is not the sender: that one may read no keys.
    assert "sender_localpart: palabre-service" in text_of(made)
    assert "rate_limited: false" in text_of(made)
    there = moved(made, BOT, "https://palabre.ville.fr")
    write(file, there)
    assert (there.as_token, there.hs_token) == (made.as_token, made.hs_token)
    assert read(file, BOT).url == "https://palabre.ville.fr"
    with pytest.raises(RegistrationError, match="put the file away first"):
        moved(made, "@autre:ville.fr", "http://127.0.0.1")


def test_a_registration_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    file = tmp_path / "palabre-registration.yaml"
    with pytest.raises(RegistrationError, match="palabre matrix registration"):
        read(file, BOT)
    write(file, fresh(BOT, "http://127.0.0.1:8080"))
    with pytest.raises(RegistrationError, match="not the registration of @autre"):
        read(file, "@autre:ville.fr")
    file.chmod(0o644)
    with pytest.raises(RegistrationError, match="chmod 600"):
        read(file, BOT)
    for nonsense in ("", "[]", "a: [", "id: palabre\nurl: x\n", "\t", "&a [*a]"):
        file.write_text(nonsense)
        file.chmod(0o600)
        with pytest.raises(RegistrationError, match="not in the form"):
            read(file, BOT)
    with pytest.raises(RegistrationError, match="no web address"):
        fresh(BOT, "127.0.0.1:8080")
    with pytest.raises(RegistrationError, match="PALABRE_MATRIX__USER"):
        fresh("palabre", "http://127.0.0.1:8080")


def test_with_a_registration_no_login_is_needed(tmp_path: Path) -> None:
    settings = MatrixSettings(homeserver="https://ville.fr", user=BOT, store=tmp_path, registration=REGISTRATION)
    assert REGISTRATION.as_token not in repr(settings)
    with pytest.raises(ValueError, match="not logged in"):
        MatrixSettings(homeserver="https://ville.fr", user=BOT, store=tmp_path)
