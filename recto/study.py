"""The order of study: which new card Anki gives out first."""

from __future__ import annotations

from collections.abc import Sequence

from recto.compile import area_of
from recto.diagnostic import Diagnostic
from recto.model import Config, LinkedNote, Unit
from recto.rulebook import BROKEN_CONFIG
from recto.suggest import did_you_mean


def order_units(units: Sequence[Unit], config: Config) -> list[Unit]:
    """Files: areas as deck.toml lists them, then by name; within an area by `order:`, then by path."""
    places = _places_of_areas(config)

    def key(unit: Unit) -> tuple[int, str, int, str]:
        area = area_of(unit.path)
        return places.get(area, len(places)), area, unit.order, unit.path

    return sorted(units, key=key)


def order_notes(notes: Sequence[LinkedNote], config: Config) -> list[LinkedNote]:
    """Notes, which come in the order of their files: within an area those with the first tag of `study` come first."""
    if not config.study:
        return list(notes)
    places = _places_of_areas(config)
    ranks = {_full(tag, config): rank for rank, (tag, _) in enumerate(config.study)}

    def key(linked: LinkedNote) -> tuple[int, str, int]:
        area = area_of(linked.note.span.path)
        rank = min((ranks[tag] for tag in linked.note.tags if tag in ranks), default=len(ranks))
        return places.get(area, len(places)), area, rank

    return sorted(notes, key=key)


def check_study(notes: Sequence[LinkedNote], config: Config) -> list[Diagnostic]:
    """Report tags of `study` that no note has: they would order nothing."""
    if not config.study or not notes:
        return []
    borne = {tag for linked in notes for tag in linked.note.tags}
    known = sorted(tag.removeprefix(f"{config.tag_prefix}::") for tag in borne)
    return [
        BROKEN_CONFIG.at(span, f'study names the tag "{tag}", which no note has', did_you_mean(tag, known))
        for tag, span in config.study
        if _full(tag, config) not in borne
    ]


def _places_of_areas(config: Config) -> dict[str, int]:
    return {folder: place for place, (folder, _) in enumerate(config.areas)}


def _full(tag: str, config: Config) -> str:
    return f"{config.tag_prefix}::{tag}" if config.tag_prefix else tag
