"""What an organiser typed after `/poll` -> a `PollLine`, or every mistake in it.

    read("Quel jour ? | mardi | jeudi | samedi 3d hidden", now=now, zone="Europe/Paris", lang="fr", place_public=True)

How the line is cut is told in `bot.polls.splitting`, which words there are in `bot.polls.words`, which hours in
`bot.polls.when`. A question without choices is answered with yes or no, and whoever has no opinion may say so.

The one rule: pure. The same line at the same moment is the same poll, and nothing raises whatever is typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction

from bot.polls import fitting, when
from bot.polls.chosen import Chosen, hours
from bot.polls.model import (
    LONGEST_CHOICE,
    LONGEST_QUESTION,
    MANY_CHOICES,
    MOST_CHOICES,
    MOST_SLOTS,
    Mistake,
    PollLine,
)
from bot.polls.splitting import Parts, settings_alone, split
from bot.polls.words import Family, keyed_in, plain, squash
from bot.walltime import exists, local
from flows.flow import Method, ResultsMode, Secrecy
from flows.reading import clean, fold
from flows.tally.outcome import Cut
from locales import tr

LONGEST_LINE = 12_000
MOST_MISTAKES = 20
"""More mistakes than this in one answer help nobody."""
_ASKS_WHICH = re.compile(
    r"(?:quel(?:le)?s?|quand|ou|comment|combien|pourquoi|qui|que|quoi|lequel|laquelle|lesquels|which|what|when|where|"
    r"who|how|why|whom|(?:a|de|pour|avec|dans) (?:quel(?:le)?s?|qui|quoi))\b"
)
_OR = re.compile(r"\b(?:ou|or)\b(?! (?:pas|non|not|no)\b)")


def read(text: str, *, now: datetime, zone: str, lang: str, place_public: bool) -> PollLine | list[Mistake]:
    """The poll that `text` asks for. `now` is aware; `zone` is the organiser's, unless the line says another; sentences
    are in `lang`. `place_public`: others read where this was typed, so answers are given there and names are no secret
    unless the line says so; elsewhere the poll is confidential unless the line says otherwise."""
    if len(text) > LONGEST_LINE:
        return [Mistake(word="", sentence=tr(lang, "This is too long for one poll. Send a file with /new."))]
    return _poll(split(text, lang), text, now, zone, lang, place_public=place_public)


def import_poll(
    question: str,
    options: Sequence[str],
    *,
    multiple: bool,
    now: datetime,
    zone: str,
    lang: str,
    place_public: bool = True,
    settings: str = "",
) -> PollLine | list[Mistake]:
    """The same for a messenger's own poll: `settings` is what was typed beside it (`3d hidden`), `multiple` whether it
    let people pick several options."""
    parts = settings_alone(settings[:LONGEST_QUESTION], lang)
    if multiple and not any(one.family is Family.METHOD for one in parts.settings):
        parts.settings += settings_alone(keyed_in(Family.METHOD, Method.APPROVAL, lang), lang).settings
    parts.question, parts.quoted = " ".join(clean(question).split()), True
    parts.choices = [label for one in options if (label := " ".join(clean(one).split()))]
    return _poll(parts, settings, now, zone, lang, place_public=place_public)


def _poll(
    parts: Parts, text: str, now: datetime, zone: str, lang: str, *, place_public: bool
) -> PollLine | list[Mistake]:
    chosen = Chosen(parts.settings, lang, list(parts.mistakes))
    chosen.once()
    zone = chosen.value(Family.ZONE, str) or zone
    method = fitting.method(chosen)
    choices = tuple(parts.choices)
    _question(parts, chosen)
    yes_no = not choices and method not in (Method.CONSENT, Method.AVAILABILITY)
    if yes_no:
        _answerable(parts, chosen, method)
        choices = (tr(lang, "Yes"), tr(lang, "No"))
    elif method is Method.CONSENT:
        _no_choices(chosen, choices)
    else:
        _choices(parts, chosen, choices)
    slots = _slots(chosen, choices, now, zone) if method is Method.AVAILABILITY else ()
    time = hours(chosen, now, zone)
    fitting.check(chosen, method, 0 if yes_no else len(choices))
    if chosen.mistakes:
        return list(dict.fromkeys(chosen.mistakes))[:MOST_MISTAKES]
    secrecy = chosen.value(Family.SECRECY, Secrecy) or (Secrecy.OPEN if place_public else Secrecy.CONFIDENTIAL)
    threshold = chosen.value(Family.THRESHOLD, Fraction)
    majority = chosen.value(Family.THRESHOLD, str) is not None and threshold is None
    return PollLine(
        question=parts.question,
        choices=choices,
        zone=zone,
        opens=time.opens,
        method=method,
        yes_no=yes_no,
        slots=slots,
        closes=time.closes,
        every=time.every,
        until=time.until,
        results=_results(chosen, secrecy),
        secrecy=secrecy,
        quorum=chosen.value(Family.QUORUM, Fraction) or chosen.value(Family.QUORUM, int),
        electorate=chosen.value(Family.ELECTORATE, int),
        threshold=Fraction(1, 2) if majority else threshold,
        strictly=majority,
        tie=chosen.value(Family.TIE, Cut) or Cut.OPEN,
        at_least=chosen.value(Family.MIN, int),
        at_most=chosen.value(Family.MAX, int),
        seats=chosen.value(Family.SEATS, int),
        most=chosen.value(Family.MOST, int),
        points=chosen.value(Family.POINTS, int),
        each=chosen.value(Family.EACH, int),
        grades=chosen.value(Family.GRADES, int),
        reason=chosen.value(Family.REASON, str),
        shuffle=chosen.value(Family.SHUFFLE, bool) or False,
        add=chosen.value(Family.ADD, bool) or False,
        blank=chosen.value(Family.BLANK, bool) or False,
        none=chosen.value(Family.NONE, bool) or False,
        abstain=yes_no,
        settings=_in_order(parts, text),
        notes=(
            *parts.notes,
            *_notes(parts, chosen, choices, yes_no=yes_no),
            *_late(chosen, choices, method, now, zone),
        ),
    )


def _in_order(parts: Parts, text: str) -> tuple[str, ...]:
    """The words that were taken as settings, as they followed each other."""
    place = {one.said: text.find(re.split(r"[\s=:]", one.said)[0]) for one in parts.settings}
    return tuple(sorted(place, key=lambda said: place[said]))


def _results(chosen: Chosen, secrecy: Secrecy) -> ResultsMode:
    said = chosen.value(Family.RESULTS, ResultsMode)
    return said or (ResultsMode.AT_CLOSE if secrecy is Secrecy.CONFIDENTIAL else ResultsMode.LIVE)


# --- Question and choices --------------------------------------------------------------------------------------------


def example(lang: str) -> str:
    """A right line, to be put beside what is wrong."""
    return tr(lang, "/poll Which day? | Tuesday | Thursday | Saturday")


def _question(parts: Parts, chosen: Chosen) -> None:
    lang = chosen.lang
    if not any(one.isalnum() for one in parts.question):
        said = tr(lang, "The question is missing. Write for example: {example}", example=example(lang))
        chosen.wrong("", said)
    elif len(parts.question) > LONGEST_QUESTION:
        said = tr(
            lang, "The question has {n} characters; {most} are possible.", n=len(parts.question), most=LONGEST_QUESTION
        )
        chosen.wrong(_cut(parts.question), said)


def _answerable(parts: Parts, chosen: Chosen, method: Method) -> None:
    """Can this question be answered with yes or no? Where choices were meant, say how to write them."""
    lang, question = chosen.lang, parts.question
    if not any(one.isalnum() for one in question):
        return
    listed = [] if parts.quoted else _listed(question)
    if listed:
        head = question[: question.rindex("?") + 1]
        right = tr(lang, "/poll {line}", line=" | ".join([head, *listed]))
        chosen.wrong("", tr(lang, "Put a | between the question and each choice: {example}", example=right))
    elif not parts.quoted and _ASKS_WHICH.match(plain(question).lstrip("¿ ")):
        said = tr(lang, "This question needs at least two choices. Write for example: {example}", example=example(lang))
        chosen.wrong(_cut(question), said)
    elif method is not Method.PLURALITY:
        word = chosen.said(Family.METHOD, Family.MAX, Family.MIN)
        said = tr(lang, "“{word}” needs choices. Write for example: {example}", word=word, example=example(lang))
        chosen.wrong(word, said)


def _listed(question: str) -> list[str]:
    """The choices that were written behind the question mark without a sign between them."""
    behind = question.rpartition("?")[2] if "?" in question else ""
    pieces = [piece.strip(" .") for piece in re.split(r"[,;/]|\s(?:ou|or)\s", behind)]
    return pieces if len(pieces) > 1 and all(any(c.isalnum() for c in piece) for piece in pieces) else []


def _no_choices(chosen: Chosen, choices: Sequence[str]) -> None:
    if choices:
        said = tr(
            chosen.lang,
            "“{word}” brings its own answers (agree, abstain, disagree, block): write the proposal alone.",
            word=chosen.said(Family.METHOD),
        )
        chosen.wrong(choices[0], said)


def _choices(parts: Parts, chosen: Chosen, choices: Sequence[str]) -> None:
    lang = chosen.lang
    if len(choices) < 2:
        said = tr(lang, "At least two choices are needed. Write for example: {example}", example=example(lang))
        if parts.bare:
            said += " " + tr(
                lang, "“{word}” was read as a setting; if it is a choice, put it in quotes.", word=parts.bare[0]
            )
        chosen.wrong(choices[0] if choices else "", said)
    if len(choices) > MOST_CHOICES:
        chosen.wrong("", tr(lang, "There are {n} choices; {most} are possible.", n=len(choices), most=MOST_CHOICES))
    seen: dict[str, str] = {}
    for choice in choices:
        key = fold(choice) or choice
        if key in seen:
            said = tr(lang, "“{word}” stands twice. Each choice must be different.", word=_cut(choice))
            chosen.wrong(choice, said)
        seen[key] = choice
        if len(choice) > LONGEST_CHOICE:
            said = tr(
                lang,
                "“{word}” is too long: a choice has at most {most} characters.",
                word=_cut(choice),
                most=LONGEST_CHOICE,
            )
            chosen.wrong(choice, said)


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _slots(chosen: Chosen, choices: Sequence[str], now: datetime, zone: str) -> tuple[date | datetime, ...]:
    """The dates that the choices are."""
    lang, here = chosen.lang, local(now, zone)
    if len(choices) > MOST_SLOTS:
        chosen.wrong("", tr(lang, "There are {n} dates; {most} are possible.", n=len(choices), most=MOST_SLOTS))
    found: dict[date | datetime, str] = {}
    for choice in choices:
        slot = when.read_slot(choice, here, zone)
        if not isinstance(slot, date):
            said = tr(
                lang, "“{word}” is no date. Write for example: {example}", word=_cut(choice), example=_dates(lang)
            )
            chosen.wrong(choice, said)
        elif isinstance(slot, datetime) and (slot <= here or not exists(slot, zone)):
            chosen.wrong(choice, tr(lang, "“{word}” is in the past, or at an hour that does not exist.", word=choice))
        elif not isinstance(slot, datetime) and slot < here.date():
            chosen.wrong(choice, tr(lang, "“{word}” is in the past.", word=choice))
        elif slot in found:
            chosen.wrong(choice, tr(lang, "“{word}” and “{other}” are the same date.", word=choice, other=found[slot]))
        else:
            found[slot] = choice
    return tuple(found)


def _dates(lang: str) -> str:
    return tr(lang, "/poll When do we meet? | Tuesday 6pm | 3 December 6pm | method=dates")


# --- What the organiser has to know ----------------------------------------------------------------------------------


def _notes(parts: Parts, chosen: Chosen, choices: Sequence[str], *, yes_no: bool) -> list[str]:
    lang = chosen.lang
    found = []
    if any(squash(one.said).startswith(("anonym", "voteanonym")) for one in chosen.of(Family.SECRECY)):
        found.append(
            tr(
                lang,
                "I cannot promise that nobody will ever know who voted what. The poll is confidential: only totals are "
                "shown, and the link between a person and a ballot is destroyed after the closing.",
            )
        )
    if not chosen.said(Family.METHOD) and chosen.said(Family.MAX, Family.MIN):
        found.append(tr(lang, "Several choices may be picked, because of “{word}”.",
                        word=chosen.said(Family.MAX, Family.MIN)))  # fmt: skip
    if yes_no and not parts.quoted and _OR.search(plain(parts.question)):
        found.append(tr(lang, "The answers are yes and no. To let people choose, write each choice after a |."))
    if len(choices) > MANY_CHOICES:
        found.append(tr(lang, "{n} choices are many to read on a telephone.", n=len(choices)))
    return found


def _late(chosen: Chosen, choices: Sequence[str], method: Method, now: datetime, zone: str) -> list[str]:
    """A last choice that is an hour while no other is one was probably meant as the closing hour."""
    if method is Method.AVAILABILITY or len(choices) < 2 or chosen.said(Family.UNTIL, Family.LASTS):
        return []
    *others, last = [when.read_slot(one, local(now, zone), zone) for one in choices]
    if not isinstance(last, datetime) or any(isinstance(one, datetime) for one in others):
        return []
    lang = chosen.lang
    said = tr(lang, "“{word}” is a choice. If the poll has to close then, write “{until} {word}”.",
              word=choices[-1], until=tr(lang, "until"))  # fmt: skip
    return [said]
