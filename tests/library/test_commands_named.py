"""A text that tells people to type a command names one that exists, in a form that works."""

import re
from collections.abc import Iterator
from pathlib import Path

from bot.commands import register
from locales import LANGUAGES
from locales.extract import catalog_path, read_catalog
from locales.proofread import forms

LIBRARY = Path(__file__).parents[2] / "flows" / "library"
COMMAND = re.compile(r"(?<![\w/.<}])/([a-zéêè]{2,})\b(?!/)")
OTHERS = frozenset({"setprivacy"})
"""Commands of Telegram's own @BotFather, which sets bots up."""
TEXT_LINE = re.compile(r"^(?!\s*#).*", re.MULTILINE)


def texts() -> Iterator[str]:
    for path in sorted(LIBRARY.rglob("*.yaml")):
        yield from TEXT_LINE.findall(path.read_text("utf-8"))
    for lang in LANGUAGES:
        for entry in read_catalog(catalog_path(lang), lang):
            if entry.id:
                yield from forms(entry)


def test_every_command_that_a_text_names_exists() -> None:
    named = {(word, text) for text in texts() for word in COMMAND.findall(text)}
    assert {"mydata", "erase", "stop", "effacer"} <= {word for word, _ in named}
    theirs = {(word, text) for word, text in named if word in OTHERS and "@BotFather" in text}
    unknown = sorted(f"/{word} in {text!r}" for word, text in named - theirs if register.find(word) is None)
    assert not unknown, "\n".join(unknown)
