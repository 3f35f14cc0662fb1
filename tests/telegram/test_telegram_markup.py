"""The tree -> Telegram HTML and back through a strict reader of that HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Part
from adapters.telegram import markup
from adapters.telegram_emulator import html
from flows.messages import Block, Bold, Bullets, Button, Italic, Link, Paragraph, Plain, paragraph, plain_text

# What the server itself takes out or trims is left out here; it is not markup.
_text = st.text(
    alphabet=st.characters(
        exclude_categories=("Cc", "Cs", "Zl", "Zp"),
        exclude_characters="\u0333\u033f\u030a" + "".join(map(chr, range(0x202A, 0x202F))),
    ),
    max_size=30,
)
_node = st.builds(Plain, _text) | st.builds(Bold, _text) | st.builds(Italic, _text) | st.builds(Link, _text, _text)
_inline = st.lists(_node, max_size=4).map(tuple)
_block = st.builds(Paragraph, _inline) | st.builds(Bullets, st.lists(_inline, max_size=3).map(tuple), st.booleans())


@given(st.lists(_block, max_size=4).map(tuple))
def test_any_words_in_any_node_are_seen_as_they_are(body: tuple[Block, ...]) -> None:
    seen, _ = html.parse(markup.html(body))
    assert seen == plain_text(_without_links(body)).strip()


def _without_links(body: tuple[Block, ...]) -> tuple[Block, ...]:
    """Links that cannot be opened are written out; none of the drawn ones can."""
    plain = {id(block): block for block in body}
    out: list[Block] = []
    for block in plain.values():
        match block:
            case Paragraph(parts):
                out.append(Paragraph(tuple(_written(part) for part in parts)))
            case Bullets(items, numbered):
                out.append(Bullets(tuple(tuple(_written(part) for part in item) for item in items), numbered))
    return tuple(out)


def _written(node: object) -> Plain:
    match node:
        case Link(text, url):
            return Plain(f"{text} ({url})")
        case Plain(text) | Bold(text) | Italic(text):
            return Plain(text)
    raise TypeError


def test_nodes_become_entities() -> None:
    body = (paragraph("a ", Bold("👍 b"), " ", Italic("c"), " ", Link("d", 'https://x.fr/?a=1&b="2"')),)
    text, entities = html.parse(markup.html(body))
    assert text == "a 👍 b c d"
    assert [(one["type"], one["offset"], one["length"]) for one in entities] == [
        ("bold", 2, 4),
        ("italic", 7, 1),
        ("text_link", 9, 1),
    ]
    assert entities[2]["url"] == 'https://x.fr/?a=1&b="2"'


def test_lists_and_paragraphs() -> None:
    body = (paragraph("One"), Bullets(((Plain("a"),), (Plain("b"),))), Bullets(((Plain("c"),),), numbered=True))
    assert markup.html(body) == "One\n\n• a\n• b\n\n1. c"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "/etc/passwd"])
def test_only_pages_can_be_opened(url: str) -> None:
    assert html.parse(markup.html((paragraph(Link("here", url)),))) == (f"here ({url})", [])


def test_half_characters_do_not_break_a_message() -> None:
    assert markup.html((paragraph("a\ud83db"),)) == "a?b"


def test_keyboard() -> None:
    rows = ((Button(label="Yes", data="y"), Button(label="Page", data="", url="https://x.fr")), ())
    assert markup.keyboard(Part(body=(), rows=rows)) == {
        "inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "Page", "url": "https://x.fr"}]]
    }
    assert markup.keyboard(Part(body=())) is None


def test_a_label_is_never_longer_than_telegram_shows() -> None:
    made = markup.keyboard(Part(body=(), rows=((Button(label="é" * 300, data="y"),),)))
    assert made is not None
    assert len(made["inline_keyboard"][0][0]["text"]) == 64
