"""Every rule of style, in two readable lists; tests hold docs/rules.md and the fixtures in tests/style to them."""

from __future__ import annotations

from recto.checks import answer, deck, question, tags
from recto.checks.rule import StyleRule

CARD_RULES: tuple[StyleRule, ...] = (
    question.question_too_long,
    question.two_questions,
    question.yes_no_question,
    question.orphan_pronoun,
    answer.answer_too_long,
    answer.too_many_items,
    tags.missing_tag,
    tags.unknown_tag,
)
"""Run on each card when its file is compiled: each gets a `Reading`."""

DECK_RULES: tuple[StyleRule, ...] = (
    deck.duplicate_question,
    deck.near_duplicate,
    deck.confusable,
    deck.stale_as_of,
    deck.unbalanced_deck,
)
"""Run on all notes when the deck is linked: each gets a `DeckView`."""

RULES = (*CARD_RULES, *DECK_RULES)
