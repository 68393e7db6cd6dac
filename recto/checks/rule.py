"""What a rule is: a generator over one card or over all notes, whose name, reason and examples are its own text."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recto.diagnostic import Severity
from recto.source import Span

PROFILES = ("strict", "standard", "minimal")
"""From the most to the least that is asked of a card. `strict` is for a deck that others pay with their time for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found. `fix` is what may stand instead of the text at `span` without changing its meaning.

    `is_mild` makes it a warning even where the rule is an error.
    """

    span: Span
    message: str
    help: str = ""
    fix: str | None = None
    is_mild: bool = False


Check = Callable[..., Iterator[Finding]]
"""(reading, **options) → findings for a rule of one card; (notes, **options) for a rule of the deck."""


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A rule of style: switched by profile and by deck.toml, measured by `options` (name as in deck.toml → default).

    `severities` go with `PROFILES`; None is off. `reason`, `bad` and `good` are Markdown, from the docstring.
    """

    name: str
    check: Check
    severities: tuple[Severity | None, ...]
    options: Mapping[str, Any]
    reason: str
    bad: str
    good: str
    is_fixable: bool

    def __reduce__(self) -> tuple[Callable[[str], StyleRule], tuple[str]]:
        """A rule travels to another process by its name."""
        return _rule_named, (self.name,)


def _rule_named(name: str) -> StyleRule:
    from recto.checks import RULES

    return next(rule for rule in RULES if rule.name == name)


def style_rule(
    *,
    strict: Severity | None,
    standard: Severity | None = None,
    minimal: Severity | None = None,
    fixable: bool = False,
) -> Callable[[Check], StyleRule]:
    """Make a rule of a generator: its name, its docstring (reason, `Bad:`, `Good:`) and its keyword options."""

    def decorate(check: Check) -> StyleRule:
        reason, bad, good = _parts(inspect.getdoc(check) or "")
        parameters = inspect.signature(check).parameters.values()
        return StyleRule(
            name=check.__name__.strip("_").replace("_", "-"),
            check=check,
            severities=(strict, standard, minimal),
            options={p.name.replace("_", "-"): p.default for p in parameters if p.kind is p.KEYWORD_ONLY},
            reason=reason,
            bad=bad,
            good=good,
            is_fixable=fixable,
        )

    return decorate


def _parts(text: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"(.+?)\n\nBad:\n(.+?)\n\nGood:\n(.+)", text, re.DOTALL)
    if not found:
        raise ValueError("a rule's docstring is its reason, then `Bad:` and `Good:` with an example each")
    reason, bad, good = found.groups()
    return " ".join(reason.split()), inspect.cleandoc(bad), inspect.cleandoc(good)
