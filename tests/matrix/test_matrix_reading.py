"""What events tell, read from raw JSON: every shape that is sent, and shapes that nobody should send."""

from __future__ import annotations

import random
from typing import Any

import pytest

from adapters.base import Inbound, Place, Refused
from adapters.matrix.reading import (
    Malformed,
    View,
    answered,
    is_edit,
    photo_of,
    quoted,
    reaction,
    read,
    redacted,
)
from flows.events import Overheard, Pressed, Said, Shared

ME, LEA = "@palabre:ville.fr", "@lea:ville.fr"
PRIVATE = View(adapter="matrix", room="!r:ville.fr", private=True, me=ME)
GROUP = View(adapter="matrix", room="!r:ville.fr", private=False, me=ME)


def message(content: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "m.room.message",
        "event_id": "$e",
        "sender": LEA,
        "origin_server_ts": 1_772_000_000_000,
        "content": {"msgtype": "m.text", "body": "hello"} if content is None else content,
        **more,
    }


def text(body: str, **more: Any) -> dict[str, Any]:
    return message({"msgtype": "m.text", "body": body, **more})


def relating(**relates: Any) -> dict[str, Any]:
    return {"m.relates_to": relates}


def said(event: dict[str, Any], view: View = PRIVATE, *, ours: bool = False, admin: bool = False) -> Inbound | None:
    return read(event, view, ours=ours, admin=admin)


def test_words_in_private() -> None:
    item = said(text("bonjour"))
    assert item is not None
    assert item.key == "$e"
    assert item.place == Place("matrix", "!r:ville.fr")
    assert item.person == LEA
    assert item.private
    assert isinstance(item.event, Said)
    assert item.event.text == "bonjour"
    assert item.event.at.timestamp() == 1_772_000_000


def overheard(event: dict[str, Any]) -> tuple[str, str, bool] | None:
    item = said(event, GROUP)
    if item is None:
        return None
    assert isinstance(item.event, Overheard)
    return item.event.text, item.event.ref, item.event.edited


def test_talk_in_a_room_is_overheard_and_so_is_what_it_is_changed_to() -> None:
    assert overheard(text("bonjour")) == ("bonjour", "$e", False)
    new = {"m.new_content": {"msgtype": "m.text", "body": "bonsoir"}}
    edit = text("* bonsoir", **new, **relating(rel_type="m.replace", event_id="$first"))
    assert overheard(edit) == ("bonsoir", "$first", True)
    assert said(edit) is None  # in private an edited text is not an answer
    picture = {"msgtype": "m.image", "body": "à vendre", "filename": "velo.jpg", "url": "mxc://ville.fr/abc"}
    assert overheard(message(picture)) == ("à vendre", "$e", False)
    for silent in (text("  "), message({"msgtype": "m.notice", "body": "x"}), message(picture | {"body": "velo.jpg"})):
        assert overheard(silent) is None
    broken: dict[str, Any]
    for broken in ({"m.new_content": "x"}, {"m.new_content": {}}, {}):
        assert overheard(text("* x", **broken, **relating(rel_type="m.replace", event_id="$first"))) is None


def test_a_picture_names_its_event_and_a_place_its_degrees() -> None:
    picture = {"msgtype": "m.image", "body": "le trou", "filename": "a.jpg", "url": "mxc://ville.fr/abc"}
    item = said(message(picture))
    assert item is not None
    assert isinstance(item.event, Shared)
    assert (item.event.what, item.event.text, item.event.ref) == ("photo", "le trou", "matrix:!r:ville.fr/$e")
    assert photo_of(item.event.ref) == ("!r:ville.fr", "$e")
    for uri, spot in (
        ("geo:48.856613,2.352222;u=35", "48.85661,2.35222"),
        ("geo:-90,180", "-90.00000,180.00000"),
        ("geo:91,0", ""),
        ("geo:x", ""),
        (7, ""),
        ("geo:" + "9" * 400 + ",1", ""),
    ):
        found = said(message({"msgtype": "m.location", "body": "ici", "geo_uri": uri}))
        assert found is not None
        assert isinstance(found.event, Shared)
        assert (found.event.what, found.event.spot) == ("location", spot)


@pytest.mark.parametrize("ref", ["", "matrix:", "matrix:!r:x", "telegram:abc", "matrix:!r/abc", "matrix:r/$e", "x/$"])
def test_what_is_no_picture_of_matrix_is_refused(ref: str) -> None:
    with pytest.raises(Refused):
        photo_of(ref)


def test_what_a_command_answers_is_told_as_far_as_it_can_be_read() -> None:
    assert quoted(text("achetez !")) == ("$e", LEA, "achetez !")
    reply = text("> <@tom:x> a\n\nb", **relating(**{"m.in_reply_to": {"event_id": "$a"}}))
    assert quoted(reply) == ("$e", LEA, "b")
    assert quoted({"type": "m.room.message", "event_id": "$e", "sender": LEA, "content": {}}) == ("$e", LEA, "")
    assert quoted(message(sender=7)) == ()
    assert quoted(None) == ()
    assert quoted(message(state_key="")) == ()


@pytest.mark.parametrize("words", ["!sondage Oui ?", "/poll Yes?"])
def test_in_a_group_only_commands_and_answers_to_us_are_heard(words: str) -> None:
    item = said(text(words), GROUP, admin=True)
    assert item is not None
    assert isinstance(item.event, Said)
    assert item.event.admin
    answer = text("2", **relating(**{"m.in_reply_to": {"event_id": "$card"}}))
    assert overheard(answer) == ("2", "$e", False)
    heard = said(answer, GROUP, ours=True)
    assert heard is not None
    assert isinstance(heard.event, Said)
    assert heard.event.reply_to == "$card"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("> <@palabre:ville.fr> Quel jour ?\n> mardi ?\n\nmardi", "mardi"),
        ("> <@palabre:ville.fr> Quel jour ?\n\n> à peu près\nmardi", "> à peu près\nmardi"),
        ("> je cite\nmardi", "> je cite\nmardi"),
        ("mardi", "mardi"),
    ],
)
def test_the_quotation_in_front_of_a_reply_is_not_said(body: str, words: str) -> None:
    item = said(text(body, **relating(**{"m.in_reply_to": {"event_id": "$q"}})), ours=True)
    assert item is not None
    assert isinstance(item.event, Said)
    assert item.event.text == words


def test_a_thread_is_a_place_of_its_own_in_a_group_alone() -> None:
    relates = {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$x"},
    }
    event = text("!help", **relating(**relates))
    assert answered(event) is None
    group, private = said(event, GROUP), said(event)
    assert group is not None
    assert private is not None
    assert group.place == Place("matrix", "!r:ville.fr", "$root")
    assert Place.parse(str(group.place)) == group.place
    assert private.place.thread is None


def test_an_edit_is_no_answer() -> None:
    event = text("* 3", **relating(rel_type="m.replace", event_id="$e"), **{"m.new_content": {"body": "3"}})
    assert is_edit(event)
    assert said(event) is None


def test_what_was_redacted_and_what_programs_and_we_say_is_not_heard() -> None:
    assert said(message({})) is None
    assert said({**text("x"), "unsigned": {"redacted_because": {}}}) is None
    assert said(message({"msgtype": "m.notice", "body": "beep"})) is None
    assert said({**text("x"), "sender": ME}) is None
    assert said({**text("x"), "state_key": ""}) is None


@pytest.mark.parametrize(
    ("kind", "what"),
    [("m.image", "photo"), ("m.audio", "voice"), ("m.file", "document"), ("m.location", "location"), ("x.y", "other")],
)
def test_what_is_shared_is_told(kind: str, what: str) -> None:
    item = said(message({"msgtype": kind, "body": "x"}))
    assert item is not None
    assert isinstance(item.event, Shared)
    assert item.event.what == what
    assert said(message({"msgtype": kind, "body": "x"}), GROUP) is None


@pytest.mark.parametrize(
    ("sign", "data"),
    [("2️⃣", "2"), ("1️⃣0️⃣", "10"), ("🔟", "10"), ("mardi", "mardi"), ("👍", "👍"), (" 3⃣ ", "3"), ("2", "2")],
)
def test_a_sign_on_our_message_is_a_press(sign: str, data: str) -> None:
    event = message(relating(rel_type="m.annotation", event_id="$card", key=sign), type="m.reaction")
    assert answered(event) == "$card"
    assert reaction(event) == data
    item = said(event, GROUP, ours=True)
    assert item is not None
    assert isinstance(item.event, Pressed)
    assert (item.event.data, item.event.message) == (data, "$card")
    assert said(event, GROUP) is None


def test_a_redaction_is_understood_in_old_and_new_rooms() -> None:
    assert redacted({"type": "m.room.redaction", "redacts": "$x", "content": {}}) == "$x"
    assert redacted({"type": "m.room.redaction", "content": {"redacts": "$y"}}) == "$y"
    assert redacted({"type": "m.room.redaction", "content": None}) is None


@pytest.mark.parametrize(
    "event",
    [
        message(event_id=7),
        message(sender="nobody"),
        message(origin_server_ts="now"),
        message(origin_server_ts=True),
        message(origin_server_ts=10**30),
        message([]),
        message({"body": "x"}),
        message({"msgtype": "m.text"}),
        message({"msgtype": "m.text", "body": ["x"]}),
    ],
)
def test_what_makes_no_sense_is_malformed(event: dict[str, Any]) -> None:
    if event["content"] == []:
        assert said(event) is None
        return
    with pytest.raises(Malformed):
        said(event)


def test_whatever_is_sent_is_read_or_malformed() -> None:
    """Twenty thousand damaged events."""
    rng = random.Random(7)
    junk: list[Any] = [None, 0, -1, 1e400, True, "", "x", "$", "@", [], {}, {"event_id": 3}, ["a"], "\ud800", 10**40]
    shapes = [
        text("hello", **relating(**{"m.in_reply_to": {"event_id": "$q"}})),
        message(relating(rel_type="m.annotation", event_id="$card", key="1️⃣"), type="m.reaction"),
        text("!x", **relating(rel_type="m.thread", event_id="$t")),
        {"type": "m.room.redaction", "event_id": "$e", "sender": LEA, "redacts": "$x", "content": {"redacts": "$x"}},
        {**text("x"), "type": "m.sticker"},
    ]

    def damaged(value: Any) -> Any:
        if rng.random() < 0.12:
            return rng.choice(junk)
        if isinstance(value, dict):
            return {name: damaged(one) for name, one in value.items() if rng.random() > 0.05}
        return value

    for _time in range(20_000):
        event = damaged(rng.choice(shapes))
        if not isinstance(event, dict):
            continue
        try:
            said(event, rng.choice((PRIVATE, GROUP)), ours=rng.random() < 0.5)
            answered(event), is_edit(event), redacted(event)
        except Malformed:
            pass
