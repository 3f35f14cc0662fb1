"""Say it in the person's language: every sentence that Palabre itself says, through Babel catalogs.

    tr("fr", "Your answers are recorded.")                    one sentence
    trn("fr", "{n} question left", "{n} questions left", n)   plural forms by CLDR

The message id is the English sentence, written literally at the call so that `python -m locales.extract` finds it.
The one rule: blanks such as `{n}` are filled by `fill`, which knows only plain names; texts never meet `str.format`
(which can read attributes, and so secrets).
"""

from __future__ import annotations

from locales.catalogs import LANGUAGES, fill, tr, trn

__all__ = ["LANGUAGES", "fill", "tr", "trn"]
