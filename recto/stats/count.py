"""Edition → Stats: how many cards, of what kind, how long, how old, how many days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from recto.length import units
from recto.model import Edition, LinkedNote, NoteType, Program, StatsGoal
from recto.stats.record import (
    SECONDS_PER_CARD,
    UNITS_PER_SECOND,
    Answer,
    Claim,
    Code,
    DeckCount,
    Lengths,
    Share,
    Sources,
    Stats,
    TagGroup,
    TypeCount,
)

_ASKED = {"heading": "q", "step": "q", "body": "a", "options": "a", "labels": "a", "step-body": "a"}
"""What fills a field → whether it asks or answers."""

_LINK = re.compile(r'href="(https?://[^"]+)"')


@dataclass(frozen=True, slots=True)
class _Text:
    """What a note asks and answers, in u; a chain has several pairs."""

    pairs: tuple[tuple[int, int], ...]
    notetype: NoteType

    def seconds(self, cards: int) -> float:
        questions, answers = map(sum, zip(*self.pairs, strict=True))
        questions *= 1 if self.notetype.max_steps else cards
        answers *= 1 if self.notetype.max_steps or self.notetype.has_parts else cards
        return (questions + answers) / UNITS_PER_SECOND + SECONDS_PER_CARD * cards


def compute_stats(edition: Edition, programs: Iterable[Program], goal: StatsGoal, *, per_day: int = 20) -> Stats:
    """Count an edition and the code of its cards."""
    notetypes = {linked.notetype.kind: linked.notetype for linked in edition.notetypes}
    notes = [linked for linked in edition.notes if not linked.retired]
    texts = [_measure(linked, notetypes[linked.note.kind]) for linked in notes]
    answers = [answer for linked, text in zip(notes, texts, strict=True) for answer in _answers(linked, text)]
    cards = sum(len(linked.ordinals) for linked in notes)
    return Stats(
        notes=len(notes),
        cards=cards,
        retired=len(edition.notes) - len(notes),
        media=len(edition.media),
        decks=_count_decks(notes, per_day),
        notetypes=_count_notetypes(notes),
        groups=_count_tags(notes, goal),
        questions=_lengths([question for text in texts for question, _ in text.pairs]),
        answer_lengths=_lengths([answer.units for answer in answers]),
        answers=tuple(sorted(answers, key=lambda answer: (-answer.units, answer.id, answer.step))),
        claims=_find_claims(notes),
        code=_count_code(notes, programs),
        sources=_count_sources(notes),
        seconds=round(sum(text.seconds(len(linked.ordinals)) for linked, text in zip(notes, texts, strict=True))),
        per_day=per_day,
        days=_day_of(cards, per_day),
    )


def _measure(linked: LinkedNote, notetype: NoteType) -> _Text:
    """The first question and its answer, then those of a chain's steps."""
    found: dict[int, dict[str, int]] = {}
    for f, html in zip(notetype.fields, linked.note.fields, strict=True):
        origin = "labels" if (f.origin, f.argument) == ("parts", "labels") else f.origin
        what = _ASKED.get(origin)
        step = int(f.argument) if f.origin.startswith("step") else 1
        if what and html:
            found.setdefault(step, {}).setdefault(what, units(html))
    pairs = tuple((found[step].get("q", 0), found[step].get("a", 0)) for step in sorted(found))
    return _Text(pairs, notetype)


def _answers(linked: LinkedNote, text: _Text) -> list[Answer]:
    return [
        Answer(linked.note.id, n if text.notetype.max_steps else 0, answer)
        for n, (_, answer) in enumerate(text.pairs, 1)
    ]


def _count_decks(notes: Sequence[LinkedNote], per_day: int) -> tuple[DeckCount, ...]:
    counts, cards = Counter(linked.deck for linked in notes), Counter[str]()
    for linked in notes:
        cards[linked.deck] += len(linked.ordinals)
    ends = list(accumulate(cards[name] for name in counts))
    return tuple(
        DeckCount(name, counts[name], cards[name], _day_of(end - cards[name] + 1, per_day), _day_of(end, per_day))
        for name, end in zip(counts, ends, strict=True)
    )


def _day_of(card: int, per_day: int) -> int:
    """The day, from 1, on which the learner meets a card, counted from 1."""
    return -(-card // per_day)


def _count_notetypes(notes: Sequence[LinkedNote]) -> tuple[TypeCount, ...]:
    by_kind: dict[str, list[LinkedNote]] = {}
    for linked in notes:
        by_kind.setdefault(linked.note.kind, []).append(linked)
    counts = [
        TypeCount(kind, len(some), sum(len(n.ordinals) for n in some), sum(len(n.holes) for n in some))
        for kind, some in by_kind.items()
    ]
    return tuple(sorted(counts, key=lambda count: (-count.notes, count.kind)))


def _count_tags(notes: Sequence[LinkedNote], goal: StatsGoal) -> tuple[TagGroup, ...]:
    """Groups with targets first, then by name."""
    targets = {group: dict(shares) for group, shares in goal.targets}
    counts: dict[str, Counter[str]] = {group: Counter() for group in targets}
    for linked in notes:
        for tag in linked.note.tags:
            group, _, value = tag.rpartition("::")
            if group:
                counts.setdefault(group.rpartition("::")[2], Counter())[value] += 1
    names = [*targets, *sorted(set(counts) - set(targets))]
    return tuple(
        TagGroup(name, _shares(counts[name], targets.get(name, {}), len(notes), goal.tolerance)) for name in names
    )


def _shares(count: Counter[str], targets: dict[str, int], notes: int, tolerance: int) -> tuple[Share, ...]:
    others = sorted(set(count) - set(targets), key=lambda value: (-count[value], value))
    found = []
    for value in (*targets, *others):
        percent = round(100 * count[value] / (notes or 1), 1)
        target = targets.get(value)
        off = round(percent - target, 1) if target is not None else 0.0
        found.append(Share(value, count[value], percent, target, off, abs(off) > tolerance))
    return tuple(found)


def _lengths(values: Sequence[int]) -> Lengths:
    if not values:
        return Lengths(0, 0, 0)
    ordered = sorted(values)
    return Lengths(ordered[len(ordered) // 2], ordered[(len(ordered) * 9) // 10], ordered[-1])


def _find_claims(notes: Iterable[LinkedNote]) -> tuple[Claim, ...]:
    found = [Claim(linked.note.id, linked.note.as_of) for linked in notes if linked.note.as_of]
    return tuple(sorted(found, key=lambda claim: (claim.month, claim.id)))


def _count_code(notes: Sequence[LinkedNote], programs: Iterable[Program]) -> Code:
    ids = {linked.note.id for linked in notes}
    kinds = [
        block.kind
        for program in programs
        if program.card in ids or program.card.startswith("^")
        for block in program.blocks
    ]
    shown = sum(html.count('<pre class="code">') for linked in notes for html in linked.note.fields)
    return Code(shown, kinds.count("run"), kinds.count("verify"))


def _count_sources(notes: Iterable[LinkedNote]) -> Sources:
    found = [_LINK.findall("".join(linked.note.fields)) for linked in notes]
    links = [link for some in found for link in some]
    return Sources(len(links), len(set(links)), sum(bool(some) for some in found))
