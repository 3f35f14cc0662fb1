"""A consultation with every kind of question, and its ballots."""

from __future__ import annotations

from datetime import datetime

import pytest

from flows.flow import AnyOf, Ask, Choice, Day, Flow, Number, OneOf, Scale, Text, Window, Words, YesNo, make_flow
from flows.session import Answer, Given
from flows.tally.counts import Ballot


def both(fr: str, en: str) -> Text:
    return Text({"fr": fr, "en": en})


def choice(code: str, fr: str, en: str) -> Choice:
    return Choice(code=code, label=both(fr, en))


MODE = OneOf(
    choices=(
        choice("velo", "À vélo", "By bike"),
        choice("bus", "En bus", "By bus"),
        choice("pied", "À pied", "On foot"),
    )
)
FEARS = AnyOf(choices=(choice("danger", "Le danger", "Danger"), choice("vol", "Le vol", "Theft")))


@pytest.fixture
def flow() -> Flow:
    asks = (
        Ask(name="mode", text=both("Quel moyen ?", "Which way?"), kind=MODE, dont_know=True, wording="w-mode"),
        Ask(
            name="freins", text=both("Quels freins ?", "What keeps you?"), kind=FEARS, optional=True, wording="w-freins"
        ),
        Ask(name="note", text=both("Quelle note ?", "Which mark?"), kind=Scale(low=-1, high=2), wording="w-note"),
        Ask(name="age", text=both("Votre âge ?", "Your age?"), kind=Number(), personal=True, wording="w-age"),
        Ask(name="bancs", text=both("Combien de bancs ?", "How many benches?"), kind=Number(), wording="w-bancs"),
        Ask(name="idee", text=both("Une idée ?", "Any idea?"), kind=Words(), optional=True, wording="w-idee"),
        Ask(name="jour", text=both("Quel jour ?", "Which day?"), kind=Day(), wording="w-jour"),
        Ask(name="accord", text=both("D'accord ?", "Do you agree?"), kind=YesNo(), abstain=True, wording="w-accord"),
    )
    return make_flow(
        id="mobilite",
        version="abc123",
        lang="fr",
        langs=("fr", "en"),
        title=both("Se déplacer demain", "Getting around tomorrow"),
        steps=asks,
        window=Window(zone="Europe/Paris", closes=datetime.fromisoformat("2026-03-21T20:00")),
    )


@pytest.fixture
def ballots() -> list[Ballot]:
    said: dict[str, dict[str, object]] = {
        "t1": {
            "mode": "velo",
            "freins": ("danger", "vol"),
            "note": 2,
            "age": 34,
            "bancs": -3,
            "idee": "=HYPERLINK(1)",
            "jour": "2026-05-01",
            "accord": "yes",
        },
        "t2": {"mode": "bus", "freins": ("danger",), "note": -1, "age": 71, "bancs": 5, "jour": "2026-05-02"},
        "t3": {"mode": "velo", "freins": Given.SKIPPED, "note": 2, "idee": Given.SKIPPED, "jour": "2026-05-01"},
        "t4": {"mode": Given.DONT_KNOW, "accord": "no", "idee": 'Des "bancs", là ; ici\nou là'},
        "t5": {"accord": Given.ABSTAIN},
    }
    return [
        Ballot(
            token.encode(),
            question,
            Answer(value) if isinstance(value, Given) else Answer(Given.ANSWER, value),  # type: ignore[arg-type]
            f"w-{question}",
        )
        for token, answers in said.items()
        for question, value in answers.items()
    ]
