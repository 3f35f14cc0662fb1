"""Correcting a wording: a typing mistake in a title, a question or a label, and nothing else.

    corrected(source, "mode", "en", "How do you get to the centre?")     -> the new source, or None
    texts(flow)                                                          -> what can be corrected, by name
    same_but_texts(before, after)                                        -> True

The one rule: only what people read may change. The rest of the file stays as it was typed, and the two flows are
compared afterwards: steps, codes, conditions and rules must be equal, else the correction is refused.

What is corrected has a name: `title`, `summary`, the name of a step for its text, `step.code` for a label or a
statement, `step.100` for what is said at a hundred signatures. A text that people amend is no typing mistake: what
they proposed was proposed of exactly these words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from flows import bundles
from flows.flow import Flow, Goal, Propose, Text

_VERBS = frozenset({"say", "ask", "vote", "rank", "grade", "budget", "propose", "react", "sign", "end"})
_OWN = frozenset({"opener"})
"""Texts besides its own that stand in a step directly."""
_DERIVED = frozenset({"version", "wording", "index"})
"""Fields that follow from the texts."""
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Change:
    """One text in one language, before and after. `where` names it."""

    where: str
    lang: str
    before: str
    after: str


def corrected(source: str, where: str, lang: str, text: str) -> str | None:
    """The source with one text replaced; None when there is no text of this name in this language."""
    main, blocks = bundles.split(source)
    found = _replaced(main, where, lang, text)
    if found is not None:
        return bundles.join(found, blocks)
    for name, block in blocks.items():
        found = _replaced(block, where, lang, text)
        if found is not None:
            return bundles.join(main, {**blocks, name: found})
    return None


def renamed(source: str, id: str) -> str:
    """The source under another id."""
    main, blocks = bundles.split(source)
    root = YAML(typ="safe", pure=True).compose(main)
    node = _get(root, "id") if isinstance(root, MappingNode) else None
    assert node is not None, "a flow that was loaded has an id"
    return bundles.join(main[: node.start_mark.index] + json.dumps(id) + main[node.end_mark.index :], blocks)


def same_but_texts(before: Flow, after: Flow) -> bool:
    """Do two flows differ in nothing but what people read?"""
    return bool(_bare(before) == _bare(after))


def changes(before: Flow, after: Flow) -> list[Change]:
    """The texts that differ, in the order in which people meet them."""
    old, new = texts(before), texts(after)
    return [
        Change(where, lang, words, new[where].by_lang.get(lang, ""))
        for where, text in old.items()
        for lang, words in text.by_lang.items()
        if where in new and words != new[where].by_lang.get(lang, "")
    ]


def texts(flow: Flow) -> dict[str, Text]:
    """Everything that can be corrected, by its name."""
    found = {"title": flow.title}
    if flow.summary is not None:
        found["summary"] = flow.summary
    for step in flow.steps:
        for name, text in _texts(step):
            found.setdefault(f"{step.name}.{name}" if name else step.name, text)
    return found


def _texts(thing: Any) -> Iterator[tuple[str, Text]]:
    """The texts inside a step, each with the code it belongs to; the step's own has none."""
    for field in fields(thing):
        value = getattr(thing, field.name)
        if isinstance(thing, Goal) and isinstance(value, Text):
            yield str(thing.at), value
        elif isinstance(value, Text) and not _is_base(thing, field.name):
            own = "" if field.name == "text" else field.name.removesuffix("_label")
            yield getattr(thing, "code", "") or own, value
        for one in value if isinstance(value, tuple) else (value,):
            if is_dataclass(one) and not isinstance(one, Text | type):
                yield from _texts(one)


def _is_base(thing: Any, name: str) -> bool:
    """Is this the text that people propose another wording of?"""
    return isinstance(thing, Propose) and name == "amends"


def _bare(thing: Any) -> Any:
    """A flow without its words."""
    if isinstance(thing, Text):
        return sorted(thing.by_lang)
    if is_dataclass(thing) and not isinstance(thing, type):
        return [
            type(thing).__name__,
            [
                dict(value.by_lang) if isinstance(value, Text) and _is_base(thing, field.name) else _bare(value)
                for field in fields(thing)
                if field.name not in _DERIVED
                for value in (getattr(thing, field.name),)
            ],
        ]
    return [_bare(one) for one in thing] if isinstance(thing, tuple) else thing


# --- In the file -----------------------------------------------------------------------------------------------------


def _replaced(text: str, where: str, lang: str, words: str) -> str | None:
    root = YAML(typ="safe", pure=True).compose(text)
    node = _spoken(_find(root, where), lang) if isinstance(root, MappingNode) else None
    if node is None:
        return None
    start, end = node.start_mark.index, node.end_mark.index
    typed = text[start:end]
    space = typed[len(typed.rstrip()) :]
    return text[:start] + json.dumps(words, ensure_ascii=False) + space + text[end:]


def _find(root: MappingNode, where: str) -> Node | None:
    if where in ("title", "summary"):
        return _get(root, where)
    name, _, code = where.partition(".")
    steps = _get(root, "steps")
    for step in steps.value if isinstance(steps, SequenceNode) else ():
        if isinstance(step, MappingNode) and _named(step, name):
            own = _get(step, code) if code in _OWN else None
            return _labelled(step, code) or own if code else _get(step, "text")
    return None


def _named(step: MappingNode, name: str) -> bool:
    """Is this the step, by its own name or behind the prefix that an `include` gave it?"""
    own = next((value.value for key, value in step.value if key.value in _VERBS), None)
    return isinstance(own, str) and (own == name or name.endswith(f"_{own}"))


def _labelled(node: Node, code: str) -> Node | None:
    """The label of a code, however deep in the step; the nearest first. `qualifiers` has labels only further inside."""
    inner = [value for _key, value in node.value] if isinstance(node, MappingNode) else []
    for key, group in node.value if isinstance(node, MappingNode) else ():
        if isinstance(group, MappingNode) and key.value != "qualifiers":
            found = _get(group, code)
            if found is not None:
                return _get(found, "label") or _get(found, "text") or found
        if isinstance(group, SequenceNode) and key.value == "goals":
            goal = next((one for one in group.value if (at := _get(one, "at")) and at.value == code), None)
            if goal is not None:
                return _get(goal, "say")
    return next((found for group in inner if (found := _labelled(group, code)) is not None), None)


def _get(node: Node, name: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _spoken(node: Node | None, lang: str) -> ScalarNode | None:
    """The words of one language: a text alone, or the one of several."""
    found = _get(node, lang) if isinstance(node, MappingNode) else node
    return found if isinstance(found, ScalarNode) else None
