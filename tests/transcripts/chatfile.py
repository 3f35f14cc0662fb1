r"""A transcript as a file: what people do, and under each act what Palabre answered.

    flow mobilite, fr, buttons        which flow (`-`: none yet), which language, what the messenger can do
    at 2026-03-02 09:00               the hour on the wall, in the flow's zone; later, time passes until then
    Léa  > /start                     says (`\n`, `\u200b` and `🎉{5000}` mean what they look like)
    Léa  # bus                        presses the button of this code, or of this label
    Léa  # bus (old)                  presses a button that is gone by now; `Tom: bus` one that Tom was shown; `=1.x.0`
                                      sends data that no button carries
    Léa  + photo                      sends something that is not text; `+ file ecole.yaml` a document, one of `files/`
                                      (one that is not there could not be fetched); `+ photo trou.jpg` a photo that
                                      can be fetched again; `+ place 49.03610,2.07610` where they are
    Léa@groupe > hello                the same, in a group; `> ↩ hello` answers the newest message there,
                                      `> ↩↩ hello` the newest one with buttons;
                                      `> /sondage 📊 Quel repas ? | Couscous | Paella` answers the messenger's own poll
                                      (`📊📊`: one that takes several answers);
                                      `> 💬 hello` is talk among the members, `> ✏ hallo` changes what one said last,
                                      `> ↪ /report` answers the newest talk
    ! Léa administrates               from now on, Léa is an administrator of every group
    +2d                               time passes
    ! crash                           something goes wrong (see `playing.FAULTS`)
    office > publish                  what the organisers type on the server; `office > moderator Tom` gives a role
    file: / file Léa:                 what is on record as ballots of this person
    result: / kept:                   what the tally says; what is kept in all
    -- a remark

The one rule: what Palabre does stands under what brought it about, and only that is ever rewritten:
`bot  <` a new message, `bot  ~` a changed one, `bot  !` a short note, `groupe <` the same in a group, `groupe =` what
was done to a message or to somebody there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from stage import GROUPS

MARGIN = " " * 7
_OUTPUT = re.compile(r"^(?:bot(?: \([^)]*\))?|groupe|group|office)\s+[<~!=](?:\s|$)|^" + MARGIN)
_LOOK = re.compile(r"^(file|result|kept)\b([^:]*):(.*)$")
_ACT = re.compile(r"^(\S+?)\s+([>#+])(?: (.*))?$")
_MANY = re.compile(r"(.)\{(\d+)\}", re.DOTALL)
_RUN = 20


@dataclass(slots=True)
class Entry:
    """One line of the script, and what followed. `kind` is prose, at, wait, fault, office, look, `>`, `#` or `+`."""

    line: str
    kind: str
    who: str = ""
    text: str = ""
    number: int = 0
    output: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Chat:
    flow: str
    lang: str
    way: str
    options: tuple[str, ...]
    start: datetime
    head: list[str]
    entries: list[Entry]

    @property
    def people(self) -> list[str]:
        """Everybody who does something, in order of appearance."""
        names = (entry.who.partition("@")[0] for entry in self.entries if entry.kind in (">", "#", "+"))
        return list(dict.fromkeys(names))

    @property
    def acts(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind != "prose"]

    def lines(self) -> Iterator[str]:
        """The file, with the output as it stands in the entries."""
        yield from self.head
        for entry in self.entries:
            if entry.kind == "look":
                yield f"{entry.line}: {entry.output[0] if entry.output else ''}".rstrip()
            else:
                yield entry.line
                yield from entry.output


def read(text: str) -> Chat:
    """The chat of a file; ValueError names the line that cannot be understood."""
    lines = text.rstrip("\n").split("\n")
    first = next((at for at, line in enumerate(lines) if line.startswith("flow ")), None)
    if first is None or first + 1 >= len(lines) or not lines[first + 1].startswith("at "):
        raise ValueError(
            "a transcript begins with `flow <name>, <language>, <what the messenger can do>` and `at <time>`"
        )
    flow, lang, way, *options = (word.strip() for word in lines[first].removeprefix("flow ").split(","))
    entries: list[Entry] = []
    for number, line in enumerate(lines[first + 2 :], first + 3):
        if _OUTPUT.match(line):
            if not entries:
                raise ValueError(f"line {number}: nobody has done anything yet: {line}")
            entries[-1].output.append(line.rstrip())
        else:
            entries.append(_entry(line.rstrip(), number))
    start = datetime.fromisoformat(lines[first + 1].removeprefix("at ").strip())
    return Chat(flow, lang, way, tuple(options), start, lines[: first + 2], entries)


def _entry(line: str, number: int) -> Entry:
    if not line or line.startswith("--"):
        return Entry(line, "prose", number=number)
    if line.startswith("at "):
        return Entry(line, "at", text=line.removeprefix("at ").strip(), number=number)
    if line.startswith("+"):
        return Entry(line, "wait", text=line.removeprefix("+").strip(), number=number)
    if line.startswith("! "):
        return Entry(line, "fault", text=line.removeprefix("! ").strip(), number=number)
    if look := _LOOK.match(line):
        found = Entry(f"{look[1]}{look[2]}".rstrip(), "look", text=look[1], who=look[2].strip(), number=number)
        found.output = [look[3].strip()]
        return found
    if act := _ACT.match(line):
        kind = "office" if act[1] == "office" else act[2]
        return Entry(line, kind, who=act[1], text=act[3] or "", number=number)
    raise ValueError(f"line {number}: this is no line of a transcript: {line}")


def spoken(text: str) -> str:
    r"""What somebody really types where the transcript says `text`."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text).replace("\\n", "\n")
    return _MANY.sub(lambda found: found[1] * int(found[2]), text)


def written(text: str) -> list[str]:
    """A text as lines of a transcript: nothing invisible, nothing endless, no empty lines."""
    return [plainly(line) for line in text.split("\n") if line.strip()]


_INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def plainly(line: str) -> str:
    """A line with a long run of one letter shortened, and invisible characters by their numbers."""
    runs = ((letter, len(list(run))) for letter, run in groupby(line.rstrip()))
    shorter = "".join(f"{letter}{{{n}}}" if n > _RUN else letter * n for letter, n in runs)
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", shorter)


def told(name: str, mark: str, lines: Iterable[str]) -> list[str]:
    """Lines of output, the first with who and how."""
    found = list(lines) or [""]
    return [f"{name:<4} {mark} {found[0]}".rstrip(), *(MARGIN + line for line in found[1:])]


def name_of(chat: str, people: list[str]) -> str:
    """Who speaks in the transcript where something appears in `chat`."""
    if chat in GROUPS:
        return chat
    return "bot" if people == [chat] else f"bot ({chat})"
