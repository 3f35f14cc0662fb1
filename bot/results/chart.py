"""The pictures of a result, as PNG.

The one rule: the service never imports matplotlib, 60 MB that would stay. `draw_apart` has the pictures drawn by a
process that lives for one drawing, `python -m bot.results.chart`: JSON from `payload` on its input, PNG pictures one
after the other on its output.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.results.panels import alt_text, payload
from flows.flow import Flow
from flows.tally.counts import Result

__all__ = ["ChartFailed", "alt_text", "draw", "draw_apart", "payload", "split"]

PATIENCE = 60.0
SIGNATURE = b"\x89PNG\r\n\x1a\n"


class ChartFailed(Exception):
    """The drawing process ended without pictures; the text says what it wrote last."""


def draw(flow: Flow, result: Result, lang: str, *, closed: bool = True, at: datetime | None = None) -> list[bytes]:
    """The pictures of a result, drawn in this process (which then holds matplotlib)."""
    from bot.results.drawing import draw_sheets

    return draw_sheets(payload(flow, result, lang, closed=closed, at=at))


async def draw_apart(payload: Mapping[str, Any]) -> list[bytes]:
    """The pictures of a payload, drawn by a process of its own. ChartFailed when it does not manage."""
    if not payload["sheets"]:
        return []
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.results.chart",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        async with asyncio.timeout(PATIENCE):
            drawn, said = await process.communicate(json.dumps(payload).encode())
    except TimeoutError:
        raise ChartFailed(f"no picture after {PATIENCE:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ChartFailed(said.decode(errors="replace").strip()[-500:] or f"status {process.returncode}")
    return split(drawn)


def split(pictures: bytes) -> list[bytes]:
    """PNG pictures that follow each other, each on its own."""
    found, start, place = [], 0, 8
    while place < len(pictures):
        length, kind = int.from_bytes(pictures[place : place + 4], "big"), pictures[place + 4 : place + 8]
        place += length + 12
        if kind == b"IEND":
            found.append(pictures[start:place])
            start, place = place, place + 8
    if start != len(pictures) or not all(picture.startswith(SIGNATURE) for picture in found):
        raise ChartFailed("the pictures are cut short")
    return found


def main() -> None:
    """JSON in, pictures out."""
    from bot.results.drawing import draw_sheets

    for picture in draw_sheets(json.load(sys.stdin)):
        sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    main()
