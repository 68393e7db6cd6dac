"""deck.lock: a line per card, note type, field, template and removed card, sorted, so that branches merge.

    recto-lock 1
    version 0.2.0
    released 1795300000
    headline 3 new, 1 corrected.
    namespace my-deck
    deck 1f9c02 My deck::Basics
    notetype qa 1763780400101 normal 0a1b2c3d4e5f60718293 1795300000
    field qa 00 1784284896431240 Question
    template qa 00 1175807353842523 Card 1
    note kv-why qa 99aabbccddeeff001122 1795300000 1f9c02 0,1
    note kv-sum cloze 11aabbccddeeff001122 1795300000 1f9c02 0,1 1:5e0c77aa 2:90ab12cd edition=0.2.0
    gone kv-old 0.2.0 qa 22aabbccddeeff001122 1795300000

Times are seconds since 1970 (UTC), digests those of `recto.identity`. A note whose digest is unchanged keeps its time:
Anki then leaves the learner's note alone. Behind a note's cards may stand its holes or steps (number:digest;
number-digest for one that an edit took away), `edition=…` (the version of the deck in which it last changed), `guid=…`
when its identity is not made of its id, and `retired`. A removed card keeps `edition=…` and `guid=…`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from recto.errors import ToolError
from recto.identity import guid_of
from recto.layout import LOCK_FILE
from recto.model import Edition, Ledger, LinkedNote, LinkedNoteType, Promise, Schema, Tombstone

_HEADER = "recto-lock 1"
_HOLE = re.compile(r"(\d+)([:-])([0-9a-f]+)")
_NAMED = ("edition=", "guid=")


def parse_ledger(text: str) -> Ledger:
    """Read deck.lock. Raises `ToolError` naming the line that cannot be read."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _HEADER:
        raise ToolError(
            f"{LOCK_FILE}:1: this is not a lock file that this version can read",
            hint=f"its first line must be «{_HEADER}»; {_REPAIR}",
        )
    reader = _Reader()
    for number, line in enumerate(lines[1:], 2):
        try:
            reader.read(line)
        except (ValueError, KeyError) as error:
            raise ToolError(
                f"{LOCK_FILE}:{number}: cannot read «{line.strip()[:60]}»",
                hint=f"a merge left something behind, or a line stands twice; {_REPAIR}",
            ) from error
    try:
        return reader.ledger()
    except (ValueError, KeyError) as error:
        raise ToolError(f"{LOCK_FILE}: something is missing in it ({error})", hint=_REPAIR) from error


_REPAIR = "take the file from the last commit, or restore it with `release --rebuild-lock LAST.apkg`"


class _Reader:
    """Collects the lines of a lock file; raises ValueError or KeyError at a line that makes no sense."""

    def __init__(self) -> None:
        self.single: dict[str, str] = {}
        self.decks: dict[str, str] = {}
        self.notes: dict[str, Promise] = {}
        self.gone: dict[str, Tombstone] = {}
        self.types: dict[str, tuple[int, bool, str, int]] = {}
        self.parts: dict[tuple[str, str], list[tuple[int, str]]] = {}

    def read(self, line: str) -> None:
        match line.split(maxsplit=2):
            case []:
                return
            case [("version" | "released" | "namespace") as key, value] if key not in self.single:
                self.single[key] = value
            case ["headline", *words] if "headline" not in self.single:
                self.single["headline"] = " ".join(words)
            case ["deck", key, name]:
                self.decks[key] = name
            case ["notetype", kind, rest] if kind not in self.types:
                number, type_, digest, modified = rest.split()
                self.types[kind] = (int(number), {"normal": False, "cloze": True}[type_], digest, int(modified))
            case [("field" | "template") as part, kind, rest]:
                place, number, name = rest.split(maxsplit=2)
                entries = self.parts.setdefault((part, kind), [])
                if int(place) != len(entries):
                    raise ValueError(place)
                entries.append((int(number), name))
            case ["note", ident, rest] if ident not in self.notes:
                self.notes[ident] = self._promise(rest)
            case ["gone", ident, rest] if ident not in self.gone:
                version, kind, digest, modified, *more = rest.split()
                if not all(word.startswith(_NAMED) for word in more):
                    raise ValueError(line)
                guid, edition = _named("guid=", more), _named("edition=", more)
                self.gone[ident] = Tombstone(version, kind, digest, int(modified), guid, edition)
            case _:
                raise ValueError(line)

    def _promise(self, rest: str) -> Promise:
        kind, digest, modified, deck, ordinals, *more = rest.split()
        found = [_HOLE.fullmatch(word) for word in more if not word.startswith(_NAMED) and word != "retired"]
        if None in found:
            raise ValueError(rest)
        holes = [(int(hole[1]), hole[2], hole[3]) for hole in found if hole]
        return Promise(
            kind=kind,
            digest=digest,
            modified=int(modified),
            deck=deck,
            ordinals=tuple(int(ordinal) for ordinal in ordinals.split(",")),
            holes=tuple((number, text) for number, mark, text in holes if mark == ":"),
            lost=tuple((number, text) for number, mark, text in holes if mark == "-"),
            guid=_named("guid=", more),
            retired="retired" in more,
            changed_in=_named("edition=", more),
        )

    def ledger(self) -> Ledger:
        notes = {ident: replace(promise, deck=self.decks[promise.deck]) for ident, promise in self.notes.items()}
        notetypes = {
            kind: Schema(
                number,
                is_cloze,
                digest,
                modified,
                tuple(self.parts[("field", kind)]),
                tuple(self.parts[("template", kind)]),
            )
            for kind, (number, is_cloze, digest, modified) in self.types.items()
        }
        released = int(self.single["released"])
        return Ledger(
            version=self.single["version"],
            released=released,
            headline=self.single.get("headline", ""),
            namespace=self.single["namespace"],
            notes=notes,
            notetypes=notetypes,
            gone=self.gone,
        )


def _named(key: str, words: Sequence[str]) -> str:
    return next((word.removeprefix(key) for word in words if word.startswith(key)), "")


def format_ledger(ledger: Ledger) -> str:
    """deck.lock's text."""
    lines = [_HEADER, f"version {ledger.version}", f"released {ledger.released}"]
    lines += [f"headline {ledger.headline}"] * bool(ledger.headline) + [f"namespace {ledger.namespace}"]
    decks = sorted({promise.deck for promise in ledger.notes.values()})
    lines += [f"deck {_deck_key(name)} {name}" for name in decks]
    for kind, schema in sorted(ledger.notetypes.items()):
        type_ = "cloze" if schema.is_cloze else "normal"
        lines.append(f"notetype {kind} {schema.id} {type_} {schema.digest} {schema.modified}")
        lines += [f"field {kind} {place:02} {number} {name}" for place, (number, name) in enumerate(schema.fields)]
        lines += [
            f"template {kind} {place:02} {number} {name}" for place, (number, name) in enumerate(schema.templates)
        ]
    for ident, p in sorted(ledger.notes.items()):
        words = [ident, p.kind, p.digest, str(p.modified), _deck_key(p.deck), ",".join(map(str, p.ordinals))]
        words += [f"{number}:{hole}" for number, hole in p.holes] + [f"{number}-{hole}" for number, hole in p.lost]
        words += [f"edition={p.changed_in}"] * bool(p.changed_in)
        words += [f"guid={p.guid}"] * bool(p.guid) + ["retired"] * p.retired
        lines.append(f"note {' '.join(words)}")
    for ident, stone in sorted(ledger.gone.items()):
        words = [ident, stone.version, stone.kind, stone.digest, str(stone.modified)]
        words += [f"edition={stone.changed_in}"] * bool(stone.changed_in) + [f"guid={stone.guid}"] * bool(stone.guid)
        lines.append(f"gone {' '.join(words)}")
    return "\n".join(lines) + "\n"


def _deck_key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def advance_ledger(ledger: Ledger, edition: Edition) -> Ledger:
    """What a ledger says after an edition was released; cards that are no longer in it get a tombstone."""
    known = by_guid(ledger)
    notes = {linked.note.id: promise_of(linked, edition.namespace, known.get(linked.guid)) for linked in edition.notes}
    present = {linked.guid for linked in edition.notes}
    gone = {ident: stone for ident, stone in ledger.gone.items() if guid_in(ledger, ident, stone.guid) not in present}
    for ident, promise in ledger.notes.items():
        if guid_in(ledger, ident, promise.guid) not in present:
            last = (promise.kind, promise.digest, promise.modified, promise.guid, promise.changed_in)
            gone[ident] = Tombstone(edition.version, *last)
    notetypes = {linked.notetype.kind: schema_of(linked) for linked in edition.notetypes}
    return Ledger(
        version=edition.version,
        released=edition.released,
        headline=edition.headline,
        namespace=edition.namespace,
        notes=notes,
        notetypes={**ledger.notetypes, **notetypes},
        gone=gone,
    )


def guid_in(ledger: Ledger, ident: str, guid: str) -> str:
    """The GUID of a card of the ledger, made of its id unless another is recorded."""
    return guid or guid_of(ledger.namespace, ident)


def by_guid(ledger: Ledger) -> dict[str, Promise]:
    """What was promised, by the identity that learners know."""
    return {guid_in(ledger, ident, promise.guid): promise for ident, promise in ledger.notes.items()}


def promise_of(linked: LinkedNote, namespace: str, before: Promise | None) -> Promise:
    """What a package with this note promises; `before` is what was promised for it so far."""
    note = linked.note
    numbers = {number for number, _ in linked.holes}
    once = (*before.holes, *before.lost) if before else ()
    return Promise(
        kind=note.kind,
        digest=linked.digest,
        modified=linked.modified,
        deck=linked.deck,
        ordinals=linked.ordinals,
        holes=linked.holes,
        lost=tuple(sorted((number, text) for number, text in once if number not in numbers)),
        guid="" if linked.guid == guid_of(namespace, note.id) else linked.guid,
        retired=linked.retired,
        changed_in=linked.changed_in,
    )


def schema_of(linked: LinkedNoteType) -> Schema:
    """What a package with this note type promises."""
    notetype = linked.notetype
    return Schema(
        id=notetype.id,
        is_cloze=notetype.is_cloze,
        digest=linked.digest,
        modified=linked.modified,
        fields=tuple((f.id, f.name) for f in notetype.fields),
        templates=tuple((t.id, t.name) for t in notetype.templates),
    )


def unpromised(ledger: Ledger, edition: Edition) -> list[str]:
    """What of an edition is not as the ledger says: ids of notes, kinds of note types, then ids that are missing."""
    kinds = [x.notetype.kind for x in edition.notetypes if ledger.notetypes.get(x.notetype.kind) != schema_of(x)]
    known = by_guid(ledger)
    changed = [
        x.note.id
        for x in edition.notes
        if ledger.notes.get(x.note.id) != promise_of(x, edition.namespace, known.get(x.guid))
    ]
    present = {x.note.id for x in edition.notes}
    return kinds + changed + [ident for ident in ledger.notes if ident not in present]
