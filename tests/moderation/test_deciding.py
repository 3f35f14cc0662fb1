"""Who decides, once, and what comes of it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation import rules, tokens
from flows.events import Pressed
from flows.messages import plain_text
from storage import audit, cases, proposals
from storage.cases import About, Case
from storage.database import Connection, Database

if TYPE_CHECKING:
    from conftest import Bench

RACERS = 8


def buttons(bench: Bench, id: int, place: str = "") -> list[str]:
    """The tokens of what a card offers."""
    shown = bench.face(id, place).prompt
    found = [tokens.read(button.data) for button in shown.buttons] if shown else []
    return [one[2] for one in found if one]


def test_two_moderators_press_at_once_and_the_first_one_decides(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    data = f"m.{case.id}.{case.turn}."
    first, second = bench.happens(
        ("ana", Pressed(at=bench.now, data=data + "ok")),
        ("tom", Pressed(at=bench.now, data=data + "no.spam")),
        place=bench.desk,
    )
    assert first == "Done."
    assert second == f"{bench.code('ana')} was faster. Case 1: approved, Monday 2 March 2026, 10:00 (Paris time)."
    assert bench.proposal(1).state == proposals.PUBLISHED
    assert bench.rows("SELECT outcome, who FROM decisions") == [("approve", bench.id_of("ana"))]
    assert [deed[0] for deed in bench.rows("SELECT detail FROM audit WHERE act = 'decide'")] == ["1: approve"]
    assert bench.read(audit.verify) is None


def test_of_many_who_decide_at_the_same_moment_one_does(tmp_path: Path, bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    won: list[int] = []
    gate = threading.Barrier(RACERS)

    def race(who: int) -> None:
        database = Database(bench.database.engine.url.render_as_string(hide_password=False))
        try:
            with database.transaction() as connection:
                seen = cases.by_id(connection, case.id)
            assert seen is not None
            gate.wait()
            with database.transaction() as connection:
                if cases.decide(connection, seen, who=who, outcome="approve", at_ms=1):
                    won.append(who)
        finally:
            database.close()

    threads = [threading.Thread(target=race, args=(who,)) for who in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert bench.rows("SELECT who FROM decisions") == [(won[0],)]
    assert bench.case(case.id).decided_by == won[0]


def test_of_many_who_open_a_case_about_the_same_one_makes_it(bench: Bench) -> None:
    about = About(kind="message", subject="message:x:1", scope="x", place="x", text="hello", lang="en")
    opened: list[bool] = []
    gate = threading.Barrier(RACERS)

    def race(flag: str) -> None:
        database = Database(bench.database.engine.url.render_as_string(hide_password=False))
        try:
            gate.wait()
            with database.transaction() as connection:
                opened.append(cases.open_or_join(connection, about, [flag], 1, again=False)[1])
        finally:
            database.close()

    threads = [threading.Thread(target=race, args=(f"flag{n}",)) for n in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [False] * (RACERS - 1) + [True]
    (case,) = bench.read(lambda connection: cases.open_in(connection, None, 10))
    assert sorted(case.why) == [f"flag{n}" for n in range(RACERS)]


# --- Who may ---------------------------------------------------------------------------------------------------------


def test_whoever_has_no_role_only_reads(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    assert bench.presses("zoe", case.id, "ok") == "Only moderators can do this."
    bench.gets("max", "observer")
    assert bench.presses("max", case.id, "ok") == "Only moderators can do this."
    bench.gets("eve", "moderator", "another")
    assert bench.presses("eve", case.id, "ok") == "Only moderators can do this."
    assert bench.case(case.id).state == cases.OPEN
    for role in ("owner", "organiser"):
        bench.gets(role, role, "ideas")
        other = bench.submits("lea", f"Plant trees, says the {role}")
        assert bench.presses(role, other.id, "ok") == "Done."


def test_nobody_decides_about_their_own_or_what_they_reported(bench: Bench) -> None:
    own = bench.submits("ana", "More benches")
    for token in ("ok", "no.spam", "up", "take", "word"):
        assert bench.presses("ana", own.id, token) == "This is about something of your own: somebody else decides."
    case = bench.submits("lea", "Plant trees")
    ana = bench.id_of("ana")
    bench.read(lambda c: cases.report(c, case.id, ana, "spam", trusted=True, at_ms=1))
    assert bench.presses("ana", case.id, "ok") == "You reported this yourself: somebody else decides."
    assert bench.presses("tom", case.id, "ok") == "Done."


def test_the_token_of_an_author_is_theirs_also_when_the_case_does_not_name_them(bench: Bench) -> None:
    own = bench.submits("ana", "More benches")
    bench.read(lambda c: cases.forget_authors(c, "ideas"))
    assert bench.case(own.id).author is None
    assert bench.presses("ana", own.id, "ok") == "This is about something of your own: somebody else decides."


def test_a_button_from_before_decides_nothing(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    assert bench.presses("ana", case.id, "no.spam") == "Done."
    before = bench.case(case.id).turn
    fresh = bench.says("lea", "/reword ideas-p1 Plant twenty trees")
    assert fresh == ["This proposal can no longer be changed."]
    other = bench.submits("lea", "A fountain")
    bench.says("lea", "/reword ideas-p2 A big fountain")
    assert bench.case(other.id).turn == other.turn + 1
    told = bench.presses("ana", other.id, "ok", turn=other.turn)
    assert told == "This case has changed since you saw it. Here is how it stands now."
    assert bench.proposal(2).state == proposals.WAITING
    assert bench.presses("ana", case.id, "ok", turn=before).startswith("Case 1: refused (Spam)")


def test_what_was_taken_back_meanwhile_is_told(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    proposal = bench.proposal(1)
    bench.read(lambda c: proposals.change_state(c, proposal.id, ("waiting",), "withdrawn"))
    told = bench.presses("ana", case.id, "ok")
    assert told == "Nothing was done: in the meantime it was taken back or changed."
    assert bench.case(case.id).outcome == "withdrawn"
    assert bench.texts("telegram:lea")[-1] != "A moderator has read it."


# --- What is offered -------------------------------------------------------------------------------------------------


def test_the_card_offers_what_fits_the_state_of_the_proposal(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    assert buttons(bench, case.id) == ["ok", "no", "word", "take", "up"]
    published = bench.submits("lea", "A fountain", "link", state=proposals.PUBLISHED)
    assert buttons(bench, published.id) == ["leave", "out", "hide", "take", "up"]
    assert bench.presses("ana", published.id, "out.advertising") == "Done."
    assert bench.proposal(2).state == proposals.REMOVED
    assert not {"leave", "out", "hide", "take", "up"} & set(buttons(bench, published.id))


def test_a_hidden_text_comes_back_after_a_day_when_nobody_decides(bench: Bench) -> None:
    case = bench.submits("lea", "A fountain", "link", state=proposals.PUBLISHED)
    assert bench.presses("ana", case.id, "hide") == "Done."
    assert bench.proposal(1).state == proposals.HIDDEN
    assert bench.case(case.id).state == cases.OPEN
    bench.later(hours=23)
    assert bench.proposal(1).state == proposals.HIDDEN
    bench.later(hours=2)
    assert bench.proposal(1).state == proposals.PUBLISHED
    assert [row[0] for row in bench.rows("SELECT outcome FROM decisions")] == ["hide"]


def test_what_somebody_wrote_is_plain_text_on_the_card(bench: Bench) -> None:
    case = bench.submits("lea", "<b>*bold*</b> [x](http://evil.example) `code` =1+1")
    body = bench.face(case.id).body
    assert "“<b>*bold*</b> [x](http://evil.example) `code` =1+1”" in plain_text(body)
    assert "lea" not in plain_text(body)
    assert bench.code("lea") in plain_text(body)


def test_the_card_says_where_links_really_lead(bench: Bench) -> None:
    text = "Ici : http://раура1.com/x et https://Ville.fr"
    shown = plain_text(bench.face(bench.submits("lea", text, "deceptive_link").id).body)
    assert "Its links lead to: xn--1-7sba6dbr.com, ville.fr." in shown
    shown = plain_text(bench.face(bench.submits("tom", text, "capitals").id).body)
    assert "Its links lead to" not in shown


def test_the_card_says_who_was_approved_and_refused_before(bench: Bench) -> None:
    for text, token in (("One", "ok"), ("Two", "ok"), ("Three", "no.spam")):
        bench.presses("ana", bench.submits("lea", text).id, token)
    case = bench.submits("lea", "Four", "link", "capitals")
    shown = plain_text(bench.face(case.id).body)
    assert f"From {bench.code('lea')}. Before: 2 texts approved, 1 text refused." in shown
    assert "Why it is here: there is a link in it; it is all in capitals." in shown


def test_merging_needs_something_published_in_the_same_place(bench: Bench) -> None:
    first = bench.submits("lea", "Plant trees on the square")
    second = bench.submits("zoe", "Plant trees on the whole square")
    assert bench.presses("ana", second.id, "join.1") == "There is no published proposal 1 to put it together with."
    bench.presses("ana", first.id, "ok")
    assert "join" in buttons(bench, second.id)
    assert bench.presses("ana", second.id, "join.2") == "There is no published proposal 2 to put it together with."
    assert bench.presses("ana", second.id, "join.1") == "Done."
    assert bench.proposal(2).state == proposals.MERGED


# --- Appeals ---------------------------------------------------------------------------------------------------------


def appeal(bench: Bench, case: Case) -> Case:
    from bot.moderation import opening

    def open_it(connection: Connection) -> Case:
        scene, turn = bench.turn_of(connection, "lea")
        made = opening.appealed(turn, case, "It is no spam.")
        scene.flush()
        return made

    found: Case = bench.read(open_it)
    return found


def test_another_moderator_looks_at_what_is_contested(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    bench.presses("ana", case.id, "no.spam")
    contested = appeal(bench, bench.case(case.id))
    assert buttons(bench, contested.id) == ["uphold", "reverse", "take", "up"]
    told = bench.presses("ana", contested.id, "uphold")
    assert told == "You took the decision that is contested: somebody else decides."
    assert bench.presses("tom", contested.id, "reverse") == "Done."
    assert bench.proposal(1).state == proposals.PUBLISHED
    assert any("took it back" in text for text in bench.texts("telegram:lea"))


# --- What buttons carry ----------------------------------------------------------------------------------------------


@given(st.text(max_size=80))
def test_what_is_pressed_never_raises(pressed: str) -> None:
    tokens.read(pressed)
    tokens.token(pressed)


@given(
    st.sampled_from(sorted(tokens.VERBS)),
    st.integers(0, 999_999_999),
    st.sampled_from(["", *rules.REASONS]),
    st.integers(0, 10**12),
    st.integers(0, 999),
)
def test_a_button_says_the_same_when_it_comes_back(verb: str, more: int, rule: str, case: int, turn: int) -> None:
    meant = tokens.Token(verb, more, rule)
    carried = tokens.data(case, turn, str(meant))
    assert len(carried.encode()) <= 64
    assert tokens.read(carried) == (case, turn, str(meant))
    if verb not in tokens.TIMED or not more or more in tokens.TIMED[verb]:
        assert tokens.token(str(meant)) == meant


def test_nothing_else_can_be_done(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    for token in ("del.spam", "mute.24.spam", "uphold", "leave.x", "out.spam", "no.nonsense", "mute.3.spam", "xx"):
        bench.presses("ana", case.id, token)
    assert bench.case(case.id) == case
    assert bench.presses("ana", 999, "ok", turn=0) == "This button is no longer in use."


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_rule_has_a_short_name_and_a_sentence(lang: str) -> None:
    for code in rules.REASONS:
        assert rules.label(code, lang)
        assert rules.sentence(code, lang).endswith(".")
        assert rules.named(rules.label(code, lang), (lang,)) == code
    assert rules.label("nonsense", lang) == rules.sentence(None, lang) == ""
