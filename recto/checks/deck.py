"""Rules that only the whole deck can tell: twins, neighbours that are mixed up, claims that aged, balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from recto.checks.linter import DeckView
from recto.checks.rule import Finding, style_rule
from recto.checks.similar import letters
from recto.diagnostic import Severity
from recto.model import Note
from recto.source import Span

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@style_rule(strict=ERROR, standard=ERROR)
def duplicate_question(deck: DeckView) -> Iterator[Finding]:
    """Two cards with one question: whichever answer the learner gives, one of the cards calls it wrong.

    Bad:
        ## What does RoPE rotate? {#rope-rotates}

        ## What does RoPE rotate? {#rope-what}

    Good:
        ## What does RoPE rotate? {#rope-rotates}

        ## By which angle does RoPE rotate position m? {#rope-angle}
    """
    first: dict[str, Note] = {}
    for note in deck.notes:
        text = letters(note.asked)
        twin = first.setdefault(text, note)
        if text and twin is not note:
            help_ = "ask for what this card adds, or delete it"
            yield Finding(note.span, f"{twin.span} asks the same", help_)


@style_rule(strict=ERROR, standard=WARNING)
def near_duplicate(
    deck: DeckView, *, limit: float = 0.8, noticed: float = 0.6, field: str = "Contrast"
) -> Iterator[Finding]:
    """Two cards that ask nearly the same cost double and are answered from one memory, until they contradict.

    Cards that tell each other apart under Contrast are meant to be alike.

    Bad:
        ## How many bytes of KV cache does one token of Llama 3.1 8B need? {#kv-a}

        ## How many bytes of KV cache does a token of Llama 3.1 8B need? {#kv-b}

    Good:
        ## How many bytes of KV cache does one token of Llama 3.1 8B need? {#kv-a}

        ## By which factor does GQA shrink the KV cache of Llama 3.1 8B? {#kv-b}
    """
    for first, second, index in deck.pairs(deck.notes, noticed):
        told_apart = deck.field(first, field) and deck.field(second, field)
        if not told_apart and first.asked.casefold() != second.asked.casefold():
            message = f"this question is {index:.0%} like {first.span}"
            help_ = "ask for what differs, or keep one of the two"
            yield Finding(second.span, message, help_, is_mild=index < limit)


@style_rule(strict=ERROR, standard=WARNING)
def confusable(deck: DeckView, *, field: str = "Contrast", similar: float = 0.35) -> Iterator[Finding]:
    """Like questions with unlike numbers or names are mixed up for years, unless each card tells the other apart.

    Bad:
        ## How many layers has BERT-base? {#bert-base}

        12

        ## How many layers has BERT-large? {#bert-large}

        24

    Good:
        The same, and on both cards `### Contrast`: base 12 layers of 768, large 24 layers of 1024.
    """
    topics: dict[str, list[Note]] = {}
    for note in deck.notes:
        topics.setdefault(note.span.path, []).append(note)
    for notes in topics.values():
        short = [note for note in notes if note.said[0]]
        for first, second, _ in deck.pairs(short, similar) if len(short) > 1 else ():
            (kind, said), (other_kind, other_said) = first.said, second.said
            if kind != other_kind or said == other_said:
                continue
            for note, other, answer in ((first, second, other_said), (second, first, said)):
                if not deck.field(note, field):
                    message = f"easily mixed up with {other.span}: alike but for «{answer}»"
                    yield Finding(note.span, message, f"write under ### {field} how to tell them apart, on both cards")


@style_rule(strict=WARNING, standard=WARNING)
def stale_as_of(deck: DeckView, *, months: int = 12) -> Iterator[Finding]:
    """What was true of models, prices and frameworks a year ago is taught as true today. Look it up and set the month.

    Bad:
        ## Which attention kernel is the default? {#kernel as-of=2020-01}

    Good:
        The same with `as-of=` the month in which it was last looked up; a claim that cannot age has none.
    """
    now = _month(deck.month) if deck.month else 0
    for note in deck.notes:
        if note.as_of and now - _month(note.as_of) >= months:
            age = now - _month(note.as_of)
            help_ = f"look it up, mend the card and set as-of={deck.month}"
            yield Finding(note.span, f"this was last looked up {age} months ago", help_)


def _month(text: str) -> int:
    year, month = text.split("-")
    return int(year) * 12 + int(month)


@style_rule(strict=WARNING, standard=WARNING)
def unbalanced_deck(
    deck: DeckView,
    *,
    group: str = "kind",
    at_least: Mapping[str, int] = {},
    at_most: Mapping[str, int] = {},
    minimum: int = 100,
) -> Iterator[Finding]:
    """A deck of definitions only is learned by heart and fails at «why». Shares are per cent of notes, by tag.

    Bad:
        at-least = { "why+tradeoff" = 25 } in deck.toml, and 10 % of the notes are tagged kind::why or kind::tradeoff

    Good:
        28 % of them are
    """
    if len(deck.notes) < minimum:
        return
    tags = Counter(tag.rpartition("::")[2] for note in deck.notes for tag in note.tags if f"{group}::" in f"{tag}::")
    span = Span("deck.toml", 1, 1, 1, 1, "")
    for limits, word, wrong in ((at_least, "at least", int.__lt__), (at_most, "at most", int.__gt__)):
        for name, wanted in limits.items():
            count = sum(tags[value] for value in name.split("+"))
            share = round(100 * count / len(deck.notes))
            if wrong(share, wanted):
                message = f"{share} % of the notes are {group} {name}; {word} {wanted} % are wanted"
                yield Finding(span, message, "write more of what is missing, or set other shares under [rules]")
