"""/new: make a consultation in private: a poll step by step, one of the templates, or a file of one's own.

The one rule: whatever way it is made, it becomes a draft that its organiser reads before it is published. What cannot
be understood is told with the same words as everywhere, and nothing that was answered or sent is lost by it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot import preparing
from bot.commands import Command, dates, poll
from bot.office import OfficeError
from bot.office.publishing import DEFAULT_ZONE
from bot.polls.asked import poll_asked, to_change
from bot.polls.templates import Template, purpose, templates
from bot.polls.writing import poll_id
from bot.rights import Act
from bot.scene import Live
from bot.turn import Turn
from bot.walltime import local
from bot.wording import title
from flows import fixing, reading
from flows.engine import Step
from flows.events import Shared
from flows.flow import Flow
from flows.load import load_text
from flows.messages import Block, Bold, Bullets, Button, Inline, Message, Plain, Prompt, message
from flows.mistakes import Mistake as FileMistake
from flows.prompts import command
from flows.session import Answer, Given
from locales import tr, trn
from storage import consultations

MOST_MISTAKES = 15
"""More lines than this are no longer read in a chat."""
MOST_REMARKS = 5
_POLL, _TEMPLATE = "poll", "template"
_A_FLOW = re.compile(r"(?:\s*(?:#[^\n]*|---)?\n)*\s*palabre\s*:")
"""The beginning of a flow file, behind comments."""
_FLOW_FILE = (".yaml", ".yml")


def new(turn: Turn, argument: str) -> None:
    """/new: what there is to begin with; with an argument, begin."""
    word = argument.strip()
    if not turn.item.private:
        _to_private(turn)
    elif not turn.may(Act.LAUNCH):
        turn.say(poll.not_here(turn))
    elif not word:
        _offer(turn)
    elif _A_FLOW.match(argument):
        _read_file(turn, argument, "flow.yaml")
    elif word.lower() in ("poll", "sondage"):
        preparing.begin(turn, _POLL, preparing.script("poll"))
    elif word.lower() in ("file", "fichier"):
        turn.say(_how_to_send(turn.lang))
    elif word.lower() in ("continue", "continuer"):
        _continue(turn)
    else:
        _begin_from(turn, word)


def _to_private(turn: Turn) -> None:
    """In a group: whoever may launch anywhere goes on in private; its administrators write a line here."""
    lang, scene = turn.lang, turn.scene
    if not turn.may(Act.LAUNCH):
        turn.say(poll.not_here(turn))
    elif not turn.may_in(Act.LAUNCH, "*"):
        turn.say(poll.how(turn))
    else:
        url = scene.rules.link(turn.item.adapter, "new") or f"{scene.rules.public_url}/start/new"
        button = Button(label=tr(lang, "Prepare it in private"), data="", url=url)
        said = tr(lang, "Let us prepare it in private: I ask you question after question. Then you can put it here.")
        turn.say(message(said, prompt=Prompt(id="", buttons=(button,))))


def _offer(turn: Turn, *before: Block | str) -> None:
    lang, found = turn.lang, templates()
    started = preparing.begun(turn)
    items: list[tuple[Inline, ...]] = [
        (Bold(tr(lang, "A poll")), Plain(" — " + tr(lang, "I ask you what I need, one question after the other"))),
        *((Bold(title(one.flow, lang)), Plain(f" — {purpose(one.flow, lang)}")) for one in found.values()),
        (Bold(tr(lang, "Send me a file")), Plain(" — " + tr(lang, "a consultation that you wrote yourself"))),
    ]
    buttons = [
        Button(label=tr(lang, "A poll"), data=command("new", _POLL), main=not started),
        *(Button(label=title(one.flow, lang), data=command("new", id)) for id, one in found.items()),
        Button(label=tr(lang, "Send me a file"), data=command("new", "file")),
    ]
    if started:
        buttons.insert(0, Button(label=tr(lang, "Go on where I stopped"), data=command("new", "continue"), main=True))
    asked = message(*before, tr(lang, "What would you like to make?"), Bullets(tuple(items)))
    turn.ask(Message(body=asked.body, prompt=Prompt(id="", buttons=tuple(buttons))))


def _continue(turn: Turn) -> None:
    started = preparing.begun(turn)
    if started:
        preparing.go_on(turn, started[0])
    else:
        _offer(turn)


# --- What was asked is complete --------------------------------------------------------------------------------------


def prepared(turn: Turn, live: Live, step: Step) -> None:
    """Everything was answered and read over: make the draft, or say what has to change and ask that again."""
    if not turn.may(Act.LAUNCH):
        turn.say(poll.not_here(turn))
    elif preparing.about(live) == _POLL:
        _poll_prepared(turn, live, step)
    else:
        _template_prepared(turn, live, step)


def _poll_prepared(turn: Turn, live: Live, step: Step) -> None:
    answers = step.session.answers
    found = poll_asked(answers, now=turn.scene.now, zone=DEFAULT_ZONE, lang=turn.lang)
    if isinstance(found, list):
        turn.say(poll.wrong(found, turn.lang, example=False))
        preparing.reopen(turn, live, to_change(answers, found))
        return
    made = poll.make(turn, found)
    if isinstance(made, list):
        turn.say(poll.wrong(made, turn.lang, example=False))
        preparing.reopen(turn, live, to_change(answers, made))
        return
    preparing.finish(turn, live, step)
    poll.show(turn, made, notes=found.notes)


# --- A template ------------------------------------------------------------------------------------------------------


def _begin_from(turn: Turn, words: str) -> None:
    found = templates()
    titles = [title(one.flow, turn.lang) for one in found.values()]
    at = reading.pick(words, titles)
    id = words.lower() if words.lower() in found else list(found)[at] if isinstance(at, int) else None
    if id is None:
        _offer(turn, tr(turn.lang, "I know no template called “{name}”.", name=words[:60]))
        return
    preparing.begin(turn, f"{_TEMPLATE}:{id}", _script_for(found[id]))


def _script_for(template: Template) -> preparing.Script:
    """The questions about a template, which tell its title."""
    asked = preparing.script(_TEMPLATE)
    source = asked.source
    for lang in asked.flow.title.by_lang:
        source = _titled(source, lang, title(template.flow, lang))
    loaded = load_text(source, asked.flow.id)
    assert loaded.flow is not None, "\n".join(map(str, loaded.mistakes))
    return preparing.Script(loaded.flow, loaded.source)


def _template_prepared(turn: Turn, live: Live, step: Step) -> None:
    lang, answers = turn.lang, step.session.answers
    template = templates()[preparing.about(live).partition(":")[2]]
    words = _said(answers.get("until"))
    closes = _closing(turn, template, words)
    if words and closes is None:
        said = tr(
            lang,
            "I do not understand the date “{words}”. Write for example: {example}",
            words=words[:60],
            example=tr(lang, "7d, or Friday 6pm"),
        )
        turn.say(said)
        preparing.reopen(turn, live, "until")
        return
    flow, source = _edited(turn, template, " ".join(_said(answers.get("name")).split()))
    try:
        made = poll.keep_draft(turn, flow, source, closes=closes)
    except OfficeError as error:
        turn.say(str(error))
        preparing.reopen(turn, live, "until")
        return
    preparing.finish(turn, live, step)
    poll.show(turn, made, *_how_to_edit(made.id, lang), named=True)


def _said(answer: Answer | None) -> str:
    return str(answer.value).strip() if answer is not None and answer.given is Given.ANSWER else ""


def _closing(turn: Turn, template: Template, words: str) -> datetime | None:
    window = template.flow.window
    zone = window.zone if window else DEFAULT_ZONE
    return dates.read(words, local(turn.scene.now, zone), zone) if words else None


def _edited(turn: Turn, template: Template, name: str) -> tuple[Flow, str]:
    """The template under an id of its own, with its new title, and its text; every other word as it is."""
    source = template.source
    for lang in template.flow.title.by_lang if name else ():
        source = _titled(source, lang, name)
    id = poll_id(name or template.flow.id, consultations.taken(turn.scene.connection))
    loaded = load_text(fixing.renamed(source, id), id)
    assert loaded.flow is not None, "\n".join(map(str, loaded.mistakes))
    return loaded.flow, loaded.source


def _titled(source: str, lang: str, words: str) -> str:
    return fixing.corrected(source, "title", lang, words.replace("{", "{{").replace("}", "}}")) or source


def _how_to_edit(id: str, lang: str) -> tuple[str, ...]:
    return (
        tr(
            lang,
            "Its texts are those of the template: read them before you publish. To correct one here: /fix {id}",
            id=id,
        ),
        tr(
            lang,
            "To change more: on the server, “palabre flow {id} -o {id}.yaml” writes its file. Change it and send it to "
            "me here.",
            id=id,
        ),
    )


# --- A file ----------------------------------------------------------------------------------------------------------


def is_flow_file(event: Shared) -> bool:
    return event.what == "document" and event.name.lower().endswith(_FLOW_FILE)


def take_file(turn: Turn, event: Shared) -> None:
    """A flow file that somebody sent in private. A conversation that is open stays as it is."""
    if not turn.may(Act.LAUNCH):
        turn.say(tr(turn.lang, "I received your file. Only organisers can make a consultation of one."))
    elif not event.text.strip():
        turn.say(
            tr(
                turn.lang,
                "I could not read “{name}”: it is empty, or I could not fetch it. Please send it again, or type /new "
                "and paste its text behind it.",
                name=event.name[:60],
            )
        )
    else:
        _read_file(turn, event.text, event.name)


def _read_file(turn: Turn, text: str, name: str) -> None:
    """Check a flow as `palabre check` does; a draft of it, or what has to be corrected."""
    lang = turn.lang
    loaded = load_text(text, name, lang=lang)
    if loaded.flow is None:
        turn.say(_report(loaded.mistakes, name, lang))
        return
    try:
        made = poll.keep_draft(turn, loaded.flow, loaded.source)
    except OfficeError as error:
        turn.say(str(error))
        return
    further = []
    if made.id != loaded.flow.id:
        further.append(
            tr(lang, "The name “{id}” is taken; this one is called “{new}”.", id=loaded.flow.id, new=made.id)
        )
    remarks = [_place(one) for one in loaded.remarks[:MOST_REMARKS]]
    if len(loaded.remarks) > MOST_REMARKS:
        remarks.append(_more(len(loaded.remarks) - MOST_REMARKS, lang))
    poll.show(turn, made, *further, notes=remarks, named=True)


def _report(mistakes: Sequence[FileMistake], name: str, lang: str) -> Message:
    """Every mistake with its line and column, as many as a chat can hold."""
    said = [_place(one) for one in mistakes[:MOST_MISTAKES]]
    if len(mistakes) > MOST_MISTAKES:
        said.append(_more(len(mistakes) - MOST_MISTAKES, lang))
    head = trn(
        lang,
        "“{name}” has {n} mistake. Correct it and send the file again:",
        "“{name}” has {n} mistakes. Correct them and send the file again:",
        len(mistakes),
        name=name[:60],
    )
    return message(head, Bullets(tuple((Plain(one),) for one in said)))


def _place(one: FileMistake) -> str:
    """`line:column: where: what - hint`, as `palabre check` prints it behind the name of the file."""
    return str(one).removeprefix(f"{one.file}:")


def _more(n: int, lang: str) -> str:
    return tr(lang, "… and {n} more", n=n)


def _how_to_send(lang: str) -> Message:
    return message(
        tr(lang, "Send me the file here, as a document whose name ends in .yaml."),
        tr(lang, "Where no file can be sent: type /new and paste the text behind it, beginning with “palabre: 1”."),
        tr(lang, "I tell you every mistake with its line; when there is none, I show you what people will read."),
    )


COMMANDS = (
    Command(
        name="new",
        aliases=("nouveau", "nouvelle"),
        act=new,
        about=lambda lang: tr(lang, "make a poll step by step, or a consultation from a template or a file"),
        told_to=Act.LAUNCH,
        in_group=True,
    ),
)
