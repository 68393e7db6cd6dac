"""The goals in deck.toml: what the syllabus demands ([coverage]) and the shares that are aimed at ([stats])."""

from __future__ import annotations

from typing import Any

from recto.model import CoverageGoal, StatsGoal
from recto.settings import Settings
from recto.source import Span

COVERAGE_KEYS = ("require", "cards")
STATS_KEYS = ("tolerance", "targets")


def read_coverage_goal(settings: Settings) -> CoverageGoal:
    """[coverage]: `require` is a tier, a list of them or "all"; `cards` how many each item of a tier needs."""
    table = settings.take(settings.values, "coverage", dict, {})
    settings.refuse_unknown(table, COVERAGE_KEYS, "[coverage")
    cards = settings.take(table, "cards", dict, {}, "[coverage")
    return CoverageGoal(
        required=_read_tiers(settings, table.get("require", [])),
        cards=tuple(
            (tier, _whole(settings, cards, tier, 1, 100, "[coverage"), settings.span_of(tier, "[coverage", "cards"))
            for tier in cards
        ),
    )


def read_stats_goal(settings: Settings) -> StatsGoal:
    """[stats]: `tolerance` in percentage points, and a table of percents for each group of tags below `targets`."""
    table = settings.take(settings.values, "stats", dict, {})
    settings.refuse_unknown(table, STATS_KEYS, "[stats")
    targets = settings.take(table, "targets", dict, {}, "[stats")
    return StatsGoal(
        targets=tuple((group, _read_shares(settings, targets, group)) for group in targets),
        tolerance=_whole(settings, table, "tolerance", 0, 100, "[stats]") if "tolerance" in table else 3,
    )


def _read_tiers(settings: Settings, value: Any) -> tuple[tuple[str, Span], ...]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        span = settings.span_of("require", "[coverage")
        settings.report('require must be a tier, a list of tiers, or "all"', span, 'for example require = "core"')
        return ()
    return tuple((word, settings.span_of_text("[coverage", "require", word)) for word in words)


def _read_shares(settings: Settings, targets: dict[str, Any], group: str) -> tuple[tuple[str, int], ...]:
    shares = settings.take(targets, group, dict, {}, "[stats")
    found = tuple((value, _whole(settings, shares, value, 0, 100, "[stats.targets", group)) for value in shares)
    if (total := sum(percent for _, percent in found)) > 100:
        span = settings.span_of_text("[stats.targets", group)
        settings.report(f"the shares of {group} add up to {total}%", span, "percents of one whole are at most 100")
    return found


def _whole(settings: Settings, table: dict[str, Any], key: str, least: int, most: int, *after: str) -> int:
    number: int = settings.take(table, key, int, least, *after)
    if not least <= number <= most:
        settings.report(f"{key} must be a number from {least} to {most}", settings.span_of(key, *after))
    return number
