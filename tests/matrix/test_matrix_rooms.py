"""What is known of a room: who is private with us, who administrates it, what of its history is our business."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.matrix.history import since_we_came
from adapters.matrix.rooms import Room

ME, LEA, TOM = "@palabre:ville.fr", "@lea:ville.fr", "@tom:ville.fr"


def state(kind: str, key: str = "", sender: str = LEA, **content: Any) -> dict[str, Any]:
    return {"type": kind, "state_key": key, "sender": sender, "content": content}


def member(person: str, membership: str = "join") -> dict[str, Any]:
    return state("m.room.member", person, person, membership=membership)


def room(*more: dict[str, Any], version: str = "10") -> Room:
    return Room.of("!r", [state("m.room.create", room_version=version), member(ME), member(LEA), *more])


def test_two_people_are_alone_and_three_are_not() -> None:
    assert room().private_with(ME) == LEA
    assert room(member(TOM)).private_with(ME) is None
    assert room(member(TOM, "invite")).private_with(ME) is None, "who is invited will read along"
    assert room(member(TOM), member(TOM, "leave")).private_with(ME) == LEA
    assert room(member(LEA, "ban")).private_with(ME) is None


def test_a_room_with_a_name_is_for_more_unless_we_were_asked_in_to_talk_alone() -> None:
    named = room(state("m.room.name", name="Le quartier"))
    assert named.private_with(ME) is None
    named.direct = True
    assert named.private_with(ME) == LEA
    assert room(state("m.room.name", name=" ")).private_with(ME) == LEA


@pytest.mark.parametrize(
    ("power", "version", "lea", "tom"),
    [
        ({"users": {LEA: 100, TOM: 0}}, "10", True, False),
        ({"users": {TOM: 50}}, "10", False, True),
        ({"users": {TOM: 50}, "state_default": 100}, "10", False, False),
        ({"users": {TOM: "50"}, "state_default": "50"}, "10", False, True),
        ({"users": {TOM: True}}, "10", False, False),
        ({"users": []}, "10", False, False),
        ({"users_default": 100, "state_default": 0}, "10", True, True),
        ({"state_default": 0}, "10", False, False),
        ({}, "12", True, False),
        ({"users": {TOM: 100}}, "12", True, True),
        ({}, "org.unknown.13", False, False),
        (None, "10", True, False),
    ],
)
def test_who_administrates(power: dict[str, Any] | None, version: str, lea: bool, tom: bool) -> None:
    found = room(*([state("m.room.power_levels", **power)] if power is not None else []), version=version)
    assert (found.administrates(LEA), found.administrates(TOM)) == (lea, tom)


def test_further_creators_of_a_new_room_administrate_it() -> None:
    found = Room.of("!r", [state("m.room.create", room_version="12", additional_creators=[TOM, 7])])
    assert found.administrates(TOM)


def test_encrypted_is_for_ever() -> None:
    found = room(state("m.room.encryption", algorithm="m.megolm.v1.aes-sha2"))
    assert found.encrypted
    found.apply(state("m.room.encryption"))
    assert found.encrypted


@pytest.mark.parametrize("nonsense", [None, 7, [], {}, {"type": "m.room.member", "state_key": 3, "content": {}}])
def test_nonsense_changes_nothing(nonsense: Any) -> None:
    found, same = room(), room()
    found.apply(nonsense)
    found.apply({"type": "m.room.power_levels", "state_key": "", "content": 5})
    assert found == same


def ours(membership: str, before: str | None = None) -> dict[str, Any]:
    return {**member(ME, membership), "unsigned": {"prev_content": {"membership": before}} if before else {}}


def words(number: int) -> dict[str, Any]:
    return {"type": "m.room.message", "content": {"body": str(number)}}


def test_our_time_in_a_room_begins_with_the_invitation() -> None:
    events = [words(1), ours("invite"), words(2), ours("join", "invite"), words(3)]
    assert since_we_came(events, ME) == events[1:]
    assert since_we_came([words(1), ours("join"), words(2)], ME) == [ours("join"), words(2)]
    assert since_we_came([words(1), words(2)], ME) == [words(1), words(2)]
    renamed = [words(1), ours("join", "join"), words(2)]
    assert since_we_came(renamed, ME) == renamed
    twice = [ours("invite"), ours("join", "invite"), words(1), ours("leave", "join"), words(2), ours("invite", "leave"),
             words(3), ours("join", "invite")]  # fmt: skip
    assert since_we_came(twice, ME) == twice[5:]
