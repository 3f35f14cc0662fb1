"""What messengers are called, to somebody who uses several.

The one rule: a messenger is enough of a name as long as there is one account on it; only two on the same one are told
apart by the account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from hashlib import sha256

from locales import tr

LONGEST = 24


def names(some: Collection[str], lang: str) -> dict[str, str]:
    """What to call each of these identities (`telegram:17`), in their order."""
    ordered = sorted(some)
    accounts = Counter(one.partition(":")[0] for one in ordered)
    return {one: _name(one, lang, alone=accounts[one.partition(":")[0]] == 1) for one in ordered}


def _name(identity: str, lang: str, *, alone: bool) -> str:
    adapter, _, account = identity.partition(":")
    name = messenger(adapter, lang)
    return name if alone else f"{name} ({account if len(account) <= LONGEST else '…' + account[-6:]})"


def messenger(adapter: str, lang: str) -> str:
    match adapter:
        case "web":
            return tr(lang, "the web chat")
        case "console":
            return tr(lang, "the terminal")
        case _:
            return adapter.capitalize()


def listed(some: Sequence[str], lang: str) -> str:
    """Several names in a sentence."""
    *first, last = some
    return tr(lang, "{several} and {last}", several=", ".join(first), last=last) if first else last


def mark(identity: str) -> str:
    """A short name for an identity that fits into a button."""
    return sha256(identity.encode()).hexdigest()[:12]
