"""What is told of statements, proposals and signatures: in the chat, on the page, in files."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot import resulting
from bot.opinions import looking
from bot.opinions.figures import Opinions
from bot.pages.html import consultation_page
from bot.results import chart
from bot.results.panels import payload
from bot.showing import NotYet, file_of
from flows.messages import Plain, plain_text
from flows.tally.zones import Zone
from storage import consultations, stances
from storage.tables_proposals import servings

HOSTILE = "<script>alert(1)</script> **gras** [lien](javascript:x) =1+1 /start & \"'\u202e"


class Texts(HTMLParser):
    """What a browser makes of a page: its elements, and its words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def statements(square: Any) -> list[int]:
    """Six statements in all zones."""
    ids = square.propose(
        "Plus d'arbres", "Fermer le centre aux voitures", "Tout interdire", "Ni oui ni non", "Trop neuf", HOSTILE
    )
    trees, cars, all_of_it, maybe, new, hostile = ids
    square.crowd(trees, 50, 3, 2)
    square.crowd(cars, 40, 38, 4)
    square.crowd(all_of_it, 2, 45, 3)
    square.crowd(maybe, 10, 5, 45)
    square.crowd(new, 2, 1)
    square.crowd(hostile, 30, 2, 0)
    return ids


def opinions(square: Any) -> Opinions:
    run = square.run()
    with square.database.transaction() as connection:
        return looking.look_whole(connection, square.road.flows.of(connection, run), run)


async def test_each_statement_stands_in_its_zone(square: Any) -> None:
    square.publish()
    statements(square)
    (discussion,) = opinions(square).discussions
    stand = {one.text: one.zone for one in discussion.statements}
    assert stand["Plus d'arbres"] is Zone.CONSENSUS
    assert stand["Fermer le centre aux voitures"] is Zone.CONTROVERSY
    assert stand["Tout interdire"] is Zone.REJECTION
    assert stand["Ni oui ni non"] is Zone.LIMBO
    assert stand["Trop neuf"] is Zone.NOT_ENOUGH
    assert stand["Il faut des bus la nuit"] is Zone.NOT_ENOUGH  # the organiser's, that nobody judged
    assert discussion.judges == 82 or discussion.judges > 50


async def test_votes_through_links_are_counted_apart_and_marked(square: Any) -> None:
    square.publish()
    (id,) = square.propose("Raser la mairie")
    square.crowd(id, 3, 27)
    square.crowd(id, 90, 5, via=stances.SHARED, at=1000)
    (discussion,) = opinions(square).discussions
    one = next(one for one in discussion.statements if one.id == id)
    assert (one.served.total, one.shared.total, one.both.agree) == (30, 95, 93)
    assert one.zone is Zone.REJECTION
    assert one.pulled
    told = plain_text((await square.showing.message("ville", "en")).body)
    assert "To look at" in told
    assert "95 more votes came through shared links" in told
    page = await square.showing.consultation("ville", "en")
    words = "".join(cell for row in page.results[1].tables[-1].rows for cell in row)
    assert "125: 74% agree, 26% disagree" in words  # with links
    assert "10%" in words  # without


async def test_few_votes_tell_only_how_many(square: Any) -> None:
    square.publish()
    (id,) = square.propose("Trop neuf")
    square.crowd(id, 8, 1)
    square.crowd(id, 3, 0, via=stances.SHARED, at=500)
    (discussion,) = opinions(square).discussions
    (data,) = (one for one in discussion.to_json()["statements"] if one["votes"])
    assert (data["votes"], data["shared"], data["served"], data["with_shared"]) == (9, 3, None, None)
    assert "intervals" not in data
    told = plain_text((await square.showing.message("ville", "en")).body)
    assert "89%" not in told


async def test_the_message_tells_what_stands_out(square: Any) -> None:
    square.publish()
    statements(square)
    message = await square.showing.message("ville", "en")
    told = plain_text(message.body)
    assert "Consensus (2)" in told
    assert "2. Plus d'arbres — 91% agree, 5% disagree, 4% neutral (55 votes)" in told
    assert "Controversy (1)" in told
    assert "Rejection (1)" in told
    assert "2 statements have not enough votes to say." in told
    assert "the fewest people had seen" in told
    parts = [
        part
        for block in message.body
        for item in (getattr(block, "items", None) or (getattr(block, "parts", ()),))
        for part in item
    ]
    assert all(isinstance(part, Plain) for part in parts if "script" in part.text)


async def test_the_page_shows_hostile_texts_as_texts(square: Any) -> None:
    square.publish()
    statements(square)
    square.sign(1, name="<b>Léa</b>")
    page = await square.showing.consultation("ville", "fr")
    assert page is not None
    seen = Texts()
    seen.feed(consultation_page("fr", page, chat=False))
    words = "".join(seen.words)
    assert "<script>alert(1)</script> **gras** [lien](javascript:x)" in words
    assert "<b>Léa</b>" in words
    assert "script" not in seen.tags
    assert "b" not in seen.tags
    assert not any("javascript" in link for link in seen.links)
    assert all("#" not in table.heads for question in page.results or () for table in question.tables)


async def test_every_statement_is_in_the_table(square: Any) -> None:
    square.publish()
    statements(square)
    page = await square.showing.consultation("ville", "en")
    assert page is not None
    assert page.results is not None
    *by_zone, table = page.results[1].tables
    assert [one.caption for one in by_zone][:2] == ["Consensus (2)", "Controversy (1)"]
    assert sum(len(one.rows) for one in by_zone) == 7
    assert len(table.rows) == 7
    assert {len(row) for row in table.rows} == {len(table.heads)}
    assert [row[1] for row in table.rows].count("the organiser") == 1
    assert page.results[1].verdict.startswith("Consensus: 2")


async def test_petitions_tell_names_as_people_chose_and_the_way_to_the_goal(square: Any) -> None:
    square.publish()
    for n in range(120):
        shown = ("name", "initials", "hidden")[n % 3]
        square.sign(n, shown=shown, name={"name": f"Personne {n}", "initials": "P. N.", "hidden": ""}[shown])
    found = opinions(square).petitions[0]
    assert (found.signatures, found.hidden, found.next_goal, len(found.names)) == (120, 40, 500, 80)
    told = plain_text((await square.showing.message("ville", "en")).body)
    assert "120 people have signed." in told
    assert "380 more signatures are needed for the next goal, 500." in told
    assert "Personne 0" in told
    assert "108 others" in told


async def test_nothing_is_told_before_the_closing_where_nobody_may_see(square: Any) -> None:
    square.publish(results="at_close")
    statements(square)
    square.sign(1, name="Léa")
    message = await square.showing.message("ville", "fr")
    assert "arbres" not in plain_text(message.body)
    page = await square.showing.consultation("ville", "fr")
    assert page is not None
    assert page.results is None
    assert await square.showing.chart("ville", "fr") is None
    run = square.run()
    with square.database.transaction() as connection:
        flow = square.road.flows.of(connection, run)
        result = resulting.office.as_it_stands(connection, run, flow)
        with pytest.raises(NotYet):
            file_of(connection, run, flow, result, "zip", "fr")
        assert looking.contributed(connection, flow, run, "en") == "6 proposals · 282 reactions"


async def test_the_explanation_tells_the_rule_that_was_applied(square: Any) -> None:
    square.publish()
    statements(square)
    square.sign(1)
    told = plain_text((await square.showing.why("ville", "en")).body)
    assert "Consensus: at least 60% agree" in told
    assert "from 10 votes on" in told
    assert "at least 7 statements" in told
    assert "A moderator reads each one before others see it." in told
    assert "Each person can sign once" in told


async def test_json_of_the_command_line(square: Any) -> None:
    square.publish()
    statements(square)
    square.camps(square.propose(*(f"Phrase {n}" for n in range(12))), 80)
    run = square.run()
    with square.database.transaction() as connection:
        found = resulting.look(connection, square.road.flows, run, "fr")
    data = json.loads(json.dumps(resulting.facts(found)))
    (discussion,) = data["opinions"]["discussions"]
    assert discussion["questions"] == ["cartes"]
    assert discussion["policy"] == "least_seen"
    assert 0 <= discussion["exposure_gini"] <= 1
    assert len(discussion["groups"]["groups"]) == 2
    assert {"number", "text", "source", "zone", "votes", "served", "with_shared", "seen"} <= set(
        discussion["statements"][0]
    )
    assert not {"author", "token", "spots", "member"} & _keys(data)
    told = "\n\n".join(resulting.told(found, "en", with_why=True))
    assert "People fall into 2 groups of opinion" in told
    assert "What all groups share" in told


def _keys(data: Any) -> set[str]:
    if isinstance(data, dict):
        return set(data) | {key for value in data.values() for key in _keys(value)}
    return {key for value in data for key in _keys(value)} if isinstance(data, list) else set()


async def test_the_package_proves_itself_and_gives_nobody_away(square: Any, tmp_path: Path) -> None:
    square.publish()
    statements(square)
    for n in range(3):
        square.sign(n, name="Léa Martin")
    with square.database.transaction() as connection:
        row = {"consultation": "ville", "question": "cartes", "policy": "bandit", "seed": 7}
        connection.execute(servings.insert(), [{**row, "pool": "1/5/3/1/1 2/4/2/2", "chosen": "2 1"}])
    square.close()
    run = square.run()
    with square.database.transaction() as connection:
        flow = square.road.flows.of(connection, run)
        result = resulting.office.as_it_stands(connection, run, flow)
        data = file_of(connection, run, flow, result, "zip", "fr")
    file = tmp_path / "ville.zip"
    file.write_bytes(data)
    with zipfile.ZipFile(file) as archive:
        table = archive.read("proposals.csv").decode("utf-8-sig")
        log = archive.read("servings.csv").decode("utf-8-sig")
        everything = b"".join(archive.read(name) for name in archive.namelist())
        program = archive.read("verify.py")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {row["text"] for row in rows} >= {"Plus d'arbres", "Il faut des bus la nuit"}
    (new,) = (row for row in rows if row["text"] == "Trop neuf")
    assert (new["votes"], new["agree"], new["all_agree"]) == ("3", "", "")
    (hostile,) = (row for row in rows if "script" in row["text"])
    assert not hostile["text"].startswith(("=", "+", "-", "@"))
    assert [row["pool"] for row in csv.DictReader(io.StringIO(log))] == ["1 2"]  # no votes beside them
    assert b"a" * 32 not in everything  # the author
    assert "Léa Martin".encode() not in everything
    (tmp_path / "verify.py").write_bytes(program)
    done = subprocess.run([sys.executable, tmp_path / "verify.py", file], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


async def test_pictures_are_drawn_and_say_all_in_words(square: Any) -> None:
    square.publish()
    statements(square)
    square.camps(square.propose(*(f"Phrase {n}" for n in range(12))), 80)
    square.sign(1)
    run = square.run()
    with square.database.transaction() as connection:
        flow = square.road.flows.of(connection, run)
        result = resulting.office.as_it_stands(connection, run, flow)
    found = opinions(square)
    drawn = await chart.draw_apart(payload(flow, result, "fr", closed=False, opinions=found))
    assert drawn
    assert all(Image.open(io.BytesIO(one)).width == 1080 for one in drawn)
    words = chart.alt_text(flow, result, "en", closed=False, opinions=found)
    assert "People fall into 2 groups of opinion: A (41 people) and B (39 people)." in words
    assert "Agree 91%" in words
    assert "99 more signatures" in words
    assert "islands" in str(asdict(payload_sheet(flow, result, found)))


def payload_sheet(flow: Any, result: Any, found: Opinions) -> Any:
    from bot.results.panels import sheets

    return next(
        sheet
        for sheet in sheets(flow, result, "en", closed=False, opinions=found)
        if any(panel.islands for panel in sheet.panels)
    )


async def test_a_question_without_anything(square: Any) -> None:
    square.publish()
    told = plain_text((await square.showing.message("ville", "en")).body)
    assert "Nothing was put forward." in told
    assert "Nobody has signed." in told
    page = await square.showing.consultation("ville", "fr")
    assert page is not None
    assert await square.showing.download("ville", "json") is None
    assert consultations.INTERNAL
