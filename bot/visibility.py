"""Who may see a result, and when: decided by the mode that was locked at the opening, here and nowhere else."""

from __future__ import annotations

from storage.consultations import Consultation


def visible(consultation: Consultation) -> bool:
    """May the result be shown to everybody now?"""
    return consultation.result is not None or (consultation.state == "open" and consultation.results == "live")


def shown_to_voter(consultation: Consultation) -> bool:
    """May the result be shown to somebody who has just finished?"""
    return visible(consultation) or (consultation.state == "open" and consultation.results == "after_vote")
