"""Code → HTML with Pygments' short class names, and holes in the middle of tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.token import STANDARD_TYPES, Token, _TokenType
from pygments.util import ClassNotFound


@lru_cache(maxsize=64)
def lexer_for(language: str) -> Lexer | None:
    """Pygments' lexer of a language's name or alias; None if it knows none."""
    try:
        found: type[Lexer] = find_lexer_class_by_name(language)
    except ClassNotFound:
        return None
    return found(stripnl=False, ensurenl=False)


def highlight(
    code: str, language: str, cuts: tuple[int, ...], escape: Callable[[str], str]
) -> Iterator[tuple[int, str]]:
    """(offset in the code, HTML) of each piece; pieces end at every offset in `cuts`, so that holes can begin there."""
    lexer = lexer_for(language) if language else None
    tokens = lexer.get_tokens_unprocessed(code) if lexer else iter([(0, Token.Text, code)])
    wanted = set(cuts)
    for css, start, end in _merge(tokens):
        bounds = [start, *(cut for cut in sorted(wanted) if start < cut < end), end]
        for piece_start, piece_end in pairwise(bounds):
            inner = escape(code[piece_start:piece_end])
            yield piece_start, f'<span class="{css}">{inner}</span>' if css and inner.strip() else inner


def _merge(tokens: Iterable[tuple[int, _TokenType, str]]) -> Iterator[tuple[str, int, int]]:
    """(class, start, end) of runs of tokens with one class: half as much HTML."""
    css, start, end = "", 0, 0
    for at, kind, text in tokens:
        new = _css_class(kind)
        if new != css and at > start:
            yield css, start, end
            start = at
        css, end = new, at + len(text)
    if end > start:
        yield css, start, end


def _css_class(kind: _TokenType) -> str:
    """The short class of a token type or of its nearest ancestor that has one; '' for plain text and white space."""
    while kind not in STANDARD_TYPES:
        assert kind.parent is not None
        kind = kind.parent
    css: str = STANDARD_TYPES[kind]
    return "" if css in ("w", "err", "n", "p") else css
