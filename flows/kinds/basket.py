"""`budget`: projects that cost something, in a basket that holds only so much.

The message lists the projects with their cost and shows what is left after every tap. What no longer fits is marked,
and refused with how much is missing. The one rule: a button says what to do, not what to turn round ("2" puts the third
project in, "-2" takes it out), so that a press delivered twice does what one press does. Projects typed are put in
beside those that are there; the basket is the answer when the person says so.
"""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

from flows import reading
from flows.flow import Basket, Project
from flows.kinds.choices import index, which
from flows.kinds.narrow import bar, fitted
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from flows.messages import Block, Bold, Bullets, Button, Paragraph, Plain
from flows.prompts import data
from flows.session import Value
from locales import tr, trn

WIDTH = 34
"""Characters on one row of a small phone, less the mark of what is in the basket."""

_OUT = re.compile(
    r"(?:sans|moins|enlever|enleve|enlève|retirer|retire|ôter|oter|remove|without|minus|take out|not|pas)\b"
)
_SIGN = re.compile(r"[-−–]\s*(?=\d)")
_SIGNED_ROW = re.compile(r"(?:[-−–+]?\d{1,3}[.)]?)(?:\s+[-−–+]?\d{1,3}[.)]?)*")
_APART = re.compile(r"[,;\n]+|\s+(?:et|and|puis|then|mais|but)\s+|\s+(?=(?:sans|without|minus|moins)\s)", re.IGNORECASE)


# Amounts


@lru_cache(maxsize=1024)
def amount(value: int, currency: str, lang: str) -> str:
    """Money as it is written in `lang`, in whole units."""
    try:
        pattern = re.sub(r"\.0+", "", Locale.parse(lang).currency_formats["standard"].pattern)
        return str(format_currency(value, currency, pattern, locale=lang, currency_digits=False))
    except (UnknownLocaleError, ValueError):
        return f"{value} {currency}"


def total(kind: Basket, codes: set[str]) -> int:
    return sum(project.cost for project in kind.projects if project.code in codes)


def held(kind: Basket, kept: tuple[str, ...]) -> set[str]:
    """What is in the basket: the draft, without anything that could not be in it."""
    codes = {project.code for project in kind.projects} & {*kept}
    return codes if total(kind, codes) <= kind.limit else set()


def in_order(kind: Basket, codes: set[str]) -> tuple[str, ...]:
    return tuple(project.code for project in kind.projects if project.code in codes)


# What is shown


def buttons(kind: Basket, lang: str, default: str, prompt: str, kept: tuple[str, ...]) -> tuple[list[Button], int]:
    codes = held(kind, kept)
    costs = [amount(project.cost, kind.currency, lang) for project in kind.projects]
    room = WIDTH - max(map(len, costs), default=0) - 3
    found = []
    for at, (project, label) in enumerate(zip(kind.projects, fitted(labels(kind, lang, default), room), strict=True)):
        chosen = project.code in codes
        token = f"-{at}" if chosen else str(at)
        found.append(Button(label=f"{label} · {costs[at]}", data=data(prompt, token), chosen=chosen, told=True))
    return found, 1


def labels(kind: Basket, lang: str, default: str) -> list[str]:
    return [project.label.read(lang, default) for project in kind.projects]


def blocks(kind: Basket, lang: str, default: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    codes = held(kind, kept)
    spent = total(kind, codes)
    left = kind.limit - spent
    items = tuple((Plain(_line(kind, project, codes, left, lang, default)),) for project in kind.projects)
    words = tr(
        lang,
        "{left} left of {limit}",
        left=amount(left, kind.currency, lang),
        limit=amount(kind.limit, kind.currency, lang),
    )
    in_all = trn(
        lang,
        "{n} project in the basket: {amount}",
        "{n} projects in the basket: {amount}",
        len(codes),
        amount=amount(spent, kind.currency, lang),
    )
    if not codes:
        in_all = tr(lang, "The basket is empty.")
    return (
        Bullets(items, numbered=True),
        Paragraph((Plain(f"{in_all}\n{bar(left, kind.limit)} "), Bold(words))),
    )


def _line(kind: Basket, project: Project, codes: set[str], left: int, lang: str, default: str) -> str:
    line = f"{project.label.read(lang, default)} — {amount(project.cost, kind.currency, lang)}"
    if project.code in codes:
        return f"✔ {line}"
    return f"{line} ({tr(lang, 'too much now')})" if project.cost > left else line


def hint(kind: Basket, lang: str) -> str:
    limit = amount(kind.limit, kind.currency, lang)
    return " ".join(
        part
        for part in (
            tr(lang, "Fill the basket with projects, for {limit} at most.", limit=limit),
            _how_many(kind, lang),
            tr(lang, "Then “{done}”.", done=tr(lang, "Done")),
            tr(lang, "You can also type: 1 3 puts in, -3 takes out."),
        )
        if part
    )


def _how_many(kind: Basket, lang: str) -> str:
    least, most = kind.at_least, kind.at_most
    if most is not None and most == least:
        return trn(lang, "Choose exactly {n} project.", "Choose exactly {n} projects.", most)
    if most is not None and least > 1:
        return tr(lang, "Choose between {least} and {most} projects.", least=least, most=most)
    if most is not None and most < len(kind.projects):
        return trn(lang, "Choose {n} project at most.", "Choose {n} projects at most.", most)
    if least > 1:
        return trn(lang, "Choose at least {n} project.", "Choose at least {n} projects.", least)
    return ""


def expected(kind: Basket, lang: str) -> str:
    return tr(lang, "Please choose projects with the buttons, or type their numbers: 1 3 puts in, -3 takes out.")


def said(kind: Basket, value: Value, lang: str, default: str) -> str:
    """An answer in words: the projects, and what they cost together."""
    codes = {one for one in value if isinstance(one, str)} if isinstance(value, tuple) else set()
    some = ", ".join(project.label.read(lang, default) for project in kind.projects if project.code in codes)
    if not some:
        return tr(lang, "no project")
    return f"{some} ({amount(total(kind, codes), kind.currency, lang)})"


# What came in


def press(kind: Basket, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    at = index(token.removeprefix("-"), len(kind.projects))
    if at is None:
        return None
    code = {kind.projects[at].code}
    return _moved(kind, kept, set(), code, lang, "") if token[0] == "-" else _moved(kind, kept, code, set(), lang, "")


def read(kind: Basket, text: str, lang: str, default: str, kept: tuple[str, ...]) -> Reply:
    """Projects typed are put in; those behind a minus, or a word for it, are taken out."""
    named = labels(kind, lang, default)
    if len(text) > reading.LONGEST * 4:
        return None
    whole = reading.all_or_none(text, named)
    if whole == ():
        return Partly(())
    if isinstance(whole, tuple):
        return _moved(kind, kept, {project.code for project in kind.projects}, set(), lang, default)
    more: set[str] = set()
    less: set[str] = set()
    for piece, out in _pieces(text, named):
        found = reading.several(piece, named)
        if not isinstance(found, tuple):
            return which(found, named, lang, alone=not out and reading.single(text))
        (less if out else more).update(kind.projects[at].code for at in found)
    if more & less or not more | less:
        return None
    return _moved(kind, kept, more, less, lang, default)


def _pieces(text: str, named: list[str]) -> list[tuple[str, bool]]:
    """What is named, and whether it goes out."""
    text = reading.clean(text)
    if isinstance(reading.exact(text, named), int):
        return [(text, False)]
    row = _SIGNED_ROW.fullmatch(text)
    pieces = text.split() if row else [piece.strip() for piece in _APART.split(text) if piece.strip()]
    found = [_out(piece) for piece in pieces]
    return found if any(out for _, out in found) or row else [(text, False)]


def _out(piece: str) -> tuple[str, bool]:
    if sign := _SIGN.match(piece):
        return piece[sign.end() :], True
    if word := _OUT.match(piece.lower()):
        return piece[word.end() :].strip(), True
    return piece, False


def _moved(kind: Basket, kept: tuple[str, ...], more: set[str], less: set[str], lang: str, default: str) -> Reply:
    """The basket with these projects in and those out, or why that cannot be."""
    before = held(kind, kept)
    codes = (before | more) - less
    over = total(kind, codes) - kind.limit
    if over > 0 and codes - before:
        return Wrong(
            _too_much(kind, codes - before, kind.limit - total(kind, before - less), over, lang, default), True
        )
    if kind.at_most is not None and len(codes) > max(kind.at_most, len(before)):
        sentence = trn(
            lang,
            "The basket holds {n} project at most. Take one out first.",
            "The basket holds {n} projects at most. Take one out first.",
            kind.at_most,
        )
        return Wrong(sentence, mild=True)
    return Partly(in_order(kind, codes))


def _too_much(kind: Basket, added: set[str], left: int, over: int, lang: str, default: str) -> str:
    money = {"left": amount(left, kind.currency, lang), "over": amount(over, kind.currency, lang)}
    if len(added) == 1:
        project = next(project for project in kind.projects if project.code in added)
        return tr(
            lang,
            "“{project}” costs {over} more than what is left ({left}). Take something out first.",
            project=project.label.read(lang, default or lang),
            **money,
        )
    return tr(lang, "Together these cost {over} more than what is left ({left}).", **money)


def done(kind: Basket, kept: tuple[str, ...], lang: str) -> Taken | Wrong:
    """The basket is the answer, if it holds as many projects as asked for."""
    codes = in_order(kind, held(kind, kept))
    missing = kind.at_least - len(codes)
    if missing > 0:
        return Wrong(trn(lang, "Please choose {n} more project.", "Please choose {n} more projects.", missing))
    if kind.at_most is not None and len(codes) > kind.at_most:
        return Wrong(trn(lang, "Choose {n} project at most.", "Choose {n} projects at most.", kind.at_most))
    return Taken(codes)
