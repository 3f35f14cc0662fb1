"""Polls of Matrix's own as they travel: what starts one, answers it and ends it. Pure.

The one rule: written as clients read it, read as anybody may have written it. In the rooms that exist today polls go
under the names that the proposal had before it was accepted, and that is what clients look for; the names since then
are for rooms whose version knows them, of which there is none yet. Both are read.
https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/3381-polls.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.messages import Poll

_OLD = "org.matrix.msc3381.poll"
START, RESPONSE, END = f"{_OLD}.start", f"{_OLD}.response", f"{_OLD}.end"
STARTS = (START, "m.poll.start")
RESPONSES = (RESPONSE, "m.poll.response")
_TEXT = "org.matrix.msc1767.text"
_DISCLOSED = f"{_OLD}.disclosed"
MOST = 20
"""Options; clients show no more."""

Content = dict[str, Any]


def start(poll: Poll) -> Content:
    """What starts a poll. An option is known by its number, as in the words for clients that know no polls."""
    listed = "\n".join(f"{number}. {label}" for number, label in enumerate(poll.options, 1))
    return {
        _TEXT: f"{poll.question}\n{listed}",
        START: {
            "kind": _DISCLOSED,
            "max_selections": poll.most,
            "question": {_TEXT: poll.question, "body": poll.question, "msgtype": "m.text"},
            "answers": [{"id": str(number), _TEXT: label} for number, label in enumerate(poll.options, 1)],
        },
        "m.mentions": {},
    }


def end(event: str, words: str) -> Content:
    """What ends the poll that `event` started; `words` say what came of it."""
    return {"m.relates_to": {"rel_type": "m.reference", "event_id": event}, _TEXT: words, END: {}, "m.mentions": {}}


def chosen(event: Mapping[str, Any], options: int, most: int) -> tuple[int, ...] | None:
    """The places, counted from 0, of the options that a response chooses; none of them takes the vote back. As the
    proposal has it: the first `most` count, and an answer that the poll does not have makes the response worth nothing
    (None)."""
    content = event["content"]
    block = content.get(RESPONSE) or content.get("m.poll.response")
    ids = content.get("m.selections", block.get("answers") if isinstance(block, Mapping) else None)
    if not isinstance(ids, list):
        return None
    known = {str(number): number - 1 for number in range(1, options + 1)}
    places = [known.get(id) if isinstance(id, str) else None for id in ids[:most]]
    found = [place for place in places if place is not None]
    return tuple(dict.fromkeys(found)) if len(found) == len(places) else None


def asked(event: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The question of somebody's poll followed by its options, and whether it takes several answers; nothing when it
    is no poll, or cannot be read."""
    content = event.get("content")
    if event.get("type") not in STARTS or not isinstance(content, Mapping):
        return (), False
    block = next((found for name in (*STARTS, "m.poll") if isinstance(found := content.get(name), Mapping)), None)
    answers = block.get("answers") if block is not None else None
    if block is None or not isinstance(answers, Sequence):
        return (), False
    said = (_words(block.get("question")), *(_words(one) for one in answers[:MOST]))
    most = block.get("max_selections")
    return (said, type(most) is int and most > 1) if all(said) else ((), False)


def _words(block: Any) -> str:
    """The plain text of a question or an option, in any of the three ways in which it has been written."""
    if not isinstance(block, Mapping):
        return ""
    found = block.get(_TEXT, block.get("m.text", block.get("body")))
    if isinstance(found, list):
        found = next((one.get("body") for one in found if isinstance(one, Mapping)), None)
    return found.strip() if isinstance(found, str) else ""
