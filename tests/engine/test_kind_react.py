"""`react` as a conversation: one statement a message, undo, words to add, batches, a link to one statement."""

from __future__ import annotations

import pytest
from pooled import AT, FEASIBLE, PRIORITY, STANDS, STATEMENTS, Talk, a_flow, cards, idea

from flows import prompts
from flows.effects import Fetch, Note, Stance, Withdraw
from flows.engine import advance, pointed
from flows.events import Card, Fetched, Pressed, Said
from flows.flow import Flow
from flows.kinds import react, served
from flows.kinds.served import Judged, Served
from flows.session import Answer, Given, Stage

ALONE = a_flow(cards())


def talk(flow: Flow = ALONE, lang: str = "fr", **drafts: tuple[str, ...]) -> Talk:
    return Talk(flow=flow, lang=lang, drafts=drafts).begin()


def judged(chat: Talk) -> dict[int, str | None]:
    return {number: stance.value for number, stance in chat.pool.stances.items()}


# --- One after the other ---------------------------------------------------------------------------------------------


def test_the_question_is_told_with_the_first_card_only() -> None:
    chat = talk()
    assert chat.last.startswith("Qu'en pensez-vous ?")
    assert "Il faut plus de pistes cyclables." in chat.last
    assert "1/4" in chat.last
    assert "Qu'en pensez-vous" not in chat.presses("agree")
    assert "2/4" in chat.last


def test_every_statement_once_then_the_step_is_answered() -> None:
    chat = talk()
    for code in ("agree", "disagree", "neutral", "agree"):
        chat.presses(code)
    assert judged(chat) == {1: "agree", 2: "disagree", 3: "neutral", 4: "agree"}
    assert chat.served == [1, 2, 3, 4]
    assert chat.file == {"cards": Answer(Given.ANSWER, 4)}
    assert chat.session.stage is Stage.SENT
    assert not chat.alive, "no message keeps buttons that mean nothing any more"


def test_each_judgement_is_on_file_at_once() -> None:
    chat = talk()
    chat.presses("agree")
    assert chat.file == {"cards": Answer(Given.ANSWER, 1)}
    chat.says("stop")
    assert chat.session.stage is Stage.PAUSED
    chat.commands("resume")
    assert "bus la nuit" in chat.last
    assert chat.session.stage is Stage.ACTIVE


def test_there_may_be_nothing_to_judge_yet() -> None:
    chat = talk(a_flow(cards("idea", statements=()), idea(optional=True)))
    assert "rien" in chat.texts[0] or "nothing" in chat.texts[0]
    assert chat.file == {"cards": Answer(Given.ANSWER, 0)}
    assert chat.last.startswith("Que proposez-vous ?")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        *[
            (words, "agree")
            for words in ("d'accord", "Pour", "oui", "yes", "1", "je suis d'accord", "👍", "agree", "i agree")
        ],
        *[
            (words, "disagree")
            for words in ("pas d'accord", "contre", "non", "no", "2", "je suis contre", "against", "👎")
        ],
        *[
            (words, "neutral")
            for words in ("neutre", "sans avis", "3", "neutral", "je ne sais pas", "mitigé", "unsure")
        ],
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_card_is_judged_by_typing(words: str, value: str, lang: str) -> None:
    chat = talk(lang=lang)
    chat.says(words)
    assert judged(chat) == {1: value}
    assert "2/4" in chat.last


@pytest.mark.parametrize(
    "words", ["bonjour", "peut-être", "oui mais non", "4", "0", "", "\u202e", "d'accord pas d'accord"]
)
def test_what_is_not_understood_judges_nothing(words: str) -> None:
    chat = talk()
    chat.says(words)
    assert judged(chat) == {}
    assert chat.session.open is not None
    chat.presses("agree")
    assert judged(chat) == {1: "agree"}


def test_who_wants_to_pass_a_card_is_told_how() -> None:
    chat = talk()
    chat.presses("agree")
    assert "“" in chat.says("passer") or "«" in chat.last
    assert judged(chat) == {1: "agree"}
    assert chat.session.stage is Stage.ACTIVE


def test_only_two_ways_to_judge() -> None:
    chat = talk(a_flow(cards(stands=STANDS[:2])))
    assert set(chat.buttons) == {"agree", "disagree"}
    chat.says("neutre")
    assert judged(chat) == {}
    chat.says("2")
    assert judged(chat) == {1: "disagree"}


# --- Undo ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["#undo", "annuler", "undo", "retour", "back"])
def test_the_last_judgement_can_be_taken_back(way: str) -> None:
    chat = talk()
    chat.presses("agree")
    chat.presses("disagree")
    _ = chat.presses("undo") if way == "#undo" else chat.says(way)
    assert judged(chat) == {1: "agree"}
    assert "bus la nuit" in chat.last
    assert chat.file == {"cards": Answer(Given.ANSWER, 1)}
    assert len(chat.alive) == 1, "the card that comes back is the only one that can be pressed"
    for code in ("agree", "agree", "agree"):
        chat.presses(code)
    assert judged(chat) == {1: "agree", 2: "agree", 3: "agree", 4: "agree"}


def test_only_the_last_one_can_be_taken_back() -> None:
    chat = talk()
    chat.presses("agree")
    undo = chat.buttons["undo"]
    chat.presses("agree")
    assert undo != chat.buttons["undo"]
    before = chat.session
    chat.happens(Pressed(at=AT, data=undo))
    assert chat.session == before
    assert judged(chat) == {1: "agree", 2: "agree"}
    chat.presses("undo")
    assert "undo" not in chat.buttons, "one step back, not two"
    assert "rien" in chat.says("annuler") or "nothing" in chat.last


def test_taking_back_the_only_one_leaves_nothing_on_file() -> None:
    chat = talk()
    chat.presses("agree")
    chat.presses("undo")
    assert chat.file == {}
    assert judged(chat) == {}
    assert any(isinstance(one, Withdraw) for one in chat.effects)
    chat.presses("neutral")
    assert chat.file == {"cards": Answer(Given.ANSWER, 1)}


def test_who_comes_back_from_the_next_question_can_take_the_last_one_back() -> None:
    chat = talk(a_flow(cards(), idea(optional=True)))
    for _ in range(4):
        chat.presses("agree")
    assert chat.last.startswith("Que proposez-vous")
    chat.presses("back")
    assert "4" in chat.last
    chat.presses("undo")
    assert "fontaines" in chat.last
    chat.presses("disagree")
    assert judged(chat)[4] == "disagree"
    assert chat.last.startswith("Que proposez-vous")


# --- Words to add ----------------------------------------------------------------------------------------------------


def test_words_are_added_to_the_last_judgement_and_taken_off() -> None:
    chat = talk()
    chat.presses("agree")
    chat.presses(PRIORITY.code)
    chat.presses(FEASIBLE.code)
    assert chat.pool.stances[1].qualifiers == ("priority", "feasible")
    chat.presses(PRIORITY.code)
    assert chat.pool.stances[1].qualifiers == ("feasible",)
    chat.says("Priorité")
    assert chat.pool.stances[1].qualifiers == ("feasible", "priority")
    assert chat.file == {"cards": Answer(Given.ANSWER, 1)}
    chat.presses("disagree")
    assert PRIORITY.code not in chat.buttons, "no words go with a disagreement here"
    assert chat.pool.stances[1].qualifiers == ("feasible", "priority")


def test_a_word_pressed_twice_is_added_once() -> None:
    chat = talk()
    chat.presses("agree")
    data = chat.buttons[PRIORITY.code]
    chat.happens(Pressed(at=AT, data=data))
    before = chat.session
    chat.happens(Pressed(at=AT, data=data))
    assert chat.session == before
    assert chat.pool.stances[1].qualifiers == ("priority",)


# --- Buttons that are late, forged or pressed twice ------------------------------------------------------------------


def test_a_second_press_on_the_same_card_does_not_judge_the_next_one() -> None:
    chat = talk()
    data = chat.buttons["agree"]
    chat.happens(Pressed(at=AT, data=data))
    before = chat.session
    chat.happens(Pressed(at=AT, data=data))
    assert chat.session == before
    assert judged(chat) == {1: "agree"}


def test_another_word_on_a_card_already_judged_is_refused_with_a_reason() -> None:
    chat = talk()
    against = chat.buttons["disagree"]
    chat.presses("agree")
    chat.happens(Pressed(at=AT, data=against))
    assert judged(chat) == {1: "agree"}
    assert "Undo" in chat.notes[-1] or "Annuler" in chat.notes[-1]


def test_a_press_with_the_proof_of_another_card_is_refused() -> None:
    chat = talk()
    opened = chat.session.open
    assert opened is not None
    before = chat.session
    for token in ("a~p2", "a~", "a", "u~p1", "+a0~p1", "more", "x~p1"):
        effects = chat.happens(Pressed(at=AT, data=prompts.data(opened.id, token)))
        assert [type(one) for one in effects] == [Note]
        assert chat.session == before
    assert judged(chat) == {}


def test_data_that_nobody_waits_for_changes_nothing() -> None:
    chat = talk()
    card = Card(number=9, text="Un intrus", proof="p9")
    before = chat.session
    for event in (
        Fetched(at=AT, question="cards", want="cards", cards=(card,)),
        Fetched(at=AT, question="cards", want="similar", cards=(card,)),
        Fetched(at=AT, question="else", want="cards"),
        Fetched(at=AT, question="end", want=""),
    ):
        assert advance(chat.flow, before, event).session == before
        assert advance(chat.flow, before, event).effects == ()


# --- Batches ---------------------------------------------------------------------------------------------------------


def test_after_a_batch_the_person_is_asked_whether_to_go_on() -> None:
    chat = talk(a_flow(cards(batch=3)))
    assert "1/3" in chat.last
    for _ in range(3):
        chat.presses("agree")
    assert {"more", "enough", "undo"} <= set(chat.buttons)
    assert chat.served == [1, 2, 3]
    chat.presses("more")
    assert "fontaines" in chat.last
    assert "1/1" in chat.last
    chat.presses("agree")
    assert chat.session.stage is Stage.SENT


def test_nobody_is_asked_for_more_when_there_is_no_more() -> None:
    chat = talk(a_flow(cards(batch=4)))
    for _ in range(4):
        chat.presses("agree")
    assert chat.session.stage is Stage.SENT


@pytest.mark.parametrize("words", ["assez", "enough", "non", "ça suffit", "terminé", "#enough"])
def test_enough_is_an_answer(words: str) -> None:
    chat = talk(a_flow(cards(batch=2)))
    chat.says("pour")
    chat.says("contre")
    _ = chat.presses("enough") if words == "#enough" else chat.says(words)
    assert chat.file == {"cards": Answer(Given.ANSWER, 2)}
    assert chat.session.stage is Stage.SENT


@pytest.mark.parametrize("words", ["encore", "more", "oui", "continuer", "1", "#more"])
def test_more_brings_the_next_ones(words: str) -> None:
    chat = talk(a_flow(cards(batch=2)))
    chat.says("pour")
    chat.says("contre")
    _ = chat.presses("more") if words == "#more" else chat.says(words)
    assert "bancs" in chat.last


def test_enough_in_the_middle_of_a_batch() -> None:
    chat = talk()
    assert "enough" not in chat.buttons, "one card at least"
    chat.says("assez")
    assert chat.session.stage is Stage.ACTIVE
    chat.presses("agree")
    chat.presses("enough")
    assert chat.file == {"cards": Answer(Given.ANSWER, 1)}


def test_no_more_than_the_most() -> None:
    chat = talk(a_flow(cards(most=3, batch=2)))
    chat.presses("agree")
    chat.presses("agree")
    chat.presses("more")
    assert "1/1" in chat.last
    chat.presses("neutral")
    assert chat.file == {"cards": Answer(Given.ANSWER, 3)}
    assert chat.session.stage is Stage.SENT


def test_who_has_sent_may_judge_what_came_since() -> None:
    chat = talk(a_flow(cards(), recap=True))
    for _ in range(4):
        chat.presses("agree")
    chat.says("envoyer")
    chat.pool.put("cards", "Il faut des arbres.")
    chat.commands("myvote")
    chat.says("1")
    chat.presses("more")
    assert "arbres" in chat.last
    chat.presses("agree")
    assert chat.file == {"cards": Answer(Given.ANSWER, 5)}
    assert chat.session.stage is Stage.SENT


# --- Where a card comes from -----------------------------------------------------------------------------------------


def test_it_is_said_who_wrote_a_card() -> None:
    chat = Talk(flow=a_flow(cards("idea"), idea(optional=True)), lang="en")
    chat.pool.held.clear()
    chat.pool.put("idea", "We should plant trees.")
    chat.pool.put("cards", STATEMENTS[0].label, official=True)
    chat.begin()
    assert "From a participant" in chat.last
    chat.presses("agree")
    assert "From the organiser" in chat.last
    assert "We should build bike lanes." in chat.last


def test_a_link_puts_its_statement_first() -> None:
    chat = talk(cards=served.shared(3))
    assert "bancs" in chat.last
    assert "/" not in chat.last.splitlines()[-1]
    chat.presses("agree")
    chat.presses("agree")
    assert [(one.number, one.via) for one in chat.effects if isinstance(one, Stance)] == [(3, "shared"), (1, "served")]
    asked = [one for one in chat.effects if isinstance(one, Fetch)]
    assert (asked[0].queue, asked[0].via) == ((3,), "shared")
    assert (asked[1].queue, asked[1].via) == ((), "served")


def test_a_link_to_what_is_not_there_leads_to_the_others() -> None:
    chat = talk(cards=served.shared(99))
    assert "pistes cyclables" in chat.last
    chat.presses("agree")
    assert chat.pool.stances[1].via == "served"


def test_a_link_waits_until_its_question_is_reached() -> None:
    chat = talk(a_flow(idea(optional=True), cards()), cards=served.shared(2))
    assert chat.last.startswith("Que proposez-vous")
    chat.says("passer")
    assert "bus la nuit" in chat.last


def test_a_link_reaches_somebody_who_is_there_already() -> None:
    chat = talk()
    chat.presses("agree")
    chat.take(pointed(chat.flow, chat.session, "cards", 4))
    assert "fontaines" in chat.last
    chat.presses("disagree")
    assert chat.pool.stances[4].via == "shared"
    assert len(chat.alive) == 2, "the card in front, and the one judged last"
    chat.says("pour")
    chat.says("pour")
    assert chat.session.stage is Stage.SENT
    chat.pool.put("cards", "Il faut des arbres.")
    chat.take(pointed(chat.flow, chat.session, "cards", 5))
    assert "arbres" in chat.last
    assert pointed(chat.flow, chat.session, "nothing", 1).session == chat.session


def test_a_card_changes_language_with_the_person() -> None:
    chat = talk()
    chat.presses("agree")
    chat.commands("language", "en")
    assert "We should run night buses." in chat.last
    chat.presses("agree")
    assert judged(chat) == {1: "agree", 2: "agree"}


# --- The draft -------------------------------------------------------------------------------------------------------


def test_a_draft_says_everything_and_nothing_breaks_it() -> None:
    card = Card(number=7, text="Un\ttexte = à «part»\nen deux", official=True, supports=3, proof="a-B_9")
    whole = Served(
        judged=5,
        dealt=2,
        card=card,
        via="shared",
        queue=(4, 9),
        last=Judged(card=card, stand="agree", via="similar", qualifiers=("a", "b")),
        told=True,
        rest=True,
    )
    assert served.read(whole.write()) == whole
    assert served.read(()) == Served()
    for kept in (("x",), ("n=z",), ("c=1",), ("q=.a.3",), ("shared", "x"), ("shared",), ("l=\t\t\t\t",)):
        assert served.read(kept).judged == 0


def test_what_somebody_wrote_is_shown_as_it_is() -> None:
    chat = Talk(flow=a_flow(cards("idea", statements=()), idea(optional=True)))
    nasty = "<b>=1+1</b> *gras* [x](http://y) /stop {title}"
    chat.pool.put("idea", nasty)
    chat.begin()
    assert nasty in chat.last
    assert nasty in chat.presses("agree") or any(nasty in one for one in chat.texts)


def test_said_in_words() -> None:
    assert react.said(1, "en") == "1 opinion given"
    assert react.said(3, "en") == "3 opinions given"


def test_a_judgement_typed_is_confirmed_in_words() -> None:
    chat = talk(lang="en")
    assert "Recorded: “Agree”." in chat.says("yes")
    assert "“Priority”, “Feasible”" in chat.last
    assert "Recorded" not in chat.presses("agree")


def test_somebody_who_typed_while_paused_is_told() -> None:
    chat = talk()
    chat.says("stop")
    before = chat.session
    chat.happens(Said(at=AT, text="d'accord"))
    assert chat.session == before
