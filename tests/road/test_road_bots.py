"""One person at several bots of one messenger: one session, one ballot, one role, one erasure; letters leave by the bot
that they wrote to last."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from adapters.base import Inbound, Place
from bot.mailings.running import reach
from bot.moderation import sanctions
from flows.events import Moved, Said
from storage import mailings, people

A, B = "telegram", "telegram.4343"


def code(town: Any, adapter: str, who: str) -> str:
    """What /link tells to somebody."""
    town.says(who, "/link", adapter=adapter)
    told = " ".join(town.texts(f"{adapter}:{who}")[-2:])
    return str(told.rpartition("/link ")[2].split()[0])


def test_who_votes_at_two_bots_has_one_vote(town: Any) -> None:
    id = town.publish()
    for bot in (A, B):
        town.says("17", "/start mobilite", adapter=bot)
    town.says("17", "By bus", adapter=A)
    town.says("17", "/back", "By bike", adapter=B)
    assert len(town.stored(id)) == 1
    assert town.counters(id)["mode"] == {"c:velo": 1, "n:answered": 1}
    assert town.rows("SELECT identity FROM identities") == [("telegram:17",)]
    assert town.rows("SELECT place FROM sessions") == [("telegram.4343:17",)]
    assert town.one("SELECT count(*) FROM participants") == 1


def test_two_first_words_at_the_same_moment_are_of_one_person(town: Any) -> None:
    town.publish()
    both = [town.inbound("17", Said(at=town.now, text="/start mobilite"), bot) for bot in (A, B)]
    town.receive(*both)
    town.think()
    assert town.one("SELECT count(*) FROM participants") == 1
    assert town.one("SELECT count(*) FROM sessions") == 1


def test_the_result_comes_once_from_the_bot_that_was_written_to_last(town: Any) -> None:
    id = town.publish()
    town.says("17", "/start mobilite", "By bus", "/skip", "/skip", adapter=A)
    town.says("18", "/start mobilite", "By bus", "/skip", "/skip", adapter=B)
    town.says("17", "/start mobilite", adapter=B)
    town.close(id)
    town.ring()
    told = town.rows("SELECT place FROM outbox WHERE mailing IS NOT NULL ORDER BY place")
    assert told == [("telegram.4343:17",), ("telegram.4343:18",)]
    assert town.rows("SELECT DISTINCT adapter FROM outbox WHERE mailing IS NOT NULL") == [(B,)]


def test_who_erases_at_one_bot_is_gone_at_the_other(town: Any) -> None:
    town.publish()
    for bot in (A, B):
        town.says("17", "/start mobilite", adapter=bot)
    town.says("17", "By bus", "/erase", "/erase yes", adapter=B)
    for table in ("participants", "identities", "conversations", "sessions", "ballots"):
        assert town.one(f"SELECT count(*) FROM {table}") == 0, table
    assert town.one("SELECT count(*) FROM inbox WHERE person = '17'") == 0


def test_a_role_holds_at_every_bot_and_nothing_is_linked_with_itself(town: Any) -> None:
    town.publish()
    town.says("17", "/help", adapter=A)
    with town.database.transaction() as connection:
        (known,) = people.by_identity(connection, ["telegram:17"]).values()
        people.grant(connection, known[0], "owner", "*", 0)
    town.says("17", "/status", adapter=B)
    assert "mobilite" in town.texts("telegram.4343:17")[-1]
    town.says("17", "/unlink", adapter=B)
    assert "Nothing is linked" in town.texts("telegram.4343:17")[-1]
    town.says("17", f"/link {code(town, A, '17')}", adapter=B)
    assert "These two are linked already" in town.texts("telegram.4343:17")[-1]


def test_who_is_separated_takes_the_conversations_at_all_bots_along(town: Any) -> None:
    town.publish()
    town.says("w", "/start mobilite", "By bus")
    for bot in (A, B):
        town.says("17", "/help", adapter=bot)
    town.says("17", f"/link {code(town, 'web', 'w')} yes", adapter=B)
    assert town.one("SELECT count(*) FROM participants") == 1
    town.says("w", "/unlink telegram yes")
    apart = town.rows("SELECT participant, lane FROM conversations ORDER BY lane")
    assert len({participant for participant, _lane in apart}) == 2
    assert len({participant for participant, lane in apart if lane.startswith("telegram")}) == 1


def test_a_group_that_moves_stays_with_its_bot(town: Any) -> None:
    id = town.publish(places=("telegram.4343:-100",))
    moved = Moved(at=town.now, to_chat="-100100")
    group = Place(B, "-100")
    town.receive(Inbound(key="m", place=group, person="17", event=moved, private=False))
    town.think()
    assert town.rows("SELECT consultation, place FROM announcements") == [(id, "telegram.4343:-100100")]


def test_a_sanction_finds_the_person_in_a_group_of_another_bot(town: Any) -> None:
    town.says("17", "/help", adapter=A)
    with town.database.transaction() as connection:
        ((participant, _lang),) = people.by_identity(connection, ["telegram:17"]).values()
        turn: Any = SimpleNamespace(scene=SimpleNamespace(connection=connection))
        case: Any = SimpleNamespace(place="telegram.4343:-100/7", author=participant)
        assert sanctions.identity(turn, case) == "17"
        case.place = "matrix:!room:ville.fr"
        assert sanctions.identity(turn, case) is None


def test_the_end_of_a_mailing_is_reckoned_for_each_bot(town: Any) -> None:
    id = town.publish()
    for person in range(20, 23):
        town.says(str(person), "/start mobilite", adapter=A)
    for person in range(30, 32):
        town.says(str(person), "/start mobilite", adapter=B)
    town.says("w", "/start mobilite")
    with town.database.transaction() as connection:
        run = town.road.scene(connection).consultation(id)
        flow = town.road.flows.of(connection, run)
        whom = reach(connection, "results", "", flow, id)
        assert whom == {"tele": (3, 0), "telegram.4343:": (2, 0), "web:": (1, 0)}
        assert mailings.taking_part(connection, id, ("active",)) == whom
