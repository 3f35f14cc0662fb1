"""`/propose` in answer to a message of a group: its author is asked in private, and silence keeps nothing."""

from typing import Any

import pytest

GROUP = "telegram:-100"
WORDS = "We should have more benches in the park"


@pytest.fixture
def town(agora: Any, flow_texts: dict[str, str]) -> Any:
    agora.publish(flow_texts["ideas"], group=True)
    agora.says("Ann", "/help")
    return agora


def suggest(town: Any, *, by: str = "Bob", text: str = WORDS, ref: str = "m7", author: str = "Ann") -> list[str]:
    return list(town.says(by, "/propose", group=True, quoted=(ref, author, text)))


def kept(town: Any, words: str = WORDS) -> int:
    """In how many places the text is stored."""
    return sum(
        town.one(f"SELECT count(*) FROM {table} WHERE {column} LIKE ?", f"%{words}%")
        for table, column in (
            ("inbox", "event"),
            ("outbox", "payload"),
            ("timers", "detail"),
            ("conversations", "menu"),
            ("sessions", "state"),
            ("proposals", "text"),
        )
    )


def test_yes_puts_it_into_the_author_s_hands(town: Any) -> None:
    assert suggest(town) == ["I have asked the author in private."]
    asked = town.texts("Ann")[-1]
    assert "would like to see this put forward in “The square”. May I?" in asked
    assert WORDS in asked
    said = town.presses("Ann", "Yes")
    assert "Here is what will be sent:\n\nWe should have more benches in the park" in said[-1]
    assert town.rows("SELECT text FROM proposals") == []
    town.presses("Ann", "Send")
    assert town.rows("SELECT text, state FROM proposals") == [(WORDS, "published")]
    assert town.texts(GROUP)[-1] == "I have asked the author in private."


def test_no_forgets_it_at_once(town: Any) -> None:
    suggest(town)
    assert kept(town) == 2
    assert town.presses("Ann", "No") == ["Good: nothing is put forward, and I have forgotten it."]
    assert kept(town) == 0
    assert town.rows("SELECT text FROM proposals") == []


def test_silence_keeps_nothing(town: Any) -> None:
    suggest(town)
    town.later(hours=47)
    assert kept(town) == 2
    town.later(hours=2)
    assert kept(town) == 0
    said = town.says("Ann", "/agree 2 yes")
    assert said[0].startswith("I no longer have that message.")


def test_change_it_first(town: Any) -> None:
    suggest(town)
    said = town.presses("Ann", "Change it first")
    assert "Your text so far:\n\nWe should have more benches in the park" in said[-1]
    town.says("Ann", "We should have more benches, in the shade")
    town.presses("Ann", "Send")
    assert town.rows("SELECT text FROM proposals") == [("We should have more benches, in the shade",)]


def test_what_is_too_long_is_there_to_be_shortened(town: Any) -> None:
    long = "We should have more benches in the park. " * 5
    suggest(town, text=long)
    said = town.presses("Ann", "Yes")
    assert "140 at most" in said[0]
    assert "Your text so far:" in said[-1]


def test_whoever_takes_part_already_goes_there_too(town: Any) -> None:
    town.says("Ann", "/start idees")
    suggest(town)
    assert WORDS in town.presses("Ann", "Yes")[-1]
    town.presses("Ann", "Send")
    town.presses("Ann", "That is enough")
    suggest(town, ref="m8", text="We should have a fountain in the park")
    assert "We should have a fountain" in town.presses("Ann", "Yes")[-1]
    town.presses("Ann", "Send")
    assert town.one("SELECT count(*) FROM proposals") == 2


def test_a_text_of_their_own_in_the_middle_is_not_lost(town: Any) -> None:
    town.says("Ann", "/start idees")
    town.says("Ann", "We should plant trees in the square")
    suggest(town)
    said = town.presses("Ann", "Yes")
    assert said == ["You are writing something here already: send it or leave it first."]
    town.presses("Ann", "Send")
    assert WORDS in town.presses("Ann", "Yes")[-1]


def test_nobody_else_may_say_yes(town: Any) -> None:
    suggest(town)
    id = town.one("SELECT id FROM inbox WHERE event LIKE ?", "%quoted%")
    for line in (f"/agree {id} yes", f"/agree {id}", "/agree", "/agree x yes", "/agree 999999 yes"):
        assert town.says("Bob", line)[0].startswith("I no longer have that message.")
    assert town.says("Bob", f"/start q-{id}")[0].startswith("This is for the person who wrote the message")
    assert town.rows("SELECT text FROM proposals") == []
    assert kept(town) == 2


def test_an_author_whom_we_cannot_write_to_gets_a_link(town: Any) -> None:
    said = suggest(town, author="Eve")
    assert said[0].startswith("I cannot write to the author of this message.")
    letter = town.letters(GROUP)[-1]
    url = letter.prompt.buttons[0].url
    payload = url.partition("?start=")[2]
    assert "May I?" in town.says("Eve", f"/start {payload}")[0]
    assert WORDS in town.presses("Eve", "Yes")[-1]
    town.later(hours=49)
    assert town.says("Eve", f"/start {payload}")[0].startswith("This is for the person")


def test_the_author_is_asked_once(town: Any) -> None:
    suggest(town)
    assert suggest(town, by="Cid") == ["The author of this message was asked already."]
    assert sum("May I?" in text for text in town.texts("Ann")) == 1
    assert kept(town) == 2


def test_what_can_be_put_forward_where_is_told(town: Any, flow_texts: dict[str, str]) -> None:
    assert "Answer a message with /propose" in town.says("Bob", "/proposer", group=True)[0]
    assert suggest(town, text=" ") == ["There is no text in that message."]
    assert suggest(town, text="x" * 3000) == ["That message is too long to be put forward."]
    town.publish(flow_texts["reports"], group=True)
    suggest(town, ref="m9")
    assert "put forward. May I, and where?" in town.texts("Ann")[-1]
    assert WORDS in town.presses("Ann", "Yes, in “In the street”")[-1]
    assert "What should we do?" in town.says("Bob", "/propose idees")[0]


def test_nothing_open_here(agora: Any, flow_texts: dict[str, str]) -> None:
    agora.publish(flow_texts["ideas"])
    assert suggest(agora)[0].startswith("There is nothing open in this group")
    assert kept(agora) == 0
