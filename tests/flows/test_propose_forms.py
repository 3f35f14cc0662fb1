"""What a file says of proposals, reactions, petitions and lots is what the flow holds."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from flows import schema, standard
from flows.flow import (
    Answering,
    Ask,
    Checked,
    Choice,
    Flow,
    Goal,
    Lot,
    Photo,
    Policy,
    Propose,
    React,
    Sign,
    Spot,
    Stand,
    Text,
)
from flows.load import load_text
from flows.mistakes import Notebook
from flows.yamltree import compose
from locales import LANGUAGES

SCHEMA = Draft202012Validator(json.loads((Path(schema.__file__).parent / "flow-1.schema.json").read_text()))

WHOLE = """\
palabre: 1
id: idees
lang: fr
title: {fr: Des idées, en: Ideas}
steps:
  - ask: theme
    text: {fr: Thème ?, en: Theme?}
    one_of: {roads: {fr: Voirie, en: Roads}, parks: {fr: Parcs, en: Parks}}
    abstain: true
  - ask: where
    text: {fr: Où ?, en: Where?}
    place: true
  - ask: picture
    text: {fr: Une photo ?, en: A photo?}
    photo: true
    optional: true
  - react: before
    text: {fr: Avant, en: Before}
    of: idea
    policy: polis
    other_side: theme
  - propose: idea
    text: {fr: Que changer ?, en: What to change?}
    opener: {fr: Il faut, en: We should}
    max: 200
    most: 3
    per: {month: 5, year: 20}
    category: theme
    similar: false
    near: where
    within: 80
    photo: picture
    moderate: newcomers
    optional: true
    timeout: 2d
    personal: true
    answers:
      states: {done: {fr: Fait, en: Done}, no: {fr: Non, en: Not done}}
      by: theme
      due: 2w
      remind: [7d, 10d]
      confirm: {fr: Cela répond-il ?, en: Did it answer?}
  - react: cards
    text: {fr: Vos avis, en: Your views}
    statements: {lamps: {fr: Éteignons., en: Lights out.}, trees: {fr: Plantons., en: Plant trees.}}
    of: idea
    choices: {disagree: {fr: Contre, en: Against}, agree: {fr: Pour, en: For}}
    qualifiers: {disagree: {costly: {fr: Trop cher, en: Costly}}}
    batch: 5
    most: 12
  - propose: article
    text: {fr: Une autre rédaction ?, en: Another wording?}
    amends: {fr: Article 1., en: Article 1.}
    answers: true
  - sign: petition
    text: {fr: Signez-vous ?, en: Do you sign?}
    named: false
    reason: 0
    contact: false
    goals: [{at: 100, say: {fr: Cent, en: Hundred}}, {at: 1000, open: other}]
  - draw: arm
    when: cards > 3 and idea != skipped
    among: {control: 10, texts: 90}
  - end: merci
    text: {fr: Merci, en: Thanks}
"""


def flow(text: str) -> Flow:
    loaded = load_text(text, "f")
    assert loaded.flow is not None, loaded.mistakes
    return loaded.flow


def ask(name: str, text: str = WHOLE) -> Ask:
    step = flow(text).step(name)
    assert isinstance(step, Ask)
    return step


def two(fr: str, en: str) -> Text:
    return Text({"fr": fr, "en": en})


def test_a_proposal_as_written() -> None:
    assert ask("idea").kind == Propose(
        max=200,
        most=3,
        month=5,
        year=20,
        opener=two("Il faut", "We should"),
        category="theme",
        similar=False,
        near="where",
        within=80,
        photo="picture",
        checked=Checked.NEWCOMERS,
        answering=Answering(
            states=(
                Choice(code="done", label=two("Fait", "Done")),
                Choice(code="no", label=two("Non", "Not done")),
            ),
            due=timedelta(weeks=2),
            remind=(timedelta(days=7), timedelta(days=10)),
            by="theme",
            confirm=two("Cela répond-il ?", "Did it answer?"),
        ),
    )
    assert ask("idea").optional
    assert ask("idea").personal
    assert ask("idea").timeout
    assert not ask("idea").dont_know
    assert not ask("idea").abstain


def test_a_proposal_left_to_itself() -> None:
    text = WHOLE.replace("    amends: {fr: Article 1., en: Article 1.}\n    answers: true\n", "")
    assert ask("article", text).kind == Propose()


def test_answers_that_say_no_more_are_the_usual() -> None:
    kind = ask("article").kind
    assert isinstance(kind, Propose)
    assert kind.answering is not None
    assert kind.amends == two("Article 1.", "Article 1.")
    assert [state.code for state in kind.answering.states] == ["taken_up", "studied", "refused"]
    assert kind.answering == Answering(states=standard.states(("fr", "en")), due=timedelta(days=30))


def test_statements_as_written() -> None:
    assert ask("cards").kind == React(
        stands=(
            Stand(code="agree", label=two("Pour", "For")),
            Stand(
                code="disagree",
                label=two("Contre", "Against"),
                qualifiers=(Choice(code="costly", label=two("Trop cher", "Costly")),),
            ),
        ),
        statements=(
            Choice(code="lamps", label=two("Éteignons.", "Lights out.")),
            Choice(code="trees", label=two("Plantons.", "Plant trees.")),
        ),
        of="idea",
        batch=5,
        most=12,
    )


def test_what_is_judged_may_be_proposed_later() -> None:
    kind = ask("before").kind
    assert kind == React(stands=standard.stands(("fr", "en")), of="idea", policy=Policy.POLIS, other_side="theme")


def test_usual_words_are_there_in_all_our_languages() -> None:
    english = "palabre: 1\nid: x\nlang: en\ntitle: T\nsteps:\n"
    english += "  - propose: p\n    text: P\n    answers: true\n  - react: r\n    text: R\n    of: p\n"
    english += "  - draw: d\n    among: {a: 1, b: 1}\n  - end: e\n    text: E\n"
    cards, idea = ask("r", english).kind, ask("p", english).kind
    assert isinstance(cards, React)
    assert isinstance(idea, Propose)
    assert idea.answering is not None
    for label in (*(one.label for one in cards.stands), *(one.label for one in idea.answering.states)):
        assert set(label.by_lang) == set(LANGUAGES)
        assert all(label.by_lang.values())
    assert set(ask("d", english).text.by_lang) == set(LANGUAGES)


def test_a_petition_a_lot_a_photo_a_place() -> None:
    goals = (Goal(at=100, say=two("Cent", "Hundred")), Goal(at=1000, open="other"))
    assert ask("petition").kind == Sign(named=False, reason=0, contact=False, goals=goals)
    assert ask("arm").kind == Lot(arms=(("control", 10), ("texts", 90)))
    assert ask("picture").kind == Photo()
    assert ask("where").kind == Spot()


def test_names_in_blocks_are_those_of_the_flow(tmp_path: Path) -> None:
    block = """\
palabre: 1
block: ideas
lang: fr
steps:
  - ask: theme
    text: Thème ?
    one_of: {a: A, b: B}
    optional: true
  - ask: where
    text: Où ?
    place: true
    optional: true
  - ask: picture
    text: Photo ?
    photo: true
    optional: true
  - propose: idea
    text: Une idée ?
    category: theme
    near: where
    photo: picture
    answers: {by: theme}
  - react: cards
    text: Vos avis
    of: idea
    other_side: theme
  - draw: arm
    when: cards > 2
    among: {a: 1, b: 1}
"""
    (tmp_path / "ideas.yaml").write_text(block)
    main = "palabre: 1\nid: x\nlang: fr\ntitle: T\nsteps:\n  - {include: ideas, as: our}\n  - {end: e, text: E}\n"
    loaded = load_text(main, "f", folder=tmp_path)
    assert loaded.flow is not None, loaded.mistakes
    idea, cards = loaded.flow.step("our_idea"), loaded.flow.step("our_cards")
    assert isinstance(idea, Ask)
    assert isinstance(idea.kind, Propose)
    assert idea.kind.answering is not None
    assert isinstance(cards, Ask)
    assert isinstance(cards.kind, React)
    assert (idea.kind.category, idea.kind.near, idea.kind.photo) == ("our_theme", "our_where", "our_picture")
    assert (idea.kind.answering.by, cards.kind.of, cards.kind.other_side) == ("our_theme", "our_idea", "our_theme")
    assert loaded.flow.step("our_arm").when is not None


# Versions and wordings


@pytest.mark.parametrize(
    ("name", "old", "new", "moves"),
    [
        ("idea", "en: We should}", "en: We must}", True),
        ("idea", "most: 3", "most: 4", False),
        ("cards", "en: Lights out.", "en: No lights.", True),
        ("cards", "en: Costly", "en: Expensive", True),
        ("cards", "batch: 5", "batch: 6", False),
        ("article", "en: Article 1.", "en: Article 2.", True),
        ("petition", "reason: 0", "reason: 10", True),
        ("petition", "at: 100,", "at: 200,", False),
        ("arm", "control: 10", "control: 20", True),
        ("arm", "{control: 10, texts: 90}", "{texts: 90, control: 10}", False),
        ("where", "en: Where?", "en: At?", True),
    ],
)
def test_the_wording_is_what_is_read(name: str, old: str, new: str, moves: bool) -> None:
    assert WHOLE.count(old) == 1
    before, after = ask(name), ask(name, WHOLE.replace(old, new))
    assert len(before.wording) == 16
    assert (before.wording != after.wording) is moves


def test_a_better_translation_of_our_own_words_is_no_other_wording() -> None:
    """The wording of usual stands holds their codes."""
    usual = ask("before")
    assert isinstance(usual.kind, React)
    own = ask(
        "before", WHOLE.replace("    policy: polis", "    choices: {agree: {fr: A, en: A}, disagree: {fr: B, en: B}}")
    )
    assert usual.wording != own.wording


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{lamps: {fr: Éteignons., en: Lights out.}, trees: {fr: Plantons., en: Plant trees.}}",
         "{trees: {fr: Plantons., en: Plant trees.}, lamps: {fr: Éteignons., en: Lights out.}}"),
        ("{done: {fr: Fait, en: Done}, no: {fr: Non, en: Not done}}",
         "{no: {fr: Non, en: Not done}, done: {fr: Fait, en: Done}}"),
    ],
)  # fmt: skip
def test_an_order_that_is_seen_is_part_of_the_version(old: str, new: str) -> None:
    assert old in WHOLE
    assert flow(WHOLE).version != flow(WHOLE.replace(old, new)).version


def test_an_order_that_is_not_seen_is_no_part_of_it() -> None:
    swapped = WHOLE.replace("{control: 10, texts: 90}", "{texts: 90, control: 10}")
    assert flow(WHOLE).version == flow(swapped).version


# The JSON Schema says the same


def fits(text: str) -> bool:
    tree = compose(text, "f", Notebook("en"))
    assert tree is not None
    return bool(SCHEMA.is_valid(tree.value))


def test_the_whole_fits_the_schema() -> None:
    assert fits(WHOLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max: 200", "max: 5"),
        ("most: 3", "most: 0"),
        ("per: {month: 5, year: 20}", "per: {week: 5}"),
        ("    near: where\n", ""),
        ("    category: theme\n", "    category: theme\n    categories: {a: A, b: B}\n"),
        ("moderate: newcomers", "moderate: never"),
        ("due: 2w", "due: soon"),
        ("answers: true", "answers: false"),
        ("    amends:", "    opener: {fr: Il faut, en: We should}\n    amends:"),
        ("choices: {disagree: {fr: Contre, en: Against}, ", "choices: {"),
        ("policy: polis", "policy: best"),
        ("    of: idea\n    policy", "    policy"),
        ("{at: 1000, open: other}", "{at: 1000}"),
        ("{at: 1000, open: other}", "{open: other}"),
        ("control: 10", "control: 0"),
        ("{control: 10, texts: 90}", "{control: 10}"),
        ("photo: true", "photo: yes please"),
        ("place: true", "place: true\n    photo: true"),
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(old: str, new: str) -> None:
    assert old in WHOLE
    changed = WHOLE.replace(old, new, 1)
    assert load_text(changed, "f").flow is None
    assert not fits(changed)
