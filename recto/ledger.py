"""deck.lock: one line per card and note type, sorted, so that two branches merge and a diff can be read.

    recto-lock 1
    version 0.1.0
    notetype qa 0a1b2c3d4e5f60718293 1795300000
    note kv-cache-why 99aabbccddeeff001122 1795300000

The last two columns are the digest of what Anki stores (`recto.identity`) and the time of the last change, in seconds
since 1970 (UTC). A note whose digest is unchanged keeps its time: Anki then leaves the learner's note alone.
"""

from __future__ import annotations

from recto.errors import ToolError
from recto.model import Edition, Ledger, Promise

LOCK_FILE = "deck.lock"
_HEADER = "recto-lock 1"


def parse_ledger(text: str) -> Ledger:
    """Read deck.lock. Raises `ToolError` naming the line that cannot be read."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _HEADER:
        raise ToolError(
            f"{LOCK_FILE}:1: this is not a lock file that this version can read",
            hint=f"its first line must be «{_HEADER}»; take the file from the last commit, do not edit it by hand",
        )
    version = ""
    tables: dict[str, dict[str, Promise]] = {"note": {}, "notetype": {}}
    for number, line in enumerate(lines[1:], 2):
        match line.split():
            case []:
                continue
            case ["version", value]:
                version = value
            case [("note" | "notetype") as table, key, digest, modified] if (
                modified.isdigit() and key not in tables[table]
            ):
                tables[table][key] = Promise(digest, int(modified))
            case _:
                raise ToolError(
                    f"{LOCK_FILE}:{number}: cannot read «{line.strip()[:60]}»",
                    hint="a merge left something behind, or a line stands twice; take the file from the last commit",
                )
    return Ledger(version, tables["note"], tables["notetype"])


def format_ledger(ledger: Ledger) -> str:
    """deck.lock's text."""
    lines = [_HEADER, f"version {ledger.version}"]
    for table, promises in (("notetype", ledger.notetypes), ("note", ledger.notes)):
        lines += [f"{table} {key} {promise.digest} {promise.modified}" for key, promise in sorted(promises.items())]
    return "\n".join(lines) + "\n"


def advance_ledger(ledger: Ledger, edition: Edition) -> Ledger:
    """What a ledger says after an edition was given to learners. Lines of removed cards stay: ids are not reused."""
    notes = {linked.note.id: Promise(linked.digest, linked.modified) for linked in edition.notes}
    notetypes = {linked.notetype.kind: Promise(linked.digest, linked.modified) for linked in edition.notetypes}
    return Ledger(edition.version, {**ledger.notes, **notes}, {**ledger.notetypes, **notetypes})


def unpromised(ledger: Ledger, edition: Edition) -> list[str]:
    """The ids of notes and the kinds of note types that are not as the ledger says, in the edition's order."""
    kinds = [x.notetype.kind for x in edition.notetypes if _differs(ledger.notetypes.get(x.notetype.kind), x.digest)]
    return kinds + [x.note.id for x in edition.notes if _differs(ledger.notes.get(x.note.id), x.digest)]


def _differs(promise: Promise | None, digest: str) -> bool:
    return promise is None or promise.digest != digest
