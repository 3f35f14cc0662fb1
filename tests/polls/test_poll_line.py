"""What organisers type after /poll, and what is understood: one line of a table each.

It is Friday 20 November 2026, 15:30 in Paris. What is understood is written as `question | choices`, and only the
fields that differ from a plain poll.
"""

# ruff: noqa: DTZ001, SIM905 (wall times; long lists of words read better as text)
from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.polls import when
from bot.polls.line import import_poll, read
from bot.polls.model import PollLine
from bot.polls.when import Problem
from flows.flow import Every, Method, ResultsMode, Secrecy
from flows.tally.outcome import Cut

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
PARIS = "Europe/Paris"
ALWAYS = {"question", "choices", "zone", "opens", "settings", "notes"}


def poll(text: str, lang: str = "fr", *, public: bool = True, now: datetime = NOW, zone: str = PARIS) -> PollLine:
    found = read(text, now=now, zone=zone, lang=lang, place_public=public)
    assert isinstance(found, PollLine), [str(one) for one in found]
    return found


def told(line: PollLine) -> tuple[str, dict[str, Any]]:
    """A poll in the short form of the tables."""
    defaults = {one.name: one.default for one in fields(PollLine)}
    set_ = {name: value for name in defaults if name not in ALWAYS and (value := getattr(line, name)) != defaults[name]}
    return " | ".join([line.question, *line.choices]), set_


PLAIN = "Quel jour ? | mardi | jeudi"
CUT = [
    ("Quel jour ? | mardi | jeudi", PLAIN),
    ("  Quel jour ?|mardi|jeudi  ", PLAIN),
    ("Quel jour ? | mardi | jeudi |", PLAIN),
    ("Quel jour ? | mardi | | jeudi", PLAIN),
    ("Quel jour ?｜mardi｜jeudi", PLAIN),
    ("Quel jour ?\nmardi\njeudi", PLAIN),
    ("Quel jour ?\r\n\r\nmardi\r\njeudi\r\n", PLAIN),
    ("Quel jour ?\n- mardi\n- jeudi", PLAIN),
    ("Quel jour ?\n• mardi\n• jeudi", PLAIN),
    ("Quel jour ?\n1. mardi\n2) jeudi", PLAIN),
    ("Quel jour ?\na) mardi\nb) jeudi", PLAIN),
    ("Quel jour ?\n☐ mardi\n☐ jeudi", PLAIN),
    ("Quel jour ?\nmardi | jeudi", PLAIN),
    ('"Quel jour ?" mardi | jeudi', PLAIN),
    ('"Quel jour ?" "mardi" "jeudi"', PLAIN),
    ("« Quel jour ? » | « mardi » | « jeudi »", PLAIN),
    ("“Quel jour ?” | mardi | jeudi", PLAIN),
    ('Quel jour ? | "mardi | midi" | jeudi', "Quel jour ? | mardi | midi | jeudi"),
    ('"Le Monde" ou Libé ? | Le Monde | Libé', '"Le Monde" ou Libé ? | Le Monde | Libé'),
    ('Écran ? | 24" | 27"', 'Écran ? | 24" | 27"'),
    ("Formule ? | E=mc2 | x=1 | y=2", "Formule ? | E=mc2 | x=1 | y=2"),
    ("Total ? | 2+2=4 | 2+2=5", "Total ? | 2+2=4 | 2+2=5"),
    ("Note : oui ? | oui : toujours | non : jamais", "Note : oui ? | oui : toujours | non : jamais"),
    ("Qui ? | 😀 | 😢", "Qui ? | 😀 | 😢"),
    ("Couleur ? | rouge | blanc | noir", "Couleur ? | rouge | blanc | noir"),
    ("Genre ? | public | multiple | notes", "Genre ? | public | multiple | notes"),
    ("מתי? | יום שני | יום שלישי", "מתי? | יום שני | יום שלישי"),
]


@pytest.mark.parametrize(("text", "expected"), CUT)
def test_question_and_choices(text: str, expected: str) -> None:
    assert told(poll(text)) == (expected, {})


CLOSES = {"closes": datetime(2026, 11, 23, 15, 30)}
HIDDEN = {"results": ResultsMode.AT_CLOSE}
CONFIDENTIAL = {"results": ResultsMode.AT_CLOSE, "secrecy": Secrecy.CONFIDENTIAL}
SETTINGS: list[tuple[str, dict[str, Any]]] = [
    # where they may stand
    ("Quel jour ? | mardi | jeudi | 3d", CLOSES),
    ("Quel jour ? | mardi | jeudi 3d", CLOSES),
    ("durée=3d | Quel jour ? | mardi | jeudi", CLOSES),
    ("durée=3d hidden\nQuel jour ?\nmardi\njeudi", CLOSES | HIDDEN),
    ("jusqu'à demain 20h\nQuel jour ?\nmardi\njeudi", {"closes": datetime(2026, 11, 21, 20)}),
    ("Quel jour ?\nmardi\njeudi\n3d hidden", CLOSES | HIDDEN),
    ("Quel jour ?\n- mardi\n- jeudi\n3j caché", CLOSES | HIDDEN),
    ("Quel jour ? | quorum=30 | mardi | jeudi", {"quorum": 30}),
    ("quorum=30 hidden | Quel jour ? | mardi | jeudi", HIDDEN | {"quorum": 30}),
    ("Quel jour ? | mardi | jeudi 3d hidden quorum=30", CLOSES | HIDDEN | {"quorum": 30}),
    ('"Quel jour ?" mardi | jeudi 3d hidden quorum=30', CLOSES | HIDDEN | {"quorum": 30}),
    ("Quel jour ? | mardi | jeudi | 3d, caché, quorum=30", CLOSES | HIDDEN | {"quorum": 30}),
    ("Quel jour ? | mardi | jeudi | 3d et caché", CLOSES | HIDDEN),
    ("Quel jour ? | mardi | jeudi | quorum=30 | 3d | hidden", CLOSES | HIDDEN | {"quorum": 30}),
    # how long
    ("Quel jour ? | mardi | jeudi | 3j", CLOSES),
    ("Quel jour ? | mardi | jeudi | 3 jours", CLOSES),
    ("Quel jour ? | mardi | jeudi | trois jours", CLOSES),
    ("Quel jour ? | mardi | jeudi | pendant 3 jours", CLOSES),
    ("Quel jour ? | mardi | jeudi | durée=3j", CLOSES),
    ("Quel jour ? | mardi | jeudi | 2h", {"closes": datetime(2026, 11, 20, 17, 30)}),
    ("Quel jour ? | mardi | jeudi | 90min", {"closes": datetime(2026, 11, 20, 17)}),
    ("Quel jour ? | mardi | jeudi | 1w", {"closes": datetime(2026, 11, 27, 15, 30)}),
    ("Quel jour ? | mardi | jeudi | 1 semaine", {"closes": datetime(2026, 11, 27, 15, 30)}),
    ("Quel jour ? | mardi | jeudi | une semaine", {"closes": datetime(2026, 11, 27, 15, 30)}),
    ("Quel jour ? | mardi | jeudi | 1 mois", {"closes": datetime(2026, 12, 20, 15, 30)}),
    # until when
    ("Quel jour ? | mardi | jeudi | jusqu'à vendredi 18h", {"closes": datetime(2026, 11, 20, 18)}),
    ("Quel jour ? | mardi | jeudi | jusqu’à vendredi 14h", {"closes": datetime(2026, 11, 27, 14)}),
    ("Quel jour ? | mardi | jeudi jusqu'à demain 20h", {"closes": datetime(2026, 11, 21, 20)}),
    ("Quel jour ? | mardi | jeudi | until 2026-12-01 18:00", {"closes": datetime(2026, 12, 1, 18)}),
    ("Quel jour ? | mardi | jeudi | until tomorrow 8pm", {"closes": datetime(2026, 11, 21, 20)}),
    ("Quel jour ? | mardi | jeudi | jusqu'au 1er décembre à 18h30", {"closes": datetime(2026, 12, 1, 18, 30)}),
    ("Quel jour ? | mardi | jeudi | fin: vendredi 18h", {"closes": datetime(2026, 11, 20, 18)}),
    ("Quel jour ? | mardi | jeudi | fin : demain 20 h", {"closes": datetime(2026, 11, 21, 20)}),
    ("Quel jour ? | mardi | jeudi | closes=friday 6pm hidden", HIDDEN | {"closes": datetime(2026, 11, 20, 18)}),
    ("Quel jour ? | mardi | jeudi | until 3d", CLOSES),
    # methods
    ("Quel jour ? | mardi | jeudi | method=approval", {"method": Method.APPROVAL}),
    ("Quel jour ? | mardi | jeudi | méthode : approbation", {"method": Method.APPROVAL}),
    ("Quel jour ? | mardi | jeudi | vote par approbation", {"method": Method.APPROVAL}),
    ("Quel jour ? | mardi | jeudi | approval", {"method": Method.APPROVAL}),
    ("Quel jour ? | mardi | jeudi | classement", {"method": Method.SCHULZE}),
    ("Quel jour ? | mardi | jeudi | ranked", {"method": Method.SCHULZE}),
    ("Quel jour ? | mardi | jeudi | methode=jugement", {"method": Method.MAJORITY_JUDGMENT}),
    ("Quel jour ? | mardi | jeudi | method=majority judgment", {"method": Method.MAJORITY_JUDGMENT}),
    ("Quel jour ? | mardi | jeudi | jugement majoritaire mentions=5",
     {"method": Method.MAJORITY_JUDGMENT, "grades": 5}),
    ("Quel jour ? | mardi | jeudi | score most=7", {"method": Method.SCORE, "most": 7}),
    ("Quel jour ? | mardi | jeudi | dots points=8 each=3", {"method": Method.DOTS, "points": 8, "each": 3}),
    ("Quel jour ? | mardi | jeudi | method=quadratic", {"method": Method.QUADRATIC}),
    ("Quel jour ? | mardi | jeudi | irv", {"method": Method.IRV}),
    ("Quel jour ? | mardi | jeudi | borda max=2", {"method": Method.BORDA, "at_most": 2}),
    ("Quel jour ? | mardi | jeudi | stv sièges=2", {"method": Method.STV, "seats": 2}),
    ("Quel jour ? | mardi | jeudi | max=2", {"method": Method.APPROVAL, "at_most": 2}),
    ("Quel jour ? | mardi | jeudi | min 1 max 2", {"method": Method.APPROVAL, "at_least": 1, "at_most": 2}),
    ("Quel jour ? | mardi | jeudi | au plus 2", {"method": Method.APPROVAL, "at_most": 2}),
    # who sees what
    ("Quel jour ? | mardi | jeudi | hidden", HIDDEN),
    ("Quel jour ? | mardi | jeudi | masqué", HIDDEN),
    ("Quel jour ? | mardi | jeudi | hidden=yes", HIDDEN),
    ("Quel jour ? | mardi | jeudi | confidential", CONFIDENTIAL),
    ("Quel jour ? | mardi | jeudi | confidentiel live", {"secrecy": Secrecy.CONFIDENTIAL}),
    ("Quel jour ? | mardi | jeudi | anonyme", CONFIDENTIAL),
    ("Quel jour ? | mardi | jeudi | anonymous", CONFIDENTIAL),
    ("Quel jour ? | mardi | jeudi | results=after_vote", {"results": ResultsMode.AFTER_VOTE}),
    # what decides
    ("Quel jour ? | mardi | jeudi | quorum 30", {"quorum": 30}),
    ("Quel jour ? | mardi | jeudi | quorum=25% inscrits=120", {"quorum": Fraction(1, 4), "electorate": 120}),
    ("Quel jour ? | mardi | jeudi | quorum = 25 % electorate=120", {"quorum": Fraction(1, 4), "electorate": 120}),
    ("Quel jour ? | mardi | jeudi | threshold=2/3", {"threshold": Fraction(2, 3)}),
    ("Quel jour ? | mardi | jeudi | seuil=66,7%", {"threshold": Fraction(667, 1000)}),
    ("Quel jour ? | mardi | jeudi | majority", {"threshold": Fraction(1, 2), "strictly": True}),
    ("Quel jour ? | mardi | jeudi | seuil=majorité", {"threshold": Fraction(1, 2), "strictly": True}),
    ("Quel jour ? | mardi | jeudi | tie=draw", {"tie": Cut.DRAW}),
    ("Quel jour ? | mardi | jeudi | égalité=ordre", {"tie": Cut.ORDER}),
    ("Quel jour ? | mardi | jeudi | shuffle add blank", {"shuffle": True, "add": True, "blank": True}),
    ("Quel jour ? | mardi | jeudi | mélanger, ajouter, vote blanc", {"shuffle": True, "add": True, "blank": True}),
    # what comes back
    ("Quel jour ? | mardi | jeudi | weekly 8 times",
     {"every": Every.WEEK, "closes": datetime(2026, 11, 27, 15, 30), "until": datetime(2027, 1, 8, 15, 30)}),
    ("Quel jour ? | mardi | jeudi | chaque semaine 2j jusqu'au 31 décembre",
     {"every": Every.WEEK, "closes": datetime(2026, 11, 22, 15, 30), "until": datetime(2026, 12, 31, 23, 59)}),
    ("Quel jour ? | mardi | jeudi | hebdomadaire jusqu'à lundi 18h 8 fois",
     {"every": Every.WEEK, "closes": datetime(2026, 11, 23, 18), "until": datetime(2027, 1, 8, 15, 30)}),
    ("Quel jour ? | mardi | jeudi | weekly until monday 6pm until 2026-12-31",
     {"every": Every.WEEK, "closes": datetime(2026, 11, 23, 18), "until": datetime(2026, 12, 31, 23, 59)}),
    ("Quel jour ? | mardi | jeudi | daily 5 times 2h",
     {"every": Every.DAY, "closes": datetime(2026, 11, 20, 17, 30), "until": datetime(2026, 11, 24, 15, 30)}),
    ("Quel jour ? | mardi | jeudi | monthly 3 times",
     {"every": Every.MONTH, "closes": datetime(2026, 12, 18, 15, 30), "until": datetime(2027, 1, 20, 15, 30)}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SETTINGS)
def test_settings(text: str, expected: dict[str, Any]) -> None:
    assert told(poll(text)) == (PLAIN, expected)


RANKED = {"method": Method.SCHULZE}
QUESTIONS_THAT_LOOK_LIKE_SETTINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("Confidentiel ? | A | B | C | confidentiel | classement", "Confidentiel ? | A | B | C", CONFIDENTIAL | RANKED),
    ("Borda | A | B | C | borda", "Borda | A | B | C", {"method": Method.BORDA}),
    ("Confidentiel ? | A | B", "Confidentiel ? | A | B", {}),
    ("Confidentiel ?\nA\nB", "Confidentiel ? | A | B", {}),
    ("Hidden\nA\nB\nhidden", "Hidden | A | B", HIDDEN),
    ("3d | A | B", "3d | A | B", {}),
    ("3d Quel jour ? | mardi | jeudi", "3d Quel jour ? | mardi | jeudi", {}),
    ("Hidden Figures ? | oui | non", "Hidden Figures ? | oui | non", {}),
    ("Jusqu'à vendredi ? | oui | non", "Jusqu'à vendredi ? | oui | non", {}),
    ("quorum=30 ? | oui | non", "quorum=30 ? | oui | non", {}),
    ("Borda ? | oui | non | Schulze ?", "Borda ? | oui | non | Schulze ?", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "set_"), QUESTIONS_THAT_LOOK_LIKE_SETTINGS)
def test_what_stands_first_is_the_question(text: str, expected: str, set_: dict[str, Any]) -> None:
    assert told(poll(text)) == (expected, set_)


@pytest.mark.parametrize("text", ["Vote confidentiel ?", "On vote en confidentiel ?", "Faut-il un quorum 30 ?"])
def test_a_question_alone_keeps_its_last_words(text: str) -> None:
    assert poll(text).question == text


def test_settings_that_were_taken_as_the_question_are_told() -> None:
    assert poll("3d hidden | Quel jour ? | mardi | jeudi", "en").notes == (
        "“3d hidden” is the question, because it comes first. As a setting, it comes last.",
    )
    assert poll("Confidentiel ? | mardi | jeudi", "en").notes == ()


CHOICES_THAT_LOOK_LIKE_SETTINGS = [
    'Que dire ? | "3d" | "hidden"',
    "Que dire ?\n- 3d\n- hidden",
    "Combien de temps ? | 2h | 3h | 4h",
    "Combien de temps ? | 1 semaine | 2 semaines",
    "Combien de temps ? | dans 1h | dans 2h",
    "Fréquence ? | daily | weekly | monthly",
    "Résultats ? | live | hidden",
    "Rester ? | jusqu'à 18h | jusqu'à 20h",
    "Musique ? | rock | musique live",
    "Méthode ? | irv | stv | borda",
    "Quel jeu ? | cartes | objet caché",
    "Prix ? | petit | 10 m",
    "Durée ? | 0h | 1h | 2h",
]


@pytest.mark.parametrize("text", CHOICES_THAT_LOOK_LIKE_SETTINGS)
def test_a_choice_that_looks_like_a_setting_stays_a_choice(text: str) -> None:
    line = poll(text)
    expected = text.replace("\n- ", " | ").replace('"', "")
    assert told(line) == (expected, {})
    assert line.settings == ()


def test_two_segments_about_one_thing_are_choices_and_the_others_set() -> None:
    assert told(poll("Combien ? | 2h | 3h | 4h | hidden")) == ("Combien ? | 2h | 3h | 4h", HIDDEN)


def test_what_was_kept_in_a_choice_is_told() -> None:
    assert poll("Quel jeu ? | cartes | objet caché", "en").notes == (
        "“caché” was kept as a part of “objet caché”. To make it a setting, put a | before it.",
    )
    assert poll("Quel jour ? | 3d | mardi | jeudi", "en").notes == (
        "“3d” is a choice where it stands. As a setting, it comes last.",
    )
    assert poll("Which day? | Tue | Thu | tomorrow 8pm", "en").notes == (
        "“tomorrow 8pm” is a choice. If the poll has to close then, write “until tomorrow 8pm”.",
    )


def test_the_words_that_were_taken_are_told() -> None:
    line = poll("quorum=30 | Quel jour ? | mardi | jeudi 3d hidden")
    assert line.settings == ("quorum=30", "3d", "hidden")


def test_anonymous_is_never_promised() -> None:
    (note,) = poll("Quel jour ? | mardi | jeudi | anonymous", "en").notes
    assert note.startswith("I cannot promise that nobody will ever know who voted what.")


def test_a_question_alone_is_answered_with_yes_or_no() -> None:
    for text in ("On se voit jeudi ?", "On se voit jeudi ? 😊", '"On se voit jeudi ?"'):
        line = poll(text)
        assert (line.yes_no, line.abstain) == (True, True)
        assert line.choices == ("Oui", "Non")
    assert told(poll("On se voit ? 3d hidden", "en")) == (
        "On se voit ? | Yes | No",
        CLOSES | HIDDEN | {"yes_no": True, "abstain": True},
    )


def test_a_question_that_offers_choices_is_answered_with_yes_or_no_and_says_so() -> None:
    note = "The answers are yes and no. To let people choose, write each choice after a |."
    assert poll("Pizza ou burger ?", "en").notes == (note,)
    assert poll("On se voit ou pas ?", "en").notes == ()
    assert poll('"Pizza ou burger ?"', "en").notes == ()


def test_consent_brings_its_own_answers() -> None:
    line = poll("Adopter la charte ? | method=consent reason=optional 1 semaine")
    assert line.choices == ()
    assert not line.yes_no
    assert (line.method, line.reason) == (Method.CONSENT, "optional")


def test_dates_to_choose_from() -> None:
    line = poll("On se voit quand ? | mardi 18h | 3 décembre | demain midi | dates")
    assert line.method is Method.AVAILABILITY
    assert line.slots == (datetime(2026, 11, 24, 18), date(2026, 12, 3), datetime(2026, 11, 21, 12))


def test_a_poll_made_in_private_is_confidential_unless_told() -> None:
    assert told(poll(PLAIN, public=False)) == (PLAIN, CONFIDENTIAL)
    assert told(poll(f"{PLAIN} | secrecy=open", public=False)) == (PLAIN, {})


def test_seconds_never_shorten_a_poll() -> None:
    line = poll(f"{PLAIN} | 2h", now=datetime(2026, 11, 20, 14, 30, 1, tzinfo=UTC))
    assert (line.opens, line.closes) == (datetime(2026, 11, 20, 15, 30), datetime(2026, 11, 20, 17, 31))


def test_the_zone_of_the_line_is_the_zone_of_its_hours() -> None:
    line = poll(f"{PLAIN} | zone=auckland jusqu'à vendredi 18h")
    assert (line.zone, line.closes) == ("Pacific/Auckland", datetime(2026, 11, 27, 18))


def test_three_days_over_a_change_of_clocks_end_at_the_same_hour() -> None:
    spring = datetime(2027, 3, 26, 14, 30, tzinfo=UTC)
    assert poll(f"{PLAIN} | 3d", now=spring).closes == datetime(2027, 3, 29, 15, 30)
    assert poll(f"{PLAIN} | 72h", now=spring).closes == datetime(2027, 3, 29, 16, 30)
    night = datetime(2027, 3, 27, 1, 30, tzinfo=UTC)
    assert poll(f"{PLAIN} | 1d", now=night).closes == datetime(2027, 3, 28, 3)


def test_a_round_never_reaches_into_the_next_one_when_clocks_change() -> None:
    autumn = datetime(2026, 10, 23, 13, 30, tzinfo=UTC)
    line = poll(f"{PLAIN} | weekly 3 times", now=autumn)
    assert line.closes == datetime(2026, 10, 30, 14, 30)


# --- A messenger's own poll ------------------------------------------------------------------------------------------


def test_a_poll_of_the_messenger_is_taken_over_word_for_word() -> None:
    line = import_poll('Quel "jour" ?', ["3d", "hidden", "a | b"], multiple=False, now=NOW, zone=PARIS, lang="fr")
    assert isinstance(line, PollLine)
    assert told(line) == ('Quel "jour" ? | 3d | hidden | a | b', {})
    assert line.choices == ("3d", "hidden", "a | b")


def test_a_poll_with_several_answers_becomes_an_approval_vote() -> None:
    line = import_poll(
        "Quel jour ?", ["mardi", "jeudi"], multiple=True, now=NOW, zone=PARIS, lang="fr", settings="3d quorum=30"
    )
    assert isinstance(line, PollLine)
    assert told(line) == (PLAIN, CLOSES | {"method": Method.APPROVAL, "quorum": 30})
    assert "méthode=approbation" in line.settings


def test_an_imported_poll_with_one_option_says_what_is_missing() -> None:
    found = import_poll("Quel jour ?", ["mardi"], multiple=False, now=NOW, zone=PARIS, lang="en", settings="hiden")
    assert isinstance(found, list)
    assert [one.word for one in found] == ["hiden", "mardi"]


# --- Dates -----------------------------------------------------------------------------------------------------------

HERE = datetime(2026, 11, 20, 15, 30)
DATES = [
    ("vendredi 18h", datetime(2026, 11, 20, 18)),
    ("vendredi à 14h", datetime(2026, 11, 27, 14)),
    ("vendredi", datetime(2026, 11, 20, 23, 59)),
    ("vendredi prochain 18h", datetime(2026, 11, 27, 18)),
    ("next friday 6pm", datetime(2026, 11, 27, 18)),
    ("sat 6pm", datetime(2026, 11, 21, 18)),
    ("demain 20h", datetime(2026, 11, 21, 20)),
    ("demain à 20 h 15", datetime(2026, 11, 21, 20, 15)),
    ("20h demain", datetime(2026, 11, 21, 20)),
    ("après-demain midi", datetime(2026, 11, 22, 12)),
    ("demain soir 8h", datetime(2026, 11, 21, 20)),
    ("ce soir 20h", datetime(2026, 11, 20, 20)),
    ("tonight", datetime(2026, 11, 20, 23, 59)),
    ("minuit", datetime(2026, 11, 20, 23, 59)),
    ("18h", datetime(2026, 11, 20, 18)),
    ("9h", datetime(2026, 11, 21, 9)),
    ("0h", datetime(2026, 11, 21)),
    ("vendredi 24h", datetime(2026, 11, 21)),
    ("12am", datetime(2026, 11, 21)),
    ("1er décembre à 18h30", datetime(2026, 12, 1, 18, 30)),
    ("premier décembre", datetime(2026, 12, 1, 23, 59)),
    ("December 1st 6:30pm", datetime(2026, 12, 1, 18, 30)),
    ("Friday, December 4 at 6 p.m.", datetime(2026, 12, 4, 18)),
    ("le mardi 1er décembre 2026 à 18 h 30", datetime(2026, 12, 1, 18, 30)),
    ("1er janvier", datetime(2027, 1, 1, 23, 59)),
    ("29 février", datetime(2028, 2, 29, 23, 59)),
    ("1/12 18h", datetime(2026, 12, 1, 18)),
    ("01/12/2026 18:00", datetime(2026, 12, 1, 18)),
    ("2026-12-01", datetime(2026, 12, 1, 23, 59)),
    ("2026-12-01T18:00", datetime(2026, 12, 1, 18)),
    ("2026-12-01T18:00Z", datetime(2026, 12, 1, 19)),
    ("2026-12-01 18h", datetime(2026, 12, 1, 18)),
    ("le 5", datetime(2026, 12, 5, 23, 59)),
    ("the 25th 8pm", datetime(2026, 11, 25, 20)),
    ("vendredi 18", datetime(2026, 12, 18, 23, 59)),
    ("lundi 18", Problem.OTHER_WEEKDAY),
    ("fin du mois", datetime(2026, 11, 30, 23, 59)),
    ("1er novembre", datetime(2026, 11, 1, 23, 59)),  # only just gone: asked about, not a year away
    ("hier", datetime(2026, 11, 19, 23, 59)),
    ("31 février", Problem.NO_SUCH_DAY),
    ("31/02/2027", Problem.NO_SUCH_DAY),
    ("29 février 2027", Problem.NO_SUCH_DAY),
    ("mardi 4 décembre", Problem.OTHER_WEEKDAY),
    ("9999-12-31 10:00", Problem.TOO_FAR),
    *((text, None) for text in ("", "h", "le", "12", "mars", "may", "velo", "vendredi 25h", "mardi banane",
                                "18h Paris", "25:00", "13pm", "samedi ou dimanche", "3d", "vendredi 18h65")),
]  # fmt: skip


@pytest.mark.parametrize(("phrase", "expected"), DATES)
def test_dates_and_hours(phrase: str, expected: datetime | Problem | None) -> None:
    assert when.read(phrase, HERE, PARIS) == expected


@given(st.text(max_size=40))
def test_a_date_is_never_made_of_anything_else(phrase: str) -> None:
    found = when.read(phrase, HERE, PARIS)
    assert found is None or any(one.isdigit() or one.isalpha() for one in phrase)


WORDS = st.sampled_from(
    "Quel jour ? | mardi jeudi 3d 3 jours hidden caché quorum=30 quorum 25% inscrits=120 max=2 method= approval stv "
    "weekly 8 times until jusqu'à vendredi 18h 25h demain zone=Paris tie=draw seuil=2/3 = : \n - 1. \" « » add blank "
    "consent dates score dots each=3 points=5 live confidentiel anonyme metod=x hiden 0 99 % 1/0 /".split(" ")
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=120))
def test_reading_never_fails_and_says_everything(text: str) -> None:
    """Whatever is typed becomes a whole poll or sentences; and every word is in one of its parts."""
    found = read(text, now=NOW, zone=PARIS, lang="en", place_public=True)
    if not isinstance(found, PollLine):
        assert found
        assert all(one.sentence for one in found)
        return
    assert found.method is Method.CONSENT or len(found.choices) >= 2
    assert found.closes is None or found.closes > found.opens
    shown = " ".join([found.question, *found.choices, *found.settings])
    for word in ("mardi", "jeudi", "hidden", "vendredi", "demain", "18h"):
        assert word not in text.split() or word in shown
