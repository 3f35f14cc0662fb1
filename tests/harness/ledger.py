"""What is on file, held against what citizens saw."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from running import Town
from walkers import ASKED, Value, Walker

from storage.ballots import token

Filed = dict[int, dict[str, Value]]


def on_file(town: Town) -> Filed:
    """Telegram id -> question -> answer."""
    with town.reading() as connection:
        return _filed(connection)


def _filed(connection: Any) -> Filed:
    (key,) = connection.execute("SELECT key FROM consultations WHERE id = 'mobilite'").fetchone()
    people = connection.execute(
        "SELECT identity, participant FROM identities WHERE identity LIKE 'telegram:%'"
    ).fetchall()
    who = {token(key, participant): int(identity.partition(":")[2]) for identity, participant in people}
    filed: Filed = defaultdict(dict)
    for by, question, answer in connection.execute("SELECT token, question, answer FROM ballots"):
        given, value = json.loads(answer)
        assert given == "answer", (question, given)
        assert question not in filed[who[by]], f"two ballots of {who[by]} on {question}"
        filed[who[by]][question] = tuple(value) if isinstance(value, list) else value
    return filed


def lost(town: Town, walkers: dict[int, Walker]) -> list[str]:
    """Every answer that was confirmed and is not on file with its value, and everything on file nobody answered."""
    filed = on_file(town)
    wrong = [sentence for walker in walkers.values() for sentence in walker.agrees(filed.get(walker.citizen.id, {}))]
    strangers = set(filed) - set(walkers)
    return wrong + [f"{stranger} has ballots and never took part" for stranger in strangers]


def expected(walkers: dict[int, Walker]) -> dict[str, Counter[str]]:
    """What the last answers of all add up to, by question and choice; free text is only counted."""
    counts: dict[str, Counter[str]] = {question: Counter() for question in ASKED}
    for walker in walkers.values():
        for question, answers in walker.given.items():
            value = answers[-1]
            codes = value if isinstance(value, tuple) else (str(value),)
            counts[question]["answered"] += 1
            if question != "idee":
                counts[question].update(codes)
    return counts


def counters(town: Town) -> dict[str, Counter[str]]:
    """The counters that are kept while a consultation runs."""
    counts: dict[str, Counter[str]] = {question: Counter() for question in ASKED}
    for question, code, n in town.rows("SELECT question, code, n FROM tallies WHERE consultation = 'mobilite'"):
        counts[question][code.partition(":")[2]] += n
    return {question: +count for question, count in counts.items()}


def published(result: dict[str, Any]) -> dict[str, Counter[str]]:
    """The counts in what `palabre results --json` prints."""
    counts = {}
    for asked in result["questions"]:
        rows = {row["code"]: row["count"] for row in asked["rows"]}
        counts[asked["name"]] = +Counter({"answered": asked["answered"], **rows})
    return counts
