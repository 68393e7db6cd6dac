"""Which programs have passed already: a small file for each, named by all that its outcome depends on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from recto.facts.runner import Surroundings
from recto.model import Program, RunSettings

FOLDER = Path(".recto") / "facts"
_VERSION = 1
"""Raise it when the same code may now come out differently."""
_MOST = 5000


def key_of(program: Program, imported: set[str], surroundings: Surroundings, settings: RunSettings) -> str:
    """A digest of the code, its expected output, the limits, Python and the versions of what is imported."""
    facts = {
        "version": _VERSION,
        "blocks": [[b.kind, b.code.text, b.output.text if b.output else None] for b in program.blocks],
        "limits": [settings.time, settings.memory, surroundings.network, *surroundings.limits],
        "python": surroundings.python,
        "modules": {name: surroundings.modules.get(name) for name in sorted(imported)},
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cache:
    """The passed programs of a deck, by key. What cannot be read is not known, what cannot be written is lost."""

    folder: Path

    def has(self, key: str) -> bool:
        """Whether the program of this key has passed; it is then kept for longer."""
        path = self.folder / f"{key}.json"
        try:
            known = json.loads(path.read_bytes())
            if not isinstance(known, dict) or known.get("key") != key:
                return False
            os.utime(path)
        except (OSError, ValueError):
            return False
        return True

    def add(self, key: str, program: Program) -> None:
        """Note that the program of this key has passed."""
        entry = {"key": key, "card": program.card, "blocks": len(program.blocks)}
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore = self.folder.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_bytes(b"*\n")
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".new", delete=False) as file:
                file.write(json.dumps(entry, ensure_ascii=False).encode())
            Path(file.name).replace(self.folder / f"{key}.json")

    def prune(self, most: int = _MOST) -> None:
        """Keep the entries that were used last."""
        with contextlib.suppress(OSError):
            paths = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in paths[most:]:
                path.unlink(missing_ok=True)
