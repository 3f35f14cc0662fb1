"""The flows that ship with Palabre, as templates: what each is called and what it is for.

The one rule: a template is a file of the library like any other, found by being there. Blocks and the scripts of `/new`
lie in folders of their own and are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flows.flow import Flow
from flows.load import LIBRARY as BLOCKS
from flows.load import load_file
from locales import tr

LIBRARY = BLOCKS.parent


@dataclass(frozen=True, slots=True)
class Template:
    """A flow to begin with, and its whole text, blocks included."""

    flow: Flow
    source: str


@cache
def templates() -> dict[str, Template]:
    """Every template, by its id, in the order of the files."""
    loaded = [load_file(file) for file in sorted(LIBRARY.glob("*.yaml"))]
    return {one.flow.id: Template(one.flow, one.source) for one in loaded if one.flow is not None}


def purpose(flow: Flow, lang: str) -> str:
    """What an organiser would take this template for, on one line."""
    known = {
        "local-vote": tr(lang, "a few questions to residents before a decision, with a result at a stated hour"),
        "great-debate": tr(lang, "a long questionnaire on several themes, each person picks theirs"),
        "service-feedback": tr(lang, "what people think of a service, in a minute"),
        "loomio-decision": tr(lang, "a group decides step by step: questions, first views, then consent"),
        "candidate-choice": tr(lang, "one person out of several, by majority judgment"),
        "measures-rating": tr(lang, "many measures rated by urgency and importance, a few at a time"),
        "participatory-budget": tr(lang, "people share out a budget among projects"),
        "topic-vote": tr(lang, "for, against or neither on the topics of a council"),
        "meeting-date": tr(lang, "find the date that suits most people"),
        "candidate-compare": tr(lang, "people find which candidate said what they think; nothing is kept"),
        "make-consultation": tr(lang, "one open question: people judge ideas and add their own"),
        "petition": tr(lang, "one request to sign, with goals"),
        "informed-debate": tr(lang, "two votes with both sides to read in between"),
        "constituency-agenda": tr(lang, "measures that people share, answered by every candidate"),
    }
    about = known.get(flow.id, "")
    if not about and flow.summary is not None:
        about = " ".join(flow.summary.read(lang, flow.lang).split())
    return about
