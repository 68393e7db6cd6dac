"""What the preview shows: a deck that is being edited, its cards, one card's sides as plain data."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from recto.diagnostic import Diagnostic
from recto.face import render_face, show
from recto.files import walk
from recto.identity import with_edition
from recto.layout import CARDS_FOLDER, CONFIG_FILE, LOCK_FILE, TEMPLATES_FOLDER
from recto.link import Memo
from recto.model import Edition, LinkedNote, MediaFile, NoteType
from recto.project import Checked, Compiled, Project

STATIC = Path(__file__).parent / "static"

# Nothing of the preview shows a time; a clock far ahead is never behind the ledger's.
_CLOCK = 1 << 40


@dataclass(frozen=True, slots=True)
class ShownCard:
    """One card of the list; `key` is its address in the page: the note's id and the card's number."""

    key: str
    linked: LinkedNote
    notetype: NoteType
    ordinal: int


@dataclass(frozen=True, slots=True)
class View:
    """All that the page can ask for. `media` are the packaged files by name.

    `edition` is what the cards are of, `checked` the deck with it; None before the first one that could be read.
    """

    title: str = ""
    version: str = ""
    language: str = ""
    areas: tuple[tuple[str, str], ...] = ()
    cards: Mapping[str, ShownCard] = field(default_factory=dict)
    media: Mapping[str, MediaFile] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    message: str = ""
    edition: Edition | None = None
    checked: Checked | None = None


class Session:
    """A deck that is being edited: compiled once, then again only where a file changed.

    `review` may run in other threads beside `update`, which runs once at a time.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.view = View()
        self._began = time.time()
        self._memo = Memo()
        self._lock = Lock()
        self._of_deck: tuple[Diagnostic, ...] = ()
        self._take(project.compile())
        self.review()

    def update(self, paths: Iterable[Path]) -> None:
        """Take in a change of these files. Raises `ToolError`; then everything is as it was.

        What the rules of the whole deck found in other files stays until `review`.
        """
        changed = set(paths)
        compiled = self.project.recompile(self._compiled, changed)
        if compiled.notetypes is not self._compiled.notetypes:  # all was read anew, deck.toml and deck.lock too
            self._memo = Memo()
        self._take(compiled, changed)

    def review(self) -> bool:
        """Ask the rules of the whole deck; whether they say anything new. An edit meanwhile makes it say nothing."""
        compiled, linked = self._compiled, self._linked
        found = self.project.check_deck(compiled, linked, clock=lambda: int(time.time()))
        with self._lock:
            if compiled is not self._compiled or found == self._of_deck:
                return False
            self._of_deck = found
            self._show()
            return True

    def changed_since_start(self) -> list[Path]:
        """Files that were saved after this session began to read: what happened before somebody watched."""
        root = self.project.root
        files = [root / CONFIG_FILE, root / LOCK_FILE, *walk(root / CARDS_FOLDER), *walk(root / TEMPLATES_FOLDER)]
        return [path for path in files if path.exists() and path.stat().st_mtime >= self._began]

    def fail(self, message: str) -> None:
        """Show that the deck cannot be read at the moment."""
        self.view = replace(self.view, message=message)

    def _take(self, compiled: Compiled, changed: Iterable[Path] = ()) -> None:
        linked = self.project.link(compiled, clock=lambda: _CLOCK, memo=self._memo)
        with self._lock:
            self._compiled, self._linked = compiled, linked
            paths = {path.relative_to(self.project.root).as_posix() for path in changed}
            self._of_deck = tuple(d for d in self._of_deck if d.span.path not in paths)
            self._show()

    def _show(self) -> None:
        checked, config = self._linked.told(self._of_deck), self._compiled.config
        if checked.edition is None or config is None:
            # The cards of before stay in sight while deck.toml or a template is being edited.
            self.view = replace(self.view, diagnostics=checked.diagnostics, message="the deck's settings have errors")
        else:
            self.view = make_view(checked, config.areas, config.language)


def make_view(checked: Checked, areas: tuple[tuple[str, str], ...], language: str) -> View:
    """The view of a deck whose settings are usable; its text may have errors."""
    edition = checked.edition
    assert edition is not None
    notetypes = {linked.notetype.kind: linked.notetype for linked in edition.notetypes}
    cards: dict[str, ShownCard] = {}
    for linked in edition.notes:
        for ordinal in linked.ordinals:
            key = f"{linked.note.id or linked.note.span.path}-{ordinal + 1}"
            if not linked.note.id or key in cards:
                key = f"{linked.note.span.path}:{linked.note.span.line}-{ordinal + 1}"
            cards[key] = ShownCard(key, linked, notetypes[linked.note.kind], ordinal)
    return View(
        title=edition.title,
        version=edition.version,
        language=language,
        areas=areas,
        cards=cards,
        media={file.name: file for file in edition.media},
        diagnostics=checked.diagnostics,
        edition=edition,
        checked=checked,
    )


def sides_of(card: ShownCard) -> dict[str, Any]:
    """One card for the page: both sides as desktop Anki shows them and where it is written; not its style sheet."""
    face = render_face(card.linked, card.notetype, card.ordinal)
    note = card.linked.note
    stored = with_edition(card.notetype, note.fields, card.linked.changed_in)
    values = {f.name: text for f, text in zip(card.notetype.fields, stored, strict=True)}
    return {
        "key": card.key,
        "kind": card.notetype.kind,
        "number": card.ordinal + 1,
        "question": show(face.question, is_question=True, values=values),
        "answer": show(face.answer, is_question=False, values=values),
        "path": note.span.path,
        "line": note.span.line,
        "column": note.span.column,
        "tags": list(note.tags),
    }


def mathjax_folder() -> Path | None:
    """Where the installed aqt keeps the MathJax that Anki shows cards with; None without aqt."""
    spec = importlib.util.find_spec("_aqt") if "_aqt" not in sys.modules else sys.modules["_aqt"].__spec__
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / "data/web/js/vendor/mathjax"
        if (path / "tex-chtml-full.js").is_file():
            return path
    return None
