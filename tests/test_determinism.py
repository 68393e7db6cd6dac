"""The same sources give the same bytes, on any machine, any day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from conftest import ROOT

FILES = ("build_deck.py", "deck.toml", "deck.lock", "NEWS.md")
FOLDERS = ("cards", "templates", "syllabus", "recto")


def copy_deck(source: Path, target: Path) -> Path:
    """The deck and the library, without what was built."""
    target.mkdir(parents=True)
    for name in FOLDERS:
        shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(source / name, target / name)
    return target


def run_in(folder: Path, *arguments: str, seed: str, zone: str, clock: int) -> subprocess.CompletedProcess[str]:
    """Run build_deck.py in a process of its own, in its own folder, home, hash seed, time zone and time."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TZ": zone,
        "HOME": str(folder),
        "SOURCE_DATE_EPOCH": str(clock),
    }
    command = [sys.executable, "build_deck.py", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_this_deck__same_bytes_in_two_folders_under_two_clocks(tmp_path: Path) -> None:
    """The deck as a release would write it, and built again elsewhere: two folders, hash seeds, zones and clocks."""
    now = int(time.time())
    released = copy_deck(ROOT, tmp_path / "one")
    done = run_in(released, "release", seed="0", zone="UTC", clock=now)
    assert done.returncode == 0 or "nothing has changed" in done.stderr, done.stderr
    packages: list[bytes] = []
    for folder, seed, zone, clock in (
        (released, "0", "UTC", now),
        (copy_deck(released, tmp_path / "另一个 folder" / "x"), "4242", "Asia/Shanghai", now + 366 * 24 * 3600),
    ):
        package = folder / "again.apkg"
        done = run_in(folder, "build", "--locked", "--out", str(package), seed=seed, zone=zone, clock=clock)
        assert done.returncode == 0, done.stderr
        packages.append(package.read_bytes())
    packages += [path.read_bytes() for path in (released / "dist").glob("*.apkg")]
    assert len(packages) >= 2
    assert len(set(packages)) == 1
