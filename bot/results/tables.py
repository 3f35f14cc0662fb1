"""The numbers of a vote as tables, for pages that are read with eyes, ears or fingers: every number, nothing cut.

The one rule: the first cell of a row names the row, the first row names the columns, and the caption says in a sentence
what a number means; a table that needs its picture to be understood is not finished.
"""

from __future__ import annotations

from fractions import Fraction

from bot.pages.model import Table
from bot.results import phrases
from bot.results.votes import Vote
from flows.flow import Grades, Method, Points
from flows.tally.conditions import share_of
from flows.tally.outcome import Line, Number
from locales import tr


def tables_of(vote: Vote) -> tuple[Table, ...]:
    """The tables of a vote, the one that matters most first; none where nobody voted."""
    if not vote.outcome.voters:
        return ()
    match vote.method:
        case Method.PLURALITY | Method.APPROVAL | Method.CONSENT:
            return (_votes(vote),)
        case Method.SCORE | Method.DOTS | Method.QUADRATIC:
            return (_points(vote),)
        case Method.BORDA:
            return (_borda(vote), _pairs(vote))
        case Method.SCHULZE:
            return (_pairs(vote),)
        case Method.IRV | Method.STV:
            return (_rounds(vote),)
        case Method.MAJORITY_JUDGMENT:
            return (_profile(vote),)
        case Method.AVAILABILITY:
            return (_dates(vote),)
        case Method.MATRIX:
            return _matrix(vote)
        case Method.GREEDY | Method.EQUAL_SHARES:
            return (_budget(vote),)


def _ordered(vote: Vote) -> list[Line]:
    lines = {line.code: line for line in vote.outcome.lines}
    return [lines[code] for level in vote.outcome.order for code in level]


def _name(vote: Vote, code: str) -> str:
    """The name of an option; whoever won is told to be so in words."""
    if code in vote.outcome.winners and vote.method is not Method.CONSENT:
        if not vote.closed:
            return tr(vote.lang, "{name} (ahead so far)", name=vote.name(code))
        return tr(vote.lang, "{name} (chosen)", name=vote.name(code))
    return vote.name(code)


def _share(vote: Vote, code: str) -> str:
    return phrases.share(vote.lang, share_of(vote.outcome, code))


def _votes(vote: Vote) -> Table:
    lang = vote.lang
    lines = vote.outcome.lines if vote.method is Method.CONSENT else _ordered(vote)
    return Table(
        caption=tr(lang, "Votes for each option, and their share of the ballots."),
        heads=(tr(lang, "Option"), tr(lang, "Votes"), tr(lang, "Share")),
        rows=tuple(
            (
                _name(vote, line.code),
                vote.figure(line.score),
                phrases.share(lang, Fraction(line.score) / vote.outcome.voters),
            )
            for line in lines
        ),
        bars=tuple(float(Fraction(line.score) / vote.outcome.voters) for line in lines),
    )


def _points(vote: Vote) -> Table:
    lang, most = vote.lang, vote.ask.kind.most if isinstance(vote.ask.kind, Points) else 1
    lines = _ordered(vote)
    rows = [
        (
            _name(vote, line.code),
            vote.figure(line.score),
            vote.figure(line.more.get("mean", 0)),
            vote.figure(line.more.get("median", 0)),
            vote.figure(line.more.get("spread", 0)),
        )
        for line in lines
    ]
    caption = tr(
        lang,
        "Points of each option: their sum, the average of at most {most}, the middle one, and how far answers lie from "
        "it on average.",
        most=vote.figure(most),
    )
    heads = (tr(lang, "Option"), tr(lang, "Sum"), tr(lang, "Average"), tr(lang, "Middle"), tr(lang, "Apart"))
    bars = tuple(float(Fraction(line.more.get("mean", 0)) / most) for line in lines)
    return Table(caption=caption, heads=heads, rows=tuple(rows), bars=bars)


def _borda(vote: Vote) -> Table:
    lang, lines = vote.lang, _ordered(vote)
    return Table(
        caption=tr(lang, "Points of each option for the places it was given."),
        heads=(tr(lang, "Option"), tr(lang, "Points"), tr(lang, "Share")),
        rows=tuple((_name(vote, line.code), vote.figure(line.score), _share(vote, line.code)) for line in lines),
        bars=tuple(float(share_of(vote.outcome, line.code)) for line in lines),
    )


def _pairs(vote: Vote) -> Table:
    lang, codes = vote.lang, [line.code for line in _ordered(vote)]
    prefer: dict[tuple[str, str], int] = {}
    for duel in vote.outcome.duels:
        prefer[duel.a, duel.b], prefer[duel.b, duel.a] = duel.for_a, duel.for_b
    return Table(
        caption=tr(lang, "How many people prefer the option of the row to the option of the column."),
        heads=(tr(lang, "Option"), *(vote.name(code) for code in codes)),
        rows=tuple(
            (_name(vote, a), *("—" if a == b else vote.figure(prefer.get((a, b), 0)) for b in codes)) for a in codes
        ),
    )


def _rounds(vote: Vote) -> Table:
    lang, rounds = vote.lang, vote.outcome.rounds
    rows = []
    for line in _ordered(vote):
        cells, done = [], False
        for one in rounds:
            votes = one.votes.get(line.code)
            if votes is None:
                cells.append("")
            elif line.code in one.elected:
                cells.append(tr(lang, "{count} elected", count=vote.figure(votes)))
            elif line.code in one.eliminated:
                cells.append(tr(lang, "{count} goes", count=vote.figure(votes)))
            else:
                cells.append("" if done and not votes else vote.figure(votes))
            done = done or line.code in one.elected
        rows.append((_name(vote, line.code), *cells))
    lost = (tr(lang, "No further choice"), *(vote.figure(one.exhausted) for one in rounds))
    return Table(
        caption=tr(lang, "Votes of each option in each round."),
        heads=(tr(lang, "Option"), *(tr(lang, "Round {n}", n=number) for number in range(1, len(rounds) + 1))),
        rows=(*rows, lost),
    )


def _profile(vote: Vote) -> Table:
    """The merit profile, the best grade first."""
    lang = vote.lang
    given = {one.code: dict(one.counts) for one in vote.outcome.histograms}
    rows = [
        (
            _name(vote, line.code),
            vote.grade(line.score),
            *(vote.figure(n) for n in reversed(list(given[line.code].values()))),
        )
        for line in _ordered(vote)
    ]
    return Table(
        caption=tr(lang, "The middle grade of each option, and how many people gave it each grade."),
        heads=(tr(lang, "Option"), tr(lang, "Middle grade"), *reversed(vote.scale())),
        rows=tuple(rows),
    )


def _dates(vote: Vote) -> Table:
    lang = vote.lang
    return Table(
        caption=tr(lang, "How many people can come on each date."),
        heads=(tr(lang, "Date"), tr(lang, "Yes"), tr(lang, "If need be"), tr(lang, "No")),
        rows=tuple(
            (_name(vote, line.code), *(vote.figure(line.more[state]) for state in ("yes", "maybe", "no")))
            for line in vote.outcome.lines
        ),
        bars=tuple(float(Fraction(line.score) / vote.outcome.voters) for line in vote.outcome.lines),
    )


def _matrix(vote: Vote) -> tuple[Table, Table]:
    """The middle grades; and folded, how sure they are and of how many people."""
    lang, default = vote.lang, vote.flow.lang
    criteria = vote.ask.kind.criteria if isinstance(vote.ask.kind, Grades) else ()
    labels = [one.label.read(lang, default) or one.code for one in criteria]
    lines = _ordered(vote)
    medians = Table(
        caption=tr(lang, "The middle grade by each criterion."),
        heads=(tr(lang, "Option"), *labels),
        rows=tuple(
            (vote.name(line.code), *(_judged(vote, line.more, one.code, "median") for one in criteria))
            for line in lines
        ),
    )
    heads: list[str] = [tr(lang, "Option")]
    for label in labels:
        heads += [
            phrases.unpointed(tr(lang, "{criterion}: range", criterion=label)),
            phrases.unpointed(tr(lang, "{criterion}: people", criterion=label)),
        ]
    sure = Table(
        caption=tr(
            lang,
            "The range in which the middle grade of everybody probably lies, and how many people judged it.",
        ),
        heads=tuple(heads),
        rows=tuple(
            (
                vote.name(line.code),
                *(_judged(vote, line.more, one.code, what) for one in criteria for what in ("range", "n")),
            )
            for line in lines
        ),
        folded=tr(lang, "How sure is it, and how many people judged?"),
    )
    return medians, sure


def _judged(vote: Vote, more: object, criterion: str, what: str) -> str:
    found: dict[str, Number] = dict(more)  # type: ignore[call-overload]
    if f"{criterion}.median" not in found:
        return "0" if what == "n" else "—"
    if what == "n":
        return vote.figure(found[f"{criterion}.judgments"])
    if what == "median":
        return vote.grade(found[f"{criterion}.median"], criterion)
    low, high = vote.grade(found[f"{criterion}.low"], criterion), vote.grade(found[f"{criterion}.high"], criterion)
    return low if low == high else f"{low} – {high}"


def _budget(vote: Vote) -> Table:
    lang, bought = vote.lang, vote.outcome.purchase
    ours = vote.outcome.winners
    other = bought.compared[1] if bought is not None and bought.compared is not None else ()
    yes, no = tr(lang, "Yes"), tr(lang, "No")
    lines = _ordered(vote)
    return Table(
        caption=tr(
            lang,
            "Cost and votes of each project, whether it was chosen, and whether the other rule would choose it.",
        ),
        heads=(tr(lang, "Project"), tr(lang, "Cost"), tr(lang, "Votes"), tr(lang, "Chosen"), tr(lang, "Other rule")),
        rows=tuple(
            (
                vote.name(line.code),
                vote.money(line.more.get("cost", 0)),
                vote.figure(line.score),
                yes if line.code in ours else no,
                yes if line.code in other else no,
            )
            for line in lines
        ),
        bars=tuple(float(Fraction(line.score) / vote.outcome.voters) for line in lines),
    )  # fmt: skip
