"""What becomes of contributions, for everybody: `/mine`, `/league`, `/update`; and `/propose` in answer to a message.

The one rule: somebody's words are put forward by themselves only; others may suggest it.
"""

from __future__ import annotations

from bot.commands import Command
from bot.commands.citizens import enter, session_of
from bot.commands.following import Run, those, which
from bot.commands.lifecycle import confirm, sure_of
from bot.followup import agenda, grid, league, mine, news, quoting, reached, steps
from bot.letters import Whole
from bot.office.publishing import OfficeError
from bot.opinions import phrasing
from bot.rights import Act
from bot.turn import Turn
from bot.visibility import published
from bot.wording import moment, title
from flows import quoting as drafting
from flows import reading
from flows.events import Said
from flows.flow import Flow, Propose
from flows.messages import Block, Bold, Bullets, Button, Plain, Prompt, message, paragraph
from flows.prompts import command
from locales import tr, trn
from storage import proposals
from storage.consultations import Consultation
from storage.instants import ms, when

_RUNNING = ("open", "closing", "closed", "answered")
_SEEN = ("open", "closing", "closed", "answered", "archived")


def mine_(turn: Turn, _argument: str) -> None:
    """/mine: what I put forward or signed, and how it stands."""
    turn.scene.flush()
    found = mine.told(turn)
    if found:
        turn.say(message(*found))
    else:
        turn.say(tr(turn.lang, "You have not put anything forward, or the link to it is destroyed."))


def league_(turn: Turn, argument: str) -> None:
    """/league: who answers, how much and how fast."""
    fits = those(turn, lambda run, flow: published(run) and bool(steps.every_official(flow)), *_SEEN)
    if not fits:
        turn.say(tr(turn.lang, "Nobody answers by name here at the moment."))
        return
    found = which(turn, "league", argument, fits)
    if found is None:
        return
    run, flow, _rest = found
    table = league.standings(turn.scene.connection, run, flow, turn.lang, now_ms=ms(turn.scene.now))
    turn.say(message(*league.told(flow, table, turn.lang)))


# --- The list that several people answer ------------------------------------------------------------------------------


def _lists(turn: Turn) -> list[Run]:
    def fits(run: Consultation, flow: Flow) -> bool:
        return bool(steps.lists(flow)) and turn.may(Act.OUTCOME, run.id)

    return those(turn, fits, *_RUNNING)


def toplist(turn: Turn, argument: str) -> None:
    """/toplist: put the most agreed proposals to everybody who answers; read over first."""
    found = which(turn, "toplist", argument, _lists(turn))
    if found is None:
        return
    run, flow, rest = found
    lang, connection = turn.lang, turn.scene.connection
    if run.state in ("open", "closing"):
        raise OfficeError(tr(lang, "The list is made once the consultation is closed."))
    if agenda.made(connection, run, flow):
        raise OfficeError(tr(lang, "The list was sent already. What is answered: /grid {id}", id=run.id))
    chosen = {name: agenda.best(connection, flow, run, name, owed.top) for name, owed in steps.lists(flow).items()}
    if not any(chosen.values()):
        raise OfficeError(tr(lang, "There is no proposal that more people want than reject."))
    if sure_of(rest)[0]:
        n = agenda.put(turn, run, flow)
        turn.say(
            trn(lang, "The list with {n} proposal is on its way.", "The list with {n} proposals is on its way.", n)
        )
        return
    blocks: list[Block | str] = [tr(lang, "These are the proposals that people agree on most:")]
    for name, owed in steps.lists(flow).items():
        lines = [phrasing.numbered(lang, one, flow.lang) for one in chosen[name]]
        blocks.append(Bullets(tuple((Plain(line),) for line in lines)))
        names = ", ".join(one.label.read(lang, flow.lang) for one in owed.each)
        blocks.append(tr(lang, "They go to: {names}. Send?", names=names))
    confirm(turn, message(*blocks), tr(lang, "Yes, send the list"), "toplist", run.id)


def grid_(turn: Turn, argument: str) -> None:
    """/grid: what each of those who were asked says to the list."""
    fits = those(turn, lambda run, flow: published(run) and bool(steps.lists(flow)), *_SEEN)
    found = which(turn, "grid", argument, fits)
    if found is None:
        return
    run, flow, _rest = found
    lines = grid.told(turn.scene.connection, run, flow, turn.lang)
    head = paragraph(Bold(title(flow, turn.lang)))
    turn.say(message(head, *(lines or [tr(turn.lang, "The list has not been sent yet.")])))


# --- News of a petition ----------------------------------------------------------------------------------------------


def update(turn: Turn, argument: str) -> None:
    """/update: news to those who signed and agreed to be written to."""

    def fits(run: Consultation, flow: Flow) -> bool:
        return bool(steps.petitions(flow)) and turn.may(Act.NEWS, run.id)

    found = which(turn, "update", argument, those(turn, fits, *_RUNNING))
    if found is None:
        return
    run, flow, rest = found
    lang, text = turn.lang, reading.clean(rest)
    if told := news.too_soon(turn, run):
        raise OfficeError(told)
    if not text or len(text) > news.LONGEST:
        asked = tr(lang, "Please write the news. You read it over before it is sent.")
        long = tr(lang, "That is too long: at most {n} characters.", n=news.LONGEST)
        leave = Button(label=tr(lang, "No, leave it"), data=command("keep"), quiet=True)
        shown = message(long if text else asked, prompt=Prompt(id="", buttons=(leave,)))
        turn.ask(shown, free=f"update {run.id}")
    else:
        _preview(turn, run, flow, text)


def send_update(turn: Turn, argument: str) -> None:
    """The button under the news that were read over."""

    def fits(run: Consultation, flow: Flow) -> bool:
        return bool(steps.petitions(flow)) and turn.may(Act.NEWS, run.id)

    found = which(turn, "sendupdate", argument, those(turn, fits, *_RUNNING))
    if found is None:
        return
    run, _flow, rest = found
    sure, text = sure_of(rest)
    if not sure or not text:
        turn.say(tr(turn.lang, "This button is no longer in use."))
        return
    news.send(turn, run, reading.clean(text)[: news.LONGEST])
    turn.say(tr(turn.lang, "The news is on its way."))


def _preview(turn: Turn, run: Consultation, flow: Flow, text: str) -> None:
    lang, n = turn.lang, news.reach(turn, run, flow)
    if not n:
        turn.say(tr(lang, "This would reach nobody: nobody who signed agreed to be written to, or can be reached."))
        return
    asked = trn(lang, "This reaches {n} person. Send?", "This reaches {n} people. Send?", n)
    lines = [*news.told(run, flow, text, lang).body, asked]
    at = when(reached.polite(turn, run))
    if at > turn.scene.now:
        lines.append(tr(lang, "It is quiet time: it leaves {when}.", when=moment(at, run.zone, lang)))
    confirm(turn, message(*lines), tr(lang, "Yes, send it"), "sendupdate", run.id, more=text)


# --- A message of the group ------------------------------------------------------------------------------------------


def propose(turn: Turn, argument: str) -> None:
    """/propose: in answer to a message, ask its author whether it may be put forward; in private, put something forward
    oneself."""
    if turn.item.private:
        _begin(turn, argument)
        return
    lang, event = turn.lang, turn.event
    runs = quoting.runs_in(turn, turn.item.place)
    if not runs:
        quoting.forget(turn, turn.item.id)
        turn.say(tr(lang, "There is nothing open in this group to which something could be put forward."))
    elif not isinstance(event, Said) or len(event.quoted) != 3:
        turn.say(tr(lang, "Answer a message with /propose: I will ask its author whether it may be put forward."))
    else:
        told = quoting.ask(turn, event.quoted, runs)
        turn.say(told or quoting.link_for(turn))


def _begin(turn: Turn, argument: str) -> None:
    """In private: into the consultation in which something can be put forward."""
    found = which(turn, "propose", argument, those(turn, lambda _run, flow: bool(steps.proposing(flow)), "open"))
    if found is not None and not _write_again(turn, found[0], found[2]):
        enter(turn, found[0])


def _write_again(turn: Turn, run: Consultation, number: str) -> bool:
    """The button under a refusal, `p12`: to the question where that one was written. False where that is not
    possible."""
    named = number.removeprefix("p")
    known = session_of(turn, run.id) if named.isascii() and named.isdecimal() and len(named) < 10 else None
    one = proposals.by_number(turn.scene.connection, run.id, int(named)) if known is not None else None
    if known is None or one is None or known.token is None or one.author != known.token:
        return False
    ask = next((ask for ask in known.flow.asks if isinstance(ask.kind, Propose) and ask.name == one.pool), None)
    step = drafting.anew(known.flow, known.session, ask) if ask is not None else None
    if step is None:
        return False
    known.lane, known.place, known.dirty = turn.item.lane, turn.item.place, True
    turn.scene.focus(turn.item.lane, known.id)
    turn.apply(known, step)
    return True


def agree(turn: Turn, argument: str) -> None:
    """The author's word on a message of theirs: yes, change it first, or no. Buttons say which message; who types means
    the last one."""
    first, *rest = argument.split() or [""]
    named = first.isascii() and first.isdecimal() and len(first) < 19
    quoted = quoting.held(turn, int(first)) if named else quoting.newest(turn)
    words = rest if named else argument.split()
    if quoted is None:
        turn.say(tr(turn.lang, "I no longer have that message. You can write it to me anew: /propose"))
        return
    word = reading.fold(words[0]) if words else ""
    changing = word in ("c", "change", "changer", "modifier")
    if word == "n" or reading.yes_no(word) is False:
        quoting.forget(turn, quoted.id)
        turn.say(tr(turn.lang, "Good: nothing is put forward, and I have forgotten it."))
    elif changing or word in ("y", "o") or reading.yes_no(word):
        _take(turn, quoted, " ".join(words[1:]), ready=not changing)
    else:
        come(turn, quoted.id)


def come(turn: Turn, id: int) -> None:
    """The author comes by the link of the group, or asks again: the question, here."""
    quoted = quoting.held(turn, id)
    runs = quoting.runs_in(turn, quoted.place) if quoted is not None else []
    if quoted is None:
        turn.say(tr(turn.lang, "This is for the person who wrote the message, and for two days only."))
    elif not runs:
        turn.say(tr(turn.lang, "There is nothing open any more to which it could be put forward."))
    else:
        shown = quoting.asked(quoted.id, quoted.text, runs, turn.lang)
        turn.post(turn.item.place, Whole(shown, turn.lang))


def _take(turn: Turn, quoted: quoting.Quoted, id: str, *, ready: bool) -> None:
    """Put the text into the author's hands, at the question where it can be sent."""
    lang, runs = turn.lang, quoting.runs_in(turn, quoted.place)
    chosen = next((pair for pair in runs if pair[0].id == id), runs[0] if len(runs) == 1 else None)
    if not runs:
        turn.say(tr(lang, "There is nothing open any more to which it could be put forward."))
        return
    if chosen is None:
        come(turn, quoted.id)
        return
    run, flow = chosen
    if why := bring(turn, run, flow, quoted.text, ready=ready):
        turn.say(why)
        return
    quoting.forget(turn, quoted.id)


def bring(turn: Turn, run: Consultation, flow: Flow, text: str, *, ready: bool) -> str:
    """Lead the author to the question with the text in hand; why not, if not."""
    known = session_of(turn, run.id)
    ask = drafting.question_for(known.flow if known is not None else flow)
    assert ask is not None, "the version that is pinned asks the same questions"
    if known is None:
        draft, why = drafting.drafted(flow, ask, turn.lang, text, ready=ready)
        if why:
            turn.say(why)
        enter(turn, run, drafts={ask.name: draft})
        return ""
    put = drafting.put(known.flow, known.session, ask, text, at=turn.event.at, ready=ready)
    if put.step is None:
        return put.why
    if put.why:
        turn.say(put.why)
    known.lane, known.place, known.dirty = turn.item.lane, turn.item.place, True
    turn.scene.focus(turn.item.lane, known.id)
    turn.apply(known, put.step)
    return ""


COMMANDS = (
    Command(
        name="propose",
        aliases=("proposer",),
        act=propose,
        about=lambda lang: tr(lang, "put something forward"),
        in_group=True,
    ),
    Command(
        name="mine",
        aliases=("mespropositions",),
        act=mine_,
        about=lambda lang: tr(lang, "what became of what you put forward"),
    ),
    Command(
        name="league",
        aliases=("tableau",),
        act=league_,
        about=lambda lang: tr(lang, "who answers, and how fast"),
        in_group=True,
    ),
    Command(
        name="toplist",
        aliases=("liste",),
        act=toplist,
        about=lambda lang: tr(lang, "put the most agreed proposals to those who answer"),
        needs=Act.OUTCOME,
    ),
    Command(
        name="grid",
        aliases=("grille",),
        act=grid_,
        about=lambda lang: tr(lang, "who says what to the proposals"),
        in_group=True,
    ),
    Command(
        name="update",
        aliases=("actualite", "actualité"),
        act=update,
        about=lambda lang: tr(lang, "write to those who signed"),
        needs=Act.NEWS,
    ),
    Command(name="sendupdate", aliases=(), act=send_update, about=None, needs=Act.NEWS),
    Command(name="agree", aliases=("accord",), act=agree, about=None),
)
