"""Roles: given and taken by code, in their scope, never past the last owner; administrators of groups; the audit."""

from __future__ import annotations

from typing import Any

import pytest

from storage import audit, people


def roles(hall: Any, name: str) -> set[tuple[str, str]]:
    who = hall.id_of(name)
    with hall.database.transaction() as connection:
        return people.roles_of(connection, who)


def test_who_makes_a_consultation_owns_it_and_nothing_else(hall: Any) -> None:
    ana = hall.id_of("1")
    hall.publish(owner=ana)
    other = hall.publish()
    assert hall.run().owner == ana
    assert roles(hall, "1") == {("owner", "mobilite")}
    assert "Close “Getting around” now" in hall.says("1", "/close mobilite")[0]
    assert hall.says("1", f"/close {other}") == [f"You have no role for “{other}” that allows this."]
    assert hall.run(other).state == "open"


def test_a_person_without_a_role_gets_their_code_and_no_list(hall: Any) -> None:
    hall.publish()
    hall.gets("1", "owner")
    said = hall.says("9", "/roles mobilite")
    assert said == [f"Your code is {hall.code('9')}. Give it to whoever is to give you a role."]
    assert hall.says("9", "/roles me") == said
    assert hall.code("1") not in "".join(hall.texts("telegram:9"))


def test_a_role_is_given_by_code_and_told(hall: Any) -> None:
    hall.publish()
    hall.gets("1", "owner")
    code = hall.code("2")
    said = hall.says("1", f"/roles mobilite add organiser {code.lower().replace('-', ' ')}")
    assert said[0] == "Done."
    assert f"{code} — organiser, mobilite" in said[1]
    assert hall.texts("telegram:2")[-1] == "You are now organiser of “mobilite”. Type /help."
    assert roles(hall, "2") == {("organiser", "mobilite")}
    assert "Close “Getting around” now" in hall.says("2", "/close")[0]
    hall.says("1", f"/roles mobilite retirer organisateur {code}")
    assert roles(hall, "2") == set()
    assert hall.says("2", "/close") == ["/close is for organisers."]
    assert hall.acts()[-2:] == ["grant", "revoke"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/roles mobilite add king {code}", "“king” is no role. The roles: owner, organiser, moderator, observer."),
        ("/roles mobilite add observer AAAA-AAAA", "Nobody has the code “AAAA-AAAA”."),
        ("/roles mobilite add observer 2", "Nobody has the code “2”."),
        ("/roles nowhere add observer {code}", "“nowhere” is no consultation and no group that I know."),
        ("/roles telegram:2 add observer {code}", "“telegram:2” is no consultation and no group that I know."),
        ("/roles mobilite remove observer {code}", "This person does not have this role."),
        ("/roles mobilite add", "To give a role: /roles ID add organiser CODE."),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(hall: Any, line: str, said: str) -> None:
    hall.publish()
    hall.gets("1", "owner")
    answer = hall.says("1", line.format(code=hall.code("2")))
    assert answer[0].startswith(said)
    assert roles(hall, "2") == set()


def test_an_organiser_sees_roles_and_gives_none(hall: Any) -> None:
    hall.publish()
    hall.gets("1", "organiser")
    said = hall.says("1", "/roles *")
    assert f"{hall.code('1')} — organiser, * (you)" in said[0]
    answer = hall.says("1", f"/roles mobilite add organiser {hall.code('2')}")
    assert answer == ["Only an owner of “mobilite” gives roles and takes them away."]
    answer = hall.says("1", f"/roles * add owner {hall.code('1')}")
    assert answer == ["Only an owner of “*” gives roles and takes them away."]
    assert roles(hall, "1") == {("organiser", "*")}


def test_the_owner_of_one_consultation_does_not_reach_beyond_it(hall: Any) -> None:
    hall.publish(owner=hall.id_of("1"))
    answer = hall.says("1", f"/roles * add owner {hall.code('1')}")
    assert answer == ["Only an owner of “*” gives roles and takes them away."]
    assert hall.says("1", "/roles *") == ["You have no role for “*” that allows this."]
    assert roles(hall, "1") == {("owner", "mobilite")}


def test_the_last_owner_stays(hall: Any) -> None:
    hall.gets("1", "owner")
    assert hall.says("1", f"/roles * remove owner {hall.code('1')}") == [
        "This is the last owner: first make somebody else an owner."
    ]
    hall.says("1", f"/roles * add owner {hall.code('2')}")
    hall.says("1", f"/roles * remove owner {hall.code('1')}")
    assert (roles(hall, "1"), roles(hall, "2")) == (set(), {("owner", "*")})


def test_a_poll_of_somebody_does_not_hide_the_code_of_the_first_owner(hall: Any) -> None:
    hall.publish(owner=hall.id_of("1"))
    with hall.database.transaction() as connection:
        assert people.owners(connection) == 0
        assert people.owners(connection, "mobilite") == 1


def test_roles_in_a_place_hold_for_what_was_announced_there(hall: Any) -> None:
    here, elsewhere = hall.publish(places=(hall.group,)), hall.publish(places=("telegram:-200",))
    hall.gets("1", "organiser", hall.group)
    assert "Close" in hall.says("1", f"/close {here}")[0]
    assert hall.says("1", f"/close {elsewhere}") == [f"You have no role for “{elsewhere}” that allows this."]


def test_administrators_of_a_group_and_the_switch(hall: Any) -> None:
    hall.gets("1", "owner")
    assert "may launch polls here" in hall.says("5", "/roles", group=True)[0]
    assert hall.says("5", "/roles admins off", group=True, admin=True) == ["Only an owner can change that."]
    assert hall.says("1", "/roles admins off", group=True) == [
        "Only organisers may launch polls here. To let administrators: /roles admins on"
    ]
    with hall.database.transaction() as connection:
        assert not people.admins_launch(connection, hall.group)
        people.move_place(connection, hall.group, "telegram:-300")
        assert not people.admins_launch(connection, "telegram:-300")
    assert hall.acts(hall.group) == ["admins off"]
    assert hall.says("1", "/roles admins perhaps", group=True) == ["Write /roles admins on, or /roles admins off."]


def test_a_group_reads_neither_codes_nor_the_audit_nor_numbers(hall: Any) -> None:
    hall.publish(places=(hall.group,))
    hall.gets("1", "owner")
    for line in ("/roles mobilite", "/audit mobilite", "/remind mobilite", "/review mobilite", "/fix mobilite"):
        hall.says("1", line, group=True)
    said = "\n".join(hall.texts(hall.group))
    assert hall.code("1") not in said
    assert said.count("This is done in private") == 4


def test_an_observer_reads_the_audit_in_words_and_can_do_nothing(hall: Any) -> None:
    hall.publish(window="{closes: 2026-03-20T20:00}")
    hall.gets("1", "owner")
    hall.gets("2", "observer", "mobilite")
    hall.says("1", "/extend mobilite yes 2026-03-21 20:00")
    said = hall.says("2", "/audit")[0]
    assert f"{hall.code('1')}: put the closing off (until Saturday 21 March 2026, 20:00 (Paris time))" in said
    assert "published" in said
    assert "telegram" not in said
    assert str(hall.id_of("1")) not in said
    for line in ("/close mobilite", "/extend mobilite 2d", "/outcome mobilite", "/clone mobilite", "/remind mobilite"):
        assert hall.says("2", line)[0].endswith("is for organisers.")
    assert hall.run().closes_wall == "2026-03-21T20:00:00"
    with hall.database.transaction() as connection:
        assert audit.verify(connection) is None


def test_the_audit_shows_the_last_twenty(hall: Any) -> None:
    hall.publish()
    hall.gets("1", "owner")
    with hall.database.transaction() as connection:
        for n in range(30):
            audit.note(connection, at_ms=n, who="palabre", act="remind", subject="mobilite", detail=str(n))
    said = hall.says("1", "/audit mobilite")[0]
    assert said.count("the program: reminded people") == 20
    assert "(29)" in said
    assert "(9)" not in said


def test_who_is_erased_leaves_no_role_and_no_code(hall: Any) -> None:
    hall.publish(owner=hall.id_of("1"))
    hall.gets("2", "owner")
    code = hall.code("1")
    hall.says("1", "/erase yes")
    assert hall.run().owner is None
    assert hall.says("2", f"/roles mobilite add organiser {code}")[0].startswith("Nobody has the code")
    assert hall.rows("SELECT count(*) FROM roles WHERE scope = 'mobilite'") == [(0,)]


def test_my_data_holds_my_code(hall: Any) -> None:
    code = hall.code("1")
    assert code in hall.says("1", "/mydata json")[0]
