"""Small things that would become large: each is refused, in little time and little memory.

The one rule: each is lit in a process of its own, with a hundred megabytes more than what that process needs to be
there at all; what asks for more fails by itself. Time is the processor's, so that a busy machine changes nothing.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOM = 100_000_000
"""Bytes that a bomb may ask for."""
SECONDS = 0.1
MARGIN = 10
"""A core that is shared is slower than one of its own, also by its own clock, and no test should fail of that."""

FLOW = "palabre: 1\nid: x\nlang: en\ntitle: T\nsteps:\n"


def _yaml(text: str) -> Callable[[], bool]:
    def light() -> bool:
        from flows.load import load_text

        loaded = load_text(text, "f", lang="en")
        return loaded.flow is None and 0 < len(loaded.mistakes) <= 200

    return light


def _step(text: str) -> Callable[[], bool]:
    return _yaml(f"{FLOW}- ask: a\n  text: b\n  {text}\n- end: e\n  text: t\n")


_LAUGHS = (
    "a: &a ["
    + "x," * 20
    + "]\n"
    + "".join(f"{b}: &{b} [{f'*{a},' * 20}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
)
_NINES = "9" * 60_000
YAML: dict[str, Callable[[], bool]] = {
    "aliases": _yaml(_LAUGHS),
    "merges": _yaml("a: &a {x: 1}\n" + "".join(f"b{n}: {{<<: [{'*a,' * 50}]}}\n" for n in range(200))),
    "itself": _yaml("a: &a [*a]\n"),
    "depth": _yaml("[" * 60_000),
    "depth in blocks": _yaml("".join(f"{' ' * n}a:\n" for n in range(340))),
    "tags": _yaml("!!python/object/apply:os.system ['true']\n" + "!a " * 20_000),
    "one long word": _yaml("title: " + "x" * 60_000),
    "one long key": _yaml("x" * 60_000 + ": 1"),
    "a long number": _step(f"number: {{min: {_NINES}, max: 1{_NINES[:3000]}}}"[:60_000]),
    "a far number": _step("number: {min: 1e999999999, max: 2e999999999}"),
    "a small number": _step("number: {min: 1e-999999999, max: 1}"),
    "a long fraction": _step(f"number: {{min: 0.{_NINES[:50_000]}, max: 2}}"),
    "a number in base 16": _step(f"number: {{min: 0x{_NINES[:50_000]}, max: 1}}"),
    "so many choices": _step(
        "at_most: 999999999999999999999\n  any_of: {" + ",".join(f"c{n}: x" for n in range(5000)) + "}"
    ),
    "blanks": _step("one_of: {a: '" + "{a}" * 15_000 + "', b: x}"),
    "a condition": _step("number: {min: 1, max: 2}\n  when: '" + "(" * 20_000 + "'"),
    "a power": _step("number: {min: 1, max: 2}\n  when: 'a == 9**9**9**9'"),
    "a product of texts": _step("number: {min: 1, max: 2}\n  when: 'a == \"x\" * 999999999'"),
    "money": _yaml(
        FLOW + "- budget: b\n  text: t\n  limit: 1e400000000\n  projects: {a: {label: A, cost: 1e400000000}}\n"
    ),
    "a date": _yaml("window: {opens: 999999999999-01-01T00:00, closes: 1}\n" + FLOW),
    "a long wait": _yaml(FLOW + "- say: a\n  text: b\n- end: e\n  text: t\nforget: 999999999999999999999d\n"),
    "256 MB of it": lambda: _yaml("a: b\n" * 10_000_000)(),
}


# --- Files of ballots ------------------------------------------------------------------------------------------------


def _ballots(name: str, data: bytes) -> Callable[[], bool]:
    def light() -> bool:
        from flows.tally.files import BadFile, Unclear, read

        try:
            read(data, name, "en")
        except (BadFile, Unclear):
            return True
        return False

    return light


_PB = b"META\nkey;value\nbudget;%b\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;%b\nVOTES\nvoter_id;vote\n1;1\n"
BALLOTS: dict[str, Callable[[], bool]] = {
    "a wide table": _ballots("x.csv", b"a," * 3_000_000),
    "a tall table of nothing": _ballots("x.csv", b"\n" * 5_000_000),
    "an open quote": _ballots("x.csv", b'way\n"' + b"x" * 10_000_000),
    "quotes": _ballots("x.csv", b"way\n" + b'"' * 1_000_000),
    "a line": _ballots("x.csv", b"way\n" + b"x;" * 5_000_000),
    "depth in JSON": _ballots("x.json", b"[" * 1_000_000),
    "maps in JSON": _ballots("x.json", b'{"a":' * 200_000),
    "a far number in JSON": _ballots("x.json", b'{"ballots":[{"a":1e999999999}]}'),
    "a long number in JSON": _ballots("x.json", b'{"ballots":[{"a":' + _NINES.encode() * 10 + b"}]}"),
    "so many in PrefLib": _ballots("x.soi", b"# NUMBER ALTERNATIVES: 999999999999\n# NUMBER VOTERS: 1\n1: 1,2\n"),
    "a weight in PrefLib": _ballots(
        "x.soi", b"# NUMBER ALTERNATIVES: 1\n# ALTERNATIVE NAME 1: a\n" + _NINES.encode() + b": 1\n"
    ),
    "brackets in PrefLib": _ballots(
        "x.toc", b"# NUMBER ALTERNATIVES: 1\n# ALTERNATIVE NAME 1: a\n1: " + b"{" * 100_000
    ),
    "money in Pabulib": _ballots("x.pb", _PB % (b"1e999999999", b"1")),
    "a cost in Pabulib": _ballots("x.pb", _PB % (b"1", b"1e999999999")),
}


# --- Archives --------------------------------------------------------------------------------------------------------


def _zipped(entries: dict[str, int]) -> Path:
    """An archive of zeros: so many million of each name."""
    file = Path(tempfile.mkstemp(suffix=".zip", dir=os.environ["BOMBS"])[1])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, millions in entries.items():
            with archive.open(name, "w") as inside:
                for _ in range(millions):
                    inside.write(bytes(1_000_000))
    return file


def _package(file: Path) -> bool:
    from bot.results import verify

    try:
        verify.opened(str(file))
    except (verify.NoPackage, verify.Wrong):
        return True
    return False


def _backup(file: Path) -> bool:
    from bot.backups import opened
    from storage.database import StorageError

    try:
        with opened(file, file.parent):
            return False
    except StorageError:
        return True


ARCHIVES: dict[str, tuple[dict[str, int], Callable[[Path], bool]]] = {
    "one that is large": ({"manifest.json": 120}, _package),
    "many that are": ({f"{n}.json": 12 for n in range(10)}, _package),
    "the page of a backup": ({"backup.json": 120, "palabre.db": 1}, _backup),
}


# --- Pictures --------------------------------------------------------------------------------------------------------


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *more: bytes, depth: int = 8, kind: int = 2) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + _chunk(b"IDAT", zlib.compress(bytes(99))) + _chunk(b"IEND", b"")
    )


@cache
def _packed(megabytes: int) -> bytes:
    packer = zlib.compressobj()
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()


def _jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return b"\xff\xd8" + frame + b"\xff\xd9"


def _webp(width: int, height: int) -> bytes:
    body = (
        b"WEBPVP8X"
        + struct.pack("<I", 10)
        + b"\x10\0\0\0"
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _picture(make: Callable[[], bytes]) -> Callable[[], Callable[[], bool]]:
    def ready() -> Callable[[], bool]:
        data = make()

        def light() -> bool:
            from adapters.pictures import Unfit, clean

            try:
                clean(data)
            except Unfit:
                return True
            return False

        return light

    return ready


PICTURES: dict[str, Callable[[], Callable[[], bool]]] = {
    "a wide PNG": _picture(lambda: _png(50_000, 50_000)),
    "a PNG of one line": _picture(lambda: _png(2**31 - 1, 1)),
    "a PNG of bits": _picture(lambda: _png(60_000, 60_000, depth=1, kind=0)),
    "words in a PNG": _picture(lambda: _png(10, 10, *[_chunk(b"zTXt", b"a\0\0" + _packed(60))] * 20)),
    "more words in a PNG": _picture(lambda: _png(10, 10, *[_chunk(b"iTXt", b"a\0\1\0\0\0" + _packed(60))] * 20)),
    "a profile in a PNG": _picture(lambda: _png(10, 10, *[_chunk(b"iCCP", b"a\0\0" + _packed(120))])),
    "a wide JPEG": _picture(lambda: _jpeg(65_000, 65_000)),
    "a wide WebP": _picture(lambda: _webp(16_000_000, 16_000_000)),
    "too many bytes": _picture(lambda: b"\xff\xd8\xff" + bytes(12_000_000)),
}


# --- Texts, and our own patterns -------------------------------------------------------------------------------------

_SIZE = 60_000
TEXTS = {
    "letters": "a" * _SIZE,
    "spaces": " " * _SIZE + "x",
    "words": "a " * (_SIZE // 2),
    "figures": "1" * _SIZE,
    "groups of figures": "06 12 " * (_SIZE // 6),
    "brackets": "(" * _SIZE,
    "quotes": '"' * _SIZE,
    "addresses": "http://a.b/" * (_SIZE // 11),
    "dots": "a." * (_SIZE // 2),
    "ats": "a@" * (_SIZE // 2),
    "dashes": "a-" * (_SIZE // 2),
    "commas": "a," * (_SIZE // 2),
    "ands": "bus et " * (_SIZE // 7),
    "accents": "e\u0301" * (_SIZE // 2),
    "accents on one letter": "e" + "\u0301" * _SIZE,
    "joiners": "\u200d" * _SIZE,
    "flags": "\U0001f1eb" * (_SIZE // 4),
    "look-alikes": "\u0430a" * (_SIZE // 2),
    "slashes": "/" * _SIZE,
    "options": "--x " * (_SIZE // 4),
}


def _read(text: str) -> Callable[[], bool]:
    def light() -> bool:
        from flows import personal, reading, skeleton, weblinks

        labels = ("By bike", "By bus", "On foot, which takes longer", "1", "http://a.b/")
        for read in (reading.pick, reading.several, reading.in_order):
            read(text, labels)
        reading.number(text)
        reading.yes_no(text)
        personal.personal(text)
        weblinks.links(text)
        skeleton.words(text)
        skeleton.tricks(text)
        skeleton.clean(text)
        return True

    return light


# --- Lighting them ---------------------------------------------------------------------------------------------------


def _ready(name: str) -> Callable[[], bool]:
    """What lights one of them; what it is made of is there already."""
    group, _, one = name.partition(": ")
    match group:
        case "yaml":
            return YAML[one]
        case "ballots":
            return BALLOTS[one]
        case "archive":
            entries, opens = ARCHIVES[one]
            file = _zipped(entries)
            return lambda: opens(file)
        case "picture":
            return PICTURES[one]()
        case _:
            return _read(TEXTS[one])


NAMES = [
    *(f"yaml: {name}" for name in YAML),
    *(f"ballots: {name}" for name in BALLOTS),
    *(f"archive: {name}" for name in ARCHIVES),
    *(f"picture: {name}" for name in PICTURES),
    *(f"text: {name}" for name in TEXTS),
]


def _lit(name: str) -> dict[str, Any]:
    """In a child of this process: whether it was refused, the seconds, the megabytes."""
    light = _ready(name)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            found = _measured(light)
        except BaseException as error:
            found = {"refused": f"{type(error).__name__}: {error}"[:200]}
        os.write(writing, json.dumps(found).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        said = told.read()
    os.waitpid(child, 0)
    return {"name": name, **(json.loads(said) if said else {"refused": "the process died"})}


def _measured(light: Callable[[], bool]) -> dict[str, Any]:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    refused = light()
    seconds = time.process_time() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"refused": refused, "seconds": seconds, "megabytes": grown / 1000}


def _light_all() -> None:
    """One JSON line for each. What is loaded once and stays is loaded first."""
    warnings.simplefilter("error")
    for name in ("yaml: itself", "ballots: a wide table", "picture: a wide JPEG", "text: accents"):
        _ready(name)()
    import bot.backups
    import bot.results.verify  # noqa: F401

    for name in NAMES:
        print(json.dumps(_lit(name)), flush=True)


@pytest.fixture(scope="module")
def lit(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    environment = os.environ | {"BOMBS": str(tmp_path_factory.mktemp("bombs"))}
    done = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is looked at as Linux shows it")
@pytest.mark.parametrize("name", NAMES)
def test_a_bomb(lit: dict[str, dict[str, Any]], name: str) -> None:
    found = lit[name]
    assert found["refused"] is True, found
    assert found["seconds"] < SECONDS * MARGIN, found
    assert found["megabytes"] * 1_000_000 < ROOM, found


def test_the_measure_measures() -> None:
    """What takes too much is seen to."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(_measured(lambda: bool(bytearray(ROOM + 50_000_000)))).encode())
        except MemoryError:
            os.write(writing, b"MemoryError")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        assert told.read() == b"MemoryError"
    os.waitpid(child, 0)


if __name__ == "__main__":
    _light_all()
