"""The files beside the cards: which there are, what they are called in Anki, whether they are safe to ship."""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import imagesize

from recto.diagnostic import Rule
from recto.errors import ToolError
from recto.model import MediaFile
from recto.rulebook import BROKEN_MEDIA, UNSAFE_MEDIA, UNSAFE_SVG
from recto.suggest import slug

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
SOUNDS = (".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac")
SUPPORTED = PICTURES + SOUNDS

# Names above 120 bytes are cut by Anki (measured, 26.09.3); 40 + a hash stays far below, also with Anki's own suffix.
_STEM_LENGTH = 40
_HASH_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every file below cards/ that is no topic, by path relative to the deck (NFC, `/`); faults by path."""

    files: Mapping[str, MediaFile]
    faults: Mapping[str, tuple[Rule, str]]


def read_inventory(deck: Path, folder: str) -> Inventory:
    """Read all media below a folder of the deck. Raises `ToolError` when a file cannot be read."""
    files: dict[str, MediaFile] = {}
    faults: dict[str, tuple[Rule, str]] = {}
    root = (deck / folder).resolve()
    for path in walk(deck / folder):
        if path.suffix.lower() not in SUPPORTED:
            continue
        relative = unicodedata.normalize("NFC", path.relative_to(deck).as_posix())
        if not path.resolve().is_relative_to(root):
            faults[relative] = (UNSAFE_MEDIA, f"{relative} is a link that leads out of {folder}/")
            continue
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ToolError(f"cannot read {relative}: {error.strerror}") from error
        files[relative], fault = describe_media(relative, data)
        if fault:
            faults[relative] = fault
    return Inventory(files, faults)


def walk(folder: Path) -> list[Path]:
    """Every file below a folder, sorted by path; hidden files and folders are not part of a deck."""
    found: list[Path] = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(base) / name for name in names if not name.startswith(".")]
    return sorted(found)


def describe_media(path: str, data: bytes) -> tuple[MediaFile, tuple[Rule, str] | None]:
    """The packaged name of a file, its size in pixels (0 for sounds), and what is wrong with it."""
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    digest = hashlib.sha256(data).hexdigest()
    # The hash makes a changed picture reach every learner: Anki never replaces a file (guide, media names).
    name = f"{slug(stem)[:_STEM_LENGTH].strip('-') or 'media'}-{digest[:_HASH_LENGTH]}{suffix.lower()}"
    width, height, fault = 0, 0, None
    if not data:
        fault = (BROKEN_MEDIA, f"{path} is empty")
    elif suffix.lower() == ".svg":
        width, height, fault = _read_svg(path, data)
    elif suffix.lower() in PICTURES:
        width, height = imagesize.get(io.BytesIO(data))
        if width <= 0 or height <= 0:
            width, height, fault = 0, 0, (BROKEN_MEDIA, f"{path} is not a picture, whatever its name says")
    return MediaFile(path, name, digest, int(width), int(height)), fault


def _read_svg(path: str, data: bytes) -> tuple[int, int, tuple[Rule, str] | None]:
    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", data, re.IGNORECASE):
        return 0, 0, (UNSAFE_SVG, f"{path} has a DOCTYPE or entities; remove them")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        return 0, 0, (BROKEN_MEDIA, f"{path} is not well-formed: {error}")
    for element in root.iter():
        problem = _svg_problem(element)
        if problem:
            return 0, 0, (UNSAFE_SVG, f"{path}: {problem}")
    return (*_svg_size(root), None)


def _svg_problem(element: ElementTree.Element) -> str:
    tag = _local(element.tag)
    if tag in ("script", "foreignObject", "iframe", "handler", "set", "animate"):
        return f"<{tag}> is not allowed"
    texts = [element.text or ""] if tag == "style" else []
    for name, value in element.attrib.items():
        if _local(name).lower().startswith("on"):
            return f"the handler {_local(name)} is not allowed"
        if _local(name) == "href" and not value.startswith(("#", "data:image/png;", "data:image/jpeg;")):
            return f"the reference {value} leads outside"
        texts.append(value)
    for text in texts:
        if re.search(r"@import|url\(\s*['\"]?(?!#)", text, re.IGNORECASE):
            return "a style refers to something outside"
    return ""


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _svg_size(root: ElementTree.Element) -> tuple[int, int]:
    sizes = [re.fullmatch(r"([\d.]+)(?:px)?", root.get(key, "")) for key in ("width", "height")]
    if sizes[0] and sizes[1]:
        return round(float(sizes[0][1])), round(float(sizes[1][1]))
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    try:
        return round(float(box[2])), round(float(box[3]))
    except (IndexError, ValueError):
        return 0, 0
