"""`[rules]` of deck.toml → which rules are on, how severe, how they measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recto.checks import CARD_RULES, DECK_RULES
from recto.checks.linter import ActiveRule, Linter
from recto.checks.rule import PROFILES, StyleRule
from recto.diagnostic import Diagnostic, Severity
from recto.lang import language_of
from recto.settings import Settings
from recto.source import Source
from recto.suggest import did_you_mean
from recto.terms import Terms

DEFAULT_PROFILE = "standard"
_SEVERITIES: dict[str, Severity | None] = {"off": None, "warning": Severity.WARNING, "error": Severity.ERROR}
_TABLE = "[rules]"


def parse_rules(source: Source, language: str, terms: Terms) -> tuple[Linter, tuple[Diagnostic, ...]]:
    """The linter of a deck, from the `[rules]` table of its deck.toml (whose syntax has been checked before).

    `rule = "off" | "warning" | "error"`, or `rule = { severity = …, option = … }`; the rest is as in the profile.
    """
    settings = Settings.parse(source)
    table = settings.take(settings.values, "rules", dict, {})
    profile = settings.take(table, "profile", str, DEFAULT_PROFILE, _TABLE)
    if profile not in PROFILES:
        span = settings.span_of("profile", _TABLE)
        settings.report(f'profile "{profile}" is not known', span, did_you_mean(profile, PROFILES))
        profile = DEFAULT_PROFILE
    known = ("profile", *(rule.name for rule in (*CARD_RULES, *DECK_RULES)))
    settings.refuse_unknown(table, known, _TABLE)

    def active(rules: tuple[StyleRule, ...]) -> tuple[ActiveRule, ...]:
        found = (_activate(rule, profile, table.get(rule.name), settings) for rule in rules)
        return tuple(rule for rule in found if rule)

    linter = Linter(active(CARD_RULES), active(DECK_RULES), language_of(language), terms)
    return linter, tuple(settings.diagnostics)


def _activate(rule: StyleRule, profile: str, value: Any, settings: Settings) -> ActiveRule | None:
    severity = rule.severities[PROFILES.index(profile)]
    options = dict(rule.options)
    after = (_TABLE, rule.name)
    if isinstance(value, dict):
        for key, given in value.items():
            if key == "severity":
                continue
            if key not in options:
                span = settings.span_of(key, *after)
                settings.report(f'{rule.name} has no option "{key}"', span, did_you_mean(key, ("severity", *options)))
            elif _is_like(given, options[key]):
                options[key] = tuple(given) if isinstance(given, list) else given
            else:
                settings.report(f"{key} must be like {_shown(options[key])}", settings.span_of(key, *after))
        value = value.get("severity")
    if value is not None:
        if value in _SEVERITIES:
            severity = _SEVERITIES[value]
        else:
            span = settings.span_of(rule.name, _TABLE)
            settings.report(f"{rule.name} is set to {value!r}", span, f"one of: {', '.join(_SEVERITIES)}, or a table")
    return ActiveRule(rule, severity, options) if severity else None


def _is_like(given: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(given, list) and all(isinstance(item, str) for item in given)
    if isinstance(default, float):
        return isinstance(given, int | float) and not isinstance(given, bool)
    if isinstance(default, Mapping):
        return isinstance(given, dict)
    return type(given) is type(default)


def _shown(default: Any) -> str:
    return str(list(default)) if isinstance(default, tuple) else repr(default)
