"""A message as every messenger shows it, and what must be true there whatever people wrote.

The one rule: what is seen is held against the tree that was meant, by readers of our own: the strict reader of the
emulated Telegram for its HTML, Python's `html.parser` for Matrix and the pages.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nasty

from adapters.base import Capabilities, Part
from adapters.matrix import markup as matrix
from adapters.render import plan
from adapters.telegram import markup as telegram
from adapters.telegram_emulator import html
from adapters.terminal import show
from adapters.web.entries import openable, part_json
from flows.messages import Block, Bold, Bullets, Inline, Italic, Link, Message, Paragraph, Plain

ON_TELEGRAM = Capabilities(
    max_text=telegram.MAX_TEXT, buttons=telegram.MAX_BUTTONS, button_label=telegram.LABEL, edit=True
)
ON_MATRIX = Capabilities(max_text=matrix.MAX_TEXT, edit=True)
ON_THE_WEB = Capabilities(max_text=4000, buttons=100, button_label=80, edit=True)
IN_A_TERMINAL = Capabilities(max_text=20_000)
_STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_OURS = re.compile(r"\x1b\[(?:1|22|3|23)m")
_SAFE = ("https://", "http://", "tg://", "mailto:", "tel:", "matrix:")


def nodes(body: tuple[Block, ...]) -> list[Inline]:
    """Every piece of text of a body."""
    found: list[Inline] = []
    for block in body:
        match block:
            case Paragraph(parts):
                found += parts
            case Bullets(items):
                found += [part for item in items for part in item]
    return found


def only_plain(message: Message) -> None:
    """What people wrote stands in plain nodes alone: not bold, not in a link, not in what a button does."""
    for node in nodes(message.body):
        assert isinstance(node, Plain) or nasty.MARK not in node.text, node
        assert not isinstance(node, Link) or (nasty.MARK not in node.url and node.url.startswith(_SAFE)), node
    for button in message.prompt.buttons if message.prompt else ():
        assert nasty.MARK not in button.data, button
        assert not button.url or (nasty.MARK not in button.url and openable(button.url)), button
        assert len(button.data.encode()) <= telegram.MAX_DATA, button


def shown(message: Message, lang: str = "en") -> None:
    """Show a message everywhere, and look at it."""
    only_plain(message)
    for part in plan(message, ON_TELEGRAM, lang=lang):
        _on_telegram(part)
    for part in plan(message, ON_MATRIX, lang=lang):
        _on_matrix(part)
    for part in plan(message, ON_THE_WEB, lang=lang):
        _on_the_web(part)
    for part in plan(message, IN_A_TERMINAL, lang=lang):
        _in_a_terminal(part)


# --- Telegram --------------------------------------------------------------------------------------------------------


def _on_telegram(part: Part) -> None:
    seen, entities = html.parse(telegram.html(part.body))
    assert seen, f"an empty message is refused: {part}"
    assert html.units(seen) <= telegram.MAX_TEXT
    assert " ".join(seen.split()) == " ".join(html.clean(_words(part.body)).split())
    meant = [kind for node in nodes(part.body) if html.clean(node.text).strip() and (kind := _entity(node))]
    assert sorted(str(one["type"]) for one in entities if _solid(seen, one)) == sorted(meant)
    keyboard = telegram.keyboard(part)
    json.dumps(keyboard).encode()
    for row in keyboard["inline_keyboard"] if keyboard else ():
        for button in row:
            assert 0 < len(button["text"]) <= telegram.MAX_LABEL, button
            assert button["text"].strip(), button


def _solid(seen: str, entity: html.Entity) -> bool:
    """Is there something to see in it?"""
    start, length = int(entity["offset"]), int(entity["length"])
    units = seen.encode("utf-16-le", "surrogatepass")[2 * start : 2 * (start + length)]
    return bool(units.decode("utf-16-le", "replace").strip())


def _entity(node: Inline) -> str:
    match node:
        case Bold():
            return "bold"
        case Italic():
            return "italic"
        case Link(url=url) if url.startswith(_SAFE[:5]):
            return "text_link"
        case _:
            return ""


def _words(body: tuple[Block, ...]) -> str:
    """The words that Telegram shows: lists as lines, links by their text."""
    said: list[str] = []
    for block in body:
        match block:
            case Paragraph(parts):
                said.append("".join(map(_word, parts)))
            case Bullets(items, numbered):
                said += [
                    f"{f'{at}.' if numbered else '•'} " + "".join(map(_word, item)) for at, item in enumerate(items, 1)
                ]
    return "\n".join(said)


def _word(node: Inline) -> str:
    text = node.text
    if isinstance(node, Link) and not node.url.startswith(_SAFE[:5]):
        text = f"{node.text} ({node.url})"
    return text.encode("utf-8", "replace").decode()


# --- HTML ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Page:
    """The elements of a page with the names of their attributes, its addresses, and its text."""

    elements: list[tuple[str, ...]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    _VOID = frozenset(("br", "img", "meta", "link", "input", "hr", "rect", "path", "circle"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":  # a line break is a line break, whoever wrote it
            self.page.elements.append((tag, *sorted(name for name, _value in attrs)))
        self.page.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        assert not any(name.startswith("on") for name, _value in attrs), (tag, attrs)
        if tag not in self._VOID:
            self.page.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._VOID:
            assert self.page.opened, tag
            assert self.page.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.page.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data!r}")


def read(source: str) -> Page:
    """A page as `html.parser` reads it; every element is closed where it should be."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    assert not reader.page.opened, reader.page.opened
    for address in reader.page.addresses:
        assert nasty.MARK not in address, address
        assert not address.lower().startswith(("javascript:", "data:", "vbscript:")), address
    return reader.page


_TAGS = {Bold: "strong", Italic: "em", Link: "a"}


def _on_matrix(part: Part) -> None:
    content = matrix.content(part.body)
    assert content["m.mentions"] == {}, "nobody is rung"
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", content["body"])
    json.dumps(content).encode()
    page = read(matrix.html(part.body))
    meant: list[str] = []
    for block in part.body:
        match block:
            case Paragraph(parts):
                meant += ["p", *_marks(parts)]
            case Bullets(items, numbered):
                meant.append("ol" if numbered else "ul")
                for item in items:
                    meant += ["li", *_marks(item)]
    assert [element[0] for element in page.elements] == meant


def _marks(parts: tuple[Inline, ...]) -> list[str]:
    return [_TAGS[type(part)] for part in parts if not isinstance(part, Plain)]


# --- The web and the terminal ----------------------------------------------------------------------------------------


def _on_the_web(part: Part) -> None:
    entry = json.loads(json.dumps(part_json(part)))
    told: list[list[str]] = []
    for block in entry["body"]:
        assert set(block) in ({"p"}, {"list", "numbered"})
        told += block.get("p") or [one for item in block.get("list", ()) for one in item]
    kinds = {Plain: "plain", Bold: "bold", Italic: "italic", Link: "link"}
    assert [one[0] for one in told] == [kinds[type(node)] for node in nodes(part.body)]
    assert [one[1] for one in told] == [node.text for node in nodes(part.body)]
    for row in entry["rows"]:
        for button in row:
            assert "url" not in button or openable(button["url"])


def _in_a_terminal(part: Part) -> None:
    assert not _STEERING.search(show(part, columns=None, colour=False))
    assert not _STEERING.search(show(part, columns=40, colour=False))
    assert not _STEERING.search(_OURS.sub("", show(part, columns=80, colour=True)))
