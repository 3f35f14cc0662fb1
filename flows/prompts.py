"""What a button carries, in 64 bytes: `1.<prompt>.<token>`, `c.<command>.<argument>` or `v.<consultation>.<token>`.

The prompt id is made from the session, its sequence number and the step, so that the same event handled twice makes
the same id, and a button of one session means nothing in another. Tokens are short (a choice's place in its question,
or a word below), because the session is pinned to its flow: place and code cannot drift apart. What comes back is
attacker input: `read` promises nothing but the shape.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Collection
from hashlib import blake2b

SKIP = "skip"
BACK = "back"
DONE = "done"
DONT_KNOW = "dk"
ABSTAIN = "abs"
BLANK = "blank"
NONE = "none"
SEND = "send"
WITHDRAW = "out"
KEEP = "keep"

_CHOSEN = re.compile(r"=([0-9a-f]{1,8})")


def prompt_id(session: str, seq: int, step: str) -> str:
    """Twelve characters that name one showing of one step in one session."""
    digest = blake2b(f"{session}\0{seq}\0{step}".encode(), digest_size=9).digest()
    return urlsafe_b64encode(digest).decode()


def data(prompt: str, token: str) -> str:
    """What the button `token` under `prompt` carries."""
    return f"1.{prompt}.{token}"


def under(prompt: str, carried: str) -> str:
    """What `data("", token)` carries, for the button of a prompt that has its id by now."""
    return f"1.{prompt}.{carried[3:]}"


def command(name: str, argument: str = "") -> str:
    """What a menu button carries that does the same as typing a command."""
    return f"c.{name}.{argument}"


def card(consultation: str, token: str) -> str:
    """What a button on a card in a group carries: everybody presses the same ones."""
    return f"v.{consultation}.{token}"


def selection(poll: str, numbers: Collection[int]) -> str:
    """What somebody's whole selection in a messenger's own poll carries: `poll` is `flows.messages.Poll.id`, `numbers`
    the places of the options that they chose, counted from 0; none of them takes the vote back."""
    return f"{poll}={sum(1 << number for number in set(numbers)):x}"


def read_selection(token: str) -> tuple[int, ...] | None:
    """The places that the token of a selection names, in their order; None for any other token."""
    found = _CHOSEN.fullmatch(token)
    return tuple(at for at in range(32) if int(found[1], 16) >> at & 1) if found else None


def read(data: str) -> tuple[str, str] | None:
    """(prompt id, token) of a session's button; None for anything else."""
    version, _, rest = data.partition(".")
    prompt, _, token = rest.partition(".")
    return (prompt, token) if version == "1" and prompt and token else None


def read_command(data: str) -> tuple[str, str] | None:
    """(name, argument) of a menu button; None for anything else."""
    kind, _, rest = data.partition(".")
    name, _, argument = rest.partition(".")
    return (name, argument) if kind == "c" and name else None


def read_card(data: str) -> tuple[str, str] | None:
    """(consultation, token) of a button on a card; None for anything else."""
    kind, _, rest = data.partition(".")
    consultation, _, token = rest.partition(".")
    return (consultation, token) if kind == "v" and consultation and token else None
