"""A picture of a stranger: told by its bytes, without its history, and never at too high a cost."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from adapters.pictures import MAX_BYTES, SIDE, Fault, Unfit, clean, kind_of, size_of


def written(image: Image.Image, format: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def fault(data: bytes) -> Fault:
    with pytest.raises(Unfit) as unfit:
        clean(data)
    return unfit.value.fault


def test_nothing_of_its_history_stays() -> None:
    exif = Image.Exif()
    exif[0x0110], exif[0x9286] = "TRACE camera", "TRACE comment"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new("RGB", (300, 200), "red")
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "TRACE text")
    text.add_itxt("XML:com.adobe.xmp", "TRACE xmp")
    for data in (
        written(picture, "JPEG", exif=exif, comment=b"TRACE", icc_profile=profile, xmp=b"TRACE xmp", dpi=(123, 123)),
        written(picture, "PNG", exif=exif, pnginfo=text, icc_profile=profile),
        written(picture, "WEBP", exif=exif, xmp=b"TRACE xmp", icc_profile=profile),
        written(picture, "JPEG") + b"TRACE after the end",
    ):
        made = clean(data)
        assert made.mime == kind_of(made.data) == "image/jpeg"
        assert b"TRACE" not in made.data
        assert {"exif", "icc_profile", "comment", "xmp", "dpi"}.isdisjoint(opened(made.data).info)
        assert not opened(made.data).getexif()


def test_it_stands_upright_and_is_small_enough() -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    made = opened(clean(written(Image.new("RGB", (4000, 3000)), "JPEG", exif=exif)).data)
    assert made.size == (SIDE * 3 // 4, SIDE)
    assert opened(clean(written(Image.new("RGB", (30, 20)), "PNG")).data).size == (30, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_way_of_keeping_colours_can_be_read(mode: str) -> None:
    picture = Image.new(mode, (20, 20))
    data = written(picture, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(clean(data).data).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    made = opened(clean(written(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG")).data)
    assert made.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(99),
        b"<svg xmlns='x'/>",
        b"%PDF-1.7",
        b"RIFF\0\0\0\0WAVE",
        b"\0\0\0\x18ftypheic",
        b"II*\0",
    ],
)
def test_what_is_no_picture_we_know_is_not_opened(data: bytes) -> None:
    assert kind_of(data) is None
    assert fault(data) is Fault.KIND


def test_one_kind_does_not_pass_for_another() -> None:
    gif = written(Image.new("P", (9, 9)), "GIF")
    assert fault(b"\xff\xd8\xff" + gif) is Fault.DAMAGED
    assert fault(b"\x89PNG\r\n\x1a\n" + written(Image.new("RGB", (9, 9)), "JPEG")) is Fault.DAMAGED


def test_what_is_cut_or_spoilt_is_not_passed_on() -> None:
    whole = written(Image.effect_noise((200, 200), 80).convert("RGB"), "JPEG")
    assert fault(whole[: len(whole) // 2]) is Fault.DAMAGED
    assert fault(b"\xff\xd8\xff" + bytes(1000)) is Fault.DAMAGED
    assert fault(b"x" * (MAX_BYTES + 1)) is Fault.SIZE


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(6400, 6400), (10_000, 9_000), (60_000, 60_000), (2**31 - 1, 1)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_not_lit(size: tuple[int, int]) -> None:
    assert fault(bomb(*size)) is Fault.PIXELS


def test_sizes_are_read_from_the_bytes() -> None:
    assert size_of(written(Image.new("RGB", (33, 21)), "PNG")) == (33, 21)
    assert size_of(clean(written(Image.new("RGB", (33, 21)), "WEBP")).data) == (33, 21)
    for nothing in (b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\x10" + bytes(8), b"\x89PNG\r\n\x1a\n"):
        assert size_of(nothing) is None
