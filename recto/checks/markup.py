"""Rules about how Markdown is written where it allows several ways."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from recto.checks.reading import Part, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def list_marker(reading: Reading, *, marker: str = "-") -> Iterator[Finding]:
    """One marker for all lists keeps diffs small; two markers in a row are two lists, which is mostly a slip.

    Bad:
        * K
        * V

    Good:
        - K
        - V
    """
    for part in reading.parts:
        tokens = part.passage.tokens
        for index, token in enumerate(tokens):
            if token.type == "bullet_list_open" and token.markup != marker:
                yield _finding(part, tokens, index, marker)


_MARKERS = re.compile(r"[ \t>]*([-*+]|\d+[.)])(?=[ \t]|$)")


def _finding(part: Part, tokens: Sequence[Token], index: int, marker: str) -> Finding:
    """All items of a list at once, from the first marker to the last: one alone would split the list."""
    source, opening = part.source, tokens[index]
    end = _end(tokens, index)
    message, help_ = f"a list with {opening.markup}", f"write {marker} in front of all its items"
    places = [
        _place(part, tokens, at)
        for at in range(index, end)
        if tokens[at].type == "list_item_open" and tokens[at].level == opening.level + 1
    ]
    if _has_neighbour(tokens, index, end) or any(place is None for place in places):
        return Finding(part.span_of(opening), message, help_)
    offsets = [place for place in places if place is not None]
    span = source.span(offsets[0], offsets[-1] + 1)
    text = list(source.text[offsets[0] : offsets[-1] + 1])
    for offset in offsets:
        text[offset - offsets[0]] = marker
    return Finding(span, message, help_, "".join(text))


def _place(part: Part, tokens: Sequence[Token], index: int) -> int | None:
    """Where the marker of a list item stands: as many markers stand before it in its line as items began there."""
    item = tokens[index]
    line = item.map[0] if item.map else -1
    before = sum(
        1
        for t in tokens[max(index - 2 * item.level, 0) : index]
        if t.type == "list_item_open" and (t.map or [-2])[0] == line
    )
    text, pos = part.source.line_text(line), 0
    for number in range(before + 1):
        found = _MARKERS.match(text, pos)
        if not found:
            return None
        pos = found.end()
        if number == before and found[1] == item.markup:
            return part.source.line_start(line) + found.start(1)
    return None


def _end(tokens: Sequence[Token], index: int) -> int:
    level = tokens[index].level
    return next(at for at in range(index + 1, len(tokens)) if tokens[at].level == level and tokens[at].nesting < 0)


def _has_neighbour(tokens: Sequence[Token], index: int, end: int) -> bool:
    """Whether another list stands right before or behind: with the same marker they would become one."""
    before = tokens[index - 1].type if index else ""
    after = tokens[end + 1].type if end + 1 < len(tokens) else ""
    return before == "bullet_list_close" or after == "bullet_list_open"
