"""The author's files: which there are below a folder, text read with its faults, files replaced whole or not at all."""

from __future__ import annotations

import codecs
import contextlib
import errno
import glob
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from recto.diagnostic import Diagnostic
from recto.errors import ToolError
from recto.rulebook import CONTROL_CHARACTER, INVISIBLE_CHARACTER, NOT_UTF_8
from recto.source import Source, normalize

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_ABANDONED = 3600  # seconds after which a temporary file is taken for left behind where files cannot be locked

# What Anki drops or cannot store, and what nobody sees: the controls of Latin-1, zero width, and what turns the order
# of letters about (embedding, override, isolate: UAX #9, 2.1 to 2.4). U+200C and U+200D make Persian words and emoji.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_INVISIBLE = re.compile("[\x80-\x9f\u200b\u2060-\u2064\ufeff]|[\u202a-\u202e\u2066-\u2069]")
_UNSEEN = re.compile(f"{_CONTROL.pattern}|{_INVISIBLE.pattern}")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def walk(folder: Path) -> list[Path]:
    """Every file below a folder, sorted by path; hidden ones and linked folders are not part of a deck."""
    return survey(folder)[0]


def survey(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files of `walk`, and the links to folders that it does not enter, sorted."""
    found: list[Path] = []
    linked: list[Path] = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked += [Path(base) / name for name in folders if Path(base, name).is_symlink()]
        found += [Path(base) / name for name in names if not name.startswith(".")]
    return sorted(found), linked


def read_source(root: Path, path: Path) -> tuple[Source, list[Diagnostic]]:
    """Read one text file; what is not UTF-8 or not printable is replaced and reported. Raises `ToolError`."""
    relative = path.relative_to(root).as_posix()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ToolError(f"cannot read {relative}: {error.strerror}") from error
    if data.startswith(_UTF_16) or _looks_like_utf_16(data):
        source = Source(relative, "")
        return source, [NOT_UTF_8.at(source.span(0), "this file is UTF-16", "save it as UTF-8")]
    diagnostics: list[Diagnostic] = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        good = normalize(data[: error.start].decode("utf-8"))
        text = data.decode("utf-8", errors="replace")
        source = Source(relative, normalize(text))
        message = f"byte {data[error.start]:#04x} is not UTF-8"
        diagnostics.append(NOT_UTF_8.at(source.span(len(good)), message, "save the file as UTF-8"))
    text = normalize(text)
    if not _UNSEEN.search(text):
        return Source(relative, text), diagnostics
    source = Source(relative, _CONTROL.sub("\ufffd", text))
    for found in _CONTROL.finditer(text):
        message = f"the invisible character U+{ord(found[0]):04X}"
        diagnostics.append(CONTROL_CHARACTER.at(source.span(found.start()), message, "delete it"))
    for found in _INVISIBLE.finditer(text):
        code = f"{ord(found[0]):04X}"
        help_ = f"delete it; if it is meant, write &#x{code};"
        diagnostics.append(
            INVISIBLE_CHARACTER.at(source.span(found.start()), f"the invisible character U+{code}", help_)
        )
    return source, diagnostics


def _looks_like_utf_16(data: bytes) -> bool:
    """Whether every second byte of the beginning is NUL, as in Latin text in UTF-16 without its mark."""
    head = data[: min(len(data), 64) & ~1]
    return len(head) >= 8 and any(sum(byte == 0 for byte in half) * 2 > len(half) for half in (head[::2], head[1::2]))


def replace_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, keeping its mode. Raises `ToolError`."""
    try:
        with replacing(path) as file:
            file.write(data)
    except OSError as error:
        raise ToolError(f"cannot write {path}: {error.strerror}", hint=hint_of(error)) from error


@contextlib.contextmanager
def taken_back_on_failure(*paths: Path) -> Iterator[None]:
    """When a file cannot be written in this block, these are again as before it, or gone if they were not there.

    Ctrl-C takes nothing back: it may come after the last of them is in its place.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in paths}
    try:
        yield
    except (OSError, ToolError):
        for path, data in before.items():
            with contextlib.suppress(OSError, ToolError):  # the first failure is the one to report
                if data is None:
                    path.unlink(missing_ok=True)
                elif path.read_bytes() != data:
                    replace_file(path, data)
        raise


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A file to be written that takes the place of `target` when the block ends well; else `target` stays as it is.

    It is written beside its target, on disk before it is renamed, and keeps the mode of what it replaces. What a killed
    process left behind here is removed; what a running one writes is not. Raises `OSError`.
    """
    _remove_abandoned(target)
    file, temporary = _open_temporary(target)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _take_mode(temporary, target)
            if fcntl:  # while the file is open, it is locked, and no other process takes it for abandoned
                temporary.replace(target)
        if not fcntl:  # Windows renames no open file
            temporary.replace(target)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def hint_of(error: OSError) -> str:
    """What to do about a file that could not be written."""
    return {
        errno.ENOSPC: "the disk is full: make room and run this again; nothing was changed",
        errno.EDQUOT: "your quota is used up: make room and run this again; nothing was changed",
        errno.EROFS: "this place can only be read",
        errno.EACCES: "you may not write there",
        errno.EPERM: "you may not write there",
    }.get(error.errno or 0, "")


def _open_temporary(target: Path) -> tuple[BinaryIO, Path]:
    while True:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
        file = os.fdopen(handle, "wb")
        if not fcntl:
            return file, Path(name)
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:  # nobody has taken it for abandoned before it was locked
            return file, Path(name)
        file.close()


def _remove_abandoned(target: Path) -> None:
    for path in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            if not fcntl:
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink()
                continue
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def _take_mode(temporary: Path, target: Path) -> None:
    if target.exists():
        shutil.copymode(target, temporary)
    else:
        temporary.chmod(0o644)
