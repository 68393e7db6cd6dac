"""The list of a diagram: which of the text's blocks it is, the parts it names, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.token import Token

from recto.diagnostic import Diagnostic
from recto.model import Passage
from recto.parse.markdown import block_span, inline_span, plain_text
from recto.rulebook import BAD_PART, DUPLICATE_PART, HOLE_NUMBER, MISSING_DRAWING, MISSING_PARTS
from recto.source import Source, Span

_SHOW = "write each part as a line: 1. `id-in-the-svg`: the answer"
_MOST = 500  # Anki 26.09.3 takes c1 … c500
_SEPARATOR = re.compile(r"[\s:：,，—–-]*")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the drawing: the number of its card, its id, the answer (one inline token), and its line."""

    number: int
    id: str
    label: Passage
    span: Span


@dataclass(frozen=True, slots=True)
class PartList:
    """A diagram's text: `above` holds the `picture` (its `image` token; None if there is none), `below` the rest."""

    above: Passage
    picture: Token | None
    parts: tuple[Part, ...]
    below: Passage


def split_parts(body: Passage, source: Source) -> PartList:
    """The first picture under the H2 is the drawing, the first list below it names its parts."""
    tokens = body.tokens
    at, picture = _find_picture(tokens)
    start, end = next(_lists(tokens, at), (len(tokens), len(tokens)))
    parts = tuple(part for item in _items(tokens[start:end]) if (part := _read_part(*item, source)) is not None)
    return PartList(Passage(body.span, tokens[:start]), picture, parts, Passage(body.span, tokens[end:]))


def check_parts(body: Passage, question: Span, source: Source) -> list[Diagnostic]:
    """Every fault of a diagram that its file alone shows. `question` is where something missing is reported."""
    tokens = body.tokens
    at, picture = _find_picture(tokens)
    if picture is None:
        help_ = "write ![what is to be seen](media/drawing.svg) above the list of its parts"
        return [MISSING_DRAWING.at(question, "this diagram has no picture", help_)]
    path = str(picture.attrGet("src") or "")
    if path and not path.lower().endswith(".svg"):
        span = inline_span(source, tokens[at], *picture.meta["at"])
        return [MISSING_DRAWING.at(span, f"{path} is no SVG", "draw it as SVG: only its parts have ids")]
    start, end = next(_lists(tokens, at), (0, 0))
    if not end:
        return [MISSING_PARTS.at(question, "this diagram names no part", f"below the picture {_SHOW}")]
    found: list[Diagnostic] = []
    ids: set[str] = set()
    numbers: set[int] = set()
    for number, blocks in _items(tokens[start:end]):
        span = block_span(source, blocks[0])
        part = _read_part(number, blocks, source)
        if part is None:
            found.append(BAD_PART.at(span, "this part has no id", _SHOW))
        elif not plain_text(part.label.tokens[0]):
            found.append(BAD_PART.at(span, f"`{part.id}` has no answer", "write behind it what the learner has to say"))
        elif len(blocks) > 5:
            found.append(BAD_PART.at(span, f"more than one line on `{part.id}`", "put the rest below the list"))
        elif part.id in ids:
            found.append(DUPLICATE_PART.at(span, f"`{part.id}` a second time", "keep one of the two lines"))
        elif number in numbers:
            help_ = f"give `{part.id}` a number that no part has had yet"
            found.append(DUPLICATE_PART.at(span, f"a second part with the number {number}", help_))
        elif not 1 <= number <= _MOST:
            found.append(HOLE_NUMBER.at(span, f"part number {number}", f"numbers are 1 to {_MOST}"))
        numbers.add(number)
        if part is not None:
            ids.add(part.id)
    return found


def _find_picture(tokens: tuple[Token, ...]) -> tuple[int, Token | None]:
    """(index of the inline token that holds it, the first picture); (0, None) without one."""
    for index, token in enumerate(tokens):
        for child in token.children or ():
            if child.type == "image":
                return index, child
    return 0, None


def _lists(tokens: tuple[Token, ...], after: int) -> Iterator[tuple[int, int]]:
    """(index of its opening token, index behind its closing one) of every list of the first level."""
    start = 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.type in ("bullet_list_open", "ordered_list_open"):
            start = index
        elif token.level == 0 and token.type in ("bullet_list_close", "ordered_list_close") and start > after:
            yield start, index + 1


def _items(tokens: tuple[Token, ...]) -> Iterator[tuple[int, tuple[Token, ...]]]:
    """(number, tokens from `list_item_open` to its end) of every item of a list; those of bullets are counted."""
    starts = [n for n, token in enumerate(tokens) if token.type == "list_item_open" and token.level == 1]
    for count, (start, end) in enumerate(pairwise([*starts, len(tokens) - 1]), 1):
        yield int(tokens[start].info or count), tokens[start:end]


def _read_part(number: int, blocks: tuple[Token, ...], source: Source) -> Part | None:
    """The part of an item that begins with `code`; None for another."""
    inline = blocks[2] if len(blocks) > 2 and blocks[2].type == "inline" else None
    children = (inline.children if inline else None) or []
    if inline is None or not children or children[0].type != "code_inline" or not children[0].content.strip():
        return None
    span = block_span(source, blocks[0])
    label = copy(inline)
    label.children = [copy(child) for child in children[1:]]
    if label.children and label.children[0].type == "text":
        first = label.children[0]
        first.content = first.content[_end_of_separator(first.content) :]
    return Part(number, children[0].content.strip(), Passage(span, (label,)), span)


def _end_of_separator(text: str) -> int:
    found = _SEPARATOR.match(text)
    return found.end() if found else 0
