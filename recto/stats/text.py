"""Stats for a terminal and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from recto.columns import format_columns
from recto.stats.record import LONG, TOO_LONG, Answer, Lengths, Share, Stats, TagGroup

_BAR = 24  # columns of a terminal


def format_stats(stats: Stats, month: str) -> str:
    """Tables with bars, plain text, for a terminal or a pipe; `month` is the present one (YYYY-MM)."""
    withdrawn = f", {stats.retired} withdrawn" if stats.retired else ""
    lines = [f"{stats.notes} notes, {stats.cards} cards, {stats.media} media files{withdrawn}", ""]
    decks = [[d.name, str(d.notes), str(d.cards), day_range(d.first_day, d.last_day)] for d in stats.decks]
    lines += [*format_columns([["deck", "notes", "cards", "days"], *decks]), ""]
    types = [[t.kind, str(t.notes), str(t.cards), str(t.parts or "")] for t in stats.notetypes]
    lines += [*format_columns([["note type", "notes", "cards", "parts"], *types]), ""]
    for group in stats.groups:
        lines += [*_shares(group), ""]
    lines += [*_lengths(stats), ""]
    return "\n".join([*lines, *facts(stats, month)])


def format_stats_json(stats: Stats) -> str:
    """The fields of `Stats` by their names."""
    return json.dumps(asdict(stats), ensure_ascii=False, indent=2)


def facts(stats: Stats, month: str = "") -> list[str]:
    """What needs a sentence instead of a table; the age of the oldest claim only if the present month is given."""
    code, sources = stats.code, stats.sources
    days = "day" if stats.days == 1 else "days"
    found = [
        f"answers over {LONG} u: {len(over(stats, LONG))}; over {TOO_LONG} u: {_names(over(stats, TOO_LONG))}",
        f"claims with a month: {len(stats.claims)}{_oldest(stats, month)}",
        f"code blocks: {code.shown} shown, {code.run} of them run; {code.verify} hidden checks",
        f"sources: {sources.links} links to {sources.addresses} addresses, in {sources.notes} of {stats.notes} notes",
        f"one pass: about {duration(stats.seconds)}; new cards for {stats.days} {days} at {stats.per_day} a day",
    ]
    missed = [f"{share.value} {share.off:+.1f}" for group in stats.groups for share in group.shares if share.missed]
    return found + ([f"! off target by percentage points: {', '.join(missed)}"] if missed else [])


def over(stats: Stats, limit: int) -> list[Answer]:
    """The answers that are longer than a limit in u."""
    return [answer for answer in stats.answers if answer.units > limit]


def answer_name(answer: Answer) -> str:
    """A card's id, with the step in a chain."""
    return f"{answer.id} step {answer.step}" if answer.step else answer.id


def duration(seconds: int) -> str:
    """In hours and minutes, rounded up."""
    hours, minutes = divmod(-(-seconds // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def day_range(first: int, last: int) -> str:
    """`3` or `3-5`."""
    return str(first) if first == last else f"{first}-{last}"


def target_text(share: Share) -> tuple[str, str]:
    """Target and difference for a table; '' where there is no target."""
    if share.target is None:
        return "", ""
    return f"{share.target}%", f"{share.off:+.1f}{' !' if share.missed else '  '}"


def _shares(group: TagGroup) -> list[str]:
    most = max([1.0, *(max(share.percent, share.target or 0) for share in group.shares)])
    has_targets = any(share.target is not None for share in group.shares)
    rows = [[group.name, "notes", "share", *(["target", "off  "] if has_targets else []), " " * _BAR]]
    for share in group.shares:
        cells = [share.value, str(share.notes), f"{share.percent:.0f}%"]
        rows.append([*cells, *(target_text(share) if has_targets else ()), _bar(share, most)])
    return format_columns(rows)


def _bar(share: Share, most: float) -> str:
    """A bar with a mark where its target is."""
    length = round(_BAR * share.percent / most)
    bar = list("█" * length + " " * (_BAR - length))
    if share.target is not None:
        bar[min(_BAR - 1, round(_BAR * share.target / most))] = "│"
    return "".join(bar)


def _lengths(stats: Stats) -> list[str]:
    def row(name: str, lengths: Lengths) -> list[str]:
        return [name, str(lengths.median), str(lengths.p90), str(lengths.maximum)]

    head = ["length (u)", "median", "p90", "max"]
    return format_columns([head, row("question", stats.questions), row("answer", stats.answer_lengths)])


def _names(answers: list[Answer]) -> str:
    if not answers:
        return "none"
    shown = ", ".join(f"{answer_name(answer)} ({answer.units})" for answer in answers[:10])
    return shown + (f" and {len(answers) - 10} more" if len(answers) > 10 else "")


def _oldest(stats: Stats, month: str) -> str:
    if not stats.claims:
        return ""
    oldest = stats.claims[0]
    age = _months(month) - _months(oldest.month) if month else 0
    ago = f" ({age} {'month' if age == 1 else 'months'} ago)" if age > 0 else ""
    return f"; the oldest {oldest.month}{ago}: {oldest.id}"


def _months(month: str) -> int:
    year, _, number = month.partition("-")
    return 12 * int(year) + int(number)
