"""A link to one proposal.

The one rule: who comes by it begins with that proposal, and what they say of it is counted apart (`shared`).
"""

from __future__ import annotations

import re

from bot.scene import Rules

_PAYLOAD = re.compile(r"(.+)-p([1-9]\d{0,8})")


def payload(consultation: str, number: int) -> str:
    """What follows /start."""
    return f"{consultation}-p{number}"


def read(argument: str) -> tuple[str, int] | None:
    """(consultation, number) of a payload; None when it names no proposal."""
    found = _PAYLOAD.fullmatch(argument.strip())
    return (found[1], int(found[2])) if found else None


def share_link(rules: Rules, adapter: str, consultation: str, number: int) -> str:
    """An address that opens a private chat with this proposal in front."""
    asked = payload(consultation, number)
    return rules.link(adapter, asked) or f"{rules.public_url}/start/{asked}"
