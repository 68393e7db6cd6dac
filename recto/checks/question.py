"""Rules about the question: it stands alone, asks one thing, and has one answer."""

from __future__ import annotations

from collections.abc import Iterator

from recto.checks.reading import PICTURE, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@style_rule(strict=ERROR, standard=WARNING)
def question_too_long(reading: Reading, *, limit: int = 80, wanted: int = 45) -> Iterator[Finding]:
    """A long question is recognised by its look and no longer thought about.

    Bad:
        ## In a Transformer with 32 layers, of which each has … (90 words), how many bytes does one token need?

    Good:
        ## How many bytes of KV cache does one token of Llama 3.1 8B need?
    """
    for part in reading.questions:
        if part.units > wanted:
            message = f"this question is {part.units} u long, and {wanted} u is what one can hold"
            help_ = "ask for one thing; move what is given into the answer or a hint"
            yield Finding(part.span, message, help_, is_mild=part.units <= limit)


@style_rule(strict=ERROR, standard=WARNING)
def two_questions(reading: Reading) -> Iterator[Finding]:
    """Who knows one half and not the other cannot grade the card. Chains ask one thing after the other.

    Bad:
        ## What is RoPE? Why does it rotate?

    Good:
        ## Why does RoPE rotate queries and keys?
    """
    language = reading.language
    for part in reading.questions:
        for prose in part.prose:
            marks = list(language.question_mark.finditer(prose.text))
            second = language.second_ask.search(prose.text)
            if len(marks) > 1:
                yield Finding(prose.span(*marks[1].span()), "a second question", "make it a card of its own")
            elif second:
                yield Finding(prose.span(*second.span()), "a second thing is asked for", "make it a card of its own")


@style_rule(strict=ERROR, standard=WARNING)
def yes_no_question(
    reading: Reading, *, kinds: tuple[str, ...] = ("judge",), field: str = "Explain"
) -> Iterator[Finding]:
    """Half of all guesses at a yes-or-no question are right, and a guess feels like knowledge.

    Cards of kind::judge may ask so, if they give the reason under Explain.

    Bad:
        ## Is RMSNorm cheaper than LayerNorm?

    Good:
        ## What does RMSNorm leave out of LayerNorm?
    """
    if reading.tag("kind") in kinds and reading.section(field):
        return
    for part in reading.questions:
        for prose in part.prose:
            if found := reading.language.yes_no.search(prose.text):
                help_ = "ask what, why, how much or under which condition"
                yield Finding(prose.span(*found.span()), "this can be answered by yes or no", help_)


@style_rule(strict=ERROR, standard=WARNING)
def orphan_pronoun(reading: Reading) -> Iterator[Finding]:
    """A card comes alone, weeks later: what «it» or «the figure above» was, nobody knows then.

    Bad:
        ## Why does it need a mask?

    Good:
        ## Why does decoder self-attention need a causal mask?
    """
    part = reading.question  # the questions of a chain's steps may point to the ones before
    for prose in part.prose:
        for found in reading.language.orphan.finditer(prose.text):
            if PICTURE not in prose.text:
                yield Finding(prose.span(*found.span()), f"«{found[0]}» points to nothing on this card", "name it")
