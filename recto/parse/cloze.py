r"""Holes: `==text==` and `{{c2::text::hint}}`, in prose as Markdown around them, in code and math as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_EXPLICIT_OPEN = re.compile(r"\{\{c(\d+)::")
# In code `==` is an operator: a hole there opens after and closes before something that is no letter, digit or `=`.
_CODE_MARK = re.compile(r"(?<![\w=!<>)\]])==(?=[^\s=])(.+?)(?<=[^\s=])==(?![\w=(\[])")
_MATH_MARK = re.compile(r"==(?=[^\s=])(.+?)(?<=[^\s=])==(?!=)", re.DOTALL)
# In code `::` between two names is code (`std::vector`); before anything else it begins a hint.
_CODE_HINT = re.compile(r"::(?![A-Za-z_~*&<(\[:])(?!.*::)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole inside code or math: `start`/`end` in the text with marks, `number` None when it numbers itself."""

    start: int
    end: int
    content: str
    number: int | None
    hint: str


def cloze_plugin(md: MarkdownIt) -> None:
    """Tokens `hole_open` (meta: number or None, hint) and `hole_close` around the inline tokens of a hole."""
    md.inline.ruler.before("emphasis", "hole_mark", _mark_rule)
    md.inline.ruler.before("emphasis", "hole_explicit", _explicit_rule)


def find_holes(text: str, *, is_math: bool) -> Iterator[Hole]:
    """The holes of a stretch of code or math, in order; explicit ones win over marks."""
    marks = _MATH_MARK if is_math else _CODE_MARK
    pos = 0
    while True:
        explicit, mark = _find_explicit(text, pos, is_math), marks.search(text, pos)
        if explicit and (not mark or explicit.start <= mark.start()):
            yield explicit
            pos = explicit.end
        elif mark:
            yield Hole(mark.start(), mark.end(), mark[1], None, "")
            pos = mark.end()
        else:
            return


def _find_explicit(text: str, pos: int, is_math: bool) -> Hole | None:
    """`{{c1::…}}`. In math the closing braces are those that balance, so that `{{c1::x^{2}}}` holds `x^{2}`."""
    found = _EXPLICIT_OPEN.search(text, pos)
    if not found:
        return None
    end = _balanced_end(text, found.end()) if is_math else text.find("}}", found.end())
    if end < 0:
        return None
    inside = text[found.end() : end]
    cut = _CODE_HINT.search(inside)
    content, hint = (inside[: cut.start()], inside[cut.end() :].strip()) if cut else (inside, "")
    return Hole(found.start(), end + 2, content, int(found[1]), hint)


def _balanced_end(tex: str, pos: int) -> int:
    """Where the `}}` stands that closes what was opened before `pos`, or -1."""
    depth = 0
    while pos < len(tex):
        if tex[pos] == "\\":
            pos += 1
        elif tex[pos] == "{":
            depth += 1
        elif tex[pos] == "}":
            if depth == 0:
                return pos if tex.startswith("}}", pos) else -1
            depth -= 1
        pos += 1
    return -1


def _mark_rule(state: StateInline, silent: bool) -> bool:
    start, src = state.pos, state.src
    if not src.startswith("==", start) or start + 2 >= state.posMax:
        return False
    if src[start + 2] in "= \t\n" or (start > 0 and src[start - 1] == "="):
        return False
    end = _find_end(state, start + 2, "==")
    if end < 0 or src[end - 1].isspace() or src.startswith("===", end):
        return False
    if not silent:
        _push_hole(state, start + 2, end, end + 2, None, "")
    state.pos = end + 2
    return True


def _explicit_rule(state: StateInline, silent: bool) -> bool:
    found = _EXPLICIT_OPEN.match(state.src, state.pos)
    if not found:
        return False
    end = _find_end(state, found.end(), "}}")
    if end < 0:
        return False
    if not silent:
        text_end = _last_divider(state, found.end(), end)
        hint = state.src[text_end + 2 : end] if text_end < end else ""
        _push_hole(state, found.end(), text_end, end + 2, int(found[1]), hint)
    state.pos = end + 2
    return True


def _last_divider(state: StateInline, start: int, end: int) -> int:
    """Where the last `::` outside of code and math stands, or `end`: what follows it is the hint."""
    saved, divider = (state.pos, state.posMax), end
    state.pos, state.posMax = start, end
    while state.pos < end:
        if state.src.startswith("::", state.pos) and state.pos + 2 <= end:
            divider = state.pos
            state.pos += 2
        else:
            state.md.inline.skipToken(state)
    state.pos, state.posMax = saved
    return divider


def _find_end(state: StateInline, start: int, closing: str) -> int:
    """Where `closing` stands outside of code, math and other inline constructs, or -1."""
    saved = state.pos
    state.pos = start
    while state.pos < state.posMax and not state.src.startswith(closing, state.pos):
        state.md.inline.skipToken(state)
    end = state.pos
    state.pos = saved
    return end if end + len(closing) <= state.posMax else -1


def _push_hole(state: StateInline, start: int, end: int, outer_end: int, number: int | None, hint: str) -> None:
    outer_pos, outer_max = state.pos, state.posMax
    opening = state.push("hole_open", "", 1)
    opening.meta = {
        "number": number,
        "hint": hint,
        "at": (outer_pos, outer_end),
        "text": state.src[start:end],
    }
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.push("hole_close", "", -1).meta = opening.meta
    state.pos, state.posMax = outer_pos, outer_max
