"""A cell of a table that is safe in every spreadsheet.

The one rule: spreadsheets run what looks like a formula, so a cell never starts with one of `= + - @`, their full-width
forms, a tab, a line break or NUL: a `'` goes first, as OWASP asks (ASVS 5.0, 1.2.10). Formulas are kept off also after
a `;`, a tab or a line break inside a cell, where a spreadsheet told the wrong separator starts a new one.
"""

from __future__ import annotations

import re

_INVISIBLE = r"[\s\"\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]*"
_FORMULA = r"=+\-@\uff1d\uff0b\uff0d\uff20"
_AT_START = re.compile(rf"^(?={_INVISIBLE}[{_FORMULA}\t\n])")
_AT_SEPARATOR = re.compile(rf"([;|\t\n])(?={_INVISIBLE}[{_FORMULA}])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. What cannot be drawn is replaced, line ends are one kind."""
    cell = _CONTROLS.sub("\ufffd", cell.replace("\r\n", "\n").replace("\r", "\n"))
    return _AT_START.sub("'", _AT_SEPARATOR.sub(r"\1'", cell))
