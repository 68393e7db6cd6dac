"""Text in columns: a terminal shows Chinese characters twice as wide as Latin ones."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width


def display_width(text: str) -> int:
    """How many columns of a terminal a text takes (Unicode Standard Annex 11: W and F are wide)."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def format_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of equally many cells as lines; the first column stands left, the others right."""
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        gaps = [" " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [row[0] + gaps[0], *(gap + cell for cell, gap in zip(row[1:], gaps[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines
