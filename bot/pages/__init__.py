"""The public pages: the list of consultations at `/c`, each one with its results at `/c/<id>`."""

from __future__ import annotations

from bot.pages.html import error_page
from bot.pages.model import (
    ConsultationPage,
    Format,
    Listing,
    Pages,
    QuestionResult,
    ResultRow,
    State,
    Table,
    TrashEntry,
    TrashPage,
)
from bot.pages.routes import page_routes

__all__ = [
    "ConsultationPage",
    "Format",
    "Listing",
    "Pages",
    "QuestionResult",
    "ResultRow",
    "State",
    "Table",
    "TrashEntry",
    "TrashPage",
    "error_page",
    "page_routes",
]
