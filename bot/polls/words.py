"""The words that may follow `/poll`, in French and English, and what each one sets.

The one rule: a word that is an ordinary answer to an ordinary question ("blanc", "notes", "multiple", "public") is no
bare setting: it would be taken out of somebody's list of choices. Such things are said with a key: `method=score`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import TypeAlias

from flows.flow import Every, Method, ResultsMode, Secrecy
from flows.tally.outcome import Cut

_NOT_LETTERS = re.compile(r"[\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def plain(text: str) -> str:
    """`text` without case and accents; signs stay."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES).replace("’", "'"))
    return "".join(one for one in text if not unicodedata.combining(one))


def squash(text: str) -> str:
    """The letters and digits of `text` alone: "jusqu'à", "majority-judgment" and "Majority judgment" compare by it."""
    return _NOT_LETTERS.sub("", plain(text))


class Family(StrEnum):
    """What a setting is about. Two settings of one family contradict each other."""

    METHOD = "method"
    RESULTS = "results"
    SECRECY = "secrecy"
    QUORUM = "quorum"
    ELECTORATE = "electorate"
    THRESHOLD = "threshold"
    MAX = "max"
    MIN = "min"
    SEATS = "seats"
    MOST = "most"
    POINTS = "points"
    EACH = "each"
    GRADES = "grades"
    REASON = "reason"
    SHUFFLE = "shuffle"
    ADD = "add"
    BLANK = "blank"
    NONE = "none"
    EVERY = "every"
    TIMES = "times"
    LASTS = "lasts"
    UNTIL = "until"
    ZONE = "zone"
    TIE = "tie"


class Weight(IntEnum):
    """How surely a word is a setting. `FAINT`: only in a segment of settings one of which is strong ("score most=5").
    `LOOSE`: only where a whole segment is made of settings ("3 jours"). `WEAK`: also at the end of a choice, beside a
    stronger one. `STRONG`: at the end of a choice by itself. `SURE`: it says so (`key=value`, `until ...`)."""

    FAINT = -1
    LOOSE = 0
    WEAK = 1
    STRONG = 2
    SURE = 3


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time on the clock: `months` by the calendar, `days` to the same hour, `rest` exactly."""

    months: int = 0
    days: int = 0
    rest: timedelta = timedelta(0)


Value: TypeAlias = bool | int | str | Fraction | Span | Method | ResultsMode | Secrecy | Cut | Every


@dataclass(frozen=True, slots=True)
class Word:
    family: Family
    value: Value
    weight: Weight
    shown: str


def _words(*rows: tuple[Family, Value, Weight, str]) -> dict[str, Word]:
    return {
        squash(shown): Word(family, value, weight, shown.strip())
        for family, value, weight, phrases in rows
        for shown in phrases.split(",")
    }


WORDS: Mapping[str, Word] = _words(
    (Family.METHOD, Method.PLURALITY, Weight.WEAK, "plurality, choix unique, single choice"),
    (
        Family.METHOD,
        Method.APPROVAL,
        Weight.WEAK,
        "approval, approbation, vote par approbation, par approbation, approval voting, choix multiple, "
        "choix multiples, plusieurs choix, multiple choice",
    ),
    (Family.METHOD, Method.SCHULZE, Weight.WEAK, "ranked, ranking, classement, vote par classement, par classement"),
    (Family.METHOD, Method.SCHULZE, Weight.STRONG, "schulze, condorcet, ranked choice"),
    (Family.METHOD, Method.IRV, Weight.STRONG, "irv, instant runoff, vote alternatif"),
    (Family.METHOD, Method.STV, Weight.STRONG, "stv, vote unique transférable, single transferable vote"),
    (Family.METHOD, Method.BORDA, Weight.STRONG, "borda"),
    (
        Family.METHOD,
        Method.MAJORITY_JUDGMENT,
        Weight.STRONG,
        "majority judgment, majority judgement, jugement majoritaire",
    ),
    (Family.METHOD, Method.QUADRATIC, Weight.STRONG, "quadratic voting, vote quadratique"),
    (Family.METHOD, Method.CONSENT, Weight.WEAK, "consent, consentement, par consentement"),
    (Family.METHOD, Method.AVAILABILITY, Weight.WEAK, "dates, doodle, availability, disponibilités"),
    (Family.RESULTS, ResultsMode.AT_CLOSE, Weight.STRONG, "hidden, hidden results, résultats cachés"),
    (
        Family.RESULTS,
        ResultsMode.AT_CLOSE,
        Weight.WEAK,
        "caché, cachée, cachés, masqué, masquée, masqués, résultats masqués, résultats à la fin, results at close",
    ),
    (Family.RESULTS, ResultsMode.LIVE, Weight.WEAK, "live, en direct, live results, résultats en direct"),
    (Family.RESULTS, ResultsMode.AFTER_VOTE, Weight.WEAK, "after vote, after voting, après vote, après le vote"),
    (
        Family.SECRECY,
        Secrecy.CONFIDENTIAL,
        Weight.STRONG,
        "confidential, confidentiel, confidentielle, anonymous, anonymously, anonyme, anonymes, vote anonyme",
    ),
    (Family.SECRECY, Secrecy.CONFIDENTIAL, Weight.WEAK, "vote secret, secret ballot, à bulletin secret"),
    (Family.SECRECY, Secrecy.OPEN, Weight.WEAK, "not confidential, non confidentiel, open ballot, vote public"),
    (Family.SHUFFLE, True, Weight.STRONG, "shuffle, shuffled, mélanger, mélangé"),
    (Family.SHUFFLE, True, Weight.WEAK, "ordre aléatoire, random order"),
    (Family.ADD, True, Weight.WEAK, "add, ajouter, add options, ajouter des choix, ajout libre"),
    (Family.BLANK, True, Weight.WEAK, "blank, blank vote, vote blanc"),
    (Family.NONE, True, Weight.WEAK, "none of these, none of the above, aucun de ces choix"),
    (Family.EVERY, Every.DAY, Weight.WEAK, "daily, every day, quotidien, chaque jour, tous les jours"),
    (
        Family.EVERY,
        Every.WEEK,
        Weight.WEAK,
        "weekly, every week, hebdomadaire, hebdo, chaque semaine, toutes les semaines",
    ),
    (Family.EVERY, Every.MONTH, Weight.WEAK, "monthly, every month, mensuel, chaque mois, tous les mois"),
    (Family.THRESHOLD, "majority", Weight.WEAK, "majority, majorité, majorité absolue, absolute majority"),
)
"""Settings that are a word or a phrase by themselves, by their `squash`."""


def _names(rows: Mapping[Family, str]) -> dict[str, tuple[Family, str]]:
    return {squash(name): (family, name.strip()) for family, names in rows.items() for name in names.split(",")}


KEYS: Mapping[str, tuple[Family, str]] = _names(
    {
        Family.METHOD: "method, méthode, mode",
        Family.RESULTS: "results, résultats, résultat",
        Family.SECRECY: "secrecy, secret, confidentialité",
        Family.QUORUM: "quorum",
        Family.ELECTORATE: "electorate, inscrits, électeurs, voters, membres, members",
        Family.THRESHOLD: "threshold, seuil",
        Family.MAX: "max, maximum, at_most, au plus",
        Family.MIN: "min, minimum, at_least, au moins",
        Family.SEATS: "seats, seat, sièges, siège, postes, winners",
        Family.MOST: "most, barème, top",
        Family.POINTS: "points, crédits, credits",
        Family.EACH: "each, chacun",
        Family.GRADES: "grades, mentions",
        Family.REASON: "reason, raison, motif",
        Family.SHUFFLE: "shuffle, mélanger",
        Family.ADD: "add, ajouter",
        Family.BLANK: "blank, blanc",
        Family.NONE: "none, aucun",
        Family.EVERY: "every, chaque, repeat, répéter",
        Family.TIMES: "times, fois, rounds",
        Family.LASTS: "lasts, for, durée, pendant",
        Family.UNTIL: "until, jusqu'à, jusqu'au, fin, end, ends, closes, close, clôture, ferme, deadline, échéance",
        Family.ZONE: "zone, timezone, tz, fuseau",
        Family.TIE: "tie, égalité, ex_aequo",
    }
)
"""What may stand before `=`, and before `:` too, by its `squash`."""

UNTIL = frozenset({"until", "till", "jusqua", "jusquau", "jusque"})
"""The words after which a date or an hour is a closing hour, without any sign."""

NUMBERED = frozenset({Family.QUORUM, Family.MAX, Family.MIN, Family.SEATS, Family.THRESHOLD, Family.ELECTORATE})
"""Keys that need no sign before a number: `quorum 30`, `max 2`."""


def _values(rows: Mapping[Value, str]) -> dict[str, Value]:
    return {squash(name): value for value, names in rows.items() for name in names.split(",")}


METHODS = _values(
    {
        Method.PLURALITY: "plurality, pluralité, majorité simple, single, unique",
        Method.APPROVAL: "approval, approbation, multiple, multi",
        Method.SCORE: "score, scores, note, notes, notation, rating",
        Method.DOTS: "dots, dot, points, gommettes, cumulative, cumulatif",
        Method.QUADRATIC: "quadratic, quadratique",
        Method.SCHULZE: "schulze, condorcet, ranked, ranking, rank, classement",
        Method.IRV: "irv, alternatif, vote alternatif, instant runoff",
        Method.BORDA: "borda",
        Method.STV: "stv, vut",
        Method.MAJORITY_JUDGMENT: "majority_judgment, majority judgement, judgment, jugement, jugement majoritaire, mj",
        Method.CONSENT: "consent, consentement",
        Method.AVAILABILITY: "availability, dates, date, doodle, disponibilités, disponibilité, dispos",
    }
)
FILE_METHODS = frozenset(squash(name) for name in ("matrix", "matrice", "budget", "equal_shares", "greedy"))
"""Methods that need more than a line can hold."""

CHOSEN: Mapping[Family, Mapping[str, Value]] = {
    Family.METHOD: METHODS,
    Family.RESULTS: _values(
        {
            ResultsMode.LIVE: "live, direct, en direct",
            ResultsMode.AFTER_VOTE: "after_vote, après vote, après le vote",
            ResultsMode.AT_CLOSE: "at_close, hidden, cachés, masqués, à la fin",
        }
    ),
    Family.SECRECY: _values(
        {
            Secrecy.OPEN: "open, public, non, no",
            Secrecy.CONFIDENTIAL: "confidential, confidentiel, secret, anonymous, anonyme, oui, yes",
        }
    ),
    Family.EVERY: _values(
        {Every.DAY: "day, daily, jour", Every.WEEK: "week, weekly, semaine", Every.MONTH: "month, monthly, mois"}
    ),
    Family.TIE: _values(
        {Cut.OPEN: "open, ouvert, ouverte", Cut.ORDER: "order, ordre", Cut.DRAW: "draw, tirage, tirage au sort, sort"}
    ),
    Family.REASON: _values(
        {
            "required": "required, obligatoire",
            "optional": "optional, facultatif, facultative, optionnel",
            "none": "none, aucun, aucune",
        }
    ),
}
"""The values that a key can have, where it is a word, by their `squash`."""

_FRENCH_KEYS: Mapping[Family, str] = {
    Family.METHOD: "méthode",
    Family.RESULTS: "résultats",
    Family.SECRECY: "confidentialité",
    Family.ELECTORATE: "inscrits",
    Family.THRESHOLD: "seuil",
    Family.SEATS: "sièges",
    Family.MOST: "barème",
    Family.EACH: "chacun",
    Family.GRADES: "mentions",
    Family.REASON: "raison",
    Family.SHUFFLE: "mélanger",
    Family.ADD: "ajouter",
    Family.BLANK: "blanc",
    Family.NONE: "aucun",
    Family.EVERY: "chaque",
    Family.TIMES: "fois",
    Family.LASTS: "durée",
    Family.UNTIL: "fin",
    Family.ZONE: "fuseau",
    Family.TIE: "égalité",
}
_FRENCH_VALUES: Mapping[Family, Mapping[str, str]] = {
    Family.METHOD: {
        Method.PLURALITY: "pluralité",
        Method.APPROVAL: "approbation",
        Method.SCORE: "notes",
        Method.DOTS: "gommettes",
        Method.QUADRATIC: "quadratique",
        Method.SCHULZE: "classement",
        Method.IRV: "alternatif",
        Method.STV: "vut",
        Method.MAJORITY_JUDGMENT: "jugement",
        Method.CONSENT: "consentement",
        Method.AVAILABILITY: "dates",
    },
    Family.RESULTS: {
        ResultsMode.LIVE: "direct",
        ResultsMode.AFTER_VOTE: "après_vote",
        ResultsMode.AT_CLOSE: "cachés",
    },
    Family.SECRECY: {Secrecy.OPEN: "public", Secrecy.CONFIDENTIAL: "confidentiel"},
    Family.EVERY: {Every.DAY: "jour", Every.WEEK: "semaine", Every.MONTH: "mois"},
    Family.TIE: {Cut.OPEN: "ouverte", Cut.ORDER: "ordre", Cut.DRAW: "tirage"},
    Family.REASON: {"required": "obligatoire", "optional": "facultative", "none": "aucune"},
}


def key_in(family: Family, lang: str, typed: str = "") -> str:
    """The key to be told to somebody who reads `lang`; what was typed stays, unless it is the English one."""
    if typed and squash(typed) != family.value:
        return typed
    return _FRENCH_KEYS.get(family, family.value) if lang == "fr" else typed or family.value


def value_in(family: Family, value: Value, lang: str) -> str:
    """The name of a value for somebody who reads `lang`."""
    said = str(value)
    return _FRENCH_VALUES.get(family, {}).get(said, said) if lang == "fr" else said


def keyed_in(family: Family, value: Value, lang: str) -> str:
    """`method=approval`, `méthode=approbation`."""
    return f"{key_in(family, lang)}={value_in(family, value, lang)}"


def three_days(lang: str) -> str:
    """An example of a length of time."""
    return "3j" if lang == "fr" else "3d"


YES = frozenset({"yes", "oui", "true", "on", "1"})

UNITS: Mapping[str, Span] = {
    squash(name): span
    for span, names in (
        (Span(rest=timedelta(minutes=1)), "m, mn, min, mins, minute, minutes"),
        (Span(rest=timedelta(hours=1)), "h, hr, hrs, hour, hours, heure, heures"),
        (Span(days=1), "d, j, day, days, jour, jours"),
        (Span(days=7), "w, wk, sem, week, weeks, semaine, semaines"),
        (Span(months=1), "month, months, mois"),
    )
    for name in names.split(",")
}
COMPACT_UNITS = frozenset({"m", "min", "mn", "h", "d", "j", "w", "sem"})
"""Units that may stick to their number."""
