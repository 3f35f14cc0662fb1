"""The Schulze method: the winner is the option from which the path of duels to every other one is the stronger.

A duel is won by the option that more ballots prefer; its strength is the number of ballots that prefer the winner
(winning votes). A path is as strong as its weakest duel, and an option stands before another when its strongest path
there is stronger than the strongest path back. An option that wins all its duels always wins.

The rule that could be broken: "stands before" is transitive but leaves some pairs undecided, so it is no list yet.
The order is made level by level: those that nobody left stands before, then the same among the rest.

Source: Markus Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
election method", Social Choice and Welfare 36 (2011), 267-303; winning votes as in its section 2.1. The Smith set
(every option in it beats every option outside) is told as the cycle when it holds more than one option.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.tally.outcome import Line, Outcome, Tiebreak
from flows.tally.rankings import Ballots, Matrix, Order, crowned, duels, expressed, preferences, tidy, voters


def schulze(options: Sequence[str], ballots: Ballots, tiebreak: Tiebreak) -> Outcome:
    """The option that no other one stands before wins."""
    papers = tidy(options, ballots)
    said = expressed(papers) > 0
    matrix = preferences(options, papers)
    paths = strongest_paths(options, matrix)
    order = _levels(options, paths)
    winners, order, ties = crowned(order, tiebreak) if said else ((), order, ())
    cycle = smith_set(options, matrix) if said else ()
    return Outcome(
        method="schulze",
        voters=voters(papers),
        winners=winners,
        order=order,
        lines=tuple(_line(code, matrix, paths) for code in options),
        ties=ties,
        duels=duels(options, matrix),
        paths=duels(options, paths),
        cycle=cycle if len(cycle) > 1 else (),
    )


def strongest_paths(options: Sequence[str], matrix: Matrix) -> Matrix:
    """The strength of the strongest path between each two options (Floyd and Warshall's algorithm, section 2.3)."""
    paths = {a: {b: number if number > matrix[b][a] else 0 for b, number in row.items()} for a, row in matrix.items()}
    for through in options:
        onward = paths[through]
        for a in options:
            if a == through or not (reach := paths[a][through]):
                continue
            row = paths[a]
            for b, strength in onward.items():
                if b != a and (found := min(reach, strength)) > row[b]:
                    row[b] = found
    return paths


def smith_set(options: Sequence[str], matrix: Matrix) -> tuple[str, ...]:
    """The smallest set of options of which each beats every option outside it, in list order."""
    # Whoever wins the most duels is in it; so is, again and again, whoever is not beaten by all that are in it.
    wins = {a: sum(number > matrix[b][a] for b, number in matrix[a].items()) for a in options}
    inside = {code for code in options if wins[code] == max(wins.values())}
    while added := {a for a in options if a not in inside and any(matrix[b][a] <= matrix[a][b] for b in inside)}:
        inside |= added
    return tuple(code for code in options if code in inside)


def _levels(options: Sequence[str], paths: Matrix) -> Order:
    levels: list[tuple[str, ...]] = []
    left = list(options)
    while left:
        head = tuple(a for a in left if all(paths[a][b] >= paths[b][a] for b in left if b != a))
        levels.append(head)
        left = [code for code in left if code not in head]
    return tuple(levels)


def _line(code: str, matrix: Matrix, paths: Matrix) -> Line:
    won = sum(number > matrix[other][code] for other, number in matrix[code].items())
    lost = sum(number < matrix[other][code] for other, number in matrix[code].items())
    before = sum(strength > paths[other][code] for other, strength in paths[code].items())
    return Line(code=code, score=before, more={"won": won, "lost": lost, "level": len(matrix[code]) - won - lost})
