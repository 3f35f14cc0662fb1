"""A picture that somebody sent, made fit to be passed on: what it is, told by its bytes; its size, bounded; everything
that tells where, when and with what it was taken, gone.

The one rule: **no byte of the original leaves.** The points are read, turned upright and written anew into an empty
picture, so that no position, name or comment of the camera can come along, known kind of note or not. Whoever sends a
file decides neither how much memory that takes (`MAX_PIXELS`) nor what we believe it to be.
"""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from adapters.base import File, Refused

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
SIDE = 1600
QUALITY = 85
_PNG = b"\x89PNG\r\n\x1a\n"
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_ONE_AT_A_TIME = ThreadPoolExecutor(1, thread_name_prefix="pictures")
"""A large picture takes a hundred megabytes while it is read; two people must not make that two hundred."""


class Fault(StrEnum):
    """Why something is not taken."""

    SIZE = "size"
    KIND = "kind"
    PIXELS = "pixels"
    DAMAGED = "damaged"


class Unfit(Exception):
    """It is not passed on."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def kind_of(data: bytes) -> str | None:
    """`image/jpeg`, `image/png` or `image/webp`, by the first bytes; None for anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(_PNG):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, or of a JPEG that `clean` made; None for anything else."""
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    return _jpeg_size(data) if data.startswith(b"\xff\xd8\xff") else None


def clean(data: bytes) -> File:
    """The picture anew: upright, at most `SIDE` points wide and high, a JPEG that holds its points and nothing else.
    Raises `Unfit`."""
    from PIL import Image, ImageOps  # when the first picture comes: most places never see one

    if len(data) > MAX_BYTES:
        raise Unfit(Fault.SIZE)
    kind = kind_of(data)
    if kind is None:
        raise Unfit(Fault.KIND)
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unfit(Fault.PIXELS)
            image.draft("RGB", (SIDE, SIDE))
            shown = image if image.mode in ("RGB", "L") else image.convert("RGBA")
            shown.thumbnail((SIDE, SIDE))
            shown = ImageOps.exif_transpose(shown)
            page = Image.new("RGB", shown.size, "white")
            page.paste(shown, mask=shown.getchannel("A") if shown.mode == "RGBA" else None)
    except Unfit:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit(Fault.PIXELS) from None
    except Exception:  # whatever a stranger's bytes do to the library, it is their picture that is not taken
        raise Unfit(Fault.DAMAGED) from None
    out = io.BytesIO()
    page.save(out, "JPEG", quality=QUALITY, optimize=True)
    return File(data=out.getvalue(), mime="image/jpeg")


async def cleaned(data: bytes) -> File:
    """`clean`, beside the loop. Raises `Unfit`."""
    return await asyncio.get_running_loop().run_in_executor(_ONE_AT_A_TIME, clean, data)


async def fetched(data: bytes) -> File:
    """`cleaned`, for `Adapter.fetch`. Raises `Refused`."""
    try:
        return await cleaned(data)
    except Unfit as unfit:
        raise Refused(f"the picture cannot be passed on ({unfit})") from None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """From the frame header. https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.2.2)"""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return None
