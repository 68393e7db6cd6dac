"""Every rule of style, in two readable lists; tests hold docs/rules.md and the fixtures in tests/style to them."""

from __future__ import annotations

from recto.checks import (
    answer,
    blocks,
    claims,
    cloze,
    deck,
    formula,
    markup,
    punctuation,
    question,
    sources,
    spacing,
    tags,
    wording,
)
from recto.checks.rule import StyleRule

CARD_RULES: tuple[StyleRule, ...] = (
    question.question_too_long,
    question.two_questions,
    question.yes_no_question,
    question.orphan_pronoun,
    answer.answer_too_long,
    answer.long_explanation,
    answer.answer_leaks,
    answer.too_many_items,
    blocks.long_sequence,
    blocks.table_too_large,
    claims.vague_amount,
    claims.open_ended_list,
    claims.absolute_claim,
    claims.why_without_cause,
    claims.number_without_context,
    claims.stale_claim,
    claims.rumour,
    sources.missing_source,
    sources.source_without_locator,
    sources.weak_source,
    sources.malformed_link,
    formula.symbol_without_legend,
    blocks.thin_description,
    blocks.picture_without_licence,
    blocks.code_too_long,
    blocks.code_without_language,
    blocks.code_not_executed,
    blocks.compute_without_proof,
    cloze.too_many_holes,
    cloze.hole_too_long,
    cloze.thin_context,
    cloze.stop_word_hole,
    cloze.guessable_hole,
    tags.missing_tag,
    tags.unknown_tag,
    spacing.cjk_spacing,
    spacing.cjk_space,
    spacing.space_beside_full_width,
    spacing.unit_spacing,
    spacing.doubled_space,
    spacing.space_before_punctuation,
    punctuation.cjk_punctuation,
    punctuation.full_width_letters,
    punctuation.doubled_punctuation,
    punctuation.ellipsis,
    punctuation.straight_quotes,
    markup.list_marker,
    wording.term_spelling,
    wording.term_without_english,
    wording.ambiguous_term,
    wording.english_question,
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
