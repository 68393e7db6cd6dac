"""Counts for people: how many cards, of what kind, how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from recto.length import units
from recto.model import Edition, LinkedNote, NoteType


@dataclass(frozen=True, slots=True)
class Lengths:
    """Median, ninetieth percentile and maximum of some texts, in units u (see `units`)."""

    median: int
    p90: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Stats:
    """Each table is (name, count) pairs, most first; `decks` in the order of study. `tags` is by prefix, without it."""

    notes: int
    cards: int
    media: int
    decks: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    tags: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    questions: Lengths
    answers: Lengths


def compute_stats(edition: Edition) -> Stats:
    """Count an edition."""
    by_kind = {linked.notetype.kind: linked.notetype for linked in edition.notetypes}
    decks = Counter(linked.deck for linked in edition.notes)
    return Stats(
        notes=len(edition.notes),
        cards=sum(len(linked.ordinals) for linked in edition.notes),
        media=len(edition.media),
        decks=tuple(decks.items()),
        kinds=_ranked(linked.note.kind for linked in edition.notes),
        tags=_count_tags(edition.notes),
        questions=_lengths([units(_field(linked, by_kind, "heading")) for linked in edition.notes]),
        answers=_lengths(
            [units(_field(linked, by_kind, "body", "options", "parts:labels")) for linked in edition.notes]
        ),
    )


def _field(linked: LinkedNote, notetypes: dict[str, NoteType], *origins: str) -> str:
    fields = notetypes[linked.note.kind].fields
    both = zip(fields, linked.note.fields, strict=True)
    return next((html for f, html in both if f.origin in origins or f"{f.origin}:{f.argument}" in origins), "")


def _count_tags(notes: Sequence[LinkedNote]) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """Tags of the form …::group::value, counted by group."""
    groups: dict[str, Counter[str]] = {}
    for linked in notes:
        for tag in linked.note.tags:
            group, _, value = tag.rpartition("::")
            if group:
                groups.setdefault(group.rpartition("::")[2], Counter())[value] += 1
    return tuple((group, _ranked_counter(groups[group])) for group in sorted(groups))


def _ranked(values: object) -> tuple[tuple[str, int], ...]:
    return _ranked_counter(Counter(values))  # type: ignore[call-overload]


def _ranked_counter(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counter.items(), key=lambda pair: (-pair[1], pair[0])))


def _lengths(values: list[int]) -> Lengths:
    if not values:
        return Lengths(0, 0, 0)
    ordered = sorted(values)
    return Lengths(ordered[len(ordered) // 2], ordered[(len(ordered) * 9) // 10], ordered[-1])


def format_stats(stats: Stats) -> str:
    """A table with bars, plain text, for a terminal or a pipe."""
    lines = [f"{stats.notes} notes, {stats.cards} cards, {stats.media} media files", ""]
    lines += _table("deck", stats.decks)
    lines += _table("note type", stats.kinds)
    for group, counts in stats.tags:
        lines += _table(group, counts)
    lines.append("length (u)     median    p90    max")
    for name, lengths in (("question", stats.questions), ("answer", stats.answers)):
        lines.append(f"{name:<12} {lengths.median:>8} {lengths.p90:>6} {lengths.maximum:>6}")
    return "\n".join(lines)


def _table(title: str, counts: tuple[tuple[str, int], ...]) -> list[str]:
    total = sum(count for _, count in counts) or 1
    most = max((count for _, count in counts), default=1)
    rows = [
        f"{count:>6} {100 * count / total:>4.0f}%  {'█' * max(1, round(24 * count / most)):<24}  {name}"
        for name, count in counts
    ]
    return [title, *rows, ""]
