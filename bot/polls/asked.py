"""What an organiser answered to `/new` -> a `PollLine`, or every mistake in it.

The one rule: question and choices are taken as they stand, because they were asked for one by one; only the answer to
"until when?" is read as settings. Everything else is as for a line after `/poll`: the same checks, the same sentences.

The names of questions and codes are those of `flows/library/wizards/poll.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.polls.line import import_poll
from bot.polls.model import LONGEST_QUESTION, Mistake, PollLine
from bot.polls.splitting import listed, settings_alone
from flows.flow import Method, ResultsMode, Secrecy
from flows.session import Answer, Given

_METHODS = {
    "one": Method.PLURALITY,
    "several": Method.APPROVAL,
    "ranking": Method.SCHULZE,
    "grades": Method.MAJORITY_JUDGMENT,
    "dates": Method.AVAILABILITY,
    "consent": Method.CONSENT,
}
_SHOWN = {"live": ResultsMode.LIVE, "end": ResultsMode.AT_CLOSE}
_WHERE = {"group": Secrecy.OPEN, "private": Secrecy.CONFIDENTIAL}
_UNTIL = {"fr": "fin"}
"""The word before a closing hour, in the languages that have their own."""
_LEADING = ("dans ", "in ")


def poll_asked(answers: Mapping[str, Answer], *, now: datetime, zone: str, lang: str) -> PollLine | list[Mistake]:
    """The poll that these answers ask for."""
    said = _said(answers)
    found = import_poll(
        said.get("question", ""),
        _choices(said),
        multiple=False,
        now=now,
        zone=zone,
        lang=lang,
        place_public=False,
        settings="\n".join([*_chosen(said), *_until(said, lang)]),
    )
    if isinstance(found, PollLine):
        return replace(found, settings=())
    return [_as_typed(one, lang) for one in found]


def to_change(answers: Mapping[str, Answer], mistakes: Sequence[Mistake]) -> str:
    """The question whose answer has to change first."""
    said = _said(answers)
    question = said.get("question", "")
    if not any(one.isalnum() for one in question) or len(question) > LONGEST_QUESTION:
        return "question"
    choices = _choices(said)
    listing = next((name for name in ("choices", "dates") if name in said), "question")
    if listing != "question" and (len(choices) < 2 or any(one.word in choices for one in mistakes)):
        return listing
    return "until" if "until" in said else listing


def _said(answers: Mapping[str, Answer]) -> dict[str, str]:
    return {name: str(one.value) for name, one in answers.items() if one.given is Given.ANSWER}


def _choices(said: Mapping[str, str]) -> list[str]:
    return listed(said.get("choices") or said.get("dates") or "")


def _chosen(said: Mapping[str, str]) -> list[str]:
    """What was picked from a list, as settings that need no reading between the lines."""
    method = _METHODS.get(said.get("how", ""))
    shown, secrecy = _SHOWN.get(said.get("shown", "")), _WHERE.get(said.get("where", ""))
    rows = (("method", method), ("results", shown), ("secrecy", secrecy))
    return [f"{key}={value.value}" for key, value in rows if value is not None]


def _as_typed(mistake: Mistake, lang: str) -> Mistake:
    """Without the word that was put before the closing hour."""
    put = f"{_word(lang)}="
    return replace(mistake, word=mistake.word.replace(put, ""), sentence=mistake.sentence.replace(put, ""))


def _word(lang: str) -> str:
    return _UNTIL.get(lang, "until")


def _until(said: Mapping[str, str], lang: str) -> list[str]:
    """The closing hour: as it was typed where that says what it is ("3d", "weekly until June"), else as an hour."""
    typed = " ".join(said.get("until", "").split())
    if not typed:
        return []
    for word in _LEADING:
        typed = typed[len(word) :] if typed.lower().startswith(word) else typed
    parts = settings_alone(typed, lang)
    return [typed if parts.settings and not parts.mistakes else f"{_word(lang)}={typed}"]
