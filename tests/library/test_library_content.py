"""What the shipped flows promise to organisers, read from the files as they stand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

LIBRARY = Path(__file__).parents[2] / "flows" / "library"
FLOWS = sorted(LIBRARY.glob("*.yaml"))
BLOCKS = sorted((LIBRARY / "blocks").glob("*.yaml"))
THEMES = sorted((LIBRARY / "blocks").glob("debate-*.yaml"))
CLOSED = ("one_of", "any_of", "scale", "rating", "yes_no")
VOTES = ("vote", "rank", "grade", "budget")
CONTRIBUTIONS = ("propose", "react", "sign")
UNASKED = {"meeting-date": "no opinion is asked", "candidate-compare": "nothing is kept without a yes at the end"}
"""Flows that do not ask for agreement before the first question, and why."""


def read(path: Path) -> dict[str, Any]:
    data = YAML(typ="safe").load(path.read_text("utf-8"))
    assert isinstance(data, dict)
    return data


def texts(node: Any) -> Iterator[dict[str, str]]:
    """Every text of a file: the mappings from a language to words."""
    match node:
        case {"fr": _, **_rest} | {"en": _, **_rest}:
            yield node
        case dict():
            for value in node.values():
                yield from texts(value)
        case list():
            for value in node:
                yield from texts(value)


def asks(path: Path) -> list[dict[str, Any]]:
    return [step for step in read(path)["steps"] if "ask" in step]


def questions(path: Path) -> list[dict[str, Any]]:
    """Asks and votes."""
    return [step for step in read(path)["steps"] if {"ask", *VOTES} & set(step)]


def labels(node: Any) -> Iterator[dict[str, str]]:
    """The texts of what can be chosen, wherever it stands."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("one_of", "any_of", "options", "grades", "projects") and isinstance(value, dict):
                yield from texts(value)
            elif isinstance(value, dict):
                yield from labels(value)


def name(path: Path) -> str:
    return path.stem


def test_the_library_holds_what_it_should() -> None:
    assert {path.stem for path in FLOWS} == {
        "local-vote",
        "great-debate",
        "service-feedback",
        "loomio-decision",
        "candidate-choice",
        "measures-rating",
        "participatory-budget",
        "topic-vote",
        "meeting-date",
        "candidate-compare",
        "make-consultation",
        "petition",
        "informed-debate",
        "constituency-agenda",
        "ask-officials",
        "street-report",
        "bill-coauthoring",
    }
    assert {path.stem for path in BLOCKS} >= {"promise", "consent", "demographics"}
    assert len(THEMES) == 4


@pytest.mark.parametrize("path", [*FLOWS, *BLOCKS], ids=name)
def test_every_text_is_french_and_english_and_keeps_its_blanks(path: Path) -> None:
    found = list(texts(read(path)["steps"]))
    assert found
    for text in found:
        assert set(text) == {"fr", "en"}, text
        blanks = [{piece.split("}")[0] for piece in words.split("{")[1:]} for words in text.values()]
        assert blanks[0] == blanks[1], text


@pytest.mark.parametrize("path", [*FLOWS, *BLOCKS], ids=name)
def test_the_file_opens_with_a_word_to_the_organiser(path: Path) -> None:
    head = path.read_text("utf-8").split("palabre: 1")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert len(head) > 200
    if path in FLOWS:
        assert "What it is for" in head
        assert "What to change first" in head


@pytest.mark.parametrize("path", FLOWS, ids=name)
def test_a_shipped_flow_can_be_published_on_any_day(path: Path) -> None:
    assert "window" not in read(path)


@pytest.mark.parametrize("path", [path for path in FLOWS if path.stem not in UNASKED], ids=name)
def test_it_begins_with_the_promise_and_the_agreement(path: Path) -> None:
    steps = read(path)["steps"]
    first = next(i for i, step in enumerate(steps) if {"ask", *VOTES, *CONTRIBUTIONS} & set(step))
    before_first_question = [step.get("include") for step in steps[:first]]
    assert [block for block in before_first_question if block] == ["promise", "consent"]


@pytest.mark.parametrize("path", [*FLOWS, *BLOCKS], ids=name)
def test_nobody_is_forced_to_have_an_opinion(path: Path) -> None:
    for step in questions(path):
        exits = {"optional", "dont_know", "abstain", "consent", "blank", "none"} & set(step)
        assert exits or step.get("method") == "consent", f"{step} leaves no way out"


@pytest.mark.parametrize("path", [*FLOWS, *BLOCKS], ids=name)
def test_labels_fit_a_button(path: Path) -> None:
    found = [label for step in questions(path) for text in labels(step) for label in text.values()]
    assert not [label for label in found if len(label) > 40]


@pytest.mark.parametrize("path", [path for path in FLOWS if path.stem != "service-feedback"], ids=name)
def test_whoever_has_not_finished_is_told_a_day_before_the_end(path: Path) -> None:
    told = [(reminder.get("before"), reminder.get("to", "unfinished")) for reminder in read(path).get("reminders", [])]
    assert ("1d", "unfinished") in told or ("2d", "unfinished") in told


@pytest.mark.parametrize("path", THEMES, ids=name)
def test_a_theme_of_the_debate_has_nine_closed_and_three_open_questions(path: Path) -> None:
    kinds = [next(kind for kind in (*CLOSED, "long_text") if kind in ask) for ask in asks(path)]
    assert [kind in CLOSED for kind in kinds] == [True] * 9 + [False] * 3
    for ask in asks(path)[:9]:
        assert ask["dont_know"] is True
        assert 2 <= len(ask.get("one_of") or ask["any_of"]) <= 5
    for ask in asks(path)[9:]:
        assert ask["optional"] is True


def test_who_you_are_is_asked_last_and_kept_out_of_results() -> None:
    for ask in asks(LIBRARY / "blocks" / "demographics.yaml"):
        assert ask["personal"] is True
        assert ask["abstain"] is True
        assert ask["optional"] is True
    steps = read(LIBRARY / "great-debate.yaml")["steps"]
    assert steps[-2]["include"] == "demographics"
    assert "end" in steps[-1]


def test_the_local_vote_offers_no_opinion_and_stays_silent_until_the_closing_hour() -> None:
    flow = read(LIBRARY / "local-vote.yaml")
    questions = asks(LIBRARY / "local-vote.yaml")
    assert flow["results"] == "at_close"
    assert len(questions) == 3
    assert all(ask["dont_know"] is True and "one_of" in ask for ask in questions)
    assert [(r.get("after"), r.get("before"), r["to"]) for r in flow["reminders"]] == [
        ("3d", None, "unfinished"),
        (None, "1d", "unfinished"),
        (None, "1d", "subscribed"),
    ]


def vote(name: str) -> dict[str, Any]:
    """The only vote of a flow."""
    (found,) = [step for step in questions(LIBRARY / f"{name}.yaml") if set(VOTES) & set(step)]
    return found


def test_the_decision_asks_for_reasons_and_says_that_the_text_may_change() -> None:
    decision = vote("loomio-decision")
    assert (decision["method"], decision["reason"], decision["quorum"]) == ("consent", "required", 3)
    steps = [step.get("ask") or step.get("vote") for step in questions(LIBRARY / "loomio-decision.yaml")]
    assert steps == ["question", "impression", "worry", "decision"]
    said = next(step for step in read(LIBRARY / "loomio-decision.yaml")["steps"] if step.get("say") == "how_to_decide")
    assert "amended" in said["text"]["en"]


def test_candidates_are_graded_in_an_order_of_each_voters_own_and_in_secret() -> None:
    flow, ballot = read(LIBRARY / "candidate-choice.yaml"), vote("candidate-choice")
    assert (flow["results"], flow["secrecy"]) == ("at_close", "confidential")
    assert (len(ballot["options"]), ballot["grades"], ballot["shuffle"], ballot["blank"]) == (6, 6, True, True)


def test_twenty_measures_by_three_criteria_come_seven_at_a_time() -> None:
    matrix = vote("measures-rating")
    assert (len(matrix["options"]), matrix["batch"], matrix["shuffle"]) == (20, 7, True)
    assert list(matrix["criteria"]) == ["urgency", "importance", "maturity"]
    assert all(len(one["grades"]) == 5 for one in matrix["criteria"].values())
    assert [step["ask"] for step in asks(LIBRARY / "measures-rating.yaml")] == ["missing"]


def test_the_projects_are_told_with_the_costs_that_the_basket_counts() -> None:
    flow, basket = read(LIBRARY / "participatory-budget.yaml"), vote("participatory-budget")
    assert (basket["limit"], len(basket["projects"]), basket["blank"]) == (60000, 12, True)
    told = [step["text"] for step in flow["steps"] if str(step.get("say", "")).startswith("projects_")]
    for lang, money in (("fr", "{:,} €"), ("en", "€{:,}")):
        lines = [line for text in told for line in text[lang].splitlines() if line[:1].isdecimal()]
        assert len(lines) == 12
        for number, (line, project) in enumerate(zip(lines, basket["projects"].values(), strict=True), 1):
            written = money.format(project["cost"])
            assert line.startswith(f"{number}. ")
            assert line.endswith((written + ".", written.replace(",", " ") + "."))
            assert project["label"][lang].split()[0] in line


def test_arguments_for_and_against_are_as_many_and_as_long() -> None:
    said = next(step for step in read(LIBRARY / "topic-vote.yaml")["steps"] if step.get("say") == "arguments")
    for lang, (pro, contra) in (("fr", ("Pour :", "Contre :")), ("en", ("For:", "Against:"))):
        first, second = said["text"][lang].split(pro)[1].split(contra)
        counts = [[line for line in side.splitlines() if line.startswith("• ")] for side in (first, second)]
        assert len(counts[0]) == len(counts[1]) == 2
        assert abs(len(first) - len(second)) < 0.1 * len(first)


def test_a_date_is_found_in_the_open() -> None:
    flow, dates = read(LIBRARY / "meeting-date.yaml"), vote("meeting-date")
    assert (flow["results"], flow["secrecy"]) == ("live", "open")
    assert (dates["method"], len(dates["slots"]), dates["lasts"]) == ("availability", 5, "2h")


def test_a_comparison_names_nobody_before_the_last_answer_and_everybody_after_it() -> None:
    flow = read(LIBRARY / "candidate-compare.yaml")
    names = ("Alix Moreau", "Camille Rey", "Dominique Lambert", "Sacha Petit")
    last = max(i for i, step in enumerate(flow["steps"]) if "ask" in step and step["ask"] != flow["keep"])
    for step in flow["steps"][: last + 1]:
        assert not any(person in text for text in step["text"].values() for person in names)
    statements = [step["ask"] for step in asks(LIBRARY / "candidate-compare.yaml") if "agree" in step.get("one_of", {})]
    assert len(statements) == 12
    said = {step["say"]: step["text"] for step in flow["steps"] if "say" in step}
    for statement in statements:
        for mine in ("agree", "disagree", "other"):
            for text in said[f"{statement}_{mine}"].values():
                assert all(text.count(person) == 1 for person in names)
                assert "https://" in text


def contributions(name: str) -> list[dict[str, Any]]:
    return [step for step in read(LIBRARY / f"{name}.yaml")["steps"] if set(CONTRIBUTIONS) & set(step)]


def test_twelve_cards_come_before_the_own_idea_and_twelve_after_it() -> None:
    cards, idea, more = contributions("make-consultation")
    assert (cards["react"], idea["propose"], more["react"]) == ("cards", "idea", "more")
    assert (cards["most"], more["most"], len(cards["statements"])) == (12, 12, 12)
    assert cards["of"] == more["of"] == "idea"
    assert idea["max"] == 140
    for lang, opener in idea["opener"].items():
        assert all(text[lang].startswith(opener) for text in cards["statements"].values())
        assert all(len(text[lang]) <= idea["max"] for text in cards["statements"].values())


def test_what_a_petition_promises_is_said_before_it_is_signed() -> None:
    (sign,) = contributions("petition")
    ends = [step["end"] for step in read(LIBRARY / "petition.yaml")["steps"] if "end" in step]
    assert [goal["at"] for goal in sign["goals"]] == [3, 100, 500]
    assert sign["optional"] is True
    assert ends == ["not_signed", "thanks"]


def test_both_sides_of_a_debate_have_texts_of_the_same_length_and_one_in_ten_votes_before_reading() -> None:
    flow = read(LIBRARY / "informed-debate.yaml")
    first, second = (step for step in flow["steps"] if "vote" in step)
    assert (second["again"], second["between"], second["options"]) == ("before", "arm", first["options"])
    arms = next(step["among"] for step in flow["steps"] if "draw" in step)
    assert arms["control"] * 10 == sum(arms.values())
    said = {step["say"]: step["text"] for step in flow["steps"] if "say" in step}
    for lang in ("fr", "en"):
        pro, con = said["pro_first"][lang].split("\n\n")
        assert said["con_first"][lang] == f"{con}\n\n{pro}"
        assert said["texts_after"][lang] == said["pro_first"][lang]
        assert abs(len(pro) - len(con)) < 0.15 * len(pro)


def test_every_candidate_answers_the_same_list_and_may_take_two_weeks() -> None:
    _cards, measure = contributions("constituency-agenda")
    answers = measure["answers"]
    assert (answers["top"], answers["due"], len(answers["each"])) == (10, "14d", 3)
    assert list(answers["states"]) == ["support", "amend", "refuse"]


def test_a_question_goes_to_somebody_by_name_who_is_reminded_twice() -> None:
    (question,) = contributions("ask-officials")
    answers = question["answers"]
    assert (answers["by"], answers["due"], answers["remind"]) == ("who", "30d", ["7d", "21d"])
    assert question["per"] == {"month": 2, "year": 10}
    assert (question["moderate"], question["category"]) == ("before", "who")
    assert set(answers["confirm"]) == {"fr", "en"}


def test_a_report_is_open_until_it_is_done_and_what_is_close_is_joined() -> None:
    (report,) = contributions("street-report")
    states = list(report["answers"]["states"])
    assert (states[0], "done" in states) == ("open", True)
    assert (report["near"], report["within"], report["photo"]) == ("spot", 50, "picture")
    said = read(LIBRARY / "street-report.yaml")["steps"][0]["text"]
    assert all("112" in words for words in said.values())


def test_an_article_reads_the_same_wherever_it_stands_and_has_an_argument_for_each_side() -> None:
    flow = read(LIBRARY / "bill-coauthoring.yaml")
    statements = next(step["statements"] for step in flow["steps"] if "react" in step)
    closer = next(step["any_of"] for step in flow["steps"] if step.get("ask") == "closer")
    articles = {step["as"]: step["with"] for step in flow["steps"] if step.get("include") == "bill-article"}
    assert list(statements) == list(closer) == list(articles)
    for code, given in articles.items():
        for lang, (pro, contra) in (
            ("fr", ("Pour, parce", "Contre, parce")),
            ("en", ("For, because", "Against, because")),
        ):
            assert statements[code][lang].endswith(given["text"][lang])
            assert closer[code][lang] == given["article"][lang]
            assert given["argument_for"][lang].startswith(pro)
            assert given["argument_against"][lang].startswith(contra)
            assert given["other_wording"][lang] != given["text"][lang]
            lengths = [len(given[side][lang]) for side in ("argument_for", "argument_against")]
            assert abs(lengths[0] - lengths[1]) < 0.3 * max(lengths)
