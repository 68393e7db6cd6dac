"""Who is who in Anki: GUIDs, deck ids, and the digests that tell whether something changed. All pure."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from typing import Any

from recto.model import NoteType

# The renderer lets no `}}` and no `::` but its own into a hole.
_HOLE = re.compile(r"\{\{c(\d+)::(.*?)\}\}", re.DOTALL)
# How it writes the answer of a diagram's part.
_PART = re.compile(r'\{\{c(\d+)::<span class="part" data-part="([^"]*)">')


@lru_cache(maxsize=1 << 17)
def guid_of(namespace: str, card_id: str) -> str:
    """The GUID of a card: 16 lower-case letters and digits from the deck's namespace and the author's id alone.

    Never from text, path, order or time: whatever of those an author changes, Anki finds the learner's note again.
    """
    data = hashlib.sha256(f"{namespace}\x1f{card_id}".encode()).digest()
    return base64.b32encode(data[:10]).decode().lower()


def deck_id_of(deck_id: int, name: str) -> int:
    """The id of a subdeck: unique in the package and the same in every build. Anki itself matches decks by name."""
    data = hashlib.sha256(f"{deck_id}\x1f{name}".encode()).digest()
    return 10**12 + int.from_bytes(data[:5], "big")


def digest_of_note(kind: str, fields: tuple[str, ...], tags: tuple[str, ...]) -> str:
    """What Anki would store of a note, as 20 hex digits. Media count through the hashes in their names.

    `fields` are without the version of the last change: that alone is no change.
    """
    return _digest([kind, fields, tags])


def with_edition(notetype: NoteType, fields: tuple[str, ...], changed_in: str) -> tuple[str, ...]:
    """A note's fields as Anki stores them: with the version in which it last changed, if its note type has it."""
    places = notetype.edition_places
    return tuple(changed_in if n in places else html for n, html in enumerate(fields)) if places else fields


def split_edition(notetype: NoteType, stored: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """What `with_edition` was given for these fields: those that digests are made of, and the version."""
    places = notetype.edition_places
    fields = tuple("" if n in places else html for n, html in enumerate(stored))
    return fields, "".join(stored[n] for n in places)


def digest_of_notetype(notetype: NoteType) -> str:
    """What Anki would store of a note type, as 20 hex digits."""
    templates = [(t.name, t.id, t.front, t.back) for t in notetype.templates]
    fields = [(f.name, f.id) for f in notetype.fields]
    return _digest([notetype.id, notetype.name, notetype.is_cloze, fields, templates, notetype.css])


def digest_of_model(model: Mapping[str, Any]) -> str:
    """`digest_of_notetype` of a note type in Anki's JSON, as `package` writes it."""
    templates = [(t["name"], t["id"], t["qfmt"], t["afmt"]) for t in model["tmpls"]]
    fields = [(f["name"], f["id"]) for f in model["flds"]]
    return _digest([int(model["id"]), model["name"], bool(model["type"]), fields, templates, model["css"]])


def guid_of_note(namespace: str, card_id: str, alias: str) -> str:
    """The GUID of a card that may be known to learners under a former id, or under a foreign `guid:…`."""
    return alias.removeprefix("guid:") if alias.startswith("guid:") else guid_of(namespace, alias or card_id)


def hole_digests(fields: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """(number, 8 hex digits of what is in it) of every hole in a note's fields, by number; hints do not count."""
    texts: dict[int, list[str]] = {}
    for html in fields:
        for number, inside in _HOLE.findall(html):
            texts.setdefault(int(number), []).append(inside.partition("::")[0])
    return tuple(
        (number, hashlib.sha256("\x1f".join(texts[number]).encode()).hexdigest()[:8]) for number in sorted(texts)
    )


def part_digest(part: str) -> str:
    """8 hex digits of a diagram's part: of its id alone, so that drawing and wording may change."""
    return hashlib.sha256(part.encode()).hexdigest()[:8]


def numbered_digests(notetype: NoteType, fields: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """(number, 8 hex digits) of what has a note's cards by number; nothing if nothing has.

    That are holes, the parts of a diagram, or the questions of a chain.
    """
    if notetype.has_parts:
        found = {int(number): unescape(part) for html in fields for number, part in _PART.findall(html)}
        return tuple((number, part_digest(part)) for number, part in sorted(found.items()))
    if notetype.is_cloze:
        return hole_digests(fields)
    if not notetype.max_steps:
        return ()
    questions = {
        int(f.argument or 1): fields[n] for n, f in enumerate(notetype.fields) if f.origin in ("heading", "step")
    }
    return tuple((n, hashlib.sha256(html.encode()).hexdigest()[:8]) for n, html in sorted(questions.items()) if html)


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:20]
