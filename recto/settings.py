"""TOML files with places: read one, and say where a key or a table stands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from recto.diagnostic import Diagnostic
from recto.rulebook import BROKEN_CONFIG, UNKNOWN_CONFIG_KEY
from recto.source import Source, Span
from recto.suggest import did_you_mean

_LINE = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


@dataclass(slots=True)
class Settings:
    """One TOML file being read: its values, its text, and what was found wrong so far."""

    source: Source
    values: dict[str, Any]
    diagnostics: list[Diagnostic]

    @classmethod
    def parse(cls, source: Source) -> Settings:
        """Read a file; a syntax error becomes a diagnostic and the values stay empty."""
        try:
            return cls(source, tomllib.loads(source.text), [])
        except RecursionError:
            return cls(source, {}, [BROKEN_CONFIG.at(source.line_span(0), "nested too deeply")])
        except tomllib.TOMLDecodeError as error:
            found = _LINE.search(str(error))
            line, column = (int(found[1]), int(found[2])) if found and found[1] else (len(source.lines), 1)
            start = source.line_start(line - 1) + column - 1
            message = _LINE.sub("", str(error)).strip()
            return cls(source, {}, [BROKEN_CONFIG.at(source.span(start), f"not valid TOML: {message}")])

    def span_of(self, key: str, *after: str) -> Span:
        """Where a key or a table's name stands, behind the first places of the texts `after`, each behind the last.

        Where the key is missing, the last of those texts.
        """
        start = self._find(after)
        pattern = re.compile(rf'(?m)(?:^|[\[{{,.\s])("?{re.escape(key)}"?)(?=\s*[=\].])')
        found = pattern.search(self.source.text, start)
        return self.source.span(*found.span(1)) if found else self.source.line_span(0)

    def span_of_text(self, *texts: str) -> Span:
        """Where the last of some texts stands, each searched behind the one before."""
        start = self._find(texts)
        return self.source.span(start, start + len(texts[-1])) if texts else self.source.line_span(0)

    def _find(self, texts: tuple[str, ...]) -> int:
        start = 0
        for text in texts:
            start = max(self.source.text.find(text, start), start)
        return start

    def report(self, message: str, span: Span, help: str = "") -> None:  # noqa: A002
        """Note a fault of this file."""
        self.diagnostics.append(BROKEN_CONFIG.at(span, message, help))

    def take(self, table: dict[str, Any], key: str, kind: type, default: Any, *after: str) -> Any:
        """A value of a table, checked for its type; on a fault the default and a diagnostic."""
        value = table.get(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            expected = {
                str: "text in quotes",
                int: "a whole number",
                bool: "true or false",
                list: "a list",
                dict: "a table",
            }
            self.report(f"{key} must be {expected[kind]}", self.span_of(key, *after))
            return default
        return value

    def refuse_unknown(self, table: dict[str, Any], known: tuple[str, ...], *after: str) -> None:
        """Report every key that means nothing."""
        for key in table:
            if key not in known:
                span = self.span_of(key, *after)
                self.diagnostics.append(UNKNOWN_CONFIG_KEY.at(span, f'unknown key "{key}"', did_you_mean(key, known)))
