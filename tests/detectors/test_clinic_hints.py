"""Hints to the author of a proposal: a question, never a refusal."""

from __future__ import annotations

import pytest

from bot.moderation.detect.spam import sample
from flows.clinic import hint, hints
from flows.weblinks import links


@pytest.mark.parametrize(
    ("text", "lang", "codes"),
    [
        ("Il faut planter des arbres", "fr", ()),
        ("Il faut planter des arbres et créer une piste cyclable", "fr", ("two_ideas",)),
        ("Planter des arbres ainsi que repeindre l'école", "fr", ("two_ideas",)),
        ("Build a pool and plant more trees", "en", ("two_ideas",)),
        ("Paths for bikes and pedestrians", "en", ()),
        ("1. Des arbres\n2. Des bancs", "fr", ("two_ideas",)),
        ("Ouvrir la piscine le soir ; fermer la rue aux voitures", "fr", ("two_ideas",)),
        ("FERMEZ LA RUE AUX VOITURES", "fr", ("capitals",)),
        ("La SNCF et la RATP", "fr", ()),
        ("Voir https://exemple.fr", "fr", ("link",)),
        ("Écrivez à jean@exemple.fr", "fr", ("personal",)),
        ("APPELEZ LE 06 12 34 56 78, VOIR WWW.EXEMPLE.FR", "fr", ("personal", "link", "capitals")),
        ("", "fr", ()),
    ],
)
def test_hints(text: str, lang: str, codes: tuple[str, ...]) -> None:
    assert hints(text, lang) == codes


def test_each_hint_is_a_sentence() -> None:
    said = {hint(code, "en") for code in ("personal", "link", "capitals", "two_ideas")}
    assert len(said) == 4
    with pytest.raises(ValueError, match="no such hint"):
        hint("other", "en")


def test_ordinary_sentences_get_few_hints() -> None:
    clean = [line for line in sample() if not line.spam]
    hinted = [line.text for line in clean if set(hints(line.text, line.lang)) - {"link"}]
    assert len(hinted) <= 0.05 * len(clean), hinted


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("https://ville.fr/a?b=c).", ["ville.fr"]),
        ("voir www.ville.fr, merci", ["www.ville.fr"]),
        ("t.me/vip et bit.ly/x", ["t.me", "bit.ly"]),
        ("exemple.org:8080/x", ["exemple.org"]),
        ("https://ville.fr@mechant.com/", ["mechant.com"]),
        ("HTTP://EXEMPLE.COM", ["exemple.com"]),
        ("xn--80ak6aa92e.com", ["xn--80ak6aa92e.com"]),
        ("C'est bien.Il faut continuer", []),
        ("à 3.5 km, M. Dupont, etc.", []),
        ("fin.me voilà", []),
        ("", []),
    ],
)
def test_links(text: str, hosts: list[str]) -> None:
    assert [link.host for link in links(text)] == hosts
