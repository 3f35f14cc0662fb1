"""Each mistake that a flow file can hold: the sentence, the hint, and exactly where it points.

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
"""
ASK = """\
  - ask: mode
    text: How?
    optional: true
    one_of: {velo: Bike, bus: Bus}
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


def flow(body: str = "", head: str = "", ask: str = ASK, end: str = END) -> str:
    return f"{HEAD}{head}steps:\n{ask}{body}{end}"


def report(loaded: Loaded) -> str:
    return "\n".join(str(mistake) for mistake in loaded.mistakes)


def the_mistake(text: str) -> Mistake:
    """The one mistake of a marked text, which must stand at the mark."""
    plain, line, column = marked(text)
    loaded = load_text(plain, "sample.yaml", lang="en")
    assert loaded.flow is None
    assert len(loaded.mistakes) == 1, report(loaded)
    found = loaded.mistakes[0]
    assert (found.line, found.column) == (line, column), report(loaded)
    return found


def step(*lines: str) -> str:
    return "".join(f"  - {lines[0]}\n" if i == 0 else f"    {line}\n" for i, line in enumerate(lines))


def ask(*lines: str) -> str:
    return step("ask: q", "text: Q?", "optional: true", *lines)


YAML = [
    ("a colon in a text", "palabre: 1\ntitle: Bonjour §: ça va", "a colon is not expected here", "double quotes"),
    ("a tab", "palabre: 1\nsteps:\n§\t- say: x\n", "begins with a tab", "spaces"),
    ("a tab after spaces", "palabre: 1\nsteps:\n  §\t- say: x\n", "begins with a tab", "spaces"),
    ("an open quote", "palabre: 1\ntitle: §'abc\nid: x\n", "this quote is never closed", "closing quote"),
    ("an open list", "a: [b, c\n§", "a comma or the closing ] is missing", "begins on line 1"),
    ("an open group", "a: {b: c\n§", "a comma or the closing } is missing", "begins on line 1"),
    ("an apostrophe in single quotes", "a: 'Qu'§est-ce'\n", "more text after the closing quote", "double quotes"),
    ("a condition that begins with a quote", "when: 'velo' §in x\n", "more text after the closing", "double quotes"),
    ("a reserved sign", "a: §@x\n", "cannot begin with this character", "double quotes"),
    ("an unknown escape", 'a: "\\§q"\n', "means nothing here", "single quotes"),
    ("indentation", "a:\n  b: 1\n §c: 2\n", "does not line up", "same column"),
    ("a missing colon", "a:\n- b\n-c\n§", "a colon is missing", "key: value"),
    ("a control character", "a: x§\x07\n", "an invisible character", "delete it"),
    ("half a character", "a: §\ud800\n", "an invisible character", "delete it"),
    ("an empty file", "§", "the file is empty", "palabre: 1"),
    ("only a comment", "§# hello\n", "the file is empty", "palabre: 1"),
    ("a list", "§- a\n- b\n", "this is not a consultation", "palabre: 1"),
    ("a word", "§hello\n", "this is not a consultation", "palabre: 1"),
    ("a block", "palabre: 1\n§block: x\nlang: en\nsteps: []\n", "a block, not a consultation", "include"),
    ("depth", "a: " + "[" * 19 + "§" + "[" * 3000, "more than 20 levels deep", "bracket"),
    ("depth by and by", "a: " + "[b, " * 19 + "§" + "[b, " * 300, "more than 20 levels deep", "bracket"),
    ("too many keys and values", "a: [" + "b," * 4997 + "§b]\n", "more than 5000 keys and values", "into blocks"),
]


@pytest.mark.parametrize(("text", "what", "hint"), [case[1:] for case in YAML], ids=[case[0] for case in YAML])
def test_what_cannot_be_read(text: str, what: str, hint: str) -> None:
    plain, line, column = marked(text)
    loaded = load_text(plain, "f.yaml", lang="en")
    first = loaded.mistakes[0]
    assert what in first.what, report(loaded)
    assert hint in first.hint
    assert (first.line, first.column) == (line, column), report(loaded)


REFUSED = [
    ("an escaped control character", 'title: §"\\x07 Sample"', "an invisible character"),
    ("an anchor", "title: §&a Sample", "& and *"),
    ("an alias", "title: §*a", "& and *"),
    ("a tag", "title: §!!str Sample", "! in front"),
    ("a python tag", "title: §!!python/object/apply:os.system [ls]", "! in front"),
    ("a key twice", "title: Sample\n§title: Again", "title stands here twice"),
    ("a list as a key", "title: Sample\n? §[a, b]\n: x", "this key is not a word"),
    (
        "a second file in the file",
        "title: Sample\nsteps:\n  - end: bye\n    text: Bye\n§---\nx: 1",
        "a second document",
    ),
]


@pytest.mark.parametrize(("title", "what"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_refused_leaves_one_mistake(title: str, what: str) -> None:
    text = HEAD.replace("title: Sample", title)
    found = the_mistake(text if "steps:" in title else f"{text}steps:\n{END}")
    assert what in found.what


def test_the_line_of_the_first_is_told_for_a_key_twice() -> None:
    found = the_mistake(flow(head="recap: true\n§recap: false\n"))
    assert found.hint == "the first is on line 5; remove one"


HEADS = [
    ("version", flow().replace("palabre: 1", "palabre: §2"), "palabre", "version of the format", "palabre: 1"),
    ("no version", "§" + flow().replace("palabre: 1\n", ""), "palabre", "palabre is missing", "palabre: 1"),
    ("no title", "§" + flow().replace("title: Sample\n", ""), "title", "title is missing", "title: {fr: ..., en: ...}"),
    ("id", flow().replace("id: sample", "id: §Été"), "id", "cannot be a short name", "lower case"),
    ("id too long", flow().replace("id: sample", "id: §" + "a" * 41), "id", "cannot be a short name", "at most 40"),
    ("lang", flow().replace("lang: en", "lang: §English"), "lang", "not a language code", "fr, en"),
    ("unknown key", flow(head="§remindrs: []\n"), "remindrs", "not a key known here", "did you mean reminders?"),
    ("far key", flow(head="§colour: red\n"), "colour", "not a key known here", "choose from: palabre, id"),
    ("results", flow(head="results: §at_closing\n"), "results", "not possible here", "did you mean at_close?"),
    ("secrecy", flow(head="secrecy: §anonymous\n"), "secrecy", "'anonymous' is not possible", "open, confidential"),
    ("recap", flow(head="recap: §yes\n"), "recap", "neither true nor false", "true or false"),
    ("forget", flow(head="forget: §7\n"), "forget", "not a length of time", "2d"),
    ("forget too long", flow(head="forget: §53w\n"), "forget", "not a length of time", "366 days"),
    ("forget zero", flow(head="forget: §0d\n"), "forget", "not a length of time", "90m"),
    ("nothing", flow(head="§window:\n"), "window", "nothing stands behind window", "remove the key"),
    ("steps missing", "§" + HEAD, "steps", "there are no steps", "- say: hello"),
    ("steps empty", HEAD + "§steps: []\n", "steps", "there are no steps", "- say: hello"),
    ("steps no list", HEAD + "§steps: {say: x}\n", "steps", "a list is expected", "- say: hello"),
    ("blank in title", flow().replace("Sample", "Sample §{left}"), "title", "no blank is possible", "{{left}}"),
    ("window no group", flow(head="window: §always\n"), "window", "a group of keys", "opens"),
    ("opens", flow(head="window: {opens: §2026-03-01}\n"), "window / opens", "a date with an hour", "T20:00"),
    ("opens 2", flow(head="window: {opens: §2026-02-30T10:00}\n"), "window / opens", "a date with an hour", "T20:00"),
    (
        "closes",
        flow(head="window: {opens: 2026-03-02T08:00, closes: §2026-03-02T08:00}\n"),
        "window / closes", "closing comes before opening", "later",
    ),
    (
        "closes by offset",
        flow(head="window: {opens: 2026-03-02T08:00, closes: §2026-03-02T08:30+02:00}\n"),
        "window / closes", "closing comes before opening", "later",
    ),
    ("zone", flow(head="window: {zone: §Europe/Pari}\n"), "window / zone", "not a time zone", "Europe/Paris"),
    ("zone path", flow(head="window: {zone: §../../etc/passwd}\n"), "window / zone", "not a time zone", "Europe/"),
    (
        "spring",
        flow(head="window: {opens: §2026-03-29T02:30}\n"),
        "window / opens", "this hour does not exist", "write 2026-03-29T03:30",
    ),
    (
        "every",
        flow(head="window: {opens: 2026-03-02T08:00, closes: 2026-03-02T20:00, every: §week}\n"),
        "window / every", "every stands without until", "until:",
    ),
    (
        "every what",
        flow(head="window: {opens: 2026-03-02T08:00, closes: 2026-03-02T20:00, every: §weak}\n"),
        "window / every", "'weak' is not possible", "week",
    ),
    (
        "every without hours",
        flow(head="window: {every: §week, until: 2026-04-01T08:00}\n"),
        "window / every", "needs an opening and a closing", "add opens and closes",
    ),
    (
        "until alone",
        flow(head="window: {until: §2026-04-01T08:00}\n"),
        "window / until", "until stands without every", "add every",
    ),
    (
        "until early",
        flow(
            head="window: {opens: 2026-03-02T08:00, closes: 2026-03-02T20:00, every: day, until: §2026-03-02T19:00}\n"
        ),
        "window / until", "until comes before closing", "later",
    ),
    (
        "overlap",
        flow(
            head="window: {opens: 2026-03-02T08:00, closes: §2026-03-04T20:00, every: day, until: 2026-05-02T19:00}\n"
        ),
        "window / closes", "longer than the time until it comes again", "earlier",
    ),
    ("reminders", flow(head="reminders: §2d\n"), "reminders", "a list of at most 20", "- "),
    ("reminder", flow(head="reminders: [§2d]\n"), "reminders / 1", "a group of keys", "after: 2d"),
    ("no delay", flow(head="reminders: [§{text: Go}]\n"), "reminders / 1", "either after or before", "after: 2d"),
    (
        "two delays",
        flow(head="reminders: [§{after: 1d, before: 1d, text: Go}]\n"),
        "reminders / 1", "either after or before", "after: 2d",
    ),
    (
        "to whom",
        flow(head="reminders:\n  - {after: 1d, text: Go}\n  - {after: 1d, to: §everybody, text: Go}\n"),
        "reminders / 2 / to", "'everybody' is not possible", "unfinished, subscribed",
    ),
    (
        "blank",
        flow(head="reminders: [{after: 1d, text: '§{lft} left'}]\n"),
        "reminders / 1 / text", "there is no blank {lft}", "did you mean {left}?",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "what", "hint"), [c[1:] for c in HEADS], ids=[c[0] for c in HEADS])
def test_mistakes_of_the_head(text: str, where: str, what: str, hint: str) -> None:
    found = the_mistake(text)
    assert found.where == where
    assert what in found.what
    assert hint in found.hint


STEPS = [
    ("no step", "  - §hello\n", "this is not a step", "- say: hello"),
    ("no verb", "  - §text: hello\n", "no verb", "say, ask, vote, rank, grade, budget, propose, react, sign, draw"),
    ("near verb", "  - §asc: hello\n    text: x\n", "no verb", "did you mean ask?"),
    ("two verbs", "  - say: x\n    §ask: y\n    text: z\n", "two verbs: say, ask", "new step"),
    ("name", "  - say: §Hello\n    text: x\n", "'Hello' cannot be a name", "lower case"),
    ("reserved", "  - say: §skipped\n    text: x\n", "reserved word", "choose another"),
    ("generated", "  - say: §goto_1\n    text: x\n", "reserved word", "goto_1"),
    ("twice", "  - say: §mode\n    text: x\n", "the name mode is taken", "line 6"),
    ("no text", "  - §say: x\n", "text is missing", "text:"),
    ("empty text", "  - say: x\n    text: §''\n", "this text is empty", "what people will read"),
    ("a list", "  - say: x\n    text: §[a]\n", "a text is expected", "quotes"),
    ("a language", "  - say: x\n    text: {en: Hi, §Francais: Salut}\n", "not a language code", "fr, en"),
    ("extra language", "  - say: x\n    text: {en: Hi, §fr: Salut}\n", "title is not written in 'fr'", "translate"),
    ("blank", "  - say: x\n    text: Hello §{name}\n", "there is no blank {name}", "{closes}"),
    ("attribute", "  - say: x\n    text: Hello §{title.__class__}\n", "there is no blank {title.__class__}", "{title}"),
    ("brace", "  - say: x\n    text: Hello §} there\n", "this brace stands alone", "}}"),
    ("key", "  - say: x\n    text: Hi\n    §wen: mode == 'bus'\n", "not a key known", "did you mean when?"),
    ("no kind", "  - §ask: x\n    text: Hi\n", "this question has no kind", "one_of, any_of"),
    ("two kinds", "  - ask: x\n    text: Hi\n    number: true\n    §short_text: true\n", "two kinds", "keep one"),
    ("one choice", ask("one_of: §{a: A}"), "too few", "at least 2"),
    ("101", ask("one_of: §{" + ", ".join(f"a{i}: Label {i}" for i in range(101)) + "}"), "too many", "at most 100"),
    ("no choices", ask("one_of: §[a, b]"), "a group of keys", "key: value"),
    ("accent", ask("one_of: {§vélo: Bike, bus: Bus}"), "cannot be the code", "without accents"),
    ("given", ask("one_of: {§abstain: None, bus: Bus}"), "recorded apart", "abstain: true"),
    ("empty label", ask("one_of: {a: §'', b: Bus}"), "this text is empty", "read"),
    ("same label", ask("one_of: {a: Bus, b: §bus}"), "b has the same label as a", "own words"),
    ("long label", ask("one_of: {a: §" + "x" * 101 + ", b: B}"), "this label has 101 characters", "at most 100"),
    ("blank in label", ask("one_of: {a: A, b: '§{left}'}"), "no blank is possible here", "{{left}}"),
    ("at_most", ask("any_of: {a: A, b: B}", "at_most: §3"), "more than there are choices", "at most 2"),
    ("at_least", ask("any_of: {a: A, b: B}", "at_least: §3"), "more than there are choices", "at most 2"),
    ("order", ask("any_of: {a: A, b: B}", "at_least: 2", "at_most: §1"), "at_least is more", "at least 2"),
    ("at_least of", ask("one_of: {a: A, b: B}", "§at_least: 1"), "goes only with any_of", "remove"),
    ("consent of", ask("number: true", "§consent: x"), "consent goes only with yes_no", "remove"),
    ("consent", ask("yes_no: true", "consent: §A B"), "cannot be a short name", "lower case"),
    ("scale", ask("scale: {from: 3, to: §3}"), "this scale goes nowhere", "at least 4"),
    ("wide", ask("scale: {from: 0, to: §21}"), "too many steps", "at most 20"),
    ("scale from", ask("scale: §{to: 5}"), "from is missing", "from: 0"),
    ("scale word", ask("scale: {from: §zero, to: 5}"), "not a whole number", "without quotes"),
    ("scale key", ask("scale: {from: 0, to: 5, §hi: x}"), "not a key known", "did you mean high?"),
    ("rating", ask("rating: §11"), "too large", "at most 10"),
    ("rating 1", ask("rating: §1"), "too small", "at least 2"),
    ("number", ask("number: {min: 5, max: §3}"), "min is more than max", "exchange"),
    ("number key", ask("number: {§mni: 5}"), "not a key known", "did you mean min?"),
    ("number false", ask("number: §false"), "a group of keys", "key: value"),
    ("text length", ask("short_text: {max: §1001}"), "too large", "at most 1000"),
    ("long text length", ask("long_text: {max: §4001}"), "too large", "at most 4000"),
    ("date", ask("date: {min: §01/02/2026}"), "not a date", "2026-03-21"),
    ("dates", ask("date: {min: 2026-02-01, max: §2026-01-01}"), "min is more than max", "exchange"),
    ("yes_no", ask("yes_no: §false"), "yes_no takes no settings", "yes_no: true"),
    ("optional", ask("yes_no: true").replace("optional: true", "optional: §yes"), "neither true nor false", "true"),
    ("timeout", ask("yes_no: true", "timeout: §soon"), "not a length of time", "2d"),
    ("timeout to", ask("yes_no: true", "timeout: {after: 2d, to: §nowhere}"), "there is no step nowhere", "mode"),
    ("timeout back", ask("yes_no: true", "timeout: {after: 2d, to: §mode}"), "does not come later", "later step"),
    ("goto", "  - goto: §nobody\n    when: mode == 'bus'\n", "there is no step nobody", "choose from"),
    ("near goto", "  - goto: §moda\n    when: mode == 'bus'\n", "there is no step moda", "did you mean mode?"),
    ("loop", "  - goto: §mode\n", "this loop may never end", "condition"),
    ("loop 2", "  - goto: §mode\n    when: mode == 'bus'\n", "this loop may never end", "condition"),
    ("unreachable", "  - end: early\n    text: x\n  - §say: a\n    text: x\n  - say: b\n    text: x\n", "no path", ""),
    ("jumped over", "  - goto: bye\n  - §say: lost\n    text: x\n", "no path leads to this step", "condition"),
    ("no block", "  - include: §promiss\n", "there is no block promiss", "did you mean promise?"),
    ("escape", "  - include: §../secret\n", "cannot be the name of a block", "this folder"),
    ("absolute", "  - include: §/etc/passwd\n", "cannot be the name of a block", "this folder"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "what", "hint"), [case[1:] for case in STEPS], ids=[case[0] for case in STEPS])
def test_mistakes_of_steps(body: str, what: str, hint: str) -> None:
    found = the_mistake(flow(body))
    assert what in found.what
    assert hint in found.hint


QUESTIONS = """\
  - ask: mode
    text: a
    optional: true
    one_of: {velo: A, bus: B, "1": C}
  - ask: themes
    text: a
    abstain: true
    any_of: {air: A, water: B}
  - ask: age
    text: a
    number: true
  - ask: note
    text: a
    optional: true
    rating: 5
  - ask: name
    text: a
    short_text: true
  - ask: day
    text: a
    date: true
  - ask: agree
    text: a
    dont_know: true
    yes_no: true
  - say: intro
    text: a
"""
WHENS = [
    ("mode == §'vélo'", "mode has no answer 'vélo'", "did you mean velo?"),
    ("mode != §'train'", "mode has no answer 'train'", "choose from: velo, bus, 1"),
    ("mode in ['bus', §'tram']", "mode has no answer 'tram'", "choose"),
    ("mode < §'bus'", "no order", "== or !="),
    ("mode == §1", "compared with a number", "mode == '1'"),
    ("'bus' in §mode", "mode has one answer only", "mode == 'bus'"),
    ("§themes == 'air'", "several answers", "'air' in themes"),
    ("§'fire' in themes", "themes has no answer 'fire'", "choose from"),
    ("themes in [§'ari']", "themes has no answer 'ari'", "did you mean air?"),
    ("age > §'18'", "compared with a word", "age == 18"),
    ("note == §6", "note has no answer '6'", "from 1 to 5"),
    ("note == §2.5", "note has no answer '2.5'", "from 1 to 5"),
    ("name > §'b'", "no order", "quotes"),
    ("name == §3", "compared with a number", "quotes"),
    ("day > §'March'", "day is a date", "2026-03-21"),
    ("agree == §'oui'", "agree has no answer 'oui'", "choose from: yes, no"),
    ("age == §skipped", "age can never be skipped", "optional: true"),
    ("mode == §dont_know", "mode can never be dont_know", "dont_know: true"),
    ("agree == §abstain", "agree can never be abstain", "abstain: true"),
    ("§intro == 'x'", "intro is not a question", "choose from"),
    ("§mdoe == 'bus'", "there is no question mdoe", "did you mean mode?"),
    ("§self == 'bus'", "the question of this very step", "earlier"),
    ("§after == 'bus'", "asked later, at line 39", "move this step"),
    ("mode §= 'bus'", "'=' is not expected", "write =="),
    ("mode == §bus", "two questions cannot be compared", "mode == 'bus'"),
    ("mode == §‘bus’", "not expected", "straight quotes"),
    ("mode == §'bus", "never closed", "'...'"),
    ("§mode", "not a comparison", "mode == yes"),
    ("agree == yes and§", "stops too early", "comparisons"),
    ("§(agree == yes", "bracket is never closed", "add )"),
    ("len§(mode) == 3", "'(' is not expected", "only comparisons"),
    ("mode§.x == 3", "'.' is not expected", "only comparisons"),
    ("agree == §true", "'true' is not expected", "write yes"),
    ("mode in §'bus'", "'in' needs a list", "mode in ['a', 'b']"),
    ("mode == §['bus']", "a list is compared with 'in'", "mode in"),
    ("mode in [§skipped]", "only words in quotes and numbers", "['bus', 'velo']"),
    ("mode < §skipped", "has no order", "== or !="),
    ("§'a' == 'b'", "no question stands", "only comparisons"),
    ("agree == yes §agree == no", "'agree' is not expected here", "only comparisons"),
    ("agree == yes && mode == 'bus'".replace("&&", "§&&"), "'&' is not expected", "write and"),
    ("§__import__ == 'os'", "there is no question", "choose from"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "what", "hint"), WHENS, ids=[case[0] for case in WHENS])
def test_mistakes_of_conditions(when: str, what: str, hint: str) -> None:
    body = f'  - ask: self\n    text: a\n    when: "{when}"\n    short_text: true\n'
    later = "  - say: pause\n    text: x\n  - ask: after\n    text: x\n    short_text: true\n"
    found = the_mistake(flow(body + later, ask=QUESTIONS))
    assert what in found.what
    assert hint in found.hint


def test_the_last_step_is_an_end() -> None:
    assert "not an end" in the_mistake(flow("  - §say: x\n    text: x\n", end="")).what


def test_the_last_end_has_no_condition() -> None:
    found = the_mistake(flow(end="  - §end: x\n    text: x\n    when: mode == 'bus'\n"))
    assert "has a condition" in found.what


def test_going_back_leads_to_a_question() -> None:
    body = "  - say: hi\n    text: x\n  - ask: again\n    text: x\n    optional: true\n    yes_no: true\n"
    found = the_mistake(flow(body + "  - goto: §hi\n    when: again == yes\n"))
    assert "hi is none" in found.what


BILINGUAL = flow().replace("title: Sample", "title: {en: Sample, fr: Exemple}")


def test_every_missing_translation_is_told() -> None:
    loaded = load_text(BILINGUAL, "f.yaml")
    assert [mistake.what for mistake in loaded.mistakes] == ["missing translation: fr"] * 4
    assert loaded.mistakes[0].hint == "write {en: ..., fr: ...}"
    assert [mistake.line for mistake in loaded.mistakes] == [7, 9, 9, 11]


def test_the_title_must_have_the_main_language() -> None:
    found = load_text(BILINGUAL.replace("lang: en", "lang: de"), "f.yaml", lang="en").mistakes[0]
    assert "the title is not written in 'de'" in found.what


def test_ten_mistakes_are_told_at_once_in_order() -> None:
    text = """\
palabre: 1
id: Bad Id
lang: en
title: T
results: never
window: {opens: 2026-03-02T08:00, closes: 2026-03-01T08:00}
steps:
  - say: hello
    text: "{nam}"
  - ask: mode
    text: How?
    one_of: {bus: Bus, vélo: Bike}
  - ask: why
    when: mdoe == 'bus'
    text: Why?
  - ask: age
    text: Age?
    number: {min: 9, max: 3}
  - goto: nowhere
    when: age > 'x'
  - asc: x
  - end: bye
    txt: Bye
"""
    loaded = load_text(text, "f.yaml")
    assert [mistake.line for mistake in loaded.mistakes] == [2, 5, 6, 9, 12, 13, 14, 18, 19, 20, 21, 22, 23]


def test_sentences_are_in_the_language_of_the_flow_else_in_the_configured_one() -> None:
    assert load_text("palabre: 2\nlang: en\n", "f", lang="fr").lang == "en"
    assert load_text("lang: fr\nbroken: [", "f", lang="en").lang == "fr"
    assert load_text("", "f", lang="fr").lang == "fr"
    assert load_text("lang: xx\n", "f", lang="fr").lang == "fr"


def test_remarks_do_not_stop_a_flow() -> None:
    head = """\
window: {opens: 2026-03-01T08:00, closes: 2026-03-02T08:00}
reminders:
  - {after: 2d, text: Come back}
"""
    choice = f"  - ask: free\n    text: x\n    one_of: {{a: {'x' * 41}, b: B}}\n"
    loaded = load_text(flow(choice, head=head), "f.yaml")
    assert loaded.flow is not None
    assert [(remark.line, remark.what) for remark in loaded.remarks] == [
        (7, "this reminder is longer than the window"),
        (13, "nobody can leave this question without an opinion"),
        (15, "this label has 41 characters"),
    ]


def test_no_sentence_of_pydantic_reaches_people() -> None:
    body = ask("scale: {from: x}") + step("ask: b", "text: 1", "number: [1]", "optional: 3", "timeout: {to: 3}")
    text = report(load_text(flow(body, head="recap: 3\nforget: [1]\nsecrecy: {a: b}\n"), "f"))
    for word in ("Input", "should be", "validation", "field", "dict", "palabre_"):
        assert word not in text


@pytest.mark.parametrize(
    ("keep", "what", "hint"),
    [
        ("agreed", "there is no question agreed", "did you mean agree?"),
        ("mode", "mode does not ask for consent", "name a yes_no question with consent"),
        ("bye", "bye does not ask for consent", "name a yes_no question with consent"),
    ],
)
def test_keep_names_a_question_that_asks_for_consent(keep: str, what: str, hint: str) -> None:
    agree = step("ask: agree", "text: Agreed?", "yes_no: true", "consent: counting")
    found = the_mistake(flow(agree, head=f"keep: §{keep}\n"))
    assert (found.what, found.hint) == (what, hint)
    assert load_text(flow(agree, head="keep: agree\n"), "sample.yaml").flow is not None


def test_keep_without_a_question_of_consent_says_what_is_needed() -> None:
    found = the_mistake(flow(head="keep: §agree\n"))
    assert (found.what, found.hint) == ("there is no question agree", "name a yes_no question with consent")
