"""Play a learner in one real Anki: a JSON scenario on stdin, what the learner has after every step on stdout.

Runs under the Python of any Anki from 2.1.49 on and imports nothing of recto. Input: `{"steps": [{"do": …}, …]}`;
output: `{"version": …, "states": [one per step], "logs": [one per import], "database": what Check Database says
in the end}`.
Steps ("note" is a GUID, "at" a time in seconds since 1970):

    import path                    the package, with the options that Anki proposes
    study  states, at              each card gets its state, by "GUID/ordinal", "*" for others: columns of the card,
                                   "reviews" (how many revlog rows), "tag" (of the note)
    edit   note, fields, tags, at  set fields and add tags, as the learner would; the note's mod becomes `at`
    set    note, columns           columns of all cards of a note, such as {"queue": -1}
    move   note, deck              all cards of the note into another deck
    rename deck, name              a deck with its subdecks
    write  fields, deck            a note of the learner's own, of the stock type Basic
    delete note                    the note and its cards
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

CARD_COLUMNS = ("id", "ord", "type", "queue", "due", "ivl", "factor", "reps", "lapses", "flags")
LOG_KEYS = ("new", "updated", "duplicate", "conflicting")


def import_package(col: Any, path: str) -> dict[str, int]:
    """Import with default options; the numbers of Anki's log under the names that the newest uses."""
    try:
        from anki.collection import ImportAnkiPackageRequest
    except ImportError:
        if hasattr(col, "import_anki_package"):  # 2.1.54 to 2.1.66: the first importer in Rust, without options
            log = col.import_anki_package(path).log
        else:
            return import_package_with_python(col, path)
    else:  # 23.10 and later
        options = col._backend.get_import_anki_package_presets()
        log = col.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options)).log
    numbers = {key: len(getattr(log, key)) for key in LOG_KEYS}
    others = ("missing_notetype", "missing_deck", "empty_first_field")
    return {**numbers, **{key: len(getattr(log, key)) for key in others if len(getattr(log, key))}}


def import_package_with_python(col: Any, path: str) -> dict[str, int]:
    """2.1.49: it counts added, updated and identical notes; the rest of the package are those it could not import."""
    from anki.importing.apkg import AnkiPackageImporter

    with zipfile.ZipFile(path) as archive:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(archive.read("collection.anki2"))
    (total,) = connection.execute("select count(*) from notes").fetchone()
    connection.close()
    importer = AnkiPackageImporter(col, path)
    importer.run()
    left = total - importer.added - importer.updated - importer.dupes
    return dict(zip(LOG_KEYS, (importer.added, importer.updated, importer.dupes, left), strict=True))


def study(col: Any, states: dict[str, dict[str, Any]], at: int) -> None:
    """Give every card its state."""
    rows = col.db.all(
        "select c.id, n.id, n.guid, c.ord from cards c join notes n on n.id = c.nid order by n.guid, c.ord"
    )
    for place, (card, note, guid, ordinal) in enumerate(rows):
        state = dict(states.get(f"{guid}/{ordinal}", states["*"]))
        reviews, tag = state.pop("reviews", 0), state.pop("tag", "")
        for column, value in state.items():
            col.db.execute(f"update cards set {column} = ?, mod = ? where id = ?", value, at, card)
        for number in range(reviews):
            revlog_id = at * 1000 + place * 100 + number
            col.db.execute("insert into revlog values (?, ?, -1, 3, 30, 10, 2500, 4000, 1)", revlog_id, card)
        if tag:
            edit(col, note, {}, [tag], at)


def edit(col: Any, note_id: int, fields: dict[str, str], tags: list[str], at: int) -> None:
    """Through Anki's editor, then set back in time, as if it had been done at `at`."""
    note = col.get_note(note_id)
    for name, value in fields.items():
        note[name] = value
    note.tags += tags
    col.update_note(note)
    col.db.execute("update notes set mod = ? where id = ?", at, note_id)


def do(col: Any, step: dict[str, Any]) -> dict[str, int] | None:
    """One step; the log if it was an import."""
    note = col.db.scalar("select id from notes where guid = ?", step["note"]) if "note" in step else 0
    cards = col.db.list("select id from cards where nid = ?", note)
    match step["do"]:
        case "import":
            return import_package(col, step["path"])
        case "study":
            study(col, step["states"], step["at"])
        case "edit":
            edit(col, note, step.get("fields", {}), step.get("tags", []), step["at"])
        case "set":
            for column, value in step["columns"].items():
                col.db.execute(f"update cards set {column} = ? where nid = ?", value, note)
        case "move":
            col.set_deck(cards, col.decks.id(step["deck"]))
        case "rename":
            col.decks.rename(col.decks.id(step["deck"]), step["name"])
        case "write":
            new = col.new_note(col.models.by_name("Basic"))
            new.fields = step["fields"]
            col.add_note(new, col.decks.id(step["deck"]))
        case "delete":
            col.remove_notes([note])
        case _:
            raise ValueError(step)
    return None


def look(col: Any) -> dict[str, Any]:
    """All that the learner has."""
    col.models._clear_cache()  # Anki keeps note types in Python; the importer in Rust does not know that
    notetypes = {model["id"]: model for model in col.models.all()}
    decks = {deck.id: deck.name for deck in col.decks.all_names_and_ids()}
    guids = dict(col.db.all("select id, guid from notes"))
    reviews = dict(col.db.all("select cid, count(*) from revlog group by cid"))
    notes = []
    for guid, mid, mod, tags, text in col.db.all("select guid, mid, mod, tags, flds from notes order by guid"):
        names = [field["name"] for field in notetypes[mid]["flds"]]
        fields = dict(zip(names, text.split("\x1f"), strict=True))
        notetype = notetypes[mid]["name"]
        notes.append({"guid": guid, "notetype": notetype, "mod": mod, "tags": sorted(tags.split()), "fields": fields})
    cards = []
    for nid, did, *values in col.db.all(f"select nid, did, {', '.join(CARD_COLUMNS)} from cards order by nid, ord"):
        card = dict(zip(CARD_COLUMNS, values, strict=True))
        cards.append({"guid": guids[nid], "deck": decks[did], **card, "reviews": reviews.get(card["id"], 0)})
    return {
        "notes": notes,
        "cards": cards,
        "empty_cards": sorted(card for note in col.get_empty_cards().notes for card in note.card_ids),
        "notetypes": [
            {
                "id": model["id"],
                "name": model["name"],
                "fields": [field["name"] for field in model["flds"]],
                "templates": [template["name"] for template in model["tmpls"]],
                "look": [model["css"], *(t[side] for t in model["tmpls"] for side in ("qfmt", "afmt"))],
                "mod": model["mod"],
            }
            for model in notetypes.values()
        ],
        "decks": {name: col.decks.get(did)["desc"] for did, name in decks.items()},
        "schema": col.db.scalar("select scm from col"),
        "media": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:10] for path in Path(col.media.dir()).iterdir()
        },
    }


def main() -> None:
    answer, sys.stdout = sys.stdout, sys.stderr  # Anki prints now and then
    scenario = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="recto-matrix-") as folder:
        tempfile.tempdir = folder  # 2.1.49 shares a folder there with all other Ankis, and each empties it
        from anki.buildinfo import version
        from anki.collection import Collection
        from anki.lang import set_lang

        set_lang("en_US")
        col = Collection(str(Path(folder) / "collection.anki2"))
        result: dict[str, Any] = {"version": version, "states": [], "logs": []}
        for step in scenario["steps"]:
            log = do(col, step)
            result["logs"] += [log] if log else []
            result["states"].append(look(col))
        result["database"] = col.fix_integrity()[0]
        col.close()
    json.dump(result, answer)


if __name__ == "__main__":
    main()
