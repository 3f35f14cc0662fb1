"""Words that promise more than Palabre can keep are in no sentence, in no language, in no flow that ships.

A messenger and whoever runs the server can see messages pass; nobody has certified anything. So no text may say
"anonymous", "certified", "secure vote" or a level of the CNIL. A sentence that must use such a word (to deny it, to
quote a messenger's own term) is added to `REVIEWED` by somebody who has read it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from locales import LANGUAGES
from locales.extract import catalog_path, read_catalog
from locales.proofread import first_id, forms

ROOT = Path(__file__).parents[2]

FORBIDDEN = re.compile(
    r"anonym"
    r"|certifi"
    r"|inviolab|infalsifiab|inattaquab|infaillib"
    r"|tamper[- ]?proof|unhackable|unbreakable|bulletproof|foolproof"
    r"|secure (electronic |online |e-?)?(vot|ballot)"
    r"|(vot\w+|ballot|scrutin) (\w+ ){0,2}s[ée]curis[ée]"
    r"|100 ?% (s[ûu]r|secure|safe|s[ée]curis|confidenti)"
    r"|military|bank[- ]grade"
    r"|(cnil|rgpd|gdpr)[- ](level|compliant|approved|certif)"
    r"|(niveau|agr[ée]ment|label) (\d+ )?(de la )?cnil|conforme (à la|cnil|rgpd)"
    r"|vote [ée]lectronique|electronic vot|e-?voting"
    r"|totalement secret|completely secret"
    r"|personne ne (peut|pourra) (voir|savoir)|(no ?body|no one) can (see|know)",
    re.IGNORECASE,
)
REVIEWED: frozenset[str] = frozenset()


def texts() -> Iterator[tuple[str, str]]:
    """Everything a person can read, with the place it comes from."""
    for lang in LANGUAGES:
        for entry in read_catalog(catalog_path(lang), lang):
            if entry.id:
                ids = entry.id if isinstance(entry.id, tuple | list) else (entry.id,)
                for text in (*ids, *forms(entry)):
                    yield f"{lang}: {first_id(entry)}", str(text)
    for pattern in ("flows/library/**/*.yaml", "adapters/web/page/*"):
        for path in sorted(ROOT.glob(pattern)):
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                yield f"{path.relative_to(ROOT)}:{number}", line


def test_no_text_promises_what_nobody_can_keep() -> None:
    found = [
        f"{place}: {match[0]!r} in {text!r}"
        for place, text in texts()
        if text not in REVIEWED and (match := FORBIDDEN.search(text))
    ]
    assert not found, "\n".join(found)


def test_there_is_something_to_read() -> None:
    places = [place for place, _ in texts()]
    assert any(place.startswith("flows/library") for place in places)
    assert any(place.startswith("fr: ") for place in places)


@pytest.mark.parametrize(
    "text",
    [
        "Votre vote est anonyme.",
        "Your vote is Anonymous.",
        "Réponses anonymisées",
        "Un système certifié",
        "Certification CNIL",
        "inviolable",
        "Secure electronic voting",
        "secure voting",
        "Vote sécurisé",
        "scrutin en ligne sécurisé",
        "100 % sûr",
        "CNIL level 2",
        "Niveau 3 de la CNIL",
        "Nobody can see what you answer",
        "Personne ne peut voir votre choix",
    ],
)
def test_the_words_are_recognised(text: str) -> None:
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Votre réponse reste confidentielle : seuls des totaux sont publiés.",
        "The messenger can see messages pass.",
        "Le vote se termine ce soir.",
        "Ballots are counted at closing.",
        "Une minute suffit, c'est sûr.",
    ],
)
def test_honest_sentences_pass(text: str) -> None:
    assert not FORBIDDEN.search(text)
