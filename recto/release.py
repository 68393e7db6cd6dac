"""A release: decide the version from the changes, and write NEWS.md, the package, its checksum and deck.lock."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from recto.apkg import open_database
from recto.diff import Changes, compare
from recto.errors import ToolError
from recto.files import replace_file, taken_back_on_failure
from recto.guard import schema_changes
from recto.identity import digest_of_note, digest_of_notetype, guid_of, numbered_digests, split_edition
from recto.layout import CONFIG_FILE, LOCK_FILE, NEWS_FILE
from recto.ledger import advance_ledger, format_ledger, schema_of, unpromised
from recto.model import Edition, Ledger, LinkedNoteType, NoteType, Promise, Schema, Tombstone
from recto.news import WORDS, headline_of, insert_section, removed_ids, write_section
from recto.package import write_apkg
from recto.project import Project
from recto.snapshot import NoteState, Snapshot, collection_of, read_package, snapshot_of_edition, snapshot_of_ledger
from recto.stamps import at_version
from recto.versions import Bump, next_version, step_between

CHECKSUMS_FILE = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Release:
    """A release before it is written. `section` is its part of NEWS.md, `edition` what the package will hold."""

    version: str
    changes: Changes
    section: str
    edition: Edition
    ledger: Ledger


def previous_snapshot(project: Project, ledger: Ledger, edition: Edition) -> Snapshot:
    """The deck as last released: from its package in dist/ if it is there and as promised, else from deck.lock."""
    promised = snapshot_of_ledger(ledger, edition)
    package = project.package_path(edition.slug, ledger.version)
    if not package.exists():
        return promised
    found = read_package(package)
    by_name = {linked.notetype.name: linked.notetype for linked in edition.notetypes}
    for guid, note in promised.notes.items():
        other = found.notes.get(guid)
        if other is None or _digest_of_state(other, by_name.get(other.notetype)) != note.digest:
            return promised  # another package of that name
    notes = {guid: replace(found.notes[guid], digest=note.digest) for guid, note in promised.notes.items()}
    return replace(found, title=promised.title, version=ledger.version, notes=notes, looks=promised.looks)


def plan_release(project: Project, edition: Edition, version: str, now: int) -> Release:
    """Decide what a release would be. `version` is '' to let the changes decide. Raises `ToolError`.

    `edition` is that of a check without errors, stamped with `now` (s since 1970, UTC) where something changed.
    """
    config = project.config()
    ledger = project.ledger()
    is_first = not ledger.version
    if is_first:
        changes = compare(Snapshot("", "", 0, {}, {}), snapshot_of_edition(edition))
        target = version or config.version
    else:
        changes = compare(previous_snapshot(project, ledger, edition), snapshot_of_edition(edition))
        if changes.bump is Bump.NONE and not unpromised(ledger, edition):
            raise ToolError(f"nothing has changed since {ledger.version}", hint="change a card, then release")
        target = version or _default_version(config.version, ledger.version, changes.bump)
        _refuse_small_step(ledger.version, target, changes)
    migrations = [
        change
        for linked in edition.notetypes
        if linked.notetype.kind in ledger.notetypes
        for change in schema_changes(ledger.notetypes[linked.notetype.kind], linked.notetype)
    ]
    section = write_section(
        target,
        now,
        changes,
        config.language,
        is_first=is_first,
        migrations=migrations,
        field_label=_labels(edition, config.language),
        tag_prefix=config.tag_prefix,
    )
    headline = headline_of(section, target)
    final = replace(at_version(edition, target), released=now, headline=headline)
    final = project.describe(final, config)
    return Release(target, changes, section, final, advance_ledger(ledger, final))


def write_release(project: Project, release: Release) -> Path:
    """Write the package, SHA256SUMS, NEWS.md, deck.toml and, when all that is there, deck.lock; the package's path.

    Until deck.lock is written the release has not happened: a step that fails takes back those before it, so that
    nobody publishes a package that no deck.lock knows. After a kill or Ctrl-C, running it again starts from there.
    """
    config = project.config()
    target = project.package_path(release.edition.slug, release.version)
    checksums = target.with_name(CHECKSUMS_FILE)
    with taken_back_on_failure(target, checksums, project.root / NEWS_FILE, project.root / CONFIG_FILE):
        write_apkg(release.edition, project.root, target)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        replace_file(checksums, f"{digest}  {target.name}\n".encode())
        news = insert_section(project.news(), release.section, config.language)
        replace_file(project.root / NEWS_FILE, news.encode())
        _write_version(project.root / CONFIG_FILE, release.version)
        replace_file(project.root / LOCK_FILE, format_ledger(release.ledger).encode())
    return target


def rebuild_ledger(project: Project, edition: Edition, package: Path, version: str) -> Ledger:
    """What deck.lock said after a package was released. `edition` gives kinds, decks' names and note types of today.

    Removed cards are taken from the searches in NEWS.md. Raises `ToolError` when the package is not of this deck.
    """
    config = project.config()
    snapshot = read_package(package)
    types = {linked.notetype.name: linked.notetype for linked in edition.notetypes}
    notes: dict[str, Promise] = {}
    for guid, state in snapshot.notes.items():
        notetype = types.get(state.notetype)
        if notetype is None or not state.id:
            raise ToolError(f"{package} is not a package of this deck: it has the note type «{state.notetype}»")
        values, changed_in = split_edition(notetype, tuple(html for _, html in state.fields))
        notes[state.id] = Promise(
            kind=notetype.kind,
            digest=digest_of_note(notetype.kind, values, state.tags),
            modified=state.modified,
            deck=state.deck,
            ordinals=state.ordinals,
            holes=numbered_digests(notetype, values),
            guid="" if guid == guid_of(config.namespace, state.id) else guid,
            retired=state.retired,
            changed_in=changed_in,
        )
    gone = {
        ident: Tombstone(since, "?", "?", 0)
        for ident, since in removed_ids(project.news()).items()
        if ident not in notes
    }
    return Ledger(
        version=version,
        released=snapshot.released,
        headline=headline_of(project.news(), version),
        namespace=config.namespace,
        notes=notes,
        notetypes=_read_schemas(package, types),
        gone=gone,
    )


def _digest_of_state(state: NoteState, notetype: NoteType | None) -> str:
    """The digest that deck.lock has for a note of a package; '' when its note type is none of the deck's."""
    if notetype is None:
        return ""
    fields, _ = split_edition(notetype, tuple(html for _, html in state.fields))
    return digest_of_note(notetype.kind, fields, state.tags)


def _default_version(configured: str, released: str, bump: Bump) -> str:
    """The version that deck.toml already asks for, if it is a new one, else the smallest that the changes allow."""
    return configured if step_between(released, configured) is not Bump.NONE else next_version(released, bump)


def _refuse_small_step(old: str, new: str, changes: Changes) -> None:
    try:
        step = step_between(old, new)
    except ValueError as error:
        raise ToolError(str(error)) from error
    if step is Bump.NONE:
        raise ToolError(f"{new} does not come after {old}", hint=f"the next one is {next_version(old, changes.bump)}")
    if step < changes.bump:
        reasons = {
            Bump.MAJOR: "cards are withdrawn, or lose some of their cards",
            Bump.MINOR: "there are new cards",
            Bump.PATCH: "cards or their look changed",
        }
        raise ToolError(
            f"{new} is too small a step from {old}: {reasons[changes.bump]}",
            hint=f"release {next_version(old, changes.bump)} or leave the version out",
        )


def _labels(edition: Edition, language: str) -> Callable[[str], str]:
    """The author's own word for a field: its last alias; else the language's word for what it holds, or its name."""
    words = WORDS[language]
    found = {"tags": words["tags"]}
    for linked in edition.notetypes:
        for f in linked.notetype.fields:
            number = f" {f.argument}" if f.origin.startswith("step") else ""
            word = words.get(f"from {f.origin}:{f.argument}") or words.get(f"from {f.origin}") or f.name
            # One name is one thing to the author, whatever fills it in another note type.
            found.setdefault(f.name, f.headings[-1] if f.origin == "section" else word + number)
    return lambda name: found.get(name, name)


def _write_version(path: Path, version: str) -> None:
    text = path.read_bytes().decode("utf-8")
    new, count = re.subn(r'(?m)^(version\s*=\s*)"[^"]*"', rf'\g<1>"{version}"', text, count=1)
    if not count:
        raise ToolError(f"there is no line version = … in {path.name}", hint=f'write version = "{version}" into it')
    replace_file(path, new.encode("utf-8"))


def _read_schemas(package: Path, types: dict[str, NoteType]) -> dict[str, Schema]:
    """The note types of a package, under the kinds of today."""
    with open_database(collection_of(package), package) as connection:
        (text,) = connection.execute("select models from col").fetchone()
    schemas: dict[str, Schema] = {}
    for model in json.loads(text).values():
        notetype = types.get(model["name"])
        if notetype is not None:
            schema = schema_of(LinkedNoteType(notetype, digest_of_notetype(notetype), int(model["mod"])))
            fields = tuple((int(f["id"]), str(f["name"])) for f in model["flds"])
            templates = tuple((int(t["id"]), str(t["name"])) for t in model["tmpls"])
            schemas[notetype.kind] = replace(schema, id=int(model["id"]), fields=fields, templates=templates)
    return schemas
