"""No text of a participant ever becomes markup, a command or a formula: each one goes the real road, and is looked at
in every place where it is shown."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import zipfile
from typing import Any

import everywhere
import pytest
from hypothesis import HealthCheck, given, settings
from nasty import MARK, STRATEGY, TEXTS, marked

from bot import office
from bot.opinions import looking
from bot.pages.html import consultation_page
from bot.pages.trash import trash_page
from bot.results import chart, drawing, easel
from bot.showing import file_of
from flows.events import Said

CHUNK, ID = 8, "place"
FORMULA = re.compile(r"[\s\"\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")


def put_forward(hall: Any, at: int, text: str) -> None:
    """A text everywhere where somebody can put one: typed into every question, quoted, overheard, reported; decided,
    reworded, noted, merged and answered by people who write the same."""
    name, other = f"p{at}", f"q{at}"
    hall.says(name, "/start place")
    hall.says(name, text)
    for label in ("Mine is different", "Send", "That is enough"):
        hall.presses(name, label)
    hall.says(name, text)  # whatever is asked now
    hall.says(other, "/start place")
    for said in ("skip", "skip", "1", text, text, "yes", "I sign", text):
        hall.says(other, said)
    hall.happens(name, Said(at=hall.now, text="/propose", quoted=(f"m{at}", other, text)), place=hall.square)
    hall.presses(other, "Yes")
    hall.presses(other, "Send")
    hall.happens(name, Said(at=hall.now, text="/report", quoted=(f"r{at}", other, text)), place=hall.square)
    hall.overhears(other, text, f"o{at}")

    first, case = hall.submits(name, text)
    _nuance, small = hall.submits(other, text, parent=first.id)
    hall.says("ana", f"/case {case.id} note {text}", place=hall.desk)
    hall.decides("ana", case, "word.unclear")
    hall.says("ana", text, place=hall.desk)
    hall.says(name, f"/reword place-p{first.number} {text}")
    hall.presses(name, "Use this wording")
    hall.decides("tom", case, "ok")
    hall.decides("tom", small, ("no.spam", f"join.{first.number}")[at % 2])
    hall.says(other, f"/appeal {small.id} {text}")
    hall.signs(name, text)
    for voter in range(12):
        hall.votes(1000 + voter, first.id, ("agree", "disagree", "neutral")[(voter + at) % 3])
    hall.says("maire", f"/answer place {first.number} studied {text}")
    hall.presses("maire", "Publish the answer")
    hall.says(name, "/mine")
    hall.says(other, "/mydata")
    hall.says(other, "/myvote")


@pytest.mark.parametrize("start", range(0, len(TEXTS), CHUNK))
def test_on_every_messenger(hall: Any, caplog: pytest.LogCaptureFixture, start: int) -> None:
    with caplog.at_level(logging.DEBUG):
        for at, text in enumerate(TEXTS[start : start + CHUNK], start):
            put_forward(hall, at, marked(text))
        hall.look()
    unharmed(hall)
    assert [record for record in caplog.records if MARK in record.getMessage()] == []
    for table, column in (("audit", "detail"), ("audit", "subject"), ("lanes", "lane"), ("timers", "subject")):
        assert hall.one(f"SELECT count(*) FROM {table} WHERE {column} LIKE '%{MARK}%'") == 0, (table, column)


def unharmed(hall: Any) -> None:
    """Nothing failed, and nothing that was written was obeyed."""
    assert hall.one("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0
    assert hall.one("SELECT state FROM consultations WHERE id = 'place'") == "open"
    assert hall.rows("SELECT id FROM consultations WHERE id NOT LIKE '%:%'") == [("place",)]


# --- Pages, files, pictures ------------------------------------------------------------------------------------------


async def everything(hall: Any, texts: list[str]) -> tuple[list[everywhere.Page], dict[str, bytes]]:
    """The pages and files of a consultation in which such texts stand."""
    for at, text in enumerate(texts):
        proposal, case = hall.submits(f"p{at}", text)
        hall.decides("ana", case, ("ok", "ok", "no.spam")[at % 3])
        hall.signs(f"p{at}", text)
        hall.says("maire", f"/answer place {proposal.number} studied {text}")
        hall.presses("maire", "Publish the answer")
        for voter in range(12):
            hall.votes(1000 + voter, proposal.id, ("agree", "disagree", "neutral")[(voter + at) % 3])
        hall.says(f"w{at}", "/start place")
        for said in ("skip", "skip", "skip", text, text):
            hall.says(f"w{at}", said)
    hall.close()
    page, trash = await hall.showing.consultation(ID, "en"), await hall.showing.trash(ID, "en")
    pages = [everywhere.read(consultation_page("en", page, chat=True)), everywhere.read(trash_page("en", trash))]
    files = {name: await hall.showing.download(ID, name) for name in ("csv", "json")}

    def more(connection: Any) -> None:
        run = hall.run(connection)
        flow = hall.road.flows.of(connection, run)
        result = office.as_it_stands(connection, run, flow)
        for name in ("csv", "json", "zip"):
            made = file_of(connection, run, flow, result, name, "en", texts=True, personal=name != "zip")
            files[f"whole.{name}"] = made
        payload = chart.payload(flow, result.public(), "en", opinions=looking.look_whole(connection, flow, run))
        files["picture.png"] = drawing.draw_sheets(payload)[0]

    hall.read(more)
    return pages, files


async def test_on_pages_and_in_files(make_hall: Any) -> None:
    texts = [marked(text) for text in TEXTS]
    built = []
    for name, said in (("nasty", texts), ("tame", [f"harmless words {at} {MARK}" for at in range(len(texts))])):
        hall = make_hall(name)
        built.append(await everything(hall, said))
    (pages, files), (tame, _) = built
    for one, other in zip(pages, tame, strict=True):
        assert one.elements == other.elements, "the same elements, whatever is written in them"
        assert MARK in one.text
    with zipfile.ZipFile(io.BytesIO(files["whole.zip"])) as archive:
        files |= {name: archive.read(name) for name in archive.namelist()}
    tables = {name: data for name, data in files.items() if name.endswith(".csv")}
    assert {"csv", "whole.csv", "proposals.csv"} <= {*tables, "csv"}
    for name, data in (*tables.items(), ("csv", files["csv"])):
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
        assert len({len(row) for row in rows}) == 1, name
        for cell in (cell for row in rows for cell in row):
            assert not FORMULA.match(cell), (name, cell)
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", cell), (name, cell)
    assert MARK in tables["proposals.csv"].decode()
    for name, data in files.items():
        if name.endswith("json"):
            json.loads(data)
    assert files["picture.png"].startswith(b"\x89PNG")


@pytest.mark.parametrize("text", ["$x^2$", "$\\frac{1}{2}$", "$\\frac$ $", "\\$5 & $6_a", "$\\mathrm{a}$"])
def test_a_picture_interprets_nothing(text: str) -> None:
    """A formula that was read would be narrower than its letters, and a wrong one would break the picture."""
    assert easel.wrap(text, easel.LABEL, 1000) == [text]
    letters = sum(easel.measured(letter, easel.LABEL) for letter in text)
    assert abs(easel.measured(text, easel.LABEL) - letters) < 0.1 * letters
    canvas = easel.Easel()
    canvas.write(text, easel.LABEL)
    assert canvas.paint().startswith(b"\x89PNG")


# --- Whatever --------------------------------------------------------------------------------------------------------


_N = iter(range(10_000, 99_999))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=STRATEGY)
def test_whatever_they_write(hall: Any, text: str) -> None:
    """The shorter way: typed, put forward, noted, approved or refused, signed, and shown to whoever is told."""
    at, said = next(_N), marked(text)
    hall.says(f"p{at}", "/start place")
    hall.says(f"p{at}", said)
    _proposal, case = hall.submits(f"p{at}", said)
    hall.says("ana", f"/case {case.id} note {said}", place=hall.desk)
    hall.decides("ana", case, ("ok", "no.spam")[at % 2])
    hall.signs(f"p{at}", said)
    hall.look()
    unharmed(hall)
