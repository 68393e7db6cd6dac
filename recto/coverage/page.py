"""Coverage as HTML: the part of the page that says it, without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from recto.coverage.count import Coverage, CoveredGroup, CoveredItem, State, gaps, tally
from recto.coverage.text import share, tier_name

_MARKS = {State.COVERED: "✓", State.THIN: "◐", State.UNCOVERED: "✗", State.OUT_OF_SCOPE: "–"}

LinkTo = Callable[[str], str]
"""A card's id → its address in the site, '' if the site has none."""


def coverage_html(coverage: Coverage, link_to: LinkTo, language: str) -> str:
    """The counts by group and tier, the gaps, and every item with links to its cards.

    `language` is that of the syllabus (an HTML `lang`).
    """
    whole = tally(coverage.items)
    summary = f"{whole.covered} of {whole.total} items covered, {whole.thin} by too few cards, {whole.uncovered} not."
    parts = [f"<p>{summary}</p>", _counts(coverage, language), _gaps(coverage, link_to, language)]
    parts += [_group(n, group, link_to, language) for n, group in enumerate(coverage.groups, 1)]
    return "\n".join(['<div class="report" lang="en">', *parts, "</div>\n"])


def _counts(coverage: Coverage, language: str) -> str:
    heads = "".join(
        f'<th scope="col">{escape(name)}</th>' for name in ("group", *map(tier_name, coverage.tiers), "all")
    )

    def row(title: str, items: Iterable[CoveredItem]) -> str:
        items = tuple(items)
        by_tier = [share(tally(one for one in items if one.item.tier == tier)) for tier in coverage.tiers]
        cells = "".join(f'<td class="number">{text}</td>' for text in (*by_tier, share(tally(items))))
        return f'<tr><th scope="row">{title}</th>{cells}</tr>'

    rows = [
        row(f'<a lang="{escape(language)}" href="#group-{n}">{escape(group.title)}</a>', group.items)
        for n, group in enumerate(coverage.groups, 1)
    ]
    rows.append(row("all", coverage.items))
    return (
        '<div class="scroll" role="region" aria-labelledby="counts" tabindex="0"><table>'
        f'<caption id="counts">Covered of all items, by group and tier</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _gaps(coverage: Coverage, link_to: LinkTo, language: str) -> str:
    found = gaps(coverage)
    if not found:
        return "<h2>Gaps</h2><p>None.</p>"
    parts = ["<h2>Gaps</h2>"]
    for tier in coverage.tiers:
        some = [one for one in found if one.item.tier == tier]
        if some:
            items = "".join(f"<li>{_title(one, language)}<br/>{_state(one, link_to)}</li>" for one in some)
            parts.append(
                f"<details><summary>{escape(tier_name(tier))}: {len(some)}</summary><ul>{items}</ul></details>"
            )
    return "\n".join(parts)


def _group(number: int, group: CoveredGroup, link_to: LinkTo, language: str) -> str:
    has_tiers = any(one.item.tier for one in group.items)

    def row(one: CoveredItem) -> str:
        tier = f"<td>{escape(one.item.tier)}</td>" if has_tiers else ""
        return f'<tr><th scope="row">{_title(one, language)}</th>{tier}<td>{_state(one, link_to)}</td></tr>'

    rows = "".join(map(row, group.items))
    source = f' <span class="soft">({escape(group.source)})</span>' if group.source else ""
    columns = ("item", "tier", "cards") if has_tiers else ("item", "cards")
    heads = "".join(f'<th scope="col" class="{name}">{name}</th>' for name in columns)
    return (
        f'<h2 id="group-{number}"><span lang="{escape(language)}">{escape(group.title)}</span>{source}</h2>'
        f'<table class="items" aria-labelledby="group-{number}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _title(one: CoveredItem, language: str) -> str:
    return f'<code>{escape(one.item.id)}</code> <span lang="{escape(language)}">{escape(one.item.title)}</span>'


def _state(one: CoveredItem, link_to: LinkTo) -> str:
    """The mark, what it means, the cards, and which items ask the same."""
    words = {
        State.COVERED: "",
        State.THIN: f"{len(one.cards)} of {one.wanted} cards: ",
        State.UNCOVERED: "no card",
        State.OUT_OF_SCOPE: f"out of scope: {escape(one.item.out_of_scope)} ",
    }
    mark = f'<span class="{one.state}"><span aria-hidden="true">{_MARKS[one.state]}</span> {words[one.state]}</span>'
    twins = f'<span class="soft"> same as {escape(", ".join(one.twins))}</span>' if one.twins else ""
    return mark + " ".join(_card(card, link_to(card)) for card in one.cards) + twins


def _card(card: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(card)}</a>' if address else escape(card)
