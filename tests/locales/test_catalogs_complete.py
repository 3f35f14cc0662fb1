"""The catalogs that ship say everything that the code says, and the tool that checks it cannot be fooled."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from locales.extract import make_template, merge, mistakes, read_catalog, update, written
from locales.proofread import proofread
from locales.sentences import Sentence, Unreadable, read_source


def test_every_sentence_is_said_in_every_language() -> None:
    wrong = mistakes()
    assert not wrong, "\n".join(["run python -m locales.extract, then mend:", *wrong])


def sentence(one: str, many: str | None = None, file: str = "bot/a.py") -> Sentence:
    return Sentence(one=one, many=many, file=file)


def french(text: str) -> Catalog:
    return read_po(BytesIO(text.encode()), locale="fr")


SOURCE = """
from locales import tr, trn
import locales

tr(lang, "Hello {name}", name=name)
tr(lang, "In two " "pieces")
locales.tr(lang, "By attribute")
tr(lang, "Yes" if yes else "No")
trn(lang, "{n} left", "{n} left over", n)
"""


def test_sentences_are_found_in_all_their_shapes() -> None:
    assert [(found.one, found.many) for found in read_source(SOURCE, "bot/a.py") if isinstance(found, Sentence)] == [
        ("Hello {name}", None),
        ("In two pieces", None),
        ("By attribute", None),
        ("Yes", None),
        ("No", None),
        ("{n} left", "{n} left over"),
    ]
    assert not [found for found in read_source(SOURCE, "bot/a.py") if isinstance(found, Unreadable)]


@pytest.mark.parametrize(
    "source",
    [
        'tr(lang, f"Hello {name}")',
        'tr(lang, "Hello " + name)',
        'tr(lang, "Hello {}".format(name))',
        'tr(lang, "Hello %s" % name)',
        "tr(lang)",
        "trn(lang, one, many, n)",
        'trn(lang, "one", MANY, n)',
        "tr(lang, TABLE[key])",
        "locales.tr(lang, sentence)",
        "from locales import tr as _",
        "def broken(:",
    ],
)
def test_a_sentence_put_together_at_run_time_is_reported(source: str) -> None:
    (found,) = read_source(source, "bot/a.py")
    assert isinstance(found, Unreadable)
    assert (found.file, found.line) == ("bot/a.py", 1)


def proofs(template: Catalog, po: str, lang: str = "fr") -> list[str]:
    return list(proofread(french(po), template, lang))


def test_each_kind_of_mistake_is_named() -> None:
    template = make_template([sentence("Open until {closes}"), sentence("{n} vote", "{n} votes")])
    fine = (
        'msgid "Open until {closes}"\nmsgstr "Ouvert jusqu\'à {closes}"\n\n'
        'msgid "{n} vote"\nmsgid_plural "{n} votes"\nmsgstr[0] "{n} vote"\nmsgstr[1] "{n} votes"\n'
    )
    assert proofs(template, fine) == []
    assert proofs(template, fine.replace('"Ouvert jusqu\'à {closes}"', '""')) == [
        "fr: missing translation: 'Open until {closes}'"
    ]
    assert "missing translation: '{n} vote'" in proofs(template, fine.replace('"{n} votes"\n', '""\n'))[0]
    assert "lost {closes}" in proofs(template, fine.replace("à {closes}", "à ce soir"))[0]
    assert [line[:22] for line in proofs(template, fine.replace("à {closes}", "à {fin}"))] == [
        "fr: lost {closes}: 'Op",
        "fr: invented {fin}: 'O",
    ]
    assert "fuzzy" in proofs(template, "#, fuzzy\n" + fine)[0]
    assert "no longer said" in proofs(template, fine + '\nmsgid "Gone"\nmsgstr "Parti"\n')[0]
    assert "obsolete" in proofs(template, fine + '\n#~ msgid "Gone"\n#~ msgstr "Parti"\n')[0]
    other = make_template([sentence("Open until {closes}"), sentence("{n} vote", "{n} ballots")])
    assert "another plural form" in proofs(other, fine)[0]


def test_the_french_singular_also_says_zero_so_it_keeps_its_number() -> None:
    template = make_template([sentence("One vote", "{n} votes")])
    po = 'msgid "One vote"\nmsgid_plural "{n} votes"\nmsgstr[0] "Un vote"\nmsgstr[1] "{n} votes"\n'
    assert proofs(template, po) == ["fr: lost {n}: 'One vote' -> 'Un vote'"]
    assert proofs(template, po, "en") == []


def test_what_is_written_does_not_depend_on_order_or_place() -> None:
    one, two = sentence("B", file="bot/b.py"), sentence("A {n}", "A {n}s", file="bot/a.py")
    template = written(make_template([one, two]))
    assert template == written(make_template([two, one]))
    assert b"Date" not in template
    known = french('msgid "B"\nmsgstr "Bé"\n')
    once = written(update(known, make_template([one, two]), "fr"))
    again = written(update(read_po(BytesIO(once), locale="fr"), make_template([two, one]), "fr"))
    assert once == again


def test_a_translation_survives_while_its_sentence_is_away() -> None:
    here, away = make_template([sentence("Hello"), sentence("{n} hat", "{n} hats")]), make_template([])
    po = (
        'msgid "Hello"\nmsgstr "Bonjour"\n\n'
        'msgid "{n} hat"\nmsgid_plural "{n} hats"\nmsgstr[0] "{n} chapeau"\nmsgstr[1] "{n} chapeaux"\n'
    )
    gone = update(french(po), away, "fr")
    assert set(gone.obsolete) == {"Hello", "{n} hat"}
    back = update(read_po(BytesIO(written(gone)), locale="fr"), here, "fr")
    assert not list(proofread(back, here, "fr"))
    assert not back.obsolete


def test_english_says_the_sentences_themselves() -> None:
    template = make_template([sentence("Hello {name}"), sentence("{n} hat", "{n} hats")])
    catalog = update(Catalog("en"), template, "en")
    assert not list(proofread(catalog, template, "en"))
    assert {str(entry.id): str(entry.string) for entry in catalog if entry.id} == {
        "Hello {name}": "Hello {name}",
        "('{n} hat', '{n} hats')": "('{n} hat', '{n} hats')",
    }


def test_merging_fills_what_is_missing_and_refuses_wrong_blanks() -> None:
    template = make_template([sentence("Hello {name}"), sentence("Bye {name}"), sentence("Kept")])
    catalog = update(french('msgid "Kept"\nmsgstr "Gardé"\n'), template, "fr")
    offered = french(
        'msgid "Hello {name}"\nmsgstr "Bonjour {name}"\n\nmsgid "Bye {name}"\nmsgstr "Salut {nom}"\n\n'
        'msgid "Kept"\nmsgstr "Autre"\n\nmsgid "Unknown"\nmsgstr "Inconnu"\n'
    )
    refused = list(merge(catalog, offered, "fr"))
    assert [line.split(":")[1].strip() for line in refused] == ["lost {name}", "invented {nom}"]
    assert {str(entry.id): entry.string or "" for entry in catalog if entry.id} == {
        "Hello {name}": "Bonjour {name}",
        "Bye {name}": "",
        "Kept": "Gardé",
    }


def test_a_catalog_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert not [entry for entry in read_catalog(tmp_path / "none.po", "fr") if entry.id]
