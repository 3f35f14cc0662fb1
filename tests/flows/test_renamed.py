"""A flow under another id: nothing else of the file moves."""

from __future__ import annotations

import pytest

from flows import fixing
from flows.load import load_text

HEAD = "# id: not this\npalabre: 1\n{id}\nlang: fr\ntitle: 'Le banc'\nsteps:\n"
TAIL = "  - ask: id\n    text: 'id: banc ?'\n    yes_no: true\n    abstain: true\n  - end: fin\n    text: Merci"


@pytest.mark.parametrize("id", ["id: banc", 'id: "banc"   # a remark', "id:   'banc'"])
def test_only_the_id_changes(id: str) -> None:
    source = HEAD.format(id=id) + TAIL
    after = fixing.renamed(source, "banc-2")
    before, flow = load_text(source, "a").flow, load_text(after, "b").flow
    assert before is not None
    assert flow is not None
    assert flow.id == "banc-2"
    assert flow.steps == before.steps
    assert flow.title == before.title
    assert [a for a, b in zip(source.splitlines(), after.splitlines(), strict=True) if a != b] == [id]


def test_blocks_stay_with_the_flow() -> None:
    block = "palabre: 1\nblock: fin\nlang: fr\nsteps:\n  - end: fin\n    text: Merci\n"
    source = HEAD.format(id="id: banc") + "  - include: fin\n" + "--- # block: fin\n" + block
    flow = load_text(fixing.renamed(source, "autre"), "a").flow
    assert flow is not None
    assert flow.id == "autre"
