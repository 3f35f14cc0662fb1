"""Each mistake that a vote can hold: the sentence, the hint, and exactly where it points.

In the samples, the sign § marks the line and column where the mistake must be reported; it is taken out before the
file is read.
"""

from __future__ import annotations

import time

import pytest

from flows.load import Loaded, load_text
from flows.mistakes import Mistake

HEAD = """\
palabre: 1
id: sample
lang: en
title: Sample
steps:
"""
END = """\
  - end: bye
    text: Bye
"""
AB = "options: {a: Ann, b: Bob}"
ABC = "options: {a: Ann, b: Bob, c: Cleo}"
PROJECTS = "projects: {a: {label: Ann, cost: 60}, b: {label: Bob, cost: 50}}"


def marked(text: str) -> tuple[str, int, int]:
    """(the text without its mark, the marked line and column)."""
    before, _, after = text.partition("§")
    assert "§" not in after
    return before + after, before.count("\n") + 1, len(before) - before.rfind("\n")


def step(*lines: str) -> str:
    return "".join(f"  - {lines[0]}\n" if i == 0 else f"    {line}\n" for i, line in enumerate(lines))


def vote(*lines: str, name: str = "vote: v") -> str:
    return step(name, "text: V?", "optional: true", *lines)


def rank(*lines: str) -> str:
    return vote(*lines, name="rank: v")


def grade(*lines: str) -> str:
    return vote(*lines, name="grade: v")


def budget(*lines: str) -> str:
    return vote(*lines, name="budget: v")


def flow(*steps: str) -> str:
    return HEAD + "".join(steps) + END


def report(loaded: Loaded) -> str:
    return "\n".join(str(mistake) for mistake in (*loaded.mistakes, *loaded.remarks))


def the_mistake(text: str) -> Mistake:
    """The one mistake of a marked text, which must stand at the mark."""
    plain, line, column = marked(text)
    loaded = load_text(plain, "sample.yaml", lang="en")
    assert loaded.flow is None
    assert len(loaded.mistakes) == 1, report(loaded)
    found = loaded.mistakes[0]
    assert (found.line, found.column) == (line, column), report(loaded)
    return found


def the_remark(text: str) -> Mistake:
    plain, line, column = marked(text)
    loaded = load_text(plain, "sample.yaml", lang="en")
    assert loaded.flow is not None, report(loaded)
    (found,) = loaded.remarks
    assert (found.line, found.column) == (line, column), report(loaded)
    return found


def many(n: int) -> str:
    return "options: {" + ", ".join(f"o{i}: Label {i}" for i in range(n)) + "}"


SETTINGS = [
    ("a method", vote(AB, "method: §plurallity"), "'plurallity' is not possible here", "did you mean plurality?"),
    ("a method of another verb", vote(AB, "method: §schulze"), "'schulze' is not possible here", "plurality"),
    ("no options", "  - §vote: v\n    text: V?\n    optional: true\n", "plurality needs options", "options: {a"),
    ("no options to rank", "  - §rank: v\n    text: V?\n    optional: true\n", "schulze needs options", "options: {a"),
    (
        "no options to grade",
        "  - §grade: v\n    text: V?\n    blank: true\n",
        "majority_judgment needs options",
        "options:",
    ),
    (
        "no slots",
        "  - §vote: v\n    text: V?\n    blank: true\n    method: availability\n",
        "availability needs slots",
        "slots:",
    ),
    (
        "no projects",
        "  - §budget: v\n    text: V?\n    none: true\n    limit: 3\n",
        "equal_shares needs projects",
        "park",
    ),
    (
        "no limit",
        f"  - §budget: v\n    text: V?\n    none: true\n    {PROJECTS}\n",
        "equal_shares needs limit",
        "limit: 1",
    ),
    ("one option", vote("options: §{a: Ann}"), "too few", "at least 2"),
    ("101 options", vote(many(101).replace("{", "§{", 1)), "too many", "at most 100"),
    ("an accent", vote("options: {§é: Ann, b: Bob}"), "cannot be the code of a choice", "without accents"),
    ("recorded apart", vote("options: {§abstain: Ann, b: Bob}"), "recorded apart", "abstain: true"),
    ("blank twice", vote("options: {§blank: Ann, b: Bob}", "blank: true"), "recorded apart", "remove blank: true"),
    ("none twice", rank("options: {§none: Ann, b: Bob}", "none: true"), "recorded apart", "another code"),
    (
        "a project called blank",
        budget(PROJECTS.replace("a: {", "§blank: {"), "limit: 70", "blank: true"),
        "recorded",
        "",
    ),
    ("two labels", vote("options: {a: Ann, b: §ANN}"), "b has the same label as a", "own words"),
    ("a long label", rank("options: {a: §" + "x" * 101 + ", b: B}"), "this label has 101 characters", "at most 100"),
    ("a blank in a label", grade("options: {a: '§{left}', b: B}"), "no blank is possible here", "{{left}}"),
    ("consent with options", vote("method: consent", f"§{AB}"), "options goes only with plurality, approval", "remove"),
    ("consent shuffled", vote("method: consent", "§shuffle: true"), "shuffle goes only with plurality", "remove"),
    ("consent abstain", vote("method: consent", "§abstain: true"), "one of the answers of consent already", "remove"),
    (
        "availability none",
        vote("method: availability", "slots: [2026-12-03, 2026-12-04]", "§none: true"),
        "an answer of availability already",
        "remove it",
    ),
    ("reason", vote(AB, "§reason: none"), "reason goes only with consent", "remove"),
    ("which reason", vote("method: consent", "reason: §maybe"), "'maybe' is not possible here", "required, optional"),
    ("at_most", vote(AB, "§at_most: 1"), "at_most goes only with approval", "remove"),
    ("at_least 0", vote(AB, "§at_least: 0"), "at_least goes only with approval", "remove"),
    ("most", vote(AB, "method: approval", "§most: 5"), "most goes only with score", "remove"),
    ("points", vote(AB, "method: score", "§points: 5"), "points goes only with dots, quadratic", "remove"),
    ("each", vote(AB, "method: quadratic", "§each: 5"), "each goes only with dots", "remove"),
    ("slots", vote(AB, "§slots: [2026-12-03, 2026-12-04]"), "slots goes only with availability", "remove"),
    ("lasts", vote(AB, "§lasts: 2h"), "lasts goes only with availability", "remove"),
    ("add", vote(AB, "method: score", "§add: true"), "add goes only with plurality, approval", "remove"),
    ("add to a ranking", rank(AB, "§add: true"), "add goes only with plurality, approval", "remove"),
    ("seats of a vote", vote(AB, "§seats: 2"), "seats goes only with stv", "remove"),
    ("seats of schulze", rank(ABC, "§seats: 2"), "seats goes only with stv", "remove"),
    ("points of a ranking", rank(AB, "§points: 2"), "points goes only with dots, quadratic", "remove"),
    ("at_most of grades", grade(AB, "§at_most: 1"), "at_most goes only with approval, rank, budget", "remove"),
    ("criteria of a vote", vote(AB, "§criteria: {x: {text: X}}"), "criteria goes only with matrix", "remove"),
    ("currency of a vote", vote(AB, "§currency: EUR"), "currency goes only with budget", "remove"),
    ("pairwise of a vote", vote(AB, "§pairwise: true"), "pairwise goes only with rank", "remove"),
    (
        "a rule of a question",
        step("ask: q", "text: Q?", "short_text: true", "§quorum: 3"),
        "quorum goes only with vote",
        "",
    ),
    ("consent of a vote", vote(AB, "§consent: x"), "consent is not a key known here", "choose from: vote"),
    ("a key", vote(AB, "§shufle: true"), "shufle is not a key known here", "did you mean shuffle?"),
]

NUMBERS = [
    ("fewest, most", vote(ABC, "method: approval", "at_least: 3", "at_most: §2"), "at_least is more", "at least 3"),
    ("too many to pick", vote(AB, "method: approval", "at_most: §3"), "more than there are choices", "at most 2"),
    ("too many to rank", rank(AB, "at_least: §3"), "more than there are choices", "at most 2"),
    ("rank none", rank(AB, "at_least: §0"), "this number is too small", "at least 1"),
    ("score", vote(AB, "method: score", "most: §11"), "this number is too large", "at most 10"),
    ("no score", vote(AB, "method: score", "most: §0"), "this number is too small", "at least 1"),
    ("one point", vote(AB, "method: dots", "points: §1"), "this number is too small", "at least 2"),
    ("points", vote(AB, "method: quadratic", "points: §1001"), "this number is too large", "at most 1000"),
    ("more on each", vote(AB, "method: dots", "points: 5", "each: §6"), "each is more than points", "at most 5"),
    ("more on each than unless told", vote(AB, "method: dots", "each: §11"), "each is more than points", "at most 10"),
    ("seats", rank(AB, "method: stv", "seats: §3"), "there are more seats than options", "at most 2"),
    ("no seat", rank(AB, "method: stv", "seats: §0"), "this number is too small", "at least 1"),
    ("quorum", vote(AB, "quorum: §many"), "'many' is neither a number of people nor a percentage", "25%"),
    ("quorum of none", vote(AB, "quorum: §0"), "neither a number of people", "30"),
    ("quorum true", vote(AB, "quorum: §true"), "neither a number of people", "30"),
    ("quorum over all", vote(AB, "electorate: 9", "quorum: §101%"), "neither a number of people", "25%"),
    ("quorum in percent", vote(AB, "quorum: §25%"), "needs the number of people who could vote", "electorate: 120"),
    ("quorum too large", vote(AB, "quorum: §30", "electorate: 29"), "quorum is more than electorate", "at most 29"),
    ("electorate", vote(AB, "quorum: 25%", "electorate: §all"), "not a whole number", "5"),
    ("threshold", vote(AB, "threshold: §3/2"), "'3/2' is not a share between 0 and 1", "2/3, 50%, majority"),
    ("threshold 0", vote(AB, "threshold: §0"), "'0' is not a share between 0 and 1", "majority"),
    ("threshold 50", vote(AB, "threshold: §50"), "'50' is not a share between 0 and 1", "50%"),
    ("threshold by zero", vote(AB, "threshold: §1/0"), "'1/0' is not a share between 0 and 1", "50%"),
    ("threshold in words", vote(AB, "threshold: §half"), "'half' is not a share", "majority"),
    ("tie", vote(AB, "tie: §coin"), "'coin' is not possible here", "open, order, draw"),
]

DATES = [
    ("one date", vote("method: availability", "slots: §[2026-12-03]"), "too few", "at least 2"),
    ("no list", vote("method: availability", "slots: §2026-12-03"), "a list is expected here", "- "),
    ("no date", vote("method: availability", "slots: [2026-12-03, §friday]"), "'friday' is neither a date", "T18:00"),
    ("no day", vote("method: availability", "slots: [2026-12-03, §2026-02-30]"), "'2026-02-30' is neither", "T18:00"),
    ("no hour", vote("method: availability", "slots: [2026-12-03, §2026-12-03T25:00]"), "neither a date", "T18:00"),
    (
        "twice",
        vote("method: availability", "slots: [2026-12-03, §2026-12-03]"),
        "this date stands here twice",
        "remove",
    ),
    (
        "twice by offset",
        vote("method: availability", "slots: [2026-12-03T18:00, §2026-12-03T17:00Z]"),
        "this date stands here twice",
        "remove",
    ),
    (
        "spring",
        vote("method: availability", "slots: [2026-03-28T18:00, §2026-03-29T02:30]"),
        "this hour does not exist",
        "write 2026-03-29T03:30",
    ),
    (
        "lasts",
        vote("method: availability", "slots: [2026-12-03, 2026-12-04]", "lasts: §long"),
        "not a length of time",
        "",
    ),
]

GRADES = [
    ("4 grades", grade(AB, "grades: §4"), "no usual scale of '4' grades", "5, 6 or 7"),
    ("a word", grade(AB, "grades: §five"), "no usual scale of 'five' grades", "5, 6 or 7"),
    ("true", grade(AB, "grades: §true"), "no usual scale", "5, 6 or 7"),
    ("a list", grade(AB, "grades: §[good, bad]"), "a group of keys", "key: value"),
    ("one grade", grade(AB, "grades: §{good: Good}"), "too few", "at least 2"),
    ("eleven", grade(AB, "grades: §{" + ", ".join(f"g{i}: G {i}" for i in range(11)) + "}"), "too many", "at most 10"),
    ("a code", grade(AB, "grades: {§très: Good, b: Bad}"), "cannot be the code", "without accents"),
    ("two labels", grade(AB, "grades: {a: Good, b: §good}"), "b has the same label as a", "own words"),
    ("batch alone", grade(AB, "§batch: 1"), "batch goes only with matrix", "remove"),
    (
        "matrix alone",
        "  - §grade: v\n    text: V?\n    blank: true\n    method: matrix\n    " + AB + "\n",
        "matrix needs criteria",
        "urg",
    ),
    (
        "judgment with criteria",
        grade(AB, "method: majority_judgment", "§criteria: {x: {text: X}}"),
        "criteria goes only with matrix",
        "",
    ),
    ("no criteria", grade(AB, "criteria: §{}"), "too few", "at least 1"),
    (
        "21 criteria",
        grade(AB, "criteria: §{" + ", ".join(f"c{i}: {{text: C}}" for i in range(21)) + "}"),
        "too many",
        "20",
    ),
    ("a criterion", grade(AB, "criteria: {x: §urgent}"), "a group of keys", "key: value"),
    ("no text", grade(AB, "criteria: {x: §{grades: 5}}"), "text is missing", "text:"),
    ("a key", grade(AB, "criteria: {x: {text: X, §grade: 5}}"), "grade is not a key known", "did you mean grades?"),
    ("grades of one", grade(AB, "criteria: {x: {text: X, grades: §3}}"), "no usual scale of '3' grades", "5, 6 or 7"),
    ("a grade of one", grade(AB, "criteria: {x: {text: X, grades: {a: §'', b: B}}}"), "this text is empty", "read"),
    ("batch", grade(AB, "criteria: {x: {text: X}}", "batch: §3"), "batch is more than there are choices", "at most 2"),
    ("no batch", grade(AB, "criteria: {x: {text: X}}", "batch: §0"), "too small", "at least 1"),
    (
        "201 cards",
        grade(many(67), "§criteria: {x: {text: X}, y: {text: Y}, z: {text: Z}}"),
        "67 options by 3 criteria are 201 cards",
        "at most 200",
    ),
]

MONEY = [
    ("too dear", budget(PROJECTS.replace("60", "§71"), "limit: 70"), "a alone costs more than the limit", "at most 70"),
    ("a debt", budget(PROJECTS.replace("60", "§-60"), "limit: 70"), "this number is too small", "at least 1"),
    ("cents", budget(PROJECTS.replace("60", "§60.5"), "limit: 70"), "not a whole number", "5"),
    (
        "no cost",
        budget("projects: {a: §{label: Ann}, b: {label: Bob, cost: 5}}", "limit: 70"),
        "cost is missing",
        "cost: 1",
    ),
    (
        "no label",
        budget("projects: {a: §{cost: 60}, b: {label: Bob, cost: 5}}", "limit: 70"),
        "label is missing",
        "label:",
    ),
    (
        "a key",
        budget(PROJECTS.replace("cost: 60", "cost: 60, §price: 3"), "limit: 70"),
        "price is not a key",
        "choose from: label, cost",
    ),
    ("one project", budget("projects: §{a: {label: Ann, cost: 60}}", "limit: 70"), "too few", "at least 2"),
    ("no limit", budget(PROJECTS, "limit: §0"), "this number is too small", "at least 1"),
    (
        "currency",
        budget(PROJECTS, "limit: 70", "currency: §EURO"),
        "'EURO' is not the code of a currency",
        "did you mean EUR?",
    ),
    ("small letters", budget(PROJECTS, "limit: 70", "currency: §chf"), "'chf' is not the code", "did you mean CHF?"),
    ("two labels", budget(PROJECTS.replace("Bob", "§ann"), "limit: 70"), "b has the same label as a", "own words"),
    ("at_most", budget(PROJECTS, "limit: 70", "at_most: §3"), "more than there are choices", "at most 2"),
    ("at_least", budget(PROJECTS, "limit: 70", "at_least: §2"), "no 2 projects fit into the limit together", "fewer"),
    ("a method", budget(PROJECTS, "limit: 70", "method: §fair"), "'fair' is not possible here", "equal_shares, greedy"),
]

ALL = [*SETTINGS, *NUMBERS, *DATES, *GRADES, *MONEY]


@pytest.mark.parametrize(("body", "what", "hint"), [case[1:] for case in ALL], ids=[case[0] for case in ALL])
def test_mistakes_of_votes(body: str, what: str, hint: str) -> None:
    found = the_mistake(flow(body))
    assert what in found.what
    assert hint in found.hint


REMARKS = [
    ("no way out", f"  - §vote: v\n    text: V?\n    {AB}\n", "without an opinion", "blank or none: true"),
    (
        "no way out of a basket",
        f"  - §budget: v\n    text: V?\n    limit: 70\n    {PROJECTS}\n",
        "without an opinion",
        "",
    ),
    (
        "dates in disorder",
        vote("method: availability", "slots: [2026-12-04, §2026-12-03T18:00]"),
        "before the one above",
        "",
    ),
    (
        "one seat",
        "  - §rank: v\n    text: V?\n    blank: true\n    method: stv\n    " + AB + "\n",
        "stv fills one seat",
        "seats: 2",
    ),
    ("enough for all", budget(PROJECTS, "limit: §110"), "all projects together fit", "everything can be chosen"),
    ("a long label", vote("options: {a: §" + "x" * 41 + ", b: B}"), "this label has 41 characters", "shorter"),
]


@pytest.mark.parametrize(("body", "what", "hint"), [case[1:] for case in REMARKS], ids=[case[0] for case in REMARKS])
def test_remarks_of_votes(body: str, what: str, hint: str) -> None:
    found = the_remark(flow(body))
    assert what in found.what
    assert hint in found.hint


@pytest.mark.parametrize(
    "body",
    [
        f"  - vote: v\n    text: V?\n    {AB}\n    {exit_}: true\n"
        for exit_ in ("optional", "dont_know", "abstain", "blank", "none")
    ]
    + [
        f"  - vote: v\n    text: V?\n    method: approval\n    {AB}\n    at_least: 0\n",
        "  - vote: v\n    text: V?\n    method: consent\n",
        budget(PROJECTS, "limit: 110", "at_most: 1"),
    ],
)
def test_nothing_to_remark(body: str) -> None:
    loaded = load_text(flow(body), "f")
    assert loaded.flow is not None, report(loaded)
    assert loaded.remarks == ()


REASONS = [
    (vote("method: consent"), step("say: §v_reason", "text: x"), "line 9"),
    (step("say: §v_reason", "text: x"), vote("method: consent"), "line 6"),
]


@pytest.mark.parametrize(("first", "second"), [case[:2] for case in REASONS])
def test_the_question_for_a_reason_has_a_name_of_its_own(first: str, second: str) -> None:
    found = the_mistake(flow(first, second))
    assert found.what == "the name v_reason is taken"
    assert found.hint == "it is the question for the reason that follows v; choose another"


def test_without_reason_the_name_is_free() -> None:
    text = flow(vote("method: consent", "reason: none"), step("say: v_reason", "text: x"))
    assert load_text(text, "f").flow is not None


QUESTIONS = (
    vote(AB)
    + vote(AB, "method: approval", "blank: true", name="vote: many")
    + vote("method: consent", name="vote: accord")
    + vote(AB, "method: score", "dont_know: true", name="vote: stars")
    + vote("method: availability", "slots: [2026-12-03, 2026-12-04]", name="vote: days").replace(
        "    optional: true\n", ""
    )
    + vote(ABC, "none: true", name="rank: order")
    + vote(AB, name="grade: marks")
    + vote(PROJECTS, "limit: 70", name="budget: basket")
    + step("ask: plain", "text: P?", "optional: true", "one_of: {none: None, a: Ann}")
)
WHENS = [
    ("v == §'bob'", "v has no answer 'bob'", "choose from: a, b"),
    ("v < §'a'", "no order", "== or !="),
    ("'a' in §v", "v has one answer only", "v == 'a'"),
    ("§many == 'a'", "several answers", "'a' in many"),
    ("§order == 'a'", "several answers", "'a' in order"),
    ("§basket != 'a'", "several answers", "'a' in basket"),
    ("order in [§'d']", "order has no answer 'd'", "choose from: a, b, c"),
    ("§'c' in basket", "basket has no answer 'c'", "choose from: a, b"),
    ("accord == §'no'", "accord has no answer 'no'", "choose from: agree, abstain, disagree, block"),
    ("accord == §abstain", "accord can never be abstain", "put it in quotes: accord == 'abstain'"),
    ("§stars > 3", "stars answers about each option", "compare it with: skipped, dont_know"),
    ("'a' in §stars", "stars answers about each option", "skipped, dont_know"),
    ("§marks in ['a']", "marks answers about each option", "compare it with: skipped"),
    ("§days == yes", "days answers about each option", "remove this condition"),
    ("many == §none", "many can never be none", "add none: true to that question"),
    ("order == §blank", "order can never be blank", "add blank: true to that question"),
    ("v == §blank", "v can never be blank", "add"),
    ("plain == §none", "plain can never be none", "put it in quotes: plain == 'none'"),
    ("plain == §blank", "plain can never be blank", "only votes can be answered so"),
    ("order < §none", "'none' has no order", "== or !="),
]


@pytest.mark.parametrize(("when", "what", "hint"), WHENS, ids=[case[0] for case in WHENS])
def test_mistakes_of_conditions_on_votes(when: str, what: str, hint: str) -> None:
    found = the_mistake(flow(QUESTIONS, f'  - say: x\n    text: X\n    when: "{when}"\n'))
    assert what in found.what
    assert hint in found.hint


GOOD_WHENS = [
    "v == 'a' or v != 'b'",
    "'a' in many and many != blank",
    "blank != many",
    "'c' in order or order == none",
    "basket in ['a', 'b'] and 'a' not in basket",
    "accord in ['disagree', 'block'] or accord == 'abstain' or accord == skipped",
    "accord_reason == skipped or accord_reason != 'x'",
    "stars == dont_know or stars != skipped or marks == skipped",
    "plain == 'none'",
]


@pytest.mark.parametrize("when", GOOD_WHENS)
def test_good_conditions_on_votes(when: str) -> None:
    consent = QUESTIONS.replace("method: consent", "method: consent\n    reason: optional")
    loaded = load_text(flow(consent, f'  - say: x\n    text: X\n    when: "{when}"\n'), "f")
    assert loaded.flow is not None, report(loaded)


def test_a_broken_vote_hides_nothing_and_blames_nobody_else() -> None:
    text = (
        flow(
            vote("method: concent", name="vote: accord"),
            vote(AB, "method: approval", "at_most: two"),
            rank("options: {a: A, é: B, c: A}"),
            budget("projects: {a: {label: A, cost: many}, b: {label: B, cost: 3}, c: {label: C, cost: 1}}", "limit: 2"),
            step("say: why", "when: accord_reason == skipped and accord == 'block'", "text: x"),
        )
        .replace("rank: v", "rank: r")
        .replace("budget: v", "budget: p")
    )
    found = load_text(text, "f", lang="en").mistakes
    assert [(one.line, one.what) for one in found] == [
        (9, "'concent' is not possible here"),
        (15, "this is not a whole number"),
        (19, "'é' cannot be the code of a choice"),
        (19, "c has the same label as a"),
        (23, "this is not a whole number"),
        (23, "b alone costs more than the limit"),
    ]


def test_every_missing_translation_of_a_vote_is_told() -> None:
    text = flow(
        vote("options: {a: {en: A}, b: {en: B, fr: Bé}}"),
        step(
            "grade: g",
            "text: {en: G, fr: G}",
            "blank: true",
            "options: {a: {en: A, fr: A}, b: {en: B, fr: B}}",
            "criteria: {x: {text: X, grades: {a: {fr: A, en: A}, b: B}}}",
        ),
        step(
            "budget: p",
            "text: {en: P, fr: P}",
            "blank: true",
            "limit: 70",
            "projects: {a: {label: A, cost: 60}, b: {label: {en: B, fr: B}, cost: 60}}",
        ),
    ).replace("title: Sample", "title: {en: Sample, fr: Exemple}")
    found = load_text(text, "f", lang="en").mistakes
    assert [one.line for one in found if one.what == "missing translation: fr"] == [7, 9, 14, 14, 19, 21]
    assert len(found) == 6


def test_sentences_are_in_the_language_of_the_author() -> None:
    text = flow(vote(AB, "method: approval", "at_most: 3")).replace("lang: en", "lang: fr")
    (found,) = load_text(text, "f", lang="en").mistakes
    assert "choices" not in found.what


def test_a_hundred_options_by_twenty_criteria_are_refused_soon() -> None:
    criteria = "criteria: {" + ", ".join(f"c{i}: {{text: C {i}, grades: 7}}" for i in range(20)) + "}"
    started = time.process_time()
    (found,) = load_text(flow(grade(many(100), criteria)), "f", lang="en").mistakes
    assert time.process_time() - started < 2
    assert found.what == "100 options by 20 criteria are 2000 cards"


def test_many_votes_are_read_soon() -> None:
    steps = [vote(many(20), "method: score", name=f"vote: v{i}") for i in range(95)]
    started = time.process_time()
    assert load_text(flow(*steps), "f").flow is not None
    assert time.process_time() - started < 4


HUGE = "9" * 14
NUMBERS_OF_ALL_SIZES = [
    vote(AB, f"quorum: {HUGE}"),
    vote(AB, "quorum: 25%", f"electorate: {HUGE}"),
    vote(AB, "threshold: 9999999/9999999"),
    vote(AB, "threshold: 1e-9"),
    vote(AB, "threshold: '" + "9" * 5000 + "%'"),
    vote(AB, "threshold: [2, 3]"),
    vote(AB, "quorum: {of: 3}"),
    vote("method: availability", "slots: [[2026-12-03], {a: b}]"),
    vote("method: availability", "slots: [9999-12-31T23:59-01:00, 0001-01-01T00:00+05:00]"),
    budget(PROJECTS, f"limit: {HUGE}"),
    budget(PROJECTS.replace("60", HUGE), "limit: 70"),
    budget("projects: [a, b]", "limit: 70"),
    grade(AB, "grades: 5.5"),
    grade(AB, "criteria: [a]"),
]


@pytest.mark.parametrize("body", NUMBERS_OF_ALL_SIZES)
def test_odd_values_get_a_sentence(body: str) -> None:
    loaded = load_text(flow(body), "f", lang="en")
    assert (loaded.flow is None) == bool(loaded.mistakes)
    for word in ("Input", "should be", "validation", "dict", "palabre_"):
        assert word not in report(loaded)
