"""A deck's folder: find its files, run the stages in order. It and `files` alone read what the author wrote."""

from __future__ import annotations

import html
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from recto.apkg import NO_DRAFTS, read_drafts
from recto.cache import NO_CACHE, Cache
from recto.checks.linter import DeckView, Linter
from recto.checks.settings import parse_rules
from recto.checks.similar import PairMemory
from recto.compile import compile_source
from recto.config import parse_config
from recto.coverage.check import check_coverage, refuse_goal
from recto.coverage.count import Coverage, compute_coverage
from recto.diagnostic import Diagnostic, has_errors
from recto.errors import ToolError
from recto.files import read_source, replace_file, survey, walk
from recto.fix import FixedFile, fix_text
from recto.ids import NewId, apply_ids, propose_ids, written_ids
from recto.inputs import code_version
from recto.layout import (
    CARDS_FOLDER,
    CONFIG_FILE,
    DIST_FOLDER,
    LOCK_FILE,
    NEWS_FILE,
    SYLLABUS_FOLDER,
    TEMPLATES_FOLDER,
    TERMS_FILE,
)
from recto.ledger import parse_ledger, unpromised
from recto.link import Memo, link
from recto.look import NOTETYPES_FILE, parse_look
from recto.media import Inventory, read_inventory
from recto.model import Config, Edition, Ledger, NoteType, Program, Unit
from recto.news import WORDS, format_date
from recto.rulebook import BROKEN_CONFIG, BROKEN_TEMPLATE, NOT_UTF_8, UNKNOWN_CONFIG_KEY
from recto.source import Source
from recto.stamps import Clock
from recto.syllabus import Syllabus, parse_syllabus
from recto.terms import Terms, parse_terms
from recto.units import Progress, compile_sources
from recto.versions import DEV


class Audience(Enum):
    """Whom an edition is for: only its faults matter, a development build, a release."""

    AUTHOR = 0
    TESTERS = 1
    LEARNERS = 2


@dataclass(frozen=True, slots=True)
class Checked:
    """A deck after `check`: `edition` is None when deck.toml or templates/ could not be used at all.

    `programs` is the code of its cards; nothing of it has been executed. `coverage` is None when the deck has no
    syllabus.
    """

    edition: Edition | None
    diagnostics: tuple[Diagnostic, ...]
    programs: tuple[Program, ...] = ()
    config: Config | None = None
    coverage: Coverage | None = None

    @property
    def ok(self) -> bool:
        """Whether the edition can be packaged."""
        return self.edition is not None and not has_errors(self.diagnostics)

    def told(self, more: Iterable[Diagnostic]) -> Checked:
        """The same with more faults."""
        return replace(self, diagnostics=_sorted([*self.diagnostics, *more]))


@dataclass(frozen=True, slots=True)
class Compiled:
    """A deck before it is linked: what stays as it is while one file changes.

    `config` is None when deck.toml or templates/ could not be used; then there are no `units`. `diagnostics` are those
    of the settings; `faults` (of reading) and `units` stand by the path of their file.
    """

    config: Config | None
    notetypes: Mapping[str, NoteType]
    linter: Linter
    diagnostics: tuple[Diagnostic, ...]
    faults: Mapping[str, tuple[Diagnostic, ...]]
    units: Mapping[str, Unit]
    ledger: Ledger
    inventory: Inventory
    syllabus: Syllabus | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with deck.toml, cards/ and templates/. Nothing is read before it is asked for.

    `cache` is where compiled files are kept between runs.
    """

    root: Path
    cache: Cache = NO_CACHE

    def check(
        self,
        *,
        clock: Clock,
        progress: Progress = lambda sources, count: sources,
        audience: Audience = Audience.AUTHOR,
        ledger: Ledger | None = None,
    ) -> Checked:
        """Read, compile and link the whole deck; every fault of it, sorted. Raises `ToolError`.

        `audience` is whom the edition is for: others than the author must get it although they may have imported the
        development build that is in dist/. `ledger` stands for deck.lock, which is then not read.
        """
        compiled = self.compile(progress, ledger)
        checked = self.link(compiled, clock=clock, audience=audience)
        return checked.told(self.check_deck(compiled, checked, clock=clock))

    def compile(self, progress: Progress = lambda sources, count: sources, ledger: Ledger | None = None) -> Compiled:
        """Read and compile every file of the deck; deck.lock too, unless a ledger is given. Raises `ToolError`."""
        config, notetypes, linter, diagnostics = self._read_settings()
        sources: list[Source] = []
        faults: dict[str, tuple[Diagnostic, ...]] = {}
        for path in self.topic_paths():
            source, found = read_source(self.root, path)
            faults[source.path] = tuple(found)
            if source.text or not found:
                sources.append(source)
        every = (*diagnostics, *(d for found in faults.values() for d in found))
        if config is None or not notetypes or has_errors(tuple(d for d in every if d.rule in _SETTINGS_RULES)):
            return Compiled(None, notetypes, linter, tuple(diagnostics), faults, {}, Ledger(), Inventory({}, {}))
        units = compile_sources(sources, config, notetypes, linter, cache=self.cache, progress=progress)
        inventory = read_inventory(self.root, CARDS_FOLDER)
        syllabus, found_in_syllabus = self._read_syllabus()
        diagnostics += found_in_syllabus
        return Compiled(
            config,
            notetypes,
            linter,
            tuple(diagnostics),
            faults,
            units,
            self.ledger() if ledger is None else ledger,
            inventory,
            syllabus,
        )

    def recompile(self, compiled: Compiled, paths: Iterable[Path]) -> Compiled:
        """The deck after a change of these files (made, edited or deleted); only topics and media spare the rest.

        Raises `ToolError`.
        """
        changed = set(paths)
        cards = self.root / CARDS_FOLDER
        if compiled.config is None or not all(path.is_relative_to(cards) for path in changed):
            return self.compile()
        topics = {path.relative_to(self.root).as_posix(): path for path in self.topic_paths()}
        # Of a folder that was moved only its own path may be told; so what came and went is found here.
        faults = {name: found for name, found in compiled.faults.items() if name in topics}
        units = {name: unit for name, unit in compiled.units.items() if name in topics}
        for name, path in topics.items():
            if path in changed or name not in faults:
                units.pop(name, None)
                source, found = read_source(self.root, path)
                faults[name] = tuple(found)
                if source.text or not found:
                    units[name] = compile_source(source, compiled.config, compiled.notetypes, compiled.linter)
        media = any(path.suffix.lower() != ".md" for path in changed)
        inventory = read_inventory(self.root, CARDS_FOLDER) if media else compiled.inventory
        return replace(compiled, units=units, faults=faults, inventory=inventory)

    def link(
        self, compiled: Compiled, *, clock: Clock, audience: Audience = Audience.AUTHOR, memo: Memo | None = None
    ) -> Checked:
        """Join a compiled deck to its edition; its faults, sorted, less those of `check_deck`. Raises `ToolError`.

        `memo` is of an earlier link of what `recompile` has made of the same compiled deck, for the same audience.
        """
        config, ledger = compiled.config, compiled.ledger
        diagnostics = [*compiled.diagnostics, *(d for found in compiled.faults.values() for d in found)]
        if config is None:
            return Checked(None, _sorted(diagnostics))
        units = [compiled.units[path] for path in sorted(compiled.units)]
        draft = self.draft_path(config)
        drafts = read_drafts(draft) if audience is not Audience.AUTHOR and draft.exists() else NO_DRAFTS
        edition, found = link(
            units,
            compiled.notetypes,
            compiled.inventory,
            config,
            ledger,
            clock=clock,
            drafts=drafts,
            for_release=audience is Audience.LEARNERS,
            memo=memo,
        )
        diagnostics += [d for unit in units for d in unit.diagnostics]
        diagnostics += found
        coverage = None
        if compiled.syllabus:
            coverage = compute_coverage(compiled.syllabus, edition.notes, config.coverage)
            diagnostics += check_coverage(compiled.syllabus, coverage, edition, config.coverage)
        else:
            diagnostics += refuse_goal(config.coverage)
        if ledger.version == config.version and not unpromised(ledger, edition):
            edition = replace(edition, version=config.version, released=ledger.released, headline=ledger.headline)
        programs = tuple(program for unit in units for program in unit.programs)
        return Checked(self.describe(edition, config), _sorted(diagnostics), programs, config, coverage)

    def check_deck(self, compiled: Compiled, checked: Checked, *, clock: Clock) -> tuple[Diagnostic, ...]:
        """What rules of style say of all notes together. It takes longer than linking, so the preview asks it later.

        `clock` gives the time of today in s since 1970 (UTC), by which claims age; it is asked if any claim can.
        """
        if checked.edition is None:
            return ()
        notes = tuple(linked.note for linked in checked.edition.notes)
        ages = any(note.as_of for note in notes)
        view = DeckView(
            notes=notes,
            fields={kind: tuple(f.name for f in nt.fields) for kind, nt in compiled.notetypes.items()},
            month=time.strftime("%Y-%m", time.gmtime(clock())) if ages else "",
            language=compiled.linter.language,
            terms=compiled.linter.terms,
            memory=PairMemory(self.cache, repr((self.root, code_version()))),
        )
        return tuple(compiled.linter.check_deck(view))

    def describe(self, edition: Edition, config: Config) -> Edition:
        """The edition with the placeholders of its description filled: {version}, {date}, {news}."""
        date = format_date(edition.released) if edition.released else WORDS[config.language]["unreleased"]
        values = {
            "{version}": edition.version,
            "{date}": date,
            "{news}": html.escape(edition.headline, quote=False),
        }
        text = config.description
        for name, value in values.items():
            text = text.replace(name, value)
        return replace(edition, description=text)

    def config(self) -> Config:
        """deck.toml. Raises `ToolError` when it has errors."""
        config, *_ = self._read_settings()
        if config is None:
            raise ToolError(f"{CONFIG_FILE} has errors", hint="run `check`")
        return config

    def news(self) -> str:
        """NEWS.md's text, '' before the first release."""
        path = self.root / NEWS_FILE
        return read_source(self.root, path)[0].text if path.exists() else ""

    def topic_paths(self) -> list[Path]:
        """Every topic file, sorted. A README.md is for readers of the folder and no topic."""
        folder = self.root / CARDS_FOLDER
        if not folder.is_dir():
            raise ToolError(f"there is no folder {CARDS_FOLDER}/ in {self.root}", hint="put the topic files there")
        files, linked = survey(folder)
        if linked:
            relative = linked[0].relative_to(self.root).as_posix()
            raise ToolError(
                f"{relative} is a link to a folder", hint="put the folder itself there; links are not followed"
            )
        paths = [p for p in files if p.suffix.lower() == ".md" and p.name.lower() != "readme.md"]
        for path in paths:
            if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
                relative = path.relative_to(self.root).as_posix()
                raise ToolError(
                    f"{relative} is a link that leads out of {CARDS_FOLDER}/", hint="put the file itself there"
                )
        return paths

    def ledger(self) -> Ledger:
        """What earlier packages have promised; empty before the first."""
        path = self.root / LOCK_FILE
        try:
            return parse_ledger(path.read_text(encoding="utf-8")) if path.exists() else Ledger()
        except (OSError, UnicodeDecodeError) as error:
            raise ToolError(f"cannot read {LOCK_FILE}: {error}", hint="take the file from the last commit") from error

    def package_path(self, slug: str, version: str) -> Path:
        """Where `build` and `release` put the package of a version."""
        return self.root / DIST_FOLDER / f"{slug}-{version}.apkg"

    def draft_path(self, config: Config) -> Path:
        """Where `build` puts a development build."""
        return self.package_path(config.slug, f"{config.version}{DEV}")

    def built_package(self) -> Path:
        """The newest package of the version in deck.toml that was built. Raises `ToolError` if there is none."""
        config = self.config()
        paths = [self.package_path(config.slug, config.version), self.draft_path(config)]
        built = [path for path in paths if path.exists()]
        if not built:
            raise ToolError(
                f"there is no {paths[0].relative_to(self.root)}", hint="run `build` first, or name a package"
            )
        return max(built, key=lambda path: path.stat().st_mtime)

    def assign_ids(self, *, write: bool) -> list[NewId]:
        """An id for every card without one; `write` puts them into the files. Raises `ToolError`."""
        paths = self.topic_paths()
        sources = {path: read_source(self.root, path) for path in paths}
        ledger = self.ledger()
        taken = {*ledger.notes, *ledger.gone, *(i for source, _ in sources.values() for i in written_ids(source))}
        found: list[NewId] = []
        for path, (source, faults) in sources.items():
            new_ids = propose_ids(source, taken)
            taken |= {new.id for new in new_ids}
            found += new_ids
            if write and new_ids:
                if any(fault.rule == NOT_UTF_8.name for fault in faults):
                    raise ToolError(
                        f"{source.path} is not UTF-8, so nothing was written into it", hint="save it as UTF-8"
                    )
                replace_file(path, apply_ids(path.read_bytes().decode("utf-8"), new_ids).encode("utf-8"))
        return found

    def _read_syllabus(self) -> tuple[Syllabus | None, list[Diagnostic]]:
        """The files of syllabus/, None where a deck has no such folder."""
        folder = self.root / SYLLABUS_FOLDER
        if not folder.is_dir():
            return None, []
        read = [read_source(self.root, path) for path in walk(folder) if path.suffix in (".yaml", ".yml")]
        syllabus, found = parse_syllabus([source for source, _ in read])
        return syllabus, [*(d for _, faults in read for d in faults), *found]

    def fix(self, *, write: bool) -> list[FixedFile]:
        """Mend what rules of style can mend; `write` puts it into the files. Raises `ToolError`."""
        config, notetypes, linter, diagnostics = self._read_settings()
        if config is None or not notetypes or has_errors(tuple(d for d in diagnostics if d.rule in _SETTINGS_RULES)):
            return []
        found: list[FixedFile] = []
        for path in self.topic_paths():
            source, faults = read_source(self.root, path)
            if faults:
                found.append(FixedFile(source.path, "", "", reason=faults[0].message))
                continue
            data = path.read_bytes()
            fixed = fix_text(source.path, data.decode("utf-8"), lambda s: compile_source(s, config, notetypes, linter))
            found.append(fixed)
            if write and fixed.after != fixed.before:
                replace_file(path, fixed.after.encode("utf-8"))
        return found

    def _read_settings(self) -> tuple[Config | None, dict[str, NoteType], Linter, list[Diagnostic]]:
        source, diagnostics = read_source(self.root, self.root / CONFIG_FILE)
        config, faults = parse_config(source) if source.text or not diagnostics else (None, ())
        terms = self._read_terms(diagnostics)
        linter, rule_faults = parse_rules(source, config.language, terms) if config else (Linter(), ())
        files: dict[str, Source] = {}
        for path in walk(self.root / TEMPLATES_FOLDER):
            if path.suffix in (".toml", ".html", ".css"):
                file, found = read_source(self.root, path)
                files[file.path] = file
                diagnostics += found
        if NOTETYPES_FILE not in files:
            raise ToolError(
                f"there is no file {NOTETYPES_FILE}",
                hint="it says which note types the deck has; see docs/format.md",
            )
        notetypes, found_in_look = parse_look(files)
        return config, notetypes, linter, [*diagnostics, *faults, *rule_faults, *found_in_look]

    def _read_terms(self, diagnostics: list[Diagnostic]) -> Terms:
        path = self.root / TERMS_FILE
        if not path.exists():
            return Terms()
        source, found = read_source(self.root, path)
        terms, faults = parse_terms(source)
        diagnostics.extend((*found, *faults))
        return terms


def open_project(root: Path | str = ".", cache: Cache = NO_CACHE) -> Project:
    """The deck in a folder. Raises `ToolError` when the folder has no deck.toml."""
    path = Path(root).resolve()
    if not (path / CONFIG_FILE).is_file():
        raise ToolError(
            f"there is no {CONFIG_FILE} in {path}",
            hint="run this in a deck's folder, or name it with --deck DIR",
        )
    return Project(path, cache)


# With note types that cannot be used every card would seem wrong.
_SETTINGS_RULES = (BROKEN_CONFIG.name, UNKNOWN_CONFIG_KEY.name, BROKEN_TEMPLATE.name)


def _sorted(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    # A fault in a footnote that two cards show is one fault.
    return tuple(sorted(set(diagnostics), key=lambda d: d.sort_key))
