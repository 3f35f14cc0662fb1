"""What a message becomes where less can be shown: examples that can be read."""

from __future__ import annotations

import pytest

from adapters.base import Capabilities, Image, Part
from adapters.render import plan, text_of, units
from flows.messages import Bold, Bullets, Button, Link, Message, Paragraph, Picture, Plain, Prompt, message, paragraph

PHONE = Capabilities(max_text=4096, buttons=100, button_label=64, edit=True, media=frozenset({"image/png"}))
TERMINAL = Capabilities(max_text=4096)
CHART = Image(data=b"\x89PNG", alt="Bus 12, bike 30.")

MODES = (
    Button(label="À vélo", data="1.p.0"),
    Button(label="En bus", data="1.p.1", chosen=True),
    Button(label="En voiture", data="1.p.2"),
)
ASIDE = (
    Button(label="Passer", data="1.p.skip", quiet=True),
    Button(label="Retour", data="1.p.back", quiet=True),
)


def only(parts: tuple[Part, ...]) -> Part:
    (part,) = parts
    return part


def labels(part: Part) -> list[list[str]]:
    return [[button.label for button in row] for row in part.rows]


def small(max_text: int) -> Capabilities:
    return Capabilities(max_text=max_text, buttons=100, button_label=64)


def test_a_message_that_fits_is_left_as_it_is() -> None:
    said = message("Bonjour.", paragraph(Bold("Deux"), " minutes."))
    assert plan(said, PHONE, lang="fr") == (Part(body=said.body),)


def test_a_message_with_nothing_in_it_makes_no_part() -> None:
    assert plan(message(" \n "), PHONE, lang="fr") == ()


def test_choices_become_rows_and_the_quiet_ones_share_the_last() -> None:
    part = only(plan(message("Comment ?", prompt=Prompt(id="p", buttons=(*ASIDE, *MODES))), PHONE, lang="fr"))
    assert labels(part) == [["À vélo"], ["✔ En bus"], ["En voiture"], ["Passer", "Retour"]]
    assert text_of(part) == "Comment ?"


def test_columns_of_the_prompt_make_the_rows() -> None:
    scale = tuple(Button(label=str(n), data=f"1.p.{n}") for n in range(11))
    part = only(plan(message("?", prompt=Prompt(id="p", buttons=scale, columns=6)), PHONE, lang="fr"))
    assert [len(row) for row in part.rows] == [6, 5]


def test_long_quiet_buttons_get_rows_of_their_own() -> None:
    words = ("Passer", "Je ne souhaite pas répondre", "Retour", "Stop", "Fini", "Aide")
    quiet = tuple(Button(label=word, data=word, quiet=True) for word in words)
    part = only(plan(message("?", prompt=Prompt(id="p", buttons=quiet)), PHONE, lang="fr"))
    assert labels(part) == [["Passer"], ["Je ne souhaite pas répondre"], ["Retour", "Stop", "Fini"], ["Aide"]]


def test_without_buttons_choices_are_numbered_and_quiet_ones_are_words() -> None:
    part = only(plan(message("Comment ?", prompt=Prompt(id="p", buttons=(*MODES, *ASIDE))), TERMINAL, lang="en"))
    assert part.rows == ()
    assert text_of(part) == ("Comment ?\n\n1. À vélo\n2. ✔ En bus\n3. En voiture\n\nYou can also type: passer, retour")


@pytest.mark.parametrize(
    ("free", "sentence"),
    [(True, "You can also type: passer, retour"), (False, "You can type: passer, retour")],
)
def test_quiet_buttons_alone(free: bool, sentence: str) -> None:
    asked = message("Votre âge ?", prompt=Prompt(id="p", buttons=ASIDE, free=free))
    assert text_of(only(plan(asked, TERMINAL, lang="en"))) == f"Votre âge ?\n\n{sentence}"


@pytest.mark.parametrize(
    ("label", "typed"),
    [("Back", "back"), ("Étape suivante", "étape suivante"), ("I don't know", "I don't know"), ("NSP", "NSP")],
)
def test_words_to_type_look_typed(label: str, typed: str) -> None:
    asked = message("?", prompt=Prompt(id="p", buttons=(Button(label=label, data="x", quiet=True),)))
    assert text_of(only(plan(asked, TERMINAL, lang="en"))).endswith(f"type: {typed}")


def test_words_that_only_count_up_are_told_by_their_ends() -> None:
    words = ("Envoyer", *(f"Modifier {n}" for n in range(8, 13)), "Modifier 20", "Aller 1", "Aller 2", "Retour")
    quiet = tuple(Button(label=word, data=word, quiet=True) for word in words)
    part = only(plan(message("?", prompt=Prompt(id="p", buttons=quiet)), TERMINAL, lang="en"))
    assert text_of(part) == (
        "?\n\nYou can type: envoyer, modifier 8 … modifier 12, modifier 20, aller 1, aller 2, retour"
    )


def test_figures_are_never_numbered() -> None:
    scale = tuple(Button(label=str(n), data=f"1.p.{n}", chosen=n == 2) for n in range(-1, 4))
    part = only(plan(message("De -1 à 3 ?", prompt=Prompt(id="p", buttons=scale)), TERMINAL, lang="fr"))
    assert text_of(part) == "De -1 à 3 ?\n\n-1 · 0 · 1 · ✔ 2 · 3"


def test_more_buttons_than_the_place_has_become_a_list() -> None:
    two = Capabilities(max_text=4096, buttons=2, button_label=20)
    part = only(plan(message("?", prompt=Prompt(id="p", buttons=MODES)), two, lang="en"))
    assert part.rows == ()
    assert text_of(part) == "?\n\n1. À vélo\n2. ✔ En bus\n3. En voiture"


def test_a_page_is_a_button_or_a_line() -> None:
    shown = message("Voir", prompt=Prompt(id="", buttons=(Button(label="Le site", data="", url="https://ville.fr/c"),)))
    assert only(plan(shown, PHONE, lang="en")).rows[0][0].url == "https://ville.fr/c"
    assert text_of(only(plan(shown, TERMINAL, lang="en"))) == "Voir\n\nLe site: https://ville.fr/c"


def test_long_labels_are_written_above_and_buttons_carry_the_numbers() -> None:
    narrow = Capabilities(max_text=4096, buttons=10, button_label=20)
    choices = (
        Button(label="Davantage de bus le soir en semaine", data="a"),
        Button(label="Davantage de bus le soir le dimanche", data="b", chosen=True),
        Button(label="Rien", data="c"),
    )
    part = only(plan(message("Que changer ?", prompt=Prompt(id="p", buttons=choices)), narrow, lang="fr"))
    assert labels(part) == [["1. Davantage de bus…"], ["✔ 2. Davantage de b…"], ["3. Rien"]]
    assert text_of(part) == (
        "Que changer ?\n\n1. Davantage de bus le soir en semaine\n2. ✔ Davantage de bus le soir le dimanche\n3. Rien"
    )


def test_a_long_quiet_label_is_written_out_too() -> None:
    narrow = Capabilities(max_text=4096, buttons=10, button_label=12)
    buttons = (Button(label="Oui", data="y"), Button(label="Je préfère ne pas répondre", data="n", quiet=True))
    part = only(plan(message("?", prompt=Prompt(id="p", buttons=buttons)), narrow, lang="en"))
    assert labels(part) == [["Oui"], ["Je préfère…"]]
    assert text_of(part) == "?\n\nYou can also type: je préfère ne pas répondre"


def test_buttons_never_stand_under_nothing() -> None:
    part = only(plan(Message(body=(), prompt=Prompt(id="p", buttons=MODES)), PHONE, lang="fr"))
    assert text_of(part) == "…"
    assert part.rows


def test_text_is_cut_after_a_paragraph_first() -> None:
    parts = plan(message("Un deux trois.", "Quatre cinq six."), small(20), lang="fr")
    assert [text_of(part) for part in parts] == ["Un deux trois.", "Quatre cinq six."]


def test_then_after_a_sentence() -> None:
    parts = plan(message("Un deux. Trois quatre ! Cinq six sept huit."), small(32), lang="fr")
    assert [text_of(part) for part in parts] == ["Un deux. Trois quatre !", "Cinq six sept huit."]


def test_a_french_question_mark_stays_with_its_word() -> None:
    parts = plan(message("Êtes-vous bien venus\u00a0? Oui"), small(21), lang="fr")
    assert [text_of(part) for part in parts] == ["Êtes-vous bien", "venus\u00a0? Oui"]


def test_a_closing_mark_that_no_longer_fits_goes_to_the_next_part() -> None:
    parts = plan(message("あああ。」いい"), small(4), lang="fr")
    assert [text_of(part) for part in parts] == ["あああ。", "」いい"]


def test_then_after_a_word() -> None:
    parts = plan(message("alpha beta gamma delta"), small(11), lang="fr")
    assert [text_of(part) for part in parts] == ["alpha beta", "gamma delta"]


@pytest.mark.parametrize(
    "whole",
    [
        "👨‍👩‍👧‍👦",
        "👍🏽",
        "🇫🇷",
        "e\u0301\u0323",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "क्षि",
        "❤️",
        "\u1112\u1161\u11ab",
    ],
)
def test_then_between_whole_characters(whole: str) -> None:
    for limit in range(units(whole), 2 * units(whole) + 3):
        parts = plan(message("x" + whole * 20), small(limit), lang="fr")
        texts = [text_of(part) for part in parts]
        assert "".join(texts) == "x" + whole * 20
        assert all(text.removeprefix("x").replace(whole, "") == "" for text in texts)
        assert all(units(text) <= limit for text in texts)


def test_a_character_larger_than_a_part_is_cut_all_the_same() -> None:
    parts = plan(message("e" + "\u0301" * 100), small(30), lang="fr")
    assert [len(text_of(part)) for part in parts] == [30, 30, 30, 11]


def test_emoji_are_counted_as_telegram_counts() -> None:
    parts = plan(message("😀" * 5000), small(4096), lang="fr")
    assert [units(text_of(part)) for part in parts] == [4096, 4096, 1808]


def test_bold_stays_bold_on_both_sides_of_a_cut_and_a_link_stays_whole() -> None:
    said = message(paragraph("Voir ", Bold("alpha beta gamma"), " et ", Link("la page", "https://ville.fr"), " enfin"))
    parts = plan(said, small(30), lang="fr")
    assert [part.body for part in parts] == [
        (Paragraph((Plain("Voir "), Bold("alpha beta gamma"), Plain(" et"))),),
        (Paragraph((Link("la page", "https://ville.fr"),)),),
        (Paragraph((Plain("enfin"),)),),
    ]


def test_a_link_that_no_part_can_hold_becomes_words() -> None:
    parts = plan(message(paragraph(Link("page", "https://ville.fr/" + "a" * 60))), small(40), lang="fr")
    assert "".join(text_of(part) for part in parts).replace(" ", "") == f"page(https://ville.fr/{'a' * 60})"


def test_a_list_cut_in_two_goes_on_counting() -> None:
    items = tuple((Plain(f"Proposition numéro {n}"),) for n in range(1, 8))
    parts = plan(message("Voici :", Bullets(items, numbered=True)), small(60), lang="fr")
    assert [text_of(part) for part in parts] == [
        "Voici :\n\n1. Proposition numéro 1\n2. Proposition numéro 2",
        "3. Proposition numéro 3\n4. Proposition numéro 4",
        "5. Proposition numéro 5\n6. Proposition numéro 6",
        "7. Proposition numéro 7",
    ]


def test_the_keyboard_is_under_the_last_part() -> None:
    parts = plan(message("a" * 50, "b" * 50, prompt=Prompt(id="p", buttons=MODES)), small(60), lang="fr")
    assert [bool(part.rows) for part in parts] == [False, True]


def test_at_most_a_hundred_nodes_a_part() -> None:
    parts = plan(message(paragraph(*(Bold(f"{n} ") for n in range(250)))), PHONE, lang="fr")
    assert [sum(len(block.parts) for block in part.body if isinstance(block, Paragraph)) for part in parts] == [
        100,
        100,
        50,
    ]


def test_a_picture_with_few_words_carries_them() -> None:
    shown = message("Résultat", picture=Picture(ref="chart:1", alt=CHART.alt), prompt=Prompt(id="p", buttons=MODES))
    part = only(plan(shown, PHONE, lang="fr", image=CHART))
    assert part.image == CHART
    assert text_of(part) == "Résultat"
    assert part.rows


def test_a_picture_with_many_words_goes_first() -> None:
    shown = message("é" * 1025, picture=Picture(ref="chart:1", alt=CHART.alt), prompt=Prompt(id="p", buttons=MODES))
    first, last = plan(shown, PHONE, lang="fr", image=CHART)
    assert (first.body, first.image, first.rows) == ((), CHART, ())
    assert last.image is None
    assert last.rows


def test_a_picture_alone_may_carry_the_keyboard() -> None:
    part = only(plan(Message(body=(), prompt=Prompt(id="p", buttons=MODES)), PHONE, lang="fr", image=CHART))
    assert part.body == ()
    assert part.rows


def test_a_picture_that_cannot_be_shown_is_described() -> None:
    shown = message("Résultat", picture=Picture(ref="chart:1", alt="Bus 12."))
    assert text_of(only(plan(shown, TERMINAL, lang="fr", image=CHART))) == "Résultat\n\nBus 12, bike 30."
    assert text_of(only(plan(shown, PHONE, lang="fr"))) == "Résultat\n\nBus 12."
