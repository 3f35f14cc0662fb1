"""Which steps of a flow are owed an answer, by whom, and in which words; which are petitions.

The one rule: nothing here depends on what people wrote; it reads the flow.
"""

from __future__ import annotations

from flows import reading
from flows.flow import Answering, Ask, Choice, Flow, OneOf, Propose, Sign

OPEN, DONE = "open", "done"
"""States of a report that mean something to us: nobody has taken it up, and it is said to be over."""

YES, PARTLY, NO = "yes", "partly", "no"


def proposing(flow: Flow) -> dict[str, Propose]:
    """Every step in which something is put forward."""
    return {ask.name: ask.kind for ask in flow.asks if isinstance(ask.kind, Propose)}


def answering(flow: Flow) -> dict[str, Answering]:
    """Every pool whose proposals are owed an answer, with how."""
    return {
        listed(name) if kind.answering.each else name: kind.answering
        for name, kind in proposing(flow).items()
        if kind.answering is not None
    }


def listed(name: str) -> str:
    """The pool of the most agreed proposals of a step, one copy for each person who answers them all."""
    return f"{name}:listed"


def lists(flow: Flow) -> dict[str, Answering]:
    """Every step whose most agreed proposals are put to several people."""
    found = {name: kind.answering for name, kind in proposing(flow).items()}
    return {name: owed for name, owed in found.items() if owed is not None and owed.each}


def petitions(flow: Flow) -> dict[str, Sign]:
    return {ask.name: ask.kind for ask in flow.asks if isinstance(ask.kind, Sign)}


def officials(flow: Flow, owed: Answering) -> tuple[Choice, ...]:
    """Those who can be asked by name; none where the organisers answer."""
    if owed.each:
        return owed.each
    if owed.by is None or owed.by not in flow.index:
        return ()
    ask = flow.step(owed.by)
    return ask.kind.choices if isinstance(ask, Ask) and isinstance(ask.kind, OneOf) else ()


def every_official(flow: Flow) -> dict[str, Choice]:
    """The officials of all steps by their code."""
    return {choice.code: choice for owed in answering(flow).values() for choice in officials(flow, owed)}


def official(flow: Flow, code: str | None, lang: str) -> str:
    """The name of an official; empty when nobody is asked by name."""
    found = every_official(flow).get(code or "")
    return found.label.read(lang, flow.lang) if found else ""


def state(flow: Flow, owed: Answering, code: str | None, lang: str) -> str:
    """A state in words; its code when the flow does not know it (any more)."""
    found = next((choice for choice in owed.states if choice.code == code), None)
    return found.label.read(lang, flow.lang) if found else code or ""


def givable(owed: Answering) -> tuple[Choice, ...]:
    """The states that an answer can give. `open` is where a report begins; nobody answers with it."""
    return tuple(choice for choice in owed.states if choice.code != OPEN)


def first_state(owed: Answering) -> str | None:
    """The state of what nobody has answered."""
    return OPEN if any(choice.code == OPEN for choice in owed.states) else None


def asked_after(owed: Answering, status: str | None) -> tuple[str, ...]:
    """What people may say of an answer. Of a report they are asked once it is said to be done: yes or no."""
    if owed.confirm is None or status is None:
        return ()
    if any(choice.code == DONE for choice in owed.states):
        return (YES, NO) if status == DONE else ()
    return (YES, PARTLY, NO)


def state_meant(flow: Flow, owed: Answering, words: str) -> tuple[str, str] | None:
    """The state that a line begins with, and the rest of it: its code, its place (`.1`), or its words in any language
    of the flow. None when it begins with none."""
    offered = givable(owed)
    first, rest = _cut(words, 1)
    if first.startswith(".") and first[1:].isdecimal() and int(first[1:]) < len(offered):
        return offered[int(first[1:])].code, rest
    named = next((choice.code for choice in offered if choice.code == first.lower().strip(":,")), None)
    if named is not None:
        return named, rest
    return _by_label(offered, words)


def _by_label(offered: tuple[Choice, ...], words: str) -> tuple[str, str] | None:
    """The state whose label stands at the beginning, the longest one. Accents and capitals do not matter, nor a last
    `e`: who answers a question writes "retenu" where the label says "Retenue"."""
    labels = [(label, choice.code) for choice in offered for label in choice.label.by_lang.values()]
    for label, code in sorted(labels, key=lambda one: -len(one[0].split())):
        said, rest = _cut(words, len(label.split()))
        if reading.fold(label) in (heard := reading.fold(said.rstrip(":,;")), f"{heard}e"):
            return code, rest
    return None


def _cut(words: str, n: int) -> tuple[str, str]:
    """The first `n` words, and what follows them as it was written, without the sign between the two."""
    parts = words.strip().split(None, n)
    rest = parts[n] if len(parts) > n else ""
    return " ".join(parts[:n]), rest.lstrip(" :,;–—-").strip()
