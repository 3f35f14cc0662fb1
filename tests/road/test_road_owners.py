"""The first organiser: named in the settings, or whoever sends the one-time code."""

from __future__ import annotations

from typing import Any

import pytest

from bot.owners import appoint, owner_code
from storage import people


def code_of(town: Any) -> str | None:
    with town.database.transaction() as connection:
        return owner_code(connection)


def is_owner(town: Any, identity: str) -> bool:
    with town.database.transaction() as connection:
        found = people.by_identity(connection, [identity])
        return identity in found and ("owner", "*") in people.roles_of(connection, found[identity][0])


@pytest.mark.parametrize("way", ["{code}", "/start {code}", "  {code}  "])
@pytest.mark.parametrize("lower", [False, True])
def test_the_code_makes_its_first_sender_the_owner_and_nobody_after(town: Any, way: str, lower: bool) -> None:
    code = code_of(town)
    assert code is not None
    said = way.format(code=code.lower() if lower else code)
    town.says("ana", said)
    town.says("bo", said)
    assert (is_owner(town, "web:ana"), is_owner(town, "web:bo")) == (True, False)
    assert "You are now the owner" in town.texts("web:ana")[-1]
    assert "not valid" in town.texts("web:bo")[-1]
    assert code_of(town) is None


@pytest.mark.sqlite
def test_the_database_holds_the_code_as_a_hash_only(town: Any) -> None:
    code = code_of(town)
    assert code is not None
    assert code.encode() not in town.bytes()


def test_a_new_start_makes_the_old_code_worthless(town: Any) -> None:
    old, new = code_of(town), code_of(town)
    assert old != new
    town.says("ana", str(old))
    assert not is_owner(town, "web:ana")
    town.says("ana", str(new))
    assert is_owner(town, "web:ana")


def test_a_guess_is_no_owner_and_commands_of_the_office_are_refused(town: Any) -> None:
    code_of(town)
    town.says("ana", "AAAA-BBBB-CCCC", "/status", "/close")
    assert not is_owner(town, "web:ana")
    assert town.texts("web:ana")[1:] == [
        "/status is for organisers.",
        "/close is for organisers.",
    ]


def test_owners_of_the_settings_are_known_before_they_speak_and_after(town: Any) -> None:
    town.says("5", "/help", adapter="telegram")
    for _ in range(2):
        with town.database.transaction() as connection:
            appoint(connection, ("telegram:5", "matrix:@maire:ville.fr"), 0)
    assert is_owner(town, "telegram:5")
    assert is_owner(town, "matrix:@maire:ville.fr")
    assert town.one("SELECT count(*) FROM participants") == 2
    assert code_of(town) is None
