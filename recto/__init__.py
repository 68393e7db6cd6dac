"""recto: Markdown cards, one file per topic, into a styled, versioned Anki deck.

The public API is `open_project` and `__version__`; everything else may change between versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recto.project import open_project

__version__ = "0.1.0"
__all__ = ["__version__", "open_project"]


def __getattr__(name: str) -> Any:
    """Import `open_project` on first use: `recto --help` must not pay for the Markdown parser."""
    if name == "open_project":
        from recto.project import open_project

        return open_project
    raise AttributeError(f"module 'recto' has no attribute {name!r}")
