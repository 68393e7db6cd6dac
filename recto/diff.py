"""What changes for a learner between two snapshots of a deck."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from recto.report import Paint, plain
from recto.snapshot import NoteState, Snapshot
from recto.versions import Bump

# One word: a CJK character, a Latin word or number, white space, or any other character.
_WORD = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Edit:
    """A note that is in both; `fields` names what differs, `tags` too, and is empty when only digests are known."""

    old: NoteState
    new: NoteState
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences. A note may be among `edited`, `moved`, `retired` and `emptied` at once.

    `emptied` lost cards that learners may have (a hole removed, the second direction switched off); `restyled` are
    names of note types. `reissued` have the same text under another version, as a draft and its release: Anki replaces
    them, there is nothing to read.
    """

    added: tuple[NoteState, ...]
    edited: tuple[Edit, ...]
    moved: tuple[Edit, ...]
    removed: tuple[NoteState, ...]
    retired: tuple[NoteState, ...]
    emptied: tuple[Edit, ...]
    restyled: tuple[str, ...]
    reissued: tuple[Edit, ...] = ()

    @property
    def bump(self) -> Bump:
        """The step of the version that these changes require."""
        if self.removed or self.retired or self.emptied:
            return Bump.MAJOR
        if self.added:
            return Bump.MINOR
        return Bump.PATCH if self.edited or self.moved or self.restyled else Bump.NONE


def compare(old: Snapshot, new: Snapshot) -> Changes:
    """Compare note by note, by GUID."""
    editions = {**old.editions, **new.editions}
    both = [(old.notes[guid], note) for guid, note in new.notes.items() if guid in old.notes]
    pairs = [(a, b, _edited_fields(a, b, editions.get(b.notetype, ""))) for a, b in both]
    return Changes(
        added=tuple(note for guid, note in new.notes.items() if guid not in old.notes),
        edited=tuple(Edit(a, b, fields) for a, b, fields in pairs if fields is not None),
        moved=tuple(Edit(a, b, ()) for a, b in both if a.deck != b.deck),
        removed=tuple(note for guid, note in old.notes.items() if guid not in new.notes),
        retired=tuple(b for a, b in both if b.retired and not a.retired),
        emptied=tuple(Edit(a, b, ()) for a, b in both if set(a.ordinals) - set(b.ordinals)),
        restyled=tuple(sorted(name for name, look in new.looks.items() if old.looks.get(name, look) != look)),
        reissued=tuple(Edit(a, b, ()) for a, b, fields in pairs if fields is None and _is_reissued(a, b, editions)),
    )


def _edited_fields(old: NoteState, new: NoteState, edition_field: str) -> tuple[str, ...] | None:
    """Which fields differ; None if none does. The version in which a note changed is no change."""
    if old.fields and new.fields:
        before, after = dict(old.fields), dict(new.fields)
        names = [name for name in dict.fromkeys((*before, *after)) if before.get(name, "") != after.get(name, "")]
        names = [name for name in names if name != edition_field]
        names += ["tags"] * (sorted(old.tags) != sorted(new.tags))
        return tuple(names) or None
    return () if old.digest != new.digest else None


def _is_reissued(old: NoteState, new: NoteState, editions: Mapping[str, str]) -> bool:
    name = editions.get(new.notetype, "")
    return bool(old.fields and new.fields) and dict(old.fields).get(name, "") != dict(new.fields).get(name, "")


# --- for people ----------------------------------------------------------------------------------------------


def format_changes(changes: Changes, paint: Paint = plain) -> str:
    """The differences, word by word where the old text is known."""
    lines: list[str] = []
    for mark, colour, title, notes in (
        ("+", "green", "added", changes.added),
        ("-", "red", "removed", changes.removed),
        ("-", "yellow", "retired", changes.retired),
    ):
        lines += [f"{title} ({len(notes)})"] if notes else []
        lines += [f"  {paint(mark, colour)} {label(note)}" for note in notes]
    lines += [f"changed ({len(changes.edited)})"] if changes.edited else []
    for edit in changes.edited:
        lines.append(f"  {paint('~', 'cyan')} {label(edit.new)}")
        lines += [f"      {name}: {_word_diff(edit, name, paint)}" for name in edit.fields]
    lines += (
        [f"moved ({len(changes.moved)}): new cards only, Anki leaves existing ones where they are"]
        if changes.moved
        else []
    )
    lines += [f"  {paint('>', 'blue')} {label(e.new)}: {e.old.deck} → {e.new.deck}" for e in changes.moved]
    lines += [f"without some of their cards ({len(changes.emptied)})"] if changes.emptied else []
    for edit in changes.emptied:
        lost = ", ".join(str(ordinal + 1) for ordinal in sorted(set(edit.old.ordinals) - set(edit.new.ordinals)))
        lines.append(f"  {paint('!', 'yellow')} {label(edit.new)}: card {lost}")
    lines += [f"restyled: {', '.join(changes.restyled)}"] if changes.restyled else []
    return "\n".join(lines) or "no difference"


def label(note: NoteState) -> str:
    """A note in a line: its id and its question."""
    question = plain_text(note.question)
    return f"{note.id} {question[:70]}".strip() if question != note.id else note.id


def plain_text(html: str) -> str:
    """A field as people read it, in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", html))).strip()


def _word_diff(edit: Edit, name: str, paint: Paint) -> str:
    if name == "tags":
        gone, added = set(edit.old.tags) - set(edit.new.tags), set(edit.new.tags) - set(edit.old.tags)
        minus = [paint(f"-{tag}", "red") for tag in sorted(gone)]
        return " ".join(minus + [paint(f"+{tag}", "green") for tag in sorted(added)])
    old, new = (plain_text(dict(state.fields).get(name, "")) for state in (edit.old, edit.new))
    if old == new:
        return "(only marks or pictures differ)"
    return "".join(_diff_words(_WORD.findall(old), _WORD.findall(new), paint))


def _diff_words(old: Sequence[str], new: Sequence[str], paint: Paint) -> list[str]:
    out: list[str] = []
    for action, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if action == "equal":
            same = "".join(old[i:j])
            out.append(same if len(same) <= 24 else f"{same[:10]}…{same[-10:]}")
            continue
        if j > i:
            out.append(paint(f"[-{''.join(old[i:j])}-]", "red"))
        if m > k:
            out.append(paint(f"{{+{''.join(new[k:m])}+}}", "green"))
    return out


def changes_as_json(changes: Changes) -> str:
    """A JSON object; fields are HTML as Anki stores it."""

    def note(state: NoteState) -> dict[str, object]:
        return {"id": state.id, "guid": state.guid, "question": plain_text(state.question), "deck": state.deck}

    def edit(entry: Edit) -> dict[str, object]:
        old, new = dict(entry.old.fields), dict(entry.new.fields)
        fields = {name: [old.get(name, ""), new.get(name, "")] for name in entry.fields if name != "tags"}
        tags = {"tags": [list(entry.old.tags), list(entry.new.tags)]} if "tags" in entry.fields else {}
        return {**note(entry.new), "fields": fields, **tags}

    return json.dumps(
        {
            "added": [note(n) for n in changes.added],
            "changed": [edit(e) for e in changes.edited],
            "moved": [{**note(e.new), "from": e.old.deck} for e in changes.moved],
            "removed": [note(n) for n in changes.removed],
            "retired": [note(n) for n in changes.retired],
            "without_cards": [
                {**note(e.new), "cards": [o + 1 for o in sorted(set(e.old.ordinals) - set(e.new.ordinals))]}
                for e in changes.emptied
            ],
            "restyled": list(changes.restyled),
            "requires": str(changes.bump),
        },
        ensure_ascii=False,
        indent=2,
    )
