"""The outcome of a vote in words: who won, then the number of each option.

The one rule: a sentence that names a winner stands only where the outcome has one. Whoever comes first without having
won (a tie, a quorum, a threshold) is told as just that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.results import phrases
from flows.flow import Ask, Basket, Flow, Grades, Method, Points
from flows.kinds.basket import amount
from flows.tally.conditions import QUORUM, THRESHOLD, leading, share_of
from flows.tally.consent import AGREE, BLOCK
from flows.tally.counts import QuestionResult
from flows.tally.outcome import Condition, Cut, Line, Number, Outcome
from locales import tr, trn


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A vote that was counted, with all that is needed to tell it in one language."""

    lang: str
    flow: Flow
    ask: Ask
    question: QuestionResult
    outcome: Outcome
    closed: bool = True
    """While it is open nobody has won: whoever leads is ahead so far."""

    @property
    def method(self) -> Method:
        return Method(self.outcome.method)

    def name(self, code: str) -> str:
        row = next((row for row in self.question.rows if row.code == code), None)
        return phrases.label(self.lang, self.flow, self.question, row) if row is not None else code

    def names(self, codes: Iterable[str]) -> str:
        """`a, b and c`."""
        return phrases.listed(self.lang, [self.name(code) for code in codes])

    def line(self, code: str) -> Line:
        return next(line for line in self.outcome.lines if line.code == code)

    def figure(self, value: Number) -> str:
        return phrases.figure(self.lang, value)

    def money(self, value: Number) -> str:
        currency = self.ask.kind.currency if isinstance(self.ask.kind, Basket) else "XXX"
        return amount(int(value), currency, self.lang)

    def grade(self, place: Number, criterion: str = "") -> str:
        """The word for a grade by its place, 0 for the worst."""
        scale = self.scale(criterion)
        return scale[int(place)] if 0 <= int(place) < len(scale) else self.figure(place)

    def scale(self, criterion: str = "") -> list[str]:
        """The words for the grades, from worst to best."""
        if not isinstance(self.ask.kind, Grades):
            return []
        found = next((one for one in self.ask.kind.criteria if one.code == criterion), None)
        grades = found.grades if found is not None else ()
        return [grade.label.read(self.lang, self.flow.lang) for grade in reversed(grades)]


def vote_of(flow: Flow, ask: Ask, question: QuestionResult, lang: str, *, closed: bool = True) -> Vote | None:
    """The vote of a question; None when it has no outcome (a plain question, or a ranking that still runs)."""
    if ask.rule is None or question.outcome is None:
        return None
    return Vote(lang=lang, flow=flow, ask=ask, question=question, outcome=question.outcome, closed=closed)


# --- Who won ---------------------------------------------------------------------------------------------------------


def verdict(vote: Vote) -> list[str]:
    """Who won, or why nobody did, one sentence each; while it is open, who is ahead."""
    return [phrases.unpointed(sentence) for sentence in (_decided(vote) if vote.closed else ahead(vote))]


def _decided(vote: Vote) -> list[str]:
    outcome, lang = vote.outcome, vote.lang
    if vote.method is Method.MATRIX:
        return [] if outcome.voters else [tr(lang, "Nobody has voted.")]
    if not outcome.voters:
        return [tr(lang, "Nobody has voted.")]
    missed = [_missed(vote, one) for one in outcome.conditions if not one.met]
    if outcome.winners:
        return [_won(vote), *_still_open(vote)]
    if any(missed):
        return [sentence for sentence in missed if sentence]
    if vote.method is Method.CONSENT:
        return [tr(lang, "The proposal is not adopted: nobody agreed to it.")]
    return _still_open(vote) or [tr(lang, "Nothing was chosen: no option got a vote.")]


def _won(vote: Vote) -> str:
    outcome, lang = vote.outcome, vote.lang
    if vote.method in (Method.EQUAL_SHARES, Method.GREEDY) and outcome.purchase is not None:
        bought = outcome.purchase
        spent, limit = vote.money(bought.spent), vote.money(bought.limit)
        names = vote.names(outcome.winners)
        said = tr(lang, "Chosen: {names}.", names=names)
        return said + " " + tr(lang, "That costs {spent} of {limit}.", spent=spent, limit=limit)
    if vote.ask.rule is not None and vote.ask.rule.seats > 1:
        return tr(lang, "Elected, in this order: {names}.", names=vote.names(outcome.winners))
    code = outcome.winners[0]
    return _alone(vote, vote.line(code), name=vote.name(code))


def _alone(vote: Vote, line: Line, *, name: str) -> str:
    """One winner, with the number that made it win."""
    outcome, lang, n = vote.outcome, vote.lang, int(line.score)
    voters, share = vote.figure(outcome.voters), phrases.share(lang, share_of(outcome, line.code))
    count = vote.figure(line.score)
    match vote.method:
        case Method.PLURALITY:
            return trn(
                lang,
                "{name} wins with {count} vote of {voters} ({share}).",
                "{name} wins with {count} votes of {voters} ({share}).",
                n,
                name=name,
                count=count,
                voters=voters,
                share=share,
            )
        case Method.APPROVAL:
            return trn(
                lang,
                "{name} wins: {count} person of {voters} picked it ({share}).",
                "{name} wins: {count} people of {voters} picked it ({share}).",
                n,
                name=name,
                count=count,
                voters=voters,
                share=share,
            )
        case Method.SCORE | Method.DOTS | Method.QUADRATIC | Method.BORDA:
            return trn(lang, "{name} wins with {count} point.", "{name} wins with {count} points.", n, name=name,
                       count=count)  # fmt: skip
        case Method.CONSENT:
            return tr(lang, "The proposal is adopted: nobody blocks it.")
        case Method.AVAILABILITY:
            return trn(
                lang,
                "{name} suits most people: {count} person of {voters} can come.",
                "{name} suits most people: {count} people of {voters} can come.",
                n,
                name=name,
                count=count,
                voters=voters,
            )
        case Method.IRV:
            final = outcome.rounds[-1].votes
            left = vote.figure(sum(final.values()))
            return tr(
                lang,
                "{name} wins with {count} of the {left} votes left in round {round}.",
                name=name,
                count=vote.figure(final.get(line.code, line.score)),
                left=left,
                round=len(outcome.rounds),
            )
        case Method.SCHULZE:
            if line.more.get("won") == len(outcome.lines) - 1:
                return tr(lang, "{name} wins: compared one by one, it is preferred to each of the others.", name=name)
            return tr(lang, "{name} wins: no other option has a stronger chain of victories.", name=name)
        case Method.MAJORITY_JUDGMENT:
            return tr(lang, "{name} wins with the middle grade “{grade}”.", name=name, grade=vote.grade(line.score))
        case _:
            return tr(lang, "{name} wins.", name=name)


def _still_open(vote: Vote) -> list[str]:
    """Who is level, where nothing cut it."""
    told: list[str] = []
    for tie in vote.outcome.ties:
        if tie.how != Cut.OPEN or tie.where not in ("winner", "seat", "project"):
            continue
        names = vote.names(tie.codes)
        match tie.where:
            case "winner":
                told.append(tr(vote.lang, "Tied in first place: {names}.", names=names))
            case "seat":
                told.append(tr(vote.lang, "Tied for a seat: {names}. People have to decide.", names=names))
            case _:
                told.append(tr(vote.lang, "Tied, with not enough money for all: {names}. People have to decide.",
                               names=names))  # fmt: skip
    return told


def _missed(vote: Vote, one: Condition) -> str:
    lang = vote.lang
    needed, found = vote.figure(one.needed), vote.figure(one.found)
    match one.name:
        case "quorum":
            return tr(lang, "Nothing is decided: {found} took part, and {needed} were needed (quorum).",
                      found=found, needed=needed)  # fmt: skip
        case "threshold":
            return _below(vote, one)
        case _:
            return trn(
                lang,
                "The proposal is not adopted: {count} person blocks it.",
                "The proposal is not adopted: {count} people block it.",
                int(one.found),
                count=found,
            )


def _below(vote: Vote, one: Condition) -> str:
    lang, rule = vote.lang, vote.ask.rule
    assert rule is not None
    found, needed = phrases.share(lang, one.found), _exact(lang, one.needed)
    if vote.method is Method.CONSENT:
        said = tr(lang, "The proposal is not adopted: {found} of those who took a position agree.", found=found)
    else:
        first = leading(vote.outcome)
        if not one.found:
            return tr(lang, "Nothing was chosen: no option got a vote.")
        said = trn(
            lang,
            "Nothing is decided: {names} comes first with {found}.",
            "Nothing is decided: {names} come first with {found}.",
            len(first),
            names=vote.names(first),
            found=found,
        )
    if rule.strictly:
        return said + " " + tr(lang, "More than {needed} was needed (threshold).", needed=needed)
    return said + " " + tr(lang, "At least {needed} was needed (threshold).", needed=needed)


def _exact(lang: str, share: Number) -> str:
    """A declared share as people say it: 25 %, 2/3."""
    whole = Fraction(share)
    if 100 % whole.denominator:
        return f"{whole.numerator}/{whole.denominator}"
    return phrases.share(lang, whole)


def declared(vote: Vote) -> list[str]:
    """Whether quorum and threshold were met, one sentence each; those that were not are in the verdict."""
    said = []
    for one in vote.outcome.conditions:
        if not one.met:
            continue
        if one.name == QUORUM:
            found, needed = vote.figure(one.found), vote.figure(one.needed)
            told = tr(vote.lang, "Quorum met: {found} took part, {needed} were needed.", found=found, needed=needed)
            said.append(told)
        elif one.name == THRESHOLD:
            found, needed = phrases.share(vote.lang, one.found), _exact(vote.lang, one.needed)
            if vote.method is Method.CONSENT:
                told = tr(
                    vote.lang,
                    "Threshold met: {found} of those who took a position agree, {needed} was needed.",
                    found=found,
                    needed=needed,
                )
                said.append(told)
                continue
            told = tr(vote.lang, "Threshold met: {found}, where {needed} was needed.", found=found, needed=needed)
            said.append(told)
    return said


# --- While it is open ------------------------------------------------------------------------------------------------


def ahead(vote: Vote) -> list[str]:
    """Who is ahead so far, and what is still missing, one sentence each."""
    outcome, lang = vote.outcome, vote.lang
    if not outcome.voters:
        return [tr(lang, "Nobody has voted yet.")]
    if vote.method is Method.MATRIX:
        return []
    if vote.method is Method.CONSENT:
        return [_stance_so_far(vote), *_missing(vote)]
    tied = [tie.codes for tie in outcome.ties if tie.how == Cut.OPEN and tie.where == "winner"]
    first = outcome.winners or (tied[0] if tied else leading(outcome))
    if not any(Fraction(vote.line(code).score) for code in first) and vote.method is not Method.MAJORITY_JUDGMENT:
        return [tr(lang, "No option has got a vote so far.")]
    names = vote.names(first)
    if tied and not outcome.winners:
        return [tr(lang, "Tied in first place so far: {names}.", names=names), *_missing(vote)]
    if len(first) > 1:
        return [tr(lang, "Ahead so far: {names}.", names=names), *_missing(vote)]
    return [_leads(vote, vote.line(first[0]), name=names), *_missing(vote)]


def _leads(vote: Vote, line: Line, *, name: str) -> str:
    if vote.method not in (Method.PLURALITY, Method.APPROVAL):
        return tr(vote.lang, "{name} is ahead so far: {number}.", name=name, number=number_of(vote, line))
    return trn(
        vote.lang,
        "{name} is ahead so far with {count} vote of {voters} ({share}).",
        "{name} is ahead so far with {count} votes of {voters} ({share}).",
        int(line.score),
        name=name,
        count=vote.figure(line.score),
        voters=vote.figure(vote.outcome.voters),
        share=phrases.share(vote.lang, share_of(vote.outcome, line.code)),
    )


def _stance_so_far(vote: Vote) -> str:
    blocks = int(vote.line(BLOCK).score)
    if blocks:
        return trn(
            vote.lang,
            "So far {count} person blocks the proposal.",
            "So far {count} people block the proposal.",
            blocks,
            count=vote.figure(blocks),
        )
    if vote.line(AGREE).score:
        return tr(vote.lang, "So far nobody blocks the proposal.")
    return tr(vote.lang, "So far nobody agrees to the proposal.")


def _missing(vote: Vote) -> list[str]:
    """The quorum and the threshold that are not met yet."""
    lang, said = vote.lang, []
    for one in vote.outcome.conditions:
        if one.met:
            continue
        if one.name == QUORUM:
            found, needed = vote.figure(one.found), vote.figure(one.needed)
            told = tr(lang, "Not enough people so far: {found} took part, {needed} are needed (quorum).",
                      found=found, needed=needed)  # fmt: skip
            said.append(told)
        elif one.name == THRESHOLD:
            found, needed = phrases.share(lang, one.found), _exact(lang, one.needed)
            told = tr(lang, "Not enough votes so far: {found}, for a threshold of {needed}.", found=found,
                      needed=needed)  # fmt: skip
            said.append(told)
    return said


# --- The number of each option ---------------------------------------------------------------------------------------


def standings(vote: Vote) -> list[tuple[str, str, str]]:
    """Every option in the order of the outcome: its place, its name, its number in words. Stances have an order of
    their own and no place."""
    if vote.method is Method.CONSENT:
        return [("", vote.name(line.code), number_of(vote, line)) for line in vote.outcome.lines]
    found = []
    place = 1
    for level in vote.outcome.order:
        found += [(vote.figure(place), vote.name(code), number_of(vote, vote.line(code))) for code in level]
        place += len(level)
    return found


def number_of(vote: Vote, line: Line) -> str:
    """What an option got, in a few words."""
    lang, more = vote.lang, line.more
    n, count = int(line.score), vote.figure(line.score)
    match vote.method:
        case Method.SCORE:
            most = vote.ask.kind.most if isinstance(vote.ask.kind, Points) else 0
            points = trn(lang, "{count} point", "{count} points", n, count=count)
            if "mean" not in more:
                return points
            mean = vote.figure(more["mean"])
            return points + ", " + tr(lang, "average {mean} of {most}", mean=mean, most=vote.figure(most))
        case Method.DOTS | Method.QUADRATIC:
            points = trn(lang, "{count} point", "{count} points", n, count=count)
            people = int(more.get("supporters", 0))
            givers = trn(lang, "from {count} person", "from {count} people", people, count=vote.figure(people))
            return f"{points}, {givers}"
        case Method.BORDA:
            return trn(lang, "{count} point", "{count} points", n, count=count)
        case Method.SCHULZE:
            won, level = int(more.get("won", 0)), int(more.get("level", 0))
            said = trn(lang, "preferred to {count} other", "preferred to {count} others", won, count=vote.figure(won))
            apart = trn(lang, "level with {count}", "level with {count}", level, count=vote.figure(level))
            return f"{said}, {apart}" if level else said
        case Method.IRV | Method.STV:
            first = vote.figure(more.get("first", 0))
            votes = trn(lang, "{count} vote", "{count} votes", n, count=count)
            return votes if first == count else votes + ", " + tr(lang, "{count} in the first round", count=first)
        case Method.MAJORITY_JUDGMENT:
            return _graded(vote, line)
        case Method.AVAILABILITY:
            return availability(vote, more)
        case Method.MATRIX:
            return " · ".join(judged(vote, line)) or tr(lang, "judged by nobody")
        case Method.EQUAL_SHARES | Method.GREEDY:
            votes = trn(lang, "{count} vote", "{count} votes", n, count=count)
            return f"{vote.money(more.get('cost', 0))}, {votes}"
        case Method.CONSENT:
            voters = vote.outcome.voters
            return f"{count} ({phrases.share(lang, Fraction(n, voters))})" if voters else count
        case Method.PLURALITY | Method.APPROVAL:
            share = phrases.share(lang, share_of(vote.outcome, line.code)) if "share" in more else ""
            return f"{count} ({share})" if share and vote.outcome.voters else count


def _graded(vote: Vote, line: Line) -> str:
    grade = vote.grade(line.score)
    if "better" not in line.more:
        return grade
    better, worse = (Fraction(line.more[side]) / vote.outcome.voters for side in ("better", "worse"))
    return tr(
        vote.lang,
        "{grade} ({better} better, {worse} worse)",
        grade=grade,
        better=phrases.share(vote.lang, better),
        worse=phrases.share(vote.lang, worse),
    )


def availability(vote: Vote, counts: Mapping[str, Number]) -> str:
    """`7 yes · 2 if need be · 1 no`."""
    yes, maybe, no = (int(counts.get(state, 0)) for state in ("yes", "maybe", "no"))
    return " · ".join(
        (
            tr(vote.lang, "{count} yes", count=vote.figure(yes)),
            tr(vote.lang, "{count} if need be", count=vote.figure(maybe)),
            tr(vote.lang, "{count} no", count=vote.figure(no)),
        )
    )


def judged(vote: Vote, line: Line) -> list[str]:
    """The middle grade of an item by each criterion, and how many judged it."""
    if not isinstance(vote.ask.kind, Grades):
        return []
    said = []
    for one in vote.ask.kind.criteria:
        if f"{one.code}.median" not in line.more:
            continue
        n = int(line.more[f"{one.code}.judgments"])
        label = one.label.read(vote.lang, vote.flow.lang) or one.code
        grade = vote.grade(line.more[f"{one.code}.median"], one.code)
        people = trn(vote.lang, "{count} person", "{count} people", n, count=vote.figure(n))
        told = tr(vote.lang, "{criterion}: {grade} ({people})", criterion=label, grade=grade, people=people)
        said.append(phrases.unpointed(told))
    return said
