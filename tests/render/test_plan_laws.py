"""The laws of the layout, for any message and any capabilities."""

from __future__ import annotations

import re
from typing import assert_never

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.base import Capabilities, Image, Part
from adapters.render import MAX_CAPTION, MAX_NODES, plan, text_of, units
from flows.messages import (
    Block,
    Bold,
    Bullets,
    Button,
    Inline,
    Italic,
    Link,
    Message,
    Paragraph,
    Picture,
    Plain,
    Prompt,
    plain_text,
)

LETTERS = st.one_of(
    st.text("ab é.!?\n\u00a0", max_size=60),
    st.text(max_size=30),
    st.lists(st.sampled_from(["👨‍👩‍👧", "🇫🇷", "e\u0301", "मो", "\u200f", " ", "mot ", "Fin. "]), max_size=40).map(
        "".join
    ),
)
INLINES: st.SearchStrategy[Inline] = st.one_of(
    LETTERS.map(Plain),
    LETTERS.map(Bold),
    LETTERS.map(Italic),
    st.builds(Link, LETTERS, st.sampled_from(["https://ville.fr", "https://ville.fr/" + "a" * 90])),
)
RUNS = st.lists(INLINES, max_size=6).map(tuple)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    RUNS.map(Paragraph),
    st.builds(Bullets, st.lists(RUNS, max_size=6).map(tuple), st.booleans()),
    st.sampled_from([99, 101, 230]).map(lambda n: Paragraph(tuple(Bold(f"{i} ") for i in range(n)))),
)
BUTTONS = st.lists(
    st.builds(
        Button,
        label=LETTERS.map(str.strip).filter(bool),
        data=st.uuids().map(str),
        chosen=st.booleans(),
        quiet=st.booleans(),
        url=st.sampled_from([None, None, None, "https://ville.fr/x"]),
    ),
    max_size=12,
).map(tuple)
PROMPTS = st.builds(Prompt, id=st.just("p"), buttons=BUTTONS, free=st.booleans(), columns=st.integers(1, 6)) | st.none()
PICTURES = st.builds(Picture, ref=st.just("chart:1"), alt=LETTERS) | st.none()
MESSAGES = st.builds(Message, body=st.lists(BLOCKS, max_size=5).map(tuple), prompt=PROMPTS, picture=PICTURES)
IMAGES = st.builds(Image, data=st.just(b"png"), alt=LETTERS) | st.none()
CAPS = st.builds(
    Capabilities,
    max_text=st.integers(2, 60) | st.integers(60, 5000),
    buttons=st.sampled_from([0, 1, 3, 100]),
    button_label=st.sampled_from([0, 8, 20, 64]),
    media=st.sampled_from([frozenset(), frozenset({"image/png"})]),
)
LANGS = st.sampled_from(["fr", "en"])


def nodes(part: Part) -> int:
    count = 0
    for block in part.body:
        match block:
            case Paragraph(parts):
                count += len(parts)
            case Bullets(items):
                count += sum(len(item) for item in items)
            case _:
                assert_never(block)
    return count


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


@settings(max_examples=120, deadline=None)
@given(MESSAGES, CAPS, LANGS, IMAGES)
def test_every_part_fits(message: Message, caps: Capabilities, lang: str, image: Image | None) -> None:
    parts = plan(message, caps, lang=lang, image=image)
    for part in parts:
        assert units(text_of(part)) <= caps.max_text
        assert nodes(part) <= MAX_NODES
        assert text_of(part).strip() or part.image
        if part.image:
            assert "image/png" in caps.media
            assert units(text_of(part)) <= MAX_CAPTION
        shown = [button for row in part.rows for button in row]
        assert len(shown) <= caps.buttons
        assert all(not caps.button_label or units(button.label) <= caps.button_label for button in shown)
    assert sum(part.image is not None for part in parts) == (image is not None and "image/png" in caps.media)
    assert not any(part.rows for part in parts[:-1])


@settings(max_examples=120, deadline=None)
@given(MESSAGES, CAPS, LANGS, IMAGES)
def test_no_word_is_lost_and_the_order_is_kept(
    message: Message, caps: Capabilities, lang: str, image: Image | None
) -> None:
    shown = letters("".join(text_of(part) for part in plan(message, caps, lang=lang, image=image)))
    body = [plain_text((block,)) for block in message.body]
    said = letters("".join(text for text in body if text.strip()))
    assert shown.startswith(said)
    if "image/png" not in caps.media and (image or message.picture):
        alt = image.alt if image else message.picture.alt if message.picture else ""
        assert shown.removeprefix(said).startswith(letters(alt))


@settings(max_examples=120, deadline=None)
@given(MESSAGES, CAPS, LANGS, IMAGES)
def test_every_button_can_be_pressed_or_read(
    message: Message, caps: Capabilities, lang: str, image: Image | None
) -> None:
    parts = plan(message, caps, lang=lang, image=image)
    given_buttons = message.prompt.buttons if message.prompt else ()
    shown = [button for row in (parts[-1].rows if parts else ()) for button in row]
    text = letters("".join(text_of(part) for part in parts)).casefold()
    if shown:
        expected = sorted(given_buttons, key=lambda button: button.quiet)
        assert [(b.data, b.chosen, b.url, b.quiet) for b in shown] == [
            (b.data, b.chosen, b.url, b.quiet) for b in expected
        ]
        for before, after in zip(expected, shown, strict=True):
            assert after.label.startswith("✔") or not before.chosen
            assert before.label in after.label or letters(before.label).casefold() in text
    else:
        assert len(given_buttons) > caps.buttons or not given_buttons
        at = 0
        for button in sorted(given_buttons, key=lambda b: 1 if b.url else 2 if b.quiet else 0):
            at = text.index(letters(button.label).casefold(), at)


@given(st.text("ab \n.é", min_size=1, max_size=400), st.integers(2, 50))
def test_words_that_fit_are_never_cut(text: str, limit: int) -> None:
    caps = Capabilities(max_text=limit)
    parts = plan(Message(body=(Paragraph((Plain(text),)),)), caps, lang="fr")
    words = [word for part in parts for word in text_of(part).split()]
    if all(len(word) <= limit for word in text.split()):
        assert words == text.split()
