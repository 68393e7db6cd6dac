"""The one exception for trouble that is neither the author's text nor our own bug."""

from __future__ import annotations


class ToolError(Exception):
    """The surroundings are wrong (no deck.toml, folder not writable, Anki not installed).

    Raised anywhere, caught once in `recto.cli`, which prints the sentence and the hint and exits with 2.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
