"""The page about the format is complete, and what it shows works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows import schema
from flows.asking import KINDS
from flows.blanks import BLANKS
from flows.expr import parse
from flows.flow import Checked, Method, Policy
from flows.load import load_text
from flows.schema import FORMS, NESTED, VERBS, BlockForm, FlowForm, ReminderForm, WindowForm, keys_of

PAGE = (Path(schema.__file__).parent / "README.md").read_text()
FORMS_OF_ALL = [FlowForm, BlockForm, WindowForm, ReminderForm, *FORMS.values(), *NESTED.values()]
WORDS = sorted({*VERBS, *KINDS, *BLANKS, *(key for form in FORMS_OF_ALL for key in keys_of(form))})


@pytest.mark.parametrize("word", WORDS)
def test_every_verb_kind_and_key_is_on_the_page(word: str) -> None:
    code = re.findall(r"`([^`\n]+)`|^    (.*)$|\{(\w+)", PAGE, re.MULTILINE)
    assert any(re.search(rf"\b{word}\b", piece) for found in code for piece in found)


@pytest.mark.parametrize(
    "word",
    [
        "live",
        "after_vote",
        "at_close",
        "open",
        "confidential",
        "unfinished",
        "subscribed",
        "required",
        "none",
        "majority",
        "order",
        "draw",
        *Policy,
        *Checked,
        "taken_up",
        "studied",
        "refused",
    ],
)
def test_every_setting_is_on_the_page(word: str) -> None:
    assert f"{word}`" in PAGE or f"`{word}" in PAGE


def test_the_example_works() -> None:
    example = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    loaded = load_text(example, "README.md")
    assert loaded.flow is not None, loaded.mistakes
    assert loaded.remarks == ()


def test_the_votes_work() -> None:
    example, votes, *_ = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    loaded = load_text(example.replace("  - end: merci", votes + "  - end: merci"), "README.md")
    assert loaded.flow is not None, loaded.mistakes
    assert loaded.remarks == ()
    assert {"place", "logo", "ideas", "spending"} <= loaded.flow.index.keys()


def test_what_people_put_forward_works() -> None:
    example, _, steps, _ = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    loaded = load_text(example.replace("  - end: merci", steps + "  - end: merci"), "README.md")
    assert loaded.flow is not None, loaded.mistakes
    assert loaded.remarks == ()
    assert {"idea", "cards", "petition", "arm"} <= loaded.flow.index.keys()


@pytest.mark.parametrize("method", list(Method))
def test_every_method_is_on_the_page(method: Method) -> None:
    assert re.search(rf"^\|.*`{method.value}`", PAGE, re.MULTILINE)


def test_the_block_works(tmp_path: Path) -> None:
    example, *_, block = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    include = re.findall(r"(    - include: promise\n(?:      .*\n)+)", PAGE)[0]
    (tmp_path / "promise.yaml").write_text(block)
    text = example.replace("  - end: merci", re.sub("^    ", "  ", include, flags=re.MULTILINE) + "  - end: merci")
    loaded = load_text(text, "README.md", folder=tmp_path)
    assert loaded.flow is not None, loaded.mistakes
    assert loaded.flow.step("town_promise")


def test_the_conditions_can_be_read() -> None:
    found = re.findall(r"^    when: (.*?)(?:  .*)?$", PAGE, re.MULTILINE)
    assert len(found) == 9
    for condition in found:
        parse(condition.strip('"'))
