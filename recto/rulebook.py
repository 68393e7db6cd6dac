"""Every fault that recto reports, in one readable list; `docs/rules.md` and the fixtures are held to it by tests."""

from __future__ import annotations

from recto.diagnostic import Rule, Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING

# The file
NOT_UTF_8 = Rule("not-utf-8", ERROR, "Bytes that are not UTF-8 would reach the learner as garbage.")
CONTROL_CHARACTER = Rule(
    "control-character",
    ERROR,
    "Anki drops control characters, and U+001F makes the whole package unimportable.",
)
INVISIBLE_CHARACTER = Rule(
    "invisible-character",
    WARNING,
    "Nobody sees it, but a search does not find the word, and text or code may read otherwise than it is.",
)
BROKEN_FRONT_MATTER = Rule(
    "broken-front-matter",
    ERROR,
    "The settings of the file cannot be read, so its tags and subdeck would be lost.",
)
UNKNOWN_FRONT_MATTER = Rule("unknown-front-matter", ERROR, "A misspelt setting does nothing, and nobody notices.")
MISSING_TOPIC = Rule(
    "missing-topic", ERROR, "The H1 is the topic that the learner reads above every question of the file."
)
TWO_TOPICS = Rule("two-topics", ERROR, "One file is one topic; a second H1 is usually an H2 with one # lost.")
STRAY_TEXT = Rule("stray-text", ERROR, "Text that belongs to no card would silently never reach a learner.")
NO_CARDS = Rule("no-cards", WARNING, "A topic without a card teaches nobody anything.")
BAD_DECK_NAME = Rule(
    "bad-deck-name",
    ERROR,
    "Anki inserts «blank» for an empty part of a deck name, which makes a second deck.",
)
BAD_TAG = Rule(
    "bad-tag",
    ERROR,
    "Anki splits a tag at white space (U+3000 too) and gives `marked` and `leech` a meaning of its own.",
)

# The heading of a card
MISSING_ID = Rule("missing-id", ERROR, "The id is what a learner's history hangs on; text and place may change.")
DUPLICATE_ID = Rule("duplicate-id", ERROR, "Two notes with one identity: later updates reach only one of them.")
MALFORMED_ID = Rule("malformed-id", ERROR, "An id is kept for ever, so it must be easy to type and to compare.")
MISSING_QUESTION = Rule("missing-question", ERROR, "An answer without its question asks the learner nothing.")
MISSING_ANSWER = Rule("missing-answer", ERROR, "A question without its answer teaches nothing.")
HEADING_WITHOUT_SPACE = Rule(
    "heading-without-space",
    ERROR,
    "Without a space behind its # a heading is a paragraph, and its card does not exist.",
)
UNKNOWN_KIND = Rule("unknown-kind", ERROR, "The kind decides the note type; a misspelt one would be another card.")
UNKNOWN_OPTION = Rule("unknown-option", ERROR, "A misspelt option does nothing, and nobody notices.")
BAD_ATTRIBUTE = Rule("bad-attribute", ERROR, "What cannot be read between { and } would be lost.")
BAD_OPTION_VALUE = Rule("bad-option-value", ERROR, "A value that recto cannot read would be shown to learners or lost.")

# The fields of a card
UNKNOWN_FIELD = Rule(
    "unknown-field",
    WARNING,
    "An H3 that is nearly a field's name stays in the answer instead of folding away.",
)
DUPLICATE_FIELD = Rule("duplicate-field", ERROR, "The second one would overwrite the first.")
EMPTY_FIELD = Rule("empty-field", WARNING, "A heading with nothing below it is a forgotten sentence.")
FIELD_WITHOUT_OPTION = Rule(
    "field-without-option",
    ERROR,
    "The field is shown only on the cards of an option that the heading does not set.",
)
NO_CARD_MADE = Rule("no-card-made", ERROR, "Anki would import a note that never comes up for review.")

# Cloze
CLOZE_WITHOUT_HOLE = Rule("cloze-without-hole", ERROR, "Anki makes no card of a cloze note without a hole.")
HOLE_OUTSIDE_CLOZE = Rule(
    "hole-outside-cloze", ERROR, "Only cloze cards have holes; elsewhere the learner would read the marks."
)
EMPTY_HOLE = Rule("empty-hole", ERROR, "A hole with nothing in it asks for nothing.")
UNCLOSED_HOLE = Rule("unclosed-hole", ERROR, "The learner would read the marks and not be asked.")
NESTED_HOLE = Rule("nested-hole", ERROR, "Anki versions disagree on holes inside holes (2.1.54 makes one card less).")
HOLE_NUMBER = Rule("hole-number", ERROR, "Anki takes the numbers 1 to 500 and ignores others.")

# Choices
MISSING_OPTIONS = Rule("missing-options", ERROR, "A choice needs at least two options, each marked as right or wrong.")
TWO_OPTION_LISTS = Rule("two-option-lists", ERROR, "The learner chooses once; a second list would show its marks.")
NO_RIGHT_OPTION = Rule("no-right-option", ERROR, "A question whose options are all wrong cannot be answered.")
ONLY_RIGHT_OPTIONS = Rule("only-right-options", WARNING, "Where every option is right, nothing is to be told apart.")

# Diagrams
MISSING_DRAWING = Rule(
    "missing-drawing", ERROR, "A diagram asks for the parts of one SVG; of others it cannot hide any."
)
MISSING_PARTS = Rule("missing-parts", ERROR, "Without the list of its parts a diagram asks for nothing.")
BAD_PART = Rule("bad-part", ERROR, "A part needs its id, which says what to hide, and words, which are the answer.")
DUPLICATE_PART = Rule("duplicate-part", ERROR, "Each part is a card of its own, known by its number.")
UNKNOWN_PART = Rule("unknown-part", ERROR, "What the drawing does not have under this id cannot be hidden.")
UNHIDEABLE_PART = Rule("unhideable-part", ERROR, "A part must be seen, and something must be left of the picture.")
LEAKED_PART = Rule("leaked-part", WARNING, "The answer is still to be read or heard while its part is hidden.")

# Chains
CHAIN_WITHOUT_STEP = Rule("chain-without-step", ERROR, "A chain of one question is a question-and-answer card.")
TOO_MANY_STEPS = Rule("too-many-steps", ERROR, "The note type has fields for so many steps; more would be lost.")

# Media, links, HTML
MISSING_MEDIA = Rule("missing-media", ERROR, "Desktop shows a broken picture, AnkiDroid «Failed to load».")
WRONG_CASE_MEDIA = Rule("wrong-case-media", ERROR, "Works on macOS and Windows and fails on every phone.")
UNSAFE_MEDIA = Rule("unsafe-media", ERROR, "A card takes nothing from outside the deck's folder, and works offline.")
UNSUPPORTED_MEDIA = Rule("unsupported-media", ERROR, "Not every Anki client can show this type of file.")
BROKEN_MEDIA = Rule("broken-media", ERROR, "A picture that cannot be read would be shown as a broken one.")
UNSAFE_SVG = Rule("unsafe-svg", ERROR, "An SVG with scripts or outside references is refused: cards run nothing.")
IMAGE_WITHOUT_ALT = Rule("image-without-alt", ERROR, "Who cannot see the picture hears nothing in its place.")
UNUSED_MEDIA = Rule("unused-media", WARNING, "Files that no card shows are usually a misspelt reference.")
UNSAFE_LINK = Rule("unsafe-link", ERROR, "Cards may link to http, https and mailto addresses only.")
UNSAFE_HTML = Rule("unsafe-html", ERROR, "HTML beyond a short list breaks cards or runs code on a learner's phone.")

# Markdown that would lose something
FOREIGN_MARK = Rule(
    "foreign-mark",
    WARNING,
    "What another program reads as a link, a formula or a comment, a card shows as it is written.",
)
UNKNOWN_LANGUAGE = Rule("unknown-language", WARNING, "Code in an unknown language is shown without colours.")
UNKNOWN_CODE_WORD = Rule(
    "unknown-code-word", WARNING, "A misspelt `verify` would show the learner the check instead of hiding it."
)
NOT_EXECUTED = Rule(
    "not-executed", ERROR, "Code that looks as if it were executed and is not would pass with any mistake in it."
)
UNCLOSED_FENCE = Rule("unclosed-fence", ERROR, "A code fence without its end swallows every card after it.")
WIDE_INLINE_MATH = Rule(
    "wide-inline-math",
    WARNING,
    "A formula in a line cannot scroll by itself: on a phone it breaks, or widens the card.",
)
UNCLOSED_MATH = Rule("unclosed-math", ERROR, "A formula without its end is shown as TeX source.")
BROKEN_MATH = Rule(
    "broken-math", ERROR, "MathJax shows the TeX source of a formula that it cannot read, on every client."
)
UNDEFINED_FOOTNOTE = Rule("undefined-footnote", ERROR, "The learner would see a mark that leads nowhere.")
LOST_TABLE_CELL = Rule(
    "lost-table-cell",
    ERROR,
    "A row with more cells than the header loses them, often because of a | inside code.",
)

# Executed code: found by `check --run` only
FAILED_CODE = Rule("failed-code", ERROR, "What the card says, or computes, is not so.")
WRONG_OUTPUT = Rule("wrong-output", ERROR, "The learner would memorise an output that the program does not print.")
CODE_LIMIT = Rule("code-limit", ERROR, "Code that takes more than its share cannot be checked again and again.")
NOTHING_VERIFIED = Rule("nothing-verified", WARNING, "A hidden check that asserts nothing passes whatever is said.")
CODE_NOT_RUN = Rule("code-not-run", WARNING, "Code that was not executed may be wrong, and nobody knows.")
RUN_RULES = (FAILED_CODE, WRONG_OUTPUT, CODE_LIMIT, NOTHING_VERIFIED, CODE_NOT_RUN)

# The syllabus
BROKEN_SYLLABUS = Rule("broken-syllabus", ERROR, "Items that cannot be read would be missed by nobody.")
UNKNOWN_SYLLABUS_KEY = Rule("unknown-syllabus-key", ERROR, "A misspelt key does nothing, and nobody notices.")
DUPLICATE_ITEM = Rule("duplicate-item", ERROR, "Of two items with one id a card can cover only one.")
UNKNOWN_ITEM = Rule("unknown-item", ERROR, "A misspelt id covers nothing, and its item seems to be missing.")
UNCOVERED_ITEM = Rule("uncovered-item", ERROR, "deck.toml promises that the deck covers this.")

# What earlier releases promised
KIND_CHANGED = Rule(
    "kind-changed", ERROR, "Anki cannot turn a learner's note into another note type: it would never be updated again."
)
RENUMBERED_HOLE = Rule(
    "renumbered-hole",
    ERROR,
    "A learner's history follows the number of a hole, not its text: it would move to another.",
)
RENUMBERED_STEP = Rule(
    "renumbered-step",
    ERROR,
    "A learner's history follows the number of a step, not its question: it would move to another.",
)
RENUMBERED_PART = Rule(
    "renumbered-part",
    ERROR,
    "A learner's history follows the number of a part, not its id: it would move to another.",
)
REUSED_ID = Rule(
    "reused-id", ERROR, "A learner may still have the removed card: its history would pass to the new one."
)
CHANGED_IDENTITY = Rule(
    "changed-identity", ERROR, "Under another GUID learners would get the card a second time, without its history."
)
CHANGED_SCHEMA = Rule(
    "changed-schema",
    ERROR,
    "Anki answers a changed note type with a second one and never updates the notes of the first.",
)

# Rules of style: comments that allow what one of them reports
UNKNOWN_RULE = Rule(
    "unknown-rule", ERROR, "A misspelt rule allows nothing, and a rule of the format cannot be allowed."
)
ALLOWANCE_WITHOUT_REASON = Rule(
    "allowance-without-reason", ERROR, "Who reads the card next year must know why the rule does not hold here."
)
UNNEEDED_ALLOWANCE = Rule(
    "unneeded-allowance", WARNING, "The card was mended, so the next slip of the same kind would pass unseen."
)

# The deck's own files
BROKEN_CONFIG = Rule("broken-config", ERROR, "deck.toml or notetypes.toml cannot be used as it is.")
UNKNOWN_CONFIG_KEY = Rule("unknown-config-key", ERROR, "A misspelt setting does nothing, and nobody notices.")
BROKEN_TEMPLATE = Rule("broken-template", ERROR, "Anki would show an error text on every card of the note type.")

BROKEN_TERMS = Rule("broken-terms", ERROR, "Without its list of terms a deck's words are not checked.")

RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))

SYLLABUS_RULES = tuple(
    rule.name for rule in (BROKEN_SYLLABUS, UNKNOWN_SYLLABUS_KEY, DUPLICATE_ITEM, UNKNOWN_ITEM, UNCOVERED_ITEM)
)
"""The rules that `coverage` answers for."""
