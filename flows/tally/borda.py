"""The Borda count: each ballot gives an option one point for each other option that it stands before.

The rule for ballots that are not complete: options that are level (ranked equally, or left out together) share the
points of their places equally, so that every ballot hands out the same sum; an empty ballot gives nothing. With n
options, a complete ballot gives n-1 points to its first choice, n-2 to the second, and none to the last.

Source: Jean-Charles de Borda, "Mémoire sur les élections au scrutin", Histoire de l'Académie royale des sciences,
1781; for ballots that are not complete the averaged Borda rule of Zoi Terzopoulou and Ulle Endriss, "The Borda class:
An axiomatic study of the Borda rule on top-truncated preferences", Journal of Mathematical Economics 92 (2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flows.tally.outcome import Line, Outcome, Tiebreak
from flows.tally.rankings import Ballots, crowned, duels, expressed, ordered, preferences, simplest, tidy, voters


def borda(options: Sequence[str], ballots: Ballots, tiebreak: Tiebreak) -> Outcome:
    """The option with the most points wins."""
    papers = tidy(options, ballots)
    counted = expressed(papers)
    matrix = preferences(options, papers)
    # Before an opponent is worth one point, level with it half a point: that is the mean of the places shared.
    scores = {
        a: simplest(Fraction(sum(counted + number - matrix[b][a] for b, number in matrix[a].items()), 2))
        for a in options
    }
    order = ordered(scores)
    winners, order, ties = crowned(order, tiebreak) if counted else ((), order, ())
    return Outcome(
        method="borda",
        voters=voters(papers),
        winners=winners,
        order=order,
        lines=tuple(
            Line(code=code, score=scores[code], more={"mean": simplest(Fraction(scores[code]) / counted)})
            if counted
            else Line(code=code, score=0, more={})
            for code in options
        ),
        ties=ties,
        duels=duels(options, matrix),
    )
