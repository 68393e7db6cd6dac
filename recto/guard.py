"""What earlier releases promised to learners, and how a new edition would break it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recto.config import CONFIG_FILE
from recto.diagnostic import Diagnostic
from recto.identity import guid_of, hole_digests
from recto.ledger import LOCK_FILE
from recto.model import Config, Ledger, LinkedNote, NoteType, Promise, Schema
from recto.rulebook import (
    CHANGED_IDENTITY,
    CHANGED_SCHEMA,
    KIND_CHANGED,
    RENUMBERED_HOLE,
    REUSED_ID,
)
from recto.source import Span
from recto.versions import Bump, step_between


def find_broken_promises(
    notes: Sequence[LinkedNote], notetypes: Mapping[str, NoteType], config: Config, ledger: Ledger
) -> list[Diagnostic]:
    """Every fault that only the history of the deck can show; none before the first release."""
    if not ledger.version:
        return []
    found: list[Diagnostic] = []
    if config.namespace != ledger.namespace:
        span = Span(CONFIG_FILE, 1, 1, 1, 1, "")
        message = f'namespace was "{ledger.namespace}" in every release'
        found.append(CHANGED_IDENTITY.at(span, message, f'write namespace = "{ledger.namespace}" again'))
        return found
    for linked in notes:
        found += _check_note(linked, config, ledger)
    for kind, schema in ledger.notetypes.items():
        if kind in notetypes:
            found += _check_schema(schema, notetypes[kind], config, ledger)
    return found


def promise_for(linked_id: str, alias: str, ledger: Ledger) -> Promise | None:
    """What was promised for a card, under its id or its former one."""
    return ledger.notes.get(linked_id) or ledger.notes.get(alias)


def _check_note(linked: LinkedNote, config: Config, ledger: Ledger) -> list[Diagnostic]:
    note = linked.note
    stone = ledger.gone.get(note.id)
    if stone and (stone.kind, stone.digest) != (note.kind, linked.digest):
        return [
            REUSED_ID.at(
                note.span,
                f'the id "{note.id}" belonged to a card that is gone since {stone.version}',
                "give this card another id; to bring the old card back, restore its old text first",
            )
        ]
    promise = promise_for(note.id, note.alias, ledger)
    if promise is None:
        return []
    if promise.kind != note.kind:
        return [
            KIND_CHANGED.at(
                note.span,
                f"this card was released as a {promise.kind} card",
                f'make the {note.kind} card a new one with its own id, and keep this one with retired="…" or delete it',
            )
        ]
    known_as = promise.guid or guid_of(config.namespace, note.id if note.id in ledger.notes else note.alias)
    if linked.guid != known_as:
        former = f"guid:{promise.guid}" if promise.guid else note.id
        help_ = f"write alias={former} again" if promise.guid else "remove the alias"
        return [CHANGED_IDENTITY.at(note.span, "learners know this card under another identity", help_)]
    return _check_holes(linked, promise)


def _check_holes(linked: LinkedNote, promise: Promise) -> list[Diagnostic]:
    """Report a card whose released holes have other numbers now, with the spelling that keeps them."""
    before = {digest: number for number, digest in promise.holes}
    now = hole_digests(linked.note.fields)
    if len(before) < len(promise.holes) or len({digest for _, digest in now}) < len(now):
        return []  # two holes of one text cannot be told apart
    if all(before.get(digest, number) == number for number, digest in now):
        return []
    kept = {number: before[digest] for number, digest in now if digest in before}
    moved = next(use for use in linked.note.holes if kept.get(use.number, use.number) != use.number)
    free = max(number for number, _ in promise.holes)
    spelt: list[str] = []
    for use in linked.note.holes:
        if use.number not in kept:
            free += 1
            kept[use.number] = free
        spelt.append(f"{{{{c{kept[use.number]}::{use.text}}}}}")
    return [
        RENUMBERED_HOLE.at(
            moved.span,
            f"hole {kept[moved.number]} of the released card would become hole {moved.number}",
            f"number the holes yourself: {' … '.join(spelt)}",
        )
    ]


def _check_schema(schema: Schema, notetype: NoteType, config: Config, ledger: Ledger) -> list[Diagnostic]:
    """What real Anki answers to a changed note type is in docs/migration.md, measured with nine versions."""
    fatal = _fatal_change(schema, notetype)
    if fatal:
        help_ = f"undo it ({LOCK_FILE} has the released one); spare fields can be filled and shown without a change"
        return [CHANGED_SCHEMA.at(notetype.span, f"note type {notetype.kind}: {fatal}", help_)]
    changes = schema_changes(schema, notetype)
    if not changes or step_between(ledger.version, config.version) is Bump.MAJOR:
        return []
    return [
        CHANGED_SCHEMA.at(
            notetype.span,
            f"note type {notetype.kind}: {'; '.join(changes)}",
            "undo it, or make it a migration: a new major version in deck.toml, see docs/migration.md",
        )
    ]


def _fatal_change(schema: Schema, notetype: NoteType) -> str:
    """A change that no release can carry, '' if there is none."""
    if notetype.id != schema.id:
        return f"its id was {schema.id}"
    if notetype.is_cloze is not schema.is_cloze:
        return f"it was a {'cloze' if schema.is_cloze else 'normal'} note type"
    for name, old, new in (
        ("fields", [i for i, _ in schema.fields], [f.id for f in notetype.fields]),
        ("templates", [i for i, _ in schema.templates], [t.id for t in notetype.templates]),
    ):
        if new[: len(old)] != old:
            lost = set(old) - set(new)
            return f"released {name} were {'removed' if lost else 'put in another order'}; new ones go to the end"
    return ""


def schema_changes(schema: Schema, notetype: NoteType) -> list[str]:
    """What a migration has to carry: fields and templates that were added at the end or renamed."""
    found: list[str] = []
    for word, old, new in (
        ("field", schema.fields, [(f.id, f.name) for f in notetype.fields]),
        ("template", schema.templates, [(t.id, t.name) for t in notetype.templates]),
    ):
        names = dict(old)
        for number, name in new:
            if number not in names:
                found.append(f"{word} {name} was added")
            elif names[number] != name:
                found.append(f"{word} {names[number]} was renamed to {name}")
    return found
