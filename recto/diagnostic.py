"""One thing to tell the author, at a place in their text."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from recto.source import Span


class Severity(StrEnum):
    """`error` stops a build; `warning` does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong (`message`), where (`span`), and what to do (`help`).

    `fix` is a text that may safely stand instead of the one at `span`; None if there is none.
    """

    span: Span
    rule: str
    severity: Severity
    message: str
    help: str = field(default="")
    fix: str | None = field(default=None)

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The one order in which diagnostics are reported."""
        return (self.span.path, self.span.line, self.span.column, self.rule, self.message)


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault that recto knows: its name in the author's words, its severity, and why it matters to a learner."""

    name: str
    severity: Severity
    reason: str

    def at(self, span: Span, message: str, help: str = "") -> Diagnostic:  # noqa: A002
        """Report this fault at a place."""
        return Diagnostic(span, self.name, self.severity, message, help)


def has_errors(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether any of them stops a build."""
    return any(d.severity is Severity.ERROR for d in diagnostics)
