"""Rules about what is claimed: with its condition, its date, and somebody who stands for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recto.checks.reading import CODE, DISPLAY, MATH, Part, Prose, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_END = re.compile(r"[。！？；\n!?;]|\.(?!\w)")
_NEAR = 200  # characters; also what keeps a paragraph of nothing but such words from being read again for each
_MEASURE = re.compile(rf"\d|[{MATH}{DISPLAY}{CODE}]")
_NUMBER = re.compile(
    r"(?<![\w.,])\d[\d,.]*(?:\s?[~–-]\s?\d[\d,.]*)?\s?(?:%|×|倍|GiB|GB|MiB|MB|KiB|TB|TFLOPS|tokens?/s|ms|µs)"
)
# A name, a year, a setting: what a number can hang on.
_CONTEXT = re.compile(r"[A-Z][A-Za-z]*[-_ ]?\d|[A-Z]{2,}|[A-Z][a-z]+[A-Z]|(?:19|20)\d\d|[a-z]+=\d|\d\s?[×x]\s?\d")
_PRICE = re.compile(r"(?:[$¥€£]\s?\d|\d\s?(?:美元|元|dollars|USD)).{0,12}(?:/|每|per)", re.IGNORECASE)
_RANKED = re.compile(
    r"(?:排行榜|榜单|leaderboard|Elo|Arena).{0,12}(?:第\s?[一二三\d]|首位|居首|#\s?1|first|top)", re.IGNORECASE
)


@style_rule(strict=WARNING)
def number_without_context(reading: Reading, *, kinds: tuple[str, ...] = ("compute", "code")) -> Iterator[Finding]:
    """«70 %» of what, on which model, measured how? A number without its setting is repeated where it is false.

    Bad:
        It is 2.4 × faster.

    Good:
        On an A100 with GPT-2 and 1K tokens it is 2.4 × faster.
    """
    if reading.tag("kind") in kinds:
        return  # the question gives the numbers
    question = " ".join(part.text for part in reading.questions)
    for part in reading.answers:
        whole = _NUMBER.sub(" ", f"{question} {part.text}")  # the unit is no context
        if _CONTEXT.search(whole) or MATH in whole or DISPLAY in whole or CODE in whole or re.search(r"\d", question):
            continue
        for prose, found in part.find(_NUMBER):
            help_ = "say of which model, hardware, data or year"
            yield Finding(prose.span(*found.span()), f"«{found[0]}» without what it was measured on", help_)
            break


@style_rule(strict=ERROR, standard=WARNING)
def stale_claim(reading: Reading) -> Iterator[Finding]:
    """What is new, usual or best today is not so in a year, and the learner says it in an interview.

    Bad:
        ## Which attention variant is state of the art? {#sota}

    Good:
        ## Which attention variant does DeepSeek-V3 use? {#deepseek}, or the claim with `as-of=2026-11`
    """
    if reading.card.attributes.option("as-of"):
        return
    language = reading.language
    for part in (*reading.questions, *reading.answers):
        for pattern in (language.ages, _PRICE, _RANKED):
            for prose, found in part.find(pattern):
                if language.dated.search(_sentence(prose, found)):
                    continue
                help_ = "set as-of=YYYY-MM in the heading, or say it so that it stays true"
                yield Finding(prose.span(*found.span()), f"«{found[0]}» ages, and the card has no date", help_)


@style_rule(strict=ERROR, standard=WARNING)
def rumour(reading: Reading, *, kinds: tuple[str, ...] = ("claim",)) -> Iterator[Finding]:
    """What nobody stands for is not knowledge. If it is asked all the same, the question names who claims it.

    Bad:
        GPT-4 reportedly has 1.8T parameters.

    Good:
        OpenAI has not published the size of GPT-4 (Technical Report §2).
    """
    if reading.tag("kind") in kinds:
        return
    for part in reading.parts:
        for prose, found in part.find(reading.language.rumour):
            help_ = "drop it, or ask who claims it on a card of kind::claim"
            yield Finding(prose.span(*found.span()), f"«{found[0]}»: nobody stands for this", help_)


@style_rule(strict=WARNING)
def vague_amount(reading: Reading) -> Iterator[Finding]:
    """«Much faster» cannot be graded. A number, or the condition under which it holds, can.

    Bad:
        It needs a lot less memory.

    Good:
        It needs a quarter of the memory, because 8 of 32 heads keep keys and values.
    """
    for part in reading.answers:
        for prose, found in part.find(reading.language.vague):
            sentence = _sentence(prose, found)
            if not _MEASURE.search(sentence) and not reading.language.condition.search(sentence):
                help_ = "give the number, or the condition under which it is so"
                yield Finding(prose.span(*found.span()), f"«{found[0]}» cannot be graded", help_)


def _sentence(prose: Prose, found: re.Match[str]) -> str:
    """The sentence that a match begins in, or what of it stands near: a longer one binds nobody."""
    text = prose.text
    start = max(found.start() - _NEAR, 0)
    for end in _END.finditer(text, start, found.start()):
        start = end.end()
    last = _END.search(text, found.end(), found.end() + _NEAR)
    return text[start : last.start() if last else found.end() + _NEAR]


@style_rule(strict=ERROR, standard=WARNING)
def open_ended_list(reading: Reading) -> Iterator[Finding]:
    """«And so on» asks for what the card does not say: whoever grades the answer cannot know when it is complete.

    Bad:
        Data, tensor, pipeline parallelism etc.

    Good:
        Data, tensor and pipeline parallelism.
    """
    for part in reading.answers:
        for prose, found in part.find(reading.language.open_end):
            yield Finding(
                prose.span(*found.span()), f"«{found[0]}» leaves the answer open", "end the list, or say all of it"
            )


@style_rule(strict=WARNING)
def absolute_claim(reading: Reading) -> Iterator[Finding]:
    """«Always» and «never» are what an interviewer refutes with one counter-example.

    Bad:
        A larger batch always raises throughput.

    Good:
        A larger batch raises throughput until the compute units are busy.
    """
    for part in reading.answers:
        for prose, found in part.find(reading.language.absolute):
            help_ = "name the condition, or allow it where it is a theorem"
            yield Finding(prose.span(*found.span()), f"«{found[0]}» has no exception?", help_)


@style_rule(strict=WARNING)
def why_without_cause(reading: Reading, *, kinds: tuple[str, ...] = ("why",)) -> Iterator[Finding]:
    """A «why» that is answered by a fact is learned by heart and fails at the next «why».

    Bad:
        ## Why does GQA save memory? {#gqa tags="kind::why"}

        It has fewer heads.

    Good:
        Groups of query heads share one key and value head, so fewer vectors are stored per token.
    """
    if reading.tag("kind") not in kinds:
        return
    for part in reading.answers:
        if not _has_cause(part, reading):
            yield Finding(part.span, "this answer gives no cause", "say what leads to what: because, so, otherwise, →")


def _has_cause(part: Part, reading: Reading) -> bool:
    text = part.text
    return bool(reading.language.cause.search(text)) or DISPLAY in text or any(part.blocks("math_block", "fence"))
