"""Damaged lines in a terminal, and damaged items from whatever adapter: none stops the service."""

from __future__ import annotations

import io

import pytest
from damaging import NOW, Damage, Mill, sound, told

from adapters.base import Inbound, Place
from adapters.console import Console
from flows.events import Pressed, Said, Shared

SEED = 20260304
VALID = (
    b"/start mobilite",
    b"1",
    b"En bus, parce que c'est pratique",
    "À vélo, été comme hiver".encode(),
    b"/help",
    b"",
)


def typed(damage: Damage, many: int) -> list[bytes]:
    """Lines, each with a good one behind it."""
    lines = []
    for number in range(many):
        line = damage.torn(damage.dice.choice(VALID)) * damage.dice.choice((1, 1, 1, 1, 300))
        lines += [line.replace(b"\n", b"\r"), b"good %d" % number]
    return lines


async def reads(damage: Damage, many: int, mill: Mill | None = None) -> None:
    lines = typed(damage, many)
    adapter = Console(io.BytesIO(b"\n".join(lines) + b"\n"), io.StringIO(), lang="en", now=lambda: NOW)
    heard = []
    with told(damage.seed, lambda: len(heard)):
        async for batch in adapter.receive(None):
            for item in batch.items:
                sound(item)
                assert isinstance(item.event, Said)
                heard.append(item.event.text)
            if mill is not None:
                mill.takes("console", batch.items)
        assert heard[1::2] == [f"good {number}" for number in range(many)]


async def test_thousands_are_read() -> None:
    await reads(Damage(SEED), 5_000)


@pytest.mark.soak
async def test_a_hundred_thousand_are_read() -> None:
    await reads(Damage(SEED + 1), 100_000)


# --- The whole road --------------------------------------------------------------------------------------------------


async def test_hundreds_go_the_whole_road(mill: Mill) -> None:
    await reads(Damage(SEED + 2), 100, mill)
    mill.fine()


HALF = "\ud83d"
ODD: list[dict[str, object]] = [
    {"event": Said(at=NOW, text=f"a{HALF}b\0")},
    {"event": Said(at=NOW, text="/report", quoted=("1", f"{HALF}", "\0"), poll=(HALF, "a"))},
    {"event": Pressed(at=NOW, data=f"1.{HALF}.0\0", message=HALF)},
    {"event": Shared(at=NOW, what=HALF, name="\0", text=HALF, ref=HALF, spot=HALF)},
    {"key": f"k{HALF}\0"},
    {"person": f"p{HALF}\0"},
    {"place": Place("somewhere", f"\0{HALF}")},
    {"place": Place("somewhere", "\0")},
    {"place": Place("somewhere", "a", f"\0{HALF}")},
    {"locale": f"fr{HALF}\0"},
]


def test_what_no_database_writes_is_taken_out_whichever_adapter_brings_it(mill: Mill) -> None:
    """An adapter that somebody else wrote may not know; its batch, and with it everybody's, must not stop."""
    items = [_item(**({"key": f"{at}"} | fields)) for at, fields in enumerate(ODD)]
    mill.takes("somewhere", [_item(key="before"), *items, _item(key="after")])
    mill.fine()
    assert mill.rows("SELECT count(*) FROM inbox WHERE adapter = 'somewhere'") == [(len(ODD) + 2,)]


def _item(**fields: object) -> Inbound:
    known = {"place": Place("somewhere", "p"), "person": "p", "event": Said(at=NOW, text="x"), "locale": "en"}
    return Inbound(private=True, **(known | fields))  # type: ignore[arg-type]
