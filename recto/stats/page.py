"""Stats as HTML: tables and plots, without scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from recto.stats.plots import plot_days, plot_lengths, plot_shares
from recto.stats.record import LONG, Answer, Lengths, Stats, TagGroup
from recto.stats.text import answer_name, day_range, facts, over, target_text

LinkTo = Callable[[str], str]
"""A card's id → its address in the site, '' if the site has none."""


def stats_html(stats: Stats, link_to: LinkTo) -> str:
    """All tables; plots of the shares that have targets, of the lengths and of the days."""
    parts = [
        f"<p>{stats.notes} notes, {stats.cards} cards, {stats.media} media files, {stats.retired} withdrawn notes.</p>",
        f"<ul>{''.join(f'<li>{escape(fact)}</li>' for fact in facts(stats))}</ul>",
        "<h2>Days</h2>",
        plot_days(stats.decks, stats.per_day),
        _table("Subdecks in the order of study", ("subdeck", "notes", "cards", "days"), _decks(stats)),
        "<h2>Kinds and tags</h2>",
        *(part for group in stats.groups for part in _group(group)),
        _table("Note types", ("note type", "notes", "cards", "parts"), _types(stats)),
        "<h2>Lengths</h2>",
        plot_lengths(stats.answers),
        _table("Lengths in u", ("text", "median", "p90", "max"), _lengths(stats)),
        _long_answers(over(stats, LONG), link_to),
        _claims(stats, link_to),
    ]
    return "\n".join(['<div class="report" lang="en">', *(part for part in parts if part), "</div>\n"])


def _group(group: TagGroup) -> list[str]:
    has_targets = any(share.target is not None for share in group.shares)
    heads = (group.name, "notes", "share", *(("target", "off") if has_targets else ()))
    rows = [
        (s.value, str(s.notes), f"{s.percent:.1f}%", *(target_text(s) if has_targets else ())) for s in group.shares
    ]
    table = _table(f"Notes by {group.name}", heads, rows)
    return [plot_shares(group.name, group.shares), table] if has_targets else [table]


def _decks(stats: Stats) -> list[tuple[str, ...]]:
    return [(d.name, str(d.notes), str(d.cards), day_range(d.first_day, d.last_day)) for d in stats.decks]


def _types(stats: Stats) -> list[tuple[str, ...]]:
    return [(t.kind, str(t.notes), str(t.cards), str(t.parts or "")) for t in stats.notetypes]


def _lengths(stats: Stats) -> list[tuple[str, ...]]:
    def row(name: str, lengths: Lengths) -> tuple[str, ...]:
        return (name, str(lengths.median), str(lengths.p90), str(lengths.maximum))

    return [row("question", stats.questions), row("answer", stats.answer_lengths)]


def _long_answers(answers: Sequence[Answer], link_to: LinkTo) -> str:
    items = "".join(f"<li>{_card(answer_name(a), link_to(a.id))}: {a.units} u</li>" for a in answers)
    return items and f"<details><summary>Answers over {LONG} u: {len(answers)}</summary><ul>{items}</ul></details>"


def _claims(stats: Stats, link_to: LinkTo) -> str:
    items = "".join(f"<li>{escape(c.month)}: {_card(c.id, link_to(c.id))}</li>" for c in stats.claims)
    head = f"Cards with a month, oldest first: {len(stats.claims)}"
    return items and f"<details><summary>{head}</summary><ul>{items}</ul></details>"


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column names its rows; the others are numbers."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _card(text: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>' if address else escape(text)
