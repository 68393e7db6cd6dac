"""The rules of style, switched on as a deck wants them, over one card and over all notes; allowances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recto.checks.reading import Reading
from recto.checks.rule import Finding, StyleRule
from recto.checks.similar import PairMemory, similar_pairs
from recto.diagnostic import Diagnostic, Rule, Severity
from recto.lang import Language, language_of
from recto.model import Allowance, Note
from recto.rulebook import UNNEEDED_ALLOWANCE
from recto.terms import Terms

_BRACKETS = re.compile(r"[（(](?=[A-Za-z])[^（()）]*[)）]")


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule as a deck uses it: how severe it is and how it measures."""

    rule: StyleRule
    severity: Severity
    options: Mapping[str, Any]

    def find(self, subject: object) -> Iterator[Diagnostic]:
        """What the rule says of a card or of the deck."""
        keywords = {name.replace("-", "_"): value for name, value in self.options.items()}
        for finding in self.rule.check(subject, **keywords):
            yield self._diagnostic(finding)

    def _diagnostic(self, finding: Finding) -> Diagnostic:
        severity = Severity.WARNING if finding.is_mild else self.severity
        rule = Rule(self.rule.name, severity, self.rule.reason)
        return Diagnostic(finding.span, rule.name, severity, finding.message, finding.help, finding.fix)


@dataclass(frozen=True, slots=True)
class Linter:
    """What is asked of the cards of one deck: rules that look at one card, and rules that look at all notes."""

    card_rules: tuple[ActiveRule, ...] = ()
    deck_rules: tuple[ActiveRule, ...] = ()
    language: Language = field(default_factory=lambda: language_of("en"))
    terms: Terms = field(default_factory=Terms)

    def check_card(self, reading: Reading, allowances: Sequence[Allowance]) -> list[Diagnostic]:
        """Every finding of one card that is not allowed there; allowances that allow nothing, too."""
        found = [diagnostic for rule in self.card_rules for diagnostic in rule.find(reading)]
        return list(_allow(found, allowances, {rule.rule.name for rule in self.card_rules}))

    def check_deck(self, deck: DeckView) -> list[Diagnostic]:
        """Every finding of the whole deck that is not allowed at the card where it is reported."""
        by_span: dict[object, list[Diagnostic]] = {}
        for rule in self.deck_rules:
            for diagnostic in rule.find(deck):
                by_span.setdefault(diagnostic.span, []).append(diagnostic)
        names = {rule.rule.name for rule in self.deck_rules}
        found: list[Diagnostic] = []
        for note in deck.notes:
            found += _allow(by_span.pop(note.span, []), note.allowances, names)
        return found + [diagnostic for rest in by_span.values() for diagnostic in rest]


@dataclass(frozen=True, slots=True)
class DeckView:
    """All notes in the order of study, and the month of today (`2026-11`, '' if no claim ages).

    `fields` gives the names of the fields by kind; `language`, `terms` as in `Linter`; `memory` is of an earlier
    view of the same deck.
    """

    notes: tuple[Note, ...]
    fields: Mapping[str, tuple[str, ...]]
    month: str
    language: Language
    terms: Terms
    memory: PairMemory = field(default_factory=PairMemory)

    def field(self, note: Note, name: str) -> str:
        """The HTML of a field by its name, '' if the note type has none."""
        return next((h for h, n in zip(note.fields, self.fields[note.kind], strict=True) if n == name), "")

    def pairs(self, notes: Sequence[Note], threshold: float) -> list[tuple[Note, Note, float]]:
        """(earlier, later, likeness from 0 to 1) of those notes whose questions are at least so alike."""
        # A term's other name in brackets says nothing of its own, and would make all questions about it alike.
        texts = [_BRACKETS.sub("", note.asked) for note in notes]
        pairs = self.memory.pairs(texts, threshold) if notes is self.notes else similar_pairs(texts, threshold)
        found = sorted(pairs)
        return [(notes[earlier], notes[later], likeness) for earlier, later, likeness in found]


NO_RULES = Linter()
"""Asks nothing."""


def _allow(found: Iterable[Diagnostic], allowances: Sequence[Allowance], names: set[str]) -> Iterator[Diagnostic]:
    allowed = {allowance.rule for allowance in allowances}
    used: set[str] = set()
    for diagnostic in found:
        if diagnostic.rule in allowed:
            used.add(diagnostic.rule)
        else:
            yield diagnostic
    for allowance in allowances:
        if allowance.rule in names and allowance.rule not in used:
            message = f"{allowance.rule} finds nothing here"
            yield UNNEEDED_ALLOWANCE.at(allowance.span, message, "delete the comment")
