"""Two files are the same version when people would see the same; a wording when they would read the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.flow import Ask, Flow
from flows.load import load_text

TEXT = """\
palabre: 1
id: x
lang: fr
title: T
steps:
  - ask: mode
    text: Comment ?
    optional: true
    one_of: {a: Vélo, b: Bus}
  - end: bye
    text: Fin
"""


def flow(text: str) -> Flow:
    loaded = load_text(text, "f")
    assert loaded.flow is not None, loaded.mistakes
    return loaded.flow


def wording(text: str) -> str:
    step = flow(text).step("mode")
    assert isinstance(step, Ask)
    return step.wording


@pytest.mark.parametrize(
    "same",
    [
        "# a comment\n" + TEXT,
        TEXT.replace("title: T", 'title: "T"'),
        TEXT.replace("id: x\nlang: fr\n", "lang: fr\nid: x\n"),
        TEXT.replace("    optional: true\n", "").replace("b: Bus}\n", "b: Bus}\n    optional: true\n"),
        TEXT.replace("{a: Vélo, b: Bus}", "\n      a: Vélo\n      b: Bus"),
        TEXT.replace("\n", "\r\n"),
    ],
)  # fmt: skip
def test_how_a_file_is_typed_changes_no_version(same: str) -> None:
    assert flow(same).version == flow(TEXT).version


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("Bus", "Tram"),
        TEXT.replace("{a: Vélo, b: Bus}", "{b: Bus, a: Vélo}"),
        TEXT.replace("b: Bus", "c: Bus"),
        TEXT.replace("title: T", "title: U"),
        TEXT.replace("optional: true", "abstain: true"),
        TEXT + "recap: false\n",
    ],
)
def test_what_people_see_or_do_changes_the_version(other: str) -> None:
    assert flow(other).version != flow(TEXT).version


def test_a_version_is_a_whole_sha256() -> None:
    assert len(flow(TEXT).version) == 64
    assert int(flow(TEXT).version, 16)


def test_a_block_is_part_of_the_version(tmp_path: Path) -> None:
    main = TEXT.replace("  - end", "  - include: extra\n  - end")
    block = "palabre: 1\nblock: extra\nlang: fr\nsteps: [{say: hi, text: Salut}]\n"
    versions = set()
    for text in (block, block.replace("Salut", "Bonjour"), "# same\n" + block):
        (tmp_path / "extra.yaml").write_text(text)
        loaded = load_text(main, "f", folder=tmp_path)
        assert loaded.flow is not None
        versions.add(loaded.flow.version)
    assert len(versions) == 2


def test_a_wording_is_what_is_read_not_what_is_done() -> None:
    assert len(wording(TEXT)) == 16
    assert wording(TEXT) == wording(TEXT.replace("optional: true", "abstain: true").replace("title: T", "title: U"))
    assert wording(TEXT) != wording(TEXT.replace("Comment ?", "Comment"))
    assert wording(TEXT) != wording(TEXT.replace("Bus", "Tram"))
    assert wording(TEXT) != wording(TEXT.replace("b: Bus", "c: Bus"))
