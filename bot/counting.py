"""`palabre count`: ballots from a file, counted by the very code that counts a consultation.

The one rule: a method gets only ballots that say what it asks. Where a file does not (baskets are no rankings), the
answer is a sentence, and not a number that looks like a result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, cast

from flows.mistakes import suggestion
from flows.tally.borda import borda
from flows.tally.budget import both
from flows.tally.equal_shares import Completion, Satisfaction
from flows.tally.files import BadFile, BallotFile, Kind, Mistake, Pairs
from flows.tally.files.text import number_in, spelled
from flows.tally.irv import irv
from flows.tally.judgment import majority_judgment
from flows.tally.outcome import Cut, Number, Outcome, Tiebreak
from flows.tally.plurality import approval, plurality
from flows.tally.points import dots, quadratic, score
from flows.tally.rankings import Ballots, Ranking, strict
from flows.tally.schulze import schulze
from flows.tally.stv import stv
from locales import tr

METHODS = (
    "plurality",
    "approval",
    "score",
    "dots",
    "quadratic",
    "majority_judgment",
    "schulze",
    "irv",
    "borda",
    "stv",
    "greedy",
    "equal_shares",
)
USUAL = {
    Kind.CHOICE: "plurality",
    Kind.APPROVAL: "approval",
    Kind.LIST: "approval",
    Kind.RANKING: "schulze",
    Kind.POINTS: "score",
    Kind.GRADES: "majority_judgment",
}
RANKED = frozenset({"schulze", "irv", "borda", "stv"})
POINTS = frozenset({"score", "dots", "quadratic"})
BUDGETS = frozenset({"greedy", "equal_shares"})
SEVERAL = frozenset({"plurality", "approval", "stv", *POINTS, "majority_judgment"})
"""Methods that can fill several seats."""

MOST_PAIRED = 400
"""Every pair of options is compared: with more options than this, it would take minutes."""
MOST_POINTS = 1_000_000


class NotCounted(Exception):
    """The file and what was asked for do not fit, said in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the ballots are to be counted; None: as the file says, else as is usual for its kind."""

    method: str | None = None
    seats: int | None = None
    budget: Number | None = None
    cut: Cut = Cut.OPEN
    seed: str | None = None
    skip: bool = True
    completion: Completion = "add1u"
    satisfaction: Satisfaction | None = None
    grades: tuple[str, ...] = ()


def wish_of(
    lang: str,
    *,
    method: str | None,
    seats: int | None,
    budget: str | None,
    completion: str,
    satisfaction: str | None,
    skip: bool,
    grades: str | None,
    tie: str,
    seed: str | None,
) -> Wish:
    """What was asked for on the command line. Raises `NotCounted`."""
    if method is not None and method not in METHODS:
        hint = suggestion(lang, method, METHODS)
        raise NotCounted(tr(lang, "There is no method “{name}”: {hint}", name=method, hint=hint))
    money = None if budget is None else number_in(budget)
    if budget is not None and (money is None or money < 0):
        raise NotCounted(tr(lang, "“{word}” is not an amount of money.", word=budget[:40]))
    return Wish(
        method=method,
        seats=seats,
        budget=money,
        cut=Cut(tie),
        seed=seed,
        skip=skip,
        completion=cast(Completion, completion),
        satisfaction=cast(Satisfaction | None, satisfaction),
        grades=tuple(grade.strip() for grade in grades.split(",") if grade.strip()) if grades else (),
    )


def method_of(file: BallotFile, wish: Wish) -> str:
    """The method that was asked for, else the one that the file declares, else the usual one for its ballots."""
    if wish.method is not None:
        return wish.method
    if file.method in METHODS:
        return file.method
    if all(option.cost is not None for option in file.options):
        return "equal_shares"
    if file.kind is Kind.RANKING and (wish.seats or file.seats or 1) > 1:
        return "stv"
    return USUAL[file.kind]


def count(
    file: BallotFile, wish: Wish, lang: str, progress: Callable[[int], None] | None = None
) -> tuple[Outcome, Mapping[str, int]]:
    """The outcome, and how many ballots were set aside by the method itself, by reason. Raises `NotCounted`."""
    method = method_of(file, wish)
    tiebreak = Tiebreak(cut=wish.cut, seed=seed_of(file) if wish.seed is None else wish.seed)
    seats = wish.seats or file.seats or 1
    if seats > 1 and method not in SEVERAL:
        raise NotCounted(tr(lang, "{method} has one winner; for several seats use stv or approval.", method=method))
    if seats > len(file.options):
        raise NotCounted(tr(lang, "There are more seats than options."))
    if method in RANKED:
        return _ranked(method, file, seats, tiebreak, lang), {}
    if method in BUDGETS:
        return _bought(method, file, wish, tiebreak, lang, progress), {}
    if method in POINTS:
        return _scored(method, file, seats, tiebreak, lang), {}
    if method == "majority_judgment":
        return _graded(file, wish, seats, tiebreak, lang), {}
    if method == "approval":
        return _approved(file, seats, tiebreak, lang), {}
    return _first_choices(file, seats, tiebreak, lang)


def seed_of(file: BallotFile) -> str:
    """The seed of a draw: a hash over all ballots, in no order."""
    lines = sorted(f"{n} {_spelled(ballot)}" for ballot, n in file.ballots)
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def facts(file: BallotFile, outcome: Outcome, aside: Mapping[str, int], name: str) -> dict[str, Any]:
    """What `--json` prints: the outcome, and beside it what the file was."""
    options: list[dict[str, Any]] = [
        {"code": one.code, "name": one.name, **({"cost": _number(one.cost)} if one.cost is not None else {})}
        for one in file.options
    ]
    about = {
        "name": name,
        "format": file.format,
        "title": file.title,
        "kind": file.kind.value,
        "options": options,
        "counted": outcome.voters,
        "aside": {**file.aside, **aside},
        "remarks": list(file.remarks),
    }
    return {"file": about, **outcome.to_json()}


def mistakes_of(bad: BadFile, name: str) -> list[dict[str, Any]]:
    """What `--json` prints for a file with mistakes."""
    return [{"file": name, "line": one.line, "what": one.what} for one in bad.mistakes]


def told(mistake: Mistake, name: str) -> str:
    """A mistake as editors understand it."""
    return f"{name}:{mistake.line}: {mistake.what}" if mistake.line else f"{name}: {mistake.what}"


def _ranked(method: str, file: BallotFile, seats: int, tiebreak: Tiebreak, lang: str) -> Outcome:
    if file.kind not in (Kind.RANKING, Kind.LIST, Kind.CHOICE):
        raise _unfit(method, file, lang)
    if len(file.options) > MOST_PAIRED and method in ("schulze", "borda"):
        raise NotCounted(tr(lang, "{method} compares every two options: at most {n}.", method=method, n=MOST_PAIRED))
    ballots: Ballots = [(_ranking(file.kind, ballot), n) for ballot, n in file.ballots]
    match method:
        case "schulze":
            return schulze(file.codes, ballots, tiebreak)
        case "irv":
            return irv(file.codes, ballots, tiebreak)
        case "borda":
            return borda(file.codes, ballots, tiebreak)
        case _:
            return stv(file.codes, ballots, seats, tiebreak)


def _ranking(kind: Kind, ballot: Any) -> Ranking:
    if kind is Kind.RANKING:
        return cast(Ranking, ballot)
    return strict([ballot] if kind is Kind.CHOICE else ballot)


def _bought(
    method: str,
    file: BallotFile,
    wish: Wish,
    tiebreak: Tiebreak,
    lang: str,
    progress: Callable[[int], None] | None,
) -> Outcome:
    costs = {option.code: option.cost for option in file.options if option.cost is not None}
    if len(costs) < len(file.options):
        raise NotCounted(tr(lang, "{method} needs to know what each option costs.", method=method))
    limit = wish.budget if wish.budget is not None else file.limit
    if limit is None:
        raise NotCounted(tr(lang, "How much money is there? Say it with --budget."))
    if file.kind is Kind.GRADES:
        raise _unfit(method, file, lang)
    ballots = [(_worth(file, ballot), n) for ballot, n in file.ballots]
    points = file.kind in (Kind.POINTS, Kind.RANKING)
    return both(
        costs,
        limit,
        ballots,
        tiebreak,
        rule="greedy" if method == "greedy" else "equal_shares",
        skip=wish.skip,
        satisfaction=wish.satisfaction or ("scores" if points else "cost"),
        completion=wish.completion,
        progress=progress,
    )


def _worth(file: BallotFile, ballot: Any) -> dict[str, Number]:
    """What each project is worth on a ballot: its points; in a ranking as many as there are projects for the first,
    one less for the next; 1 for each in a basket."""
    match file.kind:
        case Kind.POINTS:
            return dict(cast(tuple[tuple[str, Number], ...], ballot))
        case Kind.RANKING:
            levels = enumerate(cast(Ranking, ballot))
            return {code: len(file.options) - place for place, level in levels for code in level}
        case Kind.CHOICE:
            return {cast(str, ballot): 1}
        case _:
            return dict.fromkeys(cast(tuple[str, ...], ballot), 1)


def _scored(method: str, file: BallotFile, seats: int, tiebreak: Tiebreak, lang: str) -> Outcome:
    if file.kind is not Kind.POINTS:
        raise _unfit(method, file, lang)
    given: dict[str, Counter[int]] = {code: Counter() for code in file.codes}
    for ballot, n in file.ballots:
        for code, points in cast(Pairs, ballot):
            if not isinstance(points, int) or points > MOST_POINTS:
                sentence = tr(lang, "{method} needs whole points up to {n}.", method=method, n=MOST_POINTS)
                raise NotCounted(sentence)
            if code in given:
                given[code][points] += n
    most = max([file.most or 1, *(points for counts in given.values() for points in counts)])
    rule = {"score": score, "dots": dots, "quadratic": quadratic}[method]
    return rule(file.codes, given, most=most, voters=file.voters, seats=seats, tiebreak=tiebreak)


def _graded(file: BallotFile, wish: Wish, seats: int, tiebreak: Tiebreak, lang: str) -> Outcome:
    if file.kind not in (Kind.GRADES, Kind.POINTS):
        raise _unfit("majority_judgment", file, lang)
    given: dict[str, Counter[str]] = {code: Counter() for code in file.codes}
    numbers: set[Number] = set()
    for ballot, n in file.ballots:
        for code, grade in cast(Pairs, ballot):
            if code in given:
                given[code][grade if isinstance(grade, str) else spelled(grade)] += n
            if not isinstance(grade, str):
                numbers.add(grade)
    grades = wish.grades or file.grades or tuple(spelled(number) for number in sorted(numbers, reverse=True))
    strange = sorted({grade for counts in given.values() for grade in counts} - set(grades))
    if strange or not grades:
        sentence = tr(lang, "Which grades are better? Say it from best to worst, such as --grades good,fair,poor.")
        raise NotCounted(" ".join([sentence, ", ".join(strange[:20])]).strip())
    return majority_judgment(
        file.codes, given, grades=grades, voters=file.voters, seats=seats, tiebreak=tiebreak
    )  # fmt: skip


def _approved(file: BallotFile, seats: int, tiebreak: Tiebreak, lang: str) -> Outcome:
    if file.kind not in (Kind.APPROVAL, Kind.LIST, Kind.CHOICE):
        raise _unfit("approval", file, lang)
    votes: Counter[str] = Counter()
    for ballot, n in file.ballots:
        for code in [ballot] if isinstance(ballot, str) else dict.fromkeys(cast(tuple[str, ...], ballot)):
            votes[code] += n
    return approval(file.codes, votes, voters=file.voters, seats=seats, tiebreak=tiebreak)


def _first_choices(
    file: BallotFile, seats: int, tiebreak: Tiebreak, lang: str
) -> tuple[Outcome, Mapping[str, int]]:  # fmt: skip
    """One choice each: of a ranking the first. A ballot with several first choices, or none, is set aside."""
    if file.kind not in (Kind.CHOICE, Kind.LIST, Kind.RANKING):
        raise _unfit("plurality", file, lang)
    votes: Counter[str] = Counter()
    aside: Counter[str] = Counter()
    for ballot, n in file.ballots:
        ranking = _ranking(file.kind, ballot)
        if not ranking:
            aside["empty"] += n
        elif len(ranking[0]) > 1:
            aside["several_first"] += n
        else:
            votes[ranking[0][0]] += n
    outcome = plurality(file.codes, votes, voters=votes.total(), seats=seats, tiebreak=tiebreak)
    return replace(outcome, method="plurality"), dict(aside)


def _unfit(method: str, file: BallotFile, lang: str) -> NotCounted:
    usual = USUAL[file.kind]
    said = {
        Kind.CHOICE: tr(lang, "one choice"),
        Kind.APPROVAL: tr(lang, "several choices in no order"),
        Kind.LIST: tr(lang, "several choices"),
        Kind.RANKING: tr(lang, "choices in order"),
        Kind.POINTS: tr(lang, "points"),
        Kind.GRADES: tr(lang, "grades"),
    }[file.kind]
    return NotCounted(
        tr(
            lang,
            "{method} cannot count these ballots: each of them has {kind}. Try --method {usual}.",
            method=method,
            kind=said,
            usual=usual,
        )
    )


def _spelled(ballot: Any) -> str:
    """A ballot as text, the same on every machine."""
    if isinstance(ballot, tuple):
        return "(" + ",".join(_spelled(one) for one in ballot) + ")"
    return str(ballot)


def _number(number: Number) -> int | str:
    return number if isinstance(number, int) else f"{number.numerator}/{number.denominator}"
