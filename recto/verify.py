"""Import a package into a throw-away collection of the real Anki: the only module that knows `anki`."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.apkg import open_database, read_collection
from recto.errors import ToolError

if TYPE_CHECKING:
    from anki.collection import Collection as Collection  # for `upgrade`: anki has one door

_ANKI_ERRORS = (
    "The front of this card is blank",
    "but there is no field called",
    "No cloze ",
    "Card template",
    "unable to",
)
_LOG_KEYS = (
    "new",
    "updated",
    "duplicate",
    "conflicting",
    "missing_notetype",
    "missing_deck",
    "empty_first_field",
)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What real Anki said. `decks` and `notetypes` count cards and notes by name; no `problems`: all is well."""

    anki_version: str
    notes: int
    cards: int
    media: int
    decks: tuple[tuple[str, int], ...]
    notetypes: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]


def import_apkg(package: Path) -> ImportReport:
    """Import a package twice with Anki's default options and look at every card.

    Raises `ToolError` when Anki is not installed or refuses the file.
    """
    with open_collection() as collection:
        first = import_into(collection, package)
        problems = [
            *_check_first_import(first, package),
            *_check_cards(collection),
            *_check_collection(collection),
        ]
        second = import_into(collection, package)
        if second["new"] or second["updated"] or second["conflicting"]:
            problems.append(f"importing the same package again changed something: {describe_log(second)}")
        return ImportReport(
            anki_version=anki_version(),
            notes=collection.note_count(),
            cards=collection.card_count(),
            media=sum(1 for path in Path(collection.media.dir()).iterdir() if path.is_file()),
            decks=_count(collection.decks.name(did) for (did,) in collection.db.execute("select did from cards")),
            notetypes=_count(
                _notetype_name(collection, mid) for (mid,) in collection.db.execute("select mid from notes")
            ),
            problems=tuple(problems),
        )


@contextmanager
def open_collection() -> Iterator[Collection]:
    """An empty collection in a temporary folder, gone afterwards."""
    try:
        from anki.collection import Collection
        from anki.lang import set_lang
    except ImportError as error:
        raise ToolError(
            "Anki is not installed here", hint="pip install 'recto[verify]' (the project's .venv has it)"
        ) from error
    with tempfile.TemporaryDirectory(prefix="recto-anki-") as folder:
        set_lang("en_US")
        collection = Collection(str(Path(folder) / "collection.anki2"))
        try:
            yield collection
        finally:
            collection.close()


def import_into(collection: Collection, package: Path, *, migrate: bool = False) -> dict[str, int]:
    """Import with the options that Anki's dialog proposes; the numbers of its log. Raises `ToolError` if it refuses.

    `migrate`: with «merge note types» and «update notes: always», as a learner ticks for a changed note type.
    """
    from anki.collection import ImportAnkiPackageRequest
    from anki.errors import BackendError
    from anki.import_export_pb2 import IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS

    options = collection._backend.get_import_anki_package_presets()
    if migrate:
        options.merge_notetypes = True
        options.update_notes = IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS
    request = ImportAnkiPackageRequest(package_path=str(package.resolve()), options=options)
    try:
        log = collection.import_anki_package(request).log
    except BackendError as error:
        raise ToolError(f"Anki refuses {package}: {error}", hint="build the package again") from error
    collection.models._clear_cache()
    return {key: len(getattr(log, key)) for key in _LOG_KEYS}


def export_legacy(package: Path, target: Path) -> None:
    """Write a package of Anki's newest format again in the old one, which needs no Anki to read."""
    from anki.collection import ExportAnkiPackageOptions

    with open_collection() as collection:
        import_into(collection, package)
        options = ExportAnkiPackageOptions(with_scheduling=False, with_media=False, legacy=True)
        collection.export_anki_package(out_path=str(target), options=options, limit=None)


def _check_first_import(log: dict[str, int], package: Path) -> list[str]:
    expected = _notes_in(package)
    if expected is not None and (log["new"] != expected or sum(log.values()) != expected):
        return [f"the package holds {expected} notes, Anki's log says: {describe_log(log)}"]
    return []


def _check_cards(collection: Collection) -> list[str]:
    problems: list[str] = []
    for (card_id,) in collection.db.execute("select id from cards order by id"):
        card = collection.get_card(card_id)
        output = card.render_output()
        name = _card_name(card)
        for side, text in (("question", output.question_text), ("answer", output.answer_text)):
            found = next((error for error in _ANKI_ERRORS if error in text), "")
            if found or not _visible(text):
                problems.append(f"{name}: the {side} shows {f'«{found}…»' if found else 'nothing'}")
            if "[[type:" in text or "[latex]" in text:
                problems.append(f"{name}: the {side} holds text that Anki acts on")
    return problems


def _check_collection(collection: Collection) -> list[str]:
    problems = []
    media = collection.media.check()
    if media.missing:
        problems.append(f"missing media: {', '.join(sorted(media.missing))}")
    if media.unused:
        problems.append(f"unused media: {', '.join(sorted(media.unused))}")
    empty = collection.get_empty_cards()
    if empty.notes:
        problems.append(f"{len(empty.notes)} notes have cards that Anki calls empty")
    # Anki rebuilds the cards that templates ask for: none may be missing in the package, and none too many.
    before = collection.card_count()
    message, ok = collection.fix_integrity()
    if not ok or "rebuilt" not in message or len(message.strip().splitlines()) > 1 or collection.card_count() != before:
        problems.append(f"Check Database: {message}")
    return problems


def _card_name(card: Any) -> str:
    note = card.note()
    ident = note["Id"] if "Id" in note.keys() else note.guid  # noqa: SIM118 - Anki's notes are no dicts
    return f"{ident} card {card.ord + 1}"


def _visible(html: str) -> str:
    """Text and pictures of a side, without style and tags."""
    without_style = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"<(?!img\b)[^>]*>", "", without_style).strip()


def _notes_in(package: Path) -> int | None:
    """How many notes a package holds; None if only Anki can tell."""
    data = read_collection(package)
    if data is None:
        return None
    with open_database(data, package) as connection:
        (count,) = connection.execute("select count(*) from notes").fetchone()
    return int(count)


def _notetype_name(collection: Collection, notetype_id: int) -> str:
    from anki.models import NotetypeId

    found = collection.models.get(NotetypeId(notetype_id))
    return str(found["name"]) if found else str(notetype_id)


def _count(names: Iterator[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items()))


def describe_log(log: Mapping[str, int]) -> str:
    """The numbers of Anki's import log in words."""
    return ", ".join(f"{count} {key.replace('_', ' ')}" for key, count in log.items() if count) or "nothing"


def anki_version() -> str:
    """The version of the Anki that is installed."""
    from anki.buildinfo import version

    return str(version)
