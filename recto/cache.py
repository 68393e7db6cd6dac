"""Bytes by key, kept between runs in the user's own cache folder; it knows nothing of what they mean.

The folder is not the deck's: what lies in a deck that somebody else sent must not be taken for work of ours.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

LIMIT = 512 * 2**20
"""Bytes that are kept at the most, of all decks together; what was put first goes first."""

_DIGEST = 16  # bytes of BLAKE2b in front of each entry: a file that was cut short or spoilt is no entry


class Cache:
    """Entries in one folder, a file each; a folder of None keeps nothing.

    Nothing here fails: what cannot be read is not there, what cannot be written is not kept.
    """

    def __init__(self, folder: Path | None, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._written = False

    def get(self, key: str) -> bytes | None:
        """What was put under a key (hex digits), None if there is nothing that is whole."""
        if self._folder is None:
            return None
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        body = data[_DIGEST:]
        if data[:_DIGEST] != _digest(body):
            return None
        return body

    def put(self, key: str, data: bytes) -> None:
        """Keep bytes under a key; two processes may do so at once."""
        if self._folder is None:
            return
        path = self._path(key)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
                try:
                    file.write(_digest(data) + data)
                    file.flush()
                except OSError:  # the disk is full
                    Path(file.name).unlink()
                    raise
            Path(file.name).replace(path)
            self._written = True

    def trim(self) -> None:
        """Delete what was put first until the rest is within the limit; nothing unless something was put."""
        if self._folder is None or not self._written:
            return
        entries: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                state = path.stat()
                entries.append((state.st_mtime, state.st_size, path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self._limit:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / key[:2] / key[2:]


NO_CACHE = Cache(None)
"""Keeps nothing."""


def user_cache(name: str) -> Cache:
    """The cache of this name in the user's cache folder, or in RECTO_CACHE; one that keeps nothing if that is empty."""
    chosen = os.environ.get("RECTO_CACHE")
    if chosen is not None:
        return Cache(Path(chosen) / name if chosen else None)
    from platformdirs import user_cache_path

    try:
        return Cache(user_cache_path("recto", appauthor=False) / name)
    except (OSError, RuntimeError):  # no home
        return Cache(None)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
