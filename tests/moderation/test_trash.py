"""The public trash and the monthly figures: what everybody may see, and what nobody may."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.moderation import figures
from bot.moderation.figures import Month
from bot.pages.model import TrashPage
from bot.pages.trash import trash_page
from bot.showing import Showing
from bot.thread import StorageThread
from storage.figures import Rows
from storage.instants import ms

if TYPE_CHECKING:
    from conftest import Bench


def page(bench: Bench, lang: str = "en") -> TrashPage:
    found = asyncio.run(Showing(bench.road, StorageThread(bench.database)).trash("ideas", lang))
    assert found is not None
    return found


def refused(bench: Bench, text: str, rule: str) -> int:
    case = bench.submits("lea", text)
    bench.presses("ana", case.id, f"no.{rule}")
    return case.id


def test_what_was_refused_stands_there_with_its_rule_and_nobody_is_named(bench: Bench) -> None:
    refused(bench, "Buy <b>watches</b>, call 06 12 34 56 78", "advertising")
    refused(bench, "The mayor is a thief", "insulting")
    insult, advert = page(bench).entries
    assert (advert.verdict, advert.day, advert.rule) == ("Refused", "2 March 2026", "No advertising.")
    assert advert.text == "Buy <b>watches</b>, call [phone number]"
    assert (insult.text, insult.reason) == ("", "Insulting")
    html = trash_page("en", page(bench))
    assert "&lt;b&gt;watches" in html
    assert "<b>watches" not in html
    for hidden in ("06 12", "thief", bench.code("lea"), bench.code("ana"), "09:00", "10:00"):
        assert hidden not in html


def test_what_was_approved_or_taken_back_is_not_in_it(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    bench.presses("ana", case.id, "ok")
    id = refused(bench, "Plant roses", "off_topic")
    assert len(page(bench).entries) == 1
    bench.says("lea", f"/appeal {id} It is about the square.")
    assert page(bench).entries[0].contested == "Its author contests this; somebody else is looking at it."
    appeal = bench.rows("SELECT id FROM cases WHERE kind = 'appeal'")[0][0]
    bench.presses("tom", appeal, "reverse")
    assert page(bench).entries == ()


def test_the_result_page_leads_to_it_when_there_is_something(bench: Bench) -> None:
    showing = Showing(bench.road, StorageThread(bench.database))

    def leads() -> bool:
        found = asyncio.run(showing.consultation("ideas", "en"))
        assert found is not None
        return found.trash

    assert not leads()
    refused(bench, "Buy my watches", "advertising")
    assert leads()
    assert asyncio.run(showing.trash("nowhere", "en")) is None


# --- Figures ---------------------------------------------------------------------------------------------------------

HOUR = 3_600_000
MARCH = ms(datetime(2026, 3, 10, 12, tzinfo=UTC))
APRIL = ms(datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
"""Already April in Paris."""


def many(n: int) -> Rows:
    decided = [(MARCH + hours * HOUR, "approve", None, hours * HOUR) for hours in range(1, n)]
    return Rows(
        opened=[(MARCH, "proposal")] * n + [(APRIL, "appeal")],
        decided=[
            *decided,
            (MARCH, "refuse", "spam", 9 * HOUR),
            (MARCH, "author:warn", "spam", None),
            (APRIL, "reverse", None, HOUR),
        ],
        reported=[MARCH, MARCH],
        sanctioned=[(MARCH, "warn")],
    )


def test_a_month_is_counted_in_the_zone_of_the_consultation() -> None:
    april, march = figures.months(many(6), "Europe/Paris")
    assert march == Month(
        month="2026-03",
        opened=6,
        decided=6,
        approved=5,
        refused={"spam": 1},
        median_hours=3.5,
        reports=2,
        sanctions={"warn": 1},
    )
    assert (april.month, april.appealed, april.overturned, april.decided) == ("2026-04", 1, 1, 0)
    assert figures.months(Rows(opened=[], decided=[], reported=[], sanctioned=[]), "UTC") == []


def test_a_month_with_few_cases_tells_its_totals_only() -> None:
    few = figures.lines(figures.months(many(4), "Europe/Paris")[1], "en")
    assert few == ["4 cases opened", "4 decided", "Too few for more than the totals: a number could be somebody."]
    whole = figures.lines(figures.months(many(6), "Europe/Paris")[1], "en")
    assert "1 refused or removed (Spam: 1)" in whole
    assert "1 sanction (warnings: 1)" in whole


def test_the_command_tells_the_same_to_everybody(bench: Bench) -> None:
    assert "nothing to decide" in bench.says("zoe", "/figures")[0]
    refused(bench, "Buy my watches", "advertising")
    told = bench.says("zoe", "/figures")[0]
    assert "1 case opened" in told
    assert "/c/ideas/trash" in told
