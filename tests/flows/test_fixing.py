"""A correction changes one text and leaves the rest of the file as it was typed."""

from __future__ import annotations

import pytest

from flows import fixing
from flows.flow import Flow
from flows.load import from_source, load_text

SOURCE = """\
# How we move
palabre: 1
id: mobilite
lang: fr
title: {fr: Se déplacer, en: "Getting arround"}   # a typing mistake
summary:
  fr: |
    Trois questions,
    une minute.
  en: Three questions.
steps:
  - ask: mode
    text: {fr: Comment venez-vous ?, en: How do you come?}
    one_of:
      velo: {fr: À vélo, en: By bike}
      bus: {fr: En bus, en: By bus}
  - ask: avis
    when: mode == 'bus'
    text:
      fr: >-
        Une note
        pour le bus
      en: 'Rate the bus'
    scale: {from: 0, to: 5, low: {fr: nul, en: bad}, high: {fr: bien, en: good}}
  - end: merci
    text: {fr: Merci !, en: Thank you!}
"""
FORWARD = """\
palabre: 1
id: idees
lang: fr
title: {fr: Des idées, en: Ideas}
steps:
  - propose: idea
    text: {fr: Que changer ?, en: What to change?}
    opener: {fr: Il faut, en: We shuold}
    categories: {roads: {fr: Voirie, en: Roads}, parks: {fr: Parcs, en: Parks}}
    answers: {confirm: {fr: Est-ce clair ?, en: Is it clear?}}
  - react: cards
    text: {fr: Qu'en pensez-vous ?, en: What do you think?}
    of: idea
    qualifiers: {agree: {urgent: {fr: Urgent, en: Urgent}}}
    statements: {lamps: {fr: Éteignons., en: Lights out.}, trees: {fr: Plantons., en: Plant trees.}}
    choices: {agree: {fr: Pour, en: Yes}, disagree: {fr: Contre, en: No}}
  - sign: petition
    text: {fr: Signez-vous ?, en: Do you sign?}
    goals:
      - {at: 100, say: {fr: Cent !, en: One hundred!}}
      - {at: 1000, say: {fr: Mille !, en: One thousand!}}
  - end: merci
    text: {fr: Merci !, en: Thank you!}
"""


def fixed(where: str, lang: str, text: str, source: str = SOURCE) -> tuple[str, Flow]:
    found = fixing.corrected(source, where, lang, text)
    assert found is not None
    loaded = load_text(found, "f")
    assert loaded.flow is not None, loaded.mistakes
    return found, loaded.flow


@pytest.mark.parametrize(
    ("where", "lang"),
    [(where, lang) for where in fixing.texts(from_source(SOURCE)) for lang in ("fr", "en")],
)
@pytest.mark.parametrize("text", ["New", 'He said: "no" # really, [a] \\ « é » 🎉', "- a\n- b: c", "no", "12:30"])
def test_every_text_can_be_corrected_and_nothing_else_moves(where: str, lang: str, text: str) -> None:
    before = from_source(SOURCE)
    source, after = fixed(where, lang, text)
    assert fixing.texts(after)[where].by_lang[lang] == text
    found = fixing.changes(before, after)
    assert [(one.where, one.lang, one.after) for one in found] == [(where, lang, text)]
    assert fixing.same_but_texts(before, after)
    assert after.version != before.version
    assert source.startswith("# How we move\n")
    assert "# a typing mistake" in source


def test_the_names_are_those_that_people_can_guess() -> None:
    assert list(fixing.texts(from_source(SOURCE))) == [
        "title",
        "summary",
        "mode",
        "mode.velo",
        "mode.bus",
        "avis",
        "avis.low",
        "avis.high",
        "merci",
    ]


IN_FILE = [
    *("idea", "idea.opener", "idea.roads", "idea.parks", "idea.confirm"),
    *("cards", "cards.agree", "cards.urgent", "cards.disagree", "cards.lamps", "cards.trees"),
    *("petition", "petition.100", "petition.1000", "merci"),
]


@pytest.mark.parametrize("where", IN_FILE)
def test_what_people_put_forward_can_be_corrected(where: str) -> None:
    before = from_source(FORWARD)
    _source, after = fixed(where, "en", "Nothing like it", FORWARD)
    assert [(one.where, one.lang) for one in fixing.changes(before, after)] == [(where, "en")]
    assert fixing.same_but_texts(before, after)


def test_the_text_that_people_amend_is_not_corrected() -> None:
    amending = FORWARD.replace("opener: {fr: Il faut, en: We shuold}", "amends: {fr: Article 1., en: Article 1.}")
    before = from_source(amending)
    assert "idea.amends" not in fixing.texts(before)
    assert fixing.corrected(amending, "idea.amends", "fr", "Article 2.") is None
    assert not fixing.same_but_texts(before, from_source(amending.replace("en: Article 1.", "en: Article 2.")))


@pytest.mark.parametrize(
    ("where", "lang"),
    [("nowhere", "fr"), ("mode.train", "fr"), ("mode", "de"), ("", "fr"), ("mode.", "de"), ("steps", "fr")],
)
def test_what_is_not_there_is_none(where: str, lang: str) -> None:
    assert fixing.corrected(SOURCE, where, lang, "x") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("velo: {fr", "bike: {fr"),
        ("from: 0", "from: 1"),
        ("when: mode == 'bus'", "when: mode == 'velo'"),
        ("id: mobilite", "id: autre"),
        ("  - end: merci", "  - say: bonus\n    text: {fr: Bonus, en: Bonus}\n  - end: merci"),
        ("lang: fr", "lang: fr\nresults: live"),
    ],
)
def test_more_than_a_text_is_seen(old: str, new: str) -> None:
    changed = SOURCE.replace(old, new).replace("'velo'", "'bus'" if new.startswith("bike") else "'velo'")
    assert changed != SOURCE
    assert not fixing.same_but_texts(from_source(SOURCE), from_source(changed))


BUNDLE = """\
palabre: 1
id: mobilite
lang: en
title: Getting around
steps:
  - include: promise
    as: first
  - ask: mode
    text: How?
    one_of: {velo: By bike, bus: By bus}
  - end: thanks
    text: Thank you!
--- # block: promise
palabre: 1
block: promise
lang: en
steps:
  - say: word
    text: We promise to anser.
"""


def test_a_text_of_an_included_block_is_corrected_in_this_consultation() -> None:
    before = from_source(BUNDLE)
    source, after = fixed("first_word", "en", "We promise to answer.", BUNDLE)
    assert fixing.same_but_texts(before, after)
    assert fixing.texts(after)["first_word"].by_lang == {"en": "We promise to answer."}
    assert source.count("block: promise") == 2
    _, after = fixed("mode.velo", "en", "By bicycle", BUNDLE)
    assert fixing.texts(after)["mode.velo"].by_lang == {"en": "By bicycle"}


def test_a_single_text_stays_a_single_text() -> None:
    source, _after = fixed("title", "en", "Moving about", BUNDLE)
    assert 'title: "Moving about"\n' in source
