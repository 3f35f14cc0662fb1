"""A request that is not taken, with a sentence for the person: whose fault it is, and what now."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from locales import tr


class Turned(Exception):
    """A request that is not taken: the status, the sentence for the person by language, seconds until it may come
    again."""

    def __init__(self, status: int, sentence: Callable[[str], str], *, again: float | None = None) -> None:
        super().__init__(sentence("en"))
        self.status = status
        self.sentence = sentence
        self.again = again


def unreadable() -> NoReturn:
    raise Turned(400, lambda lang: tr(lang, "We could not read this message. Please reload the page and try again."))


def busy() -> NoReturn:
    raise Turned(503, lambda lang: tr(lang, "We are very busy. Your message will be sent again by itself."), again=2)
