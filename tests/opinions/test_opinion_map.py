"""`/map`: refused below fifty with the reason; above, the words say all; for nobody but the person."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from PIL import Image

from adapters.base import Place
from bot.letters import Map, read, write
from bot.opinions.keeping import EVERY, Keeping
from flows.messages import Message, plain_text
from storage import ballots, sessions, stances

REFUSED = "On affiche la carte"


async def mapped(square: Any, name: str, lang: str = "en") -> Message:
    """What the letter says when it leaves."""
    letter = square.map_letter(name)
    made = Map(letter.consultation, letter.session, lang)
    message: Message = await square.showing.letter(made, Place("telegram", name))
    return message


def started(square: Any, name: str = "lea") -> str:
    square.says(name, "/start ville")
    token: str = square.token(name)
    return token


def debate(square: Any, people: int, statements: int = 12) -> list[int]:
    ids: list[int] = square.propose(*(f"Phrase {n}" for n in range(statements)))
    square.camps(ids, people)
    return ids


async def test_refused_below_fifty_with_the_number_there_is(square: Any) -> None:
    square.publish()
    token = started(square)
    ids = debate(square, 48)
    for id in ids:
        square.vote(token, id, "agree")
    assert square.says("lea", "/map") == ["Map"]
    message = await mapped(square, "lea")
    told = plain_text(message.body)
    assert "from 50 people on" in told
    assert "So far 49 people have judged enough statements." in told
    assert message.picture is None


async def test_the_words_say_all_that_the_picture_shows(square: Any) -> None:
    square.publish()
    token = started(square)
    ids = debate(square, 79)
    for at, id in enumerate(ids):  # of the camp that likes the even ones, but for number 4
        square.vote(token, id, "agree" if (at % 2 == 0) != (at == 4) else "disagree")
    square.says("lea", "/carte")
    message = await mapped(square, "lea")
    told = plain_text(message.body)
    assert "Where you stand: The town tomorrow" in told
    assert "of 80 people" in told
    assert "What sets your group apart" in told
    assert "What all groups share\n\n• 2. Phrase 0" in told
    assert "Where you differ from your group\n\n• 6. Phrase 4 — you disagree," in told
    assert "Only you are sent this." in told
    assert message.picture is not None
    assert message.picture.told  # where no picture can be shown, nothing is missing
    image = await square.showing.paint(message.picture.ref, "fr")
    assert image is not None
    assert Image.open(io.BytesIO(image.data)).width == 1080


async def test_the_letter_holds_no_picture_and_no_opinion(square: Any) -> None:
    square.publish()
    started(square)
    square.says("lea", "/map")
    letter = square.map_letter("lea")
    assert read(write(letter)) == letter
    assert len(write(letter)) < 100


async def test_who_judged_too_little_is_told_how_much_is_missing(square: Any) -> None:
    square.publish()
    token = started(square)
    ids = debate(square, 60)
    for id in ids[:3]:
        square.vote(token, id, "agree")
    square.says("lea", "/map ville")
    assert "4 more statements" in plain_text((await mapped(square, "lea")).body)


async def test_who_took_no_part_has_no_place(square: Any) -> None:
    square.publish()
    debate(square, 60)
    (told,) = square.says("paul", "/map")
    assert "Vous n'avez pas" in told or "You have not taken part" in told


async def test_not_shown_before_the_closing_where_results_are_not(square: Any) -> None:
    square.publish(results="at_close")
    started(square)
    debate(square, 60)
    (told,) = square.says("lea", "/map")
    assert "Map" not in told
    assert not [letter for letter in square.letters("lea") if isinstance(letter, Map)]


async def test_once_the_key_is_gone_nobody_is_found(square: Any) -> None:
    square.publish()
    token = started(square)
    for id in debate(square, 60):
        square.vote(token, id, "agree")
    square.says("lea", "/map")
    with square.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE consultations SET key = NULL")
    assert "has been deleted, as announced" in plain_text((await mapped(square, "lea")).body)


async def test_who_erased_their_data_meanwhile_gets_a_sentence(square: Any) -> None:
    square.publish()
    started(square)
    square.says("lea", "/map")
    letter = square.map_letter("lea")
    with square.database.transaction() as connection:
        sessions.drop(connection, letter.session)
    assert "I know nothing of you" in plain_text((await mapped(square, "lea")).body)


async def test_no_groups_is_said_and_still_drawn(square: Any) -> None:
    square.publish()
    token = started(square)
    ids = square.propose(*(f"Phrase {n}" for n in range(9)))
    for at, id in enumerate(ids):
        square.crowd(id, 40, 20)
        square.vote(token, id, "disagree" if at == 0 else "agree")
    with square.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE stances SET value = 'agree' WHERE via = 'served'")
        stances.put(connection, "ville", token, ids[0], stances.Stance("disagree"))
    square.says("lea", "/map")
    message = await mapped(square, "lea")
    told = plain_text(message.body)
    assert "People do not fall into groups" in told
    assert "Where you differ from most people\n\n• 2. Phrase 0 — you agree" not in told
    assert "• 2. Phrase 0 — you disagree," in told
    assert message.picture is not None


async def test_groups_are_computed_at_most_once_a_minute(square: Any) -> None:
    square.publish()
    ids = debate(square, 60)
    now = [1000.0]
    keeping = Keeping(square.storage, lambda: now[0])
    run = square.run()
    with square.database.transaction() as connection:
        flow = square.road.flows.of(connection, run)
    await asyncio.gather(*(keeping.look(flow, run) for _ in range(5)))
    assert keeping.computed == 1
    square.vote("f" * 32, ids[0], "agree")
    now[0] += EVERY - 1
    await keeping.look(flow, run)
    assert keeping.computed == 1  # something changed, but not a minute ago
    now[0] += 2
    found = await keeping.look(flow, run)
    assert keeping.computed == 2
    assert found.discussions[0].grouping.voters == 61
    now[0] += 10 * EVERY
    await keeping.look(flow, run)
    assert keeping.computed == 2  # nothing changed


async def test_tokens_of_the_map_are_those_of_the_ballots(square: Any) -> None:
    square.publish()
    token = started(square)
    key = square.run().key
    assert key is not None
    assert len(token) == len(ballots.token(key, 1)) == 32
