"""Personal data in a text: phone numbers, e-mail addresses, bank accounts (IBAN), French social security numbers (NIR),
home addresses, names of accounts.

The one rule: numbers that carry a check (IBAN: ISO 13616, remainder 1 by 97; NIR: key 97 minus the remainder by 97) are
found only when it is right, so that the number of a file or a budget stays what it is. Time is linear in the length of
the text: patterns begin at the edge of a run and every piece of them has a length at which it stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, normalize


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Found:
    """`text[start:end]` is personal. `kind` is phone, email, iban, nir, address or at_name."""

    start: int
    end: int
    kind: str


def personal(text: str) -> tuple[Found, ...]:
    """Everything personal in `text`, in order, nothing twice. Digits of other writings, full-width ones and characters
    that hide between others do not help."""
    flat, origin = _flattened(text)
    kept: list[Found] = []
    taken = bytearray(len(flat))
    for finder in (_emails, _ibans, _nirs, _phones, _addresses, _at_names):
        for found in finder(flat):
            if not any(taken[found.start : found.end]):
                taken[found.start : found.end] = b"\1" * (found.end - found.start)
                kept.append(found)
    if origin is not None:
        kept = [Found(start=origin[one.start], end=origin[one.end - 1] + 1, kind=one.kind) for one in kept]
    return tuple(sorted(kept))


def _flattened(text: str) -> tuple[str, list[int] | None]:
    """The text with plain digits and letters and without hidden characters; where each character came from."""
    if text.isascii() or all(char < "\u0250" and char not in "\xad\xa0" for char in text):
        return text, None
    flat, origin = [], []
    for at, char in enumerate(text):
        if plain := _flat(char):
            flat.append(plain)
            origin.append(at)
    return "".join(flat), origin


@lru_cache(maxsize=4096)
def _flat(char: str) -> str:
    """One plain character for another; none for what is hidden."""
    if category(char) in ("Cf", "Cc") and char != "\n":
        return ""
    if char.isdecimal():
        return str(int(char))
    if char in "\u2010\u2011\u2012\u2013\u2212":
        return "-"
    return plain if not char.isascii() and len(plain := normalize("NFKC", char)) == 1 else char


# --- E-mail and account names ----------------------------------------------------------------------------------------

_AT = r"(?:@| ?[\[({] ?(?:at|arobase|arobas|chez|@) ?[\])}] ?| arobase | arobas )"
_DOT = r"(?:\.| ?[\[({] ?(?:dot|point|\.) ?[\])}] ?| point | dot )"
_EMAIL = re.compile(
    rf"(?<![\w.+%-])[\w.+%-]{{1,64}}+{_AT}[\w-]{{1,63}}+(?:{_DOT}[\w-]{{2,63}}+){{1,5}}+(?![\w@])", re.IGNORECASE
)
_MATRIX_NAME = re.compile(r"(?<![\w.@/])@[\w.=/+-]{1,100}+:[\w-]{1,63}+(?:\.[\w-]{2,63}+){1,5}+")
_AT_NAME = re.compile(r"(?<![\w.@/+%-])@[A-Za-z]\w{2,31}+(?![\w@])")


def _emails(text: str) -> Iterator[Found]:
    yield from _matches(_EMAIL, text, "email")


def _at_names(text: str) -> Iterator[Found]:
    yield from _matches(_MATRIX_NAME, text, "at_name")
    yield from _matches(_AT_NAME, text, "at_name")


# --- Phone numbers ---------------------------------------------------------------------------------------------------

_GAP = r"[ .\-/_\xa0]"
_NATIONAL = re.compile(rf"(?<![\w+.,])[0oO][1-9](?:{_GAP}{{0,2}}\d){{7,10}}(?!\w|[.,]\d)")
_INTERNATIONAL = re.compile(rf"(?<![\w+])(?:\+|00{_GAP}?)[1-9](?:{_GAP}{{0,2}}(?:\(0\){_GAP}?)?\d){{7,13}}(?!\w)")
_AMERICAN = re.compile(r"(?<![\w.,-])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-]|[.,]\d)")
_DATED = re.compile(r"[0-3]\d[ ./-][01]\d[ ./-](?:19|20)\d\d(?!\d)")
_PAIRS = re.compile(r"\D+")


def _phones(text: str) -> Iterator[Found]:
    yield from _matches(_INTERNATIONAL, text, "phone")
    for found in _matches(_NATIONAL, text, "phone"):
        if _is_national(text[found.start : found.end]):
            yield found
    yield from _matches(_AMERICAN, text, "phone")


def _is_national(number: str) -> bool:
    """Dates and hours are written with such digits too; a number of nine digits is one only when it is grouped."""
    if _DATED.match(number) or "00000" in number:
        return False
    digits = sum(char.isdigit() or char in "oO" for char in number)
    if "\n" in number or digits < 9:
        return False
    return digits > 9 or len(_PAIRS.split(number)) > 2


# --- Bank accounts ---------------------------------------------------------------------------------------------------

_IBAN_HEAD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ .-]?\d[ .-]?\d(?=[ .-]?[A-Za-z0-9])")
_IBAN_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 "
        "LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 "
        "QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20",
    )
}


def _ibans(text: str) -> Iterator[Found]:
    end = 0
    for head in _IBAN_HEAD.finditer(text):
        length = _IBAN_LENGTHS.get(head[0][:2].upper())
        if length is None or head.start() < end:
            continue
        letters, stop = _gathered(text, head.start(), length)
        if len(letters) == length and _is_iban(letters.upper()) and not text[stop : stop + 1].isalnum():
            end = stop
            yield Found(start=head.start(), end=stop, kind="iban")


def _is_iban(number: str) -> bool:
    return number.isascii() and int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1


def _gathered(text: str, start: int, wanted: int) -> tuple[str, int]:
    """The next letters and digits, single separators left out, and where they end."""
    letters: list[str] = []
    at, gap = start, 0
    while len(letters) < wanted and at < len(text) and gap < 3:
        if text[at].isalnum():
            letters.append(text[at])
            gap = 0
        elif text[at] in " .-/\xa0":
            gap += 1
        else:
            break
        at += 1
    return "".join(letters), at


# --- Social security numbers -----------------------------------------------------------------------------------------

_NIR_HEAD = re.compile(r"(?<![A-Za-z0-9])[1-478](?=[ .-]?\d[ .-]?\d[ .-]?\d[ .-]?\d[ .-]?[0-9][ .-]?[0-9ABab])")
_NIR = re.compile(r"[1-478]\d\d(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d\d|2[AB])\d{8}")


def _nirs(text: str) -> Iterator[Found]:
    for head in _NIR_HEAD.finditer(text):
        letters, stop = _gathered(text, head.start(), 15)
        if _is_nir(letters.upper()) and not text[stop : stop + 1].isalnum():
            yield Found(start=head.start(), end=stop, kind="nir")


def _is_nir(number: str) -> bool:
    """Departments 2A and 2B of Corsica count as 19 and 18 in the key."""
    if not number.isascii() or not _NIR.fullmatch(number):
        return False
    digits = number[:13].replace("2A", "19").replace("2B", "18")
    return 97 - int(digits) % 97 == int(number[13:])


# --- Home addresses --------------------------------------------------------------------------------------------------

_LITTLE = r"(?:(?:de la|de l|de|du|des|la|le|les|d|l)[ '’])"
_NUMBER = r"(?<![\w.,/€$-])(?<!zone )(?<!Zone )\d{1,4}"
_STREET_FR = re.compile(
    rf"{_NUMBER} ?(?:bis|ter|quater|[a-dA-D])?(?![\w]),? (?:"
    r"(?:rue|avenue|av\.|boulevard|bd\.?|bld|blvd|impasse|allées?|chemin|quai|faubourg|ruelle|venelle|lotissement|"
    r"hameau|résidence|esplanade|rond-point|sentier)"
    rf" (?!(?:sur|par|et|ou|est|sont|à|a|fermée?|piétonne|pour|en|qui|dans|avec)\b){_LITTLE}?[\w'’-]{{1,40}}"
    r"|(?i:place|route|cours|square|passage|cité|villa|voie|montée|côte|traverse|promenade|parvis|clos|mail)"
    rf" {_LITTLE}?(?=[A-ZÉÈÀÂÎ])[\w'’-]{{1,40}})"
    r"(?: [A-ZÉÈÀÂÎ][\w'’-]{1,30}){0,3}",
)
_STREET_EN = re.compile(
    rf"{_NUMBER}[A-Da-d]?(?!\w),? (?:[A-Z][\w'’-]{{1,30}}\.? ){{1,3}}"
    r"(?:[Ss]treet|St\b|[Rr]oad|Rd\b|[Aa]venue|Ave\b|[Ll]ane|Ln\b|[Dd]rive|Close|Court|Terrace|Crescent|Gardens|"
    r"Boulevard|Blvd|Place|Square|Hill|Grove|Mews|Row|Walk|Way)(?!\w)",
)


def _addresses(text: str) -> Iterator[Found]:
    yield from _matches(_STREET_FR, text, "address")
    yield from _matches(_STREET_EN, text, "address")


def _matches(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Found]:
    for match in pattern.finditer(text):
        yield Found(start=match.start(), end=match.end(), kind=kind)
