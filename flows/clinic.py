"""What a text needs before others read it: hints to its author, and personal data hidden.

    hints("FERMEZ LA RUE, appelez le 06 12 34 56 78", "fr")    ("personal",)
    hidden("Call me: 06 12 34 56 78", "en")                    "Call me: [phone number]"

The one rule: a hint is a question to the author, never a refusal. Every pattern is linear: no part of it can match the
same characters in two ways, and each piece has a length at which it stops, because the text is anybody's.
"""

from __future__ import annotations

import re

from flows.personal import Found, personal
from flows.weblinks import Weblink, links
from locales import tr

__all__ = ["Found", "hidden", "hint", "hints", "links", "personal"]

SHOUTED_LETTERS = 12
"""Below so many letters, capitals may be names of organisations."""
SHOUTED_SHARE = 0.7


def hints(text: str, lang: str) -> tuple[str, ...]:
    """What the author may want to change, most serious first: `personal`, `link`, `capitals`, `two_ideas`."""
    private = personal(text)
    found = (
        ("personal", bool(private)),
        ("link", any(not _inside(link, private) for link in links(text))),
        ("capitals", shouting(text)),
        ("two_ideas", two_ideas(text, lang)),
    )
    return tuple(code for code, there in found if there)


def _inside(link: Weblink, private: tuple[Found, ...]) -> bool:
    """The host of an e-mail address is no link."""
    return any(found.start <= link.start and link.end <= found.end for found in private)


def hint(code: str, lang: str) -> str:
    """The hint as a sentence to the author."""
    match code:
        case "personal":
            return tr(lang, "There is personal data in it (a phone number, an address ...). Better leave it out.")
        case "link":
            return tr(lang, "There is a link in it. A moderator will look at it first.")
        case "capitals":
            return tr(lang, "It is all in capitals: small letters are easier to read.")
        case "two_ideas":
            return tr(lang, "It may hold two ideas. One idea at a time is easier to vote on.")
        case _:
            raise ValueError(f"no such hint: {code}")


# --- Capitals --------------------------------------------------------------------------------------------------------


def shouting(text: str) -> bool:
    """Is most of it in capitals?"""
    upper = sum(char.isupper() for char in text)
    lower = sum(char.islower() for char in text)
    return upper + lower >= SHOUTED_LETTERS and upper >= SHOUTED_SHARE * (upper + lower)


# --- Two ideas -------------------------------------------------------------------------------------------------------

_ARTICLE = r"(?:des?|du|une?|les?|la|l['’]|plus|moins|en|aux?|sur|gratuit)"
_JOINTS = {
    "fr": re.compile(
        r"\b(?:et aussi|et également|et puis|ainsi que|de plus,|par ailleurs|en outre|d['’]autre part|et il faut|"
        r"et nous devrions|et on devrait|deuxièmement|en même temps que)(?!\w)"
        # "et créer une ...": an infinitive and its object
        r"|\bet (?:[a-zéèêàâîïôûç]{2,14}(?:er|ir|oir)|mettre|faire|construire|rendre|réduire|interdire) "
        rf"{_ARTICLE}(?!\w)",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:and also|as well as|in addition|furthermore|moreover|besides,|and then|and we should|secondly)\b"
        r"|\band (?:add|allow|ban|build|buy|change|clean|close|create|cut|fix|forbid|give|hire|improve|install|keep|"
        r"lower|make|move|open|pay|plant|put|raise|reduce|remove|repair|replace|stop|widen) "
        r"(?:a|an|the|all|more|fewer|less|new|free|some|our|their|every|two|three|\w{1,20}s)\b",
        re.IGNORECASE,
    ),
}
_LISTED = re.compile(r"^[ \t]{0,8}(?:[-*•–]|\d{1,2}[.)])[ \t]", re.MULTILINE)


def two_ideas(text: str, lang: str) -> bool:
    """Does it look like two proposals in one? A list, a semicolon between longer parts, a joint such as `et aussi`."""
    if len(_LISTED.findall(text)) > 1:
        return True
    parts = [part for part in text.split(";") if len(part.split()) >= 3]
    if len(parts) > 1:
        return True
    joints = [_JOINTS[lang]] if lang in _JOINTS else list(_JOINTS.values())
    return any(joint.search(text) for joint in joints)


# --- Hiding ----------------------------------------------------------------------------------------------------------


def hidden(text: str, lang: str) -> str:
    """`text` with a word in brackets where personal data was."""
    pieces, at = [], 0
    for found in personal(text):
        pieces += [text[at : found.start], f"[{_name(found.kind, lang)}]"]
        at = found.end
    return "".join([*pieces, text[at:]])


def _name(kind: str, lang: str) -> str:
    match kind:
        case "phone":
            return tr(lang, "phone number")
        case "email":
            return tr(lang, "e-mail address")
        case "iban":
            return tr(lang, "bank account")
        case "nir":
            return tr(lang, "social security number")
        case "address":
            return tr(lang, "home address")
        case _:
            return tr(lang, "account name")
