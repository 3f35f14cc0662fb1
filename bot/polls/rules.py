"""The rule of a vote in words: how it is given, who wins, what must be reached, what happens to a tie.

The one rule: what is said here is what `flows.tally` counts. It is told before the first vote, so it may promise
nothing that the count does not keep.
"""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from babel.numbers import format_percent

from flows.flow import AnyOf, Ask, Flow, Kind, Method, Order, Points, Rule
from flows.tally.outcome import Cut
from locales import LANGUAGES, tr, trn


def rules(flow: Flow, lang: str) -> list[str]:
    """How each vote of a flow is given and decided, one sentence after the other."""
    said: list[str] = []
    for ask in flow.asks:
        said += rules_of_vote(ask, lang)
        if ask.shuffle:
            said.append(tr(lang, "Each person sees the choices in an order of their own."))
        if ask.add:
            said.append(tr(lang, "Participants can add choices."))
    return said


def rules_of_vote(ask: Ask, lang: str) -> list[str]:
    """How one vote is given and decided; nothing for a plain question."""
    return [_method(ask, ask.rule, lang), *_conditions(ask.rule, lang)] if ask.rule is not None else []


def _method(ask: Ask, rule: Rule, lang: str) -> str:
    match rule.method:
        case Method.PLURALITY:
            return tr(lang, "Everybody picks one choice. The choice with the most votes wins.")
        case Method.APPROVAL:
            picks = _picks(ask.kind, lang)
            return picks + " " + tr(lang, "The choice that most people picked wins (approval vote).")
        case Method.SCORE:
            most = ask.kind.most if isinstance(ask.kind, Points) else 5
            return tr(lang, "Everybody gives each choice 0 to {n} points. The highest total wins.", n=most)
        case Method.DOTS:
            return _dots(ask.kind, lang)
        case Method.QUADRATIC:
            total = ask.kind.total if isinstance(ask.kind, Points) else 100
            return tr(
                lang,
                "Everybody has {n} credits: one vote for a choice costs 1, two cost 4, three cost 9. Most votes win.",
                n=total,
            )
        case Method.SCHULZE:
            return tr(
                lang,
                "Everybody puts the choices in order. The choice that is preferred to each of the others wins; if "
                "there is none, the strongest preferences decide (Schulze method).",
            ) + _ranked(ask.kind, lang)
        case Method.IRV:
            return tr(
                lang,
                "Everybody puts the choices in order. The last choice is struck out, round by round, until one has "
                "more than half (instant runoff).",
            ) + _ranked(ask.kind, lang)
        case Method.BORDA:
            return tr(
                lang, "Everybody puts the choices in order. The higher the place, the more points; most points win."
            ) + _ranked(ask.kind, lang)
        case Method.STV:
            return trn(
                lang,
                "Everybody puts the choices in order. {n} is elected (single transferable vote).",
                "Everybody puts the choices in order. {n} are elected (single transferable vote).",
                rule.seats,
            ) + _ranked(ask.kind, lang)
        case Method.MAJORITY_JUDGMENT:
            return tr(lang, "Everybody gives each choice a grade. The best middle grade wins (majority judgment).")
        case Method.CONSENT:
            return tr(lang, "Everybody agrees, abstains, disagrees or blocks. It is adopted when nobody blocks.")
        case Method.AVAILABILITY:
            return tr(lang, "Everybody says yes, if need be, or no to each date. The date that suits most people wins.")
        case Method.MATRIX:
            return tr(lang, "Everybody grades as many of them as they like.")
        case Method.EQUAL_SHARES:
            return (
                tr(lang, "Everybody fills a basket of projects within the budget.")
                + " "
                + tr(
                    lang,
                    "Each voter has the same share of the money, which pays for the projects that they chose (equal "
                    "shares).",
                )
            )
        case Method.GREEDY:
            return (
                tr(lang, "Everybody fills a basket of projects within the budget.")
                + " "
                + tr(lang, "The projects with the most votes are taken first, as long as they fit in the budget.")
            )
        case _:
            assert_never(rule.method)


def _picks(kind: Kind, lang: str) -> str:
    least, most = (kind.at_least, kind.at_most) if isinstance(kind, AnyOf) else (1, None)
    if most is not None and least > 1:
        return tr(lang, "Everybody picks {least} to {most} choices.", least=least, most=most)
    if most is not None:
        return trn(lang, "Everybody picks {n} choice at most.", "Everybody picks up to {n} choices.", most)
    if least > 1:
        return tr(lang, "Everybody picks at least {n} choices.", n=least)
    return tr(lang, "Everybody picks as many choices as they like.")


def _dots(kind: Kind, lang: str) -> str:
    total, each = (kind.total or 10, kind.most) if isinstance(kind, Points) else (10, 10)
    said = tr(lang, "Everybody has {n} points to spread over the choices. Most points win.", n=total)
    if each < total:
        said += " " + tr(lang, "At most {n} on one choice.", n=each)
    return said


def _ranked(kind: Kind, lang: str) -> str:
    if not isinstance(kind, Order):
        return ""
    said = ""
    if kind.at_least > 1:
        said += " " + tr(lang, "At least {n} choices have to be put in order.", n=kind.at_least)
    if kind.at_most is not None:
        said += " " + tr(lang, "At most {n} can be put in order.", n=kind.at_most)
    return said


def _conditions(rule: Rule, lang: str) -> list[str]:
    """What must be reached for the result to stand, and what happens to a tie."""
    said = []
    match rule.quorum:
        case Fraction() as share:
            said.append(
                tr(
                    lang,
                    "Quorum: {share} of {people} people have to vote, else nothing is decided.",
                    share=_percent(share, lang),
                    people=rule.electorate,
                )
            )
        case int() as people:
            said.append(
                trn(
                    lang,
                    "Quorum: {n} person has to vote, else nothing is decided.",
                    "Quorum: {n} people have to vote, else nothing is decided.",
                    people,
                )
            )
        case None:
            pass
    if rule.threshold is not None:
        if rule.strictly and rule.threshold == Fraction(1, 2):
            said.append(tr(lang, "Threshold: more than half of the votes are needed to win."))
        else:
            needed = _percent(rule.threshold, lang)
            said.append(tr(lang, "Threshold: at least {share} of the votes are needed to win.", share=needed))
    if rule.method is Method.CONSENT:
        return said
    bought = rule.method in (Method.EQUAL_SHARES, Method.GREEDY)
    return [*said, _tied_projects(rule.tie, lang) if bought else _tied(rule.tie, lang)]


def _tied(cut: Cut, lang: str) -> str:
    match cut:
        case Cut.OPEN:
            return tr(lang, "A tie is told as a tie.")
        case Cut.ORDER:
            return tr(lang, "A tie is won by the choice that stands first in the list.")
        case Cut.DRAW:
            return tr(lang, "A tie is cut by a draw that anybody can check.")
        case _:
            assert_never(cut)


def _tied_projects(cut: Cut, lang: str) -> str:
    """For projects, the declared way of cutting ties comes last."""
    said = tr(lang, "A tie goes to the cheaper project, then to the one with more votes.") + " "
    match cut:
        case Cut.OPEN:
            return said + tr(lang, "If they are still level, it is told as a tie.")
        case Cut.ORDER:
            return said + tr(lang, "If they are still level, the one that stands first in the list goes first.")
        case Cut.DRAW:
            return said + tr(lang, "If they are still level, a draw that anybody can check decides.")
        case _:
            assert_never(cut)


def _percent(share: Fraction, lang: str) -> str:
    """A share as people say it: 25 %, 2/3."""
    if 1000 % share.denominator:
        return f"{share.numerator}/{share.denominator}"
    spoken = lang if lang in LANGUAGES else "en"
    return str(format_percent(float(share), format="#,##0.# %" if spoken == "fr" else "#,##0.#%", locale=spoken))
