"""What makes two flows the same: hashes over their content.

The one rule: a hash depends on what a file says, never on how it is typed. Comments, quotes, indentation and the order
of keys change nothing; the order of steps and of choices does, because people see it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flows.flow import AnyOf, Choice, Kind, OneOf, Scale, Text

_ORDERED = frozenset({"one_of", "any_of"})


def content_hash(value: Any, blocks: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a file's data with the data of the blocks it includes, by name."""
    whole = [_canonical(value), [[name, _canonical(blocks[name])] for name in sorted(blocks)]]
    return _digest(whole)


def wording_hash(text: Text, kind: Kind) -> str:
    """Sixteen characters that stand for everything a person reads in a question, in all languages."""
    match kind:
        case OneOf(choices=choices) | AnyOf(choices=choices):
            labels = [_choice(choice) for choice in choices]
        case Scale(low_label=low, high_label=high):
            labels = [_texts(low), _texts(high)]
        case _:
            labels = []
    return _digest([_texts(text), labels])[:16]


def _digest(data: Any) -> str:
    return sha256(json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _texts(text: Text | None) -> list[Any]:
    return sorted(text.by_lang.items()) if text else []


def _choice(choice: Choice) -> list[Any]:
    return [choice.code, _texts(choice.label)]


def _canonical(value: Any, ordered: bool = False) -> Any:
    """Mappings as lists of pairs, sorted unless their order is seen by people."""
    if isinstance(value, list):
        return [_canonical(one) for one in value]
    if isinstance(value, dict):
        pairs = [[key, _canonical(one, key in _ORDERED)] for key, one in value.items()]
        return {"pairs": pairs if ordered else sorted(pairs, key=lambda pair: str(pair[0]))}
    return value
