"""The container: what is inside an .apkg, whoever wrote it."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from recto.errors import ToolError


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
