"""The container: what is inside an .apkg, whoever wrote it."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recto.errors import ToolError


@dataclass(frozen=True, slots=True)
class Drafts:
    """What a development build gave to testers.

    `notes` are (time of change in s since 1970 (UTC), note type id, fields, tags) by GUID, both texts as the database
    has them; `models` are the note types in Anki's JSON by id.
    """

    notes: dict[str, tuple[int, int, str, str]] = field(default_factory=dict)
    models: dict[int, dict[str, Any]] = field(default_factory=dict)


NO_DRAFTS = Drafts()

FIELD_SEPARATOR = "\x1f"
"""Between the fields of a note in the database."""

EDITION_FIELDS = "rectoEditionFields"
"""Key in a collection's settings: note type id → name of the field with the version of a note's last change.

So that two packages can be compared without their deck's folder. Importers do not read the settings of a package.
"""


def stored_tags(tags: tuple[str, ...]) -> str:
    """A note's tags as the database has them: with spaces around, by which Anki searches."""
    return f" {' '.join(tags)} "


def edition_fields(settings: str) -> dict[str, str]:
    """What a package says under `EDITION_FIELDS`; `settings` is JSON. Empty for packages of other tools."""
    values = json.loads(settings or "{}")
    found = values.get(EDITION_FIELDS, {}) if isinstance(values, dict) else {}
    return {key: str(name) for key, name in found.items()} if isinstance(found, dict) else {}


def read_drafts(package: Path) -> Drafts:
    """The notes of a package that `recto.package` wrote. Raises `ToolError`."""
    data = read_collection(package)
    if data is None:
        raise ToolError(f"{package} was not written by build", hint="delete it")
    with open_database(data, package) as connection:
        notes = {row[0]: row[1:] for row in connection.execute("select guid, mod, mid, flds, tags from notes")}
        (models,) = connection.execute("select models from col").fetchone()
    return Drafts(notes, {int(key): model for key, model in json.loads(models).items()})


def read_collection(package: Path) -> bytes | None:
    """The SQLite database of a package in Anki's schema 11; None for Anki's newest format, which needs Anki to read.

    Raises `ToolError` when the file is no package.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            names = archive.namelist()
            if "collection.anki21b" in names:  # since 2.1.50; what is beside it is a placeholder
                return None
            return archive.read("collection.anki21" if "collection.anki21" in names else "collection.anki2")
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ToolError(f"{package} is not an Anki package: {error}") from error


@contextmanager
def open_database(data: bytes, package: Path) -> Iterator[sqlite3.Connection]:
    """A collection in memory. Raises `ToolError` naming `package` for whatever SQLite cannot do with it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(data)
            yield connection
        except sqlite3.Error as error:
            raise ToolError(f"{package} is not an Anki package: {error}") from error
