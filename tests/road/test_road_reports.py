"""Reports raise a case; only people who are trusted can hide a text, for a day at most. All through the real road."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapters.base import Inbound, Place
from bot.moderation.reporting import MOST_A_DAY
from bot.moderation.trust import trusted
from flows.events import Said
from storage import audit, ballots, proposals, sanctions
from storage.instants import ms
from storage.proposals import Proposal

GROUP = Place("web", "group")


@pytest.fixture
def town(make_town: Callable[..., Any]) -> Any:
    town = make_town()
    town.publish()
    return town


def put_forward(town: Any, text: str, *, by: str = "author") -> Proposal:
    """A published proposal by somebody who takes part."""
    town.says(by, "/start mobilite")
    author = ballots.token(town.run("mobilite").key, participant(town, by))
    with town.database.transaction() as connection:
        return proposals.add(
            connection,
            consultation="mobilite",
            pool="idea",
            text=text,
            lang="en",
            source="participant",
            state="published",
            lot=1,
            since_ms=ms(town.now),
            author=author,
        )


def participant(town: Any, person: str) -> int:
    return int(town.one("SELECT participant FROM identities WHERE identity = ?", f"web:{person}"))


def state(town: Any, proposal: Proposal) -> str:
    return str(town.one("SELECT state FROM proposals WHERE id = ?", proposal.id))


def grow_trusted(town: Any, *people: str) -> None:
    """Everybody has something that stands, and a week and a half goes by."""
    for person in people:
        put_forward(town, f"Something good by {person}", by=person)
    town.later(days=10)


def last(town: Any, person: str) -> str:
    return str(town.texts(f"web:{person}")[-1])


def test_a_thousand_fresh_accounts_cannot_hide_a_text(town: Any) -> None:
    proposal = put_forward(town, "Close the bridge to cars")
    people = [f"fresh{at}" for at in range(1000)]
    for first in range(0, len(people), 100):
        some = people[first : first + 100]
        town.receive(
            *(town.inbound(one, Said(at=town.now, text=f"/report mobilite {proposal.number} spam")) for one in some)
        )
        town.think()
    assert town.one("SELECT count(*) FROM reports") == 1000
    assert town.one("SELECT count(*) FROM reports WHERE trusted") == 0
    assert state(town, proposal) == "published"
    assert town.rows("SELECT state, subject FROM cases") == [("open", f"proposal:{proposal.id}")]
    town.later(days=30)
    town.ring()
    assert state(town, proposal) == "published"


def test_three_trusted_people_hide_it_for_a_day(town: Any) -> None:
    proposal = put_forward(town, "A rude text")
    grow_trusted(town, "ann", "bob", "cid", "dan")
    for at, person in enumerate(("ann", "bob", "cid")):
        assert state(town, proposal) == "published", at
        town.says(person, f"/report mobilite {proposal.number} insulting")
    assert state(town, proposal) == "hidden"
    assert town.rows("SELECT act, subject FROM audit WHERE who = 'reports'") == [("hide", "mobilite")]
    town.later(hours=23, minutes=59)
    town.ring()
    assert state(town, proposal) == "hidden"
    town.later(minutes=2)
    town.ring()
    assert state(town, proposal) == "published"
    town.says("dan", f"/report mobilite {proposal.number} insulting")
    assert state(town, proposal) == "published", "a fourth does not hide it again"
    with town.database.transaction() as connection:
        assert audit.verify(connection) is None


def test_newcomers_do_not_help_the_trusted(town: Any) -> None:
    proposal = put_forward(town, "A rude text")
    grow_trusted(town, "ann", "bob")
    for person in ("ann", "bob", *(f"new{at}" for at in range(20))):
        town.says(person, f"/report mobilite {proposal.number} insulting")
    assert state(town, proposal) == "published"


@pytest.mark.parametrize("lacks", ["time", "contribution", "standing", "nothing"])
def test_who_is_trusted(town: Any, lacks: str) -> None:
    if lacks == "contribution":
        town.says("ann", "/start mobilite")
    else:
        put_forward(town, "Something good", by="ann")
    town.later(days=3 if lacks == "time" else 8)
    ann = participant(town, "ann")
    with town.database.transaction() as connection:
        if lacks == "standing":
            now = ms(town.now)
            sanctions.impose(connection, ann, scope="*", kind="strike", since_ms=now, until_ms=now + 86_400_000)
        assert trusted(connection, ann, town.now) is (lacks == "nothing")
        if lacks == "standing":
            assert trusted(connection, ann, town.now + timedelta(days=2)), "strikes fade"


def test_once_is_enough(town: Any) -> None:
    proposal = put_forward(town, "A text")
    town.says("ann", f"/report mobilite {proposal.number} spam")
    assert last(town, "ann").startswith("Thank you.")
    town.says("ann", f"/report mobilite {proposal.number} insulting")
    assert "before" in last(town, "ann")
    assert town.rows("SELECT reason FROM reports") == [("spam",)]


def test_five_a_day(town: Any) -> None:
    some = [put_forward(town, f"Text {at}", by=f"author{at}") for at in range(MOST_A_DAY + 2)]
    for proposal in some[: MOST_A_DAY + 1]:
        town.says("ann", f"/report mobilite {proposal.number} spam")
    assert "most for one day" in last(town, "ann")
    assert town.one("SELECT count(*) FROM reports") == MOST_A_DAY
    town.later(hours=25)
    town.says("ann", f"/report mobilite {some[-1].number} spam")
    assert town.one("SELECT count(*) FROM reports") == MOST_A_DAY + 1


def test_nobody_reports_their_own(town: Any) -> None:
    proposal = put_forward(town, "Mine")
    town.says("author", f"/report {proposal.number} spam")
    assert "your own text" in last(town, "author")
    assert town.one("SELECT count(*) FROM cases") == 0


@pytest.mark.parametrize("line", ["/report", "/report that one", "/report 99", "/report elsewhere 1", "/report 0"])
def test_what_cannot_be_reported_is_a_sentence(town: Any, line: str) -> None:
    put_forward(town, "A text")
    town.says("ann", "/start mobilite", line)
    assert "proposal" in last(town, "ann")
    assert town.one("SELECT count(*) FROM cases") == 0


@pytest.mark.parametrize("data", ["c.report.p999 spam", "c.report.c1 spam", "c.report.pX", "c.report.p1 ", "c.report."])
def test_forged_buttons_report_nothing(town: Any, data: str) -> None:
    put_forward(town, "A text")
    thought = town.presses("ann", data)
    assert len(thought.notes) == 1
    assert town.one("SELECT count(*) FROM reports") == 0


def test_what_was_decided_is_opened_again_only_by_somebody_trusted(town: Any) -> None:
    proposal = put_forward(town, "A text")
    grow_trusted(town, "ann")
    town.says("new1", f"/report mobilite {proposal.number} spam")
    town.later(minutes=1)
    with town.database.transaction() as connection:
        connection.exec_driver_sql(
            f"UPDATE cases SET state = 'decided', outcome = 'leave', decided_ms = {ms(town.now)}"
        )
    town.later(minutes=1)
    town.says("new2", f"/report mobilite {proposal.number} spam")
    assert town.one("SELECT state FROM cases") == "decided"
    town.says("ann", f"/report mobilite {proposal.number} spam")
    assert town.one("SELECT state FROM cases") == "open"


def test_what_was_approved_before_anybody_reported_it_is_opened_again_by_anybody(town: Any) -> None:
    proposal = put_forward(town, "A text")
    with town.database.transaction() as connection:
        about = (
            f"('proposal', 'mobilite', {proposal.id}, 'proposal:{proposal.id}', 'web:author', 'A text', 'en', 'before'"
        )
        connection.exec_driver_sql(
            "INSERT INTO cases (kind, scope, proposal, subject, place, text, lang, why, state, escalated, opened_ms, "
            f"outcome, decided_ms) VALUES {about}, 'decided', false, 1, 'approve', {ms(town.now)})"
        )
    town.later(minutes=1)
    town.says("new1", f"/report mobilite {proposal.number} spam")
    assert town.rows("SELECT state, why FROM cases") == [("open", "reported")]
    assert state(town, proposal) == "published"


# --- In a group ------------------------------------------------------------------------------------------------------


def answers(town: Any, person: str, text: str, quoted: tuple[str, ...]) -> None:
    town._n += 1
    event = Said(at=town.now, text=text, quoted=quoted)
    town.receive(Inbound(key=f"g{town._n}", place=GROUP, person=person, event=event, private=False, locale="en"))
    town.think()


def test_a_message_of_the_group_is_reported_in_silence(town: Any) -> None:
    town.says("ann", "/start mobilite")
    answers(town, "ann", "/report", ("m7", "bad", "you are all fools"))
    assert town.texts(str(GROUP)) == []
    assert "Nobody else is told" in last(town, "ann")
    assert town.rows("SELECT kind, place, ref, text FROM cases") == [
        ("message", "web:group", "m7", "you are all fools")
    ]
    assert town.one("SELECT reason FROM reports") == "other"
    case = town.one("SELECT id FROM cases")
    town.presses("ann", f"c.report.c{case} insulting")
    assert town.one("SELECT reason FROM reports") == "insulting"
    assert "helps" in last(town, "ann")


def test_a_message_is_never_hidden_by_reports(town: Any) -> None:
    grow_trusted(town, "ann", "bob", "cid", "dan")
    for person in ("ann", "bob", "cid", "dan"):
        answers(town, person, "/signaler insultes", ("m7", "bad", "you are all fools"))
    assert town.one("SELECT count(*) FROM reports WHERE trusted") == 4
    assert not town.rows("SELECT payload FROM outbox WHERE place = ? AND payload LIKE '%delete%'", str(GROUP))


def test_in_a_group_one_answers_the_message(town: Any) -> None:
    town.says("ann", "/start mobilite")
    answers(town, "ann", "/report", ())
    assert "answer that message" in last(town, "ann")
    assert town.texts(str(GROUP)) == []


def test_ones_own_message_in_a_group(town: Any) -> None:
    town.says("ann", "/start mobilite")
    answers(town, "ann", "/report", ("m7", "ann", "my words"))
    assert "your own text" in last(town, "ann")
    assert town.one("SELECT count(*) FROM cases") == 0


def test_who_has_no_private_chat_reports_all_the_same(town: Any) -> None:
    answers(town, "zoe", "/report spam", ("m7", "bad", "buy now"))
    assert town.rows("SELECT reason FROM reports") == [("spam",)]
    assert town.texts(str(GROUP)) == []
