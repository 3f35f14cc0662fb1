"""Which settings go with which way of voting, and what they may be.

The one rule: a setting that changes nothing is a mistake, because whoever wrote it believes that it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bot.polls.chosen import Chosen
from bot.polls.words import Family, key_in, keyed_in, value_in
from flows.flow import Method
from locales import tr

LINE_METHODS = (
    Method.PLURALITY,
    Method.APPROVAL,
    Method.SCORE,
    Method.DOTS,
    Method.QUADRATIC,
    Method.SCHULZE,
    Method.IRV,
    Method.BORDA,
    Method.STV,
    Method.MAJORITY_JUDGMENT,
    Method.CONSENT,
    Method.AVAILABILITY,
)
"""The methods that need no more than a line can hold."""

USUAL_POINTS = 10
"""The points to spread in a flow that does not say how many."""

_RANKED = frozenset({Method.SCHULZE, Method.IRV, Method.BORDA, Method.STV})
_OWN_ANSWERS = frozenset({Method.CONSENT, Method.AVAILABILITY})
_ONLY: Mapping[Family, frozenset[Method]] = {
    Family.MAX: frozenset({Method.APPROVAL, *_RANKED}),
    Family.MIN: frozenset({Method.APPROVAL, *_RANKED}),
    Family.SEATS: frozenset({Method.STV}),
    Family.MOST: frozenset({Method.SCORE}),
    Family.POINTS: frozenset({Method.DOTS, Method.QUADRATIC}),
    Family.EACH: frozenset({Method.DOTS}),
    Family.GRADES: frozenset({Method.MAJORITY_JUDGMENT}),
    Family.REASON: frozenset({Method.CONSENT}),
    Family.ADD: frozenset({Method.PLURALITY, Method.APPROVAL}),
    Family.SHUFFLE: frozenset(LINE_METHODS) - _OWN_ANSWERS,
    Family.BLANK: frozenset(LINE_METHODS) - _OWN_ANSWERS,
    Family.NONE: frozenset(LINE_METHODS) - _OWN_ANSWERS,
}


def method(chosen: Chosen) -> Method:
    """The way of voting: the one that was said, else the one that the other settings can only mean."""
    found = chosen.value(Family.METHOD, Method)
    if found is not None:
        return found
    return Method.APPROVAL if chosen.said(Family.MAX, Family.MIN) else Method.PLURALITY


def check(chosen: Chosen, found: Method, count: int) -> None:
    """Complain of every setting that does not go with the method, or with `count` choices, or with another one."""
    for family, methods in _ONLY.items():
        word = chosen.said(family)
        if word and found not in methods:
            _misplaced(chosen, word, found, methods)
    if count:
        _numbers(chosen, found, count)
    _quorum(chosen)


def _misplaced(chosen: Chosen, word: str, found: Method, methods: frozenset[Method]) -> None:
    fitting = [keyed_in(Family.METHOD, one, chosen.lang) for one in LINE_METHODS if one in methods]
    sentence = tr(
        chosen.lang,
        "“{word}” does not go with the method “{method}”. It goes with: {list}.",
        word=word,
        method=value_in(Family.METHOD, found, chosen.lang),
        list=", ".join(fitting),
    )
    chosen.wrong(word, sentence)


def _numbers(chosen: Chosen, found: Method, count: int) -> None:
    lang = chosen.lang
    for family in (Family.MAX, Family.MIN, Family.SEATS):
        number = chosen.value(family, int)
        if number is not None and number > count and found in _ONLY[family]:
            word = chosen.said(family)
            chosen.wrong(word, tr(lang, "“{word}” is more than the number of choices, {n}.", word=word, n=count))
    for low, high, usual in ((Family.MIN, Family.MAX, None), (Family.EACH, Family.POINTS, USUAL_POINTS)):
        least, most = chosen.value(low, int), chosen.value(high, int) or usual
        if least is not None and most is not None and least > most:
            word, other = chosen.said(low), chosen.said(high) or f"{key_in(high, lang)}={usual}"
            chosen.wrong(word, tr(lang, "“{word}” is more than “{other}”.", word=word, other=other))


def _quorum(chosen: Chosen) -> None:
    lang, word = chosen.lang, chosen.said(Family.QUORUM)
    people = chosen.value(Family.ELECTORATE, int)
    share, number = chosen.value(Family.QUORUM, Fraction), chosen.value(Family.QUORUM, int)
    if share is not None and people is None:
        example = f"{word} {tr(lang, 'electorate')}=120"
        sentence = tr(lang, "“{word}” of how many people? Write for example: {example}", word=word, example=example)
        chosen.wrong(word, sentence)
    if number is not None and people is not None and number > people:
        said = chosen.said(Family.ELECTORATE)
        chosen.wrong(word, tr(lang, "“{word}” is more than “{other}”.", word=word, other=said))
