"""Emphasis and strikethrough that work next to Chinese, Japanese and Korean text.

CommonMark decides whether `*` opens or closes by what stands on both sides: white space, punctuation, or neither
(specification 0.31, section 6.2). Scripts that put no space around marks break that: in
`**注意力（Attention）**机制` the closing marks have punctuation before and a letter behind, so stock parsers
print them. Here a CJK character beside the marks counts like white space for that decision, and CJK punctuation
is not taken for punctuation (commonmark-spec#650). Only the decision differs; matching openers with closers stays
markdown-it-py's.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

# Unicode blocks written without spaces between words, their punctuation included (Unicode 16, Blocks.txt).
_CJK_RANGES = (
    (0x1100, 0x11FF),  # Hangul Jamo
    (0x2E80, 0x303F),  # radicals, ideographic description, CJK symbols and punctuation
    (0x3040, 0x33FF),  # Hiragana … CJK compatibility
    (0x3400, 0x4DBF),  # extension A
    (0x4E00, 0x9FFF),  # unified ideographs
    (0xA960, 0xA97F),  # Hangul Jamo extended A
    (0xAC00, 0xD7FF),  # Hangul syllables
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFE30, 0xFE4F),  # compatibility forms
    (0xFF01, 0xFFEF),  # full-width and half-width forms
    (0x20000, 0x3FFFF),  # the supplementary ideographic planes
)


def cjk_emphasis_plugin(md: MarkdownIt) -> None:
    """Replace the opening/closing decision of `*`, `_` and `~~`."""
    md.inline.ruler.at("emphasis", _emphasis)
    md.inline.ruler.at("strikethrough", _strikethrough)


def is_cjk(char: str) -> bool:
    """Whether a character belongs to a script written without spaces, or is its punctuation."""
    code = ord(char)
    return code >= 0x1100 and any(low <= code <= high for low, high in _CJK_RANGES)


def flanking(before: str, after: str) -> tuple[bool, bool]:
    """(left-flanking, right-flanking) of a run of marks between two characters ('' at the edge of the text)."""
    space_before, space_after = not before or isWhiteSpace(ord(before)), not after or isWhiteSpace(ord(after))
    mark_before, mark_after = _is_punctuation(before), _is_punctuation(after)
    open_before = space_before or mark_before or (bool(before) and is_cjk(before))
    open_after = space_after or mark_after or (bool(after) and is_cjk(after))
    left = not space_after and (not mark_after or open_before)
    right = not space_before and (not mark_before or open_after)
    return left, right


def _is_punctuation(char: str) -> bool:
    """Punctuation in CommonMark's sense, less the CJK kind."""
    return bool(char) and not is_cjk(char) and (isMdAsciiPunct(ord(char)) or isPunctChar(char))


def _run_length(state: StateInline) -> int:
    marker, end = state.src[state.pos], state.pos
    while end < state.posMax and state.src[end] == marker:
        end += 1
    return end - state.pos


def _neighbours(state: StateInline, length: int) -> tuple[str, str]:
    end = state.pos + length
    before = state.src[state.pos - 1] if state.pos > 0 else ""
    return before, state.src[end] if end < state.posMax else ""


def _emphasis(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    length = _run_length(state)
    before, after = _neighbours(state, length)
    left, right = flanking(before, after)
    can_open, can_close = left, right
    if marker == "_":  # inside a word an underscore is a letter (rules 2, 4, 6, 8 of section 6.2)
        can_open = left and (not right or _is_punctuation(before))
        can_close = right and (not left or _is_punctuation(after))
    _push_delimiters(state, marker, 1, length, length, can_open, can_close)
    state.pos += length
    return True


def _strikethrough(state: StateInline, silent: bool) -> bool:
    if silent or state.src[state.pos] != "~":
        return False
    length = _run_length(state)
    if length < 2:
        return False
    can_open, can_close = flanking(*_neighbours(state, length))
    if length % 2:
        state.push("text", "", 0).content = "~"
    # A length of 0 keeps the «sum is a multiple of three» rule of emphasis out of strikethrough, as markdown-it does.
    _push_delimiters(state, "~", 2, length // 2, 0, can_open, can_close)
    state.pos += length
    return True


def _push_delimiters(
    state: StateInline, marker: str, width: int, count: int, length: int, can_open: bool, can_close: bool
) -> None:
    for _ in range(count):
        state.push("text", "", 0).content = marker * width
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
