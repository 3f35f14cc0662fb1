"""`propose` as a conversation: the text and its cap, what is like it, a nuance, a topic, one's own recap."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pooled import AT, TOPICS, Talk, a_flow, choice, idea, text

from flows import prompts
from flows.effects import Fetch, Note, Proposed, Stance, Want
from flows.engine import advance
from flows.events import Card, Fetched, Pressed, Said
from flows.flow import Answering, Ask, Checked, Flow, OneOf, Photo, Spot
from flows.kinds import proposing
from flows.kinds.proposing import Stage, Writing
from flows.messages import Bold, Italic, Link, Paragraph, plain_text
from flows.session import Answer, Given
from flows.session import Stage as Whole

OPENER = text("Il faut", "We should")
LONGER = "planter des arbres dans chaque cour d'école"


def talk(flow: Flow | None = None, lang: str = "fr", **fields: object) -> Talk:
    return Talk(flow=flow or a_flow(idea(**fields)), lang=lang).begin()


def sent(chat: Talk) -> list[Proposed]:
    return [one for one in chat.effects if isinstance(one, Proposed)]


# --- From the text to the end ----------------------------------------------------------------------------------------


def test_a_text_is_read_over_and_sent() -> None:
    chat = talk()
    assert "140" in chat.last
    assert LONGER in chat.says(LONGER)
    assert sent(chat) == [], "nothing leaves before its author has said so"
    chat.presses("send")
    assert sent(chat) == [Proposed(question="idea", text=LONGER)]
    assert chat.file == {"idea": Answer(Given.ANSWER, 1)}
    assert chat.session.stage is Whole.SENT
    assert not chat.alive


@pytest.mark.parametrize("words", ["envoyer", "oui", "send", "yes", "c'est bon", "Valider"])
def test_sent_by_typing(words: str) -> None:
    chat = talk()
    chat.says(LONGER)
    chat.says(words)
    assert [one.text for one in sent(chat)] == [LONGER]


@pytest.mark.parametrize("way", ["#change", "modifier", "change", "retour"])
def test_a_text_can_be_changed_before_it_is_sent(way: str) -> None:
    chat = talk()
    chat.says(LONGER)
    shown = chat.presses("change") if way == "#change" else chat.says(way)
    assert LONGER in shown, "there to be copied"
    chat.says("planter des haies partout")
    chat.presses("send")
    assert [one.text for one in sent(chat)] == ["planter des haies partout"]


def test_a_sentence_typed_over_what_was_to_be_sent_is_the_text_now() -> None:
    chat = talk()
    chat.says(LONGER)
    shown = chat.says("planter des haies tout autour")
    assert "planter des haies tout autour" in shown, "it is read over again"
    assert LONGER not in shown
    assert sent(chat) == []
    chat.says("non pas comme ça finalement")
    chat.says("envoyer")
    assert [one.text for one in sent(chat)] == ["planter des haies tout autour"]


@pytest.mark.parametrize("way", ["#leave", "laisser tomber", "ne pas envoyer", "cancel", "passer"])
def test_a_text_can_be_left(way: str) -> None:
    chat = talk(optional=True)
    chat.says(LONGER)
    _ = chat.presses("leave") if way == "#leave" else chat.says(way)
    assert sent(chat) == []
    assert chat.file == {"idea": Answer(Given.SKIPPED)}
    assert chat.session.stage is Whole.SENT


def test_who_leaves_in_the_middle_finds_their_text_again() -> None:
    chat = talk(categories=TOPICS)
    chat.says(LONGER)
    chat.says("stop")
    chat.commands("resume")
    assert "Voirie" in str(chat.shown[chat.session.open.id])  # type: ignore[union-attr]
    chat.says("Voirie")
    chat.says("stop")
    assert LONGER in chat.commands("resume")
    chat.presses("send")
    assert sent(chat) == [Proposed(question="idea", text=LONGER, category="roads")]


def test_who_looks_at_an_earlier_question_finds_their_text_again() -> None:
    first = Ask(name="mode", text=text("Comment ?"), kind=OneOf(choices=TOPICS))
    chat = talk(a_flow(first, idea()))
    chat.says("1")
    chat.says(LONGER)
    chat.commands("back")
    assert "Que proposez-vous" in chat.last, "the way back from a text leads to the text"
    chat.says(LONGER)
    chat.says("modifier")
    chat.presses("back")
    assert chat.last.startswith("Comment")
    assert LONGER in chat.says("garder")


# --- The text itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("planter des arbres", "Il faut planter des arbres"),
        ("Planter des arbres", "Il faut planter des arbres"),
        ("Il faut planter des arbres", "Il faut planter des arbres"),
        ("IL FAUT planter des arbres", "IL FAUT planter des arbres"),
        ("il  faut\nplanter   des arbres", "il faut planter des arbres"),
        ("SNCF partout tout le temps", "Il faut SNCF partout tout le temps"),
        ("il faudrait planter", "Il faut il faudrait planter"),
    ],
)
def test_the_opener_stands_there_once(typed: str, whole: str) -> None:
    chat = talk(opener=OPENER)
    assert "Il faut" in chat.last
    chat.says(typed)
    chat.presses("send")
    assert [one.text for one in sent(chat)] == [whole]


def test_the_cap_counts_the_whole_text_and_says_by_how_much() -> None:
    chat = talk(opener=OPENER, lang="en")
    assert "163 characters, 140 at most: 23 too many." in chat.says("x" * 153)
    assert "141 characters, 140 at most: 1 too many." in chat.says("x" * 131)
    assert chat.session.stage is Whole.ACTIVE
    chat.says("x" * 130)
    chat.presses("send")
    assert [len(one.text) for one in sent(chat)] == [140]


@pytest.mark.parametrize("words", ["?", "...", "ok", "🎉🎉🎉🎉🎉🎉", "\u202e\u200b", "Il faut", "il faut !", ""])
def test_a_text_that_says_nothing_is_asked_for_again(words: str) -> None:
    chat = talk(opener=OPENER)
    before = chat.session
    chat.says(words)
    assert sent(chat) == []
    chat.says("planter")
    assert "Il faut planter" in chat.last
    assert chat.session.seq > before.seq


def test_what_somebody_wrote_is_never_markup() -> None:
    nasty = "<b>gras</b> *étoile* [lien](http://x.fr) =1+1 {title} /stop"
    chat = talk()
    chat.says(nasty)
    message = chat.shown[chat.session.open.id]  # type: ignore[union-attr]
    assert nasty in chat.last
    for block in message.body:
        parts = block.parts if isinstance(block, Paragraph) else [part for item in block.items for part in item]
        assert not any(isinstance(part, Bold | Italic | Link) and "gras" in part.text for part in parts)
    chat.presses("send")
    assert [one.text for one in sent(chat)] == [nasty]


def test_hints_are_told_and_forbid_nothing() -> None:
    chat = talk(lang="en")
    chat.says("PLEASE CALL ME ON 06 12 34 56 78 ABOUT THE BINS")
    assert "personal data" in chat.last
    assert "small letters" in chat.last
    chat.presses("send")
    assert len(sent(chat)) == 1


@pytest.mark.parametrize(
    ("checked", "said"),
    [(Checked.BEFORE, "a moderator reads it"), (Checked.NEWCOMERS, "may read"), (Checked.AFTER, "at once")],
)
def test_it_is_said_what_happens_next(checked: Checked, said: str) -> None:
    assert said in talk(lang="en", checked=checked).says(LONGER)


# --- What is like it -------------------------------------------------------------------------------------------------


def with_similar(lang: str = "fr", **fields: object) -> Talk:
    chat = Talk(flow=a_flow(idea(**fields)), lang=lang)
    chat.pool.put("idea", "Il faut planter des arbres")
    chat.pool.put("idea", "Il faut planter des arbres en ville")
    chat.begin()
    chat.says("planter des arbres")
    return chat


def test_earlier_ones_are_offered() -> None:
    chat = with_similar(opener=OPENER)
    assert {"support1", "support2", "mine"} <= set(chat.buttons)
    fetch = next(one for one in chat.effects if isinstance(one, Fetch) and one.want is not Want.LEFT)
    assert (fetch.want, fetch.text) == (Want.SIMILAR, "Il faut planter des arbres")


@pytest.mark.parametrize("way", ["#support2", "2", "la deuxième"])
def test_an_earlier_one_is_supported_instead(way: str) -> None:
    chat = with_similar(opener=OPENER)
    _ = chat.presses("support2") if way == "#support2" else chat.says(way)
    stance = next(one for one in chat.effects if isinstance(one, Stance))
    assert (stance.number, stance.value, stance.via, stance.question) == (2, "agree", "similar", "idea")
    chat.presses("alone")
    assert sent(chat) == []
    assert chat.file == {"idea": Answer(Given.ANSWER, 0)}
    assert chat.session.stage is Whole.SENT


def test_a_support_may_carry_a_nuance() -> None:
    chat = with_similar(opener=OPENER)
    chat.says("1")
    assert "au moins dix par rue" in chat.says("au moins dix par rue")
    chat.says("envoyer")
    assert [(one.text, one.parent) for one in sent(chat)] == [("au moins dix par rue", 1)]
    assert chat.file == {"idea": Answer(Given.ANSWER, 1)}


@pytest.mark.parametrize("way", ["#undo", "annuler"])
def test_a_support_can_be_taken_back(way: str) -> None:
    chat = with_similar()
    chat.says("1")
    _ = chat.presses("undo") if way == "#undo" else chat.says(way)
    assert chat.pool.stances == {}
    assert chat.file == {}
    chat.says("différent")
    chat.says("envoyer")
    assert [(one.text, one.parent) for one in sent(chat)] == [("planter des arbres", None)]


@pytest.mark.parametrize("way", ["#mine", "différent", "autre idée", "non", "mine is different", "3"])
def test_ones_own_may_be_different(way: str) -> None:
    chat = with_similar()
    _ = chat.presses("mine") if way == "#mine" else chat.says(way)
    chat.says("modifier")
    chat.says("planter des arbres fruitiers")
    chat.says("envoyer")
    assert [one.text for one in sent(chat)] == ["planter des arbres fruitiers"], "and is not asked again"


def test_nothing_is_looked_for_where_the_flow_says_so() -> None:
    chat = with_similar(similar=False)
    assert not any(isinstance(one, Fetch) and one.want is Want.SIMILAR for one in chat.effects)
    assert "send" in chat.buttons


# --- Topic, addressee, picture, place --------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["#green", "2", "nature", "Natur"])
def test_the_topic_is_asked(way: str) -> None:
    chat = talk(categories=TOPICS)
    chat.says(LONGER)
    _ = chat.presses("green") if way == "#green" else chat.says(way)
    assert chat.session.open is not None
    assert "Nature" in plain_text(chat.shown[chat.session.open.id].body)
    chat.presses("send")
    assert sent(chat)[0].category == "green"


def test_earlier_answers_go_with_it() -> None:
    who = Ask(
        name="who", text=text("À qui ?"), kind=OneOf(choices=(choice("maire", "Maire"), choice("prefet", "Préfet")))
    )
    theme = Ask(name="theme", text=text("Sujet ?"), kind=OneOf(choices=TOPICS))
    picture = Ask(name="picture", text=text("Photo ?"), kind=Photo(), optional=True)
    where = Ask(name="where", text=text("Où ?"), kind=Spot())
    answering = Answering(states=(), due=timedelta(days=30), by="who")
    last = idea(category="theme", photo="picture", near="where", answering=answering)
    chat = talk(a_flow(who, theme, picture, where, last))
    for words in ("2", "1", "passer", "3 rue Haute", LONGER, "envoyer"):
        chat.says(words)
    assert sent(chat) == [
        Proposed(question="idea", text=LONGER, category="roads", addressee="prefet", spot="3 rue Haute")
    ]
    assert next(one for one in chat.effects if isinstance(one, Fetch)).spot == "3 rue Haute"


# --- Several ---------------------------------------------------------------------------------------------------------


def test_another_one_until_there_are_enough() -> None:
    chat = talk(most=2)
    chat.says(LONGER)
    chat.presses("send")
    assert "1" in chat.last
    assert chat.file == {"idea": Answer(Given.ANSWER, 1)}, "who leaves now has sent one"
    chat.presses("another")
    chat.says("repeindre les passages piétons")
    chat.presses("send")
    assert [one.text for one in sent(chat)] == [LONGER, "repeindre les passages piétons"]
    assert chat.session.stage is Whole.SENT


def test_the_next_text_may_be_typed_straight_away() -> None:
    chat = talk(most=2)
    chat.says(LONGER)
    chat.says("envoyer")
    assert "repeindre" in chat.says("repeindre tous les passages piétons")
    chat.says("envoyer")
    assert len(sent(chat)) == 2


def test_a_text_that_was_left_is_said_to_be_left() -> None:
    chat = talk(a_flow(idea(), recap=True), lang="en")
    chat.says(LONGER)
    prompt = chat.session.open
    assert prompt is not None
    chat.presses("leave")
    assert "Not sent." in plain_text(chat.shown[prompt.id].body)
    assert chat.says("1").startswith("What do you propose?"), "who comes back begins anew"


@pytest.mark.parametrize("way", ["#enough", "non", "assez", "terminé"])
def test_one_may_be_enough(way: str) -> None:
    chat = talk(most=3)
    chat.says(LONGER)
    chat.says("envoyer")
    _ = chat.presses("enough") if way == "#enough" else chat.says(way)
    assert chat.file == {"idea": Answer(Given.ANSWER, 1)}
    assert chat.session.stage is Whole.SENT


def test_who_has_sent_all_cannot_send_more_by_coming_back() -> None:
    chat = talk(a_flow(idea(), recap=True))
    chat.says(LONGER)
    chat.says("envoyer")
    chat.says("1")
    assert "another" not in chat.buttons
    chat.says("encore")
    chat.says("un deuxième texte à moi")
    assert len(sent(chat)) == 1


def test_a_month_has_a_most() -> None:
    chat = Talk(flow=a_flow(idea(month=2, most=5, optional=True)), lang="en")
    chat.pool.put("idea", "An earlier one of mine entirely")
    chat.begin()
    chat.says(LONGER)
    chat.presses("send")
    assert chat.session.stage is Whole.SENT, "none is left"
    again = Talk(flow=chat.flow, lang="en")
    again.pool = chat.pool
    again.begin()
    assert any("as many proposals as one person may" in one for one in again.texts)
    assert again.file == {"idea": Answer(Given.SKIPPED)}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_button_can_be_typed(lang: str) -> None:
    """Where there are no buttons, their words are what is typed."""
    flow = a_flow(idea(most=2, categories=TOPICS, opener=OPENER))
    for path in ([], [LONGER], [LONGER, "1"], [LONGER, "1", "oui"], [LONGER, "1", "oui", "1", LONGER]):
        for at in range(6):
            chat = Talk(flow=flow, lang=lang).begin()
            for words in path:
                chat.says(words)
            assert chat.session.open is not None
            prompt = chat.shown[chat.session.open.id].prompt
            assert prompt is not None
            before = chat.session.open
            if at < len(prompt.buttons):
                chat.says(prompt.buttons[at].label)
                assert chat.session.open is None or chat.session.open.id != before.id, prompt.buttons[at].label


# --- Amendments ------------------------------------------------------------------------------------------------------

ARTICLE = text("Les bus roulent de 6 h à 22 h tous les jours.", "Buses run from 6 am to 10 pm every day.")


def test_an_amendment_shows_what_changes() -> None:
    chat = talk(lang="en", amends=ARTICLE, max=300)
    assert "Buses run from 6 am to 10 pm every day." in chat.last
    assert "nothing in it has changed" in chat.says("Buses run from 6 am to  10 pm every day.")
    shown = chat.says("Buses run from 5 am to midnight every day.")
    assert "− … run from 6 am to 10 pm every day." in shown
    assert "+ … run from 5 am to midnight every day." in shown
    chat.presses("send")
    assert [one.text for one in sent(chat)] == ["Buses run from 5 am to midnight every day."]


# --- Buttons that are late, forged or pressed twice ------------------------------------------------------------------


def test_sending_twice_sends_once() -> None:
    chat = talk(most=2)
    chat.says(LONGER)
    data = chat.buttons["send"]
    chat.happens(Pressed(at=AT, data=data))
    before = chat.session
    chat.happens(Pressed(at=AT, data=data))
    assert chat.session == before
    assert len(sent(chat)) == 1


def test_forged_buttons_change_nothing() -> None:
    chat = with_similar()
    opened = chat.session.open
    assert opened is not None
    before = chat.session
    for token in ("s0~px", "s9~p1", "send", "alone", "k0", "another", "leave", "u~p1", "s", "", "s0"):
        effects = chat.happens(Pressed(at=AT, data=prompts.data(opened.id, token)))
        assert [type(one) for one in effects] == [Note]
        assert chat.session == before


def test_data_that_nobody_waits_for_changes_nothing() -> None:
    chat = talk()
    card = Card(number=9, text="Un intrus", proof="p9")
    for want in ("similar", "cards", "left", ""):
        step = advance(chat.flow, chat.session, Fetched(at=AT, question="idea", want=want, cards=(card,), left=0))
        assert step.session == chat.session
        assert step.effects == ()


def test_without_an_answer_to_a_fetch_nothing_is_lost() -> None:
    flow = a_flow(idea())
    chat = talk(flow)
    waiting = advance(flow, chat.session, Said(at=AT, text=LONGER)).session
    for words in ("oui", "1", "encore", "🎉"):
        waiting = advance(flow, waiting, Said(at=AT, text=words)).session
    chat.session = waiting
    assert LONGER in chat.commands("resume")


# --- The draft -------------------------------------------------------------------------------------------------------


def test_a_draft_says_everything_and_nothing_breaks_it() -> None:
    card = Card(number=7, text="Un\ttexte = à «part»", supports=3, proof="a-B_9")
    whole = Writing(
        sent=2,
        supported=True,
        stage=Stage.LIKE,
        text="n=3 s=write\nu",
        category="green",
        different=True,
        parent=card,
        like=(card, card),
        past="m",
        became="sent",
        left=0,
    )
    assert proposing.read(whole.write()) == whole
    assert proposing.read(()) == Writing()
    for kept in (("x",), ("n=z",), ("s=gone",), ("0=1",), ("r=x",)):
        assert proposing.read(kept).stage is None
