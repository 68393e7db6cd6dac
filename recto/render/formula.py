"""Formulas that Anki's MathJax would refuse: as they are written, and with the holes of each card hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from recto.parse.cloze import Hole
from recto.parse.markdown import content_span
from recto.render.sheet import Sheet
from recto.rulebook import BROKEN_MATH, WIDE_INLINE_MATH
from recto.tex import TexFault, check_tex

# A formula in a line cannot be a scroll box (phantom overflow, lost baseline); more symbols need lines of their own.
_WIDEST_INLINE = 25
_WORD = re.compile(r"\\[A-Za-z]+|\\.|[^\s{}^_&]")
_FONTS = re.compile(r"\\(?:text|mathrm|operatorname|mathbf|mathcal|mathbb|boldsymbol)(?![A-Za-z])")
_UNSEEN = frozenset(
    r"""\frac \dfrac \tfrac \left \right \big \Big \bigl \bigr \limits \, \; \: \! \quad \qquad
    \displaystyle""".split()  # noqa: SIM905 - one list, two lines
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A formula as MathJax gets it; `places[n]` is where its character n comes from, (start, end) in the author's."""

    tex: str
    places: tuple[tuple[int, int], ...]

    def place(self, fault: TexFault) -> tuple[int, int]:
        """A fault's stretch in what the author wrote."""
        first = self.places[fault.start : fault.end] or self.places[-1:] or ((0, 0),)
        return first[0][0], first[-1][1]


def check_formula(token: Token, lead: int, holes: Sequence[Hole], sheet: Sheet) -> None:
    """Report the first fault of a math token. `holes` are at places in its content less the first `lead` characters."""
    text = token.content.strip()
    found = _check(_show(text, holes, frozenset()), "")
    if not found:
        # The card of a hole hides all holes of its number; one without a number has a card of its own.
        numbers = dict.fromkeys(hole.number if hole.number is not None else -n - 1 for n, hole in enumerate(holes))
        for number in numbers:
            hidden = {n for n, hole in enumerate(holes) if number in (hole.number, -n - 1)}
            found = found or _check(_show(text, holes, frozenset(hidden)), " when the hole is hidden")
    if found:
        start, end, message, help_ = found
        span = content_span(sheet.source, sheet.inline, token, lead + start, lead + end)
        if not any(d.rule == BROKEN_MATH.name and d.span == span for d in sheet.diagnostics):
            sheet.report(BROKEN_MATH, span, message, help_)


def check_width(token: Token, sheet: Sheet) -> None:
    """Report a formula in a line that is too wide for a phone: it cannot scroll there, and breaks at any symbol."""
    width = visible_symbols(token.content)
    if width > _WIDEST_INLINE:
        message = f"a formula of about {width} symbols in a line of text"
        help_ = f"put it on lines of its own between $$, or keep it below {_WIDEST_INLINE}"
        sheet.report(WIDE_INLINE_MATH, sheet.span_of(token), message, help_)


def visible_symbols(tex: str) -> int:
    """About how many symbols a formula shows: letters, digits, operators, one for each command that draws something."""
    return sum(1 for word in _WORD.findall(_FONTS.sub("", tex)) if word not in _UNSEEN)


def _check(shown: _Shown, when: str) -> tuple[int, int, str, str] | None:
    fault = check_tex(shown.tex)
    return (*shown.place(fault), fault.message + when, fault.help) if fault else None


def _show(text: str, holes: Sequence[Hole], hidden: frozenset[int]) -> _Shown:
    """The formula with its holes open, and those at the indices `hidden` as Anki asks them: `[...]` or `[hint]`."""
    tex: list[str] = []
    places: list[tuple[int, int]] = []
    pos = 0
    for number, hole in enumerate(holes):
        tex.append(text[pos : hole.start])
        places += [(n, n + 1) for n in range(pos, hole.start)]
        if number in hidden:
            tex.append(f"[{hole.hint or '...'}]")
            places += [(hole.start, hole.end)] * len(tex[-1])
        else:
            begin = text.find(hole.content, hole.start, hole.end)
            tex.append(hole.content)
            places += [(n, n + 1) for n in range(begin, begin + len(hole.content))]
        pos = hole.end
    tex.append(text[pos:])
    places += [(n, n + 1) for n in range(pos, len(text))]
    return _Shown("".join(tex), tuple(places))
