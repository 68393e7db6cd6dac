"""The upgrade simulator: a learner who has studied one package imports the next, in real Anki."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.diff import compare, plain_text
from recto.snapshot import read_package
from recto.verify import anki_version, describe_log, import_into, open_collection

if TYPE_CHECKING:
    from recto.verify import Collection

STATES = ("new", "learning", "review", "suspended", "buried", "flagged", "leech")
OWN_TAG = "my-own"
OWN_WORDS = " (my own words)"
OWN_DECK = "My own deck"
_EDIT_EVERY, _MOVE_EVERY = 5, 7
_CARD_COLUMNS = "did, type, queue, due, ivl, factor, reps, lapses, left, flags"


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    """What changed for the learner. `problems` is empty when nothing of theirs was lost."""

    anki_version: str
    cards_before: int
    reviews: int
    log: str
    new_cards: int
    updated: int
    edits_kept: int
    edits_replaced: int
    problems: tuple[str, ...]


def simulate_upgrade(old: Path, new: Path, *, migrate: bool = False) -> UpgradeReport:
    """Import `old`, study, edit, move and rename as learners do, import `new`, compare.

    Anki's default options are used; with `migrate` those that docs/migration.md asks for: merge note types, always
    update notes. Raises `ToolError` when Anki is not installed or refuses a package.
    """
    released = read_package(new)
    changes = compare(read_package(old), released)
    changed = {edit.new.guid for edit in (*changes.edited, *changes.reissued)}
    with open_collection() as collection:
        import_into(collection, old)
        edited = _live_with(collection)
        before = _State.of(collection)
        log = import_into(collection, new, migrate=migrate)
        after = _State.of(collection)
    problems = [
        *_lost_reviews(before, after),
        *_broken_identity(before, after, len(changes.added)),
        *_second_notetypes(before, after, set(released.looks)),
        *_overwritten(before, after, changed, migrate=migrate),
        *_untruthful(log, len(changes.added), len(changed), migrate=migrate),
    ]
    gone = {note.question for note in changes.removed}
    problems += [
        f"{plain_text(note.question)}: comes in a second time, under another GUID"
        for note in changes.added
        if note.question in gone
    ]
    if before.schema_mark != after.schema_mark and not migrate:
        problems.append("Anki would ask for a full sync")
    return UpgradeReport(
        anki_version=anki_version(),
        cards_before=len(before.cards),
        reviews=sum(before.reviews.values()),
        log=describe_log(log),
        new_cards=len(after.cards) - len(before.cards),
        updated=log["updated"],
        edits_kept=sum(OWN_WORDS in after.notes[guid].fields for guid in edited if guid in after.notes),
        edits_replaced=len(edited & changed),
        problems=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class _Note:
    modified: int
    tags: str
    fields: str
    name: str


@dataclass(frozen=True, slots=True)
class _State:
    """A collection's notes by GUID, cards and number of reviews by (GUID, ordinal), note types by name."""

    notes: Mapping[str, _Note]
    cards: Mapping[tuple[str, int], tuple[int, ...]]
    reviews: Mapping[tuple[str, int], int]
    rows: int
    notetypes: frozenset[str]
    schema_mark: int

    @classmethod
    def of(cls, collection: Collection) -> _State:
        db = collection.db
        assert db is not None  # an open collection has one
        notes = {
            guid: _Note(modified, tags, fields, fields.split("\x1f")[0][:40])
            for guid, modified, tags, fields in db.execute("select guid, mod, tags, flds from notes")
        }
        columns = ", ".join(f"c.{column.strip()}" for column in _CARD_COLUMNS.split(","))
        query = f"select n.guid, c.ord, {columns} from cards c join notes n on n.id = c.nid"
        reviews = """select n.guid, c.ord, count(r.id) from cards c
                     join notes n on n.id = c.nid join revlog r on r.cid = c.id group by c.id"""
        return cls(
            notes=notes,
            cards={(guid, ordinal): tuple(row) for guid, ordinal, *row in db.execute(query)},
            reviews={(guid, ordinal): count for guid, ordinal, count in db.execute(reviews)},
            rows=db.scalar("select count(*) from notes"),
            notetypes=frozenset(notetype.name for notetype in collection.models.all_names_and_ids()),
            schema_mark=db.scalar("select scm from col"),
        )


def _live_with(collection: Collection) -> set[str]:
    """Study all cards, edit and tag some notes, move some cards, rename a deck; the GUIDs of the edited notes."""
    db = collection.db
    assert db is not None  # an open collection has one
    cards = db.list("select id from cards order by due, ord")
    for place, card_id in enumerate(cards):
        _study(collection, card_id, STATES[place % len(STATES)], place)
    notes = db.execute("select id, guid, flds, tags, mod from notes order by id")
    edited = set()
    for place, (note_id, guid, fields, tags, modified) in enumerate(notes):
        if place % _EDIT_EVERY == 0:
            edited.add(guid)
            values = fields.split("\x1f")
            values[1] += OWN_WORDS
            # One second later than the release that the learner has: any later release is newer still.
            db.execute(
                "update notes set flds = ?, tags = ?, mod = ? where id = ?",
                "\x1f".join(values),
                f"{tags.rstrip()} {OWN_TAG} ",
                modified + 1,
                note_id,
            )
    own = collection.decks.id(OWN_DECK)
    db.execute(f"update cards set did = ? where id in ({','.join(map(str, cards[::_MOVE_EVERY]))})", own)
    renamed = next(d for d in collection.decks.all_names_and_ids() if "::" in d.name or d.name != "Default")
    collection.decks.rename(collection.decks.get(renamed.id), f"{renamed.name} (mine)")
    return edited


def _study(collection: Collection, card_id: int, state: str, place: int) -> None:
    """Give a card a state and, unless it is new, a history of three reviews."""
    if state == "new":
        return
    db: Any = collection.db
    columns = {"type": 2, "queue": 2, "due": 40 + place, "ivl": 30, "factor": 2500, "reps": 5, "lapses": 1}
    columns |= {
        "learning": {
            "type": 1,
            "queue": 1,
            "due": 1_900_000_000 + place,
            "ivl": 0,
            "left": 1001,
            "reps": 1,
            "lapses": 0,
        },
        "suspended": {"queue": -1},
        "buried": {"queue": -2},
        "flagged": {"flags": 3},
        "leech": {"lapses": 8, "queue": -1},
    }.get(state, {})
    assignments = ", ".join(f"{name} = ?" for name in columns)
    db.execute(f"update cards set {assignments} where id = ?", *columns.values(), card_id)
    for number in range(3):
        row = (1_700_000_000_000 + place * 10 + number, card_id, -1, 3, 30, 10, 2500, 4000, 1)
        db.execute("insert into revlog values (?,?,?,?,?,?,?,?,?)", *row)
    if state == "leech":
        db.execute("update notes set tags = tags || 'leech ' where id = (select nid from cards where id = ?)", card_id)


def _lost_reviews(before: _State, after: _State) -> list[str]:
    problems = []
    for key, row in before.cards.items():
        name = f"{before.notes[key[0]].name} (card {key[1] + 1})"
        if key not in after.cards:
            problems.append(f"{name}: the card is gone")
        elif after.cards[key] != row:
            columns = [column.strip() for column in _CARD_COLUMNS.split(",")]
            differing = [c for c, old, new in zip(columns, row, after.cards[key], strict=True) if old != new]
            problems.append(f"{name}: {', '.join(differing)} changed")
        if after.reviews.get(key, 0) != before.reviews.get(key, 0):
            problems.append(f"{name}: reviews were lost")
    return problems


def _broken_identity(before: _State, after: _State, added: int) -> list[str]:
    problems = []
    if after.rows != len(after.notes):
        problems.append(f"{after.rows - len(after.notes)} notes came in a second time")
    if after.rows != before.rows + added:
        problems.append(f"{after.rows - before.rows} notes came in, the package has {added} new ones")
    return problems


def _second_notetypes(before: _State, after: _State, packaged: set[str]) -> list[str]:
    """Anki gives a note type that clashes with the learner's another name («Name+»), which no package has."""
    strays = sorted(after.notetypes - before.notetypes - packaged)
    return [f"the note type {name} came in, which the package does not have: a second copy of one" for name in strays]


def _overwritten(before: _State, after: _State, changed: set[str], *, migrate: bool) -> list[str]:
    """Notes that did not change between the packages must not be touched, the learner's edits included."""
    if migrate:  # a new field is a change of every note
        return []
    return [
        f"{note.name}: overwritten although it did not change"
        for guid, note in before.notes.items()
        if guid not in changed and guid in after.notes and after.notes[guid] != note
    ]


def _untruthful(log: Mapping[str, int], added: int, changed: int, *, migrate: bool) -> list[str]:
    problems = []
    if log["conflicting"]:
        problems.append(f"{log['conflicting']} notes conflict with the learner's note types and are not updated")
    if log["new"] != added:
        problems.append(f"Anki's log says {log['new']} new, the package has {added}")
    if log["updated"] != changed and not migrate:
        problems.append(f"Anki's log says {log['updated']} updated, {changed} notes changed")
    return problems
