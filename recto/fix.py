"""`check --fix`: what rules propose, written into a file's text wherever it leaves every card what it was."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from recto.checks import RULES
from recto.diagnostic import Diagnostic, Severity
from recto.model import Note, Unit
from recto.source import BOM, Source, normalize

Compile = Callable[[Source], Unit]

_FIXABLE = frozenset(rule.name for rule in RULES if rule.is_fixable)
_STYLE = frozenset(rule.name for rule in RULES)
# A fix may make room for the next one in its place; more rounds than this would be two rules that disagree.
_MOST_ROUNDS = 20
_KEPT = re.compile(r"<pre\b.*?</pre>|<code\b.*?</code>|\\\(.*?\\\)|\\\[.*?\\\]|<[^>]*>", re.DOTALL)
_ALT = re.compile(r'(?<=\balt=")[^"]*')


@dataclass(frozen=True, slots=True)
class FixedFile:
    """One file: its text before and after, how many fixes were made, those that would have changed a card.

    `reason` says why nothing was tried, '' if all was.
    """

    path: str
    before: str
    after: str
    count: int = 0
    unsafe: tuple[Diagnostic, ...] = ()
    reason: str = ""


def fix_text(path: str, data: str, compile_: Compile) -> FixedFile:
    """Mend a file's text (line ends, BOM and all) until nothing safe is left to mend; a second run changes nothing."""
    unit = compile_(_source(path, data))
    if any(d.severity is Severity.ERROR and d.rule not in _STYLE for d in unit.diagnostics):
        return FixedFile(path, data, data, reason="its format has errors; mend them first")
    before, count = data, 0
    unsafe: list[Diagnostic] = []
    for _ in range(_MOST_ROUNDS):
        done, unsafe = _choose(path, data, unit, compile_)
        if not done:
            break
        data, count = apply_fixes(data, done), count + len(done)
        unit = compile_(_source(path, data))
    return FixedFile(path, before, data, count, tuple(unsafe))


def apply_fixes(data: str, fixes: Sequence[Diagnostic]) -> str:
    r"""A file's text with fixes that do not overlap; line ends (`\r\n` too), BOM and every other character stay."""
    lines = re.split(r"(\r\n|\r|\n)", data)
    for fix in sorted(fixes, key=lambda d: (d.span.line, d.span.column), reverse=True):
        pieces = (fix.fix or "").split("\n")
        for number, piece in reversed(list(enumerate(pieces))):
            index = (fix.span.line - 1 + number) * 2
            line = lines[index]
            shift = len(BOM) if index == 0 and line.startswith(BOM) else 0
            start = fix.span.column - 1 + shift if number == 0 else 0
            end = fix.span.end_column - 1 + shift if number == len(pieces) - 1 else len(line)
            lines[index] = line[:start] + piece + line[end:]
    return "".join(lines)


def is_same(before: Unit, after: Unit) -> bool:
    """Whether two compiled files hold the same cards, but for white space, punctuation and the case of letters."""
    return _essence(before) == _essence(after)


def fold(text: str) -> str:
    """What remains of a text without white space, punctuation, width (NFKC) and case of letters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "ZPC")


def _choose(path: str, data: str, unit: Unit, compile_: Compile) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """(fixes that can be made at once, fixes that must not be made); the first are empty when nothing is left."""
    fixes = [d for d in unit.diagnostics if d.rule in _FIXABLE and d.fix is not None and _keeps_lines(d)]
    refused: set[Diagnostic] = set()

    def is_safe(chosen: Sequence[Diagnostic]) -> bool:
        return is_same(unit, compile_(_source(path, apply_fixes(data, chosen))))

    while chosen := _disjoint([d for d in fixes if d not in refused]):
        safe = _safe_part(chosen, is_safe)
        refused |= set(chosen) - set(safe)
        if safe:
            return safe, _sorted(refused)
    return [], _sorted(refused)


def _safe_part(fixes: Sequence[Diagnostic], is_safe: Callable[[Sequence[Diagnostic]], bool]) -> list[Diagnostic]:
    """The fixes without the ones that would change a card, found by halves."""
    if is_safe(fixes):
        return list(fixes)
    if len(fixes) == 1:
        return []
    half = len(fixes) // 2
    first, second = _safe_part(fixes[:half], is_safe), _safe_part(fixes[half:], is_safe)
    return [*first, *second] if not (first and second) or is_safe([*first, *second]) else first


def _disjoint(fixes: Collection[Diagnostic]) -> list[Diagnostic]:
    """As many as do not overlap, from the first on."""
    chosen: list[Diagnostic] = []
    end = (0, 0)
    for fix in _sorted(fixes):
        if (fix.span.line, fix.span.column) >= end:
            chosen.append(fix)
            end = (fix.span.end_line, fix.span.end_column)
    return chosen


def _sorted(diagnostics: Collection[Diagnostic]) -> list[Diagnostic]:
    return sorted(diagnostics, key=lambda d: d.sort_key)


def _keeps_lines(fix: Diagnostic) -> bool:
    return (fix.fix or "").count("\n") == fix.span.end_line - fix.span.line


def _source(path: str, data: str) -> Source:
    return Source(path, normalize(data))


def _essence(unit: Unit) -> tuple[object, ...]:
    faults = sorted(d.rule for d in unit.diagnostics if d.rule not in _STYLE)
    notes = tuple(_note(note) for note in unit.notes)
    return unit.deck, unit.order, fold(unit.topic), unit.programs, notes, faults


def _note(note: Note) -> tuple[object, ...]:
    return (
        *(note.id, note.kind, note.tags, note.covers, note.alias, note.as_of),
        tuple(use.path for use in note.media),
        tuple((hole.number, _fold_html(hole.text)) for hole in note.holes),
        tuple(_fold_html(html) for html in note.fields),
    )


def _fold_html(html: str) -> tuple[str, ...]:
    """Text folded; code, formulas and tags (but for the description of a picture) as they are."""
    parts: list[str] = []
    pos = 0
    for found in _KEPT.finditer(html):
        parts += (fold(html[pos : found.start()]), _ALT.sub(lambda alt: fold(alt[0]), found[0]))
        pos = found.end()
    return (*parts, fold(html[pos:]))
