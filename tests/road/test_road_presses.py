"""Presses that others see: whatever is pressed, put on a card or written in front of others, no confidential answer is
taken there; where it is asked in private, it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Capabilities, Inbound, Place
from adapters.matrix import MatrixAdapter, MatrixSettings
from adapters.render import plan, text_of
from adapters.telegram import TelegramSettings
from adapters.telegram import build as telegram
from adapters.web import MemoryShelf, WebSettings
from adapters.web import build as web
from bot import cards, letters, presses
from flows import prompts
from flows.events import Event, Pressed, Said
from flows.flow import Flow, Secrecy
from flows.load import LIBRARY, from_source
from flows.messages import plain_text
from flows.shared import votable
from flows.tally import counts
from storage import cards as hung
from storage import consultations

GROUP = Place("matrix", "!r:ville.fr")
HEAD = """\
palabre: 1
id: vote
lang: en
title: Which day?
results: live
secrecy: {secrecy}
recap: false
steps:
  - ask: day
    text: Which day shall we meet?
    {kind}
  - end: thanks
    text: Thank you!
"""
KINDS = (
    "one_of: {mon: Monday, tue: Tuesday}",
    "any_of: {mon: Monday, tue: Tuesday}",
    "yes_no: true",
    "scale: {from: 1, to: 3}",
    "rating: 3",
)
METHODS = sorted(path.name for path in LIBRARY.parent.glob("*.yaml"))
BLOCKS = LIBRARY.parent


def confidential(name: str) -> Flow:
    """A flow that ships, or one of a kind, whose answers are confidential."""
    source = (BLOCKS / name).read_text() if name.endswith(".yaml") else HEAD.format(secrecy="confidential", kind=name)
    return replace(from_source(source), secrecy=Secrecy.CONFIDENTIAL)


@pytest.fixture
async def capabilities(tmp_path: Path) -> AsyncIterator[dict[str, Capabilities]]:
    """Of a group on each messenger that has groups, and of what has none."""
    keys = tmp_path / "keys"
    matrix = MatrixAdapter(MatrixSettings(homeserver="http://127.0.0.1:9", access_token="x", device_id="D", store=keys))
    chat = web(WebSettings(shelf=MemoryShelf()))
    bot = telegram(TelegramSettings(token="1:x"))
    yield {
        "matrix": matrix.capabilities(GROUP),
        "telegram": bot.capabilities(Place("telegram", "-1")),
        "web": chat.capabilities(Place("web", "x")),
        "console": Capabilities(max_text=20_000),
    }
    for adapter in (matrix, chat, bot):
        await adapter.close()


async def test_each_messenger_says_the_truth_about_its_presses(capabilities: dict[str, Capabilities]) -> None:
    for name, caps in capabilities.items():
        assert caps.private_presses is not presses.seen(name), name
        assert not (caps.private_presses and caps.native_poll), "in a poll of its own, everybody sees who chose what"
    assert presses.seen("matrix")
    assert not presses.seen("nobody knows this one")


@pytest.mark.parametrize("name", [*METHODS, *KINDS])
async def test_no_card_asks_a_confidential_question(name: str, capabilities: dict[str, Capabilities]) -> None:
    flow = confidential(name)
    assert votable(flow) is None
    run = consultations.blank("vote", "v", "open", results="live", secrecy="confidential", zone="UTC", now_ms=0)
    shown = cards.face(run, flow, counts.count(flow, (), consultation="vote"), flow.lang, private_url="https://x/y")
    assert shown.poll is None
    for caps in capabilities.values():
        parts = plan(shown, caps, lang=flow.lang)
        pressed = [button for part in parts for row in part.rows for button in row]
        assert all(part.poll is None for part in parts)
        assert all(button.url and not button.data for button in pressed)
        assert pressed or "https://x/y" in "\n".join(map(text_of, parts))


class Square:
    """A room with a card in it, and people who press, sign and write in front of each other."""

    def __init__(self, town: Any, secrecy: str, kind: str) -> None:
        self.town = town
        self.id = town.publish(HEAD.format(secrecy=secrecy, kind=kind), places=(str(GROUP),), at_once=True)
        with town.database.transaction() as connection:
            hung.hang(connection, [{"of": self.id, "at": str(GROUP), "new_ref": "$card"}])
        self.town.think()
        self._n = 0

    def do(self, person: str, event: Event, *, private: bool = False) -> list[str]:
        """What is said in the room, or in private, upon it."""
        self._n += 1
        place = Place("matrix", f"!{person}") if private else GROUP
        item = Inbound(key=f"q{self._n}", place=place, person=person, event=event, private=private, locale="en")
        self.town.receive(item)
        thought = self.town.think()
        with self.town.database.transaction() as connection:
            rows = connection.exec_driver_sql("SELECT payload FROM outbox WHERE state = 'waiting' ORDER BY id").all()
            connection.exec_driver_sql("UPDATE outbox SET state = 'sent' WHERE state = 'waiting'")
        said = [letters.read(row[0]) for row in rows]
        said += [letters.read(letter.payload) for letter in thought.letters]
        return [plain_text(one.message.body) for one in said if isinstance(one, letters.Whole)]

    def signs(self, person: str, data: str, *, private: bool = False, message: str = "$card") -> list[str]:
        return self.do(person, Pressed(at=self.town.now, data=data, message=message), private=private)

    def answers(self, person: str, words: str) -> list[str]:
        return self.do(person, Said(at=self.town.now, text=words, reply_to="$card"))

    @property
    def votes(self) -> list[str]:
        with self.town.database.transaction() as connection:
            return [row[0] for row in connection.exec_driver_sql("SELECT answer FROM ballots ORDER BY token").all()]


REFUSED = "This question is answered in private."


@pytest.mark.parametrize("asked", KINDS)
def test_no_press_in_front_of_others_is_a_confidential_answer(town: Any, asked: str) -> None:
    square = Square(town, "confidential", asked)
    said = chain(
        square.signs("lea", "1"),
        square.answers("lea", "1"),
        *(square.signs("lea", prompts.card("vote", token)) for token in ("0", "1", "=1", "=3", "blank", "out")),
    )
    assert len([one for one in said if one.startswith(REFUSED)]) == 1, "once an hour, for everybody"
    assert square.votes == []
    town.later(hours=2)
    assert [one for one in square.answers("tom", "1") if one.startswith(REFUSED)]
    assert not square.signs("lea", "👍")
    assert not square.signs("lea", "⌫1")
    assert not square.answers("lea", "see you all there")
    # In private it is asked and answered; a sign is no answer there either.
    square.do("lea", Said(at=town.now, text="/start vote"), private=True)
    with town.database.transaction() as connection:
        prompt = connection.exec_driver_sql("SELECT id FROM prompts").scalar()
    square.signs("lea", prompts.data(str(prompt), "0"))
    assert square.votes == [], "what a button in private carries is worth nothing in front of others"
    assert square.signs("lea", "1", private=True) == [
        "Please write the number to me: a sign on a message is less private than words."
    ]
    assert square.votes == []
    square.do("lea", Said(at=town.now, text="1"), private=True)
    if asked.startswith("any_of"):
        square.do("lea", Said(at=town.now, text="done"), private=True)
    assert len(square.votes) == 1


def test_an_open_vote_is_taken_in_each_way(town: Any) -> None:
    square = Square(town, "open", "one_of: {mon: Monday, tue: Tuesday}\n    dont_know: true")
    square.signs("lea", "1")
    assert "mon" in square.votes[0]
    square.signs("lea", prompts.selection("v.vote.", (1,)))
    assert "tue" in square.votes[0]
    square.answers("lea", "I don't know")
    assert "dont_know" in square.votes[0]
    square.answers("lea", "withdraw my vote")
    assert square.votes == []
    square.signs("lea", prompts.selection("v.vote.", (2,)))
    assert "dont_know" in square.votes[0], "what is counted apart is an option of the poll"
    for wrong in ("=8", "=3", "=", "=0g", "=-1", "=ffffffffff"):
        square.signs("lea", f"v.vote.{wrong}")
    assert len(square.votes) == 1
    square.signs("lea", prompts.selection("v.vote.", ()))
    assert square.votes == []


def test_a_selection_of_several_replaces_what_was_chosen(town: Any) -> None:
    square = Square(town, "open", "any_of: {mon: Monday, tue: Tuesday, wed: Wednesday}\n    at_most: 2")
    for chosen, codes in (((0, 2), {"mon", "wed"}), ((1,), {"tue"}), ((0, 1, 2), {"tue"}), ((1, 0), {"mon", "tue"})):
        square.signs("lea", prompts.selection("v.vote.", chosen))
        assert {code for code in ("mon", "tue", "wed") if code in square.votes[0]} == codes
    square.signs("lea", prompts.selection("v.vote.", ()))
    assert square.votes == []


def test_who_comes_too_late_is_told_once_in_front_of_all(town: Any) -> None:
    square = Square(town, "open", "yes_no: true")
    square.signs("lea", prompts.selection("v.vote.", (0,)))
    town.close("vote")
    closed = "This consultation is closed; answers are no longer taken."
    said = [*square.signs("lea", prompts.selection("v.vote.", (1,))), *square.signs("tom", "v.vote.=1")]
    assert said.count(closed) == 1
    assert len(square.votes) == 1


def test_the_poll_shows_what_the_card_shows(town: Any) -> None:
    def face(kind: str, *, results: str = "live", state: str = "open") -> Any:
        flow = from_source(HEAD.format(secrecy="open", kind=kind))
        run = consultations.blank("vote", "v", state, results=results, secrecy="open", zone="UTC", now_ms=0)
        run = replace(run, result="{}" if state == "closed" else None)
        return cards.face(run, flow, counts.count(flow, (), consultation="vote"), "en", private_url="").poll

    poll = face("one_of: {mon: Monday, tue: Tuesday}\n    abstain: true")
    assert (poll.id, poll.question, poll.most, poll.over) == ("v.vote.", "Which day shall we meet?", 1, False)
    assert poll.options == ("Monday", "Tuesday", "I'd rather not say")
    assert face("any_of: {mon: Monday, tue: Tuesday}\n    abstain: true").options == ("Monday", "Tuesday")
    assert face("any_of: {mon: Monday, tue: Tuesday, wed: Wednesday}\n    at_most: 2").most == 2
    assert face("yes_no: true").options == ("Yes", "No")
    assert face("yes_no: true", state="closed").over
    assert face("yes_no: true", results="at_close") is None, "a poll would show the tally while it is hidden"
    many = ", ".join(f"c{number}: Day {number}" for number in range(21))
    assert face(f"one_of: {{{many}}}") is None, "no client shows more than twenty"


def test_organisers_read_it_before_they_publish() -> None:
    flow = confidential(KINDS[0])
    (sentence,) = presses.told(flow, ["matrix", "telegram"], "en")
    assert sentence.startswith("On Matrix, ")
    assert "answer in private" in sentence
    assert presses.told(flow, ["telegram"], "en") == []
    assert presses.told(replace(flow, secrecy=Secrecy.OPEN), ["matrix"], "en") == [
        "On Matrix, everybody in the room sees who votes for what."
    ]
    assert presses.on_card(flow, "telegram", "en") == []
