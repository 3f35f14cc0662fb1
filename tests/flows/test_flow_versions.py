"""Two files are the same version when people would see the same; a wording when they would read the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flows as flows_package
from flows.flow import Ask, Flow
from flows.load import load_file, load_text

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


VOTE = """\
palabre: 1
id: x
lang: fr
title: T
steps:
  - grade: mode
    text: Comment ?
    blank: true
    options: {a: Vélo, b: Bus}
    criteria: {u: {text: Urgent ?, grades: {y: Oui, n: Non}}, w: {text: Utile ?}}
  - end: bye
    text: Fin
"""
BASKET = """\
    blank: true
    projects: {a: {label: Vélo, cost: 60}, b: {label: Bus, cost: 50}}
    limit: 100
"""


def made(*lines: str, verb: str = "vote") -> str:
    """A flow with one vote of these lines."""
    body = "".join(f"    {line}\n" for line in lines)
    head, end = TEXT.split("  - ask")[0], "  - end: bye\n    text: Fin\n"
    return f"{head}  - {verb}: mode\n    text: Comment ?\n{body}{end}"


@pytest.mark.parametrize(
    "other",
    [
        VOTE.replace("{a: Vélo, b: Bus}", "{b: Bus, a: Vélo}"),
        VOTE.replace("{y: Oui, n: Non}", "{n: Non, y: Oui}"),
        VOTE.replace("{u: {text: Urgent ?, grades: {y: Oui, n: Non}}, w: {text: Utile ?}}",
                     "{w: {text: Utile ?}, u: {text: Urgent ?, grades: {y: Oui, n: Non}}}"),
        VOTE.replace("Utile", "Bon"),
        VOTE.replace("    blank: true\n", "    none: true\n"),
    ],
)  # fmt: skip
def test_the_order_of_options_criteria_and_grades_is_seen(other: str) -> None:
    assert flow(other).version != flow(VOTE).version


def test_the_order_of_slots_and_projects_is_seen() -> None:
    slots = made("method: availability", "slots: [2026-12-03, 2026-12-04]")
    assert flow(slots).version != flow(slots.replace("[2026-12-03, 2026-12-04]", "[2026-12-04, 2026-12-03]")).version
    basket = made(BASKET.strip(), verb="budget")
    one, two = "a: {label: Vélo, cost: 60}", "b: {label: Bus, cost: 50}"
    assert flow(basket).version != flow(basket.replace(f"{one}, {two}", f"{two}, {one}")).version
    relabelled = basket.replace("{label: Vélo, cost: 60}", "{cost: 60, label: Vélo}")
    assert flow(basket).version == flow(relabelled).version


def test_the_order_of_keys_in_a_vote_is_not_seen() -> None:
    moved = VOTE.replace("    blank: true\n", "").replace("  - end", "    blank: true\n  - end")
    assert flow(moved).version == flow(VOTE).version
    turned = VOTE.replace("{text: Urgent ?, grades: {y: Oui, n: Non}}", "{grades: {y: Oui, n: Non}, text: Urgent ?}")
    assert flow(turned).version == flow(VOTE).version


AB = "options: {a: Vélo, b: Bus}"
WORDINGS = {
    "an ask": TEXT,
    "plurality": made(AB),
    "other label": made("options: {a: Vélo, b: Tram}"),
    "other code": made("options: {a: Vélo, c: Bus}"),
    "other order": made("options: {b: Bus, a: Vélo}"),
    "quorum": made(AB, "quorum: 30"),
    "quorum in percent": made(AB, "quorum: 30%", "electorate: 100"),
    "electorate": made(AB, "quorum: 30%", "electorate: 200"),
    "threshold": made(AB, "threshold: 1/2"),
    "more than half": made(AB, "threshold: majority"),
    "tie": made(AB, "tie: draw"),
    "approval": made(AB, "method: approval"),
    "at most": made(AB, "method: approval", "at_most: 1"),
    "score": made(AB, "method: score"),
    "score of ten": made(AB, "method: score", "most: 10"),
    "dots": made(AB, "method: dots"),
    "dots each": made(AB, "method: dots", "each: 5"),
    "quadratic": made(AB, "method: quadratic"),
    "consent": made("method: consent"),
    "slots": made("method: availability", "slots: [2026-12-03, 2026-12-04]"),
    "other slots": made("method: availability", "slots: [2026-12-03, 2026-12-05]"),
    "lasts": made("method: availability", "slots: [2026-12-03, 2026-12-04]", "lasts: 2h"),
    "schulze": made(AB, verb="rank"),
    "irv": made(AB, "method: irv", verb="rank"),
    "stv": made(AB, "method: stv", verb="rank"),
    "two seats": made(AB, "method: stv", "seats: 2", verb="rank"),
    "judgment": made(AB, verb="grade"),
    "five grades": made(AB, "grades: 5", verb="grade"),
    "own grades": made(AB, "grades: {excellent: Excellent, reject: Rien}", verb="grade"),
    "other grades": made(AB, "grades: {excellent: Excellent, reject: Non}", verb="grade"),
    "matrix": VOTE,
    "other criterion": VOTE.replace("Utile", "Bon"),
    "basket": made(BASKET.strip(), verb="budget"),
    "cost": made(BASKET.strip().replace("60", "61"), verb="budget"),
    "limit": made(BASKET.strip().replace("100", "101"), verb="budget"),
    "currency": made(BASKET.strip(), "currency: CHF", verb="budget"),
    "greedy": made(BASKET.strip(), "method: greedy", verb="budget"),
}


def test_the_wording_of_a_vote_is_everything_people_read_with_the_rule() -> None:
    found = {name: wording(text) for name, text in WORDINGS.items()}
    same = [(one, two) for one in found for two in found if one < two and found[one] == found[two]]
    assert same == []


@pytest.mark.parametrize(
    ("text", "key"),
    [(made(AB), "optional: true"), (made(AB), "shuffle: true"), (VOTE, "batch: 1"), (VOTE, "dont_know: true")],
)
def test_the_wording_of_a_vote_is_not_how_it_is_answered(text: str, key: str) -> None:
    assert wording(text.replace("    text: Comment ?\n", f"    text: Comment ?\n    {key}\n")) == wording(text)


def test_a_better_translation_of_our_own_words_is_no_other_wording() -> None:
    """The usual grades and the answers of consent are hashed by their codes; written down here, they must stay."""
    assert wording(WORDINGS["judgment"]) == "2e1bfc5d31c7777f"
    assert wording(WORDINGS["consent"]) == "f71e8eeb70748d47"
    reason = flow(WORDINGS["consent"]).step("mode_reason")
    assert isinstance(reason, Ask)
    assert reason.wording == "0a98d1434303f344"


@pytest.mark.parametrize("name", ["options", "grades", "criteria", "projects"])
def test_new_keys_change_no_old_version(name: str) -> None:
    """A choice or a blank may be called like a key of votes; its languages have no order."""
    one = TEXT.replace("{a: Vélo, b: Bus}", f"{{{name}: {{fr: Vélo, en: Bike}}, b: {{fr: Bus, en: Bus}}}}")
    one = one.replace("title: T", "title: {fr: T, en: T}").replace("text: Comment ?", "text: {fr: a, en: b}")
    one = one.replace("text: Fin", "text: {fr: c, en: d}")
    two = one.replace("{fr: Vélo, en: Bike}", "{en: Bike, fr: Vélo}")
    assert flow(one).version == flow(two).version


SHIPPED = json.loads((Path(__file__).parent / "shipped-hashes.json").read_text())


@pytest.mark.parametrize("file", sorted(SHIPPED))
def test_flows_that_ran_before_votes_existed_keep_their_hashes(file: str) -> None:
    """Sessions are pinned to these versions, and ballots name these wordings."""
    loaded = load_file(Path(flows_package.__file__).parent / "library" / file)
    assert loaded.flow is not None, loaded.mistakes
    found = {"version": loaded.flow.version, "wordings": {ask.name: ask.wording for ask in loaded.flow.asks}}
    assert found == SHIPPED[file]
