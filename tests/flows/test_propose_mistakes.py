"""Each mistake of what people put forward: the sentence, the hint, and exactly where it points.

In the samples, the sign § marks the line and column where the mistake must be reported; it is taken out before the
file is read.
"""

from __future__ import annotations

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


def marked(text: str) -> tuple[str, int, int]:
    """(the text without its mark, the marked line and column)."""
    before, _, after = text.partition("§")
    assert "§" not in after
    return before + after, before.count("\n") + 1, len(before) - before.rfind("\n")


def step(*lines: str) -> str:
    return "".join(f"  - {lines[0]}\n" if i == 0 else f"    {line}\n" for i, line in enumerate(lines))


def propose(*lines: str) -> str:
    return step("propose: p", "text: What?", *lines)


def react(*lines: str, of: bool = True) -> str:
    return (propose() if of else "") + step("react: r", "text: Well?", *(["of: p"] if of else []), *lines)


def sign(*lines: str) -> str:
    return step("sign: s", "text: Sign?", *lines)


def ask(name: str, *lines: str) -> str:
    return step(f"ask: {name}", "text: Q?", "optional: true", *lines)


GOALS = "goals: [{at: 10, say: Ten}]"
STATEMENTS = "statements: {a: One., b: Two., c: Three.}"
THEME = ask("theme", "one_of: {a: Ann, b: Bob}")
WHERE = ask("where", "place: true")
PICTURE = ask("picture", "photo: true")


def flow(*steps: str, head: str = HEAD) -> str:
    return head + "".join(steps) + END


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


PROPOSE = [
    ("too short", propose("max: §10"), "too small", "at least 20"),
    ("too long", propose("max: §2000"), "too large", "at most 1000"),
    ("too many", propose("most: §51"), "too large", "at most 50"),
    ("none", propose("most: §0"), "too small", "at least 1"),
    ("unknown key", propose("§openr: x"), "openr is not a key known here", "did you mean opener?"),
    ("unknown key inside", propose("per: {§moth: 3}"), "moth is not a key known here", "did you mean month?"),
    ("fewer a year", propose("per: {month: 5, year: §3}"), "a year allows fewer than a month", "at least 5"),
    ("moderate", propose("moderate: §befor"), "'befor' is not possible here", "did you mean before?"),
    ("no room", propose("max: 25", "opener: §We should"), "behind this opener 16 characters are left", "at least 20"),
    ("no room at all", propose("max: 20", f"opener: §{'o' * 30}"), "behind this opener 0 characters", "shorten it"),
    ("blank in opener", propose('opener: "We §{left}"'), "no blank is possible here", "{{left}}"),
    ("long to amend", propose(f"amends: §{'a ' * 80}"), "this text has 159 characters", "raise max"),
    ("opener to amend", propose("amends: Article 1.", "§opener: We"), "opener does not go with amends", "remove it"),
    ("two categories", THEME + propose("categories: {a: A, b: B}", "§category: theme"), "stand together", "keep"),
    ("one category", propose("categories: §{a: A}"), "too few", "at least 2"),
    ("alike", propose("categories: {a: A, b: §A}"), "b has the same label as a", "own words"),
    ("bad code", propose("categories: {§é: A, b: B}"), "'é' cannot be the code of a choice", "without accents"),
    ("within alone", propose("§within: 50"), "within goes only with near", "remove it"),
    ("within too far", WHERE + propose("near: where", "within: §9000"), "too large", "at most 5000"),
    ("dont_know", propose("§dont_know: true"), "dont_know is not a key known here", "choose from"),
    ("answers false", propose("answers: §false"), "a group of keys is expected", "key: value"),
    ("answers key", propose("answers: {§duo: 3d}"), "duo is not a key known here", "did you mean due?"),
    ("answers due", propose("answers: {due: §soon}"), "'soon' is not a length of time", "2d"),
    ("one state", propose("answers: {states: §{a: A}}"), "too few", "at least 2"),
    ("reminders", propose("answers: {remind: [21d, §7d]}"), "does not come after the one before", "shortest"),
    ("bad reminder", propose("answers: {remind: [7d, §x]}"), "'x' is not a length of time", "2d"),
    ("empty", propose("§opener:"), "nothing stands behind opener", "fill it in"),
]
REFER = [
    ("no question", propose("category: §theme"), "there is no step theme", "add such a question before this step: one"),
    ("slip", THEME + propose("category: §them"), "there is no step them", "did you mean theme?"),
    ("slip, later", propose("category: §them") + THEME, "there is no step them", "did you mean theme?"),
    ("kind", WHERE + propose("category: §where"), "where is not of the kind needed here: one_of", "one_of"),
    ("kind, others there", THEME + WHERE + propose("category: §where"), "not of the kind", "choose from: theme"),
    ("later", propose("category: §theme") + THEME, "theme is asked later, at line 9", "move this step behind"),
    ("itself", propose("near: §p"), "p is not of the kind needed here: place", "add such a question"),
    ("near later", propose("near: §where") + WHERE, "where is asked later, at line 9", "move this step"),
    ("photo kind", WHERE + propose("photo: §where"), "where is not of the kind needed here: photo", "photo"),
    ("photo later", propose("photo: §picture") + PICTURE, "picture is asked later, at line 9", "move this step"),
    ("by later", propose("answers: {by: §theme}") + THEME, "theme is asked later, at line 9", "move this step"),
    ("by unknown", THEME + propose("answers: {by: §officials}"), "there is no step officials", "choose from: theme"),
    ("by a say", step("say: hi", "text: Hi") + propose("answers: {by: §hi}"), "hi is not of the kind", "one_of"),
    ("of", step("react: r", "text: Well?", "of: §idea"), "there is no step idea", "add for example - propose: idea"),
    ("of a slip", propose() + step("react: r", "text: Well?", "of: §pp"), "there is no step pp", "did you mean p?"),
    ("of a slip, later", step("react: r", "text: Well?", "of: §pp") + propose(), "no step pp", "did you mean p?"),
    ("of a question", THEME + step("react: r", "text: W?", "of: §theme"), "theme is not of the kind", "propose: theme"),
    ("side later", react("other_side: §theme") + THEME, "theme is asked later, at line 12", "move this step"),
    ("side of a text", ask("w", "short_text: true") + react("other_side: §w"), "w is not of the kind", "one_of"),
    ("side of a ranking", step("rank: k", "text: K", "blank: true", "options: {a: A, b: B}") + react("other_side: §k"),
     "k is not of the kind", "add such a question"),
    ("a bad name", propose("category: §A b"), "'A b' cannot be a name", "lower case"),
]  # fmt: skip
REACT = [
    ("nothing", step("§react: r", "text: Well?"), "there is nothing to judge here", "add statements, or of"),
    ("empty statements", react("statements: §{}", of=False), "too few", "at least 1"),
    ("long statement", react(f"statements: {{a: §{'a' * 301}, b: B, c: C}}"), "this statement has 301", "at most 300"),
    ("alike", react("statements: {a: A, b: §A}"), "b has the same label as a", "own words"),
    ("qualifiers", react("qualifiers: {agree: §{a: A, b: B, c: C, d: D, e: E}}"), "too many", "at most 4"),
    ("no qualifier", react("qualifiers: {agree: §{}}"), "too few", "at least 1"),
    ("stand", react("qualifiers: {§agre: {a: A}}"), "agre is not a key known here", "did you mean agree?"),
    ("choice", react("choices: {agree: A, disagree: B, §neutrl: C}"), "neutrl is not", "did you mean neutral?"),
    ("one choice", react("choices: §{agree: A}"), "disagree is missing", "disagree: {fr"),
    ("left out", react("choices: {agree: A, disagree: B}", "qualifiers: {§neutral: {a: A}}"), "choices leaves it out",
     "remove it"),
    ("alike choices", react("choices: {agree: A, disagree: §A}"), "disagree has the same label as agree", "own words"),
    ("batch", react("batch: §51"), "too large", "at most 50"),
    ("most", react("most: §0"), "too small", "at least 1"),
    ("policy", react("policy: §least_sen"), "'least_sen' is not possible here", "did you mean least_seen?"),
    ("side alone", THEME + react(STATEMENTS, "§other_side: theme", of=False), "other_side goes only with of", "remove"),
    ("long button", react(f"choices: {{agree: §{'a' * 101}, disagree: B}}"), "this label has 101", "at most 100"),
]  # fmt: skip
SIGN = [
    ("reason", sign(GOALS, "reason: §1001"), "too large", "at most 1000"),
    ("reason word", sign(GOALS, "reason: §yes"), "not a whole number", "without quotes"),
    ("no goal number", sign("goals: [§{say: Ten}]"), "at is missing", "add for example at: 100"),
    ("goal key", sign("goals: [{at: 10, §tell: Ten}]"), "tell is not a key known here", "choose from: at, say, open"),
    ("nothing happens", sign("goals: [§{at: 10}]"), "nothing happens at this goal", "add say, or open"),
    ("not growing", sign("goals: [{at: 10, say: A}, {at: §10, say: B}]"), "not higher than the one before", "lowest"),
    ("no list", sign("goals: §{at: 10, say: A}"), "a list is expected here", "'- '"),
    ("zero", sign("goals: [{at: §0, say: A}]"), "too small", "at least 1"),
    ("id", sign("goals: [{at: 10, open: §A b}]"), "'A b' cannot be a short name", "lower case"),
    ("itself", sign("goals: [{at: 10, open: §sample}]"), "opens the consultation that it stands in", "another"),
    ("named", sign(GOALS, "named: §initials"), "neither true nor false", "true or false"),
]
DRAW = [
    ("one arm", step("draw: d", "among: §{a: 1}"), "too few", "at least 2"),
    ("none", step("§draw: d"), "among is missing", "among: {control: 10, texts: 90}"),
    ("weight", step("draw: d", "among: {a: §0, b: 1}"), "too small", "at least 1"),
    ("heavy", step("draw: d", "among: {a: 1, b: §1001}"), "too large", "at most 1000"),
    ("half", step("draw: d", "among: {a: §0.5, b: 1}"), "not a whole number", "for example 5"),
    ("eleven", step("draw: d", "among: §{" + ", ".join(f"a{i}: 1" for i in range(11)) + "}"), "too many", "at most 10"),
    ("code", step("draw: d", "among: {§é: 1, b: 1}"), "'é' cannot be the code", "accents"),
    ("text", step("draw: d", "among: {a: 1, b: 1}", "§text: Hi"), "text is not a key known here", "choose from: draw"),
    ("optional", step("draw: d", "among: {a: 1, b: 1}", "§optional: true"), "optional is not a key", "choose from"),
]
ASK = [
    ("photo", ask("q", "photo: §false"), "photo takes no settings", "photo: true"),
    ("place", ask("q", "place: §{near: 3}"), "place takes no settings", "place: true"),
    ("both", ask("q", "photo: true", "§place: true"), "this question has two kinds: photo, place", "keep one"),
    ("nearly", ask("q", "§phto: true", "number: true"), "phto is not a key known here", "did you mean photo?"),
]
ARM = step("draw: arm", "among: {control: 1, texts: 2}")
WHEN = [
    ("arm", ARM + step("say: x", "text: X", "when: arm == §'controle'"), "no answer 'controle'", "did you mean"),
    ("arm bare", ARM + step("say: x", "text: X", "when: arm == §control"), "two questions cannot", "put it in quotes"),
    ("arm skipped", ARM + step("say: x", "text: X", "when: arm == §skipped"), "arm can never be skipped", "'control'"),
    ("arm order", ARM + step("say: x", "text: X", "when: arm < §'control'"), "have no order", "== or !="),
    ("arm later", step("say: x", "text: X", "when: §arm == 'texts'") + ARM, "arm is asked later, at line 9", "move"),
    ("count", propose() + step("say: x", "text: X", "when: p == §'one'"), "its answers are numbers", "p == 5"),
    ("count skipped", propose() + step("say: x", "text: X", "when: p == §skipped"), "can never be skipped", "optional"),
    ("count unknown", propose() + step("say: x", "text: X", "when: p == §dont_know"), "can never be dont_know",
     "only questions and votes"),
    ("count blank", propose() + step("say: x", "text: X", "when: p == §blank"), "can never be blank", "only votes"),
    ("count in", propose() + step("say: x", "text: X", "when: 3 in §p"), "p has one answer only", "p == 3"),
    ("sign", sign(GOALS) + step("say: x", "text: X", "when: §s == 'initials'"), "s cannot be compared with a value",
     "remove this condition"),
    ("photo", PICTURE + step("say: x", "text: X", "when: §picture == 'x'"), "picture cannot be compared", "skipped"),
    ("place", WHERE + step("say: x", "text: X", "when: §where in ['x']"), "where cannot be compared", "skipped"),
]  # fmt: skip
ROAD = [
    ("back to a lot", ARM + step("ask: q", "text: Q", "optional: true", "yes_no: true")
     + step("goto: §arm", "when: q == yes"), "going back leads to a question, and arm is none", "q"),
    ("twice", propose() + step("sign: §p", "text: S", GOALS), "the name p is taken", "line 6 has it"),
    ("two verbs", step("propose: p", "§react: r", "text: T"), "two verbs: propose, react", "new step"),
    ("verb slip", step("§propos: p", "text: T"), "this step has no verb", "did you mean propose?"),
    ("reserved", step("draw: §skipped", "among: {a: 1, b: 1}"), "reserved word", "another name"),
    ("loop on a lot", step("ask: q", "text: Q", "optional: true", "yes_no: true") + ARM
     + step("goto: §q", "when: arm == 'texts'"), "this loop may never end", "condition"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "what", "hint"),
    [case[1:] for case in (*PROPOSE, *REFER, *REACT, *SIGN, *DRAW, *ASK, *WHEN, *ROAD)],
    ids=[case[0] for case in (*PROPOSE, *REFER, *REACT, *SIGN, *DRAW, *ASK, *WHEN, *ROAD)],
)
def test_mistakes(body: str, what: str, hint: str) -> None:
    found = the_mistake(flow(body))
    assert what in found.what
    assert hint in found.hint


@pytest.mark.parametrize(
    ("body", "what", "hint"),
    [
        (propose("moderate: §after"), "everybody reads a proposal before a moderator does", "newcomers"),
        (react("statements: §{a: A, b: B}", of=False), "few statements tell little", "at least 3"),
        (sign().replace("- sign", "- §sign"), "this petition has no goal", "goals: [{at: 100, say: ...}]"),
        (step("ask: q", "text: Q", "photo: §true"), "whoever cannot send a picture cannot go on", "optional: true"),
    ],
)
def test_remarks(body: str, what: str, hint: str) -> None:
    found = the_remark(flow(body))
    assert what in found.what
    assert hint in found.hint


@pytest.mark.parametrize("body", [propose(), react(), react(STATEMENTS, of=False), sign(GOALS), ARM, PICTURE, WHERE])
def test_the_usual_gets_no_remark(body: str) -> None:
    loaded = load_text(flow(body), "sample.yaml", lang="en")
    assert loaded.flow is not None, report(loaded)
    assert loaded.remarks == (), report(loaded)


@pytest.mark.parametrize(("body", "name"), [(propose(), "p"), (react(STATEMENTS, of=False), "r"), (sign(GOALS), "s")])
def test_what_is_put_forward_comes_behind_the_question_whether_to_keep_it(body: str, name: str) -> None:
    head = HEAD.replace("steps:", "keep: ok\nsteps:")
    consent = step("ask: ok", "text: Ok?", "yes_no: true", "consent: counting")
    found = the_mistake(flow(body.replace("  - ", "  - §", 1), consent, head=head))
    assert f"{name} comes before ok" in found.what
    assert "move this step behind" in found.hint
    loaded = load_text(flow(consent, body, head=head), "f")
    assert loaded.flow is not None, report(loaded)


BOTH = HEAD.replace("title: Sample", "title: {en: Sample, fr: Exemple}")
TWO = "{en: X, fr: Y}"


@pytest.mark.parametrize(
    "lines",
    [
        ("propose: p", f"text: {TWO}", "opener: §We should"),
        ("propose: p", f"text: {TWO}", "amends: §{en: Article}"),
        ("propose: p", f"text: {TWO}", f"categories: {{a: §A, b: {TWO}}}"),
        ("propose: p", f"text: {TWO}", f"answers: {{states: {{a: {TWO}, b: §B}}}}"),
        ("propose: p", f"text: {TWO}", "answers: {confirm: §Clear?}"),
        ("react: r", f"text: {TWO}", "statements: {a: §{en: A}, b: {en: B, fr: C}, c: {en: D, fr: E}}"),
        ("react: r", f"text: {TWO}", "of: p", "choices: {agree: §{en: A}, disagree: {en: B, fr: C}}"),
        ("react: r", f"text: {TWO}", "of: p", "qualifiers: {agree: {a: §{en: A}}}"),
        ("sign: s", f"text: {TWO}", "goals: [{at: 10, say: §{en: Ten}}]"),
    ],
)
def test_each_text_is_there_in_each_language(lines: tuple[str, ...]) -> None:
    other = step("propose: p", f"text: {TWO}") if "of: p" in lines else ""
    text = flow(other + step(*lines), head=BOTH).replace("text: Bye", "text: {en: Bye, fr: Salut}")
    found = the_mistake(text)
    assert "missing translation: fr" in found.what


def test_mistakes_are_said_in_french() -> None:
    """At least the places and names stay as they are; the words come from the catalog."""
    text = flow(propose("category: theme")).replace("lang: en", "lang: fr")
    (found,) = load_text(text, "sample.yaml").mistakes
    assert "theme" in found.what
    assert found.line == 8


def test_all_mistakes_come_at_once() -> None:
    loaded = load_text(flow(propose("max: 3", "near: x"), react("batch: 99", "other_side: y", of=False)), "f")
    assert [mistake.line for mistake in loaded.mistakes] == [8, 9, 10, 12, 13, 13]
