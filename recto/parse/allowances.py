"""Comments that allow a rule for one card: `<!-- allow answer-too-long: the derivation is the answer -->`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it.token import Token

from recto.diagnostic import Diagnostic
from recto.model import Allowance
from recto.rulebook import ALLOWANCE_WITHOUT_REASON
from recto.source import Source

_ALLOW = re.compile(r"<!--\s*allow\s+(?P<rule>[\w-]+)\s*(?::\s*(?P<reason>.*?))?\s*-->", re.DOTALL)


def read_allowances(comments: Iterable[Token], source: Source) -> tuple[tuple[Allowance, ...], list[Diagnostic]]:
    """The allowances in a card's comments (HTML blocks), and those that say no reason; other comments are no matter."""
    found: list[Allowance] = []
    diagnostics: list[Diagnostic] = []
    for token in comments:
        start = source.line_start(token.map[0] if token.map else 0)
        at = source.text.find(token.content.strip(), start)
        for match in _ALLOW.finditer(token.content.strip()):
            span = source.span(at + match.start(), at + match.end())
            found.append(Allowance(match["rule"], span))
            if not match["reason"]:
                help_ = f"write why: <!-- allow {match['rule']}: the reason -->"
                diagnostics.append(ALLOWANCE_WITHOUT_REASON.at(span, "this allowance says no reason", help_))
    return tuple(found), diagnostics
