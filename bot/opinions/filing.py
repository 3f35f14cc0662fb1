"""Statements, proposals and what was shown to people, in files.

The one rule: a file names no author, holds no token and no time, and nothing in it gives a single vote away. So of a
statement that few judged only the number of votes is told. And the log of what was shown leaves out the votes that
stood beside each statement at that moment: laid one behind the other, they would tell every single vote in the order in
which it came. Whoever has the database can replay every choice; whoever has the file can replay those that were made by
views alone (`least_seen`), and check for the others which statements were chosen, from which, with which seed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from bot.opinions.figures import NONE, Discussion, Opinions, Statement
from bot.results.cells import safe
from flows.exposure import read
from flows.flow import Ask, Flow, Policy
from flows.tally import zones
from locales import tr

Serving = tuple[str, str, int, str, str]
"""(question, policy, seed, pool, chosen)."""

_HEADS = (
    "question", "number", "code", "from", "state", "merged_into", "nuance_of", "corrected", "category", "addressee",
    "text", "zone", "votes", "agree", "disagree", "neutral", "agree_low", "agree_high", "shared_votes", "all_agree",
    "all_disagree", "all_neutral", "marked", "shown", "consensus_of_groups", "status", "answer",
)  # fmt: skip


def facts(found: Opinions) -> dict[str, Any]:
    """For programs; nothing where there is nothing."""
    return {"opinions": found.to_json()} if found is not NONE else {}


def files(flow: Flow, found: Opinions, servings: Sequence[Serving]) -> dict[str, bytes]:
    """The files of a package, by name."""
    if not _any(found):
        return {}
    named = {"proposals.csv": proposals_csv(flow, found)}
    return named | ({"servings.csv": servings_csv(servings)} if servings else {})


def _any(found: Opinions) -> bool:
    """Was anything put forward or signed? (A vote that is repeated has its figures in the result.)"""
    return bool(found.discussions or found.gathered or found.petitions)


def about(found: Opinions, lang: str) -> list[str]:
    """What the files are, one sentence each."""
    if not _any(found):
        return []
    return [
        tr(
            lang,
            "proposals.csv: the statements and proposals, where they stand, their votes, and how often they were "
            "shown. Votes of statements that fewer than ten people judged are left out.",
        ),
        tr(
            lang,
            "servings.csv: what was chosen to be shown, from what, with which seed, so that the choice can be checked. "
            "The votes at that moment are left out: one behind the other they would tell each single vote.",
        ),
    ]


def proposals_csv(flow: Flow, found: Opinions) -> bytes:
    """One line for each statement."""
    rows = []
    for discussion in found.discussions:
        told = discussion.grouping.scores
        question = discussion.questions[0]
        rows += [_row(flow, question, one, "published", told) for one in discussion.statements]
        rows += [_row(flow, question, one, "merged", told) for one in discussion.merged]
    for gathered in found.gathered:
        rows += [
            _row(flow, gathered.question, one, "merged" if one.into is not None else "published", {})
            for one in gathered.statements
        ]
    return _csv(_HEADS, rows)


def _row(flow: Flow, question: str, one: Statement, state: str, shared: dict[int, float]) -> list[object]:
    low, high = zones.interval(one.served.agree, one.served.total)
    served = (one.served.agree, one.served.disagree, one.served.neutral) if one.told else ("", "", "")
    both_told = one.told and one.told_shared
    both = (one.both.agree, one.both.disagree, one.both.neutral) if both_told else ("", "", "")
    score = shared.get(one.number)
    return [
        question,
        one.number,
        one.code or "",
        one.source,
        state,
        _or_empty(one.into),
        _or_empty(one.parent),
        int(one.corrected),
        one.category or "",
        one.addressee or "",
        one.read(flow.lang, flow.lang),
        one.zone.value,
        one.served.total,
        *served,
        *((f"{low:.4f}", f"{high:.4f}") if one.told else ("", "")),
        one.shared.total,
        *both,
        int(one.pulled),
        one.seen,
        f"{score:.6f}" if score is not None else "",
        one.status or "",
        one.reply or "",
    ]


def _or_empty(number: int | None) -> object:
    return "" if number is None else number


def servings_csv(servings: Iterable[Serving]) -> bytes:
    """What was chosen to be shown: the seed, the numbers it was chosen from, the numbers chosen. Of choices by views
    alone, how often each had been shown stands behind its number (`12/3`)."""
    rows = [
        [question, policy, str(seed), _bare(policy, pool), chosen] for question, policy, seed, pool, chosen in servings
    ]
    return _csv(("question", "policy", "seed", "pool", "chosen"), rows)


def _bare(policy: str, pool: str) -> str:
    candidates = read(pool)
    if policy == Policy.LEAST_SEEN:
        return " ".join(f"{one.number}/{one.seen}" if one.seen else str(one.number) for one in candidates)
    return " ".join(str(one.number) for one in candidates)


def totals(found: Opinions, ask: Ask) -> list[tuple[str, str, int]]:
    """(code, words, count) of the statements of one question, as lines of the public figures."""
    discussion: Discussion | None = found.discussion(ask.name)
    if discussion is None or discussion.questions[0] != ask.name:
        return []
    lines: list[tuple[str, str, int]] = []
    for one in discussion.statements:
        if one.told:
            counts = (("agree", one.served.agree), ("disagree", one.served.disagree), ("neutral", one.served.neutral))
            lines += [(f"{one.number}={stand}", one.text, n) for stand, n in counts]
        lines += [
            (f"{one.number}#votes", one.text, one.served.total),
            (f"{one.number}#shared", one.text, one.shared.total),
        ]
    return lines


def _csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([safe(str(cell)) for cell in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode("utf-8", "replace")
