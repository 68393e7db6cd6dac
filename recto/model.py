"""The records that travel between the stages. No behaviour.

Words follow Anki's manual (note, card, note type, field, template, deck) and CommonMark (token, inline, block).
A `Card` is one flashcard as written, a `Note` the same one as Anki will store it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

# At run time too: `units` reads the records' types to bring them back from bytes.
from recto.diagnostic import Diagnostic
from recto.source import Span

if TYPE_CHECKING:
    from markdown_it.token import Token


# --- what the deck's author has set up ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunSettings:
    """`[run]` of deck.toml: what the code of one card may use (`time` in s, `memory` in MiB).

    `skipped` is the severity (warning or error) of code whose modules are not installed.
    """

    time: int = 10
    memory: int = 2048
    skipped: str = "warning"


@dataclass(frozen=True, slots=True)
class CoverageGoal:
    """[coverage] of deck.toml, with places: `required` tiers ("all" for every item), `cards` wanted by tier.

    Each is (tier, …, where it stands).
    """

    required: tuple[tuple[str, Span], ...] = ()
    cards: tuple[tuple[str, int, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class StatsGoal:
    """[stats] of deck.toml. `targets` are (group of tags, ((value, percent of the notes), …)).

    A share that is more than `tolerance` percentage points off is marked.
    """

    targets: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    tolerance: int = 3


@dataclass(frozen=True, slots=True)
class Config:
    """deck.toml. `areas` maps folders below `cards/` to subdeck names, in the order of study.

    `study` are tags (without the prefix, with their places) of which notes with the first one come first in their area.
    `description` may hold {version}, {date} and {news}; `language` (zh or en) is that of NEWS.md.
    """

    name: str
    slug: str
    namespace: str
    version: str
    deck_id: int
    tag_prefix: str
    language: str
    description: str
    areas: tuple[tuple[str, str], ...]
    study: tuple[tuple[str, Span], ...] = ()
    run: RunSettings = RunSettings()
    coverage: CoverageGoal = field(default_factory=CoverageGoal)
    stats: StatsGoal = field(default_factory=StatsGoal)


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
    """A note type; `kind` is the name that authors write (`qa`, `cloze`), `name` the one in Anki.

    `span` is where its table begins in notetypes.toml.
    """

    kind: str
    span: Span
    id: int
    name: str
    is_cloze: bool
    fields: tuple[FieldType, ...]
    templates: tuple[CardTemplate, ...]
    css: str
    edition_places: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the field with the version of a note's last change once: every note asks for it."""
        places = tuple(n for n, f in enumerate(self.fields) if f.origin == "edition")
        object.__setattr__(self, "edition_places", places)

    @property
    def max_steps(self) -> int:
        """How many questions a chain of this type can have; 0 if it is no chain."""
        return max((int(f.argument) for f in self.fields if f.origin == "step"), default=0)

    @property
    def has_options(self) -> bool:
        """Whether a task list in the answer is a choice that the learner makes."""
        return any(f.origin == "options" for f in self.fields)

    @property
    def edition_field(self) -> str:
        """The name of the field that holds the version in which a note last changed; '' if there is none."""
        return next((self.fields[place].name for place in self.edition_places), "")

    @property
    def has_parts(self) -> bool:
        """Whether it is a diagram: its holes are the parts of a drawing."""
        return any(f.origin == "parts" for f in self.fields)


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
class Allowance:
    """A comment `<!-- allow RULE: reason -->` in a card: what the rule says of this card is meant."""

    rule: str
    span: Span


@dataclass(frozen=True, slots=True)
class ItemUse:
    """A syllabus item that a card covers, as written: its id, and where it is named."""

    id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Card:
    """One flashcard as written; `id` is '' while the author has not chosen one.

    `tags` are those of the file and of the card, without the deck's prefix. `sections` are (field name, passage) in
    the order of the file, `steps` (question, answer) of the second and further questions of a chain.
    """

    id: str
    span: Span
    notetype: NoteType
    attributes: Attributes
    tags: tuple[str, ...]
    covers: tuple[ItemUse, ...]
    question: Passage
    body: Passage
    sections: tuple[tuple[str, Passage], ...]
    steps: tuple[tuple[Passage, Passage], ...] = ()
    allowances: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One parsed file. `deck` is the subdeck that its front matter names ('' for the default)."""

    title: str
    deck: str
    order: int
    cards: tuple[Card, ...]
    footnotes: dict[str, Passage]


RETIRED_TAG = "retired"
"""The tag, behind the deck's prefix, of a card that is withdrawn."""


@dataclass(frozen=True, slots=True)
class MediaUse:
    """A picture or sound that a note shows: path relative to the deck, and where it is mentioned."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class HoleUse:
    """A hole of a cloze note, as written: its number, its text, its place.

    Also the question of a chain's step, or a part of a diagram, whose text is its id.
    """

    number: int
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class PartUse:
    """A part that a diagram asks for: its id in the drawing, the answer in words, and where the list names it."""

    id: str
    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class DiagramUse:
    """The drawing of a diagram: path relative to the deck, where it is mentioned, and its parts in their order."""

    path: str
    span: Span
    parts: tuple[PartUse, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One card rendered: `fields` in the order of its note type, HTML.

    Before `link` a media file stands in the HTML as STX + its path + ETX (control characters that no source text can
    hold); `link` puts the packaged name there. The pictures of a diagram, made of its drawing, stand there as
    `recto.drawing.marks` says. `topic` is the H1 of its file. `alias` is the identity under which learners know the
    note if not its id: a former id, or `guid:` and a GUID. `holes` are those of a cloze note, the steps of a chain or
    the parts of a diagram: what has its cards by number. `as_of` is the month in which its claims were true, '' if
    they do not age; `allowances` those of rules that look at the whole deck. `guid`, `digest` and `numbers` are what
    `identity` says of it, the latter two '' and empty while it waits for the names of media. `filled` has the bit n set
    if Anki takes field n for filled; `asked` and `said` are what `checks.gist` says.
    """

    id: str
    kind: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    media: tuple[MediaUse, ...]
    covers: tuple[ItemUse, ...]
    span: Span
    topic: str
    alias: str = ""
    holes: tuple[HoleUse, ...] = ()
    as_of: str = ""
    allowances: tuple[Allowance, ...] = ()
    diagram: DiagramUse | None = None
    guid: str = ""
    digest: str = ""
    numbers: tuple[tuple[int, str], ...] = ()
    filled: int = 0
    asked: str = ""
    said: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Listing:
    """The text of a code fence: `span` is its opening line, `lines` where each line of the text stands."""

    text: str
    span: Span
    lines: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Code that can be executed: `kind` is `run` (shown, `output` is what the card says it prints) or `verify`."""

    kind: str
    code: Listing
    output: Listing | None


@dataclass(frozen=True, slots=True)
class Program:
    """The executable code of one card (or one footnote, `card` is then `^label`): its blocks in the file's order."""

    card: str
    blocks: tuple[CodeBlock, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One compiled topic file. `deck` is the full deck name of its cards, `order` its place in its folder."""

    path: str
    topic: str
    deck: str
    order: int
    notes: tuple[Note, ...]
    diagnostics: tuple[Diagnostic, ...]
    programs: tuple[Program, ...] = ()


# --- the whole deck ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that a package carries: `path` on disk relative to the deck, `name` in Anki, size in pixels if known.

    `data` is what a file holds that was made of the one at `path` and stands on no disk.
    """

    path: str
    name: str
    digest: str
    width: int = 0
    height: int = 0
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class LinkedNote:
    """A note with all that `package` needs: identity, time of its last change (s since 1970, UTC), card ordinals.

    `holes` are (number, digest) of its holes or steps (`identity.numbered_digests`). `changed_in` is the version of the
    deck in which it last changed, '' for notes that are older than such versions; `note.fields` are without it
    (`identity.with_edition` puts it there), and so are the digests.
    """

    note: Note
    guid: str
    digest: str
    modified: int
    ordinals: tuple[int, ...]
    deck: str
    retired: bool
    holes: tuple[tuple[int, str], ...] = ()
    changed_in: str = ""


@dataclass(frozen=True, slots=True)
class LinkedNoteType:
    """A note type with the time of its last change (s since 1970, UTC) and the digest of its look."""

    notetype: NoteType
    digest: str
    modified: int


@dataclass(frozen=True, slots=True)
class Edition:
    """The whole deck at one version. `notes` are in the order of study, `media` sorted by name.

    `released` is the time of the release in s since 1970 (UTC), 0 for a build between releases, whose `version` ends
    in `-dev`. `headline` is what the release brings, in a line; the `description` shows it.
    """

    title: str
    slug: str
    namespace: str
    version: str
    released: int
    headline: str
    deck_id: int
    description: str
    notes: tuple[LinkedNote, ...]
    notetypes: tuple[LinkedNoteType, ...]
    media: tuple[MediaFile, ...]


# --- what was given to learners ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Promise:
    """What the last package promised about one note.

    `ordinals` are its cards; `holes` (number, digest of its HTML) the holes of a cloze note or the steps of a chain,
    `lost` the ones that an edit took away, whose cards learners may still have; `guid` is '' when it is made of the id;
    `modified` in s since 1970 (UTC); `changed_in` as in `LinkedNote`.
    """

    kind: str
    digest: str
    modified: int
    deck: str
    ordinals: tuple[int, ...]
    holes: tuple[tuple[int, str], ...] = ()
    lost: tuple[tuple[int, str], ...] = ()
    guid: str = ""
    retired: bool = False
    changed_in: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """What the last package promised about one note type: fields and templates are (id, name) in their order."""

    id: int
    is_cloze: bool
    digest: str
    modified: int
    fields: tuple[tuple[int, str], ...]
    templates: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A removed card: its last promise and the version that no longer had it."""

    version: str
    kind: str
    digest: str
    modified: int
    guid: str = ""
    changed_in: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """deck.lock: what releases so far have promised to learners. `notes` and `gone` by card id, `notetypes` by kind.

    Empty (version '') before the first release. `released` in s since 1970 (UTC), `headline` as in its edition.
    """

    version: str = ""
    released: int = 0
    headline: str = ""
    namespace: str = ""
    notes: dict[str, Promise] = field(default_factory=dict)
    notetypes: dict[str, Schema] = field(default_factory=dict)
    gone: dict[str, Tombstone] = field(default_factory=dict)
