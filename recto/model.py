"""The records that travel between the stages. No behaviour.

Words follow Anki's manual (note, card, note type, field, template, deck) and CommonMark (token, inline, block).
A `Card` is one flashcard as written, a `Note` the same one as Anki will store it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

    from recto.diagnostic import Diagnostic
    from recto.source import Span


# --- what the deck's author has set up ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Config:
    """deck.toml. `areas` maps folders below `cards/` to subdeck names, in the order of study."""

    name: str
    slug: str
    namespace: str
    version: str
    deck_id: int
    tag_prefix: str
    description: str
    areas: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FieldType:
    """One field of a note type. `origin`/`argument` say what fills it (see `templates/notetypes.toml`)."""

    name: str
    id: int
    origin: str
    argument: str
    headings: tuple[str, ...]
    required: bool
    flag: bool
    needs_option: str


@dataclass(frozen=True, slots=True)
class CardTemplate:
    """One template of a note type: the HTML of both sides, with Anki's `{{Field}}` replacements."""

    name: str
    id: int
    front: str
    back: str


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type; `kind` is the name that authors write (`qa`, `cloze`), `name` the one in Anki."""

    kind: str
    id: int
    name: str
    is_cloze: bool
    fields: tuple[FieldType, ...]
    templates: tuple[CardTemplate, ...]
    css: str


# --- one card on its way through ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of Markdown inside a card: block tokens (borrowed, read-only), or one inline token for a question."""

    span: Span
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a heading says between { and }. Each value comes with its place; `id` may be missing."""

    id: tuple[str, Span] | None
    classes: tuple[tuple[str, Span], ...]
    options: tuple[tuple[str, str, Span], ...]

    def option(self, name: str) -> str:
        """The value of an option, '' when it is not set."""
        return next((value for key, value, _ in self.options if key == name), "")

    def has_class(self, name: str) -> bool:
        """Whether `.name` is set."""
        return any(word == name for word, _ in self.classes)


@dataclass(frozen=True, slots=True)
class Card:
    """One flashcard as written; `id` is '' while the author has not chosen one.

    `tags` are those of the file and of the card, without the deck's prefix. `sections` are (field name, passage) in
    the order of the file.
    """

    id: str
    span: Span
    notetype: NoteType
    attributes: Attributes
    tags: tuple[str, ...]
    covers: tuple[str, ...]
    question: Passage
    body: Passage
    sections: tuple[tuple[str, Passage], ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One parsed file. `deck` is the subdeck that its front matter names ('' for the default)."""

    title: str
    deck: str
    order: int
    cards: tuple[Card, ...]
    footnotes: dict[str, Passage]


@dataclass(frozen=True, slots=True)
class MediaUse:
    """A picture or sound that a note shows: path relative to the deck, and where it is mentioned."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """One card rendered: `fields` in the order of its note type, HTML.

    Before `link` a media file stands in the HTML as STX + its path + ETX (control characters that no source text can
    hold); `link` puts the packaged name there.
    """

    id: str
    kind: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    media: tuple[MediaUse, ...]
    covers: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Unit:
    """One compiled topic file. `deck` is the full deck name of its cards, `order` its place in its folder."""

    path: str
    topic: str
    deck: str
    order: int
    notes: tuple[Note, ...]
    diagnostics: tuple[Diagnostic, ...]


# --- the whole deck ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that a package carries: `path` on disk relative to the deck, `name` in Anki, size in pixels if known."""

    path: str
    name: str
    digest: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class LinkedNote:
    """A note with all that `package` needs: identity, time of its last change (s since 1970, UTC), card ordinals."""

    note: Note
    guid: str
    digest: str
    modified: int
    ordinals: tuple[int, ...]
    deck: str


@dataclass(frozen=True, slots=True)
class LinkedNoteType:
    """A note type with the time of its last change (s since 1970, UTC) and the digest of its look."""

    notetype: NoteType
    digest: str
    modified: int


@dataclass(frozen=True, slots=True)
class Edition:
    """The whole deck at one version. `notes` are in the order of study, `media` sorted by name."""

    title: str
    slug: str
    version: str
    deck_id: int
    description: str
    notes: tuple[LinkedNote, ...]
    notetypes: tuple[LinkedNoteType, ...]
    media: tuple[MediaFile, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What an earlier package promised about one note or note type: digest of its content, time of its last change."""

    digest: str
    modified: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """deck.lock: what packages so far have promised to learners. `notes` by card id, `notetypes` by kind."""

    version: str = ""
    notes: dict[str, Promise] = field(default_factory=dict)
    notetypes: dict[str, Promise] = field(default_factory=dict)
