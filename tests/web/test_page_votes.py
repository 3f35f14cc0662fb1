"""The public page of a vote: tables that can be heard, the reason why, no script, nothing people write as markup."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from random import Random

import pytest
from randomvotes import a_flow, a_vote, some_ballots, text

from bot.pages import ConsultationPage, QuestionResult, Table
from bot.pages.html import consultation_page
from bot.results.tables import tables_of
from bot.results.votes import verdict, vote_of
from bot.results.why import beyond, explain
from flows.flow import Flow, Method
from flows.tally.counts import Ballot, count

VOID = {"meta", "link", "img", "rect", "br"}


class Reader(HTMLParser):
    """What a screen reader meets; refuses a page whose elements do not close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def voted(method: Method, seed: int = 1) -> tuple[Flow, list[Ballot]]:
    random = Random(f"{method}{seed}")
    ask = a_vote(random, method)
    return a_flow(ask), some_ballots(random, ask, 20)


def page_of(flow: Flow, ballots: list[Ballot], lang: str = "fr") -> ConsultationPage:
    result = count(flow, ballots, consultation="17")
    vote = vote_of(flow, flow.asks[0], result.questions[0], lang)
    assert vote is not None
    more = beyond(vote, Counter(ballot.answer for ballot in ballots).items())
    question = QuestionResult(
        text=flow.asks[0].text.read(lang, "fr"),
        rows=(),
        verdict=" ".join(verdict(vote)),
        tables=tables_of(vote),
        why=tuple(explain(vote, more, whole=True)[1:]),
    )
    return ConsultationPage(
        id="17",
        title="Un vote",
        summary="",
        state="closed",
        opens="",
        closes="",
        turnout=20,
        results=(question,),
        chart=True,
        pictures=("Tout ce que\nmontre l'image.",),
        downloads=True,
        calendar=method_of(flow) is Method.AVAILABILITY,
        fingerprint="ab" * 32,
    )


def method_of(flow: Flow) -> Method:
    rule = flow.asks[0].rule
    assert rule is not None
    return rule.method


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("method", list(Method))
def test_every_number_stands_in_a_table_with_heads(method: Method, lang: str) -> None:
    page = page_of(*voted(method), lang)
    html = consultation_page(lang, page, chat=False)
    reader = Reader(html)
    assert reader.seen["caption"] == reader.seen["table"] >= 1
    assert page.results is not None
    tables = page.results[0].tables
    for table in tables:
        assert table.caption
        assert all(len(row) == len(table.heads) for row in table.rows)
    heads = [about.get("scope") for tag, about in reader.attributes if tag == "th"]
    assert heads.count("col") == sum(len(table.heads) for table in tables)
    assert heads.count("row") == sum(len(table.rows) for table in tables)
    regions = [about for tag, about in reader.attributes if tag == "div" and about.get("role") == "region"]
    assert all(about["tabindex"] == "0" and about["aria-label"] for about in regions)


@pytest.mark.parametrize("method", list(Method))
def test_the_page_needs_no_script_and_no_style_of_its_own(method: Method) -> None:
    html = consultation_page("fr", page_of(*voted(method)), chat=False)
    reader = Reader(html)
    assert not reader.seen["script"] + reader.seen["style"] + reader.seen["iframe"]
    for _tag, about in reader.attributes:
        assert not any(name == "style" or name.startswith("on") for name in about)
    folded = 3 if method is Method.MATRIX else 2
    assert reader.seen["details"] == reader.seen["summary"] == folded, "why, the picture in words, how sure it is"
    pictures = [about for tag, about in reader.attributes if tag == "img" and "chart" in str(about["src"])]
    assert all(about["alt"] for about in pictures)
    assert "Tout ce que<br>montre l&#x27;image." in html
    assert "ab" * 32 in html
    assert ("/c/17.ics" in html) is (method is Method.AVAILABILITY)


def test_what_people_write_is_never_markup() -> None:
    nasty = '<b onload="x">&</b>'
    table = Table(caption=nasty, heads=(nasty, nasty), rows=((nasty, nasty),))
    question = QuestionResult(text=nasty, rows=(), verdict=nasty, tables=(table,), note=nasty)
    flow, _ballots = voted(Method.PLURALITY)
    page = ConsultationPage(
        id="17", title=nasty, summary=nasty, state="closed", opens="", closes="", results=(question,), chart=True,
        pictures=(nasty,), downloads=True, fingerprint=nasty,
    )  # fmt: skip
    html = consultation_page("fr", page, chat=False)
    assert nasty not in html
    assert Reader(html).seen["b"] == 0
    assert flow.title == text("Un vote")
