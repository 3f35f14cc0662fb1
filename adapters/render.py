"""Fit a message to what a place can show, once for all messengers: `plan(message, capabilities) -> parts`. Pure.

The one rule: nothing is lost. A long text is cut between parts, buttons become a numbered list, a long label is written
out above its button, a picture becomes its description; each word of the message is in exactly one part or on a button.

Texts are cut after a line, else after a sentence, else after a word, else between two characters as people see them (an
accent stays on its letter, a family emoji stays whole). Lengths are UTF-16 units of the text without markup, which is
how Telegram counts and never less than the number of characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import assert_never

from adapters.base import Capabilities, Image, Part
from flows.messages import (
    Block,
    Bullets,
    Button,
    Inline,
    Italic,
    Link,
    Message,
    Paragraph,
    Plain,
    Prompt,
    inline_text,
    paragraph,
    plain_text,
)
from locales import tr

MAX_NODES = 100
"""Telegram shows at most 100 formatted pieces in one message: https://limits.tginfo.me/en"""
MAX_CAPTION = 1024
"""Words under a picture: https://core.telegram.org/bots/api#sendphoto"""
ROW_WIDTH = 36
"""Characters that a row of buttons shows on a small phone; the buttons of a row share it equally."""

Rows = tuple[tuple[Button, ...], ...]


def plan(message: Message, caps: Capabilities, *, lang: str, image: Image | None = None) -> tuple[Part, ...]:
    """The parts that show `message` where `caps` hold, in order; the keyboard is on the last. `image` is the message's
    picture, ready to leave; without it (or where pictures cannot be shown) its description is written instead. The own
    sentences of the layout are in `lang`. A message with nothing in it makes no part."""
    picture = image if image is not None and image.mime in caps.media else None
    rows, answers = _answers(message.prompt, caps, lang)
    described = () if picture else _description(message, image)
    bodies = _pack((*message.body, *described, *answers), caps.max_text)
    if rows and not bodies and not picture:
        bodies = [(paragraph("…"),)]  # messengers refuse a keyboard under nothing
    parts = [Part(body=body) for body in bodies]
    if picture and len(parts) == 1 and units(text_of(parts[0])) <= min(caps.max_text, MAX_CAPTION):
        parts = [replace(parts[0], image=picture)]
    elif picture:
        parts = [Part(body=(), image=picture), *parts]
    if rows:
        parts[-1] = replace(parts[-1], rows=rows)
    if parts and caps.native_poll and message.poll is not None:
        parts[0] = replace(parts[0], poll=message.poll)  # an edit changes the first part
    if parts and message.prompt is not None and message.prompt.wants:
        parts[-1] = replace(parts[-1], wants=message.prompt.wants)
    return tuple(parts)


def text_of(part: Part) -> str:
    """The words of a part without any markup, buttons and picture left out."""
    return plain_text(part.body)


def units(text: str) -> int:
    """How long a text is in UTF-16 units: most emoji count two or more."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _description(message: Message, image: Image | None) -> tuple[Block, ...]:
    picture = message.picture
    if picture is not None and picture.told:
        return ()
    alt = image.alt if image else picture.alt if picture else ""
    return (paragraph(alt),) if alt else ()


# Buttons


def _answers(prompt: Prompt | None, caps: Capabilities, lang: str) -> tuple[Rows, tuple[Block, ...]]:
    """The keyboard, and what has to be written under the text because no button can say it."""
    if prompt is None or not prompt.buttons:
        return (), ()
    if len(prompt.buttons) > caps.buttons:
        return (), _in_words(prompt, prompt.buttons, lang)
    return _keyboard(prompt, caps.button_label, lang)


def _in_words(prompt: Prompt, buttons: Iterable[Button], lang: str) -> tuple[Block, ...]:
    """Buttons as text: choices as a numbered list, pages as lines, quiet ones as words to type. What the text tells
    by itself is not written twice."""
    choices, pages, quiet = _sorted(button for button in buttons if not button.told)
    blocks: list[Block] = []
    if choices:
        blocks.append(_listed(choices))
    for button in pages:
        url = button.url or ""
        blocks.append(paragraph(tr(lang, "{label}:", label=button.label) + " ", Link(url, url)))
    if quiet:
        words = ", ".join(_folded([_as_typed(button.label) for button in quiet]))
        if prompt.free or any(not button.quiet for button in prompt.buttons):
            blocks.append(paragraph(Italic(tr(lang, "You can also type: {words}", words=words))))
        else:
            blocks.append(paragraph(Italic(tr(lang, "You can type: {words}", words=words))))
    return tuple(blocks)


def _listed(choices: list[Button]) -> Block:
    """A numbered list. Figures (a scale) stand as they are: under a number of its own, who types 3 might mean 2."""
    if all(button.label.removeprefix("-").isdecimal() for button in choices):
        return paragraph(" · ".join(map(_ticked, choices)))
    if any(button.number for button in choices):
        return paragraph("\n".join(f"{number}. {_ticked(button)}" for number, button in _numbered(choices)))
    return Bullets(tuple((Plain(_ticked(button)),) for button in choices), numbered=True)


def _numbered(choices: list[Button]) -> Iterator[tuple[int, Button]]:
    """Choices with the number to type: their own, else their place."""
    return ((button.number or place, button) for place, button in enumerate(choices, 1))


def _keyboard(prompt: Prompt, limit: int, lang: str) -> tuple[Rows, tuple[Block, ...]]:
    """Rows of buttons, choices before quiet ones. When a choice is too long for a button, all choices are written out,
    numbered, and the buttons carry the same numbers: two long labels that begin alike can still be told apart."""
    choices, pages, quiet = _sorted(prompt.buttons)
    too_long = [button for button in prompt.buttons if limit and units(_ticked(button)) > limit]
    numbers = {}
    if any(button in too_long and not button.told for button in choices):
        numbers = {id(button): f"{number}. " for number, button in _numbered(choices)}
    written = [button for button in (*choices, *pages, *quiet) if id(button) in numbers or button in too_long]

    def shown(button: Button) -> Button:
        label = _shortened(_ticked(button, numbers.get(id(button), "")), limit)
        return button if label == button.label else replace(button, label=label)

    offered = [shown(button) for button in prompt.buttons if not button.quiet]
    forward = [(shown(button),) for button in prompt.buttons if button.quiet and button.main]
    aside = [shown(button) for button in prompt.buttons if button.quiet and not button.main]
    width = max(prompt.columns, 1)
    rows = [tuple(offered[i : i + width]) for i in range(0, len(offered), width)]
    return (*rows, *forward, *_quiet_rows(aside)), _in_words(prompt, written, lang)


def _quiet_rows(buttons: list[Button]) -> Iterator[tuple[Button, ...]]:
    """Up to three in a row as long as each label has room."""
    row: tuple[Button, ...] = ()
    for button in buttons:
        longer = (*row, button)
        if len(longer) > 3 or any(units(one.label) > ROW_WIDTH // len(longer) for one in longer):
            if row:
                yield row
            longer = (button,)
        row = longer
    if row:
        yield row


def _sorted(buttons: Iterable[Button]) -> tuple[list[Button], list[Button], list[Button]]:
    """Choices, pages to open, and quiet words, each in the order given."""
    choices: list[Button] = []
    pages: list[Button] = []
    quiet: list[Button] = []
    for button in buttons:
        (pages if button.url else quiet if button.quiet else choices).append(button)
    return choices, pages, quiet


def _ticked(button: Button, number: str = "") -> str:
    return f"✔ {number}{button.label}" if button.chosen else number + button.label


def _shortened(label: str, limit: int) -> str:
    if not limit or units(label) <= limit:
        return label
    return label[: _character_end(label, _window(label, limit - 1))].rstrip() + "…"


def _as_typed(label: str) -> str:
    """A label as people would type it: small first letter, unless it stands alone ("I don't know") or in capitals."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _folded(words: list[str]) -> Iterator[str]:
    """Words with each run of four or more that only count up ("change 1", "change 2" ...) told by its two ends."""
    run: list[str] = []
    for word in [*words, ""]:
        if run and word and _stem(word) == (_stem(run[-1])[0], _stem(run[-1])[1] + 1):
            run.append(word)
            continue
        yield from run if len(run) < 4 else [f"{run[0]} … {run[-1]}"]
        run = [word] if word else []


def _stem(word: str) -> tuple[str, int]:
    """A word and the number that it ends with."""
    found = re.fullmatch(r"(.*\D)([0-9]{1,4})", word)
    return (found[1], int(found[2])) if found else (word, -9)


# Text


def _pack(body: Iterable[Block], limit: int) -> list[tuple[Block, ...]]:
    """The blocks in as few parts as their order allows, whole where possible."""
    bodies: list[tuple[Block, ...]] = []
    here: tuple[Block, ...] = ()
    size = nodes = 0
    for block in body:
        for piece in _pieces(block, limit):
            more, count = units(plain_text((piece,))), _nodes(piece)
            if here and (size + 2 + more > limit or nodes + count > MAX_NODES):
                bodies.append(here)
                here, size, nodes = (), 0, 0
            size += more + (2 if here else 0)
            nodes += count
            here = (*here, piece)
    return [*bodies, here] if here else bodies


def _pieces(block: Block, limit: int) -> Iterator[Block]:
    """The block itself, or what it must be cut into. A list that is cut becomes lines, so that its numbers go on."""
    text = plain_text((block,))
    if not text.strip():
        return
    if units(text) <= limit and _nodes(block) <= MAX_NODES:
        yield block
        return
    match block:
        case Paragraph(parts):
            yield from map(Paragraph, _cut(parts, limit))
        case Bullets(items, numbered):
            yield from map(Paragraph, _cut(tuple(_lines(items, numbered)), limit))
        case _:
            assert_never(block)


def _nodes(block: Block) -> int:
    match block:
        case Paragraph(parts):
            return len(parts)
        case Bullets(items):
            return sum(map(len, items))
        case _:
            assert_never(block)


def _lines(items: tuple[tuple[Inline, ...], ...], numbered: bool) -> Iterator[Inline]:
    """A list with its marks written out, with as few nodes as possible."""
    waiting = ""
    for number, item in enumerate(items, 1):
        waiting += ("\n" if number > 1 else "") + (f"{number}. " if numbered else "• ")
        for node in item:
            if isinstance(node, Plain):
                waiting += node.text
                continue
            if waiting:
                yield Plain(waiting)
                waiting = ""
            yield node
    if waiting:
        yield Plain(waiting)


def _cut(nodes: tuple[Inline, ...], limit: int) -> Iterator[tuple[Inline, ...]]:
    """Nodes in pieces of at most `limit` units; a link stays whole when a part can hold it."""
    ends = list(accumulate(len(inline_text((node,))) for node in nodes))
    text = inline_text(nodes)
    solid = "".join(_solid(node, limit) for node in nodes)
    start = _next_word(text, 0)
    while start < len(text):
        first = bisect_right(ends, start)
        last = min(first + MAX_NODES, len(nodes)) - 1
        end = min(start + _window(text[start : start + limit + 1], limit), ends[last])
        stop = _break(solid, start, end)
        seen = start + len(text[start:stop].rstrip())
        yield tuple(_slice(zip(nodes[first : last + 1], ends[first:], strict=False), start, seen))
        start = _next_word(text, stop)


def _solid(node: Inline, limit: int) -> str:
    """What a node shows, for looking where to cut; a link is one letter with accents, which nothing cuts."""
    shown = inline_text((node,))
    if isinstance(node, Link) and 0 < units(shown) <= limit:
        return "x" + "\u0301" * (len(shown) - 1)
    return shown


def _slice(nodes: Iterable[tuple[Inline, int]], start: int, stop: int) -> Iterator[Inline]:
    """The nodes, given with their ends, between two places of their text. What remains of a link that had to be cut
    is plain."""
    for node, end in nodes:
        shown = inline_text((node,))
        begin = end - len(shown)
        low, high = max(start - begin, 0), min(stop - begin, len(shown))
        if low >= high:
            continue
        if high - low == len(shown):
            yield node
        elif isinstance(node, Link):
            yield Plain(shown[low:high])
        else:
            yield replace(node, text=shown[low:high])


def _next_word(text: str, start: int) -> int:
    found = _INK.search(text, start)
    return found.start() if found else len(text)


def _window(text: str, limit: int) -> int:
    """How many code points of `text` take at most `limit` units; at least one, so that cutting always ends."""
    size = 0
    for i, character in enumerate(text):
        size += 2 if character > "\uffff" else 1
        if size > limit:
            return max(i, 1)
    return len(text)


_INK = re.compile(r"\S")
# A space that holds words together (before « ? » in French) is no place to cut.
_SPACE = r"[^\S\u00a0\u202f]+"
_LINE = re.compile(r"\n\s*")
_SENTENCE = re.compile(rf"(?<!\d)[.!?…]+[\u00a0\u202f]?[\"'»”’)\]]*{_SPACE}|[。！？]+[」』）]*\s*")
_WORD = re.compile(_SPACE)


def _break(text: str, start: int, end: int) -> int:
    """The best place to cut `text` so that the piece from `start` reaches at most to `end`. A line or a sentence that
    would leave a part almost empty is passed over."""
    if end == len(text):
        return end
    early = start + (end - start) // 4
    for pattern, least in ((_LINE, early), (_SENTENCE, early), (_WORD, start)):
        for match in reversed(list(pattern.finditer(text, start, end + 1))):
            stop = match.end()
            if stop > least and (stop <= end or text[end].isspace()) and _parts(text, stop):
                return stop
    return _character_end(text, end, start)


def _character_end(text: str, end: int, start: int = 0) -> int:
    """The last end of a whole character, as people see it, in `text[start:end]`; `end` if one character fills it."""
    return next((i for i in range(end, start, -1) if _parts(text, i)), end)


def _parts(text: str, i: int) -> bool:
    """Whether two characters, as people see them, meet at `i`: the rules of https://unicode.org/reports/tr29/ without
    its rarest scripts, on the side of not cutting."""
    if not 0 < i < len(text):
        return True
    before, after = text[i - 1], text[i]
    if after in "\u200c\u200d" or before == "\u200d" or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return False  # skin tones; the letters inside flags of regions
    if unicodedata.combining(before) == 9 and after.isalpha():
        return False  # a virama joins two consonants into one
    if "\u1100" <= before <= "\ud7fb" and ("\u1160" <= after <= "\u11ff" or "\ud7b0" <= after <= "\ud7fb"):
        return False  # a Korean syllable in pieces
    if _is_flag(before) and _is_flag(after):
        return len(text[:i]) - len(text[:i].rstrip(_FLAGS)) & 1 == 0
    return not ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff") and before + after != "\r\n"


_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""Two of these letters make the flag of a country."""


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
