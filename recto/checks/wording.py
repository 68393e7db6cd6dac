"""Rules about words: terms of the field as terms.yaml spells them, and the language of a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from recto.checks.plain import SOURCE_FIELD
from recto.checks.reading import Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity
from recto.lang import language_of
from recto.terms import Term, Terms

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def term_spelling(reading: Reading) -> Iterator[Finding]:
    """One spelling for one thing, the one its makers chose; who searches for FlashAttention finds every card of it.

    Bad:
        ## Why is flashattention faster? {#flash-why}

    Good:
        ## Why is FlashAttention faster? {#flash-why}
    """
    index = _spellings(reading.terms)
    if not index:
        return
    for plain in reading.plain:
        if plain.is_quoting:
            continue
        done = 0
        for word in plain.find(_WORD):
            if word.start() < done:
                continue
            found = _spelt_at(plain.text, word.start(), index.get(word[0].casefold(), ()))
            if not found:
                continue
            written, term = found
            done = word.start() + len(written)
            if _is_right(written, term):
                continue
            message = f"{written} is spelt {term.name}"
            if _letters(written) == _letters(term.name):
                yield plain.replace(word.start(), done, term.name, message)
            else:
                yield plain.report(word.start(), done, message, f"write {term.name}")


@style_rule(strict=ERROR, standard=WARNING)
def term_without_english(reading: Reading) -> Iterator[Finding]:
    """Papers, code and interviews use the English term: a card that names a thing in Chinese gives it once.

    Bad:
        ## 键值缓存为什么随序列变长？ {#kv-grows}

    Good:
        ## 键值缓存（KV cache）为什么随序列变长？ {#kv-grows}
    """
    names = _local_names(reading.terms)
    if not names:
        return
    pattern = _any_name(tuple(sorted(names, key=len, reverse=True)))
    seen = [reading.topic]
    told: set[str] = set()
    for part in reading.parts:
        if part.name == SOURCE_FIELD:
            continue
        if not pattern.search(part.text):
            seen.append(part.text)
            continue
        for prose in part.prose:
            seen.append(prose.text)
            for found in pattern.finditer(prose.text):
                term = names[found[0]]
                if term.name in told:
                    continue
                told.add(term.name)
                if not any(_whole(name).search("\n".join(seen)) for name in (term.name, *term.also)):
                    english = term.also[0] if term.cues and term.also else term.name
                    help_ = f"write {found[0]}（{english}）"
                    yield Finding(prose.span(*found.span()), f"{found[0]} without its English, {english}", help_)


@style_rule(strict=ERROR, standard=WARNING)
def ambiguous_term(reading: Reading) -> Iterator[Finding]:
    """An acronym of several meanings asks several questions. Its long form, or a word of its field, decides.

    Bad:
        ## What does SP save? {#sp-saves}

    Good:
        ## What does SP (sequence parallelism) save? {#sp-saves}
    """
    terms = {term.name: term for term in reading.terms.entries if term.cues}
    if not terms:
        return
    context = reading.topic + (reading.answer.text if reading.card.notetype.is_cloze else "")
    told: set[str] = set()
    for part in reading.questions:
        context = f"{context}\n{part.text}"
        for prose in part.prose:
            for found in _WORD.finditer(prose.text):
                term = terms.get(found[0])
                if term and term.name not in told and not _has_cue(term, context):
                    told.add(term.name)
                    help_ = f"write its long form, or name one of: {', '.join(term.cues)}"
                    yield Finding(prose.span(*found.span()), f"{found[0]} has several meanings", help_)


@style_rule(strict=ERROR)
def english_question(reading: Reading) -> Iterator[Finding]:
    """A deck in Chinese asks in Chinese; a lone English sentence is a card of another deck.

    Bad:
        ## Why does decoding need a KV cache? {#kv-why}

    Good:
        ## Decode 阶段为什么需要 KV cache？ {#kv-why}
    """
    script = reading.language.script
    if not script:
        return
    common = language_of("en").stop_words
    for part in reading.questions:
        words = [word.casefold() for word in _WORD.findall(part.text)]
        if len(words) > 2 and common.intersection(words) and not re.search(script, part.text):
            yield Finding(part.span, "an English question", "ask in the language of the deck")


_WORD = re.compile(r"(?<![\w/@.-])[A-Za-z0-9]+(?![A-Za-z0-9_@])", re.ASCII)
# What makes the word before it a part of a path, a model's id or a longer name.
_GOES_ON = re.compile(r"[A-Za-z0-9_@/]|[-.:][A-Za-z]|-[0-9][0-9.]*-?[A-Za-z]")
_NO_LETTERS = re.compile(r"[\W_]+")


@cache
def _spellings(terms: Terms) -> Mapping[str, tuple[tuple[str, Term], ...]]:
    """(spelling in small letters, term) by its first word, longest first."""
    found: dict[str, list[tuple[str, Term]]] = {}
    for term in terms.entries:
        # Acronyms that need a cue are short, and other words have the same letters: pi, ap, rm.
        own = () if term.cues else (term.name,)
        for spelling in {text.casefold() for text in (*own, *term.wrong)}:
            first = re.match(r"[a-z0-9]+", spelling)
            if first:
                found.setdefault(first[0], []).append((spelling, term))
    return {word: tuple(sorted(entries, key=lambda e: (-len(e[0]), e[0]))) for word, entries in found.items()}


def _spelt_at(text: str, start: int, entries: tuple[tuple[str, Term], ...]) -> tuple[str, Term] | None:
    """(as written, term) of the longest spelling that stands there as a whole word."""
    for spelling, term in entries:
        end = start + len(spelling)
        if text[start:end].casefold() == spelling and not _GOES_ON.match(text, end):
            return text[start:end], term
    return None


def _is_right(written: str, term: Term) -> bool:
    """Whether a term is spelt as it should; one of small letters may begin a sentence or stand in a title."""
    if written == term.name or written in term.also:
        return True
    return term.name.islower() and written in (term.name[0].upper() + term.name[1:], term.name.title())


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()


@cache
def _local_names(terms: Terms) -> Mapping[str, Term]:
    return {name: term for term in terms.entries for name in term.local}


@cache
def _any_name(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, names)))


@cache
def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}s?(?![A-Za-z0-9])", re.IGNORECASE)


def _has_cue(term: Term, context: str) -> bool:
    return any(cue.casefold() in context.casefold() for cue in term.cues)
