"""A deck as learners have or will have it, for comparing: from an edition, from deck.lock, or from any package."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recto.apkg import edition_fields, open_database, read_collection
from recto.errors import ToolError
from recto.identity import guid_of, with_edition
from recto.model import Edition, Ledger
from recto.verify import export_legacy


@dataclass(frozen=True, slots=True)
class NoteState:
    """One note. `id` is '' in packages of other tools; `fields` (name, HTML) is empty when only the lock is known.

    `question` is the HTML of the first field, or the id when that is all there is.
    """

    guid: str
    id: str
    notetype: str
    question: str
    fields: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    deck: str
    topic: str
    ordinals: tuple[int, ...]
    digest: str
    modified: int
    retired: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`notes` by GUID, in the order of study; `looks` by note type (CSS and templates, or a digest of them).

    `editions` names, by note type, the field that holds the version in which a note last changed.
    """

    title: str
    version: str
    released: int
    notes: dict[str, NoteState]
    looks: dict[str, str]
    editions: Mapping[str, str] = field(default_factory=dict)


def snapshot_of_edition(edition: Edition) -> Snapshot:
    """The deck as this edition would package it."""
    types = {linked.notetype.kind: linked for linked in edition.notetypes}
    notes = {}
    for linked in edition.notes:
        notetype = types[linked.note.kind].notetype
        names = [f.name for f in notetype.fields]
        stored = with_edition(notetype, linked.note.fields, linked.changed_in)
        notes[linked.guid] = NoteState(
            guid=linked.guid,
            id=linked.note.id,
            notetype=notetype.name,
            question=linked.note.fields[0],
            fields=tuple(zip(names, stored, strict=True)),
            tags=linked.note.tags,
            deck=linked.deck,
            topic=linked.note.topic,
            ordinals=linked.ordinals,
            digest=linked.digest,
            modified=linked.modified,
            retired=linked.retired,
        )
    looks = {linked.notetype.name: linked.digest for linked in edition.notetypes}
    editions = {linked.notetype.name: name for linked in edition.notetypes if (name := linked.notetype.edition_field)}
    return Snapshot(edition.title, edition.version, edition.released, notes, looks, editions)


def snapshot_of_ledger(ledger: Ledger, edition: Edition) -> Snapshot:
    """The deck as the last release promised it; note types are named as in `edition`."""
    names = {linked.notetype.kind: linked.notetype.name for linked in edition.notetypes}
    notes = {}
    for ident, promise in ledger.notes.items():
        guid = promise.guid or guid_of(ledger.namespace, ident)
        notes[guid] = NoteState(
            guid=guid,
            id=ident,
            notetype=names.get(promise.kind, promise.kind),
            question=ident,
            fields=(),
            tags=(),
            deck=promise.deck,
            topic="",
            ordinals=promise.ordinals,
            digest=promise.digest,
            modified=promise.modified,
            retired=promise.retired,
        )
    looks = {names.get(kind, kind): schema.digest for kind, schema in ledger.notetypes.items()}
    return Snapshot(edition.title, ledger.version, ledger.released, notes, looks)


def read_package(package: Path) -> Snapshot:
    """The deck in an `.apkg` of any tool. Raises `ToolError` when it is none, or needs an Anki that is not there."""
    with open_database(collection_of(package), package) as connection:
        try:
            return _read_collection(connection)
        except (ValueError, KeyError, TypeError) as error:
            raise ToolError(f"{package} is not an Anki package that can be read: {error}") from error


def collection_of(package: Path) -> bytes:
    """The SQLite database of a package in Anki's schema 11, converted by real Anki if need be. Raises `ToolError`."""
    data = read_collection(package)
    if data is None:
        with tempfile.TemporaryDirectory(prefix="recto-") as folder:
            target = Path(folder) / "legacy.apkg"
            export_legacy(package, target)
            data = read_collection(target)
    if data is None:
        raise ToolError(f"{package} is in a format that this Anki does not convert")
    return data


def _read_collection(connection: sqlite3.Connection) -> Snapshot:
    row = connection.execute("select models, decks, conf, mod from col").fetchone()
    models_text, decks_text, settings, changed = row
    models, decks = json.loads(models_text), json.loads(decks_text)
    cards: dict[int, list[tuple[int, int]]] = {}
    for note_id, ordinal, deck_id in connection.execute("select nid, ord, did from cards order by ord"):
        cards.setdefault(note_id, []).append((ordinal, deck_id))
    notes: dict[str, NoteState] = {}
    used: set[str] = set()
    query = """select n.id, guid, mid, n.mod, n.tags, flds from notes n
               left join cards c on c.nid = n.id and c.ord = 0 order by c.due, n.id"""
    for note_id, guid, model_id, modified, tags, text in connection.execute(query):
        model = models[str(model_id)]
        fields = tuple(zip((f["name"] for f in model["flds"]), text.split("\x1f"), strict=True))
        own = cards.get(note_id, [])
        used.add(model["name"])
        values = dict(fields)
        notes[guid] = NoteState(
            guid=guid,
            id=values.get("Id", ""),
            notetype=model["name"],
            question=fields[0][1],
            fields=fields,
            tags=tuple(sorted(tags.split())),
            deck=decks[str(own[0][1])]["name"] if own else "",
            topic=values.get("Topic", ""),
            ordinals=tuple(ordinal for ordinal, _ in own),
            digest="",
            modified=modified,
            retired=any(tag.endswith("::retired") for tag in tags.split()),
        )
    looks = {
        model["name"]: json.dumps([model["css"], [(t["qfmt"], t["afmt"]) for t in model["tmpls"]]])
        for model in models.values()
        if model["name"] in used
    }
    names = [deck["name"] for deck in decks.values() if str(deck["id"]) != "1"]
    editions = {models[key]["name"]: name for key, name in edition_fields(settings).items() if key in models}
    return Snapshot(min(names, key=len, default=""), "", changed // 1000, notes, looks, editions)
