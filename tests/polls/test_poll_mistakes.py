"""Each thing that can be wrong in a line after /poll: the word it names, and the sentence about it.

It is Friday 20 November 2026, 15:30 in Paris.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.polls.line import read
from bot.polls.model import Mistake, PollLine
from bot.polls.words import CHOSEN, KEYS, Family, keyed_in, squash

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
EXAMPLE = "/poll Which day? | Tuesday | Thursday | Saturday"


def wrong(text: str, lang: str = "en", zone: str = "Europe/Paris") -> list[Mistake]:
    found = read(text, now=NOW, zone=zone, lang=lang, place_public=True)
    assert not isinstance(found, PollLine), found
    return found


def sentence(text: str) -> str:
    found = wrong(text)
    assert len(found) == 1, [str(one) for one in found]
    return found[0].sentence


Q = "Which day? | Tue | Thu | "
ONE = [
    # words that were not understood, and the nearest ones
    ("metod=aprobation", "I do not understand “metod=aprobation”. Did you mean “method=approval”?"),
    ("method=aprobation", "I do not understand “method=aprobation”. Did you mean “method=approval”?"),
    ("qorum=30", "I do not understand “qorum=30”. Did you mean “quorum=30”?"),
    ("hiden", "I do not understand “hiden”. Did you mean “hidden”? If it is a choice, put it in quotes."),
    ("3d hiden", "I do not understand “hiden”. Did you mean “hidden”? If it is a choice, put it in quotes."),
    ("quorum=30 3d banana", "I do not understand “banana” among the settings. If it is a choice, put it in quotes."),
    ("quorum=many", "I do not understand “quorum=many”. Write for example: quorum=30"),
    ("max=0", "I do not understand “max=0”. Write a whole number from 1 to 100."),
    ("threshold=3/2", "I do not understand “threshold=3/2”. Write for example: threshold=2/3"),
    ("threshold=1/0", "I do not understand “threshold=1/0”. Write for example: threshold=2/3"),
    ("tie=drow", "I do not understand “tie=drow”. Did you mean “tie=draw”?"),
    ("tie=zzzz", "I do not understand “tie=zzzz”. Choose from: open, order, draw."),
    ("zone=Europe/Pari", "I do not understand “zone=Europe/Pari”. Did you mean “zone=Europe/Paris”?"),
    ("add=no", "I do not understand “add=no”. Write “add” alone, or leave it out."),
    ("lasts=long", "I do not understand “lasts=long”. Write for example: lasts=3d"),
    ("method=budget",
     "I do not understand “method=budget”. This method does not fit on one line: send a file with /new."),
    # hours
    ("until frday 6pm", "I do not understand “until frday 6pm”. Did you mean “until friday 6pm”?"),
    ("until friday 25h", "I do not understand the date in “until friday 25h”. Write for example: until Friday 6pm"),
    ("until 31 February", "There is no such day: “until 31 February”."),
    ("until Tuesday 4 December", "That date is another day of the week: “until Tuesday 4 December”."),
    ("until 2040-01-01", "“until 2040-01-01” is more than five years away."),
    ("0d", "“0d” is no time at all. Write for example: 3d. If it is a choice, put it in quotes."),
    ("lasts=0d", "“lasts=0d” is no time at all. Write for example: 3d. If it is a choice, put it in quotes."),
    ("0d hidden", "“0d” is no time at all. Write for example: 3d. If it is a choice, put it in quotes."),
    ("500d", "“500d” is too long: a poll lasts a year at most."),
    ("until 2026-11-20 15:00", "“until 2026-11-20 15:00” is in the past: Friday 20 November 2026, 15:00 (Paris time). "
     "It is now Friday 20 November 2026, 15:30 (Paris time)."),
    ("until yesterday", "“until yesterday” is in the past: Thursday 19 November 2026, 23:59 (Paris time). "
     "It is now Friday 20 November 2026, 15:30 (Paris time)."),
    ("until 2027-03-28 02:30", "“until 2027-03-28 02:30” does not exist: the clocks go forward that night. "
     "The hour after is Sunday 28 March 2027, 03:00 (Paris time)."),
    # what contradicts
    ("hidden live", "“hidden” and “live” contradict each other: keep one of them."),
    ("3d 2w", "“3d” and “2w” contradict each other: keep one of them."),
    ("3d until friday 6pm", "“3d” and “until friday 6pm” contradict each other: keep one of them."),
    # what comes back
    ("weekly", "“weekly” has no end. Write until when, for example “weekly until 2027-01-08”, or how many times, "
     "for example “weekly 8 times”."),
    ("8 times", "“8 times” needs how often, for example: weekly 8 times"),
    ("weekly 10d 8 times", "One round would still be open when the next one begins. Choose a shorter time."),
    ("weekly 3d until tomorrow 6pm", "The end of the series, Saturday 21 November 2026, 18:00 (Paris time), comes "
     "before its first closing."),
    # what does not fit
    ("seats=2", "“seats=2” does not go with the method “plurality”. It goes with: method=stv."),
    ("method=plurality max=2", "“max=2” does not go with the method “plurality”. It goes with: method=approval, "
     "method=schulze, method=irv, method=borda, method=stv."),
    ("method=score max=2", "“max=2” does not go with the method “score”. It goes with: method=approval, "
     "method=schulze, method=irv, method=borda, method=stv."),
    ("ranked add", "“add” does not go with the method “schulze”. It goes with: method=plurality, method=approval."),
    ("max=3", "“max=3” is more than the number of choices, 2."),
    ("stv seats=3", "“seats=3” is more than the number of choices, 2."),
    ("min=2 max=1", "“min=2” is more than “max=1”."),
    ("method=dots each=11", "“each=11” is more than “points=10”."),
    ("quorum=25%", "“quorum=25%” of how many people? Write for example: quorum=25% electorate=120"),
    ("quorum=30 electorate=20", "“quorum=30” is more than “electorate=20”."),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "expected"), ONE)
def test_each_mistake_has_its_sentence(settings: str, expected: str) -> None:
    assert sentence(Q + settings) == expected


LINES = [
    ("| Tue | Thu", f"The question is missing. Write for example: {EXAMPLE}"),
    ("??? | Tue | Thu", f"The question is missing. Write for example: {EXAMPLE}"),
    ("Which day? | Tue", f"At least two choices are needed. Write for example: {EXAMPLE}"),
    ("Which day? | Tue | 2h", f"At least two choices are needed. Write for example: {EXAMPLE} "
     "“2h” was read as a setting; if it is a choice, put it in quotes."),
    ("Which day? | Tue | tue!", "“tue!” stands twice. Each choice must be different."),
    ("Which day?", f"This question needs at least two choices. Write for example: {EXAMPLE}"),
    ("Où ?", f"This question needs at least two choices. Write for example: {EXAMPLE}"),
    ("Which day? Tue, Thu or Sat", "Put a | between the question and each choice: "
     "/poll Which day? | Tue | Thu | Sat"),
    ("Shall we meet? ranked", f"“ranked” needs choices. Write for example: {EXAMPLE}"),
    ("Shall we meet? max=2", f"“max=2” needs choices. Write for example: {EXAMPLE}"),
    ("Shall we meet? 3d banana",
     "I do not understand “banana” among the settings. If it is a choice, put it in quotes."),
    ("Adopt it? | yes | no | method=consent", "“method=consent” brings its own answers (agree, abstain, disagree, "
     "block): write the proposal alone."),
    ("When? | Tuesday 6pm | soon | dates", "“soon” is no date. Write for example: "
     "/poll When do we meet? | Tuesday 6pm | 3 December 6pm | method=dates"),
    ("When? | Tuesday 6pm | yesterday | dates", "“yesterday” is in the past."),
    ("When? | Tuesday 6pm | 24/11 18:00 | dates", "“24/11 18:00” and “Tuesday 6pm” are the same date."),
    ("x" * 501 + " | a | b", "The question has 501 characters; 500 are possible."),
    ("Q? | a | " + "b" * 101, f"“{'b' * 39}…” is too long: a choice has at most 100 characters."),
    ("Q? | " + " | ".join(f"n{n}" for n in range(101)), "There are 101 choices; 100 are possible."),
    ("x" * 20_000, "This is too long for one poll. Send a file with /new."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_each_line_that_is_no_poll_has_its_sentence(text: str, expected: str) -> None:
    assert sentence(text) == expected


def test_nothing_at_all() -> None:
    assert sentence("") == sentence(" \n ") == f"The question is missing. Write for example: {EXAMPLE}"


def test_all_mistakes_are_told_at_once_and_name_their_words() -> None:
    found = wrong("Which day? | Tue | Tue | metod=aprobation qorum=30 until friday 25h")
    assert [one.word for one in found] == ["metod=aprobation", "qorum=30", "until friday 25h", "Tue"]


def test_a_mistake_is_told_once() -> None:
    assert len(wrong("Which day? | Tue | Tue | Tue")) == 1


def test_many_choices_are_a_note_and_no_mistake() -> None:
    text = "Q? | " + " | ".join(f"n{n}" for n in range(21))
    found = read(text, now=NOW, zone="Europe/Paris", lang="en", place_public=True)
    assert isinstance(found, PollLine)
    assert found.notes == ("21 choices are many to read on a telephone.",)


def test_the_words_of_a_mistake_are_those_that_were_typed() -> None:
    (found,) = wrong("Quel jour ? | mardi | jeudi | Méthode = Aprobation", "fr")
    assert found.word == "Méthode= Aprobation"
    assert "Méthode=approbation" in found.sentence


FRENCH = [
    ("method=aprobation", "méthode=approbation"),
    ("metod=aprobation", "méthode=approbation"),
    ("tie=zzzz", "ouverte, ordre, tirage"),
    ("results=cache", "résultats=cachés"),
    ("each=2", "méthode=gommettes"),
    ("durée=longue", "durée=3j"),
    ("0j", "3j"),
]


@pytest.mark.parametrize(("settings", "expected"), FRENCH)
def test_what_to_write_instead_is_in_the_language_of_the_reader(settings: str, expected: str) -> None:
    (found,) = wrong(f"Quel jour ? | mardi | jeudi | {settings}", "fr")
    assert expected in found.sentence


@pytest.mark.parametrize(
    "family", [Family.METHOD, Family.RESULTS, Family.SECRECY, Family.EVERY, Family.TIE, Family.REASON]
)
def test_every_word_that_is_told_is_understood(family: Family) -> None:
    for lang in ("fr", "en"):
        for value in set(CHOSEN[family].values()):
            name, _, said = keyed_in(family, value, lang).partition("=")
            assert KEYS[squash(name)][0] is family
            assert CHOSEN[family][squash(said)] == value
