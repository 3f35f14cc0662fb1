"""From bytes to lines and numbers, and a pad on which mistakes are written while reading.

The one rule: nothing is turned into a number before its length is known. "1e999999999" is eleven letters and a number
that fills the memory.
"""

from __future__ import annotations

import re
from fractions import Fraction

from flows.tally.files.shape import BadFile, Mistake
from flows.tally.outcome import Number
from locales import tr

MOST_BYTES = 256 * 1024 * 1024
LONGEST_LINE = 200_000
MOST_OPTIONS = 5_000
MOST_MISTAKES = 20

_NUMBER = re.compile(r"([+-]?[0-9]{1,15})(?:[.,]([0-9]{1,9}))?")
_COUNT = re.compile(r"[0-9]{1,12}")


class Pad:
    """Collects mistakes and remarks, in the language of the person who reads them. It is full after a few mistakes:
    a file of the wrong kind has one in each line."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.remarks: list[str] = []
        self._mistakes: list[Mistake] = []

    def wrong(self, line: int, what: str) -> None:
        self._mistakes.append(Mistake(line, what))
        if len(self._mistakes) >= MOST_MISTAKES:
            self.settle()

    def stop(self, line: int, what: str) -> BadFile:
        """The mistake after which reading makes no sense, to be raised."""
        return BadFile(sorted({*self._mistakes, Mistake(line, what)}))

    def remark(self, what: str) -> None:
        self.remarks.append(what)

    def settle(self) -> None:
        """Go on only when nothing is wrong so far."""
        if self._mistakes:
            raise BadFile(sorted(set(self._mistakes)))


def decoded(data: bytes, pad: Pad) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else the old Western European encoding."""
    lang = pad.lang
    if len(data) > MOST_BYTES:
        raise pad.stop(0, tr(lang, "This file is too big: at most {n} megabytes.", n=MOST_BYTES // 1024 // 1024))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
            pad.remark(tr(lang, "The text is not in UTF-8; it was read as Western European (Windows-1252)."))
    at = text.find("\0")
    if at >= 0:
        raise pad.stop(text.count("\n", 0, at) + 1, tr(lang, "This is not a text file."))
    if not text.strip():
        raise pad.stop(0, tr(lang, "This file is empty."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str, pad: Pad) -> list[str]:
    """The lines of a text; one that no person can have written is refused."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            raise pad.stop(number, tr(pad.lang, "This line is too long: at most {n} characters.", n=LONGEST_LINE))
    return lines


def number_in(text: str) -> Number | None:
    """A whole or decimal number (with a point or a comma), exactly; None when it is none, or an absurd one."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    whole, part = found.groups()
    if part is None or not part.strip("0"):
        return int(whole)
    return Fraction(f"{whole}.{part}")


def count_in(text: str) -> int | None:
    """How many: a whole number of at most twelve digits."""
    return int(text) if _COUNT.fullmatch(text.strip()) else None


def spelled(number: Number) -> str:
    """A number as `number_in` reads it: no fractions but decimal ones."""
    if isinstance(number, int) or number.denominator == 1:
        return str(int(number))
    thousandths = number * 10**9
    if thousandths.denominator != 1:
        raise ValueError(f"{number} is no decimal number")
    sign, digits = ("-" if number < 0 else ""), str(abs(int(thousandths))).rjust(10, "0")
    return f"{sign}{digits[:-9]}.{digits[-9:].rstrip('0')}"


def one_line(text: str) -> str:
    """A name as it may stand in a line of a file."""
    return " ".join(text.replace("\0", " ").split())
