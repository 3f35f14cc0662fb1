"""What people type, and what it means: a table in two languages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import reading
from flows.days import NoYear, day
from flows.reading import Unsure

TRAVEL = ("À vélo", "En bus", "En voiture", "À pied")
SURVEY = ("Très satisfait", "Plutôt satisfait", "Plutôt insatisfait", "Très insatisfait")
COVER = ("Good coverage", "Poor coverage", "No coverage at all", "I am not concerned")
VOTE = ("Oui", "Non, pas maintenant", "Sans opinion")
ACCORD = ("D'accord", "Pas d'accord")


@pytest.mark.parametrize(
    ("typed", "labels", "meant"),
    [
        # a place in the list
        ("2", TRAVEL, 1),
        ("2.", TRAVEL, 1),
        ("2)", TRAVEL, 1),
        ("(2)", TRAVEL, 1),
        (" 2 ", TRAVEL, 1),
        ("n°2", TRAVEL, 1),
        ("N° 2", TRAVEL, 1),
        ("№2", TRAVEL, 1),
        ("#2", TRAVEL, 1),
        ("no 2", TRAVEL, 1),
        ("numéro 2", TRAVEL, 1),
        ("number 2", TRAVEL, 1),
        ("option 2", TRAVEL, 1),
        ("choix 3", TRAVEL, 2),
        ("le 3", TRAVEL, 2),
        ("2️⃣", TRAVEL, 1),
        ("２", TRAVEL, 1),
        ("٢", TRAVEL, 1),
        ("deux", TRAVEL, 1),
        ("two", TRAVEL, 1),
        ("la deuxième", TRAVEL, 1),
        ("LA DEUXIEME", TRAVEL, 1),
        ("le second", TRAVEL, 1),
        ("the second one", TRAVEL, 1),
        ("second", TRAVEL, 1),
        ("2e", TRAVEL, 1),
        ("2ème", TRAVEL, 1),
        ("2nd", TRAVEL, 1),
        ("1er", TRAVEL, 0),
        ("la première", TRAVEL, 0),
        ("first", TRAVEL, 0),
        ("the third", TRAVEL, 2),
        ("dernier", TRAVEL, 3),
        ("la dernière", TRAVEL, 3),
        ("the last one", TRAVEL, 3),
        ("l'avant-dernier", TRAVEL, 2),
        ("je prends la deuxième", TRAVEL, 1),
        ("la 2 svp", TRAVEL, 1),
        ("5", TRAVEL, None),
        ("0", TRAVEL, None),
        ("-1", TRAVEL, 0),  # a dash before a number is how lists are written
        ("99999999999999999999", TRAVEL, None),
        # a label, whole, in part, or badly typed
        ("À vélo", TRAVEL, 0),
        ("a velo", TRAVEL, 0),
        ("A VÉLO !", TRAVEL, 0),
        ("velo", TRAVEL, 0),
        ("vel", TRAVEL, 0),
        ("vélol", TRAVEL, 0),
        ("a vleo", TRAVEL, 0),
        ("bus", TRAVEL, 1),
        ("le bus", TRAVEL, 1),
        ("je viens en bus", TRAVEL, 1),
        ("en bus svp", TRAVEL, 1),
        ("voitur", TRAVEL, 2),
        ("voitrue", TRAVEL, 2),
        ("en voitures", TRAVEL, 2),
        ("pied", TRAVEL, 3),
        ("À\u200b pi\u200bed", TRAVEL, 3),
        ("\u202eà pied\u202c", TRAVEL, 3),
        ("en", TRAVEL, Unsure((1, 2))),
        ("bus ou vélo", TRAVEL, Unsure((0, 1))),
        ("zeppelin", TRAVEL, None),
        ("", TRAVEL, None),
        ("🚗", TRAVEL, None),
        ("🎉" * 5000, TRAVEL, None),
        ("bus " * 500, TRAVEL, None),
        # never against somebody
        ("pas en bus", TRAVEL, Unsure((1,))),
        ("tout sauf la voiture", TRAVEL, Unsure((2,))),
        ("satisfait", SURVEY, Unsure((0, 1))),
        ("insatisfait", SURVEY, Unsure((2, 3))),
        ("très satisfait", SURVEY, 0),
        ("tres insatisfait", SURVEY, 3),
        ("tres satisfai", SURVEY, 0),
        ("satisfait", ("Insatisfait", "Neutre"), None),
        ("insatisfait", ("Satisfait", "Neutre"), None),
        ("illegal", ("Legal", "Other"), None),
        ("unhappy", ("Happy", "Other"), None),
        ("coverage", COVER, Unsure((0, 1, 2))),
        ("good", COVER, 0),
        ("poor", COVER, 1),
        ("concerned", COVER, Unsure((3,))),
        ("not concerned", COVER, 3),
        ("d'accord", ACCORD, 0),
        ("daccord", ACCORD, 0),
        ("pas d'accord", ACCORD, 1),
        ("pas daccord", ACCORD, 1),
        ("pas d’accord", ACCORD, 1),
        # a yes and a no among longer labels
        ("ouais", VOTE, 0),
        ("yes", VOTE, 0),
        ("nan", VOTE, 1),
        ("nope", VOTE, 1),
        ("non", VOTE, 1),
        ("pas maintenant", VOTE, 1),
        # labels that hold numbers
        ("3 ans", ("3 ans", "2 ans", "1 an"), 0),
        ("3", ("3 ans", "2 ans", "1 an"), 2),
        ("2", ("3", "2", "1"), 1),
        ("1", ("3", "2", "1"), 2),
        # labels alike
        ("a", ("A", "a"), 1),
        ("A!", ("A", "a"), Unsure((0, 1))),
        ("👍", ("👍", "👎"), 0),
        ("👎", ("👍", "👎"), 1),
        # other scripts
        ("نعم", ("نعم", "لا"), 0),
        ("да", ("Да", "Нет"), 0),
        ("はい", ("はい", "いいえ"), 0),
    ],
)
def test_pick(typed: str, labels: tuple[str, ...], meant: int | Unsure | None) -> None:
    assert reading.pick(typed, labels) == meant


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("passer", "skip"),
        ("Passer.", "skip"),
        ("skip", "skip"),
        ("suivant", "skip"),
        ("retour", "back"),
        ("précédent", "back"),
        ("Back", "back"),
        ("stop", "stop"),
        ("STOP !!!", "stop"),
        ("arrêter", "stop"),
        ("reprendre", "resume"),
        ("resume", "resume"),
        ("continuer", "resume"),
        ("terminé", "done"),
        ("fini", "done"),
        ("j'ai fini", "done"),
        ("done", "done"),
        ("je ne sais pas", "dont_know"),
        ("sais pas", "dont_know"),
        ("j'sais pas", "dont_know"),
        ("dunno", "dont_know"),
        ("don't know", "dont_know"),
        ("I don’t know", "dont_know"),
        ("sans opinion", "opinion"),
        ("no opinion", "opinion"),
        ("je préfère ne pas répondre", "abstain"),
        ("préfère ne pas répondre", "abstain"),
        ("prefer not to say", "abstain"),
        ("aide", "help"),
        ("?", "help"),
        ("envoyer", "send"),
        ("send", "send"),
        ("garder ma réponse", "keep"),
        ("passer le bac", None),
        ("oui", None),
        ("", None),
        ("\u200bstop", "stop"),
    ],
)
def test_control(typed: str, word: str | None) -> None:
    assert reading.control(typed) == word


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("oui", True),
        ("OUI!!", True),
        ("ouais", True),
        ("ok", True),
        ("d'accord", True),
        ("yes", True),
        ("yep", True),
        ("bien sûr", True),
        ("oui bof", True),
        ("oui je veux bien", True),
        ("👍", True),
        ("👍🏽", True),
        ("✔️", True),
        ("non", False),
        ("nan", False),
        ("no", False),
        ("non merci", False),
        ("no way", False),
        ("pas d'accord", False),
        ("👎", False),
        ("oui et non", None),
        ("oui mais non", None),
        ("oui mais pas ici", None),
        ("non, enfin oui", None),
        ("peut-être", None),
        ("", None),
        ("oui " * 200, None),
    ],
)
def test_yes_no(typed: str, meant: bool | None) -> None:
    assert reading.yes_no(typed) is meant


def test_a_consent_is_a_plain_yes() -> None:
    assert reading.yes_no("oui bof", strict=True) is None
    assert reading.yes_no("oui", strict=True) is True


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("34", 34),
        ("34 ans", 34),
        ("j'ai 34 ans", 34),
        ("34.", 34),
        ("3,5", 3.5),
        ("3.5", 3.5),
        ("3,0", 3),
        ("-4", -4),
        ("−4", -4),
        ("- 4", -4),
        ("1 200", 1200),
        ("1\u202f200", 1200),
        ("1'200", 1200),
        ("1.200,50", 1200.5),
        ("1,200.50", 1200.5),
        ("1,200,000", 1200000),
        ("12,5 %", 12.5),
        ("50€", 50),
        ("٣٤", 34),
        ("３４", 34),
        ("trente-quatre", 34),
        ("trente quatre ans", 34),
        ("vingt et un", 21),
        ("soixante-dix", 70),
        ("soixante et onze", 71),
        ("quatre-vingts", 80),
        ("quatre-vingt-dix-sept", 97),
        ("septante-deux", 72),
        ("nonante", 90),
        ("dix-neuf", 19),
        ("zéro", 0),
        ("moins deux", -2),
        ("thirty-four", 34),
        ("twenty one", 21),
        ("eleven", 11),
        ("one", 1),
        ("cent", 100),
        ("3 ou 4", None),
        ("3-4", None),
        ("trois ou quatre", None),
        ("1e5", None),
        ("abc", None),
        ("", None),
        ("9" * 40, None),
        ("9" * 5000, None),
        ("1.2.3", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_number(typed: str, meant: float | None) -> None:
    found = reading.number(typed)
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12/03/2026", date(2026, 3, 12)),
        ("12-03-2026", date(2026, 3, 12)),
        ("12.3.2026", date(2026, 3, 12)),
        ("2026-03-12", date(2026, 3, 12)),
        ("2026/3/12", date(2026, 3, 12)),
        ("12 mars 2026", date(2026, 3, 12)),
        ("le 12 mars 2026", date(2026, 3, 12)),
        ("jeudi 12 mars 2026", date(2026, 3, 12)),
        ("1er août 2026", date(2026, 8, 1)),
        ("premier mai 2026", date(2026, 5, 1)),
        ("March 12 2026", date(2026, 3, 12)),
        ("March 12th, 2026", date(2026, 3, 12)),
        ("12 March 2026", date(2026, 3, 12)),
        ("the 3rd of feb 2026", date(2026, 2, 3)),
        ("03/25/2026", date(2026, 3, 25)),
        ("29/02/2024", date(2024, 2, 29)),
        ("12 mars", NoYear()),
        ("12/03", NoYear()),
        ("12/03/58", NoYear()),
        ("March 12", NoYear()),
        ("29/02/2023", None),
        ("31/04/2026", None),
        ("mars 2026", None),
        ("demain", None),
        ("", None),
        ("12/03/2026" * 200, None),
    ],
)
def test_day(typed: str, meant: date | NoYear | None) -> None:
    assert day(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1, 3", (0, 2)),
        ("1,3", (0, 2)),
        ("3 1", (0, 2)),
        ("1 et 3", (0, 2)),
        ("1 and 3", (0, 2)),
        ("1;3", (0, 2)),
        ("1\n3", (0, 2)),
        ("1 + 3", (0, 2)),
        ("1, 2 et 4", (0, 1, 3)),
        ("1, 1", (0,)),
        ("2", (1,)),
        ("velo et bus", (0, 1)),
        ("vélo, voiture & à pied", (0, 2, 3)),
        ("la première et la dernière", (0, 3)),
        ("bsu", None),
        ("1, 9", None),
        ("vélo, zeppelin", None),
        ("vélo, en", Unsure((1, 2))),
        ("", None),
    ],
)
def test_several(typed: str, meant: tuple[int, ...] | Unsure | None) -> None:
    assert reading.several(typed, TRAVEL) == meant


def test_a_label_that_holds_a_separator_is_one_label() -> None:
    labels = ("Bus et tram", "Vélo, trottinette", "Marche")
    assert reading.several("bus et tram", labels) == (0,)
    assert reading.several("vélo, trottinette", labels) == (1,)
    assert reading.several("bus et tram, marche", labels) == (0, 2)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  bonjour \n", "bonjour"),
        ("a\u202eb\u2066c\u2069", "abc"),
        ("a\u200bb\ufeffc", "abc"),
        ("a\x00b\x07c", "abc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud83d oups", "oups"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("a\u200db", "ab"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200d", ""),
        ("①  ﬁn", "①  ﬁn"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_clean(written: str, kept: str) -> None:
    assert reading.clean(written) == kept


_TYPED = st.one_of(st.text(), st.text(alphabet="0123456789 ,.-/eé oui\u200b\u202e🎉٣", max_size=60))


@given(_TYPED, st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_reading_never_raises_and_stays_in_the_list(typed: str, labels: list[str]) -> None:
    found = reading.pick(typed, labels)
    assert found is None or isinstance(found, Unsure) or 0 <= found < len(labels)
    several = reading.several(typed, labels)
    assert several is None or isinstance(several, Unsure) or all(0 <= i < len(labels) for i in several)
    reading.control(typed)
    reading.yes_no(typed)
    reading.number(typed)
    day(typed)


@given(_TYPED)
def test_clean_is_stable_and_can_be_stored(typed: str) -> None:
    once = reading.clean(typed)
    assert reading.clean(once) == once
    once.encode()
    assert not set(once) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\x00")


@given(st.lists(st.text(alphabet="abcdefghij é'", min_size=1, max_size=12), min_size=1, max_size=6), st.data())
def test_a_label_always_means_itself(labels: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(labels) - 1))
    found = reading.pick(labels[index], labels)
    if isinstance(found, Unsure):
        assert index in found.choices
    elif found is not None:
        assert reading.fold(labels[found]).replace(" ", "") == reading.fold(labels[index]).replace(" ", "")
    else:
        assert not reading.fold(labels[index])
