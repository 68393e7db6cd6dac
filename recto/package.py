"""Edition → .apkg: the only module that knows genanki. The same edition gives the same bytes.

Measured with genanki 0.13.1: it stamps every note with one time, works out cards differently from Anki, checks fields
with a quadratic pattern, leaves its temporary database behind and writes today's date into the zip. So the collection,
decks and note types are its own, in a database in memory; the rows of notes and cards, and the zip, are made here.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import genanki

from recto.apkg import EDITION_FIELDS, FIELD_SEPARATOR, stored_tags
from recto.errors import ToolError
from recto.files import hint_of, replacing
from recto.identity import deck_id_of, with_edition
from recto.media import read_media
from recto.model import Edition, LinkedNoteType
from recto.versions import DEV

# The first time that a zip entry can carry; a real one would make every build different.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o644 << 16
_UNIX = 3

# Measured on 10,000 notes (17 MB): level 1 takes half the time of 6 and makes 1.2 times the size. A development build
# is made often and stays on its author's machine.
_LEVEL, _DEV_LEVEL = 6, 1

# Bytes of a page: of 4,096 long fields fill chains of pages, and the file is a seventh larger (measured, SQLite 3.45).
_PAGE_SIZE = 16_384


def write_apkg(edition: Edition, deck: Path, target: Path) -> int:
    """Write the package and return its size in bytes. `deck` is the folder that media paths are relative to.

    A failure leaves an older package untouched and nothing else behind. Raises `ToolError` when the surroundings do not
    allow it.
    """
    level = _DEV_LEVEL if edition.version.endswith(DEV) else _LEVEL
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as file:
            with zipfile.ZipFile(file, "w") as archive:
                for member, data in _members(edition, deck):
                    info = zipfile.ZipInfo(member, _ZIP_TIME)
                    info.create_system, info.external_attr = _UNIX, _FILE_MODE
                    archive.writestr(info, data, zipfile.ZIP_DEFLATED, level)
            return file.tell()
    except OSError as error:
        hint = hint_of(error) or "choose another place with --out"
        raise ToolError(f"cannot write {target}: {error.strerror}", hint=hint) from error


def _members(edition: Edition, deck: Path) -> Iterator[tuple[str, bytes | bytearray]]:
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


def _collection(edition: Edition) -> bytearray:
    """The SQLite database that Anki imports (its schema 11)."""
    # One time for ids: they only have to be the same in every build, Anki finds notes by GUID.
    newest = max([*(n.modified for n in edition.notes), *(n.modified for n in edition.notetypes)], default=0)
    connection = sqlite3.connect(":memory:")
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        decks = _decks(edition)
        genanki.Package(decks[edition.title]).write_to_db(cursor, newest, itertools.count())
        _put_settings(cursor, edition, decks)
        _put_notes(cursor, edition, decks, newest * 1000)
        connection.commit()
        image = connection.serialize()
    finally:
        connection.close()
    data = bytearray(image)  # after closing: at no moment there are three of what takes 180 MB for 100,000 notes
    del image
    # Bytes 24-27 and 92-99 of the header (SQLite, "Database File Format", 1.3) count changes and name the library
    # that wrote last; another SQLite would make other bytes of the same deck.
    data[24:28] = data[92:96] = (1).to_bytes(4, "big")
    data[96:100] = (3_040_000).to_bytes(4, "big")
    return data


def _decks(edition: Edition) -> dict[str, genanki.Deck]:
    """The deck itself, which carries the description, and a deck for each subdeck, by name."""
    names = dict.fromkeys([edition.title, *(linked.deck for linked in edition.notes)])
    decks = {name: genanki.Deck(deck_id_of(edition.deck_id, name), name) for name in names}
    root = decks[edition.title]
    root.deck_id, root.description = edition.deck_id, edition.description
    return decks


def _put_settings(cursor: sqlite3.Cursor, edition: Edition, decks: Mapping[str, genanki.Deck]) -> None:
    """All decks and note types at once: genanki writes them anew for each deck, which takes quadratic time."""
    (text,) = cursor.execute("SELECT decks FROM col").fetchone()
    settings = {"decks": json.loads(text) | {str(deck.deck_id): deck.to_json() for deck in decks.values()}}
    settings["models"] = {
        # A new note is offered the deck that the note type names here; genanki takes the last one with such a note.
        str(linked.notetype.id): _Model(linked).to_json(linked.modified, edition.deck_id)
        for linked in edition.notetypes
    }
    names = {str(linked.notetype.id): name for linked in edition.notetypes if (name := linked.notetype.edition_field)}
    if names:  # which field is the version of a note's last change, for `snapshot`
        (text,) = cursor.execute("SELECT conf FROM col").fetchone()
        settings["conf"] = {**json.loads(text), EDITION_FIELDS: names}
    for column, value in settings.items():
        cursor.execute(f"UPDATE col SET {column} = ?", (json.dumps(value, ensure_ascii=False),))
    if edition.released:  # read by `release --rebuild-lock`; the importer does not look at it
        cursor.execute("UPDATE col SET mod = ?", (edition.released * 1000,))


def _put_notes(cursor: sqlite3.Cursor, edition: Edition, decks: Mapping[str, genanki.Deck], first_id: int) -> None:
    """The rows of all notes and their cards, with the columns that genanki's classes write one by one.

    Indices are made when all is there, which takes a third less time.
    """
    types = {linked.notetype.kind: linked.notetype for linked in edition.notetypes}
    deck_ids = {name: deck.deck_id for name, deck in decks.items()}
    cards: list[tuple[object, ...]] = []
    ids = itertools.count(first_id)

    def notes() -> Iterator[tuple[object, ...]]:
        for due, linked in enumerate(edition.notes, 1):
            note_id, modified = next(ids), linked.modified
            notetype = types[linked.note.kind]
            fields = with_edition(notetype, linked.note.fields, linked.changed_in)
            row = (note_id, linked.guid, notetype.id, modified, -1, stored_tags(linked.note.tags))
            deck_id = deck_ids[linked.deck]
            for ordinal in linked.ordinals:
                cards.append((next(ids), note_id, deck_id, ordinal, modified, -1, 0, 0, due, *_NEVER_STUDIED, ""))
            yield (*row, FIELD_SEPARATOR.join(fields), fields[0], 0, 0, "")

    indices = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _ in indices:
        cursor.execute(f"DROP INDEX {name}")
    cursor.executemany(f"INSERT INTO notes VALUES ({', '.join('?' * 11)})", notes())
    cursor.executemany(f"INSERT INTO cards VALUES ({', '.join('?' * 18)})", cards)
    for _, sql in indices:
        cursor.execute(sql)


# ivl, factor, reps, lapses, left, odue, odid, flags of a card that nobody has seen.
_NEVER_STUDIED = (0,) * 8


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
