r"""Anki's template language, as far as a generator must understand it.

Grammar and emptiness follow Anki's manual ("Card Templates", "Card Generation") and were compared with the backend,
Anki 26.09.3: replacements `{{filter:Field}}`, sections `{{#Field}}…{{/Field}}` and `{{^Field}}…{{/Field}}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Fields that Anki itself provides (manual, "Field Replacements": Special Fields).
SPECIAL_FIELDS = frozenset({"Tags", "Type", "Deck", "Subdeck", "CardFlag", "Card", "FrontSide"})

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
# A field that holds only these is empty to Anki (measured, 26.09.3; `&nbsp;` counts as filled).
_EMPTY = re.compile(r"(?:\s|</?(?:br|div)\s?/?>)*", re.IGNORECASE)
_CLOZE_NUMBER = re.compile(r"\{\{c(\d{1,3})::")


class TemplateError(Exception):
    """A template that Anki would answer with an error on the card. `offset` is a character index."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Replacement:
    """`{{filter:Field}}`; filters in the order written."""

    field: str
    filters: tuple[str, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Section:
    """`{{#Field}}…{{/Field}}`, or with ^ when `negated`."""

    field: str
    negated: bool
    children: tuple[Replacement | Section, ...]
    offset: int


Node = Replacement | Section


@lru_cache(maxsize=256)
def parse_template(text: str) -> tuple[Node, ...]:
    """The replacements and sections of a template; plain text is left out. Raises `TemplateError`."""
    open_tag = re.search(r"\{\{(?!.*?\}\})|\{\{(?=(?:(?!\}\}).)*\{\{)", text, re.DOTALL)
    if open_tag:
        raise TemplateError("{{ without its }}", open_tag.start())
    tags = _TAG.finditer(text)
    nodes, closed = _parse_until(tags, None, 0)
    assert closed is None
    return nodes


def _parse_until(
    tags: Iterator[re.Match[str]], opener: str | None, opened_at: int
) -> tuple[tuple[Node, ...], str | None]:
    nodes: list[Node] = []
    for tag in tags:
        inside = tag[1].strip()
        if inside.startswith(("#", "^")):
            name = inside[1:].strip()
            children, _ = _parse_until(tags, name, tag.start())
            nodes.append(Section(name, inside[0] == "^", children, tag.start()))
        elif inside.startswith("/"):
            if inside[1:].strip() != opener:
                raise TemplateError(f"{{{{{inside}}}}} closes nothing that is open here", tag.start())
            return tuple(nodes), opener
        else:
            nodes.append(_replacement(tag))
    if opener is not None:
        raise TemplateError(f"{{{{#{opener}}}}} is never closed", opened_at)
    return tuple(nodes), None


def fill_template(text: str, fill: Callable[[Replacement], str], filled: Collection[str]) -> str:
    """A template with every replacement filled in; `filled` decides which sections show. Raises `TemplateError`."""
    parse_template(text)
    shown: list[str] = []
    sections: list[bool] = []
    at = 0
    for tag in _TAG.finditer(text):
        if all(sections):
            shown.append(text[at : tag.start()])
        at = tag.end()
        inside = tag[1].strip()
        if inside.startswith(("#", "^")):
            sections.append((inside[1:].strip() in filled) is (inside[0] == "#"))
        elif inside.startswith("/"):
            sections.pop()
        elif all(sections):
            shown.append(fill(_replacement(tag)))
    return "".join([*shown, text[at:]])


def _replacement(tag: re.Match[str]) -> Replacement:
    *filters, name = tag[1].strip().split(":")
    return Replacement(name.strip(), tuple(f.strip() for f in reversed(filters)), tag.start())


def named_fields(nodes: tuple[Node, ...]) -> Iterator[tuple[str, int]]:
    """Every field name that a template mentions, with its offset."""
    for node in nodes:
        yield node.field, node.offset
        if isinstance(node, Section):
            yield from named_fields(node.children)


def is_empty_field(html: str) -> bool:
    """Whether Anki takes a field for empty."""
    return not html or _EMPTY.fullmatch(html) is not None


def filled_fields(fields: Sequence[str]) -> int:
    """Which of a note's fields (HTML, in their order) are filled, as bits: field n by 1 << n."""
    return sum(1 << n for n, html in enumerate(fields) if not is_empty_field(html))


def shows_something(nodes: tuple[Node, ...], filled: Collection[str]) -> bool:
    """Whether a front shows at least one filled field: Anki makes a card exactly then (manual, "Card Generation")."""
    for node in nodes:
        if isinstance(node, Replacement):
            if node.field in filled:
                return True
        elif (node.field in filled) is not node.negated and shows_something(node.children, filled):
            return True
    return False


def cloze_fields(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """The fields that a template shows through the `cloze` filter."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, Section):
            found += cloze_fields(node.children)
        elif "cloze" in node.filters:
            found.append(node.field)
    return tuple(dict.fromkeys(found))


def cloze_ordinals(html: str) -> tuple[int, ...]:
    """The card ordinals (from 0) of the cloze deletions in a field that recto rendered (`recto.render` nests none)."""
    numbers = {int(number) for number in _CLOZE_NUMBER.findall(html)}
    return tuple(sorted(number - 1 for number in numbers if 1 <= number <= 500))
