"""What an organiser reads before publishing: the question, the rule, the hours with their zone, who can see what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.polls.line import read
from bot.polls.model import PollLine
from bot.polls.preview import preview
from bot.polls.writing import flow_text
from flows.load import load_text
from flows.messages import plain_text

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
ONE_GROUP = ("telegram:-1",)


def shown(text: str, places: tuple[str, ...] = ONE_GROUP, lang: str = "en") -> str:
    line = read(text, now=NOW, zone="Europe/Paris", lang=lang, place_public=True)
    assert isinstance(line, PollLine), [str(one) for one in line]
    loaded = load_text(flow_text(line, id="poll", lang=lang, zone=line.zone), "poll")
    assert loaded.flow is not None, [str(one) for one in loaded.mistakes]
    body = preview(loaded.flow, lang=lang, places=places, notes=line.notes, settings=line.settings)
    return plain_text(body)


def test_a_whole_preview() -> None:
    assert shown('Which day? | Tue | "3d" | Thu 3d hidden quorum=30 threshold=2/3 tie=draw') == (
        "Which day?\n\n"
        "1. Tue\n2. 3d\n3. Thu\n\n"
        "Everybody picks one choice. The choice with the most votes wins.\n"
        "Quorum: 30 people have to vote, else nothing is decided.\n"
        "Threshold: at least 2/3 of the votes are needed to win.\n"
        "A tie is cut by a draw that anybody can check.\n\n"
        "Closes Monday 23 November 2026, 15:30 (Paris time).\n\n"
        "Everybody in this chat, and whoever has the link, can vote, once, and change or take back the vote until the "
        "closing.\n"
        "The result is shown to nobody before the closing.\n"
        "Participants see totals only; the organisers also see which answers come from one person, without the name.\n"
        "The messenger, and whoever runs this service, can see messages pass.\n\n"
        "Read as settings: 3d · hidden · quorum=30 · threshold=2/3 · tie=draw. If one of them is a choice, put it in "
        "quotes."
    )


SAID = [
    ("Q? | a | b", "There is no closing hour: people can answer until you close the vote."),
    ("Q? | a | b", "The result can be seen while it runs."),
    ("Q? | a | b", "A tie is told as a tie."),
    ("Q? | a | b | tie=order", "A tie is won by the choice that stands first in the list."),
    ("Q? | a | b | results=after_vote", "Who has answered sees the result; everybody does after the closing."),
    ("Q? | a | b | confidential", "Only totals are shown, never who voted what; the link between person and ballot is "
     "destroyed after the closing."),
    ("Q? | a | b | confidential", "Votes are given in private, one tap away."),
    ("Q? | a | b | anonymous", "⚠ I cannot promise that nobody will ever know who voted what."),
    ("Q? | a | b | majority", "Threshold: more than half of the votes are needed to win."),
    ("Q? | a | b | seuil=66.7%", "Threshold: at least 66.7% of the votes are needed to win."),
    ("Q? | a | b | quorum=25% inscrits=120", "Quorum: 25% of 120 people have to vote, else nothing is decided."),
    ("Q? | a | b | quorum=1", "Quorum: 1 person has to vote, else nothing is decided."),
    ("Q? | a | b | max=2", "Everybody picks up to 2 choices. The choice that most people picked wins (approval vote)."),
    ("Q? | a | b | max=1", "Everybody picks 1 choice at most."),
    ("Q? | a | b | min=1 max=2", "Everybody picks up to 2 choices."),
    ("Q? | a | b | c | min=2 max=3", "Everybody picks 2 to 3 choices."),
    ("Q? | a | b | min=2", "Everybody picks at least 2 choices."),
    ("Q? | a | b | approval", "Everybody picks as many choices as they like."),
    ("Q? | a | b | method=score most=7", "Everybody gives each choice 0 to 7 points."),
    ("Q? | a | b | dots points=8 each=3", "Everybody has 8 points to spread over the choices. Most points win. At most "
     "3 on one choice."),
    ("Q? | a | b | method=quadratic points=16", "Everybody has 16 credits"),
    ("Q? | a | b | ranked", "(Schulze method)."),
    ("Q? | a | b | irv", "(instant runoff)."),
    ("Q? | a | b | borda max=1", "most points win. At most 1 can be put in order."),
    ("Q? | a | b | c | stv seats=2 min=2", "2 are elected (single transferable vote). At least 2 choices have to be "
     "put in order."),
    ("Q? | a | b | majority judgment", "The best middle grade wins (majority judgment)."),
    ("Adopt it? | consent", "It is adopted when nobody blocks."),
    ("When? | 3/12 | 4/12 18:00 | dates", "2. Friday 4 December 2026, 18:00 (Paris time)"),
    ("Shall we meet?", "1. Yes\n2. No\n3. I'd rather not say (counted apart)"),
    ("Q? | a | b | blank", "3. Blank vote (counted apart)"),
    ("Q? | a | b | none of these", "3. None of these (counted apart)"),
    ("Q? | a | b | shuffle add", "Each person sees the choices in an order of their own.\nParticipants can add "
     "choices."),
    ("Q? | a | b | zone=auckland until friday 6pm", "Closes Friday 27 November 2026, 18:00 (Auckland time)."),
    ("Q? | a | b | weekly 2d 8 times", "Closes Sunday 22 November 2026, 15:30 (Paris time).\n"
     "It comes back every week until Friday 8 January 2027, 15:30 (Paris time). That makes 8 polls in all."),
    ("Q? | a | b | daily until 2026-11-24", "It comes back every day until Tuesday 24 November 2026, 23:59 (Paris "
     "time). That makes 5 polls in all."),
    ("Q? | a | b | monthly 2 times", "It comes back every month until Sunday 20 December 2026, 15:30 (Paris time). "
     "That makes 2 polls in all."),
    ("Q {x}? | {a} | b", "1. {a}\n2. b"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_what_is_said(text: str, expected: str) -> None:
    assert expected in shown(text)


def test_the_messenger_is_never_forgotten_and_nothing_is_promised() -> None:
    for text in ("Q? | a | b", "Q? | a | b | confidential", "Q? | a | b | hidden"):
        said = shown(text)
        assert "The messenger, and whoever runs this service, can see messages pass." in said
        assert "anonymous" not in said.lower()


def test_the_audience_is_said() -> None:
    assert "Whoever has the link can vote, once" in shown("Q? | a | b", places=())
    assert "Everybody in the 2 chats, and whoever has the link" in shown("Q? | a | b", places=("a:1", "b:2"))


def test_a_consent_poll_tells_that_reasons_are_asked() -> None:
    said = shown("Adopt it? | consent")
    assert "Depending on the answer: What is your reason? A few words are enough." in said
    assert "A tie" not in said


BUDGET = """
palabre: 1
id: budget
lang: en
title: What to build
steps:
  - budget: projects
    text: Which projects?
    projects:
      bench: {{label: Bench, cost: 10}}
      tree: {{label: Tree, cost: 20}}
    limit: 25
    method: {method}
    tie: {tie}
  - end: thanks
    text: Thank you.
"""
TOLD = [
    ("equal_shares", "draw", "Each voter has the same share of the money, which pays for the projects that they chose "
     "(equal shares).\nA tie goes to the cheaper project, then to the one with more votes. If they are still level, "
     "a draw that anybody can check decides."),
    ("greedy", "order", "The projects with the most votes are taken first, as long as they fit in the budget.\nA tie "
     "goes to the cheaper project, then to the one with more votes. If they are still level, the one that stands first "
     "in the list goes first."),
    ("greedy", "open", "If they are still level, it is told as a tie."),
]  # fmt: skip


@pytest.mark.parametrize(("method", "tie", "expected"), TOLD)
def test_a_budget_tells_how_projects_win_and_how_ties_are_cut(method: str, tie: str, expected: str) -> None:
    loaded = load_text(BUDGET.format(method=method, tie=tie), "budget")
    assert loaded.flow is not None, [str(one) for one in loaded.mistakes]
    assert expected in plain_text(preview(loaded.flow, lang="en"))


def test_a_question_with_braces_is_shown_once() -> None:
    assert shown("Q {x}? | {a} | b").count("Q {x}?") == 1


def test_a_preview_is_readable_in_french() -> None:
    said = shown("Quel jour ? | mardi | jeudi | 3d quorum=25% inscrits=120", lang="fr")
    assert "lundi 23 novembre 2026, 15:30 (heure de Paris)" in said
    assert "25\u00a0%" in said or "25 %" in said
