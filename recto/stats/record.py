"""A deck in numbers: the records, and what the numbers are measured with."""

from __future__ import annotations

from dataclasses import dataclass

UNITS_PER_SECOND = 4.5
"""How much is read in a second: an assumption, the pace of spoken Chinese (four to five characters)."""

SECONDS_PER_CARD = 5
"""For recalling and grading, besides reading: an assumption."""

LONG, TOO_LONG = 60, 120
"""Answers of more u are listed: about a quarter and half a minute of speech."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many notes have a tag, and in percent of all. `target` is None where deck.toml has none.

    `off` is the difference in percentage points, `missed` whether it is larger than the tolerance.
    """

    value: str
    notes: int
    percent: float
    target: int | None
    off: float
    missed: bool


@dataclass(frozen=True, slots=True)
class TagGroup:
    """The values of the tags `…::name::value`: as deck.toml lists their targets, then most first."""

    name: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class DeckCount:
    """A subdeck. New cards come in this order: it takes the days from `first_day` to `last_day`."""

    name: str
    notes: int
    cards: int
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True)
class TypeCount:
    """A note type; `parts` are what has a card by its number: holes, steps, parts of a picture."""

    kind: str
    notes: int
    cards: int
    parts: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """Median, ninetieth percentile and maximum of some texts, in u (`length.units`)."""

    median: int
    p90: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The length of an answer in u; a chain has one for each `step`, counted from 1 (0: no chain)."""

    id: str
    step: int
    units: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A card with `as-of`: its month (YYYY-MM)."""

    id: str
    month: str


@dataclass(frozen=True, slots=True)
class Code:
    """Code blocks: shown ones, of them executed ones (`run`), and hidden assertions (`verify`)."""

    shown: int
    run: int
    verify: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Links to the web: how many, to how many addresses, in how many notes."""

    links: int
    addresses: int
    notes: int


@dataclass(frozen=True, slots=True)
class Stats:
    """A deck in numbers. Withdrawn notes are counted as `retired` and nowhere else.

    `decks` are in the order of study, `claims` oldest first, `answers` longest first. `days` is how long new cards last
    at `per_day`. `seconds` is how long one pass takes: (u of question and answer) / `UNITS_PER_SECOND` +
    `SECONDS_PER_CARD`, summed over the cards; a card of a chain reads its own step and one of a diagram its own part,
    every other the whole note.
    """

    notes: int
    cards: int
    retired: int
    media: int
    decks: tuple[DeckCount, ...]
    notetypes: tuple[TypeCount, ...]
    groups: tuple[TagGroup, ...]
    questions: Lengths
    answer_lengths: Lengths
    answers: tuple[Answer, ...]
    claims: tuple[Claim, ...]
    code: Code
    sources: Sources
    seconds: int
    per_day: int
    days: int
