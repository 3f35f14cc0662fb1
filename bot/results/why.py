"""Why a result is what it is: the rule, the numbers, each step, how ties were cut, what else could have come out.

The one rule: every sentence is true of these ballots. Nothing is said of methods that the ballots cannot tell, and
what is an upper bound is told as enough, not as needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.polls.rules import rules_of_vote
from bot.results import phrases, steps
from bot.results.votes import Vote, declared, standings, verdict
from flows.flow import Method
from flows.messages import Block, Bold, Bullets, Inline, Italic, Plain, paragraph
from flows.tally.counting import Answers, seed_of, spelling
from flows.tally.outcome import Cut, Outcome, Tie
from flows.tally.whatif import changed_by, others
from locales import tr, trn

FEW = 12
"""Lines of a list in a chat; the page has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """What only the ballots can tell: the outcome by other methods, how many ballots would have changed it, and the
    seed of the lots that were drawn."""

    others: tuple[Outcome, ...] = ()
    changed_by: int | None = None
    seed: str = ""


def beyond(vote: Vote, answers: Answers) -> Beyond:
    """What all the answers to the question tell beyond its outcome. As much work as several counts."""
    given = list(answers)
    drawn = any(tie.how == Cut.DRAW for tie in vote.outcome.ties)
    return Beyond(
        others=others(vote.ask, given),
        changed_by=changed_by(vote.ask, vote.outcome, given),
        seed=seed_of((spelling(answer), n) for answer, n in given) if drawn else "",
    )


def explain(vote: Vote, more: Beyond | None = None, *, whole: bool = False) -> list[Block]:
    """The explanation of one vote, in blocks. `more`: what the ballots tell, once they may be looked at. `whole`: no
    list is cut (for the page)."""
    lang = vote.lang
    told: list[Block] = [paragraph(Bold(vote.ask.text.read(lang, vote.flow.lang).strip()))]
    told += _part(tr(lang, "The result"), verdict(vote) + declared(vote))
    told += _part(tr(lang, "The rule"), rules_of_vote(vote.ask, lang))
    told += _part(tr(lang, "Whose votes were counted"), [counted(vote), *_left_out(vote)])
    if vote.outcome.voters:
        told.append(paragraph(Bold(tr(lang, "How it was counted"))))
        told += _numbers(vote, whole=whole)
        told += _listed(steps.told(vote), whole=whole, lang=lang)
        told += _part(tr(lang, "Ties"), ties(vote, more.seed if more else ""))
    if more is not None:
        told += _part(tr(lang, "If it had been counted otherwise"), _otherwise(vote, more.others))
        told += _part(tr(lang, "How close it was"), _close(vote, more.changed_by))
    return told


def counted(vote: Vote) -> str:
    """How many ballots were counted, and what stands beside them."""
    n = vote.outcome.voters
    said = trn(vote.lang, "{count} ballot was counted.", "{count} ballots were counted.", n, count=vote.figure(n))
    apart = phrases.not_answered(vote.lang, vote.question)
    return f"{said} {tr(vote.lang, 'Not counted: {list}.', list=', '.join(apart))}" if apart else said


def _part(title: str, sentences: Sequence[str]) -> list[Block]:
    """A heading and its sentences; nothing when there is nothing to say."""
    said = [sentence for sentence in sentences if sentence]
    return [paragraph(Bold(title)), paragraph(" ".join(said))] if said else []


def _numbers(vote: Vote, *, whole: bool) -> list[Block]:
    """Every option with its place, one line each."""
    lines = standings(vote)
    shown = lines if whole or len(lines) <= FEW + 1 else lines[:FEW]
    parts: list[Inline] = []
    for at, (place, name, number) in enumerate(shown):
        parts += [Plain((chr(10) if at else "") + (f"{place}. " if place else "")), Bold(name), Plain(f" — {number}")]
    return [paragraph(*parts), *_cut(vote.lang, len(lines) - len(shown))]


def _listed(items: Sequence[tuple[Inline, ...]], *, whole: bool, lang: str) -> list[Block]:
    """A list, cut where it is long."""
    if not items:
        return []
    shown = tuple(items) if whole or len(items) <= FEW + 1 else tuple(items[:FEW])
    return [Bullets(shown), *_cut(lang, len(items) - len(shown))]


def _cut(lang: str, rest: int) -> list[Block]:
    """How much is left out."""
    if not rest:
        return []
    count = phrases.number(lang, rest)
    more = trn(lang, "{count} more line is on the page.", "{count} more lines are on the page.", rest, count=count)
    return [paragraph(Italic(more))]


def _left_out(vote: Vote) -> list[str]:
    """What the method does with ballots that do not say everything."""
    lang, outcome = vote.lang, vote.outcome
    match vote.method:
        case Method.SCORE:
            return [tr(lang, "Who gave an option no points gave it 0.")]
        case Method.MAJORITY_JUDGMENT:
            return [tr(lang, "Who did not grade an option gave it the worst grade.")]
        case Method.AVAILABILITY:
            return [tr(lang, "Who said nothing about a date cannot come.")]
        case Method.IRV | Method.STV if outcome.rounds and outcome.rounds[-1].exhausted:
            n = outcome.rounds[-1].exhausted
            count = vote.figure(n)
            return [
                trn(
                    lang,
                    "At the end {count} vote counts for nobody: everyone it names is gone.",
                    "At the end {count} votes count for nobody: everyone they name is gone.",
                    int(n),
                    count=count,
                )
            ]
        case Method.SCHULZE | Method.BORDA:
            return [tr(lang, "Options that a ballot leaves out stand behind those that it names.")]
        case _:
            return []


# --- Ties ------------------------------------------------------------------------------------------------------------


def ties(vote: Vote, seed: str) -> list[str]:
    """Each tie and how it was cut. How a draw is drawn again is told once."""
    said = [_tie(vote, tie) for tie in vote.outcome.ties]
    if seed:
        again = tr(
            vote.lang,
            "Anybody can draw again: the lot of an option is the SHA-256 of the seed, a zero byte and the option's "
            "code; the smallest goes first. The seed, made of all ballots, is {seed}.",
            seed=seed,
        )
        said.append(again)
    return said


def _tie(vote: Vote, tie: Tie) -> str:
    lang = vote.lang
    names = vote.names(tie.codes)
    level = tr(lang, "{names} were level.", names=names)
    if tie.round is not None:
        level = tr(lang, "In round {round} {names} were level.", round=tie.round, names=names)
    first = vote.name(tie.first) if tie.first is not None else ""
    goes = tie.where == "elimination"
    match tie.how:
        case Cut.OPEN:
            how = tr(lang, "The rule does not cut this tie: people have to decide.")
        case Cut.ORDER if goes:
            how = tr(lang, "By the order of the list {name} goes.", name=first)
        case Cut.ORDER:
            how = tr(lang, "By the order of the list {name} comes first.", name=first)
        case Cut.DRAW if goes:
            how = tr(lang, "By lot {name} goes.", name=first)
        case Cut.DRAW:
            how = tr(lang, "By lot {name} comes first.", name=first)
        case "earlier rounds" if goes:
            how = tr(lang, "{name} goes, having had fewer votes in an earlier round.", name=first)
        case "earlier rounds":
            how = tr(lang, "{name} comes first, having had more votes in an earlier round.", name=first)
        case "together":
            how = tr(lang, "They go together: even with all their votes none of them would have stayed.")
        case "no difference":
            how = tr(lang, "Whichever way it is cut, the result is the same.")
        case "cheaper":
            how = tr(lang, "The cheaper one goes first: {name}.", name=first)
        case "more votes":
            how = tr(lang, "The one with more votes goes first: {name}.", name=first)
        case "majority gauge":
            level = tr(lang, "{names} have the same middle grade.", names=names)
            how = tr(
                lang,
                "One such grade after the other is taken away from each, until the middle grades differ: {name} stays "
                "ahead.",
                name=first,
            )
        case other:
            how = other
    return f"{level} {how}"


# --- What else could have come out -----------------------------------------------------------------------------------


def _otherwise(vote: Vote, found: Sequence[Outcome]) -> list[str]:
    """What other methods would have given."""
    if not vote.outcome.voters:
        return []
    said = [_by(vote, other) for other in found]
    bought = vote.outcome.purchase
    if bought is not None and bought.compared is not None:
        said += _other_budget(vote, *bought.compared)
    return [*said, tr(vote.lang, "Only the rule declared before the vote decides.")] if said else []


def _by(vote: Vote, other: Outcome) -> str:
    lang = vote.lang
    method = method_name(other.method, lang)
    if other.winners and other.winners == vote.outcome.winners:
        return tr(lang, "{method}: the same.", method=method)
    if other.winners:
        return tr(lang, "{method}: {names}.", method=method, names=vote.names(other.winners))
    level = next((tie.codes for tie in other.ties if tie.how == Cut.OPEN), ())
    if level:
        return tr(lang, "{method}: a tie between {names}.", method=method, names=vote.names(level))
    return tr(lang, "{method}: nobody.", method=method)


def _other_budget(vote: Vote, method: str, codes: Sequence[str]) -> list[str]:
    lang, ours = vote.lang, vote.outcome.winners
    name = method_name(method, lang)
    more, less = [code for code in codes if code not in ours], [code for code in ours if code not in codes]
    if not more and not less:
        return [tr(lang, "{method}: the same.", method=name)]
    added, dropped = vote.names(more), vote.names(less)
    if more and less:
        return [tr(lang, "{method}: {added} instead of {dropped}.", method=name, added=added, dropped=dropped)]
    if more:
        return [tr(lang, "{method}: {added} as well.", method=name, added=added)]
    return [tr(lang, "{method}: without {dropped}.", method=name, dropped=dropped)]


def method_name(method: str, lang: str) -> str:
    """A method in words that need no schooling, with its usual name."""
    match method:
        case Method.PLURALITY:
            return tr(lang, "With first choices alone (plurality)")
        case Method.APPROVAL:
            return tr(lang, "With everything people liked (approval)")
        case Method.DOTS:
            return tr(lang, "With one vote each, shared among what people picked")
        case Method.SCORE:
            return tr(lang, "With grades as points (score)")
        case Method.MAJORITY_JUDGMENT:
            return tr(lang, "With the middle grade (majority judgment)")
        case Method.IRV:
            return tr(lang, "By rounds in which the last one goes (instant runoff)")
        case Method.SCHULZE:
            return tr(lang, "Comparing each two (Schulze)")
        case Method.BORDA:
            return tr(lang, "With points for each place (Borda)")
        case Method.GREEDY:
            return tr(lang, "By number of votes alone")
        case Method.EQUAL_SHARES:
            return tr(lang, "With an equal share of the money for everybody (equal shares)")
        case _:
            return method


def _close(vote: Vote, n: int | None) -> list[str]:
    """How many ballots would have been enough for another result."""
    if n is None:
        return []
    return [
        trn(
            vote.lang,
            "{count} ballot filled in otherwise would have been enough for another result.",
            "{count} ballots filled in otherwise would have been enough for another result.",
            n,
            count=vote.figure(n),
        )
    ]
