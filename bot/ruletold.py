"""The rule of a count in plain words, for `palabre count --explain`.

The one rule: what is said here is what the tally does, no more; the numbers stand in the tables beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.counted import figure
from flows.tally.outcome import Outcome
from locales import tr


def explain(outcome: Outcome, labels: Mapping[str, str], lang: str) -> list[str]:
    """The rule, one sentence a line."""
    return [*_rule(outcome.method, lang), *_money(outcome, lang)]


def _rule(method: str, lang: str) -> list[str]:
    rules = {
        "plurality": [tr(lang, "Each ballot counts for one option. The option with the most votes wins.")],
        "approval": [
            tr(lang, "Each ballot gives one vote to every option it names. The option with the most votes wins.")
        ],
        "score": [
            tr(lang, "Each ballot gives points to options; no points count as 0. The greatest sum of points wins.")
        ],
        "dots": [tr(lang, "Each ballot spreads points over the options. The greatest sum of points wins.")],
        "quadratic": [
            tr(
                lang,
                "Each ballot spreads credits: n points for an option cost n times n. The most points win.",
            )
        ],
        "majority_judgment": [
            tr(lang, "Each ballot grades every option; no grade counts as the worst. The best median grade wins."),
            tr(lang, "Between equal medians, one such grade after the other is taken away until they differ."),
        ],
        "schulze": [
            tr(lang, "Every two options are compared: how many ballots put the one before the other?"),
            tr(lang, "Who beats all others wins. If nobody does, the strongest chains of such victories decide."),
        ],
        "irv": [
            tr(lang, "Each ballot counts for its first choice. Round after round the last option goes."),
            tr(lang, "Its ballots go on to their next choice, until one option has more than half of those left."),
        ],
        "borda": [
            tr(lang, "An option gets a point from a ballot for each option that stands behind it. Most points win.")
        ],
        "stv": [
            tr(lang, "Whoever reaches the number of votes needed is elected; votes beyond it go to the next choices."),
            tr(lang, "When nobody reaches it, the last option goes, and its ballots go on to their next choice."),
        ],
        "greedy": [tr(lang, "Projects are bought by votes, most first, as far as the money goes.")],
        "equal_shares": [
            tr(lang, "Everybody has the same share of the money. A project is paid by those who want it."),
            tr(lang, "The project that costs its supporters least for what it is worth is bought first, and so on."),
        ],
    }
    return rules.get(method, [])


def _money(outcome: Outcome, lang: str) -> list[str]:
    """What was done so that less money is left over."""
    bought = outcome.purchase
    if bought is None:
        return []
    said = []
    if bought.raised is not None:
        limit, raised = figure(lang, bought.limit), figure(lang, bought.raised)
        said.append(
            tr(lang, "So that less is left over, the shares were raised on paper, as if there were {raised}; "
               "what was bought still costs no more than {limit}.", raised=raised, limit=limit)
        )  # fmt: skip
    if any(by == "completion" for _, _, by in bought.chosen):
        said.append(tr(lang, "What was left over then went to further projects, by votes."))
    return said
