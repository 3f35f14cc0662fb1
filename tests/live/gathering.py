"""What the tests of Matrix rooms share: a service with an account, people together in a room, answers to a message.

The one rule: nobody says anything in a room before everybody in it sees everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from running import Town
from synapse import Client, Registered, Shown, Synapse

NAMES: Iterator[int] = iter(range(1, 1_000_000))


def town_on(synapse: Synapse, bot: Registered, folder: Path, **settings: str) -> Town:
    """A service with a Matrix account that was logged in elsewhere."""
    return Town(
        folder,
        MATRIX__HOMESERVER=synapse.url,
        MATRIX__USER=bot.user,
        MATRIX__ACCESS_TOKEN=bot.token,
        MATRIX__DEVICE_ID=bot.device,
        MATRIX__STORE=str(folder / "keys"),
        **settings,
    )


async def new_bot(synapse: Synapse) -> Registered:
    return await synapse.register(f"palabre{next(NAMES)}")


async def somebody(synapse: Synapse, name: str, *, encrypted: bool) -> Client:
    return await synapse.citizen(f"{name}{next(NAMES)}", encrypted=encrypted)


async def together(owner: Client, bot: Registered, *others: Client, encrypted: bool) -> str:
    """A room with everybody in it, the bot too."""
    room = await owner.room(bot.user, *(one.user for one in others), encrypted=encrypted)
    await asyncio.gather(*(one.join(room) for one in others))
    for one in (owner, *others):
        if encrypted:
            await one.until(lambda one=one: any(one.nio.device_store.active_user_devices(bot.user)), "the bot's device")
        await one.until(lambda one=one: bot.user in inside(one, room), "the bot in the room")
        await one.until(lambda one=one: len(inside(one, room)) == len(others) + 2, "everybody in the room")
    return room


def inside(one: Client, room: str) -> set[str]:
    """Who is in a room, as far as somebody's client knows."""
    known = one.nio.rooms.get(room)
    return set(known.users) - set(known.invited_users) if known is not None else set()


def answering(message: Shown) -> dict[str, object]:
    """What makes a message an answer to another one."""
    return {"m.relates_to": {"m.in_reply_to": {"event_id": message.id}}}


def sign(number: int) -> str:
    """A number as the signs that people put on a message."""
    return "".join(f"{digit}\ufe0f\u20e3" for digit in str(number))
