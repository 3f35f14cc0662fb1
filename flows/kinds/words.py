"""`short_text` and `long_text`: whatever people write, kept as they wrote it."""

from __future__ import annotations

from flows.flow import Words
from flows.kinds.reply import Reply, Taken, Wrong
from flows.reading import clean
from locales import tr, trn


def read(kind: Words, text: str, lang: str) -> Reply:
    value = clean(text)
    if not kind.long:
        value = " ".join(value.split("\n"))
    if not value:
        return Wrong(tr(lang, "Your message is empty, or I cannot read it."))
    over = len(value) - kind.max
    if over <= 0:
        return Taken(value)
    return Wrong(
        trn(
            lang,
            "Your text is {n} character too long: at most {max} fit. Please shorten it and send it again.",
            "Your text is {n} characters too long: at most {max} fit. Please shorten it and send it again.",
            over,
            max=kind.max,
        ),
        mild=True,
    )


def hint(kind: Words, lang: str) -> str:
    if kind.long:
        return tr(lang, "Write freely, in one message of at most {max} characters.", max=kind.max)
    return tr(lang, "Write a few words, at most {max} characters.", max=kind.max)


def expected(kind: Words, lang: str) -> str:
    return tr(lang, "Please write your answer in words.")
