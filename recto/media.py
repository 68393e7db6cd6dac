"""The files beside the cards: which there are, what they are called in Anki, whether they are safe to ship."""

from __future__ import annotations

import contextlib
import hashlib
import io
import posixpath
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import imagesize

from recto.diagnostic import Rule
from recto.errors import ToolError
from recto.files import walk
from recto.model import MediaFile
from recto.rulebook import BROKEN_MEDIA, UNSAFE_MEDIA, UNSAFE_SVG
from recto.suggest import slug

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
SOUNDS = (".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac")
SUPPORTED = PICTURES + SOUNDS

# The first bytes of each type (their specifications); a file of another type would be shown by some clients only.
_SIGNATURES = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".webp": (b"RIFF",),
}

# Names above 120 bytes are cut by Anki (measured, 26.09.3); 40 + a hash stays far below, also with Anki's own suffix.
_STEM_LENGTH = 40
_HASH_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every file below cards/ that is no topic, by path relative to the deck (NFC, `/`); faults by path.

    `drawings` is what the SVG files without faults hold, for the pictures that are made of them.
    """

    files: Mapping[str, MediaFile]
    faults: Mapping[str, tuple[Rule, str]]
    drawings: Mapping[str, bytes] = field(default_factory=dict)


def read_inventory(deck: Path, folder: str) -> Inventory:
    """Read all media below a folder of the deck. Raises `ToolError` when a file cannot be read."""
    files: dict[str, MediaFile] = {}
    faults: dict[str, tuple[Rule, str]] = {}
    drawings: dict[str, bytes] = {}
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
        file, fault = describe_media(relative, data)
        files[relative] = replace(file, path=path.relative_to(deck).as_posix())
        if fault:
            faults[relative] = fault
        elif path.suffix.lower() == ".svg":
            drawings[relative] = data
    return Inventory(files, faults, drawings)


def read_media(deck: Path, file: MediaFile) -> bytes:
    """What a file of a package holds. Raises `OSError`."""
    return file.data or (deck / file.path).read_bytes()


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
        width, height = imagesize.get(io.BytesIO(data)) if data.startswith(_SIGNATURES[suffix.lower()]) else (0, 0)
        if width <= 0 or height <= 0:
            width, height, fault = 0, 0, (BROKEN_MEDIA, f"{path} is not a picture, whatever its name says")
    return MediaFile(path, name, digest, int(width), int(height)), fault


def _read_svg(path: str, data: bytes) -> tuple[int, int, tuple[Rule, str] | None]:
    problem = _svg_declarations(data)
    if problem:
        return 0, 0, (UNSAFE_SVG, f"{path} {problem}")
    try:
        root = ElementTree.fromstring(data)  # without a DOCTYPE there is nothing to expand
    except (ElementTree.ParseError, LookupError) as error:
        return 0, 0, (BROKEN_MEDIA, f"{path} is not well-formed: {error}")
    for element in root.iter():
        problem = _svg_problem(element)
        if problem:
            return 0, 0, (UNSAFE_SVG, f"{path}: {problem}")
    return (*svg_size(root), None)


def _svg_declarations(data: bytes) -> str:
    """What stands before the picture and could load or expand something, in any encoding; '' if nothing does."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append("has a DOCTYPE or entities; remove them")
    parser.ProcessingInstructionHandler = lambda *_: found.append("has a processing instruction <?…?>; remove it")
    with contextlib.suppress(expat.ExpatError, LookupError):  # reported as not well-formed
        parser.Parse(data, True)
    return found[0] if found else ""


def _svg_problem(element: ElementTree.Element) -> str:
    tag = local_name(element.tag)
    if tag in ("script", "foreignObject", "iframe", "handler", "set", "animate"):
        return f"<{tag}> is not allowed"
    texts = [element.text or ""] if tag == "style" else []
    for name, value in element.attrib.items():
        if local_name(name).lower().startswith("on"):
            return f"the handler {local_name(name)} is not allowed"
        if local_name(name) == "href" and not value.startswith(("#", "data:image/png;", "data:image/jpeg;")):
            return f"the reference {value} leads outside"
        texts.append(value)
    for text in texts:
        # A backslash could hide any of these words from this search (CSS Syntax, 4.3.7).
        if "\\" in text or re.search(r"@import|image-set|url\(\s*['\"]?(?!#)", text, re.IGNORECASE):
            return "a style refers to something outside"
    return ""


def local_name(name: object) -> str:
    """The name of an XML element or attribute without its namespace."""
    return str(name).rpartition("}")[2]


def svg_size(root: ElementTree.Element) -> tuple[int, int]:
    """An SVG's width and height in px, from these attributes or the viewBox; 0, 0 when neither says."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    for width, height in ((root.get("width", ""), root.get("height", "")), tuple((box * 4)[2:4])):
        with contextlib.suppress(ValueError, OverflowError):
            return round(float(width.removesuffix("px"))), round(float(height.removesuffix("px")))
    return 0, 0
