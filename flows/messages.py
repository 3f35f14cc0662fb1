"""What is put in front of a person: text as a short tree, an optional prompt, an optional picture.

The one rule: what a citizen typed is always a `Plain` node, and so is every piece of data; markup exists only as
nodes, never as characters inside a text. Nothing anybody writes can become markup on any platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Plain:
    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    text: str


@dataclass(frozen=True, slots=True)
class Italic:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


Inline: TypeAlias = Plain | Bold | Italic | Link


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; a line feed inside a node is a line break."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[tuple[Inline, ...], ...]
    numbered: bool = False


Block: TypeAlias = Paragraph | Bullets


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to press. `data` is what comes back in `Pressed`, at most 64 bytes. `chosen` marks a toggled choice.
    With `url` it opens a page and nothing comes back."""

    label: str
    data: str
    chosen: bool = False
    url: str | None = None
    quiet: bool = False
    """Secondary (skip, back, done): shown after the choices; numbered lists show it as a word to type."""
    main: bool = False
    """The step forward (send, done, continue): stands out on platforms that can. Where there are no buttons it is a
    word to type, never a number, because there the numbers mean something else."""
    number: int = 0
    """The number to type for it, where that is not its place among the choices: what is left of a list that shrinks
    keeps its numbers."""
    told: bool = False
    """The text already says what it is for, and what to type instead: where there are no buttons, it is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The buttons under a message. `id` is the prompt that they belong to, empty for menus outside a session.
    `free` says that typing something else than a button is a normal answer (a text, a number, a date). `wants` is what
    answers it besides words, `photo` or `place`: messengers with a way to send one may offer it there."""

    id: str
    buttons: tuple[Button, ...]
    free: bool = False
    columns: int = 1
    wants: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture by reference (for example `chart:17`): the bytes are made when the message leaves, never stored in it.
    `alt` says in words everything that the picture shows; `told` says that the message's own text does so too, so that
    nothing is lost where no picture can be shown."""

    ref: str
    alt: str
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The question of a message once more, for messengers that have polls of their own: there it is shown as one,
    beside the message. `id` is what a selection in it carries (`flows.prompts.selection`), `options` are numbered as in
    the message, of which `most` may be chosen together. `over` once it takes no more answers: then the message says
    what came of it."""

    id: str
    question: str
    options: tuple[str, ...]
    most: int = 1
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    body: tuple[Block, ...]
    prompt: Prompt | None = None
    picture: Picture | None = None
    poll: Poll | None = None


def paragraph(*parts: Inline | str) -> Paragraph:
    """A paragraph from nodes and plain strings."""
    return Paragraph(tuple(Plain(part) if isinstance(part, str) else part for part in parts))


def message(*blocks: Block | str, prompt: Prompt | None = None, picture: Picture | None = None) -> Message:
    """A message from blocks and plain strings, one paragraph each."""
    body = tuple(paragraph(block) if isinstance(block, str) else block for block in blocks)
    return Message(body=body, prompt=prompt, picture=picture)


def plain_text(body: tuple[Block, ...]) -> str:
    """The words of a body without any markup: paragraphs apart by an empty line, list items by a line."""
    chunks = []
    for block in body:
        match block:
            case Paragraph(parts):
                chunks.append(inline_text(parts))
            case Bullets(items, numbered):
                marks = (f"{i}." if numbered else "•" for i in range(1, len(items) + 1))
                chunks.append(
                    "\n".join(f"{mark} {inline_text(item)}" for mark, item in zip(marks, items, strict=False))
                )
    return "\n\n".join(chunks)


def inline_text(parts: tuple[Inline, ...]) -> str:
    """The words of some nodes; a link shows its address after its text when the two differ."""
    return "".join(
        f"{part.text} ({part.url})" if isinstance(part, Link) and part.text != part.url else part.text for part in parts
    )


# --- As JSON ---------------------------------------------------------------------------------------------------------


def to_json(message: Message) -> dict[str, Any]:
    """A message as JSON-ready data, short because many are stored."""
    data: dict[str, Any] = {"body": [_block_to_json(block) for block in message.body]}
    prompt = message.prompt
    if prompt is not None:
        buttons = [_button_to_json(button) for button in prompt.buttons]
        rare = [prompt.wants] if prompt.wants else []
        data["prompt"] = [prompt.id, buttons, prompt.free, prompt.columns, *rare]
    if message.picture is not None:
        data["picture"] = [message.picture.ref, message.picture.alt, message.picture.told]
    if (poll := message.poll) is not None:
        data["poll"] = [poll.id, poll.question, poll.options, poll.most, poll.over]
    return data


def from_json(data: dict[str, Any]) -> Message:
    """The message that `to_json` wrote."""
    prompt, picture, poll = data.get("prompt"), data.get("picture"), data.get("poll")
    return Message(
        body=tuple(_block_from_json(block) for block in data["body"]),
        prompt=prompt and _prompt(*prompt),
        picture=picture and Picture(ref=picture[0], alt=picture[1], told=bool(picture[2:] and picture[2])),
        poll=poll and Poll(id=poll[0], question=poll[1], options=tuple(poll[2]), most=poll[3], over=poll[4]),
    )


def _prompt(id: str, buttons: list[Any], free: bool, columns: int, wants: str = "") -> Prompt:
    return Prompt(id=id, buttons=tuple(map(_button, buttons)), free=free, columns=columns, wants=wants)


def _button_to_json(button: Button) -> list[Any]:
    data = [button.label, button.data, button.chosen, button.url, button.quiet, button.main]
    rare = [button.told, button.number] if button.number else [True] if button.told else []
    return [*data, *rare]


def _button(data: list[Any]) -> Button:
    """A stored button; the first ones ended after `quiet`, most end after `main`."""
    label, pressed, chosen, url, quiet, *more = data
    defaults: list[Any] = [False, False, 0]
    main, told, number = more + defaults[len(more) :]
    return Button(label=label, data=pressed, chosen=chosen, url=url, quiet=quiet, main=main, told=told, number=number)


_INLINE: dict[str, type[Plain] | type[Bold] | type[Italic]] = {"t": Plain, "b": Bold, "i": Italic}
_LETTER = {Plain: "t", Bold: "b", Italic: "i"}


def _inline_to_json(part: Inline) -> list[str]:
    return ["a", part.text, part.url] if isinstance(part, Link) else [_LETTER[type(part)], part.text]


def _inline_from_json(data: list[str]) -> Inline:
    return Link(data[1], data[2]) if data[0] == "a" else _INLINE[data[0]](data[1])


def _block_to_json(block: Block) -> list[Any]:
    match block:
        case Paragraph(parts):
            return ["p", [_inline_to_json(part) for part in parts]]
        case Bullets(items, numbered):
            return ["l", numbered, [[_inline_to_json(part) for part in item] for item in items]]


def _block_from_json(data: list[Any]) -> Block:
    if data[0] == "p":
        return Paragraph(tuple(_inline_from_json(part) for part in data[1]))
    return Bullets(tuple(tuple(_inline_from_json(part) for part in item) for item in data[2]), numbered=data[1])
