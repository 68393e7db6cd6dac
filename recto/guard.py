"""What earlier releases promised to learners, and how a new edition would break it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recto.diagnostic import Diagnostic
from recto.layout import CONFIG_FILE, LOCK_FILE
from recto.ledger import by_guid, guid_in
from recto.model import Config, Ledger, LinkedNote, NoteType, Promise, Schema, Tombstone
from recto.rulebook import (
    CHANGED_IDENTITY,
    CHANGED_SCHEMA,
    KIND_CHANGED,
    RENUMBERED_HOLE,
    RENUMBERED_PART,
    RENUMBERED_STEP,
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
    known = by_guid(ledger)
    gone = {guid_in(ledger, ident, stone.guid): (ident, stone) for ident, stone in ledger.gone.items()}
    for linked in notes:
        notetype = notetypes[linked.note.kind]
        found += _check_note(linked, known.get(linked.guid), gone.get(linked.guid), ledger, notetype)
    for kind, schema in ledger.notetypes.items():
        if kind in notetypes:
            found += _check_schema(schema, notetypes[kind], config, ledger)
    return found


def _check_note(
    linked: LinkedNote, promise: Promise | None, grave: tuple[str, Tombstone] | None, ledger: Ledger, notetype: NoteType
) -> list[Diagnostic]:
    """`promise` and `grave` are what the ledger has under the note's GUID."""
    note = linked.note
    if grave and (grave[1].kind, grave[1].digest) != (note.kind, linked.digest):
        ident, stone = grave
        message = f'the id "{ident}" belonged to a card that is gone since {stone.version}'
        help_ = "give this card another id; to bring the old card back, restore its old text first"
        return [REUSED_ID.at(note.span, message, help_)]
    # A card that has an alias already keeps it when its id changes once more.
    under_id = ledger.notes.get(note.id) or ledger.notes.get(note.alias)
    if under_id and under_id is not promise:
        help_ = f"write alias=guid:{under_id.guid}, or the alias that it had" if under_id.guid else "remove the alias"
        return [CHANGED_IDENTITY.at(note.span, "learners know this card under another identity", help_)]
    if promise is None:
        return []
    if promise.kind != note.kind:
        message = f"this card was released as a {promise.kind} card"
        help_ = f'make the {note.kind} card a new one with its own id, and keep this one with retired="…" or delete it'
        return [KIND_CHANGED.at(note.span, message, help_)]
    if notetype.has_parts:
        return _check_parts(linked, promise)
    return _check_numbers(linked, promise, notetype.is_cloze)


def _check_parts(linked: LinkedNote, promise: Promise) -> list[Diagnostic]:
    """Report a diagram whose numbers are not those of the released parts; the way out is the whole list.

    A part is its id, which no edit of wording or drawing touches: so a number with another id is another part.
    """
    known = {digest: number for number, digest in (*promise.lost, *promise.holes)}
    owner = dict((*promise.lost, *promise.holes))
    digests = dict(linked.holes)
    wrong = [n for n, digest in digests.items() if known.get(digest, n) != n or owner.get(n, digest) != digest]
    if not wrong:
        return []
    free = max((*owner, *(n for n in digests if n not in owner)))
    spelt: dict[str, int] = {}
    for use in linked.note.holes:
        number = known.get(digests[use.number], 0 if use.number in owner else use.number)
        free += not number
        spelt[use.text] = number or free
    moved = next(use for use in linked.note.holes if use.number in wrong)
    message = (
        f"part {known[digests[moved.number]]}, `{moved.text}`, of the released card would become part {moved.number}"
        if digests[moved.number] in known
        else f"part {moved.number} was another one, and learners may still have its card"
    )
    help_ = f"number the list yourself: {'  '.join(f'{number}. `{part}`' for part, number in spelt.items())}"
    return [RENUMBERED_PART.at(moved.span, message, help_)]


def _check_numbers(linked: LinkedNote, promise: Promise, is_cloze: bool) -> list[Diagnostic]:
    """Report a card whose released holes or steps have other numbers now, with the way out."""
    now = linked.holes
    single = _singles(now)  # holes of one text cannot be told apart
    before = _singles((*promise.holes, *promise.lost))
    lost = dict(promise.lost)
    wrong = {
        number
        for number, digest in now
        if (digest in single and before.get(digest, number) != number) or lost.get(number, digest) != digest
    }
    if not wrong:
        return []
    kept = {number: before[digest] for number, digest in now if digest in single and digest in before}
    moved = next(use for use in linked.note.holes if use.number in wrong)
    is_known = moved.number in kept
    word = "hole" if is_cloze else "step"
    message = (
        f"{word} {kept[moved.number]} of the released card would become {word} {moved.number}"
        if is_known
        else f"{word} {moved.number} was another one, and learners may still have its card"
    )
    if not is_cloze:
        help_ = "new steps go behind the last; to cut or insert one, make this a new card with its own id"
        return [RENUMBERED_STEP.at(moved.span, message, help_)]
    taken = {*kept.values(), *lost}
    free = max(number for number, _ in (*promise.holes, *promise.lost))
    spelt: list[str] = []
    for use in linked.note.holes:
        if use.number not in kept:  # an edited hole keeps its number, a new one gets the next
            free += use.number in taken
            kept[use.number] = free if use.number in taken else use.number
            taken.add(kept[use.number])
        spelt.append(f"{{{{c{kept[use.number]}::{use.text}}}}}")
    return [RENUMBERED_HOLE.at(moved.span, message, f"number the holes yourself: {' … '.join(spelt)}")]


def _singles(holes: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Number by digest of the holes whose text no other hole has."""
    digests = [digest for _, digest in holes]
    return {digest: number for number, digest in holes if digests.count(digest) == 1}


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
