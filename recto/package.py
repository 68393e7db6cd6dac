"""Edition → .apkg: the only module that knows genanki. The same edition gives the same bytes.

Measured with genanki 0.13.1: it stamps every note with one time, works out cards differently from Anki, checks fields
with a quadratic pattern, leaves its temporary database behind and writes today's date into the zip. So note and card
rows go through its classes into a database in memory, and the rest is done here.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import genanki

from recto.apkg import EDITION_FIELDS
from recto.errors import ToolError
from recto.files import hint_of, replacing
from recto.identity import deck_id_of, with_edition
from recto.media import read_media
from recto.model import Edition, LinkedNote, LinkedNoteType

# The first time that a zip entry can carry; a real one would make every build different.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o644 << 16
_UNIX = 3


def write_apkg(edition: Edition, deck: Path, target: Path) -> int:
    """Write the package and return its size in bytes. `deck` is the folder that media paths are relative to.

    A failure leaves an older package untouched and nothing else behind. Raises `ToolError` when the surroundings do not
    allow it.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as file:
            with zipfile.ZipFile(file, "w") as archive:
                for member, data in _members(edition, deck):
                    info = zipfile.ZipInfo(member, _ZIP_TIME)
                    info.create_system, info.external_attr = _UNIX, _FILE_MODE
                    archive.writestr(info, data, zipfile.ZIP_DEFLATED, 6)
            return file.tell()
    except OSError as error:
        hint = hint_of(error) or "choose another place with --out"
        raise ToolError(f"cannot write {target}: {error.strerror}", hint=hint) from error


def _members(edition: Edition, deck: Path) -> Iterator[tuple[str, bytes]]:
    """The files of the package, in their order."""
    yield "collection.anki2", _collection(edition)
    names = {str(number): file.name for number, file in enumerate(edition.media)}
    yield "media", json.dumps(names, separators=(",", ":")).encode()
    for number, file in enumerate(edition.media):
        try:
            data = read_media(deck, file)
        except OSError as error:
            raise ToolError(
                f"cannot read {file.path}: {error.strerror}", hint="it was there a moment ago; build again"
            ) from error
        # Its name in Anki is made of what it held when it was checked, and Anki never replaces a file.
        if hashlib.sha256(data).hexdigest() != file.digest:
            raise ToolError(f"{file.path} has changed since it was checked", hint="build again")
        yield str(number), data


def _collection(edition: Edition) -> bytes:
    """The SQLite database that Anki imports (its schema 11)."""
    notetypes = {linked.notetype.kind: _Model(linked) for linked in edition.notetypes}
    # One time for ids: they only have to be the same in every build, Anki finds notes by GUID.
    newest = max([*(n.modified for n in edition.notes), *(n.modified for n in edition.notetypes)], default=0)
    connection = sqlite3.connect(":memory:")
    try:
        cursor = connection.cursor()
        decks = _decks(edition, notetypes)
        genanki.Package(decks).write_to_db(cursor, newest, itertools.count(newest * 1000))
        _stamp_notetypes(cursor, edition.notetypes)
        _name_edition_fields(cursor, edition.notetypes)
        if edition.released:  # read by `release --rebuild-lock`; the importer does not look at it
            cursor.execute("UPDATE col SET mod = ?", (edition.released * 1000,))
        connection.commit()
        data = bytearray(connection.serialize())
    finally:
        connection.close()
    # Bytes 24-27 and 92-99 of the header (SQLite, "Database File Format", 1.3) count changes and name the library
    # that wrote last; another SQLite would make other bytes of the same deck.
    data[24:28] = data[92:96] = (1).to_bytes(4, "big")
    data[96:100] = (3_040_000).to_bytes(4, "big")
    return bytes(data)


def _decks(edition: Edition, notetypes: dict[str, _Model]) -> list[genanki.Deck]:
    """The deck itself, which carries the description, and a deck per subdeck with its notes."""
    names = dict.fromkeys([edition.title, *(linked.deck for linked in edition.notes)])
    decks = {name: genanki.Deck(deck_id_of(edition.deck_id, name), name) for name in names}
    root = decks[edition.title]
    root.deck_id, root.description = edition.deck_id, edition.description
    for due, linked in enumerate(edition.notes, 1):
        decks[linked.deck].add_note(_Note(linked, notetypes[linked.note.kind], due))
    return list(decks.values())


def _stamp_notetypes(cursor: sqlite3.Cursor, notetypes: Sequence[LinkedNoteType]) -> None:
    """Give every note type its own time: genanki gives all of them one."""
    (text,) = cursor.execute("SELECT models FROM col").fetchone()
    models = json.loads(text)
    for linked in notetypes:
        models[str(linked.notetype.id)]["mod"] = linked.modified
    cursor.execute("UPDATE col SET models = ?", (json.dumps(models, ensure_ascii=False),))


def _name_edition_fields(cursor: sqlite3.Cursor, notetypes: Sequence[LinkedNoteType]) -> None:
    """Say which field is the version of a note's last change, for `snapshot`."""
    names = {str(linked.notetype.id): name for linked in notetypes if (name := linked.notetype.edition_field)}
    if names:
        (text,) = cursor.execute("SELECT conf FROM col").fetchone()
        cursor.execute("UPDATE col SET conf = ?", (json.dumps({**json.loads(text), EDITION_FIELDS: names}),))


class _Model(genanki.Model):  # type: ignore[misc]
    def __init__(self, linked: LinkedNoteType) -> None:
        notetype = self.notetype = linked.notetype
        super().__init__(
            model_id=notetype.id,
            name=notetype.name,
            fields=[{"name": f.name, "id": f.id} for f in notetype.fields],
            templates=[{"name": t.name, "id": t.id, "qfmt": t.front, "afmt": t.back} for t in notetype.templates],
            css=notetype.css,
            model_type=self.CLOZE if notetype.is_cloze else self.FRONT_BACK,
        )

    @property
    def _req(self) -> list[Any]:
        """Which fields a card needs. Only Anki before 2.1.28 reads it, and genanki's own is wrong for filters."""
        return [[ordinal, "any", [0]] for ordinal in range(len(self.templates))]


class _Note(genanki.Note):  # type: ignore[misc]
    """A note with its own time and the cards that Anki would make."""

    def __init__(self, linked: LinkedNote, model: _Model, due: int) -> None:
        super().__init__(
            model=model,
            fields=list(with_edition(model.notetype, linked.note.fields, linked.changed_in)),
            tags=list(linked.note.tags),
            guid=linked.guid,
            due=due,
        )
        self._modified = linked.modified
        self._ordinals = linked.ordinals

    @property
    def cards(self) -> list[genanki.Card]:
        return [genanki.Card(ordinal) for ordinal in self._ordinals]

    def _check_invalid_html_tags_in_fields(self) -> None:
        """The renderer escapes all text and refuses bad HTML with its place."""

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, deck_id: int, id_gen: Iterator[int]) -> None:
        super().write_to_db(cursor, self._modified, deck_id, id_gen)
