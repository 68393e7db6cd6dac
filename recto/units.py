"""All files of a deck compiled: those kept from earlier runs, and the rest, by several processes if they are many.

`compile` knows nothing of it. A unit depends on its file's bytes and on its fingerprint: this code, the libraries that
parse and highlight, the kinds and fields of the note types, deck.toml, the rules. Templates and CSS are no part of it,
because Anki fills them: a new look compiles nothing again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from recto.cache import Cache
from recto.checks.linter import Linter
from recto.compile import compile_source
from recto.inputs import code_version
from recto.model import Config, NoteType, Unit
from recto.packing import pack, unpack, unpack_kept
from recto.source import Source

Progress = Callable[[Iterable[Source], int], Iterable[Source]]
"""(sources, how many) → the same sources, shown as they are taken."""

# Characters to compile from which on a second process is worth its start (measured: about 0.2 s of work).
_SHARED_OUT = 100_000


def compile_sources(
    sources: Sequence[Source],
    config: Config,
    notetypes: Mapping[str, NoteType],
    linter: Linter,
    *,
    cache: Cache,
    progress: Progress,
) -> dict[str, Unit]:
    """The units by path, in the order of the sources. `progress` is shown those that are compiled."""
    store = UnitStore(cache, config, notetypes, linter)
    kept = {source.path: store.find(source.path, source.text) for source in sources}
    left = [source for source in sources if kept[source.path] is None]
    compile_packed = partial(_compile_packed, config=config, notetypes=notetypes, linter=linter)
    compiled: Iterator[bytes] = map(compile_packed, left)
    if sum(len(source.text) for source in left) >= _SHARED_OUT:
        from recto.parallel import map_parallel  # slow to load, and needed for large decks only

        compiled = map_parallel(compile_packed, left)
    units = {path: unit for path, unit in kept.items() if unit is not None}
    for source in progress(left, len(left)):
        data = next(compiled)
        store.keep(source.path, source.text, data)
        units[source.path] = unpack(data, Unit)
    store.close()
    return {source.path: units[source.path] for source in sources}


def _compile_packed(source: Source, config: Config, notetypes: Mapping[str, NoteType], linter: Linter) -> bytes:
    return pack(compile_source(source, config, notetypes, linter))


class UnitStore:
    """The units of one deck as it is set up now, in a cache."""

    def __init__(self, cache: Cache, config: Config, notetypes: Mapping[str, NoteType], linter: Linter) -> None:
        self._cache = cache
        self._base = hashlib.sha256(fingerprint(config, notetypes, linter).encode())

    def find(self, path: str, text: str) -> Unit | None:
        """The unit of a file with this text, None if it is to be compiled."""
        return unpack_kept(self._cache.get(self._key(path, text)), Unit)

    def keep(self, path: str, text: str, data: bytes) -> None:
        """Keep the packed unit that was compiled from this text."""
        self._cache.put(self._key(path, text), data)

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
    deck = (config.name, config.namespace, config.tag_prefix, config.areas)
    return repr((code_version(), deck, kinds, rules, linter.language.code, linter.terms))
