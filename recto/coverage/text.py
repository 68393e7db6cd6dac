"""Coverage for a terminal and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from recto.columns import display_width, format_columns
from recto.coverage.count import Coverage, CoveredItem, State, Tally, gaps, tally
from recto.errors import ToolError
from recto.suggest import nearest


def format_coverage(coverage: Coverage) -> str:
    """A table by group and tier, then the gaps, then what is out of scope and why."""
    whole = tally(coverage.items)
    lines = [f"{whole.covered} of {whole.total} items covered, {whole.thin} by too few cards, {whole.uncovered} not"]
    lines += ["", *format_columns(_table(coverage))]
    for tier in coverage.tiers:
        found = [one for one in gaps(coverage) if one.item.tier == tier]
        lines += _section(f"{tier_name(tier)}: {_plural(len(found), 'gap')}", found, _describe_gap) if found else []
    out = [one for one in coverage.items if one.state is State.OUT_OF_SCOPE]
    lines += _section("out of scope", out, lambda one: f"{one.item.title}: {one.item.out_of_scope}") if out else []
    return "\n".join(lines)


def find_item(coverage: Coverage, ident: str) -> CoveredItem:
    """The item with an id. Raises `ToolError` when the syllabus has none."""
    found = {one.item.id: one for one in coverage.items}
    if ident not in found:
        guess = nearest(ident, found)
        raise ToolError(f'the syllabus has no item "{ident}"', hint=f'did you mean "{guess}"?' if guess else "")
    return found[ident]


def format_item(one: CoveredItem) -> str:
    """One item with its cards, a line each."""
    facts = [tier_name(one.item.tier), str(one.state)]
    facts += [f"asked by {one.item.asked_by}"] if one.item.asked_by else []
    facts += [f"same as {', '.join(one.twins)}"] if one.twins else []
    facts += [f"out of scope: {one.item.out_of_scope}"] if one.item.out_of_scope else []
    cards = [f"  {card}" for card in one.cards] or ["  no card"]
    return "\n".join([f"{one.item.id}  {one.item.title}  ({'; '.join(facts)})", *cards])


def format_item_json(one: CoveredItem) -> str:
    """One item as in the whole."""
    return json.dumps(_item(one), ensure_ascii=False, indent=2)


def format_coverage_json(coverage: Coverage) -> str:
    """The whole coverage as docs/format.md describes it."""
    data = {
        "total": _counts(tally(coverage.items)),
        "tiers": [
            {"tier": tier, **_counts(tally(one for one in coverage.items if one.item.tier == tier))}
            for tier in coverage.tiers
        ],
        "groups": [
            {
                "title": group.title,
                "source": group.source,
                **_counts(tally(group.items)),
                "items": [_item(one) for one in group.items],
            }
            for group in coverage.groups
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def tier_name(tier: str) -> str:
    """A tier for people."""
    return tier or "no tier"


def share(count: Tally) -> str:
    """Covered of total, for a table; nothing where there is nothing."""
    return f"{count.covered}/{count.total}" if count.total else "·"


def _table(coverage: Coverage) -> list[list[str]]:
    def row(title: str, items: tuple[CoveredItem, ...]) -> list[str]:
        by_tier = [share(tally(one for one in items if one.item.tier == tier)) for tier in coverage.tiers]
        return [title, *by_tier, share(tally(items))]

    head = ["covered", *map(tier_name, coverage.tiers), "all"]
    rows = [row(group.title, group.items) for group in coverage.groups]
    return [head, *rows, row("all", coverage.items)]


def _section(title: str, found: list[CoveredItem], describe: Callable[[CoveredItem], str]) -> list[str]:
    width = max(display_width(one.item.id) for one in found)
    rows = [f"  {one.item.id}{' ' * (width - display_width(one.item.id))}  {describe(one)}" for one in found]
    return ["", title, *rows]


def _describe_gap(one: CoveredItem) -> str:
    facts = [f"{len(one.cards)} of {one.wanted} cards: {', '.join(one.cards)}"] if one.cards else []
    facts += [f"asked by {one.item.asked_by}"] if one.item.asked_by else []
    facts += [f"same as {', '.join(one.twins)}"] if one.twins else []
    return one.item.title + (f"  ({'; '.join(facts)})" if facts else "")


def _counts(count: Tally) -> dict[str, int]:
    return {"total": count.total, "covered": count.covered, "thin": count.thin, "uncovered": count.uncovered}


def _item(one: CoveredItem) -> dict[str, Any]:
    return {
        "id": one.item.id,
        "title": one.item.title,
        "tier": one.item.tier,
        "asked_by": one.item.asked_by,
        "same_as": list(one.twins),
        "out_of_scope": one.item.out_of_scope,
        "state": str(one.state),
        "wanted": one.wanted,
        "cards": list(one.cards),
    }


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
