"""Majority judgment and the matrix: one card after the other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import kinds, prompts
from flows.effects import Amend, Record, Send
from flows.engine import Step, advance, begin
from flows.events import Commanded, Event, Pressed, Said
from flows.flow import Ask, Choice, Criterion, End, Flow, Grades, Text, YesNo, make_flow
from flows.kinds import Partly, Taken, Wrong
from flows.messages import plain_text
from flows.session import Answer, Given, Session, Stage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE = ("Anne", "Paul", "Zoé", "Karim", "Lin", "Omar", "Rosa", "Ida", "Yann", "Max")
GRADES = (("tb", "Très bien"), ("bien", "Bien"), ("passable", "Passable"), ("rejet", "À rejeter"))


def text(words: str) -> Text:
    return Text({"fr": words, "en": words})


def choices(pairs: tuple[tuple[str, str], ...]) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=text(label)) for code, label in pairs)


def judgment(count: int = 3) -> Grades:
    items = tuple((name.lower().replace("é", "e"), name) for name in PEOPLE[:count])
    return Grades(items=choices(items), criteria=(Criterion(code="", label=text(""), grades=choices(GRADES)),))


def matrix(count: int = 10, criteria: int = 2, batch: int | None = 3) -> Grades:
    asked = (("urgent", "Est-ce urgent ?"), ("utile", "Est-ce utile ?"), ("mur", "Est-ce mûr ?"))
    return Grades(
        items=judgment(count).items,
        criteria=tuple(Criterion(code=code, label=text(q), grades=choices(GRADES)) for code, q in asked[:criteria]),
        batch=batch,
    )


def ask(kind: Grades, **fields: object) -> Ask:
    return Ask(name="avis", text=text("Votre avis ?"), kind=kind, **fields)  # type: ignore[arg-type]


def pressed(kind: Grades, kept: tuple[str, ...], *tokens: str) -> tuple[str, ...]:
    for token in tokens:
        moved = kinds.press(ask(kind), token, "en", kept)
        assert isinstance(moved, Partly), (token, moved)
        kept = moved.draft
    return kept


def typed(kind: Grades, words: str, kept: tuple[str, ...] = ()) -> kinds.Reply:
    return kinds.read(ask(kind), words, "en", "en", kept)


def offered(kind: Grades, kept: tuple[str, ...]) -> dict[str, str]:
    shown, _ = kinds.buttons(ask(kind), "en", "en", "p", None, kept)
    return {
        (prompts.read(button.data) or ("", ""))[1]: ("✔ " if button.chosen else "") + button.label for button in shown
    }


def told(kind: Grades, kept: tuple[str, ...]) -> str:
    return plain_text(kinds.blocks(ask(kind), "en", "en", kept))


# --- Majority judgment ------------------------------------------------------------------------------------------------


def test_a_card_an_option_then_all_of_them() -> None:
    kind = judgment()
    assert told(kind, ()) == "Option 1 of 3\nAnne"
    assert offered(kind, ()) == {"0.0": "Très bien", "0.1": "Bien", "0.2": "Passable", "0.3": "À rejeter"}
    kept = pressed(kind, (), "0.1")
    assert kept == ("anne=bien",)
    assert told(kind, kept) == "So far: Anne: Bien\n\nOption 2 of 3\nPaul"
    assert offered(kind, kept)["@0"] == "Previous card"
    assert kinds.step_forward(ask(kind), kept, "en") == ""
    assert kinds.done(ask(kind), kept, "en") == Wrong("Please give 2 more grades.")
    kept = pressed(kind, kept, "1.0", "2.3")
    assert offered(kind, kept) == {"@0": "Anne: Bien", "@1": "Paul: Très bien", "@2": "Zoé: À rejeter"}
    assert kinds.step_forward(ask(kind), kept, "en") == "Done"
    assert kinds.done(ask(kind), kept, "en") == Taken((("anne", "bien"), ("paul", "tb"), ("zoe", "rejet")))


def test_a_card_is_taken_up_again_and_the_person_is_back_where_they_were() -> None:
    kind = judgment()
    kept = pressed(kind, (), "0.1", "1.0", "@0")
    assert told(kind, kept) == "Option 1 of 3\nAnne"
    assert offered(kind, kept)["0.1"] == "✔ Bien"
    kept = pressed(kind, kept, "0.3")
    assert kept == ("anne=rejet", "paul=tb")
    assert told(kind, kept).endswith("Option 3 of 3\nZoé")


def test_a_card_cannot_be_passed_in_majority_judgment() -> None:
    assert kinds.press(ask(judgment()), "0.x", "en", ()) is None
    assert "No opinion" not in offered(judgment(), ()).values()
    assert typed(judgment(), "sans opinion") is None


def test_from_a_card_chosen_in_the_list_one_is_back_in_the_list() -> None:
    kind, whole = judgment(), ("anne=bien", "paul=tb", "zoe=rejet")
    kept = pressed(kind, whole, "@2")
    assert offered(kind, kept)["list"] == "All grades"
    assert pressed(kind, kept, "list") == pressed(kind, kept, "2.3") == whole
    assert kinds.back(ask(kind), kept, answered=True) == Partly(whole)


def test_many_grades_are_recalled_by_the_last_ones() -> None:
    kept = pressed(judgment(6), (), "0.0", "1.1", "2.1", "3.2")
    assert told(judgment(6), kept).startswith("So far: … · Paul: Bien · Zoé: Bien · Karim: Passable\n")


# --- Typed ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["bien", "Bien", "2", "bein", "la deuxième", "je dirais bien", "BIEN !"])
def test_one_grade(words: str) -> None:
    assert typed(judgment(), words) == Partly(("anne=bien",))


@pytest.mark.parametrize(
    "words", ["bien, passable, très bien", "2 3 1", "2, 3, 1", "bein; pasable; tres bien", "2\n3\n1"]
)
def test_several_grades_in_the_order_of_the_cards(words: str) -> None:
    assert typed(judgment(), words) == Partly(("anne=bien", "paul=passable", "zoe=tb"))


@pytest.mark.parametrize(
    "words", ["Zoé: bien, Anne: passable", "zoe = 2 ; anne=3", "Zoé : bien\nAnne : passable", "3:2, 1:3"]
)
def test_several_grades_by_name(words: str) -> None:
    assert typed(judgment(), words) == Partly(("anne=passable", "zoe=bien"))


def test_what_is_wrong_is_named() -> None:
    assert typed(judgment(), "Anne: bien, Jules: bien") == Wrong("I do not find “Jules” in the list.")
    assert typed(judgment(), "Anne: bien, Paul: génial") == Wrong(
        "I do not find “génial” among the grades: Très bien, Bien, Passable, À rejeter."
    )
    assert typed(judgment(1), "bien, bien") == Wrong("That is more than one grade, and there is 1 card left.")
    assert typed(judgment(2), "1 2 3") == Wrong("These are more grades than there are cards left: 2.")
    assert typed(judgment(), "bonjour") is None
    assert typed(judgment(), "http://example.org") is None


@pytest.mark.parametrize("words", ["assez bien", "plutôt bien", "Anne: assez bien, Paul: bien"])
def test_a_degree_more_or_less_is_another_grade(words: str) -> None:
    assert isinstance(typed(judgment(), words), Wrong)
    assert typed(judgment(), "tres bien") == Partly(("anne=tb",))


def test_a_grade_that_holds_a_comma_or_a_colon() -> None:
    grades = choices((("yes", "Oui, vite"), ("later", "Oui: plus tard"), ("no", "Non")))
    kind = Grades(items=judgment().items, criteria=(Criterion(code="", label=text(""), grades=grades),))
    assert typed(kind, "oui, vite") == Partly(("anne=yes",))
    assert typed(kind, "oui: plus tard") == Partly(("anne=later",))


def test_at_the_end_a_name_or_a_number_takes_a_card_up_again() -> None:
    kind = judgment()
    kept = ("anne=bien", "paul=tb", "zoe=rejet")
    assert typed(kind, "2", kept) == typed(kind, "paul", kept) == Partly((*kept, "@1"))
    assert typed(kind, "Paul: passable", kept) == Partly(("anne=bien", "paul=passable", "zoe=rejet"))
    assert typed(kind, "done", kept) == Taken((("anne", "bien"), ("paul", "tb"), ("zoe", "rejet")))
    assert typed(kind, "previous card", ("anne=bien",)) == Partly(("anne=bien", "@0"))


# --- Matrix -----------------------------------------------------------------------------------------------------------


def test_a_card_for_each_criterion() -> None:
    kind = matrix(batch=None, count=2)
    assert told(kind, ()) == "Option 1 of 2\nAnne\nEst-ce urgent ?"
    kept = pressed(kind, (), "0.0")
    assert kept == ("anne.urgent=tb",)
    assert told(kind, kept) == "Option 1 of 2\nAnne\nEst-ce utile ?"
    kept = pressed(kind, kept, "1.1", "2.x", "3.2")
    assert offered(kind, kept) == {"@0": "Anne: Très bien, Bien", "@2": "Paul: –, Passable"}
    value = (("anne.urgent", "tb"), ("anne.utile", "bien"), ("paul.utile", "passable"))
    assert kinds.done(ask(kind), kept, "en") == Taken(value)
    assert kinds.say(ask(kind), Answer(Given.ANSWER, value), "en", "en") == "Anne: Très bien, Bien · Paul: –, Passable"


def test_an_item_taken_up_again_is_asked_about_in_full() -> None:
    kind = matrix(batch=None, count=2)
    kept = pressed(kind, (), "0.0", "1.0", "2.0", "3.0", "@0", "0.1")
    assert told(kind, kept) == "Option 1 of 2\nAnne\nEst-ce utile ?"
    assert pressed(kind, kept, "0.1") == kept
    assert "@0" in offered(kind, pressed(kind, kept, "1.1"))


def test_batches() -> None:
    kind = matrix(count=8, criteria=1, batch=3)
    assert kinds.step_forward(ask(kind), (), "en") == ""
    kept = pressed(kind, (), "0.0")
    assert kinds.step_forward(ask(kind), kept, "en") == "Stop here"
    kept = pressed(kind, kept, "1.x", "2.1")
    assert told(kind, kept).endswith("You have seen 3 of 8. Continue with 3 more?")
    assert offered(kind, kept) == {"+6": "Continue", "@2": "Previous card"}
    assert kinds.step_forward(ask(kind), kept, "en") == "That is enough"
    assert kinds.press(ask(kind), "+8", "en", kept) is None
    assert kinds.press(ask(kind), "3.0", "en", kept) is None, "not dealt yet"
    kept = pressed(kind, kept, "+6")
    assert told(kind, kept).endswith("Option 4 of 6\nKarim\nEst-ce urgent ?")
    assert pressed(kind, kept, "+6") == kept
    kept = pressed(kind, kept, "3.0", "4.0", "5.0")
    assert told(kind, kept).endswith("You have seen 6 of 8. Continue with 2 more?")
    kept = pressed(kind, kept, "+8", "6.0", "7.0")
    assert kinds.step_forward(ask(kind), kept, "en") == "Done"
    assert "@7" in offered(kind, kept)


def test_each_grade_is_kept_at_once() -> None:
    kind = matrix(criteria=1)
    assert kinds.press(ask(kind), "0.1", "en", ()) == Partly(("anne.urgent=bien",), keep=(("anne.urgent", "bien"),))
    assert kinds.press(ask(kind), "0.x", "en", ()) == Partly(("anne.urgent=",))
    assert kinds.press(ask(kind), "0.x", "en", ("anne.urgent=bien",)) == Partly(("anne.urgent=",), keep=())
    assert kinds.press(ask(judgment()), "0.1", "en", ()) == Partly(("anne=bien",))


def test_who_has_no_opinion_on_anything_has_answered_so() -> None:
    kind = matrix(count=3, criteria=1, batch=None)
    kept = pressed(kind, (), "0.x", "1.x", "2.x")
    assert kinds.done(ask(kind), kept, "en") == Taken(())
    assert kinds.say(ask(kind), Answer(Given.ANSWER, ()), "en", "en") == "no opinion"


def test_typed_in_a_matrix() -> None:
    kind = matrix(count=8, criteria=1, batch=3)
    assert (
        typed(kind, "no opinion")
        == typed(kind, "sans avis")
        == typed(kind, "je ne sais pas")
        == Partly(("anne.urgent=",))
    )
    assert typed(kind, "stop here", ("anne.urgent=tb",)) == Taken((("anne.urgent", "tb"),))
    kept = ("anne.urgent=tb", "paul.urgent=tb", "zoe.urgent=tb")
    for words in ("continue", "oui", "1", "je continue"):
        assert typed(kind, words, kept) == Partly((*kept, "+6")), words
    for words in ("non", "that is enough", "non merci"):
        assert isinstance(typed(kind, words, kept), Taken), words


def test_back_among_the_cards() -> None:
    kind = judgment()
    assert kinds.back(ask(kind), (), answered=False) is None
    assert kinds.back(ask(kind), ("anne=bien",), answered=False) == Partly(("anne=bien", "@0"))
    whole = ("anne=bien", "paul=tb", "zoe=rejet")
    assert kinds.back(ask(kind), whole, answered=False) == Partly((*whole, "@2"))
    assert kinds.back(ask(kind), whole, answered=True) is None, "then it is the question before that is meant"


# --- Laws -------------------------------------------------------------------------------------------------------------

KINDS = st.one_of(
    st.builds(judgment, st.integers(2, 4)),
    st.builds(matrix, st.integers(2, 7), st.integers(1, 3), st.sampled_from([None, 1, 2, 3, 9])),
)
TOKENS = st.one_of(
    st.builds(lambda card, grade: f"{card}.{grade}", st.integers(0, 21), st.sampled_from([0, 1, 3, 4, "x", ""])),
    st.builds(lambda card: f"@{card}", st.integers(0, 21)),
    st.builds(lambda items: f"+{items}", st.integers(0, 9)),
    st.sampled_from(["", ".", "x", "@", "+", "-1.0", "0.-1", "00.0", "²", "0.0.0"]),
    st.text(max_size=8),
)
WORDS = st.one_of(
    st.sampled_from(
        ["1", "2 3", "bien", "bien, passable", "Anne: bien", "Anne: bien, Paul: 2", ":", ",", "= =", "oui"]
    ),
    st.sampled_from(
        ["non", "sans opinion", "passer", "continuer", "stop here", "that is enough", "previous card", "1:1"]
    ),
    st.text(max_size=20),
)
MOVES = st.lists(st.one_of(st.tuples(st.just("press"), TOKENS), st.tuples(st.just("type"), WORDS)), max_size=30)


@settings(max_examples=300, deadline=None)
@given(KINDS, MOVES, st.data())
def test_whatever_is_pressed_or_typed(kind: Grades, moves: list[tuple[str, str]], data: st.DataObject) -> None:
    kept: tuple[str, ...] = ()
    one = ask(kind)
    file: kinds.Reply = None
    for how, what in moves:
        if data.draw(st.booleans()):  # what a person does, rather than anything at all
            how, what = "press", data.draw(st.sampled_from(sorted(offered(kind, kept)) or ["x"]))
        reply = kinds.press(one, what, "en", kept) if how == "press" else kinds.read(one, what, "en", "en", kept)
        match reply:
            case Partly(after, _, keep):
                kept = after
                if keep is not None:
                    file = Taken(keep)
                if how == "press":
                    again = kinds.press(one, what, "en", kept)
                    assert isinstance(again, Partly)
                    assert again.draft == kept, "a press twice does what one does"
                    assert again.keep is None
            case Taken(value):
                assert kinds.done(one, kinds.draft(one, value), "en") == Taken(value) or value == ()
            case Wrong(why):
                assert why
        check(kind, kept, file)


def check(kind: Grades, kept: tuple[str, ...], file: kinds.Reply) -> None:
    one = ask(kind)
    assert told(kind, kept)
    tokens = offered(kind, kept)
    assert all(tokens.values())
    assert all(isinstance(kinds.press(one, token, "en", kept), Partly) for token in tokens), (
        "every button does something"
    )
    finished = kinds.done(one, kept, "en")
    assert isinstance(finished, Taken) == bool(kinds.step_forward(one, kept, "en"))
    if isinstance(finished, Taken):
        if kind.batch is not None and finished.value:
            assert file == finished, "what was given is on file"
        assert kinds.say(one, Answer(Given.ANSWER, finished.value), "en", "en")
        drafted = kinds.draft(one, finished.value)
        assert kinds.canonical(one, Answer(Given.ANSWER, finished.value)).value == finished.value
        if finished.value and (kind.batch is not None or len(drafted) == len(kind.items) * len(kind.criteria)):
            assert kinds.done(one, drafted, "en") == finished, "an answer is its own draft"


# --- In a conversation ------------------------------------------------------------------------------------------------


def flow(kind: Grades, **fields: object) -> Flow:
    first = Ask(name="venu", text=text("Êtes-vous venu ?"), kind=YesNo())
    last = Ask(name="bis", text=text("Reviendrez-vous ?"), kind=YesNo())
    return make_flow(
        id="g",
        version="v",
        lang="fr",
        langs=("fr", "en"),
        title=text("G"),
        steps=(first, ask(kind, **fields), last, End(name="end", text=text("Merci"))),
        recap=False,
    )


class Chat:
    """A conversation, each event of which survives a restart."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.step = begin(flow, session="s", lang="en", at=AT)

    def happens(self, event: Event) -> Step:
        session = Session.from_json(self.session.to_json(), id="s", flow="v", seq=self.session.seq)
        assert session == self.session
        self.step = advance(self.flow, session, event)
        return self.step

    @property
    def session(self) -> Session:
        return self.step.session

    def says(self, words: str) -> str:
        return self.shown(self.happens(Said(at=AT, text=words)))

    def commands(self, name: str) -> str:
        return self.shown(self.happens(Commanded(at=AT, name=name)))

    def presses(self, token: str) -> str:
        assert self.session.open is not None
        return self.shown(self.happens(Pressed(at=AT, data=prompts.data(self.session.open.id, token), message="m")))

    @staticmethod
    def shown(step: Step) -> str:
        messages = [effect.message for effect in step.effects if isinstance(effect, Send | Amend)]
        return "\n\n".join(plain_text(message.body) for message in messages)

    def tokens(self) -> set[str]:
        """What can be pressed under the last question shown."""
        effects = [one for one in self.step.effects if isinstance(one, Send | Amend) and one.message.prompt]
        prompt = effects[-1].message.prompt
        assert prompt is not None
        return {(prompts.read(button.data) or ("", ""))[1] for button in prompt.buttons}


def test_a_judgment_in_a_conversation() -> None:
    chat = Chat(flow(judgment()))
    assert "Option 1 of 3\nAnne" in chat.says("oui")
    assert "back" in chat.tokens()
    assert "Option 2 of 3\nPaul" in chat.presses("0.1")
    assert "back" not in chat.tokens(), "one way back at a time"
    assert "Option 1 of 3\nAnne" in chat.says("retour")
    assert "Option 2 of 3" in chat.presses("0.0")
    assert "Zoé: Passable" in chat.says("passable, passable") or chat.tokens() >= {"@0", "@1", "@2", "done"}
    assert "✔ Anne: Très bien · Paul: Passable · Zoé: Passable" in chat.presses("done")
    assert "Here are your grades" in chat.says("retour")
    assert chat.tokens() == {"@0", "@1", "@2", "done", "keep", "back"}
    assert "Êtes-vous venu ?" in chat.says("retour")
    assert chat.session.answers["avis"].value == (("anne", "tb"), ("paul", "passable"), ("zoe", "passable"))


def seen(kind: Grades) -> list[Choice]:
    """The items in the order in which this session sees them: it begins at a place of its own."""
    found = kinds.seen(ask(kind), "s").kind
    assert isinstance(found, Grades)
    return list(found.items)


def test_a_long_matrix_begins_at_a_place_of_the_persons_own() -> None:
    kind = matrix(count=8)
    once = kinds.seen(ask(kind), "s")
    assert kinds.seen(once, "s") == once, "what is seen stays as it is seen"
    codes = [item.code for item in kind.items]
    firsts = {_first(kind, str(n)).code for n in range(200)}
    assert firsts == set(codes)
    start = codes.index(_first(kind, "s").code)
    assert [item.code for item in seen(kind)] == codes[start:] + codes[:start]


def _first(kind: Grades, session: str) -> Choice:
    found = kinds.seen(ask(kind), session).kind
    assert isinstance(found, Grades)
    return found.items[0]


def test_leaving_a_matrix_in_the_middle_and_coming_back() -> None:
    kind = matrix(count=8, criteria=1, batch=3)
    items = seen(kind)
    names = [item.label.read("en", "en") for item in items]
    chat = Chat(flow(kind, optional=True))
    chat.says("oui")
    assert "skip" in chat.tokens()
    chat.presses("0.0")
    assert "skip" not in chat.tokens(), "there is something on file"
    chat.presses("1.x")
    assert chat.session.answers["avis"] == Answer(Given.ANSWER, ((f"{items[0].code}.urgent", "tb"),))
    assert "kept" in chat.commands("stop")
    assert chat.session.stage is Stage.PAUSED
    assert f"Option 3 of 3\n{names[2]}" in chat.commands("resume")
    assert "Continue with 3 more?" in chat.says("bien")
    assert f"Option 4 of 6\n{names[3]}" in chat.says("continuer")
    assert "Option 5 of 6" in chat.says("passer")
    assert "Reviendrez-vous ?" in chat.says("stop here")
    given = {f"{items[0].code}.urgent": "tb", f"{items[2].code}.urgent": "bien"}
    assert dict(chat.session.answers["avis"].value or ()) == given  # type: ignore[arg-type]
    assert chat.session.reopened is None


def test_each_judgement_leaves_one_record() -> None:
    chat = Chat(flow(matrix(count=8, criteria=1, batch=3)))
    chat.says("oui")
    chat.presses("0.0")
    assert [type(effect) for effect in chat.step.effects] == [Record, Amend]
    chat.presses("@0")
    assert [type(effect) for effect in chat.step.effects] == [Amend]
    chat.presses("0.0")
    assert [type(effect) for effect in chat.step.effects] == [Amend]


def test_a_matrix_reopened_goes_on_where_it_was() -> None:
    chat = Chat(flow(matrix(count=8, criteria=1, batch=3)))
    chat.says("oui")
    for token in ("0.0", "1.0", "2.0", "+6", "3.0", "done"):
        chat.presses(token)
    assert "Option 5 of 6" in chat.says("retour")
    assert len(chat.session.answers["avis"].value or ()) == 4  # type: ignore[arg-type]
