"""A petition to sign: what is asked, in which order, by buttons and by typing; nothing is signed by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talking import AT, Chat, answer, flow_of

from flows.effects import Record, Signed
from flows.events import Pressed, Shared
from flows.flow import Ask, End, Flow, Sign, Text
from flows.kinds import Partly, Taken, Wrong, sign
from flows.kinds.sign import initials, stage
from flows.messages import plain_text
from flows.prompts import read as read_data
from flows.session import Given, OpenPrompt, Session, Stage
from locales import tr

ALL = Sign()


def petition(kind: Sign = ALL, **fields: object) -> Flow:
    asked = Text({"en": "Do you sign for the market?", "fr": "Signez-vous pour le marché ?"})
    step = Ask(name="market", text=asked, kind=kind, wording="w", **fields)  # type: ignore[arg-type]
    return flow_of(step, End(name="end", text=Text({"en": "Bye", "fr": "Au revoir"})), recap=False)


def signed(chat: Chat) -> Signed | None:
    return next((effect for effect in chat.effects if isinstance(effect, Signed)), None)


def test_all_with_buttons() -> None:
    chat = Chat(petition())
    assert list(chat.buttons()) == ["My name", "My initials", "Do not show my name"]
    chat.press("My name").say("Léa  Martin")
    assert "Name: Léa Martin" in chat.shown
    chat.say("My street needs it.")
    assert "Reason: My street needs it." in chat.shown
    chat.press("Yes")
    assert "The author may write to you: yes" in chat.shown
    assert signed(chat) is None
    chat.press("I sign")
    assert signed(chat) == Signed(
        question="market", shown="name", name="Léa Martin", reason="My street needs it.", contact=True
    )
    assert chat.file["market"] == answer((("shown", "name"), ("contact", "yes")))
    assert "✔ signed with my name · the author may write to me" in chat.shown
    assert chat.stage() is Stage.SENT


@pytest.mark.parametrize(
    ("lang", "replies"),
    [
        ("fr", ["2", "léa martin", "passer", "non", "oui"]),
        ("fr", ["la deuxième", "L. M.", "non", "2", "je signe"]),
        ("fr", ["2", "L.M.", "aucune", "non merci", "signer"]),
        ("en", ["my initials", "LM", "No reason", "no", "I sign"]),
        ("en", ["second", "l m", "skip", "skip", "yes"]),
        ("en", ["2", "l m", "none", "no", "done"]),
        ("fr", ["2", "l m", "passer", "non", "envoyer"]),
    ],
)
def test_all_by_typing(lang: str, replies: list[str]) -> None:
    chat = Chat(petition(), lang)
    for reply in replies[:-1]:
        chat.say(reply)
        assert signed(chat) is None
        assert chat.at == "market"
    chat.say(replies[-1])
    assert signed(chat) == Signed(question="market", shown="initials", name="L. M.", contact=False)
    assert chat.file["market"] == answer((("shown", "initials"), ("contact", "no")))


def test_our_own_words_are_known_in_each_language() -> None:
    for lang in ("fr", "en"):
        chat = Chat(petition(), lang).say(tr(lang, "Do not show my name")).say(tr(lang, "No reason"))
        chat.say(tr(lang, "Yes")).say(tr(lang, "I sign"))
        assert signed(chat) == Signed(question="market", shown="hidden", contact=True)


def test_a_name_that_is_not_shown_is_not_asked_for() -> None:
    chat = Chat(petition()).press("Do not show my name")
    assert "Why do you sign?" in chat.shown
    assert "Name: not shown" in chat.shown


def test_who_would_rather_not_type_a_name_shows_none() -> None:
    chat = Chat(petition(optional=True)).press("My name").say("skip")
    assert "Name: not shown" in chat.shown
    assert chat.at == "market"


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        (Sign(named=False), ["No reason"]),
        (Sign(named=False, reason=0), ["Yes", "No"]),
        (Sign(named=False, reason=0, contact=False), ["I sign"]),
    ],
)
def test_only_what_the_petition_asks_for_is_asked(kind: Sign, labels: list[str]) -> None:
    assert list(Chat(petition(kind)).buttons()) == labels


def test_a_bare_petition_is_signed_in_one_press() -> None:
    chat = Chat(petition(Sign(named=False, reason=0, contact=False))).press("I sign")
    assert signed(chat) == Signed(question="market", shown="hidden")
    assert chat.file["market"] == answer((("shown", "hidden"), ("contact", "no")))
    assert "✔ signed\n" in chat.shown + "\n"


def test_only_initials_are_kept_of_whoever_shows_initials() -> None:
    chat = Chat(petition()).press("My initials").say("Léa Martin-Dupont")
    assert chat.session.open is not None
    assert "Martin" not in " ".join(chat.session.open.draft)
    assert "L. M.-D." in chat.shown


def test_back_takes_one_part_away_and_then_leaves() -> None:
    chat = Chat(petition()).press("My name").say("Léa").say("Because.")
    chat.say("back")
    assert "Why do you sign?" in chat.shown
    chat.press("Back")
    assert "Type your first name" in chat.shown
    chat.say("retour")
    assert "How shall we show it among the signatures" in chat.shown
    assert "Back" not in chat.buttons()
    chat.say("back")
    assert "This is the first question" in chat.shown


def test_another_way_to_show_the_name_asks_for_it_again() -> None:
    shown = sign.press(ALL, "shown.1", ("shown=name", "name=Léa Martin", "reason="), "en")
    assert isinstance(shown, Partly)
    assert stage(ALL, shown.draft) == "name"
    assert "reason=" in shown.draft
    same = sign.press(ALL, "shown.0", ("shown=name", "name=Léa Martin"), "en")
    assert same == Partly(("shown=name", "name=Léa Martin"))


def test_a_press_delivered_twice_does_what_one_does() -> None:
    chat = Chat(petition())
    data = chat.buttons()["Do not show my name"].data
    chat.on(Pressed(at=AT, data=data))
    before = chat.session
    chat.on(Pressed(at=AT, data=data))
    assert chat.session == before
    data = chat.buttons()["Back"].data
    chat.on(Pressed(at=AT, data=data))
    before = chat.session
    chat.on(Pressed(at=AT, data=data))
    assert chat.session == before
    chat.press("Do not show my name").press("No reason").press("No")
    data = chat.buttons()["I sign"].data
    chat.on(Pressed(at=AT, data=data))
    assert signed(chat) is not None
    chat.on(Pressed(at=AT, data=data))
    assert signed(chat) is None


@pytest.mark.parametrize("words", ["12", "…", "???", "   ", "x" * 101])
def test_what_is_no_name_is_asked_about_and_loses_nothing(words: str) -> None:
    chat = Chat(petition()).press("My name")
    chat.say(words)
    assert chat.session.open is not None
    assert chat.session.open.draft == ("shown=name",)
    chat.say("Léa")
    assert "Why do you sign?" in chat.shown


@pytest.mark.parametrize("words", ["oui", "yes", "!!!", "a" * 281])
def test_what_is_no_reason_is_asked_about(words: str) -> None:
    chat = Chat(petition()).press("Do not show my name").say(words)
    assert chat.session.open is not None
    assert chat.session.open.draft == ("shown=hidden",)


def test_a_reason_too_long_says_how_much_and_never_counts_as_misunderstood() -> None:
    chat = Chat(petition(Sign(reason=10))).press("Do not show my name")
    for _ in range(4):
        chat.say("Because I do.")
        assert "3 characters too long: at most 10 fit" in chat.shown
    chat.say("I do")
    assert "May the author" in chat.shown


def test_other_answers_at_the_end_do_not_sign() -> None:
    chat = Chat(petition()).press("Do not show my name").press("No reason").press("No")
    for words in ("non", "hmm", "2", "peut-être"):
        chat.say(words)
        assert signed(chat) is None
    assert "market" not in chat.file


def test_the_third_misunderstanding_tells_how_everything_works() -> None:
    chat = Chat(petition()).say("hm").say("hmm").say("hmmm")
    assert "here is how to answer" in chat.shown
    assert "How shall we show it among the signatures" in chat.shown


def test_a_photo_is_no_signature() -> None:
    chat = Chat(petition()).press("My name").on(Shared(at=AT, what="photo", ref="r"))
    assert "I cannot use it here" in chat.shown
    assert "Type your first name" in chat.shown


def test_skipping_is_offered_before_anything_was_given_and_not_in_between() -> None:
    chat = Chat(petition(optional=True))
    assert "Skip" in chat.buttons()
    chat.press("Do not show my name")
    assert "Skip" not in chat.buttons()
    chat.say("back").press("Skip")
    assert chat.file["market"].given is Given.SKIPPED
    assert signed(chat) is None


def test_a_signature_can_be_changed_and_kept() -> None:
    flow = replace(petition(), recap=True)
    chat = Chat(flow).press("Do not show my name").press("No reason").press("No").press("I sign")
    chat.press("Change 1")
    assert "Your answer so far" not in chat.shown
    chat.press("Keep my answer")
    assert chat.file["market"] == answer((("shown", "hidden"), ("contact", "no")))
    chat.press("Change 1").press("My initials").say("L M").press("No reason").press("Yes").press("I sign")
    assert signed(chat) == Signed(question="market", shown="initials", name="L. M.", contact=True)
    assert chat.file["market"] == answer((("shown", "initials"), ("contact", "yes")))


def test_who_stops_half_way_finds_it_as_it_was() -> None:
    chat = Chat(petition()).press("My name").say("Léa").say("stop").command("resume")
    assert "Name: Léa" in chat.shown
    assert "Why do you sign?" in chat.shown


def test_another_language_keeps_what_was_given() -> None:
    chat = Chat(petition()).press("My name").say("Léa").command("language", "fr")
    assert "Léa" in chat.shown
    assert tr("fr", "No reason") in chat.buttons()


def test_names_and_reasons_are_plain_text() -> None:
    chat = Chat(petition()).press("My name").say("<b>*Léa*</b>").say("[x](http://y.example) _z_")
    assert "<b>*Léa*</b>" in chat.shown
    assert "[x](http://y.example) _z_" in chat.shown


def test_nothing_of_it_is_in_the_answer_on_file() -> None:
    chat = Chat(petition()).press("My name").say("Léa").say("Secret.").press("No").press("I sign")
    (record,) = [effect for effect in chat.effects if isinstance(effect, Record)]
    assert "Léa" not in str(record.answer.to_json())
    assert "Secret" not in str(record.answer.to_json())


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Léa Martin-Dupont", "L. M.-D."),
        ("l m-d", "L. M.-D."),
        ("LMD", "L. M. D."),
        ("L.M.", "L. M."),
        ("Léa", "L."),
        ("ÉA", "É. A."),
        ("王 小明", "王. 小."),
        ("3 Léa", "L."),
        ("(léa)", "L."),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short


KINDS = st.builds(Sign, named=st.booleans(), reason=st.sampled_from((0, 10, 280)), contact=st.booleans())
TYPED = st.one_of(
    st.text(max_size=30),
    st.sampled_from(("1", "2", "3", "oui", "non", "passer", "retour", "I sign", "je signe", "Léa Martin", "No reason")),
)
MOVES = st.lists(st.one_of(st.tuples(st.just("say"), TYPED), st.tuples(st.just("press"), st.text(max_size=12)),
                           st.tuples(st.just("nth"), st.integers(0, 3))), max_size=12)  # fmt: skip


@given(kind=KINDS, moves=MOVES, lang=st.sampled_from(("fr", "en")))
def test_whatever_comes_in_only_a_whole_draft_is_signed(kind: Sign, moves: list[tuple[str, object]], lang: str) -> None:
    kept: tuple[str, ...] = ()
    for how, what in moves:
        buttons, _ = sign.buttons(kind, lang, "p" * 12, kept)
        assert all(len(button.data) <= 64 and button.label for button in buttons)
        for block in sign.blocks(kind, lang, kept):
            assert plain_text((block,))
        if how == "say":
            reply = sign.read(kind, str(what), lang, kept)
        elif how == "nth" and isinstance(what, int):
            found = read_data(buttons[what % len(buttons)].data) if buttons else None
            reply = sign.press(kind, found[1], kept, lang) if found else None
        else:
            reply = sign.press(kind, str(what), kept, lang)
        match reply:
            case Taken(effects=(Signed(shown=shown, name=name, reason=reason, contact=contact),)):
                assert stage(kind, kept) == "sign"
                assert bool(name) is (kind.named and shown != "hidden")
                assert len(reason) <= kind.reason
                assert kind.contact or not contact
                return
            case Partly(draft=draft):
                kept = draft
            case Wrong(why=why):
                assert why
            case None:
                pass
            case _:
                pytest.fail(str(reply))
        opened = OpenPrompt(id="p", step="market", draft=kept)
        session = Session(id="s", flow="v", lang=lang, open=opened)
        assert Session.from_json(session.to_json(), id="s", flow="v", seq=0) == session
