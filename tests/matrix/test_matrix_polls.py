"""Polls of Matrix's own: written as clients read them, read as anybody may have written them, kept up with the card."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Outgoing, Part, Place, Refused
from adapters.matrix import pollforms
from adapters.matrix.adapter import shown_in
from adapters.matrix.desk import Desk
from adapters.matrix.nativepolls import Answers, Hanging
from adapters.matrix.reading import Malformed, View, answered, quoted, read
from adapters.matrix.rooms import Room
from flows.events import Pressed, Shared
from flows.messages import Poll, paragraph
from flows.prompts import read_card, read_selection

ROOM, LEA, TOM = "!r:ville.fr", "@lea:ville.fr", "@tom:ville.fr"
GROUP = View(adapter="matrix", room=ROOM, private=False, me="@palabre:ville.fr")
POLL = Poll(id="v.jour.", question="Quel jour ?", options=("mardi", "jeudi", "samedi"))
OLD = "org.matrix.msc3381.poll"
TEXT = "org.matrix.msc1767.text"

ELEMENT = {
    "type": f"{OLD}.start",
    "event_id": "$theirs",
    "sender": LEA,
    "origin_server_ts": 1_772_000_000_000,
    "content": {
        TEXT: "Où ?\n1. au parc\n2. à l'école",
        f"{OLD}.start": {
            "question": {TEXT: "Où ?", "body": "Où ?", "msgtype": "m.text"},
            "kind": f"{OLD}.disclosed",
            "max_selections": 1,
            "answers": [{"id": "abc", TEXT: "au parc"}, {"id": "def", TEXT: "à l'école"}],
        },
    },
}
ACCEPTED = {
    **ELEMENT,
    "type": "m.poll.start",
    "content": {
        "m.text": [{"body": "Où ?"}],
        "m.poll": {
            "question": {"m.text": [{"body": "Où ?"}]},
            "max_selections": 2,
            "answers": [
                {"m.id": "abc", "m.text": [{"mimetype": "text/plain", "body": "au parc"}]},
                {"m.id": "def", "m.text": [{"body": "à l'école"}]},
            ],
        },
    },
}
"""As the accepted proposal has it."""


def response(
    *ids: Any, event: str = "$1", sender: str = LEA, about: str = "$p1", accepted: bool = False
) -> dict[str, Any]:
    relates = {"m.relates_to": {"rel_type": "m.reference", "event_id": about}}
    chosen = {"m.selections": list(ids)} if accepted else {f"{OLD}.response": {"answers": list(ids)}}
    return {
        "type": "m.poll.response" if accepted else f"{OLD}.response",
        "event_id": event,
        "sender": sender,
        "origin_server_ts": 1_772_000_000_000,
        "content": {**relates, **chosen},
    }


# --- Forms -----------------------------------------------------------------------------------------------------------


def test_a_poll_is_written_as_clients_read_it() -> None:
    content = pollforms.start(replace(POLL, most=2))
    assert content[TEXT] == "Quel jour ?\n1. mardi\n2. jeudi\n3. samedi"
    assert content[f"{OLD}.start"] == {
        "kind": f"{OLD}.disclosed",
        "max_selections": 2,
        "question": {TEXT: "Quel jour ?", "body": "Quel jour ?", "msgtype": "m.text"},
        "answers": [{"id": "1", TEXT: "mardi"}, {"id": "2", TEXT: "jeudi"}, {"id": "3", TEXT: "samedi"}],
    }
    assert pollforms.asked({"type": pollforms.START, "content": content}) == (
        ("Quel jour ?", "mardi", "jeudi", "samedi"),
        True,
    )
    assert pollforms.end("$p1", "Jeudi.") == {
        "m.relates_to": {"rel_type": "m.reference", "event_id": "$p1"},
        TEXT: "Jeudi.",
        f"{OLD}.end": {},
        "m.mentions": {},
    }


def test_somebodys_poll_is_read_under_old_and_new_names() -> None:
    assert pollforms.asked(ELEMENT) == (("Où ?", "au parc", "à l'école"), False)
    assert pollforms.asked(ACCEPTED) == (("Où ?", "au parc", "à l'école"), True)
    assert quoted(ELEMENT) == ("$theirs", LEA, "Où ?\nau parc\nà l'école")
    for wrong in ({}, {"type": "m.poll.start"}, {**ELEMENT, "type": "m.room.message"}, {**ELEMENT, "content": {}}):
        assert pollforms.asked(wrong) == ((), False)
    nameless = {**ELEMENT, "content": {f"{OLD}.start": {"question": {}, "answers": [{"id": "x", TEXT: "y"}]}}}
    assert pollforms.asked(nameless) == ((), False)


@pytest.mark.parametrize("accepted", [False, True], ids=["old names", "new names"])
@pytest.mark.parametrize(
    ("ids", "most", "places"),
    [
        (["2"], 1, (1,)),
        (["3", "1"], 2, (2, 0)),
        (["3", "1", "2"], 2, (2, 0)),
        (["1", "1"], 2, (0,)),
        ([], 1, ()),
        (["4"], 1, None),
        (["0"], 1, None),
        (["1", "x"], 2, None),
        ([7], 1, None),
        ([None], 1, None),
        (["²"], 1, None),
        (["01"], 1, None),
    ],
)
def test_a_response_chooses_what_the_poll_has(ids: list[Any], most: int, places: Any, accepted: bool) -> None:
    assert pollforms.chosen(response(*ids, accepted=accepted), 3, most) == places


def test_whatever_is_sent_as_a_response_is_read_or_malformed(tmp_path: Path) -> None:
    """Ten thousand damaged events."""
    desk, rng = hung(tmp_path), random.Random(11)
    junk: list[Any] = [None, 0, -1, 1e300, True, "", "1", "$p1", [], {}, ["1"], [[]], "\ud800", 10**40]
    shapes = [response("1"), response("2", "1", accepted=True), ELEMENT, ACCEPTED]

    def damaged(value: Any) -> Any:
        if rng.random() < 0.12:
            return rng.choice(junk)
        if isinstance(value, dict):
            return {name: damaged(one) for name, one in value.items() if rng.random() > 0.05}
        return [damaged(one) for one in value] if isinstance(value, list) else value

    for _time in range(10_000):
        event = damaged(rng.choice(shapes))
        if not isinstance(event, dict):
            continue
        try:
            pollforms.asked(event)
            quoted(event)
            Answers(desk).answer(event, GROUP)
        except (Malformed, KeyError, TypeError, ValueError, AttributeError, OverflowError):
            pass  # what the reader takes for one event that cannot be read
    desk.close()


# --- Answers ---------------------------------------------------------------------------------------------------------


def hung(folder: Path) -> Desk:
    """A desk that knows one poll, whose card is `$card`."""
    desk = Desk(folder / "desk.db")

    async def put(_room: Room, _kind: str, _content: Mapping[str, Any], _txn: str) -> str:
        return "$p1"

    async def redact(_room: Room, _event: str, _txn: str) -> None:
        raise AssertionError

    work = Hanging(desk, put, redact).keep(Room(ROOM), card_of(POLL), "$card")
    with pytest.raises(StopIteration):
        work.send(None)
    return desk


def card_of(poll: Poll, *, replaces: str | None = None, thread: str | None = None, words: str = "x") -> Outgoing:
    part = Part(body=(paragraph(words),), poll=poll)
    return Outgoing(key="k", place=Place("matrix", ROOM, thread), part=part, replaces=replaces)


def pressed(item: Any) -> tuple[str, str, tuple[int, ...] | None, str | None]:
    """Who, which vote, what, on which card."""
    assert isinstance(item.event, Pressed)
    found = read_card(item.event.data)
    assert found is not None
    return item.person, found[0], read_selection(found[1]), item.event.message


def test_a_response_is_a_press_on_the_card(tmp_path: Path) -> None:
    desk = hung(tmp_path)
    answers = Answers(desk)
    assert answered(response("2")) == "$p1"
    assert pressed(answers.answer(response("2"), GROUP)) == (LEA, "jour", (1,), "$card")
    assert pressed(answers.answer(response(), GROUP)) == (LEA, "jour", (), "$card")
    assert answers.answer(response("9"), GROUP) is None
    assert answers.answer(response("1", about="$another"), GROUP) is None
    assert answers.answer(response("1"), replace(GROUP, room="!elsewhere:ville.fr")) is None
    assert answers.answer(response("1"), replace(GROUP, private=True)) is None
    assert answers.card_of("$p1", ROOM) == "$card"
    assert answers.card_of("$x", ROOM) is None
    desk.close()


@pytest.mark.parametrize("written", [False, True], ids=["in one reading", "in two"])
def test_who_redacts_the_latest_response_goes_back_to_the_one_before(tmp_path: Path, written: bool) -> None:
    desk = hung(tmp_path)
    answers = Answers(desk)

    def next_reading() -> None:
        if written:
            for given in answers.fresh:
                desk.answered(*given)
            for response_id in answers.dropped:
                desk.unanswered(response_id)
            answers.begin()

    def redact(target: str, sender: str = LEA) -> Any:
        redaction = {"event_id": f"$r{target}", "sender": sender, "origin_server_ts": 1_772_000_000_000}
        found = answers.taken_back(redaction, target, GROUP)
        next_reading()
        return found

    for event, id in (("$1", "1"), ("$2", "2"), ("$3", "3")):
        answers.answer(response(id, event=event), GROUP)
        next_reading()
    answers.answer(response("1", event="$t", sender=TOM), GROUP)
    next_reading()
    assert redact("$3", TOM) is None, "somebody else's redaction changes nobody's vote"
    assert redact("$2") is None, "an earlier one counted no more anyway"
    assert pressed(redact("$3")) == (LEA, "jour", (0,), "$card")
    assert redact("$3") is None
    assert pressed(redact("$1")) == (LEA, "jour", (), "$card")
    assert pressed(redact("$t", TOM)) == (TOM, "jour", (), "$card")
    assert redact("$unknown") is None
    desk.close()


# --- Beside the card -------------------------------------------------------------------------------------------------


class Sky:
    """A room that takes every event once under its transaction id, as a homeserver does."""

    def __init__(self) -> None:
        self.taken: dict[str, tuple[str, dict[str, Any]]] = {}
        self.redacted: list[str] = []
        self.refuses = False

    async def put(self, _room: Room, kind: str, content: Mapping[str, Any], txn: str) -> str:
        if self.refuses:
            raise Refused("not here")
        self.taken.setdefault(txn, (kind, dict(content)))
        return f"$p{list(self.taken).index(txn) + 1}"

    async def redact(self, _room: Room, event: str, _txn: str) -> None:
        self.redacted.append(event)

    @property
    def kinds(self) -> list[str]:
        return [kind.rpartition(".")[2] for kind, _content in self.taken.values()]


async def test_a_poll_runs_beside_its_card_and_ends_with_it(tmp_path: Path) -> None:
    desk, sky, room = Desk(tmp_path / "desk.db"), Sky(), Room(ROOM)
    hanging = Hanging(desk, sky.put, sky.redact)
    await hanging.keep(room, card_of(replace(POLL, over=True)), "$card")
    assert sky.kinds == [], "a vote that is over gets no poll any more"
    for _vote in range(3):
        await hanging.keep(room, card_of(POLL, replaces="$card"), "$card")
    await hanging.keep(room, card_of(POLL), "$newer")
    assert sky.kinds == ["start"]
    assert Answers(desk).card_of("$p1", ROOM) == "$newer"
    for _time in range(2):
        await hanging.keep(room, card_of(replace(POLL, over=True), replaces="$newer", words="Jeudi."), "$newer")
    assert sky.kinds == ["start", "end"]
    assert list(sky.taken.values())[1][1][TEXT] == "Jeudi."
    await hanging.keep(room, card_of(POLL, replaces="$newer"), "$newer")  # opened again
    assert sky.kinds == ["start", "end", "start"]
    desk.close()


async def test_corrected_words_make_a_new_poll(tmp_path: Path) -> None:
    desk, sky, room = Desk(tmp_path / "desk.db"), Sky(), Room(ROOM)
    hanging = Hanging(desk, sky.put, sky.redact)
    await hanging.keep(room, card_of(POLL), "$card")
    await hanging.keep(room, card_of(replace(POLL, question="Quel jour donc ?"), replaces="$card"), "$card")
    assert (sky.kinds, sky.redacted) == (["start", "start"], ["$p1"])
    desk.close()


async def test_a_crash_before_it_is_noted_shows_no_second_poll(tmp_path: Path) -> None:
    sky, room = Sky(), Room(ROOM)
    for name in ("desk.db", "before-it-was-noted.db"):
        desk = Desk(tmp_path / name)
        await Hanging(desk, sky.put, sky.redact).keep(room, card_of(POLL), "$card")
        desk.close()
    assert sky.kinds == ["start"]


async def test_where_polls_are_refused_the_card_stands_alone(tmp_path: Path) -> None:
    desk, sky, room = Desk(tmp_path / "desk.db"), Sky(), Room(ROOM)
    sky.refuses = True
    hanging = Hanging(desk, sky.put, sky.redact)
    await hanging.keep(room, card_of(POLL), "$card")
    sky.refuses = False
    await hanging.keep(room, card_of(POLL, replaces="$card"), "$card")
    assert sky.kinds == []
    desk.close()


async def test_a_poll_goes_into_the_thread_of_its_card(tmp_path: Path) -> None:
    desk, sky = Desk(tmp_path / "desk.db"), Sky()
    await Hanging(desk, sky.put, sky.redact).keep(Room(ROOM), card_of(POLL, thread="$root"), "$card")
    ((_kind, content),) = sky.taken.values()
    assert content["m.relates_to"]["rel_type"] == "m.thread"
    assert content["m.relates_to"]["event_id"] == "$root"
    desk.close()


def test_who_sees_a_press_depends_on_the_room() -> None:
    me = "@palabre:ville.fr"
    direct = Room(ROOM, members={LEA: "join", me: "join"})
    crowd = Room(ROOM, members={LEA: "join", TOM: "join", me: "join"})
    for room, private, native in (
        (direct, True, False),
        (replace(direct, encrypted=True), False, False),  # signs are never encrypted
        (crowd, False, True),
        (replace(crowd, encrypted=True), False, True),
        (None, False, True),  # not known: the careful way
    ):
        caps = shown_in(room, me)
        assert (caps.private_presses, caps.native_poll) == (private, native)


# --- Files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"body": "vote.yaml"}, "vote.yaml"),
        ({"body": "le voici", "filename": "Vote.YML"}, "Vote.YML"),
        ({"body": "vote.yaml", "info": {"size": 65_536}}, "vote.yaml"),
        ({"body": "vote.yaml", "info": {"size": 65_537}}, ""),
        ({"body": "vote.yaml", "info": {"size": "x"}}, ""),
        ({"body": "vote.pdf"}, ""),
        ({"body": 7}, ""),
    ],
)
def test_a_flow_file_in_private_is_known_by_its_name(content: dict[str, Any], name: str) -> None:
    event = {**response(), "type": "m.room.message", "content": {"msgtype": "m.file", **content}}
    item = read(event, replace(GROUP, private=True), ours=False, admin=False)
    assert item is not None
    assert isinstance(item.event, Shared)
    assert (item.event.what, item.event.name) == ("document", name)
    in_a_group = read(event, GROUP, ours=True, admin=False)
    assert in_a_group is not None
    assert isinstance(in_a_group.event, Shared)
    assert in_a_group.event.name == ""
