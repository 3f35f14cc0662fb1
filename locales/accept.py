"""Which of our languages a browser asks for, from its Accept-Language header."""

from __future__ import annotations

from locales.catalogs import LANGUAGES


def accepted(header: str, fallback: str = LANGUAGES[0]) -> str:
    """The language of ours that the header likes best; `fallback` when it names none of them."""
    wishes = []
    for place, wish in enumerate(header[:1000].split(",")):
        tag, _, weight = wish.partition(";")
        lang = tag.strip().lower().partition("-")[0]
        liking = _liking(weight)
        if lang in LANGUAGES and liking > 0:
            wishes.append((-liking, place, lang))
    return min(wishes)[2] if wishes else fallback


def _liking(weight: str) -> float:
    """What `q=0.8` says; 1 when it says nothing, 0 when it is not a number between 0 and 1."""
    name, _, number = weight.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        liking = float(number)
    except ValueError:
        return 0.0
    return liking if 0 <= liking <= 1 else 0.0
