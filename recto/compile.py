"""One topic file → Unit: parse and render, knowing nothing of the other files."""

from __future__ import annotations

from collections.abc import Mapping

from recto.diagnostic import Diagnostic
from recto.model import Config, Note, NoteType, Topic, Unit
from recto.parse.cards import parse_cards
from recto.render.note import render_note
from recto.source import Source


def compile_source(source: Source, config: Config, notetypes: Mapping[str, NoteType]) -> Unit:
    """Compile a file whose path is `cards/…/name.md`. Faults are in the unit's diagnostics, notes may be incomplete."""
    topic, found = parse_cards(source, notetypes)
    diagnostics: list[Diagnostic] = list(found)
    notes: list[Note] = []
    for card in topic.cards:
        note, faults = render_note(card, topic, source, config.tag_prefix)
        notes.append(note)
        diagnostics += faults
    return Unit(
        path=source.path,
        topic=topic.title,
        deck=deck_name(source.path, topic, config),
        order=topic.order,
        notes=tuple(notes),
        diagnostics=tuple(diagnostics),
    )


def area_of(path: str) -> str:
    """The folder of a topic file below the first one: `cards/gpu/kv.md` → `gpu`; '' for a file directly in `cards/`."""
    return "/".join(path.split("/")[1:-1])


def deck_name(path: str, topic: Topic, config: Config) -> str:
    """The full deck name of a file's cards: its `deck:`, else its area's name, else its topic."""
    area = area_of(path)
    subdeck = topic.deck or dict(config.areas).get(area) or "::".join(area.split("/")) or topic.title
    return f"{config.name}::{subdeck}" if subdeck else config.name
