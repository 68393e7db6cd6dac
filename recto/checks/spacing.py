"""Rules about spaces: where two scripts meet, between number and unit, beside punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from recto.checks.plain import ADDRESS
from recto.checks.reading import CODE, MATH, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_WORD = rf"A-Za-z0-9\u00c0-\u024f\u0370-\u03ff{CODE}{MATH}"
_SMALL = "\u00b2\u00b3\u00b9\u2070-\u209c"
# Not … and —: a row that goes on and a dash between words may have their spaces.
_FULL_WIDTH = "，。；：？！、（）「」『』《》〈〉【】〔〕"
# B is no unit here: 8B is a model of eight billion parameters. Nor is s: 1990s.
UNITS = (
    *("kB", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "PiB", "MB/s", "GB/s", "TB/s", "GiB/s"),
    *("Mbps", "Gbps", "Tbps", "Mb/s", "Gb/s", "Tb/s", "ns", "µs", "μs", "ms", "Hz", "kHz", "MHz", "GHz"),
    *("FLOPs", "GFLOPs", "TFLOPs", "PFLOPs", "FLOPS", "GFLOPS", "TFLOPS", "PFLOPS", "FLOP/s", "GFLOP/s", "TFLOP/s"),
    *("PFLOP/s", "TOPS", "W", "kW", "MW", "kWh", "MWh", "nm", "mm", "cm", "km", "kg", "GPU-hours"),
)


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def cjk_spacing(reading: Reading) -> Iterator[Finding]:
    """Words, numbers, code and formulas of another script want a space beside Chinese: without it they run together.

    Bad:
        用KV cache缓存旧token的`key`

    Good:
        用 KV cache 缓存旧 token 的 `key`
    """
    if not reading.language.script:
        return
    pattern = _meeting(reading.language.script)
    for plain in reading.plain:
        for found in plain.find(pattern):
            before, after = plain.text[found.start() - 1], plain.text[found.start()]
            shown = f"{_shown(before)} and {_shown(after)}"
            finding = plain.insert_space(found.start(), f"no space between {shown}")
            if finding:
                yield finding


@style_rule(strict=ERROR, standard=WARNING)
def cjk_space(reading: Reading) -> Iterator[Finding]:
    """Chinese has no spaces between words; one that stands there mostly came in with a copied line.

    Bad:
        注意力 的复杂度

    Good:
        注意力的复杂度
    """
    if not reading.language.script:
        return
    pattern = _gap(reading.language.script)
    for plain in reading.plain:
        for found in plain.find(pattern):
            start, end = found.span()
            if not plain.has_mark(start - 1, end + 1):  # around emphasis and holes a space is for who reads the file
                help_ = "delete it, or write the mark that it stands for"
                yield plain.report(start, end, "a space inside a sentence", help_)


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def space_beside_full_width(reading: Reading) -> Iterator[Finding]:
    """A full-width mark has its own room; a space beside it makes a hole in the line.

    Bad:
        先缓存 ，再复用 （KV cache）。

    Good:
        先缓存，再复用（KV cache）。
    """
    if not reading.language.script:
        return
    for plain in reading.plain:
        for found in plain.find(_BESIDE):
            yield plain.replace(*found.span(), "", "a space beside a full-width mark")


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def unit_spacing(reading: Reading, *, units: tuple[str, ...] = UNITS) -> Iterator[Finding]:
    """A number and its unit are two words (SI brochure, 5.4.3): 80 GB. Names (8B, FP16, H100-80GB) stay, as do % × °.

    Bad:
        The H100 has 80GB.

    Good:
        The H100 has 80 GB.
    """
    pattern = _number_with(units)
    for plain in reading.plain:
        for found in plain.find(pattern):
            finding = plain.insert_space(found.end(), f"no space before the unit {found['unit']}")
            if finding:
                yield finding


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def doubled_space(reading: Reading) -> Iterator[Finding]:
    """Two spaces in a line are one on the card, and a difference nobody sees in every later comparison.

    Bad:
        The cache  grows.

    Good:
        The cache grows.
    """
    for plain in reading.plain:
        for found in plain.find(_DOUBLED):
            yield plain.replace(*found.span(), " ", "more than one space")


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def space_before_punctuation(reading: Reading) -> Iterator[Finding]:
    """A mark belongs to the word before it, and must not begin a line alone.

    Bad:
        The cache grows , and so does the time .

    Good:
        The cache grows, and so does the time.
    """
    for plain in reading.plain:
        for found in plain.find(_BEFORE_MARK):
            yield plain.replace(*found.span(), "", f"a space before {plain.text[found.end()]}")


# A space ends a bare address for readers that would take the mark for a part of it.
_BESIDE = re.compile(rf"(?<=[{_FULL_WIDTH}])[ \t]+(?=[^\s])|(?<=[^\s{ADDRESS}])[ \t]+(?=[{_FULL_WIDTH}])")
_DOUBLED = re.compile(r"(?<=\S) {2,}(?=\S)")
_BEFORE_MARK = re.compile(rf"(?<=[{_WORD})\]”’\"]) +(?=[,;?!.](?:\s|$))")


@cache
def _meeting(script: str) -> re.Pattern[str]:
    """The place between a letter of the script and a word of another."""
    behind = rf"(?:(?<=[{_WORD}{_SMALL}%°‰℃])|(?<=[0-9]×))"
    return re.compile(rf"(?<={script})(?=[{_WORD}])|{behind}(?={script})")


@cache
def _gap(script: str) -> re.Pattern[str]:
    return re.compile(rf"(?<={script})[ \t\u3000]+(?={script})")


@cache
def _number_with(units: tuple[str, ...]) -> re.Pattern[str]:
    """A number right before a unit, the unit not consumed; neither may belong to a name."""
    names = "|".join(re.escape(unit) for unit in sorted(units, key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9_./-])[0-9][0-9,.]*(?=(?P<unit>{names})(?![A-Za-z0-9_]|[-./][A-Za-z0-9]))")


def _shown(char: str) -> str:
    return {CODE: "code", MATH: "a formula"}.get(char, f"«{char}»")
