"""Compiled files kept between runs: what a unit depends on, and units as bytes and back.

`compile` knows nothing of it. A unit depends on its file's bytes and on its fingerprint: this code, the libraries that
parse and highlight, the kinds and fields of the note types, deck.toml, the rules. Templates and CSS are no part of it,
because Anki fills them: a new look compiles nothing again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from recto.cache import Cache
from recto.checks.linter import Linter
from recto.model import Config, NoteType, Unit
from recto.packing import unpack

_LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "Pygments", "PyYAML", "msgspec")


class UnitStore:
    """The units of one deck as it is set up now, in a cache."""

    def __init__(self, cache: Cache, config: Config, notetypes: Mapping[str, NoteType], linter: Linter) -> None:
        self._cache = cache
        self._base = hashlib.sha256(fingerprint(config, notetypes, linter).encode())

    def find(self, path: str, text: str) -> Unit | None:
        """The unit of a file with this text, None if it is to be compiled."""
        return unpack(self._cache.get(self._key(path, text)), Unit)

    def keep(self, data: bytes, path: str, text: str) -> Unit:
        """Keep a unit that was compiled from this text and packed; the unit."""
        self._cache.put(self._key(path, text), data)
        unit = unpack(data, Unit)
        assert unit is not None
        return unit

    def close(self) -> None:
        """Let the cache forget what is too much."""
        self._cache.trim()

    def _key(self, path: str, text: str) -> str:
        digest = self._base.copy()
        digest.update(f"{path}\x00".encode())
        digest.update(text.encode())
        return digest.hexdigest()


def fingerprint(config: Config, notetypes: Mapping[str, NoteType], linter: Linter) -> str:
    """All that a unit depends on besides its file, as text."""
    rules = [
        (rule.rule.name, str(rule.severity), sorted(rule.options.items()))
        for rule in (*linter.card_rules, *linter.deck_rules)
    ]
    kinds = [(kind, notetype.is_cloze, notetype.fields) for kind, notetype in notetypes.items()]
    deck = (config.name, config.tag_prefix, config.areas)
    return repr((_code(), deck, kinds, rules, linter.language.code, linter.terms))


@cache
def _code() -> tuple[str, ...]:
    """The versions of what compiles: our own code by its bytes, libraries by their number."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted((*folder.rglob("*.py"), *folder.glob("data/*"))):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest(), *(f"{name} {version(name)}" for name in _LIBRARIES)
