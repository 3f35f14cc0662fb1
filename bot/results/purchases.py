"""How a budget was spent, purchase by purchase, in sentences.

The one rule: as in `steps`, nothing is counted again; the order and the amounts are those of the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bot.results.votes import Vote
from flows.flow import Method
from flows.tally.outcome import Number
from locales import tr, trn


def purchases(vote: Vote) -> list[str]:
    """The rule, each purchase with what is left after it, and why it ends."""
    outcome, lang = vote.outcome, vote.lang
    bought = outcome.purchase
    if bought is None:
        return []
    votes: Mapping[str, Number] = {line.code: line.score for line in outcome.lines}
    said = []
    if vote.method is Method.EQUAL_SHARES:
        said.append(
            tr(
                lang,
                "Everybody has the same share: {limit} divided by {people} is {share}. A project is paid by those who "
                "chose it, and whichever costs its supporters the smallest part each is bought first.",
                limit=vote.money(bought.limit),
                people=vote.figure(outcome.voters),
                share=_precise(vote, Fraction(bought.limit) / outcome.voters),
            )
        )
        if bought.raised is not None:
            said.append(
                tr(
                    lang,
                    "So that less is left over, the shares were raised on paper, as if there were {raised}; what was "
                    "bought costs no more than {limit}.",
                    raised=vote.money(bought.raised),
                    limit=vote.money(bought.limit),
                )
            )
    else:
        said.append(tr(lang, "The project with the most votes is bought first; what no longer fits is passed over."))
    left = Fraction(bought.limit)
    for place, (code, cost, by) in enumerate(bought.chosen, 1):
        left -= Fraction(cost)
        said.append(_bought(vote, place, code, cost, by, votes[code], left))
    taken = {code for code, _cost, _by in bought.chosen}
    passed = [line for line in outcome.lines if line.code not in taken and line.score]
    cheapest = min((Fraction(line.more.get("cost", 0)) for line in passed), default=None)
    if cheapest is not None and cheapest > left:
        said.append(
            tr(
                lang,
                "{left} is left over: nothing else that people chose costs so little.",
                left=vote.money(int(left)),
            )
        )
    return said


def _bought(vote: Vote, place: int, code: str, cost: Number, by: str, votes: Number, left: Fraction) -> str:
    lang = vote.lang
    values = {"place": place, "name": vote.name(code), "cost": vote.money(cost), "left": vote.money(int(left))}
    people = trn(lang, "{count} vote", "{count} votes", int(votes), count=vote.figure(votes))
    if by == "completion":
        return tr(
            lang,
            "Purchase {place}: {name} for {cost} ({votes}), from what was left over, by votes. {left} is left.",
            votes=people,
            **values,
        )
    return tr(lang, "Purchase {place}: {name} for {cost} ({votes}). {left} is left.", votes=people, **values)


def _precise(vote: Vote, amount: Fraction) -> str:
    """An amount of money that need not be whole."""
    if amount.denominator == 1:
        return vote.money(int(amount))
    return tr(vote.lang, "a little more than {amount}", amount=vote.money(int(amount)))
