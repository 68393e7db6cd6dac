"""When a note or note type was last changed: what decides whether Anki replaces what a learner has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recto.apkg import FIELD_SEPARATOR, Drafts, stored_tags
from recto.errors import ToolError
from recto.identity import digest_of_model
from recto.layout import LOCK_FILE
from recto.ledger import guid_in
from recto.model import Edition, Ledger, NoteType, Promise, Schema, Tombstone

Clock = Callable[[], int]

# Development builds this close together (s) are taken for two of one moment, not for a wrong clock.
_SLACK = 60


class Stamps:
    """Times and versions of last change: the ledger's for what is as promised, else those of this build.

    `drafts` is the last development build, which testers may have: a draft that was taken back must reach them too,
    so it counts as a change. A release gives all that changed its own time, a development build leaves a draft its own.
    The clock is asked only if something is not as promised.
    """

    def __init__(self, clock: Clock, ledger: Ledger, drafts: Drafts, version: str, *, for_release: bool) -> None:
        self._clock = clock
        self._now: int | None = None
        self._ledger = ledger
        self._drafts = drafts
        self._version = version
        self._for_release = for_release
        known: list[tuple[str, Promise | Tombstone]] = [*ledger.gone.items(), *ledger.notes.items()]
        self._promises = {guid_in(ledger, ident, promise.guid): promise for ident, promise in known}

    def changed_in(self, guid: str, digest: str, notetype: NoteType) -> str:
        """The version of the deck in which a note last changed; a draft that was taken back has the promised one.

        '' where no field says it: what was released without a version stays so when its note type gets the field.
        """
        promise = self._promises.get(guid)
        if promise and promise.digest == digest:
            return promise.changed_in
        return self._version if notetype.edition_field else ""

    def of_note(
        self, guid: str, digest: str, notetype: NoteType, fields: tuple[str, ...], tags: tuple[str, ...]
    ) -> int:
        """In seconds since 1970 (UTC). `fields` are as Anki stores them.

        Raises `ToolError` when the clock runs behind what learners or testers have.
        """
        drafted, *content = self._drafts.notes.get(guid, (0,))
        is_draft = content == [notetype.id, FIELD_SEPARATOR.join(fields), stored_tags(tags)]
        return self._time(digest, self._promises.get(guid), drafted, is_draft=is_draft)

    def of_notetype(self, notetype: NoteType, digest: str) -> int:
        """In seconds since 1970 (UTC). Raises `ToolError` as `of_note` does."""
        model = self._drafts.models.get(notetype.id)
        drafted, is_draft = (int(model["mod"]), digest_of_model(model) == digest) if model else (0, False)
        return self._time(digest, self._ledger.notetypes.get(notetype.kind), drafted, is_draft=is_draft)

    def _time(self, digest: str, promise: Promise | Tombstone | Schema | None, drafted: int, *, is_draft: bool) -> int:
        promised = promise.modified if promise else 0
        if promise and promise.digest == digest and drafted <= promised:
            return promised
        if is_draft and not self._for_release and drafted > promised:
            return drafted
        if self._now is None:
            self._now = self._clock()
        # Two builds within a second would carry one time, and Anki would drop the second.
        now = drafted + 1 if 0 <= drafted - self._now < _SLACK else self._now
        if max(promised, drafted) >= now:
            # Anki drops an update that is not newer than what the learner has, without a word (measured, 26.09.3).
            where = "the development build in dist/" if drafted > promised else f"the times in {LOCK_FILE}"
            raise ToolError(
                f"the clock of this machine is behind {where}, so learners would not get the changes",
                hint="set the clock (or SOURCE_DATE_EPOCH) right and build again",
            )
        return now


def at_version(edition: Edition, version: str) -> Edition:
    """The edition under another version; notes that changed in it carry that one.

    Before, its version must be one that nothing was promised under, as that of a development build is.
    """
    notes = tuple(replace(n, changed_in=version) if n.changed_in == edition.version else n for n in edition.notes)
    return replace(edition, version=version, notes=notes)
