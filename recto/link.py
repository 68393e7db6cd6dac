"""All units → one edition of the deck: what only the whole deck can tell (twins, media, order, identity, time)."""

from __future__ import annotations

import html
import posixpath
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from recto.apkg import NO_DRAFTS, Drafts
from recto.diagnostic import Diagnostic, Severity
from recto.guard import find_broken_promises
from recto.identity import digest_of_note, digest_of_notetype, numbered_digests, with_edition
from recto.media import PICTURES, SUPPORTED, Inventory
from recto.model import (
    RETIRED_TAG,
    Config,
    DiagramUse,
    Edition,
    Ledger,
    LinkedNote,
    LinkedNoteType,
    MediaFile,
    MediaUse,
    Note,
    NoteType,
    Unit,
)
from recto.rulebook import (
    DUPLICATE_ID,
    MISSING_MEDIA,
    NO_CARD_MADE,
    UNSUPPORTED_MEDIA,
    UNUSED_MEDIA,
    WRONG_CASE_MEDIA,
)
from recto.source import Span
from recto.stamps import Clock, Stamps
from recto.study import check_study, order_notes, order_units
from recto.suggest import nearest
from recto.template import (
    cloze_fields,
    cloze_ordinals,
    parse_template,
    shows_something,
)
from recto.versions import DEV

_MEDIA_MARK = re.compile("\x02([^\x03]*)\x03")


@dataclass(slots=True)
class Memo:
    """The notes that the last `link` made, by the identity of what they were made of.

    Good only while config, note types, ledger, drafts and `for_release` stay the same; notes and media may change.
    """

    links: dict[int, tuple[Note, Mapping[str, MediaFile], LinkedNote]] = field(default_factory=dict)


def link(
    units: Sequence[Unit],
    notetypes: Mapping[str, NoteType],
    inventory: Inventory,
    config: Config,
    ledger: Ledger,
    *,
    clock: Clock,
    drafts: Drafts = NO_DRAFTS,
    for_release: bool = False,
    memo: Memo | None = None,
) -> tuple[Edition, tuple[Diagnostic, ...]]:
    """Join the units in the order of study. The edition is usable when no diagnostic of any unit is an error.

    `clock` gives the time of this build in seconds since 1970 (UTC); it is asked only if something is not as the
    ledger promised. `drafts` is the last development build, which testers may have; a release gives all that changed
    its own time. The edition has the version of a development build, and so have the notes that changed
    (`stamps.at_version` gives another). Raises `ToolError` when the clock runs behind either. `memo` spares the notes
    that it knows.
    """
    ordered = order_units(units, config)
    version = f"{config.version}{DEV}"
    stamps = Stamps(clock, ledger, drafts, version, for_release=for_release)
    joined = _join(ordered, notetypes, inventory, stamps, memo)
    notes = order_notes(joined.notes, config)
    diagnostics = [
        *_find_twins(ordered),
        *joined.diagnostics,
        *_find_unused(inventory, joined.meant),
        *check_study(joined.notes, config),
        *find_broken_promises(notes, notetypes, config, ledger),
    ]
    kinds = {linked.note.kind for linked in notes}
    edition = Edition(
        title=config.name,
        slug=config.slug,
        namespace=config.namespace,
        version=version,
        released=0,
        headline="",
        deck_id=config.deck_id,
        description=config.description,
        notes=tuple(notes),
        # A note type that no note uses is ignored by the importer (measured, 26.09.3), so it is no part of an edition.
        notetypes=tuple(
            LinkedNoteType(notetype, digest, stamps.of_notetype(notetype, digest))
            for kind, notetype in notetypes.items()
            if kind in kinds
            for digest in (digest_of_notetype(notetype),)
        ),
        media=tuple(joined.media[name] for name in sorted(joined.media)),
    )
    return edition, tuple(diagnostics)


@dataclass(slots=True)
class _Joined:
    """Notes in the order of their units; their media by packaged name; the paths that they mean, slips included."""

    notes: list[LinkedNote] = field(default_factory=list)
    media: dict[str, MediaFile] = field(default_factory=dict)
    meant: set[str] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def _join(
    units: Sequence[Unit],
    notetypes: Mapping[str, NoteType],
    inventory: Inventory,
    stamps: Stamps,
    memo: Memo | None,
) -> _Joined:
    """Link the notes of all units; those that the memo knows are taken from it, and it holds these afterwards."""
    makers = {kind: CardMaker(notetype) for kind, notetype in notetypes.items()}
    known, made, joined = (memo.links if memo is not None else {}), Memo(), _Joined()
    for unit in units:
        faulty = [d.span.line for d in unit.diagnostics if d.severity is Severity.ERROR]
        ends = [note.span.line for note in unit.notes[1:]]
        for note, end in zip(unit.notes, [*ends, sys.maxsize], strict=False):
            used, faults = _resolve_media(note.media, inventory, joined.meant)
            joined.diagnostics += faults
            if note.diagram:
                pictures, faults = _resolve_diagram(note.diagram, inventory, joined.meant)
                used |= pictures
                joined.diagnostics += faults
            joined.media |= {file.name: file for file in used.values()}
            same, shown, linked = known.get(id(note), (None, None, None))
            if linked is None or same is not note or shown != used:
                linked = _link_note(note, used, notetypes[note.kind], makers[note.kind], unit.deck, stamps)
            made.links[id(note)] = (note, used, linked)
            if not linked.ordinals and not any(note.span.line <= line < end for line in faulty):
                message = "Anki would make no card of this"
                joined.diagnostics.append(NO_CARD_MADE.at(note.span, message, "the front shows no filled field"))
            joined.notes.append(linked)
    if memo is not None:
        memo.links = made.links
    return joined


def _link_note(
    note: Note,
    used: Mapping[str, MediaFile],
    notetype: NoteType,
    maker: CardMaker,
    deck: str,
    stamps: Stamps,
) -> LinkedNote:
    """Give a note its media's names, its identity, its time (0 while it has no id) and its cards."""
    digest, numbers = note.digest, note.numbers
    if not digest:
        fields = tuple(_put_media(text, used) for text in note.fields)
        digest, numbers = digest_of_note(note.kind, fields, note.tags), numbered_digests(notetype, fields)
        note = replace(note, fields=fields)
    fields = note.fields
    changed_in = stamps.changed_in(note.guid, digest, notetype)
    stored = with_edition(notetype, fields, changed_in)
    return LinkedNote(
        note=note,
        guid=note.guid,
        digest=digest,
        modified=stamps.of_note(note.guid, digest, notetype, stored, note.tags) if note.id else 0,
        ordinals=maker.ordinals(fields, note.filled),
        deck=deck,
        retired=any(tag.endswith(f"::{RETIRED_TAG}") or tag == RETIRED_TAG for tag in note.tags),
        holes=numbers,
        changed_in=changed_in,
    )


class CardMaker:
    """Which cards Anki makes of the notes of one type (manual, "Card Generation")."""

    def __init__(self, notetype: NoteType) -> None:
        self._names = [f.name for f in notetype.fields]
        self._fronts = [parse_template(template.front) for template in notetype.templates]
        holes = cloze_fields(self._fronts[0]) if notetype.is_cloze else ()
        self._holes = [n for n, name in enumerate(self._names) if name in holes]
        self._is_cloze = notetype.is_cloze
        self._made: dict[int, tuple[int, ...]] = {}

    def ordinals(self, fields: Sequence[str], filled: int) -> tuple[int, ...]:
        """The ordinals (from 0) of a note's cards; `filled` is `template.filled_fields` of its fields."""
        if self._is_cloze:
            return tuple(sorted({ordinal for place in self._holes for ordinal in cloze_ordinals(fields[place])}))
        if filled not in self._made:
            names = {name for n, name in enumerate(self._names) if filled >> n & 1}
            self._made[filled] = tuple(n for n, front in enumerate(self._fronts) if shows_something(front, names))
        return self._made[filled]


def _find_twins(units: Sequence[Unit]) -> list[Diagnostic]:
    """Report cards with one id or one identity, be it a former id or a foreign GUID."""
    first: dict[str, Span] = {}
    found: list[Diagnostic] = []
    notes = (note for unit in sorted(units, key=lambda unit: unit.path) for note in unit.notes if note.id)
    for note in notes:
        same_id, same_guid = f"id {note.id}", f"guid {note.guid}"
        twin = first.get(same_id) or first.get(same_guid)
        if twin:
            what = f'the alias "{note.alias}"' if note.alias and same_id not in first else f'the id "{note.id}"'
            found.append(DUPLICATE_ID.at(note.span, f"{what} is taken by {twin}", "give this card another"))
        first.setdefault(same_id, note.span)
        first.setdefault(same_guid, note.span)
    return found


def _resolve_media(
    uses: Sequence[MediaUse], inventory: Inventory, meant: set[str]
) -> tuple[dict[str, MediaFile], list[Diagnostic]]:
    """The files that a note shows, by path; `meant` collects the paths of those and of what a slip was meant for."""
    found: dict[str, MediaFile] = {}
    diagnostics: list[Diagnostic] = []
    for use in uses:
        path = use.path
        meant.add(path)
        if path in inventory.faults:
            rule, message = inventory.faults[path]
            diagnostics.append(rule.at(use.span, message, "cards show only files that are safe everywhere"))
        elif path in inventory.files:
            found[path] = inventory.files[path]
        else:
            fault, guess = _explain_missing(use, inventory)
            diagnostics.append(fault)
            meant.add(guess)
    return found, diagnostics


def _resolve_diagram(
    use: DiagramUse, inventory: Inventory, meant: set[str]
) -> tuple[dict[str, MediaFile], list[Diagnostic]]:
    """The pictures that are made of a note's drawing; the drawing itself is no file of the package."""
    files, diagnostics = _resolve_media([MediaUse(use.path, use.span)], inventory, meant)
    if use.path not in files or use.path not in inventory.drawings:
        return {}, diagnostics
    from recto.drawing.resolve import resolve_parts  # what it needs is slow to load, and few decks need it

    pictures, faults = resolve_parts(use, files[use.path], inventory.drawings[use.path])
    return pictures, [*diagnostics, *faults]


def _explain_missing(use: MediaUse, inventory: Inventory) -> tuple[Diagnostic, str]:
    """What is wrong with a reference that leads to no file, and the file that was probably meant ('' for none)."""
    folder, name = posixpath.split(use.path)
    if posixpath.splitext(name)[1].lower() not in SUPPORTED:
        message = f"{name} is of a type that not every Anki shows"
        return UNSUPPORTED_MEDIA.at(use.span, message, f"use one of {' '.join(SUPPORTED)}"), ""
    known = (*inventory.files, *inventory.faults)
    alike = next((path for path in known if path.casefold() == use.path.casefold()), "")
    if alike:
        # Only the part that differs: the name, or the whole path when a folder is spelt otherwise.
        shown = (name, posixpath.basename(alike)) if posixpath.dirname(alike) == folder else (use.path, alike)
        message = "{} is spelt {} on disk".format(*shown)
        return WRONG_CASE_MEDIA.at(use.span, message, "spell it alike; phones tell A from a"), alike
    guess = nearest(name, [posixpath.basename(path) for path in known if posixpath.dirname(path) == folder])
    help_ = f'did you mean "{guess}"?' if guess else "put it there"
    fault = MISSING_MEDIA.at(use.span, f"there is no file {use.path}", help_)
    return fault, posixpath.join(folder, guess) if guess else ""


def _put_media(text: str, used: Mapping[str, MediaFile]) -> str:
    if "\x02" not in text:
        return text

    def fill(match: re.Match[str]) -> str:
        file = used.get(match[1])
        if file is None:
            return ""  # its fault is reported; the edition is not used
        if not file.name.endswith(PICTURES):
            return file.name
        css = "figure vector" if file.name.endswith(".svg") else "figure bitmap"
        size = f' width="{file.width}" height="{file.height}"' if file.width and file.height else ""
        return f'class="{css}" src="{html.escape(file.name)}"{size}'

    return _MEDIA_MARK.sub(fill, text)


def _find_unused(inventory: Inventory, used: set[str]) -> list[Diagnostic]:
    return [
        UNUSED_MEDIA.at(Span(path, 1, 1, 1, 1, ""), "no card shows this file", "refer to it or delete it")
        for path in inventory.files
        if path not in used
    ]
