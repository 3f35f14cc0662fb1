"""The blanks of a text: `{title}`, `{closes}`, `{left}`, and those that a block declares.

The one rule: a blank is a plain name out of a closed list, replaced once. Texts never meet `str.format`, which can
read attributes of what it is given, and so secrets; and what fills a blank is never searched for blanks again.
`{{` and `}}` write braces.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

BLANKS = ("title", "closes", "left")
"""What `say`, `ask`, `end` and reminders may contain: the title, the closing hour, the number of questions left."""

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


def fill(text: str, values: Mapping[str, object]) -> str:
    """`text` as people read it: blanks filled, doubled braces single. A blank without a value stays as it is."""
    if "{" not in text and "}" not in text:
        return text

    def put(match: re.Match[str]) -> str:
        if match[1] is not None:
            return str(values.get(match[1], match[0]))
        return match[0][0]

    return _PIECE.sub(put, text)


def replaced(text: str, values: Mapping[str, str]) -> str:
    """`text` with the blanks of `values` replaced, and everything else, doubled braces included, as it was."""
    if not values or "{" not in text:
        return text
    return _PIECE.sub(lambda match: values.get(match[1] or "", match[0]), text)


def strays(text: str, allowed: Collection[str]) -> Iterator[tuple[int, str]]:
    """(offset, what stands there) of each blank that is not allowed and each brace that stands alone."""
    for match in _PIECE.finditer(text):
        if match[0] not in ("{{", "}}") and match[1] not in allowed:
            yield match.start(), match[0]
