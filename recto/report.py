"""Diagnostics as text for people, as JSON for editors, as annotations for GitHub."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from recto.columns import display_width
from recto.diagnostic import Diagnostic, Severity

# Embedding, override, isolate and their ends (UAX #9, table 4).
_REORDERING = frozenset(("LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


class Paint(Protocol):
    """The text as a terminal shows it in a colour."""

    def __call__(self, text: str, colour: str) -> str:
        """Paint a text."""


def plain(text: str, colour: str) -> str:
    """No colour."""
    return text


def format_text(diagnostics: Sequence[Diagnostic], paint: Paint = plain) -> str:
    """Each diagnostic with the line it stands in, in the form that terminals and editors turn into links."""
    blocks: list[str] = []
    for d in diagnostics:
        colour = "red" if d.severity is Severity.ERROR else "yellow"
        lines = [f"{d.span}: {paint(f'{d.severity}:', colour)} {d.message} [{d.rule}]"]
        if d.span.excerpt.strip():
            lines += _excerpt(d, partial(paint, colour=colour))
        if d.help:
            lines.append(f"  help: {d.help}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _excerpt(d: Diagnostic, paint: Callable[[str], str]) -> list[str]:
    """The source line and a mark below the fault; long lines are cut around it, wide characters count twice."""
    text, start = "".join(map(_seen, d.span.excerpt)), d.span.column - 1
    end = d.span.end_column - 1 if d.span.end_line == d.span.line else len(text)
    cut = max(0, start - 60)
    shown = text[cut : cut + 110]
    number = f"{d.span.line:>5} | "
    lead = " " * (len(number) - 2) + "| "
    mark = " " * display_width(text[cut:start]) + "^" * max(1, display_width(text[start : min(end, cut + 110)]))
    return [f"{number}{'…' if cut else ''}{shown}", f"{lead}{' ' if cut else ''}{paint(mark)}"]


def _seen(char: str) -> str:
    """A character as a terminal may show it: of one width, and without power over the order of the others."""
    return " " if char == "\t" else "\ufffd" if unicodedata.bidirectional(char) in _REORDERING else char


def format_json(diagnostics: Sequence[Diagnostic]) -> str:
    """A JSON list, an object per diagnostic; lines and columns from 1, columns in characters."""
    entries = [
        {
            "path": d.span.path,
            "line": d.span.line,
            "column": d.span.column,
            "end_line": d.span.end_line,
            "end_column": d.span.end_column,
            "severity": str(d.severity),
            "rule": d.rule,
            "message": d.message,
            "help": d.help,
            "fix": d.fix,
        }
        for d in diagnostics
    ]
    return json.dumps(entries, ensure_ascii=False, indent=2)


def format_github(diagnostics: Sequence[Diagnostic], folder: str = "") -> str:
    """Workflow commands that GitHub shows as annotations (Actions documentation, "Workflow commands").

    Annotations name files from the top of the repository: `folder` is the deck's there, with its `/`, '' for the top.
    """
    lines = []
    for d in diagnostics:
        text = d.message + (f"\n{d.help}" if d.help else "")
        place = f"file={_property(folder + d.span.path)},line={d.span.line},col={d.span.column}"
        end = f"endLine={d.span.end_line},endColumn={d.span.end_column}"
        lines.append(f"::{d.severity} {place},{end},title={_property(d.rule)}::{_data(text)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """One line: how many errors and warnings."""
    errors = sum(d.severity is Severity.ERROR for d in diagnostics)
    warnings = len(diagnostics) - errors
    return f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
