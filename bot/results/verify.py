#!/usr/bin/env python3
"""Counts a consultation again, from the ballots in this folder, and says whether the result is right.

    python3 verify.py                       in the folder that was unpacked
    python3 verify.py consultation.zip      or on the packed file

It needs nothing but Python 3.8 or later: no network, no other program, no library. Read it: it is meant to be read.
It shares no line with the program that made the result; it says the rules a second time, in the plainest way, so that
two counts that agree mean something. All numbers are whole numbers or exact fractions.

What it checks, in this order:

1. every file is the one that the list `manifest.json` names (its SHA-256), none is missing, none was added;
2. the table and the ballots for programs hold the same votes;
3. the numbers of each question, recounted from the ballots, are those of `result.json`;
4. so is the outcome of each vote, by its declared rule: winners, order, every number, every round, every tie;
5. the fingerprint of the whole. Somebody who changes a ballot could write a new list as well: compare the fingerprint
   with the one on the public page of the result, and with that of others who have this file. The order of the ballots
   is drawn anew for each file and is not part of it.

Exit status: 0 all is right, 1 something is wrong, 2 this is no such file.
"""

# ruff: noqa: UP006, UP031, UP033, UP035, UP045, B905, T201, RUF005
# (It is written for old versions of Python, and prints.)

from __future__ import annotations

import csv
import io
import json
import os
import sys
import zipfile
from fractions import Fraction
from functools import cmp_to_key, lru_cache
from hashlib import sha256
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple

Given = Tuple[Any, int]
"""What a ballot says, and how many ballots say exactly that."""
Outcome = Dict[str, Any]

WAYS, FEWER_WAYS, MANY = 64, 4, 2_000
"""In a budget, open ties are followed in at most so many ways; in fewer with more than so many different ballots (part
of the published rule)."""
REACH = 300_000
"""Rounds with open ties are tried each way until so many ballots were looked at; beyond that a tie counts as one that
people must decide (part of the published rule too)."""


class Wrong(Exception):
    """Something is not as it should be; the sentence says what."""


class NoPackage(Exception):
    """This is no file or folder that can be verified."""


# --- Levels, ties and lots -------------------------------------------------------------------------------------------


class Rule:
    """How ties are cut: not at all (`open`), by the order of the list (`order`), by lot (`draw`)."""

    def __init__(self, cut: str, seed: str) -> None:
        self.cut, self.seed = cut, seed

    def lots(self, codes: Sequence[str]) -> List[str]:
        """The lot of an option is the SHA-256 of the seed, a zero byte and its code; the smallest goes first."""
        return sorted(codes, key=lambda code: sha256((self.seed + "\0" + code).encode()).digest())

    def first(self, codes: Sequence[str]) -> Optional[str]:
        return {"open": None, "order": codes[0], "draw": self.lots(codes)[0]}[self.cut]

    def last(self, codes: Sequence[str]) -> Optional[str]:
        return {"open": None, "order": codes[-1], "draw": self.lots(codes)[-1]}[self.cut]


def seed_of(given: Iterable[Tuple[str, int]]) -> str:
    """The seed of all lots of a question: the SHA-256 of all answers to it. One line for each different answer: the
    answer as JSON, a tab, how many gave it; the lines sorted by their bytes."""
    lines = sorted((said + "\t" + str(n) + "\n").encode() for said, n in given)
    return sha256(b"".join(lines)).hexdigest()


def tie(codes: Sequence[str], where: str, how: str, first: Optional[str] = None, round: Optional[int] = None) -> Any:
    found = {"codes": list(codes), "where": where, "how": how, "first": first, "round": round}
    return {name: value for name, value in found.items() if value is not None}


def levels(options: Sequence[str], key: Callable[[str], Any]) -> List[List[str]]:
    """The options from the highest key to the lowest; those with the same key together, in the order of the list."""
    keys = sorted({key(code) for code in options}, reverse=True)
    return [[code for code in options if key(code) == one] for one in keys]


def seated(
    order: List[List[str]], seats: int, rule: Rule, able: Set[str]
) -> Tuple[List[str], List[List[str]], List[Any]]:
    """Who gets the seats. Only those in `able` (who have any vote at all) can win. When a level does not fit, it is a
    tie; the rule cuts it, one seat after the other, or it stays open."""
    winners: List[str] = []
    for place, level in enumerate(order):
        waiting = [code for code in level if code in able]
        if len(waiting) <= seats - len(winners):
            winners += waiting
            continue
        ties: List[Any] = []
        ahead: List[str] = []
        for _ in range(seats - len(winners)):
            first = rule.first(waiting)
            ties.append(tie(waiting, "winner" if seats == 1 else "seat", rule.cut, first))
            if first is None:
                break
            ahead.append(first)
            waiting = [code for code in waiting if code != first]
        rest = [code for code in level if code not in ahead]
        return winners + ahead, order[:place] + [[code] for code in ahead] + [rest] + order[place + 1 :], ties
    return winners, order, []


# --- Numbers ---------------------------------------------------------------------------------------------------------


def at(counts: Dict[int, int], place: int) -> int:
    """The number at `place`, from 0, when all are put in order. `counts`: how many gave each number."""
    for value in sorted(counts):
        place -= counts[value]
        if place < 0:
            return value
    raise IndexError(place)


def mean(counts: Dict[Any, int]) -> Fraction:
    return sum((Fraction(value) * n for value, n in counts.items()), Fraction()) / sum(counts.values())


def median(counts: Dict[int, int]) -> Fraction:
    """The middle one; between two middle ones, halfway."""
    n = sum(counts.values())
    return Fraction(at(counts, (n - 1) // 2) + at(counts, n // 2), 2)


def spread(counts: Dict[int, int]) -> Fraction:
    """How far from the median the answers are on average."""
    middle = median(counts)
    return sum((abs(value - middle) * n for value, n in counts.items()), Fraction()) / sum(counts.values())


@lru_cache(maxsize=None)
def cut_off(n: int) -> int:
    """How many answers stand outside the interval of a median at either end: the greatest r such that n coins show r
    heads or fewer in at most 5 of 100 cases."""
    heads, chosen, ways, bar = -1, 0, 1, 2**n // 20
    for r in range(n):
        chosen += ways
        if chosen > bar:
            break
        heads, ways = r, ways * (n - r) // (r + 1)
    return max(0, heads)


# --- Methods that add up votes or points -----------------------------------------------------------------------------


def plurality(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """Plurality and approval: a vote for each option that the ballot names."""
    voters = sum(n for _, n in given)
    votes = {code: sum(n for value, n in given if code in several(value)) for code in options}
    order = levels(options, lambda code: votes[code])
    winners, order, ties = seated(order, q["seats"], rule, {code for code in options if votes[code]})
    lines = {code: {"score": votes[code], "share": Fraction(votes[code], voters) if voters else 0} for code in options}
    return {"voters": voters, "winners": winners, "order": order, "ties": ties, "lines": lines}


def points(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """Score, dots, quadratic: points for options; an option that a ballot leaves out has 0 from it."""
    voters = sum(n for _, n in given)
    counts: Dict[str, Dict[int, int]] = {code: {} for code in options}
    said: Dict[str, int] = dict.fromkeys(options, 0)
    for value, n in given:
        purse = pairs(value)
        for code in options:
            counts[code][purse.get(code, 0)] = counts[code].get(purse.get(code, 0), 0) + n
            said[code] += n if code in purse else 0
    total = {code: sum(value * n for value, n in counts[code].items()) for code in options}
    order = levels(options, lambda code: total[code])
    winners, order, ties = seated(order, q["seats"], rule, {code for code in options if total[code]})
    lines: Dict[str, Any] = {}
    for code in options:
        found = counts[code]
        supporters = sum(n for value, n in found.items() if value)
        lines[code] = {"score": total[code], "share": 0}
        if voters:
            lines[code].update(mean=mean(found), median=median(found), spread=spread(found))
            if q["method"] == "score":
                lines[code].update(share=Fraction(total[code], voters * q["most"]), unscored=voters - said[code])
            else:
                lines[code].update(share=Fraction(supporters, voters), supporters=supporters)
    return {"voters": voters, "winners": winners, "order": order, "ties": ties, "lines": lines}


def consent(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """Adopted when somebody agrees and nobody blocks."""
    every = ("agree", "abstain", "disagree", "block")
    stances = {code: sum(n for value, n in given if value == code) for code in every}
    voters = sum(stances.values())
    positions = voters - stances["abstain"]
    lines: Dict[str, Any] = {}
    for code, n in stances.items():
        share = {} if code == "abstain" else {"share": Fraction(n, positions) if positions else 0}
        lines[code] = dict(score=n, **share)
    adopted = stances["agree"] > 0 and not stances["block"]
    blocks = {"name": "no block", "needed": 0, "found": stances["block"], "met": not stances["block"]}
    return {
        "voters": voters,
        "winners": ["agree"] if adopted else [],
        "order": levels(list(stances), lambda code: stances[code]),
        "ties": [],
        "lines": lines,
        "conditions": [blocks],
    }


def availability(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """Most people who could come (yes or if need be); then most who said yes. Silence is no."""
    voters = sum(n for _, n in given)
    counts = {code: {"yes": 0, "maybe": 0, "no": 0} for code in options}
    for value, n in given:
        said = pairs(value)
        for code in options:
            counts[code][said.get(code, "no")] += n
    reach = {code: counts[code]["yes"] + counts[code]["maybe"] for code in options}
    order = levels(options, lambda code: (reach[code], counts[code]["yes"]))
    winners, order, ties = seated(order, q["seats"], rule, {code for code in options if reach[code]})
    lines = {
        code: dict(counts[code], score=reach[code], share=Fraction(reach[code], voters) if voters else 0)
        for code in options
    }
    return {"voters": voters, "winners": winners, "order": order, "ties": ties, "lines": lines}


# --- Grades ----------------------------------------------------------------------------------------------------------


def majority_judgment(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """The best median grade (of two middle ones the lower). Equal medians: take one such grade away from each, look at
    the medians that remain, and so on. An option that a ballot does not grade has the worst grade from it."""
    grades = list(reversed(q["grades"]))  # 0 is the worst
    voters = sum(n for _, n in given)
    profile = {code: [0] * len(grades) for code in options}
    silent = dict.fromkeys(options, 0)
    for value, n in given:
        said = pairs(value)
        for code in options:
            grade = said.get(code)
            profile[code][grades.index(grade) if grade in grades else 0] += n
            silent[code] += 0 if grade in grades else n
    keys = {code: tuple(medians_one_by_one(profile[code])) for code in options}
    order = levels(options, lambda code: keys[code])
    level = order[0]
    winners, order, ties = seated(order, q["seats"], rule, set(options) if voters else set())
    middle = {code: keys[code][0] if voters else 0 for code in options}
    if q["seats"] == 1 and winners:
        same = [code for code in options if middle[code] == middle[winners[0]]]
        if len(same) > len(level):
            ties = [tie(same, "winner", "majority gauge", winners[0])] + ties
    lines: Dict[str, Any] = {}
    for code in options:
        lines[code] = {"score": middle[code], "share": 0}
        if voters:
            lines[code].update(
                median=middle[code],
                better=sum(profile[code][middle[code] + 1 :]),
                worse=sum(profile[code][: middle[code]]),
                ungraded=silent[code],
                share=Fraction(sum(profile[code][len(grades) - len(grades) // 2 :]), voters),
            )
    return {"voters": voters, "winners": winners, "order": order, "ties": ties, "lines": lines}


def medians_one_by_one(profile: Sequence[int]) -> List[int]:
    """The medians as one after the other is taken away. `profile`: how many gave each grade, the worst first."""
    left, found = list(profile), []
    for n in range(sum(profile), 0, -1):
        middle = at(dict(enumerate(left)), (n - 1) // 2)
        left[middle] -= 1
        found.append(middle)
    return found


def matrix(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """Every item by every criterion, described by those who judged it. Nobody is elected."""
    lines: Dict[str, Any] = {}
    for code in options:
        lines[code], parts = {}, []
        for criterion, best_first in q["criteria"].items():
            grades = list(reversed(best_first))
            cell = code + "." + criterion if criterion else code
            counts: Dict[int, int] = {}
            for value, n in given:
                grade = pairs(value).get(cell)
                if grade in grades:
                    counts[grades.index(grade)] = counts.get(grades.index(grade), 0) + n
            n = sum(counts.values())
            if not n:
                continue
            parts.append(mean(counts) / (len(grades) - 1) if len(grades) > 1 else mean(counts))
            lines[code][criterion + ".median"] = at(counts, (n - 1) // 2)
            lines[code][criterion + ".mean"] = mean(counts)
            lines[code][criterion + ".spread"] = spread(counts)
            lines[code][criterion + ".judgments"] = n
            lines[code][criterion + ".low"] = at(counts, cut_off(n))
            lines[code][criterion + ".high"] = at(counts, n - 1 - cut_off(n))
        lines[code]["score"] = sum(parts, Fraction()) / len(parts) if parts else 0
    order = levels(options, lambda code: (len(lines[code]) > 1, lines[code]["score"]))
    return {"voters": sum(n for _, n in given), "winners": [], "order": order, "ties": [], "lines": lines}


# --- Rankings: each two compared -------------------------------------------------------------------------------------


def preferences(options: Sequence[str], given: List[Given]) -> Dict[Tuple[str, str], int]:
    """How many ballots put a before b. What a ballot leaves out stands behind all that it names."""
    prefer = {(a, b): 0 for a in options for b in options if a != b}
    for value, n in given:
        behind = set(options)
        for a in ranking(value, options):
            behind.discard(a)
            for b in behind:
                prefer[a, b] += n
    return prefer


def schulze(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """A path from a to b is a chain of won duels, as strong as the weakest of them (how many prefer the winner). Who
    has the stronger path to every other option than that one has back, wins."""
    prefer = preferences(options, given)
    path = {(a, b): n if n > prefer[b, a] else 0 for (a, b), n in prefer.items()}
    for c in options:
        for a in options:
            for b in options:
                if len({a, b, c}) == 3:
                    path[a, b] = max(path[a, b], min(path[a, c], path[c, b]))
    order, left = [], list(options)
    while left:
        head = [a for a in left if all(path[a, b] >= path[b, a] for b in left if b != a)]
        order.append(head)
        left = [code for code in left if code not in head]
    said = sum(n for value, n in given if value)
    winners, order, ties = seated(order, 1, rule, set(options)) if said else ([], order, [])
    lines: Dict[str, Any] = {}
    for a in options:
        rivals = [b for b in options if b != a]
        won = sum(prefer[a, b] > prefer[b, a] for b in rivals)
        lost = sum(prefer[a, b] < prefer[b, a] for b in rivals)
        before = sum(path[a, b] > path[b, a] for b in rivals)
        lines[a] = {"score": before, "won": won, "lost": lost, "level": len(rivals) - won - lost}
    cycle = unbeaten(options, prefer) if said else []
    return {
        "voters": sum(n for _, n in given),
        "winners": winners,
        "order": order,
        "ties": ties,
        "lines": lines,
        "duels": prefer,
        "paths": path,
        "cycle": cycle if len(cycle) > 1 else [],
    }


def unbeaten(options: Sequence[str], prefer: Dict[Tuple[str, str], int]) -> List[str]:
    """The smallest set of options of which each beats every option outside it."""
    for a in sorted(options, key=lambda code: -sum(prefer[code, b] > prefer[b, code] for b in options if b != code)):
        inside = {a}
        while True:
            beside = {b for b in options if b not in inside and any(prefer[b, c] >= prefer[c, b] for c in inside)}
            if not beside:
                return [code for code in options if code in inside]
            inside |= beside
    return []


def borda(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """A point for each option that stands behind; those that are left out share what is left."""
    voters = sum(n for _, n in given)
    said = sum(n for value, n in given if value)
    total: Dict[str, Fraction] = dict.fromkeys(options, Fraction())
    for value, n in given:
        ranked = ranking(value, options)
        for place, code in enumerate(ranked):
            total[code] += (len(options) - 1 - place) * n
        for code in options:
            if ranked and code not in ranked:
                total[code] += Fraction(len(options) - len(ranked) - 1, 2) * n
    order = levels(options, lambda code: total[code])
    winners, order, ties = seated(order, 1, rule, set(options)) if said else ([], order, [])
    lines = {code: dict(score=total[code], **({"mean": total[code] / said} if said else {})) for code in options}
    duels = preferences(options, given)
    return {"voters": voters, "winners": winners, "order": order, "ties": ties, "lines": lines, "duels": duels}


# --- Rankings: round after round -------------------------------------------------------------------------------------


class Last:
    """Who is last (or has most to hand on). `level`: by the votes of this round; `tied`: still level by all rounds
    before; `together`: all of them have less than the next one, so they can go at once."""

    def __init__(self, level: List[str], tied: List[str], together: bool) -> None:
        self.level, self.tied, self.together = level, tied, together

    @property
    def open(self) -> bool:
        return not self.together and len(self.tied) > 1


def places_of(votes: Dict[str, Any], before: Dict[str, int]) -> Dict[str, int]:
    """The place of each option, 0 is last: by votes, and where these are level, by the round before."""
    keys = {code: (votes[code], before.get(code, 0)) for code in votes}
    ranked = sorted(set(keys.values()))
    return {code: ranked.index(keys[code]) for code in votes}


def last_of(votes: Dict[str, Any], places: Dict[str, int]) -> Last:
    fewest = min(votes.values())
    level = [code for code in votes if votes[code] == fewest]
    lowest = min(places[code] for code in level)
    others = [n for n in votes.values() if n != fewest]
    together = len(level) > 1 and bool(others) and fewest * len(level) < min(others)
    return Last(level, [code for code in level if places[code] == lowest], together)


def going(due: Last, rule: Rule, number: int, harmless: bool, surplus: bool = False) -> Tuple[List[str], Optional[Any]]:
    """Who goes, and the tie that had to be cut for it; nobody when the tie stays open."""
    where = "surplus" if surplus else "elimination"
    if due.together:
        return due.level, tie(due.level, where, "together", round=number)
    if len(due.level) == 1:
        return due.level, None
    if len(due.tied) == 1:
        return due.tied, tie(due.level, where, "earlier rounds", due.tied[0], number)
    chosen = (rule.first if surplus else rule.last)(due.tied)
    how = rule.cut
    if chosen is None and harmless:
        chosen, how = due.tied[0 if surplus else -1], "no difference"
    return ([] if chosen is None else [chosen]), tie(due.tied, where, how, chosen, number)


class TooMany(Exception):
    """There are too many ways to try."""


class Effort:
    """What is left of `REACH`."""

    def __init__(self) -> None:
        self.left = REACH

    def spend(self, ballots: int) -> None:
        self.left -= ballots
        if self.left < 0:
            raise TooMany


def first_choices(rankings: List[Tuple[List[str], int]], left: Sequence[str]) -> Tuple[Dict[str, int], int]:
    """Each ballot counts for the first of its choices that is left; and how many have none."""
    votes, exhausted = dict.fromkeys(left, 0), 0
    for ranked, n in rankings:
        code = next((code for code in ranked if code in votes), None)
        if code is None:
            exhausted += n
        else:
            votes[code] += n
    return votes, exhausted


def irv(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """Round after round the last one goes, until one has more than half of the votes that are left."""
    rankings = [(ranking(value, options), n) for value, n in given]
    left, winner = list(options), None
    places: Dict[str, int] = {}
    rounds: List[Any] = []
    ties: List[Any] = []
    possible: Optional[Set[str]] = None
    while True:
        votes, exhausted = first_choices(rankings, left)
        here = {"votes": votes, "exhausted": exhausted, "elected": [], "eliminated": []}
        rounds.append(here)
        if not any(ranked for ranked, _ in rankings):
            break
        winner = next((code for code in left if 2 * votes[code] > sum(votes.values())), None)
        if winner is not None:
            break
        places = places_of(votes, places)
        due = last_of(votes, places)
        if rule.cut == "open" and due.open and possible is None:
            try:
                possible = irv_winners(rankings, left, places, Effort(), {})
            except TooMany:
                possible = set(left)
        out, cut = going(due, rule, len(rounds), harmless=possible is not None and len(possible) == 1)
        if cut is not None and len(left) == 2:
            cut["where"] = "winner"
            if "first" in cut:
                cut["first"] = next(code for code in left if code != cut["first"])
        ties += [cut] if cut is not None else []
        if not out:
            if len(left) > 2:
                ties.append(tie([code for code in left if code in (possible or left)], "winner", "open"))
            break
        here["eliminated"] = out
        left = [code for code in left if code not in out]
        if len(left) == 1 and len(votes) == 2:
            winner = left[0]
            break
    here["elected"] = [winner] if winner is not None else []
    head = next((one["codes"] for one in ties if one["where"] == "winner"), list(votes))
    order = rounds_order(rounds, [[winner]] if winner is not None else [head])
    final: Dict[str, Any] = {}
    for one in rounds:
        final.update(one["votes"])
    lines = {code: {"score": final[code], "first": rounds[0]["votes"][code]} for code in options}
    voters = sum(n for _, n in given)
    winners = [winner] if winner is not None else []
    return {"voters": voters, "winners": winners, "order": order, "ties": ties, "lines": lines, "rounds": rounds}


def irv_winners(rankings: Any, left: List[str], places: Dict[str, int], effort: Effort, seen: Any) -> Set[str]:
    """Who can win when each open tie is cut each way. What was seen before is not tried again."""
    key = (tuple(left), tuple(places[code] for code in left))
    if key in seen:
        return set(seen[key])
    votes, _ = first_choices(rankings, left)
    due = last_of(votes, places)
    ways = [due.level] if due.together else [[code] for code in due.tied]
    effort.spend(len(ways) * (len(left) + different(rankings, left)))
    found: Set[str] = set()
    for out in ways:
        after = [code for code in left if code not in out]
        then, _ = first_choices(rankings, after)
        leader = next((code for code in after if 2 * then[code] > sum(then.values())), None)
        leader = after[0] if len(after) == 1 else leader
        if leader is not None:
            found.add(leader)
        else:
            found |= irv_winners(rankings, after, places_of(then, places), effort, seen)
    seen[key] = found
    return found


def different(rankings: List[Tuple[List[str], int]], left: Sequence[str]) -> int:
    """How many different ballots there are, from the choice on that they count for now."""
    starts = (next((place for place, code in enumerate(ranked) if code in left), len(ranked)) for ranked, _ in rankings)
    return len({tuple(ranked[start:]) for start, (ranked, _) in zip(starts, rankings)})


def rounds_order(rounds: List[Any], ahead: List[List[str]]) -> List[List[str]]:
    """Those ahead; the others of the last round by their votes; those who went, the last to go first."""
    final = rounds[-1]
    placed = [code for level in ahead for code in level] + final["eliminated"]
    rest = [code for code in final["votes"] if code not in placed]
    gone = [one["eliminated"] for one in reversed(rounds) if one["eliminated"]]
    return [*ahead, *levels(rest, lambda code: final["votes"][code]), *gone]


UNIT = 100_000
"""Votes of the single transferable vote have five decimals; here they are whole numbers of hundred-thousandths."""


class Count:
    """Where a count by single transferable vote stands. A ballot is (its choices, its value, how many like it); the
    pile of an option holds the ballots that count for it."""

    def __init__(self, options: Sequence[str], seats: int, quota: int) -> None:
        self.seats, self.quota, self.exhausted = min(seats, len(options)), quota, 0
        self.left: List[str] = list(options)
        self.elected: List[str] = []
        self.piles: Dict[str, List[Tuple[List[str], int, int]]] = {code: [] for code in options}
        self.votes: Dict[str, int] = dict.fromkeys(options, 0)
        self.places: Dict[str, int] = {}

    def copy(self) -> Count:
        other = Count([], 0, self.quota)
        other.seats, other.exhausted = self.seats, self.exhausted
        other.left, other.elected = list(self.left), list(self.elected)
        other.piles = {code: list(pile) for code, pile in self.piles.items()}
        other.votes, other.places = dict(self.votes), dict(self.places)
        return other

    def hand_out(self, ballots: Iterable[Tuple[List[str], int, int]]) -> int:
        """Each ballot goes to the first of its choices who is still in the race; what that adds up to."""
        given = 0
        for ranked, value, n in ballots:
            code = next((code for code in ranked if code in self.left), None)
            if code is not None:
                self.piles[code].append((ranked, value, n))
                self.votes[code] += value * n
                given += value * n
        return given

    def different(self) -> int:
        """How many different ballots there are on the piles."""
        return sum(
            len({(tuple(ranked[ranked.index(code) :]), value) for ranked, value, _ in pile})
            for code, pile in self.piles.items()
        )

    def elect(self) -> List[str]:
        """All who reach the quota; and everybody, when no more are left than there are seats."""
        self.places = places_of(self.votes, self.places)
        free = self.seats - len(self.elected)
        ahead = sorted(self.left, key=lambda code: -self.places[code])
        new = [code for code in ahead if self.votes[code] >= self.quota]
        if len(self.left) <= free:
            new = ahead
        self.elected += new
        self.left = [code for code in self.left if code not in new]
        return new

    def due(self) -> Tuple[bool, Last]:
        """Whose surplus is handed on next; when there is none, who is last."""
        rich = [code for code in self.votes if code in self.elected and self.votes[code] > self.quota]
        if rich:
            level = [code for code in rich if self.votes[code] == max(self.votes[one] for one in rich)]
            top = max(self.places[code] for code in level)
            return True, Last(level, [code for code in level if self.places[code] == top], False)
        found = last_of({code: self.votes[code] for code in self.left}, self.places)
        if found.together:
            # They only go at once when not even all their votes could elect anybody, and seats can still be filled.
            theirs = sum(self.votes[code] for code in found.level)
            others = max(self.votes[code] for code in self.left if code not in found.level)
            enough = len(self.left) - len(found.level) >= self.seats - len(self.elected)
            found.together = enough and others + theirs < self.quota
        return False, found

    def hand_on(self, out: List[str], surplus: bool) -> None:
        """The surplus of one, each ballot at value x surplus / votes cut off after five decimals; or all the ballots of
        those who are eliminated, at the value they have."""
        if not surplus:
            self.left = [code for code in self.left if code not in out]
        for code in out:
            total = self.votes[code]
            over = total - self.quota if surplus else total
            pile = self.piles.pop(code)
            if surplus:
                self.votes[code] = self.quota
            else:
                del self.votes[code]
            got = self.hand_out((ranked, value * over // total if total else 0, n) for ranked, value, n in pile)
            self.exhausted += over - got


def stv(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """The single transferable vote as Scottish councils are elected (SSI 2011/399, schedule 1)."""
    rankings = [(ranking(value, options), n) for value, n in given]
    said = sum(n for ranked, n in rankings if ranked)
    quota = said // (q["seats"] + 1) + 1
    count = Count(options, q["seats"], quota * UNIT)
    count.exhausted = sum(n for _, n in given) * UNIT
    count.exhausted -= count.hand_out((ranked, UNIT, n) for ranked, n in rankings)
    rounds: List[Any] = []
    ties: List[Any] = []
    possible: Optional[Set[frozenset[str]]] = None
    winners: List[str] = []
    while True:
        votes = {code: Fraction(n, UNIT) for code, n in count.votes.items()}
        here = {"votes": votes, "exhausted": Fraction(count.exhausted, UNIT), "elected": [], "eliminated": []}
        rounds.append(here)
        if not said:
            break
        here["elected"] = count.elect()
        winners = count.elected
        if len(count.elected) == count.seats:
            break
        surplus, due = count.due()
        if rule.cut == "open" and due.open and possible is None:
            try:
                possible = stv_winners(count, Effort())
            except TooMany:
                possible = set()
        out, cut = going(due, rule, len(rounds), harmless=possible is not None and len(possible) == 1, surplus=surplus)
        ties += [cut] if cut is not None else []
        if not out:
            sure = frozenset.intersection(*possible) if possible else frozenset(count.elected)
            maybe = frozenset.union(*possible) if possible else frozenset(count.left)
            ties.append(tie([code for code in count.left if code in maybe - sure], "seat", "open"))
            winners = count.elected + [code for code in count.left if code in sure]
            break
        here["eliminated"] = [] if surplus else out
        count.hand_on(out, surplus)
    final: Dict[str, Any] = {}
    done: Set[str] = set()
    for one in rounds:
        final.update({code: n for code, n in one["votes"].items() if code not in done})
        done.update(one["elected"])
    return {
        "voters": sum(n for _, n in given),
        "winners": list(winners),
        "order": rounds_order(rounds, [[code] for code in winners]),
        "ties": ties,
        "lines": {code: {"score": final[code], "first": rounds[0]["votes"][code]} for code in options},
        "rounds": rounds,
        "quota": quota,
    }


def stv_winners(count: Count, effort: Effort) -> Set[frozenset[str]]:
    """Every set of people who can be elected when open ties are cut each way."""
    surplus, due = count.due()
    found: Set[frozenset[str]] = set()
    for out in [due.level] if due.together else [[code] for code in due.tied]:
        effort.spend(len(count.votes) + count.different())
        after = count.copy()
        after.hand_on(out, surplus)
        after.elect()
        found |= {frozenset(after.elected)} if len(after.elected) == after.seats else stv_winners(after, effort)
    return found


# --- Budgets ---------------------------------------------------------------------------------------------------------


class Cutter:
    """Cuts ties between projects: the cheaper one goes first, then the one with more votes, then the declared rule.
    An open tie is followed in every way; `path` says which way, and the same tie met again is cut the same."""

    def __init__(self, costs: Dict[str, int], votes: Dict[str, int], rule: Rule, path: Sequence[int]) -> None:
        self.costs, self.votes, self.rule, self.path = costs, votes, rule, path
        self.forks: List[int] = []
        self.ties: List[Any] = []
        self.decided: Dict[Tuple[str, ...], str] = {}

    def one_of(self, level: Sequence[str]) -> str:
        if len(level) == 1:
            return level[0]
        cheap = [code for code in level if self.costs[code] == min(self.costs[one] for one in level)]
        liked = [code for code in cheap if self.votes[code] == max(self.votes[one] for one in cheap)]
        if len(liked) == 1:
            how = "cheaper" if len(cheap) == 1 else "more votes"
            self.ties.append(tie(level, "project", how, liked[0]))
            return liked[0]
        first = self.rule.first(liked)
        self.ties.append(tie(liked, "project", self.rule.cut, first))
        if first is not None:
            return first
        if tuple(liked) not in self.decided:
            turn = self.path[len(self.forks)] if len(self.forks) < len(self.path) else 0
            self.forks.append(len(liked))
            self.decided[tuple(liked)] = liked[turn]
        return self.decided[tuple(liked)]


def budget(options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule) -> Outcome:
    """By the declared rule; what the other one would have bought stands beside it."""
    names = {"greedy": greedy, "equal_shares": equal_shares}
    other = "greedy" if q["method"] == "equal_shares" else "equal_shares"
    found = bought(options, given, q, rule, names[q["method"]])
    found["purchase"]["compared"] = [other, bought(options, given, q, rule, names[other])["winners"]]
    return found


def bought(
    options: Sequence[str], given: List[Given], q: Dict[str, Any], rule: Rule, buy: Callable[..., Any]
) -> Outcome:
    """What one rule buys. Where ties stay open, what it buys whichever way they are cut."""
    costs, limit = q["costs"], q["limit"]
    baskets = [(frozenset(several(value)) & frozenset(options), n) for value, n in given]
    votes = {code: sum(n for basket, n in baskets if code in basket) for code in options}

    def way(path: Sequence[int]) -> Tuple[Any, Cutter]:
        cutter = Cutter(costs, votes, rule, path)
        return buy(options, baskets, limit, cutter), cutter

    def turns(path: Sequence[int], forks: List[int]) -> List[List[int]]:
        """The ways that leave this one behind the end of its path."""
        places = range(len(path), len(forks))
        return [list(path) + [0] * (at - len(path)) + [turn] for at in places for turn in range(1, forks[at])]

    (chosen, raised), cutter = way([])
    always = {code for code, _ in chosen}
    open_ties = [one["codes"] for one in cutter.ties if one["how"] == "open"]
    waiting, tried = turns([], cutter.forks), 1
    while waiting and tried < (WAYS if len(given) <= MANY else FEWER_WAYS):
        path = waiting.pop()
        (other, _), found = way(path)
        tried += 1
        always &= {code for code, _ in other}
        open_ties += [one["codes"] for one in found.ties if one["how"] == "open"]
        waiting += turns(path, found.forks)
    if waiting:
        always -= {code for codes in open_ties for code in codes}
    told = [codes for place, codes in enumerate(open_ties) if codes not in open_ties[:place]]
    told = [codes for codes in told if not any(set(codes) < set(other) for other in told)]
    how = "open"
    if len(always) == len(chosen):
        how = "no difference"
    else:
        chosen, raised = [one for one in chosen if one[0] in always], None
    ties = [one for one in cutter.ties if one["how"] != "open"] + [tie(codes, "project", how) for codes in told]
    purchase: Dict[str, Any] = {
        "limit": limit,
        "spent": sum(costs[code] for code, _ in chosen),
        "chosen": [[code, costs[code], by] for code, by in chosen],
    }
    if raised is not None:
        purchase["raised"] = raised
    return {
        "voters": sum(n for _, n in given),
        "winners": [code for code, _ in chosen],
        "order": levels(options, lambda code: votes[code]),
        "ties": ties,
        "lines": {code: {"score": votes[code], "cost": costs[code]} for code in options},
        "purchase": purchase,
    }


def greedy(options: Sequence[str], baskets: Any, limit: Any, cutter: Cutter) -> Tuple[List[Tuple[str, str]], None]:
    """Most votes first; what no longer fits is passed over."""
    return [(code, "votes") for code in by_votes(options, limit, cutter)], None


def by_votes(wanted: Sequence[str], left: Any, cutter: Cutter) -> List[str]:
    found: List[str] = []
    for level in levels(wanted, lambda code: cutter.votes[code]):
        if not cutter.votes[level[0]]:
            break
        waiting = [code for code in level if cutter.costs[code] <= left]
        while waiting:
            if sum(cutter.costs[code] for code in waiting) <= left:
                taken = sorted(waiting, key=lambda code: cutter.costs[code])  # all of them: no tie
            else:
                taken = [cutter.one_of(waiting)]
            found += taken
            left -= sum(cutter.costs[code] for code in taken)
            waiting = [code for code in waiting if code not in taken and cutter.costs[code] <= left]
    return found


def equal_shares(options: Sequence[str], baskets: Any, limit: Any, cutter: Cutter) -> Tuple[Any, Any]:
    """Everybody has the same share and pays for what they want (Peters, Pierczyński and Skowron 2021; every unit of
    money spent on what I want counts the same). To leave less over, everybody is given one unit more, again and again,
    as long as what is bought stays within the limit; what is left then goes by votes."""
    voters = sum(n for _, n in baskets)
    groups: Dict[frozenset[str], int] = {}
    for basket, n in baskets:
        groups[basket] = groups.get(basket, 0) + n
    wanted = [code for code in options if any(code in basket for basket in groups)]
    kept: List[str] = []
    kept_ties: List[Any] = []
    more, since = 0, 0
    while voters:
        cutter.ties = []
        found, same = shared_out(wanted, groups, Fraction(limit, voters) + more, cutter)
        if sum(cutter.costs[code] for code in found) > limit:
            cutter.ties = kept_ties
            break
        since = since if found == kept else more
        kept, kept_ties = found, cutter.ties
        more += same  # the counts between are the same, step by step
        rest = [cutter.costs[code] for code in wanted if code not in found]
        if not rest or sum(cutter.costs[code] for code in found) + min(rest) > limit:
            break
    left = limit - sum(cutter.costs[code] for code in kept)
    after = by_votes([code for code in options if code not in kept], left, cutter)
    chosen = [(code, "equal shares") for code in kept] + [(code, "completion") for code in after]
    # With any limit on paper between these two the shares buy the same.
    return chosen, (limit + since * voters, limit + max(since, more - 1) * voters)


class Purse:
    """An amount that depends on how much more everybody is given: `now`, and how it grows by one unit more. When two
    are compared, `horizon` learns after how many units the answer would be another one."""

    def __init__(self, now: Fraction, grows: Fraction) -> None:
        self.now, self.grows = now, grows

    def over(self, number: Any) -> Purse:
        return Purse(self.now / number, self.grows / number)

    def without(self, other: Purse, times: int = 1) -> Purse:
        return Purse(self.now - other.now * times, self.grows - other.grows * times)

    def less(self, other: Purse, horizon: List[int]) -> bool:
        apart, change = self.now - other.now, self.grows - other.grows
        if apart < 0 < change:
            horizon.append(-(-(-apart / change) // 1))  # the first whole number of units at which it is not less
        elif change < 0 <= apart:
            horizon.append((apart / -change) // 1 + 1)  # the first one at which it is
        return apart < 0


class Alike:
    """Voters who have the same purse: their baskets, and how many of them want each project."""

    def __init__(self, purse: Purse, baskets: List[Tuple[frozenset[str], int]]) -> None:
        self.purse, self.baskets = purse, baskets
        self.wants: Dict[str, int] = {}
        for basket, n in baskets:
            for code in basket:
                self.wants[code] = self.wants.get(code, 0) + n


def shared_out(
    wanted: Sequence[str], groups: Dict[frozenset[str], int], share: Fraction, cutter: Cutter
) -> Tuple[List[str], int]:
    """One count in which everybody has `share`: what is bought, and how many units more for everybody are the first
    that could change anything (at least one). Each time that project is bought of whose cost its supporters pay the
    least part each: all of them the same part, or what is left in their purse."""
    horizon: List[int] = []
    nothing = Purse(Fraction(), Fraction())
    people = [Alike(Purse(share, Fraction(1)), list(groups.items()))]
    found = [code for code in wanted if not cutter.costs[code]]
    left = [code for code in wanted if cutter.costs[code]]
    while left:
        parts = {}
        for code in left:
            price = price_of(code, cutter.costs[code], people, horizon)
            if price is not None:
                parts[code] = price.over(cutter.costs[code])
        left = [code for code in left if code in parts]
        level: List[str] = []
        for code in left:
            if not level or parts[code].less(parts[level[0]], horizon):
                level = [code]
            elif not parts[level[0]].less(parts[code], horizon):
                level.append(code)
        if not level:
            break
        code = cutter.one_of(level)
        price = parts[code].over(Fraction(1, cutter.costs[code]))
        after = []
        for some in people:
            payers = [one for one in some.baskets if code in one[0]]
            if not payers:
                after.append(some)
                continue
            rest = some.purse.without(price)
            if nothing.less(rest, horizon):
                after.append(Alike(rest, payers))
            if len(payers) < len(some.baskets):
                after.append(Alike(some.purse, [one for one in some.baskets if code not in one[0]]))
        people = after  # those with an empty purse are out
        found.append(code)
        left.remove(code)
    return found, int(min(horizon)) if horizon else 1


def price_of(code: str, cost: int, people: List[Alike], horizon: List[int]) -> Optional[Purse]:
    """What each supporter pays at most, so that together they pay the cost; None when they have not enough."""

    def poorer(one: Alike, other: Alike) -> int:
        return -1 if one.purse.less(other.purse, horizon) else int(other.purse.less(one.purse, horizon))

    payers = sorted((some for some in people if code in some.wants), key=cmp_to_key(poorer))
    missing, number = Purse(Fraction(cost), Fraction()), sum(some.wants[code] for some in payers)
    for some in payers:
        part = missing.over(number)
        if not some.purse.less(part, horizon):
            return part
        missing = missing.without(some.purse, some.wants[code])
        number -= some.wants[code]
    return None


# --- Conditions ------------------------------------------------------------------------------------------------------


def conditions(found: Outcome, q: Dict[str, Any], people: int) -> Outcome:
    """Quorum and threshold take winners away and change nothing else."""
    held = list(found.get("conditions", []))
    winners = found["winners"]
    if q.get("threshold") is not None and q["method"] != "matrix":
        bar, strictly = Fraction(q["threshold"]), q["strictly"]
        shares = {code: share_of(found, q, code) for code in found["lines"]}
        leading = winners or (["agree"] if q["method"] == "consent" else (found["order"] or [[]])[0])
        least = min((shares[code] for code in leading), default=Fraction())
        met = least > bar if strictly else least >= bar
        condition = {"name": "threshold", "needed": bar, "found": least, "met": met}
        winners = [code for code in winners if (shares[code] > bar if strictly else shares[code] >= bar)]
        held.append(condition)
    if q.get("quorum") is not None:
        needed = Fraction(q["quorum"])
        if needed.denominator > 1 or isinstance(q["quorum"], str):
            needed = Fraction(-(-needed * q["electorate"] // 1))
        held.insert(len(found.get("conditions", [])), {
            "name": "quorum", "needed": needed, "found": people, "met": people >= needed,
        })  # fmt: skip
        winners = winners if people >= needed else []
    return dict(found, winners=winners, conditions=held)


def share_of(found: Outcome, q: Dict[str, Any], code: str) -> Fraction:
    """The share of an option that a threshold looks at."""
    line: Dict[str, Any] = found["lines"][code]
    voters: int = found["voters"]
    if not voters:
        return Fraction()
    if "share" in line:
        return Fraction(line["share"])
    if "rounds" in found:
        return Fraction(max(one["votes"].get(code, 0) for one in found["rounds"])) / voters
    if "paths" in found:
        return Fraction(min([n for (a, _), n in found["duels"].items() if a == code], default=voters), voters)
    if q["method"] == "borda":
        return Fraction(line["score"]) / (voters * max(1, len(found["lines"]) - 1))
    return Fraction(line["score"]) / voters


METHODS: Dict[str, Callable[..., Outcome]] = {
    "plurality": plurality,
    "approval": plurality,
    "score": points,
    "dots": points,
    "quadratic": points,
    "consent": consent,
    "availability": availability,
    "majority_judgment": majority_judgment,
    "matrix": matrix,
    "schulze": schulze,
    "borda": borda,
    "irv": irv,
    "stv": stv,
    "greedy": budget,
    "equal_shares": budget,
}


# --- Ballots ---------------------------------------------------------------------------------------------------------


def several(value: Any) -> List[str]:
    return list(value) if isinstance(value, list) else [value]


def pairs(value: Any) -> Dict[str, Any]:
    return {one[0]: one[1] for one in value} if isinstance(value, list) else {}


def ranking(value: Any, options: Sequence[str]) -> List[str]:
    found: List[str] = []
    for code in several(value):
        if code in options and code not in found:
            found.append(code)
    return found


def spelled(answer: Dict[str, Any]) -> str:
    """An answer as JSON without spaces: `["answer",["a","b"]]`, `["blank",null]`."""
    return json.dumps([answer["given"], answer.get("value")], ensure_ascii=False, separators=(",", ":"))


def tallied(things: Iterable[Any]) -> Dict[Any, int]:
    found: Dict[Any, int] = {}
    for one in things:
        found[one] = found.get(one, 0) + 1
    return found


def recount(q: Dict[str, Any], answers: List[Dict[str, Any]]) -> Dict[str, Any]:
    """The result of a question from its answers, in the words of `result.json`."""
    by = tallied(answer["given"] for answer in answers)
    said = tallied(spelled(answer) for answer in answers if answer["given"] == "answer")
    given: List[Given] = [(json.loads(text)[1], n) for text, n in said.items()]
    names = {"answer": "answered", "abstain": "abstained"}
    kinds = ("answer", "skipped", "dont_know", "abstain", "blank", "none")
    found: Dict[str, Any] = {names.get(one, one): by.get(one, 0) for one in kinds}
    found["rows"] = rows(q, given)
    found["given"] = given_to_each(q, given)
    if q["kind"] in ("number", "scale"):
        found.update(numbers(given))
    if q.get("method"):
        options = list(q["choices"])
        if q["kind"] in ("one_of", "any_of"):
            options += sorted({code for value, _ in given for code in several(value)} - set(options))
        seed = seed_of(tallied(spelled(answer) for answer in answers).items()) if q["tie"] == "draw" else ""
        outcome = METHODS[q["method"]](options, given, q, Rule(q["tie"], seed))
        people = sum(n for one, n in by.items() if one != "skipped")
        found["outcome"] = conditions(outcome, q, people)
    return found


def rows(q: Dict[str, Any], given: List[Given]) -> Dict[str, int]:
    """The one number of each code."""
    found: Dict[str, int] = dict.fromkeys(q["choices"], 0)
    cells: Dict[str, int] = {}
    for value, n in given:
        if q["kind"] in ("one_of", "any_of", "yes_no", "scale", "date", "basket", "draw", "sign"):
            for code in set(several(value)):
                found[str(code)] = found.get(str(code), 0) + n
        elif q["kind"] == "order":
            for code in several(value)[:1]:
                found[code] = found.get(code, 0) + n
        elif q["kind"] in ("points", "slots", "grades"):
            for code, what in pairs(value).items():
                worth = what if q["kind"] == "points" else int(q["kind"] == "grades" or what in ("yes", "maybe"))
                cells[code] = cells.get(code, 0) + n * worth
    for cell, n in cells.items():
        owner = cell
        if q["kind"] == "grades" and q.get("criteria"):
            owner = next((one for one in q["choices"] if cell.startswith(one + ".")), cell)
        found[owner] = max(found.get(owner, 0), n) if q["kind"] == "grades" else n
    return found


def given_to_each(q: Dict[str, Any], given: List[Given]) -> Dict[str, Dict[str, int]]:
    """How many gave what to each item: points, a grade, yes or no, a rank."""
    found: Dict[str, Dict[str, int]] = {}
    for value, n in given:
        if q["kind"] in ("points", "slots", "grades"):
            said = pairs(value)
        elif q["kind"] == "order":
            said = {code: place for place, code in enumerate(several(value), 1)}
        else:
            said = {}
        for code, what in said.items():
            counts = found.setdefault(code, {})
            counts[str(what)] = counts.get(str(what), 0) + n
    return found


def numbers(given: List[Given]) -> Dict[str, Any]:
    if not given:
        return {}
    counts = {Fraction(str(value)): n for value, n in given}
    ordered = [value for value in sorted(counts) for _ in range(counts[value])]
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return {"mean": mean(counts), "median": middle, "min": ordered[0], "max": ordered[-1]}


# --- Comparing -------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Numbers as exact fractions, whoever wrote them, and everything else as JSON has it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return Fraction(str(value))
    if isinstance(value, str):
        head, _, tail = value.partition("/")
        is_number = head.lstrip("-").isdigit() and tail.isdigit() and int(tail) > 0
        return Fraction(int(head), int(tail)) if is_number else value
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def differences(q: Dict[str, Any], ours: Dict[str, Any], theirs: Dict[str, Any]) -> List[str]:
    """Where a recount and the published result differ, by name."""
    found = [
        name
        for name in ("answered", "skipped", "dont_know", "abstained", "blank", "none")
        if ours[name] != theirs.get(name, 0)
    ]
    published = {row["code"]: row["count"] for row in theirs["rows"]}
    if q["kind"] != "number" and counted(ours["rows"]) != counted(published):
        found.append("rows")
    given: Dict[str, Dict[str, int]] = {}
    for one in theirs.get("histograms", []):
        cell = one["code"] + "." + one["criterion"] if one.get("criterion") else one["code"]
        counts = {value: n for value, n in one["counts"] if n}
        if counts:
            given[cell] = counts
    if given != ours["given"]:
        found.append("histograms")
    for name in ("mean", "median", "min", "max"):
        if name in ours and (theirs.get(name) is None or abs(float(ours[name]) - theirs[name]) > 1e-9):
            found.append(name)
    if ("outcome" in ours) != bool(theirs.get("outcome")):
        return [*found, "outcome"]
    return found + (outcome_differences(ours["outcome"], theirs["outcome"]) if "outcome" in ours else [])


def counted(numbers: Dict[str, int]) -> Dict[str, int]:
    return {name: n for name, n in numbers.items() if n}


def outcome_differences(ours: Outcome, theirs: Dict[str, Any]) -> List[str]:
    lines = {line["code"]: dict(line.get("more", {}), score=line["score"]) for line in theirs.get("lines", [])}
    duels: Dict[str, Dict[Tuple[str, str], int]] = {"duels": {}, "paths": {}}
    for name in duels:
        for one in theirs.get(name, []):
            duels[name][one["a"], one["b"]], duels[name][one["b"], one["a"]] = one["for_a"], one["for_b"]
    parts = ("votes", "exhausted", "elected", "eliminated")
    rounds = [{part: one[part] for part in parts} for one in theirs.get("rounds", [])]
    published = {
        "voters": theirs["voters"],
        "winners": theirs["winners"],
        "order": theirs.get("order", []),
        "ties": theirs.get("ties", []),
        "lines": lines,
        "conditions": theirs.get("conditions", []),
        "rounds": rounds,
        "cycle": theirs.get("cycle", []),
        "quota": theirs.get("quota"),
        "purchase": theirs.get("purchase"),
        "duels": duels["duels"],
        "paths": duels["paths"],
    }
    empty: Dict[str, Any] = {"rounds": [], "cycle": [], "duels": {}, "paths": {}, "conditions": []}
    found = [name for name, said in published.items() if plain(ours.get(name, empty.get(name))) != plain(said)]
    return found if "purchase" not in found or not raised_alike(ours, theirs) else [
        name for name in found if name != "purchase"
    ]  # fmt: skip


def raised_alike(ours: Outcome, theirs: Dict[str, Any]) -> bool:
    """Whether the same was bought, and the limit on paper is one of those with which the shares buy just that."""
    mine, published = dict(ours["purchase"]), dict(theirs["purchase"])
    raised, told = mine.pop("raised", None), published.pop("raised", None)
    if plain(mine) != plain(published):
        return False
    if raised is None:
        return told is None
    least, most = raised
    return bool(least <= (published["limit"] if told is None else Fraction(told)) <= most)


# --- The package -----------------------------------------------------------------------------------------------------


PLENTY = 50_000_000
"""Bytes that are unpacked however small the file is that holds them; more, up to `MOST_PACKED` times its size."""
MOST_PACKED = 200


def opened(path: str) -> Dict[str, bytes]:
    """The files of a zip or a folder, by name."""
    try:
        if os.path.isdir(path):
            names = [name for name in sorted(os.listdir(path)) if os.path.isfile(os.path.join(path, name))]
            files = {}
            for name in names:
                with open(os.path.join(path, name), "rb") as file:
                    files[name] = file.read()
            return files
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)):
                raise Wrong(say("A file stands twice in the package.", "Un fichier figure deux fois dans l'archive."))
            if sum(one.file_size for one in archive.infolist()) > max(PLENTY, MOST_PACKED * os.path.getsize(path)):
                raise NoPackage(
                    say("This file holds far too much: ", "Ce fichier contient bien trop de choses : ") + path
                )
            return {name: archive.read(name) for name in names}
    except (OSError, zipfile.BadZipFile, RuntimeError):
        raise NoPackage(say("This file cannot be opened: ", "Impossible d'ouvrir ce fichier : ") + path) from None


def check(files: Dict[str, bytes], *, extra: bool = False) -> List[str]:
    """Verify a whole package; what was found to be right, in sentences. `Wrong` when anything is not. With `extra`,
    files that the list does not name are left alone (in a folder there may be others)."""
    if "manifest.json" not in files:
        raise NoPackage(say("There is no manifest.json here.", "Il n'y a pas de manifest.json ici."))
    try:
        manifest = json.loads(files["manifest.json"])
        listed = dict(manifest["files"])
        parts = dict(manifest["parts"])
        published_fingerprint = str(manifest["fingerprint"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Wrong(say("The list of files cannot be read.", "La liste des fichiers est illisible.")) from None
    for name, expected in listed.items():
        if name not in files:
            raise Wrong(say("A file is missing: ", "Il manque un fichier : ") + name)
        if sha256(files[name]).hexdigest() != expected:
            raise Wrong(say("A file was changed: ", "Un fichier a été modifié : ") + name)
    added = [name for name in files if name not in listed and name != "manifest.json"]
    if added and not extra:
        raise Wrong(say("A file was added: ", "Un fichier a été ajouté : ") + ", ".join(added))
    try:
        data, result = json.loads(files[parts["ballots"]]), json.loads(files[parts["result"]])
        flow, table = files[parts["flow"]], files[parts["table"]]
        said = recounted(data, result, table)
        fingerprint = fingerprint_of(flow, data, result)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ZeroDivisionError) as error:
        sentence = say("The ballots or the result cannot be read: ", "Bulletins ou résultat illisibles : ")
        raise Wrong(sentence + repr(error)) from None
    if fingerprint != published_fingerprint:
        raise Wrong(say("The fingerprint is another one.", "L'empreinte ne correspond pas."))
    said.append(say("Fingerprint: ", "Empreinte : ") + fingerprint)
    said.append(
        say(
            "Compare it with the one on the public page of the result.",
            "Comparez-la avec celle de la page publique du résultat.",
        )
    )
    return said


def recounted(data: Dict[str, Any], result: Dict[str, Any], table: bytes) -> List[str]:
    asked = {q["name"]: q for q in data["questions"]}
    published = {q["name"]: q for q in result["questions"]}
    if list(asked) != list(published) or data["result"] != result:
        raise Wrong(say("The result is not that of these ballots.", "Le résultat n'est pas celui de ces bulletins."))
    if data["linked"] and len(data["ballots"]) != result["participants"]:
        raise Wrong(
            say("The number of ballots is not the one published: ", "Le nombre de bulletins n'est pas celui publié : ")
            + "%d / %d" % (len(data["ballots"]), result["participants"])
        )
    compare_table(data, table)
    said = []
    for name, q in asked.items():
        answers = [ballot["answers"][name] for ballot in data["ballots"] if name in ballot["answers"]]
        stray = {answer["wording"] for answer in answers} - {q["wording"], *q.get("earlier_wordings", [])}
        if stray:
            raise Wrong(
                say("A ballot answers another wording, question ", "Un bulletin répond à un autre texte, question ")
                + name
            )
        found = differences(q, recount(q, answers), published[name])
        if found:
            raise Wrong(
                say("The recount differs from the result, question ", "Le recomptage diffère du résultat, question ")
                + "%s: %s" % (name, ", ".join(found))
            )
        method = " (%s)" % q["method"] if q.get("method") else ""
        count = say("%d answers counted again, same result.", "%d réponses recomptées, même résultat.") % len(answers)
        said.append("%s%s: %s" % (name, method, count))
    return said


WRITTEN = ("text", "photo", "place")


def compare_table(data: Dict[str, Any], table: bytes) -> None:
    """The table for spreadsheets holds the same answers. Words, numbers and dates stand differently in it, and are
    left to the list of hashes."""
    lines = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    for q in data["questions"]:
        if q["kind"] in ("number", "date", "scale") + WRITTEN:
            continue
        theirs = tallied(line[q["name"]].lstrip("'") for line in lines if line[q["name"]])
        cells = (cell_of(one["answers"][q["name"]]) for one in data["ballots"] if q["name"] in one["answers"])
        ours = tallied(cell for cell in cells if cell)  # an empty basket and no answer look the same in a table
        if theirs != ours:
            raise Wrong(
                say("The table and the ballots differ, question ", "Le tableau et les bulletins diffèrent, question ")
                + q["name"]
            )


def cell_of(answer: Dict[str, Any]) -> str:
    if answer["given"] != "answer":
        return "#" + str(answer["given"])
    parts: List[Any] = several(answer["value"])
    return ";".join("%s=%s" % (one[0], one[1]) if isinstance(one, list) else str(one) for one in parts)


def fingerprint_of(flow: bytes, data: Dict[str, Any], result: Dict[str, Any]) -> str:
    """One number for the text of the consultation, all its ballots in no order, and its result. What people wrote in
    their own words is not in it, only that they did."""
    lines = ["palabre 1", sha256(flow).hexdigest()]
    for q in data["questions"]:
        answers = [ballot["answers"][q["name"]] for ballot in data["ballots"] if q["name"] in ballot["answers"]]
        if q["kind"] in WRITTEN:
            answers = [dict(answer, value=None) for answer in answers]
        counted = tallied(answer["wording"] + "\t" + spelled(answer) for answer in answers)
        ballots = sorted((said + "\t" + str(n) + "\n").encode() for said, n in counted.items())
        lines.append(q["name"] + "\t" + sha256(b"".join(ballots)).hexdigest())
    lines.append(sha256(json.dumps(result, sort_keys=True, separators=(",", ":")).encode()).hexdigest())
    return sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


LANGUAGE = "fr" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).lower().startswith("fr") else "en"


def say(english: str, french: str) -> str:
    return french if LANGUAGE == "fr" else english


def main(arguments: Sequence[str]) -> int:
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        for sentence in check(opened(path), extra=os.path.isdir(path)):
            print(sentence)
        print(say("All is right.", "Tout est exact."))
        return 0
    except Wrong as wrong:
        print(say("WRONG. ", "FAUX. ") + str(wrong))
        return 1
    except NoPackage as problem:
        print(problem)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
