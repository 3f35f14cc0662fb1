"""The audit tells codes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import deeds
from storage.audit import Deed

if TYPE_CHECKING:
    from conftest import Bench


@pytest.mark.parametrize(
    ("who", "act", "detail", "told"),
    [
        ("palabre", "decide", "4: refuse unclear", "decided on a case (case 4: refused (Not clear))"),
        ("palabre", "decide", "4: ban spam 24 telegram:-2", "(case 4: banned from the group (Spam), 1 day)"),
        ("palabre", "decide", "4: merge duplicate 3", "put together with another one (Already there), With 3)"),
        ("reports", "hide", "4: hide, 3 reports", "several people who reported it: hid it until"),
        ("palabre", "grant", "moderator ABCD", "gave a role (moderator ABCD)"),
        ("palabre", "ask second", "close", "asked for a second person (closing before the hour)"),
        ("palabre", "remind", "subscribed", "(those who asked to be told)"),
        ("participant", "erase", "", "a participant: erased what was kept about them"),
        ("palabre", "decide", "4: newer_code", "(case 4: newer_code)"),
        ("palabre", "decide", "4:", "(case 4: )"),
    ],
)
def test_codes_are_told_in_words(bench: Bench, who: str, act: str, detail: str, told: str) -> None:
    deed = Deed(1_772_442_000_000, who, act, "ideas", detail)
    assert told in bench.read(lambda connection: deeds.sentence(connection, deed, "Europe/Paris", "en"))


def test_a_role_is_told_in_the_language_of_the_reader(bench: Bench) -> None:
    deed = Deed(1_772_442_000_000, "palabre", "grant", "ideas", "moderator ABCD")
    said = bench.read(lambda connection: deeds.sentence(connection, deed, "Europe/Paris", "fr"))
    assert deeds.role_named("moderator", "fr") in said
    assert "moderator" not in said
