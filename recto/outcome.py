"""What a command came to, kept while nothing that it depends on changes: then nothing is compiled, linked or written.

Kept in the user's cache folder, as compiled files are (`units`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from recto.cache import NO_CACHE, Cache
from recto.diagnostic import Diagnostic
from recto.inputs import code_version, input_state, read_inputs
from recto.packing import pack, unpack_kept


@dataclass(frozen=True, slots=True)
class Outcome:
    """`now` is the time of the run (s since 1970, UTC), by which claims age and clocks are judged.

    `target` is the package that `build` wrote, '' for none, of `size` bytes. `packages` are the packages that the run
    depends on. Both by path from the deck's folder; `packages` with digests (hex, '' for one that is not there).
    """

    now: int
    diagnostics: tuple[Diagnostic, ...]
    notes: int
    cards: int = 0
    size: int = 0
    target: str = ""
    packages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    key: str
    outcome: Outcome


class Outcomes:
    """The last outcome of one command for one deck. `root` is the deck's folder, `now` the time of this run.

    Nothing here fails: without a cache, or with files that cannot be read, nothing is found and nothing kept.
    """

    def __init__(self, cache: Cache, root: Path, command: str, now: int) -> None:
        self._cache = cache
        self._root = root.resolve()
        self._now = now
        self._place = hashlib.sha256(f"{command}\x00{self._root}".encode(errors="surrogateescape")).hexdigest()
        self._key = self._state = ""
        if cache is not NO_CACHE:
            with contextlib.suppress(OSError):
                inputs = read_inputs(self._root)
                month = time.strftime("%Y-%m", time.gmtime(now))
                self._state = inputs.state
                self._key = hashlib.sha256(repr((inputs.content, month, code_version())).encode()).hexdigest()

    def find(self) -> Outcome | None:
        """What the command came to, if it would come to the same now and its packages are still as it left them."""
        kept = unpack_kept(self._cache.get(self._place), _Kept) if self._key else None
        # A clock that was set back is for the command itself to judge.
        if kept is None or kept.key != self._key or kept.outcome.now > self._now:
            return None
        try:
            if any(self._digest(path) != digest for path, digest in kept.outcome.packages):
                return None
            if kept.outcome.target:
                os.utime(self._root / kept.outcome.target)  # as if written: commands take the newest for the last build
        except OSError:
            return None
        return kept.outcome

    def keep(self, outcome: Outcome, packages: Iterable[Path] = ()) -> None:
        """Keep what the command came to, unless a file changed while it ran. `packages` are all that it depends on."""
        with contextlib.suppress(OSError):
            if not self._key or input_state(self._root) != self._state:
                return
            found = tuple((path, self._digest(path)) for path in sorted(self._relative(p) for p in packages))
            self._cache.put(self._place, pack(_Kept(self._key, replace(outcome, packages=found))))

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _digest(self, path: str) -> str:
        try:
            return hashlib.sha256((self._root / path).read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""
