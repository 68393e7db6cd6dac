"""All that the outcome of a program depends on, as the key under which the cache knows that it has passed."""

from __future__ import annotations

import hashlib
import json

from recto.facts.runner import Surroundings
from recto.model import Program, RunSettings

_VERSION = 1
"""Raise it when the same code may now come out differently."""


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
