"""All units → one edition of the deck: what only the whole deck can tell (twins, media, order, identity, time)."""

from __future__ import annotations

import html
import posixpath
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from recto.apkg import NO_DRAFTS, Drafts
from recto.compile import area_of
from recto.diagnostic import Diagnostic, Severity
from recto.errors import ToolError
from recto.guard import find_broken_promises
from recto.identity import digest_of_note, digest_of_notetype, guid_of_note, numbered_digests
from recto.ledger import LOCK_FILE, guid_in
from recto.media import PICTURES, SUPPORTED, Inventory
from recto.model import (
    RETIRED_TAG,
    Config,
    Edition,
    Ledger,
    LinkedNote,
    LinkedNoteType,
    MediaFile,
    MediaUse,
    NoteType,
    Promise,
    Schema,
    Tombstone,
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
from recto.suggest import nearest
from recto.template import cloze_fields, cloze_ordinals, is_empty_field, parse_template, shows_something

_MEDIA_MARK = re.compile("\x02([^\x03]*)\x03")

Clock = Callable[[], int]
_SLACK = 60


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
) -> tuple[Edition, tuple[Diagnostic, ...]]:
    """Join the units in the order of study. The edition is usable when no diagnostic of any unit is an error.

    `clock` gives the time of this build in seconds since 1970 (UTC); it is asked only if something is not as the
    ledger promised. `drafts` is the last development build, which
    testers may have; a release gives all that changed its own time. Raises `ToolError` when it runs behind the ledger.
    """
    ordered = order_units(units, config)
    diagnostics = _find_twins(ordered, config.namespace)
    media: dict[str, MediaFile] = {}
    meant: set[str] = set()
    stamps = _Stamps(clock)
    known: list[tuple[str, Promise | Tombstone]] = [*ledger.gone.items(), *ledger.notes.items()]
    promises = {guid_in(ledger, ident, promise.guid): promise for ident, promise in known}
    notes: list[LinkedNote] = []
    for unit in ordered:
        faulty = [d.span.line for d in unit.diagnostics if d.severity is Severity.ERROR]
        ends = [note.span.line for note in unit.notes[1:]]
        for note, end in zip(unit.notes, [*ends, sys.maxsize], strict=False):
            used, faults = _resolve_media(note.media, inventory, meant)
            diagnostics += faults
            media |= {file.name: file for file in used.values()}
            fields = tuple(_put_media(text, used) for text in note.fields)
            ordinals = card_ordinals(notetypes[note.kind], fields)
            if not ordinals and not any(note.span.line <= line < end for line in faulty):
                diagnostics.append(
                    NO_CARD_MADE.at(note.span, "Anki would make no card of this", "the front shows no filled field")
                )
            digest = digest_of_note(note.kind, fields, note.tags)
            guid = guid_of_note(config.namespace, note.id, note.alias)
            content = (notetypes[note.kind].id, fields, note.tags)
            same = not for_release and drafts.contents.get(guid) == content
            linked = LinkedNote(
                note=replace(note, fields=fields),
                guid=guid,
                digest=digest,
                modified=stamps.time_of(digest, promises.get(guid), drafts.notes.get(guid, 0), same=same)
                if note.id
                else 0,
                ordinals=ordinals,
                deck=unit.deck,
                retired=any(tag.endswith(f"::{RETIRED_TAG}") or tag == RETIRED_TAG for tag in note.tags),
                holes=numbered_digests(notetypes[note.kind], fields),
            )
            notes.append(linked)
    diagnostics += _find_unused(inventory, meant)
    kinds = {linked.note.kind for linked in notes}
    diagnostics += find_broken_promises(notes, notetypes, config, ledger)
    edition = Edition(
        title=config.name,
        slug=config.slug,
        namespace=config.namespace,
        version=config.version,
        released=0,
        headline="",
        deck_id=config.deck_id,
        description=config.description,
        notes=tuple(notes),
        # A note type that no note uses is ignored by the importer (measured, 26.09.3), so it is no part of an edition.
        notetypes=tuple(
            LinkedNoteType(
                notetype,
                digest,
                _time_of_notetype(notetype, digest, ledger, drafts, stamps),
            )
            for kind, notetype in notetypes.items()
            if kind in kinds
            for digest in (digest_of_notetype(notetype),)
        ),
        media=tuple(media[name] for name in sorted(media)),
    )
    return edition, tuple(diagnostics)


def order_units(units: Sequence[Unit], config: Config) -> list[Unit]:
    """The order of study: areas as deck.toml lists them, then by name; files by `order:`, then by path."""
    places = {folder: place for place, (folder, _) in enumerate(config.areas)}

    def key(unit: Unit) -> tuple[int, str, int, str]:
        area = area_of(unit.path)
        return places.get(area, len(places)), area, unit.order, unit.path

    return sorted(units, key=key)


def card_ordinals(notetype: NoteType, fields: tuple[str, ...]) -> tuple[int, ...]:
    """The ordinals (from 0) of the cards that Anki makes of a note (manual, "Card Generation")."""
    values = {f.name: html_ for f, html_ in zip(notetype.fields, fields, strict=True)}
    filled = {name for name, value in values.items() if not is_empty_field(value)}
    fronts = [parse_template(template.front) for template in notetype.templates]
    if notetype.is_cloze:
        found = {ordinal for name in cloze_fields(fronts[0]) for ordinal in cloze_ordinals(values.get(name, ""))}
        return tuple(sorted(found))
    return tuple(n for n, front in enumerate(fronts) if shows_something(front, filled))


class _Stamps:
    """Times of last change: the ledger's for what is as promised, else that of this build."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now: int | None = None

    def time_of(self, digest: str, promise: Promise | Tombstone | Schema | None, drafted: int, *, same: bool) -> int:
        """When something was last changed.

        `drafted` is the time under which a development build gave it to testers (0: none did), `same` whether it may
        keep that time. A draft that was taken back must reach testers too, so it counts as a change.
        """
        promised = promise.modified if promise else 0
        if promise and promise.digest == digest and drafted <= promised:
            return promised
        if same and drafted > promised:
            return drafted
        if self._now is None:
            self._now = self._clock()
        # Two builds within a second would carry one time, and Anki would drop the second.
        now = drafted + 1 if 0 <= drafted - self._now < _SLACK else self._now
        if max(promised, drafted) >= now:
            # Anki drops an update that is not newer than what the learner has, without a word (measured, 26.09.3).
            where = f"the development build in dist/, which is from {drafted}" if drafted > promised else LOCK_FILE
            raise ToolError(
                f"the clock of this machine is behind the times in {where}, so learners would not get the changes",
                hint="set the clock (or SOURCE_DATE_EPOCH) right and build again",
            )
        return now


def _time_of_notetype(notetype: NoteType, digest: str, ledger: Ledger, drafts: Drafts, stamps: _Stamps) -> int:
    drafted = drafts.notetypes.get(notetype.id, 0)
    return stamps.time_of(digest, ledger.notetypes.get(notetype.kind), drafted, same=False)


def _find_twins(units: Sequence[Unit], namespace: str) -> list[Diagnostic]:
    """Report cards with one id or one identity, be it a former id or a foreign GUID."""
    first: dict[str, Span] = {}
    found: list[Diagnostic] = []
    for note in sorted((n for unit in units for n in unit.notes if n.id), key=lambda n: n.span):
        same_id, same_guid = f"id {note.id}", f"guid {guid_of_note(namespace, note.id, note.alias)}"
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
