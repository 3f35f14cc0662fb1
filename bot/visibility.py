"""Who may see a consultation, and its result, and when.

The one rule: the mode that was locked at the opening decides, here and nowhere else.
"""

from __future__ import annotations

from storage.consultations import INTERNAL, Consultation


def published(consultation: Consultation) -> bool:
    """May the public know of it? Not of a draft, nor of one that was put away before it opened."""
    unseen = consultation.state in ("draft", "review", INTERNAL)
    return not unseen and not (consultation.state == "archived" and consultation.opened_ms is None)


def visible(consultation: Consultation) -> bool:
    """May the result be shown to everybody now?"""
    return consultation.result is not None or (consultation.state == "open" and consultation.results == "live")


def shown_to_voter(consultation: Consultation) -> bool:
    """May the result be shown to somebody who has just finished?"""
    return visible(consultation) or (consultation.state == "open" and consultation.results == "after_vote")
