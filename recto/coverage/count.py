"""Syllabus and notes → Coverage: which item is covered by which cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from recto.model import CoverageGoal, LinkedNote
from recto.syllabus import Item, Syllabus

EVERY_TIER = "all"


class State(StrEnum):
    """`thin`: cards there are, but fewer than `[coverage.cards]` wants for the tier."""

    COVERED = "covered"
    THIN = "thin"
    UNCOVERED = "uncovered"
    OUT_OF_SCOPE = "out-of-scope"


@dataclass(frozen=True, slots=True)
class CoveredItem:
    """An item with the ids of the cards that cover it or an item that asks the same (`twins`, their ids)."""

    item: Item
    twins: tuple[str, ...]
    cards: tuple[str, ...]
    wanted: int
    state: State


@dataclass(frozen=True, slots=True)
class CoveredGroup:
    """A group of the syllabus, item by item."""

    title: str
    source: str
    items: tuple[CoveredItem, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items there are in scope, and of them how many are covered, thin and uncovered."""

    total: int
    covered: int
    thin: int
    uncovered: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole syllabus; `tiers` in the order in which it first names them, '' (no tier) last."""

    groups: tuple[CoveredGroup, ...]
    tiers: tuple[str, ...]

    @property
    def items(self) -> tuple[CoveredItem, ...]:
        """Every item, in the order of the syllabus."""
        return tuple(item for group in self.groups for item in group.items)


def compute_coverage(syllabus: Syllabus, notes: Iterable[LinkedNote], goal: CoverageGoal) -> Coverage:
    """Count cards as authors write them: one under one H2. Withdrawn cards cover nothing."""
    twins = _join_twins(syllabus.items)
    cards: dict[str, list[str]] = {}
    for linked in notes:
        if not linked.retired:
            # A card that names two twins covers their question once.
            for lead in dict.fromkeys(twins[use.id][0] for use in linked.note.covers if use.id in twins):
                cards.setdefault(lead, []).append(linked.note.id)
    wanted = {tier: number for tier, number, _ in goal.cards}

    def look(item: Item) -> CoveredItem:
        found = tuple(cards.get(twins[item.id][0], ()))
        needed = wanted.get(item.tier, 1)
        others = tuple(ident for ident in twins[item.id] if ident != item.id)
        return CoveredItem(item, others, found, needed, _state(item, len(found), needed))

    groups = tuple(CoveredGroup(g.title, g.source, tuple(look(item) for item in g.items)) for g in syllabus.groups)
    tiers = dict.fromkeys(item.tier for item in syllabus.items if not item.out_of_scope)
    return Coverage(groups, tuple(sorted(tiers, key=lambda tier: not tier)))


def tally(items: Iterable[CoveredItem]) -> Tally:
    """Count the items in scope."""
    states = [item.state for item in items if item.state is not State.OUT_OF_SCOPE]
    return Tally(len(states), *(states.count(state) for state in (State.COVERED, State.THIN, State.UNCOVERED)))


def gaps(coverage: Coverage) -> tuple[CoveredItem, ...]:
    """What is not covered, or by too few cards: by tier, then most asked first; of twins only the first."""
    order = {tier: place for place, tier in enumerate(coverage.tiers)}
    open_items = [item for item in coverage.items if item.state in (State.UNCOVERED, State.THIN)]
    seen: set[str] = set()
    found = []
    for one in sorted(open_items, key=lambda one: (order[one.item.tier], -one.item.asked_by)):
        if one.item.id not in seen:
            found.append(one)
        seen |= {one.item.id, *one.twins}
    return tuple(found)


def is_required(item: Item, goal: CoverageGoal) -> bool:
    """Whether `[coverage] require` demands the item."""
    tiers = {tier for tier, _ in goal.required}
    return not item.out_of_scope and (EVERY_TIER in tiers or bool(item.tier and item.tier in tiers))


def _state(item: Item, cards: int, wanted: int) -> State:
    if item.out_of_scope:
        return State.OUT_OF_SCOPE
    if cards == 0:
        return State.UNCOVERED
    return State.COVERED if cards >= wanted else State.THIN


def _join_twins(items: Sequence[Item]) -> dict[str, tuple[str, ...]]:
    """For every id the ids of all items that ask the same, itself included, in the order of the syllabus.

    `same-as` counts in both directions and through others.
    """
    lead = {item.id: item.id for item in items}

    def root(ident: str) -> str:
        while lead[ident] != ident:
            ident = lead[ident]
        return ident

    for item in items:
        for other, _ in item.same_as:
            if other in lead:
                lead[root(other)] = root(item.id)
    families: dict[str, list[str]] = {}
    for ident in lead:
        families.setdefault(root(ident), []).append(ident)
    return {ident: tuple(families[root(ident)]) for ident in lead}
