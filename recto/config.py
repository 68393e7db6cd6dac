"""deck.toml → Config."""

from __future__ import annotations

import re
import unicodedata

from recto.diagnostic import Diagnostic, has_errors
from recto.goals import read_coverage_goal, read_stats_goal
from recto.model import Config, RunSettings
from recto.settings import Settings
from recto.source import Source, Span
from recto.suggest import nearest

KEYS = (
    *("name", "slug", "namespace", "version", "deck-id", "tag-prefix", "language", "description"),
    *("areas", "study", "rules", "run", "coverage", "stats"),
)
RUN_KEYS = ("time", "memory", "skipped")
LANGUAGES = ("zh", "en")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")


def parse_config(source: Source) -> tuple[Config | None, tuple[Diagnostic, ...]]:
    """Read deck.toml; None with diagnostics when it cannot be used."""
    settings = Settings.parse(source)
    if settings.diagnostics:
        return None, tuple(settings.diagnostics)
    table = settings.values
    settings.refuse_unknown(table, KEYS)
    misspelt = {nearest(key, KEYS) for key in table if key not in KEYS}
    for key in ("name", "slug", "namespace", "version", "deck-id", "tag-prefix"):
        if key not in table and key not in misspelt:
            settings.report(f"{key} is missing", source.line_span(0), f"add a line `{key} = …`; see docs/format.md")
    areas = settings.take(table, "areas", dict, {})
    config = Config(
        name=settings.take(table, "name", str, "").strip(),
        slug=settings.take(table, "slug", str, ""),
        namespace=settings.take(table, "namespace", str, ""),
        version=settings.take(table, "version", str, ""),
        deck_id=settings.take(table, "deck-id", int, 0),
        tag_prefix=settings.take(table, "tag-prefix", str, ""),
        language=settings.take(table, "language", str, "en"),
        description=settings.take(table, "description", str, "").strip(),
        areas=tuple((_nfc(folder), settings.take(areas, folder, str, folder, "[areas]")) for folder in areas),
        study=_read_study(settings),
        run=_read_run(settings),
        coverage=read_coverage_goal(settings),
        stats=read_stats_goal(settings),
    )
    if not settings.diagnostics:
        _check_values(settings, config)
    return (None if has_errors(tuple(settings.diagnostics)) else config), tuple(settings.diagnostics)


def _check_values(settings: Settings, config: Config) -> None:
    span = settings.span_of
    if not config.name or config.name.casefold() == "default" or not is_deck_name(config.name):
        settings.report(
            "name cannot be a deck's name in Anki",
            span("name"),
            "choose a name that is not empty, not Default, no empty ::",
        )
    if not _VERSION.fullmatch(config.version):
        settings.report(f'version "{config.version}" is not of the form 1.2.3', span("version"))
    if not _WORD.fullmatch(config.slug) or config.slug.startswith(("backup", "collection")):
        # Anki takes files with these names for backups that replace the whole collection (measured, 26.09.3).
        settings.report(
            f'slug "{config.slug}" cannot name the package',
            span("slug"),
            "use a-z, 0-9 and -, not backup… or collection…",
        )
    if not _WORD.fullmatch(config.namespace):
        settings.report(f'namespace "{config.namespace}" must be of a-z, 0-9 and -', span("namespace"))
    if config.language not in LANGUAGES:
        settings.report(
            f'language "{config.language}" is not known', span("language"), f"one of {', '.join(LANGUAGES)}"
        )
    if config.tag_prefix and not re.fullmatch(r"[^\s:,\"*]+", config.tag_prefix):
        settings.report(f'tag-prefix "{config.tag_prefix}" cannot be a tag in Anki', span("tag-prefix"))
    if not 1 < config.deck_id < 2**53:
        settings.report(
            "deck-id must be a number above 1",
            span("deck-id"),
            "1 is the learner's own Default deck; use the time in ms",
        )
    for folder, name in config.areas:
        if not is_deck_name(name):
            settings.report(
                f'"{name}" cannot be a subdeck\'s name', span(folder, "[areas]"), "no empty part between ::"
            )


def _read_study(settings: Settings) -> tuple[tuple[str, Span], ...]:
    tags = settings.take(settings.values, "study", list, [])
    if not all(isinstance(tag, str) for tag in tags):
        settings.report(
            "study must be a list of tags", settings.span_of("study"), 'study = ["tier::core", "tier::plus"]'
        )
        return ()
    return tuple((tag, settings.span_of_text("study", tag)) for tag in dict.fromkeys(tags))


def _read_run(settings: Settings) -> RunSettings:
    """`[run]`: a misspelt limit must not leave another one in force unnoticed."""
    table, default = settings.take(settings.values, "run", dict, {}), RunSettings()
    settings.refuse_unknown(table, RUN_KEYS, "[run]")
    run = RunSettings(
        time=settings.take(table, "time", int, default.time, "[run]"),
        memory=settings.take(table, "memory", int, default.memory, "[run]"),
        skipped=settings.take(table, "skipped", str, default.skipped, "[run]"),
    )
    if not 1 <= run.time <= 3600:
        settings.report("time must be 1 to 3600 seconds", settings.span_of("time", "[run]"))
    if not 64 <= run.memory <= 2**20:
        settings.report("memory must be 64 to 1048576 MiB", settings.span_of("memory", "[run]"))
    if run.skipped not in ("warning", "error"):
        help_ = "warning, or error where everything that the cards import is installed"
        settings.report(f'skipped "{run.skipped}" is not known', settings.span_of("skipped", "[run]"), help_)
    return run


def _nfc(text: str) -> str:
    """How a folder is named to recto: a disk may spell é as e and an accent."""
    return unicodedata.normalize("NFC", text)


def is_deck_name(name: str) -> bool:
    """Whether Anki keeps a deck name as it is: no empty or padded part between `::`, no control character, no quote."""
    return all(part and part == part.strip() for part in name.split("::")) and not re.search(r'[\x00-\x1f"]', name)
