"""One more choice in a vote that people may add choices to.

    extended(source, "jour", "vendredi", "Vendredi")     -> the new source

The one rule: a choice is only ever added, behind those that are there. What somebody voted for keeps its code and its
place, so ballots given before say the same as before. The rest of the file stays as it was typed.
"""

from __future__ import annotations

import json

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from flows import bundles


def extended(source: str, step: str, code: str, label: str) -> str | None:
    """The source with one more option in the vote called `step`; None when it has no such vote with options."""
    main, blocks = bundles.split(source)
    options = _options(main, step)
    if options is None or not options.value:
        return None
    entry = f"{code}: {json.dumps(label, ensure_ascii=False)}"
    _last_key, last = options.value[-1]
    if options.flow_style:
        at = last.end_mark.index
        made = f"{main[:at]}, {entry}{main[at:]}"
    else:
        at = last.start_mark.index + len(main[last.start_mark.index : last.end_mark.index].rstrip())
        made = f"{main[:at]}\n{' ' * options.start_mark.column}{entry}{main[at:]}"
    return bundles.join(made, blocks)


def _options(text: str, step: str) -> MappingNode | None:
    root = YAML(typ="safe", pure=True).compose(text)
    steps = _get(root, "steps")
    for one in steps.value if isinstance(steps, SequenceNode) else ():
        name = _get(one, "vote")
        if name is not None and name.value == step:
            found = _get(one, "options")
            return found if isinstance(found, MappingNode) else None
    return None


def _get(node: Node | None, name: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)
