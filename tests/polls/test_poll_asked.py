"""What /new asks, and the poll that the answers make; the templates that it offers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import preparing
from bot.polls.asked import poll_asked, to_change
from bot.polls.line import read
from bot.polls.model import Mistake, PollLine
from bot.polls.preview import preview
from bot.polls.templates import purpose, templates
from bot.polls.writing import flow_text
from flows.flow import Ask, Method, OneOf, ResultsMode, Secrecy
from flows.load import load_text
from flows.messages import plain_text
from flows.session import Answer, Given

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
POLL = {"question": "Quel jour ?", "how": "one", "choices": "mardi\njeudi", "shown": "live", "where": "group"}


def answers(said: dict[str, str]) -> dict[str, Answer]:
    return {name: Answer(Given.ANSWER, value) if value else Answer(Given.SKIPPED) for name, value in said.items()}


def asked(said: dict[str, str], lang: str = "fr") -> PollLine | list[Mistake]:
    return poll_asked(answers(said), now=NOW, zone="Europe/Paris", lang=lang)


def made(said: dict[str, str], lang: str = "fr") -> PollLine:
    found = asked(said, lang)
    assert isinstance(found, PollLine), [str(one) for one in found]
    return found


def ways() -> list[str]:
    how = preparing.script("poll").flow.step("how")
    assert isinstance(how, Ask)
    assert isinstance(how.kind, OneOf)
    return [choice.code for choice in how.kind.choices]


@pytest.mark.parametrize("how", ways())
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_way_of_answering_makes_a_flow_that_loads(how: str, lang: str) -> None:
    said = {"question": "Quand se voit-on ?", "how": how, "until": "3d", "shown": "end"}
    if how in ("one", "several", "ranking", "grades"):
        said["choices"] = "mardi | jeudi\n- samedi"
    if how == "dates":
        said["dates"] = "mardi 18h | 3 décembre 18h"
    line = made(said, lang)
    assert load_text(flow_text(line, id="poll", lang=lang, zone=line.zone), "poll").flow is not None
    assert line.secrecy is Secrecy.CONFIDENTIAL
    assert line.results is ResultsMode.AT_CLOSE


def test_it_is_the_poll_that_a_line_makes() -> None:
    typed = read(
        "Quel jour ? | mardi | jeudi | jusqu'à vendredi 18h results=live secrecy=open",
        now=NOW, zone="Europe/Paris", lang="fr", place_public=False,
    )  # fmt: skip
    assert isinstance(typed, PollLine)
    found = made(POLL | {"until": "vendredi 18h"})
    fields = set(PollLine.__slots__) - {"settings"}
    assert {name: getattr(found, name) for name in fields} == {name: getattr(typed, name) for name in fields}


def test_question_and_choices_are_never_read_as_settings() -> None:
    line = made(POLL | {"question": "Hidden hebdo ? 3d", "choices": "hidden\n3d\nquorum=30\n- weekly"})
    assert line.question == "Hidden hebdo ? 3d"
    assert line.choices == ("hidden", "3d", "quorum=30", "weekly")
    assert (line.closes, line.every, line.quorum, line.method) == (None, None, None, Method.PLURALITY)


@pytest.mark.parametrize("until", ["3d", "3j", "dans 3 jours", "jusqu'au 5 mars 9h", "5 mars 9h", "until 5 March 9am"])
def test_a_closing_hour_is_typed_as_people_do(until: str) -> None:
    closes = made(POLL | {"until": until}).closes
    assert closes is not None
    assert closes.isoformat() == "2026-03-05T09:00:00"


def test_a_skipped_hour_is_none_and_a_series_has_its_end() -> None:
    assert made(POLL | {"until": ""}).closes is None
    assert made(POLL | {"until": "hebdo jusqu'au 30 mars"}).every is not None


@pytest.mark.parametrize(
    ("said", "question"),
    [
        (POLL | {"question": "???"}, "question"),
        (POLL | {"question": "a" * 501}, "question"),
        (POLL | {"choices": "mardi"}, "choices"),
        (POLL | {"choices": "mardi\nMardi"}, "choices"),
        (POLL | {"until": "vendrdi 18h"}, "until"),
        (POLL | {"until": "hier"}, "until"),
        (POLL | {"until": "un de ces jours"}, "until"),
        (POLL | {"until": "hebdo"}, "until"),
        ({"question": "Quand ?", "how": "dates", "dates": "mardi 18h\nun jour", "shown": "end"}, "dates"),
        ({"question": "D'accord ?", "how": "yes_no", "until": "hier", "shown": "end", "where": "group"}, "until"),
    ],
)
def test_a_mistake_leads_to_the_question_that_has_to_change(said: dict[str, str], question: str) -> None:
    found = asked(said)
    assert isinstance(found, list)
    assert to_change(answers(said), found) == question
    assert not any("fin=" in one.sentence for one in found)


def test_the_scripts_are_no_templates_and_every_template_tells_what_it_is_for() -> None:
    found = templates()
    assert {"local-vote", "great-debate", "service-feedback"} <= set(found)
    for name in ("poll", "template"):
        script = preparing.script(name)
        assert script.flow.id not in found
        assert set(script.flow.langs) == {"fr", "en"}
    for one in found.values():
        assert purpose(one.flow, "fr")
        assert len(f"c.new.{one.flow.id}".encode()) <= 64


def test_the_preview_tells_what_yes_or_no_is_answered_with() -> None:
    source = "palabre: 1\nid: x\nlang: en\ntitle: T\nsteps:\n  - ask: a\n    text: Agreed?\n    yes_no: true\n" \
             "    abstain: true\n  - end: e\n    text: Bye"  # fmt: skip
    flow = load_text(source, "x").flow
    assert flow is not None
    assert "1. Yes\n2. No\n3. I'd rather not say (counted apart)" in plain_text(preview(flow, lang="en"))
