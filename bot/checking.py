"""What `palabre check` prints: every mistake and remark of a flow file, for people, editors and programs.

The one rule: a line begins with `file:line:column:`, which editors turn into a link.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Protocol

from bot import presses
from flows.load import Loaded
from flows.mistakes import Mistake
from locales import tr, trn

_RED, _YELLOW, _GREEN, _BOLD, _DIM, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[1m", "\x1b[2m", "\x1b[0m"


def in_places(loaded: Loaded, file: str, messengers: Iterable[str]) -> Loaded:
    """What was read from `file`, with a remark on what nobody can answer in front of others, where it is to be put into
    groups of these messengers."""
    flow = loaded.flow
    found = presses.told(flow, messengers, loaded.lang) if flow is not None else []
    remarks = tuple(_at_secrecy(loaded, file, sentence) for sentence in found)
    return replace(loaded, remarks=(*loaded.remarks, *remarks))


def _at_secrecy(loaded: Loaded, file: str, sentence: str) -> Mistake:
    """A remark where the file says who sees the answers, or at its beginning where it does not."""
    lines = loaded.source.splitlines()
    line = next((number for number, line in enumerate(lines, 1) if line.startswith("secrecy:")), 1)
    return Mistake(file=file, line=line, column=1, where="secrecy", what=sentence, hint="")


def render_report(loaded: Loaded, colour: bool = False, as_json: bool = False) -> str:
    """The report on `loaded`, without a final line feed: a JSON list with `as_json`, otherwise one line for each
    mistake and remark, sorted, and a last line with the outcome."""
    found = sorted(
        [(mistake, True) for mistake in loaded.mistakes] + [(remark, False) for remark in loaded.remarks],
        key=lambda one: one[0],
    )
    if as_json:
        levels = {True: "mistake", False: "remark"}
        data = [{"level": levels[serious], **asdict(one)} for one, serious in found]
        return json.dumps(data, ensure_ascii=False, indent=2)
    paint = _painted if colour else _unpainted
    lines = [_line(one, serious, loaded.lang, paint) for one, serious in found]
    return "\n".join([*lines, _outcome(loaded, paint)])


class _Paint(Protocol):
    def __call__(self, text: str, *codes: str) -> str: ...


def _painted(text: str, *codes: str) -> str:
    return f"{''.join(codes)}{text}{_PLAIN}"


def _unpainted(text: str, *codes: str) -> str:
    return text


def _line(one: Mistake, serious: bool, lang: str, paint: _Paint) -> str:
    place = paint(f"{one.file}:{one.line}:{one.column}:", _BOLD)
    what = paint(one.what, _RED) if serious else paint(tr(lang, "remark: {what}", what=one.what), _YELLOW)
    return f"{place} {one.where}: {what}" + (paint(f" - {one.hint}", _DIM) if one.hint else "")


def _outcome(loaded: Loaded, paint: _Paint) -> str:
    flow, lang = loaded.flow, loaded.lang
    if flow is None:
        count = len(loaded.mistakes)
        return paint(trn(lang, "{n} mistake to correct.", "{n} mistakes to correct.", count), _RED, _BOLD)
    questions = trn(lang, "{n} question", "{n} questions", len(flow.questions))
    said = tr(
        lang,
        "{id} is ready: {questions}; languages: {list}; version {version}.",
        id=flow.id,
        questions=questions,
        list=", ".join(flow.langs),
        version=flow.version[:16],
    )
    return paint(said, _GREEN)
