"""`propose`: somebody puts a text of their own forward.

The one rule: nothing is sent before its author has read it as a whole and said so (`send`).

How it goes (`flows.kinds.proposing.Stage`): the text is typed; earlier proposals like it are looked for; the person
supports one of them, perhaps with a nuance of their own, or says that theirs is different; its category is asked;
they read it once more, with what happens next; it is sent; another one, as long as there may be one.

Where data is needed, the engine returns a `Fetch` and shows nothing until it is answered:

    Fetch(question=<this step>, want=Want.LEFT)
    Fetched(question, want="left", left=3)           before anything is typed; what is on file counts, also what is
                                                     published and can no longer be taken back. None: no bound

    Fetch(question=<this step>, want=Want.SIMILAR, text=<whole text>, spot=<answer to `near`, perhaps ""> , n=3)
    Fetched(question, want="similar", cards=(...))   only published proposals of this step, the likest first, at most
                                                     three; none is a good answer. With `near` in the kind: what is
                                                     close to `spot`. Never one's own, except one that still waits
                                                     for a moderator: that one alone, with `waiting`

What leaves: `Proposed(question, text, category, addressee, photo, spot, parent)`, with a `Record` of how many were
sent; `Stance(question, number, "agree", via="similar", proof)` for a support (`value` None takes it off again); both
always under the name of this step. `category`, `addressee`, `photo` and `spot` are the answers to the questions that
the kind names, as they stand at that moment. A `Withdraw` of this question takes its proposals back as far as that is
possible, and its stances off.

Buttons: `s0~<proof>` to `s2~<proof>` (support), `mine`; `alone` (no nuance), `u~<proof>`; `k0` ... (category);
`send`, `change`, `leave`; `another`, and the engine's own `done`. The codes to call them by (`code`): support1 to
support3, mine, alone, undo, the codes of the categories, send, change, leave, another, enough.
"""

from __future__ import annotations

from dataclasses import replace

from flows import amending, clinic
from flows.effects import Fetch, Want
from flows.events import Card, Fetched
from flows.flow import Checked, Propose
from flows.kinds import proposing
from flows.kinds.choices import index
from flows.kinds.proposing import SIMILAR_SHOWN, Stage, Writing, back, done
from flows.kinds.reply import Partly, Reply, Taken, Then, Wrong
from flows.kinds.typedproposal import opener_of, own_word, read
from flows.messages import Block, Bullets, Button, Italic, Message, Paragraph, Plain, paragraph
from flows.prompts import DONE, data
from flows.session import Given, Value
from locales import tr, trn

__all__ = [
    "back",
    "behind",
    "blocks",
    "buttons",
    "closed",
    "code",
    "done",
    "draft",
    "expected",
    "fetched",
    "free",
    "headed",
    "hint",
    "own_word",
    "press",
    "read",
    "said",
    "step_forward",
    "wants",
]

MINE, ALONE, SEND_IT, CHANGE_IT, LEAVE_IT, ANOTHER = "mine", "alone", "send", "change", "leave", "another"


def draft(kind: Propose, value: Value) -> tuple[str, ...]:
    """Where somebody goes on who comes back to the question."""
    if not isinstance(value, int):
        return ()
    return Writing(sent=value, supported=not value, stage=Stage.MORE).write()


def headed(kind: Propose, kept: tuple[str, ...]) -> bool:
    """Is the question itself told? While the text is to be written."""
    return proposing.stage(proposing.read(kept)) is Stage.WRITE


def free(kind: Propose, kept: tuple[str, ...]) -> bool:
    """Is the usual answer typed?"""
    return proposing.stage(proposing.read(kept)) in (Stage.WRITE, Stage.NUANCE)


# Data


def wants(kind: Propose, kept: tuple[str, ...]) -> Fetch | None:
    """What has to be fetched before anything can be shown."""
    here = proposing.read(kept)
    match proposing.stage(here):
        case Stage.ALLOWED:
            return Fetch(question="", want=Want.LEFT)
        case Stage.LOOK:
            return Fetch(question="", want=Want.SIMILAR, text=here.text, n=SIMILAR_SHOWN)
        case _:
            return None


def fetched(kind: Propose, kept: tuple[str, ...], event: Fetched, lang: str) -> Reply:
    here = proposing.read(kept)
    match proposing.stage(here), event.want:
        case Stage.ALLOWED, Want.LEFT:
            if event.left is None or event.left > 0:
                return Partly(replace(here, stage=Stage.WRITE, left=event.left).write())
            return _no_more(kind, here, lang)
        case Stage.LOOK, Want.SIMILAR if event.cards:
            return Partly(replace(here, stage=Stage.LIKE, like=event.cards[:SIMILAR_SHOWN]).write())
        case Stage.LOOK, Want.SIMILAR:
            return Partly(proposing.sorted_next(kind, here).write())
    return None


def _no_more(kind: Propose, here: Writing, lang: str) -> Taken:
    if not (kind.month or kind.year):
        why = tr(lang, "You have already sent as many as one person may here.")
    elif proposing.asks(kind):
        why = tr(lang, "You have sent as many as one person may for now. You can send others later.")
    else:
        why = tr(lang, "You have sent as many proposals as one person may for now. You can send others later.")
    if here.sent or here.supported:
        return Taken(here.sent, say=why)
    return Taken(None, given=Given.SKIPPED, say=why)


# What is shown


def blocks(kind: Propose, lang: str, default: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    here = proposing.read(kept)
    match proposing.stage(here):
        case Stage.WRITE:
            return _to_write(kind, here, lang, default)
        case Stage.LIKE:
            return _like(kind, here, lang)
        case Stage.NUANCE:
            return _nuance(here, lang)
        case Stage.SORT:
            return (paragraph(tr(lang, "What is it about?")),)
        case Stage.READ:
            return _to_read(kind, here, lang, default)
        case Stage.MORE:
            return (paragraph(_another(kind, here, lang)),)
        case Stage.ALLOWED | Stage.LOOK:
            return ()


def _to_write(kind: Propose, here: Writing, lang: str, default: str) -> tuple[Block, ...]:
    found: list[Block] = []
    if kind.amends is not None:
        found.append(paragraph(tr(lang, "The text as it stands:")))
        found.append(Paragraph((Plain(kind.amends.read(lang, default)),)))
    elif kind.opener is not None:
        found.append(
            paragraph(tr(lang, "Your sentence begins with: “{opener}”.", opener=opener_of(kind, lang, default)))
        )
    if here.text:
        found.append(paragraph(tr(lang, "Your text so far:")))
        found.append(Paragraph((Plain(here.text),)))
    return tuple(found)


def _like(kind: Propose, here: Writing, lang: str) -> tuple[Block, ...]:
    if proposing.repeated(here):
        return _sent_before(here, lang)
    if any(card.official for card in here.like):
        head = trn(
            lang,
            "This is already there. Is it the same idea?",
            "These are already there. Is it one of them?",
            len(here.like),
        )
    elif kind.near is not None:
        head = trn(
            lang,
            "This has already been reported close by. Is it the same?",
            "These have already been reported close by. Is it one of them?",
            len(here.like),
        )
    else:
        head = trn(
            lang,
            "Somebody has already put something similar forward. Is it this one?",
            "Others have already put something similar forward. Is it one of these?",
            len(here.like),
        )
    listed = Bullets(tuple((Plain(card.text), Italic(_supports(card, lang))) for card in here.like), numbered=True)
    foot = tr(lang, "If so, support it: you can add a nuance of your own. Else yours is put forward beside it.")
    return (paragraph(head), listed, paragraph(Italic(foot)))


def _sent_before(here: Writing, lang: str) -> tuple[Block, ...]:
    said = tr(lang, "You have already sent this; a moderator is reading it. You will be told what is decided:")
    own = Bullets(tuple((Plain(card.text),) for card in here.like))
    return paragraph(said), own, paragraph(Italic(tr(lang, "You can send the new one all the same.")))


def _supports(card: Card, lang: str) -> str:
    if not card.supports:
        return ""
    return " (" + trn(lang, "supported by {n} person", "supported by {n} people", card.supports) + ")"


def _nuance(here: Writing, lang: str) -> tuple[Block, ...]:
    said = tr(lang, "Your support is recorded. Would you like to add a nuance, in your own words? If so, type it here.")
    parent = here.parent
    return (*((Paragraph((Plain(parent.text),)),) if parent else ()), paragraph(said))


def _to_read(kind: Propose, here: Writing, lang: str, default: str) -> tuple[Block, ...]:
    found: list[Block] = []
    if here.parent is not None:
        found += [paragraph(tr(lang, "Here is the nuance that you add to:")), Paragraph((Plain(here.parent.text),))]
        found += [paragraph(tr(lang, "Your words:")), Paragraph((Plain(here.text),))]
    else:
        found += [paragraph(tr(lang, "Here is what will be sent:")), Paragraph((Plain(here.text),))]
    if kind.amends is not None and here.parent is None:
        found += _changes(kind.amends.read(lang, default), here.text, lang)
    if sort := next((one for one in kind.categories if one.code == here.category), None):
        found.append(paragraph(tr(lang, "Topic: {category}", category=sort.label.read(lang, default))))
    hints = tuple((Plain(clinic.hint(code, lang)),) for code in clinic.hints(here.text, lang))
    if hints:
        found += [paragraph(tr(lang, "Before you send it:")), Bullets(hints)]
    found.append(paragraph(Italic(_next(kind.checked, lang))))
    return tuple(found)


def _changes(before: str, after: str, lang: str) -> list[Block]:
    lines = "\n".join(amending.lines(before, after))
    return [paragraph(tr(lang, "What changes:")), Paragraph((Plain(lines),))] if lines else []


def _next(checked: Checked, lang: str) -> str:
    """What happens once it is sent."""
    match checked:
        case Checked.BEFORE:
            return tr(lang, "Next: a moderator reads it, then others see it. You will be told either way.")
        case Checked.NEWCOMERS:
            return tr(lang, "Next: a moderator may read it before others see it. You will be told either way.")
        case Checked.AFTER:
            return tr(lang, "Next: others see it at once. A moderator may read it afterwards.")


def _another(kind: Propose, here: Writing, lang: str) -> str:
    told = _became(here, lang)
    most = kind.most if here.left is None else min(kind.most, here.sent + here.left)
    count = tr(lang, "({sent} of {most})", sent=here.sent, most=most)
    return " ".join(filter(None, (told, _more(kind, here, lang), count)))


def _more(kind: Propose, here: Writing, lang: str) -> str:
    if not proposing.room(kind, here):
        return tr(lang, "That is all you can send here.")
    if proposing.asks(kind):
        return tr(lang, "Would you like to send another one?")
    return tr(lang, "Do you have another idea?")


def _became(here: Writing, lang: str) -> str:
    match here.became:
        case "sent":
            return tr(lang, "Your text is sent, thank you.")
        case "support":
            return tr(lang, "Your support is recorded, thank you.")
        case "left":
            return tr(lang, "Nothing was sent.")
    return ""


def buttons(kind: Propose, lang: str, default: str, prompt: str, kept: tuple[str, ...]) -> tuple[list[Button], int]:
    here = proposing.read(kept)

    def button(label: str, token: str, *, quiet: bool = False, main: bool = False) -> Button:
        return Button(label=label, data=data(prompt, token), quiet=quiet, main=main)

    match proposing.stage(here):
        case Stage.LIKE if proposing.repeated(here):
            same = tr(lang, "Send it all the same")
            return [button(same, MINE), button(tr(lang, "Do not send"), LEAVE_IT, quiet=True)], 1
        case Stage.LIKE:
            support = [button(_support(here, i, lang), f"s{i}~{card.proof}") for i, card in enumerate(here.like)]
            return [*support, button(tr(lang, "Mine is different"), MINE)], 1
        case Stage.NUANCE:
            undo = [button(tr(lang, "Undo"), f"u~{here.parent.proof}", quiet=True)] if here.parent else []
            return [button(tr(lang, "No, that is all"), ALONE, quiet=True, main=True), *undo], 1
        case Stage.SORT:
            return [button(one.label.read(lang, default), f"k{i}") for i, one in enumerate(kind.categories)], 1
        case Stage.READ:
            return [
                button(tr(lang, "Send"), SEND_IT, quiet=True, main=True),
                button(tr(lang, "Change"), CHANGE_IT, quiet=True),
                button(tr(lang, "Do not send"), LEAVE_IT, quiet=True),
            ], 3
        case Stage.MORE if proposing.room(kind, here):
            return [button(tr(lang, "Another one"), ANOTHER)], 1
        case _:
            return [], 1


def _support(here: Writing, at: int, lang: str) -> str:
    return tr(lang, "Support it") if len(here.like) == 1 else tr(lang, "Support {number}", number=at + 1)


def step_forward(kind: Propose, kept: tuple[str, ...], lang: str) -> str:
    here = proposing.read(kept)
    if proposing.stage(here) in (Stage.MORE, Stage.WRITE) and (here.sent or here.supported):
        return tr(lang, "That is enough")
    return ""


def behind(kind: Propose, kept: tuple[str, ...], lang: str, default: str, prompt: str) -> Message | None:
    """The message that was just answered: what the person put forward, and what became of it."""
    here = proposing.read(kept)
    if not here.past:
        return None
    mark = {
        "sent": "✔ " + tr(lang, "Sent."),
        "support": "✔ " + tr(lang, "Supported."),
        "left": "– " + tr(lang, "Not sent."),
    }.get(here.became, "")
    return Message(body=(Paragraph((Plain(here.past), Plain(f"\n{mark}"))),))


def closed(kind: Propose, kept: tuple[str, ...], lang: str, default: str) -> tuple[Block, ...]:
    """What is in front of the person, once it can no longer be pressed; empty where that is the question alone."""
    here = proposing.read(kept)
    match proposing.stage(here):
        case Stage.WRITE | Stage.ALLOWED | Stage.LOOK:
            return ()
        case Stage.LIKE | Stage.SORT:
            return (Paragraph((Plain(here.text),)),)
        case Stage.READ:
            return (Paragraph((Plain(here.text),)),)
        case Stage.NUANCE | Stage.MORE:
            return blocks(kind, lang, default, kept)


def hint(kind: Propose, kept: tuple[str, ...], lang: str) -> str:
    if kind.amends is not None:
        return tr(lang, "Copy the text, change it and send it as a whole: at most {max} characters.", max=kind.max)
    if proposing.asks(kind):
        return tr(lang, "In your own words: at most {max} characters.", max=kind.max)
    return tr(lang, "One idea, in your own words: at most {max} characters.", max=kind.max)


def expected(kind: Propose, lang: str, default: str, kept: tuple[str, ...]) -> str:
    here = proposing.read(kept)
    match proposing.stage(here):
        case Stage.LIKE if proposing.repeated(here):
            return tr(lang, "Please type “{send}” or “{leave}”.", send=tr(lang, "send"), leave=tr(lang, "do not send"))
        case Stage.LIKE:
            return tr(
                lang,
                "To support one of them, please type its number. If yours is another idea, type “{different}”.",
                different=tr(lang, "different"),
            )
        case Stage.NUANCE:
            return tr(lang, "Please type your nuance, or “{no}”.", no=tr(lang, "no"))
        case Stage.SORT:
            named = " · ".join(f"{i} {one.label.read(lang, default)}" for i, one in enumerate(kind.categories, 1))
            return tr(lang, "Please type one of these words, or its number: {choices}.", choices=named)
        case Stage.READ:
            return tr(
                lang,
                "Please type “{send}”, “{change}” or “{leave}”.",
                send=tr(lang, "send"),
                change=tr(lang, "change"),
                leave=tr(lang, "do not send"),
            )
        case Stage.MORE:
            return tr(
                lang,
                "For another one, type “{more}”; else “{enough}”.",
                more=tr(lang, "more"),
                enough=tr(lang, "enough"),
            )
        case Stage.WRITE | Stage.ALLOWED | Stage.LOOK:
            return tr(lang, "Please write your idea in words.")


# What came in


def press(kind: Propose, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    here = proposing.read(kept)
    head, _, proof = token.partition("~")
    match proposing.stage(here), head:
        case Stage.LIKE, "mine":
            return proposing.different(kind, here)
        case Stage.LIKE, "leave" if proposing.repeated(here):
            return proposing.left(kind, here)
        case Stage.LIKE, _ if proposing.repeated(here):
            return None
        case Stage.LIKE, _ if (at := index(head[1:], len(here.like))) is not None and head[0] == "s":
            card = here.like[at]
            return proposing.supported(kind, here, card) if proof == card.proof else Wrong(_other(lang))
        case Stage.NUANCE, "alone":
            return proposing.gone_on(kind, here)
        case Stage.NUANCE, "u" if here.parent is not None:
            return proposing.unsupported(here, lang) if proof == here.parent.proof else Wrong(_other(lang))
        case Stage.SORT, _ if (at := index(head[1:], len(kind.categories))) is not None and head[0] == "k":
            return proposing.with_topic(here, kind.categories[at].code, Then.HERE)
        case Stage.READ, "send":
            return proposing.sent(kind, here)
        case Stage.READ, "change":
            return proposing.changed(here)
        case Stage.READ, "leave":
            return proposing.left(kind, here)
        case Stage.MORE, "another" if proposing.room(kind, here):
            return proposing.begun_anew(here)
    return None


def _other(lang: str) -> str:
    return tr(lang, "This button belongs to another card.")


# An answer in words


def said(kind: Propose, value: Value, lang: str) -> str:
    n = value if isinstance(value, int) else 0
    if not n:
        return tr(lang, "supported another one")
    return trn(lang, "{n} text sent", "{n} texts sent", n)


def code(kind: Propose, token: str) -> str:
    """The word by which a transcript calls a button."""
    head = token.partition("~")[0]
    at = index(head[1:], max(len(kind.categories), SIMILAR_SHOWN))
    match head[:1]:
        case "s" if at is not None and at < SIMILAR_SHOWN:
            return f"support{at + 1}"
        case "k" if at is not None and at < len(kind.categories):
            return kind.categories[at].code
    named = {DONE: "enough", "u": "undo"}
    return named.get(head, head if head in (MINE, ALONE, SEND_IT, CHANGE_IT, LEAVE_IT, ANOTHER) else "")
