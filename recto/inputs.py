"""All that a run depends on: the code that runs, and the deck's files. Light, because it comes before all else."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recto.files import survey
from recto.layout import CARDS_FOLDER, CONFIG_FILE, LOCK_FILE, SYLLABUS_FOLDER, TEMPLATES_FOLDER, TERMS_FILE

_FILES = (CONFIG_FILE, LOCK_FILE, TERMS_FILE)
_FOLDERS = (CARDS_FOLDER, SYLLABUS_FOLDER, TEMPLATES_FOLDER)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of a deck that `check` and `build` read, less dist/, at one moment.

    `content` is a digest (hex) of their names and bytes; `state` of what the system notes of them (inode, size, times),
    which a change also alters if it was taken back.
    """

    content: str
    state: str


def read_inputs(root: Path) -> Inputs:
    """Read them all. Raises `OSError`."""
    content = hashlib.sha256()
    paths = _paths(root)
    state = _state(root, paths)
    for path in paths:
        content.update(f"\x00{os.path.relpath(path, root)}\x00".encode(errors="surrogateescape"))
        if path.is_symlink():  # where it leads decides whether it is part of the deck
            content.update(f"{path.resolve()}\x00".encode(errors="surrogateescape"))
        if path.is_file():
            data = path.read_bytes()
            content.update(f"{len(data)}\x00".encode() + data)
    return Inputs(content.hexdigest(), state)


def input_state(root: Path) -> str:
    """`Inputs.state` as it is now. Raises `OSError`."""
    return _state(root, _paths(root))


def _paths(root: Path) -> list[Path]:
    found = [root / name for name in _FILES if (root / name).exists()]
    for folder in _FOLDERS:
        found += [root / folder] if (root / folder).exists() else []
        files, linked = survey(root / folder)
        found += files + linked
    return found


def _state(root: Path, paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        for found in {path.lstat(), path.stat()} if path.is_symlink() else {path.stat()}:
            # A folder's own times change with whatever lies in it, hidden files of editors included.
            kept = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            digest.update(repr((str(path), *(() if stat.S_ISDIR(found.st_mode) else kept))).encode())
    return digest.hexdigest()


@lru_cache
def code_version() -> tuple[str, ...]:
    """What runs: our own code by its bytes, Python (whose Unicode grows), the libraries by their versions."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted((*folder.rglob("*.py"), *folder.glob("data/*"))):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest(), sys.version, *_distributions()


def _distributions() -> list[str]:
    """The folders that say what is installed: name-version.dist-info (Core metadata, "Recording installed projects").

    `importlib.metadata` takes 20 ms to say less.
    """
    found: set[str] = set()
    for folder in map(Path, sys.path):
        if folder.is_dir():
            found.update(path.name for path in folder.iterdir() if path.suffix in (".dist-info", ".egg-info"))
    return sorted(found)
