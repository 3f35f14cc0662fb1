"""`sign`: a petition to sign, once a person.

What is asked comes one after the other: how the name is shown, the name, a reason, whether the author may write. The
one rule: nothing is signed before the person has read it over and said so, in a press or a word of their own.

A draft has one word a part, `shown=initials`, `name=L. M.`, `reason=`, `contact=yes`; the first part that is missing
is the one that is asked. Whoever shows only initials has only initials kept.
"""

from __future__ import annotations

import re

from flows import reading
from flows.effects import Signed
from flows.flow import Sign
from flows.kinds.choices import index
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from flows.messages import Block, Bold, Button, Italic, Plain, paragraph
from flows.prompts import data
from flows.session import Value
from locales import tr, trn

SIGN, BACK = "sign", "b"
SHOWN, NAME, REASON, CONTACT = "shown", "name", "reason", "contact"
FULL, INITIALS, HIDDEN = "name", "initials", "hidden"
WAYS = (FULL, INITIALS, HIDDEN)
YES, NO = "yes", "no"
LONGEST_NAME = 100


# The draft


def _given(kind: Sign, kept: tuple[str, ...]) -> dict[str, str]:
    """What has been given, as far as this petition asks for it."""
    found = dict(part.split("=", 1) for part in kept if "=" in part)
    return {stage: found[stage] for stage in _stages(kind, found) if stage in found}


def _stages(kind: Sign, given: dict[str, str]) -> list[str]:
    """What is asked, in this order."""
    hidden = not kind.named or given.get(SHOWN) == HIDDEN
    asked = {SHOWN: kind.named, NAME: not hidden, REASON: kind.reason > 0, CONTACT: kind.contact}
    return [stage for stage, wanted in asked.items() if wanted]


def stage(kind: Sign, kept: tuple[str, ...]) -> str:
    """What is asked now; `sign` once everything is there."""
    given = _given(kind, kept)
    return next((one for one in _stages(kind, given) if one not in given), SIGN)


def _with(kind: Sign, kept: tuple[str, ...], part: str, value: str) -> Partly:
    """The draft with one more part, or another one. Another way to show a name asks for it again."""
    given = _given(kind, kept)
    if part == SHOWN and given.get(SHOWN) != value:
        given.pop(NAME, None)
    given[part] = value
    return Partly(tuple(f"{one}={given[one]}" for one in _stages(kind, given) if one in given))


def draft(kind: Sign, value: Value) -> tuple[str, ...]:
    """Nothing: of a signature on file, the conversation knows neither the name nor the reason."""
    return ()


def done(kind: Sign, kept: tuple[str, ...], lang: str) -> Taken | Wrong | None:
    return _signed(kind, kept) if stage(kind, kept) == SIGN else Wrong(expected(kind, lang, kept))


def _signed(kind: Sign, kept: tuple[str, ...]) -> Taken:
    given = _given(kind, kept)
    shown, contact = given.get(SHOWN, HIDDEN), given.get(CONTACT, NO)
    signature = Signed(
        question="",
        shown=shown,
        name=given.get(NAME, ""),
        reason=given.get(REASON, ""),
        contact=contact == YES,
    )
    return Taken(((SHOWN, shown), (CONTACT, contact)), (signature,))


def step_forward(kind: Sign, kept: tuple[str, ...], lang: str) -> str:
    return ""


def back(kind: Sign, kept: tuple[str, ...]) -> Partly | None:
    """What was given last is asked again; None at the beginning."""
    given = _given(kind, kept)
    return Partly(tuple(f"{part}={value}" for part, value in given.items())[:-1]) if given else None


# What is shown


def free(kind: Sign, kept: tuple[str, ...]) -> bool:
    """Is the answer typed?"""
    return stage(kind, kept) in (NAME, REASON)


def buttons(kind: Sign, lang: str, prompt: str, kept: tuple[str, ...]) -> tuple[list[Button], int]:
    here = stage(kind, kept)
    found = [
        Button(label=label, data=data(prompt, f"{here}.{at}" if here != SIGN else SIGN), quiet=here == REASON)
        for at, label in enumerate(_labels(here, lang))
    ]
    if kept:
        found.append(Button(label=tr(lang, "Back"), data=data(prompt, f"{BACK}.{len(_given(kind, kept))}"), quiet=True))
    return found, 2 if here == CONTACT else 1


def _labels(here: str, lang: str) -> list[str]:
    match here:
        case "shown":
            return [tr(lang, "My name"), tr(lang, "My initials"), tr(lang, "Do not show my name")]
        case "reason":
            return [tr(lang, "No reason")]
        case "contact":
            return [tr(lang, "Yes"), tr(lang, "No")]
        case "sign":
            return [tr(lang, "I sign")]
    return []


def headed(kind: Sign, kept: tuple[str, ...]) -> bool:
    """Does the message begin with the petition? A typed reply brings a new message, which need not repeat it."""
    given = _given(kind, kept)
    return not given.get(NAME) and not given.get(REASON)


def closed(kind: Sign, kept: tuple[str, ...], lang: str) -> tuple[Block, ...]:
    """A message that does not begin with the petition, once it can no longer be pressed."""
    if headed(kind, kept):
        return ()
    here, given = stage(kind, kept), _given(kind, kept)
    asked = [paragraph(_asked(kind, here, given, lang))] if here != SIGN else []
    return (*_listed(given, lang), *asked)


def blocks(kind: Sign, lang: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    """What has been given so far, and what is asked now."""
    here, given = stage(kind, kept), _given(kind, kept)
    body = _listed(given, lang)
    if here == SIGN:
        word = tr(lang, "I sign")
        body.append(paragraph(Italic(tr(lang, "You sign when you press or type “{word}”, not before.", word=word))))
    else:
        body.append(paragraph(Bold(_asked(kind, here, given, lang))))
    return tuple(body)


def _listed(given: dict[str, str], lang: str) -> list[Block]:
    lines = [f"{label} {said}" for label, said in _so_far(given, lang) if said]
    return [paragraph(Plain("\n".join(lines)))] if lines else []


def _so_far(given: dict[str, str], lang: str) -> list[tuple[str, str]]:
    contact = {YES: tr(lang, "yes"), NO: tr(lang, "no")}.get(given.get(CONTACT, ""), "")
    shown = given.get(NAME, "") or (tr(lang, "not shown") if given.get(SHOWN) == HIDDEN else "")
    return [
        (tr(lang, "Name:"), shown),
        (tr(lang, "Reason:"), given.get(REASON, "")),
        (tr(lang, "The author may write to you:"), contact),
    ]


def _asked(kind: Sign, here: str, given: dict[str, str], lang: str) -> str:
    match here:
        case "shown":
            return tr(lang, "Your name is shown only as you choose. How shall we show it among the signatures?")
        case "name" if given.get(SHOWN) == INITIALS:
            return tr(lang, "Type your initials, for example: L. M.")
        case "name":
            return tr(lang, "Type your first name and your name.")
        case "reason":
            most = kind.reason
            return tr(lang, "Why do you sign? You may say it in at most {max} characters.", max=most)
    return tr(lang, "May the author of this petition write to you about it?")


def hint(kind: Sign, lang: str, kept: tuple[str, ...] = ()) -> str:
    return ""


def expected(kind: Sign, lang: str, kept: tuple[str, ...] = ()) -> str:
    """What to answer, as a polite request."""
    here = stage(kind, kept)
    match here:
        case "shown":
            return tr(lang, "Please choose one of the answers, or type its number.")
        case "name":
            return _asked(kind, here, _given(kind, kept), lang)
        case "reason":
            word = tr(lang, "No reason")
            return tr(lang, "Please write your reason in a few words, or type “{word}”.", word=word)
        case "contact":
            return tr(lang, "Please answer yes or no.")
    return tr(lang, "To sign, please type “{word}”.", word=tr(lang, "I sign"))


def said(kind: Sign, value: Value, lang: str) -> str:
    """A signature in words."""
    given = dict(one for one in value if isinstance(one, tuple)) if isinstance(value, tuple) else {}
    match given.get(SHOWN):
        case "name":
            words = tr(lang, "signed with my name")
        case "initials":
            words = tr(lang, "signed with my initials")
        case _:
            words = tr(lang, "signed, my name is not shown") if kind.named else tr(lang, "signed")
    return words + (" · " + tr(lang, "the author may write to me") if given.get(CONTACT) == YES else "")


# What came in


def press(kind: Sign, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    here = stage(kind, kept)
    if token == SIGN:
        return _signed(kind, kept) if here == SIGN else None
    part, _, number = token.partition(".")
    if part == BACK:
        # The button says how many parts there were, so that a press delivered twice takes only one away.
        at = index(number, 5)
        moved = back(kind, kept) if at == len(_given(kind, kept)) else Partly(kept)
        return None if not at else moved
    at = index(number, len(_labels(part, lang)))
    if at is None or part not in (SHOWN, REASON, CONTACT) or part not in (here, *_given(kind, kept)):
        return None
    return _chosen(kind, kept, part, at)


def _chosen(kind: Sign, kept: tuple[str, ...], part: str, at: int) -> Partly:
    match part:
        case "shown":
            return _with(kind, kept, SHOWN, WAYS[at])
        case "contact":
            return _with(kind, kept, CONTACT, (YES, NO)[at])
    return _with(kind, kept, REASON, "")


def own_word(kind: Sign, text: str, kept: tuple[str, ...], lang: str) -> bool:
    """Does a word that usually steers the conversation answer what is asked now?"""
    here, word = stage(kind, kept), reading.control(text)
    if isinstance(reading.exact(text, _labels(here, lang)), int):
        return True
    return (word == "skip" and bool(kept) and here != SIGN) or (word == "none" and here == REASON)


def read(kind: Sign, text: str, lang: str, kept: tuple[str, ...]) -> Reply:
    here = stage(kind, kept)
    match here:
        case "name" | "contact" if kept and reading.control(text) == "skip":
            return _with(kind, kept, *((SHOWN, HIDDEN) if here == NAME else (CONTACT, NO)))
        case "name":
            return _name(kind, text, lang, kept)
        case "reason":
            return _reason(kind, text, lang, kept)
        case "sign":
            willing = reading.yes_no(text, strict=True) or reading.fold(text) in _SIGNING
            known = isinstance(reading.exact(text, _labels(here, lang)), int)
            return _signed(kind, kept) if willing or known or reading.control(text) == "send" else None
    found = reading.pick(text, _labels(here, lang))
    if here == CONTACT and not isinstance(found, int):
        meant = reading.yes_no(text, strict=True)
        found = None if meant is None else int(not meant)
    return _chosen(kind, kept, here, found) if isinstance(found, int) else None


_SIGNING = frozenset(
    ("signer", "je signe", "signe", "je signe la petition", "sign", "i sign", "i sign the petition", "1")
)
"""What signs; 1 is the number of the only choice, where choices are numbered."""


_NO_REASON = frozenset(("sans raison", "pas de raison", "aucune raison", "no reason", "without a reason"))


def _name(kind: Sign, text: str, lang: str, kept: tuple[str, ...]) -> Reply:
    value = " ".join(reading.clean(text).split())
    if not any(letter.isalpha() for letter in value):
        return Wrong(expected(kind, lang, kept))
    if len(value) > LONGEST_NAME:
        return Wrong(tr(lang, "This name is too long: at most {max} characters fit.", max=LONGEST_NAME), mild=True)
    return _with(kind, kept, NAME, initials(value) if _given(kind, kept).get(SHOWN) == INITIALS else value)


def initials(name: str) -> str:
    """`Léa Martin-Dupont` and `l m-d` are `L. M.-D.`, and so is `LMD` nearly: `L. M. D.`"""
    words = re.split(r"[\s.]+", name)
    if len(words) == 1 and len(name) <= 4 and name.isupper():
        words = list(name)
    found = ("-".join(f"{letter.upper()}." for part in word.split("-") if (letter := _letter(part))) for word in words)
    return " ".join(one for one in found if one)[:LONGEST_NAME]


def _letter(part: str) -> str:
    return next((letter for letter in part if letter.isalpha()), "")


def _reason(kind: Sign, text: str, lang: str, kept: tuple[str, ...]) -> Reply:
    none = isinstance(reading.exact(text, _labels(REASON, lang)), int)
    none = none or reading.fold(text) in _NO_REASON
    if none or reading.control(text) in ("skip", "none") or reading.yes_no(text, strict=True) is False:
        return _with(kind, kept, REASON, "")
    value = reading.clean(text)
    if not any(sign.isalnum() for sign in value) or reading.yes_no(text, strict=True):
        return Wrong(expected(kind, lang, kept))
    over = len(value) - kind.reason
    if over <= 0:
        return _with(kind, kept, REASON, value)
    return Wrong(
        trn(
            lang,
            "Your text is {n} character too long: at most {max} fit. Please shorten it and send it again.",
            "Your text is {n} characters too long: at most {max} fit. Please shorten it and send it again.",
            over,
            max=kind.reason,
        ),
        mild=True,
    )
