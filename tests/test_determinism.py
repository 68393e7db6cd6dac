"""The same sources give the same bytes, on any machine, any day."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from conftest import ROOT


def build_copy(folder: Path, seed: str, zone: str, epoch: str | None) -> str:
    """Copy the repository's deck, build it in a process of its own, return the package's sha256."""
    folder.mkdir(parents=True)
    for name in ("cards", "templates", "recto"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("build_deck.py", "deck.toml", "deck.lock"):
        shutil.copy(ROOT / name, folder / name)
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "HOME": str(folder)}
    environment.pop("SOURCE_DATE_EPOCH", None)
    if epoch:
        environment["SOURCE_DATE_EPOCH"] = epoch
    command = [sys.executable, "build_deck.py", "build", "--locked", "--out", str(folder / "deck.apkg")]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return hashlib.sha256((folder / "deck.apkg").read_bytes()).hexdigest()


def test_this_deck__same_bytes_in_two_folders_under_two_clocks(tmp_path: Path) -> None:
    """Two folders, two hash seeds, two time zones, two clocks a year apart: one package."""
    first = build_copy(tmp_path / "one", "0", "UTC", None)
    later = str(int(time.time()) + 366 * 24 * 3600)
    second = build_copy(tmp_path / "另一个 folder" / "x", "4242", "Asia/Shanghai", later)
    assert first == second
