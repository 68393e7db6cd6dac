"""Files that a deck meets in the wild, and files made to do harm: each ends as its author would wish."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from conftest import MakeDeck
from test_link import PNG

from recto.errors import ToolError

CARD = "# T\n\n## Q {#q}\n\n![一幅图](%s)\n"


@pytest.mark.parametrize(("on_disk", "written"), [("NFD", "NFC"), ("NFC", "NFD"), ("NFD", "NFD")])
def test_media__are_found_however_the_system_spells_their_accents(
    make_deck: MakeDeck, on_disk: str, written: str
) -> None:
    """A Mac may store é as e and an accent, editors write it as one character: one name, and one package."""
    folder, name = (unicodedata.normalize(on_disk, text) for text in ("Résumé", "é.png"))
    text = CARD % unicodedata.normalize(written, "é.png")
    deck = make_deck({f"cards/{folder}/a.md": text, f"cards/{folder}/{name}": PNG})
    edition = deck.check().edition
    assert edition
    assert [file.name for file in edition.media] == ["e-31b7c51d68.png"]
    assert edition.notes[0].deck == unicodedata.normalize("NFC", "Test::Résumé")
    deck.build()


def test_linked_folder__is_refused(make_deck: MakeDeck, tmp_path: Path) -> None:
    """Nothing outside of the deck is read, and nobody wonders where the cards behind the link are."""
    (tmp_path / "elsewhere").mkdir()
    deck = make_deck({"cards/a.md": CARD % "x.png"})
    (deck.root / "cards" / "shared").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ToolError, match=r"cards/shared is a link to a folder"):
        deck.check()
