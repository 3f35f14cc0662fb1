"""What automatic rules say about a text, and how well."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.naive_bayes import MultinomialNB

from bot.bench.spam import measure_spam
from bot.moderation.detect import CODES, Detection, flagged_words, flags, found_words, said, shown_hosts
from bot.moderation.detect.spam import learn, sample, signs, split


@pytest.mark.parametrize(
    ("text", "lang", "codes"),
    [
        ("Il faut planter des arbres sur la place", "fr", ()),
        ("espèce de connard", "fr", ("words",)),
        ("espèce de c0nnaaard", "fr", ("words",)),
        ("c o n n a r d", "fr", ("words",)),
        ("FDP", "fr", ("words",)),
        ("сonnard", "fr", ("tricks", "words")),
        ("retourne dans ton pays", "fr", ("words",)),
        ("je suis en retard", "fr", ()),
        ("pros and cons", "en", ()),
        ("Scunthorpe and Penistone", "en", ()),
        ("you moron", "en", ("words",)),
        ("call 06 12 34 56 78", "en", ("personal",)),
        ("see https://elsewhere.example/a", "en", ("link",)),
        ("voir http://раура1.com", "fr", ("deceptive_link", "link")),
        ("voir https://ville.fr@mechant.com/", "fr", ("personal", "deceptive_link", "link")),
        ("http://192.168.0.1/login", "en", ("deceptive_link", "link")),
        ("STOP AUX VOITURES ICI", "fr", ("shouting",)),
        ("Ne\u200brien dire", "fr", ("tricks",)),
        ("", "fr", ()),
        ("connard", "xx", ()),
    ],
)
def test_flags(text: str, lang: str, codes: tuple[str, ...]) -> None:
    assert flags(text, lang) == codes


@given(st.text(max_size=200), st.sampled_from(["fr", "en", "zz"]))
def test_any_text_is_survived_and_flags_come_in_order(text: str, lang: str) -> None:
    found = [CODES.index(code) for code in flags(text, lang)]
    assert found == sorted(set(found))


@pytest.mark.parametrize("code", [*CODES, "capitals", "two_ideas"])
def test_each_flag_is_told_to_moderators(code: str) -> None:
    assert said(code, "en")
    assert said(code, "en") != code


def test_what_is_no_flag_has_no_words() -> None:
    assert said("whatever", "en") == ""


def test_links_to_hosts_on_the_list_need_no_look() -> None:
    detection = Detection(allowed=frozenset({"ville.fr"}))
    assert flags("voir https://www.ville.fr/a et ville.fr", "fr", detection=detection) == ()
    for other in (
        "https://mauvaiseville.fr",
        "https://ville.fr.mechant.com",
        "https://vi\u0406le.fr",
        "//ville.fr.ru/",
    ):
        assert "link" in flags(f"voir {other}", "fr", detection=detection), other


URLS = [
    f"{scheme}{host}{rest}"
    for scheme in ("https://", "http://", "HTTPS://", "www.", "", "ftp://")
    for host in ("exemple.com", "a-b.exemple.org", "xn--80ak6aa92e.com", "exemple.xyz", "moi@exemple.net", "раура.com")
    for rest in ("", "/", "/a?b=c&d=1", ":8080/x", "#ancre", "/a_(b)", ".", ")", "/é")
]


def test_hundreds_of_forms_of_links_are_seen() -> None:
    assert len(URLS) >= 300
    missed = [url for url in URLS if not {"link", "personal"} & set(flags(f"regardez {url} vite", "fr"))]
    assert missed == []


def test_hosts_are_shown_as_the_network_knows_them() -> None:
    assert shown_hosts("http://раура1.com, HTTPS://Ville.FR/x et https://ville.fr/y") == (
        "xn--1-7sba6dbr.com",
        "ville.fr",
    )


def test_rules_are_switched_off_and_words_are_added() -> None:
    assert flags("connard", "fr", detection=Detection(off=frozenset({"words"}))) == ()
    added = Detection(words=frozenset({"Gros Légume"}))
    assert flags("quel gros  LÉGUMES ?", "fr", detection=added) == ()
    assert flags("quel gros  LÉGUME ?", "en", detection=added) == ("words",)
    assert found_words("Gros légume, connard", "fr", added) == ("gros legume", "connard")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_shipped_lists_are_small_clean_and_in_no_ordinary_sentence(lang: str) -> None:
    assert 40 < len(flagged_words(lang)) < 300
    assert flagged_words("../etc") == frozenset()
    ordinary = [line.text for line in sample() if line.lang == lang and not line.spam]
    assert [text for text in ordinary if found_words(text, lang)] == []


# --- Spam ------------------------------------------------------------------------------------------------------------


def test_the_sample_is_large_enough_and_nothing_is_in_it_twice() -> None:
    lines = sample()
    assert sum(line.spam for line in lines) >= 150
    assert sum(not line.spam for line in lines) >= 200
    assert len({line.text for line in lines}) == len(lines)
    learned, tested = split(lines)
    assert not {line.text for line in learned} & {line.text for line in tested}


def test_figures_on_lines_never_learned_from() -> None:
    alone, ruled = measure_spam()
    assert alone.recall >= 0.8
    assert alone.false_alarms <= 0.08
    assert ruled.recall >= alone.recall


def test_without_labels_nothing_is_learned() -> None:
    """The same code on shuffled labels has to fail, or the figures above would mean nothing."""
    learned, tested = split(sample())
    labels = [line.spam for line in learned]
    random.Random(7).shuffle(labels)
    bayes = learn(
        type(line)(lang=line.lang, text=line.text, spam=spam) for line, spam in zip(learned, labels, strict=True)
    )
    right = sum((bayes.score(line.text) > 0) == line.spam for line in tested)
    assert right / len(tested) < 0.75


def test_it_learns_what_scikit_learn_learns() -> None:
    learned, tested = split(sample())
    known = sorted({sign for line in learned for sign in signs(line.text)})
    rows = [[sign in found for sign in known] for found in (signs(line.text) for line in learned)]
    other = MultinomialNB(alpha=1.0).fit(rows, [line.spam for line in learned])
    bayes = learn(learned)
    for line in tested:
        ham, spam = other.predict_joint_log_proba([[sign in signs(line.text) for sign in known]])[0]
        assert bayes.score(line.text) == pytest.approx(spam - ham)


def test_more_signs_of_spam_never_make_it_likelier_talk() -> None:
    bayes = learn(sample())
    grown = ["Venez", "Venez crypto", "Venez crypto casino", "Venez crypto casino bonus"]
    assert all(bayes.score(less) < bayes.score(more) for less, more in pairwise(grown))
