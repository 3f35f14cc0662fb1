"""Who may do what, written out: role by act by channel. This table is the decision; the code has to agree with it.

A cell says in which channels the act is allowed: `p` a private chat, `g` a group, `w` the web chat, `t` the terminal.
Whatever is not written here is denied.
"""

from __future__ import annotations

import pytest

from bot.rights import Act, Role, ever, may

HERE, ELSEWHERE = "telegram:-100123", "telegram:-100999"

#            owner    organiser  moderator  observer  official  admin of the group   nobody
MATRIX = """
status       pgwt     pgwt       pgwt       pgwt      ----      ----                 ----
audit        p-wt     p-wt       p-wt       p-wt      ----      ----                 ----
launch       pgwt     pgwt       ----       ----      ----      -g--                 ----
clone        p-wt     p-wt       ----       ----      ----      ----                 ----
review       p-wt     p-wt       ----       ----      ----      ----                 ----
fix          p-wt     p-wt       ----       ----      ----      ----                 ----
open         pgwt     pgwt       ----       ----      ----      ----                 ----
extend       pgwt     pgwt       ----       ----      ----      ----                 ----
remind       p-wt     p-wt       ----       ----      ----      ----                 ----
close        pgwt     pgwt       ----       ----      ----      ----                 ----
reopen       pgwt     pgwt       ----       ----      ----      ----                 ----
outcome      pgwt     pgwt       ----       ----      ----      ----                 ----
answer       p-wt     p-wt       ----       ----      p-wt      ----                 ----
news         p-wt     p-wt       ----       ----      ----      ----                 ----
archive      p-wt     p-wt       ----       ----      ----      ----                 ----
watch        pgwt     pgwt       ----       ----      ----      -g--                 ----
moderate     pgwt     pgwt       pgwt       ----      ----      ----                 ----
sanction     pgwt       pgwt       pgwt       ----      ----      ----                 ----
arbitrate    pgwt     pgwt       ----       ----      ----      ----                 ----
desk         pgwt     pgwt       ----       ----      ----      ----                 ----
roles        p-wt     p-wt       ----       ----      ----      ----                 ----
grant        p-wt     ----       ----       ----      ----      ----                 ----
admins       pgwt     ----       ----       ----      ----      ----                 ----
"""
COLUMNS = ("owner", "organiser", "moderator", "observer", "official", "admin", "nobody")
CHANNELS = {"p": "private", "g": "group", "w": "web", "t": "terminal"}

CELLS = [
    (act, role, channel, letter in cell)
    for act, *cells in (line.split() for line in MATRIX.strip().splitlines())
    for role, cell in zip(COLUMNS, cells, strict=True)
    for letter, channel in CHANNELS.items()
]


def asks(role: str, act: Act, channel: str, *, scope: str = "*", consultation: str | None = None) -> bool:
    """Somebody with one role, in one scope, asks for one act in one channel."""
    roles = [(role, scope)] if role in list(Role) else []
    group = channel == "group"
    admin = group if role == "admin" else (False if group else None)
    return may(
        roles,
        act,
        consultation=consultation,
        place=HERE if group else None,
        group_admin=admin,
        private=not group,
    )


def test_the_table_speaks_of_every_act_and_every_role() -> None:
    acts = [line.split()[0] for line in MATRIX.strip().splitlines()]
    assert sorted(acts) == sorted(act.value for act in Act)
    assert set(COLUMNS) == {role.value for role in Role} | {"admin", "nobody"}


@pytest.mark.parametrize(("act", "role", "channel", "allowed"), CELLS)
def test_each_cell(act: str, role: str, channel: str, allowed: bool) -> None:
    assert asks(role, Act(act), channel) is allowed


@pytest.mark.parametrize(("act", "role", "channel", "allowed"), [cell for cell in CELLS if cell[1] in list(Role)])
def test_a_role_for_one_consultation_is_one_for_that_consultation_only(
    act: str, role: str, channel: str, allowed: bool
) -> None:
    assert asks(role, Act(act), channel, scope="mobilite", consultation="mobilite") is allowed
    assert asks(role, Act(act), channel, scope="mobilite", consultation="ecole") is False
    assert asks(role, Act(act), channel, scope="mobilite") is False


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_for_a_place_holds_in_that_place_only(act: Act, role: Role) -> None:
    held = [(role.value, HERE)]
    assert may(held, act, place=HERE) is may([(role.value, "*")], act, place=HERE)
    assert may(held, act, place=ELSEWHERE) is False
    assert may(held, act, consultation="mobilite") is False
    assert may(held, act, consultation="mobilite", place=ELSEWHERE) is False


@pytest.mark.parametrize("known", [None, False])
def test_nobody_is_an_administrator_until_the_messenger_says_so(known: bool | None) -> None:
    assert may([], Act.LAUNCH, place=HERE, group_admin=known, private=False) is False


def test_an_administrator_launches_and_has_no_say_in_what_others_launched() -> None:
    assert may([], Act.LAUNCH, place=HERE, group_admin=True, private=False)
    for act in Act:
        assert not may([], act, consultation="mobilite", place=HERE, group_admin=True, private=False)
        assert not may([], act, place=HERE, group_admin=True, private=True)


@pytest.mark.parametrize("role", ["", "admin", "OWNER", "root", "*"])
def test_a_role_that_nobody_knows_allows_nothing(role: str) -> None:
    assert not any(may([(role, "*")], act) or ever([(role, "*")], act) for act in Act)


def test_commands_are_offered_to_whoever_may_use_them_somewhere() -> None:
    assert ever([("observer", "mobilite")], Act.AUDIT)
    assert not ever([("observer", "mobilite")], Act.CLOSE)
    assert not ever([], Act.STATUS)


def test_an_official_answers_for_one_name_in_one_consultation() -> None:
    held = [("official", "elus:dupont")]
    assert may(held, Act.ANSWER, place="elus:dupont")
    assert ever(held, Act.ANSWER)
    for act in Act:
        assert not may(held, act, consultation="elus")
        assert not may(held, act, consultation="elus", place="elus:martin")
        assert not may(held, act, place="elus:dupont", private=False)
        assert act is Act.ANSWER or not may(held, act, place="elus:dupont")
