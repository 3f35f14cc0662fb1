"""Words that Palabre brings itself: what one can answer to a proposal, the usual grades, the question for a reason,
how statements are judged, what becomes of proposals.

The one rule: they are told apart by their codes alone. A better translation of "Passable" is no other question, so
the wording of a vote holds the codes of these words and not the words (see `flows.versions`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from flows.flow import Choice, Stand, Text
from locales import LANGUAGES, tr

OBJECTIONS = ("disagree", "block")
"""The answers to a proposal that are asked for a reason."""

_SCALES: Mapping[int, tuple[str, ...]] = {
    5: ("excellent", "good", "passable", "poor", "reject"),
    6: ("excellent", "very_good", "good", "passable", "poor", "reject"),
    7: ("excellent", "very_good", "good", "fairly_good", "passable", "poor", "reject"),
}


def stances(langs: Collection[str]) -> tuple[Choice, ...]:
    """What one can answer to a proposal."""
    return tuple(_choice(code, langs) for code in ("agree", "abstain", "disagree", "block"))


def grades(n: int, langs: Collection[str]) -> tuple[Choice, ...]:
    """The usual scale of `n` grades, the best first."""
    return tuple(_choice(code, langs) for code in _SCALES[n])


def reason(langs: Collection[str]) -> dict[str, str]:
    """The question for the reason of an objection."""
    return {lang: tr(lang, "What is your reason? A few words are enough.") for lang in langs}


def stands(langs: Collection[str]) -> tuple[Stand, ...]:
    """The three ways to judge a statement."""
    return tuple(Stand(code=code, label=_text(_stand, code, langs)) for code in ("agree", "disagree", "neutral"))


def is_standard_stand(stand: Stand) -> bool:
    """Is this one of ours, word for word?"""
    return stand.label.by_lang == {lang: _stand(stand.code, lang) for lang in stand.label.by_lang}


def states(langs: Collection[str]) -> tuple[Choice, ...]:
    """What can become of a proposal."""
    return tuple(Choice(code=code, label=_text(_state, code, langs)) for code in ("taken_up", "studied", "refused"))


def lot(langs: Collection[str]) -> Text:
    """What a draw is called where its groups are counted."""
    return Text({lang: tr(lang, "Group drawn by lot") for lang in _spoken(langs)})


def is_standard(choice: Choice) -> bool:
    """Is this one of ours, word for word?"""
    return choice.label.by_lang == {lang: _word(choice.code, lang) for lang in choice.label.by_lang}


def _spoken(langs: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*langs, *LANGUAGES)))


def _text(word: Callable[[str, str], str], code: str, langs: Collection[str]) -> Text:
    return Text({lang: word(code, lang) for lang in _spoken(langs)})


def _stand(code: str, lang: str) -> str:
    match code:
        case "agree":
            return tr(lang, "Agree")
        case "disagree":
            return tr(lang, "Disagree")
        case _:
            return tr(lang, "Neutral")


def _state(code: str, lang: str) -> str:
    match code:
        case "taken_up":
            return tr(lang, "Taken up")
        case "studied":
            return tr(lang, "Being studied")
        case _:
            return tr(lang, "Refused")


def _choice(code: str, langs: Collection[str]) -> Choice:
    return Choice(code=code, label=Text({lang: _word(code, lang) for lang in _spoken(langs)}))


def _word(code: str, lang: str) -> str:
    match code:
        case "agree":
            return tr(lang, "I agree")
        case "abstain":
            return tr(lang, "I abstain")
        case "disagree":
            return tr(lang, "I disagree")
        case "block":
            return tr(lang, "I block it")
        case "excellent":
            return tr(lang, "Excellent")
        case "very_good":
            return tr(lang, "Very good")
        case "good":
            return tr(lang, "Good")
        case "fairly_good":
            return tr(lang, "Fairly good")
        case "passable":
            return tr(lang, "Passable")
        case "poor":
            return tr(lang, "Poor")
        case "reject":
            return tr(lang, "To reject")
        case _:
            return ""
