"""Plots as SVG: drawn in the text's colour, so that they follow day and night, each with its words for who cannot see.

Measures are in units of the drawing, which is as wide as a phone's screen and grows with the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from recto.stats.record import LONG, TOO_LONG, Answer, DeckCount, Share

_WIDTH = 340
_ROW = 40  # a label above its bar
_BIN = 10  # u


def plot_shares(name: str, shares: Sequence[Share]) -> str:
    """A bar for each value, and a mark where its target is."""
    most = max([1.0, *(max(share.percent, share.target or 0) for share in shares)])
    scale = (_WIDTH - 8) / most
    rows, words = [], []
    for n, share in enumerate(shares):
        y = n * _ROW
        target = f", target {share.target}%" if share.target is not None else ""
        text = f"{share.value} {share.percent:.0f}%{target}{' (off)' if share.missed else ''}"
        rows.append(_text(4, y + 14, text) + _bar(4, y + 20, share.percent * scale, 12))
        if share.target is not None:
            rows.append(f'<path class="mark" d="M{4 + share.target * scale:.1f} {y + 17}v18"/>')
        words.append(text)
    return _svg(f"share-{name}", f"Share of the notes by {name}", "; ".join(words), _ROW * len(shares), "".join(rows))


def plot_lengths(answers: Sequence[Answer]) -> str:
    """How many answers have which length, in bins of 10 u; everything above the limit in the last one."""
    bins = [0] * (TOO_LONG // _BIN + 1)
    for answer in answers:
        bins[min(answer.units // _BIN, len(bins) - 1)] += 1
    step, most, base = (_WIDTH - 8) / len(bins), max([1, *bins]), 140
    rows, words = [], []
    for n, count in enumerate(bins):
        x, height = 4 + n * step, 110 * count / most
        name = f"{n * _BIN} to {n * _BIN + _BIN - 1} u" if n < len(bins) - 1 else f"{TOO_LONG} u and more"
        words.append(f"{name}: {count}")
        if count:
            rows.append(_bar(x + 1, base - height, step - 2, height))
            rows.append(_text(x + step / 2, base - height - 4, str(count), "middle"))
    for limit in (0, LONG, TOO_LONG):
        x = 4 + limit / _BIN * step
        rows.append(f'<path class="mark" d="M{x:.1f} {base - 122 if limit else base}V{base + 6}"/>')
        rows.append(_text(x, base + 20, f"{limit} u", "middle" if limit else "start"))
    rows.append(f'<path class="axis" d="M4 {base}H{_WIDTH - 4}"/>')
    return _svg("lengths", "Length of the answers", "; ".join(words), base + 26, "".join(rows))


def plot_days(decks: Sequence[DeckCount], per_day: int) -> str:
    """On which days the new cards of which subdeck come, one below the other."""
    scale = (_WIDTH - 8) / max([1, *(deck.last_day for deck in decks)])
    rows, words, cards = [], [], 0
    for n, deck in enumerate(decks):
        y, cards = n * _ROW, cards + deck.cards
        days = f"day {deck.first_day}" + (f" to {deck.last_day}" if deck.last_day > deck.first_day else "")
        text = f"{deck.name.rpartition('::')[2]}: {days}, {cards} cards in all"
        width = (deck.last_day - deck.first_day + 1) * scale
        rows.append(_text(4, y + 14, text) + _bar(4 + (deck.first_day - 1) * scale, y + 20, width, 12))
        words.append(text)
    return _svg("days", f"New cards, {per_day} a day", "; ".join(words), _ROW * len(decks), "".join(rows))


def _svg(name: str, title: str, words: str, height: float, body: str) -> str:
    name = escape(re.sub(r"\s", "-", name))  # ids hold no white space
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(words)}</desc>'
        f"{body}</svg><figcaption>{escape(title)}</figcaption></figure>"
    )


def _bar(x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
