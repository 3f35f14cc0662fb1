"""`yes_no`: recorded as the codes `yes` and `no`. Where it gives a consent, only a plain yes counts as one."""

from __future__ import annotations

from flows import reading
from flows.kinds.reply import Reply, Taken
from flows.messages import Button
from flows.prompts import data
from flows.session import Value
from locales import tr

CODES = ("yes", "no")


def labels(lang: str) -> tuple[str, str]:
    return tr(lang, "Yes"), tr(lang, "No")


def buttons(lang: str, prompt: str, chosen: Value) -> list[Button]:
    return [
        Button(label=label, data=data(prompt, str(i)), chosen=CODES[i] == chosen)
        for i, label in enumerate(labels(lang))
    ]


def said(value: Value, lang: str) -> str:
    yes, no = labels(lang)
    return yes if value == "yes" else no


def read(text: str, lang: str, *, consent: bool) -> Reply:
    meant = reading.yes_no(text, strict=consent)
    if meant is not None:
        return Taken(CODES[not meant])
    found = reading.exact(text, labels(lang))
    if found is None:
        found = reading.place(text, len(CODES))
    return Taken(CODES[found]) if isinstance(found, int) else None


def expected(lang: str) -> str:
    return tr(lang, "Please answer yes or no.")
