"""What a good vote becomes: every key of the voting verbs in the `Flow` it makes."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from flows.expr import parse
from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Choice,
    Flow,
    Grades,
    Method,
    OneOf,
    Order,
    Points,
    Project,
    Rule,
    Slot,
    Slots,
    Text,
    Timeout,
    Words,
)
from flows.load import Loaded, from_source, load_file, load_text
from flows.session import Answer, Given
from flows.tally.outcome import Cut

VOTES = Path(__file__).parents[1] / "transcripts" / "flows" / "votes.yaml"
HEAD = "palabre: 1\nid: x\nlang: fr\ntitle: T\nsteps:\n"
END = "  - end: bye\n    text: Fin\n"
AB = "options: {a: Ann, b: Bob}"


def step(*lines: str) -> str:
    return "".join(f"  - {lines[0]}\n" if i == 0 else f"    {line}\n" for i, line in enumerate(lines))


def load(*steps: str, head: str = HEAD) -> Flow:
    loaded = load_text(head + "".join(steps) + END, "f")
    assert loaded.flow is not None, loaded.mistakes
    return loaded.flow


def the_ask(*lines: str, head: str = HEAD) -> Ask:
    """The first question of a flow with one vote."""
    return load(step(lines[0], "text: V ?", *lines[1:]), head=head).asks[0]


def fr(text: str) -> Text:
    return Text({"fr": text})


ANN, BOB = Choice(code="a", label=fr("Ann")), Choice(code="b", label=fr("Bob"))


def many(n: int) -> str:
    return "options: {" + ", ".join(f"o{i}: Label {i}" for i in range(n)) + "}"


def test_a_vote_is_plurality_unless_told() -> None:
    ask = the_ask("vote: v", AB)
    assert ask.kind == OneOf(choices=(ANN, BOB))
    assert ask.rule == Rule(method=Method.PLURALITY)
    assert (ask.blank, ask.none, ask.shuffle, ask.add) == (False, False, False, False)


def test_what_every_vote_may_carry() -> None:
    ask = the_ask(
        "vote: v", AB, "blank: true", "none: true", "shuffle: true", "add: true", "optional: true", "dont_know: true",
        "abstain: true", "personal: true", "timeout: 2d", "quorum: 30", "electorate: 120", "threshold: 2/3",
        "tie: draw",
    )  # fmt: skip
    assert (ask.blank, ask.none, ask.shuffle, ask.add) == (True, True, True, True)
    assert (ask.optional, ask.dont_know, ask.abstain, ask.personal) == (True, True, True, True)
    assert ask.timeout == Timeout(after=timedelta(days=2))
    assert ask.rule == Rule(method=Method.PLURALITY, quorum=30, electorate=120, threshold=Fraction(2, 3), tie=Cut.DRAW)


@pytest.mark.parametrize(
    ("written", "share", "strictly"),
    [
        ("2/3", Fraction(2, 3), False),
        ("50%", Fraction(1, 2), False),
        ("33.5 %", Fraction(67, 200), False),
        ("0.1", Fraction(1, 10), False),
        ("1", Fraction(1), False),
        ("majority", Fraction(1, 2), True),
    ],
)
def test_thresholds_are_exact(written: str, share: Fraction, strictly: bool) -> None:
    rule = the_ask("vote: v", AB, f"threshold: {written}").rule
    assert rule is not None
    assert (rule.threshold, rule.strictly) == (share, strictly)


def test_a_quorum_in_percent_is_exact() -> None:
    rule = the_ask("vote: v", AB, "quorum: 12.5%", "electorate: 80").rule
    assert rule is not None
    assert rule.quorum == Fraction(1, 8)


def test_approval() -> None:
    ask = the_ask("vote: v", AB, "method: approval", "at_least: 0", "at_most: 1")
    assert ask.kind == AnyOf(choices=(ANN, BOB), at_least=0, at_most=1)
    assert the_ask("vote: v", AB, "method: approval", "at_most: 5", "add: true").add
    assert the_ask("vote: v", AB, "method: approval").kind == AnyOf(choices=(ANN, BOB), at_least=1)


@pytest.mark.parametrize(
    ("lines", "points"),
    [
        (("method: score",), Points(choices=(ANN, BOB), most=5)),
        (("method: score", "most: 10"), Points(choices=(ANN, BOB), most=10)),
        (("method: dots",), Points(choices=(ANN, BOB), most=10, total=10)),
        (("method: dots", "points: 7", "each: 3"), Points(choices=(ANN, BOB), most=3, total=7)),
        (("method: quadratic",), Points(choices=(ANN, BOB), most=10, total=100, squared=True)),
        (("method: quadratic", "points: 50"), Points(choices=(ANN, BOB), most=7, total=50, squared=True)),
    ],
)
def test_points(lines: tuple[str, ...], points: Points) -> None:
    assert the_ask("vote: v", AB, *lines).kind == points


def test_availability_in_the_zone_of_the_window() -> None:
    window = "window: {zone: America/Martinique}\n"
    ask = the_ask(
        "vote: v", "method: availability", "slots: [2026-12-03T18:00, 2026-12-04, 2026-12-05T18:00Z]", "lasts: 90m",
        head=HEAD.replace("steps:\n", window + "steps:\n"),
    )  # fmt: skip
    assert ask.kind == Slots(
        slots=(
            Slot(code="2026-12-03T18-00", at=datetime.fromisoformat("2026-12-03T18:00")),
            Slot(code="2026-12-04", at=date(2026, 12, 4)),
            Slot(code="2026-12-05T14-00", at=datetime.fromisoformat("2026-12-05T14:00")),
        ),
        zone="America/Martinique",
        lasts=timedelta(minutes=90),
    )
    assert ask.rule == Rule(method=Method.AVAILABILITY)


def test_without_a_window_dates_are_read_in_paris() -> None:
    kind = the_ask("vote: v", "method: availability", "slots: [2026-12-03, 2026-12-04]").kind
    assert isinstance(kind, Slots)
    assert (kind.zone, kind.lasts) == ("Europe/Paris", None)


def test_rankings() -> None:
    assert the_ask("rank: v", AB).kind == Order(choices=(ANN, BOB))
    assert the_ask("rank: v", AB, "at_least: 2", "at_most: 2", "pairwise: true").kind == Order(
        choices=(ANN, BOB), at_least=2, at_most=2, pairwise=True
    )
    assert the_ask("rank: v", AB).rule == Rule(method=Method.SCHULZE)
    assert the_ask("rank: v", AB, "method: stv", "seats: 2").rule == Rule(method=Method.STV, seats=2)


@pytest.mark.parametrize(("n", "told", "pairwise"), [(10, "", False), (11, "", True), (11, "pairwise: false", False)])
def test_rankings_of_more_than_ten_are_asked_two_at_a_time(n: int, told: str, pairwise: bool) -> None:
    kind = the_ask("rank: v", many(n), *([told] if told else [])).kind
    assert isinstance(kind, Order)
    assert kind.pairwise is pairwise


def grades(ask: Ask) -> list[list[str]]:
    assert isinstance(ask.kind, Grades)
    return [[grade.code for grade in criterion.grades] for criterion in ask.kind.criteria]


@pytest.mark.parametrize(
    ("n", "codes"),
    [
        ("5", "excellent good passable poor reject"),
        ("6", "excellent very_good good passable poor reject"),
        ("7", "excellent very_good good fairly_good passable poor reject"),
    ],
)
def test_the_usual_grades(n: str, codes: str) -> None:
    assert grades(the_ask("grade: v", AB, f"grades: {n}")) == [codes.split()]


def test_grades_are_six_unless_told_and_in_all_languages() -> None:
    ask = the_ask("grade: v", AB, head=HEAD.replace("lang: fr", "lang: br"))
    assert isinstance(ask.kind, Grades)
    (only,) = ask.kind.criteria
    assert (only.code, ask.kind.batch, ask.rule) == ("", None, Rule(method=Method.MAJORITY_JUDGMENT))
    assert len(only.grades) == 6
    assert only.grades[0].label.read("br", "br") == only.grades[0].label.read("en", "en") == "Excellent"
    assert {"br", "fr", "en"} <= only.grades[0].label.by_lang.keys()


def test_own_grades_keep_their_order() -> None:
    ask = the_ask("grade: v", AB, "grades: {top: Haut, mid: Moyen, low: Bas}")
    assert grades(ask) == [["top", "mid", "low"]]


def test_a_matrix() -> None:
    criteria = "criteria: {u: {text: U ?, grades: {y: Oui, n: Non}}, w: {text: Utile ?}, z: {text: Z ?, grades: 7}}"
    ask = the_ask("grade: v", AB, "grades: 5", criteria, "batch: 1")
    assert isinstance(ask.kind, Grades)
    assert ask.kind.items == (ANN, BOB)
    assert [(one.code, one.label) for one in ask.kind.criteria] == [
        ("u", fr("U ?")), ("w", fr("Utile ?")), ("z", fr("Z ?")),
    ]  # fmt: skip
    assert [len(one) for one in grades(ask)] == [2, 5, 7]
    assert (ask.kind.batch, ask.rule) == (1, Rule(method=Method.MATRIX))
    assert the_ask("grade: v", AB, "method: matrix", "criteria: {u: {text: U ?}}").rule == Rule(method=Method.MATRIX)


def test_two_hundred_cards_are_possible() -> None:
    criteria = "criteria: {x: {text: X}, y: {text: Y}}"
    kind = the_ask("grade: v", many(100), criteria).kind
    assert isinstance(kind, Grades)
    assert len(kind.items) * len(kind.criteria) == 200


def test_a_budget() -> None:
    projects = "projects: {a: {label: Ann, cost: 60}, b: {cost: 50, label: Bob}}"
    ask = the_ask("budget: v", projects, "limit: 100", "currency: CHF", "at_least: 0", "at_most: 1", "method: greedy")
    assert ask.kind == Basket(
        projects=(Project(code="a", label=fr("Ann"), cost=60), Project(code="b", label=fr("Bob"), cost=50)),
        limit=100, currency="CHF", at_least=0, at_most=1,
    )  # fmt: skip
    assert ask.rule == Rule(method=Method.GREEDY)
    usual = the_ask("budget: v", projects, "limit: 100")
    assert isinstance(usual.kind, Basket)
    assert (usual.kind.currency, usual.kind.at_least, usual.kind.at_most) == ("EUR", 1, None)
    assert usual.rule == Rule(method=Method.EQUAL_SHARES)


def test_consent_brings_the_question_for_a_reason() -> None:
    flow = load(step("vote: v", "text: V ?", "method: consent", "personal: true", "threshold: majority"))
    stance, reason = flow.asks
    assert isinstance(stance.kind, OneOf)
    assert [choice.code for choice in stance.kind.choices] == ["agree", "abstain", "disagree", "block"]
    assert stance.rule == Rule(method=Method.CONSENT, threshold=Fraction(1, 2), strictly=True)
    assert (reason.name, reason.kind, reason.rule) == ("v_reason", Words(max=500), None)
    assert (reason.optional, reason.personal) == (False, True)
    assert reason.when == parse("v in ['disagree', 'block']")
    assert [step.name for step in flow.steps] == ["v", "v_reason", "bye"]


def test_the_reason_may_be_left_out_or_not_asked_for() -> None:
    optional = load(step("vote: v", "text: V ?", "method: consent", "reason: optional")).asks
    assert [(ask.name, ask.optional) for ask in optional] == [("v", False), ("v_reason", True)]
    assert [ask.name for ask in load(step("vote: v", "text: V ?", "method: consent", "reason: none")).asks] == ["v"]


def test_the_reason_is_asked_when_the_vote_was_shown_and_objected_to() -> None:
    flow = load(
        step("ask: here", "text: H ?", "optional: true", "yes_no: true"),
        step("vote: v", "text: V ?", "method: consent", "optional: true", "when: here == yes or here == skipped"),
    )
    when = flow.asks[2].when
    assert when is not None
    assert when.source == "(here == yes or here == skipped) and v in ['disagree', 'block']".replace("yes", "'yes'")
    yes = Answer(Given.ANSWER, "yes")
    for stance, asked in (("agree", False), ("abstain", False), ("disagree", True), ("block", True)):
        assert when.holds({"here": yes, "v": Answer(Given.ANSWER, stance)}) is asked
    assert not when.holds({"here": yes, "v": Answer(Given.SKIPPED)})
    assert not when.holds({"here": yes})


def in_folder(tmp_path: Path, main: str, block: str) -> Loaded:
    (tmp_path / "main.yaml").write_text(HEAD + main + END)
    (tmp_path / "council.yaml").write_text(f"palabre: 1\nblock: council\nlang: fr\nsteps:\n{block}")
    return load_file(tmp_path / "main.yaml")


COUNCIL = (
    step("vote: v", "text: V ?", "method: consent", "reason: optional")
    + step("rank: order", "text: O ?", "when: v_reason == skipped", AB, "blank: true")
    + step("goto: v", "when: \"order == blank or 'a' in order\"")
)


def test_a_block_with_votes_stands_twice(tmp_path: Path) -> None:
    twice = "  - {include: council, as: one}\n  - {include: council, as: two, when: one_v == 'agree'}\n"
    loaded = in_folder(tmp_path, twice, COUNCIL)
    flow = loaded.flow
    assert flow is not None, loaded.mistakes
    names = "one_v one_v_reason one_order goto_1 two_v two_v_reason two_order goto_2 bye"
    assert [one.name for one in flow.steps] == names.split()
    reason, order = flow.step("two_v_reason"), flow.step("two_order")
    assert isinstance(reason, Ask)
    assert isinstance(order, Ask)
    assert reason.when == parse("one_v == 'agree' and two_v in ['disagree', 'block']")
    assert order.when == parse("one_v == 'agree' and two_v_reason == skipped")
    assert from_source(loaded.source) == flow


def test_a_block_without_prefix_cannot_bring_a_name_twice(tmp_path: Path) -> None:
    main = step("ask: v_reason", "text: x", "short_text: true") + "  - include: council\n"
    (found,) = in_folder(tmp_path, main, COUNCIL.replace("when: v_reason == skipped", "shuffle: true")).mistakes
    assert (Path(found.file).name, found.line) == ("main.yaml", 6)
    assert "v_reason" in found.what


def test_mistakes_in_a_block_are_told_in_the_block(tmp_path: Path) -> None:
    loaded = in_folder(tmp_path, "  - include: council\n", COUNCIL.replace("blank: true", "seats: 2"))
    assert [(Path(one.file).name, one.line) for one in loaded.mistakes] == [("council.yaml", 13), ("council.yaml", 15)]


def test_a_timeout_of_a_vote_may_lead_on() -> None:
    ask = the_ask("vote: v", AB, "timeout: {after: 2d, to: bye}")
    assert ask.timeout == Timeout(after=timedelta(days=2), to="bye")


def test_blank_and_none_stay_codes_and_names_where_they_were() -> None:
    flow = load(
        step("ask: blank", "text: B ?", "optional: true", "one_of: {blank: Vide, none: Rien}"),
        step("ask: none", "text: N ?", "abstain: true", "any_of: {blank: Vide, none: Rien}"),
        step("say: x", "text: X", "when: \"blank == 'none' and 'blank' in none and none != abstain\""),
        step("vote: v", "text: V ?", "none: true", "options: {blank: Vide, b: B}"),
        step("say: y", "text: Y", "when: v == none or v == 'blank'"),
    )
    when = flow.steps[4].when
    assert when is not None
    assert when.holds({"v": Answer(Given.NONE)})
    assert when.holds({"v": Answer(Given.ANSWER, "blank")})
    assert not when.holds({"v": Answer(Given.BLANK)})


def test_every_method_is_in_the_example() -> None:
    loaded = load_file(VOTES)
    assert loaded.flow is not None, loaded.mistakes
    assert loaded.remarks == ()
    found = {ask.rule.method for ask in loaded.flow.asks if ask.rule}
    by_name = {Method.IRV, Method.BORDA, Method.GREEDY}
    assert found == set(Method) - by_name
    assert from_source(loaded.source) == loaded.flow


@pytest.mark.parametrize("method", ["irv", "borda"])
def test_other_ways_to_count_a_ranking(method: str) -> None:
    assert the_ask("rank: v", AB, f"method: {method}").rule == Rule(method=Method(method))


def test_json_is_a_flow_too() -> None:
    data = {
        "palabre": 1, "id": "x", "lang": "fr", "title": "T",
        "steps": [
            {"vote": "v", "text": "V ?", "options": {"a": "Ann", "b": "Bob"}, "threshold": 0.5},
            {"end": "bye", "text": "Fin"},
        ],
    }  # fmt: skip
    assert load_text(json.dumps(data), "f").flow is not None
