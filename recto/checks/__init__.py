"""Every rule of style, in two readable lists; tests hold docs/rules.md and the fixtures in tests/style to them."""

from __future__ import annotations

from recto.checks import answer, question
from recto.checks.rule import StyleRule

CARD_RULES: tuple[StyleRule, ...] = (
    question.question_too_long,
    question.two_questions,
    question.yes_no_question,
    question.orphan_pronoun,
    answer.answer_too_long,
    answer.too_many_items,
)
"""Run on each card when its file is compiled: each gets a `Reading`."""

DECK_RULES: tuple[StyleRule, ...] = ()
"""Run on all notes when the deck is linked: each gets a `DeckView`."""

RULES = (*CARD_RULES, *DECK_RULES)
