"""What automatic rules look for here, as an operator sets it.

The one rule: a rule that is switched off flags nothing anywhere; what is added is compared like what ships.
"""

from __future__ import annotations

from dataclasses import dataclass

CODES = ("tricks", "words", "spam", "personal", "deceptive_link", "link", "shouting", "repeated", "flood")
"""Every automatic rule, most serious first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """`allowed` are hosts whose links need no look (their subdomains neither), `words` further words or expressions to
    flag in every language, `off` the codes of rules that are switched off."""

    allowed: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()


DEFAULT = Detection()
