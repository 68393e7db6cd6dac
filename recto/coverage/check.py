"""What `check` says about the syllabus: unknown items, gaps that deck.toml does not allow, goals that mean nothing."""

from __future__ import annotations

from recto.coverage.count import EVERY_TIER, Coverage, State, is_required
from recto.diagnostic import Diagnostic
from recto.model import CoverageGoal, Edition
from recto.rulebook import BROKEN_CONFIG, UNCOVERED_ITEM
from recto.suggest import did_you_mean
from recto.syllabus import Syllabus, find_unknown


def check_coverage(
    syllabus: Syllabus, coverage: Coverage, edition: Edition, goal: CoverageGoal
) -> tuple[Diagnostic, ...]:
    """Every fault that only cards and syllabus together show; none while the syllabus cannot be read whole."""
    if syllabus.faulty:
        return ()
    uses = dict.fromkeys((use.id, use.span) for linked in edition.notes for use in linked.note.covers)
    return (*find_unknown(uses, syllabus), *_check_goal(coverage, goal), *_find_gaps(coverage, goal))


def refuse_goal(goal: CoverageGoal) -> tuple[Diagnostic, ...]:
    """A goal without a syllabus: what deck.toml promises cannot be checked."""
    spans = [span for _, span in goal.required] + [span for *_, span in goal.cards]
    message, help_ = "there is no syllabus to cover", "put its files into syllabus/, or remove [coverage]"
    return tuple(BROKEN_CONFIG.at(span, message, help_) for span in spans[:1])


def _check_goal(coverage: Coverage, goal: CoverageGoal) -> list[Diagnostic]:
    known = [tier for tier in coverage.tiers if tier]
    named = [(tier, span, (*known, EVERY_TIER)) for tier, span in goal.required]
    named += [(tier, span, (*known,)) for tier, _, span in goal.cards]
    return [
        BROKEN_CONFIG.at(span, f'the syllabus has no tier "{tier}"', did_you_mean(tier, allowed))
        for tier, span, allowed in named
        if tier not in allowed
    ]


def _find_gaps(coverage: Coverage, goal: CoverageGoal) -> list[Diagnostic]:
    found = []
    for one in coverage.items:
        if one.state in (State.UNCOVERED, State.THIN) and is_required(one.item, goal):
            have = f"{len(one.cards)} of {one.wanted} cards" if one.state is State.THIN else "no card"
            message = f"{have} for {one.item.id} «{one.item.title}»"
            help_ = f'write one with covers="{one.item.id}", or give the item its out-of-scope: reason'
            found.append(UNCOVERED_ITEM.at(one.item.span, message, help_))
    return found
