"""The bot one would write first: matrix-nio's `AsyncClient` in its own loop, repeating what it hears, for comparison in
`palabre bench`. It keeps nothing.

    python -m adapters.matrix.stock URL USER TOKEN
"""

from __future__ import annotations

import asyncio
import logging
import sys

from nio import AsyncClient, AsyncClientConfig, InviteMemberEvent, MatrixRoom, RoomMessageText


async def main(url: str, user: str, token: str) -> None:
    client = AsyncClient(url, user, config=AsyncClientConfig(encryption_enabled=False, store_sync_tokens=False))
    client.user_id, client.access_token = user, token

    async def invited(room: MatrixRoom, _event: InviteMemberEvent) -> None:
        await client.join(room.room_id)

    async def heard(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender != user:
            await client.room_send(room.room_id, "m.room.message", {"msgtype": "m.text", "body": event.body})

    client.add_event_callback(invited, InviteMemberEvent)
    client.add_event_callback(heard, RoomMessageText)
    await client.sync_forever(timeout=30_000)


if __name__ == "__main__":
    logging.disable()
    asyncio.run(main(*sys.argv[1:]))
