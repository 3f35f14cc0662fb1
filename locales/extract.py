"""Keep the catalogs in step with the code.

    python -m locales.extract                     read the code; write palabre.pot and each language's palabre.po
    python -m locales.extract --merge FILE.po...  first take from FILE the French translations that are missing
    python -m locales.extract --prune             also forget translations of sentences that nobody says any more
    python -m locales.extract --check             change nothing; a line per mistake, exit status 1 if there is any

The one rule: what is written depends on the sentences alone. No dates, no line numbers, sorted by sentence: two people
who extract the same code write the same bytes, and a diff shows only what changed in words.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from locales.catalogs import LANGUAGES
from locales.proofread import complete, first_id, proofread, wrong_blanks
from locales.sentences import Sentence, Unreadable, read_rooms

_HERE = Path(__file__).parent
_ROOT = _HERE.parent
_OWN = "en"
_MERGED = "fr"
_CHURN = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Language-Team", "Report-Msgid")
_CHURN_LINES = tuple(f'"{header}'.encode() for header in _CHURN)


def make_template(found: Iterable[Sentence]) -> Catalog:
    """The sentences of the code as a catalog without translations."""
    template = _empty(None)
    for sentence in found:
        ids = sentence.one if sentence.many is None else (sentence.one, sentence.many)
        template.add(ids, locations=[(sentence.file, 0)])
    return template


def update(old: Catalog, template: Catalog, lang: str) -> Catalog:
    """The catalog of `lang` for the sentences of `template`: known translations stay, those of sentences that are
    gone become obsolete. English says the sentences themselves."""
    new = _empty(lang)
    for wanted in template:
        if not wanted.id:
            continue
        entry = new.add(wanted.id, locations=wanted.locations)
        known = old.get(wanted.id) or old.obsolete.get(wanted.id if isinstance(wanted.id, str) else wanted.id[0])
        if lang == _OWN:
            entry.string = wanted.id
        elif known is not None and known.pluralizable == entry.pluralizable and complete(known):
            entry.string, entry.flags = known.string, known.flags
            entry.user_comments = known.user_comments
    if lang != _OWN:
        for entry in (*old, *old.obsolete.values()):
            if entry.id and new.get(entry.id) is None and complete(entry):
                new.obsolete[first_id(entry)] = _without_places(entry)
    return new


def merge(catalog: Catalog, other: Catalog, lang: str) -> Iterator[str]:
    """Fill what is missing in `catalog` with the translations of `other`. Yields what could not be taken."""
    for entry in catalog:
        offered = other.get(entry.id) if entry.id and not complete(entry) else None
        if offered is None or not complete(offered):
            continue
        if offered.pluralizable != entry.pluralizable:
            yield f"{lang}: not taken, the code has another plural form: {first_id(entry)!r}"
            continue
        trial = Message(entry.id, offered.string)
        mistakes = list(wrong_blanks(trial, lang))
        if mistakes:
            yield from mistakes
        else:
            entry.string = offered.string


def written(catalog: Catalog) -> bytes:
    """The bytes of a `.po` or `.pot` file, without what changes by itself."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, include_lineno=False)
    lines = buffer.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_CHURN_LINES))


def read_catalog(path: Path, lang: str) -> Catalog:
    """The catalog at `path`; an empty one where there is none."""
    if not path.exists():
        return _empty(lang)
    with path.open("rb") as file:
        return read_po(file, locale=lang, abort_invalid=True)


def template_path() -> Path:
    return _HERE / "palabre.pot"


def catalog_path(lang: str) -> Path:
    return _HERE / lang / "LC_MESSAGES" / "palabre.po"


def mistakes() -> list[str]:
    """Everything that is wrong between the code and the catalogs as they stand."""
    found = read_rooms(_ROOT)
    template = make_template(_sentences(found))
    wrong = list(_complaints(found))
    if not template_path().exists() or template_path().read_bytes() != written(template):
        wrong.append("palabre.pot is out of date (python -m locales.extract)")
    for lang in LANGUAGES:
        old = read_catalog(catalog_path(lang), lang)
        words = list(proofread(old, template, lang))
        wrong += words
        if not words and catalog_path(lang).read_bytes() != written(update(old, template, lang)):
            wrong.append(f"{lang}: palabre.po is out of date (python -m locales.extract)")
    return wrong


def refresh(*, merged: Iterable[Path] = (), prune: bool = False) -> list[str]:
    """Write the template and all catalogs again. Returns what remains to be mended."""
    found = read_rooms(_ROOT)
    template = make_template(_sentences(found))
    template_path().write_bytes(written(template))
    refused: list[str] = []
    for lang in LANGUAGES:
        catalog = update(read_catalog(catalog_path(lang), lang), template, lang)
        if lang == _MERGED:
            for path in merged:
                refused += (f"{path}: {why}" for why in _merge_file(catalog, path))
        if prune:
            catalog.obsolete.clear()
        catalog_path(lang).parent.mkdir(parents=True, exist_ok=True)
        catalog_path(lang).write_bytes(written(catalog))
    return refused + mistakes()


def _merge_file(catalog: Catalog, path: Path) -> list[str]:
    try:
        return list(merge(catalog, read_catalog(path, _MERGED), _MERGED))
    except PoFileError as error:
        return [f"cannot be read: {error}"]


def _empty(lang: str | None) -> Catalog:
    comment = "# Palabre's sentences. The message id is the English sentence; keep every {blank} in a translation."
    return Catalog(lang, header_comment=comment, project="Palabre", version="1", fuzzy=False)


def _without_places(entry: Message) -> Message:
    return Message(entry.id, entry.string, user_comments=entry.user_comments)


def _sentences(found: Iterable[Sentence | Unreadable]) -> list[Sentence]:
    return [one for one in found if isinstance(one, Sentence)]


def _complaints(found: Iterable[Sentence | Unreadable]) -> Iterator[str]:
    plurals: dict[str, str] = {}
    for one in found:
        match one:
            case Unreadable(file=file, line=line, why=why):
                yield f"{file}:{line}: {why}"
            case Sentence(one=singular, many=str(many), file=file) if plurals.setdefault(singular, many) != many:
                yield f"{file}: two plurals for {singular!r}: {plurals[singular]!r} and {many!r}"
            case Sentence(one=text, file=file) if "{{" in text or "}}" in text:
                yield f"{file}: in {text!r}: a brace is written once, nothing turns two into one"


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 when something is wrong.")
@click.option("--merge", "merging", is_flag=True, help="Take the French translations that are missing from FILES.")
@click.option("--prune", is_flag=True, help="Forget translations of sentences that nobody says any more.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(check: bool, merging: bool, prune: bool, files: tuple[Path, ...]) -> None:
    """Keep the catalogs in step with the code."""
    if merging != bool(files):
        raise click.UsageError("--merge goes with the .po files to take translations from")
    wrong = mistakes() if check else refresh(merged=files, prune=prune)
    for line in wrong:
        click.echo(line)
    sys.exit(1 if check and wrong else 0)


if __name__ == "__main__":
    main()
