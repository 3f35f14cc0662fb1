"""Blocks: found where they may be found, put in their place, named and filled, and never a way out of the folder."""

from __future__ import annotations

from pathlib import Path

from flows.expr import parse
from flows.flow import Ask, Flow, Goto, Text
from flows.load import Loaded, from_source, load_file, load_text

BLOCK = """\
palabre: 1
block: poll
lang: fr
blanks: [who]
steps:
  - say: intro
    text: {fr: "{who} demande.", en: "{who} asks."}
  - ask: fine
    text: {fr: "Ça va ?", en: "Fine?"}
    optional: true
    one_of: {a: {fr: "Oui {who}", en: "Yes {who}"}, b: {fr: Non, en: No}}
  - ask: again
    when: fine == 'a'
    text: {fr: Encore ?, en: Again?}
    optional: true
    yes_no: true
  - goto: fine
    when: again == yes
"""
FLOW = """\
palabre: 1
id: main
lang: fr
title: {fr: T, en: T}
steps:
  - ask: ready
    text: {fr: Prêt ?, en: Ready?}
    optional: true
    yes_no: true
  - include: poll
    when: ready == yes
    as: first
    with: {who: {fr: La mairie, en: The town}}
  - include: poll
    as: second
    with: {who: {fr: "L'école {title}", en: The school}}
  - ask: last
    when: first_fine == 'a' and second_again == yes
    text: {fr: Fini ?, en: Done?}
    optional: true
    yes_no: true
  - end: bye
    text: {fr: Fin, en: End}
"""


def folder(tmp_path: Path, **blocks: str) -> Path:
    (tmp_path / "blocks").mkdir(exist_ok=True)
    for name, text in blocks.items():
        (tmp_path / "blocks" / f"{name}.yaml").write_text(text)
    return tmp_path


def load(tmp_path: Path, text: str = FLOW, **blocks: str) -> Loaded:
    path = folder(tmp_path, **blocks) / "main.yaml"
    path.write_text(text)
    return load_file(path)


def good(loaded: Loaded) -> Flow:
    assert loaded.flow is not None, "\n".join(map(str, loaded.mistakes))
    return loaded.flow


def lines(loaded: Loaded) -> list[tuple[str, int, str]]:
    return [(Path(one.file).name, one.line, one.what) for one in loaded.mistakes]


def test_the_steps_of_a_block_stand_in_the_place_of_the_include(tmp_path: Path) -> None:
    flow = good(load(tmp_path, poll=BLOCK))
    assert [step.name for step in flow.steps] == [
        "ready", "first_intro", "first_fine", "first_again", "goto_1",
        "second_intro", "second_fine", "second_again", "goto_2", "last", "bye",
    ]  # fmt: skip


def test_blanks_are_filled_per_language_and_other_blanks_stay(tmp_path: Path) -> None:
    flow = good(load(tmp_path, poll=BLOCK.replace("Oui {who}", "Oui").replace("Yes {who}", "Yes")))
    assert flow.step("first_intro").text == Text({"fr": "La mairie demande.", "en": "The town asks."})  # type: ignore
    assert flow.step("second_intro").text == Text(  # type: ignore[union-attr]
        {"fr": "L'école {title} demande.", "en": "The school asks."}
    )


def test_names_inside_a_block_carry_its_prefix(tmp_path: Path) -> None:
    flow = good(load(tmp_path, poll=BLOCK))
    assert flow.step("goto_2") == Goto(name="goto_2", to="second_fine", when=parse("second_again == 'yes'"))
    assert flow.step("second_again").when == parse("second_fine == 'a'")


def test_the_condition_of_an_include_holds_for_each_step_of_its_block(tmp_path: Path) -> None:
    flow = good(load(tmp_path, poll=BLOCK))
    assert flow.step("first_intro").when == parse("ready == yes")
    joined = flow.step("first_again").when
    assert joined is not None
    assert joined.source == "ready == 'yes' and first_fine == 'a'"
    assert joined.reads == {"ready", "first_fine"}


def test_a_bundle_makes_the_same_flow_anywhere(tmp_path: Path) -> None:
    loaded = load(tmp_path, poll=BLOCK)
    flow = from_source(loaded.source)
    assert flow == loaded.flow
    assert flow.version == good(loaded).version
    assert load_text(loaded.source, "x").source == loaded.source


def test_mistakes_of_a_bundle_have_its_lines(tmp_path: Path) -> None:
    source = load(tmp_path, poll=BLOCK).source.replace(
        "fine == 'a'\n    text: {fr: Enc", "fin == 'a'\n    text: {fr: Enc"
    )
    (found,) = load_text(source, "bundle.yaml").mistakes
    assert found.file == "bundle.yaml"
    assert source.splitlines()[found.line - 1] == "    when: fin == 'a'"


def test_a_mistake_of_a_block_is_reported_in_the_block_once(tmp_path: Path) -> None:
    loaded = load(tmp_path, poll=BLOCK.replace("optional: true\n    yes_no", "optinal: true\n    yes_no"))
    assert [(file, line) for file, line, _ in lines(loaded)] == [("poll.yaml", 15)]


def test_blanks_that_are_missing_or_unknown_are_reported_at_the_include(tmp_path: Path) -> None:
    text = FLOW.replace("with: {who: {fr: La mairie, en: The town}}", "with: {whom: {fr: A, en: B}}")
    found = lines(load(tmp_path, text, poll=BLOCK))
    assert [(file, line) for file, line, _ in found] == [("main.yaml", 10), ("main.yaml", 13)]


def test_a_language_the_block_does_not_speak_is_one_mistake(tmp_path: Path) -> None:
    text = """\
palabre: 1
id: main
lang: de
title: T
steps:
  - include: poll
    with: {who: Stadt}
  - end: bye
    text: Ende
"""
    found = load(tmp_path, text, poll=BLOCK)
    assert [(file, line) for file, line, _ in lines(found)] == [("main.yaml", 6)]


def test_a_flow_may_speak_fewer_languages_than_its_block(tmp_path: Path) -> None:
    text = "palabre: 1\nid: m\nlang: fr\ntitle: T\nsteps:\n  - include: poll\n    with: {who: Ville}\n"
    flow = good(load(tmp_path, text + "  - end: bye\n    text: Fin\n", poll=BLOCK))
    assert flow.step("intro").text == Text({"fr": "Ville demande."})  # type: ignore[union-attr]


def test_one_text_of_a_block_without_translation_is_reported_in_the_block(tmp_path: Path) -> None:
    found = lines(load(tmp_path, poll=BLOCK.replace(", en: Again?", "")))
    assert [(file, line) for file, line, _ in found] == [("poll.yaml", 14)]


def test_a_block_twice_without_prefix_is_reported_at_the_second_include(tmp_path: Path) -> None:
    text = FLOW.replace("    as: first\n", "").replace("    as: second\n", "").replace("first_fine", "fine")
    found = lines(load(tmp_path, text.replace("second_again", "again"), poll=BLOCK))
    assert {(file, line) for file, line, _ in found} == {("main.yaml", 13)}


WRAP = "palabre: 1\nblock: b\nlang: fr\nsteps:\n  - include: {}\n"
SHORT = "palabre: 1\nid: m\nlang: fr\ntitle: T\nsteps:\n  - include: a\n  - end: bye\n    text: Fin\n"


def test_a_block_that_includes_itself(tmp_path: Path) -> None:
    loaded = load(tmp_path, SHORT, a=WRAP.replace("{}", "b"), b=WRAP.replace("{}", "a"))
    assert [(file, line) for file, line, _ in lines(loaded)] == [("b.yaml", 5)]


def test_blocks_in_blocks_end_somewhere(tmp_path: Path) -> None:
    chain = {letter: WRAP.replace("{}", after) for letter, after in zip("abcdef", "bcdefg", strict=True)}
    loaded = load(tmp_path, SHORT, **chain, g=BLOCK)
    assert [file for file, _, _ in lines(loaded)] == ["e.yaml"]


def test_blocks_that_multiply_end_quickly(tmp_path: Path) -> None:
    many = "palabre: 1\nblock: b\nlang: fr\nsteps:\n" + "  - include: {}\n" * 400
    blocks = {letter: many.replace("{}", after) for letter, after in zip("abcd", "bcde", strict=True)}
    loaded = load(tmp_path, SHORT, **blocks, e="palabre: 1\nblock: e\nlang: fr\nsteps: [{say: x, text: x}]\n")
    assert loaded.flow is None
    assert len(loaded.mistakes) <= 200


def test_prefixes_add_up_in_blocks_in_blocks(tmp_path: Path) -> None:
    outer = WRAP.replace("{}", "poll\n    as: inner\n    with: {who: X}")
    flow = good(load(tmp_path, SHORT.replace("include: a", "include: a\n    as: outer"), a=outer, poll=BLOCK))
    assert [step.name for step in flow.steps][:3] == ["outer_inner_intro", "outer_inner_fine", "outer_inner_again"]
    assert isinstance(flow.step("outer_inner_fine"), Ask)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.yaml").write_text(BLOCK)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.yaml").symlink_to(outside / "a.yaml")
    (inside / "main.yaml").write_text(SHORT)
    (found,) = load_file(inside / "main.yaml").mistakes
    assert found.line == 6


def test_a_text_without_a_folder_finds_the_shipped_blocks_only(tmp_path: Path) -> None:
    loaded = load_text(SHORT.replace("include: a", "include: main"), "poll")
    (found,) = loaded.mistakes
    assert "promise" in found.hint


def test_a_flow_is_not_a_block(tmp_path: Path) -> None:
    loaded = load(tmp_path, SHORT, a=SHORT)
    assert [(file, line) for file, line, _ in lines(loaded)] == [("a.yaml", 1)]


def test_a_block_that_cannot_be_read_is_reported_where_it_is(tmp_path: Path) -> None:
    loaded = load(tmp_path, SHORT, a="steps:\n\t- x\n")
    assert [(file, line) for file, line, _ in lines(loaded)] == [("a.yaml", 2)]


def test_a_prefix_cannot_make_a_reserved_word(tmp_path: Path) -> None:
    block = "palabre: 1\nblock: a\nlang: fr\nsteps: [{say: know, text: x}]\n"
    loaded = load(tmp_path, SHORT.replace("include: a", "include: a\n    as: dont"), a=block)
    assert [(file, line) for file, line, _ in lines(loaded)] == [("main.yaml", 6)]


def test_more_than_500_steps_are_too_many(tmp_path: Path) -> None:
    block = "palabre: 1\nblock: a\nlang: fr\nsteps:\n" + "".join(f"- {{say: s{i}, text: x}}\n" for i in range(300))
    text = SHORT.replace("  - include: a\n", "  - {include: a, as: x}\n  - {include: a, as: y}\n")
    assert [line for _, line, _ in lines(load(tmp_path, text, a=block))] == [7]
    ending = block + "- {end: e, text: x}\n"
    assert [line for _, line, _ in lines(load(tmp_path, text.split("  - end")[0], a=ending))] == [7]
