"""Topic files as users of other programs have them (written by us in their style): each is built or explains itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Golden, MakeDeck

from recto.report import format_text, summary

FOLDER = Path(__file__).parent / "wild"
FILES = sorted(FOLDER.glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_from_elsewhere(path: Path, make_deck: MakeDeck, golden: Golden) -> None:
    """What `check` says of the file; each fault is in it, and says what to do."""
    checked = make_deck({f"cards/{path.name}": path.read_bytes()}).check()
    assert checked.edition
    assert all(d.span.path == f"cards/{path.name}" for d in checked.diagnostics)
    text = format_text(checked.diagnostics)
    notes = len(checked.edition.notes)
    golden(f"{text}\n{notes} notes: {summary(checked.diagnostics)}\n", FOLDER / "expected" / f"{path.stem}.txt")


def test_at_least_twelve() -> None:
    """A dozen programs and habits."""
    assert len(FILES) >= 12
