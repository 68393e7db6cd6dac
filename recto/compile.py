"""One topic file → Unit: parse and render, knowing nothing of the other files."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from recto.checks import DECK_RULES, RULES
from recto.checks.gist import asked_by, said_by
from recto.checks.linter import NO_RULES, Linter
from recto.checks.reading import Reading
from recto.diagnostic import Diagnostic
from recto.facts.collect import code_programs
from recto.identity import digest_of_note, guid_of_note, numbered_digests
from recto.model import Card, Config, Note, NoteType, Topic, Unit
from recto.parse.cards import parse_cards
from recto.render.note import render_note
from recto.rulebook import UNKNOWN_RULE
from recto.source import Source
from recto.suggest import did_you_mean
from recto.template import filled_fields

_NAMES = tuple(rule.name for rule in RULES)
_DECK_NAMES = frozenset(rule.name for rule in DECK_RULES)


def compile_source(
    source: Source, config: Config, notetypes: Mapping[str, NoteType], linter: Linter = NO_RULES
) -> Unit:
    """Compile a file whose path is `cards/…/name.md`. Faults are in the unit's diagnostics, notes may be incomplete."""
    topic, found = parse_cards(source, notetypes)
    diagnostics: list[Diagnostic] = list(found)
    notes: list[Note] = []
    for card in topic.cards:
        note, faults = render_note(card, topic, source, config.tag_prefix)
        diagnostics += faults
        diagnostics += _check_style(card, note, topic, source, linter)
        allowances = tuple(allowance for allowance in card.allowances if allowance.rule in _DECK_NAMES)
        note = replace(
            note,
            allowances=allowances,
            guid=guid_of_note(config.namespace, note.id, note.alias),
            filled=filled_fields(note.fields),
            asked=asked_by(note, card.notetype.fields),
            said=said_by(note, card.notetype.fields),
        )
        if not note.media and not note.diagram:  # all that a note's identity is made of is there, and will be kept
            note = replace(
                note,
                digest=digest_of_note(note.kind, note.fields, note.tags),
                numbers=numbered_digests(card.notetype, note.fields),
            )
        notes.append(note)
    return Unit(
        path=source.path,
        topic=topic.title,
        deck=deck_name(source.path, topic, config),
        order=topic.order,
        notes=tuple(notes),
        diagnostics=tuple(diagnostics),
        programs=code_programs(topic, source),
    )


def _check_style(card: Card, note: Note, topic: Topic, source: Source, linter: Linter) -> list[Diagnostic]:
    found = [
        UNKNOWN_RULE.at(
            allowance.span, f'no rule "{allowance.rule}" can be allowed', did_you_mean(allowance.rule, _NAMES)
        )
        for allowance in card.allowances
        if allowance.rule not in _NAMES
    ]
    reading = Reading(card, note, topic.title, source, linter.language, linter.terms)
    return found + linter.check_card(reading, card.allowances)


def area_of(path: str) -> str:
    """The folder of a topic file below the first one (NFC): `cards/gpu/kv.md` → `gpu`; '' for a file in `cards/`."""
    return unicodedata.normalize("NFC", "/".join(path.split("/")[1:-1]))


def deck_name(path: str, topic: Topic, config: Config) -> str:
    """The full deck name of a file's cards: its `deck:`, else its area's name, else its topic."""
    area = area_of(path)
    subdeck = topic.deck or dict(config.areas).get(area) or "::".join(area.split("/")) or topic.title
    return f"{config.name}::{subdeck}" if subdeck else config.name
