"""What goes with a proposal besides its words, as those who decide about it or answer it read it."""

from pathlib import Path
from typing import Any

from bot.contributions import beside
from flows.flow import Flow
from flows.load import load_file
from flows.messages import Picture, plain_text
from storage.proposals import ORGANISER, PARTICIPANT, PUBLISHED, Proposal

LIBRARY = Path(__file__).parents[2] / "flows" / "library"


def load(name: str) -> Flow:
    flow = load_file(LIBRARY / f"{name}.yaml").flow
    assert flow is not None
    return flow


def proposal(pool: str, text: str, **more: Any) -> Proposal:
    empty: dict[str, Any] = dict.fromkeys(Proposal.__slots__)
    given = {"id": 1, "number": 1, "pool": pool, "text": text, "lang": "en", "source": PARTICIPANT, "state": PUBLISHED}
    return Proposal(**(empty | given | more))


def told(flow: Flow, one: Proposal, lang: str = "en", **how: bool) -> str:
    return plain_text(tuple(beside.facts(flow, one, lang, **how)))


def test_a_report_is_told_with_its_subject_its_place_and_its_photo() -> None:
    flow = load("street-report")
    one = proposal("report", "A hole", category="roads", lat=49.0361, lon=-2.0761, photo="telegram:x")
    assert told(flow, one) == (
        "Subject: The road or the pavement\n\n"
        "Where: 49.03610, -2.07610 "
        "(https://www.openstreetmap.org/?mlat=49.03610&mlon=-2.07610#map=19/49.03610/-2.07610)"
    )
    assert beside.photo(one, "en") == Picture(ref="photo:telegram:x", alt="There is a photo with it.")
    assert beside.photo(proposal("report", "A hole"), "en") is None
    assert beside.photo(None, "en") is None


def test_a_subject_that_the_flow_no_longer_knows_is_told_by_its_code() -> None:
    assert told(load("street-report"), proposal("report", "A hole", category="gone")) == "Subject: gone"


def test_a_question_is_told_with_whom_it_is_for_and_only_once() -> None:
    flow = load("ask-officials")
    one = proposal("question", "When?", category="martin", addressee="martin")
    assert told(flow, one) == "For: Karim Martin, schools and sport"
    assert told(flow, one, whom=False) == ""
    assert told(flow, proposal("question", "When?")) == "For: nobody by name yet"


def test_another_wording_is_judged_with_what_it_changes() -> None:
    flow = load("bill-coauthoring")
    changed = "The alleys are at least three metres wide, and nothing is put there."
    lines = "− … at least two metres wide, …\n+ … at least three metres wide, …"
    one = proposal("a2_amendment", changed)
    assert beside.judged(flow, one, "en") == f"{changed}\n\nWhat changes:\n{lines}"
    assert told(flow, one).endswith(lines)
    assert told(flow, one).startswith("In answer to: Article 2, the alleys.")


def test_the_organisers_wording_is_compared_in_the_readers_language() -> None:
    one = proposal("a2_amendment", "whatever is on file", source=ORGANISER, code="own_wording", lang="fr")
    assert "+ … at least one and a half metres wide, …" in beside.judged(load("bill-coauthoring"), one, "en")


def test_an_amendment_is_compared_with_the_text_in_its_own_language() -> None:
    one = proposal("a2_amendment", "Les allées font au moins trois mètres, et rien n'y est posé.", lang="fr")
    assert "− … au moins deux mètres, et …" in beside.judged(load("bill-coauthoring"), one, "en")


def test_a_nuance_and_an_argument_change_no_text() -> None:
    flow = load("bill-coauthoring")
    nuance = proposal("a2_amendment", "But not on market days.", parent=3)
    argument = proposal("a2_for", "For, because it is safer")
    assert beside.judged(flow, nuance, "en") == "But not on market days."
    assert beside.judged(flow, argument, "en") == "For, because it is safer"
    assert beside.changes(flow, argument, "en") == []
