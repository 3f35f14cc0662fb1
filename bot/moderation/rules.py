"""The published rules: why a text may be refused or removed, each with its short name and the sentence for its author.

The one rule: a decision against somebody names one of these. Codes are stored in cases and exports and never change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from locales import tr

Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """`label` is the short name on a button, `sentence` the published rule. Both take a language."""

    code: str
    label: Words
    sentence: Words


_RULES = (
    Rule(
        "unclear",
        lambda lang: tr(lang, "Not clear"),
        lambda lang: tr(lang, "A proposal says in plain words what should be done, so that others can judge it."),
    ),
    Rule(
        "off_topic",
        lambda lang: tr(lang, "Off topic"),
        lambda lang: tr(lang, "A text is about the subject of the consultation."),
    ),
    Rule(
        "several_ideas",
        lambda lang: tr(lang, "Several ideas"),
        lambda lang: tr(lang, "One idea at a time, so that people can vote on each of them."),
    ),
    Rule(
        "personal_data",
        lambda lang: tr(lang, "Personal data"),
        lambda lang: tr(lang, "No phone numbers, addresses or other personal data, nobody's and not your own."),
    ),
    Rule(
        "insulting",
        lambda lang: tr(lang, "Insulting"),
        lambda lang: tr(lang, "No insults, threats or attacks on people."),
    ),
    Rule(
        "discriminatory",
        lambda lang: tr(lang, "Discriminatory"),
        lambda lang: tr(lang, "Nobody is put down for their origin, religion, sex, body, age or whom they love."),
    ),
    Rule(
        "advertising",
        lambda lang: tr(lang, "Advertising"),
        lambda lang: tr(lang, "No advertising."),
    ),
    Rule(
        "partisan",
        lambda lang: tr(lang, "Campaigning"),
        lambda lang: tr(lang, "No campaigning for or against a party or a candidate."),
    ),
    Rule(
        "spam",
        lambda lang: tr(lang, "Spam"),
        lambda lang: tr(lang, "The same text is not sent again and again, and not sent by machines."),
    ),
    Rule(
        "duplicate",
        lambda lang: tr(lang, "Already there"),
        lambda lang: tr(lang, "What has been proposed already is supported, not proposed once more."),
    ),
)

REASONS: dict[str, Rule] = {rule.code: rule for rule in _RULES}

_OF_PROPOSALS = frozenset({"unclear", "several_ideas", "duplicate"})
"""Rules that nobody breaks by talking in a group."""


def about(kind: str) -> tuple[Rule, ...]:
    """The rules that something of this kind can break."""
    return _RULES if kind == "proposal" else tuple(rule for rule in _RULES if rule.code not in _OF_PROPOSALS)


def label(code: str | None, lang: str) -> str:
    """The short name of a rule; empty where none is named."""
    rule = REASONS.get(code or "")
    return rule.label(lang) if rule else ""


def sentence(code: str | None, lang: str) -> str:
    """The published rule; empty where none is named."""
    rule = REASONS.get(code or "")
    return rule.sentence(lang) if rule else ""


def named(words: str, langs: tuple[str, ...]) -> str | None:
    """The code of the rule that somebody types by its code or its short name."""
    typed = words.strip().casefold().replace(" ", "_")
    for code, rule in REASONS.items():
        if typed in {code, *(rule.label(lang).casefold().replace(" ", "_") for lang in langs)}:
            return code
    return None
