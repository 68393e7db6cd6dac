"""The list of a deck's cards and its diagnostics, as plain data for the page; whole, or only what changed."""

from __future__ import annotations

import secrets
from functools import lru_cache
from threading import Lock
from typing import Any

from recto.compile import area_of
from recto.diagnostic import Diagnostic
from recto.face import strip_html
from recto.preview.site import ShownCard, View


def index_of(view: View) -> dict[str, Any]:
    """The list for the page: areas → topics → cards, in the order of study, and every diagnostic with its card."""
    names = dict(view.areas)
    areas: dict[str, dict[str, Any]] = {}
    topics: dict[str, dict[str, Any]] = {}
    begins: dict[str, list[tuple[int, str]]] = {}
    for card in view.cards.values():
        note = card.linked.note
        folder = area_of(note.span.path)
        area = areas.setdefault(folder, {"title": names.get(folder, folder), "topics": []})
        if note.span.path not in topics:
            topics[note.span.path] = {"title": note.topic, "path": note.span.path, "cards": []}
            area["topics"].append(topics[note.span.path])
        label, text = _texts(note.fields)
        topics[note.span.path]["cards"].append(
            {"key": card.key, "label": label, "part": _part(card), "text": text, "id": note.id}
        )
        begins.setdefault(note.span.path, []).append((note.span.line, card.key))
    return {
        "title": view.title,
        "version": view.version,
        "language": view.language,
        "areas": list(areas.values()),
        "diagnostics": [_diagnostic(d, begins.get(d.span.path, [])) for d in view.diagnostics],
        "message": view.message,
    }


class Revisions:
    """The list as it was last given out, so that a page which has that gets only the topics that changed since."""

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)  # a page may outlive the server that it got its list from
        self._count = 0
        self._view: View | None = None
        self._index: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        self._lock = Lock()

    def answer(self, view: View, have: str) -> dict[str, Any]:
        """The index of a view with its `revision`; topics that are as in the revision `have` are `{path, same}`."""
        with self._lock:
            if view is not self._view:
                self._count += 1
                self._before, self._index = self._index, {**index_of(view), "revision": f"{self._run}-{self._count}"}
                self._view = view
            for known in (self._index, self._before):
                if have and known.get("revision") == have:
                    return _without(self._index, known)
            return self._index


def _without(index: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    before = {topic["path"]: topic for area in known["areas"] for topic in area["topics"]}

    def shown(topic: dict[str, Any]) -> dict[str, Any]:
        return {"path": topic["path"], "same": True} if before.get(topic["path"]) == topic else topic

    areas = [{**area, "topics": [shown(topic) for topic in area["topics"]]} for area in index["areas"]]
    return {**index, "areas": areas}


@lru_cache(maxsize=50_000)
def _texts(fields: tuple[str, ...]) -> tuple[str, str]:
    """A note's first field in a line, and all that a search may look for, in small letters."""
    texts = [" ".join(strip_html(text).split()) for text in fields]
    return texts[0][:200], " ".join(text for text in texts if text).lower()


def _part(card: ShownCard) -> str:
    """What tells the cards of one note apart, '' when it has only one."""
    if len(card.linked.ordinals) == 1:
        return ""
    return str(card.ordinal + 1) if card.notetype.is_cloze else card.notetype.templates[card.ordinal].name


def _diagnostic(d: Diagnostic, begins: list[tuple[int, str]]) -> dict[str, Any]:
    # The first card of the last note that begins at or above the fault.
    line = max((line for line, _ in begins if line <= d.span.line), default=0)
    key = next((key for start, key in begins if start == line), "")
    return {
        "path": d.span.path,
        "line": d.span.line,
        "column": d.span.column,
        "severity": str(d.severity),
        "rule": d.rule,
        "message": d.message,
        "help": d.help,
        "key": key,
    }
